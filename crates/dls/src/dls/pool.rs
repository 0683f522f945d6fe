//! Cue table (`ptbl`) and wave pool (`wvpl`): from the number in a wave link to a wave.
//!
//! In: both chunks. Out: the waves that can be played, and a lookup.
//! Source: \[DLS2\] pool table and wave pool.

use super::wave::{self, WAVE};
use super::{PTBL, WVPL, condition};
use crate::bank::Wave;
use crate::error::{Defect, ReadError, ReadErrorKind};
use crate::findings::{Findings, Place};
use crate::image::Image;
use crate::riff::{Chunk, Fields, Kind};

/// Bytes of the table's head.
pub(crate) const HEAD: u32 = 8;
/// The offset of a cue without a wave.
const NULL_CUE: u32 = u32::MAX;

/// The waves of a file, and the ways to them.
#[derive(Debug)]
pub(super) struct Pool<'a> {
    waves: Vec<Wave>,
    /// Every `wave` list in file order, so by rising offset.
    entries: Vec<Entry>,
    /// Offsets, four bytes each; `None` without a table.
    cues: Option<Fields<'a>>,
}

/// One `wave` list.
#[derive(Debug, Clone, Copy)]
struct Entry {
    /// From the first byte after the pool's type.
    offset: usize,
    /// Index of the wave, unless it was dropped.
    wave: Option<usize>,
}

/// Reads the pool and keeps the table beside it.
pub(super) fn read<'a>(
    wvpl: &Chunk<'_>,
    ptbl: Option<&Chunk<'a>>,
    image: &Image,
    place: &Place<'_>,
    findings: &mut Findings,
) -> Result<Pool<'a>, ReadError> {
    let cues = ptbl.and_then(|ptbl| read_cues(ptbl, &place.chunk(PTBL), findings));
    let place = place.chunk(WVPL);
    let (mut waves, mut entries) = (Vec::new(), Vec::new());
    let mut children = wvpl.children();
    let start = children.offset();
    if condition::admits(wvpl, &place, findings) {
        while let Some(chunk) = children.next_noted(&place, findings) {
            if chunk.kind() != Kind::List(WAVE) {
                continue;
            }
            let place = place.numbered(WAVE, entries.len());
            let wave = wave::read(&chunk, image, &place, findings);
            let index = wave.is_some().then_some(waves.len());
            waves.extend(wave);
            entries.push(Entry {
                offset: chunk.offset.saturating_sub(start),
                wave: index,
            });
        }
    }
    if entries.is_empty() {
        let kind = ReadErrorKind::NoWaves;
        return Err(ReadError {
            kind,
            offset: wvpl.offset,
            path: place.to_string(),
        });
    }
    Ok(Pool {
        waves,
        entries,
        cues,
    })
}

/// The offsets of the table, cut to the declared number of them.
fn read_cues<'a>(
    ptbl: &Chunk<'a>,
    place: &Place<'_>,
    findings: &mut Findings,
) -> Option<Fields<'a>> {
    let fields = ptbl.fields();
    let Some(declared) = fields.u32(4) else {
        super::note_short(ptbl, 8, place, findings);
        return None;
    };
    let mut note = |defect| findings.note(place, ptbl.offset, defect);
    let head = super::head_size(fields, HEAD, &mut note);
    let offsets = fields.from(head);
    let found = super::records(offsets, declared, 4, &mut note);
    offsets.0.get(..found * 4).map(Fields)
}

impl Pool<'_> {
    /// The wave of a cue and its frames; `None`, with a warning, when there is none.
    pub(super) fn find(&self, cue: u32, note: &mut dyn FnMut(Defect)) -> Option<(usize, usize)> {
        let entry = self.entry_of(cue).or_else(|| {
            let entry = self.entry_by_ordinal(cue);
            if entry.is_some() {
                note(Defect::CueByOrdinal { cue });
            }
            entry
        });
        let Some(entry) = entry else {
            note(Defect::CueNowhere { cue });
            return None;
        };
        let found = entry
            .wave
            .and_then(|index| Some((index, self.waves.get(index)?.frames.len())));
        if found.is_none() {
            note(Defect::WaveUnavailable { cue });
        }
        found
    }

    /// The entry at exactly the cue's offset.
    fn entry_of(&self, cue: u32) -> Option<Entry> {
        let offset = usize::try_from(self.cue_offset(cue)?).ok()?;
        let index = self
            .entries
            .binary_search_by_key(&offset, |entry| entry.offset)
            .ok()?;
        self.entries.get(index).copied()
    }

    /// The entry of the cue's number, for tables that are wrong or absent.
    ///
    /// A null cue in a table longer than the pool stands for a wave that was taken out; its number
    /// would lead to a stranger.
    fn entry_by_ordinal(&self, cue: u32) -> Option<Entry> {
        let cues = self.cues.map_or(0, |cues| cues.len() / 4);
        if self.cue_offset(cue) == Some(NULL_CUE) && cues > self.entries.len() {
            return None;
        }
        self.entries.get(usize::try_from(cue).ok()?).copied()
    }

    fn cue_offset(&self, cue: u32) -> Option<u32> {
        self.cues?.u32(usize::try_from(cue).ok()?.checked_mul(4)?)
    }

    /// The waves alone.
    pub(super) fn into_waves(self) -> Vec<Wave> {
        self.waves
    }
}

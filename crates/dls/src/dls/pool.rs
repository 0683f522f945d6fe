//! Cue table (`ptbl`) and wave pool (`wvpl`): from the number in a wave link to a wave.
//!
//! In: both chunks. Out: the waves that can be played, and a lookup.
//! Source: \[DLS2\] pool table and wave pool.

use super::wave::{self, WAVE};
use super::{PTBL, WVPL, condition};
use crate::bank::Recipient;
use crate::error::{Defect, ReadError, ReadErrorKind};
use crate::findings::{Findings, Place};
use crate::image::Image;
use crate::riff::{Chunk, Fields, Kind, length};

/// Bytes of the table's head.
pub(crate) const HEAD: u32 = 8;
/// The offset of a cue without a wave.
const NULL_CUE: u32 = u32::MAX;

/// The ways to the waves of a file.
#[derive(Debug)]
pub(super) struct Pool<'a> {
    /// Every `wave` list in file order, so by rising offset.
    entries: Vec<Entry>,
    cues: Cues<'a>,
}

/// One `wave` list.
#[derive(Debug, Clone, Copy)]
struct Entry {
    /// From the first byte after the pool's type.
    offset: usize,
    /// Index of the wave and its frames, unless it was dropped.
    wave: Option<(usize, usize)>,
    /// The wave behind it is its right channel.
    stereo: bool,
}

/// Where a link leads.
#[derive(Debug, Clone, Copy)]
pub(super) struct Found {
    /// Index of the wave.
    pub(super) wave: usize,
    /// Its frames.
    pub(super) frames: usize,
    /// The wave behind it is its right channel.
    pub(super) stereo: bool,
}

/// Reads the pool, hands over its waves and keeps the table.
pub(super) fn read<'a>(
    wvpl: &Chunk<'_>,
    ptbl: Option<&Chunk<'a>>,
    image: &Image,
    place: &Place<'_>,
    recipient: &mut dyn Recipient,
    findings: &mut Findings,
) -> Result<Pool<'a>, ReadError> {
    let cues = ptbl.map_or_else(Cues::default, |ptbl| {
        Cues::read(ptbl, &place.chunk(PTBL), findings)
    });
    let place = place.chunk(WVPL);
    let (mut waves, mut entries) = (0, Vec::new());
    let mut children = wvpl.children();
    let start = children.offset();
    if condition::admits(wvpl, &place, findings) {
        while let Some(chunk) = children.next_noted(&place, findings) {
            if chunk.kind() != Kind::List(WAVE) {
                continue;
            }
            let place = place.numbered(WAVE, entries.len());
            let mut entry = Entry {
                offset: chunk.offset.saturating_sub(start),
                wave: None,
                stereo: false,
            };
            if let Some(recording) = wave::read(&chunk, image, &place, findings) {
                entry.wave = Some((waves, recording.wave.frames.len()));
                entry.stereo = recording.right.is_some();
                for wave in [Some(recording.wave), recording.right]
                    .into_iter()
                    .flatten()
                {
                    recipient.wave(wave);
                    waves += 1;
                }
            }
            entries.push(entry);
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
    Ok(Pool { entries, cues })
}

/// The offsets of the table, cut to the declared number of them; none without a table.
#[derive(Debug, Default)]
struct Cues<'a> {
    offsets: &'a [u8],
    /// An offset takes eight bytes, of which the last four count.
    wide: bool,
}

impl<'a> Cues<'a> {
    fn read(ptbl: &Chunk<'a>, place: &Place<'_>, findings: &mut Findings) -> Self {
        let fields = ptbl.fields();
        let Some(declared) = fields.u32(4) else {
            super::note_short(ptbl, 8, place, findings);
            return Self::default();
        };
        let mut note = |defect| findings.note(place, ptbl.offset, defect);
        let head = super::head_size(fields, HEAD, &mut note);
        let offsets = fields.from(head);
        let wide = declared > 0 && length(declared).checked_mul(8) == Some(offsets.len());
        if wide {
            note(Defect::WideCues);
        }
        let size = if wide { 8 } else { 4 };
        let found = super::records(offsets, declared, size, &mut note);
        Self {
            offsets: offsets.0.get(..found * size).unwrap_or_default(),
            wide,
        }
    }

    fn len(&self) -> usize {
        self.offsets.len() / if self.wide { 8 } else { 4 }
    }

    fn offset(&self, cue: u32) -> Option<u32> {
        let cue = usize::try_from(cue).ok()?;
        let at = if self.wide {
            cue.checked_mul(8)?.checked_add(4)?
        } else {
            cue.checked_mul(4)?
        };
        Fields(self.offsets).u32(at)
    }
}

impl Pool<'_> {
    /// The wave of a cue; `None`, with a warning, when there is none.
    pub(super) fn find(&self, cue: u32, note: &mut dyn FnMut(Defect)) -> Option<Found> {
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
        let found = entry.wave.map(|(wave, frames)| Found {
            wave,
            frames,
            stereo: entry.stereo,
        });
        if found.is_none() {
            note(Defect::WaveUnavailable { cue });
        }
        found
    }

    /// The entry at exactly the cue's offset.
    fn entry_of(&self, cue: u32) -> Option<Entry> {
        let offset = usize::try_from(self.cues.offset(cue)?).ok()?;
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
        if self.cues.offset(cue) == Some(NULL_CUE) && self.cues.len() > self.entries.len() {
            return None;
        }
        self.entries.get(usize::try_from(cue).ok()?).copied()
    }
}

//! `wave`: one recording of the pool.
//!
//! In: the list, and the file it is in. Out: mono frames: of 16 bit where they lie in the file, of
//! any other coding decoded; a recording of two channels becomes two.
//! Source: \[DLS2\] wave list, `fmt ` and `data`.

use super::info::{DLID, INFO, Label};
use super::sample::{self, WSMP};
use super::{condition, keep_first};
use crate::bank::{Frames, Wave};
use crate::error::{Defect, FourCc};
use crate::extension::LOW;
use crate::findings::{Findings, Place};
use crate::image::Image;
use crate::riff::{Chunk, HEADER, Kind, length};

mod adpcm;
mod decode;
mod format;

use format::Format;
pub(crate) use format::PCM;

/// The list's type.
pub(crate) const WAVE: FourCc = FourCc(*b"wave");
/// Coding of the data.
pub(crate) const FMT: FourCc = FourCc(*b"fmt ");
/// The frames.
pub(crate) const DATA: FourCc = FourCc(*b"data");
/// Number of frames, where the bytes do not say it.
const FACT: FourCc = FourCc(*b"fact");
/// An id by a name that is not its own.
const MISNAMED_ID: FourCc = FourCc(*b"guid");

/// A recording as it is played: its right channel is a wave of its own.
#[derive(Debug)]
pub(super) struct Recording {
    /// The only channel, or the left one.
    pub(super) wave: Wave,
    /// The right channel.
    pub(super) right: Option<Wave>,
}

/// The chunks of a wave.
#[derive(Debug, Default)]
struct Parts<'a> {
    fmt: Option<Chunk<'a>>,
    data: Option<Chunk<'a>>,
    fact: Option<Chunk<'a>>,
    low: Option<Chunk<'a>>,
    wsmp: Option<Chunk<'a>>,
    label: Label<'a>,
}

impl<'a> Parts<'a> {
    fn find(list: &Chunk<'a>, place: &Place<'_>, findings: &mut Findings) -> Self {
        let mut parts = Self::default();
        let mut children = list.children();
        while let Some(chunk) = children.next_noted(place, findings) {
            let slot = match chunk.kind() {
                Kind::Plain(FMT) => &mut parts.fmt,
                Kind::Plain(DATA) => &mut parts.data,
                Kind::Plain(FACT) => &mut parts.fact,
                Kind::Plain(LOW) => &mut parts.low,
                Kind::Plain(WSMP) => &mut parts.wsmp,
                Kind::Plain(DLID) => &mut parts.label.id,
                Kind::List(INFO) => &mut parts.label.texts,
                Kind::Plain(MISNAMED_ID) => {
                    findings.note(place, chunk.offset, Defect::MisnamedId);
                    continue;
                }
                _ => continue,
            };
            keep_first(slot, chunk, place, findings);
        }
        parts
    }
}

/// Reads a wave; `None` when it cannot be played.
pub(super) fn read(
    list: &Chunk<'_>,
    image: &Image,
    place: &Place<'_>,
    findings: &mut Findings,
) -> Option<Recording> {
    if !condition::admits(list, place, findings) {
        return None;
    }
    let parts = Parts::find(list, place, findings);
    for (slot, id) in [(&parts.fmt, FMT), (&parts.data, DATA)] {
        if slot.is_none() {
            findings.note(place, list.offset, Defect::MissingPart { id });
        }
    }
    let format = Format::read(&parts.fmt?, &place.chunk(FMT), findings)?;
    let mut channels = parts.frames(&format, image, place, findings).into_iter();
    let frames = channels.next().filter(|frames| !frames.is_empty());
    let Some(frames) = frames else {
        if let Some(data) = parts.data {
            findings.note(&place.chunk(DATA), data.offset, Defect::WaveEmpty);
        }
        return None;
    };
    let sample = parts.wsmp.and_then(|chunk| {
        let place = place.chunk(WSMP);
        let mut sample = sample::read(&chunk, &place, findings)?;
        sample::fit_loop(&mut sample, frames.len(), chunk.offset, &place, findings);
        Some(sample)
    });
    let (name, about) = parts.label.read_named(place, findings);
    let mut wave = Wave {
        name,
        sample_rate: format.rate_hz,
        frames,
        sample,
        about,
    };
    let right = channels.next().map(|frames| {
        // Neither half is the wave of that id any more.
        wave.about.set_id(None);
        Wave {
            frames,
            ..wave.clone()
        }
    });
    Some(Recording { wave, right })
}

impl Parts<'_> {
    /// The frames of each channel.
    fn frames(
        &self,
        format: &Format,
        image: &Image,
        place: &Place<'_>,
        findings: &mut Findings,
    ) -> Vec<Frames> {
        let Some(data) = self.data else {
            return Vec::new();
        };
        let place = &place.chunk(DATA);
        if let Some(bytes) = format.coding.sample_bytes()
            && data.body.len() % (bytes * format.channels) != 0
        {
            findings.note(place, data.offset, Defect::HalfFrame);
        }
        if !format.is_plain() {
            return decode::channels(data.body, format, self.declared_frames(format));
        }
        let start = data.offset.saturating_add(HEADER);
        let frames = Frames::in_image(image, start..start.saturating_add(data.body.len()));
        vec![match self.low {
            Some(low) if low.body.len() == frames.len() => {
                frames.with_low_in(image, low.offset.saturating_add(HEADER))
            }
            Some(low) => {
                let (declared, used) = (low.body.len(), frames.len());
                findings.note(place, low.offset, Defect::LowBytes { declared, used });
                frames
            }
            None => frames,
        }]
    }

    /// How many frames are meant where a block ends in padding.
    fn declared_frames(&self, format: &Format) -> usize {
        let fact = self.fact.and_then(|fact| fact.fields().u32(0));
        match (format.coding.sample_bytes(), fact) {
            (None, Some(frames)) if frames > 0 => length(frames),
            _ => usize::MAX,
        }
    }
}

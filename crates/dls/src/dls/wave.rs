//! `wave`: one recording of the pool.
//!
//! In: the list, and the file it is in. Out: mono frames: of 16 bit where they lie in the file, of
//! 8 bit widened.
//! Source: \[DLS2\] wave list, `fmt ` and `data`; WAVEFORMATEX and WAVEFORMATEXTENSIBLE.

use super::info::{self, INFO};
use super::sample::{self, WSMP};
use super::{condition, keep_first, note_short};
use crate::bank::{Frames, Wave};
use crate::error::{Defect, FourCc};
use crate::findings::{Findings, Place};
use crate::image::Image;
use crate::limits;
use crate::riff::{Chunk, Fields, HEADER, Kind};

/// The list's type.
pub(crate) const WAVE: FourCc = FourCc(*b"wave");
/// Coding of the data.
pub(crate) const FMT: FourCc = FourCc(*b"fmt ");
/// The frames.
pub(crate) const DATA: FourCc = FourCc(*b"data");
/// Coding: linear PCM.
pub(crate) const PCM: u16 = 1;
/// Coding: named by the first number of a GUID.
const EXTENSIBLE: u16 = 0xFFFE;

/// Reads a wave; `None` when it cannot be played.
pub(super) fn read(
    list: &Chunk<'_>,
    image: &Image,
    place: &Place<'_>,
    findings: &mut Findings,
) -> Option<Wave> {
    if !condition::admits(list, place, findings) {
        return None;
    }
    let (mut fmt, mut data, mut wsmp, mut texts) = (None, None, None, None);
    let mut children = list.children();
    while let Some(chunk) = children.next_noted(place, findings) {
        let slot = match chunk.kind() {
            Kind::Plain(FMT) => &mut fmt,
            Kind::Plain(DATA) => &mut data,
            Kind::Plain(WSMP) => &mut wsmp,
            Kind::List(INFO) => &mut texts,
            _ => continue,
        };
        keep_first(slot, chunk, place, findings);
    }
    let mut part = |slot: Option<Chunk<'_>>, id| {
        if slot.is_none() {
            findings.note(place, list.offset, Defect::MissingPart { id });
        }
    };
    part(fmt, FMT);
    part(data, DATA);
    let (fmt, data) = (fmt?, data?);

    let coding = Coding::read(&fmt, &place.chunk(FMT), findings)?;
    let frames = coding.decode(&data, image, &place.chunk(DATA), findings)?;
    let sample = wsmp.and_then(|chunk| {
        let place = place.chunk(WSMP);
        let mut sample = sample::read(&chunk, &place, findings)?;
        sample::fit_loop(&mut sample, frames.len(), chunk.offset, &place, findings);
        Some(sample)
    });
    let name = texts.map(|chunk| info::read_name(&chunk, &place.chunk(INFO), findings));
    Some(Wave {
        name: name.unwrap_or_default(),
        sample_rate: coding.rate_hz,
        frames,
        sample,
    })
}

/// A coding that can be decoded: mono PCM.
#[derive(Debug, Clone, Copy)]
struct Coding {
    /// Frames per second, `1..=limits::SAMPLE_RATE_HZ`.
    rate_hz: u32,
    /// Frames are 16 bit, not 8.
    wide: bool,
}

impl Coding {
    fn read(fmt: &Chunk<'_>, place: &Place<'_>, findings: &mut Findings) -> Option<Self> {
        let fields = fmt.fields();
        let Some(declared) = Declared::read(fields) else {
            note_short(fmt, 16, place, findings);
            return None;
        };
        let mut note = |defect| findings.note(place, fmt.offset, defect);
        let refusal = match declared {
            Declared { tag, .. } if tag != PCM => Some(Defect::WaveCoding { tag }),
            Declared { channels, .. } if channels != 1 => Some(Defect::WaveChannels { channels }),
            Declared { bits, .. } if bits != 8 && bits != 16 => Some(Defect::WaveBits { bits }),
            _ => None,
        };
        if let Some(defect) = refusal {
            note(defect);
            return None;
        }
        let used = declared.bits / 8;
        if declared.frame_bytes != used {
            note(Defect::WaveFrameSize {
                declared: declared.frame_bytes,
                used,
            });
        }
        let mut rate_hz = declared.rate_hz;
        if rate_hz == 0 || rate_hz > limits::SAMPLE_RATE_HZ {
            note(Defect::WaveRate { hz: rate_hz });
            rate_hz = 44_100;
        }
        Some(Self {
            rate_hz,
            wide: declared.bits == 16,
        })
    }

    fn decode(
        self,
        data: &Chunk<'_>,
        image: &Image,
        place: &Place<'_>,
        findings: &mut Findings,
    ) -> Option<Frames> {
        let frames: Frames = if self.wide {
            if data.body.len() % 2 == 1 {
                findings.note(place, data.offset, Defect::HalfFrame);
            }
            let start = data.offset.saturating_add(HEADER);
            Frames::in_image(image, start..start.saturating_add(data.body.len()))
        } else {
            data.body
                .iter()
                .map(|byte| i16::from_be_bytes([byte ^ 0x80, 0]))
                .collect()
        };
        if frames.is_empty() {
            findings.note(place, data.offset, Defect::WaveEmpty);
            return None;
        }
        Some(frames)
    }
}

/// What `fmt ` says, believed or not.
struct Declared {
    tag: u16,
    channels: u16,
    rate_hz: u32,
    frame_bytes: u16,
    bits: u16,
}

impl Declared {
    fn read(fields: Fields<'_>) -> Option<Self> {
        let mut tag = fields.u16(0)?;
        if tag == EXTENSIBLE {
            tag = fields.u16(24).unwrap_or(tag);
        }
        Some(Self {
            tag,
            channels: fields.u16(2)?,
            rate_hz: fields.u32(4)?,
            frame_bytes: fields.u16(12)?,
            bits: fields.u16(14)?,
        })
    }
}

//! Samples: their frames, where they loop, and how they are tuned.
//!
//! In: `shdr` and `sdta`. Out: a wave for each sample that can be played; those of 16 bit look at
//! the file itself, whatever of it they have in common.
//! Source: \[SF2\] sample headers, sample data; version 3 files for compressed ones.

use std::collections::BTreeMap;

use super::hydra::{SAMPLE, SHDR};
use super::info::{Version, WITH_24_BITS};
use super::keep_first;
use super::records::{Table, passing};
use crate::bank::{About, Frames, LoopKind, Recipient, Wave, WaveLoop, WaveSample};
use crate::dls::info::text;
use crate::error::{Defect, FourCc, ReadError, ReadErrorKind};
use crate::findings::{Findings, Place};
use crate::image::Image;
use crate::limits;
use crate::riff::{Chunk, Fields, HEADER, length};
use crate::units::RelativeGain;

mod vorbis;

/// Frames of 16 bit, or streams.
const SMPL: FourCc = FourCc(*b"smpl");
/// The third bytes of frames of 24 bit.
const SM24: FourCc = FourCc(*b"sm24");

/// Sample type: the right half of a pair.
const RIGHT: u16 = 2;
/// Sample type: the left half of a pair.
const LEFT: u16 = 4;
/// Sample type: an Ogg Vorbis stream.
const COMPRESSED: u16 = 0x10;
/// Sample type: in the memory of a sound card.
const ROM: u16 = 0x8000;
/// What is played for a rate that cannot be.
const USUAL_RATE_HZ: u32 = 44_100;

/// What the samples lie in.
#[derive(Debug)]
pub(super) struct Data<'a> {
    /// All of it as frames.
    frames: Frames,
    /// All of it as bytes.
    bytes: &'a [u8],
    /// Bytes of the whole file.
    file_bytes: usize,
}

impl<'a> Data<'a> {
    /// Finds the frames and what makes them 24 bits wide.
    pub(super) fn read(
        image: &Image,
        sdta: &Chunk<'a>,
        version: Version,
        place: &Place<'_>,
        findings: &mut Findings,
    ) -> Result<Self, ReadError> {
        let (mut smpl, mut sm24) = (None, None);
        let mut children = sdta.children();
        while let Some(chunk) = children.next_noted(place, findings) {
            let slot = match chunk.id {
                SMPL => &mut smpl,
                SM24 => &mut sm24,
                _ => continue,
            };
            keep_first(slot, chunk, place, findings);
        }
        let smpl: Chunk<'a> = smpl.ok_or_else(|| ReadError {
            kind: ReadErrorKind::MissingChunk { id: SMPL },
            offset: sdta.offset,
            path: place.to_string(),
        })?;
        let start = smpl.offset.saturating_add(HEADER);
        let mut frames = Frames::in_image(image, start..start.saturating_add(smpl.body.len()));
        if let Some(low) = sm24.filter(|low| !low.body.is_empty()) {
            let (bytes, count) = (low.body.len(), frames.len());
            if version >= WITH_24_BITS && (bytes == count || bytes == count + count % 2) {
                frames = frames.with_low_in(image, low.offset.saturating_add(HEADER));
            } else {
                let defect = Defect::LowBytes {
                    declared: bytes,
                    used: count,
                };
                findings.note(&place.chunk(SM24), low.offset, defect);
            }
        }
        Ok(Self {
            frames,
            bytes: smpl.body,
            file_bytes: image.bytes().len(),
        })
    }
}

/// What a zone has to know of its sample.
#[derive(Debug, Clone)]
pub(super) struct Sample {
    /// Index of the wave.
    pub(super) wave: u32,
    /// Frames of it.
    pub(super) frames: u32,
    /// The loop as the file has it.
    looped: (u32, u32),
    /// From where that is counted.
    loop_from: u32,
    /// Key of the recording, `0..=127`.
    pub(super) root: u8,
    /// Cents to be added.
    pub(super) correction: i8,
    /// The other half of a pair, and whether this is the right one.
    pub(super) pair: Option<(u16, bool)>,
}

impl Sample {
    /// From the first frame of the wave to the one behind the last of the loop, believed or not.
    pub(super) fn looped(&self) -> (i64, i64) {
        looped(self.looped, self.loop_from)
    }
}

fn looped((start, end): (u32, u32), from: u32) -> (i64, i64) {
    let from = i64::from(from);
    (i64::from(start) - from, i64::from(end) - from)
}

/// All samples.
#[derive(Debug)]
pub(super) struct Samples {
    /// By their number in the file; nothing for those that cannot be played.
    pub(super) table: Vec<Option<Sample>>,
    /// Number of waves that they play.
    pub(super) waves: usize,
}

/// Reads all samples; their waves are handed over.
pub(super) fn read(
    headers: &Table<'_, SAMPLE>,
    data: &Data<'_>,
    place: &Place<'_>,
    recipient: &mut dyn Recipient,
    findings: &mut Findings,
) -> Result<Samples, ReadError> {
    let mut reader = Reader {
        data,
        recipient,
        waves: 0,
        decoder: vorbis::Decoder::new(
            limits::decoded_frames(data.file_bytes),
            limits::codebook_numbers(data.file_bytes),
        ),
        decoded: BTreeMap::new(),
        stream_bytes: data.bytes.len().saturating_mul(2),
    };
    let mut table = passing(headers.len());
    for index in 0..headers.len() {
        let place = place.numbered(SHDR, index);
        let mut note = |defect| findings.note(&place, headers.offset(index), defect);
        let header = headers.get(index).and_then(Header::read);
        table.push(header.and_then(|header| reader.read(&header, &mut note)));
    }
    pair(&mut table);
    if reader.waves == 0 {
        return Err(ReadError {
            kind: ReadErrorKind::NoSamples,
            offset: headers.offset(0),
            path: place.chunk(SHDR).to_string(),
        });
    }
    Ok(Samples {
        table,
        waves: reader.waves,
    })
}

/// Keeps only pairs of which either half names the other.
fn pair(table: &mut [Option<Sample>]) {
    let other = |table: &[Option<Sample>], index: u16| {
        let sample = table.get(usize::from(index))?.as_ref()?;
        sample.pair
    };
    for index in 0..table.len() {
        let Ok(own) = u16::try_from(index) else { break };
        let Some((link, right)) = other(table, own) else {
            continue;
        };
        let answers =
            other(table, link).is_some_and(|(back, its_right)| back == own && its_right != right);
        if !answers && let Some(Some(sample)) = table.get_mut(index) {
            sample.pair = None;
        }
    }
}

/// One record, believed or not.
struct Header<'a> {
    name: &'a [u8],
    start: u32,
    end: u32,
    loop_start: u32,
    loop_end: u32,
    rate_hz: u32,
    key: u8,
    correction: i8,
    link: u16,
    kind: u16,
}

impl<'a> Header<'a> {
    fn read(fields: Fields<'a>) -> Option<Self> {
        Some(Self {
            name: fields.array::<20>(0)?,
            start: fields.u32(20)?,
            end: fields.u32(24)?,
            loop_start: fields.u32(28)?,
            loop_end: fields.u32(32)?,
            rate_hz: fields.u32(36)?,
            key: u8::from_le_bytes(*fields.array(40)?),
            correction: i8::from_le_bytes(*fields.array(41)?),
            link: fields.u16(42)?,
            kind: fields.u16(44)?,
        })
    }
}

/// Makes waves of samples.
struct Reader<'a> {
    data: &'a Data<'a>,
    recipient: &'a mut dyn Recipient,
    /// Number of those that were handed over.
    waves: usize,
    decoder: vorbis::Decoder,
    /// Streams that were decoded, by their place: two samples may be one stream.
    decoded: BTreeMap<(u32, u32), Option<Frames>>,
    /// Bytes of streams that may still be decoded, so that overlapping ones come to an end.
    stream_bytes: usize,
}

impl Reader<'_> {
    fn read(&mut self, header: &Header<'_>, note: &mut dyn FnMut(Defect)) -> Option<Sample> {
        if header.kind & ROM != 0 {
            note(Defect::SampleInRom);
            return None;
        }
        let compressed = header.kind & COMPRESSED != 0;
        let frames = if compressed {
            self.decode(header, note)?
        } else {
            self.cut(header, note)?
        };
        let loop_from = if compressed { 0 } else { header.start };
        let (start, end) = (header.loop_start, header.loop_end);
        let count = u32::try_from(frames.len()).unwrap_or(u32::MAX);
        let root = root(header.key, note);
        let wave_loop = wave_loop(
            looped((start, end), loop_from),
            count,
            LoopKind::Forward,
            &mut |_| {},
        );
        let wave = u32::try_from(self.waves).ok()?;
        self.waves += 1;
        self.recipient.wave(Wave {
            name: text(header.name).trim_end().to_owned(),
            sample_rate: rate(header.rate_hz, note),
            frames,
            sample: Some(WaveSample {
                unity_note: root,
                fine_tune: header.correction.into(),
                gain: RelativeGain::UNITY,
                wave_loop,
                no_truncation: false,
                no_compression: false,
            }),
            about: About::default(),
        });
        Some(Sample {
            wave,
            frames: count,
            looped: (start, end),
            loop_from,
            root,
            correction: header.correction,
            pair: match header.kind & !COMPRESSED {
                LEFT => Some((header.link, false)),
                RIGHT => Some((header.link, true)),
                _ => None,
            },
        })
    }

    /// A view of the frames where they lie.
    fn cut(&self, header: &Header<'_>, note: &mut dyn FnMut(Defect)) -> Option<Frames> {
        let Header { start, end, .. } = *header;
        let frames = self.data.frames.part(length(start)..length(end));
        if frames.is_empty() {
            note(Defect::WaveEmpty);
            return None;
        }
        if length(end) > self.data.frames.len() {
            let frames = self.data.frames.len();
            note(Defect::SampleCut { start, end, frames });
        }
        Some(frames)
    }

    /// The frames of a stream.
    fn decode(&mut self, header: &Header<'_>, note: &mut dyn FnMut(Defect)) -> Option<Frames> {
        let place = (header.start, header.end);
        if let Some(known) = self.decoded.get(&place) {
            if known.is_none() {
                note(Defect::StreamBroken);
            }
            return known.clone();
        }
        let end = length(header.end).min(self.data.bytes.len());
        let stream = self.data.bytes.get(length(header.start)..end);
        let stream = stream.unwrap_or_default();
        let result = match self.stream_bytes.checked_sub(stream.len()) {
            Some(left) => {
                self.stream_bytes = left;
                self.decoder.decode(stream)
            }
            None => Err(vorbis::Fault::TooLong),
        };
        let frames = match result {
            Ok(decoded) => {
                if decoded.damaged {
                    let frames = decoded.frames.len();
                    note(Defect::StreamCut { frames });
                }
                Some(decoded.frames.into())
            }
            Err(fault) => {
                note(match fault {
                    vorbis::Fault::Broken => Defect::StreamBroken,
                    vorbis::Fault::TooLong => Defect::StreamTooLong,
                });
                None
            }
        };
        self.decoded.insert(place, frames.clone());
        frames
    }
}

/// The key of a recording; 255 is one without a pitch.
fn root(key: u8, note: &mut dyn FnMut(Defect)) -> u8 {
    match key {
        0..=127 => key,
        255 => 60,
        _ => {
            note(Defect::UnityNote { value: key.into() });
            60
        }
    }
}

fn rate(hz: u32, note: &mut dyn FnMut(Defect)) -> u32 {
    if (1..=limits::SAMPLE_RATE_HZ).contains(&hz) {
        return hz;
    }
    note(Defect::WaveRate { hz });
    USUAL_RATE_HZ
}

/// A loop between two frames, cut to its wave.
pub(super) fn wave_loop(
    (start, end): (i64, i64),
    frames: u32,
    kind: LoopKind,
    note: &mut dyn FnMut(Defect),
) -> Option<WaveLoop> {
    let last = i64::from(frames);
    let inside = (start.clamp(0, last), end.clamp(0, last));
    let bounds = u32::try_from(inside.0)
        .ok()
        .zip(u32::try_from(inside.1).ok());
    let Some((first, behind)) = bounds.filter(|(first, behind)| first < behind) else {
        note(Defect::LoopLost { start, end, frames });
        return None;
    };
    if inside != (start, end) {
        note(Defect::LoopCut { start, end, frames });
    }
    Some(WaveLoop {
        kind,
        start: first,
        length: behind - first,
    })
}

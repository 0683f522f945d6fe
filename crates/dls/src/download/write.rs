//! Downloads to bytes: the parts one after the other, and the table that finds them.
//!
//! Instruments are written with lists of connections. What these cannot say stands in extensions
//! with the ids and bodies of the chunks of a file.
//! Thread: control. Source: \[hdr\] dmdls.h, dls1.h.

use super::{GENERAL_MIDI, HEAD, INSTRUMENT_2, InstrumentChunk, PATCH_DRUMS, WAVE, WaveChunk};
use crate::bank::{Connection, LoopKind, Region, Wave, WaveSample};
use crate::dls::articulation::{BLOCK, Level};
use crate::dls::block;
use crate::dls::region::{MULTI_CHANNEL, PHASE_MASTER, SELF_NON_EXCLUSIVE};
use crate::dls::sample::{HEAD as SAMPLE_HEAD, LOOP, NO_COMPRESSION, NO_TRUNCATION};
use crate::dls::wave::PCM;
use crate::error::FourCc;
use crate::extension::{self, OfInstrument, OfRegion, Split};

impl InstrumentChunk {
    /// The chunk; [`Download::read`](super::Download::read) gives the same instrument back if it
    /// is one that a chunk can hold: no name, no layers, playback data at every region, at least
    /// one region, and lists as [`to_dls`](crate::write::to_dls) asks for them.
    ///
    /// A region whose wave has no id is linked to the id `0xFFFF_FFFF`, which nobody has.
    ///
    /// # Real-time
    /// Control side only. Not real-time: allocates.
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut writer = Writer::default();
        let object = writer.reserve();
        let dialect = self.instrument.dialect;
        let lists = Split::of(&self.instrument.articulation, dialect, Level::Instrument);
        let global = Some(&lists.plain).filter(|list| !list.is_empty());
        let global = writer.articulation(global);
        let beyond = OfInstrument::write(&self.instrument, &lists.beyond);
        let beyond = writer.extension(extension::INSTRUMENT, beyond);
        let indices: Vec<u32> = self
            .instrument
            .regions
            .iter()
            .map(|_| writer.reserve())
            .collect();
        let following = indices.iter().skip(1).copied().chain([0]);
        for ((region, index), next) in self.instrument.regions.iter().zip(&indices).zip(following) {
            let own = region.articulation.as_ref();
            let lists = own.map(|list| Split::of(list, dialect, Level::Region));
            let articulation = writer.articulation(lists.as_ref().map(|lists| &lists.plain));
            let beyond = lists.map(|lists| lists.beyond).unwrap_or_default();
            let beyond = writer.extension(extension::REGION, OfRegion::write(region, &beyond));
            let wave = self.waves.get(region.wave).copied().unwrap_or(u32::MAX);
            let links = [articulation, next, beyond];
            writer.put(*index, part_of_region(region, wave, links));
        }
        let patch = self.instrument.patch;
        let [program, lsb, msb] =
            [patch.program, patch.bank_lsb, patch.bank_msb].map(|part| part & 0x7F);
        let drums = if patch.drums { PATCH_DRUMS } else { 0 };
        let mut part = Bytes::default();
        part.u32(drums | u32::from_le_bytes([program, lsb, msb, 0]));
        part.u32(indices.first().copied().unwrap_or(0));
        part.u32(global);
        part.u32(beyond);
        part.u32(0);
        part.u32(if self.general_midi { GENERAL_MIDI } else { 0 });
        writer.put(object, part);
        writer.finish(INSTRUMENT_2, self.id)
    }
}

impl WaveChunk {
    /// The chunk; the wave's name and playback data are no part of it.
    ///
    /// # Real-time
    /// Control side only. Not real-time: allocates.
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        wave(self.id, &self.wave)
    }
}

/// The chunk of a wave.
pub(super) fn wave(id: u32, wave: &Wave) -> Vec<u8> {
    let mut writer = Writer::default();
    let object = writer.reserve();
    let data = writer.reserve();
    let low = writer.extension(extension::LOW, wave.frames.low().map(<[u8]>::to_vec));
    let mut part = Bytes::default();
    part.u32(low);
    part.u32(0);
    part.u32(data);
    part.u16(PCM);
    part.u16(1);
    part.u32(wave.sample_rate);
    part.u32(wave.sample_rate.saturating_mul(2));
    part.u16(2);
    part.u16(16);
    part.u16(0);
    writer.put(object, part);
    let mut part = Bytes::default();
    part.u32(saturated(wave.frames.len().saturating_mul(2)));
    part.0
        .extend(wave.frames.iter().flat_map(|frame| frame.to_le_bytes()));
    writer.put(data, part);
    writer.finish(WAVE, id)
}

/// - `links`: indices of the articulation, the next region and the extension
fn part_of_region(region: &Region, wave: u32, links: [u32; 3]) -> Bytes {
    let mut part = Bytes::default();
    for range in [&region.keys, &region.velocities] {
        part.u16(u16::from(*range.start()));
        part.u16(u16::from(*range.end()));
    }
    part.u16(flag(region.self_non_exclusive, SELF_NON_EXCLUSIVE));
    part.u16(region.key_group);
    links.into_iter().for_each(|link| part.u32(link));
    let link = region.link;
    let master = flag(link.phase_master, PHASE_MASTER);
    part.u16(master | flag(link.multi_channel, MULTI_CHANNEL));
    part.u16(link.phase_group);
    part.u32(link.channels);
    part.u32(wave);
    part.sample(&region.sample.unwrap_or_default());
    part
}

/// The parts of a chunk, by index.
#[derive(Debug, Default)]
struct Writer {
    parts: Vec<Bytes>,
}

impl Writer {
    /// An index for a part that is put later.
    fn reserve(&mut self) -> u32 {
        self.parts.push(Bytes::default());
        saturated(self.parts.len() - 1)
    }

    fn put(&mut self, index: u32, part: Bytes) {
        if let Some(place) = usize::try_from(index)
            .ok()
            .and_then(|index| self.parts.get_mut(index))
        {
            *place = part;
        }
    }

    /// An articulation with its list; index 0 for none.
    fn articulation(&mut self, connections: Option<&Vec<Connection>>) -> u32 {
        let Some(connections) = connections else {
            return 0;
        };
        let (index, list) = (self.reserve(), self.reserve());
        let mut part = Bytes::default();
        part.u32(list);
        part.u32(0);
        part.u32(0);
        self.put(index, part);
        let mut part = Bytes::default();
        part.u32(saturated(8 + BLOCK * connections.len()));
        part.u32(saturated(connections.len()));
        for connection in connections {
            part.0.extend(block::bytes_of(connection));
        }
        self.put(list, part);
        index
    }

    /// An extension; index 0 for none.
    fn extension(&mut self, id: FourCc, body: Option<Vec<u8>>) -> u32 {
        let Some(body) = body else {
            return 0;
        };
        let index = self.reserve();
        let mut part = Bytes::default();
        part.u32(saturated(body.len()));
        part.u32(0);
        part.0.extend(id.0);
        part.0.extend(body);
        self.put(index, part);
        index
    }

    /// Head, table and parts, each part on a whole word.
    fn finish(self, kind: u32, id: u32) -> Vec<u8> {
        let mut offset = HEAD + 4 * self.parts.len();
        let mut table = Bytes::default();
        for part in &self.parts {
            table.u32(saturated(offset));
            offset += part.0.len().next_multiple_of(4);
        }
        let mut chunk = Bytes::default();
        for field in [kind, id, saturated(self.parts.len()), saturated(offset)] {
            chunk.u32(field);
        }
        let mut bytes = chunk.0;
        bytes.reserve(offset.saturating_sub(HEAD));
        bytes.extend(table.0);
        for part in self.parts {
            bytes.extend(part.0);
            bytes.resize(bytes.len().next_multiple_of(4), 0);
        }
        bytes
    }
}

/// A part as far as it is written.
#[derive(Debug, Default)]
struct Bytes(Vec<u8>);

impl Bytes {
    fn u16(&mut self, value: u16) {
        self.0.extend(value.to_le_bytes());
    }

    fn u32(&mut self, value: u32) {
        self.0.extend(value.to_le_bytes());
    }

    fn i32(&mut self, value: i32) {
        self.0.extend(value.to_le_bytes());
    }

    /// Playback data and a loop, which is there even if it does not count.
    fn sample(&mut self, sample: &WaveSample) {
        let options = if sample.no_truncation {
            NO_TRUNCATION
        } else {
            0
        } | if sample.no_compression {
            NO_COMPRESSION
        } else {
            0
        };
        self.u32(SAMPLE_HEAD);
        self.u16(u16::from(sample.unity_note));
        self.0.extend(sample.fine_tune.to_le_bytes());
        self.i32(sample.gain.0);
        self.u32(options);
        self.u32(u32::from(sample.wave_loop.is_some()));
        let (kind, start, length) = sample.wave_loop.map_or((0, 0, 0), |wave_loop| {
            let kind = match wave_loop.kind {
                LoopKind::Forward => 0,
                LoopKind::UntilRelease => 1,
            };
            (kind, wave_loop.start, wave_loop.length)
        });
        for field in [LOOP, kind, start, length] {
            self.u32(field);
        }
    }
}

fn flag(set: bool, bit: u16) -> u16 {
    if set { bit } else { 0 }
}

fn saturated(value: usize) -> u32 {
    u32::try_from(value).unwrap_or(u32::MAX)
}

//! Writes a bank as a DLS Level 2 file.
//!
//! Every region is a `rgn2` and every list of connections a `lar2` with one `art2`, so that
//! nothing a bank can say is lost and a Level 1 device, which cannot play it, skips it.
//! The same bank gives the same bytes on every machine.
//! Source: \[DLS2\] file structure.

use crate::bank::{Bank, Connection, Instrument, LoopKind, Region, Wave, WaveSample};
use crate::dls::articulation::{ART2, HEAD as ARTICULATION_HEAD, LAR2};
use crate::dls::code::{Transforms, destination_code, source_code};
use crate::dls::info::{ICMT, ICOP, IENG, INAM, INFO, ISFT};
use crate::dls::instrument::{DRUMS, INS, INSH, LRGN};
use crate::dls::pool::HEAD as TABLE_HEAD;
use crate::dls::region::{MULTI_CHANNEL, PHASE_MASTER, RGN2, RGNH, SELF_NON_EXCLUSIVE, WLNK};
use crate::dls::sample::{HEAD as SAMPLE_HEAD, LOOP, NO_COMPRESSION, NO_TRUNCATION, WSMP};
use crate::dls::wave::{DATA, FMT, PCM, WAVE};
use crate::dls::{COLH, LINS, PTBL, VERS, WVPL};
use crate::error::FourCc;
use crate::riff::{LIST, RIFF};

/// A DLS Level 2 file of a bank; [`Bank::warnings`] are no part of it.
///
/// [`Bank::read`] gives the same bank back, without a warning, if the bank is one that a file can
/// hold. It can hold whatever reading gave, if that has an instrument, and any other in which
/// - there is a wave, an instrument, and in every instrument a region,
/// - indices, ranges, loops and rates keep what [`crate::bank`] says of them, and lists and texts
///   the [`crate::limits`],
/// - texts hold no zero character,
/// - gains, of wave samples and connections, lie within -96..=96 dB,
/// - connections to the key number stand at instruments only,
/// - a connection of the specification's tables whose source has a curve, a polarity or an
///   inversion there (velocity or controllers 7 and 11 to gain, an oscillator to pitch, ..) has
///   one too: a plain source is read as the one in the table,
/// - key or velocity to a time is not bipolar.
///
/// Of a bank beyond that, a file is written that can be read, with what does not fit left out or
/// put right by the reader. A file holds at most 4 GiB.
///
/// # Real-time
/// Control side only. Not real-time: allocates.
///
/// # Source
/// \[DLS2\] file structure; Microsoft RIFF.
#[must_use]
pub fn to_dls(bank: &Bank) -> Vec<u8> {
    let mut file = File::default();
    file.container(RIFF, FourCc(*b"DLS "), |file| {
        if let Some([a, b, c, d]) = bank.info.version {
            file.chunk(VERS, |file| {
                [b, a, d, c].into_iter().for_each(|field| file.u16(field))
            });
        }
        file.chunk(COLH, |file| file.count(bank.instruments.len()));
        file.container(LIST, LINS, |file| {
            bank.instruments
                .iter()
                .for_each(|instrument| file.instrument(instrument));
        });
        file.waves(&bank.waves);
        let info = &bank.info;
        file.info(&[
            (INAM, &info.name),
            (IENG, &info.engineer),
            (ICOP, &info.copyright),
            (ICMT, &info.comment),
            (ISFT, &info.software),
        ]);
    });
    file.bytes
}

/// A file as far as it is written.
#[derive(Debug, Default)]
struct File {
    bytes: Vec<u8>,
}

/// The parts of a bank.
impl File {
    fn instrument(&mut self, instrument: &Instrument) {
        self.container(LIST, INS, |file| {
            file.chunk(INSH, |file| {
                let patch = instrument.patch;
                let drums = if patch.drums { DRUMS } else { 0 };
                let lsb = u32::from(patch.bank_lsb & 0x7F);
                let msb = u32::from(patch.bank_msb & 0x7F);
                file.count(instrument.regions.len());
                file.u32(drums | msb << 8 | lsb);
                file.u32(u32::from(patch.program & 0x7F));
            });
            file.container(LIST, LRGN, |file| {
                instrument
                    .regions
                    .iter()
                    .for_each(|region| file.region(region));
            });
            if !instrument.articulation.is_empty() {
                file.articulation(&instrument.articulation);
            }
            file.info(&[(INAM, &instrument.name)]);
        });
    }

    fn region(&mut self, region: &Region) {
        self.container(LIST, RGN2, |file| {
            file.chunk(RGNH, |file| {
                for range in [&region.keys, &region.velocities] {
                    file.u16(u16::from(*range.start()));
                    file.u16(u16::from(*range.end()));
                }
                file.u16(flag(region.self_non_exclusive, SELF_NON_EXCLUSIVE));
                file.u16(region.key_group);
                if let Some(layer) = region.layer {
                    file.u16(layer);
                }
            });
            if let Some(sample) = &region.sample {
                file.sample(sample);
            }
            file.chunk(WLNK, |file| {
                let link = region.link;
                let master = flag(link.phase_master, PHASE_MASTER);
                file.u16(master | flag(link.multi_channel, MULTI_CHANNEL));
                file.u16(link.phase_group);
                file.u32(link.channels);
                file.count(region.wave);
            });
            if let Some(connections) = &region.articulation {
                file.articulation(connections);
            }
        });
    }

    fn articulation(&mut self, connections: &[Connection]) {
        self.container(LIST, LAR2, |file| {
            file.chunk(ART2, |file| {
                file.u32(ARTICULATION_HEAD);
                file.count(connections.len());
                connections
                    .iter()
                    .for_each(|connection| file.connection(connection));
            });
        });
    }

    fn connection(&mut self, connection: &Connection) {
        let transforms = Transforms {
            source: connection.source_transform,
            control: connection.control_transform,
            output: connection.output_curve,
        };
        self.u16(source_code(connection.source));
        self.u16(source_code(connection.control));
        self.u16(destination_code(connection.destination));
        self.u16(transforms.pack());
        self.i32(connection.scale);
    }

    fn sample(&mut self, sample: &WaveSample) {
        self.chunk(WSMP, |file| {
            let mut options = 0;
            if sample.no_truncation {
                options |= NO_TRUNCATION;
            }
            if sample.no_compression {
                options |= NO_COMPRESSION;
            }
            file.u32(SAMPLE_HEAD);
            file.u16(u16::from(sample.unity_note));
            file.bytes.extend(sample.fine_tune.to_le_bytes());
            file.i32(sample.gain.0);
            file.u32(options);
            file.count(usize::from(sample.wave_loop.is_some()));
            if let Some(wave_loop) = sample.wave_loop {
                file.u32(LOOP);
                file.u32(match wave_loop.kind {
                    LoopKind::Forward => 0,
                    LoopKind::UntilRelease => 1,
                });
                file.u32(wave_loop.start);
                file.u32(wave_loop.length);
            }
        });
    }

    /// The cue table, whose cues are the waves in their order, then the pool.
    fn waves(&mut self, waves: &[Wave]) {
        let mut cues = 0;
        self.chunk(PTBL, |file| {
            file.u32(TABLE_HEAD);
            file.count(waves.len());
            cues = file.bytes.len();
            waves.iter().for_each(|_| file.u32(0));
        });
        self.container(LIST, WVPL, |file| {
            let start = file.bytes.len();
            for (index, wave) in waves.iter().enumerate() {
                let offset = file.bytes.len() - start;
                file.overwrite(cues + 4 * index, offset);
                file.wave(wave);
            }
        });
    }

    fn wave(&mut self, wave: &Wave) {
        self.container(LIST, WAVE, |file| {
            file.chunk(FMT, |file| {
                file.u16(PCM);
                file.u16(1);
                file.u32(wave.sample_rate);
                file.u32(wave.sample_rate.saturating_mul(2));
                file.u16(2);
                file.u16(16);
            });
            file.chunk(DATA, |file| {
                file.bytes
                    .extend(wave.frames.iter().flat_map(|frame| frame.to_le_bytes()));
            });
            if let Some(sample) = &wave.sample {
                file.sample(sample);
            }
            file.info(&[(INAM, &wave.name)]);
        });
    }

    /// Those texts that are not empty; no list when all are.
    fn info(&mut self, texts: &[(FourCc, &str)]) {
        if texts.iter().all(|(_, text)| text.is_empty()) {
            return;
        }
        self.container(LIST, INFO, |file| {
            for (id, text) in texts.iter().filter(|(_, text)| !text.is_empty()) {
                file.chunk(*id, |file| {
                    file.bytes.extend(text.as_bytes());
                    file.bytes.push(0);
                });
            }
        });
    }
}

/// Chunks and numbers.
impl File {
    fn container(&mut self, id: FourCc, kind: FourCc, children: impl FnOnce(&mut Self)) {
        self.chunk(id, |file| {
            file.bytes.extend(kind.0);
            children(file);
        });
    }

    /// A chunk of what `body` writes, padded to an even length.
    fn chunk(&mut self, id: FourCc, body: impl FnOnce(&mut Self)) {
        self.bytes.extend(id.0);
        let size = self.bytes.len();
        self.u32(0);
        let start = self.bytes.len();
        body(self);
        let written = self.bytes.len() - start;
        self.overwrite(size, written);
        if written % 2 == 1 {
            self.bytes.push(0);
        }
    }

    /// Puts a size or an offset where a 0 was kept for it.
    fn overwrite(&mut self, at: usize, value: usize) {
        if let Some(place) = self.bytes.get_mut(at..at + 4) {
            place.copy_from_slice(&saturated(value).to_le_bytes());
        }
    }

    fn count(&mut self, value: usize) {
        self.u32(saturated(value));
    }

    fn u16(&mut self, value: u16) {
        self.bytes.extend(value.to_le_bytes());
    }

    fn u32(&mut self, value: u32) {
        self.bytes.extend(value.to_le_bytes());
    }

    fn i32(&mut self, value: i32) {
        self.bytes.extend(value.to_le_bytes());
    }
}

fn flag(set: bool, bit: u16) -> u16 {
    if set { bit } else { 0 }
}

fn saturated(value: usize) -> u32 {
    u32::try_from(value).unwrap_or(u32::MAX)
}

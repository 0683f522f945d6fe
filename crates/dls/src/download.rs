//! Low-level downloads: one instrument or wave as a chunk of memory with a table of offsets.
//!
//! In: the bytes of a chunk, or a part of a [`Bank`]. Out: the part, owned, or the bytes.
//! Owner: whoever holds them. Thread: control; everything here allocates.
//! Source: \[WDK\] DLS Download Support; \[hdr\] dmdls.h, dls1.h.
//!
//! A chunk says less than a bank: it has no texts and no editing layers, and playback data stands
//! at regions only. What plain DLS cannot say goes into extensions, the first of their chains, as it
//! does into chunks of a file. Structure is strict, as a chunk is made by a program and not met in the wild:
//! what does not fit is a [`ChunkError`]. Gains, connections and upper ends of ranges are taken as
//! from a file.
//!
//! ```
//! use dmus_dls::download::{Download, WaveChunk};
//! use dmus_dls::bank::Wave;
//!
//! let chunk = WaveChunk {
//!     id: 7,
//!     wave: Wave { name: String::new(), sample_rate: 22_050, frames: vec![0; 64].into(), sample: None,
//!         about: Default::default() },
//! };
//! assert_eq!(Download::read(&chunk.to_bytes()), Ok(Download::Wave(chunk)));
//! ```

use std::error::Error;
use std::fmt;

use crate::bank::{Bank, Instrument, Wave};

mod chunk;
mod read;
mod region;
mod wave;
mod write;

/// Bytes before the table of offsets.
const HEAD: usize = 16;
/// Type of an instrument with Level 1 articulation.
const INSTRUMENT: u32 = 1;
/// Type of a wave.
const WAVE: u32 = 2;
/// Type of an instrument with lists of connections.
const INSTRUMENT_2: u32 = 3;
/// The id that names the set in read-only memory.
const ROM_SET: u32 = u32::MAX;
/// Instrument flag: belongs to General MIDI's set.
const GENERAL_MIDI: u32 = 1;
/// Bits of a patch that mean something.
const PATCH_BITS: u32 = 0x807F_7F7F;
/// Patch bit: a drum kit.
const PATCH_DRUMS: u32 = 1 << 31;

/// What one chunk holds.
///
/// # Source
/// \[WDK\] DMUS_DOWNLOADINFO.
#[derive(Debug, Clone, PartialEq)]
pub enum Download {
    /// An instrument; it links to waves that are downloaded by themselves.
    Instrument(InstrumentChunk),
    /// A wave.
    Wave(WaveChunk),
}

/// An instrument as a chunk holds it.
///
/// # Source
/// \[hdr\] dmdls.h: DMUS_INSTRUMENT, DMUS_REGION.
#[derive(Debug, Clone, PartialEq)]
pub struct InstrumentChunk {
    /// Id of the download; any but `0xFFFF_FFFF`.
    pub id: u32,
    /// The instrument. [`Region::wave`](crate::bank::Region::wave) is an index into `waves`, and
    /// no region leaves its playback data to the wave.
    pub instrument: Instrument,
    /// Ids of the downloads that hold its waves, each once.
    pub waves: Vec<u32>,
    /// It belongs to General MIDI's set.
    pub general_midi: bool,
}

/// A wave as a chunk holds it.
///
/// # Source
/// \[hdr\] dmdls.h: DMUS_WAVE, DMUS_WAVEDATA.
#[derive(Debug, Clone, PartialEq)]
pub struct WaveChunk {
    /// Id of the download; any but `0xFFFF_FFFF`.
    pub id: u32,
    /// The recording, without name or playback data.
    pub wave: Wave,
}

impl InstrumentChunk {
    /// An instrument of a bank, ready to be written.
    ///
    /// - `id`: of this download
    /// - `wave_ids`: of the bank's waves, in their order
    /// - returns nothing if the bank has no such instrument, or a region's wave has no id
    ///
    /// Playback data that a region leaves to its wave is written at the region.
    #[must_use]
    pub fn of(bank: &Bank, index: usize, id: u32, wave_ids: &[u32]) -> Option<Self> {
        let mut instrument = bank.instruments.get(index)?.clone();
        instrument.name = String::new();
        instrument.about = Default::default();
        let mut waves = Vec::new();
        for region in &mut instrument.regions {
            let wave = bank.waves.get(region.wave)?;
            let wave_id = *wave_ids.get(region.wave)?;
            region.layer = None;
            region.about = Default::default();
            region.sample = Some(region.sample.or(wave.sample).unwrap_or_default());
            let known = waves.iter().position(|known| *known == wave_id);
            region.wave = known.unwrap_or_else(|| {
                waves.push(wave_id);
                waves.len() - 1
            });
        }
        Some(Self {
            id,
            instrument,
            waves,
            general_midi: false,
        })
    }
}

/// A whole bank as chunks in the order of downloading: waves, then the instruments that play them.
///
/// - `first_id`: of the first wave; the following ids count up from it
/// - instruments without a region are left out
#[must_use]
pub fn chunks_of(bank: &Bank, first_id: u32) -> Vec<Vec<u8>> {
    let mut next_id = first_id;
    let mut take_id = || {
        let id = next_id;
        next_id = next_id.wrapping_add(1);
        id
    };
    let wave_ids: Vec<u32> = bank.waves.iter().map(|_| take_id()).collect();
    let mut chunks: Vec<Vec<u8>> = wave_ids
        .iter()
        .zip(&bank.waves)
        .map(|(id, wave)| write::wave(*id, wave))
        .collect();
    for index in 0..bank.instruments.len() {
        let id = take_id();
        chunks.extend(
            InstrumentChunk::of(bank, index, id, &wave_ids)
                .filter(|chunk| !chunk.instrument.regions.is_empty())
                .map(|chunk| chunk.to_bytes()),
        );
    }
    chunks
}

/// Why bytes are no chunk.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum ChunkError {
    /// The chunk is empty or breaks off within a structure.
    Truncated {
        /// Where it ends, bytes from its start.
        offset: u32,
    },
    /// The table of offsets is empty or does not fit, an offset lies outside, or the object does
    /// not follow the table.
    BadOffsetTable {
        /// The entry.
        index: u32,
    },
    /// No object of this type is known.
    UnknownType(u32),
    /// A chain comes back to an entry it has passed.
    Cycle {
        /// The entry.
        index: u32,
    },
    /// A field is out of its range.
    BadField {
        /// Its name in the original's structure.
        field: &'static str,
        /// What it holds.
        value: u32,
    },
    /// The coding of a wave is not mono PCM of 8 or 16 bits.
    BadWaveFormat {
        /// The format tag.
        tag: u16,
        /// Bits of a sample.
        bits: u16,
    },
    /// More regions or connections than one instrument may have.
    TooLarge,
}

impl fmt::Display for ChunkError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Truncated { offset } => write!(f, "chunk breaks off at byte {offset}"),
            Self::BadOffsetTable { index } => {
                write!(
                    f,
                    "entry {index} of the offset table lies outside the chunk"
                )
            }
            Self::UnknownType(kind) => write!(f, "chunk type {kind}, allowed are 1, 2 and 3"),
            Self::Cycle { index } => write!(f, "entry {index} is linked to twice in one chain"),
            Self::BadField { field, value } => write!(f, "{field} is {value:#x}, out of range"),
            Self::BadWaveFormat { tag, bits } => write!(
                f,
                "wave format {tag} with {bits} bits, allowed is PCM with 8 or 16"
            ),
            Self::TooLarge => f.write_str("more regions or connections than one instrument has"),
        }
    }
}

impl Error for ChunkError {}

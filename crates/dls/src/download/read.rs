//! Bytes to a download: every offset, length and index is checked before it is used.
//!
//! Time and memory are linear in the bytes: what two chains of extensions share is walked once,
//! and copies of a shared list of connections draw on one budget.
//! Thread: control. Source: \[hdr\] dmdls.h, dls1.h.

use std::collections::BTreeMap;

use super::chunk::{Chunk, Part};
use super::region::RegionHead;
use super::{
    ChunkError, Download, GENERAL_MIDI, INSTRUMENT, INSTRUMENT_2, InstrumentChunk, PATCH_BITS,
    PATCH_DRUMS, ROM_SET, WAVE, WaveChunk, wave,
};
use crate::bank::{Connection, Dialect, Instrument, Patch, Region};
use crate::dls::articulation::{BLOCK, Level};
use crate::dls::block::BlockReader;
use crate::error::{Defect, FourCc};
use crate::extension::{self, Insertions, OfInstrument, OfRegion};
use crate::image::Image;
use crate::limits;
use crate::riff::{Fields, length};

/// Articulations and connections that one instrument may copy, shared ones counted each time.
const BUDGET: usize = 1 << 18;

/// The numbers of Level 1 articulation in their order: source, control, destination.
///
/// # Source
/// \[hdr\] dmdls.h: DMUS_ARTICPARAMS; \[DLS1\] connection blocks.
const LEVEL_1: [[u16; 3]; 20] = [
    [0, 0, 0x0104],
    [0, 0, 0x0105],
    [1, 0, 0x0001],
    [1, 0, 0x0003],
    [1, 0x81, 0x0001],
    [1, 0x81, 0x0003],
    [0, 0, 0x0206],
    [0, 0, 0x0207],
    [0, 0, 0x020A],
    [0, 0, 0x0209],
    [2, 0, 0x0206],
    [3, 0, 0x0207],
    [0, 0, 0x030A],
    [0, 0, 0x030B],
    [0, 0, 0x030E],
    [0, 0, 0x030D],
    [2, 0, 0x030A],
    [3, 0, 0x030B],
    [5, 0, 0x0003],
    [0, 0, 0x0004],
];

impl Download {
    /// Reads one chunk; everything is copied, nothing borrows from `bytes`.
    ///
    /// - `bytes`: from the head on; what follows the declared size is not looked at
    ///
    /// # Errors
    /// [`ChunkError`] names what does not fit; the chunk has to be made anew.
    ///
    /// # Real-time
    /// Control side only. Not real-time: allocates.
    ///
    /// # Source
    /// \[WDK\] DLS Download Support; SYNTH_BUFFER.
    pub fn read(bytes: &[u8]) -> Result<Self, ChunkError> {
        Self::read_in(bytes, None)
    }

    /// Reads one chunk, whose 16-bit frames may stay where they are.
    ///
    /// # Errors
    /// As [`read`](Self::read).
    ///
    /// # Real-time
    /// Control side only. Not real-time: allocates.
    pub fn from_image(image: &Image) -> Result<Self, ChunkError> {
        Self::read_in(image.bytes(), Some(image))
    }

    fn read_in(bytes: &[u8], image: Option<&Image>) -> Result<Self, ChunkError> {
        let fields = Fields(bytes);
        let truncated = ChunkError::Truncated {
            offset: u32::try_from(bytes.len()).unwrap_or(u32::MAX),
        };
        let head = |at| fields.u32(at).ok_or(truncated);
        let (kind, id, entries, total) = (head(0)?, head(4)?, head(8)?, head(12)?);
        if !matches!(kind, INSTRUMENT | WAVE | INSTRUMENT_2) {
            return Err(ChunkError::UnknownType(kind));
        }
        if id == ROM_SET {
            return Err(ChunkError::BadField {
                field: "dwDLId",
                value: id,
            });
        }
        let whole = bytes.get(..length(total)).ok_or(truncated)?;
        let chunk = Chunk::new(whole, length(entries))?;
        let object = chunk.part(0)?;
        match kind {
            WAVE => Ok(Self::Wave(WaveChunk {
                id,
                wave: wave::read(&chunk, object, image)?,
            })),
            _ => Reader::new(chunk, kind == INSTRUMENT)
                .instrument(id, object)
                .map(Self::Instrument),
        }
    }
}

/// Where a list of connections stands, and what stands there beyond it.
struct Articulation {
    insertions: Insertions,
    dialect: Dialect,
    level: Level,
}

/// Reads one instrument.
pub(super) struct Reader<'a> {
    chunk: Chunk<'a>,
    level_1: bool,
    /// By entry, the chain of extensions that passed it; 0 is none.
    passed: Vec<u32>,
    /// Number of the chain of extensions that was walked last.
    chain: u32,
    /// Articulations and connections that may still be copied.
    budget: usize,
}

impl<'a> Reader<'a> {
    pub(super) fn new(chunk: Chunk<'a>, level_1: bool) -> Self {
        Self {
            chunk,
            level_1,
            passed: vec![0; chunk.entries()],
            chain: 0,
            budget: BUDGET,
        }
    }

    fn instrument(mut self, id: u32, object: Part<'a>) -> Result<InstrumentChunk, ChunkError> {
        let patch = patch(object.u32(0)?)?;
        let first_region = object.u32(4)?;
        let OfInstrument {
            dialect,
            insertions,
        } = match self.own(object.u32(12)?, extension::INSTRUMENT)? {
            Some(body) => self.beyond("DMUI", body, OfInstrument::read)?,
            None => OfInstrument::default(),
        };
        let list = Articulation {
            insertions,
            dialect,
            level: Level::Instrument,
        };
        let articulation = self.articulation(object.u32(8)?, list)?;
        self.chunk.counted(object.u32(16)?)?;
        let general_midi = object.u32(20)? & GENERAL_MIDI != 0;
        if first_region == 0 {
            return Err(ChunkError::BadField {
                field: "ulFirstRegionIdx",
                value: 0,
            });
        }
        let (regions, waves) = self.regions(first_region, dialect)?;
        Ok(InstrumentChunk {
            id,
            instrument: Instrument {
                patch,
                name: String::new(),
                regions,
                articulation: articulation.unwrap_or_default(),
                dialect,
                about: Default::default(),
            },
            waves,
            general_midi,
        })
    }

    /// The chain of regions, and the ids of their waves in the order of first use.
    fn regions(
        &mut self,
        first: u32,
        dialect: Dialect,
    ) -> Result<(Vec<Region>, Vec<u32>), ChunkError> {
        let mut regions = Vec::new();
        let mut waves = Vec::new();
        let mut known = BTreeMap::new();
        let mut met = vec![false; self.chunk.entries()];
        let mut index = first;
        while let Some(part) = self.chunk.optional(index)? {
            if let Some(met) = met.get_mut(length(index))
                && std::mem::replace(met, true)
            {
                return Err(ChunkError::Cycle { index });
            }
            if regions.len() == limits::REGIONS {
                return Err(ChunkError::TooLarge);
            }
            let head = RegionHead::read(&part)?;
            let mut beyond = match self.own(head.extensions, extension::REGION)? {
                Some(body) => self.beyond("DMUR", body, OfRegion::read)?,
                None => OfRegion::default(),
            };
            let list = Articulation {
                insertions: std::mem::take(&mut beyond.insertions),
                dialect,
                level: Level::Region,
            };
            let articulation = self.articulation(head.articulation, list)?;
            let wave = *known.entry(head.wave).or_insert_with(|| {
                waves.push(head.wave);
                waves.len() - 1
            });
            index = head.next;
            regions.push(head.region(wave, articulation, &beyond));
        }
        Ok((regions, waves))
    }

    /// Walks a chain of extensions, of which the first may mean something here.
    ///
    /// - `ours`: the id by which it does
    /// - returns its bytes
    pub(super) fn own(&mut self, first: u32, ours: FourCc) -> Result<Option<&'a [u8]>, ChunkError> {
        self.extensions(first)?;
        let Some(part) = self.chunk.optional(first)? else {
            return Ok(None);
        };
        if part.bytes(8, 4)? != ours.0 {
            return Ok(None);
        }
        part.bytes(12, length(part.u32(0)?)).map(Some)
    }

    /// Walks a chain of extensions.
    fn extensions(&mut self, first: u32) -> Result<(), ChunkError> {
        self.chain = self.chain.wrapping_add(1);
        let mut index = first;
        while let Some(part) = self.chunk.optional(index)? {
            let Some(passed) = self.passed.get_mut(length(index)) else {
                break;
            };
            if *passed == self.chain {
                return Err(ChunkError::Cycle { index });
            }
            if *passed != 0 {
                // An earlier chain went on from here and came to an end.
                break;
            }
            *passed = self.chain;
            // Size, next, four characters, then as many bytes as the size says.
            let size = part.u32(0)?;
            part.bytes(12, length(size))?;
            index = part.u32(4)?;
        }
        Ok(())
    }

    /// Reads an extension of ours, where nothing may be wrong.
    fn beyond<T>(
        &mut self,
        field: &'static str,
        body: &'a [u8],
        read: fn(Fields<'_>, &mut dyn FnMut(Defect)) -> T,
    ) -> Result<T, ChunkError> {
        // Regions may share it, and each copies what is in it.
        self.spend(body.len() / BLOCK)?;
        let mut sound = true;
        let read = read(Fields(body), &mut |_| sound = false);
        if sound {
            Ok(read)
        } else {
            Err(ChunkError::BadField { field, value: 0 })
        }
    }

    /// The connections of an articulation; nothing if it states none.
    fn articulation(
        &mut self,
        first: u32,
        place: Articulation,
    ) -> Result<Option<Vec<Connection>>, ChunkError> {
        let mut connections: Option<Vec<Connection>> = None;
        let mut steps = 0;
        let mut index = first;
        while let Some(part) = self.chunk.optional(index)? {
            steps += 1;
            if steps > self.chunk.entries() {
                // More steps than entries: one was met twice.
                return Err(ChunkError::Cycle { index });
            }
            self.spend(1)?;
            self.extensions(part.u32(4)?)?;
            let list = part.u32(0)?;
            index = if self.level_1 { 0 } else { part.u32(8)? };
            if let Some(list) = self.chunk.optional(list)? {
                let into = connections.get_or_insert_default();
                if self.level_1 {
                    self.parameters(&list, place.level, into)?;
                } else {
                    self.list(&list, &place, into)?;
                }
            }
        }
        let Articulation {
            insertions,
            dialect,
            ..
        } = place;
        let stated = connections.is_some() || !insertions.is_empty();
        let connections = connections.unwrap_or_default();
        Ok(stated.then(|| insertions.complete(connections, dialect)))
    }

    fn spend(&mut self, cost: usize) -> Result<(), ChunkError> {
        self.budget = self.budget.checked_sub(cost).ok_or(ChunkError::TooLarge)?;
        Ok(())
    }

    /// Level 1: twenty numbers, each with its place.
    fn parameters(
        &mut self,
        part: &Part<'_>,
        level: Level,
        connections: &mut Vec<Connection>,
    ) -> Result<(), ChunkError> {
        self.spend(LEVEL_1.len())?;
        let mut reader = BlockReader::new(true, level);
        for (index, [source, control, destination]) in LEVEL_1.into_iter().enumerate() {
            let scale = part.i32(4 * index)?;
            let mut block = [0; BLOCK];
            let (numbers, _) = block.as_chunks_mut::<2>();
            for (number, code) in numbers.iter_mut().zip([source, control, destination]) {
                *number = code.to_le_bytes();
            }
            if let Some(place) = block.last_chunk_mut::<4>() {
                *place = scale.to_le_bytes();
            }
            connections.extend(reader.read(Fields(&block), &mut |_| {}));
        }
        Ok(())
    }

    /// Level 2: a list of blocks as in a file.
    fn list(
        &mut self,
        part: &Part<'_>,
        place: &Articulation,
        connections: &mut Vec<Connection>,
    ) -> Result<(), ChunkError> {
        let count = part.u32(4)?;
        let room = limits::CONNECTIONS.saturating_sub(connections.len());
        if length(count) > room {
            return Err(ChunkError::TooLarge);
        }
        self.spend(length(count))?;
        let bytes = part.bytes(8, BLOCK * length(count))?;
        let (blocks, _) = bytes.as_chunks::<BLOCK>();
        let mut reader = BlockReader::new(false, place.level);
        for block in blocks {
            if !place.insertions.replace(Fields(block)) {
                connections.extend(reader.read(Fields(block), &mut |_| {}));
            }
        }
        Ok(())
    }
}

fn patch(value: u32) -> Result<Patch, ChunkError> {
    if value & !PATCH_BITS != 0 {
        return Err(ChunkError::BadField {
            field: "ulPatch",
            value,
        });
    }
    let [program, bank_lsb, bank_msb, _] = value.to_le_bytes();
    Ok(Patch {
        drums: value & PATCH_DRUMS != 0,
        bank_msb,
        bank_lsb,
        program,
    })
}

//! A collection in the making: instruments linked to waves, regions laid out for the search.
//!
//! In: instruments, and waves that are compiled already. Out: a collection.
//! Thread: control. Source: \[DLS2\] structure and region selection.

use std::collections::HashMap;
use std::hash::{Hash, Hasher};
use std::sync::Arc;

use dmus_dls::bank::{
    Connection, Dialect, Instrument as BankInstrument, LoopKind, Patch, Region as BankRegion,
    WaveSample,
};

use super::{Collection, Instrument, Region, Wave, Zone};
use crate::articulation::key::KeyGenerator;
use crate::articulation::{Articulation, Shelf};
use crate::dsp::recording::Loop;
use crate::error::DownloadError;

/// Bank select of General MIDI 2's drums; such an instrument is a drum kit, flagged or not.
const GM2_DRUMS: u8 = 120;

/// Most by which a wave's own gain counts, dB; corrupt banks ask for thousands.
const MAX_GAIN_DB: f64 = 96.0;

/// A wave with the playback data for regions that have none of their own.
#[derive(Debug, Clone)]
pub(crate) struct Link {
    pub(crate) wave: Arc<Wave>,
    pub(crate) sample: Option<WaveSample>,
}

/// Puts a collection together.
///
/// - `waves`: of the collection, in their order
/// - `instruments`: each with the indices in `waves` that its own wave numbers stand for; without
///   them its numbers are those indices. Of two at one patch the first stays.
///
/// # Errors
/// Parts that do not fit together; see [`DownloadError`].
pub(crate) fn assemble<'a>(
    title: String,
    waves: &[Link],
    instruments: impl Iterator<Item = (&'a BankInstrument, Option<&'a [usize]>)>,
) -> Result<Collection, DownloadError> {
    let mut compiler = Compiler::new(waves)?;
    for (index, (instrument, links)) in instruments.enumerate() {
        compiler.instrument(index, instrument, links)?;
    }
    Ok(compiler.finish(title))
}

/// A list of connections, and whose defaults stand below it.
#[derive(PartialEq)]
struct List<'a> {
    dialect: Dialect,
    connections: &'a [Connection],
}

impl Eq for List<'_> {}

impl Hash for List<'_> {
    /// Of what tells most lists apart.
    fn hash<H: Hasher>(&self, state: &mut H) {
        for connection in self.connections {
            state.write_i32(connection.scale);
        }
    }
}

/// A collection in the making.
struct Compiler<'a> {
    waves: &'a [Link],
    instruments: Vec<Instrument>,
    zones: Vec<Zone>,
    regions: Vec<Region>,
    articulations: Vec<Articulation>,
    /// Articulations by dialect and list.
    known_articulations: HashMap<List<'a>, u32>,
    shelf: Shelf,
}

impl<'a> Compiler<'a> {
    fn new(waves: &'a [Link]) -> Result<Self, DownloadError> {
        next_index(waves)?;
        Ok(Self {
            waves,
            instruments: Vec::new(),
            zones: Vec::new(),
            regions: Vec::new(),
            articulations: Vec::new(),
            known_articulations: HashMap::new(),
            shelf: Shelf::default(),
        })
    }

    fn instrument(
        &mut self,
        index: usize,
        instrument: &'a BankInstrument,
        links: Option<&[usize]>,
    ) -> Result<(), DownloadError> {
        let first_region = next_index(&self.regions)?;
        for (number, region) in instrument.regions.iter().enumerate() {
            // A list of its own puts the instrument's out of force as a whole.
            let connections = region.articulation.as_ref();
            let articulation = self.articulation(
                instrument.dialect,
                connections.unwrap_or(&instrument.articulation),
            )?;
            let wave = match links {
                None => region.wave,
                Some(links) => links.get(region.wave).copied().unwrap_or(usize::MAX),
            };
            self.region((index, number), region, wave, articulation)?;
        }
        let mut patch = instrument.patch;
        patch.drums |= patch.bank_msb == GM2_DRUMS;
        self.instruments.push(Instrument {
            name: instrument.name.clone(),
            patch,
            dialect: instrument.dialect,
            key_generator: KeyGenerator::compile(&instrument.articulation),
            first_region,
            end_region: next_index(&self.regions)?,
        });
        Ok(())
    }

    fn articulation(
        &mut self,
        dialect: Dialect,
        connections: &'a [Connection],
    ) -> Result<u32, DownloadError> {
        let key = List {
            dialect,
            connections,
        };
        if let Some(&index) = self.known_articulations.get(&key) {
            return Ok(index);
        }
        let index = next_index(&self.articulations)?;
        let articulation = Articulation::compile(dialect, connections, &mut self.shelf);
        self.articulations.push(articulation);
        self.known_articulations.insert(key, index);
        Ok(index)
    }

    fn region(
        &mut self,
        (instrument, number): (usize, usize),
        region: &BankRegion,
        wave: usize,
        articulation: u32,
    ) -> Result<(), DownloadError> {
        let link = self.waves.get(wave).ok_or(DownloadError::NoSuchWave {
            instrument,
            region: number,
            wave,
            waves: self.waves.len(),
        })?;
        // The region's playback data replaces the wave's as a whole.
        let sample = region.sample.or(link.sample).unwrap_or_default();
        let wave_loop = match sample.wave_loop {
            Some(wave_loop) => Some(self.wave_loop(wave, wave_loop.start, wave_loop.length)?),
            None => None,
        };
        self.zones.push(Zone {
            key_low: *region.keys.start(),
            key_high: *region.keys.end(),
            velocity_low: *region.velocities.start(),
            velocity_high: *region.velocities.end(),
        });
        self.regions.push(Region {
            articulation,
            wave: u32::try_from(wave).map_err(|_| DownloadError::TooMany)?,
            wave_loop,
            leaves_loop: sample
                .wave_loop
                .is_some_and(|wave_loop| wave_loop.kind == LoopKind::UntilRelease),
            unity_note: sample.unity_note,
            fine_tune: f64::from(sample.fine_tune),
            gain_db: sample.gain.db().clamp(-MAX_GAIN_DB, MAX_GAIN_DB),
            self_non_exclusive: region.self_non_exclusive,
            key_group: region.key_group,
            fixed_key: region.fixed_key.map(|key| key.min(127)),
            fixed_velocity: region.fixed_velocity.map(|velocity| velocity.clamp(1, 127)),
        });
        Ok(())
    }

    fn wave_loop(&self, wave: usize, start: u32, length: u32) -> Result<Loop, DownloadError> {
        let recording = self.waves.get(wave).map(|link| &link.wave.recording);
        recording
            .and_then(|recording| recording.wave_loop(start, length))
            .ok_or_else(|| DownloadError::LoopOutsideWave {
                wave,
                start,
                length,
                frames: recording.map_or(0, |r| usize::try_from(r.length()).unwrap_or(usize::MAX)),
            })
    }

    fn finish(self, title: String) -> Collection {
        let mut by_patch: Vec<(Patch, u32)> = (0..)
            .zip(&self.instruments)
            .map(|(index, instrument)| (instrument.patch, index))
            .collect();
        // A stable sort: of two instruments at one patch, the first in the file stays.
        by_patch.sort_by_key(|(patch, _)| *patch);
        by_patch.dedup_by_key(|(patch, _)| *patch);
        let mut by_program = Box::new([None; 128]);
        let mut by_kit = Box::new([None; 128]);
        for &(patch, index) in &by_patch {
            let table = if patch.drums {
                &mut by_kit
            } else {
                &mut by_program
            };
            if let Some(entry) = table.get_mut(usize::from(patch.program)) {
                entry.get_or_insert(index);
            }
        }
        let first_kit = by_patch
            .iter()
            .find(|(patch, _)| patch.drums)
            .map(|(_, index)| *index);
        Collection {
            title,
            instruments: self.instruments.into(),
            by_patch: by_patch.into(),
            by_program,
            by_kit,
            first_kit,
            zones: self.zones.into(),
            regions: self.regions.into(),
            articulations: self.articulations.into(),
            waves: self
                .waves
                .iter()
                .map(|link| Arc::clone(&link.wave))
                .collect(),
        }
    }
}

/// Number of what is there already: the index of the next.
fn next_index<T>(things: &[T]) -> Result<u32, DownloadError> {
    u32::try_from(things.len()).map_err(|_| DownloadError::TooMany)
}

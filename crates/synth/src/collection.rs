//! A compiled bank: all that the engine needs of it, and nothing that changes.
//!
//! In: a [`Bank`]. Out: instruments by patch, regions by key and velocity, waves laid out for
//! reading. Built on the control side, shared by reference count, never changed; the bank may be
//! dropped afterwards, as its waves have been copied (once each, whatever plays them).
//! Source: \[DLS2\] structure and region selection.

use std::collections::BTreeMap;

use dmus_dls::Bank;
use dmus_dls::bank::{Instrument as BankInstrument, LoopKind, Patch, Region as BankRegion};

use crate::articulation::Articulation;
use crate::articulation::key::KeyGenerator;
use crate::dsp::recording::{Recording, Seam};
use crate::error::DownloadError;

/// Bank select of General MIDI 2's drums; such an instrument is a drum kit, flagged or not.
const GM2_DRUMS: u8 = 120;

/// Bank select of General MIDI 2's melodic instruments.
const GM2_MELODIC: u8 = 121;

/// Most by which a wave's own gain counts, dB; corrupt banks ask for thousands.
const MAX_GAIN_DB: f64 = 96.0;

/// A bank, compiled.
#[derive(Debug)]
pub struct Collection {
    title: String,
    instruments: Vec<Instrument>,
    /// Instruments by patch, each patch once.
    by_patch: Vec<(Patch, u32)>,
    /// For each program, the first melodic instrument that has it.
    by_program: Box<[Option<u32>; 128]>,
    /// For each program, the first drum kit that has it.
    by_kit: Box<[Option<u32>; 128]>,
    /// The first drum kit of all.
    first_kit: Option<u32>,
    /// Where regions are found, parallel to `regions`.
    zones: Vec<Zone>,
    regions: Vec<Region>,
    articulations: Vec<Articulation>,
    waves: Vec<Wave>,
    seams: Vec<Seam>,
}

/// One instrument of a collection.
#[derive(Debug)]
pub(crate) struct Instrument {
    name: String,
    patch: Patch,
    key_generator: KeyGenerator,
    /// First of its regions.
    first_region: u32,
    /// One past the last of its regions.
    end_region: u32,
}

impl Instrument {
    /// Where the bank has it.
    pub(crate) const fn patch(&self) -> Patch {
        self.patch
    }

    /// From MIDI notes to keys.
    pub(crate) const fn key_generator(&self) -> &KeyGenerator {
        &self.key_generator
    }
}

/// Keys and velocities of a region, all inclusive.
#[derive(Debug, Clone, Copy)]
struct Zone {
    key_low: u8,
    key_high: u8,
    velocity_low: u8,
    velocity_high: u8,
}

impl Zone {
    const fn holds(self, key: u8, velocity: u8) -> bool {
        self.key_low <= key
            && key <= self.key_high
            && self.velocity_low <= velocity
            && velocity <= self.velocity_high
    }
}

/// One region of a collection.
#[derive(Debug)]
pub(crate) struct Region {
    articulation: u32,
    wave: u32,
    seam: Option<u32>,
    /// The loop ends with the note instead of going on through its release.
    pub(crate) leaves_loop: bool,
    /// Key at which the wave plays as recorded.
    pub(crate) unity_note: u8,
    /// Cents.
    pub(crate) fine_tune: f64,
    /// dB.
    pub(crate) gain_db: f64,
    /// A key struck again leaves its older notes alone.
    pub(crate) self_non_exclusive: bool,
    /// Notes of one group shut each other down; 0 is no group.
    pub(crate) key_group: u16,
}

/// One wave of a collection.
#[derive(Debug)]
pub(crate) struct Wave {
    pub(crate) recording: Recording,
    /// Frames per second.
    pub(crate) sample_rate_hz: f64,
}

impl Collection {
    /// Compiles a bank.
    ///
    /// # Errors
    /// A bank whose parts do not fit together; see [`DownloadError`]. A bank from a reader always
    /// compiles.
    ///
    /// # Real-time
    /// Control. Not real-time: allocates and copies the waves.
    pub fn compile(bank: &Bank) -> Result<Self, DownloadError> {
        let mut compiler = Compiler::new(bank)?;
        for (index, instrument) in bank.instruments.iter().enumerate() {
            compiler.instrument(index, instrument)?;
        }
        Ok(compiler.finish(bank.info.name.clone()))
    }

    /// Title of the bank, possibly empty.
    #[must_use]
    pub fn title(&self) -> &str {
        &self.title
    }

    /// Name of the instrument at exactly this patch.
    #[must_use]
    pub fn name(&self, patch: Patch) -> Option<&str> {
        self.exact(patch)
            .and_then(|index| self.instrument(index))
            .map(|instrument| instrument.name.as_str())
    }

    /// All instruments, by patch: drum kits after melodic ones.
    pub fn instruments(&self) -> impl Iterator<Item = (Patch, &str)> {
        self.by_patch.iter().filter_map(|(patch, index)| {
            self.instrument(*index)
                .map(|instrument| (*patch, instrument.name.as_str()))
        })
    }

    /// The instrument at exactly this patch.
    pub(crate) fn exact(&self, patch: Patch) -> Option<u32> {
        let found = self
            .by_patch
            .binary_search_by_key(&patch, |(patch, _)| *patch)
            .ok()?;
        self.by_patch.get(found).map(|(_, index)| *index)
    }

    /// The instrument that stands in for a patch this collection does not have.
    ///
    /// Melodic: the same without bank LSB, then bank 0, then General MIDI 2's bank, then any bank
    /// that has the program. Drums: a kit of the same program, then of the next lower multiple of
    /// eight, then kit 0, then any kit.
    ///
    /// # Source
    /// Common practice of synthesizers; no specification orders it.
    pub(crate) fn stand_in(&self, patch: Patch) -> Option<u32> {
        let program = usize::from(patch.program & 0x7F);
        let of = |table: &[Option<u32>; 128], program: usize| table.get(program).copied().flatten();
        if patch.drums {
            return of(&self.by_kit, program)
                .or_else(|| of(&self.by_kit, program & !7))
                .or_else(|| of(&self.by_kit, 0))
                .or(self.first_kit);
        }
        [patch.bank_msb, 0, GM2_MELODIC]
            .into_iter()
            .find_map(|bank_msb| {
                self.exact(Patch {
                    bank_msb,
                    bank_lsb: 0,
                    ..patch
                })
            })
            .or_else(|| of(&self.by_program, program))
    }

    /// An instrument by index.
    pub(crate) fn instrument(&self, index: u32) -> Option<&Instrument> {
        self.instruments.get(usize::try_from(index).ok()?)
    }

    /// The first region of an instrument, from index `from` on, that sounds for a key and a
    /// velocity.
    pub(crate) fn next_match(
        &self,
        instrument: &Instrument,
        key: u8,
        velocity: u8,
        from: u32,
    ) -> Option<u32> {
        let first = from.max(instrument.first_region);
        let zones = self
            .zones
            .get(usize::try_from(first).ok()?..usize::try_from(instrument.end_region).ok()?)?;
        (first..)
            .zip(zones)
            .find(|(_, zone)| zone.holds(key, velocity))
            .map(|(index, _)| index)
    }

    /// A region by index.
    pub(crate) fn region(&self, index: u32) -> Option<&Region> {
        self.regions.get(usize::try_from(index).ok()?)
    }

    /// Connections of a region.
    pub(crate) fn articulation(&self, region: &Region) -> Option<&Articulation> {
        self.articulations
            .get(usize::try_from(region.articulation).ok()?)
    }

    /// Wave of a region.
    pub(crate) fn wave(&self, region: &Region) -> Option<&Wave> {
        self.waves.get(usize::try_from(region.wave).ok()?)
    }

    /// Loop of a region, if it has one.
    pub(crate) fn seam(&self, region: &Region) -> Option<&Seam> {
        self.seams.get(usize::try_from(region.seam?).ok()?)
    }
}

/// Number of what is there already: the index of the next.
fn next_index<T>(things: &[T]) -> Result<u32, DownloadError> {
    u32::try_from(things.len()).map_err(|_| DownloadError::TooMany)
}

/// A collection in the making.
struct Compiler<'a> {
    bank: &'a Bank,
    instruments: Vec<Instrument>,
    zones: Vec<Zone>,
    regions: Vec<Region>,
    articulations: Vec<Articulation>,
    waves: Vec<Wave>,
    seams: Vec<Seam>,
    /// Seams by wave, start and length.
    known_seams: BTreeMap<(usize, u32, u32), u32>,
}

impl<'a> Compiler<'a> {
    fn new(bank: &'a Bank) -> Result<Self, DownloadError> {
        let mut waves = Vec::with_capacity(bank.waves.len());
        for (index, wave) in bank.waves.iter().enumerate() {
            if wave.sample_rate == 0 {
                return Err(DownloadError::NoSampleRate { wave: index });
            }
            let recording = Recording::new(&wave.frames).ok_or(DownloadError::WaveTooLong {
                wave: index,
                frames: wave.frames.len(),
            })?;
            waves.push(Wave {
                recording,
                sample_rate_hz: f64::from(wave.sample_rate),
            });
        }
        next_index(&waves)?;
        Ok(Self {
            bank,
            instruments: Vec::with_capacity(bank.instruments.len()),
            zones: Vec::new(),
            regions: Vec::new(),
            articulations: Vec::new(),
            waves,
            seams: Vec::new(),
            known_seams: BTreeMap::new(),
        })
    }

    fn instrument(
        &mut self,
        index: usize,
        instrument: &BankInstrument,
    ) -> Result<(), DownloadError> {
        let first_region = next_index(&self.regions)?;
        let mut shared = None;
        for (number, region) in instrument.regions.iter().enumerate() {
            let articulation = match &region.articulation {
                // A list of its own puts the instrument's out of force as a whole.
                Some(connections) => self.articulation(Articulation::compile(connections))?,
                None => match shared {
                    Some(articulation) => articulation,
                    None => {
                        let compiled = Articulation::compile(&instrument.articulation);
                        *shared.insert(self.articulation(compiled)?)
                    }
                },
            };
            self.region((index, number), region, articulation)?;
        }
        let mut patch = instrument.patch;
        patch.drums |= patch.bank_msb == GM2_DRUMS;
        self.instruments.push(Instrument {
            name: instrument.name.clone(),
            patch,
            key_generator: KeyGenerator::compile(&instrument.articulation),
            first_region,
            end_region: next_index(&self.regions)?,
        });
        Ok(())
    }

    fn articulation(&mut self, articulation: Articulation) -> Result<u32, DownloadError> {
        let index = next_index(&self.articulations)?;
        self.articulations.push(articulation);
        Ok(index)
    }

    fn region(
        &mut self,
        (instrument, number): (usize, usize),
        region: &BankRegion,
        articulation: u32,
    ) -> Result<(), DownloadError> {
        let wave = self
            .bank
            .waves
            .get(region.wave)
            .ok_or(DownloadError::NoSuchWave {
                instrument,
                region: number,
                wave: region.wave,
                waves: self.bank.waves.len(),
            })?;
        // The region's playback data replaces the wave's as a whole.
        let sample = region.sample.or(wave.sample).unwrap_or_default();
        let seam = match sample.wave_loop {
            Some(wave_loop) => Some(self.seam(region.wave, wave_loop.start, wave_loop.length)?),
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
            wave: u32::try_from(region.wave).map_err(|_| DownloadError::TooMany)?,
            seam,
            leaves_loop: sample
                .wave_loop
                .is_some_and(|wave_loop| wave_loop.kind == LoopKind::UntilRelease),
            unity_note: sample.unity_note,
            fine_tune: f64::from(sample.fine_tune),
            gain_db: sample.gain.db().clamp(-MAX_GAIN_DB, MAX_GAIN_DB),
            self_non_exclusive: region.self_non_exclusive,
            key_group: region.key_group,
        });
        Ok(())
    }

    fn seam(&mut self, wave: usize, start: u32, length: u32) -> Result<u32, DownloadError> {
        if let Some(&index) = self.known_seams.get(&(wave, start, length)) {
            return Ok(index);
        }
        let outside = DownloadError::LoopOutsideWave {
            wave,
            start,
            length,
            frames: self.bank.waves.get(wave).map_or(0, |w| w.frames.len()),
        };
        let seam = self
            .waves
            .get(wave)
            .and_then(|wave| Seam::new(&wave.recording, start, length))
            .ok_or(outside)?;
        let index = next_index(&self.seams)?;
        self.seams.push(seam);
        self.known_seams.insert((wave, start, length), index);
        Ok(index)
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
            instruments: self.instruments,
            by_patch,
            by_program,
            by_kit,
            first_kit,
            zones: self.zones,
            regions: self.regions,
            articulations: self.articulations,
            waves: self.waves,
            seams: self.seams,
        }
    }
}

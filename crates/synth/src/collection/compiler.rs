//! A collection in the making: instruments linked to waves, regions laid out for the search.
//!
//! In: waves, and instruments that play them. Out: a collection. Nothing of what comes in is kept
//! but the waves, so that a bank need never be there as a whole.
//! Thread: control. Source: \[DLS2\] structure and region selection.

use std::ops::Range;

use dmus_dls::bank::{
    Connection, Dialect, Instrument as BankInstrument, LoopKind, Patch, Recipient,
    Region as BankRegion, Wave as BankWave, WaveSample,
};

use super::{Collection, Instrument, Region, Wave, Zone};
use crate::articulation::key::KeyGenerator;
use crate::articulation::{Sheet, Shelf, mark_of};
use crate::dsp::recording::Loop;
use crate::error::DownloadError;
use crate::numbers::Numbers;
use crate::unique::{Marked, Unique, UniqueLists, roomy};

/// Bank select of General MIDI 2's drums; such an instrument is a drum kit, flagged or not.
const GM2_DRUMS: u8 = 120;

/// Connections that are remembered, to know a list again: regions of one kind stand together.
const REMEMBERED: usize = 4096;

impl Marked for Connection {
    fn mark(&self) -> [u64; 2] {
        let inputs = mark_of(self.source, self.source_transform)
            | mark_of(self.control, self.control_transform) << 16;
        [u64::from(self.scale.cast_unsigned()), inputs]
    }
}

/// Makes a [`Collection`] of the parts of a bank, as a reader hands them over.
///
/// ```no_run
/// use dmus_dls::{Bank, Image, ReadOptions};
/// use dmus_synth::Compiler;
///
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let image = Image::from_bytes(&std::fs::read("bank.sf2")?);
/// let mut compiler = Compiler::new();
/// let rest = Bank::deliver(&image, ReadOptions::default(), &mut compiler)?;
/// let collection = compiler.finish(rest.info.name)?;
/// # Ok(())
/// # }
/// ```
#[derive(Debug, Default)]
pub struct Compiler {
    waves: Vec<Wave>,
    /// For regions that have none of their own, parallel to `waves`.
    samples: Vec<Option<WaveSample>>,
    instruments: Vec<Instrument>,
    /// Connections that serve the regions of the last one without a list of their own.
    of_last: Vec<Connection>,
    zones: Vec<Zone>,
    region_of: Numbers,
    sheet_of: Numbers,
    regions: Unique<Region>,
    sheets: Vec<Sheet>,
    remembered: Remembered,
    shelf: Shelf,
    /// What did not fit together first.
    fault: Option<DownloadError>,
}

/// The last lists of connections, and their sheets.
#[derive(Debug, Default)]
struct Remembered {
    dialect: Dialect,
    lists: UniqueLists<Connection>,
    sheets: Vec<u32>,
}

impl Recipient for Compiler {
    fn wave(&mut self, wave: BankWave) {
        self.note(|compiler| compiler.add_bank_wave(&wave));
    }

    fn part(&mut self, whole: usize, frames: Range<usize>) {
        self.note(|compiler| {
            let index = compiler.waves.len();
            // It is there for a region of the instrument that comes next.
            let whole = compiler.waves.get(whole).ok_or(DownloadError::NoSuchWave {
                instrument: compiler.instruments.len(),
                region: 0,
                wave: whole,
                waves: index,
            })?;
            let frames = whole.recording.frames().part(frames);
            let part = Wave::of_frames(index, &frames, whole.sample_rate_hz)?;
            compiler.add_wave(part, None);
            Ok(())
        });
    }

    fn instrument(&mut self, instrument: BankInstrument) {
        self.note(|compiler| compiler.add_instrument(&instrument, None));
        self.of_last = instrument.articulation;
    }

    fn region(&mut self, region: BankRegion) {
        self.note(|compiler| {
            let list = std::mem::take(&mut compiler.of_last);
            compiler.add_region(&region, &list, None)?;
            compiler.of_last = list;
            Ok(())
        });
    }
}

impl Compiler {
    /// Nothing yet.
    #[must_use]
    pub fn new() -> Self {
        Self {
            zones: roomy(),
            region_of: Numbers::with_room(),
            sheet_of: Numbers::with_room(),
            regions: Unique::with_room(),
            sheets: roomy(),
            remembered: Remembered {
                lists: UniqueLists::with_room(),
                ..Remembered::default()
            },
            shelf: Shelf::with_room(),
            waves: roomy(),
            samples: roomy(),
            ..Self::default()
        }
    }

    /// Does something if nothing has failed, and remembers whether it has.
    fn note(&mut self, what: impl FnOnce(&mut Self) -> Result<(), DownloadError>) {
        if self.fault.is_none() {
            self.fault = what(self).err();
        }
    }

    /// Adds the next wave of a bank.
    pub(crate) fn add_bank_wave(&mut self, wave: &BankWave) -> Result<(), DownloadError> {
        let compiled = Wave::compile(self.waves.len(), wave)?;
        self.add_wave(compiled, wave.sample);
        Ok(())
    }

    /// Adds the next wave.
    ///
    /// - `sample`: playback data for regions that have none of their own
    pub(crate) fn add_wave(&mut self, wave: Wave, sample: Option<WaveSample>) {
        self.waves.push(wave);
        self.samples.push(sample);
    }

    /// Adds an instrument; of two at one patch the first stays.
    ///
    /// - `links`: indices of the waves that its own wave numbers stand for; without them its
    ///   numbers are those indices
    pub(crate) fn add_instrument(
        &mut self,
        instrument: &BankInstrument,
        links: Option<&[usize]>,
    ) -> Result<(), DownloadError> {
        let first_region = next_index(&self.zones)?;
        let mut patch = instrument.patch;
        patch.drums |= patch.bank_msb == GM2_DRUMS;
        self.instruments.push(Instrument {
            name: instrument.name.as_str().into(),
            patch,
            dialect: instrument.dialect,
            key_generator: KeyGenerator::compile(&instrument.articulation),
            first_region,
            end_region: first_region,
        });
        for region in &instrument.regions {
            self.add_region(region, &instrument.articulation, links)?;
        }
        Ok(())
    }

    /// Adds a region to the last instrument.
    ///
    /// - `shared`: connections of the instrument
    fn add_region(
        &mut self,
        region: &BankRegion,
        shared: &[Connection],
        links: Option<&[usize]>,
    ) -> Result<(), DownloadError> {
        let Some(instrument) = self.instruments.last() else {
            return Ok(());
        };
        let number = next_index(&self.zones)?.saturating_sub(instrument.first_region);
        let place = (
            self.instruments.len() - 1,
            usize::try_from(number).unwrap_or(usize::MAX),
        );
        // A list of its own puts the instrument's out of force as a whole.
        let connections = region.articulation.as_deref().unwrap_or(shared);
        let sheet = self.sheet(instrument.dialect, connections)?;
        let wave = match links {
            None => region.wave,
            Some(links) => links.get(region.wave).copied().unwrap_or(usize::MAX),
        };
        self.region(place, region, wave, sheet)?;
        let end = next_index(&self.zones)?;
        if let Some(instrument) = self.instruments.last_mut() {
            instrument.end_region = end;
        }
        Ok(())
    }

    fn sheet(
        &mut self,
        dialect: Dialect,
        connections: &[Connection],
    ) -> Result<u32, DownloadError> {
        let known = &mut self.remembered;
        let is_full = known.lists.things() + connections.len() > REMEMBERED;
        if is_full || known.dialect != dialect {
            known.dialect = dialect;
            known.lists.clear();
            known.sheets.clear();
        }
        let number = known.lists.number(connections);
        let number = number.ok_or(DownloadError::TooMany)?;
        let sheet = known
            .sheets
            .get(usize::try_from(number).unwrap_or(usize::MAX));
        if let Some(sheet) = sheet {
            return Ok(*sheet);
        }
        let index = next_index(&self.sheets)?;
        let sheet = Sheet::compile(dialect, connections, &mut self.shelf);
        self.sheets.push(sheet.ok_or(DownloadError::TooMany)?);
        self.remembered.sheets.push(index);
        Ok(index)
    }

    fn region(
        &mut self,
        (instrument, number): (usize, usize),
        region: &BankRegion,
        wave: usize,
        sheet: u32,
    ) -> Result<(), DownloadError> {
        let of_wave = self.samples.get(wave).ok_or(DownloadError::NoSuchWave {
            instrument,
            region: number,
            wave,
            waves: self.waves.len(),
        })?;
        let index = u32::try_from(wave).map_err(|_| DownloadError::TooMany)?;
        // The region's playback data replaces the wave's as a whole.
        let sample = region.sample.or(*of_wave).unwrap_or_default();
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
        let region = self.regions.number(Region {
            wave: index,
            wave_loop,
            leaves_loop: sample
                .wave_loop
                .is_some_and(|wave_loop| wave_loop.kind == LoopKind::UntilRelease),
            unity_note: sample.unity_note,
            fine_tune: sample.fine_tune,
            gain: sample.gain,
            self_non_exclusive: region.self_non_exclusive,
            key_group: region.key_group,
            fixed_key: region.fixed_key.map(|key| key.min(127)),
            fixed_velocity: region.fixed_velocity.map(|velocity| velocity.clamp(1, 127)),
        });
        let region = region.ok_or(DownloadError::TooMany)?;
        self.region_of.push(region);
        self.sheet_of.push(sheet);
        Ok(())
    }

    fn wave_loop(&self, wave: usize, start: u32, length: u32) -> Result<Loop, DownloadError> {
        let recording = self.waves.get(wave).map(|wave| &wave.recording);
        recording
            .and_then(|recording| recording.wave_loop(start, length))
            .ok_or_else(|| DownloadError::LoopOutsideWave {
                wave,
                start,
                length,
                frames: recording.map_or(0, |r| usize::try_from(r.length()).unwrap_or(usize::MAX)),
            })
    }

    /// The collection of all that came.
    ///
    /// - `title`: of the bank, possibly empty
    ///
    /// # Errors
    /// What did not fit together first; see [`DownloadError`]. The parts of a bank from a reader
    /// always do.
    ///
    /// # Real-time
    /// Control. Not real-time: allocates; the waves stay where they are.
    pub fn finish(mut self, title: String) -> Result<Collection, DownloadError> {
        if let Some(fault) = self.fault {
            return Err(fault);
        }
        self.region_of.shrink();
        self.sheet_of.shrink();
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
        Ok(Collection {
            title,
            instruments: self.instruments.into(),
            by_patch: by_patch.into(),
            by_program,
            by_kit,
            first_kit,
            zones: self.zones.into(),
            region_of: self.region_of,
            sheet_of: self.sheet_of,
            regions: self.regions.into_things(),
            sheets: self.sheets.into(),
            terms: self.shelf.into_terms(),
            waves: self.waves.into(),
        })
    }
}

/// Number of what is there already: the index of the next.
fn next_index<T>(things: &[T]) -> Result<u32, DownloadError> {
    u32::try_from(things.len()).map_err(|_| DownloadError::TooMany)
}

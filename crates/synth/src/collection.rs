//! A compiled bank: all that the engine needs of it, and nothing that changes.
//!
//! In: a [`Bank`], whole or part by part. Out: instruments by patch, regions by key and velocity,
//! waves laid out for reading. Built on the control side, shared by reference count, never
//! changed. The bank may be dropped afterwards; the memory of its waves is shared, not copied, and
//! stays.
//! Source: \[DLS2\] structure and region selection.

use dmus_dls::Bank;
use dmus_dls::bank::{Dialect, Frames, Patch, Wave as BankWave};
use dmus_dls::units::RelativeGain;

use crate::articulation::key::KeyGenerator;
use crate::articulation::{Articulation, Sheet, Strike, Terms};
use crate::dsp::recording::{Loop, Recording};
use crate::error::DownloadError;
use crate::numbers::Numbers;
use crate::unique::Marked;

mod compiler;
mod stand_in;

pub use compiler::Compiler;
pub(crate) use stand_in::StandIn;

/// Most by which a wave's own gain counts, dB; corrupt banks ask for thousands.
const MAX_GAIN_DB: f64 = 96.0;

/// A bank, compiled.
#[derive(Debug)]
pub struct Collection {
    title: String,
    instruments: Box<[Instrument]>,
    /// Instruments by patch, each patch once.
    by_patch: Box<[(Patch, u32)]>,
    /// For each program, the first melodic instrument that has it.
    by_program: Box<[Option<u32>; 128]>,
    /// For each program, the first drum kit that has it.
    by_kit: Box<[Option<u32>; 128]>,
    /// The first drum kit of all.
    first_kit: Option<u32>,
    /// Where regions are found.
    zones: Box<[Zone]>,
    /// Number of the region of each zone.
    region_of: Numbers,
    /// Number of the sheet of each zone.
    sheet_of: Numbers,
    regions: Box<[Region]>,
    sheets: Box<[Sheet]>,
    terms: Terms,
    waves: Box<[Wave]>,
}

/// One instrument of a collection.
#[derive(Debug)]
pub(crate) struct Instrument {
    name: Box<str>,
    patch: Patch,
    dialect: Dialect,
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

    /// Whom a note of one of its regions shuts down.
    pub(crate) fn key_group(&self, region: &Region) -> Option<KeyGroup> {
        (region.key_group != 0).then_some(KeyGroup {
            number: region.key_group,
            patch: (self.dialect == Dialect::SoundFont).then_some(self.patch),
        })
    }
}

/// Notes on one channel that shut each other down.
///
/// # Source
/// \[DLS2\] key groups; \[SF2\] exclusiveClass.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct KeyGroup {
    /// At least 1.
    number: u16,
    /// The only instrument it reaches; none where it reaches all of the channel's.
    patch: Option<Patch>,
}

impl KeyGroup {
    /// A group that a message names; none of a bank's groups is the same.
    pub(crate) const fn of_message(number: u8) -> Self {
        Self {
            number: 0x8000 | number as u16,
            patch: None,
        }
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

/// One region of a collection, but for its keys and connections: many may be the same.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Region {
    wave: u32,
    /// The loop it plays, if any.
    pub(crate) wave_loop: Option<Loop>,
    gain: RelativeGain,
    /// Cents.
    pub(crate) fine_tune: i16,
    /// Notes of one group shut each other down; 0 is no group.
    key_group: u16,
    /// The loop ends with the note instead of going on through its release.
    pub(crate) leaves_loop: bool,
    /// Key at which the wave plays as recorded.
    pub(crate) unity_note: u8,
    /// A key struck again leaves its older notes alone.
    pub(crate) self_non_exclusive: bool,
    /// Key that sounds whatever was played, `0..=127`.
    fixed_key: Option<u8>,
    /// Velocity that sounds whatever was played, `1..=127`.
    fixed_velocity: Option<u8>,
}

impl Marked for Region {
    fn mark(&self) -> [u64; 2] {
        let [a, b, c, d] = self.gain.0.to_le_bytes();
        let [e, f] = self.fine_tune.to_le_bytes();
        let key = self.fixed_key.unwrap_or(u8::MAX);
        let first = u64::from_le_bytes([a, b, c, d, e, f, self.unity_note, key]);
        let [a, b, c, d] = self.wave.to_le_bytes();
        let [e, f] = self.key_group.to_le_bytes();
        let velocity = self.fixed_velocity.unwrap_or(u8::MAX);
        let second = u64::from_le_bytes([a, b, c, d, e, f, velocity, 0]);
        let wave_loop = self
            .wave_loop
            .map_or(0, |looped| looped.start() ^ looped.length().rotate_left(16));
        [first, second ^ u64::from(wave_loop) << 32]
    }
}

impl Region {
    /// dB.
    pub(crate) fn gain_db(&self) -> f64 {
        self.gain.db().clamp(-MAX_GAIN_DB, MAX_GAIN_DB)
    }

    /// What sounds of a note that it answers to.
    ///
    /// # Source
    /// \[SF2\] keynum, velocity.
    pub(crate) fn strike(&self, played: Strike) -> Strike {
        Strike {
            key: self.fixed_key.map_or(played.key, f64::from),
            velocity: self.fixed_velocity.unwrap_or(played.velocity),
            ..played
        }
    }
}

/// One wave, ready for reading; a clone shares its frames.
#[derive(Debug, Clone)]
pub(crate) struct Wave {
    pub(crate) recording: Recording,
    /// Frames per second.
    pub(crate) sample_rate_hz: f64,
}

impl Wave {
    /// Makes a wave ready for reading.
    ///
    /// - `index`: its number, for the error
    pub(crate) fn compile(index: usize, wave: &BankWave) -> Result<Self, DownloadError> {
        if wave.sample_rate == 0 {
            return Err(DownloadError::NoSampleRate { wave: index });
        }
        Self::of_frames(index, &wave.frames, f64::from(wave.sample_rate))
    }

    fn of_frames(index: usize, frames: &Frames, rate_hz: f64) -> Result<Self, DownloadError> {
        let recording = Recording::new(frames).ok_or(DownloadError::WaveTooLong {
            wave: index,
            frames: frames.len(),
        })?;
        Ok(Self {
            recording,
            sample_rate_hz: rate_hz,
        })
    }

    /// Whether it sounds like a bank's wave: the same frames at the same rate.
    pub(crate) fn is_of(&self, wave: &BankWave) -> bool {
        self.sample_rate_hz.to_bits() == f64::from(wave.sample_rate).to_bits()
            && *self.recording.frames() == wave.frames
    }
}

impl Collection {
    /// Compiles a bank.
    ///
    /// # Errors
    /// A bank whose parts do not fit together; see [`DownloadError`]. A bank from a reader always
    /// compiles.
    ///
    /// # Real-time
    /// Control. Not real-time: allocates; the waves stay where they are.
    pub fn compile(bank: &Bank) -> Result<Self, DownloadError> {
        let mut compiler = Compiler::default();
        for wave in &bank.waves {
            compiler.add_bank_wave(wave)?;
        }
        for instrument in &bank.instruments {
            compiler.add_instrument(instrument, None)?;
        }
        compiler.finish(bank.info.name.clone())
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
            .map(|instrument| instrument.name.as_ref())
    }

    /// All instruments, by patch: drum kits after melodic ones.
    pub fn instruments(&self) -> impl Iterator<Item = (Patch, &str)> {
        self.by_patch.iter().filter_map(|(patch, index)| {
            self.instrument(*index)
                .map(|instrument| (*patch, instrument.name.as_ref()))
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

    /// Whether a region sounds for a key and a velocity.
    pub(crate) fn holds(&self, region: u32, key: u8, velocity: u8) -> bool {
        usize::try_from(region)
            .ok()
            .and_then(|index| self.zones.get(index))
            .is_some_and(|zone| zone.holds(key, velocity))
    }

    /// A region by the index of its zone.
    pub(crate) fn region(&self, index: u32) -> Option<&Region> {
        let region = self.region_of.get(usize::try_from(index).ok()?)?;
        self.regions.get(usize::try_from(region).ok()?)
    }

    /// Connections of a region by the index of its zone.
    pub(crate) fn articulation(&self, index: u32) -> Option<Articulation<'_>> {
        let sheet = self.sheet_of.get(usize::try_from(index).ok()?)?;
        let sheet = self.sheets.get(usize::try_from(sheet).ok()?)?;
        Articulation::of(sheet, &self.terms)
    }

    /// Wave of a region.
    pub(crate) fn wave(&self, region: &Region) -> Option<&Wave> {
        self.waves.get(usize::try_from(region.wave).ok()?)
    }
}

//! Generators: their numbers, ranges and defaults, and how zones add them up.
//!
//! A zone of an instrument replaces, a zone of a preset adds; the sum is kept within its range.
//! Source: \[SF2\] generators.

use super::hydra::GENERATOR;
use crate::riff::Fields;

/// Numbers of generators, 0 to 60.
pub(super) mod id {
    pub(in crate::sf2) const START: u16 = 0;
    pub(in crate::sf2) const END: u16 = 1;
    pub(in crate::sf2) const START_LOOP: u16 = 2;
    pub(in crate::sf2) const END_LOOP: u16 = 3;
    pub(in crate::sf2) const START_COARSE: u16 = 4;
    pub(in crate::sf2) const MOD_LFO_TO_PITCH: u16 = 5;
    pub(in crate::sf2) const VIB_LFO_TO_PITCH: u16 = 6;
    pub(in crate::sf2) const MOD_ENV_TO_PITCH: u16 = 7;
    pub(in crate::sf2) const FILTER_FC: u16 = 8;
    pub(in crate::sf2) const FILTER_Q: u16 = 9;
    pub(in crate::sf2) const MOD_LFO_TO_FILTER_FC: u16 = 10;
    pub(in crate::sf2) const MOD_ENV_TO_FILTER_FC: u16 = 11;
    pub(in crate::sf2) const END_COARSE: u16 = 12;
    pub(in crate::sf2) const MOD_LFO_TO_VOLUME: u16 = 13;
    pub(in crate::sf2) const CHORUS: u16 = 15;
    pub(in crate::sf2) const REVERB: u16 = 16;
    pub(in crate::sf2) const PAN: u16 = 17;
    pub(in crate::sf2) const DELAY_MOD_LFO: u16 = 21;
    pub(in crate::sf2) const FREQ_MOD_LFO: u16 = 22;
    pub(in crate::sf2) const DELAY_VIB_LFO: u16 = 23;
    pub(in crate::sf2) const FREQ_VIB_LFO: u16 = 24;
    pub(in crate::sf2) const DELAY_MOD_ENV: u16 = 25;
    pub(in crate::sf2) const ATTACK_MOD_ENV: u16 = 26;
    pub(in crate::sf2) const HOLD_MOD_ENV: u16 = 27;
    pub(in crate::sf2) const DECAY_MOD_ENV: u16 = 28;
    pub(in crate::sf2) const SUSTAIN_MOD_ENV: u16 = 29;
    pub(in crate::sf2) const RELEASE_MOD_ENV: u16 = 30;
    pub(in crate::sf2) const KEY_TO_MOD_ENV_HOLD: u16 = 31;
    pub(in crate::sf2) const KEY_TO_MOD_ENV_DECAY: u16 = 32;
    pub(in crate::sf2) const DELAY_VOL_ENV: u16 = 33;
    pub(in crate::sf2) const ATTACK_VOL_ENV: u16 = 34;
    pub(in crate::sf2) const HOLD_VOL_ENV: u16 = 35;
    pub(in crate::sf2) const DECAY_VOL_ENV: u16 = 36;
    pub(in crate::sf2) const SUSTAIN_VOL_ENV: u16 = 37;
    pub(in crate::sf2) const RELEASE_VOL_ENV: u16 = 38;
    pub(in crate::sf2) const KEY_TO_VOL_ENV_HOLD: u16 = 39;
    pub(in crate::sf2) const KEY_TO_VOL_ENV_DECAY: u16 = 40;
    pub(in crate::sf2) const INSTRUMENT: u16 = 41;
    pub(in crate::sf2) const KEY_RANGE: u16 = 43;
    pub(in crate::sf2) const VEL_RANGE: u16 = 44;
    pub(in crate::sf2) const START_LOOP_COARSE: u16 = 45;
    pub(in crate::sf2) const KEYNUM: u16 = 46;
    pub(in crate::sf2) const VELOCITY: u16 = 47;
    pub(in crate::sf2) const ATTENUATION: u16 = 48;
    pub(in crate::sf2) const END_LOOP_COARSE: u16 = 50;
    pub(in crate::sf2) const COARSE_TUNE: u16 = 51;
    pub(in crate::sf2) const FINE_TUNE: u16 = 52;
    pub(in crate::sf2) const SAMPLE: u16 = 53;
    pub(in crate::sf2) const SAMPLE_MODES: u16 = 54;
    pub(in crate::sf2) const SCALE_TUNING: u16 = 56;
    pub(in crate::sf2) const EXCLUSIVE_CLASS: u16 = 57;
    pub(in crate::sf2) const ROOT_KEY: u16 = 58;
}

/// Generators that are numbered.
const COUNT: usize = 61;

/// What a generator may be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Spec {
    /// Least sum.
    min: i16,
    /// Largest sum.
    max: i16,
    /// What holds when no zone says anything.
    default: i16,
    /// A preset may add to it.
    pub(super) at_preset: bool,
}

impl Spec {
    const fn new(min: i16, max: i16, default: i16) -> Self {
        Self {
            min,
            max,
            default,
            at_preset: true,
        }
    }

    const fn of_instrument(min: i16, max: i16, default: i16) -> Self {
        Self {
            at_preset: false,
            ..Self::new(min, max, default)
        }
    }

    /// Whether an instrument may say this. Below the shortest time lies the customary -32768.
    pub(super) const fn allows(self, value: i16) -> bool {
        let shortest = self.min == SHORTEST && value == i16::MIN;
        shortest || (value >= self.min && value <= self.max)
    }
}

/// 1 ms in time cents: what means no time at all.
pub(super) const SHORTEST: i16 = -12_000;

/// What a generator may be; nothing for those that add no value or have no meaning.
///
/// # Source
/// \[SF2\] generator summary.
pub(super) const fn spec(generator: u16) -> Option<Spec> {
    Some(match generator {
        id::START | id::START_COARSE => Spec::of_instrument(0, i16::MAX, 0),
        id::END | id::END_COARSE => Spec::of_instrument(i16::MIN, 0, 0),
        id::START_LOOP | id::END_LOOP | id::START_LOOP_COARSE | id::END_LOOP_COARSE => {
            Spec::of_instrument(i16::MIN, i16::MAX, 0)
        }
        id::MOD_LFO_TO_PITCH..=id::MOD_ENV_TO_PITCH
        | id::MOD_LFO_TO_FILTER_FC
        | id::MOD_ENV_TO_FILTER_FC => Spec::new(-12_000, 12_000, 0),
        id::FILTER_FC => Spec::new(1500, OPEN, OPEN),
        id::FILTER_Q => Spec::new(0, 960, 0),
        id::MOD_LFO_TO_VOLUME => Spec::new(-960, 960, 0),
        id::CHORUS | id::REVERB => Spec::new(0, 1000, 0),
        id::PAN => Spec::new(-500, 500, 0),
        id::DELAY_MOD_LFO
        | id::DELAY_VIB_LFO
        | id::DELAY_MOD_ENV
        | id::HOLD_MOD_ENV
        | id::DELAY_VOL_ENV
        | id::HOLD_VOL_ENV => Spec::new(SHORTEST, 5000, SHORTEST),
        id::FREQ_MOD_LFO | id::FREQ_VIB_LFO => Spec::new(-16_000, 4500, 0),
        id::ATTACK_MOD_ENV
        | id::DECAY_MOD_ENV
        | id::RELEASE_MOD_ENV
        | id::ATTACK_VOL_ENV
        | id::DECAY_VOL_ENV
        | id::RELEASE_VOL_ENV => Spec::new(SHORTEST, 8000, SHORTEST),
        id::SUSTAIN_MOD_ENV => Spec::new(0, 1000, 0),
        id::SUSTAIN_VOL_ENV | id::ATTENUATION => Spec::new(0, 1440, 0),
        id::KEY_TO_MOD_ENV_HOLD
        | id::KEY_TO_MOD_ENV_DECAY
        | id::KEY_TO_VOL_ENV_HOLD
        | id::KEY_TO_VOL_ENV_DECAY => Spec::new(-1200, 1200, 0),
        id::KEYNUM | id::ROOT_KEY => Spec::of_instrument(-1, 127, -1),
        id::VELOCITY => Spec::of_instrument(-1, 127, -1),
        id::COARSE_TUNE => Spec::new(-120, 120, 0),
        id::FINE_TUNE => Spec::new(-99, 99, 0),
        id::SAMPLE_MODES => Spec::of_instrument(0, 3, 0),
        id::SCALE_TUNING => Spec::new(0, 1200, 100),
        id::EXCLUSIVE_CLASS => Spec::of_instrument(0, 127, 0),
        _ => return None,
    })
}

/// 13 500 absolute cents: a filter that lets everything through.
pub(super) const OPEN: i16 = 13_500;

/// All generators of a zone of an instrument together with one of a preset.
#[derive(Debug, Clone)]
pub(super) struct Settings {
    /// What the instrument says.
    values: [i16; COUNT],
    /// What preset and constant modulators add.
    added: [i32; COUNT],
}

/// All defaults.
const DEFAULTS: [i16; COUNT] = {
    let mut values = [0; COUNT];
    let mut generator = 0;
    while generator < COUNT {
        if let Some(spec) = SPECS[generator] {
            values[generator] = spec.default;
        }
        generator += 1;
    }
    values
};

/// [`spec`] of every generator.
const SPECS: [Option<Spec>; COUNT] = {
    let mut specs = [None; COUNT];
    let mut generator: u16 = 0;
    while (generator as usize) < COUNT {
        specs[generator as usize] = spec(generator);
        generator += 1;
    }
    specs
};

impl Default for Settings {
    fn default() -> Self {
        Self {
            values: DEFAULTS,
            added: [0; COUNT],
        }
    }
}

impl Settings {
    /// Takes over what a zone of an instrument says.
    pub(super) fn replace(&mut self, records: &[[u8; GENERATOR]]) {
        for (generator, amount) in records.iter().filter_map(generator) {
            if let Some(value) = self.values.get_mut(usize::from(generator)) {
                *value = amount;
            }
        }
    }

    /// Adds what a zone of a preset says, and takes back what an earlier one said.
    pub(super) fn add(&mut self, records: &[[u8; GENERATOR]]) {
        for (generator, amount) in records.iter().filter_map(generator) {
            if spec(generator).is_some_and(|spec| spec.at_preset)
                && let Some(added) = self.added.get_mut(usize::from(generator))
            {
                *added = i32::from(amount);
            }
        }
    }

    /// Adds to one generator for good.
    pub(super) fn add_constant(&mut self, generator: u16, amount: i32) {
        if let Some(added) = self.added.get_mut(usize::from(generator)) {
            *added = added.saturating_add(amount);
        }
    }

    /// The sum of one generator, within its range.
    pub(super) fn get(&self, generator: u16) -> i32 {
        let at = usize::from(generator);
        let value = self.values.get(at).copied().map_or(0, i32::from);
        let added = self.added.get(at).copied().unwrap_or(0);
        let sum = value.saturating_add(added);
        let spec = SPECS.get(at).copied().flatten();
        spec.map_or(sum, |spec| sum.clamp(spec.min.into(), spec.max.into()))
    }
}

/// Number and amount of a record.
pub(super) fn generator(record: &[u8; GENERATOR]) -> Option<(u16, i16)> {
    let fields = Fields(record);
    fields.u16(0).zip(fields.i16(2))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn record(generator: u16, amount: i16) -> [u8; GENERATOR] {
        let [a, b] = generator.to_le_bytes();
        let [c, d] = amount.to_le_bytes();
        [a, b, c, d]
    }

    #[test]
    fn instruments_replace_and_presets_add() {
        let mut settings = Settings::default();
        settings.replace(&[record(id::FINE_TUNE, 20)]);
        settings.replace(&[record(id::FINE_TUNE, 50)]);
        settings.add(&[record(id::FINE_TUNE, 7)]);
        settings.add(&[record(id::FINE_TUNE, -20)]);
        assert_eq!(settings.get(id::FINE_TUNE), 30);
    }

    #[test]
    fn the_sum_is_clamped_and_not_its_parts() {
        let mut settings = Settings::default();
        settings.replace(&[record(id::FILTER_FC, 14_000)]);
        settings.add(&[record(id::FILTER_FC, -1000)]);
        assert_eq!(settings.get(id::FILTER_FC), 13_000);
        settings.add(&[record(id::FILTER_FC, 1000)]);
        assert_eq!(settings.get(id::FILTER_FC), 13_500);
    }

    #[test]
    fn presets_may_not_say_everything() {
        for generator in [0, 1, 2, 3, 4, 12, 45, 46, 47, 50, 54, 57, 58] {
            let mut settings = Settings::default();
            let before = settings.get(generator);
            settings.add(&[record(generator, 3)]);
            assert_eq!(settings.get(generator), before, "{generator}");
        }
    }

    #[test]
    fn every_default_lies_in_its_range() {
        let settings = Settings::default();
        for (generator, _) in (0..).zip([(); COUNT]) {
            if let Some(spec) = spec(generator) {
                assert!(spec.allows(spec.default), "{generator}");
                assert_eq!(settings.get(generator), spec.default.into(), "{generator}");
            }
        }
    }
}

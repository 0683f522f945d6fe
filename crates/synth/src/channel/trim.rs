//! What the host sets on top of a part, beside its MIDI state.
//!
//! In: numbers as a host gives them. Out: amplitudes, cents, fractions. Owner: the channel and the
//! mixer. Thread: render.

use crate::dsp::units::{RANGE_DB, decibels_to_amplitude};
use crate::sends::SENDS;

use super::velocity::VelocityCurve;

/// Loudest trim, dB.
const MAX_TRIM_DB: f32 = 24.0;

/// Farthest that a part is tuned, cents.
pub(super) const MAX_TUNE_CENTS: f32 = 2400.0;

/// Farthest that a cutoff is moved, cents.
pub(super) const MAX_CUTOFF_CENTS: f32 = 9600.0;

/// Most resonance that is added or taken, dB.
pub(super) const MAX_RESONANCE_DB: f32 = 20.0;

/// Most that a time is doubled or halved.
const MAX_DOUBLINGS: f32 = 6.0;

/// Time cents of a doubling.
const DOUBLING_CENTS: f32 = 1200.0;

/// What the host sets on top of a part's MIDI state. Not a number counts as 0.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct PartTrim {
    /// Gain, dB; -96 and below is silence, at most +24.
    pub gain_db: f32,
    /// Added to the part's pan, `-1.0` (left) to `1.0` (right).
    pub pan: f32,
    /// Plays this program instead of the one MIDI chose, `0..=127`.
    pub program: Option<u8>,
    /// Instead of the upper byte of the bank that MIDI chose, `0..=127`.
    pub bank_msb: Option<u8>,
    /// Instead of the lower byte, `0..=127`.
    pub bank_lsb: Option<u8>,
    /// What MIDI has chosen so far stays chosen, whatever it asks for.
    pub locked: bool,
    /// Listens to this channel instead of the one MIDI chose, `0..=15`. When that changes, its notes
    /// end and its pedals are lifted: what would end them comes on the other channel.
    pub channel: Option<u8>,
    /// Lowest and highest key that it answers to, beside the range that MIDI chose, `0..=127`; for
    /// notes to come.
    pub keys: (u8, u8),
    /// What it makes of velocities, behind all that MIDI makes of them; for notes to come.
    pub velocity: VelocityCurve,
    /// Added to the tuning, cents, `-2400.0..=2400.0`.
    pub tune_cents: f32,
    /// Added to the cutoff, cents, `-9600.0..=9600.0`.
    pub cutoff_cents: f32,
    /// Added to the resonance, dB, `-20.0..=20.0`.
    pub resonance_db: f32,
    /// Doublings of the time of the attack, `-6.0..=6.0`; for notes to come.
    pub attack: f32,
    /// The same of the decay.
    pub decay: f32,
    /// The same of the release.
    pub release: f32,
    /// Added to the sends to reverb, chorus and delay, `-1.0..=1.0` of all of the part.
    pub sends: [f32; SENDS],
}

impl PartTrim {
    /// Nothing added.
    const NONE: Self = Self {
        gain_db: 0.0,
        pan: 0.0,
        program: None,
        bank_msb: None,
        bank_lsb: None,
        locked: false,
        channel: None,
        keys: (0, 127),
        velocity: VelocityCurve::Linear,
        tune_cents: 0.0,
        cutoff_cents: 0.0,
        resonance_db: 0.0,
        attack: 0.0,
        decay: 0.0,
        release: 0.0,
        sends: [0.0; SENDS],
    };
}

impl Default for PartTrim {
    /// Nothing added.
    fn default() -> Self {
        Self::NONE
    }
}

/// What of a trim acts beside gain, pan and program, held within its ranges.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Added {
    pub(crate) tune_cents: f64,
    pub(crate) cutoff_cents: f64,
    pub(crate) resonance_db: f64,
    /// Time cents.
    pub(crate) attack_cents: f64,
    pub(crate) decay_cents: f64,
    pub(crate) release_cents: f64,
    /// Fractions of the part.
    pub(crate) sends: [f64; SENDS],
}

impl Added {
    /// Nothing.
    pub(crate) const NONE: Self = Self {
        tune_cents: 0.0,
        cutoff_cents: 0.0,
        resonance_db: 0.0,
        attack_cents: 0.0,
        decay_cents: 0.0,
        release_cents: 0.0,
        sends: [0.0; SENDS],
    };

    /// What a trim asks for.
    pub(crate) fn of(trim: &PartTrim) -> Self {
        let doublings = |count| f64::from(DOUBLING_CENTS * within(count, MAX_DOUBLINGS));
        Self {
            tune_cents: f64::from(within(trim.tune_cents, MAX_TUNE_CENTS)),
            cutoff_cents: f64::from(within(trim.cutoff_cents, MAX_CUTOFF_CENTS)),
            resonance_db: f64::from(within(trim.resonance_db, MAX_RESONANCE_DB)),
            attack_cents: doublings(trim.attack),
            decay_cents: doublings(trim.decay),
            release_cents: doublings(trim.release),
            sends: trim.sends.map(|send| f64::from(within(send, 1.0))),
        }
    }

    /// One tick nearer to what is wanted, of `ticks` that are left.
    pub(crate) fn towards(&self, wanted: &Self, ticks: u32) -> Self {
        if ticks <= 1 {
            return *wanted;
        }
        let step = |from: f64, to: f64| from + (to - from) / f64::from(ticks);
        let mut sends = self.sends;
        for (send, wanted) in sends.iter_mut().zip(wanted.sends) {
            *send = step(*send, wanted);
        }
        Self {
            tune_cents: step(self.tune_cents, wanted.tune_cents),
            cutoff_cents: step(self.cutoff_cents, wanted.cutoff_cents),
            resonance_db: step(self.resonance_db, wanted.resonance_db),
            sends,
            ..*wanted
        }
    }

    /// The same with times of envelopes that hold for notes to come.
    pub(crate) const fn with_times_of(&self, other: &Self) -> Self {
        Self {
            attack_cents: other.attack_cents,
            decay_cents: other.decay_cents,
            release_cents: other.release_cents,
            ..*self
        }
    }

    /// Whether it wants a filter, even if the bank has none.
    pub(crate) fn wants_filter(&self) -> bool {
        self.cutoff_cents != 0.0 || self.resonance_db != 0.0
    }
}

/// A number held within a range to either side; not a number is 0.
pub(super) const fn within(number: f32, most: f32) -> f32 {
    if number.is_nan() {
        0.0
    } else {
        number.clamp(-most, most)
    }
}

/// Amplitude of a gain from outside.
pub(crate) fn outside_gain(gain_db: f32) -> f32 {
    outside_gain_plus(gain_db, 0.0)
}

/// Amplitude of a gain from outside and one of our own, dB.
///
/// - `gain_db`: silence at -96 and below, whatever is added; not a number is 0
#[expect(
    clippy::cast_possible_truncation,
    reason = "an amplitude is wanted in f32"
)]
pub(crate) fn outside_gain_plus(gain_db: f32, more_db: f64) -> f32 {
    let gain_db = if gain_db.is_nan() {
        0.0
    } else {
        f64::from(gain_db.min(MAX_TRIM_DB))
    };
    if gain_db <= -RANGE_DB {
        return 0.0;
    }
    decibels_to_amplitude(gain_db + more_db) as f32
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_no_number_adds_nothing_and_the_rest_is_held_within_its_range() {
        let all = |value| PartTrim {
            tune_cents: value,
            cutoff_cents: value,
            resonance_db: value,
            attack: value,
            decay: value,
            release: value,
            sends: [value; SENDS],
            ..PartTrim::default()
        };
        assert_eq!(Added::of(&all(f32::NAN)), Added::NONE);
        let least = Added {
            tune_cents: -2400.0,
            cutoff_cents: -9600.0,
            resonance_db: -20.0,
            attack_cents: -7200.0,
            decay_cents: -7200.0,
            release_cents: -7200.0,
            sends: [-1.0; SENDS],
        };
        assert_eq!(Added::of(&all(f32::NEG_INFINITY)), least);
    }
}

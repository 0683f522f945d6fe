//! What the host sets on top of a part, as amplitudes.
//!
//! In: dB as a host gives them. Out: amplitudes. Owner: the channel and the mixer. Thread: render.

use crate::dsp::units::{RANGE_DB, decibels_to_amplitude};

/// Loudest trim, dB.
const MAX_TRIM_DB: f32 = 24.0;

/// What the host sets on top of a part's MIDI state.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct PartTrim {
    /// Gain, dB; -96 and below is silence, at most +24. Not a number counts as 0.
    pub gain_db: f32,
    /// Added to the part's pan, `-1.0` (left) to `1.0` (right). Not a number counts as 0.
    pub pan: f32,
    /// Plays this program instead of the one MIDI chose, `0..=127`; the bank stays MIDI's.
    pub program: Option<u8>,
}

impl Default for PartTrim {
    /// Nothing added.
    fn default() -> Self {
        Self {
            gain_db: 0.0,
            pan: 0.0,
            program: None,
        }
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

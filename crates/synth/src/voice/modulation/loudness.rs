//! How loud a voice is: a level in decibels, an attack that is linear, a quick fade.

use crate::dsp::units::RANGE_DB;

/// A quick linear fade that ends a voice whatever its envelope says.
#[derive(Debug, Clone, Copy)]
pub(super) struct Fade {
    /// Age at which it begins, frames.
    pub(super) begin: f64,
    pub(super) frames: f64,
}

impl Fade {
    /// What is left at an age, `0.0..=1.0`.
    pub(super) fn at(self, age: f64) -> f64 {
        (1.0 - (age - self.begin) / self.frames).clamp(0.0, 1.0)
    }
}

/// How loud a voice is.
pub(super) struct Loudness {
    /// How far its attack is, which is linear in amplitude.
    pub(super) attack: f64,
    /// All else.
    pub(super) level_db: f64,
}

impl Loudness {
    /// Its amplitude.
    ///
    /// - `gain`: of the level
    pub(super) fn amplitude(&self, gain: f64) -> f64 {
        if self.level_db <= -RANGE_DB {
            0.0
        } else {
            self.attack * gain
        }
    }
}

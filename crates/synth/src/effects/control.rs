//! A parameter of an effect: where it is, where it goes, and its value at every frame.
//!
//! In: targets, at any time. Out: values that move linearly from tick to tick, so that no change
//! makes a step. Owner: an effect. Thread: render.

use crate::dsp::ramp::{Glide, Ramp};
use crate::dsp::tables::TICK_FRAMES;

/// Time in which a parameter reaches its target, seconds; rounded up to whole ticks.
const GLIDE_S: f64 = 0.05;

/// Whole ticks of a glide at a sample rate, at least 1.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    clippy::cast_precision_loss,
    reason = "600 ticks at the highest sample rate"
)]
pub(super) fn glide_ticks(sample_rate_hz: f64) -> u32 {
    libm::ceil(GLIDE_S * sample_rate_hz / TICK_FRAMES as f64).max(1.0) as u32
}

/// A value that glides.
#[derive(Debug, Clone)]
pub(super) struct Control {
    glide: Glide,
    ramp: Ramp,
}

impl Control {
    /// A value that stands still.
    pub(super) const fn resting(value: f32) -> Self {
        Self {
            glide: Glide::resting(value),
            ramp: Ramp::still(value),
        }
    }

    /// Heads for `target`, to be there in `ticks` ticks from the next one on.
    pub(super) fn head_for(&mut self, target: f32, ticks: u32) {
        self.glide.head_for(target, ticks);
    }

    /// Begins a tick.
    pub(super) fn begin_tick(&mut self) {
        let value = self.glide.advance();
        self.ramp.aim(0, value);
    }

    /// Value at a frame of the tick.
    #[inline]
    pub(super) fn at(&self, frame: f32) -> f32 {
        self.ramp.at(frame)
    }

    /// Value at the end of the tick.
    pub(super) const fn end(&self) -> f32 {
        self.ramp.end()
    }

    /// Whether it stands still and goes nowhere.
    pub(super) fn rests(&self) -> bool {
        self.glide.is_resting() && self.ramp.is_still()
    }

    /// Whether it stands still at exactly 0.
    pub(super) fn is_zero(&self) -> bool {
        self.rests() && self.end().to_bits() << 1 == 0
    }

    /// Jumps to the target.
    pub(super) const fn settle(&mut self) {
        self.glide.settle();
        self.ramp = Ramp::still(self.glide.current());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_change_takes_fifty_milliseconds_and_arrives_exactly() {
        let ticks = glide_ticks(48_000.0);
        assert_eq!(ticks, 38);
        let mut control = Control::resting(0.0);
        control.head_for(0.7, ticks);
        let mut last = 0.0;
        for _ in 0..ticks {
            assert!((control.end() - last).abs() < 1e-9);
            control.begin_tick();
            assert!((control.at(0.0) - last).abs() < 1e-6);
            last = control.end();
        }
        assert!(!control.rests());
        control.begin_tick();
        assert!(control.rests());
        assert_eq!(control.end().to_bits(), 0.7_f32.to_bits());
    }
}

//! The low-pass before an effect, one pole.
//!
//! Owner: an effect. Thread: render. Source: \[GS\] pre-LPF.

use super::control::Control;
use super::number::{flush, narrow};

/// A low-pass whose cutoff glides.
#[derive(Debug, Clone)]
pub(super) struct Lowpass {
    /// Part of the way to the input that is gone with each frame, `0.0..=1.0`; 1 is no filter.
    share: Control,
    state: f32,
}

impl Lowpass {
    /// Lets everything pass.
    pub(super) const fn open() -> Self {
        Self {
            share: Control::resting(1.0),
            state: 0.0,
        }
    }

    /// Heads for a cutoff, to be there in `ticks` ticks.
    pub(super) fn set(&mut self, cutoff_hz: Option<f64>, sample_rate_hz: f64, ticks: u32) {
        let share = cutoff_hz.map_or(1.0, |hertz| {
            1.0 - libm::exp(-core::f64::consts::TAU * hertz / sample_rate_hz)
        });
        self.share.head_for(narrow(share), ticks);
    }

    pub(super) fn begin_tick(&mut self) {
        self.share.begin_tick();
    }

    pub(super) fn rests(&self) -> bool {
        self.share.rests()
    }

    pub(super) const fn settle(&mut self) {
        self.share.settle();
    }

    pub(super) const fn clear(&mut self) {
        self.state = 0.0;
    }

    /// Filters one sample.
    ///
    /// - `number`: of the frame in its tick
    #[inline]
    pub(super) fn apply(&mut self, sample: f32, number: f32) -> f32 {
        self.state = flush(self.state + self.share.at(number) * (sample - self.state));
        self.state
    }
}

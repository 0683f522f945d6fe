//! The end of the mix: headroom, master gain, level.

use crate::channel::outside_gain;
use crate::dsp::ramp::{Glide, Ramp};
use crate::dsp::tables::TICK_INDEX;

/// Gain of the whole mix: -6.02 dB.
///
/// A single voice at full velocity, volume and level peaks at half of full scale. Sixteen dense
/// parts at the usual controller values stay below full scale; nothing limits what goes above.
///
/// # Source
/// \[DLS2\] gain sum: headroom is taken from the mix, not from the voices.
pub(crate) const HEADROOM: f32 = 0.5;

/// Master gain and level meter.
#[derive(Debug, Clone)]
pub(crate) struct Mixer {
    gain: Glide,
    ramp: Ramp,
    peak_left: f32,
    peak_right: f32,
}

impl Mixer {
    pub(crate) const fn new() -> Self {
        Self {
            gain: Glide::resting(1.0),
            ramp: Ramp::still(HEADROOM),
            peak_left: 0.0,
            peak_right: 0.0,
        }
    }

    /// Sets the master gain, to be reached in `ticks` ticks.
    pub(crate) fn set_gain_db(&mut self, gain_db: f32, ticks: u32) {
        self.gain.head_for(outside_gain(gain_db), ticks);
    }

    /// Begins a tick.
    pub(crate) fn begin_tick(&mut self) {
        let gain = self.gain.advance();
        self.ramp.aim(0, gain * HEADROOM);
    }

    /// Whether the master gain has arrived and stands still.
    pub(crate) fn rests(&self) -> bool {
        self.gain.is_resting() && self.ramp.is_still()
    }

    /// Puts the master gain where it is going and forgets the level.
    pub(crate) const fn settle(&mut self) {
        self.gain.settle();
        self.ramp = Ramp::still(self.gain.current() * HEADROOM);
        self.peak_left = 0.0;
        self.peak_right = 0.0;
    }

    /// Applies the gain to frames `offset..` of the tick and looks at their level.
    pub(crate) fn finish(&mut self, offset: usize, left: &mut [f32], right: &mut [f32]) {
        let frames = TICK_INDEX.get(offset..).unwrap_or(&[]);
        for ((left, right), &frame) in left.iter_mut().zip(right.iter_mut()).zip(frames) {
            let gain = self.ramp.at(frame);
            *left *= gain;
            *right *= gain;
        }
        let peak = |samples: &[f32], peak: f32| {
            samples
                .iter()
                .fold(peak, |peak, sample| peak.max(sample.abs()))
        };
        self.peak_left = peak(left, self.peak_left);
        self.peak_right = peak(right, self.peak_right);
    }

    /// Highest absolute samples so far, left and right.
    pub(crate) const fn peak(&self) -> (f32, f32) {
        (self.peak_left, self.peak_right)
    }

    /// The same, beginning anew.
    pub(crate) const fn take_peak(&mut self) -> (f32, f32) {
        let peak = self.peak();
        self.peak_left = 0.0;
        self.peak_right = 0.0;
        peak
    }
}

//! The end of the mix: headroom, one gain, level.

use crate::channel::outside_gain_plus;
use crate::dsp::fader::Fader;
use crate::dsp::ramp::Ramp;
use crate::dsp::tables::TICK_INDEX;

/// Gain of the whole mix: -6.02 dB.
///
/// A single voice at full velocity, volume and level peaks at half of full scale. Sixteen dense
/// parts at the usual controller values stay below full scale; nothing limits what goes above.
///
/// # Source
/// \[DLS2\] gain sum: headroom is taken from the mix, not from the voices.
pub(crate) const HEADROOM: f32 = 0.5;

/// Least and most of the volume, 1/100 dB: twice the range of one of its two terms.
///
/// # Source
/// \[hdr\] dmusicc.h: -20000..=2000 for the volume; \[WDK\] gives the boost no range.
const VOLUME: (i32, i32) = (-40_000, 4_000);

/// Gain and level meters.
#[derive(Debug, Clone)]
pub(crate) struct Mixer {
    /// Set by the host, dB.
    master_db: f32,
    /// Set by property, 1/100 dB, within [`VOLUME`].
    volume: i32,
    /// Both together, as an amplitude.
    gain: Fader,
    ramp: Ramp,
    peak_left: f32,
    peak_right: f32,
    /// Highest of both sides since it was last read as a property.
    peak_read: f32,
}

impl Mixer {
    pub(crate) const fn new() -> Self {
        Self {
            master_db: 0.0,
            volume: 0,
            gain: Fader::resting(1.0),
            ramp: Ramp::still(HEADROOM),
            peak_left: 0.0,
            peak_right: 0.0,
            peak_read: 0.0,
        }
    }

    /// Sets the master gain, to be reached in `ticks` ticks.
    pub(crate) fn set_gain_db(&mut self, gain_db: f32, ticks: u32) {
        self.master_db = gain_db;
        self.head_for_sum(ticks);
    }

    /// Sets the volume, 1/100 dB, to be reached in `ticks` ticks.
    ///
    /// # Source
    /// \[WDK\] KSPROPERTY_SYNTH_VOLUME, VOLUMEBOOST: added in dB, applied once after all mixing.
    pub(crate) fn set_volume(&mut self, hundredths_db: i32, ticks: u32) {
        self.volume = hundredths_db.clamp(VOLUME.0, VOLUME.1);
        self.head_for_sum(ticks);
    }

    fn head_for_sum(&mut self, ticks: u32) {
        let volume_db = f64::from(self.volume) / 100.0;
        self.gain
            .head_for(outside_gain_plus(self.master_db, volume_db), ticks);
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
        self.peak_read = 0.0;
    }

    /// Applies the gain to frames `offset..` of the tick.
    pub(crate) fn apply(&self, offset: usize, left: &mut [f32], right: &mut [f32]) {
        let frames = TICK_INDEX.get(offset..).unwrap_or(&[]);
        for ((left, right), &frame) in left.iter_mut().zip(right.iter_mut()).zip(frames) {
            let gain = self.ramp.at(frame);
            *left *= gain;
            *right *= gain;
        }
    }

    /// Looks at the level of frames.
    pub(crate) fn meter(&mut self, left: &[f32], right: &[f32]) {
        let peak = |samples: &[f32]| {
            samples
                .iter()
                .fold(0.0_f32, |peak, sample| peak.max(sample.abs()))
        };
        let (peak_left, peak_right) = (peak(left), peak(right));
        self.peak_left = self.peak_left.max(peak_left);
        self.peak_right = self.peak_right.max(peak_right);
        self.peak_read = self.peak_read.max(peak_left).max(peak_right);
    }

    /// Highest absolute sample of both sides since the last call.
    pub(crate) const fn read_peak(&mut self) -> f32 {
        core::mem::replace(&mut self.peak_read, 0.0)
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

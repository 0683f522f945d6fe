//! Plan of a loop: how long it is, how many periods it holds and how fast it plays.
//!
//! The sample rate is chosen last, so that a whole number of periods in a whole number of frames
//! gives the key's pitch; no fine tuning is needed and every harmonic is an exact bin of the loop.

use crate::units::key_to_hz;

/// Rate up to which high keys are given more than a recipe asks for.
const HIGHEST_RATE_HZ: f64 = 42_000.0;

/// Highest rate of a wave.
const LIMIT_HZ: u32 = 44_100;

/// Length, period count and rate of a loop that sounds one key.
#[derive(Debug, Clone, Copy)]
pub(crate) struct LoopPlan {
    /// Key at which the loop plays at its own rate.
    pub(crate) key: u8,
    /// Frames in the loop.
    pub(crate) len: usize,
    /// Periods of the key's fundamental in the loop.
    pub(crate) periods: usize,
    /// Frames per second.
    pub(crate) rate: u32,
}

impl LoopPlan {
    /// The plan for `key` whose rate comes nearest to `wanted_hz`.
    pub(crate) fn new(key: u8, len: usize, wanted_hz: f64) -> Self {
        let fundamental = key_to_hz(f64::from(key));
        // High keys have few partials, and strong ones: they have to stay far from half the rate.
        let wanted_hz = wanted_hz.max((16.0 * fundamental).min(HIGHEST_RATE_HZ));
        let periods = (fundamental * len as f64 / wanted_hz).round().max(1.0) as usize;
        let rate_of = |periods: usize| (fundamental * len as f64 / periods as f64).round() as u32;
        // Few periods are rounded far; a rate that players do not know is not to come of it.
        let too_fast = rate_of(periods) > LIMIT_HZ;
        let periods = periods + usize::from(too_fast);
        let rate = rate_of(periods);
        Self {
            key,
            len,
            periods,
            rate,
        }
    }

    /// The plan for a plucked string, and the highest frequency that its wave should hold.
    ///
    /// High strings have their strongest partials near the top, where a player mirrors them most:
    /// the same partials lie lower in a faster wave.
    pub(crate) fn of_string(key: u8, len: usize, wanted_hz: f64) -> (Self, f64) {
        let top_hz = Self::new(key, len, wanted_hz).top_hz();
        let faster = if key > 76 { 1.3 } else { 1.0 };
        (Self::new(key, len, faster * wanted_hz), top_hz)
    }

    /// Frames per second.
    pub(crate) fn rate_hz(&self) -> f64 {
        f64::from(self.rate)
    }

    /// Frequency of the fundamental.
    pub(crate) fn fundamental_hz(&self) -> f64 {
        self.hz(self.periods)
    }

    /// Frequency of a bin.
    pub(crate) fn hz(&self, bin: usize) -> f64 {
        self.rate_hz() * bin as f64 / self.len as f64
    }

    /// Bin nearest to a frequency, at least 1.
    pub(crate) fn bin(&self, hz: f64) -> usize {
        (hz * self.len as f64 / self.rate_hz()).round().max(1.0) as usize
    }

    /// Highest frequency that the wave should hold, four tenths of the rate: above it a
    /// player's interpolation mirrors too much of it.
    pub(crate) fn top_hz(&self) -> f64 {
        0.4 * self.rate_hz()
    }

    /// Frames in a time.
    pub(crate) fn frames(&self, seconds: f64) -> usize {
        (seconds * self.rate_hz()).round() as usize
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_key_is_in_tune_at_every_length() {
        for key in 12..=120 {
            for len in [1024, 2048, 16_384, 65_536] {
                let plan = LoopPlan::new(key, len, 32_000.0);
                let ratio = plan.fundamental_hz() / key_to_hz(f64::from(key));
                let cents = 1200.0 * libm::log2(ratio);
                assert!(cents.abs() < 0.2, "key {key}, {len} frames: {cents} cents");
            }
        }
    }
}

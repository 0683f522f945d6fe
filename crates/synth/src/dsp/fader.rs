//! Fader: a gain that moves as a fader does, evenly in decibels.
//!
//! Points of automation that a host sets are joined by straight lines of decibels, so that a sweep
//! of many points is the sweep that was drawn: amplitudes joined by straight lines would add a tone
//! of the rate of the points, 75 dB below the sound. In a leap, or from and to silence, the
//! amplitude itself moves evenly, which has the least steps.

use super::ramp::Glide;
use super::units::exp2;

/// What is more than this or less than its inverse is a leap: 3 dB.
const LEAP: f32 = core::f32::consts::SQRT_2;

/// A gain on its way over several ticks.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Fader {
    /// Doublings of the amplitude, or in a leap the amplitude.
    way: Glide,
    is_even_in_decibels: bool,
    /// Amplitude at the end of the tick in progress.
    current: f32,
    /// Amplitude where it goes.
    target: f32,
}

impl Fader {
    /// A gain that has arrived.
    pub(crate) const fn resting(amplitude: f32) -> Self {
        Self {
            way: Glide::resting(amplitude),
            is_even_in_decibels: false,
            current: amplitude,
            target: amplitude,
        }
    }

    /// Heads for an amplitude, to be there in `ticks` ticks (at least 1).
    #[expect(
        clippy::cast_possible_truncation,
        reason = "single precision is 120 dB below the gain"
    )]
    pub(crate) fn head_for(&mut self, amplitude: f32, ticks: u32) {
        if amplitude.to_bits() == self.target.to_bits() {
            return;
        }
        self.target = amplitude;
        let (least, most) = (self.current / LEAP, self.current * LEAP);
        self.is_even_in_decibels = amplitude > 0.0 && (least..=most).contains(&amplitude);
        let place = |amplitude: f32| {
            if self.is_even_in_decibels {
                libm::log2(f64::from(amplitude)) as f32
            } else {
                amplitude
            }
        };
        self.way = Glide::resting(place(self.current));
        self.way.head_for(place(amplitude), ticks);
        if self.way.is_resting() {
            self.current = amplitude;
        }
    }

    /// One tick forward; returns the amplitude at that tick's end.
    #[expect(clippy::cast_possible_truncation, reason = "as in `head_for`")]
    pub(crate) fn advance(&mut self) -> f32 {
        if !self.way.is_resting() {
            let place = self.way.advance();
            self.current = if self.way.is_resting() {
                self.target
            } else if self.is_even_in_decibels {
                exp2(f64::from(place)) as f32
            } else {
                place
            };
        }
        self.current
    }

    /// Amplitude at the end of the tick in progress.
    pub(crate) const fn current(&self) -> f32 {
        self.current
    }

    /// Whether it has arrived.
    pub(crate) const fn is_resting(&self) -> bool {
        self.way.is_resting()
    }

    /// Jumps to the target.
    pub(crate) const fn settle(&mut self) {
        self.way.settle();
        self.current = self.target;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn gain_moves_evenly_in_decibels_and_arrives() {
        let mut fader = Fader::resting(1.0);
        let root = 0.5_f32.powf(0.1);
        fader.head_for(root.powi(4), 4);
        for power in 1..4 {
            assert!((fader.advance() - root.powi(power)).abs() < 1e-6);
        }
        assert_eq!(fader.advance().to_bits(), root.powi(4).to_bits());
        assert!(fader.is_resting());
    }

    #[test]
    fn gain_leaps_evenly_in_amplitude_to_silence_and_from_it() {
        let mut fader = Fader::resting(1.0);
        fader.head_for(0.0, 4);
        let down: Vec<f32> = (0..4).map(|_| fader.advance()).collect();
        assert_eq!(down, [0.75, 0.5, 0.25, 0.0]);
        fader.head_for(1.0, 2);
        let up: Vec<f32> = (0..2).map(|_| fader.advance()).collect();
        assert_eq!(up, [0.5, 1.0]);
    }

    #[test]
    fn gain_turns_round_on_its_way() {
        let mut fader = Fader::resting(1.0);
        fader.head_for(0.8, 4);
        fader.advance();
        fader.advance();
        fader.head_for(1.0, 1);
        assert_eq!(fader.advance().to_bits(), 1.0_f32.to_bits());
        fader.head_for(0.5, 3);
        fader.settle();
        assert_eq!(fader.current().to_bits(), 0.5_f32.to_bits());
    }
}

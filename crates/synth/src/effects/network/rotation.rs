//! A slow turning of the lines into one another, which lets no resonance stand.
//!
//! Eight pairs of lines turn, each at its own speed. A rotation keeps the energy, needs no
//! frame between frames and therefore loses no high frequencies, as swinging delays would.
//! Owner: the network. Thread: render.
//! Source: S. J. Schlecht, E. A. P. Habets, Time-varying feedback matrices in feedback delay
//! networks, 2015.

use crate::dsp::tables::TICK_FRAMES;

use super::super::number::narrow;
use super::{Frame, LINES};

/// Pairs of lines.
const PAIRS: usize = LINES / 2;

/// Turns a second of each pair; no two are multiples of one another.
const SPEEDS_HZ: [f64; PAIRS] = [0.37, -0.53, 0.71, -0.29, 0.61, -0.43, 0.47, -0.67];

/// One value for each pair.
type Pairs = [f32; PAIRS];

/// Cosines and sines.
#[derive(Debug, Clone, Copy)]
struct Angles<T> {
    cosine: [T; PAIRS],
    sine: [T; PAIRS],
}

impl<T: Copy> Angles<T> {
    /// The same for all pairs.
    const fn of(cosine: T, sine: T) -> Self {
        Self {
            cosine: [cosine; PAIRS],
            sine: [sine; PAIRS],
        }
    }
}

/// The turning.
#[derive(Debug, Clone)]
pub(super) struct Rotation {
    /// What each tick adds.
    step: Angles<f64>,
    /// At the end of the tick.
    end: Angles<f64>,
    /// At the beginning of the tick.
    from: Angles<f32>,
    /// For each frame.
    slope: Angles<f32>,
}

impl Rotation {
    #[expect(clippy::cast_precision_loss, reason = "64 frames")]
    pub(super) fn new(sample_rate_hz: f64) -> Self {
        let angles = SPEEDS_HZ
            .map(|speed| core::f64::consts::TAU * speed * TICK_FRAMES as f64 / sample_rate_hz);
        Self {
            step: Angles {
                cosine: angles.map(libm::cos),
                sine: angles.map(libm::sin),
            },
            end: Angles::of(1.0, 0.0),
            from: Angles::of(1.0, 0.0),
            slope: Angles::of(0.0, 0.0),
        }
    }

    /// Where it began.
    pub(super) const fn clear(&mut self) {
        self.end = Angles::of(1.0, 0.0);
        self.from = Angles::of(1.0, 0.0);
        self.slope = Angles::of(0.0, 0.0);
    }

    /// Begins a tick.
    #[expect(clippy::cast_precision_loss, reason = "64 frames")]
    pub(super) fn begin_tick(&mut self) {
        let (now, step) = (self.end, self.step);
        self.end = Angles {
            cosine: core::array::from_fn(|pair| {
                now.cosine[pair] * step.cosine[pair] - now.sine[pair] * step.sine[pair]
            }),
            sine: core::array::from_fn(|pair| {
                now.sine[pair] * step.cosine[pair] + now.cosine[pair] * step.sine[pair]
            }),
        };
        let slope = |from: [f64; PAIRS], to: [f64; PAIRS]| -> Pairs {
            core::array::from_fn(|pair| narrow((to[pair] - from[pair]) / TICK_FRAMES as f64))
        };
        self.slope = Angles {
            cosine: slope(now.cosine, self.end.cosine),
            sine: slope(now.sine, self.end.sine),
        };
        self.from = Angles {
            cosine: now.cosine.map(narrow),
            sine: now.sine.map(narrow),
        };
    }

    /// Turns the lines of one frame.
    ///
    /// - `number`: of the frame in its tick
    #[inline]
    pub(super) fn apply(&self, frame: &mut Frame, number: f32) {
        let at = |from: &Pairs, slope: &Pairs| -> Pairs {
            core::array::from_fn(|pair| from[pair] + slope[pair] * number)
        };
        let cosine = at(&self.from.cosine, &self.slope.cosine);
        let sine = at(&self.from.sine, &self.slope.sine);
        let was = *frame;
        let (low, high) = frame.split_at_mut(PAIRS);
        for (pair, (a, b)) in low.iter_mut().zip(high).enumerate() {
            *a = was[pair] * cosine[pair] - was[pair + PAIRS] * sine[pair];
            *b = was[pair] * sine[pair] + was[pair + PAIRS] * cosine[pair];
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn twenty_minutes_of_turning_change_no_energy() {
        let mut rotation = Rotation::new(48_000.0);
        let mut low = f32::MAX;
        for _ in 0..1_000_000 {
            rotation.begin_tick();
            let mut frame: Frame = [0.25; LINES];
            rotation.apply(&mut frame, 31.0);
            let energy: f32 = frame.iter().map(|sample| sample * sample).sum();
            assert!((energy - 1.0).abs() < 3e-5, "{energy}");
            low = low.min(frame[0]);
        }
        assert!(low < -0.35);
    }
}

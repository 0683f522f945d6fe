//! Filters of the workshop: what recipes run over a whole recording.
//!
//! Source: R. Bristow-Johnson's formulae for second-order sections.

use core::f64::consts::TAU;

/// A second-order section with its memory.
#[derive(Debug, Clone)]
pub(crate) struct Biquad {
    b: [f64; 3],
    a: [f64; 2],
    x: [f64; 2],
    y: [f64; 2],
}

impl Biquad {
    fn new(b: [f64; 3], a: [f64; 3]) -> Self {
        Self {
            b: b.map(|value| value / a[0]),
            a: [a[1] / a[0], a[2] / a[0]],
            x: [0.0; 2],
            y: [0.0; 2],
        }
    }

    /// Low pass; `q` 0.707 is flat.
    pub(crate) fn low_pass(rate: f64, hz: f64, q: f64) -> Self {
        let (cos, alpha) = angle(rate, hz, q);
        let edge = (1.0 - cos) / 2.0;
        Self::new(
            [edge, 2.0 * edge, edge],
            [1.0 + alpha, -2.0 * cos, 1.0 - alpha],
        )
    }

    /// High pass; `q` 0.707 is flat.
    pub(crate) fn high_pass(rate: f64, hz: f64, q: f64) -> Self {
        let (cos, alpha) = angle(rate, hz, q);
        let edge = (1.0 + cos) / 2.0;
        Self::new(
            [edge, -2.0 * edge, edge],
            [1.0 + alpha, -2.0 * cos, 1.0 - alpha],
        )
    }

    /// Band pass with 0 dB at its centre.
    pub(crate) fn band_pass(rate: f64, hz: f64, q: f64) -> Self {
        let (cos, alpha) = angle(rate, hz, q);
        Self::new([alpha, 0.0, -alpha], [1.0 + alpha, -2.0 * cos, 1.0 - alpha])
    }

    /// Shelf that lifts what is above `hz` by `db`.
    pub(crate) fn high_shelf(rate: f64, hz: f64, db: f64) -> Self {
        let (cos, alpha) = angle(rate, hz, 0.707);
        let a = libm::pow(10.0, db / 40.0);
        let root = 2.0 * a.sqrt() * alpha;
        Self::new(
            [
                a * ((a + 1.0) + (a - 1.0) * cos + root),
                -2.0 * a * ((a - 1.0) + (a + 1.0) * cos),
                a * ((a + 1.0) + (a - 1.0) * cos - root),
            ],
            [
                (a + 1.0) - (a - 1.0) * cos + root,
                2.0 * ((a - 1.0) - (a + 1.0) * cos),
                (a + 1.0) - (a - 1.0) * cos - root,
            ],
        )
    }

    /// One frame.
    pub(crate) fn step(&mut self, input: f64) -> f64 {
        let output = self.b[0] * input + self.b[1] * self.x[0] + self.b[2] * self.x[1]
            - self.a[0] * self.y[0]
            - self.a[1] * self.y[1];
        self.x = [input, self.x[0]];
        self.y = [output, self.y[0]];
        output
    }

    /// A whole recording.
    pub(crate) fn run(mut self, frames: &mut [f64]) {
        for value in frames {
            *value = self.step(*value);
        }
    }
}

fn angle(rate: f64, hz: f64, q: f64) -> (f64, f64) {
    let (sin, cos) = libm::sincos(TAU * (hz / rate).min(0.49));
    (cos, sin / (2.0 * q))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn gain_at(mut filter: Biquad, hz: f64) -> f64 {
        let mut power = 0.0;
        for n in 0..48_000 {
            let output = filter.step(libm::sin(TAU * hz * f64::from(n) / 48_000.0));
            if n >= 24_000 {
                power += 2.0 * output * output / 24_000.0;
            }
        }
        power.sqrt()
    }

    #[test]
    fn low_pass_halves_the_power_at_its_corner() {
        let gain = gain_at(Biquad::low_pass(48_000.0, 1000.0, 0.5_f64.sqrt()), 1000.0);
        assert!((gain - 0.5_f64.sqrt()).abs() < 1e-3, "{gain}");
    }

    #[test]
    fn high_shelf_lifts_the_top_alone() {
        let low = gain_at(Biquad::high_shelf(48_000.0, 1000.0, 6.0), 50.0);
        let high = gain_at(Biquad::high_shelf(48_000.0, 1000.0, 6.0), 15_000.0);
        assert!((low - 1.0).abs() < 0.02, "{low}");
        assert!((high - 1.995).abs() < 0.02, "{high}");
    }
}

//! A delay line: what went in comes out later, at whole frames or between them.
//!
//! Owner: an effect. Thread: render; construction allocates.

/// Frames beyond a position that interpolation looks at.
const REACH: usize = 2;

/// A ring of samples.
#[derive(Debug, Clone)]
pub(super) struct Line {
    /// A power of two of them.
    memory: Vec<f32>,
    /// Where the next sample goes.
    head: usize,
}

impl Line {
    /// Shortest delay that can be read between frames.
    pub(super) const SHORTEST: f64 = 2.0;

    /// A silent line for delays up to `longest` frames.
    ///
    /// # Real-time
    /// Control. Not real-time: allocates.
    pub(super) fn new(longest: usize) -> Self {
        Self {
            memory: vec![0.0; (longest + REACH + 1).next_power_of_two()],
            head: 0,
        }
    }

    /// Silence.
    pub(super) fn clear(&mut self) {
        self.memory.fill(0.0);
        self.head = 0;
    }

    /// Stores a sample.
    #[inline]
    pub(super) fn push(&mut self, sample: f32) {
        let index = self.head & (self.memory.len() - 1);
        if let Some(slot) = self.memory.get_mut(index) {
            *slot = sample;
        }
        self.head = self.head.wrapping_add(1);
    }

    /// The sample stored `frames` pushes ago; 1 is the last one.
    #[inline]
    pub(super) fn back(&self, frames: usize) -> f32 {
        let index = self.head.wrapping_sub(frames) & (self.memory.len() - 1);
        self.memory.get(index).copied().unwrap_or(0.0)
    }

    /// The signal of `frames` frames ago, by a cubic through four samples.
    ///
    /// - `frames`: at least [`Self::SHORTEST`], at most the longest
    #[inline]
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        clippy::cast_precision_loss,
        reason = "a delay of a ring: positive and far below 2^31"
    )]
    pub(super) fn tap(&self, frames: f64) -> f32 {
        let frames = frames.max(Self::SHORTEST);
        let whole = frames as usize;
        let fraction = (frames - whole as f64) as f32;
        let after = self.back(whole - 1);
        let at = self.back(whole);
        let before = self.back(whole + 1);
        let earlier = self.back(whole + 2);
        // Lagrange's cubic through samples at -1, 0, 1 and 2.
        let f = fraction;
        let (up, down, far) = (f + 1.0, f - 1.0, f - 2.0);
        after * (f * down * far * (-1.0 / 6.0))
            + at * (up * down * far * 0.5)
            + before * (up * f * far * -0.5)
            + earlier * (up * f * down * (1.0 / 6.0))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_gives_back_what_it_was_given() {
        let mut line = Line::new(5);
        for n in 0..20_u8 {
            line.push(f32::from(n));
        }
        for back in 1..=5_u8 {
            let expected = f32::from(20 - back);
            assert_eq!(line.back(usize::from(back)).to_bits(), expected.to_bits());
        }
    }

    #[test]
    fn between_frames_a_slow_sine_is_off_by_less_than_a_ten_thousandth() {
        let mut line = Line::new(64);
        let wave = |frame: f64| libm::sin(frame * 0.2);
        for n in 0..200 {
            line.push(super::super::number::narrow(wave(f64::from(n))));
        }
        for tenth in 20..400 {
            let delay = f64::from(tenth) / 10.0;
            let expected = wave(200.0 - delay);
            assert!(
                (f64::from(line.tap(delay)) - expected).abs() < 1e-4,
                "{delay}"
            );
        }
    }
}

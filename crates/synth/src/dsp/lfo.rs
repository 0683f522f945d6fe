//! Low-frequency oscillator: a triangle that starts at zero and rises, after a delay.
//!
//! A function of the note's age; nothing is accumulated, and every note has its own.
//! Source: \[DLS2\] LFO; a triangle because \[SF2\] demands one and \[DLS2\] leaves the choice.

/// One oscillator of one note.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Lfo {
    /// Frames of silence before it starts.
    delay_frames: f64,
    /// Speed.
    cycles_per_frame: f64,
}

impl Lfo {
    /// - `delay_frames`: from the note's first frame, `>= 0`
    /// - `cycles_per_frame`: `>= 0`
    pub(crate) const fn new(delay_frames: f64, cycles_per_frame: f64) -> Self {
        Self {
            delay_frames,
            cycles_per_frame,
        }
    }

    /// Value at an age in frames, `-1.0..=1.0`.
    pub(crate) fn at(&self, age_frames: f64) -> f64 {
        let running = age_frames - self.delay_frames;
        if running <= 0.0 {
            return 0.0;
        }
        let cycles = running * self.cycles_per_frame;
        let phase = cycles - whole(cycles);
        if phase < 0.25 {
            4.0 * phase
        } else if phase < 0.75 {
            2.0 - 4.0 * phase
        } else {
            4.0 * phase - 4.0
        }
    }
}

/// The whole number below a number that is not negative.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_precision_loss,
    reason = "truncated on purpose; cycles of a note stay far below 2^53"
)]
const fn whole(cycles: f64) -> f64 {
    (cycles as i64) as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rises_from_zero_after_its_delay() {
        let lfo = Lfo::new(100.0, 1.0 / 400.0);
        assert!(lfo.at(100.0).abs() < 1e-12);
        assert!((lfo.at(150.0) - 0.5).abs() < 1e-12);
        assert!((lfo.at(200.0) - 1.0).abs() < 1e-12);
        assert!(lfo.at(300.0).abs() < 1e-12);
        assert!((lfo.at(400.0) + 1.0).abs() < 1e-12);
    }
}

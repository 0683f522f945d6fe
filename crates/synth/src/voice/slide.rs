//! A glide from one pitch to another: linear in cents, a function of the voice's age.
//!
//! Source: \[MIDI1\] portamento.

/// What is left of a way.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Slide {
    /// Age at which it begins, frames.
    begin: f64,
    /// Cents from where it is going.
    from_cents: f64,
    /// Length; 0 is no glide.
    frames: f64,
}

impl Slide {
    /// - `begin`: age, frames
    /// - `from_cents`: distance of where it begins from where it goes
    /// - `frames`: how long it takes; below one frame it is there at once
    pub(super) fn new(begin: f64, from_cents: f64, frames: f64) -> Self {
        Self {
            begin,
            from_cents,
            frames: if frames < 1.0 { 0.0 } else { frames },
        }
    }

    /// Whether it is at its end at an age.
    pub(super) fn is_over(&self, age: f64) -> bool {
        age - self.begin >= self.frames
    }

    /// Cents from its end at an age.
    pub(super) fn at(&self, age: f64) -> f64 {
        if self.frames <= 0.0 {
            return 0.0;
        }
        self.from_cents * (1.0 - (age - self.begin) / self.frames).clamp(0.0, 1.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slide_is_a_straight_line_in_cents() {
        let slide = Slide::new(100.0, -1200.0, 400.0);
        assert!((slide.at(100.0) + 1200.0).abs() < 1e-9);
        assert!((slide.at(300.0) + 600.0).abs() < 1e-9);
        assert!(slide.at(500.0).abs() < 1e-9);
        assert!(slide.at(9000.0).abs() < 1e-9);
        assert!(!slide.is_over(499.0) && slide.is_over(500.0));
        assert!(Slide::new(0.0, 700.0, 0.0).at(0.0).abs() < 1e-9);
    }
}

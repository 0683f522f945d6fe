//! What belongs to one note alone: its own tuning, volume, place, brightness and pressure.
//!
//! In: values as hosts give them for one note. Out: cents, amplitude, position.
//! Source: \[CLAP\] and \[VST3\] note expressions.

/// Farthest that a note can be tuned, semitones.
const MAX_TUNING: f32 = 120.0;

/// Loudest that a note can be made, amplitude (+12 dB).
const MAX_VOLUME: f32 = 4.0;

/// Reach of brightness to either side, cents of cutoff: that of controller 74.
const BRIGHTNESS_CENTS: f64 = 9600.0;

/// One expression of a note. Not a number counts as what it is without expression.
#[derive(Debug, Clone, Copy, PartialEq)]
#[non_exhaustive]
pub enum NoteExpression {
    /// Semitones, `-120.0..=120.0`; 0 without expression.
    Tuning(f32),
    /// Amplitude, `0.0..=4.0`; 1 without expression.
    Volume(f32),
    /// Added to the note's place, `-1.0` (left) to `1.0` (right); 0 without expression.
    Pan(f32),
    /// `0.0..=1.0`; 0.5 without expression.
    Brightness(f32),
    /// `0.0..=1.0`, instead of the pressure on its key.
    Pressure(f32),
}

/// All expressions of one voice.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Expression {
    pub(crate) tuning_cents: f64,
    /// Amplitude.
    pub(crate) volume: f64,
    /// `-0.5..=0.5`.
    pub(crate) pan: f64,
    pub(crate) cutoff_cents: f64,
    /// `0..=127`.
    pub(crate) pressure: Option<u8>,
}

impl Expression {
    /// A note without any.
    pub(crate) const NONE: Self = Self {
        tuning_cents: 0.0,
        volume: 1.0,
        pan: 0.0,
        cutoff_cents: 0.0,
        pressure: None,
    };

    /// Takes one.
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "clamped to 0..=127 before the cast"
    )]
    pub(crate) fn set(&mut self, expression: NoteExpression) {
        let held = |value: f32, low: f32, high: f32, rest: f32| {
            f64::from(if value.is_nan() {
                rest
            } else {
                value.clamp(low, high)
            })
        };
        match expression {
            NoteExpression::Tuning(semitones) => {
                self.tuning_cents = 100.0 * held(semitones, -MAX_TUNING, MAX_TUNING, 0.0);
            }
            NoteExpression::Volume(volume) => self.volume = held(volume, 0.0, MAX_VOLUME, 1.0),
            NoteExpression::Pan(pan) => self.pan = 0.5 * held(pan, -1.0, 1.0, 0.0),
            NoteExpression::Brightness(brightness) => {
                let around = 2.0 * held(brightness, 0.0, 1.0, 0.5) - 1.0;
                self.cutoff_cents = BRIGHTNESS_CENTS * around;
            }
            NoteExpression::Pressure(pressure) => {
                let steps = 127.0 * held(pressure, 0.0, 1.0, 0.0);
                self.pressure = Some(libm::round(steps) as u8);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nonsense_counts_as_no_expression() {
        let mut expression = Expression::NONE;
        for nonsense in [
            NoteExpression::Tuning(f32::NAN),
            NoteExpression::Volume(f32::NAN),
            NoteExpression::Pan(f32::NAN),
            NoteExpression::Brightness(f32::NAN),
        ] {
            expression.set(nonsense);
        }
        assert_eq!(expression, Expression::NONE);
    }

    #[test]
    fn values_are_held_within_their_ranges() {
        let mut expression = Expression::NONE;
        expression.set(NoteExpression::Tuning(1e9));
        expression.set(NoteExpression::Volume(-1.0));
        expression.set(NoteExpression::Pan(7.0));
        expression.set(NoteExpression::Brightness(f32::INFINITY));
        expression.set(NoteExpression::Pressure(2.0));
        let ends = Expression {
            tuning_cents: 12_000.0,
            volume: 0.0,
            pan: 0.5,
            cutoff_cents: 9600.0,
            pressure: Some(127),
        };
        assert_eq!(expression, ends);
    }
}

//! What a host sets for one note in the place of what it set for the part.
//!
//! In: numbers as a host gives them, note by note. Out: what acts on that note, in the units of the
//! part's own trim. Owner: the voice. Thread: render. Source: \[CLAP\] polyphonic modulation.

use crate::sends::{CHORUS, DELAY, REVERB, SENDS};

use super::trim::{
    Added, MAX_CUTOFF_CENTS, MAX_RESONANCE_DB, MAX_TUNE_CENTS, outside_gain, within,
};

/// One number of a [`PartTrim`](super::PartTrim), for one note. Ranges are those there; not a number
/// counts as 0.
///
/// Times of envelopes are not among them: they are settled when the note is struck.
#[derive(Debug, Clone, Copy, PartialEq)]
#[non_exhaustive]
pub enum NoteTrim {
    /// Gain, dB; -96 and below is silence, at most +24.
    Gain(f32),
    /// Added to the pan, `-1.0` (left) to `1.0` (right).
    Pan(f32),
    /// Added to the tuning, cents, `-2400.0..=2400.0`.
    Tune(f32),
    /// Added to the cutoff, cents, `-9600.0..=9600.0`.
    Cutoff(f32),
    /// Added to the resonance, dB, `-20.0..=20.0`.
    Resonance(f32),
    /// Added to the send to the reverb, `-1.0..=1.0`.
    Reverb(f32),
    /// The same to the chorus.
    Chorus(f32),
    /// The same to the delay.
    Delay(f32),
}

/// What of a trim a note has to itself; the part's holds for the rest.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct OwnTrim {
    /// Amplitude.
    gain: Option<f64>,
    /// `-0.5..=0.5`.
    pan: Option<f64>,
    tune_cents: Option<f64>,
    cutoff_cents: Option<f64>,
    resonance_db: Option<f64>,
    sends: [Option<f64>; SENDS],
}

impl OwnTrim {
    /// Nothing of its own.
    pub(crate) const NONE: Self = Self {
        gain: None,
        pan: None,
        tune_cents: None,
        cutoff_cents: None,
        resonance_db: None,
        sends: [None; SENDS],
    };

    /// Takes one number.
    pub(crate) fn set(&mut self, trim: NoteTrim) {
        let held = |value, most| Some(f64::from(within(value, most)));
        match trim {
            NoteTrim::Gain(db) => self.gain = Some(f64::from(outside_gain(db))),
            NoteTrim::Pan(pan) => self.pan = Some(0.5 * f64::from(within(pan, 1.0))),
            NoteTrim::Tune(cents) => self.tune_cents = held(cents, MAX_TUNE_CENTS),
            NoteTrim::Cutoff(cents) => self.cutoff_cents = held(cents, MAX_CUTOFF_CENTS),
            NoteTrim::Resonance(db) => self.resonance_db = held(db, MAX_RESONANCE_DB),
            NoteTrim::Reverb(amount) => self.sends[REVERB] = held(amount, 1.0),
            NoteTrim::Chorus(amount) => self.sends[CHORUS] = held(amount, 1.0),
            NoteTrim::Delay(amount) => self.sends[DELAY] = held(amount, 1.0),
        }
    }

    /// Amplitude of the gain, where the part's is `of_part`.
    pub(crate) fn gain(&self, of_part: f64) -> f64 {
        self.gain.unwrap_or(of_part)
    }

    /// Place that is added, where the part's is `of_part`, `-0.5..=0.5`.
    pub(crate) fn pan(&self, of_part: f64) -> f64 {
        self.pan.unwrap_or(of_part)
    }

    /// What acts beside gain and pan.
    pub(crate) fn added(&self, of_part: &Added) -> Added {
        let mut sends = of_part.sends;
        for (send, own) in sends.iter_mut().zip(self.sends) {
            *send = own.unwrap_or(*send);
        }
        Added {
            tune_cents: self.tune_cents.unwrap_or(of_part.tune_cents),
            cutoff_cents: self.cutoff_cents.unwrap_or(of_part.cutoff_cents),
            resonance_db: self.resonance_db.unwrap_or(of_part.resonance_db),
            sends,
            ..*of_part
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_note_without_its_own_has_what_its_part_has() {
        let of_part = Added {
            tune_cents: 7.0,
            sends: [0.25; SENDS],
            ..Added::NONE
        };
        assert_eq!(OwnTrim::NONE.added(&of_part), of_part);
        assert!((OwnTrim::NONE.gain(0.5) - 0.5).abs() < 1e-12);
    }

    #[test]
    fn numbers_are_held_within_the_ranges_of_the_part() {
        let mut own = OwnTrim::NONE;
        for trim in [
            NoteTrim::Gain(f32::NAN),
            NoteTrim::Pan(9.0),
            NoteTrim::Tune(-1e9),
            NoteTrim::Cutoff(f32::INFINITY),
            NoteTrim::Resonance(f32::NAN),
            NoteTrim::Reverb(-2.0),
            NoteTrim::Delay(2.0),
        ] {
            own.set(trim);
        }
        let held = OwnTrim {
            gain: Some(1.0),
            pan: Some(0.5),
            tune_cents: Some(-2400.0),
            cutoff_cents: Some(9600.0),
            resonance_db: Some(0.0),
            sends: [Some(-1.0), None, Some(1.0)],
        };
        assert_eq!(own, held);
    }
}

//! What messages do to a voice: they end it, move it to another key, give it an expression.

use crate::articulation::Strike;
use crate::channel::NoteTrim;
use crate::voice::slide::Slide;
use crate::voice::{NoteExpression, Part};

use super::loudness::Fade;
use super::{Modulation, frames_between};

/// Time in which a stolen or silenced voice fades, seconds.
const FADE_S: f64 = 0.0025;

impl Modulation {
    /// Moves the note to another key without striking it anew.
    ///
    /// - `strike`: of the other key; its velocity does not count
    /// - `frames`: how long the glide takes
    pub(crate) fn move_to(&mut self, part: Part<'_>, strike: Strike, frame: u64, frames: f64) {
        let age = frames_between(self.start, frame);
        let before = self.pitch_cents + self.slide.at(age);
        let region = part.region;
        self.strike.note = strike.note;
        self.strike.key = region.strike(strike).key;
        self.pitch_cents = part
            .articulation
            .key_pitch(self.strike.key, region.unity_note)
            + f64::from(region.fine_tune);
        self.slide = Slide::new(age, before - self.pitch_cents, frames);
        self.is_stale = true;
    }

    /// Velocity it was struck with, `1..=127`.
    pub(crate) const fn velocity(&self) -> u8 {
        self.strike.velocity
    }

    /// Takes an expression of this note alone.
    pub(crate) fn express(&mut self, expression: NoteExpression) {
        self.expression.set(expression);
        self.is_stale = true;
    }

    /// Takes a number of the part's trim for this note alone.
    pub(crate) fn trim(&mut self, trim: NoteTrim) {
        self.own.set(trim);
        self.is_stale = true;
    }

    /// Note-off at a frame of the stream.
    pub(crate) fn release(&mut self, frame: u64) {
        let age = frames_between(self.start, frame);
        self.rests = false;
        self.eg1.release(age);
        self.eg2.release(age);
    }

    /// Shutdown at a frame of the stream: another note takes this one's place.
    pub(crate) fn choke(&mut self, frame: u64) {
        let age = frames_between(self.start, frame);
        self.rests = false;
        self.eg1.fall_from(age, self.shutdown_frames);
        self.eg2.release(age);
    }

    /// Fades at once, from a frame of the stream.
    pub(crate) fn fade(&mut self, frame: u64, sample_rate_hz: f64) {
        self.rests = false;
        if self.fade.is_none() {
            self.fade = Some(Fade {
                begin: frames_between(self.start, frame),
                frames: FADE_S * sample_rate_hz,
            });
        }
    }
}

//! What is settled when a note starts: times, levels, speeds, and where its wave begins.
//!
//! In: sums of the connections. Out: envelopes and oscillators in frames.
//! Source: \[DLS2\] articulation; \[SF2\] generators.

use crate::articulation::{Articulation, NoteSums, NoteTarget, StrikeEdits};
use crate::dsp::envelope::Shape;
use crate::dsp::lfo::Lfo;
use crate::dsp::units::{absolute_cents_to_hertz, time_cents_to_seconds};

/// A time that no dialect allows any more, time cents.
const MAX_TIME_CENTS: f64 = 8400.0;

/// A time of exactly nothing, once an edit makes it longer, time cents (1 ms).
const EDITED_ZERO_TIME_CENTS: f64 = -12_000.0;

/// Shortest time in which a release or a shutdown crosses 96 dB, seconds; shorter would click.
const MIN_FALL_S: f64 = 0.005;

/// Speeds of the oscillators, Hz.
const LFO_RANGE_HZ: (f64, f64) = (0.01, 100.0);

/// Times and levels, settled at note-on.
pub(super) struct Settled<'a> {
    pub(super) articulation: Articulation<'a>,
    pub(super) sums: NoteSums,
    pub(super) edits: &'a StrikeEdits,
    pub(super) sample_rate_hz: f64,
}

impl Settled<'_> {
    /// What connections and edits say together, in the unit of the destination.
    fn value(&self, target: NoteTarget) -> f64 {
        let base = self.edits.replaced(target);
        base.unwrap_or_else(|| self.sums.get(target)) + self.edits.added(target)
    }

    fn seconds(&self, target: NoteTarget) -> f64 {
        let added = self.edits.added(target);
        let is_instant =
            self.articulation.is_instant(target) && self.edits.replaced(target).is_none();
        let time_cents = if !is_instant {
            self.value(target)
        } else if added > 0.0 {
            EDITED_ZERO_TIME_CENTS + added
        } else {
            return 0.0;
        };
        time_cents_to_seconds(time_cents.min(MAX_TIME_CENTS)).min(self.articulation.max_time_s())
    }

    fn frames(&self, target: NoteTarget) -> f64 {
        self.seconds(target) * self.sample_rate_hz
    }

    /// A fall, in frames for 96 dB or for the whole value.
    pub(super) fn fall(&self, target: NoteTarget) -> f64 {
        self.seconds(target).max(MIN_FALL_S) * self.sample_rate_hz
    }

    fn fraction(&self, target: NoteTarget) -> f64 {
        self.value(target).clamp(0.0, 1.0)
    }

    pub(super) fn eg1(&self) -> Shape {
        Shape {
            delay: self.frames(NoteTarget::Eg1Delay),
            attack: self.frames(NoteTarget::Eg1Attack),
            hold: self.frames(NoteTarget::Eg1Hold),
            decay: self.frames(NoteTarget::Eg1Decay),
            sustain: self.fraction(NoteTarget::Eg1Sustain),
            release: self.fall(NoteTarget::Eg1Release),
        }
    }

    pub(super) fn eg2(&self) -> Shape {
        Shape {
            delay: self.frames(NoteTarget::Eg2Delay),
            attack: self.frames(NoteTarget::Eg2Attack),
            hold: self.frames(NoteTarget::Eg2Hold),
            decay: self.frames(NoteTarget::Eg2Decay),
            sustain: self.fraction(NoteTarget::Eg2Sustain),
            release: self.frames(NoteTarget::Eg2Release),
        }
    }

    pub(super) fn lfo(&self, delay: NoteTarget, frequency: NoteTarget) -> Lfo {
        let hertz = absolute_cents_to_hertz(self.value(frequency).clamp(-20_000.0, 20_000.0))
            .clamp(LFO_RANGE_HZ.0, LFO_RANGE_HZ.1);
        Lfo::new(self.frames(delay), hertz / self.sample_rate_hz)
    }

    /// First frame of a wave that is played.
    ///
    /// - `length`: of the wave, frames
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "clamped to the frames of the wave before the cast"
    )]
    pub(super) fn start_frame(&self, length: u32) -> u32 {
        let last = f64::from(length.saturating_sub(1));
        self.value(NoteTarget::SampleStart).clamp(0.0, last) as u32
    }
}

//! What a channel's edits add to the sums of a note, beside the bank's own connections.
//!
//! In: the state of a channel and a key. Out: numbers in the units of the destinations. A channel
//! that was never edited adds zeros and multiplies by ones, which changes no bit.
//! Owner: the voice keeps its own. Thread: render.

use crate::sends::SENDS;

use super::{NOTE_TARGETS, NoteTarget, TickSums};

/// Cutoff of a filter that an edit brings in where the bank has none, absolute cents (20 kHz).
pub(crate) const OPEN_CUTOFF_CENTS: f64 = 13_500.0;

/// How far oscillators and the second envelope reach, beside the bank's connections.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub(crate) struct Depths {
    /// Modulation oscillator to pitch, cents.
    pub(crate) mod_pitch: f64,
    /// Vibrato oscillator to pitch, cents.
    pub(crate) vib_pitch: f64,
    /// Second envelope to pitch, cents.
    pub(crate) eg2_pitch: f64,
    /// Modulation oscillator to cutoff, cents.
    pub(crate) mod_cutoff: f64,
    /// Second envelope to cutoff, cents.
    pub(crate) eg2_cutoff: f64,
    /// Modulation oscillator to gain, dB.
    pub(crate) mod_gain: f64,
}

/// How much of a part goes to one bus.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Send {
    /// Part of what the connections say; 1 is all of it.
    Share(f64),
    /// So much, whatever they say, `0.0..=1.0`.
    Fixed(f64),
}

impl Send {
    /// What is sent of what the connections say.
    pub(crate) const fn of(self, amount: f64) -> f64 {
        match self {
            Self::Share(share) => amount * share,
            Self::Fixed(amount) => amount,
        }
    }
}

/// What acts on a sounding note, as the channel stands now.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Offsets {
    pub(crate) tick: TickSums,
    pub(crate) depths: Depths,
    /// What is left of the bank's vibrato; 1 is all of it.
    pub(crate) vibrato_share: f64,
    /// By bus.
    pub(crate) sends: [Send; SENDS],
    /// An edit wants a filter, even if the bank has none.
    pub(crate) wants_filter: bool,
}

impl Offsets {
    /// Nothing is edited.
    pub(crate) const NONE: Self = Self {
        tick: TickSums::ZERO,
        depths: Depths {
            mod_pitch: 0.0,
            vib_pitch: 0.0,
            eg2_pitch: 0.0,
            mod_cutoff: 0.0,
            eg2_cutoff: 0.0,
            mod_gain: 0.0,
        },
        vibrato_share: 1.0,
        sends: [Send::Share(1.0); SENDS],
        wants_filter: false,
    };

    /// Whether an oscillator or an envelope moves anything by these edits.
    pub(crate) fn moves(&self) -> bool {
        self.depths != Depths::default()
    }
}

/// What is settled with a note, as the channel stands when it is struck.
#[derive(Debug, Clone, Copy)]
pub(crate) struct StrikeEdits {
    added: [f64; NOTE_TARGETS],
    replaced: [Option<f64>; NOTE_TARGETS],
    /// dB.
    pub(crate) gain_db: f64,
    /// Added to a cutoff that is there, cents.
    pub(crate) cutoff_cents: f64,
    /// Instead of the bank's cutoff, absolute cents.
    pub(crate) cutoff: Option<f64>,
    /// Instead of the bank's position, `-0.5..=0.5`.
    pub(crate) pan: Option<f64>,
}

impl StrikeEdits {
    /// Nothing is edited.
    pub(crate) const NONE: Self = Self {
        added: [0.0; NOTE_TARGETS],
        replaced: [None; NOTE_TARGETS],
        gain_db: 0.0,
        cutoff_cents: 0.0,
        cutoff: None,
        pan: None,
    };

    /// Adds to a destination, in its unit.
    pub(crate) fn add(&mut self, target: NoteTarget, amount: f64) {
        self.added[target as usize] += amount;
    }

    /// Puts a value in the place of what the bank says.
    pub(crate) const fn replace(&mut self, target: NoteTarget, value: f64) {
        self.replaced[target as usize] = Some(value);
    }

    /// What is added to a destination.
    pub(crate) const fn added(&self, target: NoteTarget) -> f64 {
        self.added[target as usize]
    }

    /// What stands in the place of the bank's value.
    pub(crate) const fn replaced(&self, target: NoteTarget) -> Option<f64> {
        self.replaced[target as usize]
    }
}

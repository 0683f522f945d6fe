//! Connections at work: what a note's sources add to its destinations.
//!
//! In: a compiled list of connections and the state of note, channel, oscillators and envelopes.
//! Out: sums per destination, in decibels, cents and fractions.
//! A connection is evaluated as rarely as its sources allow: at note-on, when the channel
//! changed, or at every tick. Owner: [`crate::Collection`]. Thread: render reads, control
//! compiles. Source: \[DLS2\] articulation.

pub(crate) mod compile;
pub(crate) mod curves;
pub(crate) mod key;
mod links;
mod offsets;
mod pulls;
mod term;

use dmus_dls::bank::{Curve, Dialect, Source, Transform};

use crate::channel::controllers::Controls;
use crate::unique::Marked;
use curves::CurveTables;
pub(crate) use links::Links;
pub(crate) use offsets::{Depths, OPEN_CUTOFF_CENTS, Offsets, Send, StrikeEdits};
pub(crate) use pulls::Pulls;
use term::Term;
pub(crate) use term::mark_of;
pub(crate) use term::{Shelf, Terms};

/// A destination that is summed at every tick.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum TickTarget {
    /// dB.
    Gain,
    /// Cents.
    Pitch,
    /// Fraction, -0.5 left to 0.5 right.
    Pan,
    /// Fraction of the amplitude.
    Reverb,
    /// Fraction of the amplitude.
    Chorus,
    /// Absolute cents.
    Cutoff,
    /// dB.
    Resonance,
}

/// Places for [`TickTarget`]s: one more than there are, a power of two.
const TICK_TARGETS: usize = 8;

/// A destination that is settled when the note starts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum NoteTarget {
    /// Absolute cents.
    ModLfoFrequency,
    /// Time cents, as are all times.
    ModLfoDelay,
    /// Absolute cents.
    VibLfoFrequency,
    VibLfoDelay,
    Eg1Delay,
    Eg1Attack,
    Eg1Hold,
    Eg1Decay,
    /// Fraction of the range.
    Eg1Sustain,
    Eg1Release,
    Eg1Shutdown,
    Eg2Delay,
    Eg2Attack,
    Eg2Hold,
    Eg2Decay,
    /// Fraction of the range.
    Eg2Sustain,
    Eg2Release,
    /// Frames of the wave.
    SampleStart,
}

/// Number of [`NoteTarget`]s.
const NOTE_TARGETS: usize = 18;

/// Longest time of any envelope segment of \[DLS2\], seconds.
const MAX_DLS_TIME_S: f64 = 40.0;

/// The same of \[SF2\]: 8000 time cents.
const MAX_SOUND_FONT_TIME_S: f64 = 101.593_667_325_964_75;

/// Highest resonance of \[DLS2\], dB.
const MAX_DLS_RESONANCE_DB: f64 = 22.5;

/// The same of \[SF2\].
const MAX_SOUND_FONT_RESONANCE_DB: f64 = 96.0;

/// Sums by [`TickTarget`].
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct TickSums([f64; TICK_TARGETS]);

impl TickSums {
    /// Nothing at all.
    pub(crate) const ZERO: Self = Self([0.0; TICK_TARGETS]);

    /// Puts one destination at a value.
    pub(crate) const fn set(&mut self, target: TickTarget, value: f64) {
        self.0[target as usize] = value;
    }

    /// The sum of one destination.
    pub(crate) const fn get(&self, target: TickTarget) -> f64 {
        self.0[target as usize]
    }

    /// Adds to one destination.
    pub(crate) fn add(&mut self, target: TickTarget, amount: f64) {
        self.0[target as usize] += amount;
    }

    /// Both sums together.
    pub(crate) fn plus(&self, other: &Self) -> Self {
        let mut sums = *self;
        for (sum, amount) in sums.0.iter_mut().zip(other.0) {
            *sum += amount;
        }
        sums
    }
}

/// Sums by [`NoteTarget`].
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct NoteSums([f64; NOTE_TARGETS]);

impl NoteSums {
    /// The sum of one destination.
    pub(crate) const fn get(&self, target: NoteTarget) -> f64 {
        self.0[target as usize]
    }
}

/// What the connections of one region say and those of most others do not.
///
/// A bank has thousands of them.
#[derive(Debug)]
pub(crate) struct Sheet {
    /// List into [`NoteTarget`]s.
    note: u32,
    /// List into [`TickTarget`]s, from sources that a note never changes.
    fixed: u32,
    /// [`NoteTarget`]s that are exactly 0 s, one bit each.
    instant: u32,
    /// Number of its [`Manner`].
    manner: u32,
}

/// What the connections of a region have in common with those of many others.
#[derive(Debug, PartialEq)]
pub(crate) struct Manner {
    /// List into links, the lowest first.
    links: u32,
    /// List into [`TickTarget`]s, from sources that change with a message.
    channel: u32,
    /// List into [`TickTarget`]s, from oscillators and envelopes.
    moving: u32,
    /// Whether there is anything in that list.
    moves: bool,
    /// Share of the volume envelope's range that reaches the gain; 1 is all of it.
    eg1_depth: f64,
    /// Pitch for each key, cents.
    cents_per_key: f64,
    dialect: Dialect,
    /// Whether there is a filter at all.
    has_filter: bool,
    /// The key scale pivots at key 0 instead of the unity note.
    pivots_at_zero: bool,
    /// Controllers from [`FIRST_SOUND_CONTROLLER`] on that the bank has given a meaning of its
    /// own, one bit each.
    own_controllers: u16,
    /// Controller 1 or another connection brings a vibrato by the modulation wheel.
    has_wheel_vibrato: bool,
}

impl Marked for Manner {
    fn mark(&self) -> [u64; 2] {
        let numbers = self.cents_per_key.to_bits() ^ self.eg1_depth.to_bits().rotate_left(32);
        let lists = u64::from(self.channel) << 32 | u64::from(self.moving);
        [numbers, lists ^ u64::from(self.links) << 20]
    }
}

/// Everything that the connections of one region say.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Articulation<'a> {
    sheet: &'a Sheet,
    manner: &'a Manner,
    terms: &'a Terms,
}

impl<'a> Articulation<'a> {
    /// Puts together what belongs together.
    pub(crate) fn of(sheet: &'a Sheet, terms: &'a Terms) -> Option<Self> {
        Some(Self {
            sheet,
            manner: terms.manner(sheet.manner)?,
            terms,
        })
    }
}

/// The first of the sound controllers: 71 to 78 have a meaning of their own unless a bank gives
/// them another.
///
/// # Source
/// \[GM2\] sound controllers.
pub(crate) const FIRST_SOUND_CONTROLLER: u8 = 71;

/// One past the last of them.
pub(crate) const END_SOUND_CONTROLLER: u8 = 79;

/// Oscillators and envelopes of one note at one age.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Signals {
    /// -1..=1.
    pub(crate) mod_lfo: f64,
    /// -1..=1.
    pub(crate) vib_lfo: f64,
    /// Part of the range, 0..=1.
    pub(crate) eg1: f64,
    /// 0..=1.
    pub(crate) eg2: f64,
}

impl Signals {
    /// Number of the modulation oscillator.
    pub(crate) const MOD_LFO: u8 = 0;
    /// Number of the vibrato oscillator.
    pub(crate) const VIB_LFO: u8 = 1;
    /// Number of the volume envelope.
    pub(crate) const EG1: u8 = 2;
    /// Number of the modulation envelope.
    pub(crate) const EG2: u8 = 3;

    const fn by_number(&self) -> [f64; 4] {
        [self.mod_lfo, self.vib_lfo, self.eg1, self.eg2]
    }
}

/// What a note is.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Strike {
    /// Key of the message, `0..=127`.
    pub(crate) note: u8,
    /// Key after the key generator, `0.0..=127.0`.
    pub(crate) key: f64,
    /// `1..=127`.
    pub(crate) velocity: u8,
}

/// All that a connection can listen to.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Inputs<'a> {
    pub(crate) tables: &'a CurveTables,
    pub(crate) controls: &'a Controls,
    pub(crate) strike: Strike,
    pub(crate) links: &'a Links,
    pub(crate) signals: Signals,
    /// Pressure on this note alone, instead of its key's.
    pub(crate) pressure: Option<u8>,
}

impl Inputs<'_> {
    /// Pressure on the note, its own or its key's.
    pub(crate) fn key_pressure(&self) -> u8 {
        self.pressure
            .unwrap_or_else(|| self.controls.key_pressure(self.strike.note))
    }

    /// Normalised value of one input.
    fn value(&self, source: Source, transform: Transform) -> f64 {
        let controls = self.controls;
        match source {
            Source::None => curves::constant(transform),
            Source::ModLfo => curves::oscillator(transform, self.signals.mod_lfo),
            Source::VibLfo => curves::oscillator(transform, self.signals.vib_lfo),
            Source::Eg1 => curves::envelope(transform, self.signals.eg1),
            Source::Eg2 => curves::envelope(transform, self.signals.eg2),
            Source::Velocity => self.tables.seven_bit(transform, self.strike.velocity),
            Source::KeyNumber => curves::key_number(transform, self.strike.key),
            Source::PitchWheel => curves::fourteen_bit(transform, f64::from(controls.wheel)),
            Source::PolyPressure => self.tables.seven_bit(transform, self.key_pressure()),
            Source::ChannelPressure => self.tables.seven_bit(transform, controls.pressure()),
            Source::Controller(number) => self
                .tables
                .seven_bit(transform, controls.controller(number)),
            Source::Rpn0 => curves::fourteen_bit(transform, controls.parameters.bend_range()),
            Source::Rpn1 => curves::fourteen_bit(transform, controls.parameters.fine_tuning()),
            Source::Rpn2 => curves::fourteen_bit(transform, controls.parameters.coarse_tuning()),
            Source::Link(number) => self.links.get(number),
        }
    }

    /// What one connection adds.
    #[inline]
    fn contribution(&self, term: &Term) -> f64 {
        if term.is_constant() {
            return term.amount;
        }
        let control = match term.control {
            Source::None => curves::constant(term.control_transform),
            control => self.value(control, term.control_transform),
        };
        let product = self.value(term.source, term.source_transform) * control;
        let amount = match term.output_curve {
            Curve::Linear => product * term.amount,
            curve => curves::output(curve, product) * term.amount,
        };
        if term.is_wheel_vibrato {
            amount * self.controls.parameters.wheel_depth()
        } else {
            amount
        }
    }

    /// Whether a connection of the moving ones adds anything, as note and channel are now: most wait
    /// for a wheel or a pressure that is zero.
    fn stirs(&self, term: &Term) -> bool {
        let is_open = |source, transform| match source {
            Source::ModLfo | Source::VibLfo | Source::Eg1 | Source::Eg2 => true,
            source => self.value(source, transform) != 0.0,
        };
        term.amount != 0.0
            && is_open(term.source, term.source_transform)
            && is_open(term.control, term.control_transform)
    }

    fn sum<'t, const N: usize>(&self, terms: impl Iterator<Item = &'t Term>) -> [f64; N] {
        let mut sums = [0.0; N];
        for term in terms {
            if let Some(sum) = sums.get_mut(usize::from(term.target)) {
                *sum += self.contribution(term);
            }
        }
        sums
    }
}

impl Articulation<'_> {
    /// Links as note and channel are now; the other sums listen to them.
    ///
    /// - `inputs`: whose own links do not count
    pub(crate) fn links(&self, inputs: &Inputs<'_>) -> Links {
        Links::settle(self.terms.of(self.manner.links), inputs)
    }

    /// Times, speeds and levels of a note that starts now.
    pub(crate) fn at_note_on(&self, inputs: &Inputs<'_>) -> NoteSums {
        NoteSums(inputs.sum(self.terms.of(self.sheet.note)))
    }

    /// The part of the sums that stays for the whole note.
    pub(crate) fn fixed(&self, inputs: &Inputs<'_>) -> TickSums {
        TickSums(inputs.sum(self.terms.of(self.sheet.fixed)))
    }

    /// The part of the sums that changes when the channel does.
    pub(crate) fn channel(&self, inputs: &Inputs<'_>) -> TickSums {
        TickSums(inputs.sum(self.terms.of(self.manner.channel)))
    }

    /// The part of the sums that oscillators and envelopes move.
    pub(crate) fn moving(&self, inputs: &Inputs<'_>) -> TickSums {
        TickSums(inputs.sum(self.terms.of(self.manner.moving)))
    }

    /// Whether any connection listens to what moves by itself.
    #[cfg(test)]
    pub(crate) const fn may_move(&self) -> bool {
        self.manner.moves
    }

    /// What moves from tick to tick by itself, until note or channel change.
    pub(crate) fn pulls(&self, inputs: &Inputs<'_>) -> Pulls {
        if self.manner.moves {
            Pulls::settle(self.terms.of(self.manner.moving), inputs)
        } else {
            Pulls::NONE
        }
    }

    /// Whether a time is exactly 0 s.
    pub(crate) const fn is_instant(&self, target: NoteTarget) -> bool {
        self.sheet.instant & (1 << target as u32) != 0
    }

    /// Whether there is a filter at all.
    pub(crate) const fn has_filter(&self) -> bool {
        self.manner.has_filter
    }

    /// Whether the attack of the modulation envelope is convex instead of linear.
    ///
    /// # Source
    /// \[SF2\] envelope generators.
    pub(crate) fn attacks_convex(&self) -> bool {
        self.manner.dialect == Dialect::SoundFont
    }

    /// Longest time of any envelope segment, seconds.
    ///
    /// # Source
    /// \[DLS2\] ranges of times; \[SF2\] generator ranges.
    pub(crate) const fn max_time_s(&self) -> f64 {
        match self.manner.dialect {
            Dialect::Dls => MAX_DLS_TIME_S,
            Dialect::SoundFont => MAX_SOUND_FONT_TIME_S,
        }
    }

    /// Highest resonance, dB.
    ///
    /// # Source
    /// \[DLS2\] filter Q range; \[SF2\] initialFilterQ.
    pub(crate) const fn max_resonance_db(&self) -> f64 {
        match self.manner.dialect {
            Dialect::Dls => MAX_DLS_RESONANCE_DB,
            Dialect::SoundFont => MAX_SOUND_FONT_RESONANCE_DB,
        }
    }

    /// Whether the bank gives a sound controller a meaning of its own.
    pub(crate) const fn owns(&self, controller: u8) -> bool {
        let bit = controller.wrapping_sub(FIRST_SOUND_CONTROLLER);
        bit < 16 && self.manner.own_controllers & (1 << bit) != 0
    }

    /// Whether the bank connects the modulation wheel with a vibrato.
    pub(crate) const fn has_wheel_vibrato(&self) -> bool {
        self.manner.has_wheel_vibrato
    }

    /// Share of the volume envelope's range that reaches the gain.
    pub(crate) const fn eg1_depth(&self) -> f64 {
        self.manner.eg1_depth
    }

    /// Pitch of a key relative to the wave's recorded pitch, cents.
    ///
    /// # Source
    /// \[DLS2\] key to pitch. Deviation: a scale other than 100 cents per key pivots at the unity
    /// note, as authoring tools mean it, unless a tuning of 80 semitones or more in the same list
    /// shows that the bank has allowed for the pivot at key 0.
    pub(crate) fn key_pitch(&self, key: f64, unity_note: u8) -> f64 {
        let unity = f64::from(unity_note);
        let cents_per_key = self.manner.cents_per_key;
        if self.manner.pivots_at_zero {
            cents_per_key * key - 100.0 * unity
        } else {
            cents_per_key * (key - unity)
        }
    }
}

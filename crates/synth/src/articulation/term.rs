//! One connection ready to run, and lists of them that many regions share.
//!
//! Thread: control builds, render reads.

use dmus_dls::bank::{Connection, Curve, Dialect, Source, Transform};
use dmus_dls::defaults;

use super::Manner;
use crate::unique::{Lists, Marked, Unique, UniqueLists};

/// One connection, ready to run.
#[derive(Debug, Clone, Copy)]
pub(super) struct Term {
    pub(super) source: Source,
    pub(super) source_transform: Transform,
    pub(super) control: Source,
    pub(super) control_transform: Transform,
    pub(super) output_curve: Curve,
    /// A link, a `TickTarget` or a `NoteTarget`, by the list it stands in.
    pub(super) target: u8,
    /// In the destination's unit.
    pub(super) amount: f64,
    /// Its depth follows the range of modulation.
    pub(super) is_wheel_vibrato: bool,
}

impl Term {
    /// Whether it adds its amount, whatever happens.
    pub(super) fn is_constant(&self) -> bool {
        let is_one = |source, transform: Transform| source == Source::None && !transform.invert;
        is_one(self.source, self.source_transform)
            && is_one(self.control, self.control_transform)
            && self.output_curve == Curve::Linear
            && !self.is_wheel_vibrato
    }

    /// All of it, its amount to the bit.
    const fn key(&self) -> (Source, Transform, Source, Transform, Curve, u8, u64) {
        (
            self.source,
            self.source_transform,
            self.control,
            self.control_transform,
            self.output_curve,
            self.target,
            self.amount.to_bits(),
        )
    }
}

impl PartialEq for Term {
    fn eq(&self, other: &Self) -> bool {
        // The amount first: it tells most apart.
        self.amount.to_bits() == other.amount.to_bits() && self.key() == other.key()
    }
}

impl Marked for Term {
    fn mark(&self) -> [u64; 2] {
        let inputs = mark_of(self.source, self.source_transform)
            | mark_of(self.control, self.control_transform) << 16;
        let output = u64::from(self.target) << 8 | self.output_curve as u64;
        [self.amount.to_bits(), inputs | output << 32]
    }
}

/// An input in 16 bits.
pub(crate) const fn mark_of(source: Source, transform: Transform) -> u64 {
    let (kind, number) = match source {
        Source::None => (0, 0),
        Source::ModLfo => (0, 1),
        Source::Velocity => (0, 2),
        Source::KeyNumber => (0, 3),
        Source::Eg1 => (0, 4),
        Source::Eg2 => (0, 5),
        Source::PitchWheel => (0, 6),
        Source::PolyPressure => (0, 7),
        Source::ChannelPressure => (0, 8),
        Source::VibLfo => (0, 9),
        Source::Rpn0 => (0, 10),
        Source::Rpn1 => (0, 11),
        Source::Rpn2 => (0, 12),
        Source::Controller(number) => (1, number),
        Source::Link(number) => (2, number),
    };
    let transform =
        (transform.curve as u64) << 2 | (transform.bipolar as u64) << 1 | transform.invert as u64;
    number as u64 | kind << 8 | transform << 10
}

/// All terms of a collection, lists of them by number, and what many lists go by.
///
/// The regions of a bank have few terms and most of their lists in common, so each is there once.
#[derive(Debug)]
pub(crate) struct Terms {
    terms: Box<[Term]>,
    /// Of numbers of terms.
    lists: Lists<Box<[u32]>>,
    manners: Box<[Manner]>,
}

impl Terms {
    /// The terms of a list in their order.
    pub(super) fn of(&self, list: u32) -> impl Iterator<Item = &Term> {
        let term = |number: &u32| self.terms.get(usize::try_from(*number).ok()?);
        self.lists.get(list).iter().filter_map(term)
    }

    pub(super) fn manner(&self, number: u32) -> Option<&Manner> {
        self.manners.get(usize::try_from(number).ok()?)
    }
}

/// Terms and lists as they come.
#[derive(Debug)]
pub(crate) struct Shelf {
    terms: Unique<Term>,
    lists: UniqueLists<u32>,
    manners: Unique<Manner>,
    /// Of the terms of one list, while it is looked for.
    numbers: Vec<u32>,
    /// What either dialect implies, in the order of the keys.
    dls: Vec<Connection>,
    sound_font: Vec<Connection>,
}

impl Default for Shelf {
    fn default() -> Self {
        let sorted = |dialect| {
            let mut implied = defaults::of(dialect).to_vec();
            implied.sort_by_key(Connection::key);
            implied
        };
        Self {
            terms: Unique::default(),
            lists: UniqueLists::default(),
            manners: Unique::default(),
            numbers: Vec::new(),
            dls: sorted(Dialect::Dls),
            sound_font: sorted(Dialect::SoundFont),
        }
    }
}

impl Shelf {
    /// An empty one with [room](crate::unique::roomy).
    pub(crate) fn with_room() -> Self {
        Self {
            terms: Unique::with_room(),
            lists: UniqueLists::with_room(),
            ..Self::default()
        }
    }

    /// What a dialect implies, in the order of the keys, each key once.
    pub(super) fn implied(&self, dialect: Dialect) -> &[Connection] {
        match dialect {
            Dialect::Dls => &self.dls,
            Dialect::SoundFont => &self.sound_font,
        }
    }

    /// Number of the list with these terms; none if there are too many.
    pub(super) fn list(&mut self, terms: &[Term]) -> Option<u32> {
        self.numbers.clear();
        for term in terms {
            self.numbers.push(self.terms.number(*term)?);
        }
        self.lists.number(&self.numbers)
    }

    /// Number of a manner; none if there are too many.
    pub(super) fn manner(&mut self, manner: Manner) -> Option<u32> {
        self.manners.number(manner)
    }

    /// All that was put on it.
    pub(crate) fn into_terms(self) -> Terms {
        Terms {
            terms: self.terms.into_things(),
            lists: self.lists.into_lists(),
            manners: self.manners.into_things(),
        }
    }
}

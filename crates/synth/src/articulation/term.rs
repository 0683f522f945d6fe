//! One connection ready to run, and lists of them that many regions share.
//!
//! Thread: control builds, render reads.

use std::collections::HashSet;
use std::hash::{Hash, Hasher};
use std::sync::Arc;

use dmus_dls::bank::{Connection, Curve, Dialect, Source, Transform};
use dmus_dls::defaults;

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
        self.key() == other.key()
    }
}

impl Eq for Term {}

impl Hash for Term {
    /// Of what tells most terms apart; hashing all of it would take most of the time of compiling.
    fn hash<H: Hasher>(&self, state: &mut H) {
        state.write_u64(self.amount.to_bits() ^ u64::from(self.target));
    }
}

/// Lists that are there already: the regions of a bank differ in few of their connections.
#[derive(Debug)]
pub(crate) struct Shelf {
    lists: HashSet<Arc<[Term]>>,
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
            lists: HashSet::new(),
            dls: sorted(Dialect::Dls),
            sound_font: sorted(Dialect::SoundFont),
        }
    }
}

impl Shelf {
    /// What a dialect implies, in the order of the keys, each key once.
    pub(super) fn implied(&self, dialect: Dialect) -> &[Connection] {
        match dialect {
            Dialect::Dls => &self.dls,
            Dialect::SoundFont => &self.sound_font,
        }
    }

    /// The list with these terms.
    pub(super) fn shared(&mut self, terms: &[Term]) -> Arc<[Term]> {
        if let Some(known) = self.lists.get(terms) {
            return Arc::clone(known);
        }
        let list = Arc::from(terms);
        self.lists.insert(Arc::clone(&list));
        list
    }
}

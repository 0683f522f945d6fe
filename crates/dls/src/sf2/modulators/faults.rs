//! What is wrong with modulators: counted, and noted once for each kind.

use crate::error::Defect;
use crate::limits;

/// What is wrong with modulators.
#[derive(Debug, Default)]
pub(in crate::sf2) struct Faults {
    pub(super) sources: Tally,
    pub(super) destinations: Tally,
    pub(super) transforms: Tally,
    pub(super) twice: usize,
    pub(super) unheard: usize,
    pub(super) over_limit: bool,
}

/// How often something was found, and what it was first.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub(in crate::sf2) struct Tally {
    /// What it was first.
    pub(in crate::sf2) first: u16,
    /// How often.
    pub(in crate::sf2) count: usize,
}

impl Tally {
    /// Counts one more.
    pub(in crate::sf2) fn count(&mut self, code: u16) {
        if self.count == 0 {
            self.first = code;
        }
        self.count += 1;
    }

    /// Counts what another has counted.
    pub(in crate::sf2) fn merge(&mut self, other: Self) {
        if self.count == 0 {
            self.first = other.first;
        }
        self.count += other.count;
    }

    /// First and number, if there was any.
    pub(in crate::sf2) fn found(self) -> Option<(u16, usize)> {
        (self.count > 0).then_some((self.first, self.count))
    }
}

impl Faults {
    /// Takes over the faults of another zone.
    pub(in crate::sf2) fn merge(&mut self, other: &Self) {
        self.sources.merge(other.sources);
        self.destinations.merge(other.destinations);
        self.transforms.merge(other.transforms);
        self.twice += other.twice;
        self.unheard += other.unheard;
        self.over_limit |= other.over_limit;
    }

    /// Notes each kind once.
    pub(in crate::sf2) fn note(&self, note: &mut dyn FnMut(Defect)) {
        if let Some((code, blocks)) = self.sources.found() {
            note(Defect::UnknownSource { code, blocks });
        }
        if let Some((code, blocks)) = self.destinations.found() {
            note(Defect::UnknownDestination { code, blocks });
        }
        if let Some((word, count)) = self.transforms.found() {
            note(Defect::ModulatorTransform { word, count });
        }
        if self.twice > 0 {
            note(Defect::ModulatorTwice { count: self.twice });
        }
        if self.unheard > 0 {
            note(Defect::ModulatorUnheard {
                count: self.unheard,
            });
        }
        if self.over_limit {
            note(Defect::OverLimit {
                limit: limits::MODULATORS,
            });
        }
    }
}

//! How often what was called.

use std::collections::BTreeMap;
use std::fmt;

/// Calls by kind.
#[derive(Debug, Clone, Default)]
pub(crate) struct Tally {
    calls: u64,
    kinds: BTreeMap<&'static str, u64>,
}

impl Tally {
    /// One more call.
    pub(crate) fn call(&mut self, kind: &'static str) {
        self.calls += 1;
        *self.kinds.entry(kind).or_default() += 1;
    }

    /// Something beside the calls.
    pub(crate) fn note(&mut self, kind: &'static str) {
        *self.kinds.entry(kind).or_default() += 1;
    }

    /// How often something was counted.
    pub(crate) fn of(&self, kind: &str) -> u64 {
        self.kinds.get(kind).copied().unwrap_or(0)
    }

    /// All calls.
    pub(crate) const fn calls(&self) -> u64 {
        self.calls
    }

    /// Takes over what another has counted.
    pub(crate) fn add(&mut self, other: &Self) {
        self.calls += other.calls;
        for (kind, count) in &other.kinds {
            *self.kinds.entry(kind).or_default() += count;
        }
    }
}

impl fmt::Display for Tally {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (kind, count) in &self.kinds {
            writeln!(f, "{count:>9}  {kind}")?;
        }
        write!(f, "{:>9}  calls", self.calls)
    }
}

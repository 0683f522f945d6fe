//! A budget for what a file says once and the bank holds several times.

use crate::bank::{Connection, Instrument, Region};
use crate::limits;
use crate::riff::Chunk;

/// Bytes that copies may still take.
#[derive(Debug)]
pub(super) struct Copies {
    left: usize,
}

impl Copies {
    /// The budget of a whole file.
    pub(super) fn of(form: &Chunk<'_>) -> Self {
        Self {
            left: form.body.len().saturating_mul(limits::COPIES),
        }
    }

    /// Pays for a copy of a region with so many connections; false if there is not enough left.
    pub(super) fn pay_region(&mut self, connections: usize) -> bool {
        self.pay(size_of::<Region>() + connections.saturating_mul(size_of::<Connection>()))
    }

    /// Pays for a copy of an instrument without its regions; false if there is not enough left.
    pub(super) fn pay_instrument(&mut self, instrument: &Instrument) -> bool {
        let connections = instrument.articulation.len() * size_of::<Connection>();
        self.pay(size_of::<Instrument>() + instrument.name.len() + connections)
    }

    fn pay(&mut self, cost: usize) -> bool {
        let left = self.left.checked_sub(cost);
        self.left = left.unwrap_or(self.left);
        left.is_some()
    }
}

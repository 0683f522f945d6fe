//! What a sequencer asks of the allocator: messages without their handles, and chains of them.
//!
//! In: messages. Out: the same messages, chained. Owner: the allocator. Thread: render.

use super::Allocator;
use crate::pool::{EventBox, Queued};

impl Allocator {
    /// Ends the handle of a chain that is one message; hands back one of another pool.
    #[inline]
    pub(crate) fn queued(&self, message: EventBox) -> Result<Queued, EventBox> {
        if self.pool.owns(&message) {
            Ok(self.pool.queued(message))
        } else {
            Err(message)
        }
    }

    /// The handle of a message of this pool, which no queue holds any longer.
    #[inline]
    pub(crate) const fn unqueued(&self, message: &Queued) -> EventBox {
        self.pool.unqueued(message)
    }

    /// Puts `more` behind a message, both being of this pool and held by no queue any longer.
    #[inline]
    pub(crate) fn append(&mut self, message: &mut Queued, more: &Queued) {
        self.pool.append(message, more);
    }

    /// Events beyond the reserve.
    #[inline]
    pub(crate) const fn spare(&self) -> u32 {
        self.pool.spare()
    }
}

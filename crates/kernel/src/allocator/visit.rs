//! Every message of a chain in turn, to be looked at where it lies.
//!
//! In: a chain. Out: whole messages, each as its pieces. Owner: the allocator. Thread: render.

use crate::{
    allocator::{Allocator, MAX_PACKAGE_DEPTH},
    event::ChannelGroup,
    pool::{EventBox, EventPool, Slot},
};

/// The bytes of one message, piece by piece: one, unless it was too long for an event.
#[derive(Clone, Debug)]
pub(crate) struct Pieces<'a> {
    pool: &'a EventPool,
    next: Option<&'a Slot>,
}

impl<'a> Iterator for Pieces<'a> {
    type Item = &'a [u8];

    fn next(&mut self) -> Option<&'a [u8]> {
        let slot = self.next?;
        let goes_on = slot.flags.is_incomplete();
        self.next = self.pool.following(slot).filter(|_| goes_on);
        Some(self.pool.bytes_of(slot))
    }
}

impl Allocator {
    /// Shows every message of a chain in order, packages opened where they stand.
    ///
    /// Bounded: O(n) for n events, packages included; they nest no deeper than
    /// [`MAX_PACKAGE_DEPTH`].
    pub(crate) fn visit<'a>(
        &'a self,
        chain: &EventBox,
        visit: &mut dyn FnMut(ChannelGroup, Pieces<'a>),
    ) {
        self.visit_from(self.pool.first(chain), MAX_PACKAGE_DEPTH, visit);
    }

    fn visit_from<'a>(
        &'a self,
        first: Option<&'a Slot>,
        depth_left: u8,
        visit: &mut dyn FnMut(ChannelGroup, Pieces<'a>),
    ) {
        let mut at = first;
        while let Some(slot) = at {
            let inner = self.pool.packed(slot);
            if inner.is_some() {
                if let Some(left) = depth_left.checked_sub(1) {
                    self.visit_from(inner, left, visit);
                }
            } else {
                let pool = &self.pool;
                visit(slot.group, Pieces { pool, next: at });
            }
            let mut last = slot;
            while last.flags.is_incomplete()
                && let Some(piece) = self.pool.following(last)
            {
                last = piece;
            }
            at = self.pool.following(last);
        }
    }
}

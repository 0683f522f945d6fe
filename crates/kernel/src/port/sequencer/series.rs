//! A series: messages that came in the order of their times.
//!
//! In: messages, none before the last. Out: the same, first come first. Owner: a sequencer's queue.
//! Thread: render; wait-free.

use crate::pool::Queued;

/// A ring of fixed size. Times never decrease along it.
#[derive(Debug)]
pub(super) struct Series {
    /// As many as a power of two.
    places: Box<[Queued]>,
    /// One less.
    mask: u32,
    /// Messages that came in and that went out, ever; both come round.
    pushed: u32,
    popped: u32,
    /// The time of the message that came in last, even if it is gone.
    last: i64,
}

impl Series {
    /// An empty series with room for `capacity` messages.
    pub(super) fn new(capacity: u32) -> Self {
        let places = capacity.max(1).next_power_of_two();
        Self {
            places: vec![Queued::NONE; places as usize].into_boxed_slice(),
            mask: places - 1,
            pushed: 0,
            popped: 0,
            last: i64::MIN,
        }
    }

    /// Messages held.
    #[inline]
    pub(super) const fn len(&self) -> u32 {
        self.pushed.wrapping_sub(self.popped)
    }

    /// True if a message of this time may be pushed, should there be others.
    #[inline]
    pub(super) const fn follows(&self, time: i64) -> bool {
        time >= self.last
    }

    /// The first message.
    #[inline]
    pub(super) fn first(&self) -> Option<&Queued> {
        if self.pushed == self.popped {
            return None;
        }
        self.places.get((self.popped & self.mask) as usize)
    }

    /// Puts a message behind all others; none of them is after it, and there is room for it.
    #[inline]
    pub(super) fn push(&mut self, message: Queued) {
        debug_assert!(self.len() <= self.mask, "more than there is room for");
        let at = self.pushed & self.mask;
        if let Some(place) = self.places.get_mut(at as usize) {
            *place = message;
        }
        self.pushed = self.pushed.wrapping_add(1);
        self.last = message.time;
    }

    /// Takes the first message off; there is one.
    #[inline]
    pub(super) const fn remove_first(&mut self) {
        self.popped = self.popped.wrapping_add(1);
    }
}

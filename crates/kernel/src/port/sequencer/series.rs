//! A series: messages that came in the order of their times.
//!
//! In: messages, none before the last. Out: the same, first come first. Owner: a sequencer's queue.
//! Thread: render; wait-free.

use std::slice;

use super::queue::Source;
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

    /// All messages, to be taken off one by one.
    #[inline]
    pub(super) fn run(&mut self) -> Run<'_> {
        let length = self.len() as usize;
        let (behind, rest) = self
            .places
            .split_at_checked((self.popped & self.mask) as usize)
            .unwrap_or_default();
        let (rest, behind) = match rest.get(..length) {
            Some(rest) => (rest, &[][..]),
            None => (rest, behind.get(..length - rest.len()).unwrap_or(&[])),
        };
        Run {
            rest: rest.iter(),
            behind,
            pushed: self.pushed,
            popped: &mut self.popped,
        }
    }

    /// Takes the first message off; there is one.
    #[inline]
    pub(super) const fn remove_first(&mut self) {
        self.popped = self.popped.wrapping_add(1);
    }
}

/// The messages of a series while none comes in: two stretches of its ring.
#[derive(Debug)]
pub(super) struct Run<'a> {
    /// Empty only if all is.
    rest: slice::Iter<'a, Queued>,
    /// What follows the rest from the beginning of the ring.
    behind: &'a [Queued],
    pushed: u32,
    popped: &'a mut u32,
}

impl Source for Run<'_> {
    #[inline]
    fn earliest(&self) -> Option<i64> {
        Some(self.rest.as_slice().first()?.time)
    }

    #[inline]
    fn pop(&mut self) -> Option<Queued> {
        let message = *self.rest.next()?;
        if self.rest.as_slice().is_empty() {
            self.rest = std::mem::take(&mut self.behind).iter();
        }
        Some(message)
    }

    #[inline]
    fn held(&self) -> u32 {
        #[expect(clippy::cast_possible_truncation, reason = "a ring has fewer places than that")]
        let held = (self.rest.as_slice().len() + self.behind.len()) as u32;
        held
    }
}

impl Drop for Run<'_> {
    #[inline]
    fn drop(&mut self) {
        *self.popped = self.pushed.wrapping_sub(self.held());
    }
}

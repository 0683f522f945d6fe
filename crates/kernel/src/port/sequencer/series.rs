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
    /// The time of the last message; the beginning of time if there is none.
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

    /// True if a message of this time may be pushed.
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

    /// All messages: those up to the end of the ring, and those from its beginning on.
    #[inline]
    pub(super) fn stretches(&self) -> (&[Queued], &[Queued]) {
        let length = self.len() as usize;
        let (before, from) = self
            .places
            .split_at_checked((self.popped & self.mask) as usize)
            .unwrap_or_default();
        match from.get(..length) {
            Some(all) => (all, &[]),
            None => (from, before.get(..length - from.len()).unwrap_or(&[])),
        }
    }

    /// Takes this many messages off the front, as which there are; returns the time of the last of
    /// them.
    #[inline]
    pub(super) fn remove(&mut self, count: u32) -> Option<i64> {
        self.popped = self.popped.wrapping_add(count);
        self.begin_anew_if_empty();
        let last = self.popped.wrapping_sub(1) & self.mask;
        let last = self.places.get(last as usize)?;
        (count > 0).then_some(last.time)
    }

    /// Takes the first message off; there is one.
    #[inline]
    pub(super) const fn remove_first(&mut self) {
        self.popped = self.popped.wrapping_add(1);
        self.begin_anew_if_empty();
    }

    /// After the last message any may come.
    #[inline]
    const fn begin_anew_if_empty(&mut self) {
        if self.pushed == self.popped {
            self.last = i64::MIN;
        }
    }
}

/// The messages of a series while none comes in.
#[derive(Debug)]
pub(super) struct Run<'a> {
    first: Option<&'a Queued>,
    /// What follows the first up to the end of the ring.
    rest: slice::Iter<'a, Queued>,
    behind: &'a mut Behind<'a>,
}

/// What follows from the beginning of the ring on.
#[derive(Debug)]
pub(super) struct Behind<'a>(pub(super) &'a [Queued]);

impl<'a> Behind<'a> {
    // By itself, for it is nearly never needed and would take up registers.
    #[cold]
    #[inline(never)]
    fn take(&mut self) -> slice::Iter<'a, Queued> {
        std::mem::take(&mut self.0).iter()
    }
}

impl<'a> Run<'a> {
    #[inline]
    pub(super) fn new(ahead: &'a [Queued], behind: &'a mut Behind<'a>) -> Self {
        let mut rest = ahead.iter();
        Self {
            first: rest.next(),
            rest,
            behind,
        }
    }
}

impl Source for Run<'_> {
    #[inline]
    fn earliest(&self) -> Option<i64> {
        Some(self.first?.time)
    }

    #[inline]
    fn pop(&mut self) -> Option<Queued> {
        let message = *self.first?;
        self.first = match self.rest.next() {
            None => {
                self.rest = self.behind.take();
                self.rest.next()
            }
            next => next,
        };
        Some(message)
    }

    #[inline]
    fn held(&self) -> u32 {
        let held =
            usize::from(self.first.is_some()) + self.rest.as_slice().len() + self.behind.0.len();
        #[expect(
            clippy::cast_possible_truncation,
            reason = "a ring has fewer places than that"
        )]
        let held = held as u32;
        held
    }
}

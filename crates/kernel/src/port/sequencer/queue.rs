//! The priority queue of a sequencer: one place for what comes in order, one for the rest.
//!
//! In: messages in any order. Out: the earliest; equal times in the order in which they came.
//! Owner: a sequencer. Thread: render.
//!
//! Nearly everything a host sends is stamped no earlier than what it sent before: it goes to the end
//! of a [`Series`], and comes off its front. A message before the last of the series goes to the
//! [`Wheel`]. So everything in the wheel is before the last of the series, which cannot be empty while
//! the wheel is not; and of two messages of one time, one in each, that in the series came first.

use super::{series::Series, wheel::Wheel};
use crate::pool::Queued;

/// A stable priority queue of messages that all belong to one pool.
#[derive(Debug)]
pub(super) struct Queue {
    series: Series,
    wheel: Wheel,
    /// The horizon passed last: what is late lies before it.
    horizon: i64,
}

impl Queue {
    /// An empty queue for `capacity` messages.
    pub(super) fn new(capacity: u32) -> Self {
        Self {
            series: Series::new(capacity),
            wheel: Wheel::new(capacity),
            horizon: i64::MIN,
        }
    }

    /// Messages held.
    #[inline]
    pub(super) const fn len(&self) -> u32 {
        self.series.len().wrapping_add(self.wheel.len())
    }

    /// Puts a message in, if there is room.
    ///
    /// # Errors
    /// The message, if more are held than there is capacity for; the caller rules that out.
    ///
    /// # Real-time
    /// Render. In order: wait-free. Otherwise as [`Wheel::push`].
    #[inline]
    pub(super) fn push(&mut self, message: Queued) -> Result<(), Queued> {
        if self.series.follows(message.time) {
            self.series.push(message);
            return Ok(());
        }
        // In pieces, or the other way would have it in memory too.
        self.push_aside(message.time, message.furthest, message.ends)
    }

    #[inline(never)]
    fn push_aside(&mut self, time: i64, furthest: u64, ends: (u32, u32)) -> Result<(), Queued> {
        let message = Queued {
            time,
            furthest,
            ends,
        };
        if self.series.len() == 0 {
            self.series.push(message);
            return Ok(());
        }
        self.wheel.push(message, self.horizon)
    }

    /// Keeps in mind what is due, so that what comes later is filed by how far ahead of it it lies.
    #[inline]
    pub(super) const fn pass(&mut self, horizon: i64) {
        self.horizon = horizon;
    }

    /// True if all that is held came in the order of its times.
    #[inline]
    pub(super) const fn is_in_order(&self) -> bool {
        self.wheel.len() == 0
    }

    /// Takes out the earliest message, if it is not after `horizon` and all that is held came in
    /// order.
    ///
    /// # Errors
    /// The earliest time held, if that is after `horizon`, or nothing if nothing is held.
    ///
    /// # Real-time
    /// Render, wait-free.
    #[inline]
    pub(super) fn pop_in_order(&mut self, horizon: i64) -> Result<Queued, Option<i64>> {
        let first = *self.series.first().ok_or(None)?;
        if first.time > horizon {
            return Err(Some(first.time));
        }
        self.series.remove_first();
        Ok(first)
    }

    /// Takes out the earliest message, if it is not after `horizon`.
    ///
    /// # Errors
    /// As [`pop_in_order`](Self::pop_in_order).
    ///
    /// # Real-time
    /// Render. As [`Wheel::pop`].
    #[inline]
    pub(super) fn pop_until(&mut self, horizon: i64) -> Result<Queued, Option<i64>> {
        let earliest = self.earliest().ok_or(None)?;
        if earliest > horizon {
            return Err(Some(earliest));
        }
        match self.series.first() {
            Some(&first) if first.time == earliest => {
                self.series.remove_first();
                Ok(first)
            }
            _ => self.wheel.pop().ok_or(Some(earliest)),
        }
    }

    /// The earliest time held.
    #[inline]
    pub(super) fn earliest(&self) -> Option<i64> {
        // Without a last message there is none aside.
        let first = self.series.first()?.time;
        Some(self.wheel.earliest().map_or(first, |time| time.min(first)))
    }
}

//! The priority queue of a sequencer: one place for what comes in order, one for the rest.
//!
//! In: messages in any order. Out: the earliest; equal times in the order in which they came.
//! Owner: a sequencer. Thread: render.
//!
//! Nearly everything a host sends is stamped no earlier than what it sent before: it goes to the end
//! of a [`Series`], and comes off its front. A message before the last of the series goes to the
//! [`Wheel`]. So everything in the wheel is before the last of the series, which cannot be empty while
//! the wheel is not; and of two messages of one time, one in each, that in the series came first.

use super::{
    series::{Behind, Run, Series},
    wheel::Wheel,
};
use crate::pool::Queued;

/// Where messages come from, earliest first; equal times in the order in which they came.
pub(super) trait Source {
    /// The earliest time.
    fn earliest(&self) -> Option<i64>;

    /// Takes out the earliest message.
    fn pop(&mut self) -> Option<Queued>;

    /// Messages held.
    fn held(&self) -> u32;
}

/// A stable priority queue of messages that all belong to one pool.
#[derive(Debug)]
pub(super) struct Queue {
    series: Series,
    wheel: Wheel,
    /// The time of the message taken out last: most of what comes is after it.
    passed: i64,
}

impl Queue {
    /// An empty queue for `capacity` messages.
    pub(super) fn new(capacity: u32) -> Self {
        Self {
            series: Series::new(capacity),
            wheel: Wheel::new(capacity),
            passed: i64::MIN,
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

    #[cold]
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
        self.wheel.push(message, self.passed)
    }

    /// True if all that is held came in the order of its times.
    #[inline]
    pub(super) const fn is_in_order(&self) -> bool {
        self.wheel.len() == 0
    }

    /// Lets `play` take off what came in the order of its times: all, if
    /// [`is_in_order`](Self::is_in_order).
    #[inline]
    pub(super) fn run<T>(&mut self, play: impl FnOnce(&mut Run<'_>) -> T) -> T {
        let (ahead, behind) = self.series.stretches();
        let mut behind = Behind(behind);
        let mut run = Run::new(ahead, &mut behind);
        let before = run.held();
        let result = play(&mut run);
        let taken = before.wrapping_sub(run.held());
        if let Some(time) = self.series.remove(taken) {
            self.passed = time;
        }
        result
    }

    /// Forgets what was taken out; what comes may have any time.
    pub(super) const fn forget(&mut self) {
        self.passed = i64::MIN;
    }
}

impl Source for Queue {
    #[inline]
    fn earliest(&self) -> Option<i64> {
        // Without a last message there is none aside.
        let first = self.series.first()?.time;
        Some(self.wheel.earliest().map_or(first, |time| time.min(first)))
    }

    /// As [`Wheel::pop`].
    #[inline]
    fn pop(&mut self) -> Option<Queued> {
        let first = *self.series.first()?;
        let message = match self.wheel.earliest() {
            Some(earliest) if earliest < first.time => self.wheel.pop()?,
            _ => {
                self.series.remove_first();
                first
            }
        };
        self.passed = message.time;
        Some(message)
    }

    #[inline]
    fn held(&self) -> u32 {
        self.len()
    }
}

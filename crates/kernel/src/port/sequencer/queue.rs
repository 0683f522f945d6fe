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
    length: u32,
}

impl Queue {
    /// An empty queue for `capacity` messages.
    pub(super) fn new(capacity: u32) -> Self {
        Self {
            series: Series::new(capacity),
            wheel: Wheel::new(capacity),
            passed: i64::MIN,
            length: 0,
        }
    }

    /// Messages held.
    #[inline]
    pub(super) const fn len(&self) -> u32 {
        self.length
    }

    /// Puts a message in; there is room for it.
    ///
    /// # Real-time
    /// Render. In order: wait-free. Otherwise as [`Wheel::push`].
    #[inline]
    pub(super) fn push(&mut self, message: Queued) {
        self.length = self.length.wrapping_add(1);
        if self.series.follows(message.time) {
            self.series.push(message);
            return;
        }
        // In pieces, or the other way would have it in memory too.
        self.push_aside(message.time, message.furthest, message.ends);
    }

    #[cold]
    #[inline(never)]
    fn push_aside(&mut self, time: i64, furthest: u64, ends: (u32, u32)) {
        let message = Queued {
            time,
            furthest,
            ends,
        };
        self.wheel.push(message, self.passed);
    }

    /// True if all that is held came in the order of its times.
    #[inline]
    pub(super) const fn is_in_order(&self) -> bool {
        self.wheel.is_empty()
    }

    /// The time of the first of the series.
    #[inline]
    pub(super) fn first(&self) -> Option<i64> {
        Some(self.series.first()?.time)
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
        self.length = self.length.wrapping_sub(taken);
        if let Some(time) = self.series.remove(taken) {
            self.passed = time;
        }
        result
    }

    /// The earliest time.
    #[inline]
    pub(super) fn earliest(&self) -> Option<i64> {
        // Without a last message there is none in the wheel.
        Some(self.series.first()?.time.min(self.wheel.earliest()))
    }

    /// Takes out the earliest message. Costs what [`Wheel::pop`] says.
    #[inline]
    pub(super) fn pop(&mut self) -> Option<Queued> {
        self.mixed().pop()
    }

    /// All that is held, while nothing comes in.
    #[inline]
    pub(super) fn mixed(&mut self) -> Mixed<'_> {
        let first = self.series.first().map(|message| message.time);
        Mixed { first, queue: self }
    }

    /// Forgets what was taken out; what comes may have any time.
    pub(super) const fn forget(&mut self) {
        self.passed = i64::MIN;
    }
}

/// A queue while nothing comes in.
#[derive(Debug)]
pub(super) struct Mixed<'a> {
    queue: &'a mut Queue,
    /// The time of the first of the series.
    first: Option<i64>,
}

impl Source for Mixed<'_> {
    #[inline(always)]
    fn earliest(&self) -> Option<i64> {
        Some(self.first?.min(self.queue.wheel.earliest()))
    }

    #[inline(always)]
    fn pop(&mut self) -> Option<Queued> {
        let first = self.first?;
        let message = if self.queue.wheel.earliest() < first {
            self.queue.wheel.pop()?
        } else {
            let message = *self.queue.series.first()?;
            self.queue.series.remove_first();
            self.first = self.queue.series.first().map(|message| message.time);
            message
        };
        self.queue.length = self.queue.length.wrapping_sub(1);
        self.queue.passed = message.time;
        Some(message)
    }

    #[inline]
    fn held(&self) -> u32 {
        self.queue.len()
    }
}

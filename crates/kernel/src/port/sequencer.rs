//! The sequencer: holds messages until they are due, then hands them on in order.
//!
//! In: messages in any order. Out: one chain per frame on which any are due.
//! Owner: a render pin. Thread: render. Source: \[WDK\] MIDI Transport; Time-Stamped Events;
//! Latency Clocks.
//!
//! **Order.** Within one chain stamps never decrease, and equal stamps keep the order in which they
//! were submitted. From one chain to the next stamps never decrease either, with one exception: a
//! message submitted when its frame had already been rendered comes late, in the next chain, and
//! its stamp may lie before stamps already delivered. With
//! [`SchedulePrefetch::DONT_HOLD`](crate::SchedulePrefetch::DONT_HOLD) nothing is
//! held, so order holds within each chain only.
//!
//! **Message.** What is queued is a whole message: one event, or all pieces of a long one, chained.
//! Pieces are never separated, and lost together.
//!
//! **Lag.** While the sequencer is held, what is due waits; released, it catches up in order
//! ([`lag`]).
//!
//! **States.** The sequencer has none: it is advanced in RUN only, so PAUSE and ACQUIRE hold, and
//! flushed in STOP.

mod lag;
mod near;
mod queue;
mod series;
mod wheel;

use lag::Lag;
use queue::Queue;

use crate::{
    error::{Exhausted, Room},
    miniport::SchedulePrefetch,
    mxf::{Mxf, RenderCx},
    pool::{Claim, EventBox, Queued},
    time::{ReferenceTime, SampleRate, SampleTime},
};

/// What deliveries came to, in messages.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Delivered {
    pub(crate) messages: u64,
    /// Those among them whose frame had passed.
    pub(crate) late: u64,
    /// The furthest position in the client's byte stream among them, plus one; 0 if none has one.
    furthest: u64,
}

impl Delivered {
    /// The furthest position in the client's byte stream among the messages; nothing if none has one.
    pub(crate) const fn position(&self) -> Option<u64> {
        self.furthest.checked_sub(1)
    }
}

/// A stable priority queue of messages, of fixed capacity.
#[derive(Debug)]
pub(crate) struct Sequencer {
    queue: Queue,
    capacity: u32,
    prefetch: SchedulePrefetch,
    /// The prefetch is 0 and there is no lag: what is due is what is stamped up to now.
    is_at_time: bool,
    /// Time is not the master clock's.
    lag: Option<Lag>,
    rate: SampleRate,
    /// What has been handed on and not been asked for.
    delivered: Delivered,
    /// Bytes of packed records that have come in since the last flush.
    stream_bytes: u64,
}

impl Sequencer {
    /// An empty queue for `capacity` messages.
    pub(crate) fn new(capacity: u32, prefetch: SchedulePrefetch, rate: SampleRate) -> Self {
        Self {
            queue: Queue::new(capacity),
            capacity,
            prefetch,
            is_at_time: prefetch == SchedulePrefetch::AT_TIME,
            lag: None,
            rate,
            delivered: Delivered::default(),
            stream_bytes: 0,
        }
    }

    /// Messages held, `0..=capacity`.
    #[inline]
    pub(crate) const fn held(&self) -> u32 {
        self.queue.len()
    }

    /// From the frame at `now` on, what is due waits until [`release`](Self::release).
    pub(crate) fn hold(&mut self, now: ReferenceTime) {
        self.set_lag(Some(Lag::hold(self.lag, now)));
    }

    /// What waited plays from the frame at `now` on.
    pub(crate) fn release(&mut self, now: ReferenceTime) {
        self.set_lag(self.lag.map(|lag| lag.release(now)));
    }

    /// Whether what is due waits.
    pub(crate) const fn is_holding(&self) -> bool {
        matches!(self.lag, Some(Lag::Held { .. }))
    }

    fn set_lag(&mut self, lag: Option<Lag>) {
        self.lag = lag;
        self.is_at_time = lag.is_none() && self.prefetch == SchedulePrefetch::AT_TIME;
    }

    /// Ends a lag that has nothing more to catch up with: the next message held, if there is one, is
    /// not due yet.
    fn end_lag(&mut self, earliest: Option<i64>, now: ReferenceTime) {
        let waits = earliest.is_some_and(|earliest| earliest <= self.prefetch.horizon(now).units());
        let is_over = self.lag.is_some_and(|lag| lag.is_over(now));
        if is_over || !(waits || self.is_holding()) {
            self.set_lag(None);
            self.queue.pass(self.horizon(now));
        }
    }

    /// Counts `bytes` of the client's stream; returns where they begin in it.
    pub(crate) const fn pass_stream(&mut self, bytes: usize) -> u64 {
        let start = self.stream_bytes;
        self.stream_bytes = start.wrapping_add(bytes as u64);
        start
    }

    /// Queues a message at the time of its first event. Stamp 0 means now, and becomes so.
    ///
    /// Gives the message back if the queue is full, or all but the reserve. Costs what
    /// [`Queue::push`] says.
    pub(crate) fn put(
        &mut self,
        mut message: EventBox,
        claim: Claim,
        cx: &mut RenderCx<'_>,
    ) -> Result<(), Exhausted<EventBox>> {
        if !self.has_room(claim) {
            return Err(Self::full(message));
        }
        if cx.allocator.event(&message).time == ReferenceTime::ZERO {
            cx.allocator.stamp(&mut message, cx.time);
        }
        let message = cx.allocator.queued(message).map_err(Self::full)?;
        self.enqueue(message, cx);
        Ok(())
    }

    /// Queues a message of the pool of `cx` whose time is not 0; there is
    /// [`spare`](Self::spare) room.
    #[inline]
    pub(crate) fn put_queued(&mut self, message: Queued, cx: &mut RenderCx<'_>) {
        debug_assert!(self.spare() > 0, "more than there is room for");
        self.enqueue(message, cx);
    }

    /// Queues a message there is room for.
    #[inline]
    fn enqueue(&mut self, message: Queued, cx: &mut RenderCx<'_>) {
        if let Err(message) = self.queue.push(message) {
            cx.allocator.put_message(cx.allocator.unqueued(&message));
        }
    }

    /// Messages it would take whatever they claim.
    #[inline]
    pub(crate) const fn spare(&self) -> u32 {
        Claim::spare(self.capacity.saturating_sub(self.held()), self.capacity)
    }

    const fn full(value: EventBox) -> Exhausted<EventBox> {
        Exhausted {
            room: Room::Sequencer,
            value,
        }
    }

    /// True if one more message may be put in.
    const fn has_room(&self, claim: Claim) -> bool {
        claim.is_granted(self.capacity.saturating_sub(self.held()), self.capacity)
    }

    /// Hands every message due at the frame of `cx` to `next`, as one chain, earliest first.
    ///
    /// A message is due when `now + prefetch >= time`. O(k) for k due, and what
    /// [`Queue::pop_until`] says. What it comes to is added up for
    /// [`take_delivered`](Self::take_delivered).
    ///
    /// - returns the frame of the master clock at which the next message is due, if one is held
    #[inline]
    pub(crate) fn advance(
        &mut self,
        next: &mut impl Mxf,
        cx: &mut RenderCx<'_>,
    ) -> Option<SampleTime> {
        let horizon = self.horizon(cx.time);
        self.queue.pass(horizon);
        let earliest = if self.queue.is_in_order() {
            self.hand_on(Queue::pop_in_order, horizon, next, cx)
        } else {
            self.hand_on_mixed(horizon, next, cx)
        };
        if !self.is_at_time && self.lag.is_some() {
            self.end_lag(earliest, cx.time);
        }
        self.due_frame(earliest?)
    }

    /// As [`hand_on`](Self::hand_on), where some of what is held came out of order.
    #[inline(never)]
    fn hand_on_mixed(
        &mut self,
        horizon: i64,
        next: &mut impl Mxf,
        cx: &mut RenderCx<'_>,
    ) -> Option<i64> {
        self.hand_on(Queue::pop_until, horizon, next, cx)
    }

    /// Hands on what `pop` gives up to `horizon`; returns the earliest time still held.
    #[inline]
    fn hand_on(
        &mut self,
        pop: impl Fn(&mut Queue, i64) -> Result<Queued, Option<i64>>,
        horizon: i64,
        next: &mut impl Mxf,
        cx: &mut RenderCx<'_>,
    ) -> Option<i64> {
        let first = match pop(&mut self.queue, horizon) {
            Ok(message) => message,
            Err(earliest) => return earliest,
        };
        self.count(&first, cx);
        let mut chain = cx.allocator.unqueued(&first);
        let earliest = loop {
            match pop(&mut self.queue, horizon) {
                Ok(message) => {
                    self.count(&message, cx);
                    let more = cx.allocator.unqueued(&message);
                    cx.allocator.append(&mut chain, more);
                }
                Err(earliest) => break earliest,
            }
        };
        next.put_message(chain, cx);
        earliest
    }

    /// Counts a message that is handed on at the frame of `cx`.
    #[inline]
    fn count(&mut self, message: &Queued, cx: &RenderCx<'_>) {
        let delivered = &mut self.delivered;
        delivered.messages = delivered.messages.wrapping_add(1);
        delivered.furthest = delivered.furthest.max(message.furthest);
        if message.time < cx.time.units() {
            self.count_late(message.time, cx);
        }
    }

    /// Counts a message that is stamped before the frame at hand as late, unless it belongs to it:
    /// the stamp of the frame before is the last that does not.
    #[inline(never)]
    fn count_late(&mut self, time: i64, cx: &RenderCx<'_>) {
        let before = cx.now.saturating_sub(SampleTime::new(1));
        if time <= self.rate.sample_to_ref(before).units() {
            self.delivered.late = self.delivered.late.wrapping_add(1);
        }
    }

    /// What has been handed on since it was asked for last.
    pub(crate) fn take_delivered(&mut self) -> Delivered {
        std::mem::take(&mut self.delivered)
    }

    /// The latest stamp that is due at `now`.
    #[inline]
    fn horizon(&self, now: ReferenceTime) -> i64 {
        if self.is_at_time {
            return now.units();
        }
        let now = ReferenceTime::new(Lag::stamp(self.lag, now));
        self.prefetch.horizon(now).units()
    }

    /// The frame of the master clock at which a message of this time is due; it may have passed.
    /// Nothing if nobody can tell yet.
    #[inline]
    fn due_frame(&self, time: i64) -> Option<SampleTime> {
        let time = ReferenceTime::new(time);
        if self.is_at_time {
            return Some(self.rate.first_sample_at(time));
        }
        let due = self.prefetch.due(time);
        let due = match self.lag {
            None => due,
            Some(lag) => ReferenceTime::new(lag.comes_at(due.units())?),
        };
        Some(self.rate.first_sample_at(due))
    }

    /// Recycles everything held, and begins the client's byte stream anew; returns how many messages
    /// were held. O(n log n) for n events at worst.
    pub(crate) fn flush(&mut self, cx: &mut RenderCx<'_>) -> u64 {
        let held = u64::from(self.held());
        while let Ok(message) = self.queue.pop_until(i64::MAX) {
            cx.allocator.put_message(cx.allocator.unqueued(&message));
        }
        self.queue.pass(i64::MIN);
        if !self.is_holding() {
            self.set_lag(None);
        }
        self.stream_bytes = 0;
        held
    }
}

#[cfg(test)]
mod tests;

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
//! **States.** The sequencer has none: it is advanced in RUN only, so PAUSE and ACQUIRE hold, and
//! flushed in STOP.

mod near;
mod queue;
mod series;
mod wheel;

use std::hint;

use queue::{Queue, Source};

use crate::{
    error::{Exhausted, Room},
    miniport::SchedulePrefetch,
    mxf::{Mxf, RenderCx},
    pool::{Claim, EventBox, Queued},
    time::{ReferenceTime, SampleRate, SampleTime},
};

/// The due frame of no message: those of all times lie before it.
pub(crate) const NEVER: SampleTime = SampleTime::new(i64::MAX);

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

    /// Counts a message that is handed on at the frame `now`.
    ///
    /// - `due`: its due frame
    #[inline]
    fn count(&mut self, message: &Queued, dues: impl Dues, due: SampleTime, now: SampleTime) {
        self.furthest = self.furthest.max(message.furthest);
        let is_late = dues.is_late(message.time, due, now);
        self.late = self.late.wrapping_add(u64::from(is_late));
    }
}

/// A stable priority queue of messages, of fixed capacity.
#[derive(Debug)]
pub(crate) struct Sequencer {
    queue: Queue,
    capacity: u32,
    prefetch: SchedulePrefetch,
    /// The prefetch is 0.
    is_at_time: bool,
    rate: SampleRate,
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
            rate,
            stream_bytes: 0,
        }
    }

    /// Messages held, `0..=capacity`.
    #[inline]
    pub(crate) const fn held(&self) -> u32 {
        self.queue.len()
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
            cx.allocator.stamp(&mut message, cx.time());
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

    /// Hands every message due before the frame `end` to `next`, earliest first: those due on one
    /// frame as one chain, those that are late with the frame of `cx`. Between the frames `pull`
    /// moves `next` and `cx` on, at last to `end`.
    ///
    /// A message is due when `now + prefetch >= time`. O(k) for k due, and what [`Queue::pop`] says.
    ///
    /// - `pull`: is given the frame of the master clock to go to, after that of `cx`
    #[inline]
    pub(crate) fn advance<N: Mxf>(
        &mut self,
        end: SampleTime,
        next: &mut N,
        cx: &mut RenderCx<'_>,
        pull: impl FnMut(&mut N, &mut RenderCx<'_>, SampleTime),
    ) -> Delivered {
        let dues = OnTime(self.rate);
        let due = dues.frame_of(self.queue.earliest());
        if self.is_at_time && due >= cx.now && self.queue.is_in_order() {
            return self.queue.run(|run| play(run, dues, end, next, cx, pull));
        }
        let dues = AnyTime(self.rate, self.prefetch);
        play_aside(&mut self.queue, dues, end, next, cx, pull)
    }

    /// Recycles everything held, and begins the client's byte stream anew; returns how many messages
    /// were held. O(n log n) for n events at worst.
    pub(crate) fn flush(&mut self, cx: &mut RenderCx<'_>) -> u64 {
        let held = u64::from(self.held());
        while let Some(message) = self.queue.pop() {
            cx.allocator.put_message(cx.allocator.unqueued(&message));
        }
        self.queue.forget();
        self.stream_bytes = 0;
        held
    }
}

/// When messages are due.
trait Dues: Copy {
    /// The frame of the master clock at which the message of this time is due; it may have passed.
    fn frame(self, time: ReferenceTime) -> SampleTime;

    /// True if a message of this time is late, which is handed on at the frame `now`.
    ///
    /// - `due`: its due frame
    fn is_late(self, time: i64, due: SampleTime, now: SampleTime) -> bool;

    /// As [`frame`](Self::frame); [`NEVER`] if there is no message.
    #[inline]
    fn frame_of(self, time: Option<i64>) -> SampleTime {
        time.map_or(NEVER, |time| self.frame(ReferenceTime::new(time)))
    }

    /// As [`frame_of`](Self::frame_of), where that of the message before is known.
    #[inline(always)]
    fn frame_after(self, before: i64, due: SampleTime, time: Option<i64>) -> SampleTime {
        // Messages of one time are due on one frame.
        if time == Some(before) {
            return due;
        }
        self.frame_of(time)
    }
}

/// On the frame of their time, which has not passed for any of them.
#[derive(Clone, Copy, Debug)]
struct OnTime(SampleRate);

impl Dues for OnTime {
    #[inline]
    fn frame(self, time: ReferenceTime) -> SampleTime {
        self.0.first_sample_at(time)
    }

    #[inline]
    fn is_late(self, _: i64, due: SampleTime, now: SampleTime) -> bool {
        debug_assert!(due >= now, "due at {due:?}, before {now:?}");
        false
    }
}

/// On the frame of their time or ahead of it; some may be late.
#[derive(Clone, Copy, Debug)]
struct AnyTime(SampleRate, SchedulePrefetch);

impl Dues for AnyTime {
    #[inline]
    fn frame(self, time: ReferenceTime) -> SampleTime {
        self.0.first_sample_at(self.1.due(time))
    }

    /// One whose due frame has passed is late unless it was just due ahead.
    #[inline]
    fn is_late(self, time: i64, due: SampleTime, now: SampleTime) -> bool {
        due < now && self.0.first_sample_at(ReferenceTime::new(time)) < now
    }
}

/// As [`play`], for what is less common.
#[inline(never)]
fn play_aside<N: Mxf>(
    queue: &mut Queue,
    dues: impl Dues,
    end: SampleTime,
    next: &mut N,
    cx: &mut RenderCx<'_>,
    pull: impl FnMut(&mut N, &mut RenderCx<'_>, SampleTime),
) -> Delivered {
    play(queue, dues, end, next, cx, pull)
}

/// What [`Sequencer::advance`] does with the messages of `source`.
#[inline]
fn play<N: Mxf>(
    source: &mut impl Source,
    dues: impl Dues,
    end: SampleTime,
    next: &mut N,
    cx: &mut RenderCx<'_>,
    mut pull: impl FnMut(&mut N, &mut RenderCx<'_>, SampleTime),
) -> Delivered {
    let held = source.held();
    let mut delivered = Delivered::default();
    let mut due = dues.frame_of(source.earliest());
    if due > cx.now && cx.now < end {
        pull(next, cx, due.min(end));
    }
    // The earliest message is due, or there is no frame left.
    while cx.now < end {
        let Some(mut chain) = source.pop() else { break };
        delivered.count(&chain, dues, due, cx.now);
        due = dues.frame_after(chain.time, due, source.earliest());
        while due <= cx.now {
            // Chains of one message come first, and are not to wait for registers.
            hint::cold_path();
            let Some(message) = source.pop() else {
                due = NEVER;
                break;
            };
            delivered.count(&message, dues, due, cx.now);
            cx.allocator.append(&mut chain, &message);
            due = dues.frame_after(message.time, due, source.earliest());
        }
        next.put_message(cx.allocator.unqueued(&chain), cx);
        pull(next, cx, due.min(end));
    }
    debug_assert!(cx.now >= end, "nothing is held, and {due:?} is due");
    delivered.messages = u64::from(held.wrapping_sub(source.held()));
    delivered
}

#[cfg(test)]
mod tests;

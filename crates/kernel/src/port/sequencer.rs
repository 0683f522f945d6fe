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

mod far;
mod heap;
mod lag;
mod queue;
mod series;
mod wheel;

use std::hint;

use lag::Lag;
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

    /// Adds what later deliveries came to.
    const fn add(&mut self, more: Self) {
        self.messages = self.messages.wrapping_add(more.messages);
        self.late = self.late.wrapping_add(more.late);
        if more.furthest > self.furthest {
            self.furthest = more.furthest;
        }
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
    /// The prefetch is 0 and there is no lag.
    is_at_time: bool,
    /// Time is not the master clock's.
    lag: Option<Lag>,
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
            lag: None,
            rate,
            stream_bytes: 0,
        }
    }

    /// True if all that is held came in the order of its times.
    #[inline]
    pub(crate) const fn is_in_order(&self) -> bool {
        self.queue.is_in_order()
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

    /// The lag at a frame. It ends here where there is nothing more to catch up with: no message
    /// waits whose own frame has passed.
    fn lag_at(&mut self, now: SampleTime) -> Option<Lag> {
        let dues = AnyTime(self.rate, self.prefetch);
        let waits = dues.frame_of(self.queue.earliest()) < now;
        let is_over = self
            .lag
            .is_some_and(|lag| lag.is_over(self.rate.sample_to_ref(now)));
        if is_over || !(waits || self.is_holding()) {
            self.set_lag(None);
        }
        self.lag
    }

    /// Counts `bytes` of the client's stream; returns where they begin in it.
    pub(crate) const fn pass_stream(&mut self, bytes: usize) -> u64 {
        let start = self.stream_bytes;
        self.stream_bytes = start.wrapping_add(bytes as u64);
        start
    }

    /// Where the bytes that come in next begin in the client's stream.
    pub(crate) const fn stream_bytes(&self) -> u64 {
        self.stream_bytes
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
        self.queue.push(message);
        Ok(())
    }

    /// Queues a message of the pool of `cx` whose time is not 0; there is
    /// [`spare`](Self::spare) room.
    #[inline]
    pub(crate) fn put_queued(&mut self, message: Queued) {
        debug_assert!(self.spare() > 0, "more than there is room for");
        self.queue.push(message);
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
    /// - `IN_ORDER`: may be true where it [is so](Self::is_in_order); the two ways have little in common,
    ///   and each is to have the registers for itself
    /// - `pull`: is given the frame of the master clock to go to, after that of `cx`
    #[inline]
    pub(crate) fn advance<N: Mxf, const IN_ORDER: bool>(
        &mut self,
        end: SampleTime,
        next: &mut N,
        cx: &mut RenderCx<'_>,
        pull: impl FnMut(&mut N, &mut RenderCx<'_>, SampleTime),
    ) -> Delivered {
        let dues = OnTime(self.rate);
        let is_at_time = self.is_at_time;
        if IN_ORDER {
            debug_assert!(self.is_in_order(), "some came out of the order of times");
            let due = dues.frame_of(self.queue.first());
            if is_at_time && due >= cx.now {
                return self.queue.run(|run| play(run, dues, end, next, cx, pull));
            }
        } else {
            let mut mixed = self.queue.mixed();
            let due = dues.frame_of(mixed.earliest());
            if is_at_time && due >= cx.now {
                return play_from(&mut mixed, dues, (due, end), next, cx, pull);
            }
        }
        if self.lag.is_some() {
            return self.catch_up(end, next, cx, pull);
        }
        let dues = AnyTime(self.rate, self.prefetch);
        play_aside(&mut self.queue, dues, end, next, cx, pull)
    }

    /// As [`advance`](Self::advance) where there is a lag, which may end in between.
    #[cold]
    fn catch_up<N: Mxf>(
        &mut self,
        end: SampleTime,
        next: &mut N,
        cx: &mut RenderCx<'_>,
        mut pull: impl FnMut(&mut N, &mut RenderCx<'_>, SampleTime),
    ) -> Delivered {
        let mut delivered = Delivered::default();
        while cx.now < end {
            let more = match self.lag_at(cx.now) {
                Some(lag) => {
                    let dues = Lagging(self.rate, self.prefetch, lag);
                    // Up to the next message only: with it the lag may be over.
                    let due = dues.frame_of(self.queue.earliest()).max(cx.now);
                    let until = if due < end { due.after_frames(1) } else { end };
                    play_aside(&mut self.queue, dues, until, next, cx, &mut pull)
                }
                None => {
                    let dues = AnyTime(self.rate, self.prefetch);
                    play_aside(&mut self.queue, dues, end, next, cx, &mut pull)
                }
            };
            delivered.add(more);
        }
        delivered
    }

    /// Recycles everything held, and begins the client's byte stream anew; returns how many messages
    /// were held. O(n log n) for n events at worst.
    pub(crate) fn flush(&mut self, cx: &mut RenderCx<'_>) -> u64 {
        let held = u64::from(self.held());
        while let Some(message) = self.queue.pop() {
            cx.allocator.put_message(cx.allocator.unqueued(&message));
        }
        self.queue.forget();
        if !self.is_holding() {
            self.set_lag(None);
        }
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

/// When a lag lets them come.
#[derive(Clone, Copy, Debug)]
struct Lagging(SampleRate, SchedulePrefetch, Lag);

impl Dues for Lagging {
    #[inline]
    fn frame(self, time: ReferenceTime) -> SampleTime {
        let due = self.1.due(time);
        let comes = self.2.comes_at(due.units());
        comes.map_or(NEVER, |comes| {
            self.0.first_sample_at(ReferenceTime::new(comes))
        })
    }

    /// Whoever had to wait is.
    #[inline]
    fn is_late(self, time: i64, _: SampleTime, now: SampleTime) -> bool {
        self.0.first_sample_at(ReferenceTime::new(time)) < now
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
    play(&mut queue.mixed(), dues, end, next, cx, pull)
}

/// What [`Sequencer::advance`] does with the messages of `source`.
#[inline]
fn play<N: Mxf>(
    source: &mut impl Source,
    dues: impl Dues,
    end: SampleTime,
    next: &mut N,
    cx: &mut RenderCx<'_>,
    pull: impl FnMut(&mut N, &mut RenderCx<'_>, SampleTime),
) -> Delivered {
    let due = dues.frame_of(source.earliest());
    play_from(source, dues, (due, end), next, cx, pull)
}

/// As [`play`], where it is known when the first is due.
#[inline]
fn play_from<N: Mxf>(
    source: &mut impl Source,
    dues: impl Dues,
    (mut due, end): (SampleTime, SampleTime),
    next: &mut N,
    cx: &mut RenderCx<'_>,
    mut pull: impl FnMut(&mut N, &mut RenderCx<'_>, SampleTime),
) -> Delivered {
    let held = source.held();
    let mut delivered = Delivered::default();
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

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

use std::{
    cmp::{Ordering, Reverse},
    collections::{BinaryHeap, binary_heap::PeekMut},
};

use crate::{
    error::{Exhausted, Room},
    miniport::SchedulePrefetch,
    mxf::{Mxf, RenderCx},
    pool::{Claim, EventBox},
    time::{ReferenceTime, SampleRate, SampleTime},
};

/// One message, ordered by time, then by arrival.
#[derive(Debug)]
struct Entry {
    time: ReferenceTime,
    serial: u64,
    message: EventBox,
}

impl Entry {
    const fn key(&self) -> (ReferenceTime, u64) {
        (self.time, self.serial)
    }
}

impl PartialEq for Entry {
    fn eq(&self, other: &Self) -> bool {
        self.key() == other.key()
    }
}

impl Eq for Entry {}

impl PartialOrd for Entry {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Entry {
    fn cmp(&self, other: &Self) -> Ordering {
        self.key().cmp(&other.key())
    }
}

/// What one delivery came to, in messages.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Delivered {
    pub(crate) messages: u64,
    /// Those among them whose frame had passed.
    pub(crate) late: u64,
}

/// A stable priority queue of messages, of fixed capacity.
#[derive(Debug)]
pub(crate) struct Sequencer {
    /// Never grows: `capacity` is reserved when it is built.
    queue: BinaryHeap<Reverse<Entry>>,
    capacity: u32,
    /// Arrival number of the next message; orders equal stamps.
    serial: u64,
    prefetch: SchedulePrefetch,
    rate: SampleRate,
}

impl Sequencer {
    /// An empty queue for `capacity` messages.
    pub(crate) fn new(capacity: u32, prefetch: SchedulePrefetch, rate: SampleRate) -> Self {
        let queue = BinaryHeap::with_capacity(capacity as usize);
        Self {
            queue,
            capacity,
            serial: 0,
            prefetch,
            rate,
        }
    }

    /// Messages held, `0..=capacity`.
    pub(crate) fn held(&self) -> u32 {
        u32::try_from(self.queue.len()).unwrap_or(u32::MAX)
    }

    /// Queues a message at the time of its first event. Stamp 0 means now, and becomes so.
    ///
    /// Gives the message back if the queue is full, or all but the reserve. O(log n).
    pub(crate) fn put(
        &mut self,
        mut message: EventBox,
        claim: Claim,
        cx: &mut RenderCx<'_>,
    ) -> Result<(), Exhausted<EventBox>> {
        let free = self.capacity.saturating_sub(self.held());
        if !claim.is_granted(free, self.capacity) {
            return Err(Exhausted {
                room: Room::Sequencer,
                value: message,
            });
        }
        let mut time = cx.allocator.event(&message).time;
        if time == ReferenceTime::ZERO {
            time = cx.time;
            cx.allocator.stamp(&mut message, time);
        }
        self.queue.push(Reverse(Entry {
            time,
            serial: self.serial,
            message,
        }));
        self.serial = self.serial.wrapping_add(1);
        Ok(())
    }

    /// Hands every message due at the frame of `cx` to `next`, as one chain, earliest first.
    ///
    /// A message is due when `now + prefetch >= time`. O(k log n) for k due of n held.
    pub(crate) fn advance(&mut self, next: &mut impl Mxf, cx: &mut RenderCx<'_>) -> Delivered {
        let horizon = self.prefetch.horizon(cx.time);
        let mut delivered = Delivered::default();
        let Some(first) = self.pop_due(horizon) else {
            return delivered;
        };
        // Stamps up to that of the frame before belong to frames already rendered.
        let passed = self
            .rate
            .sample_to_ref(cx.now.saturating_sub(SampleTime::new(1)));
        let mut count = |time: ReferenceTime| {
            delivered.messages += 1;
            delivered.late += u64::from(time <= passed);
        };
        count(first.time);
        let mut chain = first.message;
        while let Some(entry) = self.pop_due(horizon) {
            count(entry.time);
            chain = cx.allocator.join(chain, entry.message);
        }
        next.put_message(chain, cx);
        delivered
    }

    fn pop_due(&mut self, horizon: ReferenceTime) -> Option<Entry> {
        let first = self.queue.peek_mut()?;
        if first.0.time > horizon {
            return None;
        }
        Some(PeekMut::pop(first).0)
    }

    /// The frame of the master clock at which the next message is due; it may have passed.
    pub(crate) fn next_due(&self) -> Option<SampleTime> {
        let Reverse(first) = self.queue.peek()?;
        Some(self.rate.first_sample_at(self.prefetch.due(first.time)))
    }

    /// Recycles everything held; returns how many messages that were.
    pub(crate) fn flush(&mut self, cx: &mut RenderCx<'_>) -> u64 {
        let held = u64::from(self.held());
        for Reverse(entry) in self.queue.drain() {
            cx.allocator.put_message(entry.message);
        }
        held
    }
}

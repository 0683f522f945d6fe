//! Priority queues that hold a given number of values while one goes out for each that comes in: the
//! sequencer's and the library's.
//!
//! Owner: the benchmark. Thread: its own. The sequencer's queue is no part of the kernel's interface,
//! so its source is compiled into the benchmark.

use std::{
    cmp::{Ordering, Reverse},
    collections::BinaryHeap,
};

#[path = "../../src/port/sequencer/far.rs"]
mod far;
#[path = "../../src/port/sequencer/heap.rs"]
mod heap;
#[path = "../../src/port/sequencer/queue.rs"]
#[expect(dead_code, reason = "one message at a time is taken out here")]
mod queue;
#[path = "../../src/port/sequencer/series.rs"]
mod series;
#[path = "../../src/port/sequencer/wheel.rs"]
mod wheel;

use crate::pool::Queued;
use queue::Queue;

/// As large as the handle of a chain.
type Value = [u32; 4];

/// When values come in, counted from the one that has just gone out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Times {
    /// Each after all others.
    Ascending,
    /// Anywhere among the others.
    Random,
}

/// Time between one value and the next, 100 ns: ten frames at 48 kHz.
const STEP: u32 = 2_083;
/// Spans to choose from.
const SPANS: usize = 4_096;

/// The times at which values come in.
#[derive(Debug)]
struct Spans {
    times: Times,
    spans: Box<[i64; SPANS]>,
    next: usize,
}

impl Spans {
    fn new(held: u32, times: Times) -> Self {
        let mut state = 1_u32;
        let mut span = || match times {
            Times::Ascending => i64::from(held * STEP),
            Times::Random => {
                state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
                // Twice the span of the others on the whole, so as many come before as after them.
                (i64::from(state) * i64::from(2 * held * STEP)) >> 32
            }
        };
        Self {
            times,
            spans: Box::new(std::array::from_fn(|_| span())),
            next: 0,
        }
    }

    /// When the value of this number comes in at first, `0..`.
    fn first(&mut self, number: u32) -> i64 {
        match self.times {
            Times::Ascending => i64::from(number * STEP),
            Times::Random => self.after(0),
        }
    }

    /// When a value comes in after one of this time has gone out.
    #[inline]
    fn after(&mut self, time: i64) -> i64 {
        self.next = (self.next + 1) % SPANS;
        time + self.spans[self.next]
    }
}

/// The library's heap, made stable by a number.
#[derive(Debug)]
pub(crate) struct Heap {
    heap: BinaryHeap<Reverse<Entry>>,
    serial: u64,
}

#[derive(Debug)]
struct Entry {
    time: i64,
    serial: u64,
    value: Value,
}

impl PartialEq for Entry {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other).is_eq()
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
        (self.time, self.serial).cmp(&(other.time, other.serial))
    }
}

/// What both queues do.
pub(crate) trait Peer {
    fn with_capacity(capacity: u32) -> Self;
    fn put(&mut self, time: i64, value: Value);
    fn take(&mut self) -> (i64, Value);
    fn len(&self) -> usize;
}

/// The sequencer's queue.
#[derive(Debug)]
pub(crate) struct Sequencer(Queue);

impl Peer for Sequencer {
    fn with_capacity(capacity: u32) -> Self {
        Self(Queue::new(capacity))
    }

    #[inline]
    fn put(&mut self, time: i64, [low, high, first, last]: Value) {
        let message = Queued {
            time,
            furthest: u64::from(low) | u64::from(high) << 32,
            ends: (first, last),
        };
        self.0.push(message);
    }

    #[inline]
    fn take(&mut self) -> (i64, Value) {
        let Queued {
            time,
            furthest,
            ends,
        } = self.0.pop().unwrap();
        let [low, high] = [furthest, furthest >> 32].map(|half| (half & 0xFFFF_FFFF) as u32);
        (time, [low, high, ends.0, ends.1])
    }

    fn len(&self) -> usize {
        self.0.len() as usize
    }
}

/// A queue in the midst of its work.
#[derive(Debug)]
pub(crate) struct Held<P> {
    queue: P,
    spans: Spans,
}

impl<P: Peer> Held<P> {
    pub(crate) fn new(held: u32, times: Times) -> Self {
        let queue = P::with_capacity(held);
        let spans = Spans::new(held, times);
        let mut held_queue = Self { queue, spans };
        for number in 0..held {
            let time = held_queue.spans.first(number);
            held_queue.queue.put(time, [number; 4]);
        }
        // Until every value has been replaced a few times, as it is in use.
        for _ in 0..4 * held {
            held_queue.step();
        }
        assert_eq!(held_queue.queue.len(), held as usize);
        held_queue
    }

    /// One value out, one in.
    #[inline]
    pub(crate) fn step(&mut self) {
        let (time, value) = self.queue.take();
        let time = self.spans.after(time);
        self.queue.put(time, value);
    }
}

impl Peer for Heap {
    fn with_capacity(capacity: u32) -> Self {
        Self {
            heap: BinaryHeap::with_capacity(capacity as usize),
            serial: 0,
        }
    }

    #[inline]
    fn put(&mut self, time: i64, value: Value) {
        let serial = self.serial;
        self.serial += 1;
        self.heap.push(Reverse(Entry {
            time,
            serial,
            value,
        }));
    }

    #[inline]
    fn take(&mut self) -> (i64, Value) {
        let Reverse(entry) = self.heap.pop().unwrap();
        (entry.time, entry.value)
    }

    fn len(&self) -> usize {
        self.heap.len()
    }
}

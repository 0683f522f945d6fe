//! A wheel of slots: messages that came out of the order of their times.
//!
//! In: messages in any order. Out: the earliest of them; equal times in the order in which they came.
//! Owner: a sequencer's queue. Thread: render.
//!
//! # How it works
//!
//! Time is cut into spans of 8 192 units, 0.8 ms, and 32 768 spans are a *window*, 27 seconds. One window is
//! *open*: each of its spans has a slot, which is a heap, most of them of a message or two. A bit
//! for each slot tells which are in use, and a bit for each word of such bits. What lies before the
//! open window is late, and in one more heap. What lies beyond it is far: in [lists](super::far), until
//! one of them is due. Then its window becomes the open one.
//!
//! Messages of one time are always in the same place, so they keep their order.
//!
//! # What it costs
//!
//! Putting in: the same whatever is held. Taking out: O(log k) amortised for k messages in the slot, or
//! late, and the same to find the next slot wherever it is. A message that lay far when it came moves
//! at most once per digit of its window. One call alone may look at all messages of a slot, and where a
//! window is opened move all of a list: O(n) for n messages.

use super::{
    far::Far,
    heap::{Heaps, NONE},
};
use crate::pool::Queued;

/// Bits of a time inside its span.
const SPAN_BITS: u32 = 13;
/// Words of bits, one for each slot.
const WORDS: usize = 512;
const SLOTS: usize = WORDS * 64;
/// Bits of a time inside its window.
const WINDOW_BITS: u32 = SPAN_BITS + SLOTS.ilog2();

/// Before the open window.
const LATE: usize = SLOTS;
/// Beyond the open window.
const FAR: usize = SLOTS + 1;

/// A stable priority queue of fixed capacity, for the messages of one pool.
#[derive(Debug)]
pub(super) struct Wheel {
    heaps: Heaps,
    /// The heap of each slot; without meaning unless its bit is set.
    slots: Box<[u32; SLOTS]>,
    /// A bit for each slot that holds messages.
    used: Box<[u64; WORDS]>,
    /// A bit for each word of them that is not 0.
    sums: [u64; WORDS / 64],
    /// The number of the open window.
    open: i64,
    /// The heap of what is before it.
    late: u32,
    far: Far,
    /// The earliest time held, which is before the end of time; that if nothing is held.
    earliest: i64,
    /// The slot where it is, or [`LATE`], or [`FAR`].
    place: usize,
}

const fn window_of(time: i64) -> i64 {
    time >> WINDOW_BITS
}

/// The order of windows as an order of `u64`.
const fn number_of(window: i64) -> u64 {
    window.wrapping_sub(window_of(i64::MIN)).cast_unsigned()
}

/// The slot of a time in its window.
#[inline]
#[expect(
    clippy::cast_sign_loss,
    reason = "the upper bits are those of the window"
)]
const fn slot_of(time: i64) -> usize {
    (time >> SPAN_BITS) as usize % SLOTS
}

/// As many as the type has room for, none of which is on the stack.
fn boxed<T: Copy, const LENGTH: usize>(value: T) -> Box<[T; LENGTH]> {
    let slice = vec![value; LENGTH].into_boxed_slice();
    slice
        .try_into()
        .unwrap_or_else(|_| Box::new([value; LENGTH]))
}

impl Wheel {
    /// An empty wheel with room for `capacity` messages.
    pub(super) fn new(capacity: u32) -> Self {
        Self {
            heaps: Heaps::new(capacity),
            slots: boxed(NONE),
            used: boxed(0),
            sums: [0; WORDS / 64],
            open: window_of(i64::MIN),
            late: NONE,
            far: Far::new(),
            earliest: i64::MAX,
            place: FAR,
        }
    }

    /// True if nothing is held.
    #[inline]
    pub(super) const fn is_empty(&self) -> bool {
        self.earliest == i64::MAX
    }

    /// The earliest time held; the end of time if there is none.
    #[inline]
    pub(super) const fn earliest(&self) -> i64 {
        self.earliest
    }

    /// Puts a message in, which is before the end of time; there is room for it.
    ///
    /// - `passed`: most of what comes is after it
    // What is less common is left to others at the end, so that no register need be saved.
    #[inline]
    pub(super) fn push(&mut self, message: Queued, passed: i64) {
        let time = message.time;
        debug_assert!(time < i64::MAX, "a message at the end of time is in order");
        let Some(single) = self.heaps.single(message) else {
            debug_assert!(false, "more than there is room for");
            return;
        };
        if window_of(time) != self.open {
            return self.push_outside(time, single, passed);
        }
        self.push_inside(time, single);
    }

    /// As [`push`](Self::push), inside the open window.
    #[inline]
    fn push_inside(&mut self, time: i64, single: u32) {
        let place = slot_of(time);
        let (Some(slot), Some(used)) = (self.slots.get_mut(place), self.used.get_mut(place / 64))
        else {
            return;
        };
        let bit = 1 << (place % 64);
        if *used & bit != 0 {
            return self.push_among(time, single, place);
        }
        if *used == 0 {
            return self.push_first(time, single, place);
        }
        *slot = single;
        *used |= bit;
        self.note(time, place);
    }

    /// As [`push`](Self::push), into a slot that is in use.
    #[inline(never)]
    fn push_among(&mut self, time: i64, single: u32, place: usize) {
        if let Some(slot) = self.slots.get_mut(place) {
            *slot = self.heaps.join(*slot, single);
            self.note(time, place);
        }
    }

    /// As [`push`](Self::push), into a word that is not.
    #[cold]
    #[inline(never)]
    fn push_first(&mut self, time: i64, single: u32, place: usize) {
        let word = place / 64;
        if let Some(slot) = self.slots.get_mut(place)
            && let Some(used) = self.used.get_mut(word)
            && let Some(sum) = self.sums.get_mut(word / 64)
        {
            *slot = single;
            *used = 1 << (place % 64);
            *sum |= 1 << (word % 64);
            self.note(time, place);
        }
    }

    /// As [`push`](Self::push), outside the window as it is.
    #[cold]
    #[inline(never)]
    fn push_outside(&mut self, time: i64, single: u32, passed: i64) {
        if self.is_empty() {
            // With nothing held any window may be the open one.
            self.open = window_of(passed);
        }
        self.file(time, single);
    }

    /// Puts a heap of one message where it belongs.
    fn file(&mut self, time: i64, single: u32) {
        let window = window_of(time);
        if window == self.open {
            self.push_inside(time, single);
        } else if window < self.open {
            self.late = self.heaps.join(self.late, single);
            self.note(time, LATE);
        } else {
            let windows = (number_of(self.open), number_of(window));
            self.far.push(windows, time, single, &mut self.heaps);
            self.note(time, FAR);
        }
    }

    /// Notes a message that came in.
    #[inline]
    const fn note(&mut self, time: i64, place: usize) {
        if time < self.earliest {
            self.earliest = time;
            self.place = place;
        }
    }

    /// Takes out the earliest message.
    #[inline(always)]
    pub(super) fn pop(&mut self) -> Option<Queued> {
        let node = if self.place < SLOTS {
            self.remove_inside()?
        } else {
            self.remove_outside()?
        };
        self.heaps.freed(node)
    }

    /// Frees the node of the earliest message, which is in a slot.
    #[inline(always)]
    fn remove_inside(&mut self) -> Option<u32> {
        let place = self.place;
        let word = place / 64;
        let (&top, used) = (self.slots.get(place)?, self.used.get_mut(word)?);
        let below = self.heaps.free(top)?;
        if below != NONE {
            self.close_up(below);
            return Some(top);
        }
        // It is in the first of the slots.
        *used &= used.wrapping_sub(1);
        if *used == 0 {
            self.leave(word);
            return Some(top);
        }
        let place = word * 64 + used.trailing_zeros() as usize;
        self.place = place;
        self.earliest = self.top_of(place);
        Some(top)
    }

    /// The earliest time of a slot in use.
    #[inline]
    fn top_of(&self, place: usize) -> i64 {
        let top = self.slots.get(place).copied().unwrap_or(NONE);
        self.heaps.earliest(top).unwrap_or(i64::MAX)
    }

    /// Fills the slot of the earliest message with the row that was below that.
    #[inline(never)]
    fn close_up(&mut self, below: u32) {
        if self.heaps.is_alone(below) {
            self.fill(below);
        } else {
            self.close_up_row(below);
        }
    }

    /// As [`close_up`](Self::close_up), with more than one.
    #[inline(never)]
    fn close_up_row(&mut self, below: u32) {
        let top = self.heaps.join_row(below);
        self.fill(top);
    }

    /// Fills the slot of the earliest message.
    #[inline]
    fn fill(&mut self, top: u32) {
        if let Some(slot) = self.slots.get_mut(self.place) {
            *slot = top;
            self.earliest = self.heaps.earliest(top).unwrap_or(i64::MAX);
        }
    }

    /// Leaves a word, which was that of the earliest message and has no others.
    #[cold]
    #[inline(never)]
    fn leave(&mut self, word: usize) {
        if let Some(sum) = self.sums.get_mut(word / 64) {
            *sum &= sum.wrapping_sub(1);
        }
        self.seek();
    }

    /// Frees the node of the earliest message, which is in no slot.
    #[cold]
    #[inline(never)]
    fn remove_outside(&mut self) -> Option<u32> {
        if self.place == FAR {
            self.open_window()?;
            return self.remove_inside();
        }
        let top = self.late;
        let below = self.heaps.free(top)?;
        self.late = self.heaps.join_row(below);
        self.seek();
        Some(top)
    }

    /// Opens the window of the earliest message, where all are far.
    fn open_window(&mut self) -> Option<()> {
        let list = self.far.pop()?;
        self.open = window_of(list.earliest);
        self.earliest = i64::MAX;
        let mut single = list.first;
        while let Some(time) = self.heaps.earliest(single) {
            let next = self.heaps.cut(single);
            self.file(time, single);
            single = next;
        }
        Some(())
    }

    /// Finds the earliest message.
    fn seek(&mut self) {
        if let Some(time) = self.heaps.earliest(self.late) {
            (self.earliest, self.place) = (time, LATE);
            return;
        }
        let words = self.sums.iter().zip((0..).step_by(64));
        let word = words
            .filter(|(sum, _)| **sum != 0)
            .map(|(sum, first)| first + sum.trailing_zeros() as usize)
            .next();
        (self.earliest, self.place) = match word {
            None => (self.far.earliest().unwrap_or(i64::MAX), FAR),
            Some(word) => {
                let used = self.used.get(word).copied().unwrap_or_default();
                let place = word * 64 + used.trailing_zeros() as usize;
                (self.top_of(place), place)
            }
        };
    }
}

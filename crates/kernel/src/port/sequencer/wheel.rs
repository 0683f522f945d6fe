//! A wheel of slots: messages that came out of the order of their times.
//!
//! In: messages in any order. Out: the earliest of them; equal times in the order in which they came.
//! Owner: a sequencer's queue. Thread: render.
//!
//! # How it works
//!
//! Time is cut into *leaves* of 16 384 units, 1.6 ms, and the number of a leaf is written in nine
//! digits to the base 64. One leaf is the *open* one: what lies in it or before it is in a heap.
//! Any other message belongs to the level of the highest digit in which its leaf differs from the open
//! one, and there to the slot of that digit:
//!
//! ```text
//! open leaf 3.17.40   3.17.52 -> level 0, slot 52       52 - 40 leaves ahead
//!                     3.21.08 -> level 1, slot 21       everything of 3.21.xx is in here
//!                     9.00.00 -> level 2, slot  9       everything of 9.xx.xx is in here
//! ```
//!
//! The lowest level in use, and there the lowest slot, holds the earliest message of the slots: one word
//! of bits per level tells which. A slot knows its earliest time, so asking for it moves nothing.
//! Once that time is due the leaf of it becomes the open one, and the messages of the slot go to the heap
//! or to lower levels: never to a higher one, and never from any other slot.
//!
//! A slot is a list in order of arrival, and messages of one time are always in the same place. So equal
//! times keep their order.
//!
//! # What it costs
//!
//! Putting in: the same whatever is held, but for what falls into the open leaf or before it:
//! O(log k) for k messages there. Taking out: amortised the same; a message moves at most nine times in its
//! life, at most once per digit by which it lay ahead, one that lies a second ahead once. One call
//! alone may move all that is held, when a far slot is opened: O(n log n) for n messages at worst.

use super::near::Near;
use crate::pool::Queued;

/// Bits of a time inside its leaf.
const LEAF_BITS: u32 = 14;
const DIGIT_BITS: u32 = 6;
const FAN: usize = 1 << DIGIT_BITS;
/// Nine digits of six bits for the 50 that are left.
const LEVELS: usize = 9;

/// No node: the end of a list.
const NONE: u32 = u32::MAX;

/// A message with its place in a list.
#[derive(Clone, Copy, Debug)]
struct Node {
    message: Queued,
    next: u32,
}

/// The messages of one digit, in order of arrival; without meaning unless its bit is set.
#[derive(Clone, Copy, Debug)]
struct Slot {
    earliest: u64,
    first: u32,
    last: u32,
}

/// A stable priority queue of fixed capacity, for the messages of one pool.
#[derive(Debug)]
pub(super) struct Wheel {
    nodes: Box<[Node]>,
    first_free: u32,
    length: u32,
    /// Leaves up to this one are in `near`, those after it in `slots`.
    open: u64,
    near: Near,
    /// [`FAN`] slots for each level, lowest first.
    slots: Box<[Slot]>,
    /// A bit for each slot that holds messages, a word for each level.
    occupied: [u64; LEVELS],
    /// A bit for each level that holds messages.
    levels: u32,
}

/// The order of `i64` as an order of `u64`.
const fn key_of(time: i64) -> u64 {
    time.cast_unsigned() ^ (1 << 63)
}

const fn time_of(key: u64) -> i64 {
    (key ^ (1 << 63)).cast_signed()
}

const fn leaf_of(key: u64) -> u64 {
    key >> LEAF_BITS
}

impl Wheel {
    /// An empty wheel with room for `capacity` messages.
    pub(super) fn new(capacity: u32) -> Self {
        let node = |next| Node {
            message: Queued::NONE,
            next,
        };
        let mut nodes: Box<[Node]> = (1..=capacity).map(node).collect();
        if let Some(last) = nodes.last_mut() {
            last.next = NONE;
        }
        let slot = Slot {
            earliest: 0,
            first: NONE,
            last: NONE,
        };
        Self {
            nodes,
            first_free: 0,
            length: 0,
            open: 0,
            near: Near::new(capacity),
            slots: vec![slot; LEVELS * FAN].into_boxed_slice(),
            occupied: [0; LEVELS],
            levels: 0,
        }
    }

    /// Messages held.
    #[inline]
    pub(super) const fn len(&self) -> u32 {
        self.length
    }

    /// Puts a message in, for which there is room; hands it back if there is not.
    ///
    /// - `past`: most of what comes is after it
    #[inline]
    pub(super) fn push(&mut self, message: Queued, past: i64) -> Result<(), Queued> {
        let index = self.first_free;
        let node = self.nodes.get_mut(index as usize).ok_or(message)?;
        self.first_free = std::mem::replace(&mut node.next, NONE);
        node.message = message;
        if self.length == 0 {
            // With nothing held any leaf may be the open one.
            self.open = leaf_of(key_of(past));
        }
        self.length = self.length.wrapping_add(1);
        self.file(key_of(message.time), index);
        Ok(())
    }

    /// The earliest time held.
    #[inline]
    pub(super) fn earliest(&self) -> Option<i64> {
        if let Some(key) = self.near.earliest() {
            return Some(time_of(key));
        }
        let (_, at) = self.lowest()?;
        Some(time_of(self.slots.get(at)?.earliest))
    }

    /// Takes out the earliest message.
    #[inline]
    pub(super) fn pop(&mut self) -> Option<Queued> {
        let index = loop {
            if let Some(index) = self.near.pop() {
                break index;
            }
            let slot = self.remove_lowest()?;
            if slot.first == slot.last {
                // Alone it is the earliest of all, and need not be compared.
                break slot.first;
            }
            self.open(slot);
        };
        let node = self.nodes.get_mut(index as usize)?;
        node.next = self.first_free;
        self.first_free = index;
        self.length = self.length.wrapping_sub(1);
        Some(node.message)
    }

    /// The lowest level in use, and its lowest slot.
    #[inline]
    fn lowest(&self) -> Option<(usize, usize)> {
        let level = self.levels.trailing_zeros() as usize;
        let digit = self.occupied.get(level)?.trailing_zeros() as usize;
        Some((level, level * FAN + digit))
    }

    /// Takes the lowest slot out, with its list.
    #[inline]
    fn remove_lowest(&mut self) -> Option<Slot> {
        let (level, at) = self.lowest()?;
        let bits = self.occupied.get_mut(level)?;
        *bits &= bits.wrapping_sub(1);
        if *bits == 0 {
            self.levels &= self.levels.wrapping_sub(1);
        }
        self.slots.get(at).copied()
    }

    /// Opens the leaf of the earliest message of what was the lowest slot, which thereby comes to the
    /// heap.
    fn open(&mut self, slot: Slot) {
        self.open = leaf_of(slot.earliest);
        let mut index = slot.first;
        while let Some(node) = self.nodes.get_mut(index as usize) {
            let key = key_of(node.message.time);
            let next = std::mem::replace(&mut node.next, NONE);
            self.file(key, index);
            index = next;
        }
    }

    /// Puts a node, which is in no list, where its time belongs.
    #[inline]
    fn file(&mut self, key: u64, index: u32) {
        let leaf = leaf_of(key);
        if leaf <= self.open {
            return self.near.push(key, index);
        }
        let level = (leaf ^ self.open).ilog2() / DIGIT_BITS;
        let digit = (leaf >> (level * DIGIT_BITS)) & (FAN as u64 - 1);
        #[expect(clippy::cast_possible_truncation, reason = "a digit is below 64")]
        let at = level as usize * FAN + digit as usize;
        let (Some(slot), Some(bits)) = (
            self.slots.get_mut(at),
            self.occupied.get_mut(level as usize),
        ) else {
            // Nine digits of six bits are more than 50 bits: there is no other level.
            return self.near.push(key, index);
        };
        if *bits & (1 << digit) == 0 {
            *bits |= 1 << digit;
            self.levels |= 1 << level;
            *slot = Slot {
                earliest: key,
                first: index,
                last: index,
            };
            return;
        }
        slot.earliest = slot.earliest.min(key);
        let last = std::mem::replace(&mut slot.last, index);
        if let Some(node) = self.nodes.get_mut(last as usize) {
            node.next = index;
        }
    }
}

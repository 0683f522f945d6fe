//! Heaps of messages that share one memory: the earliest of each on top.
//!
//! In: messages in any order. Out: the earliest of a heap; equal times in the order in which they came.
//! Owner: a sequencer's wheel. Thread: render.
//!
//! # How it works
//!
//! A heap is known by its top, the number of a node. A node has any number of others below it, none of
//! them earlier, in a row. Two heaps become one when the later top goes below the other: to the end of
//! the row there, or to its front if it came first. Without the top, those below it are put
//! together in pairs from the front, and the pairs from the end: a pairing heap.
//!
//! What stands further in front in a row, with all that is below it, came before what has the same times
//! behind it. Only neighbours are put together, which keeps this so: equal times keep their order, and
//! no message needs a number.
//!
//! # What it costs
//!
//! Joining: the same for any size. Taking the top off: O(log n) amortised for n messages, and O(1) where
//! they came in order or in reverse; one call alone may look at all of them once, O(n).

use crate::pool::Queued;

/// No node: an empty heap.
pub(super) const NONE: u32 = u32::MAX;

/// A message with its place in a heap, or a free place.
#[derive(Clone, Copy, Debug)]
struct Node {
    message: Queued,
    /// The one behind it in its row, the first behind the last; of a free node the next free one.
    next: u32,
    /// The last of the row below it.
    below: u32,
}

/// The memory of heaps, of fixed size.
#[derive(Debug)]
pub(super) struct Heaps {
    nodes: Box<[Node]>,
    first_free: u32,
}

impl Heaps {
    /// Room for `capacity` messages in all heaps together.
    pub(super) fn new(capacity: u32) -> Self {
        let node = |next| Node {
            message: Queued::NONE,
            next,
            below: NONE,
        };
        let mut nodes: Box<[Node]> = (1..=capacity).map(node).collect();
        if let Some(last) = nodes.last_mut() {
            last.next = NONE;
        }
        Self {
            nodes,
            first_free: 0,
        }
    }

    /// A heap of one message; nothing if there is no room.
    #[inline]
    pub(super) fn single(&mut self, message: Queued) -> Option<u32> {
        let top = self.first_free;
        let node = self.nodes.get_mut(top as usize)?;
        self.first_free = node.next;
        node.message = message;
        node.below = NONE;
        Some(top)
    }

    /// The earliest time in a heap.
    #[inline]
    pub(super) fn earliest(&self, top: u32) -> Option<i64> {
        Some(self.nodes.get(top as usize)?.message.time)
    }

    /// Frees the top of a heap; returns the row that was below it, by its last.
    #[inline]
    pub(super) fn free(&mut self, top: u32) -> Option<u32> {
        let node = self.nodes.get_mut(top as usize)?;
        node.next = self.first_free;
        self.first_free = top;
        Some(node.below)
    }

    /// The message of a node that was freed, if none came in since.
    #[inline]
    pub(super) fn freed(&self, node: u32) -> Option<Queued> {
        Some(self.nodes.get(node as usize)?.message)
    }

    /// Makes one heap of two, the first of which came before the second as far as times are equal. One
    /// of them may be empty.
    #[inline]
    pub(super) fn join(&mut self, first: u32, second: u32) -> u32 {
        let both = [first as usize, second as usize];
        let Ok([one, other]) = self.nodes.get_disjoint_mut(both) else {
            return first.min(second);
        };
        if other.message.time < one.message.time {
            // To the front: what is below it came later.
            one.next = first;
            return self.put_in_front(second, first);
        }
        let last = std::mem::replace(&mut one.below, second);
        other.next = second;
        if let Some(last) = self.nodes.get_mut(last as usize) {
            let front = std::mem::replace(&mut last.next, second);
            if let Some(other) = self.nodes.get_mut(second as usize) {
                other.next = front;
            }
        }
        first
    }

    /// Puts a heap below another, in front of what is there.
    fn put_in_front(&mut self, top: u32, lower: u32) -> u32 {
        let Some(node) = self.nodes.get_mut(top as usize) else {
            return lower;
        };
        let last = node.below;
        if last == NONE {
            node.below = lower;
        }
        if let Some(last) = self.nodes.get_mut(last as usize) {
            let front = std::mem::replace(&mut last.next, lower);
            if let Some(node) = self.nodes.get_mut(lower as usize) {
                node.next = front;
            }
        }
        top
    }

    /// True if a row has one node.
    #[inline]
    pub(super) fn is_alone(&self, last: u32) -> bool {
        let node = self.nodes.get(last as usize);
        node.is_some_and(|node| node.next == last)
    }

    /// Makes one heap of a row, which is known by its last and may be empty.
    #[inline]
    pub(super) fn join_row(&mut self, last: u32) -> u32 {
        let mut rest = self.cut(last);
        let mut pairs = NONE;
        while rest != NONE {
            let first = rest;
            let second = self.cut(first);
            rest = self.cut(second);
            let pair = self.join(first, second);
            self.set_next(pair, pairs);
            pairs = pair;
        }
        let mut heap = pairs;
        let mut rest = self.cut(heap);
        while rest != NONE {
            let pair = rest;
            rest = self.cut(pair);
            heap = self.join(pair, heap);
        }
        heap
    }

    /// Puts a node behind another.
    #[inline]
    pub(super) fn set_next(&mut self, node: u32, next: u32) {
        if let Some(node) = self.nodes.get_mut(node as usize) {
            node.next = next;
        }
    }

    /// Ends a row at a node; returns what came behind it there.
    #[inline]
    pub(super) fn cut(&mut self, node: u32) -> u32 {
        let node = self.nodes.get_mut(node as usize);
        node.map_or(NONE, |node| std::mem::replace(&mut node.next, NONE))
    }
}

//! A binary heap of messages, for those that are due before long.
//!
//! In: messages at their times, in any order. Out: the earliest of them; equal times in the order in
//! which they came. Owner: a sequencer's wheel. Thread: render.

/// One message, by its number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Entry {
    key: u64,
    /// Arrival number; orders equal times.
    serial: u64,
    node: u32,
}

/// A stable heap of fixed capacity. Both ways O(log n) for n messages in it.
#[derive(Debug)]
pub(super) struct Near {
    /// Each entry is before the two at twice its place plus one and plus two. Never grows beyond its first capacity.
    entries: Vec<Entry>,
    serial: u64,
}

impl Near {
    /// An empty heap with room for `capacity` messages.
    pub(super) fn new(capacity: u32) -> Self {
        Self {
            entries: Vec::with_capacity(capacity as usize),
            serial: 0,
        }
    }

    /// The earliest time.
    #[inline]
    pub(super) fn earliest(&self) -> Option<u64> {
        self.entries.first().map(|entry| entry.key)
    }

    /// Puts a message in; there is room for it.
    #[inline]
    pub(super) fn push(&mut self, key: u64, node: u32) {
        let entry = Entry {
            key,
            serial: self.serial,
            node,
        };
        self.serial = self.serial.wrapping_add(1);
        let mut at = self.entries.len();
        debug_assert!(at < self.entries.capacity(), "the heap would grow");
        self.entries.push(entry);
        while let Some(below) = at.checked_sub(1) {
            let parent = below / 2;
            let Some(&above) = self.entries.get(parent) else {
                break;
            };
            // Of equal times the later stays below.
            if above.key <= key {
                break;
            }
            self.set(at, above);
            at = parent;
        }
        self.set(at, entry);
    }

    /// Takes the earliest message out.
    #[inline]
    pub(super) fn pop(&mut self) -> Option<u32> {
        let last = self.entries.pop()?;
        let Some(&first) = self.entries.first() else {
            return Some(last.node);
        };
        self.sink(last);
        Some(first.node)
    }

    /// Lets an entry go down from the top, which is free, to where it belongs.
    #[inline]
    fn sink(&mut self, entry: Entry) {
        let mut at = 0;
        loop {
            let left = 2 * at + 1;
            let Some(&(mut child)) = self.entries.get(left) else {
                break;
            };
            let mut place = left;
            if let Some(&right) = self.entries.get(left + 1)
                && right < child
            {
                (child, place) = (right, left + 1);
            }
            if entry < child {
                break;
            }
            self.set(at, child);
            at = place;
        }
        self.set(at, entry);
    }

    #[inline]
    fn set(&mut self, at: usize, entry: Entry) {
        if let Some(place) = self.entries.get_mut(at) {
            *place = entry;
        }
    }
}

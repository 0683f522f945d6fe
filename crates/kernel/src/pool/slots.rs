//! Event slots: one piece of memory, and the pieces a pool has grown by.
//!
//! In: a number of slots; more of them. Out: a slot by its index.
//! Owner: the event pool. Thread: render. Source: \[WDK\] DMUS_KERNEL_EVENT.
//!
//! Indices run through all pieces, and no slot ever moves. The first piece is looked up with the
//! one comparison that any array costs; the others are searched, which only a pool that has grown
//! pays for.

use crate::{
    event::{ChannelGroup, EventFlags, INLINE_BYTES},
    time::ReferenceTime,
};

/// No slot: the end of a chain.
pub(crate) const NONE: u32 = u32::MAX;

/// No position in the client's byte stream.
///
/// # Source
/// \[hdr\] dmusicks.h, kBytePositionNone.
pub(crate) const NO_POSITION: u64 = u64::MAX;

/// What a slot holds.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Data {
    /// Up to eight bytes.
    Inline([u8; INLINE_BYTES]),
    /// A long buffer's index.
    Buffer(u32),
    /// First and last slot of the inner chain, and how deep packages nest in it, `1..`.
    Package { head: u32, tail: u32, depth: u8 },
}

/// One event, 40 bytes.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Slot {
    pub(crate) time: ReferenceTime,
    /// Where the event's record begins in the client's byte stream; all ones for nowhere.
    pub(crate) position: u64,
    pub(crate) data: Data,
    pub(super) next: u32,
    /// Data bytes in use; 0 for a package.
    pub(crate) length: u16,
    pub(crate) group: ChannelGroup,
    pub(crate) flags: EventFlags,
    /// False while the slot is in the free list; asked for, and so kept, by debug assertions only.
    #[cfg(debug_assertions)]
    live: bool,
}

impl Slot {
    /// A slot in the pool.
    const FREE: Self = Self {
        #[cfg(debug_assertions)]
        live: false,
        ..Self::ZERO
    };

    /// An event that holds nothing: time 0, broadcast, complete, without data and position.
    pub(crate) const ZERO: Self = Self {
        time: ReferenceTime::ZERO,
        position: NO_POSITION,
        data: Data::Inline([0; INLINE_BYTES]),
        next: NONE,
        length: 0,
        group: ChannelGroup::BROADCAST,
        flags: EventFlags::COMPLETE,
        #[cfg(debug_assertions)]
        live: true,
    };

    /// Marks the slot as one of the free list.
    #[inline]
    pub(super) const fn free(&mut self) {
        #[cfg(debug_assertions)]
        {
            self.live = false;
        }
    }

    /// True unless the slot is in the free list, as far as that is known.
    #[inline]
    pub(super) const fn is_live(&self) -> bool {
        #[cfg(debug_assertions)]
        let live = self.live;
        #[cfg(not(debug_assertions))]
        let live = true;
        live
    }

    /// A whole message held in the event itself.
    ///
    /// - `length`: bytes in use, `0..=8`
    #[inline]
    pub(crate) const fn inline(
        (time, position): (ReferenceTime, u64),
        group: ChannelGroup,
        bytes: [u8; INLINE_BYTES],
        length: u16,
    ) -> Self {
        Self {
            time,
            position,
            data: Data::Inline(bytes),
            length,
            group,
            ..Self::ZERO
        }
    }
}

/// How often a pool may grow.
pub(super) const MAX_EXTENSIONS: usize = 16;

/// All slots of a pool.
#[derive(Debug)]
pub(super) struct Slots {
    first: Box<[Slot]>,
    /// Never grows itself: room for [`MAX_EXTENSIONS`] is reserved when it is built.
    more: Vec<Box<[Slot]>>,
}

impl Slots {
    /// `count` slots, at least one, none of them in use and each linked to the next.
    pub(super) fn new(count: u32) -> Self {
        let mut first = Self::piece(count);
        for (next, slot) in (1..count).zip(&mut first) {
            slot.next = next;
        }
        Self {
            first,
            more: Vec::with_capacity(MAX_EXTENSIONS),
        }
    }

    /// A piece of `count` slots, none of them in use nor linked.
    pub(super) fn piece(count: u32) -> Box<[Slot]> {
        vec![Slot::FREE; count as usize].into_boxed_slice()
    }

    /// True if one more piece has its place.
    pub(super) fn may_grow(&self) -> bool {
        self.more.len() < MAX_EXTENSIONS
    }

    /// Adds a piece, whose indices follow those there are. Same cost for any size.
    pub(super) fn grow(&mut self, piece: Box<[Slot]>) {
        debug_assert!(self.may_grow(), "more pieces than there is room for");
        self.more.push(piece);
    }

    #[inline]
    pub(super) fn get(&self, index: u32) -> Option<&Slot> {
        match self.first.get(index as usize) {
            Some(slot) => Some(slot),
            None => self.get_beyond(index),
        }
    }

    #[inline]
    pub(super) fn get_mut(&mut self, index: u32) -> Option<&mut Slot> {
        // Asked twice, since a borrow that is returned on one path would last on the other.
        if (index as usize) < self.first.len() {
            self.first.get_mut(index as usize)
        } else {
            self.get_beyond_mut(index)
        }
    }

    /// As [`get_mut`](Self::get_mut), in the first piece only.
    #[inline]
    pub(super) fn get_first_mut(&mut self, index: u32) -> Option<&mut Slot> {
        self.first.get_mut(index as usize)
    }

    #[cold]
    fn get_beyond(&self, index: u32) -> Option<&Slot> {
        let mut local = (index as usize).checked_sub(self.first.len())?;
        for piece in &self.more {
            match piece.get(local) {
                Some(slot) => return Some(slot),
                None => local = local.saturating_sub(piece.len()),
            }
        }
        None
    }

    #[cold]
    fn get_beyond_mut(&mut self, index: u32) -> Option<&mut Slot> {
        let mut local = (index as usize).checked_sub(self.first.len())?;
        for piece in &mut self.more {
            if local < piece.len() {
                return piece.get_mut(local);
            }
            local = local.saturating_sub(piece.len());
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slot_is_at_most_40_bytes() {
        assert!(size_of::<Slot>() <= 40, "{} bytes", size_of::<Slot>());
    }

    #[test]
    fn every_index_names_a_slot_of_its_own_through_all_pieces() {
        let mut slots = Slots::new(3);
        for count in [1, 5, 2] {
            slots.grow(Slots::piece(count));
        }
        for index in 0..11 {
            slots.get_mut(index).unwrap().position = u64::from(index);
        }
        for index in 0..11 {
            assert_eq!(slots.get(index).unwrap().position, u64::from(index));
        }
        assert!(slots.get(11).is_none() && slots.get_mut(11).is_none());
        assert!(slots.get(NONE).is_none() && slots.get_mut(NONE).is_none());
    }
}

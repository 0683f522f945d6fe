//! The way home: a chain back into its pool, with everything in it.
//!
//! In: chains of this pool. Out: free slots and buffers. Owner: the event pool. Thread: render.
//! Source: \[WDK\] `IMXF::PutMessage` of the allocator: each event goes home with its buffer.

use std::hint;

use super::{
    EventBox, EventPool,
    slots::{Data, NONE, Slot},
};

impl EventPool {
    /// Takes a chain of this pool back, with its buffers and everything packed in it.
    ///
    /// Bounded by the events it holds: an inner chain is spliced in before what follows its shell,
    /// so nothing recurses.
    #[inline]
    pub(crate) fn recycle(&mut self, chain: EventBox) {
        let (head, tail) = chain.into_ends();
        // Most chains are one event of the first piece that holds its bytes itself.
        if head == tail
            && let Some(slot) = self.slots.get_first_mut(head)
            && matches!(slot.data, Data::Inline(_))
        {
            debug_assert!(slot.is_live(), "slot {head} is not in use");
            slot.next = self.first_free;
            slot.free();
            self.first_free = head;
            self.free = self.free.wrapping_add(1);
            return;
        }
        self.recycle_from(head);
    }

    /// Takes back the events from this one on.
    #[inline(never)]
    fn recycle_from(&mut self, mut index: u32) {
        while index != NONE {
            index = self.release(index);
        }
    }

    /// As [`recycle`](Self::recycle), showing each event to `visit` just before it goes, packages
    /// opened where they stand: what they hold then carries their time, and is shown in their place.
    #[inline]
    pub(crate) fn recycle_seen(&mut self, chain: EventBox, mut visit: impl FnMut(&Slot, &[u8])) {
        let (mut index, _) = chain.into_ends();
        // Most events are of the first piece and hold their bytes themselves: they are seen and
        // freed in one go.
        while let Some(slot) = self.slots.get_first_mut(index)
            && let Data::Inline(bytes) = &slot.data
        {
            debug_assert!(slot.is_live(), "slot {index} is not in use");
            let length = usize::from(slot.length);
            visit(slot, bytes.get(..length).unwrap_or(bytes));
            let following = std::mem::replace(&mut slot.next, self.first_free);
            slot.free();
            self.first_free = index;
            self.free = self.free.wrapping_add(1);
            if following == NONE {
                return;
            }
            hint::cold_path();
            index = following;
        }
        self.recycle_seen_from(index, visit);
    }

    /// Takes back the events from this one on, whatever they hold, showing each to `visit`.
    // Given away by value, or what `visit` holds would be in memory for the others too.
    #[inline(never)]
    fn recycle_seen_from(&mut self, mut index: u32, mut visit: impl FnMut(&Slot, &[u8])) {
        while index != NONE {
            index = self.release_seen(index, &mut visit);
        }
    }

    /// As [`release`](Self::release), showing the event to `visit` first.
    fn release_seen(&mut self, index: u32, visit: &mut impl FnMut(&Slot, &[u8])) -> u32 {
        let Some(slot) = self.at(index) else {
            return NONE;
        };
        match slot.data {
            Data::Package { head, .. } => {
                let time = slot.time;
                self.edit_linked(head, |slot| slot.time = time);
            }
            Data::Inline(_) | Data::Buffer(_) => visit(slot, self.bytes_of(slot)),
        }
        self.release(index)
    }

    /// Frees one slot with its buffer; returns the slot that comes next, which for a package is the
    /// first of what it holds.
    #[inline]
    fn release(&mut self, index: u32) -> u32 {
        let first_free = self.first_free;
        let Some(slot) = self.at_mut(index) else {
            return NONE;
        };
        let following = slot.next;
        // The rest is overwritten when the slot is taken again.
        slot.next = first_free;
        slot.free();
        let holds_more = !matches!(slot.data, Data::Inline(_));
        self.first_free = index;
        self.free = self.free.wrapping_add(1);
        if holds_more {
            return self.release_data(index, following);
        }
        following
    }

    /// Frees what a freed slot held beside itself; returns the slot that comes next.
    #[cold]
    fn release_data(&mut self, index: u32, following: u32) -> u32 {
        match self.slots.get(index).map(|slot| slot.data) {
            None | Some(Data::Inline(_)) => following,
            Some(Data::Buffer(buffer)) => {
                self.buffers.free(buffer);
                following
            }
            Some(Data::Package { head, tail, .. }) => {
                if let Some(last) = self.at_mut(tail) {
                    last.next = following;
                }
                head
            }
        }
    }
}

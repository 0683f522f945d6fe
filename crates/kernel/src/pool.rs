//! The event pool: a fixed number of event slots and long buffers, handed out as owning handles.
//!
//! In: a size, once. Out: [`EventBox`] and [`BufferBox`], each the only handle to what it names.
//! Owner: the [`Allocator`](crate::Allocator). Thread: render; no atomics, one owner.
//! Source: \[WDK\] Allocator; `IAllocatorMXF`.
//!
//! Slots are linked by index, so chains need neither memory nor `unsafe`. A handle knows the first
//! and the last slot of its chain: joining two chains and splitting one off cost the same for any
//! length.

mod buffers;
mod size;

pub use buffers::BufferBox;
pub use size::{Claim, PoolConfig, PoolStats};

use crate::{
    error::ConfigError,
    event::{ChannelGroup, EventFlags, INLINE_BYTES},
    time::ReferenceTime,
};
use buffers::LongBuffers;

/// No slot: the end of a chain.
const NONE: u32 = u32::MAX;

/// Which pool a handle belongs to: the address of its slots, unique among living pools.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct PoolTag(usize);

/// The only handle to a chain of one or more events, and to all they hold.
///
/// Ownership moves with it; it cannot be copied, so no event is ever in two places or recycled
/// twice. It ends in [`Allocator::put_message`](crate::Allocator::put_message). Dropping it
/// anywhere else loses the events until the pool is built anew, and is a debug assertion.
#[must_use = "an event that is not passed on must be given to the allocator"]
#[derive(Debug)]
pub struct EventBox {
    head: u32,
    tail: u32,
    pool: PoolTag,
}

impl EventBox {
    /// Ends the handle without a cry: its slots are now accounted for elsewhere.
    fn into_ends(self) -> (u32, u32) {
        let ends = (self.head, self.tail);
        std::mem::forget(self);
        ends
    }
}

impl Drop for EventBox {
    fn drop(&mut self) {
        debug_assert!(
            std::thread::panicking(),
            "event {} dropped outside the pool",
            self.head
        );
    }
}

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
    pub(crate) data: Data,
    next: u32,
    /// Data bytes in use; 0 for a package.
    pub(crate) length: u16,
    pub(crate) group: ChannelGroup,
    pub(crate) flags: EventFlags,
    /// False while the slot is in the free list.
    live: bool,
}

impl Slot {
    const ZERO: Self = Self {
        time: ReferenceTime::ZERO,
        data: Data::Inline([0; INLINE_BYTES]),
        next: NONE,
        length: 0,
        group: ChannelGroup::BROADCAST,
        flags: EventFlags::COMPLETE,
        live: false,
    };
}

/// Slots with the list of those that are free, and long buffers.
#[derive(Debug)]
pub(crate) struct EventPool {
    slots: Box<[Slot]>,
    first_free: u32,
    events_free: u32,
    buffers: LongBuffers,
}

impl EventPool {
    pub(crate) fn new(config: PoolConfig) -> Result<Self, ConfigError> {
        config.check()?;
        let mut slots = vec![Slot::ZERO; config.events as usize].into_boxed_slice();
        for (next, slot) in (1..config.events).zip(slots.iter_mut()) {
            slot.next = next;
        }
        let buffers = LongBuffers::new(config.long_buffers, config.buffer_size);
        Ok(Self {
            slots,
            first_free: 0,
            events_free: config.events,
            buffers,
        })
    }

    pub(crate) const fn buffer_size(&self) -> u16 {
        self.buffers.size()
    }

    pub(crate) fn stats(&self) -> PoolStats {
        PoolStats {
            events_free: self.events_free,
            events_capacity: u32::try_from(self.slots.len()).unwrap_or(u32::MAX),
            buffers_free: self.buffers.count_free(),
            buffers_capacity: self.buffers.count(),
        }
    }

    fn tag(&self) -> PoolTag {
        PoolTag(self.slots.as_ptr().addr())
    }

    /// True if the handle was made here; the rest of this type only acts on such.
    pub(crate) fn owns(&self, event: &EventBox) -> bool {
        event.pool == self.tag()
    }

    pub(crate) fn owns_buffer(&self, buffer: &BufferBox) -> bool {
        self.buffers.owns(buffer)
    }

    fn at(&self, index: u32) -> Option<&Slot> {
        let slot = self.slots.get(index as usize);
        debug_assert!(
            slot.is_some_and(|slot| slot.live),
            "slot {index} is not in use"
        );
        slot
    }

    fn at_mut(&mut self, index: u32) -> Option<&mut Slot> {
        let slot = self.slots.get_mut(index as usize);
        debug_assert!(
            slot.as_ref().is_some_and(|slot| slot.live),
            "slot {index} is not in use"
        );
        slot
    }

    /// The first event of a chain; nothing for another pool's.
    pub(crate) fn first(&self, chain: &EventBox) -> Option<&Slot> {
        if self.owns(chain) {
            self.at(chain.head)
        } else {
            None
        }
    }

    /// As [`first`](Self::first), to be filled.
    pub(crate) fn first_mut(&mut self, chain: &mut EventBox) -> Option<&mut Slot> {
        if self.owns(chain) {
            self.at_mut(chain.head)
        } else {
            None
        }
    }

    /// All events of a chain in order, packages unopened.
    pub(crate) fn events(&self, chain: &EventBox) -> impl Iterator<Item = &Slot> {
        std::iter::successors(self.first(chain), |slot| {
            if slot.next == NONE {
                None
            } else {
                self.at(slot.next)
            }
        })
    }

    /// Calls `edit` with each event of a chain in order, packages unopened.
    pub(crate) fn edit_events(&mut self, chain: &mut EventBox, mut edit: impl FnMut(&mut Slot)) {
        if !self.owns(chain) {
            return;
        }
        let mut index = chain.head;
        while index != NONE {
            let Some(slot) = self.at_mut(index) else {
                return;
            };
            edit(slot);
            index = slot.next;
        }
    }

    /// One zeroed event, if `claim` is granted.
    pub(crate) fn take_event(&mut self, claim: Claim) -> Option<EventBox> {
        let stats = self.stats();
        if !claim.is_granted(stats.events_free, stats.events_capacity) {
            return None;
        }
        let index = self.first_free;
        let slot = self.slots.get_mut(index as usize)?;
        self.first_free = slot.next;
        *slot = Slot {
            live: true,
            ..Slot::ZERO
        };
        self.events_free -= 1;
        Some(EventBox {
            head: index,
            tail: index,
            pool: self.tag(),
        })
    }

    /// One buffer, its bytes as the last owner left them.
    pub(crate) fn take_buffer(&mut self) -> Option<BufferBox> {
        self.buffers.take()
    }

    /// Takes a buffer back; hands back one of another pool.
    pub(crate) fn put_buffer(&mut self, buffer: BufferBox) -> Result<(), BufferBox> {
        self.buffers.put(buffer)
    }

    /// The payload that keeps a buffer.
    pub(crate) fn hold_buffer(buffer: BufferBox) -> Data {
        Data::Buffer(LongBuffers::attach(buffer))
    }

    /// The handle of the buffer in an event, which thereby no longer holds it.
    pub(crate) fn detach_buffer(&mut self, event: &mut EventBox) -> Option<BufferBox> {
        let slot = self.first_mut(event)?;
        let Data::Buffer(index) = slot.data else {
            return None;
        };
        slot.data = Data::Inline([0; INLINE_BYTES]);
        slot.length = 0;
        Some(self.buffers.detach(index))
    }

    /// The whole of a buffer that an event holds.
    pub(crate) fn held_bytes(&self, index: u32) -> &[u8] {
        self.buffers.bytes(index)
    }

    /// The whole of a buffer, to be filled; empty for another pool's.
    pub(crate) fn buffer_mut(&mut self, buffer: &mut BufferBox) -> &mut [u8] {
        self.buffers.bytes_mut(buffer)
    }

    /// Puts `second` behind `first`; both are of this pool. Same cost for any length.
    pub(crate) fn join(&mut self, first: EventBox, second: EventBox) -> EventBox {
        let (head, tail) = first.into_ends();
        let (second_head, second_tail) = second.into_ends();
        if let Some(slot) = self.at_mut(tail) {
            slot.next = second_head;
        }
        EventBox {
            head,
            tail: second_tail,
            pool: self.tag(),
        }
    }

    /// Cuts the first event off a chain of this pool. Same cost for any length.
    pub(crate) fn split_first(&mut self, chain: EventBox) -> (EventBox, Option<EventBox>) {
        let pool = self.tag();
        let (head, tail) = chain.into_ends();
        let next = self
            .at_mut(head)
            .map_or(NONE, |slot| std::mem::replace(&mut slot.next, NONE));
        let first = EventBox {
            head,
            tail: head,
            pool,
        };
        if next == NONE {
            return (first, None);
        }
        (
            first,
            Some(EventBox {
                head: next,
                tail,
                pool,
            }),
        )
    }

    /// Packs `inner` into `shell`, which so far holds no buffer and no package.
    pub(crate) fn pack(&mut self, shell: &mut EventBox, inner: EventBox, depth: u8) {
        let (head, tail) = inner.into_ends();
        if let Some(slot) = self.first_mut(shell) {
            slot.data = Data::Package { head, tail, depth };
            slot.flags = EventFlags::PACKAGE;
            slot.length = 0;
        }
    }

    /// Takes the inner chain out of a package and leaves an empty event.
    pub(crate) fn unpack(&mut self, shell: &mut EventBox) -> Option<EventBox> {
        let pool = self.tag();
        let slot = self.first_mut(shell)?;
        let Data::Package { head, tail, .. } = slot.data else {
            return None;
        };
        // Nulled before anybody recycles the shell, or the inner chain would go home twice.
        slot.data = Data::Inline([0; INLINE_BYTES]);
        slot.flags = EventFlags::COMPLETE;
        Some(EventBox { head, tail, pool })
    }

    /// Takes a chain of this pool back, with its buffers and everything packed in it.
    ///
    /// Bounded by the events it holds: an inner chain is spliced in before what follows its shell,
    /// so nothing recurses.
    pub(crate) fn recycle(&mut self, chain: EventBox) {
        let (mut index, _) = chain.into_ends();
        while index != NONE {
            let Some(&slot) = self.at(index) else { return };
            let mut following = slot.next;
            match slot.data {
                Data::Inline(_) => {}
                Data::Buffer(buffer) => self.buffers.free(buffer),
                Data::Package { head, tail, .. } => {
                    if let Some(last) = self.at_mut(tail) {
                        last.next = following;
                    }
                    following = head;
                }
            }
            if let Some(freed) = self.slots.get_mut(index as usize) {
                // The rest is zeroed when the slot is taken again.
                freed.next = self.first_free;
                freed.live = false;
            }
            self.first_free = index;
            self.events_free += 1;
            index = following;
        }
    }

    /// Ends a handle of another pool, which never sees its events again.
    pub(crate) fn abandon(chain: EventBox) {
        chain.into_ends();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slot_is_no_larger_than_an_event_of_the_original() {
        assert!(size_of::<Slot>() <= 40, "{} bytes", size_of::<Slot>());
    }

    #[test]
    #[cfg(debug_assertions)]
    #[should_panic(expected = "dropped outside the pool")]
    fn dropping_an_event_outside_the_allocator_is_noticed() {
        let mut pool = EventPool::new(PoolConfig::default()).unwrap();
        drop(pool.take_event(Claim::Ordinary));
    }
}

//! The event pool: a number of event slots and long buffers, handed out as owning handles.
//!
//! In: a size, once; extensions. Out: [`EventBox`] and [`BufferBox`], each the only handle to what
//! it names.
//! Owner: the [`Allocator`](crate::Allocator). Thread: render; no atomics, one owner.
//! Source: \[WDK\] Allocator; `IAllocatorMXF`.
//!
//! Slots are linked by index, so chains need neither memory nor `unsafe`. A handle knows the first
//! and the last slot of its chain: joining two chains and splitting one off cost the same for any
//! length.

mod buffers;
mod extension;
mod queued;
mod recycle;
mod size;
mod slots;

use std::num::NonZeroU64;

pub use buffers::BufferBox;
pub use extension::{GrowthLimit, GrowthRefused, PoolExtension};
pub use size::{Claim, PoolConfig, PoolStats};

pub(crate) use queued::Queued;
pub(crate) use slots::{Data, NO_POSITION, Slot};

use crate::{
    error::ConfigError,
    event::{EventFlags, INLINE_BYTES},
    sync::Counter,
};
use buffers::LongBuffers;
use slots::{NONE, Slots};

/// Numbers the pools of the process. Taken from on the control side only.
static POOLS: Counter = Counter::new();

/// Which pool a handle belongs to: a number no two pools of the process share, living or not.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct PoolTag(NonZeroU64);

impl PoolTag {
    /// The number of one more pool.
    fn next() -> Self {
        // The count does not come round in the life of a process: 2^64 pools.
        Self(NonZeroU64::MIN.saturating_add(POOLS.add(1)))
    }
}

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

/// Slots with the list of those that are free, and long buffers.
#[derive(Debug)]
pub(crate) struct EventPool {
    slots: Slots,
    first_free: u32,
    /// The first slot of an extension that was never taken; those from it on are in no list.
    untouched: u32,
    free: u32,
    capacity: u32,
    /// How many are kept for [`Claim::Release`].
    reserve: u32,
    buffers: LongBuffers,
    tag: PoolTag,
}

impl EventPool {
    pub(crate) fn new(config: PoolConfig) -> Result<Self, ConfigError> {
        config.check()?;
        let tag = PoolTag::next();
        Ok(Self {
            slots: Slots::new(config.events),
            first_free: 0,
            untouched: config.events,
            free: config.events,
            capacity: config.events,
            reserve: Claim::reserve(config.events),
            buffers: LongBuffers::new(config.long_buffers, config.buffer_size, tag),
            tag,
        })
    }

    /// Takes over an extension, or hands it back. Same cost for any size.
    pub(crate) fn grow(&mut self, extension: PoolExtension) -> Result<(), GrowthRefused> {
        let events = self.capacity.saturating_add(extension.events());
        let long_buffers = self
            .buffers
            .count()
            .saturating_add(extension.long_buffers());
        let limit = if events > PoolConfig::MAX_EVENTS {
            GrowthLimit::Events { asked: events }
        } else if long_buffers > PoolConfig::MAX_LONG_BUFFERS {
            GrowthLimit::LongBuffers {
                asked: long_buffers,
            }
        } else if extension.buffer_size != self.buffer_size() {
            GrowthLimit::BufferSize {
                asked: extension.buffer_size,
                pool: self.buffer_size(),
            }
        } else if !self.slots.may_grow() {
            GrowthLimit::Extensions
        } else {
            self.free = self.free.saturating_add(extension.events());
            self.capacity = events;
            self.reserve = Claim::reserve(events);
            self.slots.grow(extension.slots);
            self.buffers.grow(extension.buffers);
            return Ok(());
        };
        Err(GrowthRefused { extension, limit })
    }

    pub(crate) const fn buffer_size(&self) -> u16 {
        self.buffers.size()
    }

    /// Events beyond the reserve.
    #[inline]
    pub(crate) const fn spare(&self) -> u32 {
        self.free.saturating_sub(self.reserve)
    }

    pub(crate) const fn stats(&self) -> PoolStats {
        PoolStats {
            events_free: self.free,
            events_capacity: self.capacity,
            buffers_free: self.buffers.count_free(),
            buffers_capacity: self.buffers.count(),
        }
    }

    /// True if the handle was made here; the rest of this type only acts on such.
    #[inline]
    pub(crate) fn owns(&self, event: &EventBox) -> bool {
        event.pool == self.tag
    }

    pub(crate) fn owns_buffer(&self, buffer: &BufferBox) -> bool {
        self.buffers.owns(buffer)
    }

    #[inline]
    fn at(&self, index: u32) -> Option<&Slot> {
        let slot = self.slots.get(index);
        debug_assert!(
            slot.is_some_and(Slot::is_live),
            "slot {index} is not in use"
        );
        slot
    }

    #[inline]
    fn at_mut(&mut self, index: u32) -> Option<&mut Slot> {
        let slot = self.slots.get_mut(index);
        debug_assert!(
            slot.as_ref().is_some_and(|slot| slot.is_live()),
            "slot {index} is not in use"
        );
        slot
    }

    /// The first event of a chain; nothing for another pool's.
    #[inline]
    pub(crate) fn first(&self, chain: &EventBox) -> Option<&Slot> {
        if self.owns(chain) {
            self.at(chain.head)
        } else {
            None
        }
    }

    /// As [`first`](Self::first), to be filled.
    #[inline]
    pub(crate) fn first_mut(&mut self, chain: &mut EventBox) -> Option<&mut Slot> {
        if self.owns(chain) {
            self.at_mut(chain.head)
        } else {
            None
        }
    }

    /// The event behind this one in its chain.
    pub(crate) fn following(&self, slot: &Slot) -> Option<&Slot> {
        if slot.next == NONE {
            None
        } else {
            self.at(slot.next)
        }
    }

    /// The first event in a package.
    pub(crate) fn packed(&self, shell: &Slot) -> Option<&Slot> {
        match shell.data {
            Data::Package { head, .. } => self.at(head),
            _ => None,
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
    pub(crate) fn edit_events(&mut self, chain: &mut EventBox, edit: impl FnMut(&mut Slot)) {
        if self.owns(chain) {
            self.edit_linked(chain.head, edit);
        }
    }

    fn edit_linked(&mut self, mut index: u32, mut edit: impl FnMut(&mut Slot)) {
        while index != NONE {
            let Some(slot) = self.at_mut(index) else {
                return;
            };
            edit(slot);
            index = slot.next;
        }
    }

    /// One zeroed event, if `claim` is granted.
    #[inline]
    pub(crate) fn take_event(&mut self, claim: Claim) -> Option<EventBox> {
        self.take_filled(claim, Slot::ZERO)
    }

    /// One event with this content, if `claim` is granted.
    #[inline]
    pub(crate) fn take_filled(&mut self, claim: Claim, content: Slot) -> Option<EventBox> {
        let kept = match claim {
            Claim::Ordinary => self.reserve,
            Claim::Release => 0,
        };
        if self.free <= kept {
            return None;
        }
        self.take_next(content)
    }

    /// One event with this content, the reserve not being asked about.
    #[inline]
    pub(crate) fn take_next(&mut self, content: Slot) -> Option<EventBox> {
        let mut index = self.first_free;
        let slot = match self.slots.get_first_mut(index) {
            Some(slot) => slot,
            None => {
                index = self.list_untouched();
                self.slots.get_mut(index)?
            }
        };
        self.first_free = slot.next;
        *slot = content;
        self.free = self.free.wrapping_sub(1);
        Some(EventBox {
            head: index,
            tail: index,
            pool: self.tag,
        })
    }

    /// As [`take_next`](Self::take_next), if the first in the list is of the first piece.
    #[inline]
    pub(crate) fn take_listed(&mut self, content: Slot) -> Option<EventBox> {
        let index = self.first_free;
        let slot = self.slots.get_first_mut(index)?;
        self.first_free = slot.next;
        *slot = content;
        self.free = self.free.wrapping_sub(1);
        Some(EventBox {
            head: index,
            tail: index,
            pool: self.tag,
        })
    }

    /// The first slot of the list of free ones, which is given the next that was never taken if it
    /// is empty. Events of the first piece are in the list from the start.
    #[cold]
    fn list_untouched(&mut self) -> u32 {
        if self.first_free == NONE && self.untouched < self.capacity {
            self.first_free = self.untouched;
            self.untouched = self.untouched.wrapping_add(1);
        }
        self.first_free
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

    /// The bytes of an event in use; none of a package.
    #[inline]
    pub(crate) fn bytes_of<'a>(&'a self, slot: &'a Slot) -> &'a [u8] {
        let length = usize::from(slot.length);
        let bytes = match &slot.data {
            Data::Inline(bytes) => &bytes[..],
            Data::Buffer(index) => self.buffers.bytes(*index),
            Data::Package { .. } => &[],
        };
        bytes.get(..length).unwrap_or(bytes)
    }

    /// The whole of a buffer, to be filled; empty for another pool's.
    pub(crate) fn buffer_mut(&mut self, buffer: &mut BufferBox) -> &mut [u8] {
        self.buffers.bytes_mut(buffer)
    }

    /// Puts `second` behind `first`; both are of this pool. Same cost for any length.
    #[inline]
    pub(crate) fn join(&mut self, first: EventBox, second: EventBox) -> EventBox {
        let (head, tail) = first.into_ends();
        let (second_head, second_tail) = second.into_ends();
        if let Some(slot) = self.at_mut(tail) {
            slot.next = second_head;
        }
        EventBox {
            head,
            tail: second_tail,
            pool: self.tag,
        }
    }

    /// Cuts the first event off a chain of this pool. Same cost for any length.
    #[inline]
    pub(crate) fn split_first(&mut self, chain: EventBox) -> (EventBox, Option<EventBox>) {
        let pool = self.tag;
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
        let pool = self.tag;
        let slot = self.first_mut(shell)?;
        let Data::Package { head, tail, .. } = slot.data else {
            return None;
        };
        // Nulled before anybody recycles the shell, or the inner chain would go home twice.
        slot.data = Data::Inline([0; INLINE_BYTES]);
        slot.flags = EventFlags::COMPLETE;
        Some(EventBox { head, tail, pool })
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
    #[cfg(debug_assertions)]
    #[should_panic(expected = "dropped outside the pool")]
    fn dropping_an_event_outside_the_allocator_is_noticed() {
        let mut pool = EventPool::new(PoolConfig::default()).unwrap();
        drop(pool.take_event(Claim::Ordinary));
    }
}

//! The allocator: where events come from, and the end of every chain.
//!
//! In: finished chains. Out: zeroed events and long buffers. Owner: a pin of the port, lent to
//! filters through [`RenderCx`](crate::RenderCx). Thread: render; no atomics, one owner.
//! Source: \[WDK\] Allocator; `IAllocatorMXF`.
//!
//! What is in the pool and what is in flight always add up to what was built. Nothing is allocated
//! after [`Allocator::new`]; [`Allocator::grow`] takes over what was allocated elsewhere.

mod message;
mod package;
mod queued;
mod refused;
mod visit;

pub(crate) use message::Heading;
pub use package::MAX_PACKAGE_DEPTH;

pub use refused::{BufferRefused, GatherError, PackageRefused};

use crate::{
    error::{ConfigError, Exhausted, Room, WriteError},
    event::{ChannelGroup, EventFlags, INLINE_BYTES, KernelEvent, Payload},
    pool::{
        BufferBox, Claim, Data, EventBox, EventPool, GrowthRefused, NO_POSITION, PoolConfig,
        PoolExtension, PoolStats, Slot,
    },
    time::ReferenceTime,
};

/// A pool of events and long buffers, which grows only by what it is given.
///
/// No event goes home twice, for the first time takes its handle:
///
/// ```compile_fail,E0382
/// fn twice(allocator: &mut dmus_kernel::Allocator, event: dmus_kernel::EventBox) {
///     allocator.put_message(event);
///     allocator.put_message(event);
/// }
/// ```
///
/// Nor is there a second handle to one:
///
/// ```compile_fail,E0599
/// fn copy(event: &dmus_kernel::EventBox) -> dmus_kernel::EventBox {
///     event.clone()
/// }
/// ```
#[derive(Debug)]
pub struct Allocator {
    pool: EventPool,
    foreign: u64,
}

impl Allocator {
    /// Builds the pool, full of empty events.
    ///
    /// # Errors
    /// [`ConfigError`] for a size out of range.
    ///
    /// # Real-time
    /// Not real-time: allocates everything there will ever be.
    pub fn new(config: PoolConfig) -> Result<Self, ConfigError> {
        Ok(Self {
            pool: EventPool::new(config)?,
            foreign: 0,
        })
    }

    /// Adds events and buffers that were built on the control side. Events in flight are as they
    /// were, and the reserve grows in proportion.
    ///
    /// # Errors
    /// [`GrowthRefused`] with the extension, if the pool would be larger than
    /// [`PoolConfig`] allows, has grown sixteen times, or has buffers of another size. Hand it back
    /// to the control side to be freed.
    ///
    /// # Real-time
    /// Render, wait-free: nothing is copied, allocated or freed, whatever the size.
    ///
    /// # Source
    /// \[WDK\] Allocator names no rule of growth. Deviation: it never happens by itself.
    pub fn grow(&mut self, extension: PoolExtension) -> Result<(), GrowthRefused> {
        self.pool.grow(extension)
    }

    /// One event, all zero: time 0, broadcast, complete, no data, no position.
    ///
    /// # Errors
    /// [`Exhausted`] if none is free, or only the reserve is and `claim` does not cover it. Count
    /// the loss and go on.
    ///
    /// # Real-time
    /// Render, wait-free.
    ///
    /// # Source
    /// \[WDK\] `IAllocatorMXF::GetMessage`. Deviation: one eighth of the pool is kept for messages
    /// that end sound.
    #[inline]
    pub fn get_message(&mut self, claim: Claim) -> Result<EventBox, Exhausted> {
        self.pool
            .take_event(claim)
            .ok_or(Exhausted::new(Room::Events))
    }

    /// Bytes of every long buffer; constant for the life of the allocator.
    ///
    /// # Source
    /// \[WDK\] `IAllocatorMXF::GetBufferSize`.
    #[must_use]
    pub const fn buffer_size(&self) -> u16 {
        self.pool.buffer_size()
    }

    /// One long buffer, its bytes as the last owner left them.
    ///
    /// # Errors
    /// [`Exhausted`] if none is free.
    ///
    /// # Real-time
    /// Render, wait-free.
    ///
    /// # Source
    /// \[WDK\] `IAllocatorMXF::GetBuffer`.
    pub fn get_buffer(&mut self) -> Result<BufferBox, Exhausted> {
        self.pool.take_buffer().ok_or(Exhausted::new(Room::Buffers))
    }

    /// Takes back a buffer that was not attached to an event.
    ///
    /// # Errors
    /// [`BufferRefused`] with the buffer, if it belongs to another pool.
    ///
    /// # Real-time
    /// Render, wait-free.
    ///
    /// # Source
    /// \[WDK\] `IAllocatorMXF::PutBuffer`. Deviation: the original assumes the buffer is its own.
    pub fn put_buffer(&mut self, buffer: BufferBox) -> Result<(), BufferRefused> {
        self.pool.put_buffer(buffer).map_err(BufferRefused)
    }

    /// The bytes of a buffer, to be filled; empty for a buffer of another pool.
    pub fn buffer_mut(&mut self, buffer: &mut BufferBox) -> &mut [u8] {
        self.pool.buffer_mut(buffer)
    }

    /// Recycles a chain: every event, its buffer, and everything packed in it.
    ///
    /// A chain of another pool is a defect of the caller: a debug assertion, otherwise counted in
    /// [`Allocator::foreign_chains`] and left to rest.
    ///
    /// # Real-time
    /// Render. Bounded: O(n) for n events.
    ///
    /// # Source
    /// \[WDK\] `IMXF::PutMessage` of the allocator.
    #[inline]
    pub fn put_message(&mut self, chain: EventBox) {
        debug_assert!(
            self.pool.owns(&chain),
            "a chain of another pool came home here"
        );
        if self.pool.owns(&chain) {
            self.pool.recycle(chain);
        } else {
            self.lay_to_rest(chain);
        }
    }

    #[cold]
    fn lay_to_rest(&mut self, chain: EventBox) {
        EventPool::abandon(chain);
        self.foreign = self.foreign.wrapping_add(1);
    }

    /// A view of the first event of a chain. That of another pool's is empty.
    #[must_use]
    #[inline]
    pub fn event(&self, chain: &EventBox) -> KernelEvent<'_> {
        debug_assert!(self.pool.owns(chain), "an event of another pool");
        self.pool
            .first(chain)
            .map_or(EMPTY, |slot| view(slot, self.pool.bytes_of(slot)))
    }

    /// Views of all events of a chain in order, packages unopened.
    pub fn events(&self, chain: &EventBox) -> impl Iterator<Item = KernelEvent<'_>> {
        self.pool
            .events(chain)
            .map(|slot| view(slot, self.pool.bytes_of(slot)))
    }

    /// Sets the time and the channels of the first event of a chain.
    pub fn address(&mut self, event: &mut EventBox, time: ReferenceTime, group: ChannelGroup) {
        if let Some(slot) = self.pool.first_mut(event) {
            slot.time = time;
            slot.group = group;
        }
    }

    /// Says where the record of a chain's events begins in the client's byte stream, packages
    /// unopened.
    ///
    /// - `position`: bytes since STOP, all ones excepted, which is none as in the original
    ///
    /// # Real-time
    /// Render. Bounded: O(n) for n events.
    ///
    /// # Source
    /// \[WDK\] DMUS_KERNEL_EVENT, ullBytePosition; \[hdr\] kBytePositionNone.
    pub fn set_byte_position(&mut self, chain: &mut EventBox, position: Option<u64>) {
        let position = position.unwrap_or(NO_POSITION);
        self.pool
            .edit_events(chain, |slot| slot.position = position);
    }

    /// Marks the first event of a chain as a piece of a message that goes on in the next event.
    ///
    /// Does nothing to a package.
    pub fn mark_incomplete(&mut self, event: &mut EventBox) {
        if let Some(slot) = self.pool.first_mut(event)
            && !slot.flags.is_package()
        {
            slot.flags = EventFlags::INCOMPLETE;
        }
    }

    /// Gives every event of a chain the same time, packages unopened.
    ///
    /// # Real-time
    /// Render. Bounded: O(n) for n events.
    pub fn stamp(&mut self, chain: &mut EventBox, time: ReferenceTime) {
        self.pool.edit_events(chain, |slot| slot.time = time);
    }

    /// Writes `bytes` into the first event of a chain, in place of what it held: in itself up to
    /// [`INLINE_BYTES`], beyond that in a buffer.
    ///
    /// # Errors
    /// [`WriteError`] if the bytes do not fit one buffer, or none is free.
    ///
    /// # Real-time
    /// Render. Bounded: O(n) for n bytes, and for what the event held before.
    pub fn write(&mut self, event: &mut EventBox, bytes: &[u8]) -> Result<(), WriteError> {
        let limit = self.buffer_size();
        let length = match u16::try_from(bytes.len()) {
            Ok(length) if length <= limit => length,
            _ => {
                return Err(WriteError::TooLong {
                    length: bytes.len(),
                    limit,
                });
            }
        };
        let data = if bytes.len() <= INLINE_BYTES {
            let mut inline = [0; INLINE_BYTES];
            for (to, from) in inline.iter_mut().zip(bytes) {
                *to = *from;
            }
            Data::Inline(inline)
        } else {
            let mut buffer = self.pool.take_buffer().ok_or(WriteError::Exhausted)?;
            for (to, from) in self.pool.buffer_mut(&mut buffer).iter_mut().zip(bytes) {
                *to = *from;
            }
            EventPool::hold_buffer(buffer)
        };
        self.hold(event, data, length);
        Ok(())
    }

    /// Attaches a filled buffer to the first event of a chain, in place of what it held.
    ///
    /// - `length`: bytes in use, `0..=`[`buffer_size`](Self::buffer_size). Up to [`INLINE_BYTES`]
    ///   move into the event, as the rule of the union wants, and the buffer goes home.
    ///
    /// # Errors
    /// [`BufferRefused`] with the buffer, if it belongs to another pool than this or the event, or
    /// is shorter than `length`.
    ///
    /// # Real-time
    /// Render. Bounded by what the event held before.
    pub fn attach(
        &mut self,
        event: &mut EventBox,
        buffer: BufferBox,
        length: u16,
    ) -> Result<(), BufferRefused> {
        let ours = self.pool.owns(event) && self.pool.owns_buffer(&buffer);
        if !ours || length > self.buffer_size() {
            return Err(BufferRefused(buffer));
        }
        let data = EventPool::hold_buffer(buffer);
        self.hold(event, data, length);
        if usize::from(length) <= INLINE_BYTES
            && let Some(mut buffer) = self.pool.detach_buffer(event)
        {
            let mut inline = [0; INLINE_BYTES];
            let filled = self
                .pool
                .buffer_mut(&mut buffer)
                .iter()
                .take(usize::from(length));
            for (to, from) in inline.iter_mut().zip(filled) {
                *to = *from;
            }
            self.put_buffer(buffer)?;
            self.hold(event, Data::Inline(inline), length);
        }
        Ok(())
    }

    /// Replaces the data of an event; what it held before goes home.
    fn hold(&mut self, event: &mut EventBox, data: Data, length: u16) {
        if let Some(inner) = self.pool.unpack(event) {
            self.pool.recycle(inner);
        }
        if let Some(old) = self.pool.detach_buffer(event) {
            // Ours: it was attached here.
            let _home = self.pool.put_buffer(old);
        }
        if let Some(slot) = self.pool.first_mut(event) {
            slot.data = data;
            slot.length = length;
        }
    }

    /// Puts `second` behind `first` as one chain.
    ///
    /// Chains of two pools do not join: a debug assertion, otherwise the one of another pool is
    /// counted in [`Allocator::foreign_chains`] and left to rest.
    ///
    /// # Real-time
    /// Render, wait-free.
    #[inline]
    pub fn join(&mut self, first: EventBox, second: EventBox) -> EventBox {
        match (self.pool.owns(&first), self.pool.owns(&second)) {
            (true, true) => self.pool.join(first, second),
            (true, false) => {
                self.put_message(second);
                first
            }
            (false, _) => {
                self.put_message(first);
                second
            }
        }
    }

    /// Cuts the first event off a chain; the rest is another chain, if there is one.
    ///
    /// # Real-time
    /// Render, wait-free.
    #[inline]
    pub fn split_first(&mut self, chain: EventBox) -> (EventBox, Option<EventBox>) {
        debug_assert!(self.pool.owns(&chain), "a chain of another pool");
        if self.pool.owns(&chain) {
            self.pool.split_first(chain)
        } else {
            (chain, None)
        }
    }

    /// Shows every message of a chain to `visit` in order, opens packages where they stand, and
    /// recycles each event once it has been seen. This is what most streams do with a chain.
    ///
    /// # Real-time
    /// Render. Bounded: O(n) for n events, times the depth of packages.
    #[inline]
    pub fn consume(&mut self, chain: EventBox, mut visit: impl FnMut(&KernelEvent<'_>)) {
        debug_assert!(
            self.pool.owns(&chain),
            "a chain of another pool came home here"
        );
        if self.pool.owns(&chain) {
            self.pool
                .recycle_seen(chain, move |slot, bytes| visit(&view(slot, bytes)));
        } else {
            self.lay_to_rest(chain);
        }
    }

    /// How full the pool is.
    #[must_use]
    pub fn pool(&self) -> PoolStats {
        self.pool.stats()
    }

    /// Chains of another pool that ended here: a defect of the graph, `0` in a sound one.
    #[must_use]
    pub const fn foreign_chains(&self) -> u64 {
        self.foreign
    }
}

/// An event as filters see it.
#[inline]
const fn view<'a>(slot: &Slot, bytes: &'a [u8]) -> KernelEvent<'a> {
    let payload = match slot.data {
        Data::Inline(_) => Payload::Inline(bytes),
        Data::Buffer(_) => Payload::Buffer(bytes),
        Data::Package { .. } => Payload::Package,
    };
    let byte_position = if slot.position == NO_POSITION {
        None
    } else {
        Some(slot.position)
    };
    KernelEvent {
        time: slot.time,
        group: slot.group,
        flags: slot.flags,
        payload,
        byte_position,
    }
}

/// What is seen in place of another pool's event.
const EMPTY: KernelEvent<'static> = KernelEvent {
    time: ReferenceTime::ZERO,
    group: ChannelGroup::BROADCAST,
    flags: EventFlags::COMPLETE,
    payload: Payload::Inline(&[]),
    byte_position: None,
};

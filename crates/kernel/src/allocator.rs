//! The allocator: where events come from, and the end of every chain.
//!
//! In: finished chains. Out: zeroed events and long buffers. Owner: a pin of the port, lent to
//! filters through [`RenderCx`](crate::RenderCx). Thread: render; no atomics, one owner.
//! Source: \[WDK\] Allocator; `IAllocatorMXF`.
//!
//! What is in the pool and what is in flight always add up to what was built. Nothing is allocated
//! after [`Allocator::new`].

mod refused;

pub use refused::{BufferRefused, PackageRefused};

use crate::{
    error::{ConfigError, Exhausted, Room, WriteError},
    event::{ChannelGroup, EventFlags, INLINE_BYTES, KernelEvent, Payload},
    pool::{BufferBox, Claim, Data, EventBox, EventPool, PoolConfig, PoolStats, Slot},
    time::ReferenceTime,
};

/// How deep packages may nest.
pub const MAX_PACKAGE_DEPTH: u8 = 8;

/// A fixed pool of events and long buffers.
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

    /// One event, all zero: time 0, broadcast, complete, no data.
    ///
    /// # Errors
    /// [`Exhausted`] if none is free, or only the reserve is and `claim` does not cover it. Count
    /// the loss and go on.
    ///
    /// # Real-time
    /// Render, wait-free.
    ///
    /// # Source
    /// \[WDK\] `IAllocatorMXF::GetMessage`. Deviation: the pool never grows, and keeps one eighth
    /// for messages that end sound.
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
    pub fn put_message(&mut self, chain: EventBox) {
        debug_assert!(
            self.pool.owns(&chain),
            "a chain of another pool came home here"
        );
        if self.pool.owns(&chain) {
            self.pool.recycle(chain);
        } else {
            EventPool::abandon(chain);
            self.foreign += 1;
        }
    }

    /// A view of the first event of a chain. That of another pool's is empty.
    #[must_use]
    pub fn event(&self, chain: &EventBox) -> KernelEvent<'_> {
        debug_assert!(self.pool.owns(chain), "an event of another pool");
        self.pool.first(chain).map_or(EMPTY, |slot| self.view(slot))
    }

    /// Views of all events of a chain in order, packages unopened.
    pub fn events(&self, chain: &EventBox) -> impl Iterator<Item = KernelEvent<'_>> {
        self.pool.events(chain).map(|slot| self.view(slot))
    }

    fn view<'a>(&'a self, slot: &'a Slot) -> KernelEvent<'a> {
        let length = usize::from(slot.length);
        let payload = match &slot.data {
            Data::Inline(bytes) => Payload::Inline(bytes.get(..length).unwrap_or(bytes)),
            Data::Buffer(index) => {
                let bytes = self.pool.held_bytes(*index);
                Payload::Buffer(bytes.get(..length).unwrap_or(bytes))
            }
            Data::Package { .. } => Payload::Package,
        };
        KernelEvent {
            time: slot.time,
            group: slot.group,
            flags: slot.flags,
            payload,
        }
    }

    /// Sets the time and the channels of the first event of a chain.
    pub fn address(&mut self, event: &mut EventBox, time: ReferenceTime, group: ChannelGroup) {
        if let Some(slot) = self.pool.first_mut(event) {
            slot.time = time;
            slot.group = group;
        }
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

    /// Packs a chain into the first event of `shell`, to be treated as one.
    ///
    /// # Errors
    /// [`PackageRefused`] with the chain, if packages would nest deeper than
    /// [`MAX_PACKAGE_DEPTH`], or shell and chain are not both of this pool. Recycle it.
    ///
    /// # Real-time
    /// Render. Bounded: O(n) for n events of the chain.
    pub fn set_package(
        &mut self,
        shell: &mut EventBox,
        chain: EventBox,
    ) -> Result<(), PackageRefused> {
        let inner_depth = self.pool.events(&chain).map(|slot| match slot.data {
            Data::Package { depth, .. } => depth,
            Data::Inline(_) | Data::Buffer(_) => 0,
        });
        let depth = inner_depth.max().unwrap_or(0).saturating_add(1);
        let ours = self.pool.owns(shell) && self.pool.owns(&chain);
        if !ours || depth > MAX_PACKAGE_DEPTH {
            return Err(PackageRefused { chain, depth });
        }
        self.hold(shell, Data::Inline([0; INLINE_BYTES]), 0);
        self.pool.pack(shell, chain, depth);
        Ok(())
    }

    /// Takes the chain out of a package, which becomes an empty event; its events now carry the
    /// package's time. Nothing if the event is no package.
    ///
    /// # Real-time
    /// Render. Bounded: O(n) for n events of the inner chain.
    pub fn take_package(&mut self, shell: &mut EventBox) -> Option<EventBox> {
        let time = self.pool.first(shell)?.time;
        let mut inner = self.pool.unpack(shell)?;
        self.stamp(&mut inner, time);
        Some(inner)
    }

    /// Puts `second` behind `first` as one chain.
    ///
    /// Chains of two pools do not join: a debug assertion, otherwise the one of another pool is
    /// counted in [`Allocator::foreign_chains`] and left to rest.
    ///
    /// # Real-time
    /// Render, wait-free.
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
    pub fn consume(&mut self, chain: EventBox, mut visit: impl FnMut(&KernelEvent<'_>)) {
        let mut rest = Some(chain);
        while let Some(chain) = rest {
            let (mut first, following) = self.split_first(chain);
            rest = match (self.take_package(&mut first), following) {
                (Some(inner), Some(following)) => Some(self.join(inner, following)),
                (Some(inner), None) => Some(inner),
                (None, following) => {
                    visit(&self.event(&first));
                    following
                }
            };
            self.put_message(first);
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

/// What is seen in place of another pool's event.
const EMPTY: KernelEvent<'static> = KernelEvent {
    time: ReferenceTime::ZERO,
    group: ChannelGroup::BROADCAST,
    flags: EventFlags::COMPLETE,
    payload: Payload::Inline(&[]),
};

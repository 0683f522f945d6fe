//! Collects one System Exclusive message of any length, byte by byte, into events of the pool.
//!
//! In: bytes from `F0` on. Out: one event, or a chain of incomplete ones with a complete one last.
//! Owner: the capture sink. Thread: render. Source: \[WDK\] `IAllocatorMXF::GetBuffer`.

use crate::{
    allocator::Allocator,
    error::{Exhausted, Room},
    event::{ChannelGroup, INLINE_BYTES},
    pool::{BufferBox, Claim, EventBox},
    time::ReferenceTime,
};

/// A message in the making.
#[derive(Debug, Default)]
pub(super) struct Exclusive {
    /// False if there is none, or its beginning found no room.
    collects: bool,
    time: ReferenceTime,
    group: ChannelGroup,
    /// Pieces that are full.
    pieces: Option<EventBox>,
    /// The piece at hand: the first bytes here, as soon as there are more all of them in `buffer`.
    inline: [u8; INLINE_BYTES],
    buffer: Option<BufferBox>,
    /// Bytes of the piece at hand.
    filled: u16,
}

impl Exclusive {
    /// Begins a message; there is none at hand.
    pub(super) const fn begin(&mut self, time: ReferenceTime, group: ChannelGroup) {
        self.time = time;
        self.group = group;
        self.collects = true;
    }

    /// Adds a byte to the message at hand, if there is one.
    ///
    /// If the pool has no room for it the message is given up, and the bytes that follow are passed
    /// over until the next begins.
    pub(super) fn push(&mut self, byte: u8, allocator: &mut Allocator) -> Result<(), Exhausted> {
        if !self.collects {
            return Ok(());
        }
        let stored = self.make_room(allocator).and_then(|()| {
            let place = match &mut self.buffer {
                Some(buffer) => allocator
                    .buffer_mut(buffer)
                    .get_mut(usize::from(self.filled)),
                None => self.inline.get_mut(usize::from(self.filled)),
            };
            *place.ok_or(Exhausted::new(Room::Buffers))? = byte;
            self.filled = self.filled.saturating_add(1);
            Ok(())
        });
        if stored.is_err() {
            self.discard(allocator);
        }
        stored
    }

    fn make_room(&mut self, allocator: &mut Allocator) -> Result<(), Exhausted> {
        if self.buffer.is_some() {
            return if self.filled < allocator.buffer_size() {
                Ok(())
            } else {
                self.seal(false, allocator)
            };
        }
        if usize::from(self.filled) < INLINE_BYTES {
            return Ok(());
        }
        let mut buffer = allocator.get_buffer()?;
        let bytes = allocator.buffer_mut(&mut buffer);
        for (to, from) in bytes.iter_mut().zip(self.inline) {
            *to = from;
        }
        self.buffer = Some(buffer);
        Ok(())
    }

    /// Puts the piece at hand into an event behind those that are full.
    fn seal(&mut self, is_last: bool, allocator: &mut Allocator) -> Result<(), Exhausted> {
        let mut event = allocator.get_message(Claim::Ordinary)?;
        allocator.address(&mut event, self.time, self.group);
        if !is_last {
            allocator.mark_incomplete(&mut event);
        }
        let filled = std::mem::take(&mut self.filled);
        let is_held = match self.buffer.take() {
            Some(buffer) => allocator.attach(&mut event, buffer, filled).is_ok(),
            None => {
                let bytes = self.inline.get(..usize::from(filled));
                bytes.is_some_and(|bytes| allocator.write(&mut event, bytes).is_ok())
            }
        };
        debug_assert!(is_held, "a piece of another pool");
        self.pieces = Some(match self.pieces.take() {
            Some(pieces) => allocator.join(pieces, event),
            None => event,
        });
        Ok(())
    }

    /// Ends the message at hand and hands it over, if there is one.
    pub(super) fn end(&mut self, allocator: &mut Allocator) -> Result<Option<EventBox>, Exhausted> {
        if !self.collects {
            return Ok(None);
        }
        let sealed = self.seal(true, allocator);
        if sealed.is_err() {
            self.discard(allocator);
        }
        self.collects = false;
        sealed.map(|()| self.pieces.take())
    }

    /// Gives up the message at hand, if there is one; all it holds goes home.
    pub(super) fn discard(&mut self, allocator: &mut Allocator) {
        self.collects = false;
        self.filled = 0;
        if let Some(pieces) = self.pieces.take() {
            allocator.put_message(pieces);
        }
        if let Some(buffer) = self.buffer.take() {
            let refused = allocator.put_buffer(buffer);
            debug_assert!(refused.is_ok(), "a buffer of another pool");
        }
    }
}

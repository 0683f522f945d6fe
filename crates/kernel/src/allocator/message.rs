//! Whole messages in the pool: bytes split over as many events as they need, and joined again.
//!
//! In: the bytes of one message; a chain. Out: a chain; the bytes of one message.
//! Owner: the allocator. Thread: render.
//! Source: \[WDK\] DMUS_KERNEL_EVENT, DMUS_KEF_EVENT_INCOMPLETE; `IAllocatorMXF::GetBufferSize`.
//!
//! A message longer than a buffer is a run of events, of which all but the last are incomplete. How
//! the original cuts such a message is not documented; here every piece but the last fills its
//! buffer.

use super::{Allocator, GatherError};
use crate::{
    error::{Exhausted, Room, WriteError},
    event::{ChannelGroup, INLINE_BYTES},
    pool::{Claim, EventBox, NO_POSITION, Slot},
    time::ReferenceTime,
};

/// The head every piece of a message shares.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Heading {
    pub(crate) claim: Claim,
    pub(crate) time: ReferenceTime,
    pub(crate) group: ChannelGroup,
    /// Where the message's record begins in the client's byte stream.
    pub(crate) position: u64,
}

impl Heading {
    #[inline]
    fn inline(self, bytes: [u8; INLINE_BYTES], length: usize) -> Slot {
        let length = u16::try_from(length).unwrap_or(0);
        Slot::inline((self.time, self.position), self.group, bytes, length)
    }
}

impl Allocator {
    /// A message as one event, or as a run of them if it is longer than a buffer: all but the last
    /// are incomplete, and all have the same time and group.
    ///
    /// - `bytes`: `0..`; none give one empty event
    ///
    /// # Errors
    /// [`Exhausted`] if events or buffers run out on the way; all that was taken for the message
    /// has gone home.
    ///
    /// # Real-time
    /// Render. Bounded: O(n) for n bytes.
    ///
    /// # Source
    /// \[WDK\] DMUS_KERNEL_EVENT: larger messages go to a buffer of the allocator, or to several
    /// events.
    pub fn message(
        &mut self,
        claim: Claim,
        time: ReferenceTime,
        group: ChannelGroup,
        bytes: &[u8],
    ) -> Result<EventBox, Exhausted> {
        let position = NO_POSITION;
        let heading = Heading {
            claim,
            time,
            group,
            position,
        };
        self.headed_message(heading, bytes)
    }

    /// As [`message`](Self::message), its bytes being those of a record in the client's stream.
    #[inline]
    pub(crate) fn headed_message(
        &mut self,
        heading: Heading,
        bytes: &[u8],
    ) -> Result<EventBox, Exhausted> {
        if bytes.len() > INLINE_BYTES {
            return self.long_message(heading, bytes);
        }
        let mut inline = [0; INLINE_BYTES];
        for (to, from) in inline.iter_mut().zip(bytes) {
            *to = *from;
        }
        self.inline_event(heading, inline, bytes.len())
    }

    /// One event that holds its bytes itself.
    ///
    /// - `length`: bytes in use, `0..=8`
    #[inline]
    pub(crate) fn inline_event(
        &mut self,
        heading: Heading,
        bytes: [u8; INLINE_BYTES],
        length: usize,
    ) -> Result<EventBox, Exhausted> {
        self.pool
            .take_filled(heading.claim, heading.inline(bytes, length))
            .ok_or(Exhausted::new(Room::Events))
    }

    /// One event with this content, the claim being known to be granted; nothing if it is not one
    /// of those the pool began with, which takes the longer way.
    #[inline]
    pub(crate) fn granted_event(&mut self, content: Slot) -> Option<EventBox> {
        self.pool.take_listed(content)
    }

    /// The message as a chain of pieces, each as long as a buffer but for the last.
    #[cold]
    fn long_message(&mut self, heading: Heading, bytes: &[u8]) -> Result<EventBox, Exhausted> {
        let mut pieces = bytes.chunks(usize::from(self.buffer_size())).peekable();
        let mut chain: Option<EventBox> = None;
        while let Some(piece) = pieces.next() {
            let goes_on = pieces.peek().is_some();
            chain = match (chain, self.piece(heading, piece, goes_on)) {
                (None, Ok(event)) => Some(event),
                (Some(chain), Ok(event)) => Some(self.join(chain, event)),
                (chain, Err(full)) => {
                    if let Some(chain) = chain {
                        self.put_message(chain);
                    }
                    return Err(full);
                }
            };
        }
        // There are more than eight bytes, and so at least one piece.
        chain.ok_or(Exhausted::new(Room::Events))
    }

    fn piece(
        &mut self,
        heading: Heading,
        bytes: &[u8],
        goes_on: bool,
    ) -> Result<EventBox, Exhausted> {
        let mut event = self.headed_piece(heading, bytes)?;
        if goes_on {
            self.mark_incomplete(&mut event);
        }
        Ok(event)
    }

    fn headed_piece(&mut self, heading: Heading, bytes: &[u8]) -> Result<EventBox, Exhausted> {
        let mut event = self.inline_event(heading, [0; INLINE_BYTES], 0)?;
        match self.write(&mut event, bytes) {
            Ok(()) => Ok(event),
            Err(WriteError::Exhausted | WriteError::TooLong { .. }) => {
                self.put_message(event);
                Err(Exhausted::new(Room::Buffers))
            }
        }
    }

    /// Copies the first message of a chain together: the bytes of its first event, and of those
    /// after it as long as they are pieces of the same message.
    ///
    /// - `into`: `0..` bytes; those beyond the message keep what they were
    /// - returns the part of `into` that the message takes
    ///
    /// # Errors
    /// [`GatherError`] if the bytes do not fit, the chain ends before the message, or one of its
    /// events is a package or another pool's.
    ///
    /// # Real-time
    /// Render. Bounded: O(n) for n bytes and events of the message.
    ///
    /// # Source
    /// \[WDK\] DMUS_KERNEL_EVENT, DMUS_KEF_EVENT_INCOMPLETE.
    pub fn gather<'a>(
        &self,
        chain: &EventBox,
        into: &'a mut [u8],
    ) -> Result<&'a [u8], GatherError> {
        let mut used = 0;
        for event in self.events(chain) {
            if event.flags.is_package() {
                return Err(GatherError::Package);
            }
            let bytes = event.bytes();
            let end = used + bytes.len();
            let limit = into.len();
            let room = into.get_mut(used..end);
            room.ok_or(GatherError::TooLong { limit })?
                .copy_from_slice(bytes);
            used = end;
            if !event.flags.is_incomplete() {
                return Ok(into.get(..used).unwrap_or(&[]));
            }
        }
        Err(GatherError::Unfinished)
    }
}

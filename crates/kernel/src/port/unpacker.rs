//! The unpacker: splits packed records into kernel events, one message each.
//!
//! In: a music buffer, of which nothing is trusted. Out: messages to the sequencer.
//! Owner: a render pin. Thread: render. Source: \[WDK\] Allocator; DMUS_EVENTHEADER.
//!
//! A record is *structured*, exactly one channel message, or *unstructured*: one or more whole
//! messages of any kind. Events carry their own status byte, so running status and halves of a
//! System Exclusive message have no place in a record and count as malformed. A record that claims
//! more bytes than there are ends the buffer, for nothing tells where the next would begin.

use crate::{
    error::WriteError,
    event::ChannelGroup,
    midi::Message,
    music::{HEADER_BYTES, MusicBuffer, RecordHeader, record_bytes},
    mxf::RenderCx,
    pool::{Claim, EventBox},
    port::{inlet::Inlet, stats::Loss},
    time::ReferenceTime,
};

/// Unpacks `buffer` into `inlet`, record by record.
///
/// Bounded: O(n log q) for n bytes and q messages held.
pub(super) fn unpack(buffer: &MusicBuffer, inlet: &mut Inlet<'_>, cx: &mut RenderCx<'_>) {
    let mut records = buffer.records();
    while !records.is_empty() {
        let Some((record, rest)) = Record::split(records, buffer.start()) else {
            inlet.refuse(Loss::Malformed);
            break;
        };
        record.unpack(inlet, cx);
        records = rest;
    }
}

/// One record with its data in bounds.
struct Record<'a> {
    time: ReferenceTime,
    group: u32,
    structured: bool,
    data: &'a [u8],
}

impl<'a> Record<'a> {
    /// The first record of `bytes` beside the bytes after it; nothing if its header or its data
    /// does not fit.
    fn split(bytes: &'a [u8], start: ReferenceTime) -> Option<(Self, &'a [u8])> {
        let (header, _) = RecordHeader::split(bytes)?;
        let data_bytes = usize::try_from(header.data_bytes).ok()?;
        let (record, rest) = bytes.split_at_checked(record_bytes(data_bytes))?;
        let data = record.get(HEADER_BYTES..HEADER_BYTES.checked_add(data_bytes)?)?;
        let time = start.saturating_add(header.delta);
        let structured = header.is_structured();
        Some((
            Self {
                time,
                group: header.group,
                structured,
                data,
            },
            rest,
        ))
    }

    fn unpack(&self, inlet: &mut Inlet<'_>, cx: &mut RenderCx<'_>) {
        let Some(group) = inlet.group(self.group) else {
            return inlet.refuse(Loss::Groups);
        };
        if self.data.is_empty() {
            return inlet.refuse(Loss::Empty);
        }
        if self.structured {
            match Message::whole(self.data) {
                Some(message) if message.is_channel_message() => {
                    self.send(message, group, inlet, cx);
                }
                _ => inlet.refuse(Loss::Malformed),
            }
            return;
        }
        let mut data = self.data;
        while !data.is_empty() {
            let Some((message, rest)) = Message::split_first(data) else {
                return inlet.refuse(Loss::Malformed);
            };
            self.send(message, group, inlet, cx);
            data = rest;
        }
    }

    fn send(
        &self,
        message: Message<'_>,
        group: ChannelGroup,
        inlet: &mut Inlet<'_>,
        cx: &mut RenderCx<'_>,
    ) {
        let claim = Claim::of(message);
        match self.events_of(message, group, claim, cx) {
            Ok(events) => inlet.accept(events, claim, cx),
            Err(loss) => inlet.refuse(loss),
        }
    }

    /// The message as one event, or as a chain of pieces all but the last of which are
    /// incomplete. Whatever was taken for a message that does not fit goes home.
    fn events_of(
        &self,
        message: Message<'_>,
        group: ChannelGroup,
        claim: Claim,
        cx: &mut RenderCx<'_>,
    ) -> Result<EventBox, Loss> {
        let allocator = &mut *cx.allocator;
        let mut pieces = message
            .bytes()
            .chunks(usize::from(allocator.buffer_size()))
            .peekable();
        let mut chain: Option<EventBox> = None;
        while let Some(piece) = pieces.next() {
            let event = allocator.get_message(claim).map_err(|_| Loss::Pool);
            let written = event.and_then(|mut event| {
                allocator.address(&mut event, self.time, group);
                if pieces.peek().is_some() {
                    allocator.mark_incomplete(&mut event);
                }
                match allocator.write(&mut event, piece) {
                    Ok(()) => Ok(event),
                    Err(WriteError::TooLong { .. } | WriteError::Exhausted) => {
                        allocator.put_message(event);
                        Err(Loss::Buffers)
                    }
                }
            });
            chain = match (chain, written) {
                (None, Ok(event)) => Some(event),
                (Some(chain), Ok(event)) => Some(allocator.join(chain, event)),
                (chain, Err(loss)) => {
                    if let Some(chain) = chain {
                        allocator.put_message(chain);
                    }
                    return Err(loss);
                }
            };
        }
        chain.ok_or(Loss::Empty)
    }
}

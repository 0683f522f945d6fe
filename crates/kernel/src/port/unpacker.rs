//! The unpacker: splits packed records into kernel events, one message each.
//!
//! In: a music buffer, of which nothing is trusted. Out: messages to the sequencer.
//! Owner: a render pin. Thread: render. Source: \[WDK\] Allocator; DMUS_EVENTHEADER.
//!
//! A record is *structured*, exactly one channel message, or *unstructured*: one or more whole
//! messages of any kind. Events carry their own status byte, so running status and halves of a
//! System Exclusive message have no place in a record and count as malformed. A record that claims
//! more bytes than there are ends the buffer, for nothing tells where the next would begin.
//!
//! Every event is told where its record begins in the client's byte stream: all records since STOP,
//! one after the other, lost ones included.

use crate::{
    allocator::Heading,
    error::Room,
    event::ChannelGroup,
    midi::Message,
    music::{HEADER_BYTES, MusicBuffer, RecordHeader, record_bytes},
    mxf::RenderCx,
    pool::{Claim, Queued, Slot},
    port::{inlet::Inlet, stats::Loss},
    time::ReferenceTime,
};

/// Unpacks `buffer` into `inlet`, record by record.
///
/// Short channel messages go a shorter way, as long as there is more room than the reserve, so that
/// nobody need ask what each of them is for.
///
/// Bounded: O(n) for n bytes.
pub(super) fn unpack(buffer: &MusicBuffer, inlet: &mut Inlet<'_>, cx: &mut RenderCx<'_>) {
    let start = buffer.start();
    let mut records = buffer.records();
    let mut position = inlet.pass_stream(records.len());
    loop {
        let mut taken = unpack_short::<3>(records, start, position, inlet, cx);
        if taken == 0 && !records.is_empty() {
            taken = unpack_short::<2>(records, start, position, inlet, cx);
        }
        inlet.submit(taken as u64);
        let bytes = taken * SHORT_BYTES;
        if bytes == records.len() {
            return;
        }
        if taken > 0 {
            records = records.get(bytes..).unwrap_or(&[]);
            position = position.wrapping_add(bytes as u64);
            continue;
        }
        let Some((record, rest)) = Record::split(records, start, position) else {
            return inlet.refuse(Loss::Malformed);
        };
        record.unpack(inlet, cx);
        position = position.wrapping_add((records.len() - rest.len()) as u64);
        records = rest;
    }
}

/// Unpacks records of one channel message of `LENGTH` bytes, `2..=3`, up to the first that is none,
/// or means now; returns how many.
// By itself, for all that the loop holds to fit into registers.
#[inline(never)]
fn unpack_short<const LENGTH: u16>(
    records: &[u8],
    start: ReferenceTime,
    mut position: u64,
    inlet: &mut Inlet<'_>,
    cx: &mut RenderCx<'_>,
) -> usize {
    let (all, _) = records.as_chunks::<SHORT_BYTES>();
    let spare = all.len().min(inlet.spare(cx) as usize);
    let all = all.get(..spare).unwrap_or(all);
    let mut taken = 0;
    while let Some(record) = all.get(taken)
        && let Some(short) = ShortRecord::read::<LENGTH>(record)
        && let Some(time) = short.time(start)
        && let Some(group) = inlet.group(short.group)
    {
        let bytes = u64::from(short.word).to_le_bytes();
        let slot = Slot::inline((time, position), group, bytes, LENGTH);
        let Some(event) = cx.allocator.granted_event(slot) else {
            break;
        };
        inlet.accept_queued(Queued::new(time.units(), position, event));
        position = position.wrapping_add(SHORT_BYTES as u64);
        taken += 1;
    }
    taken
}

/// The time of a stamp: 0 means now.
#[inline]
fn presentation(stamp: ReferenceTime, cx: &RenderCx<'_>) -> ReferenceTime {
    if stamp == ReferenceTime::ZERO {
        cx.time()
    } else {
        stamp
    }
}

/// Bytes of a record whose data is two or three bytes.
const SHORT_BYTES: usize = record_bytes(3);

/// The upper halves of the status bytes with two data bytes, a bit for each.
///
/// # Source
/// \[MIDI1\] Table 1.
const TWO_DATA_BYTES: u32 = 0x4F00;
/// The same with one data byte.
const ONE_DATA_BYTE: u32 = 0x3000;

/// A record of one well-formed channel message.
struct ShortRecord {
    /// Group as written, not yet checked.
    group: u32,
    delta: ReferenceTime,
    /// The message, its first byte lowest; what it does not use is 0.
    word: u32,
}

impl ShortRecord {
    /// The record, if it is such a one of `LENGTH` bytes, `2..=3`.
    #[inline]
    fn read<const LENGTH: u16>(record: &[u8; SHORT_BYTES]) -> Option<Self> {
        let (mask, statuses) = match LENGTH {
            3 => (0x00FF_FFFF, TWO_DATA_BYTES),
            2 => (0x0000_FFFF, ONE_DATA_BYTE),
            _ => return None,
        };
        let (header, data) = RecordHeader::split(record)?;
        // Padding makes room for four bytes; all but the message are masked out.
        let word = u32::from_le_bytes(*data.first_chunk()?) & mask;
        // A status byte has its highest bit set, a data byte has not.
        let is_well_formed = word & 0x0080_8080 == 0x80 && statuses >> ((word >> 4) & 0xF) & 1 == 1;
        if header.data_bytes != u32::from(LENGTH) || !is_well_formed || !header.is_structured() {
            return None;
        }
        Some(Self {
            group: header.group,
            delta: header.delta,
            word,
        })
    }

    /// When it is to sound, unless that means now or is beyond the ends of time.
    #[inline]
    fn time(&self, start: ReferenceTime) -> Option<ReferenceTime> {
        match start.units().checked_add(self.delta.units()) {
            None | Some(0) => None,
            Some(units) => Some(ReferenceTime::new(units)),
        }
    }
}

/// One record with its data in bounds.
struct Record<'a> {
    time: ReferenceTime,
    group: u32,
    is_structured: bool,
    /// Where it begins in the client's byte stream.
    position: u64,
    data: &'a [u8],
}

impl<'a> Record<'a> {
    /// The first record of `bytes` beside the bytes after it; nothing if its header or its data
    /// does not fit.
    #[inline]
    fn split(bytes: &'a [u8], start: ReferenceTime, position: u64) -> Option<(Self, &'a [u8])> {
        let (header, _) = RecordHeader::split(bytes)?;
        let data_bytes = usize::try_from(header.data_bytes).ok()?;
        let (record, rest) = bytes.split_at_checked(record_bytes(data_bytes))?;
        let data = record.get(HEADER_BYTES..HEADER_BYTES.checked_add(data_bytes)?)?;
        let record = Self {
            time: start.saturating_add(header.delta),
            group: header.group,
            is_structured: header.is_structured(),
            position,
            data,
        };
        Some((record, rest))
    }

    /// Passes on whatever the data is, message by message.
    #[cold]
    fn unpack(&self, inlet: &mut Inlet<'_>, cx: &mut RenderCx<'_>) {
        let Some(group) = inlet.group(self.group) else {
            return inlet.refuse(Loss::Groups);
        };
        if self.data.is_empty() {
            return inlet.refuse(Loss::Empty);
        }
        if self.is_structured {
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

    /// Passes a message on, as one event or as a run of pieces.
    fn send(
        &self,
        message: Message<'_>,
        group: ChannelGroup,
        inlet: &mut Inlet<'_>,
        cx: &mut RenderCx<'_>,
    ) {
        let claim = Claim::of(message);
        let heading = Heading {
            claim,
            time: presentation(self.time, cx),
            group,
            position: self.position,
        };
        match cx.allocator.headed_message(heading, message.bytes()) {
            Ok(events) => inlet.accept(events, claim, cx),
            Err(full) => inlet.refuse(match full.room {
                Room::Buffers => Loss::Buffers,
                _ => Loss::Pool,
            }),
        }
    }
}

#[cfg(test)]
mod tests;

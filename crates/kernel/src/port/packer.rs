//! The packer: captured messages into packed records for a client.
//!
//! In: chains of whole messages. Out: one record per message to a client on another thread, and the
//! messages themselves to the output. Owner: the port, as a joint behind the capture sink;
//! [`PackedReader`] by the client. Thread: render for [`Packer`], any one for the reader.
//! Source: \[WDK\] DMUS_EVENTHEADER; MIDI Transport; \[hdr\] dmusbuff.h.
//!
//! A record is laid out as in a [`MusicBuffer`](crate::MusicBuffer), in words of eight bytes, and
//! its time is absolute: the buffer it stands in would begin at 0. The words of a record are
//! published at once, so that a client sees all of it or nothing.

use std::sync::Arc;

use rtrb::{Consumer, Producer, RingBuffer};
use sync_wrapper::SyncWrapper;

use crate::{
    allocator::Allocator,
    error::{ConnectError, StateReason},
    event::{ChannelGroup, EventFlags, KernelEvent},
    midi::Message,
    music::record_bytes,
    mxf::{Joint, Mxf, Output, RenderCx},
    pool::EventBox,
    state::StreamState,
    sync::Counter,
    time::ReferenceTime,
};

/// Bytes of one word of the ring.
const WORD: usize = 8;

/// Flag of a record whose data is exactly one channel message.
///
/// # Source
/// \[hdr\] dmusbuff.h, DMUS_EVENT_STRUCTURED.
const STRUCTURED: u32 = 1;

/// Words of a record of `data` bytes.
const fn record_words(data: usize) -> usize {
    record_bytes(data) / WORD
}

/// Both ends of a ring for at most `capacity_bytes` bytes of records, rounded down to words; see
/// [`record_bytes`].
///
/// # Real-time
/// Not real-time: allocates.
#[must_use]
pub fn packer(capacity_bytes: usize) -> (Packer, PackedReader) {
    let (producer, consumer) = RingBuffer::new(capacity_bytes / WORD);
    let lost = Arc::new(Counter::new());
    let packer = Packer {
        state: StreamState::Stop,
        producer: SyncWrapper::new(producer),
        output: Output::new(),
        keeps_thru: false,
        thru: None,
        packed: 0,
        lost: Arc::clone(&lost),
    };
    (packer, PackedReader { consumer, lost })
}

/// The filter that packs what passes through it.
///
/// # Source
/// \[WDK\] MIDI Transport: the packer.
#[derive(Debug)]
pub struct Packer {
    state: StreamState,
    /// Never locked: as a part of a mutex, reached by `get_mut` alone, the end of a ring may be in a
    /// filter that is `Sync`, as a [`Joint`] has to be.
    producer: SyncWrapper<Producer<u64>>,
    output: Output,
    keeps_thru: bool,
    thru: Option<EventBox>,
    packed: u64,
    lost: Arc<Counter>,
}

impl Packer {
    /// Whether messages are kept for [`take_thru`](Self::take_thru) after they were packed, in place
    /// of going to the output.
    ///
    /// # Real-time
    /// Render, wait-free.
    pub const fn keep_thru(&mut self, keeps: bool) {
        self.keeps_thru = keeps;
    }

    /// The messages packed since the last call, as one chain in order, to be played: take them once
    /// per block, or they fill the pool until STOP.
    ///
    /// # Real-time
    /// Render, wait-free.
    #[must_use = "a chain that is not passed on must be given to the allocator"]
    pub const fn take_thru(&mut self) -> Option<EventBox> {
        self.thru.take()
    }

    /// Messages packed so far.
    #[must_use]
    pub const fn packed(&self) -> u64 {
        self.packed
    }

    /// Messages so far that found no room in the ring, or came in pieces with none to end them.
    #[must_use]
    pub fn lost(&self) -> u64 {
        self.lost.get()
    }

    /// Packs one message: `length` bytes, the first of them in `first`, which has the time and group.
    fn pack(&mut self, first: KernelEvent<'_>, length: usize, mut data: impl Iterator<Item = u8>) {
        let producer = self.producer.get_mut();
        let chunk = producer.write_chunk_uninit(record_words(length));
        let (Ok(chunk), Ok(data_bytes)) = (chunk, u32::try_from(length)) else {
            self.lost.add(1);
            return;
        };
        let is_structured = Message::whole(first.bytes()).is_some_and(Message::is_channel_message);
        let mut next = |bytes: usize| {
            let mut word = [0; WORD];
            for (to, from) in word.iter_mut().zip(data.by_ref().take(bytes)) {
                *to = from;
            }
            u64::from_le_bytes(word)
        };
        let group = u64::from(first.group.number());
        let flags = u64::from(if is_structured { STRUCTURED } else { 0 });
        let header = [
            u64::from(data_bytes) | group << 32,
            first.time.units().cast_unsigned(),
            flags | next(WORD / 2) << 32,
        ];
        // Endless behind the data: the chunk ends it, so exactly the words of the record are filled.
        let words = header
            .into_iter()
            .chain(std::iter::repeat_with(|| next(WORD)));
        chunk.fill_from_iter(words);
        self.packed = self.packed.wrapping_add(1);
    }

    /// Packs one message that is a chain of one event or more.
    fn pack_pieces(&mut self, message: &EventBox, allocator: &Allocator) {
        let length = allocator
            .events(message)
            .map(|event| event.bytes().len())
            .fold(0, usize::saturating_add);
        let data = allocator
            .events(message)
            .flat_map(|event| event.bytes().iter().copied());
        self.pack(allocator.event(message), length, data);
    }

    /// Packs a chain in which each event is a message, as nearly all are; false if it is another.
    fn pack_plain(&mut self, chain: &EventBox, allocator: &Allocator) -> bool {
        let is_plain = |event: KernelEvent<'_>| event.flags == EventFlags::COMPLETE;
        if !allocator.events(chain).all(is_plain) {
            return false;
        }
        for event in allocator.events(chain) {
            let bytes = event.bytes();
            self.pack(event, bytes.len(), bytes.iter().copied());
        }
        true
    }

    /// Packs every message of a chain, and returns them.
    fn pack_chain(&mut self, chain: EventBox, cx: &mut RenderCx<'_>) -> Option<EventBox> {
        if self.pack_plain(&chain, cx.allocator) {
            return Some(chain);
        }
        let mut packed = None;
        let mut rest = Some(chain);
        while let Some(chain) = rest {
            let (mut message, mut following) = cx.allocator.split_first(chain);
            if let Some(inner) = cx.allocator.take_package(&mut message) {
                cx.allocator.put_message(message);
                rest = Some(match following {
                    Some(following) => cx.allocator.join(inner, following),
                    None => inner,
                });
                continue;
            }
            let mut goes_on = cx.allocator.event(&message).flags.is_incomplete();
            while goes_on && let Some(chain) = following.take() {
                let (piece, after) = cx.allocator.split_first(chain);
                goes_on = cx.allocator.event(&piece).flags.is_incomplete();
                message = cx.allocator.join(message, piece);
                following = after;
            }
            if goes_on {
                self.lost.add(1);
            } else {
                self.pack_pieces(&message, cx.allocator);
            }
            packed = Some(match packed {
                Some(before) => cx.allocator.join(before, message),
                None => message,
            });
            rest = following;
        }
        packed
    }
}

impl Mxf for Packer {
    fn put_message(&mut self, chain: EventBox, cx: &mut RenderCx<'_>) {
        if self.state < StreamState::Pause {
            return cx.allocator.put_message(chain);
        }
        let Some(packed) = self.pack_chain(chain, cx) else {
            return;
        };
        if self.keeps_thru {
            self.thru = Some(match self.thru.take() {
                Some(before) => cx.allocator.join(before, packed),
                None => packed,
            });
        } else {
            self.output.put_message(packed, cx);
        }
    }

    /// Below PAUSE what arrives is recycled, and so is what was kept; records stay for the client.
    fn set_state(&mut self, state: StreamState, cx: &mut RenderCx<'_>) -> Result<(), StateReason> {
        if state < StreamState::Pause
            && let Some(thru) = self.thru.take()
        {
            cx.allocator.put_message(thru);
        }
        self.state = state;
        Ok(())
    }

    fn connect_output(&mut self, sink: Joint) -> Result<(), ConnectError> {
        self.output.connect(sink)
    }

    fn disconnect_output(&mut self, sink: Option<&Joint>) -> Result<(), ConnectError> {
        self.output.disconnect(sink).map(drop)
    }
}

/// One captured message as the client sees it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Record<'a> {
    /// When its first byte arrived, master clock.
    pub time: ReferenceTime,
    /// The channels it came from.
    pub group: ChannelGroup,
    /// True if it is exactly one channel message.
    pub structured: bool,
    /// All its bytes, status first.
    pub bytes: &'a [u8],
}

/// The client's end of a packer.
#[derive(Debug)]
pub struct PackedReader {
    consumer: Consumer<u64>,
    lost: Arc<Counter>,
}

impl PackedReader {
    /// The oldest record not yet read, its bytes in `scratch`; nothing if there is none.
    ///
    /// # Real-time
    /// Any one thread. Wait-free but for `scratch`, which grows to the longest message.
    pub fn next<'a>(&mut self, scratch: &'a mut Vec<u8>) -> Option<Record<'a>> {
        let (data_bytes, group) = halves(*self.consumer.peek().ok()?);
        let data_bytes = usize::try_from(data_bytes).ok()?;
        let chunk = self.consumer.read_chunk(record_words(data_bytes)).ok()?;
        let (front, back) = chunk.as_slices();
        let mut words = front.iter().chain(back).copied().skip(1);
        let time = words.next()?.cast_signed();
        let (flags, first_data) = halves(words.next()?);
        scratch.clear();
        scratch.extend(first_data.to_le_bytes());
        for word in words {
            scratch.extend(word.to_le_bytes());
        }
        scratch.truncate(data_bytes);
        chunk.commit_all();
        Some(Record {
            time: ReferenceTime::new(time),
            group: ChannelGroup::new(u16::try_from(group).ok()?),
            structured: flags & STRUCTURED != 0,
            bytes: scratch,
        })
    }

    /// Messages so far of which there is no record, because the ring was full.
    ///
    /// # Real-time
    /// Any thread, wait-free.
    #[must_use]
    pub fn lost(&self) -> u64 {
        self.lost.get()
    }
}

/// The lower and the upper half of a word.
const fn halves(word: u64) -> (u32, u32) {
    let [a, b, c, d, e, f, g, h] = word.to_le_bytes();
    (
        u32::from_le_bytes([a, b, c, d]),
        u32::from_le_bytes([e, f, g, h]),
    )
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::{
        music::MusicBuffer,
        pool::{Claim, PoolConfig},
        time::{SampleRate, SampleTime},
    };

    /// The words of the ring after one message went through it.
    fn packed(time: i64, group: u16, bytes: &[u8]) -> Vec<u8> {
        let mut allocator = Allocator::new(PoolConfig::default()).unwrap();
        let rate = SampleRate::new(48_000).unwrap();
        let mut cx = RenderCx::new(&mut allocator, rate, SampleTime::ZERO, SampleTime::ZERO);
        let mut event = cx.allocator.get_message(Claim::Ordinary).unwrap();
        let (time, group) = (ReferenceTime::new(time), ChannelGroup::new(group));
        cx.allocator.address(&mut event, time, group);
        cx.allocator.write(&mut event, bytes).unwrap();
        let (mut packer, mut reader) = packer(4_096);
        packer.set_state(StreamState::Run, &mut cx).unwrap();
        packer.put_message(event, &mut cx);
        let words = reader.consumer.slots();
        let chunk = reader.consumer.read_chunk(words).unwrap();
        chunk.into_iter().flat_map(u64::to_le_bytes).collect()
    }

    proptest! {
        #[test]
        fn records_have_the_layout_of_a_music_buffer(
            time in any::<i64>(),
            group in any::<u16>(),
            bytes in prop_oneof![
                (0x80..0xC0_u8, 0..0x80_u8, 0..0x80_u8).prop_map(|(a, b, c)| vec![a, b, c]),
                proptest::collection::vec(any::<u8>(), 0..40),
            ],
        ) {
            let is_structured =
                Message::whole(&bytes).is_some_and(Message::is_channel_message);
            let mut buffer = MusicBuffer::with_capacity(4_096);
            let (delta, channels) = (ReferenceTime::new(time), ChannelGroup::new(group));
            buffer.push(channels, delta, is_structured, &bytes).unwrap();
            prop_assert_eq!(packed(time, group, &bytes), buffer.records());
        }
    }
}

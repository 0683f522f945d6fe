//! The history: the last minutes of events, always kept, read by other threads.
//!
//! In: each message as it was delivered, each change of the transport. Out: a [`Take`] of any
//! stretch of them, with the state it began in.
//! Owner: the writer by the render thread, each reader by its own. Thread: [`HistoryWriter`]
//! render, wait-free; [`HistoryReader`] control, allocates.
//! Source: \[WDK\] DMUS_EVENTHEADER, in whose form events leave the kernel.
//!
//! # A ring of records
//!
//! Records lie in a [`cyclic`](crate::sync::cyclic()) ring. When it is full the oldest are given
//! up, whole, and counted. Sixteen times a round the writer notes the state of every group and of
//! the transport between the events, as records of their own; so whoever reads begins at the first
//! such note and knows what held there, and nothing needs to be published beside the ring. Of a
//! full ring about a sixteenth is therefore older than what a take can give.
//!
//! # How long it lasts
//!
//! A short message takes 3 words of 8 bytes, so [`DEFAULT_WORDS`] hold 1.3 million of them: ten
//! minutes of 2 180 a second. A MIDI cable carries about 1 000 a second, four groups of them less
//! than twice as much as that in any music; a dense song has about 300, and lasts over an hour.

mod channel;
mod chase;
mod record;
mod take;

use std::sync::Arc;

pub use chase::Chase;
pub use take::{HistoryReader, Take, TakeError, TakeEvent};

use crate::{
    clock::Annotation,
    event::ChannelGroup,
    sync::{Counter, CyclicMemory, CyclicWriter},
    time::ReferenceTime,
};
use record::{Header, Kind, SHORT_BYTES, record_words, words_of};

/// Words of a history of ten minutes; 32 MiB.
pub const DEFAULT_WORDS: usize = 4 << 20;

/// Words a history has for each group at least: sixteen times the state of one, and room for its
/// header.
pub const MIN_WORDS_PER_GROUP: usize = 16 * (Chase::MAX_GROUP_BYTES / 8 + 4);

/// Most groups a history tells apart.
pub const MAX_CHANNEL_GROUPS: u16 = 16;

/// Notes of the state in one round of the ring.
const NOTES_PER_ROUND: u64 = 16;
/// Part of the ring that the longest record may take.
const LONGEST_PART: u64 = 32;

/// What both ends count.
#[derive(Debug, Default)]
struct Counts {
    /// Records given up for newer ones.
    overwritten: Counter,
    /// Messages that were too long to be kept, or empty.
    refused: Counter,
}

/// Both ends of an empty history.
///
/// - `words`: of 8 bytes, at least [`MIN_WORDS_PER_GROUP`] for each group, or so many are taken;
///   [`DEFAULT_WORDS`] last for ten minutes
/// - `channel_groups`: whose state is followed, `1..=`[`MAX_CHANNEL_GROUPS`], or the nearest of
///   these; messages for others are kept all the same
///
/// ```
/// use dmus_kernel::{ChannelGroup, ReferenceTime, history};
/// let (mut writer, reader) = history::history(0, 4);
/// writer.record(ReferenceTime::new(5), ChannelGroup::FIRST, &[0x90, 60, 100]);
/// let take = reader.take(None).unwrap();
/// assert_eq!(take.events().next().unwrap().bytes, [0x90, 60, 100]);
/// ```
///
/// # Real-time
/// Not real-time: allocates, and touches all of the memory.
#[must_use]
pub fn history(words: usize, channel_groups: u16) -> (HistoryWriter, HistoryReader) {
    history_in(None, words, channel_groups)
}

/// As [`history`], in the memory of one before it, where that has the same size.
///
/// # Real-time
/// Not real-time: allocates.
#[must_use]
pub fn history_in(
    memory: Option<CyclicMemory>,
    words: usize,
    channel_groups: u16,
) -> (HistoryWriter, HistoryReader) {
    let channel_groups = channel_groups.clamp(1, MAX_CHANNEL_GROUPS);
    let least = MIN_WORDS_PER_GROUP.saturating_mul(usize::from(channel_groups));
    let (ring, ring_reader) = CyclicMemory::again(memory, words.max(least)).ring();
    let counts = Arc::new(Counts::default());
    let reader = HistoryReader::new(ring_reader, Arc::clone(&counts), channel_groups);
    let writer = HistoryWriter {
        next_note: ring.capacity() / NOTES_PER_ROUND,
        ring,
        counts,
        chase: Chase::new(channel_groups),
        transport: None,
        noting: None,
        scratch: vec![0; Chase::MAX_GROUP_BYTES].into_boxed_slice(),
        reader: reader.clone(),
    };
    (writer, reader)
}

/// The end that records; `Send`, never shared.
///
/// ```compile_fail,E0277
/// fn shared<T: Sync>(_: T) {}
/// shared(dmus_kernel::history::history(0, 1).0);
/// ```
#[derive(Debug)]
pub struct HistoryWriter {
    ring: CyclicWriter,
    counts: Arc<Counts>,
    /// The state after all that was recorded.
    chase: Chase,
    transport: Option<Annotation>,
    /// Index of the word at which the state is due to be noted again.
    next_note: u64,
    /// The next group to be noted, while the state is.
    noting: Option<ChannelGroup>,
    /// Room for the messages of one group.
    scratch: Box<[u8]>,
    reader: HistoryReader,
}

impl HistoryWriter {
    /// Records one whole message.
    ///
    /// - `time`: master clock; the stamp of the frame it was delivered on, so that a take played
    ///   again falls on the same frames. Messages come in the order of delivery.
    /// - `group`: whom it was for, `0` for all
    /// - `bytes`: with its own status byte; a System Exclusive message from `F0` to `F7`
    ///
    /// A message longer than one 32nd of the ring is not kept, but counted; an empty one too.
    ///
    /// # Real-time
    /// Render. Bounded: O(bytes), and now and then by the state of one group,
    /// [`Chase::MAX_GROUP_BYTES`].
    pub fn record(&mut self, time: ReferenceTime, group: ChannelGroup, bytes: &[u8]) {
        self.record_pieces(time, group, std::iter::once(bytes));
    }

    /// Records one whole message that lies in pieces, as events that are incomplete hold it;
    /// otherwise as [`record`](Self::record).
    ///
    /// # Real-time
    /// As [`record`](Self::record); the pieces are walked three times.
    pub fn record_pieces<'a, I>(&mut self, time: ReferenceTime, group: ChannelGroup, pieces: I)
    where
        I: Iterator<Item = &'a [u8]> + Clone,
    {
        let len = pieces
            .clone()
            .fold(0_usize, |len, piece| len.saturating_add(piece.len()));
        let words = u64::try_from(record_words(len)).unwrap_or(u64::MAX);
        let kept = u32::try_from(len).ok().filter(|len| *len > 0);
        let Some(len) = kept.filter(|_| words <= self.ring.capacity() / LONGEST_PART) else {
            self.counts.refused.add(1);
            return;
        };
        let header = Header {
            kind: Kind::Message,
            time,
            group,
            len,
        };
        let first = pieces.clone().next().unwrap_or_default();
        self.make_room(words);
        if first.len() <= SHORT_BYTES && u32::try_from(first.len()) == Ok(len) {
            self.ring.append(header.short(first).into_iter());
        } else {
            self.ring.append(header.long(pieces));
        }
        // A longer message than one of its pieces is none of those that are followed.
        if u32::try_from(first.len()) == Ok(len) {
            self.chase.fold(group, first);
        }
        self.note_state(time);
    }

    /// Records a change of the transport.
    ///
    /// # Real-time
    /// As [`record`](Self::record).
    pub fn annotate(&mut self, annotation: &Annotation) {
        self.transport = Some(*annotation);
        self.append_annotation(Kind::Annotation, annotation.time, self.transport);
        self.note_state(annotation.time);
    }

    /// A reader more.
    #[must_use]
    pub fn reader(&self) -> HistoryReader {
        self.reader.clone()
    }

    /// Appends an annotation, or that there was none.
    fn append_annotation(
        &mut self,
        kind: Kind,
        time: ReferenceTime,
        annotation: Option<Annotation>,
    ) {
        let words = annotation.map(|annotation| annotation.to_words().map(u64::to_le_bytes));
        let bytes = words.as_ref().map_or(&[][..], |words| words.as_flattened());
        self.append(kind, time, ChannelGroup::BROADCAST, bytes);
    }

    fn append(&mut self, kind: Kind, time: ReferenceTime, group: ChannelGroup, bytes: &[u8]) {
        let header = Header {
            kind,
            time,
            group,
            // Both are far shorter: an annotation, or the state of one group.
            len: u32::try_from(bytes.len()).unwrap_or(0),
        };
        self.make_room(u64::try_from(record_words(bytes.len())).unwrap_or(0));
        self.ring.append(header.long(std::iter::once(bytes)));
    }

    /// Gives up the oldest records until `words` have room.
    fn make_room(&mut self, words: u64) {
        let end = self.ring.written().saturating_add(words);
        let limit = end.saturating_sub(self.ring.capacity());
        let (mut oldest, mut records) = (self.ring.oldest(), 0);
        while oldest < limit
            && let Some(first) = self.ring.word(oldest)
        {
            oldest = oldest.saturating_add(words_of(first));
            records += 1;
        }
        if records > 0 {
            self.ring.retire(oldest);
            self.counts.overwritten.add(records);
        }
    }

    /// Notes the state of the next group, if it is due: one at a time, that no block has much to
    /// do. The first goes with the last change of the transport.
    fn note_state(&mut self, time: ReferenceTime) {
        if self.noting.is_none() {
            if self.ring.written() < self.next_note {
                return;
            }
            let distance = self.ring.capacity() / NOTES_PER_ROUND;
            self.next_note = self.ring.written().saturating_add(distance);
            self.noting = Some(ChannelGroup::FIRST);
            self.append_annotation(Kind::AnnotationState, time, self.transport);
        }
        let Some(group) = self.noting else { return };
        let mut scratch = std::mem::take(&mut self.scratch);
        let mut used = 0_usize;
        self.chase.messages(group, &mut |message| {
            let end = used.saturating_add(message.len());
            if let Some(room) = scratch.get_mut(used..end) {
                room.copy_from_slice(message);
                used = end;
            }
        });
        let state = scratch.get(..used).unwrap_or_default();
        self.append(Kind::State, time, group, state);
        self.scratch = scratch;
        let next = ChannelGroup::from_index(group.number());
        self.noting = (next.number() <= self.chase.channel_groups()).then_some(next);
    }
}

//! A take: a stretch of the history as a list, with the state it began in.
//!
//! In: the ring, while it goes on being written. Out: messages and annotations in order of time.
//! Owner: whoever takes. Thread: control; not real-time.

use std::{error::Error, fmt, sync::Arc};

use super::{
    Chase, Counts,
    record::{Data, Header, Kind, words_of},
};
use crate::{
    clock::Annotation,
    event::ChannelGroup,
    sync::{CyclicMemory, CyclicMiss, CyclicReader},
    time::ReferenceTime,
};

/// Words copied at a time. The writer needs at least 0.1 ms for as many, a copy of them takes 10 us.
const CHUNK: usize = 8_192;
/// Times a copy that was overtaken begins anew.
const TRIES: u32 = 16;

/// Why there is no take.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum TakeError {
    /// The ring was written faster than it could be copied; nothing is wrong with a next try.
    Overtaken {
        /// Times the copy began anew.
        tries: u32,
    },
}

impl fmt::Display for TakeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Overtaken { tries } => write!(
                f,
                "the history was overwritten faster than it was read, {tries} times in turn"
            ),
        }
    }
}

impl Error for TakeError {}

/// The end that reads; cloned for as many threads as like.
#[derive(Clone, Debug)]
pub struct HistoryReader {
    ring: CyclicReader,
    counts: Arc<Counts>,
    channel_groups: u16,
}

impl HistoryReader {
    pub(super) const fn new(ring: CyclicReader, counts: Arc<Counts>, channel_groups: u16) -> Self {
        Self {
            ring,
            counts,
            channel_groups,
        }
    }

    /// The memory of the history, for another one; nothing while another end of it is left.
    ///
    /// # Real-time
    /// Not real-time: frees.
    #[must_use]
    pub fn into_memory(self) -> Option<CyclicMemory> {
        self.ring.into_memory()
    }

    /// All that is kept from `since` on, or from the beginning: while it is taken the writer goes
    /// on undisturbed.
    ///
    /// - `since`: master clock; for a take to fall on the same frames again, the stamp of one
    ///
    /// # Errors
    /// [`TakeError`] if the ring was written faster than it could be copied: try again.
    ///
    /// # Real-time
    /// Not real-time: allocates as much as the ring holds.
    pub fn take(&self, since: Option<ReferenceTime>) -> Result<Take, TakeError> {
        let (first, words) = self.copy()?;
        let mut taking = Taking::new(self, since, first == 0);
        let mut rest = words.as_slice();
        while let Some(&size) = rest.first() {
            let Some((header, data)) = Header::read(rest) else {
                debug_assert!(false, "a record is cut");
                break;
            };
            taking.record(header, data);
            let words = usize::try_from(words_of(size)).unwrap_or(usize::MAX);
            rest = rest.get(words..).unwrap_or_default();
        }
        Ok(taking.finish())
    }

    /// Records given up for newer ones so far; the notes of the state count too.
    ///
    /// # Real-time
    /// Any thread, wait-free.
    #[must_use]
    pub fn overwritten(&self) -> u64 {
        self.counts.overwritten.get()
    }

    /// Messages so far that were too long to be kept.
    ///
    /// # Real-time
    /// Any thread, wait-free.
    #[must_use]
    pub fn refused(&self) -> u64 {
        self.counts.refused.get()
    }

    /// Whole records beside the index of their first word.
    fn copy(&self) -> Result<(u64, Vec<u64>), TakeError> {
        let mut words = Vec::new();
        for _ in 0..TRIES {
            // Both lie between records. The writer may run on between the two looks; only if it ran
            // on by a whole round could the first lie after the second.
            let first = self.ring.oldest();
            let end = self.ring.written();
            words.clear();
            if end < first {
                continue;
            }
            if self.copy_range(first, end, &mut words).is_ok() {
                return Ok((first, words));
            }
        }
        Err(TakeError::Overtaken { tries: TRIES })
    }

    fn copy_range(&self, first: u64, end: u64, words: &mut Vec<u64>) -> Result<(), CyclicMiss> {
        let count = usize::try_from(end.saturating_sub(first)).unwrap_or(usize::MAX);
        words.resize(count, 0);
        let mut from = first;
        for chunk in words.chunks_mut(CHUNK) {
            self.ring.read(from, chunk)?;
            from = from.saturating_add(u64::try_from(chunk.len()).unwrap_or(u64::MAX));
        }
        Ok(())
    }
}

/// One message of a take.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TakeEvent<'a> {
    /// When it was delivered, master clock.
    pub time: ReferenceTime,
    /// Whom it was for, `0` for all.
    pub group: ChannelGroup,
    /// The whole message.
    pub bytes: &'a [u8],
}

/// Where a message lies.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Entry {
    time: ReferenceTime,
    group: ChannelGroup,
    start: usize,
    end: usize,
}

/// A stretch of the history.
#[derive(Clone, Debug, PartialEq)]
pub struct Take {
    start: Option<ReferenceTime>,
    bytes: Vec<u8>,
    /// Those that set up the state at the start, then those of the stretch.
    entries: Vec<Entry>,
    chased: usize,
    transport: Option<Annotation>,
    annotations: Vec<Annotation>,
    overwritten: u64,
    refused: u64,
}

impl Take {
    /// Where it begins, master clock: at the time asked for, or where the history begins if that is
    /// later. Without anything recorded in it nothing.
    #[must_use]
    pub const fn start(&self) -> Option<ReferenceTime> {
        self.start
    }

    /// Messages that bring a synthesizer from power-on to the state in which the take begins, all
    /// at its start; none if the history reaches back to its own beginning and that is the start.
    pub fn chase(&self) -> impl ExactSizeIterator<Item = TakeEvent<'_>> {
        self.events_of(self.entries.get(..self.chased))
    }

    /// The messages in order of time; those of one time in the order of delivery.
    pub fn events(&self) -> impl ExactSizeIterator<Item = TakeEvent<'_>> {
        self.events_of(self.entries.get(self.chased..))
    }

    fn events_of<'a>(
        &'a self,
        entries: Option<&'a [Entry]>,
    ) -> impl ExactSizeIterator<Item = TakeEvent<'a>> {
        let entries = entries.unwrap_or_default().iter();
        entries.map(|entry| TakeEvent {
            time: entry.time,
            group: entry.group,
            bytes: self.bytes.get(entry.start..entry.end).unwrap_or_default(),
        })
    }

    /// The last change of the transport before the start, if there was one.
    #[must_use]
    pub const fn transport(&self) -> Option<&Annotation> {
        self.transport.as_ref()
    }

    /// Changes of the transport in order of time.
    #[must_use]
    pub fn annotations(&self) -> &[Annotation] {
        &self.annotations
    }

    /// Records that had been given up for newer ones when it was taken.
    #[must_use]
    pub const fn overwritten(&self) -> u64 {
        self.overwritten
    }

    /// Messages that had been too long to be kept when it was taken.
    #[must_use]
    pub const fn refused(&self) -> u64 {
        self.refused
    }
}

/// A take while records are read into it.
struct Taking {
    take: Take,
    since: Option<ReferenceTime>,
    chase: Chase,
    /// Groups whose state is not known yet, one bit each, and above them one for the transport.
    unknown: u32,
    /// When the last of them became known; the beginning of time if all were from the start.
    known_at: ReferenceTime,
    /// True from the first message of the stretch on.
    running: bool,
}

impl Taking {
    fn new(reader: &HistoryReader, since: Option<ReferenceTime>, from_beginning: bool) -> Self {
        let unknown = (2_u32 << reader.channel_groups).wrapping_sub(1);
        Self {
            take: Take {
                start: None,
                bytes: Vec::new(),
                entries: Vec::new(),
                chased: 0,
                transport: None,
                annotations: Vec::new(),
                overwritten: reader.overwritten(),
                refused: reader.refused(),
            },
            since,
            chase: Chase::new(reader.channel_groups),
            unknown: if from_beginning { 0 } else { unknown },
            known_at: ReferenceTime::MIN,
            running: false,
        }
    }

    fn record(&mut self, header: Header, data: Data<'_>) {
        match header.kind {
            Kind::Message => self.message(header, data),
            Kind::Annotation => self.annotation(data),
            Kind::State | Kind::AnnotationState if self.unknown == 0 => {}
            Kind::State => {
                let run: Vec<u8> = data.bytes().collect();
                self.chase.restore(header.group, &run);
                self.know(header.group.index().unwrap_or(u16::MAX), header.time);
            }
            Kind::AnnotationState => {
                self.take.transport = read_annotation(data);
                self.know(self.chase.channel_groups(), header.time);
            }
        }
    }

    /// Notes that the state of this bit is known from now on.
    fn know(&mut self, bit: u16, time: ReferenceTime) {
        self.unknown &= !1_u32.checked_shl(u32::from(bit)).unwrap_or(0);
        self.known_at = time;
    }

    /// Whether a record of that time belongs to the stretch.
    fn belongs(&mut self, time: ReferenceTime) -> bool {
        let belongs = self.unknown == 0 && self.since.is_none_or(|since| time >= since);
        if belongs {
            let start = match self.since {
                Some(since) => since.max(self.known_at),
                None => self.take.start.unwrap_or(time).min(time),
            };
            self.take.start = Some(start);
        }
        belongs
    }

    fn message(&mut self, header: Header, data: Data<'_>) {
        if self.belongs(header.time) {
            if !self.running {
                self.running = true;
                self.set_up();
            }
            self.take.push(header.time, header.group, data.bytes());
        } else if !self.running {
            let bytes: Vec<u8> = data.bytes().collect();
            self.chase.fold(header.group, &bytes);
        }
    }

    fn annotation(&mut self, data: Data<'_>) {
        let Some(annotation) = read_annotation(data) else {
            return;
        };
        if self.belongs(annotation.time) {
            self.take.annotations.push(annotation);
        } else if self.take.annotations.is_empty() {
            self.take.transport = Some(annotation);
        }
    }

    /// Begins the take with the messages that set up the state so far.
    fn set_up(&mut self) {
        for group in (0..self.chase.channel_groups()).map(ChannelGroup::from_index) {
            let take = &mut self.take;
            self.chase.messages(group, &mut |message| {
                take.push(ReferenceTime::MIN, group, message.iter().copied());
            });
        }
        self.take.chased = self.take.entries.len();
    }

    fn finish(mut self) -> Take {
        let Some(start) = self.take.start else {
            return self.take;
        };
        if !self.running {
            self.set_up();
        }
        let (chase, events) = self.take.entries.split_at_mut(self.take.chased);
        for entry in chase {
            entry.time = start;
        }
        // Delivered in order, unless the clock was set back; changes of the transport in a block
        // may be recorded before or after its messages.
        events.sort_by_key(|entry| entry.time);
        let annotations = &mut self.take.annotations;
        annotations.sort_by_key(|annotation| annotation.time);
        self.take
    }
}

impl Take {
    fn push(&mut self, time: ReferenceTime, group: ChannelGroup, bytes: impl Iterator<Item = u8>) {
        let start = self.bytes.len();
        self.bytes.extend(bytes);
        self.entries.push(Entry {
            time,
            group,
            start,
            end: self.bytes.len(),
        });
    }
}

fn read_annotation(data: Data<'_>) -> Option<Annotation> {
    let bytes: Vec<u8> = data.bytes().collect();
    let (words, rest) = bytes.as_chunks::<8>();
    let words: [u64; Annotation::WORDS] = std::array::from_fn(|index| {
        let word = words.get(index).copied().unwrap_or_default();
        u64::from_le_bytes(word)
    });
    if words.len() * 8 != bytes.len() || !rest.is_empty() {
        return None;
    }
    Annotation::from_words(words)
}

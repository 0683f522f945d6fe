//! The line from the render side to the thread of a device: messages with their times.
//!
//! One wait-free ring of bytes, sized once. A record is a head (its kind, a time on the master
//! clock, a length) and as many bytes; it goes in whole or not at all. Owner: the render side holds
//! the [`EventLine`], the thread of the device the [`EventSource`].

use std::time::Instant;

use dmus_kernel::ReferenceTime;
use rtrb::{Consumer, Producer, RingBuffer};

/// Bytes of the ring: what a thousand busy blocks write between two looks of the thread.
const RING_BYTES: usize = 1 << 18;

/// Bytes of it that are kept for what ends something.
const RESERVE: usize = RING_BYTES / 8;

/// Kind, time, length.
const HEAD: usize = 11;

const BLOCK: u8 = 0;
const MESSAGE: u8 = 1;
const RELEASE: u8 = 2;
const STOP: u8 = 3;

/// Both ends of a line.
///
/// # Real-time
/// Not real-time: allocates.
#[must_use]
pub fn event_line() -> (EventLine, EventSource) {
    let (to_device, from_render) = RingBuffer::new(RING_BYTES);
    let epoch = Instant::now();
    let line = EventLine {
        ring: to_device,
        epoch,
        lost: 0,
        owed: Owed::default(),
    };
    let source = EventSource {
        ring: from_render,
        epoch,
    };
    (line, source)
}

/// The render side's end.
///
/// In a ring that runs full an eighth is kept for what ends something: a device whose thread cannot
/// keep up misses notes, but none is left hanging. What ends something and finds no room even there
/// is owed, and told before anything else as soon as there is room again.
#[derive(Debug)]
pub struct EventLine {
    ring: Producer<u8>,
    epoch: Instant,
    lost: u64,
    owed: Owed,
}

/// What the device's thread has to be told first.
#[derive(Debug, Default)]
struct Owed {
    stop: bool,
    /// Channels on which nothing is held any more, bit by bit.
    release: u16,
}

impl EventLine {
    /// A block begins now.
    ///
    /// - `master`: of its first frame
    /// - `latency_ms`: how much later than reckoned its messages are sent
    ///
    /// # Real-time
    /// Render. Wait-free.
    pub fn begin_block(&mut self, master: ReferenceTime, latency_ms: u16) {
        let since = u64::try_from(self.epoch.elapsed().as_nanos()).unwrap_or(u64::MAX);
        let latency = latency_ms.to_le_bytes();
        let bytes = since.to_le_bytes().into_iter().chain(latency);
        // A block that is not told is reckoned from the one before.
        let _told = self.put(BLOCK, master, 10, bytes, 0);
    }

    /// A message that is due with the frame of that time; counted as lost where there is no room.
    ///
    /// # Real-time
    /// Render. Bounded by the length of the message.
    pub fn message(&mut self, due: ReferenceTime, message: &[u8]) {
        let ends = end_of(message);
        let kept = if ends == 0 { RESERVE } else { 0 };
        let bytes = message.iter().copied();
        if !self.put(MESSAGE, due, message.len(), bytes, kept) {
            self.lost = self.lost.saturating_add(1);
            self.owed.release |= ends;
        }
    }

    /// From that time on nothing is held on these channels.
    ///
    /// - `channels`: bit by bit
    ///
    /// # Real-time
    /// Render. Wait-free.
    pub fn release(&mut self, due: ReferenceTime, channels: u16) {
        if !self.put(RELEASE, due, 2, channels.to_le_bytes().into_iter(), 0) {
            self.owed.release |= channels;
        }
    }

    /// Nothing of what was written is sent any more, and nothing is held.
    ///
    /// # Real-time
    /// Render. Wait-free.
    pub fn stop(&mut self) {
        self.owed = Owed {
            stop: true,
            release: 0,
        };
        let _later = self.settle(ReferenceTime::ZERO);
    }

    /// What found no room.
    #[must_use]
    pub const fn lost(&self) -> u64 {
        self.lost
    }

    /// Writes a record behind all that is owed, if it leaves so many bytes.
    fn put(
        &mut self,
        kind: u8,
        time: ReferenceTime,
        length: usize,
        bytes: impl Iterator<Item = u8>,
        kept: usize,
    ) -> bool {
        self.settle(time) && self.write(kind, time, length, bytes, kept)
    }

    /// Tells what is owed; false while there is no room for it.
    fn settle(&mut self, time: ReferenceTime) -> bool {
        if self.owed.stop {
            self.owed.stop = !self.write(STOP, time, 0, core::iter::empty(), 0);
        }
        let channels = self.owed.release;
        if !self.owed.stop
            && channels != 0
            && self.write(RELEASE, time, 2, channels.to_le_bytes().into_iter(), 0)
        {
            self.owed.release = 0;
        }
        !self.owed.stop && self.owed.release == 0
    }

    fn write(
        &mut self,
        kind: u8,
        time: ReferenceTime,
        length: usize,
        bytes: impl Iterator<Item = u8>,
        kept: usize,
    ) -> bool {
        let Ok(short) = u16::try_from(length) else {
            return false;
        };
        if self.ring.slots() < HEAD + length + kept {
            return false;
        }
        let Ok(chunk) = self.ring.write_chunk_uninit(HEAD + length) else {
            return false;
        };
        let head = core::iter::once(kind)
            .chain(time.units().to_le_bytes())
            .chain(short.to_le_bytes());
        chunk.fill_from_iter(head.chain(bytes));
        true
    }
}

/// The channel on which a message ends a key, a pedal or all of them, as a bit; 0 if it ends nothing.
fn end_of(message: &[u8]) -> u16 {
    let ends = match *message {
        [0x80..=0x8F, _, _] | [0x90..=0x9F, _, 0] => true,
        [0xB0..=0xBF, 64 | 66 | 67, value] => value < 64,
        [0xB0..=0xBF, 120..=127, _] => true,
        _ => false,
    };
    match message {
        [status, ..] if ends => 1 << (status & 0x0F),
        _ => 0,
    }
}

/// The end of the device's thread.
#[derive(Debug)]
pub struct EventSource {
    ring: Consumer<u8>,
    epoch: Instant,
}

/// One record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Record {
    Block {
        master: ReferenceTime,
        moment_ns: u64,
        latency_ms: u16,
    },
    Message {
        due: ReferenceTime,
        bytes: Vec<u8>,
    },
    Release {
        due: ReferenceTime,
        channels: u16,
    },
    Stop,
}

impl EventSource {
    /// The next record, if there is one.
    pub(crate) fn next(&mut self) -> Option<Record> {
        let mut head = [0; HEAD];
        self.copy(&mut head)?;
        let [kind, time @ .., low, high] = head;
        let mut bytes = vec![0; usize::from(u16::from_le_bytes([low, high]))];
        self.copy(&mut bytes)?;
        let time = ReferenceTime::new(i64::from_le_bytes(time));
        Some(match (kind, bytes.as_slice()) {
            (BLOCK, [moment @ .., low, high]) => Record::Block {
                master: time,
                moment_ns: moment.try_into().map_or(0, u64::from_le_bytes),
                latency_ms: u16::from_le_bytes([*low, *high]),
            },
            (RELEASE, &[low, high]) => Record::Release {
                due: time,
                channels: u16::from_le_bytes([low, high]),
            },
            (STOP, _) => Record::Stop,
            _ => Record::Message { due: time, bytes },
        })
    }

    /// Takes so many bytes out of the ring; a record is there whole or not at all.
    fn copy(&mut self, to: &mut [u8]) -> Option<()> {
        let chunk = self.ring.read_chunk(to.len()).ok()?;
        let (first, second) = chunk.as_slices();
        for (place, byte) in to.iter_mut().zip(first.iter().chain(second)) {
            *place = *byte;
        }
        chunk.commit_all();
        Some(())
    }

    /// Whether the render side is gone, and everything of it was read.
    pub(crate) fn is_over(&self) -> bool {
        self.ring.is_abandoned() && self.ring.is_empty()
    }

    /// Nanoseconds since the instant that the readings count from.
    pub(crate) fn now_ns(&self) -> u64 {
        u64::try_from(self.epoch.elapsed().as_nanos()).unwrap_or(u64::MAX)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn records_come_out_as_they_went_in() {
        let (mut line, mut source) = event_line();
        let at = ReferenceTime::new;
        line.begin_block(at(-5), 700);
        line.message(at(7), &[0x90, 60, 100]);
        line.message(at(8), &[0xF0; 40_000]);
        line.release(at(9), 0x8001);
        line.stop();
        let Some(Record::Block {
            master, latency_ms, ..
        }) = source.next()
        else {
            panic!("no block");
        };
        assert_eq!((master, latency_ms), (at(-5), 700));
        let message = |due, bytes| Some(Record::Message { due, bytes });
        assert_eq!(source.next(), message(at(7), vec![0x90, 60, 100]));
        assert_eq!(source.next(), message(at(8), vec![0xF0; 40_000]));
        let release = Record::Release {
            due: at(9),
            channels: 0x8001,
        };
        assert_eq!(
            (source.next(), source.next()),
            (Some(release), Some(Record::Stop))
        );
        assert!(source.next().is_none() && !source.is_over());
        drop(line);
        assert!(source.is_over());
    }

    #[test]
    fn what_finds_no_room_is_counted_and_leaves_the_rest_whole() {
        let (mut line, mut source) = event_line();
        for _ in 0..5 {
            line.message(ReferenceTime::ZERO, &[0xF0; 65_000]);
        }
        assert_eq!(line.lost(), 2);
        let read = core::iter::from_fn(|| source.next()).count();
        assert_eq!(read, 3);
    }

    /// Writes notes until none fits.
    fn fill(line: &mut EventLine) {
        while line.lost() == 0 {
            line.message(ReferenceTime::ZERO, &[0x90, 60, 100]);
        }
    }

    #[test]
    fn ends_have_room_where_notes_have_none() {
        let (mut line, mut source) = event_line();
        fill(&mut line);
        line.message(ReferenceTime::ZERO, &[0x93, 61, 100]);
        for end in [[0x80, 60, 64], [0x90, 60, 0], [0xB0, 64, 0], [0xB0, 123, 0]] {
            line.message(ReferenceTime::ZERO, &end);
        }
        assert_eq!(line.lost(), 2, "two notes and no end");
        let ends = core::iter::from_fn(|| source.next()).filter(|record| {
            let Record::Message { bytes, .. } = record else {
                return false;
            };
            end_of(bytes) == 1
        });
        assert_eq!(ends.count(), 4);
    }

    #[test]
    fn ends_that_find_no_room_at_all_are_told_first_when_there_is_some() {
        let (mut line, mut source) = event_line();
        fill(&mut line);
        while line.owed.release == 0 {
            line.message(ReferenceTime::ZERO, &[0x85, 60, 64]);
        }
        line.release(ReferenceTime::ZERO, 0x0100);
        assert_eq!(line.owed.release, 0x0120);
        assert!(source.next().is_some() && source.next().is_some());
        line.begin_block(ReferenceTime::new(9), 0);
        let rest: Vec<Record> = core::iter::from_fn(|| source.next()).collect();
        let due = ReferenceTime::new(9);
        let channels = 0x0120;
        let told = rest
            .iter()
            .position(|it| *it == Record::Release { due, channels });
        assert_eq!(
            told.map(|place| rest.len() - place),
            Some(2),
            "then the block"
        );
    }

    #[test]
    fn a_stop_that_finds_no_room_is_told_before_anything_else() {
        let (mut line, mut source) = event_line();
        fill(&mut line);
        while line.owed.release == 0 {
            line.message(ReferenceTime::ZERO, &[0x85, 60, 64]);
        }
        line.stop();
        line.message(ReferenceTime::ZERO, &[0x85, 60, 64]);
        while source.next().is_some() {}
        line.message(ReferenceTime::ZERO, &[0x90, 60, 100]);
        let rest: Vec<Record> = core::iter::from_fn(|| source.next()).collect();
        let [
            Record::Stop,
            Record::Release { channels, .. },
            Record::Message { .. },
        ] = &rest[..]
        else {
            panic!("{rest:?}");
        };
        assert_eq!(*channels, 0x0020, "what was lost behind the stop");
    }
}

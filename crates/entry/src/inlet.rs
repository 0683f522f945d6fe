//! Inlet: what the framework has no words for, on its way from the host's call to the plug-in.
//!
//! The framework knows one note port and no steady time. So the instance in front of it puts
//! those aside here while the framework reads the block's events, and the guarded plug-in takes
//! them out again when the framework calls it for each part of the block.
//!
//! In: messages with their frame in the piece the framework was given. Out: [`BlockFacts`].
//! Owner: shared by the instance and its guarded plug-in, which take turns within one call of the
//! host. Thread: render. Source: \[CLAP\] events.h, process.h.

use std::ops::Range;

use crate::facts::{BlockFacts, PortEvents};

/// Longest message, bytes; also what four ports may send at once.
pub(crate) const LONGEST_MESSAGE: usize = 65_535;

/// Longest messages that find room in one piece.
const LONG_MESSAGES: usize = 4;

/// One message.
#[derive(Clone, Debug)]
pub(crate) struct Record {
    /// Frame of the piece.
    pub(crate) frame: u32,
    pub(crate) port: u16,
    pub(crate) is_live: bool,
    pub(crate) span: Span,
}

/// Where the bytes of a message are.
#[derive(Clone, Debug)]
pub(crate) enum Span {
    /// `len` of these, `0..=3`.
    Short { bytes: [u8; 3], len: u8 },
    /// There among the long messages.
    Long(Range<u32>),
}

/// The messages of one piece, and how far the plug-in has come in it.
#[derive(Debug)]
pub(crate) struct Inlet {
    records: Vec<Record>,
    long: Vec<u8>,
    /// The host's steady count at the start of the piece.
    steady_time: Option<i64>,
    /// What the host said last of whether somebody listens.
    is_offline: Option<bool>,
    /// Outputs that the host takes in this piece, by bits.
    outputs: u64,
    /// The first record the plug-in has not been given.
    next: usize,
    /// Frames of the piece the plug-in has rendered.
    done: u32,
}

impl Inlet {
    /// Room for `records` messages in each piece, and for four of the longest; none at all for no
    /// records. Allocates.
    pub(crate) fn new(records: usize) -> Self {
        let long = if records == 0 {
            0
        } else {
            LONG_MESSAGES * LONGEST_MESSAGE
        };
        Self {
            records: Vec::with_capacity(records),
            long: Vec::with_capacity(long),
            steady_time: None,
            is_offline: None,
            outputs: 0,
            next: 0,
            done: 0,
        }
    }

    /// What the host said of whether somebody listens to the pieces from now on.
    pub(crate) const fn set_offline(&mut self, is_offline: Option<bool>) {
        self.is_offline = is_offline;
    }

    /// Outputs that the host takes in this piece, by bits.
    pub(crate) const fn set_outputs(&mut self, outputs: u64) {
        self.outputs = outputs;
    }

    /// Forgets the piece before.
    ///
    /// - `steady_time`: the host's count at the first frame of the new one, `0..`
    ///
    /// # Real-time
    /// Render. Bounded by the messages held; frees nothing.
    pub(crate) fn begin_piece(&mut self, steady_time: Option<i64>) {
        self.records.clear();
        self.long.clear();
        self.steady_time = steady_time;
        self.next = 0;
        self.done = 0;
    }

    /// Appends a message, whose frame is not before its predecessor's; false if there is no room.
    ///
    /// # Real-time
    /// Render. Bounded by the length of the message; allocates nothing.
    pub(crate) fn push(&mut self, frame: u32, port: u16, is_live: bool, bytes: &[u8]) -> bool {
        if self.records.len() == self.records.capacity() {
            return false;
        }
        let Some(span) = self.store(bytes) else {
            return false;
        };
        self.records.push(Record {
            frame,
            port,
            is_live,
            span,
        });
        true
    }

    fn store(&mut self, message: &[u8]) -> Option<Span> {
        let mut bytes = [0; 3];
        if let Some(target) = bytes.get_mut(..message.len()) {
            target.copy_from_slice(message);
            let len = u8::try_from(message.len()).ok()?;
            return Some(Span::Short { bytes, len });
        }
        let room = self.long.capacity().saturating_sub(self.long.len());
        if message.len() > room.min(LONGEST_MESSAGE) {
            return None;
        }
        let start = u32::try_from(self.long.len()).ok()?;
        self.long.extend_from_slice(message);
        Some(Span::Long(start..u32::try_from(self.long.len()).ok()?))
    }

    /// What belongs to the next `frames` frames of the piece.
    ///
    /// # Real-time
    /// Render. Bounded by the messages of the block.
    pub(crate) fn facts(&self, frames: u32) -> BlockFacts<'_> {
        let due = self.records.get(self.next..self.end(frames));
        let steady_time = self.steady_time;
        BlockFacts {
            steady_time: steady_time.map(|start| start.saturating_add(i64::from(self.done))),
            is_offline: self.is_offline,
            outputs: self.outputs,
            frames,
            events: PortEvents::new(due.unwrap_or_default(), &self.long, self.done),
        }
    }

    /// The plug-in has rendered `frames` more.
    ///
    /// # Real-time
    /// Render. Bounded by the messages of the block.
    pub(crate) fn pass(&mut self, frames: u32) {
        self.next = self.end(frames);
        self.done = self.done.saturating_add(frames);
    }

    /// The first record beyond the next `frames` frames.
    fn end(&self, frames: u32) -> usize {
        let end = self.done.saturating_add(frames);
        let waiting = self.records.get(self.next..).unwrap_or_default();
        let due = waiting.iter().take_while(|record| record.frame < end);
        self.next.saturating_add(due.count())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Frames and bytes of the next `frames` frames, which then are over.
    fn take(inlet: &mut Inlet, frames: u32) -> Vec<(u32, Vec<u8>)> {
        let facts = inlet.facts(frames);
        let taken = facts.events.map(|it| (it.offset_frames, it.bytes.to_vec()));
        let taken = taken.collect();
        inlet.pass(frames);
        taken
    }

    #[test]
    fn each_part_of_a_piece_is_given_its_own_messages_once() {
        let mut inlet = Inlet::new(8);
        inlet.begin_piece(Some(1_000));
        for frame in [0, 9, 10, 10, 63] {
            assert!(inlet.push(frame, 1, false, &[0xF8]));
        }
        let frames = |taken: Vec<(u32, Vec<u8>)>| -> Vec<u32> {
            taken.into_iter().map(|(frame, _)| frame).collect()
        };
        assert_eq!(frames(take(&mut inlet, 10)), [0, 9]);
        assert_eq!(inlet.facts(1).steady_time, Some(1_010));
        assert_eq!(frames(take(&mut inlet, 1)), [0, 0]);
        assert_eq!(frames(take(&mut inlet, 53)), [52]);
        assert_eq!(frames(take(&mut inlet, 1_000)), [] as [u32; 0]);
    }

    #[test]
    fn a_new_piece_forgets_the_one_before() {
        let mut inlet = Inlet::new(8);
        inlet.begin_piece(Some(7));
        assert!(inlet.push(5, 1, false, &[0xF8]));
        inlet.begin_piece(None);
        assert_eq!(inlet.facts(64).steady_time, None);
        assert_eq!(take(&mut inlet, 64), []);
    }

    #[test]
    fn messages_of_every_length_come_out_whole_until_there_is_no_room() {
        let mut inlet = Inlet::new(64);
        inlet.begin_piece(None);
        let message: Vec<u8> = (0..=127).cycle().take(LONGEST_MESSAGE).collect();
        let lengths = [0, 1, 2, 3, 4, 500, LONGEST_MESSAGE];
        for length in lengths {
            assert!(inlet.push(0, 3, true, &message[..length]), "{length}");
        }
        let taken = take(&mut inlet, 1);
        for ((_, bytes), length) in taken.iter().zip(lengths) {
            assert_eq!(bytes[..], message[..length]);
        }
        assert_eq!(taken.len(), lengths.len());
        for _ in 0..2 {
            assert!(inlet.push(1, 3, true, &message));
        }
        assert!(!inlet.push(1, 3, true, &message), "a fourth and a bit");
        assert!(inlet.push(1, 3, true, &[0xF8]), "a short one needs no room");
    }

    #[test]
    fn a_full_inlet_refuses_and_keeps_what_it_has() {
        let mut inlet = Inlet::new(2);
        inlet.begin_piece(None);
        assert!(inlet.push(0, 1, false, &[0xF8]));
        assert!(inlet.push(0, 1, false, &[0xFA]));
        assert!(!inlet.push(0, 1, false, &[0xFC]));
        assert_eq!(take(&mut inlet, 1).len(), 2);
        assert!(!Inlet::new(0).push(0, 1, false, &[0xF8]));
    }
}

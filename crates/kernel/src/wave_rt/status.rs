//! What a device publishes after each block: all positions of one moment, never torn.
//!
//! In: the device's own record. Out: readings on any thread.
//! Owner: the device end writes. Thread: render writes, any reads.
//! Source: \[WDK\] `IMiniportWaveRTStream::GetPosition`; Audio Position Property.

use crate::{state::StreamState, sync::Reader};

/// Words of one publication.
pub(super) const WORDS: usize = 13;

/// Packets whose beginnings are remembered: the one in progress and two a buffer can hold.
pub(super) const STARTS: u64 = 3;

/// The record of a stream.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Status {
    pub state: StreamState,
    /// Runs so far: one more with each STOP and each buffer.
    pub run: u64,
    /// Index in the ring of frame 0 of this run.
    pub base: u64,
    /// Frames transferred in this run.
    pub frames: u64,
    /// Frames of the cyclic buffer; 0 without one.
    pub size: u64,
    /// Frames of a packet; 0 without notifications.
    pub packet: u64,
    /// Frames of all blocks since the stream was made, whatever its state: the device's clock.
    pub clock: u64,
    /// Master frame after the last block.
    pub now: i64,
    /// Master frame of the first frame of packet `p`, at `p % STARTS`.
    pub starts: [i64; 3],
    /// Master frame at which the last packet was complete.
    pub completed_at: i64,
    /// Times the client had not written what was to be played.
    pub underruns: u64,
    /// Frames of silence in its place.
    pub starved: u64,
}

impl Status {
    pub(super) fn words(&self) -> [u64; WORDS] {
        let [a, b, c] = self.starts.map(i64::cast_unsigned);
        [
            self.run << 2 | self.state as u64,
            self.base,
            self.frames,
            self.size,
            self.packet,
            self.clock,
            self.now.cast_unsigned(),
            a,
            b,
            c,
            self.completed_at.cast_unsigned(),
            self.underruns,
            self.starved,
        ]
    }

    fn from_words(words: [u64; WORDS]) -> Self {
        let [
            head,
            base,
            frames,
            size,
            packet,
            clock,
            now,
            a,
            b,
            c,
            completed_at,
            underruns,
            starved,
        ] = words;
        Self {
            state: match head & 3 {
                0 => StreamState::Stop,
                1 => StreamState::Acquire,
                2 => StreamState::Pause,
                _ => StreamState::Run,
            },
            run: head >> 2,
            base,
            frames,
            size,
            packet,
            clock,
            now: now.cast_signed(),
            starts: [a, b, c].map(u64::cast_signed),
            completed_at: completed_at.cast_signed(),
            underruns,
            starved,
        }
    }

    /// Frame `frame` of this run as an offset in the buffer: never equal to its size.
    pub(super) const fn offset(&self, frame: u64) -> u64 {
        match frame.checked_rem(self.size) {
            Some(offset) => offset,
            None => 0,
        }
    }

    /// Packets transferred whole in this run; none without notifications.
    pub(super) const fn completed(&self) -> u64 {
        match self.frames.checked_div(self.packet) {
            Some(completed) => completed,
            None => 0,
        }
    }

    /// Master frame of the first frame of `packet`, one of the last that began.
    pub(super) fn start_of(&self, packet: u64) -> i64 {
        let slot = usize::try_from(packet % STARTS).unwrap_or(0);
        self.starts.get(slot).copied().unwrap_or(0)
    }

    /// Notes that frames `frames..frames + count` are transferred, the first of them at master
    /// frame `now`, in packets of `packet` frames, 0 without notifications. Returns the
    /// notification points passed.
    ///
    /// A point belongs to the frame before it: it is passed when that frame is transferred.
    pub(super) fn advance(&mut self, count: u64, now: i64) -> u64 {
        let old = self.frames;
        let new = old.saturating_add(count);
        self.frames = new;
        let packet = self.packet;
        if packet == 0 {
            return 0;
        }
        let at = |frame: u64| {
            let since = i64::try_from(frame.saturating_sub(old)).unwrap_or(i64::MAX);
            now.saturating_add(since)
        };
        let began = old.div_ceil(packet)..new.div_ceil(packet);
        for number in began.start.max(began.end.saturating_sub(STARTS))..began.end {
            let slot = usize::try_from(number % STARTS).unwrap_or(0);
            if let Some(start) = self.starts.get_mut(slot) {
                *start = at(number.saturating_mul(packet));
            }
        }
        let completed = new / packet;
        let points = completed.saturating_sub(old / packet);
        if points > 0 {
            self.completed_at = at(completed.saturating_mul(packet));
        }
        points
    }
}

/// An end that reads the record; keeps the last reading if the device was in the way.
#[derive(Clone, Debug)]
pub(super) struct StatusReader {
    published: Reader<WORDS>,
    last: Status,
}

impl StatusReader {
    pub(super) fn new(published: Reader<WORDS>) -> Self {
        let mut reader = Self {
            published,
            last: Status::default(),
        };
        reader.read();
        reader
    }

    /// The last publication. Any thread, wait-free.
    pub(super) fn read(&mut self) -> Status {
        if let Some(words) = self.published.read() {
            self.last = Status::from_words(words);
        }
        self.last
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(frames: u64) -> Status {
        Status {
            frames,
            packet: 100,
            ..Status::default()
        }
    }

    #[test]
    fn a_record_survives_the_journey() {
        let status = Status {
            state: StreamState::Pause,
            run: 3,
            base: 4,
            frames: 5,
            size: 6,
            packet: 2,
            clock: 7,
            now: -8,
            starts: [9, -10, 11],
            completed_at: -12,
            underruns: 13,
            starved: 14,
        };
        assert_eq!(Status::from_words(status.words()), status);
    }

    #[test]
    fn a_point_in_the_middle_of_a_block_is_passed_by_that_block() {
        let mut status = at(90);
        assert_eq!(status.advance(20, 1_000), 1);
        assert_eq!((status.completed_at, status.start_of(1)), (1_010, 1_010));
    }

    #[test]
    fn a_point_at_the_end_of_a_block_is_passed_and_the_next_packet_has_not_begun() {
        let mut status = at(90);
        assert_eq!(status.advance(10, 1_000), 1);
        assert_eq!((status.completed_at, status.start_of(1)), (1_010, 0));
        assert_eq!(status.advance(1, 5_000), 0);
        assert_eq!(
            status.start_of(1),
            5_000,
            "the stream may have paused in between"
        );
    }

    #[test]
    fn a_block_of_many_packets_passes_every_point_and_remembers_the_last_starts() {
        let mut status = Status {
            packet: 10,
            ..at(5)
        };
        assert_eq!(status.advance(50, 0), 5);
        assert_eq!(
            [3, 4, 5].map(|packet| status.start_of(packet)),
            [25, 35, 45]
        );
        assert_eq!(status.completed_at, 45);
    }

    #[test]
    fn a_block_of_nothing_passes_nothing() {
        let mut status = at(100);
        assert_eq!(status.advance(0, 9), 0);
        assert_eq!(status, at(100));
    }

    #[test]
    fn an_offset_is_below_the_size_and_zero_without_a_buffer() {
        let mut status = at(0);
        assert_eq!(status.offset(17), 0);
        status.size = 7;
        assert_eq!(
            [6, 7, 8, 21].map(|frame| status.offset(frame)),
            [6, 0, 1, 0]
        );
    }
}

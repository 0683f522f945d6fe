//! The records of a raw MIDI pin: bytes with a time, packed for a client that knows no events.
//!
//! In: packets of records, of which nothing is trusted. Out: runs of raw bytes with absolute times,
//! for a [`StreamParser`](super::StreamParser). Owner: the front door for raw bytes. Thread: any.
//! Source: \[WDK\] KSMUSICFORMAT.
//!
//! ```text
//! offset  0  u32  ms since the message before; for the first, since the packet's time
//!         4  u32  bytes, unpadded
//!         8       the bytes, then up to the next multiple of 4
//! ```
//!
//! All numbers are little-endian. Packets are served one after another: what a later one has before
//! the end of an earlier one waits for that end.

use std::{error::Error, fmt};

use crate::time::ReferenceTime;

/// Bytes of a record's header.
const HEADER_BYTES: usize = 8;
/// Units of 100 ns in a millisecond.
const UNITS_PER_MS: i64 = 10_000;

/// A record that claims more bytes than its packet has. Those before it were served.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RecordError {
    /// Where in the packet the record begins, bytes.
    pub offset: usize,
    /// Bytes of the packet from there on.
    pub left: usize,
}

impl fmt::Display for RecordError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { offset, left } = self;
        write!(
            f,
            "record at byte {offset} is longer than the {left} bytes left"
        )
    }
}

impl Error for RecordError {}

/// Reads the packets of one raw MIDI pin.
///
/// # Source
/// \[WDK\] KSMUSICFORMAT.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MusicFormatReader {
    /// The time of the last record served.
    served: ReferenceTime,
}

impl Default for MusicFormatReader {
    fn default() -> Self {
        Self::new()
    }
}

impl MusicFormatReader {
    /// A reader that has served nothing.
    #[must_use]
    pub const fn new() -> Self {
        Self {
            served: ReferenceTime::MIN,
        }
    }

    /// Shows each record of a packet to `visit`: when it is to be played, and its raw bytes.
    ///
    /// - `start`: presentation time of the packet; one in the past means as soon as possible
    /// - times never decrease, from one packet to the next neither
    ///
    /// # Errors
    /// [`RecordError`] at the first record that does not fit its packet; nothing tells where the
    /// next would begin.
    ///
    /// # Real-time
    /// Any thread. Bounded: O(n) for n bytes, beside what `visit` does.
    pub fn read(
        &mut self,
        start: ReferenceTime,
        packet: &[u8],
        mut visit: impl FnMut(ReferenceTime, &[u8]),
    ) -> Result<(), RecordError> {
        let mut time = start;
        let mut rest = packet;
        while !rest.is_empty() {
            let Some((delta_ms, data, following)) = split_record(rest) else {
                return Err(RecordError {
                    offset: packet.len().saturating_sub(rest.len()),
                    left: rest.len(),
                });
            };
            let delta = i64::from(delta_ms).saturating_mul(UNITS_PER_MS);
            time = time.saturating_add(ReferenceTime::new(delta));
            self.served = self.served.max(time);
            visit(self.served, data);
            rest = following;
        }
        Ok(())
    }
}

/// The milliseconds and the bytes of the first record, beside what follows it. The padding of the
/// last record may be left out.
fn split_record(bytes: &[u8]) -> Option<(u32, &[u8], &[u8])> {
    let (delta_ms, rest) = bytes.split_first_chunk()?;
    let (length, _) = rest.split_first_chunk()?;
    let length = usize::try_from(u32::from_le_bytes(*length)).ok()?;
    let end = HEADER_BYTES.checked_add(length)?;
    let data = bytes.get(HEADER_BYTES..end)?;
    let following = bytes.get(end.checked_next_multiple_of(4)?..).unwrap_or(&[]);
    Some((u32::from_le_bytes(*delta_ms), data, following))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn packet(records: &[(u32, &[u8])]) -> Vec<u8> {
        let mut packet = Vec::new();
        for (delta_ms, data) in records {
            packet.extend(delta_ms.to_le_bytes());
            packet.extend(u32::try_from(data.len()).unwrap().to_le_bytes());
            packet.extend(*data);
            packet.resize(packet.len().next_multiple_of(4), 0xEE);
        }
        packet
    }

    fn times(reader: &mut MusicFormatReader, start_ms: i64, packet: &[u8]) -> Vec<i64> {
        let mut times = Vec::new();
        let start = ReferenceTime::new(start_ms * UNITS_PER_MS);
        let read = reader.read(start, packet, |time, _| {
            times.push(time.units() / UNITS_PER_MS)
        });
        assert_eq!(read, Ok(()));
        times
    }

    #[test]
    fn a_later_packet_with_an_earlier_start_waits_for_the_one_before() {
        let mut reader = MusicFormatReader::new();
        let first = packet(&[(0, &[0xF8]), (1, &[0xF8]), (7, &[0xF8])]);
        assert_eq!(times(&mut reader, 123, &first), [123, 124, 131]);
        let second = packet(&[(5, &[0xF8]), (15, &[0xF8])]);
        assert_eq!(times(&mut reader, 120, &second), [131, 140]);
    }

    #[test]
    fn the_padding_of_a_record_is_no_part_of_it() {
        let packed = packet(&[(1, &[1, 2, 3, 4, 5]), (0, &[]), (2, &[6])]);
        let mut seen = Vec::new();
        let mut reader = MusicFormatReader::new();
        let read = reader.read(
            ReferenceTime::ZERO,
            &packed[..packed.len() - 3],
            |_, data| {
                seen.push(data.to_vec());
            },
        );
        assert_eq!(read, Ok(()), "the last padding may be missing");
        assert_eq!(seen, [&[1, 2, 3, 4, 5][..], &[], &[6]]);
    }

    #[test]
    fn a_record_longer_than_its_packet_ends_it() {
        let good = packet(&[(1, &[0xF8])]);
        for bad in [&[0; 7][..], &[0, 0, 0, 0, 2, 0, 0, 0, 9], &[0xFF; 12]] {
            let mut served = 0;
            let packed = [&good[..], bad].concat();
            let mut reader = MusicFormatReader::new();
            let read = reader.read(ReferenceTime::ZERO, &packed, |_, _| served += 1);
            let (offset, left) = (good.len(), bad.len());
            assert_eq!((read, served), (Err(RecordError { offset, left }), 1));
        }
    }

    proptest! {
        #[test]
        fn no_packet_panics_and_no_time_decreases(
            packets in proptest::collection::vec(
                (any::<i64>(), proptest::collection::vec(any::<u8>(), 0..60), 0..20_u32),
                0..8,
            ),
        ) {
            let mut reader = MusicFormatReader::new();
            let mut last = ReferenceTime::MIN;
            for (start, mut bytes, length) in packets {
                // A plausible length lets some records through.
                for (to, from) in bytes.iter_mut().skip(4).zip(length.to_le_bytes()) {
                    *to = from;
                }
                let _read = reader.read(ReferenceTime::new(start), &bytes, |time, _| {
                    assert!(time >= last);
                    last = time;
                });
            }
        }
    }
}

//! The music buffer: packed records of messages with their times, as a client hands them over.
//!
//! In: messages. Out: bytes for the unpacker. Owner: the client; filled on the render thread.
//! Source: \[WDK\] DMUS_EVENTHEADER; `IDirectMusicBuffer`.
//!
//! One record is a header of 20 bytes, packed to 4, then its data, rounded up to 8:
//!
//! ```text
//! offset  0  u32  data bytes, unrounded
//!         4  u32  channel group: 0 all, 1.. one
//!         8  i64  time after the start of the buffer, 100 ns
//!        16  u32  bit 0: the data is exactly one channel message
//!        20       data
//! ```
//!
//! All numbers are little-endian.

use crate::{
    error::{Exhausted, Room},
    event::ChannelGroup,
    time::ReferenceTime,
};

/// Bytes of a record's header.
pub(crate) const HEADER_BYTES: usize = 20;
/// Flag of a record whose data is exactly one channel message.
const STRUCTURED: u32 = 1;

/// Bytes a record of `data` bytes takes in the buffer.
///
/// # Source
/// \[WDK\] DMUS_EVENTHEADER, the macro DMUS_EVENT_SIZE.
#[must_use]
pub const fn record_bytes(data: usize) -> usize {
    data.saturating_add(HEADER_BYTES).saturating_add(7) & !7
}

/// The header of one record.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct RecordHeader {
    /// Data bytes, unrounded.
    pub(crate) data_bytes: u32,
    /// Group as written, not yet checked.
    pub(crate) group: u32,
    /// Time after the start of the buffer.
    pub(crate) delta: ReferenceTime,
    flags: u32,
}

impl RecordHeader {
    /// True if the data is exactly one channel message.
    pub(crate) const fn is_structured(self) -> bool {
        self.flags & STRUCTURED != 0
    }

    /// Reads a header beside the bytes after it; nothing if there are too few.
    #[inline]
    pub(crate) fn split(bytes: &[u8]) -> Option<(Self, &[u8])> {
        let (header, rest) = bytes.split_first_chunk::<HEADER_BYTES>()?;
        let (data_bytes, header) = header.split_first_chunk()?;
        let (group, header) = header.split_first_chunk()?;
        let (delta, header) = header.split_first_chunk()?;
        let header = Self {
            data_bytes: u32::from_le_bytes(*data_bytes),
            group: u32::from_le_bytes(*group),
            delta: ReferenceTime::new(i64::from_le_bytes(*delta)),
            flags: u32::from_le_bytes(*header.first_chunk()?),
        };
        Some((header, rest))
    }

    /// The header as it lies in a buffer.
    fn to_bytes(self) -> [u8; HEADER_BYTES] {
        let mut bytes = [0; HEADER_BYTES];
        let fields = [
            (0..4, &self.data_bytes.to_le_bytes()[..]),
            (4..8, &self.group.to_le_bytes()),
            (8..16, &self.delta.units().to_le_bytes()),
            (16..20, &self.flags.to_le_bytes()),
        ];
        for (range, field) in fields {
            if let Some(place) = bytes.get_mut(range) {
                place.copy_from_slice(field);
            }
        }
        bytes
    }
}

/// A buffer of fixed size for packed records.
#[derive(Clone, Debug)]
pub struct MusicBuffer {
    start: ReferenceTime,
    bytes: Box<[u8]>,
    used: usize,
}

impl MusicBuffer {
    /// An empty buffer for `capacity` bytes of records; see [`record_bytes`].
    ///
    /// # Real-time
    /// Not real-time: allocates.
    #[must_use]
    pub fn with_capacity(capacity: usize) -> Self {
        let bytes = vec![0; capacity].into_boxed_slice();
        Self {
            start: ReferenceTime::ZERO,
            bytes,
            used: 0,
        }
    }

    /// Empties the buffer and sets the time its records count from.
    ///
    /// # Real-time
    /// Render, wait-free.
    pub const fn clear(&mut self, start: ReferenceTime) {
        self.start = start;
        self.used = 0;
    }

    /// Appends a record.
    ///
    /// - `delta`: time after the start of the buffer; records may be in any order
    /// - `structured`: `bytes` is exactly one channel message. Otherwise `bytes` is one or more
    ///   whole messages of any kind, a System Exclusive message from `F0` to `F7`.
    ///
    /// What the bytes are is checked by the port, not here.
    ///
    /// # Errors
    /// [`Exhausted`] if the record does not fit; the buffer is unchanged.
    ///
    /// # Real-time
    /// Render. Bounded: O(n) for n bytes.
    pub fn push(
        &mut self,
        group: ChannelGroup,
        delta: ReferenceTime,
        structured: bool,
        bytes: &[u8],
    ) -> Result<(), Exhausted> {
        let full = Exhausted::new(Room::MusicBuffer);
        let data_bytes = u32::try_from(bytes.len()).map_err(|_| full)?;
        let end = self.used.saturating_add(record_bytes(bytes.len()));
        let record = self.bytes.get_mut(self.used..end).ok_or(full)?;
        let header = RecordHeader {
            data_bytes,
            group: u32::from(group.number()),
            delta,
            flags: if structured { STRUCTURED } else { 0 },
        };
        let (head, data) = record.split_first_chunk_mut().ok_or(full)?;
        *head = header.to_bytes();
        let (data, padding) = data.split_at_mut_checked(bytes.len()).ok_or(full)?;
        data.copy_from_slice(bytes);
        padding.fill(0);
        self.used = end;
        Ok(())
    }

    /// Replaces the content by records packed elsewhere, unchecked: the port trusts none of it.
    ///
    /// # Errors
    /// [`Exhausted`] if they do not fit; the buffer is unchanged.
    ///
    /// # Real-time
    /// Render. Bounded: O(n) for n bytes.
    pub fn load(&mut self, start: ReferenceTime, records: &[u8]) -> Result<(), Exhausted> {
        let room = self.bytes.get_mut(..records.len());
        room.ok_or(Exhausted::new(Room::MusicBuffer))?
            .copy_from_slice(records);
        self.start = start;
        self.used = records.len();
        Ok(())
    }

    /// The time its records count from.
    #[must_use]
    pub const fn start(&self) -> ReferenceTime {
        self.start
    }

    /// The packed records.
    #[must_use]
    pub fn records(&self) -> &[u8] {
        self.bytes.get(..self.used).unwrap_or(&[])
    }

    /// True without any record.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.used == 0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn records_are_rounded_up_to_eight_bytes() {
        for (data, size) in [(0, 24), (1, 24), (4, 24), (5, 32), (12, 32), (13, 40)] {
            assert_eq!(record_bytes(data), size, "{data} data bytes");
        }
    }

    #[test]
    fn a_record_has_the_layout_of_the_original() {
        let mut buffer = MusicBuffer::with_capacity(64);
        buffer.clear(ReferenceTime::new(1_000));
        buffer
            .push(
                ChannelGroup::new(2),
                ReferenceTime::new(-2),
                true,
                &[0x90, 60, 100],
            )
            .unwrap();
        let expected = [
            3, 0, 0, 0, 2, 0, 0, 0, 0xFE, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 1, 0, 0, 0,
            0x90, 60, 100, 0,
        ];
        assert_eq!(buffer.records(), expected);
        assert_eq!(buffer.start().units(), 1_000);
        let (header, data) = RecordHeader::split(buffer.records()).unwrap();
        assert!(header.is_structured());
        assert_eq!(
            (header.data_bytes, header.group, header.delta.units()),
            (3, 2, -2)
        );
        assert_eq!(data, [0x90, 60, 100, 0]);
        assert_eq!(RecordHeader::split(&expected[..19]), None);
    }

    #[test]
    fn a_full_buffer_refuses_and_is_unchanged() {
        let mut buffer = MusicBuffer::with_capacity(47);
        let push = |buffer: &mut MusicBuffer| {
            buffer.push(ChannelGroup::FIRST, ReferenceTime::ZERO, true, &[0xC0, 1])
        };
        push(&mut buffer).unwrap();
        let before = buffer.records().to_vec();
        assert_eq!(push(&mut buffer), Err(Exhausted::new(Room::MusicBuffer)));
        assert_eq!(buffer.records(), before);
        assert!(buffer.load(ReferenceTime::ZERO, &[0; 48]).is_err());
        assert_eq!(buffer.records(), before);
        buffer.clear(ReferenceTime::ZERO);
        assert!(buffer.is_empty());
    }

    #[test]
    fn what_is_left_of_an_older_record_is_overwritten() {
        let mut buffer = MusicBuffer::with_capacity(24);
        buffer.load(ReferenceTime::ZERO, &[0xFF; 24]).unwrap();
        buffer.clear(ReferenceTime::ZERO);
        buffer
            .push(ChannelGroup::FIRST, ReferenceTime::ZERO, false, &[0xF8])
            .unwrap();
        assert_eq!(buffer.records()[21..], [0, 0, 0]);
    }
}

//! A record of the history: the layout of a music buffer, as words.
//!
//! In: a header and bytes. Out: words for the ring, and back.
//! Owner: both ends of the history. Thread: any. Source: \[WDK\] DMUS_EVENTHEADER.
//!
//! The time is that of the master clock, as in a buffer that starts at 0. Two flags are ours, and
//! never leave the history: a record may hold an annotation of the transport, and it may be a note
//! of what was already in force.

use crate::{event::ChannelGroup, music::record_bytes, time::ReferenceTime};

/// Words of a record with at most four bytes of data.
pub(super) const SHORT_WORDS: usize = 3;
/// Bytes of data in those words.
pub(super) const SHORT_BYTES: usize = 4;

/// What a record is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// One message.
    Message,
    /// A change of the transport.
    Annotation,
    /// The messages that set up one group, and nothing new.
    State,
    /// The last change of the transport, and nothing new.
    AnnotationState,
}

impl Kind {
    const STRUCTURED: u32 = 1;
    const ANNOTATION: u32 = 1 << 31;
    const STATE: u32 = 1 << 30;

    /// The flags of a record with this data.
    const fn flags(self, first: u8) -> u32 {
        match self {
            Self::Message if first < 0xF0 => Self::STRUCTURED,
            Self::Message => 0,
            Self::Annotation => Self::ANNOTATION,
            Self::State => Self::STATE,
            Self::AnnotationState => Self::ANNOTATION | Self::STATE,
        }
    }

    const fn of(flags: u32) -> Self {
        match (flags & Self::ANNOTATION != 0, flags & Self::STATE != 0) {
            (false, false) => Self::Message,
            (true, false) => Self::Annotation,
            (false, true) => Self::State,
            (true, true) => Self::AnnotationState,
        }
    }
}

/// The header of a record.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Header {
    pub(super) kind: Kind,
    pub(super) time: ReferenceTime,
    pub(super) group: ChannelGroup,
    /// Bytes of data.
    pub(super) len: u32,
}

/// Words of a record with `len` bytes of data.
pub(super) const fn record_words(len: usize) -> usize {
    record_bytes(len) / 8
}

/// Words of the record whose first word this is.
pub(super) fn words_of(first: u64) -> u64 {
    u64::from(low(first)).saturating_add(20).div_ceil(8)
}

/// The low half of a word.
const fn low(word: u64) -> u32 {
    let [a, b, c, d, ..] = word.to_le_bytes();
    u32::from_le_bytes([a, b, c, d])
}

impl Header {
    /// The first two words, and the low half of the third.
    fn words(self, first: u8) -> [u64; SHORT_WORDS] {
        [
            u64::from(self.len) | u64::from(self.group.number()) << 32,
            self.time.units().cast_unsigned(),
            u64::from(self.kind.flags(first)),
        ]
    }

    /// The words of a record whose data has at most [`SHORT_BYTES`]; what is beyond is left out.
    pub(super) fn short(self, data: &[u8]) -> [u64; SHORT_WORDS] {
        let first = data.first().copied().unwrap_or(0);
        let [size, time, flags] = self.words(first);
        let data = data.iter().take(SHORT_BYTES).rev();
        let data = data.fold(0, |word, byte| word << 8 | u64::from(*byte));
        [size, time, flags | data << 32]
    }

    /// The words of a record with data in any number of pieces, [`Self::len`] bytes together.
    pub(super) fn long<'a, I>(self, pieces: I) -> impl ExactSizeIterator<Item = u64>
    where
        I: Iterator<Item = &'a [u8]> + Clone,
    {
        let first = pieces.clone().flatten().next().copied().unwrap_or(0);
        let [size, time, flags] = self.words(first);
        let [a, b, c, d, ..] = flags.to_le_bytes();
        Long {
            left: record_words(usize::try_from(self.len).unwrap_or(usize::MAX)),
            head: [Some(size), Some(time)].into_iter().flatten(),
            bytes: [a, b, c, d].into_iter().chain(pieces.flatten().copied()),
        }
    }

    /// The header of the record that begins these words, beside all its bytes of data as words
    /// from the half of the third on; nothing if they are too few.
    pub(super) fn read(words: &[u64]) -> Option<(Self, Data<'_>)> {
        let &[size, time, third, ..] = words else {
            return None;
        };
        let len = low(size);
        let count = usize::try_from(words_of(size)).ok()?;
        let header = Self {
            kind: Kind::of(low(third)),
            time: ReferenceTime::new(time.cast_signed()),
            group: ChannelGroup::new(u16::try_from(size >> 32).ok()?),
            len,
        };
        let words = words.get(2..count)?;
        Some((header, Data { words, len }))
    }
}

/// The data of a record.
#[derive(Clone, Copy, Debug)]
pub(super) struct Data<'a> {
    /// From the word on whose high half begins the data.
    words: &'a [u64],
    len: u32,
}

impl Data<'_> {
    /// The bytes one after another.
    pub(super) fn bytes(&self) -> impl Iterator<Item = u8> {
        let all = self.words.iter().flat_map(|word| word.to_le_bytes());
        all.skip(4)
            .take(usize::try_from(self.len).unwrap_or(usize::MAX))
    }
}

/// Words of a header, then bytes packed into words.
struct Long<H, B> {
    left: usize,
    head: H,
    bytes: B,
}

impl<H: Iterator<Item = u64>, B: Iterator<Item = u8>> Iterator for Long<H, B> {
    type Item = u64;

    fn next(&mut self) -> Option<u64> {
        self.left = self.left.checked_sub(1)?;
        if let Some(word) = self.head.next() {
            return Some(word);
        }
        let mut packed = [0; 8];
        for (place, byte) in packed.iter_mut().zip(&mut self.bytes) {
            *place = byte;
        }
        Some(u64::from_le_bytes(packed))
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        (self.left, Some(self.left))
    }
}

impl<H: Iterator<Item = u64>, B: Iterator<Item = u8>> ExactSizeIterator for Long<H, B> {}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::music::MusicBuffer;

    fn words(data: &[u8]) -> Vec<u64> {
        let header = Header {
            kind: Kind::Message,
            time: ReferenceTime::new(-77),
            group: ChannelGroup::new(3),
            len: u32::try_from(data.len()).unwrap(),
        };
        let long: Vec<u64> = header.long(data.chunks(3)).collect();
        if data.len() <= SHORT_BYTES {
            assert_eq!(header.short(data)[..], long);
        }
        long
    }

    #[test]
    fn the_words_of_a_record_are_those_of_a_music_buffer() {
        for len in [1, 3, 4, 5, 12, 13, 300] {
            let mut data = vec![0x90; len];
            data[0] = if len > 3 { 0xF0 } else { 0x90 };
            let mut buffer = MusicBuffer::with_capacity(400);
            let time = ReferenceTime::new(-77);
            buffer
                .push(ChannelGroup::new(3), time, len <= 3, &data)
                .unwrap();
            let words = words(&data);
            let bytes: Vec<u8> = words.iter().flat_map(|word| word.to_le_bytes()).collect();
            assert_eq!(bytes, buffer.records(), "{len}");
            let (header, read) = Header::read(&words).unwrap();
            assert_eq!((header.kind, header.time), (Kind::Message, time));
            assert_eq!(read.bytes().collect::<Vec<_>>(), data);
            assert_eq!(words_of(words[0]), words.len() as u64);
            assert!(Header::read(&words[..words.len() - 1]).is_none());
        }
    }
}

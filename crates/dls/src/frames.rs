//! The frames of a recording: a cheap view into memory that others share.
//!
//! In: decoded frames, or a part of a file's [`Image`] that is played where it lies. Out: slices.
//! Owner: whoever holds a view; what it looks at is freed with the last one and never changes.
//! Thread: any; reading is wait-free.

use std::fmt;
use std::ops::{Deref, Range};
use std::sync::Arc;

use crate::image::Image;

/// Mono frames of 16 bit, with 8 more bits below each where the recording has 24.
///
/// A clone or a [`part`](Self::part) shares the memory. Two are equal when they sound alike,
/// wherever they lie.
#[derive(Clone, Default)]
pub struct Frames {
    words: Arc<Vec<i16>>,
    /// Always within `words`.
    range: Range<usize>,
    /// Apart: few recordings have any, and a bank holds thousands of views.
    low: Option<Box<Low>>,
}

/// The third byte of every frame.
#[derive(Clone)]
struct Low {
    /// Bytes, two to a word, as they stand in a file.
    words: Arc<Vec<i16>>,
    /// Always as long as the frames, and within the bytes of `words`.
    bytes: Range<usize>,
}

impl Frames {
    /// What lies behind the last of at least as many frames that have memory of their own, so that
    /// readers who take more at a time than they look at need no copy where the frames end.
    pub const SPARE: usize = 384;

    /// Frames of 24 bit.
    ///
    /// - `high`: the upper 16 bits
    /// - `low`: the lower 8 bits, as many; missing ones are 0
    #[must_use]
    pub fn of_24_bits(high: Vec<i16>, low: &[u8]) -> Self {
        let frames = high.len();
        let mut words = vec![0_i16; frames.div_ceil(2)];
        let bytes: &mut [u8] = bytemuck::cast_slice_mut(&mut words);
        for (byte, low) in bytes.iter_mut().zip(low) {
            *byte = *low;
        }
        Self {
            low: Some(Box::new(Low {
                words: Arc::new(words),
                bytes: 0..frames,
            })),
            ..Self::from(high)
        }
    }

    /// Frames of 16 bit as they lie in a file, first byte lowest.
    ///
    /// - `bytes`: where; half a frame at the end, and what is not in the file, is left out
    ///
    /// They are not copied where the machine can play them in place: an even offset, and a
    /// machine that puts the lowest byte first.
    #[must_use]
    pub fn in_image(image: &Image, bytes: Range<usize>) -> Self {
        let end = bytes.end.min(image.bytes().len());
        let start = bytes.start.min(end);
        let frames = (end - start) / 2;
        if cfg!(target_endian = "little") && start.is_multiple_of(2) {
            let first = start / 2;
            return Self {
                words: Arc::clone(image.words()),
                range: first..first + frames,
                low: None,
            };
        }
        let bytes = image.bytes().get(start..end).unwrap_or_default();
        let (frames, _) = bytes.as_chunks();
        Self::from(
            frames
                .iter()
                .map(|frame| i16::from_le_bytes(*frame))
                .collect::<Vec<_>>(),
        )
    }

    /// The same frames with lower bytes that lie in a file.
    ///
    /// Without as many bytes as frames nothing changes.
    #[must_use]
    pub fn with_low_in(mut self, image: &Image, start: usize) -> Self {
        let bytes = start..start.saturating_add(self.range.len());
        if bytes.end <= image.bytes().len() {
            self.low = Some(Box::new(Low {
                words: Arc::clone(image.words()),
                bytes,
            }));
        }
        self
    }

    /// Some of the frames, in the same memory; what is not there is left out.
    #[must_use]
    pub fn part(&self, frames: Range<usize>) -> Self {
        let end = frames.end.min(self.range.len());
        let start = frames.start.min(end);
        Self {
            words: Arc::clone(&self.words),
            range: self.range.start + start..self.range.start + end,
            low: self.low.as_ref().map(|low| {
                Box::new(Low {
                    words: Arc::clone(&low.words),
                    bytes: low.bytes.start + start..low.bytes.start + end,
                })
            }),
        }
    }

    /// The upper 16 bits of every frame.
    #[must_use]
    pub fn high(&self) -> &[i16] {
        self.words.get(self.range.clone()).unwrap_or_default()
    }

    /// The upper 16 bits from a frame on, and whatever lies behind the last frame in the same memory:
    /// for readers that take more at a time than they look at.
    ///
    /// - `first`: nothing is returned past the last frame
    #[must_use]
    pub fn high_from(&self, first: usize) -> &[i16] {
        if first >= self.range.len() {
            return &[];
        }
        self.words
            .get(self.range.start + first..)
            .unwrap_or_default()
    }

    /// The lower 8 bits of every frame, where the recording has 24; as many as frames.
    #[must_use]
    pub fn low(&self) -> Option<&[u8]> {
        let low = self.low.as_ref()?;
        let bytes: &[u8] = bytemuck::cast_slice(&low.words);
        bytes.get(low.bytes.clone())
    }

    /// Whether both look at the same memory, at the same place or elsewhere in it.
    #[must_use]
    pub fn share_memory(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.words, &other.words)
    }
}

impl Deref for Frames {
    type Target = [i16];

    fn deref(&self) -> &[i16] {
        self.high()
    }
}

impl From<Vec<i16>> for Frames {
    /// Takes frames, and puts [`Frames::SPARE`] of silence behind them, or as many as they are: a bank
    /// of many tiny waves takes no more than twice their memory.
    fn from(mut words: Vec<i16>) -> Self {
        let range = 0..words.len();
        let spare = range.len().min(Self::SPARE);
        words.reserve_exact(spare);
        words.resize(range.end + spare, 0);
        Self {
            range,
            words: Arc::new(words),
            low: None,
        }
    }
}

impl FromIterator<i16> for Frames {
    fn from_iter<T: IntoIterator<Item = i16>>(frames: T) -> Self {
        Self::from(frames.into_iter().collect::<Vec<_>>())
    }
}

impl PartialEq for Frames {
    fn eq(&self, other: &Self) -> bool {
        self.high() == other.high() && self.low() == other.low()
    }
}

impl Eq for Frames {}

impl fmt::Debug for Frames {
    /// The first few frames: a recording is long.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let high = self.high();
        let bits = if self.low.is_some() { 24 } else { 16 };
        write!(f, "{} frames of {bits} bit ", high.len())?;
        f.debug_list().entries(high.iter().take(8)).finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_part_shares_the_memory_and_ends_with_the_frames() {
        let frames = Frames::from(vec![1, 2, 3, 4]);
        let part = frames.part(1..9);
        assert_eq!(part.high(), [2, 3, 4]);
        assert_eq!(part.part(1..2).high(), [3]);
        assert!(part.share_memory(&frames));
        assert!(frames.part(7..9).is_empty());
    }

    #[test]
    fn frames_in_a_file_are_played_where_they_lie() {
        let image = Image::from_bytes(&[1, 0, 2, 0, 3, 0, 4]);
        let even = Frames::in_image(&image, 2..7);
        assert_eq!(even.high(), [2, 3]);
        if cfg!(target_endian = "little") {
            assert!(even.share_memory(&Frames::in_image(&image, 0..2)));
        }
        let odd = Frames::in_image(&image, 1..5);
        assert_eq!(odd.high(), [0x200, 0x300]);
        assert!(!odd.share_memory(&even));
        assert!(Frames::in_image(&image, 9..20).is_empty());
    }

    #[test]
    fn a_reader_may_look_behind_the_last_frame() {
        let all = Frames::from(vec![1, 2, 3, 4, 5]);
        let some = all.part(1..3);
        assert_eq!(some.high_from(0)[..5], [2, 3, 4, 5, 0]);
        assert_eq!(some.high_from(1)[..3], [3, 4, 5]);
        let long = Frames::from(vec![7; 1000]);
        assert_eq!(long.high_from(999).len(), 1 + Frames::SPARE);
        assert!(some.high_from(2).is_empty());
    }

    #[test]
    fn low_bytes_go_with_their_frames() {
        let frames = Frames::of_24_bits(vec![1, 2, 3], &[7, 8, 9]);
        assert_eq!(frames.low(), Some(&[7, 8, 9][..]));
        assert_eq!(frames.part(1..2).low(), Some(&[8][..]));
        assert_ne!(frames, Frames::from(vec![1, 2, 3]));

        let image = Image::from_bytes(&[1, 0, 2, 0, 5, 6]);
        let frames = Frames::in_image(&image, 0..4).with_low_in(&image, 4);
        assert_eq!(frames.low(), Some(&[5, 6][..]));
        let without = Frames::in_image(&image, 0..4).with_low_in(&image, 5);
        assert_eq!(without.low(), None);
    }
}

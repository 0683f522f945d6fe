//! A bank file in memory, laid so that its recordings are played where they lie.
//!
//! In: bytes, or a reader of them. Out: the same bytes, and 16-bit words over them.
//! Owner: shared by every bank and recording that came out of it. Thread: any.

use std::fmt;
use std::fs::File;
use std::io::{self, ErrorKind, Read};
use std::ops::ControlFlow;
use std::sync::Arc;

mod parts;

/// Bytes that are read between two reports.
const STEP: usize = 1 << 20;

/// A whole file; a clone shares the memory.
#[derive(Clone, Default)]
pub struct Image {
    /// The bytes, and one more where their number is odd.
    words: Arc<Vec<i16>>,
    length: usize,
}

impl Image {
    /// A copy of bytes that are in memory already.
    #[must_use]
    pub fn from_bytes(bytes: &[u8]) -> Self {
        let mut words = vec![0_i16; bytes.len().div_ceil(2)];
        let place: &mut [u8] = bytemuck::cast_slice_mut(&mut words);
        if let Some(place) = place.get_mut(..bytes.len()) {
            place.copy_from_slice(bytes);
        }
        Self {
            words: Arc::new(words),
            length: bytes.len(),
        }
    }

    /// Reads a file to its end, or as far as it was said to go.
    ///
    /// - `length`: bytes expected; memory is taken for so many at once, and no more are read
    /// - `progress`: told how many have been read after each mebibyte; may put an end to it
    /// - returns nothing if `progress` has put an end to it
    ///
    /// # Errors
    /// What the reader says, or [`ErrorKind::OutOfMemory`].
    ///
    /// # Real-time
    /// Not real-time: reads and allocates.
    pub fn read(
        mut reader: impl Read,
        length: usize,
        progress: &mut dyn FnMut(usize) -> ControlFlow<()>,
    ) -> io::Result<Option<Self>> {
        let mut words = zeros(length)?;
        let bytes: &mut [u8] = bytemuck::cast_slice_mut(&mut words);
        let mut done = 0;
        while done < length {
            let end = done.saturating_add(STEP).min(length);
            let Some(step) = bytes.get_mut(done..end) else {
                break;
            };
            match reader.read(step) {
                Ok(0) => break,
                Ok(read) => done += read,
                Err(error) if error.kind() == ErrorKind::Interrupted => continue,
                Err(error) => return Err(error),
            }
            if progress(done).is_break() {
                return Ok(None);
            }
        }
        Ok(Some(Self::of_words(words, done)))
    }

    /// As [`read`](Self::read), from a file that is open: a long one by several threads at once.
    ///
    /// - `progress`: as there, whichever thread it is that has come further
    ///
    /// # Errors
    /// What the file says, or [`ErrorKind::OutOfMemory`].
    ///
    /// # Real-time
    /// Not real-time: reads, allocates, and waits for threads.
    pub fn read_file(
        file: &File,
        length: usize,
        progress: &mut (dyn FnMut(usize) -> ControlFlow<()> + Send),
    ) -> io::Result<Option<Self>> {
        let mut words = zeros(length)?;
        let bytes: &mut [u8] = bytemuck::cast_slice_mut(&mut words);
        let bytes = bytes.get_mut(..length).unwrap_or_default();
        let done = parts::fill(file, bytes, progress)?;
        Ok(done.map(|done| Self::of_words(words, done)))
    }

    /// The first bytes of words: a file may have become shorter since somebody asked for its
    /// length.
    fn of_words(mut words: Vec<i16>, length: usize) -> Self {
        words.truncate(length.div_ceil(2));
        Self {
            words: Arc::new(words),
            length,
        }
    }

    /// All bytes of the file.
    #[must_use]
    pub fn bytes(&self) -> &[u8] {
        let bytes: &[u8] = bytemuck::cast_slice(&self.words);
        bytes.get(..self.length).unwrap_or_default()
    }

    /// The memory, as 16-bit words in the byte order of the file.
    pub(crate) const fn words(&self) -> &Arc<Vec<i16>> {
        &self.words
    }
}

/// Words for so many bytes.
fn zeros(bytes: usize) -> io::Result<Vec<i16>> {
    // As zeros, which the system has at hand, so that each page is written once: by the file. And
    // at once: an allocator that is given back so much keeps what it is given from then on.
    bytemuck::allocation::try_zeroed_vec(bytes.div_ceil(2))
        .map_err(|()| io::Error::from(ErrorKind::OutOfMemory))
}

impl fmt::Debug for Image {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Image of {} bytes", self.length)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_odd_number_of_bytes_is_kept_to_the_byte() {
        for length in 0..7_u8 {
            let bytes: Vec<u8> = (1..=length).collect();
            assert_eq!(Image::from_bytes(&bytes).bytes(), bytes);
            let mut steps = 0;
            let image = Image::read(bytes.as_slice(), bytes.len(), &mut |_| {
                steps += 1;
                ControlFlow::Continue(())
            });
            assert_eq!(image.unwrap().unwrap().bytes(), bytes);
            assert_eq!(steps, u32::from(length > 0));
        }
    }

    #[test]
    fn a_file_that_became_shorter_ends_where_it_ends() {
        let image = Image::read(&[1, 2, 3][..], 10, &mut |_| ControlFlow::Continue(()));
        assert_eq!(image.unwrap().unwrap().bytes(), [1, 2, 3]);
    }

    #[test]
    fn a_file_that_became_longer_is_read_as_far_as_was_said() {
        let image = Image::read(&[1, 2, 3][..], 2, &mut |_| ControlFlow::Continue(()));
        assert_eq!(image.unwrap().unwrap().bytes(), [1, 2]);
    }

    #[test]
    fn reading_stops_when_it_is_told_to() {
        let bytes = vec![0; 3 * STEP];
        let mut seen = Vec::new();
        let image = Image::read(bytes.as_slice(), bytes.len(), &mut |done| {
            seen.push(done);
            if done > STEP {
                ControlFlow::Break(())
            } else {
                ControlFlow::Continue(())
            }
        });
        assert!(image.unwrap().is_none());
        assert_eq!(seen, [STEP, 2 * STEP]);
    }
}

//! A ring of words that one thread overwrites for ever, while others copy stretches of it untorn.
//!
//! In: words, appended by one thread. Out: the last of them, by the index each was given.
//! Owner: each end by its thread. Thread: [`CyclicWriter`] one, [`CyclicReader`] any; all wait-free.
//!
//! Words are numbered from 0 on and keep their number; slot `number % capacity` is used again and
//! again. A reader is never waited for: one that asked for words which were overwritten meanwhile
//! is told so. As in `published`, the words are atomics themselves, released and acquired one by
//! one, so that no racing read is undefined.
//!
//! ```text
//! append:  oldest = first word that survives;  words = ...;  written = index after the last
//! read:    within oldest..written?  copy words;  whole if the first is still not before oldest
//! ```

use std::{cell::Cell, error::Error, fmt, marker::PhantomData, sync::Arc};

use super::shim::{AtomicU64, Ordering, order};

struct Shared {
    /// Index of the next word: all before it were stored.
    written: AtomicU64,
    /// Index of the oldest word that is not given up; only grows.
    oldest: AtomicU64,
    /// At least one.
    slots: Box<[AtomicU64]>,
}

impl Shared {
    fn capacity(&self) -> u64 {
        u64::try_from(self.slots.len()).unwrap_or(u64::MAX)
    }

    /// All slots once, from that of word `index` on.
    fn slots_from(&self, index: u64) -> impl Iterator<Item = &AtomicU64> {
        let first = usize::try_from(index % self.capacity().max(1)).unwrap_or(0);
        let (before, from) = self.slots.split_at_checked(first).unwrap_or_default();
        from.iter().chain(before)
    }
}

impl fmt::Debug for Shared {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Shared")
            .field("capacity", &self.slots.len())
            .finish_non_exhaustive()
    }
}

/// Both ends of a ring of `capacity` words, at least one; any count will do, not only powers of two.
///
/// Allocates the ring and touches all of its memory, so that neither end meets a page fault.
///
/// ```
/// let (mut writer, reader) = dmus_kernel::sync::cyclic(3);
/// writer.append([10, 11, 12, 13].into_iter());
/// let mut words = [0; 2];
/// assert_eq!(reader.read(2, &mut words), Ok(()));
/// assert_eq!(words, [12, 13]);
/// assert!(reader.read(0, &mut words).is_err());
/// ```
///
/// # Real-time
/// Not real-time: allocates.
#[must_use]
pub fn cyclic(capacity: usize) -> (CyclicWriter, CyclicReader) {
    CyclicMemory::new(capacity).ring()
}

/// The memory of a ring, without its ends: who needs one ring after another keeps it, and its pages
/// are asked of the system once.
///
/// ```
/// # use dmus_kernel::sync::CyclicMemory;
/// let (mut writer, reader) = CyclicMemory::new(3).ring();
/// writer.append([10, 11].into_iter());
/// drop(writer);
/// let memory = reader.into_memory().unwrap();
/// let (_, reader) = memory.ring();
/// assert_eq!((reader.written(), reader.capacity()), (0, 3));
/// ```
pub struct CyclicMemory {
    slots: Box<[AtomicU64]>,
}

impl CyclicMemory {
    /// Memory for a ring of `capacity` words, at least one, all of it touched.
    ///
    /// # Real-time
    /// Not real-time: allocates.
    #[must_use]
    pub fn new(capacity: usize) -> Self {
        Self {
            // Not zero: zeroed memory may be given out without a page behind it.
            slots: (0..capacity.max(1))
                .map(|_| AtomicU64::new(u64::MAX))
                .collect(),
        }
    }

    /// `old` where it has room for just `capacity` words, else other memory; `old` is freed first.
    ///
    /// # Real-time
    /// Not real-time: allocates.
    #[must_use]
    pub fn again(old: Option<Self>, capacity: usize) -> Self {
        let fits = |memory: &Self| memory.capacity() == capacity.max(1);
        old.filter(fits).unwrap_or_else(|| Self::new(capacity))
    }

    /// Words that a ring in it has room for.
    #[must_use]
    pub const fn capacity(&self) -> usize {
        self.slots.len()
    }

    /// Both ends of an empty ring in it: what other ends have written there is out of reach.
    ///
    /// # Real-time
    /// Not real-time: allocates what both ends share.
    #[must_use]
    pub fn ring(self) -> (CyclicWriter, CyclicReader) {
        let shared = Arc::new(Shared {
            written: AtomicU64::new(0),
            oldest: AtomicU64::new(0),
            slots: self.slots,
        });
        let writer = CyclicWriter {
            shared,
            written: 0,
            oldest: 0,
            not_sync: PhantomData,
        };
        let reader = writer.reader();
        (writer, reader)
    }
}

impl fmt::Debug for CyclicMemory {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CyclicMemory")
            .field("capacity", &self.slots.len())
            .finish_non_exhaustive()
    }
}

/// Why words could not be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum CyclicMiss {
    /// The words asked for begin before the oldest one that is left.
    Overwritten {
        /// Index of the oldest word that is left.
        oldest: u64,
    },
    /// The words asked for end after the last one written.
    NotYet {
        /// Index of the next word to be written.
        written: u64,
    },
}

impl fmt::Display for CyclicMiss {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Overwritten { oldest } => {
                write!(f, "words were overwritten: the oldest left is {oldest}")
            }
            Self::NotYet { written } => {
                write!(f, "words are not written yet: the next is {written}")
            }
        }
    }
}

impl Error for CyclicMiss {}

/// The end that appends: may move to another thread, but not be shared by two.
///
/// ```compile_fail,E0277
/// fn shared<T: Sync>(_: T) {}
/// shared(dmus_kernel::sync::cyclic(1).0);
/// ```
#[derive(Debug)]
pub struct CyclicWriter {
    shared: Arc<Shared>,
    /// What `shared.written` holds: nobody else writes it.
    written: u64,
    /// What `shared.oldest` holds: nobody else writes it.
    oldest: u64,
    not_sync: PhantomData<Cell<()>>,
}

impl CyclicWriter {
    /// Words the ring has room for; at least one.
    ///
    /// # Real-time
    /// The writing thread, wait-free.
    #[must_use]
    pub fn capacity(&self) -> u64 {
        self.shared.capacity()
    }

    /// Words ever written, which is the index of the next.
    ///
    /// # Real-time
    /// The writing thread, wait-free.
    #[must_use]
    pub const fn written(&self) -> u64 {
        self.written
    }

    /// Index of the oldest word that is still valid; [`written`](Self::written) if none is.
    ///
    /// # Real-time
    /// The writing thread, wait-free.
    #[must_use]
    pub const fn oldest(&self) -> u64 {
        self.oldest
    }

    /// Gives up all words before `index`, clamped to `oldest..=written`: whoever keeps records of
    /// several words retires whole ones, and none is ever found with its head cut off.
    ///
    /// # Real-time
    /// The writing thread, wait-free.
    pub fn retire(&mut self, index: u64) {
        self.give_up_before(index.min(self.written));
    }

    fn give_up_before(&mut self, index: u64) {
        if index <= self.oldest {
            return;
        }
        self.oldest = index;
        // ORDER: Relaxed; a reader acts on it only by finding its own index too old. The Release of
        // each word stored after it carries it along.
        self.shared.oldest.store(index, Ordering::Relaxed);
    }

    /// Appends `words`; as many of the oldest as must make room for them are given up first. Of more
    /// words than the ring has room for the last are kept.
    ///
    /// # Real-time
    /// The writing thread, wait-free; O(words).
    pub fn append(&mut self, words: impl ExactSizeIterator<Item = u64>) {
        let count = u64::try_from(words.len()).unwrap_or(u64::MAX);
        let end = self.written.saturating_add(count);
        self.give_up_before(end.saturating_sub(self.capacity()));
        let passed = words.len().saturating_sub(self.shared.slots.len());
        let first = end.saturating_sub(count.min(self.capacity()));
        for (slot, word) in self.shared.slots_from(first).zip(words.skip(passed)) {
            // ORDER: Release publishes the new `oldest` before any word is overwritten; pairs with
            // the Acquire load of the words in `read`, after which the second look finds it.
            slot.store(word, order("cyclic_word_store", Ordering::Release));
        }
        self.written = end;
        // ORDER: Release publishes all words before the index after them; pairs with the load of
        // `written` in `CyclicReader::written`.
        self.shared
            .written
            .store(end, order("cyclic_written_store", Ordering::Release));
    }

    /// The word with that index, while it is valid.
    ///
    /// # Real-time
    /// The writing thread, wait-free.
    #[must_use]
    pub fn word(&self, index: u64) -> Option<u64> {
        if !(self.oldest..self.written).contains(&index) {
            return None;
        }
        let slot = self.shared.slots_from(index).next()?;
        // ORDER: Relaxed; only this thread writes the words.
        Some(slot.load(Ordering::Relaxed))
    }

    /// One more reading end.
    #[must_use]
    pub fn reader(&self) -> CyclicReader {
        CyclicReader {
            shared: Arc::clone(&self.shared),
        }
    }
}

/// An end that reads; cloned for as many threads as like.
#[derive(Clone, Debug)]
pub struct CyclicReader {
    shared: Arc<Shared>,
}

impl CyclicReader {
    /// The memory of the ring, for another one; nothing while another end of it is left.
    ///
    /// # Real-time
    /// Not real-time: frees what the ends have shared.
    #[must_use]
    pub fn into_memory(self) -> Option<CyclicMemory> {
        let Shared { slots, .. } = Arc::into_inner(self.shared)?;
        Some(CyclicMemory { slots })
    }

    /// Words ever written, which is the index of the next; all before it can be read unless they
    /// are too old. Never less than an earlier answer on the same thread.
    ///
    /// # Real-time
    /// Any thread, wait-free.
    #[must_use]
    pub fn written(&self) -> u64 {
        // ORDER: Acquire sees all words before this index; pairs with the last store in `append`.
        self.shared
            .written
            .load(order("cyclic_written_load", Ordering::Acquire))
    }

    /// Index of the oldest word that may still be read. While words are being appended it can be
    /// ahead of [`written`](Self::written) by as many as exceed the capacity. Never less than an
    /// earlier answer on the same thread.
    ///
    /// # Real-time
    /// Any thread, wait-free.
    #[must_use]
    pub fn oldest(&self) -> u64 {
        // ORDER: Relaxed; it publishes nothing. In `read` the Acquire loads of the words keep the
        // second look after them.
        self.shared.oldest.load(Ordering::Relaxed)
    }

    /// Words the ring has room for; at least one.
    ///
    /// # Real-time
    /// Any thread, wait-free.
    #[must_use]
    pub fn capacity(&self) -> u64 {
        self.shared.capacity()
    }

    /// Copies the words from index `from` on, as many as `into` holds.
    ///
    /// # Errors
    /// [`CyclicMiss::Overwritten`] if the first of them is not valid, or stopped being valid while
    /// they were copied; else [`CyclicMiss::NotYet`] if the last of them is not written. The content
    /// of `into` means nothing then.
    ///
    /// # Real-time
    /// Any thread, wait-free; O(words).
    pub fn read(&self, from: u64, into: &mut [u64]) -> Result<(), CyclicMiss> {
        let written = self.written();
        self.not_overwritten(from)?;
        let count = u64::try_from(into.len()).unwrap_or(u64::MAX);
        if from.checked_add(count).is_none_or(|end| end > written) {
            return Err(CyclicMiss::NotYet { written });
        }
        for (word, slot) in into.iter_mut().zip(self.shared.slots_from(from)) {
            // ORDER: Acquire: having read a word that was stored over the one asked for, the second
            // look below sees at least the `oldest` stored before it; pairs with the store of the
            // words in `append`.
            *word = slot.load(order("cyclic_word_load", Ordering::Acquire));
        }
        self.not_overwritten(from)
    }

    fn not_overwritten(&self, from: u64) -> Result<(), CyclicMiss> {
        let oldest = self.oldest();
        if from < oldest {
            return Err(CyclicMiss::Overwritten { oldest });
        }
        Ok(())
    }
}

#[cfg(all(test, not(dmus_loom)))]
mod tests {
    use super::{CyclicMemory, CyclicMiss, CyclicReader, cyclic};

    fn read<const N: usize>(reader: &CyclicReader, from: u64) -> Result<[u64; N], CyclicMiss> {
        let mut words = [0; N];
        reader.read(from, &mut words).map(|()| words)
    }

    #[test]
    fn words_are_read_by_their_index_until_they_are_overwritten() {
        let (mut writer, reader) = cyclic(3);
        writer.append([10, 11].into_iter());
        assert_eq!(read(&reader, 0), Ok([10, 11]));
        assert_eq!(
            read::<1>(&reader, 2),
            Err(CyclicMiss::NotYet { written: 2 })
        );
        writer.append([12, 13].into_iter());
        assert_eq!(
            read::<1>(&reader, 0),
            Err(CyclicMiss::Overwritten { oldest: 1 })
        );
        assert_eq!(read(&reader, 1), Ok([11, 12, 13]));
    }

    #[test]
    fn a_ring_in_memory_of_another_begins_empty_and_only_when_all_ends_are_gone() {
        let (mut writer, reader) = cyclic(3);
        writer.append([10, 11, 12, 13].into_iter());
        assert!(reader.clone().into_memory().is_none(), "two more ends");
        drop(writer);
        let memory = CyclicMemory::again(reader.into_memory(), 3);
        let (mut writer, reader) = memory.ring();
        assert_eq!((reader.oldest(), reader.written()), (0, 0));
        assert_eq!(
            read::<1>(&reader, 0),
            Err(CyclicMiss::NotYet { written: 0 })
        );
        writer.append([20].into_iter());
        assert_eq!(read(&reader, 0), Ok([20]));
        drop(writer);
        let memory = reader.into_memory().expect("the last end");
        let first = memory.slots.as_ptr();
        let memory = CyclicMemory::again(Some(memory), 3);
        assert_eq!(memory.slots.as_ptr(), first, "the same memory");
        assert_eq!(CyclicMemory::again(Some(memory), 4).capacity(), 4);
    }

    #[test]
    fn of_more_words_than_there_is_room_for_the_last_are_kept() {
        let (mut writer, reader) = cyclic(3);
        writer.append([1].into_iter());
        writer.append([2, 3, 4, 5, 6, 7, 8, 9].into_iter());
        assert_eq!(
            (writer.oldest(), writer.written(), reader.oldest()),
            (6, 9, 6)
        );
        assert_eq!(read(&reader, 6), Ok([7, 8, 9]));
        assert_eq!(writer.word(6), Some(7));
        assert_eq!((writer.word(5), writer.word(9)), (None, None));
    }

    #[test]
    fn a_retired_word_is_gone_though_nothing_was_written_over_it() {
        let (mut writer, reader) = cyclic(4);
        writer.append([0, 1, 2, 3].into_iter());
        writer.retire(2);
        writer.retire(1);
        assert_eq!(writer.oldest(), 2, "what was given up stays given up");
        assert_eq!(
            read::<1>(&reader, 1),
            Err(CyclicMiss::Overwritten { oldest: 2 })
        );
        assert_eq!(read(&reader, 2), Ok([2, 3]));
        writer.retire(u64::MAX);
        assert_eq!((writer.oldest(), reader.oldest()), (4, 4));
    }

    #[test]
    fn a_ring_of_no_words_is_one_of_one_word() {
        let (mut writer, reader) = cyclic(0);
        assert_eq!((writer.capacity(), reader.capacity()), (1, 1));
        writer.append([5, 6, 7].into_iter());
        assert_eq!(read(&reader, 2), Ok([7]));
        assert_eq!(read::<2>(&reader, 2).ok(), None);
    }

    #[test]
    fn no_words_at_all_can_be_read_wherever_words_are_valid() {
        let (mut writer, reader) = cyclic(2);
        assert_eq!(read(&reader, 0), Ok([]));
        writer.append([].into_iter());
        writer.append([0, 1, 2, 3].into_iter());
        assert_eq!(
            read::<0>(&reader, 1),
            Err(CyclicMiss::Overwritten { oldest: 2 })
        );
        assert_eq!(read(&reader, 4), Ok([]));
        assert_eq!(
            read::<0>(&reader, u64::MAX),
            Err(CyclicMiss::NotYet { written: 4 })
        );
        assert_eq!(
            read::<1>(&reader, u64::MAX),
            Err(CyclicMiss::NotYet { written: 4 })
        );
    }
}

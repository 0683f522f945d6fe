//! A few words that one thread publishes and others read untorn: a sequence lock.
//!
//! Thread: [`Writer`] one, [`Reader`] any; both wait-free. A reader that loses every race is told
//! so and keeps what it had.
//!
//! The words are atomics themselves, released and acquired one by one: no fence is needed, and no
//! racing read is undefined (after H.-J. Boehm, "Can seqlocks get along with programming language
//! memory models?", 2012).
//!
//! ```text
//! write:  sequence = odd;  words = ...;  sequence = even
//! read:   first = sequence;  copy words;  whole if first is even and sequence is still first
//! ```

use std::{array, cell::Cell, marker::PhantomData, sync::Arc};

use super::shim::{AtomicU64, Ordering, order};

/// Copies a reader tries before it gives up. A render block publishes once in some 20 us or more, so
/// a second try meets the same writer only if the reader was put to sleep in between.
const TRIES: u32 = 3;

#[derive(Debug)]
struct Shared<const N: usize> {
    /// Even at rest, odd while the words are being written.
    sequence: AtomicU64,
    words: [AtomicU64; N],
}

/// Both ends of `N` published words, which begin as `initial`.
///
/// ```
/// let (mut writer, reader) = dmus_kernel::sync::published([1, 2]);
/// writer.publish([3, 4]);
/// assert_eq!(reader.read(), Some([3, 4]));
/// ```
#[must_use]
pub fn published<const N: usize>(initial: [u64; N]) -> (Writer<N>, Reader<N>) {
    let shared = Arc::new(Shared {
        sequence: AtomicU64::new(0),
        words: array::from_fn(|index| AtomicU64::new(initial.get(index).copied().unwrap_or(0))),
    });
    let reader = Reader {
        shared: Arc::clone(&shared),
    };
    (
        Writer {
            shared,
            sequence: 0,
            not_sync: PhantomData,
        },
        reader,
    )
}

/// The end that publishes: may move to another thread, but not be shared by two.
///
/// ```compile_fail,E0277
/// fn shared<T: Sync>(_: T) {}
/// shared(dmus_kernel::sync::published([0]).0);
/// ```
#[derive(Debug)]
pub struct Writer<const N: usize> {
    shared: Arc<Shared<N>>,
    /// What `shared.sequence` holds: nobody else writes it.
    sequence: u64,
    not_sync: PhantomData<Cell<()>>,
}

impl<const N: usize> Writer<N> {
    /// Publishes `words` in place of the last ones.
    ///
    /// # Real-time
    /// The writing thread, wait-free.
    pub fn publish(&mut self, words: [u64; N]) {
        let odd = self.sequence.wrapping_add(1);
        let even = self.sequence.wrapping_add(2);
        // ORDER: Relaxed; no reader acts on the odd number itself, only on not finding its first
        // number again. The Release of each word below carries it along.
        self.shared.sequence.store(odd, Ordering::Relaxed);
        for (word, value) in self.shared.words.iter().zip(words) {
            // ORDER: Release publishes the odd number before any new word; pairs with the Acquire
            // load of the words in `read`, after which the second look finds it.
            word.store(value, order("published_word_store", Ordering::Release));
        }
        // ORDER: Release publishes all words before the even number; pairs with the first load of
        // the sequence in `read`.
        self.shared
            .sequence
            .store(even, order("published_sequence_store", Ordering::Release));
        self.sequence = even;
    }

    /// One more reading end.
    #[must_use]
    pub fn reader(&self) -> Reader<N> {
        Reader {
            shared: Arc::clone(&self.shared),
        }
    }
}

/// An end that reads; cloned for as many threads as like.
#[derive(Debug)]
pub struct Reader<const N: usize> {
    shared: Arc<Shared<N>>,
}

impl<const N: usize> Clone for Reader<N> {
    fn clone(&self) -> Self {
        Self {
            shared: Arc::clone(&self.shared),
        }
    }
}

impl<const N: usize> Reader<N> {
    /// The words last published, all of one publication; nothing if the writer was in the way at
    /// each of a few tries. Keep the last reading then.
    ///
    /// # Real-time
    /// Any thread, wait-free.
    #[must_use]
    pub fn read(&self) -> Option<[u64; N]> {
        (0..TRIES).find_map(|_| self.try_once())
    }

    fn try_once(&self) -> Option<[u64; N]> {
        // ORDER: Acquire sees all words of the publication that ended with this number; pairs with
        // the last store in `publish`.
        let first = self
            .shared
            .sequence
            .load(order("published_sequence_load", Ordering::Acquire));
        if first % 2 == 1 {
            return None;
        }
        let words = self.shared.words.each_ref().map(|word| {
            // ORDER: Acquire: having read a word of a later publication, the second look below
            // sees at least its odd number; pairs with the store of the words in `publish`.
            word.load(order("published_word_load", Ordering::Acquire))
        });
        // ORDER: Relaxed; the Acquire loads above keep it after them, and it publishes nothing.
        let second = self.shared.sequence.load(Ordering::Relaxed);
        (first == second).then_some(words)
    }
}

#[cfg(all(test, not(dmus_loom)))]
mod tests {
    use std::marker::PhantomData;

    use super::{Reader, Writer, published};

    /// Has one implementation for a type that is not `Sync`, two for one that is: only the former
    /// leaves no doubt which `HOLDS` is meant.
    trait NotSync<Marker> {
        const HOLDS: () = ();
    }
    impl<T: ?Sized> NotSync<()> for T {}
    impl<T: ?Sized + Sync> NotSync<u8> for T {}

    /// Compile for a type that is `Send`, or `Sync`, only.
    const fn send<T: Send>(_: PhantomData<T>) {}
    const fn sync<T: Sync>(_: PhantomData<T>) {}

    const _: () = {
        let () = <Writer<2> as NotSync<_>>::HOLDS;
        send::<Writer<2>>(PhantomData);
        send::<Reader<2>>(PhantomData);
        sync::<Reader<2>>(PhantomData);
    };

    #[test]
    fn readers_see_the_initial_words_until_something_is_published() {
        let (mut writer, reader) = published([7, 8, 9]);
        assert_eq!(reader.read(), Some([7, 8, 9]));
        writer.publish([1, 2, 3]);
        assert_eq!(
            (reader.clone().read(), writer.reader().read()),
            (reader.read(), reader.read())
        );
        assert_eq!(reader.read(), Some([1, 2, 3]));
    }

    #[test]
    fn a_reading_is_never_torn_nor_older_than_the_last() {
        let (mut writer, reader) = published([0, u64::MAX]);
        std::thread::scope(|scope| {
            scope.spawn(move || {
                for value in 0..200_000 {
                    writer.publish([value, !value]);
                }
            });
            let mut last = 0;
            while last < 199_999 {
                let Some([value, inverse]) = reader.read() else {
                    continue;
                };
                assert_eq!(inverse, !value);
                assert!(value >= last);
                last = value;
            }
        });
    }
}

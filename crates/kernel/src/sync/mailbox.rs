//! A letter box for one word: any thread replaces what lies in it, one takes it out.
//!
//! In: words. Out: the last of them, once. Owner: all who share it. Thread: any, wait-free.

use super::shim::{AtomicU64, Ordering};

/// Holds at most one word; zero is an empty box.
///
/// Carries nothing but the word itself. Whoever waits for it raises a bit of a
/// [`Signal`](super::Signal) after [`put`](Self::put), and looks when the bit is up: it then finds
/// that word, or finds a later one now and nothing when the later one's own bit is up.
#[derive(Debug, Default)]
pub struct Mailbox(AtomicU64);

impl Mailbox {
    /// An empty box.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Leaves `word` in the box, in place of whatever was there.
    ///
    /// # Real-time
    /// Any thread, wait-free.
    pub fn put(&self, word: u64) {
        // ORDER: Relaxed; the word stands for nothing beside itself. The Release of the signal
        // that is raised after it carries it along.
        self.0.store(word, Ordering::Relaxed);
    }

    /// Takes the word out.
    ///
    /// # Real-time
    /// The taking thread, wait-free.
    #[must_use = "a word that is taken is in the box no more"]
    pub fn take(&self) -> Option<u64> {
        // ORDER: Relaxed; the Acquire of the signal that was taken before it sees the word. Being
        // a read-modify-write it leaves no word to be taken twice, and loses none put meanwhile.
        let word = self.0.swap(0, Ordering::Relaxed);
        (word != 0).then_some(word)
    }
}

#[cfg(all(test, not(dmus_loom)))]
mod tests {
    use super::Mailbox;

    #[test]
    fn the_last_word_is_taken_and_only_once() {
        let mailbox = Mailbox::new();
        assert_eq!(mailbox.take(), None);
        mailbox.put(3);
        mailbox.put(7);
        assert_eq!(mailbox.take(), Some(7));
        assert_eq!(mailbox.take(), None);
    }
}

//! A count of events that any thread may add to and any thread may read.
//!
//! Thread: any, wait-free.

// Not loom's even in a model: a count orders nothing, so there is no interleaving to try, and the
// standard library's can be a constant.
use std::sync::atomic::{AtomicU64, Ordering};

/// A count that only grows.
#[derive(Debug, Default)]
pub struct Counter(AtomicU64);

impl Counter {
    /// A count of zero.
    #[must_use]
    pub const fn new() -> Self {
        Self(AtomicU64::new(0))
    }

    /// Adds `events`, wrapping after 2^64, and returns the count before: no two callers are given
    /// the same one, so it serves as a ticket too.
    ///
    /// # Real-time
    /// Any thread, wait-free.
    pub fn add(&self, events: u64) -> u64 {
        // ORDER: Relaxed; a count publishes nothing but itself.
        self.0.fetch_add(events, Ordering::Relaxed)
    }

    /// The count so far; never less than an earlier reading on the same thread.
    ///
    /// # Real-time
    /// Any thread, wait-free.
    #[must_use]
    pub fn get(&self) -> u64 {
        // ORDER: Relaxed; coherence of one word keeps readings from stepping back.
        self.0.load(Ordering::Relaxed)
    }
}

#[cfg(all(test, not(dmus_loom)))]
mod tests {
    use super::Counter;

    #[test]
    fn counts_of_all_threads_add_up_and_no_ticket_is_given_twice() {
        let counter = Counter::new();
        let mut tickets: Vec<u64> = std::thread::scope(|scope| {
            let take = || (0..1_000).map(|_| counter.add(3)).collect::<Vec<_>>();
            let threads = [(); 4].map(|()| scope.spawn(take));
            threads
                .into_iter()
                .flat_map(|thread| thread.join().unwrap())
                .collect()
        });
        assert_eq!(counter.get(), 12_000);
        tickets.sort_unstable();
        assert_eq!(tickets, (0..12_000).step_by(3).collect::<Vec<_>>());
    }
}

//! Pending bits: raised on any thread, taken by the one that serves them.
//!
//! Thread: `raise` any, `take` the serving thread; both wait-free. Source: \[WDK\]
//! `IPortDMus::Notify`: callable at any level, any number of requests become one service.

use super::shim::{AtomicU64, Ordering, order};

/// Sixty-four requests that are pending or not.
///
/// Whoever takes must take **before** serving: a bit raised while it serves is then pending again.
#[derive(Debug, Default)]
pub struct Signal(AtomicU64);

impl Signal {
    /// No bit pending.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Makes `bits` pending. All that was written before is seen by whoever takes them.
    ///
    /// # Real-time
    /// Any thread, wait-free.
    pub fn raise(&self, bits: u64) {
        // ORDER: Release publishes what the bits stand for; pairs with the swap in `take`. Other
        // raisers' bits stay in the release sequence, this being a read-modify-write.
        self.0
            .fetch_or(bits, order("signal_raise", Ordering::Release));
    }

    /// Takes all pending bits, which thereby are pending no more.
    ///
    /// # Real-time
    /// The serving thread, wait-free.
    #[must_use = "bits that are taken must be served"]
    pub fn take(&self) -> u64 {
        // ORDER: Acquire sees what was written before each `raise`; pairs with the fetch_or there.
        // Nothing is published here: the taker's own writes travel by other ways.
        self.0.swap(0, order("signal_take", Ordering::Acquire))
    }
}

#[cfg(all(test, not(dmus_loom)))]
mod tests {
    use super::Signal;

    #[test]
    fn many_requests_become_one_service() {
        let signal = Signal::new();
        for _ in 0..1_000 {
            signal.raise(0b10);
        }
        signal.raise(0b01);
        assert_eq!(signal.take(), 0b11);
        assert_eq!(signal.take(), 0);
    }
}

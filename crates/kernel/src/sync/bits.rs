//! Sixty-four marks that stay until they are taken off: a register any thread may read.
//!
//! In: marks, set and cleared by one side. Out: those that are set. Owner: all who share it.
//! Thread: any, wait-free.

use super::shim::{AtomicU64, Ordering, order};

/// A set of numbers `0..64`, kept as the bits of a word.
#[derive(Debug, Default)]
pub struct Bits(AtomicU64);

impl Bits {
    /// No bit set.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Sets `bits`, and gives those that were set before. All that was written before the call is
    /// seen by whoever finds them set.
    ///
    /// # Real-time
    /// Any thread, wait-free.
    pub fn insert(&self, bits: u64) -> u64 {
        // ORDER: Release publishes what the bits stand for; pairs with the load in `get`. Other
        // bits stay in their release sequences, this being a read-modify-write.
        self.0
            .fetch_or(bits, order("bits_insert", Ordering::Release))
    }

    /// Clears `bits`.
    ///
    /// # Real-time
    /// Any thread, wait-free.
    pub fn remove(&self, bits: u64) {
        // ORDER: Relaxed; that a bit is gone publishes nothing.
        self.0.fetch_and(!bits, Ordering::Relaxed);
    }

    /// The bits that are set.
    ///
    /// # Real-time
    /// Any thread, wait-free.
    #[must_use]
    pub fn get(&self) -> u64 {
        // ORDER: Acquire sees what was written before each bit was set; pairs with `insert`.
        self.0.load(order("bits_get", Ordering::Acquire))
    }
}

#[cfg(all(test, not(dmus_loom)))]
mod tests {
    use super::Bits;

    #[test]
    fn a_bit_is_set_until_it_is_cleared_and_no_other_with_it() {
        let bits = Bits::new();
        assert_eq!(bits.insert(0b011), 0);
        assert_eq!(bits.insert(0b110), 0b011);
        bits.remove(0b010);
        bits.remove(0b1000);
        assert_eq!(bits.get(), 0b101);
        assert_eq!(bits.get(), 0b101, "a look takes nothing");
    }
}

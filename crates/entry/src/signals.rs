//! The only atomics of this crate: small values that several host threads touch.
//!
//! Thread: any. Every operation is wait-free.

#[cfg(feature = "vst3")]
use std::sync::atomic::AtomicU16;
use std::sync::atomic::{AtomicBool, AtomicU8, AtomicU32, AtomicU64, AtomicUsize, Ordering};

/// A number of events that only grows.
#[derive(Debug, Default)]
pub(crate) struct Count(AtomicU64);

impl Count {
    /// Counts one more.
    pub(crate) fn add(&self) {
        // ORDER: Relaxed, nothing is published by a count; readers want only a recent value.
        self.0.fetch_add(1, Ordering::Relaxed);
    }

    /// The number so far.
    pub(crate) fn get(&self) -> u64 {
        // ORDER: Relaxed, as in `add`.
        self.0.load(Ordering::Relaxed)
    }
}

/// A number of things that are under way.
#[derive(Debug, Default)]
pub(crate) struct Gauge(AtomicU64);

impl Gauge {
    /// One more begins.
    pub(crate) fn begin(&self) {
        // ORDER: Relaxed, nothing was done yet that a reader could miss.
        self.0.fetch_add(1, Ordering::Relaxed);
    }

    /// One of those that began has ended.
    pub(crate) fn end(&self) {
        // ORDER: Release, pairs with the Acquire in `is_idle`: who sees that nothing is under way
        // sees what was done.
        self.0.fetch_sub(1, Ordering::Release);
    }

    /// Whether nothing is under way.
    pub(crate) fn is_idle(&self) -> bool {
        // ORDER: Acquire, pairs with the Release in `end`.
        self.0.load(Ordering::Acquire) == 0
    }
}

/// A bit that says "there is something to do".
#[derive(Debug, Default)]
pub(crate) struct Flag(AtomicBool);

impl Flag {
    /// Sets the bit.
    pub(crate) fn raise(&self) {
        // ORDER: Release, pairs with the Acquire in `take`: what was stored before is seen there.
        self.0.store(true, Ordering::Release);
    }

    /// Whether the bit is set; it stays.
    pub(crate) fn is_raised(&self) -> bool {
        // ORDER: Relaxed, a hint only; whoever acts on it calls `take`.
        self.0.load(Ordering::Relaxed)
    }

    /// Clears the bit and says whether it was set.
    pub(crate) fn take(&self) -> bool {
        // ORDER: Acquire, pairs with the Release in `raise`.
        self.0.swap(false, Ordering::Acquire)
    }
}

/// How far the host has brought the plug-in; each contains the ones before.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Phase {
    /// Created; the host may not be asked anything yet.
    New = 0,
    /// `init` succeeded.
    Ready = 1,
    /// `activate` succeeded: sizes and sample rate are fixed.
    Active = 2,
    /// `start_processing` succeeded: blocks may come.
    Processing = 3,
}

/// The phase of one instance.
#[derive(Debug)]
pub(crate) struct PhaseCell(AtomicU8);

impl PhaseCell {
    /// Starts at [`Phase::New`].
    pub(crate) fn new() -> Self {
        Self(AtomicU8::new(Phase::New as u8))
    }

    /// The phase now.
    pub(crate) fn get(&self) -> Phase {
        // ORDER: Acquire, pairs with the Release in `set`: a thread that sees a phase sees what
        // was prepared for it.
        match self.0.load(Ordering::Acquire) {
            0 => Phase::New,
            1 => Phase::Ready,
            2 => Phase::Active,
            _ => Phase::Processing,
        }
    }

    /// Moves to `phase`.
    pub(crate) fn set(&self, phase: Phase) {
        // ORDER: Release, pairs with the Acquire in `get`.
        self.0.store(phase as u8, Ordering::Release);
    }
}

/// What the host said of whether somebody listens: the main thread sets it, blocks read it.
#[derive(Debug, Default)]
pub(crate) struct RenderMode(AtomicU8);

impl RenderMode {
    /// Whether nobody listens; nothing before the host has said.
    pub(crate) fn is_offline(&self) -> Option<bool> {
        // ORDER: Relaxed, nothing else is published; a block sees the mode of before or after.
        match self.0.load(Ordering::Relaxed) {
            0 => None,
            said => Some(said == 2),
        }
    }

    /// The host says it.
    pub(crate) fn set(&self, is_offline: bool) {
        // ORDER: Relaxed, as in `is_offline`.
        self.0.store(1 + u8::from(is_offline), Ordering::Relaxed);
    }
}

/// An index or a number that one thread sets at a time.
#[derive(Debug, Default)]
pub(crate) struct Index(AtomicU32);

impl Index {
    /// The index now.
    pub(crate) fn get(&self) -> u32 {
        // ORDER: Relaxed, it stands for itself; whoever must hear of a change is told by a flag.
        self.0.load(Ordering::Relaxed)
    }

    /// Replaces the index.
    pub(crate) fn set(&self, index: u32) {
        // ORDER: Relaxed, as in `get`.
        self.0.store(index, Ordering::Relaxed);
    }
}

/// Bits that the host sets one by one, on the main thread or on the audio thread.
#[derive(Debug, Default)]
pub(crate) struct Bits(AtomicU64);

impl Bits {
    /// All bits now.
    pub(crate) fn get(&self) -> u64 {
        // ORDER: Relaxed, a bit stands for itself; readers want only a recent value.
        self.0.load(Ordering::Relaxed)
    }

    /// Sets or clears bit `index`; false if there is none, `64..`.
    pub(crate) fn put(&self, index: u32, is_set: bool) -> bool {
        let Some(bit) = 1_u64.checked_shl(index) else {
            return false;
        };
        if is_set {
            // ORDER: Relaxed, as in `get`.
            self.0.fetch_or(bit, Ordering::Relaxed);
        } else {
            // ORDER: Relaxed, as in `get`.
            self.0.fetch_and(!bit, Ordering::Relaxed);
        }
        true
    }

    /// Clears all bits.
    pub(crate) fn clear(&self) {
        // ORDER: Relaxed, as in `get`.
        self.0.store(0, Ordering::Relaxed);
    }
}

/// A number that one thread leaves for another.
#[derive(Debug, Default)]
pub(crate) struct Slot(AtomicU64);

impl Slot {
    /// Leaves a number; false if there is one already.
    pub(crate) fn offer(&self, number: u32) -> bool {
        let number = u64::from(number) + 1;
        // ORDER: Relaxed, the number stands for itself.
        let slot = self
            .0
            .compare_exchange(0, number, Ordering::Relaxed, Ordering::Relaxed);
        slot.is_ok()
    }

    /// Takes the number, if there is one.
    pub(crate) fn take(&self) -> Option<u32> {
        // ORDER: Relaxed, as in `offer`; most often there is none, and nothing is written.
        if self.0.load(Ordering::Relaxed) == 0 {
            return None;
        }
        // ORDER: Relaxed, as above.
        let number = self.0.swap(0, Ordering::Relaxed);
        u32::try_from(number.checked_sub(1)?).ok()
    }
}

/// Which thread is meant, by a mark that each living thread has to itself.
#[derive(Debug, Default)]
pub(crate) struct ThreadCell(AtomicUsize);

impl ThreadCell {
    /// Means the calling thread from now on.
    pub(crate) fn take_this(&self) {
        // ORDER: Relaxed, nothing else is published; a thread always sees its own store.
        self.0.store(this_thread(), Ordering::Relaxed);
    }

    /// Means no thread from now on.
    pub(crate) fn clear(&self) {
        // ORDER: Relaxed, as in `take_this`.
        self.0.store(0, Ordering::Relaxed);
    }

    /// Whether the calling thread is meant.
    pub(crate) fn is_this(&self) -> bool {
        // ORDER: Relaxed, as in `take_this`.
        self.0.load(Ordering::Relaxed) == this_thread()
    }
}

/// The address of something that each thread has one of.
fn this_thread() -> usize {
    thread_local! {
        static MARK: u8 = const { 0 };
    }
    MARK.with(|mark| std::ptr::from_ref(mark).addr())
}

/// Small numbers in a row, which one thread writes and others read.
#[cfg(feature = "vst3")]
#[derive(Debug)]
pub(crate) struct Numbers(Box<[AtomicU16]>);

#[cfg(feature = "vst3")]
impl Numbers {
    /// `count` numbers, number `index` being what `first` says.
    pub(crate) fn new(count: usize, first: impl Fn(usize) -> u16) -> Self {
        Self(
            (0..count)
                .map(|index| AtomicU16::new(first(index)))
                .collect(),
        )
    }

    /// Number `index`; nothing beyond the last.
    pub(crate) fn get(&self, index: usize) -> Option<u16> {
        // ORDER: Relaxed, each number stands for itself.
        Some(self.0.get(index)?.load(Ordering::Relaxed))
    }

    /// Replaces number `index`, if there is one.
    pub(crate) fn set(&self, index: usize, number: u16) {
        if let Some(cell) = self.0.get(index) {
            // ORDER: Relaxed, as in `get`.
            cell.store(number, Ordering::Relaxed);
        }
    }
}

/// A value with a fraction, which any thread may replace.
#[cfg(feature = "vst3")]
#[derive(Debug, Default)]
pub(crate) struct ValueCell(AtomicU64);

#[cfg(feature = "vst3")]
impl ValueCell {
    /// The value now.
    pub(crate) fn get(&self) -> f64 {
        // ORDER: Relaxed, each value stands for itself.
        f64::from_bits(self.0.load(Ordering::Relaxed))
    }

    /// Replaces the value.
    pub(crate) fn set(&self, value: f64) {
        // ORDER: Relaxed, as in `get`.
        self.0.store(value.to_bits(), Ordering::Relaxed);
    }
}

/// Width and height that somebody asks for, until they are taken.
#[cfg(all(feature = "vst3", feature = "editor"))]
#[derive(Debug, Default)]
pub(crate) struct SizeCell(AtomicU64);

#[cfg(all(feature = "vst3", feature = "editor"))]
impl SizeCell {
    /// Asks for a size; one that was not taken yet is forgotten. No size is `(0, 0)`.
    pub(crate) fn ask(&self, width: u32, height: u32) {
        // ORDER: Relaxed, both numbers travel in one word.
        self.0.store(
            u64::from(width) << 32 | u64::from(height),
            Ordering::Relaxed,
        );
    }

    /// The size that was asked for, once.
    pub(crate) fn take(&self) -> Option<(u32, u32)> {
        // ORDER: Relaxed, as in `ask`.
        let both = self.0.swap(0, Ordering::Relaxed);
        let half = |bits: u64| u32::try_from(bits & u64::from(u32::MAX)).unwrap_or(0);
        (both != 0).then(|| (half(both >> 32), half(both)))
    }
}

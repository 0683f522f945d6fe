//! What the sequencer's queue knows of the pool: a message without its handle, as in the kernel.
//!
//! Owner: the benchmark. Thread: its own.

/// As the kernel's own, which is no part of its interface.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Queued {
    pub(crate) time: i64,
    pub(crate) furthest: u64,
    pub(crate) ends: (u32, u32),
}

impl Queued {
    pub(crate) const NONE: Self = Self {
        time: 0,
        furthest: 0,
        ends: (u32::MAX, u32::MAX),
    };
}

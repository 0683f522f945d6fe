//! The atomics of the standard library, or loom's under `--cfg dmus_loom`.
//!
//! Thread: any.

#[cfg(not(dmus_loom))]
pub(super) use std::sync::atomic::{AtomicU64, Ordering};

#[cfg(dmus_loom)]
pub(super) use loom::sync::atomic::{AtomicU64, Ordering};

/// `strong`, unless a model is run with this ordering weakened.
#[cfg(not(dmus_loom))]
#[inline(always)]
pub(super) const fn order(_name: &'static str, strong: Ordering) -> Ordering {
    strong
}

/// `strong`, unless a model is run with this ordering weakened.
#[cfg(dmus_loom)]
pub(super) fn order(name: &'static str, strong: Ordering) -> Ordering {
    use std::sync::OnceLock;

    static MUTANT: OnceLock<Option<String>> = OnceLock::new();
    let mutant = MUTANT.get_or_init(|| std::env::var("DMUS_MUTANT").ok());
    if mutant.as_deref() == Some(name) {
        Ordering::Relaxed
    } else {
        strong
    }
}

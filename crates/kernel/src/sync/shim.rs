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
    if is_mutant(name) {
        Ordering::Relaxed
    } else {
        strong
    }
}

/// True if a model is run with what bears this name broken.
#[cfg(dmus_loom)]
pub(super) fn is_mutant(name: &'static str) -> bool {
    use std::sync::OnceLock;

    static MUTANT: OnceLock<Option<String>> = OnceLock::new();
    let mutant = MUTANT.get_or_init(|| std::env::var("DMUS_MUTANT").ok());
    mutant.as_deref() == Some(name)
}

//! How far a load has come, for whoever wants to see it or to end it.
//!
//! In: the thread that loads. Out: snapshots for any other. Owner: shared by both.
//! Thread: any but render.

use std::ops::ControlFlow;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// What a load is about.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Phase {
    /// It has not begun, or it waits for somebody who reads the same file.
    #[default]
    Waiting,
    /// Looking for a file that is not where it was.
    Searching,
    /// Bytes from the disk.
    Reading,
    /// Bytes to a name.
    Hashing,
    /// Bytes to something that plays.
    Compiling,
    /// Nothing is left to do.
    Done,
}

/// How far a load had come at one moment.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Snapshot {
    /// What it was about.
    pub phase: Phase,
    /// Bytes done, of the phase.
    pub done: u64,
    /// Bytes there are; 0 where nobody knows.
    pub total: u64,
    /// The file at hand.
    pub file: String,
    /// Somebody wants it to end.
    pub is_cancelled: bool,
}

/// One load, seen from outside; a clone is the same one.
#[derive(Debug, Clone, Default)]
pub struct Progress(Arc<Mutex<Snapshot>>);

impl Progress {
    /// A load that has not begun.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// How far it has come.
    #[must_use]
    pub fn snapshot(&self) -> Snapshot {
        self.lock().clone()
    }

    /// Has it end soon, with nothing loaded.
    pub fn cancel(&self) {
        self.lock().is_cancelled = true;
    }

    /// Whether it was told to end.
    #[must_use]
    pub fn is_cancelled(&self) -> bool {
        self.lock().is_cancelled
    }

    /// A phase begins.
    pub(crate) fn begin(&self, phase: Phase, total: u64) {
        let mut now = self.lock();
        (now.phase, now.done, now.total) = (phase, 0, total);
    }

    /// Another file is at hand.
    pub(crate) fn turn_to(&self, file: &std::path::Path) {
        self.lock().file = file.to_string_lossy().into_owned();
    }

    /// So many bytes are done; says whether to go on.
    pub(crate) fn advance(&self, done: usize) -> ControlFlow<()> {
        let mut now = self.lock();
        now.done = done as u64;
        if now.is_cancelled {
            ControlFlow::Break(())
        } else {
            ControlFlow::Continue(())
        }
    }

    /// Shows what another load shows, which does the work for this one too.
    pub(crate) fn mirror(&self, other: &Self) {
        let seen = other.snapshot();
        let mut now = self.lock();
        let is_cancelled = now.is_cancelled;
        *now = Snapshot {
            is_cancelled,
            ..seen
        };
    }

    /// A panic elsewhere leaves a whole value behind, so a poisoned lock is as good as any.
    fn lock(&self) -> MutexGuard<'_, Snapshot> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

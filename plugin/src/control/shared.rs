//! Who holds the control side, and in which order its locks are taken.
//!
//! In: a [`Control`]. Out: the same, to one thread at a time. Owner: the plug-in object, its tasks
//! and its window; the worker holds it weakly. Thread: any but render.

use std::ops::{Deref, DerefMut};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, TryLockError, Weak};

use dmus_entry::HostLink;
use dmus_library::Progress;

use super::Control;
use crate::view::View;

/// The control side as its users hold it.
#[derive(Debug, Clone)]
pub struct SharedControl {
    inner: Arc<Inner>,
}

/// The control side of an instance that may be gone.
#[derive(Debug, Clone)]
pub struct WeakControl {
    inner: Weak<Inner>,
}

#[derive(Debug)]
struct Inner {
    control: Mutex<Control>,
    /// Held by whoever acts upon a loaded state, so that no bank is read twice for it. Taken
    /// before `control`, never while that is held.
    turn: Mutex<()>,
}

impl WeakControl {
    /// The control side, if its instance still lives.
    #[must_use]
    pub fn upgrade(&self) -> Option<SharedControl> {
        let inner = self.inner.upgrade()?;
        Some(SharedControl { inner })
    }
}

impl SharedControl {
    /// Shares a control side.
    #[must_use]
    pub fn new(control: Control) -> Self {
        Self {
            inner: Arc::new(Inner {
                control: Mutex::new(control),
                turn: Mutex::new(()),
            }),
        }
    }

    /// The control side, alone.
    ///
    /// # Real-time
    /// Not real-time: a lock. A panic elsewhere leaves whole values, so poison is no reason to
    /// stop.
    pub fn lock(&self) -> Held<'_> {
        let control = self.inner.control.lock();
        let control = control.unwrap_or_else(PoisonError::into_inner);
        let after = Ring(control.host());
        Held {
            control,
            _after: after,
        }
    }

    /// The right to act upon a loaded state; waits for whoever has it.
    ///
    /// # Real-time
    /// Not real-time: waits for files to be read.
    pub fn turn(&self) -> MutexGuard<'_, ()> {
        self.inner
            .turn
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }

    /// The right to act upon a loaded state, unless another thread has it.
    ///
    /// # Real-time
    /// Not real-time: a lock of the control side.
    #[must_use]
    pub fn try_turn(&self) -> Option<MutexGuard<'_, ()>> {
        match self.inner.turn.try_lock() {
            Ok(turn) => Some(turn),
            Err(TryLockError::Poisoned(poisoned)) => Some(poisoned.into_inner()),
            Err(TryLockError::WouldBlock) => None,
        }
    }

    /// The control side for someone who must not keep it alive.
    #[must_use]
    pub fn downgrade(&self) -> WeakControl {
        WeakControl {
            inner: Arc::downgrade(&self.inner),
        }
    }

    /// A load begins, for the window to see and to end.
    #[must_use]
    pub fn begin_loading(&self) -> Loading<'_> {
        let progress = Progress::new();
        self.lock().set_loading(Some(progress.clone()));
        Loading {
            control: self,
            progress,
        }
    }

    /// What the window draws.
    #[must_use]
    pub fn view(&self) -> View {
        self.lock().view()
    }
}

/// The control side in one thread's hands. When it lets go the host hears what it is to hear: a host
/// may answer at once, and what it asks for then wants the control side too.
#[derive(Debug)]
pub struct Held<'a> {
    control: MutexGuard<'a, Control>,
    /// Behind the lock, so that it is dropped when that is free.
    _after: Ring,
}

/// Rings at its end.
#[derive(Debug)]
struct Ring(HostLink);

impl Drop for Ring {
    fn drop(&mut self) {
        self.0.ring();
    }
}

impl Deref for Held<'_> {
    type Target = Control;

    fn deref(&self) -> &Control {
        &self.control
    }
}

impl DerefMut for Held<'_> {
    fn deref_mut(&mut self) -> &mut Control {
        &mut self.control
    }
}

/// A load that is under way; over when this is dropped.
#[derive(Debug)]
pub struct Loading<'a> {
    control: &'a SharedControl,
    progress: Progress,
}

impl Loading<'_> {
    /// What the library is to tell.
    #[must_use]
    pub const fn progress(&self) -> &Progress {
        &self.progress
    }
}

impl Drop for Loading<'_> {
    fn drop(&mut self) {
        self.control.lock().set_loading(None);
    }
}

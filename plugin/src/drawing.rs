//! The thread that draws the window, which is over when the window is.
//!
//! On Linux the window library draws on a thread of its own. When a window is closed it asks that
//! thread to end, then for an answer, and waits for it only where there is one; a thread that is
//! already leaving its loop gives none. It then takes down the system's graphics while the host goes
//! on, which may be to end: both at once is a fault. So the close waits until the system has no such
//! thread any more.

use core::time::Duration;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::Instant;

/// How often is looked, and for how long at most: a host is not held up by a display that hangs.
const LOOK_EVERY: Duration = Duration::from_millis(1);
const PATIENCE: Duration = Duration::from_secs(5);

/// What the thread that draws is called by the system while it lives, if there is one.
#[derive(Debug, Clone, Default)]
pub struct DrawingThread(Arc<Mutex<Option<PathBuf>>>);

impl DrawingThread {
    /// Called by the thread that draws. Elsewhere than on Linux it is the host's own, and has no such
    /// name.
    pub fn begin(&self) {
        let name = std::fs::read_link("/proc/thread-self").ok();
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) =
            name.map(|name| PathBuf::from("/proc").join(name));
    }

    /// Waits until it is over, five seconds at most.
    pub fn end(&self) {
        let name = self.0.lock().unwrap_or_else(PoisonError::into_inner).take();
        let Some(name) = name else { return };
        let begun = Instant::now();
        while name.exists() && begun.elapsed() < PATIENCE {
            thread::sleep(LOOK_EVERY);
        }
    }
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use std::sync::mpsc;

    use super::*;

    #[test]
    fn an_end_waits_for_the_thread_that_began() {
        let thread = DrawingThread::default();
        let (tell, begun) = mpsc::channel();
        let (over, ended) = mpsc::channel();
        let drawing = thread.clone();
        let takes = Duration::from_millis(50);
        thread::spawn(move || {
            drawing.begin();
            tell.send(()).ok();
            thread::sleep(takes);
            over.send(()).ok();
        });
        assert!(begun.recv().is_ok());
        thread.end();
        assert!(ended.try_recv().is_ok(), "the thread is over");

        // It is waited for once, and none is no reason to wait.
        let again = Instant::now();
        thread.end();
        assert!(again.elapsed() < PATIENCE);
    }
}

//! Slow jobs: what the window, the boundary and the render side ask the control side to do.
//!
//! Thread: the framework's background thread, or the host's main thread.

use std::sync::mpsc::SyncSender;

use crate::banks;
use crate::control::SharedControl;
use crate::notice::{Notice, Severity};

/// One job.
#[derive(Debug)]
pub enum Task {
    /// Read the bank at this path and play it; an empty path is the built-in bank alone.
    OpenBank(String),
    /// A state was loaded: play what it names.
    Restore,
    /// Free what the render side has sent home.
    Collect,
    /// Answer with the current counters as text.
    Report(SyncSender<String>),
    /// Tell the musician that part of the instrument stopped.
    Fault(String),
}

/// Does one job.
///
/// Files are read before the control side is locked, so that the window never waits for them.
pub fn run(task: Task, control: &SharedControl) {
    match task {
        Task::OpenBank(path) if path.is_empty() => control.lock().close_bank(),
        Task::OpenBank(path) => {
            let loaded = banks::load(&path);
            control.lock().open_bank(loaded);
        }
        Task::Restore => restore(control),
        Task::Collect => control.lock().collect(),
        Task::Report(reply) => {
            // A receiver that has gone away wants no answer.
            let _gone = reply.send(control.lock().report());
        }
        Task::Fault(text) => control.lock().notify(Notice {
            severity: Severity::Fault,
            text,
            hint: "save, then switch the plug-in off and on again",
        }),
    }
}

/// Plays what the saved state names: its bank, then its programs.
///
/// Another state may arrive while a bank is being read; then the newer one is read as well.
pub fn restore(control: &SharedControl) {
    loop {
        let Some((loads, path)) = control.lock().bank_to_restore() else {
            break;
        };
        let loaded = if path.is_empty() {
            None
        } else {
            Some(banks::load(&path))
        };
        if control.lock().restore_bank(loads, loaded) {
            break;
        }
    }
    control.lock().send_programs();
}

//! Slow jobs: what the window and the boundary ask of the control side, what the worker sees to.
//!
//! In: tasks, or the worker's round. Out: changes of the control side. Owner: none, these are
//! functions. Thread: the framework's background thread, the worker, the host's main thread.

use std::path::Path;
use std::sync::mpsc::SyncSender;

use crate::banks;
use crate::commands;
use crate::control::SharedControl;
use crate::kept::{self, KeepError, Kept, Saved};
use crate::notice::{Notice, Severity};

/// One job.
#[derive(Debug)]
pub enum Task {
    /// Read the bank at this path and play it; an empty path is the built-in bank alone.
    OpenBank(String),
    /// Answer with the current counters as text.
    Report(SyncSender<String>),
    /// Do what a line says and answer with a text; see [`commands`].
    Command(String, SyncSender<String>),
    /// Save the last minutes of messages as a Standard MIDI File among the musician's things.
    SaveMidi,
    /// Save the last minutes of audio as a WAV file among the musician's things.
    SaveAudio,
    /// Tell the musician that part of the instrument stopped.
    Fault(String),
}

/// Does one job.
///
/// Files are read before the control side is locked, so that the window never waits for them.
pub fn run(task: Task, control: &SharedControl) {
    match task {
        Task::OpenBank(path) => {
            // A state that is just being acted upon is the older wish: it must not end up on top.
            let _turn = control.turn();
            if path.is_empty() {
                control.lock().close_bank();
            } else {
                let loaded = banks::load(&path);
                control.lock().open_bank(loaded);
            }
        }
        Task::Report(reply) => {
            // A receiver that has gone away wants no answer.
            let _gone = reply.send(control.lock().report());
        }
        Task::Command(line, reply) => {
            // A receiver that has gone away wants no answer.
            let _gone = reply.send(commands::run(&line, control));
        }
        Task::SaveMidi => {
            let path = kept::free_path("mid");
            tell(control, &path, |kept| {
                kept.save_midi(&path, kept::USUAL_SECONDS)
            });
        }
        Task::SaveAudio => {
            let path = kept::free_path("wav");
            tell(control, &path, |kept| {
                kept.save_audio(&path, kept::USUAL_SECONDS)
            });
        }
        Task::Fault(text) => control.lock().notify(Notice {
            severity: Severity::Fault,
            text,
            hint: "save, then switch the plug-in off and on again",
        }),
    }
}

/// Saves something and tells the musician what came of it.
fn tell(
    control: &SharedControl,
    path: &Path,
    save: impl FnOnce(&Kept) -> Result<Saved, KeepError>,
) {
    let kept = control.lock().kept();
    let saved = kept.as_ref().ok_or(KeepError::Nothing).and_then(save);
    control.lock().notify(match saved {
        Ok(_) => Notice {
            severity: Severity::Information,
            text: format!("saved {}", path.display()),
            hint: "",
        },
        Err(error) => Notice {
            severity: Severity::Warning,
            text: format!("nothing was saved: {error}"),
            hint: "play something, then save again",
        },
    });
}

/// Whether an instance must be looked at again without having been asked to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Attention {
    /// It is active: banks may come home.
    Watch,
    /// It is at rest.
    None,
}

/// One look of the worker: acts upon a state that was loaded while the instance is active, frees
/// what the render side has sent home.
///
/// # Real-time
/// Not real-time: reads files, frees.
pub fn attend(control: &SharedControl) -> Attention {
    if !control.lock().is_active() {
        // Activation acts upon the state by itself, before the first frame.
        return Attention::None;
    }
    if control.lock().has_news() {
        // Whoever has the turn may have looked already: the next round looks again.
        if let Some(_turn) = control.try_turn() {
            restore_in_turn(control);
        }
    }
    control.lock().collect();
    Attention::Watch
}

/// Plays what the saved state names: its bank, then its programs.
///
/// # Real-time
/// Not real-time: reads files, waits for another thread that is doing the same.
pub fn restore(control: &SharedControl) {
    let _turn = control.turn();
    restore_in_turn(control);
}

/// Another state may arrive while a bank is being read; then the newer one is read as well.
fn restore_in_turn(control: &SharedControl) {
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
    control.lock().restore_programs();
}

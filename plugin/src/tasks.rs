//! Slow jobs: what the window and the boundary ask of the control side, what the worker sees to.
//!
//! In: tasks, or the worker's round. Out: changes of the control side. Owner: none, these are
//! functions. Thread: the framework's background thread, the worker, the host's main thread.

use std::path::Path;
use std::sync::mpsc::SyncSender;
use std::thread;
use std::time::{Duration, Instant};

use dmus_devices::DeviceId;
use dmus_entry::{NoteName, PresetChoice};
use dmus_library::Library;

use crate::banks;
use crate::commands;
use crate::control::{BankChange, Chosen, SharedControl};
use crate::kept::{self, KeepError, Kept, Saved};
use crate::notice::{Notice, Severity};
use crate::presets::{self, NewPreset};
use crate::worker;

/// How often somebody who waits for the worker looks whether it is done.
const GLANCE: Duration = Duration::from_millis(1);

/// One job.
#[derive(Debug)]
pub enum Task {
    /// Read the bank at this path and play it in the place of the uppermost; an empty path is the
    /// built-in bank alone.
    OpenBank(String),
    /// Read the bank at this path and play it over the others.
    AddBank(String),
    /// Read the bank at this path and play it in the place of this one.
    RelocateBank(usize, String),
    /// Take this bank away.
    RemoveBank(usize),
    /// Put a bank in the place of another.
    MoveBank {
        /// From here.
        from: usize,
        /// To here.
        to: usize,
    },
    /// Have the programs in use of this bank travel in the project.
    EmbedBank(usize),
    /// Have the project only name this bank.
    ReferBank(usize),
    /// Answer with the current counters as text.
    Report(SyncSender<String>),
    /// Do what a line says and answer with a text; see [`commands`].
    Command(String, SyncSender<String>),
    /// Play a preset and answer whether that was possible.
    LoadPreset(PresetChoice, SyncSender<Result<(), String>>),
    /// Look through the presets for the browser.
    ListPresets,
    /// Play an entry of the browser, a melodic program on this part.
    PlayPreset(String, usize),
    /// Note that the user likes an entry of the browser, or not any more.
    LikePreset(String, bool),
    /// Save the instrument as it is as a preset.
    SavePreset(NewPreset),
    /// Answer with the programs in force on the channels of the first note port.
    Programs(SyncSender<Vec<u8>>),
    /// Answer with the names of the keys of drum kits.
    NoteNames(SyncSender<Vec<NoteName>>),
    /// Ask the system for its MIDI devices.
    ListDevices,
    /// Have parts play this external device from now on, or none.
    ChooseDevice(Option<DeviceId>),
    /// End every note and lift every pedal.
    Panic,
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
        Task::OpenBank(_)
        | Task::AddBank(_)
        | Task::RelocateBank(..)
        | Task::RemoveBank(_)
        | Task::MoveBank { .. } => {
            if let Err(notice) = change_banks(task, control) {
                control.lock().notify(notice);
            }
        }
        Task::EmbedBank(index) => {
            if let Err(notice) = embed_bank(index, control) {
                control.lock().notify(notice);
            }
        }
        Task::ReferBank(index) => {
            // A bank that has gone needs no copy to go.
            let _gone = control.lock().drop_copy(index);
        }
        Task::Report(reply) => {
            // A receiver that has gone away wants no answer.
            let _gone = reply.send(control.lock().report());
        }
        Task::Command(line, reply) => {
            // A receiver that has gone away wants no answer.
            let _gone = reply.send(commands::run(&line, control));
        }
        Task::LoadPreset(choice, reply) => {
            // As above.
            let _gone = reply.send(presets::load(&choice, control));
        }
        Task::ListPresets => presets::refresh(control),
        Task::PlayPreset(id, part) => {
            warn_of(presets::play(&id, part, control), control);
        }
        Task::LikePreset(id, is_favourite) => {
            warn_of(presets::like(&id, is_favourite, control), control);
        }
        Task::SavePreset(new) => {
            warn_of(presets::save(new, control).map(drop), control);
        }
        Task::Programs(reply) => {
            // As above.
            let _gone = reply.send(control.lock().programs());
        }
        Task::NoteNames(reply) => {
            // As above.
            let _gone = reply.send(control.lock().note_names());
        }
        Task::ListDevices => list_devices(control),
        Task::ChooseDevice(device) => control.lock().choose_device(device),
        Task::Panic => {
            // Where nothing plays there is nothing to end.
            let _sent = control.lock().panic();
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

/// Asks the system for its MIDI devices; without the lock, for it may take its time.
fn list_devices(control: &SharedControl) {
    let outputs = control.lock().devices();
    let listed = outputs.list();
    let mut control = control.lock();
    match listed {
        Ok(devices) => control.note_devices(devices),
        Err(error) => control.notify(Notice {
            severity: Severity::Warning,
            text: format!("there is no list of MIDI devices: {error}"),
            hint: "everything else plays",
        }),
    }
}

/// Tells the musician why something about presets was not done.
fn warn_of(done: Result<(), String>, control: &SharedControl) {
    if let Err(text) = done {
        control.lock().notify(Notice {
            severity: Severity::Warning,
            text,
            hint: "everything is as it was",
        });
    }
}

/// Changes the stack of banks, after whatever a state has asked for.
///
/// # Errors
/// In words, what was not done.
///
/// # Real-time
/// Not real-time: reads files, waits for a state that is being acted upon.
pub fn change_banks(task: Task, control: &SharedControl) -> Result<(), Notice> {
    // A state that is just being acted upon is the older wish: it must not end up on top.
    let _turn = control.turn();
    restore_in_turn(control);
    let change = match task {
        Task::OpenBank(path) if path.is_empty() => BankChange::Clear,
        Task::OpenBank(path) => BankChange::Open(choose(path, control)?),
        Task::AddBank(path) => BankChange::Add(choose(path, control)?),
        Task::RelocateBank(index, path) => BankChange::Relocate(index, choose(path, control)?),
        Task::RemoveBank(index) => BankChange::Remove(index),
        Task::MoveBank { from, to } => BankChange::Shift { from, to },
        _ => return Ok(()),
    };
    if control.lock().change_banks(change) {
        return Ok(());
    }
    Err(Notice {
        severity: Severity::Warning,
        text: "the stack of banks has no such place".to_owned(),
        hint: "it has room for eight, counted from 0 at the top",
    })
}

/// Copies the programs in use of a bank into the project; returns the bytes that they take.
///
/// # Errors
/// In words, why not.
///
/// # Real-time
/// Not real-time: reads the bank's file.
pub fn embed_bank(index: usize, control: &SharedControl) -> Result<usize, Notice> {
    let _turn = control.turn();
    restore_in_turn(control);
    let job = control.lock().embed(index)?;
    let copy = job.make()?;
    let size = copy.size();
    let mut control = control.lock();
    control.put_copy(&job, Some(copy));
    control.note_embedded();
    Ok(size)
}

/// Makes the copies anew that lack a program in use; what cannot be made stays as it was.
///
/// # Real-time
/// Not real-time: reads the banks' files if anything is lacking.
pub fn refresh_copies(control: &SharedControl) {
    let stale = control.lock().stale_copies();
    for job in stale {
        let made = job.make();
        let mut control = control.lock();
        match made {
            Ok(copy) => {
                control.put_copy(&job, Some(copy));
            }
            Err(notice) => {
                control.put_copy(&job, None);
                control.notify(notice);
            }
        }
    }
}

/// Loads a bank that the musician has chosen.
fn choose(path: String, control: &SharedControl) -> Result<Chosen, Notice> {
    let loading = control.begin_loading();
    match Library::process().load(Path::new(&path), loading.progress()) {
        Ok(bank) => Ok(Chosen { bank, path }),
        Err(error) => Err(banks::unreadable(&path, &error)),
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
    if !control.lock().wants_attention() {
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

/// Plays what the saved state names: its banks, then its programs.
///
/// # Real-time
/// Not real-time: reads files, waits for another thread that is doing the same.
pub fn restore(control: &SharedControl) {
    let _turn = control.turn();
    restore_in_turn(control);
}

/// Has the saved state acted upon before an instance becomes active, and waits for it; but not
/// longer than `patience`: what takes longer goes on, and the render side holds what is to be
/// played on it.
///
/// # Real-time
/// Not real-time: the host's main thread, waits.
pub fn prepare(control: &SharedControl, patience: Duration) {
    if !control.lock().await_worker() {
        // Nobody else would.
        return restore(control);
    }
    worker::ring();
    let start = Instant::now();
    while control.lock().has_news() && start.elapsed() < patience {
        thread::sleep(GLANCE);
    }
}

/// Another state may arrive while banks are being read; then the newer ones are read as well.
fn restore_in_turn(control: &SharedControl) {
    loop {
        let default = dmus_library::default_bank(Library::process().places().data.as_deref());
        let Some(wanted) = control.lock().banks_to_restore(default) else {
            break;
        };
        let loading = control.begin_loading();
        let open = |reference| Library::process().open(reference, None, loading.progress());
        let opened = wanted.banks.iter().map(open).collect();
        if control.lock().restore_banks(wanted, opened) {
            break;
        }
    }
    control.lock().restore_programs();
}

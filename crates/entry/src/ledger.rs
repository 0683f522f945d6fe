//! Ledger: what went wrong at the boundary of one instance.
//!
//! In: caught panics, from any thread. Out: counts, and sentences for the user on the main thread.
//! Owner: shared by the guarded plug-in, its task executor and the instance in front of it.

use std::any::Any;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Mutex, MutexGuard, PoisonError};

use crate::signals::{Count, Flag, Gauge, ThreadCell};

/// How many panics wait for the main thread, and how many undeliverable notices are kept.
const KEPT: usize = 8;

type Payload = Box<dyn Any + Send>;

/// What was going on when something panicked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Place {
    /// Making the plug-in, before the host has it.
    Construction,
    Activation,
    Deactivation,
    /// Rendering a block.
    Process,
    Reset,
    Stop,
    /// Saving or loading.
    State,
    /// Turning a parameter's value into text or back.
    ParameterText,
    RemoteControls,
    /// A background task of the plug-in's.
    Task,
    /// Telling the plug-in about an earlier panic.
    Notice,
    Report,
    #[cfg_attr(
        not(feature = "editor"),
        expect(dead_code, reason = "there is no window")
    )]
    Window,
    Destruction,
    /// Our own part of a call of the host's.
    HostCall,
}

/// One caught panic.
struct Fault {
    place: Place,
    payload: Payload,
}

/// The record of one instance.
#[derive(Default)]
pub(crate) struct Ledger {
    panics: Count,
    /// Panics while state was saved or loaded.
    state_faults: Count,
    /// Blocks answered with silence because they came at the wrong time or in the wrong form.
    pub(crate) refused: Count,
    /// Events that were malformed or that no frame was left for.
    pub(crate) dropped: Count,
    /// Construction failed: the plug-in is an empty shell.
    pub(crate) stillborn: Flag,
    /// Background tasks that were handed to the worker thread and have not ended.
    pub(crate) background: Gauge,
    /// The thread that runs a task of the plug-in's; the framework lets one run at a time, and a
    /// second one of the same thread would wait for itself.
    task_thread: ThreadCell,
    /// The host called the main thread back from within a task, where nothing can be done.
    owed_callback: Flag,
    pending: Flag,
    faults: Mutex<[Option<Fault>; KEPT]>,
    undelivered: Mutex<Vec<String>>,
}

impl Ledger {
    /// Runs `call`; a panic in it is recorded under `place` and gives `None`.
    ///
    /// What `call` borrowed may be half changed afterwards; the caller decides whether it is used
    /// again.
    ///
    /// # Real-time
    /// Any thread. Adds nothing unless `call` panics.
    pub(crate) fn contain<R>(&self, place: Place, call: impl FnOnce() -> R) -> Option<R> {
        match catch_unwind(AssertUnwindSafe(call)) {
            Ok(value) => Some(value),
            Err(payload) => {
                self.record(place, payload);
                None
            }
        }
    }

    /// Runs a task of the plug-in's, which the framework lets nobody else do meanwhile.
    ///
    /// # Real-time
    /// Not real-time.
    pub(crate) fn during_task(&self, task: impl FnOnce()) {
        self.task_thread.take_this();
        task();
        self.task_thread.clear();
    }

    /// Whether the calling thread is within a task; if so the callback it was asked for is owed.
    pub(crate) fn owes_callback(&self) -> bool {
        let is_within = self.task_thread.is_this();
        if is_within {
            self.owed_callback.raise();
        }
        is_within
    }

    /// Whether a callback is owed and can be made up for now; then it is owed no longer.
    ///
    /// # Real-time
    /// Any thread. Wait-free.
    pub(crate) fn take_owed_callback(&self) -> bool {
        self.owed_callback.is_raised() && !self.task_thread.is_this() && self.owed_callback.take()
    }

    /// As [`contain`](Self::contain), for work on saved state.
    pub(crate) fn contain_state<R>(&self, call: impl FnOnce() -> R) -> Option<R> {
        let value = self.contain(Place::State, call);
        if value.is_none() {
            self.state_faults.add();
        }
        value
    }

    /// Records a panic that was caught elsewhere.
    ///
    /// # Real-time
    /// Any thread. Neither allocates nor frees: the payload is put aside for the main thread. When
    /// all places are taken, or the main thread is just emptying them, it is leaked; the count is
    /// kept.
    pub(crate) fn record(&self, place: Place, payload: Payload) {
        self.panics.add();
        if place == Place::Notice {
            // Told as a notice it would only fail again. Notices are told off the render thread.
            discard(payload);
            return;
        }
        let mut fault = Some(Fault { place, payload });
        if let Ok(mut faults) = self.faults.try_lock()
            && let Some(free) = faults.iter_mut().find(|slot| slot.is_none())
        {
            *free = fault.take();
        }
        std::mem::forget(fault);
        self.pending.raise();
    }

    /// The number of panics so far.
    pub(crate) fn panics(&self) -> u64 {
        self.panics.get()
    }

    /// The number of panics in work on saved state so far.
    pub(crate) fn state_faults(&self) -> u64 {
        self.state_faults.get()
    }

    /// Whether sentences wait for the main thread.
    pub(crate) fn is_pending(&self) -> bool {
        self.pending.is_raised()
    }

    /// Clears the mark that sentences wait; true if it was set. They stay until
    /// [`take_notices`](Self::take_notices).
    pub(crate) fn take_pending(&self) -> bool {
        self.pending.take()
    }

    /// Takes the sentences that wait, oldest first. Main thread, not real-time.
    pub(crate) fn take_notices(&self) -> Vec<String> {
        self.pending.take();
        let faults = std::mem::take(&mut *lock(&self.faults));
        faults
            .into_iter()
            .flatten()
            .map(Fault::into_sentence)
            .collect()
    }

    /// Keeps a sentence that could not be delivered, for the report.
    pub(crate) fn keep_undelivered(&self, text: String) {
        let mut kept = lock(&self.undelivered);
        if kept.len() < KEPT {
            kept.push(text);
        }
    }

    /// The boundary's own lines of the report.
    pub(crate) fn report_lines(&self) -> String {
        use std::fmt::Write as _;
        let mut lines = format!(
            "panics {}\nblocks_refused {}\nevents_dropped {}\n",
            self.panics(),
            self.refused.get(),
            self.dropped.get()
        );
        for text in lock(&self.undelivered).iter() {
            // Writing into a String cannot fail.
            let _ = writeln!(lines, "notice {}", text.replace('\n', " "));
        }
        lines
    }
}

impl std::fmt::Debug for Ledger {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Ledger")
            .field("panics", &self.panics())
            .finish_non_exhaustive()
    }
}

impl Place {
    /// The start of a sentence.
    fn subject(self) -> &'static str {
        match self {
            Self::Construction => "Making the plug-in",
            Self::Activation => "Starting the audio engine",
            Self::Deactivation => "Stopping the audio engine",
            Self::Process => "Rendering a block",
            Self::Reset => "Resetting the audio engine",
            Self::Stop => "Pausing the audio engine",
            Self::State => "Saving or loading the state",
            Self::ParameterText => "Showing a parameter's value",
            Self::RemoteControls => "Listing the remote controls",
            Self::Task => "A background task",
            Self::Notice => "Showing a notice",
            Self::Report => "Writing the report",
            Self::Window => "The window",
            Self::Destruction => "Closing the plug-in",
            Self::HostCall => "A call of the host",
        }
    }

    /// What it means for the sound.
    fn consequence(self) -> &'static str {
        match self {
            Self::Activation | Self::Process | Self::Reset | Self::Stop => {
                "; the plug-in is silent until the host restarts it"
            }
            _ => "",
        }
    }
}

impl Fault {
    fn into_sentence(self) -> String {
        let message = if let Some(text) = self.payload.downcast_ref::<&'static str>() {
            (*text).to_owned()
        } else if let Some(text) = self.payload.downcast_ref::<String>() {
            text.clone()
        } else {
            String::from("no message")
        };
        discard(self.payload);
        format!(
            "{} failed: {message}{}.",
            self.place.subject(),
            self.place.consequence()
        )
    }
}

/// Drops what a panic carried. It may be of any type, so even this may panic; that one is leaked.
pub(crate) fn discard(payload: Payload) {
    if let Err(second) = catch_unwind(AssertUnwindSafe(|| drop(payload))) {
        std::mem::forget(second);
    }
}

/// Locks; a panic of a former holder does not matter, for the values are always whole.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

//! The private extension that takes commands: a line of text in, a text out.
//!
//! Thread: main. Source: [`Boundary::COMMAND_ID`].

use std::ffi::{CStr, c_char};
use std::sync::mpsc::sync_channel;
use std::time::Duration;

use clap_sys::plugin::clap_plugin;

use super::instance::{Instance, with};
use super::report::copy_text;
use crate::boundary::Boundary;
use crate::guard::GuardTask;
use crate::ledger::Place;

/// How long a command waits for another background task to end.
const PATIENCE: Duration = Duration::from_secs(2);

/// The longest line that is taken, bytes.
const LONGEST_LINE: usize = 65_536;

/// What is answered in place of the plug-in.
const NO_ANSWER: &str = "error the plug-in does not answer";

/// The extension's struct.
#[repr(C)]
pub(super) struct PluginCommand {
    call: Option<
        unsafe extern "C" fn(
            plugin: *const clap_plugin,
            line: *const c_char,
            text: *mut c_char,
            capacity: u32,
        ) -> u32,
    >,
}

impl PluginCommand {
    /// The extension for plug-in type `P`.
    pub(super) const fn of<P: Boundary>() -> Self {
        Self {
            call: Some(call::<P>),
        }
    }
}

unsafe extern "C" fn call<P: Boundary>(
    plugin: *const clap_plugin,
    line: *const c_char,
    text: *mut c_char,
    capacity: u32,
) -> u32 {
    let call = |instance: &Instance<P>| {
        // SAFETY: the host passes null or a C string.
        let line = unsafe { line_of(line) };
        let answer = instance.command(line);
        // SAFETY: the host passes null or memory for `capacity` bytes.
        unsafe { copy_text(&answer, text, capacity) };
        u32::try_from(answer.len()).unwrap_or(u32::MAX)
    };
    // SAFETY: the host passes what `create_plugin` gave it.
    unsafe { with(plugin, 0, call) }
}

/// A host's line as ours; what is null, too long or no UTF-8 is empty.
///
/// # Safety
/// `line` is null or leads to a C string.
unsafe fn line_of(line: *const c_char) -> String {
    if line.is_null() {
        return String::new();
    }
    // SAFETY: our caller's promise.
    let line = unsafe { CStr::from_ptr(line) };
    let line = line.to_str().unwrap_or_default();
    if line.len() > LONGEST_LINE {
        return String::new();
    }
    line.to_owned()
}

impl<P: Boundary> Instance<P> {
    fn command(&self, line: String) -> String {
        let (reply, answer) = sync_channel(1);
        let task = self
            .ledger
            .contain(Place::Report, || P::command(line, reply));
        if let Some(task) = task {
            self.run_task(PATIENCE, GuardTask::plugin(task));
        }
        self.load_wanted();
        answer.try_recv().unwrap_or_else(|_| NO_ANSWER.to_owned())
    }
}

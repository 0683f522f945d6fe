//! What a plug-in tells the boundary about itself.

use std::ffi::CStr;
use std::sync::Arc;
use std::sync::mpsc::SyncSender;

use nice_plug::prelude::ClapPlugin;

use crate::facts::BlockFacts;
use crate::host_link::HostLink;
use crate::presets::{NoteName, PresetChoice, PresetSource};

/// What a plug-in does when its window is closed.
pub type WindowEnd = Arc<dyn Fn() + Send + Sync>;

/// A framework plug-in that can stand behind the boundary.
///
/// [`report`](Self::report) and [`notice`](Self::notice) make a background task; the boundary runs
/// it on the main thread, through the executor that the plug-in gave to the framework. They are
/// called in any state of the plug-in, faulted or not, so the executor must not need what a panic
/// may have left half done.
pub trait Boundary: ClapPlugin {
    /// Identifier of the private CLAP extension that hands out the report, with its version, for
    /// example `c"org.example.report/1"`.
    ///
    /// The extension is a C struct with one function,
    /// `uint32_t get(const clap_plugin_t *plugin, char *text, uint32_t capacity)`, main thread. It
    /// copies the report in UTF-8, cut to `capacity - 1` bytes at a character and ended by a NUL,
    /// and returns the full length in bytes without the NUL.
    const REPORT_ID: &'static CStr;

    /// Note ports for input, `1..`; a plug-in without note input has none whatever this says.
    ///
    /// The first one is the framework's and its events come as they always do. Several are named
    /// `Group 1` and so on, and the events of those after the first come with
    /// [`begin_block`](Self::begin_block). A VST3 host sees an event bus for each.
    ///
    /// An event that CLAP addresses to all ports goes to each of them; one for a port there is not
    /// is counted in `events_dropped`.
    const NOTE_PORTS: u32 = 1;

    /// The way to the host, once, before anything else is called.
    fn meet_host(&mut self, host: HostLink) {
        drop(host);
    }

    /// What is to be done each time a window is closed or fails to open; asked for when the editor
    /// is made.
    ///
    /// Called on the main thread, once the window is dropped; the host goes on after it.
    fn window_end(&self) -> WindowEnd {
        Arc::new(|| ())
    }

    /// What the framework cannot tell about the block that `process` is called for next.
    ///
    /// Called once before each call of `process`, with each message in exactly one block, however
    /// the host's block was cut. Where the host's own block was the part of a longer one, or is
    /// cut at automation, frames and the steady time count on from part to part.
    ///
    /// In each block there is room for [`INPUT_EVENT_CAPACITY`] messages and for four of 65 535
    /// bytes; what finds none is counted in `events_dropped`.
    ///
    /// # Real-time
    /// Render. The rules of `process` hold, and a panic has the same consequence.
    ///
    /// [`INPUT_EVENT_CAPACITY`]: nice_plug::prelude::Plugin::INPUT_EVENT_CAPACITY
    fn begin_block(&mut self, facts: &BlockFacts<'_>) {
        let _unused = facts;
    }

    /// A task that sends the plug-in's report: lines of `key value`, one fact each.
    ///
    /// The executor answers with `try_send` before it returns; `reply` holds one text. The
    /// boundary appends its own lines: `panics`, `blocks_refused`, `events_dropped`, and `notice`
    /// for each notice the plug-in could not take.
    fn report(reply: SyncSender<String>) -> Self::BackgroundTask;

    /// Identifier of the private CLAP extension that takes commands, with its version, for example
    /// `c"org.example.command/1"`.
    ///
    /// The extension is a C struct with one function, `uint32_t call(const clap_plugin_t *plugin,
    /// const char *line, char *text, uint32_t capacity)`, main thread. `line` is one command in
    /// UTF-8, at most 65 536 bytes; the answer is copied and measured as a report is.
    const COMMAND_ID: &'static CStr;

    /// A task that does what `line` says and sends an answer, in the way of
    /// [`report`](Self::report).
    fn command(line: String, reply: SyncSender<String>) -> Self::BackgroundTask;

    /// A task that shows `text`, a complete sentence, to the user.
    fn notice(text: String) -> Self::BackgroundTask;

    /// What there is to tell about presets; `None` without any. Needs no instance.
    #[must_use]
    fn presets() -> Option<&'static dyn PresetSource> {
        None
    }

    /// A task that plays a preset and answers whether it could, in the way of
    /// [`report`](Self::report).
    fn load_preset(
        choice: PresetChoice,
        reply: SyncSender<Result<(), String>>,
    ) -> Option<Self::BackgroundTask> {
        drop((choice, reply));
        None
    }

    /// A task that answers with the programs in force on the channels of the first note port, from
    /// the first channel on, in the way of [`report`](Self::report).
    fn programs(reply: SyncSender<Vec<u8>>) -> Option<Self::BackgroundTask> {
        drop(reply);
        None
    }

    /// A task that answers with the names of keys, in the way of [`report`](Self::report).
    fn note_names(reply: SyncSender<Vec<NoteName>>) -> Option<Self::BackgroundTask> {
        drop(reply);
        None
    }
}

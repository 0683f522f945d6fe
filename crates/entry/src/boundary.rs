//! What a plug-in tells the boundary about itself.

use std::ffi::CStr;
use std::sync::mpsc::SyncSender;

use nice_plug::prelude::ClapPlugin;

/// A framework plug-in that can stand behind the boundary.
///
/// Both functions make a background task; the boundary runs it on the main thread, through the
/// executor that the plug-in gave to the framework. They are called in any state of the plug-in,
/// faulted or not, so the executor must not need what a panic may have left half done.
pub trait Boundary: ClapPlugin {
    /// Identifier of the private CLAP extension that hands out the report, with its version, for
    /// example `c"org.example.report/1"`.
    ///
    /// The extension is a C struct with one function,
    /// `uint32_t get(const clap_plugin_t *plugin, char *text, uint32_t capacity)`, main thread. It
    /// copies the report in UTF-8, cut to `capacity - 1` bytes at a character and ended by a NUL,
    /// and returns the full length in bytes without the NUL.
    const REPORT_ID: &'static CStr;

    /// A task that sends the plug-in's report: lines of `key value`, one fact each.
    ///
    /// The executor answers with `try_send` before it returns; `reply` holds one text. The
    /// boundary appends its own lines: `panics`, `blocks_refused`, `events_dropped`, and `notice`
    /// for each notice the plug-in could not take.
    fn report(reply: SyncSender<String>) -> Self::BackgroundTask;

    /// A task that shows `text`, a complete sentence, to the user.
    fn notice(text: String) -> Self::BackgroundTask;
}

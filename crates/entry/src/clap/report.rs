//! The private extension that hands out the report: one text of `key value` lines.
//!
//! Thread: main. Source: [`Boundary::REPORT_ID`].

use std::ffi::c_char;
use std::sync::mpsc::sync_channel;
use std::time::Duration;

use clap_sys::plugin::clap_plugin;

use super::instance::{Instance, with};
use crate::boundary::Boundary;
use crate::guard::GuardTask;
use crate::ledger::Place;

/// How long the report waits for another background task to end.
const PATIENCE: Duration = Duration::from_secs(2);

/// The extension's struct.
#[repr(C)]
pub(super) struct PluginReport {
    get: Option<
        unsafe extern "C" fn(plugin: *const clap_plugin, text: *mut c_char, capacity: u32) -> u32,
    >,
}

impl PluginReport {
    /// The extension for plug-in type `P`.
    pub(super) const fn of<P: Boundary>() -> Self {
        Self {
            get: Some(get::<P>),
        }
    }
}

unsafe extern "C" fn get<P: Boundary>(
    plugin: *const clap_plugin,
    text: *mut c_char,
    capacity: u32,
) -> u32 {
    let call = |instance: &Instance<P>| {
        let report = instance.report();
        // SAFETY: the host passes null or memory for `capacity` bytes.
        unsafe { copy_text(&report, text, capacity) };
        u32::try_from(report.len()).unwrap_or(u32::MAX)
    };
    // SAFETY: the host passes what `create_plugin` gave it.
    unsafe { with(plugin, 0, call) }
}

impl<P: Boundary> Instance<P> {
    /// The plug-in's lines, then the boundary's. Without the former when the plug-in panics or
    /// another task keeps its executor busy.
    fn report(&self) -> String {
        // What waits is told first, so that the plug-in's own lines can show it.
        self.deliver();
        let (reply, answer) = sync_channel(1);
        if let Some(task) = self.ledger.contain(Place::Report, || P::report(reply)) {
            self.run_task(PATIENCE, GuardTask::plugin(task));
        }
        let mut report = answer.try_recv().unwrap_or_default();
        if !report.is_empty() && !report.ends_with('\n') {
            report.push('\n');
        }
        report.push_str(&self.ledger.report_lines());
        report
    }
}

/// Copies `text` to the host as a C string, cut at a character if there is not enough room.
///
/// # Safety
/// `target` is null or leads to `capacity` writable bytes.
pub(super) unsafe fn copy_text(text: &str, target: *mut c_char, capacity: u32) {
    let Some(room) = (capacity as usize).checked_sub(1) else {
        return;
    };
    if target.is_null() {
        return;
    }
    let length = text.floor_char_boundary(room);
    // SAFETY: `length` is less than the capacity; the host's memory and ours are apart.
    unsafe {
        target
            .cast::<u8>()
            .copy_from_nonoverlapping(text.as_ptr(), length)
    };
    // SAFETY: `length` is less than the capacity.
    let end = unsafe { target.add(length) };
    // SAFETY: as above.
    unsafe { end.write(0) };
}

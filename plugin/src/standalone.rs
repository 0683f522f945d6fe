//! The instrument as a program of its own: the framework is the host, the system has the devices.
//!
//! `dmus-standalone --help` lists what can be chosen; by itself it takes JACK where a server runs,
//! else the system's audio, else nothing.
#![forbid(unsafe_code)]

use std::process::ExitCode;

use dmus::Dmus;
use dmus_entry::Guarded;
use nice_plug::wrapper::standalone::nice_export_standalone;

/// Runs until the window is closed or the program is interrupted.
fn main() -> ExitCode {
    if nice_export_standalone::<Guarded<Dmus>>() {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    }
}

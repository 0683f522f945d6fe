//! `dmus`: the engine of the plug-in on the command line.
#![forbid(unsafe_code)]

mod bank;
mod choices;
mod convert;
mod devices;
mod info;
mod patch;
mod player;
mod progress;
mod render;
mod say;
mod sound_file;
mod stems;

use std::fmt::Display;
use std::process::ExitCode;

use clap::{Parser, Subcommand};

/// Plays Standard MIDI Files through banks, with the samples of the plug-in; looks into banks.
#[derive(Debug, Parser)]
#[command(name = "dmus", version, about)]
struct Arguments {
    #[command(subcommand)]
    verb: Verb,
}

/// One verb per file.
#[derive(Debug, Subcommand)]
enum Verb {
    /// Play a MIDI file into a WAV or FLAC file.
    Render(render::Render),
    /// Say what is in a bank.
    Info(info::Info),
    /// Write any bank as a DLS file.
    Convert(convert::Convert),
    /// List the MIDI devices that parts can play.
    Devices(devices::Devices),
}

fn main() -> ExitCode {
    match Arguments::parse().verb {
        Verb::Render(render) => end(render.run()),
        Verb::Info(info) => end(info.run()),
        Verb::Convert(convert) => end(convert.run()),
        Verb::Devices(devices) => end(devices.run()),
    }
}

/// How the program ends.
#[expect(clippy::print_stderr, reason = "errors of a command line belong there")]
fn end(result: Result<(), impl Display>) -> ExitCode {
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("dmus: {error}");
            ExitCode::FAILURE
        }
    }
}

//! Writes the factory bank to a file: `dmus-factory OUT.dls`.
//!
//! Prints what it wrote on standard output, what went wrong on standard error, where at a terminal a
//! bar says how far it is.
#![forbid(unsafe_code)]
#![expect(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a command-line tool speaks"
)]

use std::ffi::OsString;
use std::path::PathBuf;
use std::process::ExitCode;

use indicatif::{ProgressBar, ProgressStyle};

fn main() -> ExitCode {
    let mut arguments = std::env::args_os().skip(1);
    let (Some(path), None) = (arguments.next(), arguments.next()) else {
        eprintln!("usage: dmus-factory OUT.dls");
        return ExitCode::from(2);
    };
    match write(path) {
        Ok(()) => ExitCode::SUCCESS,
        Err((path, error)) => {
            eprintln!("dmus-factory: cannot write {}: {error}", path.display());
            ExitCode::FAILURE
        }
    }
}

/// Waves that are there, of all, and the last of them.
fn style() -> ProgressStyle {
    let style = ProgressStyle::with_template("{bar:40} {pos}/{len} waves, {elapsed} {msg}");
    style.unwrap_or_else(|_| ProgressStyle::default_bar())
}

fn write(path: OsString) -> Result<(), (PathBuf, std::io::Error)> {
    let path = PathBuf::from(path);
    let bar = ProgressBar::new(dmus_factory::WAVES as u64).with_style(style());
    let told = bar.clone();
    let bank = dmus_factory::bank_watched(move |wave| {
        told.set_message(wave.to_owned());
        told.inc(1);
    });
    bar.finish_and_clear();
    let bytes = dmus_dls::write::to_dls(&bank);
    match std::fs::write(&path, &bytes) {
        Ok(()) => {
            let (instruments, waves) = (bank.instruments.len(), bank.waves.len());
            println!(
                "{instruments} instruments, {waves} waves, {} bytes",
                bytes.len()
            );
            Ok(())
        }
        Err(error) => Err((path, error)),
    }
}

//! Does what a host's scan does: loads a bundle, reads its descriptors, lets go.
//!
//! `scan PATH [TIMES]` prints the descriptors, then the milliseconds from the library to the
//! descriptor. With TIMES it loads and unloads that often.

use std::env;
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Instant;

use anyhow::{Context, Result};
use dmus_host_tests::host::Bundle;

fn main() -> ExitCode {
    match scan() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            complain(&error);
            ExitCode::from(2)
        }
    }
}

#[expect(clippy::print_stderr, reason = "the program's output")]
fn complain(error: &anyhow::Error) {
    eprintln!("error: {error:#}");
}

fn scan() -> Result<()> {
    let mut arguments = env::args_os().skip(1);
    let path = PathBuf::from(arguments.next().context("usage: scan PATH [TIMES]")?);
    let times = arguments
        .next()
        .map_or(Ok(1), |times| times.to_string_lossy().parse::<u32>());
    for _ in 0..times.context("TIMES is a number")? {
        let start = Instant::now();
        let bundle = Bundle::load_once(&path)?;
        let descriptors = bundle.descriptors()?;
        let elapsed = start.elapsed();
        print(&descriptors, elapsed.as_secs_f64() * 1e3);
    }
    Ok(())
}

#[expect(clippy::print_stdout, reason = "the program's output")]
fn print(descriptors: &[dmus_host_tests::host::Descriptor], milliseconds: f64) {
    for descriptor in descriptors {
        println!(
            "plugin {} {} {}",
            descriptor.id, descriptor.version, descriptor.name
        );
    }
    println!("scan_ms {milliseconds:.3}");
}

//! Does what a host's scan does: loads a bundle, reads its descriptors, unloads it.
//!
//! `scan PATH [TIMES [play]]` prints the descriptors, then the milliseconds from the library to
//! the descriptors, TIMES times. With `play` each round makes an instance and plays a note with
//! it, on a thread that ends after the library has been unloaded.

use std::env;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::thread;
use std::time::Instant;

use anyhow::{Context, Result, anyhow, bail};
use dmus_host_tests::host::{Bundle, Descriptor};
use dmus_host_tests::player::{Partition, play};
use dmus_host_tests::timeline::Timeline;

fn main() -> ExitCode {
    match rounds() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            complain(&error);
            ExitCode::from(2)
        }
    }
}

fn rounds() -> Result<()> {
    let mut arguments = env::args_os().skip(1);
    let path = PathBuf::from(
        arguments
            .next()
            .context("usage: scan PATH [TIMES [play]]")?,
    );
    let times = arguments
        .next()
        .map_or(Ok(1), |times| times.to_string_lossy().parse::<u32>());
    let with_note = match arguments.next() {
        None => false,
        Some(word) if word == "play" => true,
        Some(word) => bail!("`{}` is not `play`", word.display()),
    };
    for _ in 0..times.context("TIMES is a number")? {
        let path = path.clone();
        let round = thread::spawn(move || round(&path, with_note));
        round.join().map_err(|_| anyhow!("the round panicked"))??;
    }
    Ok(())
}

/// Loads, reads, perhaps plays, and unloads.
fn round(path: &Path, with_note: bool) -> Result<()> {
    let start = Instant::now();
    let bundle = Bundle::load_once(path)?;
    let descriptors = bundle.descriptors()?;
    print(&descriptors, start.elapsed().as_secs_f64() * 1e3);
    if with_note {
        let mut plugin = bundle.instance()?;
        plugin.run(48_000, 512)?;
        let timeline = Timeline::of_script("0ms on 60 100", 48_000)?;
        play(&mut plugin, &timeline, 4_800, Partition::Fixed(512))?;
    }
    Ok(())
}

#[expect(clippy::print_stdout, reason = "the program's output")]
fn print(descriptors: &[Descriptor], milliseconds: f64) {
    for descriptor in descriptors {
        println!(
            "plugin {} {} {}",
            descriptor.id, descriptor.version, descriptor.name
        );
    }
    println!("scan_ms {milliseconds:.3}");
}

#[expect(clippy::print_stderr, reason = "the program's output")]
fn complain(error: &anyhow::Error) {
    eprintln!("error: {error:#}");
}

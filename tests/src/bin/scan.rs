//! Does what a host's scan does: loads a bundle, reads its descriptors, unloads it.
//!
//! `scan PATH [TIMES [create|play]]` prints the descriptors, then the milliseconds from the library to
//! the descriptors, TIMES times. With `create` four threads at once also make an instance each,
//! with `play` they play a note as well; each thread ends after it has let go of the library.

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
            .context("usage: scan PATH [TIMES [create|play]]")?,
    );
    let times = arguments
        .next()
        .map_or(Ok(1), |times| times.to_string_lossy().parse::<u32>());
    let depth = match arguments.next() {
        None => Depth::Describe,
        Some(word) if word == "create" => Depth::Create,
        Some(word) if word == "play" => Depth::Play,
        Some(word) => bail!("`{}` is neither `create` nor `play`", word.display()),
    };
    for _ in 0..times.context("TIMES is a number")? {
        if depth == Depth::Describe {
            round(&path, depth)?;
            continue;
        }
        // Several threads at once: one may end while another unloads the library.
        let threads = [(); 4].map(|()| {
            let path = path.clone();
            thread::spawn(move || round(&path, depth))
        });
        for thread in threads {
            thread.join().map_err(|_| anyhow!("a round panicked"))??;
        }
    }
    Ok(())
}

/// How far a round goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Depth {
    Describe,
    Create,
    Play,
}

/// Loads, reads, perhaps makes an instance, perhaps plays, and unloads.
fn round(path: &Path, depth: Depth) -> Result<()> {
    let start = Instant::now();
    let bundle = Bundle::load_once(path)?;
    let descriptors = bundle.descriptors()?;
    print(&descriptors, start.elapsed().as_secs_f64() * 1e3);
    if depth == Depth::Describe {
        return Ok(());
    }
    let mut plugin = bundle.instance()?;
    if depth == Depth::Play {
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

//! `standalone`: the instrument as a program of its own, played through a JACK server without a card.

use std::env::consts::OS;
use std::process::Command;

use anyhow::Result;

use crate::machine::{self, Need};
use crate::process::{Job, answers};
use crate::project::{PLUGIN, Project};
use crate::python;
use crate::suites::Outcome;

/// The program.
const PROGRAM: &str = "dmus-standalone";

/// The step of `test`: a note is struck on a known frame and heard on it.
pub(crate) fn step(project: &Project) -> Outcome {
    if OS != "linux" {
        let mut outcome: Outcome = Ok(()).into();
        outcome.note = "played on Linux only".to_owned();
        return outcome;
    }
    play(project).into()
}

/// Sees to it that what needs ALSA and JACK can be built and run.
///
/// # Errors
/// When they are not there and cannot be installed; says how to.
pub(crate) fn provide_sound() -> Result<()> {
    let has_files = |library: &str| {
        let found = Job::new("pkg-config", Command::new("pkg-config")).args(["--exists", library]);
        answers("pkg-config", "--version") && found.succeeds().unwrap_or(false)
    };
    if has_files("alsa") && has_files("jack") && answers("jackd", "--version") {
        return Ok(());
    }
    machine::provide(Need::Sound)
}

fn play(project: &Project) -> Result<()> {
    provide_sound()?;
    // Without its window, which would need a screen.
    Job::new("the build of the standalone program", project.cargo())
        .args(["build", "--package", PLUGIN, "--bin", PROGRAM])
        .args(["--no-default-features", "--features", "standalone"])
        .screen()?;
    let program = project.target("debug").join(PROGRAM);
    let script = project.root().join("tests/python/standalone_play.py");
    let python = python::prepare(project)?;
    Job::new("a note through JACK", Command::new(python))
        .args([script, program])
        .screen()
}

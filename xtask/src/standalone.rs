//! `standalone`: the instrument as a program of its own, played through a JACK server without a card.

use std::process::Command;

use anyhow::Result;

use crate::jack::{self, Server};
use crate::process::Job;
use crate::project::{PLUGIN, Project};
use crate::python;
use crate::suites::{self, Outcome};

/// The program.
const PROGRAM: &str = "dmus-standalone";

/// The step of `test`: a note is struck on a known frame and heard on it.
pub(crate) fn step(project: &Project) -> Outcome {
    suites::on_linux(|| play(project).into())
}

fn play(project: &Project) -> Result<()> {
    jack::provide()?;
    // Without its window, which would need a screen.
    Job::new("the build of the standalone program", project.cargo())
        .args(["build", "--package", PLUGIN, "--bin", PROGRAM])
        .args(["--no-default-features", "--features", "standalone"])
        .screen()?;
    let program = project.target("debug").join(PROGRAM);
    let script = project.root().join("tests/python/standalone_play.py");
    let python = python::prepare(project)?;
    // One that waits for its clients would wait long for the program, which ends without leaving.
    let server = Server::start(project, "standalone", &[])?;
    let job = Job::new("a note through JACK", Command::new(python)).args([script, program]);
    let played = server.with(job).screen();
    if played.is_err() {
        server.show();
    }
    played
}

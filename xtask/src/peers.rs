//! The programs of benches/peers: other synthesizers beside ours.

use std::path::PathBuf;
use std::process::Command;

use anyhow::Result;

use crate::process::Job;
use crate::project::Project;

/// Builds both programs: the one in Rust, and FluidSynth's.
///
/// # Errors
/// When a compiler fails.
pub(crate) fn build(project: &Project) -> Result<[PathBuf; 2]> {
    let target = project.target("peers");
    Job::new("the build of the peers", project.cargo())
        .env("CARGO_TARGET_DIR", &target)
        .args([
            "build",
            "--release",
            "--manifest-path",
            "benches/peers/Cargo.toml",
        ])
        .screen()?;
    let fluid = target.join("fluidsynth");
    Job::new("the build of FluidSynth's driver", Command::new("cc"))
        .args(["-O2".as_ref(), "-o".as_ref(), fluid.as_os_str()])
        .args([project.path("benches/peers/fluidsynth.c")])
        .args(["-ldl"])
        .screen()?;
    Ok([target.join("release/dmus-peers"), fluid])
}

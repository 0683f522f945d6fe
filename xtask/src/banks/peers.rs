//! Other programs that read and write banks, where they can be had.

use std::fs;
use std::path::PathBuf;
use std::process::Command;

use anyhow::{Context, Result};

use crate::machine::{self, Need};
use crate::process::{self, Job};
use crate::project::Project;

/// The newest library that reads and writes DLS by itself, and its version.
const SPESSA: (&str, &str) = ("spessasynth_core", "4.3.22");

/// Scripts that speak with the library. They stand beside it, where it is found.
const SCRIPT: &str = "spessa.mjs";

/// Where the library is.
pub(super) fn node_folder(project: &Project) -> PathBuf {
    project.target("banks/node")
}

/// Makes the peers ready; says in words which are absent.
///
/// # Errors
/// When a file cannot be written. A peer that cannot be had is no error.
pub(super) fn provide(project: &Project) -> Result<Vec<String>> {
    let mut absent = Vec::new();
    if let Err(error) = spessa(project) {
        absent.push(format!("what {} reads and writes: {error:#}", SPESSA.0));
    }
    if !process::answers("fluidsynth", "--version")
        && let Err(error) = machine::provide(Need::FluidSynth)
    {
        absent.push(format!("what FluidSynth reads: {error:#}"));
    }
    if !process::answers("java", "--version") {
        println!("note: without Java its reader of banks is not asked");
    }
    Ok(absent)
}

/// Installs the library, and puts the script beside it.
fn spessa(project: &Project) -> Result<()> {
    let folder = node_folder(project);
    fs::create_dir_all(&folder).with_context(|| format!("making {}", folder.display()))?;
    let (name, version) = SPESSA;
    let manifest = folder.join("node_modules").join(name).join("package.json");
    let wanted = format!("\"version\": \"{version}\"");
    let there = |text: &str| text.contains(&wanted);
    if !fs::read_to_string(&manifest).is_ok_and(|text| there(&text)) {
        Job::new("`npm install`", Command::new("npm"))
            .args([
                "install",
                "--no-audit",
                "--no-fund",
                "--loglevel=error",
                "--prefix",
            ])
            .args([&folder])
            .args([format!("{name}@{version}")])
            .screen()?;
    }
    let script = project.path("tests/peers").join(SCRIPT);
    fs::copy(&script, folder.join(SCRIPT)).with_context(|| format!("{}", script.display()))?;
    Ok(())
}

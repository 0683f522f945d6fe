//! `banks`: real banks from public packages, and what they have to come to in ours and in other
//! programs.
//!
//! In: Debian's packages by `apt-get`, one of npm's by `npm`. Out: files under target/banks, kept by
//! their checksums, and a run of the tests that read them. Nothing of theirs is part of this
//! repository. Where a package cannot be had, the checks that are absent are named; under CI that
//! is a fault.

mod fetch;
mod peers;

use std::env;
use std::path::PathBuf;

use anyhow::{Result, bail};

use crate::process::Job;
use crate::project::{COMMAND_LINE, Project};
use crate::suites::{self, Outcome};

/// Fetches banks and peers, and runs the tests on them; with `--fetch` nothing but the first.
///
/// # Errors
/// When a test fails; under CI when something cannot be had.
pub(crate) fn run(project: &Project, words: &[String]) -> Result<()> {
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    match words[..] {
        [] => step(project).verdict,
        ["--fetch"] => provide(project).map(drop),
        _ => bail!("not understood: '{}' (--fetch)", words.join(" ")),
    }
}

/// The step of `cargo xtask test`.
pub(crate) fn step(project: &Project) -> Outcome {
    let absent = match provide(project) {
        Ok(absent) => absent,
        Err(error) => return Err(error).into(),
    };
    let folder = project.target("banks");
    let node = peers::node_folder(project);
    let job = Job::new("a test of real banks", project.cargo())
        .env("DMUS_BANKS", &folder)
        .env("DMUS_NODE", &node)
        .args(["test", "--release", "--package", COMMAND_LINE])
        .args(["--test", "banks", "--", "--nocapture"]);
    let mut outcome = suites::counted(job);
    if absent > 0 {
        outcome.note = format!("absent: {absent}, named above");
    }
    outcome
}

/// Fetches the banks alone.
///
/// # Errors
/// When one of them cannot be had.
pub(crate) fn fetch_banks(project: &Project) -> Result<()> {
    match fetch::banks(project)?.as_slice() {
        [] => Ok(()),
        absent => bail!("absent: {}", absent.join("; ")),
    }
}

/// Fetches banks and peers.
///
/// # Errors
/// When one of them cannot be had.
pub(crate) fn fetch_peers(project: &Project) -> Result<()> {
    match provide(project)? {
        0 => Ok(()),
        absent => bail!("absent: {absent}, named above"),
    }
}

/// Where npm's packages are.
pub(crate) fn node_folder(project: &Project) -> PathBuf {
    peers::node_folder(project)
}

/// Fetches one bank by the name of its file; gives where it is.
///
/// # Errors
/// When it cannot be had.
pub(crate) fn fetch_bank(project: &Project, name: &str) -> Result<PathBuf> {
    fetch::one(project, name)
}

/// Fetches what there is to be had; gives the number of things that are absent.
fn provide(project: &Project) -> Result<usize> {
    let mut absent = fetch::banks(project)?;
    absent.extend(peers::provide(project)?);
    for line in &absent {
        println!("absent: {line}");
    }
    if !absent.is_empty() && env::var("CI").is_ok_and(|value| value == "true") {
        bail!("under CI nothing may be absent");
    }
    Ok(absent.len())
}

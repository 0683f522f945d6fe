//! `abuse`: a host that keeps no rule, against the bundle.
//!
//! In: the plug-in with the framework's allocation guard, so that memory taken in a block ends the
//! run as well. Out: how often what was called; a crash, a panic that was caught, a voice that does
//! not end or a block that is not made of numbers is a failure.

use anyhow::Result;

use crate::bundle;
use crate::process::Job;
use crate::project::Project;
use crate::suites::Outcome;

/// The package with the host.
const PACKAGE: &str = "dmus-entry";

/// Runs the task: options as in the program, `--calls N --seed N --threads N --window`.
///
/// # Errors
/// What the host found.
pub(crate) fn run(project: &Project, words: &[String]) -> Result<()> {
    bundle::checked(project)?;
    torment(project, words)
}

/// The step of `test`: always the same calls, fewer than by hand, where there are a million of each
/// format.
pub(crate) fn step(project: &Project) -> Outcome {
    torment(project, &["--calls".to_owned(), "150000".to_owned()]).into()
}

fn torment(project: &Project, words: &[String]) -> Result<()> {
    let library = project.plugin_library("checked");
    Job::new("the host without rules", project.cargo())
        .args(["run", "--release", "--package", PACKAGE])
        .args(["--features", "vst3,editor", "--example", "abuse", "--"])
        .args([library.as_os_str()])
        .args(words)
        .screen()
}

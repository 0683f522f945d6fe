//! `model`: every interleaving of the kernel's shared memory, then the same with each ordering weakened.

use std::fs;

use anyhow::{Context, Result, bail};

use crate::process::Job;
use crate::project::Project;
use crate::tally::Tally;

/// Where the models and the list of mutants lie.
const FOLDER: &str = "crates/kernel/tests";
/// The variable that tells a model which ordering to weaken.
const MUTANT: &str = "DMUS_MUTANT";

/// What a run of the models came to.
#[derive(Debug)]
pub(crate) struct Outcome {
    /// The models that ran on the code as it is.
    pub(crate) tally: Tally,
    /// A sentence about the mutants.
    pub(crate) note: String,
}

/// Runs all models, which must pass, then each mutant, which must make one of them fail.
///
/// # Errors
/// When a model fails on the code as it is, or stays green on a mutant: a model that cannot fail
/// proves nothing.
pub(crate) fn run(project: &Project) -> Result<Outcome> {
    let models = models(project)?;
    let list = project.path(FOLDER).join("mutants.txt");
    let mutants = fs::read_to_string(&list).with_context(|| format!("{}", list.display()))?;
    let mutants = names(&mutants);
    if models.is_empty() || mutants.is_empty() {
        bail!(
            "{FOLDER} holds {} models and {} mutants",
            models.len(),
            mutants.len()
        );
    }

    let lines = job(project, &models, "the models").lines()?;
    lines.verdict?;
    let tally = Tally::of(&lines.text);

    let mut alive = Vec::new();
    for mutant in &mutants {
        let survived = job(project, &models, mutant)
            .env(MUTANT, mutant)
            .succeeds()?;
        println!(
            "mutant {mutant}: {}",
            if survived {
                "ALIVE, no model noticed"
            } else {
                "killed"
            }
        );
        if survived {
            alive.push(*mutant);
        }
    }
    if !alive.is_empty() {
        bail!("mutants that no model noticed: {}", alive.join(", "));
    }
    let note = format!("{} mutants, all killed", mutants.len());
    Ok(Outcome { tally, note })
}

/// One run of all models, built with loom's atomics in a target directory of their own.
fn job(project: &Project, models: &[String], name: &str) -> Job {
    let mut job = Job::new(name, project.cargo())
        .env("RUSTFLAGS", "--cfg dmus_loom")
        .env("CARGO_TARGET_DIR", project.target("loom"))
        // A model that fails does so on a stack too small for a backtrace.
        .env("RUST_BACKTRACE", "0")
        // Linking each model with the whole program in view would take longer than running it.
        .env("CARGO_PROFILE_RELEASE_LTO", "off")
        .args([
            "test",
            "--package",
            "dmus-kernel",
            "--release",
            "--no-fail-fast",
        ]);
    for model in models {
        job = job.args(["--test", model]);
    }
    job
}

/// The integration tests of the kernel whose names say that they are models.
fn models(project: &Project) -> Result<Vec<String>> {
    let folder = project.path(FOLDER);
    let entries = fs::read_dir(&folder).with_context(|| format!("{}", folder.display()))?;
    let mut models = Vec::new();
    for entry in entries {
        let name = entry?.file_name().to_string_lossy().into_owned();
        if let Some(stem) = name.strip_suffix(".rs")
            && stem.starts_with("loom_")
        {
            models.push(stem.to_owned());
        }
    }
    models.sort();
    Ok(models)
}

/// One name a line; empty lines and those that begin with `#` are left out.
pub(crate) fn names(text: &str) -> Vec<&str> {
    text.lines()
        .map(str::trim)
        .filter(|line| !line.is_empty() && !line.starts_with('#'))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn comments_and_empty_lines_are_no_mutants() {
        assert_eq!(
            names("# weakened\nword_store\n\n  word_load \n"),
            ["word_store", "word_load"]
        );
    }
}

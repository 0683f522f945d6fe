//! What the steps of `test` and `check` run, and how each is judged.

use std::env::consts::OS;
use std::path::Path;

use anyhow::{Result, anyhow, bail};

use crate::process::Job;
use crate::project::{COMMAND_LINE, HOST_TESTS, PLUGIN, Project};
use crate::tally::Tally;
use crate::{banks, bundle, model, python, tidy};

/// What a step came to: its tests are counted even when it failed.
#[derive(Debug)]
pub(crate) struct Outcome {
    pub(crate) tally: Tally,
    pub(crate) note: String,
    pub(crate) verdict: Result<()>,
}

impl From<Result<()>> for Outcome {
    fn from(verdict: Result<()>) -> Self {
        Self {
            tally: Tally::default(),
            note: String::new(),
            verdict,
        }
    }
}

/// A step that needs what Linux alone has; elsewhere it is passed over, and says so.
pub(crate) fn on_linux(step: impl FnOnce() -> Outcome) -> Outcome {
    if OS == "linux" {
        return step();
    }
    Outcome {
        note: "on Linux only".to_owned(),
        ..Ok(()).into()
    }
}

/// The format of all crates.
pub(crate) fn format(project: &Project) -> Outcome {
    Job::new("the format check (`cargo fmt` mends it)", project.cargo())
        .args(["fmt", "--all", "--", "--check"])
        .screen()
        .into()
}

/// Compiler warnings and lints, tests and benches included; the plug-in without its window and the
/// host with a screen too.
pub(crate) fn lints(project: &Project) -> Outcome {
    let clippy = |args: &[&str]| {
        Job::new("clippy", project.cargo())
            .args(["clippy"])
            .args(args)
            .args(["--", "-D", "warnings"])
            .screen()
    };
    let whole = clippy(&["--workspace", "--all-targets"]);
    whole
        .and_then(|()| clippy(&["--package", PLUGIN, "--lib", "--no-default-features"]))
        .and_then(|()| {
            clippy(&[
                "--package",
                HOST_TESTS,
                "--all-targets",
                "--features",
                "screen",
            ])
        })
        .into()
}

/// The house's own rules.
pub(crate) fn tidied(project: &Project) -> Outcome {
    match tidy::run(project) {
        Ok(note) => Outcome {
            note,
            ..Ok(()).into()
        },
        Err(error) => Err(error).into(),
    }
}

/// The documentation of all crates, warnings refused.
pub(crate) fn docs(project: &Project) -> Outcome {
    let doc = |args: &[&str]| {
        Job::new("the documentation", project.cargo())
            .env("RUSTDOCFLAGS", "-D warnings")
            .args(["doc", "--no-deps"])
            .args(args)
            .screen()
    };
    // The command line's program bears the plug-in's name: in one run, each would overwrite the
    // other's pages. The plug-in's come last and stay.
    let program = doc(&["--package", COMMAND_LINE]);
    program
        .and_then(|()| doc(&["--workspace", "--exclude", COMMAND_LINE]))
        .into()
}

/// The tests of every crate but the host's, which need the bundles.
pub(crate) fn crates(project: &Project) -> Outcome {
    tests(project, &["--workspace", "--exclude", HOST_TESTS], &[])
}

/// Runs tests with nextest where it is installed, else with cargo's own runner.
fn tests(project: &Project, packages: &[&str], variables: &[(&str, &Path)]) -> Outcome {
    let nextest = Job::new("nextest", project.cargo()).args(["nextest", "--version"]);
    let mut job = Job::new("a test", project.cargo());
    job = if nextest.succeeds().unwrap_or(false) {
        job.args(["nextest", "run", "--no-fail-fast"])
    } else {
        job.args(["test", "--tests", "--no-fail-fast"])
    };
    job = job.args(packages);
    for (name, value) in variables {
        job = job.env(name, value);
    }
    counted(job)
}

/// The examples in the documentation of every crate but the host's, whose crates are built later.
pub(crate) fn examples(project: &Project) -> Outcome {
    counted(documented(
        project,
        &["--workspace", "--exclude", HOST_TESTS],
    ))
}

/// A run of the examples in the documentation of some packages.
fn documented(project: &Project, packages: &[&str]) -> Job {
    Job::new("an example in the documentation", project.cargo())
        .args(["test", "--doc"])
        .args(packages)
}

/// Runs tests and counts them; none at all, or one left out, is a fault as well.
pub(crate) fn counted(job: Job) -> Outcome {
    let lines = match job.lines() {
        Ok(lines) => lines,
        Err(error) => return Err(error).into(),
    };
    let tally = Tally::of(&lines.text);
    Outcome {
        tally,
        note: String::new(),
        verdict: lines.verdict.and_then(|()| whole(tally)),
    }
}

/// Whether tests ran, and all of them.
fn whole(tally: Tally) -> Result<()> {
    match tally {
        Tally { ignored: 1.., .. } => bail!("{} tests were left out", tally.ignored),
        Tally { passed: 0, .. } => bail!("no test ran"),
        _ => Ok(()),
    }
}

/// The memory models and their mutants.
pub(crate) fn models(project: &Project) -> Outcome {
    match model::run(project) {
        Ok(model::Outcome { tally, note }) => Outcome {
            tally,
            note,
            verdict: whole(tally),
        },
        Err(error) => Err(error).into(),
    }
}

/// The release bundles, and the command line beside them.
pub(crate) fn bundled(project: &Project) -> Outcome {
    bundle::release(project)
        .and_then(|()| bundle::command_line(project))
        .into()
}

/// The plug-in with the allocation guard.
pub(crate) fn checked(project: &Project) -> Outcome {
    bundle::checked(project).into()
}

/// The Python environment of the host tests.
pub(crate) fn python(project: &Project) -> Outcome {
    python::prepare(project).map(drop).into()
}

/// Runs the host tests on what the steps before have built.
pub(crate) fn hosts(project: &Project) -> Outcome {
    let clap = project.clap();
    let checked = project.plugin_library("checked");
    let vst3 = project.vst3();
    let python = python::interpreter(&project.target("venv"));
    let command = project.command_line();
    let variables = [
        ("DMUS_CLAP", clap.as_path()),
        ("DMUS_CLAP_CHECKED", checked.as_path()),
        ("DMUS_VST3", vst3.as_path()),
        ("DMUS_PYTHON", python.as_path()),
        ("DMUS_COMMAND", command.as_path()),
    ];
    for (name, file) in variables {
        if !file.exists() {
            let file = file.display();
            let error = anyhow!("{name}: {file} is not there; --from bundle makes it");
            return Err(error).into();
        }
    }
    let mut outcome = tests(project, &["--package", HOST_TESTS], &variables);
    if outcome.verdict.is_ok() {
        // The package may have no example at all, so their number is not judged.
        match documented(project, &["--package", HOST_TESTS]).lines() {
            Ok(lines) => {
                outcome.tally.add(Tally::of(&lines.text));
                outcome.verdict = lines.verdict;
            }
            Err(error) => outcome.verdict = Err(error),
        }
    }
    outcome
}

/// Real banks, in ours and in other programs.
pub(crate) fn real_banks(project: &Project) -> Outcome {
    banks::step(project)
}

/// Runs each benchmark's body once: without cargo's `--bench` word they only test themselves.
pub(crate) fn benches(project: &Project) -> Outcome {
    let names = project.benches();
    if names.is_empty() {
        return Err(anyhow!("the workspace has no benchmark")).into();
    }
    let mut job = Job::new("a benchmark", project.cargo()).args(["test", "--workspace"]);
    for name in &names {
        job = job.args(["--bench", name]);
    }
    job.screen().into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn run_without_tests_or_with_tests_left_out_is_a_fault() {
        assert!(
            whole(Tally {
                passed: 3,
                failed: 0,
                ignored: 0
            })
            .is_ok()
        );
        assert!(
            whole(Tally {
                passed: 3,
                failed: 0,
                ignored: 1
            })
            .is_err()
        );
        assert!(whole(Tally::default()).is_err());
    }
}

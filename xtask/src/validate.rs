//! `validate`: the public validators that this machine has, on the built bundles.

use std::env;
use std::path::Path;
use std::process::Command;

use anyhow::{Result, bail};

use crate::bundle;
use crate::process::Job;
use crate::project::Project;

/// A validator's program and how it is asked.
struct Validator {
    program: &'static str,
    /// Whose it is and what it judges.
    what: &'static str,
    args: fn(&Project) -> Vec<String>,
}

const VALIDATORS: [Validator; 3] = [
    Validator {
        program: "clap-validator",
        what: "the CLAP project's, on DMus.clap",
        args: |project| vec!["validate".to_owned(), text(&project.clap())],
    },
    Validator {
        program: "validator",
        what: "Steinberg's, with its extensive tests, on DMus.vst3",
        args: |project| vec!["-e".to_owned(), text(&project.vst3())],
    },
    Validator {
        program: "pluginval",
        what: "Tracktion's, strictness 10, on DMus.vst3",
        args: |project| pluginval(&project.vst3(), has_display()),
    },
];

/// Runs the task; what is not installed is named and passes.
///
/// # Errors
/// When one of the validators that are there finds a fault.
pub(crate) fn run(project: &Project) -> Result<()> {
    if !project.clap().exists() || !project.vst3().exists() {
        bundle::release(project)?;
    }
    let mut failed = Vec::new();
    for Validator {
        program,
        what,
        args,
    } in &VALIDATORS
    {
        if !on_the_path(program) {
            println!("not installed: {program}");
            continue;
        }
        println!("\n== {program}: {what}");
        let job = Job::new(program, Command::new(program)).args(args(project));
        match job.screen() {
            Ok(()) => println!("{program}: passed"),
            Err(error) => {
                println!("{error}");
                failed.push(*program);
            }
        }
    }
    if failed.is_empty() {
        Ok(())
    } else {
        bail!("not passed: {}", failed.join(", "))
    }
}

fn pluginval(vst3: &Path, display: bool) -> Vec<String> {
    let mut words = vec!["--strictness-level".to_owned(), "10".to_owned()];
    if !display {
        // Its window tests need a screen; the others do not.
        words.push("--skip-gui-tests".to_owned());
    }
    words.extend(["--validate".to_owned(), text(vst3)]);
    words
}

fn has_display() -> bool {
    !cfg!(target_os = "linux") || env::var_os("DISPLAY").is_some()
}

fn text(path: &Path) -> String {
    path.display().to_string()
}

/// Whether a folder of `PATH` holds the program.
fn on_the_path(program: &str) -> bool {
    let file = format!("{program}{}", env::consts::EXE_SUFFIX);
    let path = env::var_os("PATH").unwrap_or_default();
    env::split_paths(&path).any(|folder| folder.join(&file).is_file())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn absent_program_is_not_on_the_path() {
        assert!(!on_the_path("no-such-validator"));
    }

    #[test]
    fn window_tests_are_left_out_without_a_display() {
        let vst3 = Path::new("DMus.vst3");
        assert!(pluginval(vst3, false).contains(&"--skip-gui-tests".to_owned()));
        assert!(!pluginval(vst3, true).contains(&"--skip-gui-tests".to_owned()));
    }
}

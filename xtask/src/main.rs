//! The project's tasks: everything a developer or the CI runs goes through `cargo xtask`.
//!
//! In: the command line. Out: files under the target directory, a report on the screen, and an
//! exit code that is zero only when all went well. No product crate is used here.

#![forbid(unsafe_code)]
#![expect(clippy::print_stdout, reason = "a task's output is its screen")]

mod abuse;
mod ardour;
mod banks;
mod bundle;
mod demo;
mod devices;
mod fuzz;
mod icount;
mod install;
mod jack;
mod load;
mod machine;
mod model;
mod peers;
mod process;
mod project;
mod python;
mod report;
mod sanitize;
mod sound;
mod speed;
mod standalone;
mod steps;
mod suites;
mod tally;
mod tidy;
mod valgrind;
mod validate;
mod window;

use std::path::Path;
use std::process::ExitCode;

use anyhow::{Context, Result, bail};

use crate::project::Project;

const HELP: &str = "\
The project's tasks.

To hear it and to prove it:
  cargo xtask demo [SONG.mid] [--bank FILE.dls] [-o OUT.wav] [--picture OUT.png]
                             build the plug-in and play a song through it
  cargo xtask test           everything the CI runs, with a table at the end
  cargo xtask install        copy the plug-in to your own plug-in folders

While working on it:
  cargo xtask check          format, lints, tidy, tests and docs: the quick half of `test`
  cargo xtask tidy           the house's rules on files, imports and sources
  cargo xtask model          every interleaving of the shared memory, then the mutants
  cargo xtask miri           the kernel's tests in an interpreter that knows undefined behaviour
  cargo xtask tsan           the kernel's threaded tests, watched for data races
  cargo xtask asan [--calls N]
                             the host that keeps no rule, every access to memory watched
  cargo xtask icount         instructions on hot paths, against targets and what was recorded;
                             with --record the synthesizer's are recorded anew
  cargo xtask bundle dmus --release
                             the plug-in in each system's form (options as in `cargo build`)
  cargo xtask validate [--all]
                             the public validators that are on the PATH, on the bundles;
                             with --all one that is missing fails
  cargo xtask abuse [--calls N] [--seed N] [--threads N] [--window]
                             a host that keeps no rule, against the plug-in
  cargo xtask window         the window of the bundle in a host, with keys, clicks and drops
  cargo xtask bank [--measure]
                             compute the built-in bank anew, and measure how it sounds
  cargo xtask banks          real banks out of public packages, in ours and in other programs
  cargo xtask load           loading time and memory of banks, beside other synthesizers
  cargo xtask sound          figures, and notes and songs beside others, each difference with its cause
  cargo xtask speed          what playing costs, beside other synthesizers: docs/speed.md
  cargo xtask fuzz [TARGET]  any bytes as banks, songs and states, watched for broken promises
  cargo xtask corpus         write the seeds of the fuzz targets anew

`test` and `check` take `--from STEP` and `--only STEP`; `--list` names the steps.
`miri`, `tsan` and `asan` need a nightly toolchain; with `--if-available` they are skipped without it.";

fn main() -> ExitCode {
    let words: Vec<String> = std::env::args().skip(1).collect();
    match dispatch(&words) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            println!("\nerror: {error:#}");
            ExitCode::FAILURE
        }
    }
}

/// Runs the task that the first word names.
fn dispatch(words: &[String]) -> Result<()> {
    let Some((task, rest)) = words.split_first() else {
        println!("{HELP}");
        return Ok(());
    };
    match task.as_str() {
        "help" | "-h" | "--help" => {
            println!("{HELP}");
            Ok(())
        }
        "demo" => demo::run(&Project::find()?, rest),
        "test" => steps::test(&Project::find()?, rest),
        "check" => steps::check(&Project::find()?, rest),
        "install" => install::run(&Project::find()?, rest),
        "bundle" | "bundle-universal" => bundle::pass_through(&Project::find()?, words),
        "tidy" => no_more(rest).and_then(|()| tidy::run(&Project::find()?).map(drop)),
        "model" => no_more(rest).and_then(|()| model::run(&Project::find()?).map(drop)),
        "miri" => sanitize::miri(&Project::find()?, rest),
        "tsan" => sanitize::tsan(&Project::find()?, rest),
        "asan" => sanitize::asan(&Project::find()?, rest),
        "icount" => icount::run(&Project::find()?, rest),
        "abuse" => abuse::run(&Project::find()?, rest),
        "banks" => banks::run(&Project::find()?, rest),
        "load" => no_more(rest).and_then(|()| load::run(&Project::find()?)),
        "sound" => sound::run(&Project::find()?, rest),
        "speed" => no_more(rest).and_then(|()| speed::run(&Project::find()?)),
        "fuzz" => fuzz::run(&Project::find()?, rest),
        "corpus" => no_more(rest).and_then(|()| fuzz::corpus(&Project::find()?)),
        "validate" => validate::run(&Project::find()?, rest),
        "window" => no_more(rest).and_then(|()| window::run(&Project::find()?)),
        "bank" => bank(&Project::find()?, rest),
        unknown => bail!("there is no task '{unknown}'\n\n{HELP}"),
    }
}

/// Refuses words that a task without options would silently ignore.
fn no_more(rest: &[String]) -> Result<()> {
    match rest.first() {
        None => Ok(()),
        Some(word) => bail!("this task takes no options, but got '{word}'"),
    }
}

/// Computes the built-in bank and writes the file that the plug-in is compiled with; with `--measure`
/// also the page that says what it sounds like.
fn bank(project: &Project, words: &[String]) -> Result<()> {
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    let measures = match words[..] {
        [] => false,
        ["--measure"] => true,
        _ => bail!("not understood: '{}' (--measure)", words.join(" ")),
    };
    let file = "presets/dmus-gm.dls";
    process::Job::new("the bank's computation", project.cargo())
        .args(["run", "--release", "--package", "dmus-factory", "--", file])
        .screen()?;
    println!("The built-in bank is {}", project.path(file).display());
    if measures {
        let page = [
            "docs/factory-bank.md",
            "docs/factory-bank.png",
            "docs/factory-songs.png",
        ];
        let other = banks::fetch_bank(project, "TimGM6mb.sf2")
            .context("the songs are compared with TimGM6mb, of Debian's timgm6mb-soundfont")?;
        process::Job::new("the bank's measurement", project.cargo())
            .args(["run", "--release", "--package", "dmus-gauge", "--"])
            .args(page)
            .args([other.as_path(), Path::new("presets/songs")])
            .screen()?;
        println!("What it sounds like is in {}", page.join(", "));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(line: &str) -> Vec<String> {
        line.split_whitespace().map(str::to_owned).collect()
    }

    #[test]
    fn unknown_task_is_named_in_the_error() {
        let error = dispatch(&words("dance --fast")).unwrap_err().to_string();
        assert!(error.contains("'dance'"), "{error}");
    }

    #[test]
    fn word_after_a_task_without_options_is_refused() {
        let error = dispatch(&words("tidy --gently")).unwrap_err().to_string();
        assert!(error.contains("'--gently'"), "{error}");
    }

    #[test]
    fn help_names_every_task() {
        for task in [
            "demo", "test", "install", "check", "tidy", "model", "icount", "miri", "tsan", "asan",
            "bundle", "validate", "bank", "banks", "load", "sound", "speed", "fuzz", "corpus",
            "window",
        ] {
            assert!(HELP.contains(&format!("cargo xtask {task}")), "{task}");
        }
    }
}

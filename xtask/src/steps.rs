//! `test` and `check`: what the CI runs, step by step, stopping at the first that fails.

use std::time::Instant;

use anyhow::{Result, bail};

use crate::abuse;
use crate::ardour;
use crate::devices;
use crate::icount;
use crate::machine;
use crate::project::Project;
use crate::report::{self, Row};
use crate::standalone;
use crate::suites::{self, Outcome};
use crate::window;

/// A step: the word that options call it by, its heading, and what it does.
#[derive(Clone, Copy, Debug)]
struct Step {
    key: &'static str,
    heading: &'static str,
    run: fn(&Project) -> Outcome,
}

const fn step(key: &'static str, heading: &'static str, run: fn(&Project) -> Outcome) -> Step {
    Step { key, heading, run }
}

/// The quick half: nothing of it loads a plug-in.
const CHECK: [Step; 6] = [
    step("fmt", "the format of the code", suites::format),
    step(
        "clippy",
        "compiler and lints, no warning allowed",
        suites::lints,
    ),
    step("tidy", "the house's own rules", suites::tidied),
    step(
        "tests",
        "unit, property and integration tests",
        suites::crates,
    ),
    step(
        "doctests",
        "the examples in the documentation",
        suites::examples,
    ),
    step("docs", "the documentation, no broken link", suites::docs),
];

/// The other half: the models, and the plug-in as hosts see it.
const WHOLE: [Step; 13] = [
    step(
        "model",
        "interleavings of shared memory, then mutants",
        suites::models,
    ),
    step("bundle", "the release bundles", suites::bundled),
    step(
        "checked",
        "the plug-in with the allocation guard",
        suites::checked,
    ),
    step(
        "python",
        "the Python environment of the host tests",
        suites::python,
    ),
    step("host", "the bundles in hosts", suites::hosts),
    step("window", "the window, on a display in memory", window::step),
    step(
        "standalone",
        "the program of its own, through JACK",
        standalone::step,
    ),
    step("devices", "an external device, through JACK", devices::step),
    step("ardour", "the VST3 bundle in a real DAW", ardour::step),
    step("abuse", "a host that keeps no rule", abuse::step),
    step(
        "banks",
        "real banks, in ours and in other programs",
        suites::real_banks,
    ),
    step("bench", "every benchmark, run once", suites::benches),
    step(
        "icount",
        "instructions, against targets and records",
        icount::step,
    ),
];

/// Runs everything.
///
/// # Errors
/// At the first step that fails; on unknown options.
pub(crate) fn test(project: &Project, words: &[String]) -> Result<()> {
    let steps: Vec<Step> = CHECK.into_iter().chain(WHOLE).collect();
    chosen("test", project, &steps, words)
}

/// Runs the quick half.
///
/// # Errors
/// At the first step that fails; on unknown options.
pub(crate) fn check(project: &Project, words: &[String]) -> Result<()> {
    chosen("check", project, &CHECK, words)
}

fn chosen(task: &str, project: &Project, steps: &[Step], words: &[String]) -> Result<()> {
    match select(steps, words)? {
        Selection::List => {
            println!("The steps of `cargo xtask {task}`:");
            for step in steps {
                println!("  {:<9} {}", step.key, step.heading);
            }
            Ok(())
        }
        Selection::Run(steps) => {
            machine::check(project)?;
            machine::check_toolchain(project)?;
            run_all(project, &steps)
        }
    }
}

/// What the options ask for.
#[derive(Debug)]
enum Selection {
    Run(Vec<Step>),
    List,
}

fn select(steps: &[Step], words: &[String]) -> Result<Selection> {
    let find = |key: &str| match steps.iter().position(|step| step.key == key) {
        Some(at) => Ok(at),
        None => {
            let keys: Vec<&str> = steps.iter().map(|step| step.key).collect();
            bail!(
                "there is no step '{key}'; the steps are {}",
                keys.join(", ")
            )
        }
    };
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    Ok(match words[..] {
        [] => Selection::Run(steps.to_vec()),
        ["--list" | "--help" | "-h"] => Selection::List,
        ["--from", key] => Selection::Run(steps[find(key)?..].to_vec()),
        ["--only", key] => Selection::Run(vec![steps[find(key)?]]),
        _ => bail!(
            "not understood: '{}' (--from STEP, --only STEP, --list)",
            words.join(" ")
        ),
    })
}

fn run_all(project: &Project, steps: &[Step]) -> Result<()> {
    let mut rows = Vec::new();
    let mut stopped = None;
    for (at, step) in steps.iter().enumerate() {
        println!(
            "\n== {}/{} {}: {}",
            at + 1,
            steps.len(),
            step.key,
            step.heading
        );
        let start = Instant::now();
        let outcome = (step.run)(project);
        let took = start.elapsed();
        let ok = outcome.verdict.is_ok();
        println!(
            "-- {} {} after {}",
            step.key,
            if ok { "ok" } else { "FAILED" },
            report::clock(took)
        );
        let Outcome {
            tally,
            note,
            verdict,
        } = outcome;
        rows.push(Row {
            key: step.key,
            took,
            tally,
            note,
            ok,
        });
        if let Err(error) = verdict {
            stopped = Some((step.key, error));
            break;
        }
    }
    println!("\n{}", report::table(&rows));
    match stopped {
        None => Ok(()),
        Some((key, error)) => {
            Err(error.context(format!("step '{key}' (again alone: --only {key})")))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn keys(line: &str) -> Result<Vec<&'static str>> {
        let words: Vec<String> = line.split_whitespace().map(str::to_owned).collect();
        match select(&CHECK, &words)? {
            Selection::Run(steps) => Ok(steps.iter().map(|step| step.key).collect()),
            Selection::List => Ok(vec!["list"]),
        }
    }

    #[test]
    fn no_option_means_every_step() {
        assert_eq!(
            keys("").unwrap(),
            ["fmt", "clippy", "tidy", "tests", "doctests", "docs"]
        );
    }

    #[test]
    fn from_takes_the_rest_and_only_takes_one() {
        assert_eq!(keys("--from doctests").unwrap(), ["doctests", "docs"]);
        assert_eq!(keys("--only tidy").unwrap(), ["tidy"]);
    }

    #[test]
    fn unknown_step_is_answered_with_the_list() {
        let error = keys("--only dance").unwrap_err().to_string();
        assert!(
            error.contains("'dance'") && error.contains("doctests"),
            "{error}"
        );
    }

    #[test]
    fn unknown_option_is_refused() {
        assert!(keys("--fast").is_err());
        assert!(keys("--from").is_err());
    }

    #[test]
    fn step_names_are_unique() {
        let mut keys: Vec<&str> = CHECK.iter().chain(&WHOLE).map(|step| step.key).collect();
        keys.sort_unstable();
        let count = keys.len();
        keys.dedup();
        assert_eq!(keys.len(), count);
    }
}

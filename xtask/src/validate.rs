//! `validate`: the public validators that this machine has, on the built bundles.
//!
//! In: the release bundles, whatever of the three validators the `PATH` holds. Out: what each says,
//! and which were not there. A warning fails as an error does: what a validator warns of, some host
//! stumbles over.

use std::env;
use std::path::Path;
use std::process::Command;
use std::sync::mpsc::{Receiver, Sender, TryRecvError, channel};
use std::thread;

use anyhow::{Result, bail};

use crate::bundle;
use crate::process::{Job, Lines};
use crate::project::Project;

/// How often the one is run that finds what goes wrong now and then only.
const TURNS: usize = 20;

/// Threads that keep the machine busy in every second turn.
const BUSY: usize = 2;

/// Tests of version 0.4.1 that wait for themselves at the second preset of any file: its receiver
/// locks its result and, while it holds that, locks it again. Our own tests look at the presets.
const CRAWLS: &str = "preset-discovery-(crawl|load)";

/// A validator's program and how it is asked.
struct Validator {
    program: &'static str,
    /// Whose it is and what it judges.
    what: &'static str,
    args: fn(&Project) -> Vec<String>,
    turns: usize,
    /// Whether a line of its output warns of something.
    warns: fn(&str) -> bool,
}

const VALIDATORS: [Validator; 3] = [
    Validator {
        program: "clap-validator",
        what: "the CLAP project's, on DMus.clap",
        args: |project| {
            let words = ["validate", "--exclude", CRAWLS];
            let words = words.into_iter().map(str::to_owned);
            words.chain([text(&project.clap())]).collect()
        },
        turns: 1,
        warns: |line| line.contains("WARNING"),
    },
    Validator {
        program: "validator",
        what: "Steinberg's, with its extensive tests, on DMus.vst3",
        args: |project| vec!["-e".to_owned(), text(&project.vst3())],
        turns: 1,
        warns: |line| line.contains("Warning:"),
    },
    Validator {
        program: "pluginval",
        what: "Tracktion's, strictness 10, on DMus.vst3",
        args: |project| pluginval(&project.vst3(), has_display()),
        turns: TURNS,
        warns: |line| line.contains("WARNING"),
    },
];

/// What is to be thought of a validator that is not there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Absent {
    Passes,
    /// Where all were installed, one that is not found was installed wrongly.
    Fails,
}

fn absent(words: &[String]) -> Result<Absent> {
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    match words[..] {
        [] => Ok(Absent::Passes),
        ["--all"] => Ok(Absent::Fails),
        _ => bail!("not understood: '{}' (--all)", words.join(" ")),
    }
}

/// Runs the task; what is not installed is named, and passes unless all are asked for.
///
/// # Errors
/// When one of the validators that are there finds a fault, or warns of one.
pub(crate) fn run(project: &Project, words: &[String]) -> Result<()> {
    let absence = absent(words)?;
    if !project.clap().exists() || !project.vst3().exists() {
        bundle::release(project)?;
    }
    let (there, missing): (Vec<_>, Vec<_>) = VALIDATORS
        .iter()
        .partition(|validator| on_the_path(validator.program));
    let mut failed = Vec::new();
    for validator in &there {
        println!("\n== {}: {}", validator.program, validator.what);
        match validator.judge(project) {
            Ok(()) => println!("{}: passed", validator.program),
            Err(error) => {
                println!("{error}");
                failed.push(validator.program);
            }
        }
    }
    println!();
    for validator in missing {
        println!("not installed, so not asked: {}", validator.program);
        if absence == Absent::Fails {
            failed.push(validator.program);
        }
    }
    if failed.is_empty() {
        Ok(())
    } else {
        bail!("not passed: {}", failed.join(", "))
    }
}

impl Validator {
    /// Asks it as often as it takes.
    fn judge(&self, project: &Project) -> Result<()> {
        for turn in 0..self.turns {
            let busy = if turn % 2 == 1 { BUSY } else { 0 };
            let _load = Load::of(busy);
            if self.turns > 1 {
                println!(
                    "-- turn {} of {}, {busy} busy threads",
                    turn + 1,
                    self.turns
                );
            }
            let job = Job::new(self.program, Command::new(self.program)).args((self.args)(project));
            verdict(job.lines()?, self.warns)?;
        }
        Ok(())
    }
}

/// What a validator found.
fn verdict(lines: Lines, warns: fn(&str) -> bool) -> Result<()> {
    lines.verdict?;
    let warnings: Vec<&str> = lines.text.iter().map(|line| line.trim()).collect();
    match warnings.iter().find(|line| warns(line)) {
        Some(warning) => bail!("a warning: {warning}"),
        None => Ok(()),
    }
}

/// Threads that do nothing as fast as they can, until this is dropped.
struct Load(Vec<(Sender<()>, thread::JoinHandle<()>)>);

impl Load {
    fn of(threads: usize) -> Self {
        let spin = |end: &Receiver<()>| {
            while end.try_recv() == Err(TryRecvError::Empty) {
                std::hint::spin_loop();
            }
        };
        let one = |_| {
            let (alive, end) = channel();
            (alive, thread::spawn(move || spin(&end)))
        };
        Self((0..threads).map(one).collect())
    }
}

impl Drop for Load {
    fn drop(&mut self) {
        for (alive, worker) in self.0.drain(..) {
            drop(alive);
            // It cannot panic; if it did there is nothing left to end.
            let _ended = worker.join();
        }
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
    fn only_who_asks_for_all_misses_one() {
        let words = |line: &str| absent(&[line.to_owned()]);
        assert_eq!(absent(&[]).unwrap(), Absent::Passes);
        assert_eq!(words("--all").unwrap(), Absent::Fails);
        assert!(words("--some").is_err());
    }

    #[test]
    fn absent_program_is_not_on_the_path() {
        assert!(!on_the_path("no-such-validator"));
    }

    #[test]
    fn a_warning_fails_as_an_error_does() {
        let said = |text: &str, verdict| Lines {
            text: vec![text.to_owned()],
            verdict,
        };
        let [clap, ..] = VALIDATORS;
        assert!(verdict(said("all passed", Ok(())), clap.warns).is_ok());
        assert!(verdict(said("   WARNING: slow", Ok(())), clap.warns).is_err());
        let failed = Err(anyhow::anyhow!("exit code 1"));
        assert!(verdict(said("all passed", failed), clap.warns).is_err());
    }

    #[test]
    fn load_ends_with_what_it_is_for() {
        let load = Load::of(BUSY);
        assert_eq!(load.0.len(), BUSY);
        drop(load);
    }

    #[test]
    fn window_tests_are_left_out_without_a_display() {
        let vst3 = Path::new("DMus.vst3");
        assert!(pluginval(vst3, false).contains(&"--skip-gui-tests".to_owned()));
        assert!(!pluginval(vst3, true).contains(&"--skip-gui-tests".to_owned()));
    }
}

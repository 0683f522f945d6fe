//! `miri`, `tsan` and `asan`: tests under tools that only a nightly toolchain has.
//!
//! In: what rustup has installed. Out: a run of the tests, or in plain words what is missing.

use std::env;
use std::fs;
use std::process::Command;

use anyhow::{Context, Result, bail};

use crate::process::Job;
use crate::project::{PLUGIN, Project};

const KERNEL: &str = "dmus-kernel";

/// Unit tests for the interpreter: what shares memory, what hands out slots.
const UNITS: [&str; 3] = ["sync::", "pool", "service::"];
/// Integration tests with threads of their own; made short enough for the interpreter.
const THREADED: [&str; 3] = ["cyclic_stress", "notify", "service_churn"];

/// What looks like a race where the standard library is not watched: it drops shared things behind a
/// fence and hands the harness its results through a channel, both of which the tool cannot see
/// then. Each line names files of the library, so nothing of our own is hidden.
const UNWATCHED: &str = "race:library/alloc/src/sync.rs\nrace:library/std/src/sync/mpmc/\n";

/// What to do where a tool is missing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Missing {
    Fails,
    IsSkipped,
}

fn missing(words: &[String]) -> Result<Missing> {
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    match words[..] {
        [] => Ok(Missing::Fails),
        ["--if-available"] => Ok(Missing::IsSkipped),
        _ => bail!("not understood: '{}' (--if-available)", words.join(" ")),
    }
}

impl Missing {
    /// Says what is missing, and how it is had.
    fn report(self, what: &str, remedy: &str) -> Result<()> {
        let text = format!("{what} is not installed; `{remedy}` installs it");
        match self {
            Self::Fails => bail!("{text} (--if-available skips the run instead)"),
            Self::IsSkipped => {
                println!("skipped: {text}");
                Ok(())
            }
        }
    }
}

/// Runs unit tests and threaded tests in the interpreter, which finds undefined behaviour, leaks,
/// and data races, with weak memory emulated.
///
/// # Errors
/// When the interpreter is missing and that was not allowed, or a test fails in it.
pub(crate) fn miri(project: &Project, words: &[String]) -> Result<()> {
    let missing = missing(words)?;
    if !nightly(project, "miri")
        .args(["miri", "--version"])
        .succeeds()
        .unwrap_or(false)
    {
        let remedy = "rustup toolchain install nightly --component miri,rust-src";
        return missing.report("Miri", remedy);
    }
    let test = |name: &str| {
        nightly(project, name)
            // Property tests look at the clock and at the working folder.
            .env("MIRIFLAGS", "-Zmiri-disable-isolation")
            .env("CARGO_TARGET_DIR", project.target("miri"))
            .args(["miri", "test", "--package", KERNEL])
    };
    test("a unit test in Miri")
        .args(["--lib", "--"])
        .args(UNITS)
        .screen()?;
    named(test("a threaded test in Miri"), &THREADED).screen()
}

/// Runs the threaded tests with every access to memory watched for data races.
///
/// # Errors
/// When the toolchain is missing and that was not allowed, or a race or a fault is found.
pub(crate) fn tsan(project: &Project, words: &[String]) -> Result<()> {
    let missing = missing(words)?;
    let Some(installed) = components() else {
        let remedy = "rustup toolchain install nightly --component rust-src";
        return missing.report("a nightly toolchain", remedy);
    };
    let Some(target) = target(&installed) else {
        bail!("the nightly toolchain has no standard library for this machine");
    };
    let has_source = installed.lines().any(|line| line.starts_with("rust-src"));
    let mut job = nightly(project, "a threaded test under ThreadSanitizer")
        .env("RUSTFLAGS", flags(has_source))
        .env("CARGO_TARGET_DIR", project.target("tsan"))
        .args(["test", "--package", KERNEL, "--target", target]);
    if has_source {
        job = job.args(["-Zbuild-std"]);
    } else {
        println!("note: rust-src is not installed, so the standard library is not watched");
        let list = project.target("tsan.supp");
        fs::write(&list, UNWATCHED).with_context(|| format!("{}", list.display()))?;
        job = job.env("TSAN_OPTIONS", format!("suppressions={}", list.display()));
    }
    named(job, &THREADED).screen()
}

/// Runs the host that keeps no rule, and the plug-in it torments, with every access to memory
/// watched for what was freed, never was there, or is lost.
///
/// Nothing is hidden from the leak check. The host keeps the library loaded to its end: what is
/// kept in there for good would look lost without it.
///
/// - `words`: options of that host, such as `--calls N`, after `--if-available`
///
/// # Errors
/// When the toolchain is missing and that was not allowed, or a fault is found.
pub(crate) fn asan(project: &Project, words: &[String]) -> Result<()> {
    let (missing, words) = match words.split_first() {
        Some((first, rest)) if first == "--if-available" => (Missing::IsSkipped, rest),
        _ => (Missing::Fails, words),
    };
    let Some(installed) = components() else {
        return missing.report("a nightly toolchain", "rustup toolchain install nightly");
    };
    let Some(target) = target(&installed) else {
        bail!("the nightly toolchain has no standard library for this machine");
    };
    let folder = project.target("asan");
    let job = |name: &str, what: &str| {
        nightly(project, name)
            // The library finds the sanitizer in the program that loads it.
            .env(
                "RUSTFLAGS",
                "-Zsanitizer=address -Clink-arg=-rdynamic -Cunsafe-allow-abi-mismatch=sanitizer",
            )
            .env("CARGO_TARGET_DIR", &folder)
            .args([what, "--release", "--target", target])
    };
    job("the plug-in for AddressSanitizer", "build")
        .args(["--package", PLUGIN, "--lib"])
        .screen()?;
    let library = format!("{}dmus{}", env::consts::DLL_PREFIX, env::consts::DLL_SUFFIX);
    let library = folder.join(target).join("release").join(library);
    job("the host without rules under AddressSanitizer", "run")
        .args(["--package", "dmus-entry", "--features", "vst3,editor"])
        .args(["--example", "abuse", "--"])
        .args([library.as_os_str()])
        .args(words)
        .screen()
}

/// The compiler's flags. A standard library that was not built with the sanitizer is let in.
fn flags(with_source: bool) -> &'static str {
    if with_source {
        "-Zsanitizer=thread"
    } else {
        "-Zsanitizer=thread -Cunsafe-allow-abi-mismatch=sanitizer"
    }
}

/// A cargo command of the nightly toolchain, at the root.
fn nightly(project: &Project, name: &str) -> Job {
    let mut command = Command::new("rustup");
    command
        .current_dir(project.root())
        .args(["run", "nightly", "cargo"]);
    Job::new(name, command)
}

fn named(job: Job, tests: &[&str]) -> Job {
    tests
        .iter()
        .fold(job, |job, test| job.args(["--test", test]))
}

/// The components of the nightly toolchain, one a line; nothing if there is no such toolchain.
fn components() -> Option<String> {
    let output = Command::new("rustup")
        .args(["component", "list", "--toolchain", "nightly", "--installed"])
        .output()
        .ok()?;
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    output.status.success().then_some(text)
}

/// This machine's target triple, by the component that every toolchain has.
fn target(installed: &str) -> Option<&str> {
    installed
        .lines()
        .find_map(|line| line.strip_prefix("rustc-"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(line: &str) -> Vec<String> {
        line.split_whitespace().map(str::to_owned).collect()
    }

    #[test]
    fn missing_tool_is_an_error_unless_it_may_be() {
        let missing = |line| missing(&words(line)).unwrap();
        let error = missing("").report("Miri", "rustup x").unwrap_err();
        assert!(error.to_string().contains("`rustup x`"), "{error}");
        assert!(missing("--if-available").report("Miri", "rustup x").is_ok());
    }

    #[test]
    fn other_words_are_refused() {
        assert!(missing(&words("--fast")).is_err());
        assert!(missing(&words("--if-available --fast")).is_err());
    }

    #[test]
    fn target_is_read_from_the_compilers_component() {
        let installed = "cargo-x86_64-unknown-linux-gnu\nrust-std-wasm32\n\
                         rustc-x86_64-unknown-linux-gnu\n";
        assert_eq!(target(installed), Some("x86_64-unknown-linux-gnu"));
        assert_eq!(target("cargo-x\n"), None);
    }
}

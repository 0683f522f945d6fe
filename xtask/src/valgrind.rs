//! Valgrind: programs run in it, and the instructions that they take.
//!
//! A count is the same on every run, whatever else the machine does, so as many programs run at a
//! time as the machine has processors.

use std::path::Path;
use std::process::Command;
use std::sync::Mutex;
use std::thread;

use anyhow::{Context, Result, bail};

use crate::machine::{self, Need};
use crate::process;

/// Makes it ready.
///
/// # Errors
/// When it is missing and cannot be installed.
pub(crate) fn provide() -> Result<()> {
    if process::answers("valgrind", "--version") {
        return Ok(());
    }
    machine::provide(Need::Valgrind)
}

/// A run of a program.
#[derive(Clone, Debug)]
pub(crate) struct Run<'a> {
    pub(crate) program: &'a Path,
    pub(crate) words: Vec<String>,
    /// What `DMUS_SIMD` names, if anything.
    pub(crate) level: Option<&'static str>,
    /// Functions that count, as a pattern of their names; without it all does.
    pub(crate) within: Option<&'static str>,
}

impl Run<'_> {
    /// The command that counts. Where all counts, the tool that knows least is the fastest.
    fn command(&self) -> Command {
        let mut command = Command::new("valgrind");
        match self.within {
            None => command.args([
                "--tool=cachegrind",
                "--cache-sim=no",
                "--cachegrind-out-file=/dev/null",
            ]),
            Some(pattern) => command
                .args(["--tool=callgrind", "--callgrind-out-file=/dev/null"])
                .arg(format!("--toggle-collect={pattern}")),
        };
        command.arg(self.program);
        self.finished(command)
    }

    /// Says what the program is to do.
    fn finished(&self, mut command: Command) -> Command {
        command.args(&self.words);
        if let Some(level) = self.level {
            command.env("DMUS_SIMD", level);
        }
        command
    }

    /// What the program prints within valgrind, which may hide instructions of the processor.
    ///
    /// # Errors
    /// When it cannot be started or fails.
    pub(crate) fn printed(&self) -> Result<String> {
        let mut command = Command::new("valgrind");
        command.arg("--tool=none").arg(self.program);
        self.said(command)
    }

    /// What the program prints without valgrind.
    ///
    /// # Errors
    /// When it cannot be started or fails.
    pub(crate) fn printed_alone(&self) -> Result<String> {
        self.said(Command::new(self.program))
    }

    fn said(&self, command: Command) -> Result<String> {
        let output = self.finished(command).output();
        let output = output.context("the program could not be started")?;
        if !output.status.success() {
            let report = String::from_utf8_lossy(&output.stderr);
            bail!("{} failed: {report}", self.words.join(" "));
        }
        Ok(String::from_utf8_lossy(&output.stdout).into_owned())
    }

    /// The functions that take most, as shares of what the patterned ones take.
    ///
    /// - `file`: where the profile goes
    ///
    /// # Errors
    /// When valgrind or the program that reads profiles fails.
    pub(crate) fn profile(&self, file: &Path) -> Result<Vec<(String, f64)>> {
        let mut command = Command::new("valgrind");
        command
            .arg("--tool=callgrind")
            .arg(format!("--callgrind-out-file={}", file.display()));
        if let Some(pattern) = self.within {
            command.arg(format!("--toggle-collect={pattern}"));
        }
        command.arg(self.program);
        let output = self.finished(command).output();
        if !output
            .context("valgrind could not be started")?
            .status
            .success()
        {
            bail!("{} failed", self.words.join(" "));
        }
        let read = Command::new("callgrind_annotate").arg(file).output();
        let read = read.context("callgrind_annotate could not be started")?;
        Ok(shares(&String::from_utf8_lossy(&read.stdout)))
    }

    fn instructions(&self) -> Result<u64> {
        let output = self.command().output();
        let output = output.context("valgrind could not be started")?;
        let report = String::from_utf8_lossy(&output.stderr);
        if !output.status.success() {
            bail!("workload '{}' failed: {report}", self.words.join(" "));
        }
        collected(&report).with_context(|| format!("no count in valgrind's report: {report}"))
    }
}

/// Instructions of each run.
///
/// # Errors
/// When one of them fails.
pub(crate) fn instructions(runs: &[Run<'_>]) -> Result<Vec<u64>> {
    let next = Mutex::new(runs.iter().enumerate());
    let take = || next.lock().ok()?.next();
    let work = || -> Result<Vec<(usize, u64)>> {
        let mut counts = Vec::new();
        while let Some((index, run)) = take() {
            counts.push((index, run.instructions()?));
        }
        Ok(counts)
    };
    let workers = thread::available_parallelism().map_or(1, usize::from);
    let counted = thread::scope(|scope| {
        let workers: Vec<_> = (0..workers).map(|_| scope.spawn(work)).collect();
        let ended = workers.into_iter().map(|worker| worker.join());
        ended.collect::<Vec<_>>()
    });
    let mut counts = Vec::new();
    for part in counted {
        counts.extend(part.ok().context("a count stopped")??);
    }
    counts.sort_unstable();
    Ok(counts.into_iter().map(|(_, count)| count).collect())
}

/// The count in a report.
fn collected(report: &str) -> Option<u64> {
    let (_, rest) = report.split_once("refs:")?;
    let digits = rest.split_whitespace().next()?.replace(',', "");
    digits.parse().ok()
}

/// Functions with their shares in per cent, out of a listing.
fn shares(listing: &str) -> Vec<(String, f64)> {
    let row = |line: &str| {
        let (_, rest) = line.split_once('(')?;
        let (share, rest) = rest.split_once("%)")?;
        // What follows is `file:function [object]`.
        let (_, function) = rest.trim().split_once(':')?;
        let (function, _) = function.split_once(" [").unwrap_or((function, ""));
        Some((function.to_owned(), share.trim().parse().ok()?))
    };
    listing.lines().filter_map(row).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn count_is_read_from_the_report_of_either_tool() {
        let cachegrind = "==7== \n==7== I   refs:      3,349,488\n";
        let callgrind =
            "==7== Events    : Ir\n==7== Collected : 12\n==7==\n==7== I   refs:      12\n";
        assert_eq!(collected(cachegrind), Some(3_349_488));
        assert_eq!(collected(callgrind), Some(12));
        assert_eq!(collected("nothing"), None);
    }

    #[test]
    fn shares_are_read_from_a_listing() {
        let listing = "Ir  file:function\n\
            60,453,735 (100.0%)  PROGRAM TOTALS\n\
            20,998,257 (34.73%)  ???:pulp::v3::V3::vectorize [/a/b]\n \
            3,686,400 ( 6.10%)  ???:dmus_synth::Inputs::value [/a/b]\n";
        let expected = [
            ("pulp::v3::V3::vectorize".to_owned(), 34.73),
            ("dmus_synth::Inputs::value".to_owned(), 6.1),
        ];
        assert_eq!(shares(listing), expected);
    }
}

//! One outside program: run it, show it, say in plain words when it fails.

use std::ffi::OsStr;
use std::io::{BufRead, BufReader, IsTerminal, Read, Write};
use std::process::{Command, ExitStatus, Stdio};
use std::thread;

use anyhow::{Context, Result, anyhow, bail};

/// A command with the name that errors call it by.
#[derive(Debug)]
pub(crate) struct Job {
    name: String,
    command: Command,
}

impl Job {
    /// `name` completes the sentence "… failed".
    pub(crate) fn new(name: &str, command: Command) -> Self {
        Self {
            name: name.to_owned(),
            command,
        }
    }

    /// Adds arguments.
    pub(crate) fn args<S: AsRef<OsStr>>(mut self, args: impl IntoIterator<Item = S>) -> Self {
        self.command.args(args);
        self
    }

    /// Sets an environment variable of the program.
    pub(crate) fn env(mut self, name: &str, value: impl AsRef<OsStr>) -> Self {
        self.command.env(name, value);
        self
    }

    /// Runs with our own screen and keyboard.
    ///
    /// # Errors
    /// When the program cannot be started or ends with another code than zero.
    pub(crate) fn screen(mut self) -> Result<()> {
        let status = self.command.status().with_context(|| self.unstarted())?;
        self.judge(status)
    }

    /// Runs in silence; says whether the program ended with code zero.
    ///
    /// # Errors
    /// When the program cannot be started.
    pub(crate) fn succeeds(mut self) -> Result<bool> {
        let status = self
            .command
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null());
        Ok(status.status().with_context(|| self.unstarted())?.success())
    }

    /// Runs and shows every line as it comes; gives back all lines, and how the program ended.
    ///
    /// Colour codes are asked for when our own screen is a terminal, and taken out of the lines
    /// that are given back.
    ///
    /// # Errors
    /// When the program cannot be started; a bad end is the caller's to judge with `Lines::judged`.
    pub(crate) fn lines(mut self) -> Result<Lines> {
        if std::io::stdout().is_terminal() {
            self.command.env("CARGO_TERM_COLOR", "always");
        }
        self.command
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        let mut child = self.command.spawn().with_context(|| self.unstarted())?;
        let errors = child
            .stderr
            .take()
            .context("a child without a standard error stream")?;
        let output = child
            .stdout
            .take()
            .context("a child without a standard output stream")?;
        let errors = thread::spawn(move || shown(errors, std::io::stderr()));
        let mut text = shown(output, std::io::stdout());
        text.extend(
            errors
                .join()
                .map_err(|_| anyhow!("the reader of the output stopped"))?,
        );
        let status = child
            .wait()
            .context("the end of the program was not seen")?;
        let verdict = self.judge(status);
        Ok(Lines { text, verdict })
    }

    fn judge(&self, status: ExitStatus) -> Result<()> {
        if status.success() {
            return Ok(());
        }
        match status.code() {
            Some(code) => bail!("{} failed with exit code {code}", self.name),
            None => bail!("{} was ended by the system ({status})", self.name),
        }
    }

    fn unstarted(&self) -> String {
        let program = self.command.get_program().to_string_lossy();
        format!(
            "{}: the program '{program}' could not be started",
            self.name
        )
    }
}

/// What a program printed, and how it ended.
#[derive(Debug)]
pub(crate) struct Lines {
    /// Without colour codes; standard output first, then standard error.
    pub(crate) text: Vec<String>,
    /// The error names the job.
    pub(crate) verdict: Result<()>,
}

/// Copies a stream to the screen line by line and keeps the lines, plain.
fn shown(from: impl Read, mut to: impl Write) -> Vec<String> {
    let mut kept = Vec::new();
    let mut reader = BufReader::new(from);
    let mut bytes = Vec::new();
    // An unreadable stream ends like a closed one: the exit code still tells what happened.
    while matches!(reader.read_until(b'\n', &mut bytes), Ok(1..)) {
        // A screen that went away must not end the run.
        let _ = to.write_all(&bytes).and_then(|()| to.flush());
        let line = String::from_utf8_lossy(&bytes);
        kept.push(plain(line.trim_end()));
        bytes.clear();
    }
    kept
}

/// The line without terminal control sequences (`ESC [ … letter`).
fn plain(line: &str) -> String {
    let mut out = String::with_capacity(line.len());
    let mut letters = line.chars();
    while let Some(letter) = letters.next() {
        if letter == '\u{1b}' {
            // The bracket, then parameters up to the final byte.
            letters.next();
            letters.by_ref().find(|c| ('@'..='~').contains(c));
        } else {
            out.push(letter);
        }
    }
    out
}

/// Whether a program of this name can be started; asks it for its version.
pub(crate) fn answers(program: &str, question: &str) -> bool {
    Job::new(program, Command::new(program))
        .args([question])
        .succeeds()
        .unwrap_or(false)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn colours_are_taken_out() {
        assert_eq!(
            plain("\u{1b}[1m\u{1b}[32m  Summary\u{1b}[0m [ 1s]"),
            "  Summary [ 1s]"
        );
    }

    #[test]
    fn missing_program_is_named() {
        let job = Job::new("the rehearsal", Command::new("no-such-program-here"));
        let error = format!("{:#}", job.screen().unwrap_err());
        assert!(error.contains("the rehearsal") && error.contains("no-such-program-here"));
    }

    #[cfg(unix)]
    #[test]
    fn exit_code_stands_in_the_error() {
        let job = Job::new("the rehearsal", Command::new("sh")).args(["-c", "exit 7"]);
        assert!(
            job.screen()
                .unwrap_err()
                .to_string()
                .contains("exit code 7")
        );
    }

    #[cfg(unix)]
    #[test]
    fn lines_of_both_streams_are_kept() {
        let job = Job::new("the rehearsal", Command::new("sh")).args(["-c", "echo a; echo b >&2"]);
        let lines = job.lines().unwrap();
        assert_eq!(lines.text, ["a", "b"]);
        assert!(lines.verdict.is_ok());
    }
}

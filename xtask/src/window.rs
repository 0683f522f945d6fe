//! `window`, which is a step of `test`, too: the plug-in's window in a host's, on a display in memory,
//! with keys and clicks.
//!
//! In: the release bundle, Xvfb; on Debian as root it is installed. Out: what the tests of the host's
//! screen say. Elsewhere than on Linux the window library hands keys on by itself, and there is no
//! such display.

use std::env::consts::OS;
use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};

use anyhow::{Context, Result, bail};

use crate::machine::{self, Need};
use crate::process::{Job, answers};
use crate::project::{HOST_TESTS, Project};
use crate::suites::{self, Outcome};

/// What a window loads.
const LIBRARIES: [&str; 5] = [
    "libEGL.so.1",
    "libGL.so.1",
    "libX11-xcb.so.1",
    "libXcursor.so.1",
    "libxkbcommon-x11.so.0",
];

/// The server.
const PROGRAM: &str = "Xvfb";

/// Runs the task on the bundle that was built last.
///
/// # Errors
/// What the tests found; no display can be had.
pub(crate) fn run(project: &Project) -> Result<()> {
    if OS != "linux" {
        bail!("the window is tried on Linux only");
    }
    tried(project).verdict
}

/// The step of `test`, the same.
pub(crate) fn step(project: &Project) -> Outcome {
    suites::on_linux(|| tried(project))
}

fn tried(project: &Project) -> Outcome {
    let display = match Display::open() {
        Ok(display) => display,
        Err(error) => return Err(error).into(),
    };
    suites::counted(
        Job::new("a test of the window", project.cargo())
            .args(["test", "--package", HOST_TESTS, "--features", "screen"])
            // There is one pointer and one focus.
            .args(["--test", "window", "--", "--test-threads", "1"])
            .env("DISPLAY", &display.name)
            .env("LIBGL_ALWAYS_SOFTWARE", "1")
            .env("DMUS_CLAP", project.clap()),
    )
}

/// A display that is over when this is dropped.
struct Display {
    server: Child,
    /// As programs name it.
    name: String,
}

impl Display {
    fn open() -> Result<Self> {
        if !(answers(PROGRAM, "-help") && has_libraries()) {
            machine::provide(Need::Display)?;
        }
        let mut server = Self::start()?;
        let output = server.stdout.take();
        let mut display = Self {
            server,
            name: String::new(),
        };
        let mut number = String::new();
        BufReader::new(output.context("a display without a number")?)
            .read_line(&mut number)
            .context("reading the number of the display")?;
        display.name = format!(":{}", number.trim());
        Ok(display)
    }

    /// Starts the server on a number that is free, which it prints.
    fn start() -> Result<Child> {
        Command::new(PROGRAM)
            .args(["-displayfd", "1", "-screen", "0", "1280x1024x24"])
            // It would begin anew, and refuse the next, when the first host leaves.
            .args(["-noreset", "-nolisten", "tcp", "+extension", "GLX"])
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .with_context(|| format!("{PROGRAM} could not be started"))
    }
}

impl Drop for Display {
    fn drop(&mut self) {
        // One that has ended by itself is over as well.
        let _ended = self.server.kill();
        let _seen = self.server.wait();
    }
}

/// Whether the system knows what a window loads when it opens; where that cannot be asked, it does.
fn has_libraries() -> bool {
    let Ok(known) = Command::new("ldconfig").arg("-p").output() else {
        return true;
    };
    let known = String::from_utf8_lossy(&known.stdout);
    LIBRARIES.iter().all(|library| known.contains(library))
}

//! A JACK server without a sound card, for as long as a step needs it.

use std::fs::{self, File};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, Result};

use crate::machine::{self, Need};
use crate::process::{Job, answers};
use crate::project::Project;

/// The server's program, and the processes that may hold an entry of JACK's list of servers.
const PROGRAM: &str = "jackd";
const SERVERS: [&str; 3] = [PROGRAM, "jackdmp", "jackdbus"];

/// JACK's list of servers. It has room for eight, and one that was ended by force stays on it; the
/// option of the program that would make a new one is broken in version 1.9.21.
const LIST: &str = "/dev/shm/jack-shm-registry";

/// Longest time that a server takes to leave, when it is asked to.
const LEAVING: Duration = Duration::from_secs(10);

/// A server that is over when this is dropped.
pub(crate) struct Server {
    child: Child,
    name: String,
    /// What it says.
    log: PathBuf,
}

impl Server {
    /// Starts one for a step, with options of its own. Its clients wait until it is there.
    ///
    /// # Errors
    /// When JACK is not there and cannot be installed; says how to.
    pub(crate) fn start(project: &Project, step: &str, options: &[&str]) -> Result<Self> {
        provide()?;
        let name = format!("dmus-{step}-{}", std::process::id());
        let log = project.target(format!("jack-{step}.log"));
        let said = File::create(&log).with_context(|| format!("creating {}", log.display()))?;
        if !another_runs() {
            // Where there is none, none was ended by force.
            let _absent = fs::remove_file(LIST);
        }
        let child = Command::new(PROGRAM)
            .args(["-r", "-n", &name])
            .args(options)
            .args(["-d", "dummy", "-r", "48000", "-p", "256"])
            .stdin(Stdio::null())
            .stderr(said.try_clone().context("a second handle of the log")?)
            .stdout(said)
            .spawn()
            .context("the JACK server could not be started")?;
        Ok(Self { child, name, log })
    }

    /// The job as a client of this server and of no other.
    pub(crate) fn with(&self, job: Job) -> Job {
        job.env("JACK_DEFAULT_SERVER", &self.name)
            .env("JACK_NO_START_SERVER", "1")
    }

    /// Shows what the server said, which tells why its client failed.
    pub(crate) fn show(&self) {
        let said = fs::read_to_string(&self.log).unwrap_or_default();
        println!("the JACK server {} said:\n{}", self.name, said.trim_end());
    }

    /// Whether it left within its time.
    fn left(&mut self) -> bool {
        let asked = Instant::now();
        while asked.elapsed() < LEAVING {
            if !matches!(self.child.try_wait(), Ok(None)) {
                return true;
            }
            thread::sleep(Duration::from_millis(20));
        }
        false
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // It takes itself off JACK's list when it is asked to leave, not when it is ended by force.
        let ask = Job::new("the end of the JACK server", Command::new("sh"));
        let asked = ask.args(["-c", "kill \"$0\"", &self.child.id().to_string()]);
        if asked.succeeds().unwrap_or(false) && self.left() {
            return;
        }
        // One that has ended by itself needs no end.
        let _ended = self.child.kill();
        let _seen = self.child.wait();
    }
}

/// Sees to it that what needs ALSA and JACK can be built and run.
///
/// # Errors
/// When they are not there and cannot be installed; says how to.
pub(crate) fn provide() -> Result<()> {
    let has_files = |library: &str| {
        let found = Job::new("pkg-config", Command::new("pkg-config")).args(["--exists", library]);
        answers("pkg-config", "--version") && found.succeeds().unwrap_or(false)
    };
    if has_files("alsa") && has_files("jack") && answers(PROGRAM, "--version") {
        return Ok(());
    }
    machine::provide(Need::Sound)
}

/// Whether a server runs that the list is needed for; where that cannot be told, one does.
fn another_runs() -> bool {
    let Ok(processes) = fs::read_dir("/proc") else {
        return true;
    };
    processes.flatten().any(|process| {
        let name = fs::read_to_string(process.path().join("comm"));
        name.is_ok_and(|name| SERVERS.contains(&name.trim()))
    })
}

//! `devices`: messages to an external device, through a JACK server without a card.

use std::env::consts::OS;
use std::process::{Child, Command, Stdio};

use anyhow::{Context, Result};

use crate::process::Job;
use crate::project::Project;
use crate::standalone;
use crate::suites::{self, Outcome};

/// The package.
const DEVICES: &str = "dmus-devices";

/// The feature that puts a JACK server in the place of the system's devices.
const FEATURE: &str = "jack";

/// A server that ends with the step.
struct Server(Child);

impl Server {
    /// Starts one of this name.
    fn start(name: &str) -> Result<Self> {
        let child = Command::new("jackd")
            .args(["-r", "-n", name, "-d", "dummy", "-r", "48000", "-p", "256"])
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn();
        Ok(Self(child.context("the JACK server could not be started")?))
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // One that has ended by itself needs no end.
        let _ended = self.0.kill();
        let _seen = self.0.wait();
    }
}

/// The step of `test`: messages arrive whole, in order and in time; a device that goes comes back.
pub(crate) fn step(project: &Project) -> Outcome {
    if OS != "linux" {
        let mut outcome: Outcome = Ok(()).into();
        outcome.note = "sent on Linux only".to_owned();
        return outcome;
    }
    let name = format!("dmus-devices-{}", std::process::id());
    let server = standalone::provide_sound().and_then(|()| Server::start(&name));
    let server = match server {
        Ok(server) => server,
        Err(error) => return Err(error).into(),
    };
    let outcome = suites::counted(
        Job::new("a message to a device", project.cargo())
            .args(["test", "--package", DEVICES, "--features", FEATURE])
            .args(["--", "--nocapture"])
            .env("JACK_DEFAULT_SERVER", &name),
    );
    drop(server);
    outcome
}

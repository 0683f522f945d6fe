//! `devices`: messages to an external device, through a JACK server without a card.

use crate::jack::Server;
use crate::process::Job;
use crate::project::Project;
use crate::suites::{self, Outcome};

/// The package.
const DEVICES: &str = "dmus-devices";

/// The feature that puts a JACK server in the place of the system's devices.
const FEATURE: &str = "jack";

/// A server that waits for its clients, up to five seconds, loses nothing when the machine is busy.
const SYNCHRONOUS: [&str; 3] = ["-S", "-t", "5000"];

/// The step of `test`: messages arrive whole, in order and in time; a device that goes comes back.
pub(crate) fn step(project: &Project) -> Outcome {
    suites::on_linux(|| match Server::start(project, "devices", &SYNCHRONOUS) {
        Ok(server) => send(project, &server),
        Err(error) => Err(error).into(),
    })
}

fn send(project: &Project, server: &Server) -> Outcome {
    let job = Job::new("a message to a device", project.cargo())
        .args(["test", "--package", DEVICES, "--features", FEATURE])
        .args(["--", "--nocapture"]);
    let outcome = suites::counted(server.with(job));
    if outcome.verdict.is_err() {
        server.show();
    }
    outcome
}

//! The external device, as the control side has it: which one, how it is, what to say of it.
//!
//! In: the state, commands, the window. Out: a link with its threads, a command to the render side,
//! notices. Owner: the control side. Thread: any but render.

use std::fmt::Write as _;
use std::sync::Arc;

use dmus_devices::{Connection, DeviceId, DeviceLink, Outputs, Status, system};

use super::Control;
use crate::notice::{Notice, Severity};
use crate::shell::pipeline::Command;
use crate::shell::telemetry::Telemetry;
use crate::state::{DeviceChoice, SavedDevice};
use crate::view::DeviceView;

/// Blocks before their time that are no catching up of a host that was held up.
const MANY_AHEAD: u64 = 100;

/// Everything about the device.
#[derive(Debug)]
pub(super) struct ExternalSide {
    saved: Arc<SavedDevice>,
    link: DeviceLink,
    /// State loads already acted upon; `None` before the first activation.
    acted: Option<u64>,
    /// What the musician was told last.
    told: Connection,
    is_offline_told: bool,
    is_ahead_told: bool,
    /// What the system listed last.
    listed: Vec<DeviceId>,
}

impl Default for ExternalSide {
    fn default() -> Self {
        Self {
            saved: Arc::default(),
            link: DeviceLink::new(system()),
            acted: None,
            told: Connection::None,
            is_offline_told: false,
            is_ahead_told: false,
            listed: Vec::new(),
        }
    }
}

impl Control {
    /// Where the state keeps which device it is.
    #[must_use]
    pub fn saved_device(&self) -> Arc<SavedDevice> {
        Arc::clone(&self.external.saved)
    }

    /// From now on these are the devices to choose from, and not the system's; none is chosen.
    pub fn use_devices(&mut self, outputs: Arc<dyn Outputs>) {
        self.external.link = DeviceLink::new(outputs);
        if let Some(source) = self
            .link
            .as_mut()
            .and_then(super::ControlLink::take_device_source)
        {
            self.external.link.attach(source);
        }
    }

    /// The devices to choose from; asked without the control side, since that may take a while.
    #[must_use]
    pub fn devices(&self) -> Arc<dyn Outputs> {
        self.external.link.outputs()
    }

    /// Keeps a list of devices for the window.
    pub fn note_devices(&mut self, devices: Vec<DeviceId>) {
        self.external.listed = devices;
    }

    /// Chooses a device, or none, for the project.
    pub fn choose_device(&mut self, device: Option<DeviceId>) {
        self.external.saved.put(DeviceChoice::of(device));
        self.act_upon_device();
        self.host.state_changed();
    }

    /// How the device is.
    #[must_use]
    pub fn device_status(&self) -> (Option<DeviceId>, Status) {
        (
            self.external.saved.get().device(),
            self.external.link.status(),
        )
    }

    /// Gives the link what a new render side writes.
    pub(super) fn connect_device(&mut self) {
        let source = self
            .link
            .as_mut()
            .and_then(super::ControlLink::take_device_source);
        if let Some(source) = source {
            self.external.link.attach(source);
        }
        self.act_upon_device();
    }

    /// Acts upon a state that was loaded, and says what happened to the device.
    pub(super) fn tend_device(&mut self, now: Option<&Telemetry>) {
        if self.external.acted != Some(self.external.saved.loads()) && self.link.is_some() {
            self.act_upon_device();
        }
        let status = self.external.link.status();
        if status.connection != self.external.told {
            let was_open = self.external.told == Connection::Open;
            self.external.told = status.connection.clone();
            let name = self.external.link.chosen().map(DeviceId::to_string);
            if let Some(notice) = name.and_then(|name| notice_of(&name, &status, was_open)) {
                self.notify(notice);
            }
        }
        if status.blocks_ahead > MANY_AHEAD && !self.external.is_ahead_told {
            self.external.is_ahead_told = true;
            self.notify(Notice {
                severity: Severity::Warning,
                text: "the host renders ahead of time, which an external device cannot".to_owned(),
                hint: "switch anticipative rendering off for this track, or raise External Latency",
            });
        }
        if now.is_some_and(|now| now.device_offline > 0) && !self.external.is_offline_told {
            self.external.is_offline_told = true;
            self.notify(Notice {
                severity: Severity::Information,
                text:
                    "the external device gets nothing while the host renders offline or prefetches"
                        .to_owned(),
                hint: "record it in real time, without prefetching on this track",
            });
        }
    }

    /// Tells the render side whether there is a device to write for.
    pub(super) fn send_device(&mut self) {
        let is_chosen = self.external.link.chosen().is_some();
        self.send(Command::Device(is_chosen));
    }

    fn act_upon_device(&mut self) {
        let loads = self.external.saved.loads();
        let device = self.external.saved.get().device();
        self.external.acted = Some(loads);
        self.external.link.choose(device);
        self.send_device();
    }

    /// What the window draws of it.
    pub(super) fn device_view(&self) -> DeviceView {
        let (chosen, status) = self.device_status();
        DeviceView {
            chosen,
            listed: self.external.listed.clone(),
            status,
        }
    }

    /// Its lines of the report.
    pub(super) fn report_device(&self, text: &mut String) {
        let (Some(device), status) = self.device_status() else {
            return;
        };
        // Writing into a string cannot fail.
        let _never = writeln!(text, "device {device}");
        let _never = writeln!(text, "device_state {}", word(&status.connection));
        for (key, value) in [
            ("device_sent", status.sent),
            ("device_lost_absent", status.lost_absent),
            ("device_lost_ahead", status.lost_ahead),
            ("device_late_p50_us", status.late_p50_us),
            ("device_late_p95_us", status.late_p95_us),
            ("device_late_worst_us", status.late_worst_us),
            ("device_blocks_ahead", status.blocks_ahead),
            ("device_restarts", status.restarts),
        ] {
            let _never = writeln!(text, "{key} {value}");
        }
    }
}

/// A connection in one word.
pub(crate) const fn word(connection: &Connection) -> &'static str {
    match connection {
        Connection::None => "none",
        Connection::Absent => "absent",
        Connection::Refused(_) => "refused",
        Connection::Open => "open",
    }
}

/// What is said of a device whose connection has changed.
fn notice_of(name: &str, status: &Status, was_open: bool) -> Option<Notice> {
    let notice = |severity, text, hint| {
        Some(Notice {
            severity,
            text,
            hint,
        })
    };
    match &status.connection {
        Connection::None => None,
        Connection::Open => notice(
            Severity::Information,
            format!("the MIDI device '{name}' is open"),
            "",
        ),
        Connection::Absent if was_open => notice(
            Severity::Warning,
            format!("the MIDI device '{name}' is gone"),
            "it is opened again when it is back",
        ),
        Connection::Absent => notice(
            Severity::Warning,
            format!("the MIDI device '{name}' is not there"),
            "plug it in, or choose another one",
        ),
        Connection::Refused(why) => notice(
            Severity::Warning,
            format!("the MIDI device '{name}' was not opened: {why}"),
            "close the program that has it; it is tried again every second",
        ),
    }
}

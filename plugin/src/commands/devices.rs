//! The commands about the external device: `devices` and `device`.
//!
//! In: the rest of a line. Out: an answer. Thread: host's main thread.

use std::fmt::Write as _;

use dmus_devices::{Connection, DeviceId};

use crate::control::{SharedControl, connection_word};

/// The devices that are there.
pub(super) fn list(control: &SharedControl) -> Result<String, String> {
    // Asked without the lock: the window never waits for the system.
    let outputs = control.lock().devices();
    let devices = outputs.list().map_err(|error| error.to_string())?;
    let mut text = format!("ok {}", devices.len());
    for device in devices {
        // Writing into a string cannot fail.
        let _never = write!(text, "\n{device}");
    }
    Ok(text)
}

/// Does what follows `device`: says which one it is, or chooses one.
pub(super) fn choose(name: &str, control: &SharedControl) -> Result<String, String> {
    match name {
        "" => {}
        "none" => control.lock().choose_device(None),
        name => control.lock().choose_device(Some(DeviceId::of(name))),
    }
    let (device, status) = control.lock().device_status();
    let Some(device) = device else {
        return Ok("ok none".to_owned());
    };
    let why = match &status.connection {
        Connection::Refused(why) => format!(": {why}"),
        _ => String::new(),
    };
    let word = connection_word(&status.connection);
    Ok(format!("ok {word} {device}{why}"))
}

//! The system's devices, through `midir`.

use midir::{MidiOutput, MidiOutputConnection};

use crate::device::{DeviceError, DeviceId, Output, Outputs, listed};

/// What other programs see of us.
const CLIENT: &str = "DMus";

/// The devices of the system; asks it anew each time.
#[derive(Debug)]
pub(crate) struct SystemOutputs;

impl Outputs for SystemOutputs {
    fn list(&self) -> Result<Vec<DeviceId>, DeviceError> {
        let client = client()?;
        let ports = client.ports();
        // A port without a name was unplugged since the list was made.
        let names = ports.iter().filter_map(|port| client.port_name(port).ok());
        Ok(listed(
            names.map(|name| lasting(&name).to_owned()).collect(),
        ))
    }

    fn open(&self, device: &DeviceId) -> Result<Box<dyn Output>, DeviceError> {
        let client = client()?;
        let named = client.ports().into_iter().filter(|port| {
            let name = client.port_name(port);
            name.is_ok_and(|name| lasting(&name) == device.name)
        });
        let port = { named }.nth(device.number).ok_or(DeviceError::Absent)?;
        let refused = |error: &dyn core::fmt::Display| DeviceError::Refused(error.to_string());
        let opened = client.connect(&port, CLIENT);
        Ok(Box::new(opened.map_err(|error| refused(&error))?))
    }
}

impl Output for MidiOutputConnection {
    fn send(&mut self, message: &[u8]) -> Result<(), DeviceError> {
        let sent = Self::send(self, message);
        sent.map_err(|error| DeviceError::System(error.to_string()))
    }
}

fn client() -> Result<MidiOutput, DeviceError> {
    MidiOutput::new(CLIENT).map_err(|error| DeviceError::System(error.to_string()))
}

/// A name without the numbers that ALSA deals out anew whenever a device is plugged in.
fn lasting(name: &str) -> &str {
    let is_address = |word: &str| {
        let numbers = word.split_once(':');
        let is_number = |part: &str| part.parse::<u32>().is_ok();
        numbers.is_some_and(|(client, port)| is_number(client) && is_number(port))
    };
    match name.rsplit_once(' ') {
        Some((name, word)) if is_address(word) => name,
        _ => name,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_keeps_nothing_that_changes_when_it_is_plugged_in_again() {
        assert_eq!(lasting("SC-88:SC-88 MIDI 1 24:0"), "SC-88:SC-88 MIDI 1");
        assert_eq!(lasting("Synth 2"), "Synth 2");
        assert_eq!(lasting("dmus-test:in"), "dmus-test:in");
    }
}

//! `dmus devices`: the MIDI devices that parts of the plug-in can play.
//!
//! In: nothing. Out: a line for each device, by the name that projects keep. Thread: the main one.

use clap::Args;
use dmus_devices::{DeviceError, DeviceId, Outputs};

use crate::say::say;

/// Arguments of the verb.
#[derive(Debug, Args)]
pub(crate) struct Devices;

impl Devices {
    /// Lists them.
    ///
    /// # Errors
    /// In words, why there is no list.
    pub(crate) fn run(&self) -> Result<(), DeviceError> {
        for device in lines(&*dmus_devices::system())? {
            say(device);
        }
        Ok(())
    }
}

/// What is said of each.
fn lines(outputs: &dyn Outputs) -> Result<Vec<String>, DeviceError> {
    let devices = outputs.list()?;
    if devices.is_empty() {
        return Ok(vec!["no MIDI device is there".to_owned()]);
    }
    Ok(devices.iter().map(DeviceId::to_string).collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use dmus_devices::MemoryOutputs;

    #[test]
    fn devices_are_listed_by_the_names_that_choose_them() {
        let outputs = MemoryOutputs::new(&["Synth", "Organ", "Synth"]);
        let said = lines(&outputs).expect("a list");
        assert_eq!(said, ["Synth", "Organ", "Synth #2"]);
        assert_eq!(DeviceId::of(&said[2]).number, 1);
        outputs.plug(&[]);
        assert_eq!(
            lines(&outputs).expect("a list"),
            ["no MIDI device is there"]
        );
    }
}

//! What a device is: a name among those that the system lists, and somebody who takes bytes.

use core::fmt;

/// A device as projects and people name it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct DeviceId {
    /// As the system calls it.
    pub name: String,
    /// Which of those of this name, from 0, in the order of the system's list.
    pub number: usize,
}

impl DeviceId {
    /// Reads what [`Display`](fmt::Display) writes: a name, and `#2` for the second of that name.
    #[must_use]
    pub fn of(text: &str) -> Self {
        let text = text.trim();
        let counted = text.rsplit_once(" #").and_then(|(name, number)| {
            let number = number.parse::<usize>().ok()?.checked_sub(1)?;
            Some((name, number))
        });
        let (name, number) = counted.unwrap_or((text, 0));
        Self {
            name: name.to_owned(),
            number,
        }
    }
}

impl fmt::Display for DeviceId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.number {
            0 => f.write_str(&self.name),
            number => write!(f, "{} #{}", self.name, number.saturating_add(1)),
        }
    }
}

/// Names in the order of a system's list, equal ones counted.
#[must_use]
pub fn listed(names: Vec<String>) -> Vec<DeviceId> {
    let mut devices: Vec<DeviceId> = Vec::new();
    for name in names {
        let number = devices.iter().filter(|device| device.name == name).count();
        devices.push(DeviceId { name, number });
    }
    devices
}

/// Why a device was not listed, not opened, or not written to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum DeviceError {
    /// This program was built without devices.
    NotBuilt,
    /// The system's MIDI cannot be reached; its own words.
    System(String),
    /// No device of that name is there.
    Absent,
    /// The device is there and was refused, as a rule since another program has it; its own words.
    Refused(String),
}

impl fmt::Display for DeviceError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotBuilt => f.write_str("this build opens no MIDI devices (feature `devices`)"),
            Self::System(text) => write!(f, "the system's MIDI cannot be reached: {text}"),
            Self::Absent => f.write_str("it is not there"),
            Self::Refused(text) => write!(f, "the system does not open it: {text}"),
        }
    }
}

impl std::error::Error for DeviceError {}

/// Somebody who takes bytes.
pub trait Output: Send {
    /// Sends one whole message.
    ///
    /// # Errors
    /// [`DeviceError`] when the device is gone.
    ///
    /// # Real-time
    /// Not real-time: calls the system.
    fn send(&mut self, message: &[u8]) -> Result<(), DeviceError>;
}

/// Where devices are listed and opened.
pub trait Outputs: fmt::Debug + Send + Sync {
    /// The devices that are there, in the order of the system.
    ///
    /// # Errors
    /// [`DeviceError`] where there is no list.
    ///
    /// # Real-time
    /// Not real-time: calls the system.
    fn list(&self) -> Result<Vec<DeviceId>, DeviceError>;

    /// Opens one of them.
    ///
    /// # Errors
    /// [`DeviceError`], which says whether it is worth trying again.
    ///
    /// # Real-time
    /// Not real-time: calls the system.
    fn open(&self, device: &DeviceId) -> Result<Box<dyn Output>, DeviceError>;
}

/// No devices, since they were not built in.
#[cfg(not(feature = "system"))]
#[derive(Debug)]
pub(crate) struct NoOutputs;

#[cfg(not(feature = "system"))]
impl Outputs for NoOutputs {
    fn list(&self) -> Result<Vec<DeviceId>, DeviceError> {
        Err(DeviceError::NotBuilt)
    }

    fn open(&self, _device: &DeviceId) -> Result<Box<dyn Output>, DeviceError> {
        Err(DeviceError::NotBuilt)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_device_is_read_back_as_it_is_written() {
        for text in ["Synth", "Synth #2", "Port #x", "# 1"] {
            assert_eq!(DeviceId::of(text).to_string(), text);
        }
        assert_eq!(DeviceId::of(" Synth #1 "), DeviceId::of("Synth"));
    }

    #[test]
    fn equal_names_are_counted_in_the_order_of_the_list() {
        let names = ["A", "B", "A", "A"].map(str::to_owned).to_vec();
        let shown: Vec<String> = listed(names).iter().map(DeviceId::to_string).collect();
        assert_eq!(shown, ["A", "B", "A #2", "A #3"]);
    }
}

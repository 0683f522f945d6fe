//! The external device as a project names it.

use dmus_devices::DeviceId;
use serde::{Deserialize, Serialize};

use super::Saved;

/// The external device of the project.
pub type SavedDevice = Saved<DeviceChoice>;

/// A device by its name; it need not be there.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct DeviceChoice {
    /// As the system calls it; empty is none.
    pub name: String,
    /// Which of those of this name, from 0.
    pub number: usize,
}

impl DeviceChoice {
    /// That of a device, or of none.
    #[must_use]
    pub fn of(device: Option<DeviceId>) -> Self {
        device.map_or_else(Self::default, |device| Self {
            name: device.name,
            number: device.number,
        })
    }

    /// The device, if there is a name.
    #[must_use]
    pub fn device(&self) -> Option<DeviceId> {
        (!self.name.is_empty()).then(|| DeviceId {
            name: self.name.clone(),
            number: self.number,
        })
    }
}

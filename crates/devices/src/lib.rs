//! MIDI devices outside the host: what the render side plays is sent to them at its moment.
//!
//! The render side writes messages with their times into an [`EventLine`], which never waits. A
//! thread for the device reads them at the other end, reckons by a [`DelayLock`] when the frame of
//! each is heard, and sends it then. A second thread looks for the device while it is not there.
//! What goes wrong is in the [`Status`]; nobody has to ask for it.
//!
//! In: messages on the master clock. Out: bytes of MIDI on a port of the system. Owner: the control
//! side holds a [`DeviceLink`], the render side an [`EventLine`]. *Invariant*: knows no plug-in, no
//! parameter and no host. How it all works: docs/devices.md.
#![forbid(unsafe_code)]

mod delay_lock;
mod device;
mod held;
mod keeper;
mod lateness;
mod line;
mod link;
mod memory;
mod midi_clock;
mod sender;
mod status;
#[cfg(feature = "system")]
mod system;

use std::sync::Arc;

pub use delay_lock::{DelayLock, Reading};
pub use device::{DeviceError, DeviceId, Output, Outputs, listed};
pub use line::{EventLine, EventSource, event_line};
pub use link::DeviceLink;
pub use memory::MemoryOutputs;
pub use midi_clock::MidiClock;
pub use status::{Connection, Status};

/// The devices of this system; an empty list that says so where the feature `system` is off.
#[must_use]
pub fn system() -> Arc<dyn Outputs> {
    #[cfg(feature = "system")]
    let outputs = system::SystemOutputs;
    #[cfg(not(feature = "system"))]
    let outputs = device::NoOutputs;
    Arc::new(outputs)
}

//! Devices in memory: what tests plug in, pull out and listen to.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Instant;

use crate::device::{DeviceError, DeviceId, Output, Outputs, listed};

/// A list of devices that keep what they get.
#[derive(Debug, Clone, Default)]
pub struct MemoryOutputs {
    inner: Arc<Mutex<Inner>>,
}

#[derive(Debug, Default)]
struct Inner {
    names: Vec<String>,
    /// Another program has them all.
    is_busy: bool,
    sent: Vec<(Instant, Vec<u8>)>,
}

impl MemoryOutputs {
    /// Devices of these names.
    #[must_use]
    pub fn new(names: &[&str]) -> Self {
        let outputs = Self::default();
        outputs.plug(names);
        outputs
    }

    /// From now on these devices are there, and no others.
    pub fn plug(&self, names: &[&str]) {
        self.lock().names = names.iter().map(|name| (*name).to_owned()).collect();
    }

    /// From now on another program has them, or has let them go.
    pub fn set_busy(&self, is_busy: bool) {
        self.lock().is_busy = is_busy;
    }

    /// Everything that was sent since it was asked last, with its moment.
    #[must_use]
    pub fn take_timed(&self) -> Vec<(Instant, Vec<u8>)> {
        core::mem::take(&mut self.lock().sent)
    }

    /// The same without the moments.
    #[must_use]
    pub fn take(&self) -> Vec<Vec<u8>> {
        let sent = self.take_timed();
        sent.into_iter().map(|(_, message)| message).collect()
    }

    fn lock(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Outputs for MemoryOutputs {
    fn list(&self) -> Result<Vec<DeviceId>, DeviceError> {
        Ok(listed(self.lock().names.clone()))
    }

    fn open(&self, device: &DeviceId) -> Result<Box<dyn Output>, DeviceError> {
        if !self.list()?.contains(device) {
            return Err(DeviceError::Absent);
        }
        if self.lock().is_busy {
            return Err(DeviceError::Refused("busy".to_owned()));
        }
        Ok(Box::new(Opened {
            outputs: self.clone(),
            device: device.clone(),
        }))
    }
}

/// One of them.
struct Opened {
    outputs: MemoryOutputs,
    device: DeviceId,
}

impl Output for Opened {
    fn send(&mut self, message: &[u8]) -> Result<(), DeviceError> {
        let now = Instant::now();
        if !self.outputs.list()?.contains(&self.device) {
            return Err(DeviceError::Absent);
        }
        self.outputs.lock().sent.push((now, message.to_vec()));
        Ok(())
    }
}

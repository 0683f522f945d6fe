//! Status: what the threads of a device tell whoever asks.

use std::sync::{Mutex, MutexGuard, PoisonError};

/// Whether the device that was chosen can be written to.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum Connection {
    /// None was chosen.
    #[default]
    None,
    /// It is not there, and is looked for.
    Absent,
    /// It is there and was not opened, in words; it is tried again.
    Refused(String),
    /// It is open.
    Open,
}

/// Everything there is to tell of a device.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Status {
    /// Whether it can be written to.
    pub connection: Connection,
    /// Messages sent.
    pub sent: u64,
    /// Messages that became due while the device was not open.
    pub lost_absent: u64,
    /// Messages of a host that was seconds ahead of time.
    pub lost_ahead: u64,
    /// How late messages were sent, us: half of them at most this,
    pub late_p50_us: u64,
    /// 95 of a hundred at most this,
    pub late_p95_us: u64,
    /// and the worst of all.
    pub late_worst_us: u64,
    /// Blocks that the host asked for far before their time.
    pub blocks_ahead: u64,
    /// Times at which the stream went on later than it should have, so that its time began anew.
    pub restarts: u64,
}

/// The status that the threads share.
#[derive(Debug, Default)]
pub(crate) struct Shared {
    inner: Mutex<Inner>,
}

/// The status, and what one thread asks of the other.
#[derive(Debug, Default)]
pub(crate) struct Inner {
    pub(crate) status: Status,
    /// Writing to the device failed.
    pub(crate) is_broken: bool,
}

impl Shared {
    /// Values are never half changed, so a poisoned lock is as good as any.
    pub(crate) fn lock(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

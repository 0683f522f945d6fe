//! What the plug-in may ask of the host.
//!
//! Thread: requests come from any thread and only raise a flag; the instance's owner serves them.

use std::sync::{Mutex, PoisonError};

use clack_extensions::latency::{HostLatency, HostLatencyImpl};
use clack_extensions::log::{HostLog, HostLogImpl, LogSeverity};
use clack_extensions::params::{
    HostParams, HostParamsImplMainThread, HostParamsImplShared, ParamClearFlags, ParamRescanFlags,
};
use clack_extensions::state::{HostState, HostStateImpl};
use clack_host::host::{HostExtensions, HostHandlers, MainThreadHandler, SharedHandler};
use clack_host::utils::ClapId;

/// Requests that wait for the instance's owner.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Requests {
    /// Deactivate and activate again.
    pub restart: bool,
    /// Start processing.
    pub process: bool,
    /// Call back on the main thread.
    pub callback: bool,
    /// Flush parameters.
    pub flush: bool,
    /// The state has changed.
    pub dirty: bool,
    /// Parameter values or names changed.
    pub rescan: bool,
}

/// The test host as `clack` wants it described.
pub(super) struct TestHost;

impl HostHandlers for TestHost {
    type Shared<'a> = Shared;
    type MainThread<'a> = MainThread<'a>;
    type AudioProcessor<'a> = ();

    fn declare_extensions(builder: &mut HostExtensions<'_, Self>, _shared: &Shared) {
        builder
            .register::<HostLog>()
            .register::<HostParams>()
            .register::<HostState>()
            .register::<HostLatency>();
        #[cfg(all(feature = "screen", target_os = "linux"))]
        builder.register::<clack_extensions::gui::HostGui>();
    }
}

/// What all threads share.
#[derive(Debug, Default)]
pub(super) struct Shared {
    requests: Mutex<Requests>,
    /// Severe messages of the plug-in's log.
    complaints: Mutex<Vec<String>>,
}

impl Shared {
    fn raise(&self, change: impl FnOnce(&mut Requests)) {
        change(&mut self.requests.lock().unwrap_or_else(PoisonError::into_inner));
    }

    /// Takes the requests that have gathered.
    pub(super) fn take_requests(&self) -> Requests {
        std::mem::take(&mut self.requests.lock().unwrap_or_else(PoisonError::into_inner))
    }

    pub(super) fn complaints(&self) -> Vec<String> {
        self.complaints
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }
}

impl SharedHandler<'_> for Shared {
    fn request_restart(&self) {
        self.raise(|requests| requests.restart = true);
    }

    fn request_process(&self) {
        self.raise(|requests| requests.process = true);
    }

    fn request_callback(&self) {
        self.raise(|requests| requests.callback = true);
    }
}

impl HostLogImpl for Shared {
    fn log(&self, severity: LogSeverity, message: &str) {
        if severity >= LogSeverity::Error {
            let mut list = self
                .complaints
                .lock()
                .unwrap_or_else(PoisonError::into_inner);
            list.push(format!("{severity}: {message}"));
        }
    }
}

impl HostParamsImplShared for Shared {
    fn request_flush(&self) {
        self.raise(|requests| requests.flush = true);
    }
}

/// What only the main thread sees.
#[derive(Debug)]
pub(super) struct MainThread<'a> {
    pub(super) shared: &'a Shared,
}

impl<'a> MainThreadHandler<'a> for MainThread<'a> {}

impl HostParamsImplMainThread for MainThread<'_> {
    fn rescan(&self, _flags: ParamRescanFlags) {
        self.shared.raise(|requests| requests.rescan = true);
    }

    fn clear(&self, _param_id: ClapId, _flags: ParamClearFlags) {}
}

impl HostStateImpl for MainThread<'_> {
    fn mark_dirty(&self) {
        self.shared.raise(|requests| requests.dirty = true);
    }
}

impl HostLatencyImpl for MainThread<'_> {
    fn changed(&self) {
        self.shared.raise(|requests| requests.restart = true);
    }
}

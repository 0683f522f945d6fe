//! A host that is not there, for tests of a window: parameters move as it asks, and nothing else does.
//!
//! A window changes parameters through the framework's context, whose methods only a crate with
//! `unsafe` can have.

use std::sync::{Mutex, MutexGuard, PoisonError};

use nice_plug::context::gui::GuiContextInner;
use nice_plug::prelude::{ParamPtr, PluginApi, PluginState};

/// What a window has done to parameters.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Gestures {
    /// Changes that were begun.
    pub begun: usize,
    /// Values that were set within one.
    pub set: usize,
    /// Values that were set outside of any.
    pub loose: usize,
    /// Changes that were ended.
    pub ended: usize,
}

/// Stands in for the host of a window under test; its parameters must outlive the window.
#[derive(Debug, Default)]
pub struct Rehearsal {
    gestures: Mutex<Gestures>,
}

impl Rehearsal {
    /// What the window has done so far.
    ///
    /// # Real-time
    /// Not real-time: takes a lock.
    #[must_use]
    pub fn gestures(&self) -> Gestures {
        *self.lock()
    }

    fn lock(&self) -> MutexGuard<'_, Gestures> {
        let gestures = self.gestures.lock();
        gestures.unwrap_or_else(PoisonError::into_inner)
    }
}

impl GuiContextInner for Rehearsal {
    fn plugin_api(&self) -> PluginApi {
        PluginApi::Clap
    }

    unsafe fn raw_begin_set_parameter(&self, _param: ParamPtr) {
        self.lock().begun += 1;
    }

    unsafe fn raw_set_parameter_normalized(&self, param: ParamPtr, normalized: f32) {
        let mut gestures = self.lock();
        if gestures.begun > gestures.ended {
            gestures.set += 1;
        } else {
            gestures.loose += 1;
        }
        // SAFETY: the caller hands over a parameter of its own that is still there.
        let _is_other = unsafe { param._internal_set_normalized_value(normalized) };
    }

    unsafe fn raw_end_set_parameter(&self, _param: ParamPtr) {
        self.lock().ended += 1;
    }

    fn get_state(&self) -> PluginState {
        PluginState {
            version: String::new(),
            params: std::collections::BTreeMap::new(),
            fields: std::collections::BTreeMap::new(),
        }
    }

    fn set_state(&self, _state: PluginState) {}

    fn request_restart(&self) {}
}

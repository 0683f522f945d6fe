//! The plug-in's parameter object, with the panics of its own code caught.
//!
//! Thread: main for saved state; the framework may also load state on the render thread.

use std::any::Any;
use std::cell::Cell;
use std::collections::BTreeMap;
use std::sync::Arc;

use nice_plug::prelude::{ParamPtr, Params};

use crate::ledger::{Ledger, Place};

thread_local! {
    /// A panic caught where no instance is known, until the next one passes on this thread.
    static STRAY: Cell<Option<Box<dyn Any + Send>>> = const { Cell::new(None) };
}

/// Leaves a caught panic for the parameters whose state is being loaded on this thread.
pub(super) fn leave_stray(payload: Box<dyn Any + Send>) {
    STRAY.set(Some(payload));
}

/// Parameters that answer for the plug-in's own, or with nothing where those panic.
pub(super) struct GuardedParams {
    inner: Arc<dyn Params>,
    ledger: Arc<Ledger>,
}

impl GuardedParams {
    /// Puts the guard around `inner`.
    pub(super) fn new(inner: Arc<dyn Params>, ledger: Arc<Ledger>) -> Self {
        Self { inner, ledger }
    }
}

// SAFETY: the pointers of `param_map` are those of `inner`, which upholds the trait's contract and
// lives as long as this object.
unsafe impl Params for GuardedParams {
    fn param_map(&self) -> Vec<(String, ParamPtr, String)> {
        self.ledger
            .contain(Place::Construction, || self.inner.param_map())
            .unwrap_or_else(|| {
                self.ledger.stillborn.raise();
                Vec::new()
            })
    }

    fn serialize_fields(&self) -> BTreeMap<String, String> {
        self.ledger
            .contain_state(|| self.inner.serialize_fields())
            .unwrap_or_default()
    }

    fn deserialize_fields(&self, serialized: &BTreeMap<String, String>) {
        if let Some(payload) = STRAY.take() {
            let _counted = self
                .ledger
                .contain_state(|| std::panic::resume_unwind(payload));
        }
        let _counted = self
            .ledger
            .contain_state(|| self.inner.deserialize_fields(serialized));
    }
}

/// The parameters of a plug-in that could not be constructed.
pub(super) struct NoParams;

// SAFETY: there are no pointers.
unsafe impl Params for NoParams {
    fn param_map(&self) -> Vec<(String, ParamPtr, String)> {
        Vec::new()
    }
}

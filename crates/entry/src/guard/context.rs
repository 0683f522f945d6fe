//! The framework's contexts as the plug-in inside the guard sees them.

use std::collections::VecDeque;
use std::marker::PhantomData;
use std::sync::Arc;

use nice_plug::context::process::SendEventError;
use nice_plug::prelude::{ActivateContext, PluginApi, PluginNoteEvent, ProcessContext, Transport};

use super::{GuardTask, Guarded};
use crate::boundary::Boundary;
use crate::ledger::Ledger;

/// How many events can wait for the next block. Further ones come at the last frame of this one.
const HELD_EVENTS: usize = 1_024;

/// An activation context of `Guarded<P>` that serves as a context of `P`.
pub(crate) struct Relay<'a, P, C> {
    outer: &'a mut C,
    plugin: PhantomData<fn() -> P>,
}

impl<'a, P, C> Relay<'a, P, C> {
    /// Borrows the framework's context for one call.
    pub(crate) fn new(outer: &'a mut C) -> Self {
        Self {
            outer,
            plugin: PhantomData,
        }
    }
}

impl<P: Boundary, C: ActivateContext<Guarded<P>>> ActivateContext<P> for Relay<'_, P, C> {
    fn plugin_api(&self) -> PluginApi {
        self.outer.plugin_api()
    }

    fn execute(&self, task: P::BackgroundTask) {
        self.outer.execute(GuardTask::plugin(task));
    }

    fn set_latency_samples(&self, samples: u32) {
        self.outer.set_latency_samples(samples);
    }

    fn set_current_voice_capacity(&self, capacity: u32) {
        self.outer.set_current_voice_capacity(capacity);
    }
}

/// Events that belong to the next block, with their frames in it.
pub(crate) struct HeldEvents<P: Boundary>(VecDeque<PluginNoteEvent<P>>);

impl<P: Boundary> HeldEvents<P> {
    /// Room for as many events as can come at one frame. Allocates.
    pub(crate) fn new() -> Self {
        Self(VecDeque::with_capacity(HELD_EVENTS))
    }

    /// Forgets them all.
    ///
    /// # Real-time
    /// Render. Bounded by the events held; frees nothing.
    pub(crate) fn clear(&mut self) {
        self.0.clear();
    }
}

/// The framework's context of one block.
///
/// The framework cuts a block at some events, and gives to the part before the cut what came
/// before that event in the list, even at the very frame of the cut, which that part does not have.
/// Such an event waits here for the next part.
pub(crate) struct BlockRelay<'a, P: Boundary, C> {
    outer: &'a mut C,
    ledger: &'a Arc<Ledger>,
    held: &'a mut HeldEvents<P>,
    /// How many of the held events are for this block.
    due: usize,
    /// Length of this block, frames.
    frames: u32,
}

impl<'a, P: Boundary, C> BlockRelay<'a, P, C> {
    /// Borrows the framework's context for a block of `frames` frames.
    pub(crate) fn new(
        outer: &'a mut C,
        ledger: &'a Arc<Ledger>,
        held: &'a mut HeldEvents<P>,
        frames: usize,
    ) -> Self {
        let due = held.0.len();
        Self {
            outer,
            ledger,
            held,
            due,
            frames: u32::try_from(frames).unwrap_or(u32::MAX),
        }
    }
}

impl<P: Boundary, C> Drop for BlockRelay<'_, P, C> {
    /// What the plug-in did not ask for is over, as in the framework.
    fn drop(&mut self) {
        self.held.0.drain(..self.due.min(self.held.0.len()));
    }
}

impl<P: Boundary, C: ProcessContext<Guarded<P>>> ProcessContext<P> for BlockRelay<'_, P, C> {
    fn plugin_api(&self) -> PluginApi {
        self.outer.plugin_api()
    }

    fn execute_background(&self, task: P::BackgroundTask) {
        self.outer
            .execute_background(GuardTask::background(task, self.ledger));
    }

    fn execute_gui(&self, task: P::BackgroundTask) {
        self.outer.execute_gui(GuardTask::plugin(task));
    }

    fn transport(&self) -> &Transport {
        self.outer.transport()
    }

    fn next_event(&mut self) -> Option<PluginNoteEvent<P>> {
        loop {
            let mut event = match self.due.checked_sub(1) {
                Some(left) => {
                    self.due = left;
                    self.held.0.pop_front()?
                }
                None => self.outer.next_event()?,
            };
            if event.timing() < self.frames {
                return Some(event);
            }
            if self.held.0.len() == self.held.0.capacity() {
                event.subtract_timing(event.timing().saturating_sub(self.frames.max(1) - 1));
                return Some(event);
            }
            event.subtract_timing(self.frames);
            self.held.0.push_back(event);
        }
    }

    fn try_send_event(
        &mut self,
        event: PluginNoteEvent<P>,
    ) -> Result<(), (PluginNoteEvent<P>, SendEventError)> {
        self.outer.try_send_event(event)
    }

    fn set_latency_samples(&self, samples: u32) {
        self.outer.set_latency_samples(samples);
    }

    fn request_restart(&self) {
        self.outer.request_restart();
    }

    fn set_current_voice_capacity(&self, capacity: u32) {
        self.outer.set_current_voice_capacity(capacity);
    }
}

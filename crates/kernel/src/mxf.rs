//! The MIDI transform filter: one interface for every node of the graph.
//!
//! In: chains of events. Out: the same chains, to the next node, at last to the allocator.
//! Owner: the port or the miniport. Thread: render. Source: \[WDK\] `IMXF`.

use std::sync::Arc;

use atomic_refcell::AtomicRefCell;

use crate::{
    allocator::Allocator,
    error::{ConnectError, StateReason},
    pool::EventBox,
    state::StreamState,
    time::{ReferenceTime, SampleRate, SampleTime},
};

/// The world of a filter while it runs: nothing it cannot reach here can it misuse.
#[derive(Debug)]
pub struct RenderCx<'a> {
    /// Where events come from and go home to.
    pub allocator: &'a mut Allocator,
    /// The frame at hand on the master clock.
    pub now: SampleTime,
    /// The stamp of that frame.
    pub time: ReferenceTime,
    /// The frame at hand on the stream: the next to be rendered.
    pub position: SampleTime,
}

impl<'a> RenderCx<'a> {
    /// The world at master frame `now` and stream frame `position`.
    #[must_use]
    pub fn new(
        allocator: &'a mut Allocator,
        rate: SampleRate,
        now: SampleTime,
        position: SampleTime,
    ) -> Self {
        Self {
            allocator,
            now,
            time: rate.sample_to_ref(now),
            position,
        }
    }
}

/// A joint of the graph: a filter whose place in it may change while the program runs.
pub type Joint = Arc<AtomicRefCell<dyn Mxf + Send>>;

/// A node of the graph.
///
/// # Real-time
/// Render: everything but `connect_output` and `disconnect_output` may be called there, every
/// change of state included. A filter therefore has all it needs when it is built, and neither
/// allocates nor frees before it is dropped.
///
/// # Source
/// \[WDK\] `IMXF`.
pub trait Mxf {
    /// Passes a chain to the filter, which owns it from here on and must see it to the allocator.
    ///
    /// Chains come in order of time, events of one time in the order they were submitted.
    fn put_message(&mut self, chain: EventBox, cx: &mut RenderCx<'_>);

    /// Asks the filter to look after itself; carries no event. Called once per block on every
    /// stream that is not in STOP, before events are delivered.
    ///
    /// # Source
    /// \[WDK\] `IMXF::PutMessage` with NULL.
    fn service(&mut self, cx: &mut RenderCx<'_>) {
        let _ = cx;
    }

    /// Moves the filter one step, up or down, never further.
    ///
    /// On the way to STOP everything held goes to the allocator of `cx`, and positions are zeroed.
    ///
    /// # Errors
    /// [`StateReason`] if the step cannot be taken; the filter is then still in its old state.
    fn set_state(&mut self, state: StreamState, cx: &mut RenderCx<'_>) -> Result<(), StateReason>;

    /// Connects the output to `sink`. Without a connection the output is the allocator.
    ///
    /// # Errors
    /// [`ConnectError`]; unless overridden [`ConnectError::NoOutput`], the answer of a render
    /// stream.
    fn connect_output(&mut self, sink: Joint) -> Result<(), ConnectError> {
        drop(sink);
        Err(ConnectError::NoOutput)
    }

    /// Disconnects the output from `sink`, or from whatever it is connected to if none is named.
    ///
    /// # Errors
    /// [`ConnectError`]; unless overridden [`ConnectError::NoOutput`], the answer of a render
    /// stream.
    fn disconnect_output(&mut self, sink: Option<&Joint>) -> Result<(), ConnectError> {
        let _ = sink;
        Err(ConnectError::NoOutput)
    }
}

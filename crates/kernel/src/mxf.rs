//! The MIDI transform filter: one interface for every node of the graph.
//!
//! In: chains of events. Out: the same chains, to the next node, at last to the allocator.
//! Owner: the port or the miniport. Thread: render. Source: \[WDK\] `IMXF`.

use std::{fmt, sync::Arc};

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
    /// How far the stream is ahead of the master clock, in frames.
    ahead: i64,
    rate: SampleRate,
}

impl<'a> RenderCx<'a> {
    /// The world at master frame `now` and stream frame `position`.
    #[must_use]
    pub const fn new(
        allocator: &'a mut Allocator,
        rate: SampleRate,
        now: SampleTime,
        position: SampleTime,
    ) -> Self {
        Self {
            allocator,
            now,
            ahead: position.frames().wrapping_sub(now.frames()),
            rate,
        }
    }

    /// The frame at hand on the stream: the next to be rendered. It moves on with [`now`](Self::now).
    ///
    /// # Real-time
    /// Render, wait-free.
    #[must_use]
    #[inline]
    pub const fn position(&self) -> SampleTime {
        SampleTime::new(self.now.frames().wrapping_add(self.ahead))
    }

    /// The stamp of the frame at hand, worked out anew each time: few who are called ask for it.
    ///
    /// # Real-time
    /// Render, wait-free.
    #[must_use]
    #[inline]
    pub fn time(&self) -> ReferenceTime {
        self.rate.sample_to_ref(self.now)
    }
}

/// A joint of the graph: a filter whose place in it may change while the program runs.
///
/// `Sync`, or a filter that is connected to one could not move to the render thread. Nothing is
/// shared by that: whoever calls a filter borrows it for itself.
pub type Joint = Arc<AtomicRefCell<dyn Mxf + Send + Sync>>;

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

/// The output of a filter: a sink, or without one the allocator.
///
/// A sink that is busy when a chain comes has called this filter, through whatever filters lie
/// between: the graph has a loop there. The chain goes to the allocator then, so that a loop can
/// neither recurse nor feed itself. The same befalls a chain while another thread looks at the sink.
/// Either case is counted.
///
/// # Source
/// \[WDK\] `IMXF::ConnectOutput`, `IMXF::DisconnectOutput`; \[UART\] for what is refused.
#[derive(Default)]
pub struct Output {
    sink: Option<Joint>,
    busy: u64,
}

impl Output {
    /// An output to the allocator.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Connects to `sink`.
    ///
    /// # Errors
    /// [`ConnectError::Connected`] if it is connected already, even to the same sink; nothing
    /// changes. Disconnect first.
    ///
    /// # Real-time
    /// Control: a sink that is refused is dropped here, and freed if nobody else has it.
    pub fn connect(&mut self, sink: Joint) -> Result<(), ConnectError> {
        if self.sink.is_some() {
            return Err(ConnectError::Connected);
        }
        self.sink = Some(sink);
        Ok(())
    }

    /// Disconnects from `sink`, or if none is named from whatever there is; the output is the
    /// allocator again. Returns the sink, to be let go of where freeing is allowed.
    ///
    /// # Errors
    /// [`ConnectError::NotThisSink`] if it is not connected to the sink named; nothing changes.
    ///
    /// # Real-time
    /// Any thread that owns the filter, wait-free.
    pub fn disconnect(&mut self, sink: Option<&Joint>) -> Result<Option<Joint>, ConnectError> {
        if let Some(named) = sink {
            let is_ours = |ours: &Joint| Arc::ptr_eq(ours, named);
            if !self.sink.as_ref().is_some_and(is_ours) {
                return Err(ConnectError::NotThisSink);
            }
        }
        Ok(self.sink.take())
    }

    /// True if there is a sink.
    #[must_use]
    pub const fn is_connected(&self) -> bool {
        self.sink.is_some()
    }

    /// Passes a chain to the sink; to the allocator if there is none or it is busy.
    ///
    /// # Real-time
    /// Render, wait-free but for what the sink does.
    pub fn put_message(&mut self, chain: EventBox, cx: &mut RenderCx<'_>) {
        let Some(sink) = &self.sink else {
            return cx.allocator.put_message(chain);
        };
        if let Ok(mut sink) = sink.try_borrow_mut() {
            sink.put_message(chain, cx);
        } else {
            self.busy = self.busy.wrapping_add(1);
            cx.allocator.put_message(chain);
        }
    }

    /// Chains recycled because the sink was busy: `0` in a sound graph.
    #[must_use]
    pub const fn busy(&self) -> u64 {
        self.busy
    }
}

impl fmt::Debug for Output {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Output")
            .field("is_connected", &self.is_connected())
            .field("busy", &self.busy)
            .finish()
    }
}

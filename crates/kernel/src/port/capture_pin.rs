//! One capture pin: a stream that gives events, and the sink that makes messages of them.
//!
//! In: service requests. Out: whole messages to the packer, on to a render pin if thru is on.
//! Owner: the port; the graph holds both ends as joints. Thread: render.
//! Source: \[WDK\] MIDI Transport; `IMXF::ConnectOutput`.

use std::sync::Arc;

use atomic_refcell::AtomicRefCell;
use sync_wrapper::SyncWrapper;

use crate::{
    error::{ConnectError, GraphError, ServiceError, StateError, StateReason},
    graph::FilterId,
    miniport::Stream,
    mxf::{Joint, Mxf, RenderCx},
    pool::EventBox,
    port::{
        PinId, Services, Wiring,
        capture_sink::{CaptureCounts, CaptureSink},
        packer::{PackedReader, Packer, packer},
    },
    service::{Membership, ServiceGroup, ServiceSink, Sink},
    state::StreamState,
};

/// Bytes of records a client may leave unread: as many short messages as a pool of the usual size
/// has events, 24 bytes each.
const CAPTURE_BYTES: usize = 16_384 * 24;

/// What one capture pin has done.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct CaptureStats {
    /// What became of the device's bytes.
    pub sink: CaptureCounts,
    /// Messages packed for the client.
    pub packed: u64,
    /// Messages the client had left no room for.
    pub lost: u64,
}

/// Why a capture pin found no place.
#[derive(Debug)]
pub(super) enum EnterError {
    Service(ServiceError),
    Graph(GraphError),
}

/// The stream as its service group and the graph see it.
#[derive(Debug)]
struct CaptureStream<S> {
    /// A device's end of a ring may be in here, which only one may look at.
    stream: SyncWrapper<S>,
    state: StreamState,
}

impl<S: Stream> ServiceSink for CaptureStream<S> {
    /// # Source
    /// \[WDK\] `IPortDMus::Notify`: the port answers with `PutMessage(NULL)` on the input stream.
    fn request_service(&mut self, cx: &mut RenderCx<'_>) -> Membership {
        self.stream.get_mut().service(cx);
        Membership::Stays
    }
}

impl<S: Stream> Mxf for CaptureStream<S> {
    fn put_message(&mut self, chain: EventBox, cx: &mut RenderCx<'_>) {
        self.stream.get_mut().put_message(chain, cx);
    }

    fn service(&mut self, cx: &mut RenderCx<'_>) {
        self.stream.get_mut().service(cx);
    }

    /// The state of a pin is the port's to change, step by step.
    fn set_state(&mut self, state: StreamState, cx: &mut RenderCx<'_>) -> Result<(), StateReason> {
        self.stream.get_mut().set_state(state, cx)
    }

    fn connect_output(&mut self, sink: Joint) -> Result<(), ConnectError> {
        self.stream.get_mut().connect_output(sink)
    }

    fn disconnect_output(&mut self, sink: Option<&Joint>) -> Result<(), ConnectError> {
        self.stream.get_mut().disconnect_output(sink)
    }
}

/// A capture pin as the port holds it.
#[derive(Debug)]
pub(super) struct Capture<S> {
    stream: Arc<AtomicRefCell<CaptureStream<S>>>,
    sink: Arc<AtomicRefCell<CaptureSink>>,
    packer: Arc<AtomicRefCell<Packer>>,
    /// Stream, sink and packer in the graph.
    filters: Vec<FilterId>,
    /// The client's end, until it is taken.
    reader: Option<PackedReader>,
    /// The render pin that plays what is captured, if one does.
    thru: Option<PinId>,
}

impl<S: Stream + 'static> Capture<S> {
    /// A pin in STOP whose stream feeds its sink, and the sink its packer.
    pub(super) fn new(mut stream: S) -> Result<Self, ConnectError> {
        let (packer, reader) = packer(CAPTURE_BYTES);
        let packer = Arc::new(AtomicRefCell::new(packer));
        let mut sink = CaptureSink::new();
        sink.connect_output(packer.clone())?;
        let sink = Arc::new(AtomicRefCell::new(sink));
        stream.connect_output(sink.clone())?;
        let stream = CaptureStream {
            stream: SyncWrapper::new(stream),
            state: StreamState::Stop,
        };
        Ok(Self {
            stream: Arc::new(AtomicRefCell::new(stream)),
            sink,
            packer,
            filters: Vec::with_capacity(3),
            reader: Some(reader),
            thru: None,
        })
    }

    /// The render pin that plays what is captured.
    pub(super) const fn thru(&self) -> Option<PinId> {
        self.thru
    }

    /// Lets a render pin play what is captured from now on, or none.
    pub(super) fn set_thru(&mut self, pin: Option<PinId>) {
        self.thru = pin;
        if let Ok(mut packer) = self.packer.try_borrow_mut() {
            packer.keep_thru(pin.is_some());
        }
    }

    /// Joins the service group the stream names, or the miniport's own, and puts its filters into
    /// the graph.
    pub(super) fn enter(
        mut self,
        group: Option<ServiceGroup>,
        services: &mut Services,
        wiring: &mut Wiring,
        cx: &mut RenderCx<'_>,
    ) -> Result<Self, EnterError> {
        let sink: Sink = self.stream.clone();
        let Services {
            control,
            notifier,
            own,
            ..
        } = services;
        let joined = match &group {
            Some(group) => control.open_stream(notifier, group, &sink),
            None => control.adopt(notifier, own.as_ref(), &sink),
        };
        joined.map_err(EnterError::Service)?;
        if let Err(error) = self.wire(wiring, cx) {
            self.leave(services, wiring, cx);
            return Err(EnterError::Graph(error));
        }
        Ok(self)
    }

    fn wire(&mut self, wiring: &mut Wiring, cx: &mut RenderCx<'_>) -> Result<(), GraphError> {
        let Some(control) = &mut wiring.control else {
            return Ok(());
        };
        let joints: [Joint; 3] = [self.stream.clone(), self.sink.clone(), self.packer.clone()];
        for joint in joints {
            let filter = control.add_pin(joint)?;
            if let Some(&before) = self.filters.last() {
                control.note_connected(before, filter);
            }
            self.filters.push(filter);
        }
        wiring.graph.apply(cx);
        Ok(())
    }

    /// Leaves its service group and the graph, where its stream is freed.
    pub(super) fn leave(self, services: &mut Services, wiring: &mut Wiring, cx: &mut RenderCx<'_>) {
        let sink: Sink = self.stream.clone();
        let Services {
            control,
            table,
            notifier,
            ..
        } = services;
        control.withdraw(notifier, &sink);
        // Whoever takes the pin out has both halves, so that its stream is freed here.
        table.change_lists();
        control.collect();
        if wiring.control.is_none() {
            for &filter in &self.filters {
                wiring.graph.evict(filter, cx);
            }
        }
        if let Some(control) = &mut wiring.control {
            for &filter in &self.filters {
                // Whatever the client has put between goes with it.
                let _gone = control.disconnect(filter, None);
            }
            for &filter in &self.filters {
                let _gone = control.remove(filter);
            }
            wiring.graph.apply(cx);
            let _told = control.collect();
        }
    }

    /// The places of its stream, its sink and its packer in the graph.
    pub(super) fn filters(&self) -> &[FilterId] {
        &self.filters
    }

    /// The client's end of the packer; once.
    pub(super) const fn take_reader(&mut self) -> Option<PackedReader> {
        self.reader.take()
    }

    /// What was captured and is to be played, as one chain.
    pub(super) fn take_thru(&self) -> Option<EventBox> {
        let mut packer = self.packer.try_borrow_mut().ok()?;
        packer.take_thru()
    }

    /// What the sink and the packer have counted.
    pub(super) fn counts(&self) -> CaptureStats {
        let sink = self.sink.try_borrow();
        let packer = self.packer.try_borrow();
        CaptureStats {
            sink: sink.map_or_else(|_| CaptureCounts::default(), |sink| sink.counts()),
            packed: packer.as_ref().map_or(0, |packer| packer.packed()),
            lost: packer.map_or(0, |packer| packer.lost()),
        }
    }

    pub(super) fn state(&self) -> StreamState {
        self.stream
            .try_borrow()
            .map_or(StreamState::Stop, |pin| pin.state)
    }

    /// Calls `with` with the stream; nothing while somebody else holds it.
    pub(super) fn with_stream<T>(&self, with: impl FnOnce(&mut S) -> T) -> Option<T> {
        let mut pin = self.stream.try_borrow_mut().ok()?;
        Some(with(pin.stream.get_mut()))
    }

    /// Takes every step on the way to `target`, in order; ends at the first that fails.
    pub(super) fn set_state(
        &self,
        target: StreamState,
        cx: &mut RenderCx<'_>,
    ) -> Result<(), StateError> {
        while let Some(next) = self.state().step_towards(target) {
            let from = self.state();
            let step = self
                .with_stream(|stream| stream.set_state(next, cx))
                .unwrap_or(Err(StateReason::NotReady));
            step.map_err(|reason| StateError {
                from,
                to: next,
                reason,
            })?;
            self.enter_state(next, cx);
        }
        Ok(())
    }

    /// What a step of the stream means for everything behind it.
    fn enter_state(&self, next: StreamState, cx: &mut RenderCx<'_>) {
        if let Ok(mut pin) = self.stream.try_borrow_mut() {
            pin.state = next;
        }
        // The port's own filters never refuse.
        if let Ok(mut sink) = self.sink.try_borrow_mut() {
            let _taken = sink.set_state(next, cx);
        }
        if let Ok(mut packer) = self.packer.try_borrow_mut() {
            let _taken = packer.set_state(next, cx);
        }
    }

    /// Brings everything home whatever the stream says; the pin is of no use afterwards.
    pub(super) fn close(&self, cx: &mut RenderCx<'_>) {
        while let Some(next) = self.state().step_towards(StreamState::Stop) {
            let told = self.with_stream(|stream| stream.set_state(next, cx));
            self.enter_state(next, cx);
            if told.is_none() {
                // Somebody else holds it: nobody can tell it anything.
                return;
            }
        }
    }
}

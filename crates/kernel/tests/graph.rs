//! The graph: what may feed what, when an edit takes effect, where events go meanwhile.
#![expect(clippy::unwrap_used, reason = "tests may unwrap")]

use std::sync::{Arc, Weak};

use assert_no_alloc::{AllocDisabler, assert_no_alloc, permit_alloc};
use atomic_refcell::AtomicRefCell;
use dmus_kernel::{
    Allocator, EventBox, Mxf, RenderCx, SampleRate, SampleTime, StreamState,
    error::{ConnectError, GraphError, StateReason},
    graph::{FilterId, Graph, GraphControl, MAX_FILTERS, graph},
    mxf::{Joint, Output},
    pool::{Claim, PoolConfig},
};

#[global_allocator]
static GUARD: AllocDisabler = AllocDisabler;

/// Counts what passes, and passes it on.
#[derive(Debug, Default)]
struct Relay {
    output: Output,
    passed: u32,
    states: Vec<StreamState>,
    refuses_output: bool,
}

impl Mxf for Relay {
    fn put_message(&mut self, chain: EventBox, cx: &mut RenderCx<'_>) {
        self.passed += 1;
        self.output.put_message(chain, cx);
    }

    fn set_state(&mut self, state: StreamState, _cx: &mut RenderCx<'_>) -> Result<(), StateReason> {
        permit_alloc(|| self.states.push(state));
        Ok(())
    }

    fn connect_output(&mut self, sink: Joint) -> Result<(), ConnectError> {
        if self.refuses_output {
            return Err(ConnectError::NoOutput);
        }
        self.output.connect(sink)
    }

    fn disconnect_output(&mut self, sink: Option<&Joint>) -> Result<(), ConnectError> {
        self.output.disconnect(sink).map(drop)
    }
}

struct Bench {
    control: GraphControl,
    graph: Graph,
    allocator: Allocator,
    filters: Vec<(FilterId, Arc<AtomicRefCell<Relay>>)>,
}

impl Bench {
    /// A graph of `filters` relays, none connected.
    fn new(filters: usize) -> Self {
        let (control, graph) = graph();
        let allocator = Allocator::new(PoolConfig::default()).unwrap();
        let mut bench = Self {
            control,
            graph,
            allocator,
            filters: Vec::new(),
        };
        for _ in 0..filters {
            let relay = Arc::new(AtomicRefCell::new(Relay::default()));
            let id = bench.control.add(relay.clone()).unwrap();
            bench.filters.push((id, relay));
        }
        bench.apply();
        bench.control.collect().unwrap();
        bench
    }

    fn apply(&mut self) {
        let rate = SampleRate::new(48_000).unwrap();
        let start = SampleTime::ZERO;
        let mut cx = RenderCx::new(&mut self.allocator, rate, start, start);
        assert_no_alloc(|| self.graph.apply(&mut cx));
    }

    fn id(&self, filter: usize) -> FilterId {
        self.filters[filter].0
    }

    fn passed(&self, filter: usize) -> u32 {
        self.filters[filter].1.borrow().passed
    }

    /// Sends one event into a filter.
    fn send(&mut self, filter: usize) {
        let rate = SampleRate::new(48_000).unwrap();
        let event = self.allocator.get_message(Claim::Ordinary).unwrap();
        let mut cx = RenderCx::new(
            &mut self.allocator,
            rate,
            SampleTime::ZERO,
            SampleTime::ZERO,
        );
        let mut relay = self.filters[filter].1.borrow_mut();
        assert_no_alloc(|| relay.put_message(event, &mut cx));
    }

    fn connect(&mut self, from: usize, to: usize) -> Result<(), GraphError> {
        self.control.connect(self.id(from), self.id(to))
    }
}

impl Drop for Bench {
    fn drop(&mut self) {
        if !std::thread::panicking() {
            assert!(self.allocator.pool().is_whole(), "an event is not home");
        }
    }
}

#[test]
fn without_a_connection_the_output_is_the_allocator() {
    let mut bench = Bench::new(2);
    bench.send(0);
    assert_eq!((bench.passed(0), bench.passed(1)), (1, 0));
}

#[test]
fn an_edit_takes_effect_when_the_block_begins_and_not_before() {
    let mut bench = Bench::new(2);
    bench.connect(0, 1).unwrap();
    bench.send(0);
    assert_eq!(bench.passed(1), 0, "the block had begun already");
    bench.apply();
    bench.send(0);
    assert_eq!(bench.passed(1), 1);
}

#[test]
fn an_event_after_a_disconnect_is_recycled() {
    let mut bench = Bench::new(2);
    bench.connect(0, 1).unwrap();
    bench.apply();
    bench.control.disconnect(bench.id(0), None).unwrap();
    bench.apply();
    bench.send(0);
    assert_eq!((bench.passed(0), bench.passed(1)), (1, 0));
}

#[test]
fn a_second_output_and_a_foreign_disconnect_are_refused() {
    let mut bench = Bench::new(3);
    bench.connect(0, 1).unwrap();
    assert_eq!(
        bench.connect(0, 2),
        Err(GraphError::Connect(ConnectError::Connected))
    );
    assert_eq!(
        bench.connect(0, 1),
        Err(GraphError::Connect(ConnectError::Connected))
    );
    let (first, third) = (bench.id(0), bench.id(2));
    assert_eq!(
        bench.control.disconnect(first, Some(third)),
        Err(GraphError::Connect(ConnectError::NotThisSink))
    );
    bench.apply();
    bench.send(0);
    assert_eq!((bench.passed(1), bench.passed(2)), (1, 0));
}

#[test]
fn a_cycle_of_any_length_is_refused() {
    let mut bench = Bench::new(4);
    assert_eq!(bench.connect(0, 0), Err(GraphError::Cycle));
    for from in 0..3 {
        bench.connect(from, from + 1).unwrap();
    }
    for to in 0..3 {
        assert_eq!(bench.connect(3, to), Err(GraphError::Cycle), "back to {to}");
    }
    bench.apply();
    bench.send(0);
    assert_eq!(bench.passed(3), 1);
}

#[test]
fn an_edit_that_the_filter_refuses_is_undone_and_told() {
    let mut bench = Bench::new(2);
    bench.filters[0].1.borrow_mut().refuses_output = true;
    bench.connect(0, 1).unwrap();
    bench.apply();
    assert_eq!(bench.control.collect(), Err(ConnectError::NoOutput));
    assert_eq!(bench.control.collect(), Ok(()), "told once");
    assert_eq!(bench.control.output(bench.id(0)), Ok(None));
}

#[test]
fn a_busy_filter_is_not_edited() {
    let mut bench = Bench::new(2);
    bench.connect(0, 1).unwrap();
    let held = bench.filters[0].1.clone();
    let guard = held.borrow_mut();
    bench.apply();
    drop(guard);
    assert_eq!(bench.control.collect(), Err(ConnectError::Busy));
    bench.connect(0, 1).unwrap();
    bench.apply();
    bench.send(0);
    assert_eq!(bench.passed(1), 1);
}

#[test]
fn a_filter_that_is_taken_out_is_freed_on_the_control_side() {
    let mut bench = Bench::new(2);
    bench.connect(0, 1).unwrap();
    let (first, second) = (bench.id(0), bench.id(1));
    assert_eq!(bench.control.remove(second), Err(GraphError::InUse));
    assert_eq!(bench.control.remove(first), Err(GraphError::InUse));
    bench.control.disconnect(first, Some(second)).unwrap();
    bench.control.remove(second).unwrap();
    let weak: Weak<_> = Arc::downgrade(&bench.filters.pop().unwrap().1);
    bench.apply();
    assert!(weak.upgrade().is_some(), "it is on its way home");
    bench.control.collect().unwrap();
    assert!(weak.upgrade().is_none());
    assert_eq!(bench.control.output(second), Err(GraphError::Unknown));
}

#[test]
fn edits_are_applied_without_allocation() {
    let mut bench = Bench::new(8);
    for from in 0..7 {
        bench.connect(from, from + 1).unwrap();
    }
    for from in 0..7 {
        bench.control.disconnect(bench.id(from), None).unwrap();
    }
    bench.apply();
    bench.control.collect().unwrap();
}

#[test]
fn a_full_graph_and_a_full_ring_are_told() {
    let mut bench = Bench::new(MAX_FILTERS);
    let extra = Arc::new(AtomicRefCell::new(Relay::default()));
    assert_eq!(
        bench.control.add(extra),
        Err(GraphError::Full { limit: MAX_FILTERS })
    );
    let mut sent = 0;
    let outcome = loop {
        let step = if sent % 2 == 0 {
            bench.connect(0, 1)
        } else {
            bench.control.disconnect(bench.id(0), None)
        };
        match step {
            Ok(()) => sent += 1,
            Err(error) => break error,
        }
    };
    assert_eq!(outcome, GraphError::Busy);
    bench.apply();
    bench.connect(2, 3).unwrap();
}

#[test]
fn filters_between_pins_follow_the_state() {
    let mut bench = Bench::new(2);
    let rate = SampleRate::new(48_000).unwrap();
    let mut cx = RenderCx::new(
        &mut bench.allocator,
        rate,
        SampleTime::ZERO,
        SampleTime::ZERO,
    );
    for state in [StreamState::Acquire, StreamState::Pause] {
        assert_no_alloc(|| bench.graph.set_state(state, &mut cx)).unwrap();
    }
    for (_, filter) in &bench.filters {
        let states = &filter.borrow().states;
        assert_eq!(states[..], [StreamState::Acquire, StreamState::Pause]);
    }
}

#[test]
fn a_filter_is_brought_to_the_state_of_the_others_and_to_stop_when_it_goes() {
    use StreamState::{Acquire, Pause, Stop};
    let mut bench = Bench::new(0);
    let rate = SampleRate::new(48_000).unwrap();
    let start = SampleTime::ZERO;
    let mut cx = RenderCx::new(&mut bench.allocator, rate, start, start);
    assert_no_alloc(|| bench.graph.set_state(Pause, &mut cx)).unwrap();
    let relay = Arc::new(AtomicRefCell::new(Relay::default()));
    let id = bench.control.add(relay.clone()).unwrap();
    bench.apply();
    bench.control.remove(id).unwrap();
    bench.apply();
    assert_eq!(relay.borrow().states, [Acquire, Pause, Acquire, Stop]);
}

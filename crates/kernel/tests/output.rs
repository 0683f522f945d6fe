//! The output of a filter: what connects, what does not, where events go meanwhile.
#![expect(clippy::unwrap_used, reason = "tests may unwrap")]

use assert_no_alloc::{AllocDisabler, assert_no_alloc};
use std::sync::Arc;

use atomic_refcell::AtomicRefCell;
use dmus_kernel::{
    Allocator, EventBox, Mxf, RenderCx, SampleRate, SampleTime, StreamState,
    error::{ConnectError, StateReason},
    mxf::{Joint, Output},
    pool::{Claim, PoolConfig},
};

#[global_allocator]
static ALLOCATOR: AllocDisabler = AllocDisabler;

/// Counts what it is given, then passes it on.
#[derive(Debug, Default)]
struct Counter {
    chains: u32,
    output: Output,
}

impl Mxf for Counter {
    fn put_message(&mut self, chain: EventBox, cx: &mut RenderCx<'_>) {
        self.chains += 1;
        self.output.put_message(chain, cx);
    }

    fn set_state(&mut self, _: StreamState, _: &mut RenderCx<'_>) -> Result<(), StateReason> {
        Ok(())
    }
}

/// A filter that keeps the trait's own answers about outputs, as a render stream does.
#[derive(Debug)]
struct RenderOnly;

impl Mxf for RenderOnly {
    fn put_message(&mut self, chain: EventBox, cx: &mut RenderCx<'_>) {
        cx.allocator.put_message(chain);
    }

    fn set_state(&mut self, _: StreamState, _: &mut RenderCx<'_>) -> Result<(), StateReason> {
        Ok(())
    }
}

fn counter() -> (Arc<AtomicRefCell<Counter>>, Joint) {
    let counter = Arc::new(AtomicRefCell::new(Counter::default()));
    let joint: Joint = Arc::clone(&counter) as Joint;
    (counter, joint)
}

/// Puts a chain of two through `output`; everything must come home.
fn put(output: &mut Output) {
    let mut allocator = Allocator::new(PoolConfig::default()).unwrap();
    let rate = SampleRate::new(48_000).unwrap();
    let mut cx = RenderCx::new(&mut allocator, rate, SampleTime::ZERO, SampleTime::ZERO);
    let first = assert_no_alloc(|| cx.allocator.get_message(Claim::Ordinary)).unwrap();
    let second = assert_no_alloc(|| cx.allocator.get_message(Claim::Ordinary)).unwrap();
    let chain = assert_no_alloc(|| cx.allocator.join(first, second));
    assert_no_alloc(|| output.put_message(chain, &mut cx));
    assert!(allocator.pool().is_whole());
}

#[test]
fn a_new_output_is_the_allocator() {
    let mut output = Output::new();
    assert!(!output.is_connected());
    put(&mut output);
    assert_eq!(output.busy(), 0);
}

#[test]
fn what_is_put_into_a_connected_output_goes_to_the_sink() {
    let (counter, joint) = counter();
    let mut output = Output::new();
    output.connect(joint).unwrap();
    put(&mut output);
    assert_eq!((counter.borrow().chains, output.is_connected()), (1, true));
}

#[test]
fn a_connected_output_refuses_a_second_sink_and_keeps_the_first() {
    let ((first, joint), (second, other)) = (counter(), counter());
    let mut output = Output::new();
    output.connect(Arc::clone(&joint)).unwrap();
    assert_eq!(output.connect(other), Err(ConnectError::Connected));
    assert_eq!(output.connect(joint), Err(ConnectError::Connected));
    put(&mut output);
    assert_eq!((first.borrow().chains, second.borrow().chains), (1, 0));
}

#[test]
fn a_foreign_sink_is_not_disconnected() {
    let ((first, joint), (_, other)) = (counter(), counter());
    let mut output = Output::new();
    let refused = output.disconnect(Some(&other)).map(drop);
    assert_eq!(refused, Err(ConnectError::NotThisSink));
    output.connect(joint).unwrap();
    let refused = output.disconnect(Some(&other)).map(drop);
    assert_eq!(refused, Err(ConnectError::NotThisSink));
    put(&mut output);
    assert_eq!(first.borrow().chains, 1);
}

#[test]
fn after_disconnect_events_are_recycled_until_the_next_connect() {
    let (counter, joint) = counter();
    let mut output = Output::new();
    for named in [true, false] {
        output.connect(Arc::clone(&joint)).unwrap();
        let sink = output.disconnect(named.then_some(&joint)).unwrap();
        assert!(sink.is_some_and(|sink| Arc::ptr_eq(&sink, &joint)));
        put(&mut output);
        assert_eq!(counter.borrow().chains, 0);
    }
    output.connect(joint).unwrap();
    put(&mut output);
    assert_eq!(counter.borrow().chains, 1);
}

#[test]
fn an_output_that_is_not_connected_may_be_disconnected_from_whatever_there_is() {
    let mut output = Output::new();
    assert!(output.disconnect(None).unwrap().is_none());
}

#[test]
fn a_loop_ends_at_the_filter_that_is_busy() {
    let ((first, joint), (second, other)) = (counter(), counter());
    first
        .borrow_mut()
        .output
        .connect(Arc::clone(&other))
        .unwrap();
    second
        .borrow_mut()
        .output
        .connect(Arc::clone(&joint))
        .unwrap();
    let mut output = Output::new();
    output.connect(joint).unwrap();
    put(&mut output);
    assert_eq!((first.borrow().chains, second.borrow().chains), (1, 1));
    assert_eq!((second.borrow().output.busy(), output.busy()), (1, 0));
    first.borrow_mut().output.disconnect(None).unwrap();
}

#[test]
fn a_sink_that_another_looks_at_is_not_waited_for() {
    let (counter, joint) = counter();
    let mut output = Output::new();
    output.connect(joint).unwrap();
    let looking = counter.borrow();
    put(&mut output);
    assert_eq!((looking.chains, output.busy()), (0, 1));
}

#[test]
fn a_render_stream_has_no_output_to_connect() {
    let (_, joint) = counter();
    let mut stream = RenderOnly;
    assert_eq!(
        stream.connect_output(Arc::clone(&joint)),
        Err(ConnectError::NoOutput)
    );
    assert_eq!(
        stream.disconnect_output(Some(&joint)),
        Err(ConnectError::NoOutput)
    );
    assert_eq!(stream.disconnect_output(None), Err(ConnectError::NoOutput));
}

#[test]
fn a_filter_with_an_output_may_move_to_the_render_thread() {
    fn check<T: Send + Sync>(_: &T) {}
    check(&Output::new());
    check(&dmus_kernel::port::CaptureSink::new());
    check(&dmus_kernel::port::packer(8).0);
}

//! How far into a client's stream a port has played, as the client sees it.
#![expect(clippy::unwrap_used, reason = "tests may unwrap")]

#[path = "fake/recorder.rs"]
#[expect(dead_code, reason = "other tests use the rest")]
mod recorder;

use assert_no_alloc::{AllocDisabler, assert_no_alloc};
use dmus_kernel::{
    ChannelGroup, MusicBuffer, Port, ReferenceTime, SchedulePrefetch, StreamState,
    music::record_bytes,
};
use recorder::{Recorder, finish, render, running, small};

#[global_allocator]
static GUARD: AllocDisabler = AllocDisabler;

/// A buffer of three short messages at these frames.
fn three(port: &Port<Recorder>, frames: [usize; 3]) -> MusicBuffer {
    let mut buffer = MusicBuffer::with_capacity(256);
    let start = port.stamp(0);
    buffer.clear(start);
    for frame in frames {
        let delta = port.stamp(frame).saturating_sub(start);
        buffer
            .push(ChannelGroup::FIRST, delta, true, &[0x90, 60, 100])
            .unwrap();
    }
    buffer
}

#[test]
fn the_position_follows_what_is_delivered_not_what_is_submitted() {
    let mut port = running(small(), SchedulePrefetch::AT_TIME);
    let mut position = port.byte_position();
    let record = record_bytes(3) as u64;
    let buffer = three(&port, [10, 30, 50]);
    assert_eq!(port.stream_bytes(), 0);
    assert_no_alloc(|| port.submit(&buffer));
    assert_eq!(port.stream_bytes(), 3 * record, "where the next begins");
    assert_eq!(position.read(), 0, "nothing is due yet");
    render(&mut port, 40);
    assert_eq!(position.read(), record, "the second record was begun");
    render(&mut port, 40);
    assert_eq!(position.read(), 2 * record);
    // The stream goes on in the next buffer; its middle record is due first.
    let buffer = three(&port, [30, 10, 50]);
    assert_no_alloc(|| port.submit(&buffer));
    render(&mut port, 20);
    assert_eq!(position.read(), 4 * record);
    render(&mut port, 20);
    assert_eq!(position.read(), 4 * record, "it never steps back");
    render(&mut port, 20);
    assert_eq!(position.read(), 5 * record);
    finish(port);
}

#[test]
fn an_event_that_comes_from_no_stream_tells_nothing_and_stop_begins_anew() {
    let mut port = running(small(), SchedulePrefetch::AT_TIME);
    let mut position = port.byte_position();
    let buffer = three(&port, [1, 2, 3]);
    assert_no_alloc(|| port.submit(&buffer));
    render(&mut port, 10);
    let reached = position.read();
    assert!(reached > 0);
    let event = port.allocator_mut().message(
        dmus_kernel::pool::Claim::Ordinary,
        ReferenceTime::ZERO,
        ChannelGroup::FIRST,
        &[0x80, 60, 0],
    );
    assert_no_alloc(|| port.put_message(event.unwrap()));
    render(&mut port, 10);
    assert_eq!(position.read(), reached);
    assert_no_alloc(|| port.set_state(StreamState::Stop)).unwrap();
    assert_eq!((position.read(), port.stream_bytes()), (0, 0));
    assert_no_alloc(|| port.set_state(StreamState::Run)).unwrap();
    let buffer = three(&port, [1, 2, 3]);
    assert_no_alloc(|| port.submit(&buffer));
    render(&mut port, 10);
    assert_eq!(position.read(), reached, "a stream of its own");
    finish(port);
}

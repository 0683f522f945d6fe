//! Nothing allocates after the port is built: not events, not blocks, not states.
//!
//! A breach aborts this binary. The guard is part of builds with debug assertions only.
#![cfg(debug_assertions)]
#![expect(clippy::unwrap_used, reason = "tests may unwrap")]

#[path = "fake/recorder.rs"]
#[expect(
    dead_code,
    reason = "these tests hear nothing, they only listen for the allocator"
)]
mod recorder;

use assert_no_alloc::{AllocDisabler, assert_no_alloc};
use dmus_kernel::{
    ChannelGroup, MusicBuffer, ReferenceTime, SampleTime, SchedulePrefetch, StreamState,
};
use recorder::{finish, running, small};

#[global_allocator]
static ALLOCATOR: AllocDisabler = AllocDisabler;

/// Far more than there is room for: notes, long messages, lies.
fn flood() -> MusicBuffer {
    let mut buffer = MusicBuffer::with_capacity(1 << 17);
    buffer.clear(ReferenceTime::ZERO);
    let long = [&[0xF0][..], &[1; 150], &[0xF7]].concat();
    for number in 0..2_000_i64 {
        let delta = ReferenceTime::new(number * 97 % 50_000);
        buffer
            .push(ChannelGroup::FIRST, delta, true, &[0x90, 60, 100])
            .unwrap();
        if number % 100 == 0 {
            buffer
                .push(ChannelGroup::FIRST, delta, false, &long)
                .unwrap();
            buffer
                .push(ChannelGroup::new(9), delta, true, &[0x80, 60, 0])
                .unwrap();
            buffer
                .push(ChannelGroup::FIRST, delta, true, &[0xC0])
                .unwrap();
        }
    }
    buffer
}

#[test]
fn a_block_allocates_nothing() {
    let mut port = running(small(), SchedulePrefetch::AT_TIME);
    let (mut buffer, mut other) = (flood(), MusicBuffer::with_capacity(64));
    let (mut left, mut right) = ([0.0; 512], [0.0; 512]);
    let (mut stats, mut latency) = (port.stats_reader(), port.latency_clock());
    assert_no_alloc(|| {
        for block in 0..20 {
            port.follow(SampleTime::new(block * 512));
            port.submit(&buffer);
            other.clear(port.stamp(0));
            other
                .push(ChannelGroup::FIRST, port.stamp(3), true, &[0x80, 60, 0])
                .unwrap();
            port.submit(&other);
            port.render(&mut left, &mut right);
            stats.read();
            latency.now();
        }
    });
    buffer.clear(ReferenceTime::ZERO);
    let lost = port.stats().lost;
    assert!(lost.pool > 0 && lost.buffers > 0 && lost.groups > 0 && lost.malformed > 0);
    finish(port);
}

#[test]
fn a_change_of_state_allocates_nothing() {
    let mut port = running(small(), SchedulePrefetch::AT_TIME);
    let buffer = flood();
    let (mut left, mut right) = ([0.0; 64], [0.0; 64]);
    port.stream_mut().keeps = true;
    assert_no_alloc(|| {
        for _ in 0..10 {
            port.submit(&buffer);
            port.render(&mut left, &mut right);
            port.set_state(StreamState::Pause).unwrap();
            port.submit(&buffer);
            port.render(&mut left, &mut right);
            port.set_state(StreamState::Run).unwrap();
            port.reset().unwrap();
            port.submit(&buffer);
            port.set_state(StreamState::Stop).unwrap();
            port.set_state(StreamState::Run).unwrap();
        }
    });
    finish(port);
}

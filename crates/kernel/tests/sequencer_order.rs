//! The order and the frame of delivery, against a slow and obvious sequencer.
#![expect(clippy::unwrap_used, reason = "tests may unwrap")]

#[path = "fake/recorder.rs"]
#[expect(dead_code, reason = "these tests stamp by hand")]
mod recorder;

use assert_no_alloc::{AllocDisabler, assert_no_alloc};
use dmus_kernel::{
    ChannelGroup, MusicBuffer, Port, ReferenceTime, SampleTime, SchedulePrefetch, StreamState,
};
use proptest::prelude::*;
use recorder::{Recorder, finish, render, running, small};

#[global_allocator]
static GUARD: AllocDisabler = AllocDisabler;

const AT_TIME: SchedulePrefetch = SchedulePrefetch::AT_TIME;

/// Submits messages with these stamps; each is numbered by its key and velocity.
fn submit_stamps(port: &mut Port<Recorder>, first: u16, stamps: &[i64]) {
    let mut buffer = MusicBuffer::with_capacity(24 * stamps.len());
    buffer.clear(ReferenceTime::ZERO);
    for (number, &stamp) in (first..).zip(stamps) {
        let bytes = message(number);
        buffer
            .push(ChannelGroup::FIRST, ReferenceTime::new(stamp), true, &bytes)
            .unwrap();
    }
    assert_eq!(assert_no_alloc(|| port.submit(&buffer)).lost, 0);
}

fn message(number: u16) -> [u8; 3] {
    let [key, velocity] = [number / 127, number % 127 + 1].map(|n| u8::try_from(n).unwrap());
    [0x90, key, velocity]
}

fn number_of(bytes: &[u8]) -> u16 {
    u16::from(bytes[1]) * 127 + u16::from(bytes[2]) - 1
}

/// The numbers heard, each with its frame.
fn order(port: &Port<Recorder>) -> Vec<(u16, i64)> {
    port.stream()
        .heard()
        .iter()
        .map(|heard| (number_of(&heard.bytes), heard.frame))
        .collect()
}

/// The obvious twin: at each frame, all that is due, sorted by time and then by arrival.
fn naive(batches: &[(Vec<i64>, usize)], prefetch: i64) -> (Vec<(u16, i64)>, u64) {
    let rate = small().sample_rate;
    let stamp_of = |frame| rate.sample_to_ref(SampleTime::new(frame)).units();
    let (mut held, mut heard, mut late) = (Vec::new(), Vec::new(), 0);
    let (mut frame, mut number) = (0, 0);
    for (stamps, block) in batches {
        for &stamp in stamps {
            held.push((if stamp == 0 { stamp_of(frame) } else { stamp }, number));
            number += 1;
        }
        for _ in 0..*block {
            held.sort_unstable();
            let now = stamp_of(frame);
            let due = held.partition_point(|&(time, _)| {
                i128::from(time) <= i128::from(now) + i128::from(prefetch)
            });
            for (time, number) in held.drain(..due) {
                heard.push((number, frame));
                late += u64::from(time <= stamp_of(frame - 1));
            }
            frame += 1;
        }
    }
    (heard, late)
}

fn any_stamp() -> impl Strategy<Value = i64> {
    prop_oneof![
        8 => 0_i64..200_000,
        2 => Just(0_i64),
        2 => (0_i64..8).prop_map(|step| step * 10_000),
        1 => -50_000_i64..0,
        1 => prop_oneof![Just(i64::MIN), Just(i64::MAX), Just(i64::MIN + 1), Just(i64::MAX - 1)],
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(128))]

    #[test]
    fn delivery_agrees_with_the_obvious_sequencer(
        batches in proptest::collection::vec(
            (proptest::collection::vec(any_stamp(), 0..20), 0_usize..300),
            1..8,
        ),
        prefetch in prop_oneof![Just(0_u32), 0_u32..50_000],
    ) {
        let mut port = running(small(), SchedulePrefetch::new(u64::from(prefetch)));
        let mut number = 0;
        for (stamps, block) in &batches {
            submit_stamps(&mut port, number, stamps);
            number += u16::try_from(stamps.len()).unwrap();
            render(&mut port, *block);
        }
        let (heard, late) = naive(&batches, i64::from(prefetch));
        prop_assert_eq!(order(&port), heard);
        prop_assert_eq!(port.stats().late, late);
        finish(port);
    }

    #[test]
    fn stamps_never_decrease_but_for_those_that_come_late(
        batches in proptest::collection::vec(
            (proptest::collection::vec(any_stamp(), 0..20), 1_usize..300),
            1..8,
        ),
    ) {
        let mut port = running(small(), AT_TIME);
        for (stamps, block) in &batches {
            submit_stamps(&mut port, 0, stamps);
            render(&mut port, *block);
        }
        let rate = small().sample_rate;
        let mut latest = (i64::MIN, u32::MAX);
        for heard in port.stream().heard() {
            let frame = SampleTime::new(heard.frame - 1);
            let is_late = heard.stamp <= rate.sample_to_ref(frame).units();
            prop_assert!(heard.stamp >= latest.0 || (is_late && heard.chain != latest.1));
            latest = (heard.stamp, heard.chain);
        }
        finish(port);
    }
}

#[test]
fn equal_stamps_keep_the_order_of_submission() {
    let mut port = running(small(), AT_TIME);
    submit_stamps(&mut port, 0, &[5_000; 100]);
    submit_stamps(&mut port, 100, &[5_000; 100]);
    render(&mut port, 64);
    let expected: Vec<_> = (0..200).map(|number| (number, 23)).collect();
    assert_eq!(order(&port), expected);
    finish(port);
}

#[test]
fn a_late_message_plays_at_the_start_of_the_block() {
    let mut port = running(small(), AT_TIME);
    render(&mut port, 100);
    let stamps = [50, 99, 100, 10].map(|f| small().sample_rate.sample_to_ref(SampleTime::new(f)));
    submit_stamps(&mut port, 0, &stamps.map(ReferenceTime::units));
    render(&mut port, 64);
    assert_eq!(order(&port), [(3, 100), (0, 100), (1, 100), (2, 100)]);
    assert_eq!(port.stats().late, 3);
    assert!(port.stream().heard().iter().all(|heard| heard.chain == 0));
    finish(port);
}

#[test]
fn stamp_zero_means_now_and_is_not_late() {
    let mut port = running(small(), AT_TIME);
    render(&mut port, 1_000);
    submit_stamps(&mut port, 0, &[0]);
    render(&mut port, 64);
    assert_eq!(order(&port), [(0, 1_000)]);
    assert_eq!(
        port.stream().heard()[0].stamp,
        small()
            .sample_rate
            .sample_to_ref(SampleTime::new(1_000))
            .units()
    );
    assert_eq!(port.stats().late, 0);
    finish(port);
}

#[test]
fn the_ends_of_time_are_times_like_any_other() {
    let mut port = running(small(), SchedulePrefetch::new(u64::MAX >> 2));
    submit_stamps(&mut port, 0, &[i64::MAX, i64::MIN, 1]);
    render(&mut port, 64);
    assert_eq!(order(&port), [(1, 0), (2, 0)]);
    assert_eq!(port.stats().held, 1);
    finish(port);
}

#[test]
fn a_prefetch_longer_than_the_block_delivers_ahead_by_just_that_much() {
    let prefetch = 1_000_000; // 4410 frames
    let mut port = running(small(), SchedulePrefetch::new(prefetch));
    submit_stamps(&mut port, 0, &[999_000, 1_000_000, 1_010_000, 2_000_000]);
    for _ in 0..100 {
        render(&mut port, 64);
    }
    // 1 010 000 - 1 000 000 units are 44.1 frames, so frame 45 is the first at or after it.
    assert_eq!(order(&port), [(0, 0), (1, 0), (2, 45), (3, 4_410)]);
    assert_eq!(port.stats().late, 0);
    finish(port);
}

#[test]
fn a_stream_that_queues_for_itself_gets_everything_at_once() {
    let mut port = running(small(), SchedulePrefetch::DONT_HOLD);
    submit_stamps(&mut port, 0, &[2_000_000, i64::MAX, 5, i64::MIN]);
    render(&mut port, 1);
    assert_eq!(order(&port), [(3, 0), (2, 0), (0, 0), (1, 0)]);
    submit_stamps(&mut port, 4, &[1_000_000]);
    render(&mut port, 64);
    assert_eq!(order(&port).last(), Some(&(4, 1)));
    assert_eq!(port.stats().late, 1, "only the one before all time");
    finish(port);
}

#[test]
fn pause_and_acquire_hold_and_stop_returns_everything() {
    let mut port = running(small(), AT_TIME);
    submit_stamps(&mut port, 0, &[1_000; 10]);
    for state in [StreamState::Pause, StreamState::Acquire] {
        assert_no_alloc(|| port.set_state(state)).unwrap();
        render(&mut port, 64);
        assert_eq!(port.stats().held, 10, "{state}");
        assert!(order(&port).is_empty());
    }
    assert_no_alloc(|| port.set_state(StreamState::Stop)).unwrap();
    assert_eq!((port.stats().held, port.stats().lost.stopped), (0, 10));
    assert!(port.is_whole());
    finish(port);
}

#[test]
fn the_same_input_is_delivered_on_the_same_frames_whatever_the_blocks() {
    let stamps: Vec<i64> = (0..200)
        .map(|number| 1 + number * 7_919 % 900_000)
        .collect();
    let delivered = |block: usize| {
        let mut port = running(small(), AT_TIME);
        submit_stamps(&mut port, 0, &stamps);
        for _ in 0..4_096_usize.div_ceil(block) {
            render(&mut port, block);
        }
        let order = order(&port);
        finish(port);
        order
    };
    let whole = delivered(4_096);
    assert_eq!(whole.len(), 200);
    for block in [1, 7, 64] {
        assert_eq!(delivered(block), whole, "blocks of {block}");
    }
}

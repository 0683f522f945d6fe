//! A port that holds what is due until what plays it is there.
#![expect(clippy::unwrap_used, reason = "tests may unwrap")]

#[path = "fake/recorder.rs"]
mod recorder;

use assert_no_alloc::{AllocDisabler, assert_no_alloc};
use dmus_kernel::{Port, SchedulePrefetch};
use proptest::prelude::*;
use recorder::{Recorder, finish, render, running, small, submit};

#[global_allocator]
static GUARD: AllocDisabler = AllocDisabler;

/// Frames in a second of [`small`].
fn second(port: &Port<Recorder>) -> i64 {
    i64::from(port.config().sample_rate.hz())
}

fn port() -> Port<Recorder> {
    running(small(), SchedulePrefetch::AT_TIME)
}

/// Keys heard so far with the frame at which each was.
fn heard(port: &Port<Recorder>) -> Vec<(u8, i64)> {
    let heard = port.stream().heard();
    heard.iter().map(|one| (one.bytes[1], one.frame)).collect()
}

fn note(key: u8) -> Vec<u8> {
    vec![0x90, key, 100]
}

#[test]
fn what_is_due_waits_and_what_came_before_plays() {
    let mut port = port();
    submit(&mut port, &[(150, &note(1))]);
    render(&mut port, 100);
    submit(&mut port, &[(0, &note(2)), (20, &note(3))]);
    render(&mut port, 30);
    assert_eq!(heard(&port), [(2, 100), (3, 120)]);
    assert_no_alloc(|| port.hold(true));
    submit(&mut port, &[(0, &note(4))]);
    render(&mut port, 500);
    assert_eq!(heard(&port), [(2, 100), (3, 120)]);
    let stats = port.stats();
    assert_eq!((stats.held, stats.late, stats.lost.total()), (2, 0, 0));
    assert_no_alloc(|| port.hold(false));
    render(&mut port, 500);
    let (order, _): (Vec<u8>, Vec<i64>) = heard(&port).into_iter().unzip();
    assert_eq!(order, [2, 3, 4, 1]);
    assert_eq!(port.stats().late, 2);
    finish(port);
}

#[test]
fn what_waited_keeps_its_rhythm_at_twice_the_pace_until_it_has_caught_up() {
    let mut port = port();
    port.hold(true);
    for key in 0..4 {
        submit(&mut port, &[(0, &note(key))]);
        render(&mut port, 100);
    }
    port.hold(false);
    for key in 4..12 {
        submit(&mut port, &[(0, &note(key))]);
        render(&mut port, 100);
    }
    let (keys, frames): (Vec<u8>, Vec<i64>) = heard(&port).into_iter().unzip();
    assert_eq!(keys, (0..12).collect::<Vec<_>>());
    // 400 frames late at first, at 800 in time again.
    let expected = [
        400, 450, 500, 550, 600, 650, 700, 750, 800, 900, 1_000, 1_100,
    ];
    for (frame, expected) in frames.iter().zip(expected) {
        assert!((frame - expected).abs() <= 1, "{frames:?}");
    }
    finish(port);
}

#[test]
fn with_nothing_waiting_there_is_nothing_to_catch_up_with() {
    let mut port = port();
    port.hold(true);
    render(&mut port, 5_000);
    port.hold(false);
    submit(&mut port, &[(7, &note(1))]);
    render(&mut port, 100);
    submit(&mut port, &[(7, &note(2))]);
    render(&mut port, 100);
    assert_eq!(heard(&port)[1], (2, 5_107), "on its frame");
    finish(port);
}

#[test]
fn of_a_long_wait_the_last_second_keeps_its_rhythm_and_the_rest_plays_at_once() {
    let mut port = port();
    let second = second(&port);
    let block = usize::try_from(second).unwrap() / 4;
    port.hold(true);
    for key in 0..12 {
        submit(&mut port, &[(0, &note(key))]);
        render(&mut port, block);
    }
    port.hold(false);
    for _ in 0..8 {
        render(&mut port, block);
    }
    let frames: Vec<i64> = heard(&port)
        .iter()
        .map(|(_, frame)| *frame - 3 * second)
        .collect();
    assert_eq!(frames[..8], [0; 8], "older than a second");
    let expected = [0, 1, 2, 3].map(|quarter| quarter * second / 8);
    for (frame, expected) in frames[8..].iter().zip(expected) {
        assert!((frame - expected).abs() <= 1, "{frames:?}");
    }
    finish(port);
}

#[test]
fn a_reset_takes_back_what_waits_and_goes_on_holding() {
    let mut port = port();
    port.hold(true);
    submit(&mut port, &[(0, &note(1))]);
    render(&mut port, 100);
    port.reset().unwrap();
    submit(&mut port, &[(0, &note(2))]);
    render(&mut port, 100);
    assert_eq!(heard(&port), []);
    let stats = port.stats();
    assert_eq!((stats.held, stats.lost.stopped), (1, 1));
    port.hold(false);
    render(&mut port, 100);
    assert_eq!(heard(&port).len(), 1);
    finish(port);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn whatever_is_held_and_released_nothing_is_lost_or_overtaken(
        blocks in proptest::collection::vec((1_usize..700, any::<bool>(), 0_usize..4), 1..60),
    ) {
        let mut port = port();
        let mut key = 0_u8;
        let mut sent = 0_u64;
        for (frames, holds, notes) in blocks {
            port.hold(holds);
            for index in 0..notes {
                // Inside the block, in order.
                let offset = frames * index / 4;
                submit(&mut port, &[(offset, &note(key))]);
                key = (key + 1) % 128;
                sent += 1;
            }
            render(&mut port, frames);
        }
        port.hold(false);
        let second = usize::try_from(second(&port)).unwrap();
        render(&mut port, 2 * second);
        let stats = port.stats();
        prop_assert_eq!((stats.delivered, stats.held, stats.lost.total()), (sent, 0, 0));
        let keys: Vec<u8> = heard(&port).iter().map(|(key, _)| *key).collect();
        let expected: Vec<u8> = (0..sent).map(|number| u8::try_from(number % 128).unwrap()).collect();
        prop_assert_eq!(keys, expected);
        finish(port);
    }
}

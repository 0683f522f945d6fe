//! States of a port: what is passed on the way, what is held, what comes home.
#![expect(clippy::unwrap_used, reason = "tests may unwrap")]

#[path = "fake/recorder.rs"]
mod recorder;

use std::sync::Arc;

use assert_no_alloc::{AllocDisabler, assert_no_alloc};
use atomic_refcell::AtomicRefCell;
use dmus_kernel::{
    Miniport, Mxf, Port, PortConfig, ReferenceTime, SampleRate, SampleTime, SchedulePrefetch,
    StreamState::{self, Acquire, Pause, Run, Stop},
    error::{ConfigError, ConnectError, PortError, StateError, StateReason},
    port::Losses,
};
use proptest::prelude::*;
use recorder::{Recorder, finish, render, running, small, submit};

#[global_allocator]
static GUARD: AllocDisabler = AllocDisabler;

const AT_TIME: SchedulePrefetch = SchedulePrefetch::AT_TIME;
const ON: &[u8] = &[0x90, 60, 100];

/// Has one implementation for a type that is not `Sync`, two for one that is: only the former
/// leaves no doubt which `HOLDS` is meant.
trait NotSync<Marker> {
    const HOLDS: () = ();
}
impl<T: ?Sized> NotSync<()> for T {}
impl<T: ?Sized + Sync> NotSync<u8> for T {}

const _: () = {
    let () = <Port<Recorder> as NotSync<_>>::HOLDS;
};

fn stopped() -> Port<Recorder> {
    Port::new(Recorder { prefetch: AT_TIME }, small()).unwrap()
}

#[test]
fn a_jump_passes_every_state_on_the_way() {
    let mut port = stopped();
    assert_eq!(port.state(), Stop);
    assert_no_alloc(|| port.set_state(Run)).unwrap();
    assert_no_alloc(|| port.set_state(Run)).unwrap();
    assert_no_alloc(|| port.set_state(Stop)).unwrap();
    assert_eq!(
        port.stream().states,
        [Acquire, Pause, Run, Pause, Acquire, Stop]
    );
    finish(port);
}

#[test]
fn a_step_that_fails_leaves_the_state_before_it() {
    for (refused, from) in [(Acquire, Stop), (Pause, Acquire), (Run, Pause)] {
        let mut port = stopped();
        port.stream_mut().refuses = Some(refused);
        let expected = StateError {
            from,
            to: refused,
            reason: StateReason::NotReady,
        };
        assert_eq!(assert_no_alloc(|| port.set_state(Run)), Err(expected));
        assert_eq!(port.state(), from);
        port.stream_mut().refuses = None;
        assert_no_alloc(|| port.set_state(Run)).unwrap();
        finish(port);
    }
}

#[test]
fn outside_run_the_stream_stands_still_and_the_master_clock_goes_on() {
    for state in [Stop, Acquire, Pause] {
        let mut port = stopped();
        assert_no_alloc(|| port.set_state(state)).unwrap();
        let (left, right) = render(&mut port, 100);
        assert!(
            left.iter().chain(&right).all(|&sample| sample == 0.0),
            "{state}"
        );
        assert_eq!((port.now().frames(), port.position().frames()), (100, 0));
        assert_eq!(port.stream().slices, []);
        assert_eq!(port.stream().services, u32::from(state != Stop));
        finish(port);
    }
}

#[test]
fn events_are_held_in_pause_and_come_late_if_their_time_passed() {
    let mut port = running(small(), AT_TIME);
    render(&mut port, 50);
    assert_no_alloc(|| port.set_state(Pause)).unwrap();
    submit(&mut port, &[(10, ON), (100, &[0xC0, 1]), (150, &[0xC0, 2])]);
    render(&mut port, 100);
    assert_eq!((port.stats().held, port.stats().delivered), (3, 0));
    assert_no_alloc(|| port.set_state(Run)).unwrap();
    render(&mut port, 100);
    let heard: Vec<_> = port
        .stream()
        .heard()
        .iter()
        .map(|h| (h.frame, h.chain))
        .collect();
    assert_eq!(heard, [(50, 0), (50, 0), (100, 1)]);
    assert_eq!(
        port.stats().late,
        1,
        "the one that was due on the first frame is on time"
    );
    finish(port);
}

#[test]
fn the_position_goes_on_after_pause_and_begins_anew_after_stop() {
    let mut port = running(small(), AT_TIME);
    render(&mut port, 64);
    assert_no_alloc(|| port.set_state(Pause)).unwrap();
    render(&mut port, 64);
    assert_no_alloc(|| port.set_state(Run)).unwrap();
    render(&mut port, 64);
    assert_no_alloc(|| port.set_state(Stop)).unwrap();
    assert_eq!(port.position(), SampleTime::ZERO);
    assert_no_alloc(|| port.set_state(Run)).unwrap();
    render(&mut port, 64);
    assert_eq!(port.stream().slices, [(0, 64), (64, 64), (0, 64)]);
    assert_eq!(port.now(), SampleTime::new(256));
    finish(port);
}

#[test]
fn a_stream_is_synced_afresh_on_its_first_block_of_run_only() {
    let mut port = running(small(), AT_TIME);
    render(&mut port, 0);
    render(&mut port, 64);
    render(&mut port, 64);
    assert_no_alloc(|| port.set_state(Pause)).unwrap();
    render(&mut port, 64);
    assert_no_alloc(|| port.set_state(Run)).unwrap();
    render(&mut port, 64);
    let rate = small().sample_rate;
    let syncs: Vec<_> = port
        .stream()
        .syncs
        .iter()
        .map(|s| {
            (
                s.position.frames(),
                rate.ref_to_sample(s.master).frames(),
                s.start,
            )
        })
        .collect();
    assert_eq!(syncs, [(0, 0, true), (64, 64, false), (128, 192, true)]);
    finish(port);
}

#[test]
fn stop_brings_ten_thousand_held_events_home() {
    let mut port = running(PortConfig::new(small().sample_rate), AT_TIME);
    let music: Vec<(usize, &[u8])> = (0..10_000).map(|frame| (frame * 3, ON)).collect();
    assert_eq!(submit(&mut port, &music).accepted, 10_000);
    assert_no_alloc(|| port.set_state(Stop)).unwrap();
    assert_eq!(
        port.stats().lost,
        Losses {
            stopped: 10_000,
            ..Losses::default()
        }
    );
    assert!(port.is_whole());
    finish(port);
}

#[test]
fn what_comes_in_stop_is_recycled_and_counted() {
    let mut port = stopped();
    assert_eq!(submit(&mut port, &[(0, ON), (0, &[0xC0])]).lost, 2);
    let expected = Losses {
        stopped: 1,
        malformed: 1,
        ..Losses::default()
    };
    assert_eq!(port.stats().lost, expected);
    assert_no_alloc(|| port.set_state(Run)).unwrap();
    render(&mut port, 10);
    assert_eq!(port.stream().heard(), []);
    finish(port);
}

#[test]
fn a_stream_with_a_queue_of_its_own_gives_it_back_in_stop() {
    let mut port = running(small(), AT_TIME);
    port.stream_mut().keeps = true;
    submit(
        &mut port,
        &[(0, ON), (1, &[0xF0, 1, 2, 3, 4, 5, 6, 7, 8, 0xF7])],
    );
    render(&mut port, 64);
    assert_eq!((port.stats().delivered, port.is_whole()), (2, false));
    assert_no_alloc(|| port.set_state(Stop)).unwrap();
    assert!(port.is_whole());
    finish(port);
}

#[test]
fn run_and_pause_may_take_turns_a_hundred_times() {
    let mut port = running(small(), AT_TIME);
    for turn in 0..100 {
        submit(&mut port, &[(0, ON)]);
        render(&mut port, 3);
        assert_no_alloc(|| port.set_state(Pause)).unwrap();
        assert_no_alloc(|| port.set_state(Run)).unwrap();
        assert_eq!(port.position().frames(), 3 * (turn + 1));
    }
    assert_eq!((port.stats().delivered, port.stats().late), (100, 0));
    finish(port);
}

#[test]
fn reset_equals_a_fresh_start_in_the_former_state() {
    for state in [Stop, Acquire, Pause, Run] {
        let mut port = stopped();
        assert_no_alloc(|| port.set_state(state)).unwrap();
        submit(&mut port, &[(0, ON), (90, ON)]);
        render(&mut port, 64);
        let now = port.now();
        assert_no_alloc(|| port.reset()).unwrap();
        assert_eq!(
            (port.state(), port.position(), port.now()),
            (state, SampleTime::ZERO, now)
        );
        assert_eq!(port.stats().held, 0);
        assert!(port.is_whole());
        assert_no_alloc(|| port.set_state(Run)).unwrap();
        let heard = port.stream().heard().len();
        render(&mut port, 64);
        assert_eq!(
            port.stream().heard().len(),
            heard,
            "nothing is left over from before"
        );
        assert_eq!(port.stream().slices.last(), Some(&(0, 64)));
        finish(port);
    }
}

#[test]
fn a_port_may_be_dropped_in_any_state() {
    for state in [Stop, Acquire, Pause, Run] {
        for refuses in [None, Some(Acquire)] {
            let mut port = stopped();
            assert_no_alloc(|| port.set_state(state)).unwrap();
            port.stream_mut().refuses = refuses;
            // What a stream that will not stop keeps is lost with it; any other gives it back.
            port.stream_mut().keeps = refuses.is_none();
            submit(&mut port, &[(0, ON), (90, ON)]);
            render(&mut port, 64);
            drop(port);
        }
    }
}

#[test]
fn sizes_and_rate_change_only_in_stop() {
    let mut port = running(small(), AT_TIME);
    submit(&mut port, &[(0, ON)]);
    render(&mut port, 44_100);
    let other = PortConfig {
        channel_groups: 1,
        events: 16,
        ..PortConfig::new(SampleRate::new(96_000).unwrap())
    };
    assert_eq!(
        port.configure(other).unwrap_err(),
        PortError::NotStopped(Run)
    );
    assert_no_alloc(|| port.set_state(Stop)).unwrap();
    let before = port.stats();
    port.configure(other).unwrap();
    assert_eq!(
        port.now(),
        SampleTime::new(96_000),
        "the same time in the new rate"
    );
    assert_eq!(port.stats().delivered, before.delivered);
    assert_eq!(port.stats().pool.events_capacity, 16);
    assert_no_alloc(|| port.set_state(Run)).unwrap();
    submit(&mut port, &[(7, ON)]);
    render(&mut port, 8);
    assert_eq!(port.stream().heard()[0].frame, 7);
    finish(port);
}

#[test]
fn impossible_sizes_are_refused_and_change_nothing() {
    let mut port = stopped();
    for (config, expected) in [
        (
            PortConfig {
                channel_groups: 5,
                ..small()
            },
            ConfigError::ChannelGroups { asked: 5, limit: 4 },
        ),
        (
            PortConfig {
                channel_groups: 0,
                ..small()
            },
            ConfigError::ChannelGroups { asked: 0, limit: 4 },
        ),
        (
            PortConfig {
                sequencer: 0,
                ..small()
            },
            ConfigError::Sequencer {
                asked: 0,
                limit: 1 << 24,
            },
        ),
        (
            PortConfig {
                events: 0,
                ..small()
            },
            ConfigError::Events {
                asked: 0,
                limit: 1 << 24,
            },
        ),
    ] {
        assert_eq!(
            port.configure(config).unwrap_err(),
            PortError::Config(expected)
        );
        assert_eq!(*port.config(), small());
    }
    finish(port);
}

#[test]
fn a_render_stream_has_no_output_to_connect() {
    let mut recorder = Recorder { prefetch: AT_TIME };
    let request = dmus_kernel::StreamRequest::render(small().sample_rate, 1, 64);
    let sink = Arc::new(AtomicRefCell::new(
        recorder.new_stream(request).unwrap().stream,
    ));
    let mut stream = recorder.new_stream(request).unwrap().stream;
    assert_eq!(
        stream.connect_output(sink.clone()),
        Err(ConnectError::NoOutput)
    );
    let sink: dmus_kernel::mxf::Joint = sink;
    assert_eq!(
        stream.disconnect_output(Some(&sink)),
        Err(ConnectError::NoOutput)
    );
    assert_eq!(stream.disconnect_output(None), Err(ConnectError::NoOutput));
}

#[test]
fn a_port_moves_to_the_thread_that_renders() {
    let mut port = stopped();
    std::thread::scope(|scope| {
        scope.spawn(move || {
            assert_no_alloc(|| port.set_state(Run)).unwrap();
            submit(&mut port, &[(1, ON)]);
            render(&mut port, 64);
            assert_eq!(port.stats().delivered, 1);
            finish(port);
        });
    });
}

#[test]
fn counts_and_latency_are_read_from_another_thread() {
    let mut port = running(small(), AT_TIME);
    let (mut stats, mut latency) = (port.stats_reader(), port.latency_clock());
    assert_eq!(latency.now(), ReferenceTime::ZERO);
    submit(&mut port, &[(0, ON)]);
    render(&mut port, 44_100);
    let expected = port.stats();
    std::thread::scope(|scope| {
        scope.spawn(move || {
            assert_eq!(stats.read(), expected);
            assert_eq!(latency.now().units(), 10_000_000);
        });
    });
    finish(port);
}

#[test]
fn the_latency_clock_tells_what_the_stream_says_of_its_last_frame() {
    let mut port = running(small(), AT_TIME);
    let mut latency = port.latency_clock();
    port.stream_mut().lead = ReferenceTime::new(777);
    render(&mut port, 44_100);
    assert_eq!(latency.now().units(), 10_000_777);
    port.stream_mut().lead = ReferenceTime::ZERO;
    render(&mut port, 0);
    assert_eq!(latency.now().units(), 10_000_777, "it never steps back");
    render(&mut port, 44_100);
    assert_eq!(latency.now().units(), 20_000_000);
    finish(port);
}

#[test]
fn a_host_clock_that_jumps_back_makes_nothing_late() {
    let mut port = running(small(), AT_TIME);
    for steady in [1_000, 1_064, 0, 64, 5_000] {
        assert_no_alloc(|| port.follow(SampleTime::new(steady)));
        submit(&mut port, &[(0, ON), (63, ON)]);
        render(&mut port, 64);
    }
    let frames: Vec<_> = port.stream().heard().iter().map(|h| h.frame).collect();
    assert_eq!(frames, [0, 63, 64, 127, 128, 191, 192, 255, 256, 319]);
    assert_eq!(port.stats().late, 0);
    assert_eq!(
        port.now().frames(),
        5 * 64 + (5_000 - 128),
        "skipped frames were caught up"
    );
    finish(port);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(128))]

    #[test]
    fn no_walk_through_the_states_loses_an_event_or_turns_a_clock_back(
        walk in proptest::collection::vec((0_u8..7, 0_usize..200, 0_u8..4), 1..60),
    ) {
        let states = [Stop, Acquire, Pause, Run];
        let mut port = stopped();
        let mut latency = port.latency_clock();
        let mut last = latency.now();
        for (action, amount, state) in walk {
            let state: StreamState = states[usize::from(state)];
            match action {
                0 => drop(assert_no_alloc(|| port.set_state(state))),
                1 => drop(assert_no_alloc(|| port.reset())),
                2 => port.stream_mut().refuses = Some(state),
                3 => port.stream_mut().refuses = None,
                4 => {
                    // A stream may keep its events until STOP, but not change its mind.
                    port.stream_mut().keeps = port.stream().keeps || amount == 0;
                }
                5 => {
                    let long = [&[0xF0][..], &[1; 100], &[0xF7]].concat();
                    submit(&mut port, &[(amount, ON), (amount / 2, &long), (0, &[0xC0])]);
                }
                _ => {
                    let before = port.now();
                    render(&mut port, amount);
                    prop_assert_eq!(port.now(), before.after_frames(amount));
                }
            }
            let stats = port.stats();
            prop_assert_eq!(stats.submitted, stats.delivered + stats.held + stats.lost.total());
            let reading = latency.now();
            prop_assert!(reading >= last && reading >= port.master_clock().now());
            last = reading;
            if port.state() == Stop {
                prop_assert!(port.is_whole());
                prop_assert_eq!(port.position(), SampleTime::ZERO);
            }
        }
        finish(port);
    }
}

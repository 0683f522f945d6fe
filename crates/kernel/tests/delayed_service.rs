//! Delayed service: due on its frame, once, whatever the blocks are.
//!
//! A render side that allocates aborts this binary.
#![expect(clippy::unwrap_used, reason = "tests may unwrap")]

#[path = "fake/probe.rs"]
#[expect(dead_code, reason = "some helpers are for the tests of membership")]
mod probe;

use assert_no_alloc::{AllocDisabler, assert_no_alloc};
use dmus_kernel::{
    ReferenceTime,
    error::ServiceError,
    service::{Delay, Membership, ServiceControl, ServiceGroup, services},
};
use probe::{Log, Renderer, acting, calls, frames, handle, log, probe};
use proptest::prelude::*;

#[global_allocator]
static ALLOCATOR: AllocDisabler = AllocDisabler;

/// Units of 100 ns in a frame of the renderer.
const FRAME: i64 = 1_000;

const fn at(units: i64) -> Delay {
    Delay::At(ReferenceTime::new(units))
}

const fn after(units: i64) -> Delay {
    Delay::After(ReferenceTime::new(units))
}

/// A group with one member that supports delayed service.
fn supporting() -> (ServiceControl, Renderer, ServiceGroup, Log) {
    let (mut control, table) = services(8);
    let (group, log) = (control.new_group().unwrap(), log());
    control.add_member(&group, probe('d', &log)).unwrap();
    group.support_delayed_service();
    (control, Renderer::new(table), group, log)
}

#[test]
fn an_absolute_time_is_served_on_its_frame_inside_the_block() {
    let (_control, mut renderer, group, log) = supporting();
    group.request_delayed_service(at(37 * FRAME)).unwrap();
    assert_no_alloc(|| {
        renderer.block(30);
        renderer.block(30);
        renderer.block(30);
    });
    assert_eq!(frames(&log), [37], "once");
}

#[test]
fn a_time_between_two_frames_is_served_on_the_second() {
    let (_control, mut renderer, group, log) = supporting();
    group.request_delayed_service(at(36 * FRAME + 1)).unwrap();
    renderer.block(64);
    assert_eq!(frames(&log), [37]);
}

#[test]
fn a_relative_time_counts_from_the_next_block() {
    let (_control, mut renderer, group, log) = supporting();
    renderer.block(100);
    group.request_delayed_service(after(5 * FRAME)).unwrap();
    renderer.block(100);
    group
        .request_delayed_service(Delay::from_units(-7 * FRAME))
        .unwrap();
    renderer.block(100);
    assert_eq!(frames(&log), [105, 207]);
}

#[test]
fn a_time_on_the_first_frame_of_a_block_belongs_to_that_block() {
    let (_control, mut renderer, group, log) = supporting();
    group.request_delayed_service(at(100 * FRAME)).unwrap();
    renderer.block(100);
    assert_eq!(frames(&log), []);
    renderer.block(100);
    assert_eq!(frames(&log), [100]);
}

#[test]
fn what_is_due_in_the_past_is_served_on_the_first_frame_of_the_block() {
    let (_control, mut renderer, group, log) = supporting();
    renderer.block(50);
    for delay in [
        at(3 * FRAME),
        at(i64::MIN),
        after(0),
        after(-9),
        Delay::from_units(0),
    ] {
        group.request_delayed_service(delay).unwrap();
        let now = renderer.now;
        renderer.block(50);
        assert_eq!(frames(&log), [now]);
    }
}

#[test]
fn a_time_beyond_all_blocks_never_comes() {
    let (_control, mut renderer, group, log) = supporting();
    for delay in [at(i64::MAX), after(i64::MAX), Delay::from_units(i64::MIN)] {
        group.request_delayed_service(delay).unwrap();
        renderer.block(10);
    }
    assert_eq!(frames(&log), []);
}

#[test]
fn a_second_request_replaces_the_first() {
    let (_control, mut renderer, group, log) = supporting();
    group.request_delayed_service(at(10 * FRAME)).unwrap();
    group.request_delayed_service(at(20 * FRAME)).unwrap();
    renderer.block(15);
    group.request_delayed_service(at(18 * FRAME)).unwrap();
    renderer.block(85);
    assert_eq!(frames(&log), [18]);
}

#[test]
fn a_cancelled_request_is_not_served_and_cancelling_again_does_no_harm() {
    let (_control, mut renderer, group, log) = supporting();
    group.cancel_delayed_service();
    group.request_delayed_service(at(40 * FRAME)).unwrap();
    renderer.block(10);
    group.cancel_delayed_service();
    group.cancel_delayed_service();
    renderer.block(90);
    assert_eq!(frames(&log), []);
    group.request_delayed_service(at(140 * FRAME)).unwrap();
    renderer.block(100);
    assert_eq!(frames(&log), [140], "it may be armed again");
}

#[test]
fn cancelling_after_the_service_does_nothing() {
    let (_control, mut renderer, group, log) = supporting();
    group.request_delayed_service(at(5 * FRAME)).unwrap();
    renderer.block(10);
    group.cancel_delayed_service();
    renderer.block(10);
    assert_eq!(frames(&log), [5]);
}

#[test]
fn a_plain_request_outlives_a_cancel() {
    let (_control, mut renderer, group, log) = supporting();
    group.request_service();
    group.cancel_delayed_service();
    renderer.block(10);
    assert_eq!(frames(&log), [0]);
}

#[test]
fn a_service_that_is_due_is_done_though_one_before_it_cancels_it() {
    let (mut control, table) = services(8);
    let log = log();
    let [first, second] = [(); 2].map(|()| control.new_group().unwrap());
    let cancelled = handle(&second);
    let canceller = acting('c', &log, move |_| {
        cancelled.cancel_delayed_service();
        Membership::Stays
    });
    control.add_member(&first, canceller).unwrap();
    control.add_member(&second, probe('d', &log)).unwrap();
    for group in [&first, &second] {
        group.support_delayed_service();
        group.request_delayed_service(at(5 * FRAME)).unwrap();
    }
    Renderer::new(table).block(10);
    assert_eq!(calls(&log), "cd", "both were due");
}

#[test]
fn a_request_without_support_is_refused() {
    let (mut control, table) = services(8);
    let group = control.new_group().unwrap();
    assert_eq!(
        group.request_delayed_service(after(0)),
        Err(ServiceError::NotSupported)
    );
    let mut renderer = Renderer::new(table);
    assert_eq!(renderer.serve().due, 0);
    group.support_delayed_service();
    group.support_delayed_service();
    assert_eq!(group.request_delayed_service(after(0)), Ok(()));
    assert_eq!(renderer.serve().due, 1);
}

#[test]
fn a_plain_request_does_not_touch_the_time() {
    let (_control, mut renderer, group, log) = supporting();
    group.request_delayed_service(at(15 * FRAME)).unwrap();
    group.request_service();
    renderer.block(10);
    renderer.block(10);
    assert_eq!(frames(&log), [0, 15]);
}

#[test]
fn a_sink_that_rearms_for_the_past_is_served_once_a_block() {
    let (mut control, table) = services(8);
    let (group, log) = (control.new_group().unwrap(), log());
    group.support_delayed_service();
    let again = handle(&group);
    let eager = acting('e', &log, move |_| {
        again.request_delayed_service(at(0)).unwrap();
        Membership::Stays
    });
    control.add_member(&group, eager).unwrap();
    group.request_service();
    let mut renderer = Renderer::new(table);
    assert_no_alloc(|| {
        for _ in 0..4 {
            renderer.block(16);
        }
    });
    assert_eq!(frames(&log), [0, 16, 32, 48]);
}

/// The frames on which a sink is called that rearms itself `period` units after each call.
fn periodic(period: i64, blocks: &[i64]) -> Vec<i64> {
    let (mut control, table) = services(8);
    let (group, log) = (control.new_group().unwrap(), log());
    group.support_delayed_service();
    let again = handle(&group);
    let mut due = 0;
    let poller = acting('p', &log, move |cx| {
        assert!(cx.time().units() >= due);
        due = cx.time().units() + period;
        again.request_delayed_service(at(due)).unwrap();
        Membership::Stays
    });
    control.add_member(&group, poller).unwrap();
    group.request_delayed_service(after(0)).unwrap();
    let mut renderer = Renderer::new(table);
    assert_no_alloc(|| {
        for frames in blocks {
            renderer.block(*frames);
        }
    });
    frames(&log)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(if cfg!(miri) { 4 } else { 400 }))]

    #[test]
    fn a_sink_that_polls_is_called_on_the_same_frames_whatever_the_blocks_are(
        period in 1_i64..20_000,
        blocks in prop::collection::vec(0_i64..50, 1..30),
    ) {
        let whole = blocks.iter().sum::<i64>();
        let mut cut = blocks.clone();
        // An empty first block serves the first frame too.
        cut.insert(0, 0);
        let expected: Vec<i64> = {
            let step = (period + FRAME - 1) / FRAME;
            (0..).map(|n| n * step).take_while(|&frame| frame < whole.max(1)).collect()
        };
        let mut called = periodic(period, &cut);
        // An empty last block serves the first frame of the one that does not come.
        called.retain(|&frame| frame < whole.max(1));
        prop_assert_eq!(called, expected.clone());
        prop_assert_eq!(periodic(period, &[whole]), expected);
    }
}

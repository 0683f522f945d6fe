//! What holds of a port at all times, whatever is done to it and whatever fails.
//!
//! Random steps on a port with two instruments, two keyboards, a filter, history and properties:
//! music and garbage through every door, every change of state, streams that refuse, a pool of one
//! event, a FIFO of one byte, a sequencer of one message, and callbacks of three threads.
//! Source: \[WDK\] IAllocatorMXF; IMXF::SetState; MIDI Transport; Master Clocks.
#![expect(clippy::unwrap_used, clippy::panic, reason = "tests may")]

#[path = "fake/property_pin.rs"]
#[expect(dead_code, reason = "other tests use the rest")]
mod property_pin;
#[path = "fake/recorder.rs"]
#[expect(dead_code, reason = "other tests use the rest")]
mod recorder;
#[path = "fake/studio.rs"]
#[expect(dead_code, reason = "other tests use the rest")]
mod studio;
#[path = "fake/world.rs"]
mod world;

use assert_no_alloc::AllocDisabler;
use dmus_kernel::{
    ReferenceTime, SampleTime,
    StreamState::{self, Run, Stop},
    midi::Message,
};
use proptest::prelude::*;
use world::{
    Before, KEYBOARDS, Packed, SYNTHS, Setup, Step, World, ample, any_setup, any_state, any_step,
    any_steps,
};

#[global_allocator]
static GUARD: AllocDisabler = AllocDisabler;

/// Takes all steps, looks after each, and brings everything home.
fn observe(setup: &Setup, steps: &[Step], look: fn(&mut World, &Before, &Step)) {
    let mut world = World::new(setup);
    for step in steps {
        let before = world.before();
        world.act(step);
        look(&mut world, &before, step);
    }
    world.calm();
    let (before, stop) = (world.before(), Step::Go(Stop));
    world.act(&stop);
    look(&mut world, &before, &stop);
    world.close_door();
    let stats = world.port.stats();
    assert!(world.port.is_whole(), "not whole in STOP: {stats:?}");
    assert_eq!((stats.held, stats.foreign_chains), (0, 0));
}

fn in_stop_the_pool_is_whole(world: &mut World, _: &Before, _: &Step) {
    let (pool, config) = (world.port.stats().pool, *world.port.config());
    let capacities = (pool.events_capacity, pool.buffers_capacity);
    assert_eq!(capacities, (config.events, config.long_buffers));
    let in_flight = u64::from(config.events - pool.events_free);
    assert!(pool.buffers_free <= config.long_buffers);
    let stats = world.port.stats();
    assert!(in_flight >= stats.held, "more held than is out: {stats:?}");
    if world.port.state() == Stop {
        world.close_door();
        let stats = world.port.stats();
        assert!(world.port.is_whole(), "not whole in STOP: {stats:?}");
        assert_eq!((stats.held, stats.foreign_chains), (0, 0));
    }
}

fn every_message_has_one_fate(world: &mut World, _: &Before, _: &Step) {
    let mut sum = (0, 0, 0);
    for (pin, ledger) in SYNTHS.into_iter().zip(&world.synths) {
        let stats = world.port.pin_stats(pin).unwrap();
        let fates = stats.delivered + stats.held + stats.lost.total();
        assert_eq!(stats.submitted, fates, "a fifth fate: {stats:?}");
        if !world.ever_thru {
            assert_eq!(ledger.given, stats.submitted);
        }
        if !ledger.ever_kept {
            assert_eq!(ledger.heard, stats.delivered, "{pin:?} did not get it");
        }
        sum.0 += stats.submitted;
        sum.1 += stats.delivered;
        sum.2 += stats.lost.total();
    }
    let stats = world.port.stats();
    assert_eq!(sum, (stats.submitted, stats.delivered, stats.lost.total()));
    for (pin, recorded) in KEYBOARDS.into_iter().zip(world.recorded) {
        let stats = world.port.capture_stats(pin).unwrap();
        assert_eq!(recorded, stats.packed, "packed, and not there");
        assert!(stats.sink.messages >= stats.packed + stats.lost);
    }
}

fn stamps_never_decrease(world: &mut World, before: &Before, _: &Step) {
    let rate = world.port.config().sample_rate;
    for (pin, ledger) in SYNTHS.into_iter().zip(&mut world.synths) {
        let mut last: Option<&recorder::Heard> = None;
        for heard in &ledger.fresh {
            let due = rate.first_sample_at(ReferenceTime::new(heard.stamp));
            assert!(due.frames() <= heard.now, "{pin:?} before its time");
            if let Some(last) = last {
                let is_same_chain = last.chain == heard.chain;
                assert!(!is_same_chain || last.stamp <= heard.stamp, "chain order");
                assert!(is_same_chain || last.now < heard.now, "two chains a frame");
            }
            assert!(ledger.last.is_none_or(|last| last <= heard.now));
            ledger.last = Some(heard.now);
            last = Some(heard);
        }
        let late = world.port.pin_stats(pin).unwrap().late;
        if !ledger.ever_kept {
            assert_eq!(ledger.late, late, "{pin:?} from {before:?}");
        }
        if world.port.now() < before.now {
            ledger.last = None;
        }
    }
}

fn pins_follow_the_port_step_by_step(world: &mut World, before: &Before, step: &Step) {
    // Each step of each stream was looked at when it was taken down.
    let state = world.port.state();
    assert_eq!(world.synths[0].state, state);
    match step {
        Step::Go(_) if world.went => {
            assert_eq!(world.synths[1].state, state);
            // Once more is nothing.
            world.act(&Step::Go(state));
            assert_eq!(world.port.state(), state);
        }
        Step::Go(target) => {
            let is_between =
                (before.state.min(*target)..=before.state.max(*target)).contains(&state);
            assert!(is_between, "{state:?} on the way to {target:?}");
        }
        Step::Reset | Step::Rebuild(_) => {}
        _ => assert_eq!(state, before.state),
    }
}

fn clocks_go_on(world: &mut World, before: &Before, step: &Step) {
    let (now, position) = (world.port.now(), world.port.position());
    let time = world.port.master_clock().now();
    assert!(time >= before.time, "the master clock stepped back");
    if let Step::Render(frames) = step {
        assert_eq!(now, before.now.after_frames(*frames));
        assert!(*frames == 0 || time > before.time);
        let is_running = before.state == Run;
        let moved = before.position.after_frames(*frames);
        assert_eq!(position, if is_running { moved } else { before.position });
    } else if !matches!(step, Step::Rebuild(_)) {
        assert_eq!(now, before.now, "{step:?} took time");
    }
    if world.port.state() == Stop {
        assert_eq!(position, SampleTime::ZERO);
        assert_eq!(world.port.byte_position().read(), 0);
    }
    let latency = world.latency.now();
    assert!(latency >= time, "latency clock behind the master clock");
    assert!(latency >= world.last_latency, "latency clock stepped back");
    world.last_latency = latency;
}

/// True for one message with a status of its own and nothing beside it.
fn is_whole(bytes: &[u8]) -> bool {
    let is_data = |bytes: &[u8]| bytes.iter().all(|byte| *byte < 0x80);
    match bytes {
        [0xF0, data @ .., 0xF7] => is_data(data),
        [0xC0..=0xDF | 0xF1 | 0xF3, data @ ..] => data.len() == 1 && is_data(data),
        [0x80..=0xBF | 0xE0..=0xEF | 0xF2, data @ ..] => data.len() == 2 && is_data(data),
        [0xF4..=0xF6 | 0xF8..=0xFF] => true,
        _ => false,
    }
}

fn whatever_comes_out_is_a_message(world: &mut World, _: &Before, _: &Step) {
    for ledger in &world.synths {
        let mut message = Vec::new();
        for heard in &ledger.fresh {
            message.extend_from_slice(&heard.bytes);
            if !heard.is_incomplete {
                assert!(is_whole(&message), "delivered {message:02X?}");
                assert_eq!(
                    Message::whole(&message).map(Message::bytes),
                    Some(&message[..])
                );
                message.clear();
            }
        }
        assert!(message.is_empty(), "delivered in part: {message:02X?}");
    }
    for message in world.records.iter().flatten() {
        assert!(is_whole(message), "captured {message:02X?}");
    }
}

/// A stretch of time with what happens at its start.
#[derive(Clone, Debug)]
struct Stretch {
    acts: Vec<Step>,
    frames: usize,
}

fn any_stretch() -> impl Strategy<Value = Stretch> {
    let is_steady = |step: &Step| !matches!(step, Step::Render(_) | Step::Rebuild(_));
    let acts = prop::collection::vec(any_step().prop_filter("of no length", is_steady), 0..6);
    (acts, 1_usize..700).prop_map(|(acts, frames)| Stretch { acts, frames })
}

type Heard = (i64, i64, i64, u16, bool, Vec<u8>);

/// Everything that came of it: heard by each instrument, captured, played, counted.
fn perform(stretches: &[Stretch], blocks: &[usize]) -> impl PartialEq + std::fmt::Debug + use<> {
    let mut world = World::new(&Setup {
        config: ample(),
        fifos: [1_024, 1_024],
        is_stormy: false,
        edits_graph: true,
    });
    let (mut heard, mut captured) = ([Vec::new(), Vec::new()], Vec::new());
    let mut audio = Vec::new();
    let mut listen = |world: &mut World| {
        for (all, ledger) in heard.iter_mut().zip(&world.synths) {
            all.extend(ledger.fresh.iter().map(|heard| -> Heard {
                let at = (heard.frame, heard.now, heard.stamp);
                (
                    at.0,
                    at.1,
                    at.2,
                    heard.group,
                    heard.is_incomplete,
                    heard.bytes.clone(),
                )
            }));
        }
        captured.extend(world.records.iter().flatten().cloned());
    };
    world.act(&Step::Go(Run));
    let mut blocks = blocks.iter().copied().chain([1]).cycle();
    for stretch in stretches {
        for step in &stretch.acts {
            world.act(step);
            listen(&mut world);
        }
        let mut left = stretch.frames;
        while left > 0 {
            let frames = blocks.next().unwrap().min(left);
            world.act(&Step::Render(frames));
            listen(&mut world);
            audio.extend(world.frames(frames));
            left -= frames;
        }
    }
    world.calm();
    world.act(&Step::Go(Stop));
    let stats = world.port.stats();
    world.close_door();
    (heard, captured, audio, stats)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(384))]

    #[test]
    fn events_and_buffers_are_conserved_whatever_is_done_and_whatever_fails(
        setup in any_setup(), steps in any_steps(),
    ) {
        observe(&setup, &steps, in_stop_the_pool_is_whole);
    }

    /// The guard is around every call of the render side that a step makes.
    #[test]
    fn nothing_on_the_render_side_allocates_while_three_threads_call_back(
        setup in any_setup(), steps in any_steps(),
    ) {
        let setup = Setup { is_stormy: true, ..setup };
        observe(&setup, &steps, |_, _, _| {});
    }

    #[test]
    fn how_time_is_cut_into_blocks_is_not_heard(
        stretches in prop::collection::vec(any_stretch(), 1..8),
        blocks in prop::collection::vec(0_usize..300, 1..12),
    ) {
        prop_assert_eq!(perform(&stretches, &[700]), perform(&stretches, &blocks));
    }

    #[test]
    fn every_message_is_delivered_once_or_held_or_counted_as_lost(
        setup in any_setup(), steps in any_steps(),
    ) {
        observe(&setup, &steps, every_message_has_one_fate);
    }

    #[test]
    fn delivered_stamps_never_decrease_but_for_those_that_are_late(
        setup in any_setup(), steps in any_steps(),
    ) {
        observe(&setup, &steps, stamps_never_decrease);
    }

    /// Serial numbers in the data bytes tell the order of submission.
    #[test]
    fn equal_stamps_keep_the_order_of_submission(
        batches in prop::collection::vec((prop::collection::vec(0_i64..12, 1..40), 0_usize..40), 1..12),
    ) {
        let setup = Setup { config: ample(), fifos: [1, 1], is_stormy: false, edits_graph: false };
        let mut world = World::new(&setup);
        world.act(&Step::Go(Run));
        let mut serial = 0_u16;
        let mut heard = Vec::new();
        for (deltas, frames) in &batches {
            let packed: Vec<Packed> = deltas.iter().map(|delta| {
                let [low, high] = serial.to_le_bytes();
                serial += 1;
                let bytes = vec![0xE0, low & 127, (high << 1 | low >> 7) & 127];
                Packed { group: 1, delta: delta * 10_000, is_structured: true, bytes }
            }).collect();
            world.act(&Step::Submit(0, packed));
            world.act(&Step::Render(*frames));
            heard.append(&mut world.synths[0].fresh);
        }
        for _ in 0..2 {
            world.act(&Step::Render(600));
            heard.append(&mut world.synths[0].fresh);
        }
        prop_assert_eq!(heard.len(), usize::from(serial));
        for pair in heard.windows(2) {
            let number = |bytes: &[u8]| u16::from(bytes[1]) | u16::from(bytes[2]) << 7;
            prop_assert!(
                pair[0].stamp < pair[1].stamp
                    || pair[0].stamp == pair[1].stamp
                        && number(&pair[0].bytes) < number(&pair[1].bytes)
                    || pair[0].now < pair[1].now,
                "{:?}", pair
            );
        }
    }

    #[test]
    fn states_are_passed_in_order_and_a_refusal_leaves_the_last(
        setup in any_setup(), steps in any_steps(),
    ) {
        observe(&setup, &steps, pins_follow_the_port_step_by_step);
    }

    /// An event that does not come home when the port goes is noticed by the event itself.
    #[test]
    fn a_port_may_be_dropped_in_the_middle_of_everything(
        setup in any_setup(), steps in any_steps(),
        refusals in prop::array::uniform4(prop::option::of(any_state().prop_filter("it must stop", |state| *state != Stop))),
    ) {
        let mut world = World::new(&setup);
        for step in &steps {
            world.act(step);
        }
        world.calm();
        for (pin, state) in refusals.into_iter().enumerate() {
            world.act(&Step::Refuse(pin, state));
        }
        world.close_door();
        drop(world);
    }

    #[test]
    fn the_master_clock_goes_on_and_the_position_stands_still_outside_run(
        setup in any_setup(), steps in any_steps(),
    ) {
        observe(&setup, &steps, clocks_go_on);
    }

    #[test]
    fn no_bytes_whatever_make_an_event_that_is_not_a_message(
        setup in any_setup(), steps in any_steps(),
    ) {
        observe(&setup, &steps, whatever_comes_out_is_a_message);
    }
}

#[test]
fn stop_may_be_asked_for_any_number_of_times_in_any_state() {
    let setup = Setup {
        config: ample(),
        fifos: [8, 8],
        is_stormy: false,
        edits_graph: true,
    };
    for state in [Stop, StreamState::Acquire, StreamState::Pause, Run] {
        let mut world = World::new(&setup);
        world.act(&Step::Thru(0, Some(1)));
        world.act(&Step::Edit(0));
        world.act(&Step::Go(state));
        world.act(&Step::Device(0, vec![0xF0, 1, 2, 3, 4, 5, 6, 7, 8, 9]));
        world.act(&Step::Render(64));
        world.act(&Step::Device(0, vec![10]));
        world.act(&Step::Render(64));
        for _ in 0..3 {
            world.act(&Step::Go(Stop));
            assert!(world.port.is_whole(), "from {state}");
        }
    }
}

fn calm() -> World {
    World::new(&Setup {
        config: ample(),
        fifos: [8, 8],
        is_stormy: false,
        edits_graph: false,
    })
}

#[test]
fn a_pin_that_two_refusals_have_left_behind_catches_up_with_the_port() {
    let mut world = calm();
    world.act(&Step::Go(Run));
    // The second pin goes down first, the first refuses, and the second does not go up again.
    world.act(&Step::Refuse(0, Some(StreamState::Pause)));
    world.act(&Step::Refuse(1, Some(Run)));
    world.act(&Step::Go(StreamState::Pause));
    let states = |world: &World| [0, 1].map(|pin| world.synths[pin].state);
    assert_eq!(states(&world), [Run, StreamState::Pause]);
    world.act(&Step::Go(Run));
    assert!(!world.went, "one of its pins does not run");
    world.calm();
    world.act(&Step::Go(Run));
    assert!(world.went);
    assert_eq!(states(&world), [Run, Run]);
}

#[test]
fn what_goes_through_to_a_pin_that_was_closed_is_recycled() {
    let mut world = calm();
    world.act(&Step::Thru(0, Some(1)));
    world.act(&Step::Go(Run));
    world.act(&Step::Render(64));
    world.port.close(SYNTHS[1]).unwrap();
    world.act(&Step::Device(0, vec![0x90, 60, 1]));
    world.act(&Step::Render(64));
    assert_eq!(world.records[0], [[0x90, 60, 1]], "captured all the same");
    assert!(world.port.is_whole());
}

//! The sequencer against a sorted list, at every kind of time.

use proptest::prelude::*;

use super::*;
use crate::{
    allocator::Allocator, error::StateReason, event::ChannelGroup, pool::PoolConfig,
    state::StreamState,
};

/// Notes the number, which is the first data byte and the second, and the position of each message.
#[derive(Debug, Default)]
struct Sink {
    heard: Vec<(i64, u16)>,
    chains: usize,
}

impl Mxf for Sink {
    fn put_message(&mut self, chain: EventBox, cx: &mut RenderCx<'_>) {
        self.chains += 1;
        let heard = &mut self.heard;
        cx.allocator.consume(chain, |event| {
            if let [high, low, ..] = *event.bytes() {
                heard.push((event.time.units(), u16::from_be_bytes([high, low])));
            }
        });
    }

    fn set_state(&mut self, _: StreamState, _: &mut RenderCx<'_>) -> Result<(), StateReason> {
        Ok(())
    }
}

const POOL: PoolConfig = PoolConfig {
    events: 256,
    long_buffers: 0,
    buffer_size: 16,
};

/// A sequencer with everything around it; one frame is 10 000 units.
struct Bench {
    allocator: Allocator,
    sequencer: Sequencer,
    sink: Sink,
    rate: SampleRate,
}

impl Bench {
    fn new(capacity: u32, prefetch: SchedulePrefetch) -> Self {
        let rate = SampleRate::new(1_000).unwrap();
        Self {
            allocator: Allocator::new(POOL).unwrap(),
            sequencer: Sequencer::new(capacity, prefetch, rate),
            sink: Sink::default(),
            rate,
        }
    }

    fn put(&mut self, frame: i64, time: i64, number: u16, position: Option<u64>) -> bool {
        let now = SampleTime::new(frame);
        let time = ReferenceTime::new(time);
        let group = ChannelGroup::FIRST;
        let bytes = number.to_be_bytes();
        let message = self.allocator.message(Claim::Release, time, group, &bytes);
        let mut message = message.unwrap();
        self.allocator.set_byte_position(&mut message, position);
        let mut cx = RenderCx::new(&mut self.allocator, self.rate, now, SampleTime::ZERO);
        let put = self.sequencer.put(message, Claim::Release, &mut cx);
        match put {
            Ok(()) => true,
            Err(full) => {
                self.allocator.put_message(full.value);
                false
            }
        }
    }

    fn advance(&mut self, frame: i64) -> Delivered {
        let now = SampleTime::new(frame);
        let mut cx = RenderCx::new(&mut self.allocator, self.rate, now, SampleTime::ZERO);
        let end = now.after_frames(1);
        let sink = &mut self.sink;
        let pull = |_: &mut Sink, cx: &mut RenderCx<'_>, until| {
            assert_eq!(until, end, "there is one frame");
            cx.now = until;
        };
        if self.sequencer.is_in_order() {
            self.sequencer.advance::<_, true>(end, sink, &mut cx, pull)
        } else {
            self.sequencer.advance::<_, false>(end, sink, &mut cx, pull)
        }
    }

    fn flush(&mut self) -> u64 {
        let zero = SampleTime::ZERO;
        let mut cx = RenderCx::new(&mut self.allocator, self.rate, zero, zero);
        self.sequencer.flush(&mut cx)
    }
}

#[derive(Clone, Debug)]
enum Step {
    Put(i64),
    /// Frames to go on before delivering.
    Advance(i64),
    Flush,
}

fn any_time() -> impl Strategy<Value = i64> {
    prop_oneof![
        4 => 1_i64..300_000,
        2 => (0_i64..30).prop_map(|frame| 1 + frame * 10_000),
        2 => any::<i64>(),
        1 => prop_oneof![Just(i64::MIN), Just(i64::MAX), Just(i64::MIN + 1), Just(-1), Just(1)],
        // Around every power of two: where digits change.
        1 => (0_u32..63, -1_i64..2).prop_map(|(bit, by)| (1_i64 << bit) + by),
    ]
}

fn any_step() -> impl Strategy<Value = Step> {
    prop_oneof![
        8 => any_time().prop_map(Step::Put),
        4 => (0_i64..4).prop_map(Step::Advance),
        1 => prop_oneof![Just(1_i64 << 30), Just(1_i64 << 45)].prop_map(Step::Advance),
        1 => Just(Step::Flush),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(512))]

    #[test]
    fn any_interleaving_agrees_with_a_sorted_list(
        steps in proptest::collection::vec(any_step(), 1..200),
        prefetch in prop_oneof![Just(0_u64), 0_u64..100_000, Just(1 << 63), Just(u64::MAX)],
    ) {
        let prefetch = SchedulePrefetch::new(prefetch);
        let mut bench = Bench::new(60, prefetch);
        let mut held: Vec<(i64, u16)> = Vec::new();
        let mut frame = 0;
        for (number, step) in (0..).zip(steps) {
            match step {
                // Stamp 0 means now.
                Step::Put(time) => {
                    let time = if time == 0 { frame * 10_000 } else { time };
                    let put = bench.put(frame, time, number, Some(u64::from(number)));
                    prop_assert_eq!(put, held.len() < 60);
                    if put {
                        let time = if time == 0 { frame * 10_000 } else { time };
                        held.push((time, number));
                    }
                }
                Step::Advance(by) => {
                    frame += by;
                    held.sort_unstable();
                    let horizon = prefetch.horizon(ReferenceTime::new(frame * 10_000)).units();
                    let due = held.partition_point(|&(time, _)| time <= horizon);
                    let expected: Vec<_> = held.drain(..due).collect();
                    let before = bench.sink.chains;
                    let delivered = bench.advance(frame);
                    prop_assert_eq!(&bench.sink.heard, &expected);
                    prop_assert_eq!(delivered.messages, expected.len() as u64);
                    prop_assert_eq!(bench.sink.chains - before, usize::from(due > 0));
                    let passed = (frame - 1) * 10_000;
                    let late = expected.iter().filter(|(time, _)| *time <= passed).count();
                    prop_assert_eq!(delivered.late, late as u64);
                    let furthest = expected.iter().map(|(_, number)| u64::from(*number)).max();
                    prop_assert_eq!(delivered.position(), furthest);
                    bench.sink.heard.clear();
                }
                Step::Flush => {
                    prop_assert_eq!(bench.flush(), held.len() as u64);
                    held.clear();
                    prop_assert!(bench.allocator.pool().is_whole());
                }
            }
            prop_assert_eq!(bench.sequencer.held() as usize, held.len());
            let first = held.iter().min().map(|(time, _)| *time);
            prop_assert_eq!(bench.sequencer.queue.earliest(), first);
        }
        bench.flush();
        prop_assert!(bench.allocator.pool().is_whole());
    }
}

#[test]
fn a_message_without_position_is_silent_about_it() {
    let mut bench = Bench::new(8, SchedulePrefetch::AT_TIME);
    bench.put(0, 5, 1, None);
    assert_eq!(bench.advance(1).position(), None);
    for (number, position) in [(2, None), (3, Some(48)), (4, Some(24)), (5, None)] {
        bench.put(1, 10_001 + i64::from(number), number, position);
    }
    assert_eq!(bench.advance(2).position(), Some(48));
    bench.flush();
}

#[test]
fn the_position_of_a_chain_is_that_of_its_last_piece() {
    let mut bench = Bench::new(8, SchedulePrefetch::AT_TIME);
    let time = ReferenceTime::new(7);
    let piece = |allocator: &mut Allocator, position| {
        let group = ChannelGroup::FIRST;
        let mut event = allocator
            .message(Claim::Release, time, group, &[1, 2])
            .unwrap();
        allocator.set_byte_position(&mut event, position);
        event
    };
    let first = piece(&mut bench.allocator, Some(96));
    let second = piece(&mut bench.allocator, Some(72));
    let chain = bench.allocator.join(first, second);
    let zero = SampleTime::ZERO;
    let mut cx = RenderCx::new(&mut bench.allocator, bench.rate, zero, zero);
    bench
        .sequencer
        .put(chain, Claim::Ordinary, &mut cx)
        .unwrap();
    let delivered = bench.advance(1);
    assert_eq!((delivered.messages, delivered.position()), (1, Some(72)));
}

#[test]
fn a_full_queue_gives_the_message_back() {
    let mut bench = Bench::new(4, SchedulePrefetch::AT_TIME);
    for number in 0..4 {
        assert!(bench.put(0, 20_000, number, None));
    }
    assert!(!bench.put(0, 10_000, 4, None));
    assert_eq!(bench.flush(), 4);
    assert!(bench.allocator.pool().is_whole());
}

#[test]
fn the_last_eighth_of_the_queue_is_for_messages_that_end_sound() {
    let bench = Bench::new(16, SchedulePrefetch::AT_TIME);
    assert_eq!(bench.sequencer.spare(), 14);
    assert!(bench.sequencer.has_room(Claim::Ordinary));
}

#[test]
fn a_chain_may_go_round_the_end_of_the_ring() {
    let mut bench = Bench::new(4, SchedulePrefetch::AT_TIME);
    for number in 0..3 {
        bench.put(0, 10_000, number, None);
    }
    assert_eq!(bench.advance(1).messages, 3);
    // The first lies in the last place of the ring; all are due on one frame, at three times.
    for (time, number) in [(15_000, 3), (15_000, 4), (16_000, 5), (20_000, 6)] {
        bench.put(1, time, number, None);
    }
    let delivered = bench.advance(2);
    assert_eq!((delivered.messages, delivered.late), (4, 0));
    assert_eq!(bench.sink.chains, 2);
    let numbers: Vec<_> = bench.sink.heard.iter().map(|&(_, number)| number).collect();
    assert_eq!(numbers, [0, 1, 2, 3, 4, 5, 6]);
    assert!(bench.allocator.pool().is_whole());
}

#[test]
fn messages_of_the_farthest_future_are_held() {
    let mut bench = Bench::new(4, SchedulePrefetch::AT_TIME);
    bench.put(0, i64::MAX, 1, None);
    bench.put(0, i64::MAX - 1, 2, None);
    assert_eq!(bench.advance(i64::MAX / 10_000 - 1).messages, 0);
    assert_eq!(bench.advance(i64::MAX - 1).messages, 2);
    assert_eq!(bench.sink.heard, [(i64::MAX - 1, 2), (i64::MAX, 1)]);
}

#[test]
fn a_prefetch_that_would_wrap_delivers_what_is_due_and_no_more() {
    // One less and one more than the value that means "do not hold".
    for units in [(1_u64 << 63) - 1, (1 << 63) + 1] {
        let mut bench = Bench::new(4, SchedulePrefetch::new(units));
        bench.put(0, i64::MAX, 1, None);
        bench.put(0, i64::MIN, 2, None);
        assert_eq!(bench.advance(0).messages, 2);
    }
}

#[test]
fn late_messages_keep_their_order_and_come_before_the_others() {
    let mut bench = Bench::new(8, SchedulePrefetch::AT_TIME);
    bench.put(0, 50_000, 0, None);
    bench.put(0, 60_000, 1, None);
    assert_eq!(bench.advance(5).messages, 1);
    for (time, number) in [
        (30_000, 2),
        (20_000, 3),
        (30_000, 4),
        (10_000, 5),
        (20_000, 6),
    ] {
        bench.put(5, time, number, None);
    }
    bench.sink.heard.clear();
    assert_eq!(bench.advance(6).late, 5);
    let order: Vec<u16> = bench.sink.heard.iter().map(|(_, number)| *number).collect();
    assert_eq!(order, [5, 3, 6, 2, 4, 1]);
}

#[test]
fn the_stream_of_bytes_begins_anew_after_a_flush() {
    let mut bench = Bench::new(4, SchedulePrefetch::AT_TIME);
    assert_eq!(bench.sequencer.pass_stream(24), 0);
    assert_eq!(bench.sequencer.pass_stream(32), 24);
    bench.flush();
    assert_eq!(bench.sequencer.pass_stream(24), 0);
}

/// A message at a time, with a number in place of its events.
const fn numbered(time: i64, number: u32) -> Queued {
    Queued {
        time,
        furthest: 0,
        ends: (number, number),
    }
}

proptest! {
    #[test]
    fn a_heap_gives_the_earliest_first_and_equal_times_as_they_came(
        steps in proptest::collection::vec(proptest::option::weighted(0.6, 0_i64..8), 1..200),
    ) {
        let mut heaps = heap::Heaps::new(200);
        let mut top = heap::NONE;
        let mut held: Vec<(i64, u32)> = Vec::new();
        for (number, step) in (0..).zip(steps) {
            if let Some(time) = step {
                let single = heaps.single(numbered(time, number)).unwrap();
                top = heaps.join(top, single);
                held.push((time, number));
            } else if let Some(below) = heaps.free(top) {
                held.sort_unstable();
                let message = heaps.freed(top).unwrap();
                prop_assert_eq!((message.time, message.ends.0), held.remove(0));
                top = heaps.join_row(below);
            }
            prop_assert_eq!(heaps.earliest(top), held.iter().map(|(time, _)| *time).min());
        }
    }
}

/// The time of the message of this number.
type Order = fn(i64) -> i64;

#[test]
fn whatever_the_order_of_many_they_come_as_a_stable_sort_has_them() {
    const MANY: i64 = 3_000;
    let orders: [(&str, Order); 8] = [
        ("all alike", |_| 5),
        ("later ones first", |number| -number),
        ("later ones first, each in its own window", |number| {
            (MANY - number) << 40
        }),
        ("from both ends of time", |number| {
            if number % 2 == 0 {
                i64::MIN + number
            } else {
                i64::MAX - number
            }
        }),
        ("in one slot", |number| number * 7_919 % 97),
        ("over many slots", |number| number * 7_919 % MANY * 5_000),
        ("over many windows", |number| {
            number * 7_919 % MANY * 100_000_000
        }),
        ("over all of time", |number| {
            number.wrapping_mul(-7_046_029_254_386_353_131)
        }),
    ];
    for (name, time) in orders {
        let mut queue = Queue::new(4_096);
        let mut held: Vec<(i64, u32)> = Vec::new();
        // The last in order, so that all others are out of it.
        queue.push(numbered(i64::MAX, u32::MAX));
        for number in 0..MANY {
            let message = numbered(time(number), u32::try_from(number).unwrap());
            queue.push(message);
            held.push((message.time, message.ends.0));
            if number % 3 == 0 {
                held.sort_unstable();
                let message = queue.pop().unwrap();
                assert_eq!((message.time, message.ends.0), held.remove(0), "{name}");
            }
        }
        held.sort_unstable();
        for expected in held {
            assert!(!queue.is_in_order());
            let message = queue.pop().unwrap();
            assert_eq!((message.time, message.ends.0), expected, "{name}");
        }
        assert!(queue.is_in_order());
        assert_eq!((queue.len(), queue.earliest()), (1, Some(i64::MAX)));
    }
}

#[test]
fn every_place_of_a_full_queue_is_used_again() {
    let mut queue = Queue::new(8);
    queue.push(numbered(i64::MAX, u32::MAX));
    let mut held: Vec<(i64, u32)> = Vec::new();
    for number in 0..1_000_u32 {
        let time = i64::from(number * 7_919 % 1_000) * 10_000_000;
        queue.push(numbered(time, number));
        held.push((time, number));
        if queue.len() == 8 {
            held.sort_unstable();
            let message = queue.pop().unwrap();
            assert_eq!((message.time, message.ends.0), held.remove(0));
        }
    }
    assert_eq!(queue.len(), 7);
}

#[test]
fn a_series_that_goes_round_its_ring_many_times_keeps_its_order() {
    let mut bench = Bench::new(5, SchedulePrefetch::AT_TIME);
    for number in 0..100 {
        let frame = i64::from(number);
        for ahead in 1..=5 {
            bench.put(
                frame,
                (frame * 5 + ahead) * 10_000,
                ahead_of(number, ahead),
                None,
            );
        }
        assert_eq!(bench.sequencer.held(), 5);
        assert_eq!(bench.advance(frame * 5 + 5).messages, 5);
    }
    assert!(bench.sink.heard.is_sorted());
    assert_eq!(bench.sink.heard.len(), 500);
}

fn ahead_of(number: u16, ahead: i64) -> u16 {
    number * 5 + u16::try_from(ahead).unwrap()
}

#[test]
fn one_message_far_ahead_does_not_disturb_the_order_of_the_others() {
    let mut bench = Bench::new(60, SchedulePrefetch::AT_TIME);
    bench.put(0, i64::MAX, 0, None);
    let times = [
        70_000_000,
        10,
        5_000_000_000,
        20,
        10,
        16_384,
        16_383,
        1 << 50,
        70_000_000,
    ];
    for (number, time) in (1..).zip(times) {
        assert!(bench.put(0, time, number, None));
    }
    assert!(!bench.sequencer.queue.is_in_order());
    bench.advance(i64::MAX / 10_000);
    let mut expected: Vec<(i64, u16)> = times.into_iter().zip(1..).collect();
    expected.sort_unstable();
    assert_eq!(bench.sink.heard, expected);
    assert_eq!(bench.flush(), 1);
    assert!(bench.allocator.pool().is_whole());
}

#[test]
fn what_comes_in_order_after_a_pause_is_in_order_again() {
    let mut bench = Bench::new(8, SchedulePrefetch::AT_TIME);
    bench.put(0, 50_000, 1, None);
    bench.advance(6);
    // Before the last that came, which is gone.
    bench.put(6, 40_000, 2, None);
    bench.put(6, 45_000, 3, None);
    assert!(bench.sequencer.queue.is_in_order());
    assert_eq!(bench.advance(6).messages, 2);
}

//! The interrupt FIFO between two threads: what is stored, what is lost, which stamp goes with it.
#![expect(clippy::unwrap_used, reason = "tests may unwrap")]

use std::thread;

use assert_no_alloc::assert_no_alloc;
use dmus_kernel::{
    Allocator, ChannelGroup, ReferenceTime, RenderCx, SampleRate, SampleTime,
    interrupt::{InterruptDrain, interrupt_fifo},
    pool::PoolConfig,
};
use proptest::prelude::*;

#[cfg(debug_assertions)]
#[global_allocator]
static ALLOCATOR: assert_no_alloc::AllocDisabler = assert_no_alloc::AllocDisabler;

/// One raw event: its stamp and its bytes.
type Raw = (i64, Vec<u8>);

fn pool(events: u32) -> Allocator {
    let config = PoolConfig {
        events,
        long_buffers: 0,
        buffer_size: 9,
    };
    Allocator::new(config).unwrap()
}

/// Drains once; checks that every event is raw and of the group asked for.
fn drain(drain: &mut InterruptDrain, allocator: &mut Allocator) -> Vec<Raw> {
    let rate = SampleRate::new(48_000).unwrap();
    let mut cx = RenderCx::new(allocator, rate, SampleTime::ZERO, SampleTime::ZERO);
    let chain = assert_no_alloc(|| drain.drain(ChannelGroup::new(7), &mut cx));
    let Some(chain) = chain else {
        return Vec::new();
    };
    let raw = allocator
        .events(&chain)
        .map(|event| {
            assert!(event.flags.is_incomplete());
            assert_eq!(event.group, ChannelGroup::new(7));
            (event.time.units(), event.bytes().to_vec())
        })
        .collect();
    allocator.put_message(chain);
    assert!(allocator.pool().is_whole());
    raw
}

fn at(units: i64) -> ReferenceTime {
    ReferenceTime::new(units)
}

#[test]
fn each_event_has_the_stamp_of_its_first_byte() {
    let (mut fifo, mut end) = interrupt_fifo(16);
    let mut allocator = pool(16);
    assert_no_alloc(|| {
        assert_eq!(fifo.write(&[0x90, 60, 100], at(5)), 3);
        assert_eq!(fifo.write(&[1, 2, 3, 4, 5, 6, 7, 8, 9], at(6)), 9);
    });
    let expected = [
        (5, vec![0x90, 60, 100]),
        (6, vec![1, 2, 3, 4, 5, 6, 7, 8]),
        (6, vec![9]),
    ];
    assert_eq!(drain(&mut end, &mut allocator), expected);
    assert!(end.is_empty());
    assert_eq!(drain(&mut end, &mut allocator), []);
}

#[test]
fn a_callback_without_bytes_leaves_no_trace() {
    let (mut fifo, mut end) = interrupt_fifo(1);
    assert_eq!(fifo.write(&[], at(5)), 0);
    assert!(end.is_empty());
    assert_eq!(drain(&mut end, &mut pool(4)), []);
    assert_eq!(fifo.lost(), 0);
}

#[test]
fn as_many_bytes_fit_as_were_asked_for_however_they_arrive() {
    let (mut fifo, _end) = interrupt_fifo(5);
    assert_eq!(fifo.room(), 5);
    let stored: usize = (0..9).map(|byte| fifo.write(&[byte], at(1))).sum();
    assert_eq!((stored, fifo.lost(), fifo.room()), (5, 4, 0));
}

#[test]
fn a_full_fifo_drops_the_newest_and_counts_it() {
    let (mut fifo, mut end) = interrupt_fifo(2);
    let mut allocator = pool(8);
    assert_eq!(fifo.write(&[0x90, 1, 2], at(1)), 3);
    assert_eq!(fifo.write(&[0x90, 3, 4, 5, 6, 7, 8, 9, 10, 11], at(2)), 8);
    assert_eq!(fifo.write(&[0x90, 9, 9], at(3)), 0);
    assert_eq!((fifo.lost(), end.lost()), (5, 5));
    let heard = drain(&mut end, &mut allocator);
    assert_eq!(
        heard,
        [(1, vec![0x90, 1, 2]), (2, vec![0x90, 3, 4, 5, 6, 7, 8, 9])]
    );
}

#[test]
fn what_follows_a_gap_begins_with_a_status_byte() {
    let (mut fifo, mut end) = interrupt_fifo(1);
    let mut allocator = pool(8);
    fifo.write(&[0xF0, 1], at(1));
    assert_eq!(fifo.write(&[2, 3], at(2)), 0);
    drain(&mut end, &mut allocator);
    fifo.write(&[4, 0xF8, 0xF7, 5, 0x90, 6, 7], at(3));
    assert_eq!(
        drain(&mut end, &mut allocator),
        [(3, vec![0xF8, 0x90, 6, 7])]
    );
    assert_eq!((end.lost(), end.skipped()), (2, 3));
    fifo.write(&[8, 9], at(4));
    assert_eq!(drain(&mut end, &mut allocator), [(4, vec![8, 9])]);
}

#[test]
fn a_gap_is_passed_over_across_runs() {
    let (mut fifo, mut end) = interrupt_fifo(1);
    let mut allocator = pool(8);
    fifo.write(&[0x90], at(1));
    fifo.write(&[60], at(2));
    drain(&mut end, &mut allocator);
    for bytes in [&[100][..], &[61, 100], &[0xF7]] {
        fifo.write(bytes, at(3));
        assert_eq!(drain(&mut end, &mut allocator), []);
    }
    fifo.write(&[0x80, 60, 0], at(4));
    assert_eq!(drain(&mut end, &mut allocator), [(4, vec![0x80, 60, 0])]);
    assert_eq!(end.skipped(), 4);
}

#[test]
fn bytes_for_which_there_is_no_event_wait_for_the_next_service() {
    let (mut fifo, mut end) = interrupt_fifo(64);
    let mut allocator = pool(2);
    for number in 0..5_u8 {
        fifo.write(&[0xC0, number], at(i64::from(number)));
    }
    let mut heard = Vec::new();
    for events in [2, 2, 1, 0] {
        let raw = drain(&mut end, &mut allocator);
        assert_eq!(raw.len(), events);
        heard.extend(raw);
    }
    let expected: Vec<Raw> = (0..5_u8).map(|n| (i64::from(n), vec![0xC0, n])).collect();
    assert_eq!(heard, expected);
    assert_eq!(end.lost(), 0);
}

#[test]
fn clearing_throws_away_what_was_there() {
    let (mut fifo, mut end) = interrupt_fifo(4);
    let mut allocator = pool(8);
    fifo.write(&[0x90, 1], at(1));
    end.clear();
    assert!(end.is_empty());
    fifo.write(&[0xC0, 2], at(2));
    assert_eq!(drain(&mut end, &mut allocator), [(2, vec![0xC0, 2])]);
}

#[test]
fn the_fifo_wraps_without_losing_its_place() {
    let (mut fifo, mut end) = interrupt_fifo(3);
    let mut allocator = pool(8);
    for round in 0..1_000_i64 {
        let byte = u8::try_from(round % 128).unwrap();
        assert_eq!(fifo.write(&[0xC0, byte], at(round)), 2);
        assert_eq!(fifo.write(&[byte], at(-round)), 1);
        let expected = [(round, vec![0xC0, byte]), (-round, vec![byte])];
        assert_eq!(drain(&mut end, &mut allocator), expected);
    }
}

/// A device on its own thread stamps each program change with its number. Whenever the drain looks,
/// no byte may carry the stamp of another, nor may one be missing.
#[test]
fn a_byte_that_arrives_while_others_are_drained_keeps_its_own_stamp() {
    const MESSAGES: u32 = 20_000;
    let (mut fifo, mut end) = interrupt_fifo(64);
    let mut allocator = pool(256);
    let device = thread::spawn(move || {
        for number in 0..MESSAGES {
            let [a, b, c, d] = number.to_le_bytes().map(|byte| byte & 0x7F);
            while fifo.write(&[0xF0, a, b, c, d], at(i64::from(number))) == 0 {
                thread::yield_now();
            }
            if number % 3 == 0 {
                while fifo.write(&[0xF7], at(-i64::from(number))) == 0 {
                    thread::yield_now();
                }
            }
        }
        fifo.lost()
    });
    let mut next = 0;
    while next < MESSAGES {
        if end.is_empty() {
            thread::yield_now();
        }
        for (stamp, bytes) in drain(&mut end, &mut allocator) {
            if bytes == [0xF7] {
                let before = i64::from(next - 1);
                assert!(before % 3 == 0 && stamp == -before);
                continue;
            }
            let [a, b, c, d] = next.to_le_bytes().map(|byte| byte & 0x7F);
            assert_eq!((stamp, bytes), (i64::from(next), vec![0xF0, a, b, c, d]));
            next += 1;
        }
    }
    let lost = device.join().unwrap();
    assert_eq!(end.lost(), lost, "both ends read one count");
}

/// As above, but the device never waits: what was stored must come, in order; the rest is counted.
#[test]
fn in_an_interrupt_storm_every_byte_is_delivered_or_counted() {
    const MESSAGES: i64 = 50_000;
    let (mut fifo, mut end) = interrupt_fifo(32);
    let mut allocator = pool(256);
    let device = thread::spawn(move || {
        let mut stored = 0;
        for number in 0..MESSAGES {
            stored += fifo.write(&[0xF8, 0xFE], at(number));
            if number % 50 == 0 {
                thread::yield_now();
            }
        }
        stored
    });
    let (mut heard, mut last) = (0, -1);
    while !device.is_finished() || !end.is_empty() {
        if end.is_empty() {
            thread::yield_now();
        }
        for (stamp, bytes) in drain(&mut end, &mut allocator) {
            assert!(stamp > last, "{stamp} after {last}");
            last = stamp;
            heard += bytes.len();
        }
    }
    let stored = device.join().unwrap();
    assert_eq!(heard, stored);
    assert_eq!(stored + usize::try_from(end.lost()).unwrap(), 100_000);
    assert_eq!(end.skipped(), 0, "real-time bytes stand for themselves");
}

proptest! {
    #[test]
    fn every_byte_written_is_drained_lost_or_passed_over(
        writes in proptest::collection::vec(
            (proptest::collection::vec(any::<u8>(), 0..30), any::<bool>()),
            0..40,
        ),
        capacity in 0..6_usize,
        events in 1..6_u32,
    ) {
        let (mut fifo, mut end) = interrupt_fifo(capacity);
        let mut allocator = pool(events);
        let (mut written, mut drained) = (0, 0);
        for (bytes, serves) in &writes {
            fifo.write(bytes, at(1));
            written += bytes.len();
            if *serves {
                drained += drain(&mut end, &mut allocator).iter().map(|(_, b)| b.len()).sum::<usize>();
            }
        }
        while !end.is_empty() {
            drained += drain(&mut end, &mut allocator).iter().map(|(_, b)| b.len()).sum::<usize>();
        }
        let gone = usize::try_from(end.lost() + end.skipped()).unwrap();
        prop_assert_eq!(drained + gone, written);
    }
}

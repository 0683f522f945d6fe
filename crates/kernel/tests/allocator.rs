//! Whole messages in the pool: split, joined again, and never leaked.
#![expect(clippy::unwrap_used, reason = "tests may unwrap")]

use assert_no_alloc::{AllocDisabler, assert_no_alloc};
use dmus_kernel::{
    Allocator, ChannelGroup, EventBox, EventFlags, Payload, ReferenceTime,
    allocator::{GatherError, MAX_PACKAGE_DEPTH},
    error::{Exhausted, Room},
    pool::{Claim, PoolConfig},
};
use proptest::prelude::*;

#[cfg(debug_assertions)]
#[global_allocator]
static ALLOCATOR: AllocDisabler = AllocDisabler;

const POOL: PoolConfig = PoolConfig {
    events: 8,
    long_buffers: 4,
    buffer_size: 16,
};

const TIME: ReferenceTime = ReferenceTime::new(77);

fn message(allocator: &mut Allocator, bytes: &[u8]) -> Result<EventBox, Exhausted> {
    assert_no_alloc(|| allocator.message(Claim::Release, TIME, ChannelGroup::new(2), bytes))
}

/// Lengths and incompleteness of the pieces a message of `length` bytes becomes.
fn pieces(length: u8) -> Vec<(usize, bool)> {
    let mut allocator = Allocator::new(POOL).unwrap();
    let bytes: Vec<u8> = (0..length).collect();
    let chain = message(&mut allocator, &bytes).unwrap();
    let views: Vec<_> = allocator.events(&chain).collect();
    assert!(
        views
            .iter()
            .all(|view| (view.time, view.group) == (TIME, ChannelGroup::new(2)))
    );
    let pieces = views
        .iter()
        .map(|view| (view.bytes().len(), view.flags.is_incomplete()));
    let pieces = pieces.collect();
    let mut room = [0; 64];
    assert_eq!(allocator.gather(&chain, &mut room), Ok(&bytes[..]));
    assert_no_alloc(|| allocator.put_message(chain));
    assert!(allocator.pool().is_whole());
    pieces
}

#[test]
fn a_message_is_split_at_the_size_of_a_buffer() {
    assert_eq!(pieces(0), [(0, false)]);
    assert_eq!(pieces(8), [(8, false)]);
    assert_eq!(pieces(9), [(9, false)]);
    assert_eq!(pieces(16), [(16, false)]);
    assert_eq!(pieces(17), [(16, true), (1, false)]);
    assert_eq!(pieces(32), [(16, true), (16, false)]);
    assert_eq!(pieces(40), [(16, true), (16, true), (8, false)]);
}

#[test]
fn a_message_that_does_not_fit_leaves_nothing_behind() {
    let mut allocator = Allocator::new(POOL).unwrap();
    let full = message(&mut allocator, &[1; 16 * 4 + 9]).unwrap_err();
    assert_eq!(full, Exhausted::new(Room::Buffers));
    assert!(allocator.pool().is_whole());
    let few = PoolConfig { events: 2, ..POOL };
    let mut allocator = Allocator::new(few).unwrap();
    let full = message(&mut allocator, &[1; 16 * 3]).unwrap_err();
    assert_eq!(full, Exhausted::new(Room::Events));
    assert!(allocator.pool().is_whole());
}

#[test]
fn one_event_too_many_is_refused_and_the_next_after_a_return_is_granted() {
    let mut allocator = Allocator::new(POOL).unwrap();
    let mut taken: Vec<EventBox> = (0..8)
        .map(|_| message(&mut allocator, &[1]).unwrap())
        .collect();
    assert_eq!(
        message(&mut allocator, &[1]).unwrap_err(),
        Exhausted::new(Room::Events)
    );
    assert_no_alloc(|| allocator.put_message(taken.pop().unwrap()));
    taken.push(message(&mut allocator, &[1]).unwrap());
    for event in taken {
        assert_no_alloc(|| allocator.put_message(event));
    }
    assert!(allocator.pool().is_whole());
}

#[test]
fn a_long_event_used_again_for_a_short_one_shows_zeroed_fields() {
    let mut allocator = Allocator::new(PoolConfig { events: 1, ..POOL }).unwrap();
    let mut long = message(&mut allocator, &[0xFF; 12]).unwrap();
    assert_no_alloc(|| allocator.set_byte_position(&mut long, Some(9)));
    assert_no_alloc(|| allocator.mark_incomplete(&mut long));
    assert_no_alloc(|| allocator.put_message(long));
    let event = assert_no_alloc(|| allocator.get_message(Claim::Release)).unwrap();
    let view = allocator.event(&event);
    assert_eq!(
        (view.time, view.group),
        (ReferenceTime::ZERO, ChannelGroup::BROADCAST)
    );
    assert_eq!(
        (view.flags, view.byte_position),
        (EventFlags::COMPLETE, None)
    );
    assert_eq!(view.payload, Payload::Inline(&[]));
    assert_no_alloc(|| allocator.put_message(event));
}

#[test]
fn all_ones_is_no_position() {
    let mut allocator = Allocator::new(POOL).unwrap();
    let mut event = message(&mut allocator, &[1]).unwrap();
    for (set, seen) in [(Some(0), Some(0)), (Some(u64::MAX - 1), Some(u64::MAX - 1))] {
        assert_no_alloc(|| allocator.set_byte_position(&mut event, set));
        assert_eq!(allocator.event(&event).byte_position, seen);
    }
    for none in [Some(u64::MAX), None] {
        assert_no_alloc(|| allocator.set_byte_position(&mut event, none));
        assert_eq!(allocator.event(&event).byte_position, None);
    }
    assert_no_alloc(|| allocator.put_message(event));
}

#[test]
fn gathering_stops_at_the_end_of_the_message() {
    let mut allocator = Allocator::new(POOL).unwrap();
    let first = message(&mut allocator, &[1; 17]).unwrap();
    let second = message(&mut allocator, &[2; 3]).unwrap();
    let chain = assert_no_alloc(|| allocator.join(first, second));
    let mut room = [0; 17];
    assert_eq!(allocator.gather(&chain, &mut room), Ok(&[1; 17][..]));
    let limit = 16;
    let short = &mut [0; 16];
    assert_eq!(
        allocator.gather(&chain, short),
        Err(GatherError::TooLong { limit })
    );
    assert_no_alloc(|| allocator.put_message(chain));
}

#[test]
fn a_run_without_an_end_is_not_gathered() {
    let mut allocator = Allocator::new(POOL).unwrap();
    let mut raw = message(&mut allocator, &[0xF0, 1]).unwrap();
    assert_no_alloc(|| allocator.mark_incomplete(&mut raw));
    let mut room = [0; 8];
    assert_eq!(
        allocator.gather(&raw, &mut room),
        Err(GatherError::Unfinished)
    );
    assert_no_alloc(|| allocator.put_message(raw));
}

#[test]
fn a_package_is_not_gathered() {
    let mut allocator = Allocator::new(POOL).unwrap();
    let inner = message(&mut allocator, &[1]).unwrap();
    let mut shell = message(&mut allocator, &[]).unwrap();
    assert_no_alloc(|| allocator.set_package(&mut shell, inner)).unwrap();
    let gathered = allocator.gather(&shell, &mut [0; 8]).map(<[u8]>::len);
    assert_eq!(gathered, Err(GatherError::Package));
    assert_no_alloc(|| allocator.put_message(shell));
    assert!(allocator.pool().is_whole());
}

#[test]
fn a_package_sixty_four_deep_is_refused_and_recycled() {
    let mut allocator = Allocator::new(PoolConfig { events: 80, ..POOL }).unwrap();
    let mut nest = message(&mut allocator, &[1]).unwrap();
    let mut refusals = 0;
    for _ in 0..64 {
        let mut shell = message(&mut allocator, &[]).unwrap();
        match assert_no_alloc(|| allocator.set_package(&mut shell, nest)) {
            Ok(()) => nest = shell,
            Err(refused) => {
                refusals += 1;
                assert_no_alloc(|| allocator.put_message(shell));
                nest = refused.chain;
            }
        }
    }
    assert_eq!(refusals, 64 - usize::from(MAX_PACKAGE_DEPTH));
    assert_no_alloc(|| allocator.put_message(nest));
    assert!(allocator.pool().is_whole());
}

#[test]
fn no_call_of_the_render_side_allocates() {
    let mut allocator = Allocator::new(POOL).unwrap();
    let mut room = [0; 64];
    let bytes = [3; 48];
    let mut seen = 0;
    assert_no_alloc(|| {
        for _ in 0..100 {
            let mut long = message(&mut allocator, &bytes).unwrap();
            allocator.set_byte_position(&mut long, Some(1));
            assert_eq!(allocator.gather(&long, &mut room).unwrap().len(), 48);
            assert!(message(&mut allocator, &bytes).is_err());
            allocator.consume(long, |event| seen += event.bytes().len());
        }
    });
    assert_eq!(seen, 4_800);
    assert!(allocator.pool().is_whole());
}

proptest! {
    #[test]
    fn what_is_split_comes_together_again(
        bytes in proptest::collection::vec(any::<u8>(), 0..100),
        buffer_size in 9_u16..40,
        room in 0_usize..120,
    ) {
        let config = PoolConfig { events: 16, long_buffers: 16, buffer_size };
        let mut allocator = Allocator::new(config).unwrap();
        let chain = message(&mut allocator, &bytes).unwrap();
        let mut into = vec![0xAA; room];
        let gathered = allocator.gather(&chain, &mut into);
        if room >= bytes.len() {
            prop_assert_eq!(gathered, Ok(&bytes[..]));
        } else {
            prop_assert_eq!(gathered, Err(GatherError::TooLong { limit: room }));
        }
        assert_no_alloc(|| allocator.put_message(chain));
        prop_assert!(allocator.pool().is_whole());
    }
}

//! A pool grows by what was built elsewhere, while its events are in flight.

use assert_no_alloc::{AllocDisabler, assert_no_alloc};
use dmus_kernel::{
    Allocator, ChannelGroup, EventBox, ReferenceTime,
    error::{ConfigError, Exhausted, Room},
    pool::{Claim, GrowthLimit, GrowthRefused, PoolConfig, PoolExtension},
};
use proptest::prelude::*;

#[cfg(debug_assertions)]
#[global_allocator]
static ALLOCATOR: AllocDisabler = AllocDisabler;

const POOL: PoolConfig = PoolConfig {
    events: 4,
    long_buffers: 1,
    buffer_size: 16,
};

/// Grows on the render side by what was built before.
fn grow(allocator: &mut Allocator, extension: PoolExtension) -> Result<(), GrowthRefused> {
    assert_no_alloc(|| allocator.grow(extension))
}

fn message(allocator: &mut Allocator, mark: u8, length: usize) -> Result<EventBox, Exhausted> {
    let bytes = [mark; 16];
    let group = ChannelGroup::FIRST;
    assert_no_alloc(|| {
        allocator.message(Claim::Release, ReferenceTime::ZERO, group, &bytes[..length])
    })
}

fn all(allocator: &mut Allocator, length: usize) -> Vec<EventBox> {
    (1..)
        .map_while(|mark| message(allocator, mark, length).ok())
        .collect()
}

fn put_all(allocator: &mut Allocator, events: Vec<EventBox>) {
    for event in events {
        assert_no_alloc(|| allocator.put_message(event));
    }
    assert!(allocator.pool().is_whole(), "{:?}", allocator.pool());
}

#[test]
fn an_exhausted_pool_goes_on_after_it_has_grown() {
    let mut allocator = Allocator::new(POOL).unwrap();
    let mut events = all(&mut allocator, 3);
    assert_eq!(events.len(), 4);
    grow(&mut allocator, PoolExtension::new(3, 2, 16).unwrap()).unwrap();
    let pool = allocator.pool();
    assert_eq!((pool.events_free, pool.events_capacity), (3, 7));
    assert_eq!((pool.buffers_free, pool.buffers_capacity), (3, 3));
    events.extend(all(&mut allocator, 3));
    assert_eq!(events.len(), 7);
    put_all(&mut allocator, events);
}

#[test]
fn events_in_flight_are_as_they_were() {
    let mut allocator = Allocator::new(POOL).unwrap();
    let first = message(&mut allocator, 1, 12).unwrap();
    grow(&mut allocator, PoolExtension::new(8, 8, 16).unwrap()).unwrap();
    let others = all(&mut allocator, 12);
    assert_eq!(others.len(), 8);
    assert_eq!(allocator.event(&first).bytes(), [1; 12]);
    for (mark, event) in (1..).zip(&others) {
        assert_eq!(allocator.event(event).bytes(), [mark; 12]);
    }
    let mut chain = first;
    for event in others {
        chain = assert_no_alloc(|| allocator.join(chain, event));
    }
    put_all(&mut allocator, vec![chain]);
}

#[test]
fn buffers_alone_may_be_added() {
    let mut allocator = Allocator::new(POOL).unwrap();
    grow(&mut allocator, PoolExtension::new(0, 1, 16).unwrap()).unwrap();
    let events = all(&mut allocator, 9);
    assert_eq!(events.len(), 2);
    put_all(&mut allocator, events);
    assert_eq!(allocator.pool().events_capacity, 4);
}

#[test]
fn growth_past_the_maximum_is_refused_and_handed_back() {
    let mut allocator = Allocator::new(POOL).unwrap();
    let most = PoolConfig::MAX_EVENTS;
    let refused = grow(&mut allocator, PoolExtension::new(most, 0, 16).unwrap()).unwrap_err();
    assert_eq!(refused.limit, GrowthLimit::Events { asked: most + 4 });
    assert_eq!(refused.extension.events(), most);
    let most = PoolConfig::MAX_LONG_BUFFERS;
    let refused = grow(&mut allocator, PoolExtension::new(1, most, 16).unwrap()).unwrap_err();
    assert_eq!(refused.limit, GrowthLimit::LongBuffers { asked: most + 1 });
    assert_eq!(refused.extension.long_buffers(), most);
    assert_eq!(allocator.pool().events_capacity, 4, "the pool is unchanged");
}

#[test]
fn buffers_of_another_size_are_refused() {
    let mut allocator = Allocator::new(POOL).unwrap();
    let refused = grow(&mut allocator, PoolExtension::new(1, 1, 17).unwrap()).unwrap_err();
    assert_eq!(
        refused.limit,
        GrowthLimit::BufferSize {
            asked: 17,
            pool: 16
        }
    );
    assert!(refused.to_string().contains("17"));
}

#[test]
fn a_pool_grows_sixteen_times_and_no_more() {
    let mut allocator = Allocator::new(POOL).unwrap();
    for _ in 0..16 {
        grow(&mut allocator, PoolExtension::new(2, 1, 16).unwrap()).unwrap();
    }
    let refused = grow(&mut allocator, PoolExtension::new(2, 1, 16).unwrap()).unwrap_err();
    assert_eq!(refused.limit, GrowthLimit::Extensions);
    let events = all(&mut allocator, 3);
    assert_eq!(events.len(), 4 + 2 * 16);
    put_all(&mut allocator, events);
    let events = all(&mut allocator, 9);
    assert_eq!(events.len(), 1 + 16);
    put_all(&mut allocator, events);
}

#[test]
fn an_extension_of_an_impossible_size_is_not_built() {
    let too_many = PoolExtension::new(PoolConfig::MAX_EVENTS + 1, 0, 16);
    assert!(matches!(too_many, Err(ConfigError::Events { .. })));
    assert!(matches!(
        PoolExtension::new(1, 0, 8),
        Err(ConfigError::BufferSize { .. })
    ));
}

#[test]
fn the_reserve_grows_with_the_pool() {
    let mut allocator = Allocator::new(PoolConfig { events: 8, ..POOL }).unwrap();
    grow(&mut allocator, PoolExtension::new(24, 0, 16).unwrap()).unwrap();
    let events: Vec<_> = (0..32)
        .map_while(|_| assert_no_alloc(|| allocator.get_message(Claim::Ordinary)).ok())
        .collect();
    assert_eq!(events.len(), 28, "an eighth of 32 is kept");
    put_all(&mut allocator, events);
}

#[test]
fn growing_allocates_and_frees_nothing() {
    let mut allocator = Allocator::new(POOL).unwrap();
    let mut extensions: Vec<_> = (0..17).map(|_| PoolExtension::new(5, 5, 16).ok()).collect();
    let mut refused = None;
    assert_no_alloc(|| {
        for extension in &mut extensions {
            if let Err(back) = allocator.grow(extension.take().unwrap()) {
                refused = Some(back);
            }
            let event = message(&mut allocator, 1, 12).unwrap();
            allocator.put_message(event);
        }
    });
    assert_eq!(refused.unwrap().extension.events(), 5);
}

#[test]
fn a_pool_that_took_the_place_of_another_in_memory_is_another_pool() {
    let mut former = Allocator::new(POOL).unwrap();
    let stranger = former.get_buffer().unwrap();
    drop(former);
    let mut allocator = Allocator::new(POOL).unwrap();
    let refused = assert_no_alloc(|| allocator.put_buffer(stranger)).unwrap_err();
    assert_eq!(
        assert_no_alloc(|| allocator.get_message(Claim::Release))
            .map(|event| assert_no_alloc(|| allocator.put_message(event))),
        Ok(())
    );
    assert_eq!(
        assert_no_alloc(|| allocator.get_buffer())
            .map_err(|full| full.room)
            .map(|buffer| assert_no_alloc(|| allocator.put_buffer(buffer)).is_ok()),
        Ok(true)
    );
    // Its pool is gone, and nothing else may take it.
    std::mem::forget(refused);
}

proptest! {
    #[test]
    fn pool_and_flight_add_up_through_growth(
        steps in proptest::collection::vec((0_u8..4, 0_usize..17), 1..120),
    ) {
        let mut allocator = Allocator::new(POOL).unwrap();
        let mut flight: Vec<EventBox> = Vec::new();
        let (mut events, mut buffers, mut held) = (4, 1, 0);
        for (step, size) in steps {
            match step {
                0 if events < 30 => {
                    grow(&mut allocator, PoolExtension::new(2, 1, 16).unwrap()).unwrap();
                    (events, buffers) = (events + 2, buffers + 1);
                }
                1 | 2 => match message(&mut allocator, 7, size.min(16)) {
                    Ok(event) => {
                        held += u32::from(size > 8);
                        flight.push(event);
                    }
                    Err(full) if full.room == Room::Buffers => prop_assert_eq!(held, buffers),
                    Err(_) => prop_assert_eq!(flight.len(), events as usize),
                },
                _ => {
                    if !flight.is_empty() {
                        let event = flight.swap_remove(size % flight.len());
                        held -= u32::from(allocator.event(&event).bytes().len() > 8);
                        assert_no_alloc(|| allocator.put_message(event));
                    }
                }
            }
            let pool = allocator.pool();
            prop_assert_eq!(pool.events_free as usize + flight.len(), events as usize);
            prop_assert_eq!(pool.buffers_free + held, buffers);
            prop_assert_eq!((pool.events_capacity, pool.buffers_capacity), (events, buffers));
        }
        put_all(&mut allocator, flight);
    }
}

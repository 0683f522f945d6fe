//! What is in the pool and what is in flight always add up, whatever is done and whatever fails.
#![expect(clippy::unwrap_used, reason = "tests may unwrap")]

use assert_no_alloc::{AllocDisabler, assert_no_alloc, permit_alloc};
use dmus_kernel::{
    Allocator, ChannelGroup, EventBox, EventFlags, Payload, ReferenceTime,
    allocator::{BufferRefused, MAX_PACKAGE_DEPTH},
    error::{Exhausted, Room, WriteError},
    pool::{BufferBox, Claim, PoolConfig},
};
use proptest::prelude::*;

#[global_allocator]
static ALLOCATOR: AllocDisabler = AllocDisabler;

const POOL: PoolConfig = PoolConfig {
    events: 40,
    long_buffers: 3,
    buffer_size: 16,
};

/// What a test believes an event holds.
#[derive(Clone, Debug, PartialEq)]
enum Model {
    Bytes(Vec<u8>),
    Package(Vec<Model>),
}

impl Model {
    fn events(&self) -> usize {
        1 + match self {
            Self::Bytes(_) => 0,
            Self::Package(inner) => inner.iter().map(Self::events).sum(),
        }
    }

    fn buffers(&self) -> usize {
        match self {
            Self::Bytes(bytes) => usize::from(bytes.len() > 8),
            Self::Package(inner) => inner.iter().map(Self::buffers).sum(),
        }
    }

    fn depth(&self) -> usize {
        match self {
            Self::Bytes(_) => 0,
            Self::Package(inner) => 1 + inner.iter().map(Self::depth).max().unwrap_or(0),
        }
    }

    fn messages(&self) -> Vec<Vec<u8>> {
        match self {
            Self::Bytes(bytes) => vec![bytes.clone()],
            Self::Package(inner) => inner.iter().flat_map(Self::messages).collect(),
        }
    }
}

#[derive(Clone, Debug)]
enum Step {
    Get(bool),
    Write(usize, Vec<u8>),
    Attach(usize, u16),
    GetBuffer,
    PutBuffer,
    Join(usize, usize),
    Split(usize),
    Pack(usize, usize),
    Unpack(usize),
    Put(usize),
    Consume(usize),
}

fn any_step() -> impl Strategy<Value = Step> {
    let index = 0_usize..64;
    prop_oneof![
        6 => any::<bool>().prop_map(Step::Get),
        2 => (index.clone(), proptest::collection::vec(any::<u8>(), 0..20))
            .prop_map(|(at, bytes)| Step::Write(at, bytes)),
        1 => (index.clone(), 0_u16..20).prop_map(|(at, length)| Step::Attach(at, length)),
        1 => Just(Step::GetBuffer),
        1 => Just(Step::PutBuffer),
        2 => (index.clone(), index.clone()).prop_map(|(a, b)| Step::Join(a, b)),
        1 => index.clone().prop_map(Step::Split),
        3 => (index.clone(), index.clone()).prop_map(|(a, b)| Step::Pack(a, b)),
        1 => index.clone().prop_map(Step::Unpack),
        1 => index.clone().prop_map(Step::Put),
        1 => index.prop_map(Step::Consume),
    ]
}

/// An allocator beside what a test believes is in flight.
struct Bench {
    allocator: Allocator,
    chains: Vec<(EventBox, Vec<Model>)>,
    buffers: Vec<BufferBox>,
}

impl Bench {
    fn new() -> Self {
        let allocator = Allocator::new(POOL).unwrap();
        Self {
            allocator,
            chains: Vec::new(),
            buffers: Vec::new(),
        }
    }

    /// A chain picked by any number, if there is one.
    fn take(&mut self, number: usize) -> Option<(EventBox, Vec<Model>)> {
        let count = self.chains.len();
        (count > 0).then(|| self.chains.swap_remove(number % count))
    }

    fn run(&mut self, step: Step) {
        match step {
            Step::Get(is_release) => self.get(is_release),
            Step::GetBuffer => self
                .buffers
                .extend(assert_no_alloc(|| self.allocator.get_buffer())),
            Step::PutBuffer => {
                if let Some(buffer) = self.buffers.pop() {
                    assert_no_alloc(|| self.allocator.put_buffer(buffer)).unwrap();
                }
            }
            Step::Write(at, bytes) => self.write(at, bytes),
            Step::Attach(at, length) => self.attach(at, length),
            Step::Join(a, b) => {
                let Some((first, mut model)) = self.take(a) else {
                    return;
                };
                let Some((second, more)) = self.take(b) else {
                    return self.chains.push((first, model));
                };
                model.extend(more);
                self.chains.push((
                    assert_no_alloc(|| self.allocator.join(first, second)),
                    model,
                ));
            }
            Step::Split(at) => {
                let Some((chain, mut model)) = self.take(at) else {
                    return;
                };
                let (first, rest) = assert_no_alloc(|| self.allocator.split_first(chain));
                let models = model.split_off(1);
                self.chains.push((first, model));
                self.chains.extend(rest.map(|rest| (rest, models)));
            }
            Step::Pack(a, b) => self.pack(a, b),
            Step::Unpack(at) => {
                let Some((mut chain, mut model)) = self.take(at) else {
                    return;
                };
                let inner = assert_no_alloc(|| self.allocator.take_package(&mut chain));
                if let Model::Package(models) = &model[0] {
                    self.chains.push((inner.unwrap(), models.clone()));
                    model[0] = Model::Bytes(Vec::new());
                } else {
                    assert!(inner.is_none());
                }
                self.chains.push((chain, model));
            }
            Step::Put(at) => {
                if let Some((chain, _)) = self.take(at) {
                    assert_no_alloc(|| self.allocator.put_message(chain));
                }
            }
            Step::Consume(at) => {
                let Some((chain, model)) = self.take(at) else {
                    return;
                };
                let mut seen = Vec::new();
                assert_no_alloc(|| {
                    self.allocator.consume(chain, |event| {
                        permit_alloc(|| seen.push(event.bytes().to_vec()));
                    });
                });
                assert_eq!(
                    seen,
                    model.iter().flat_map(Model::messages).collect::<Vec<_>>()
                );
            }
        }
    }

    fn get(&mut self, is_release: bool) {
        let claim = if is_release {
            Claim::Release
        } else {
            Claim::Ordinary
        };
        let free = self.allocator.pool().events_free;
        match assert_no_alloc(|| self.allocator.get_message(claim)) {
            Ok(event) => {
                let view = self.allocator.event(&event);
                assert_eq!(
                    (view.time, view.group),
                    (ReferenceTime::ZERO, ChannelGroup::BROADCAST)
                );
                assert_eq!(
                    (view.flags, view.payload),
                    (EventFlags::COMPLETE, Payload::Inline(&[]))
                );
                self.chains.push((event, vec![Model::Bytes(Vec::new())]));
            }
            Err(error) => {
                assert_eq!(error, Exhausted::new(Room::Events));
                assert!(free == 0 || (!is_release && free <= 5));
            }
        }
    }

    fn write(&mut self, at: usize, bytes: Vec<u8>) {
        let Some((mut chain, mut model)) = self.take(at) else {
            return;
        };
        let free = self.allocator.pool().buffers_free;
        match assert_no_alloc(|| self.allocator.write(&mut chain, &bytes)) {
            Ok(()) => model[0] = Model::Bytes(bytes),
            Err(WriteError::TooLong { length, limit }) => {
                assert_eq!((length, limit), (bytes.len(), 16));
                assert!(length > 16);
            }
            Err(error) => assert!(free == 0 && bytes.len() > 8, "{error}"),
        }
        self.chains.push((chain, model));
    }

    fn attach(&mut self, at: usize, length: u16) {
        let Some(mut buffer) = self.buffers.pop() else {
            return;
        };
        let Some((mut chain, mut model)) = self.take(at) else {
            return self.buffers.push(buffer);
        };
        let bytes: Vec<u8> = (1..=16).collect();
        self.allocator
            .buffer_mut(&mut buffer)
            .copy_from_slice(&bytes);
        match assert_no_alloc(|| self.allocator.attach(&mut chain, buffer, length)) {
            Ok(()) => model[0] = Model::Bytes(bytes[..usize::from(length)].to_vec()),
            Err(BufferRefused(buffer)) => {
                assert!(length > 16);
                self.buffers.push(buffer);
            }
        }
        self.chains.push((chain, model));
    }

    fn pack(&mut self, a: usize, b: usize) {
        let Some((mut shell, mut model)) = self.take(a) else {
            return;
        };
        let Some((chain, inner)) = self.take(b) else {
            return self.chains.push((shell, model));
        };
        let package = Model::Package(inner.clone());
        match assert_no_alloc(|| self.allocator.set_package(&mut shell, chain)) {
            Ok(()) => model[0] = package,
            Err(refused) => {
                assert!(package.depth() > usize::from(MAX_PACKAGE_DEPTH));
                assert_eq!(usize::from(refused.depth), package.depth());
                self.chains.push((refused.chain, inner));
            }
        }
        self.chains.push((shell, model));
    }

    fn check(&self) {
        let models = || self.chains.iter().flat_map(|(_, model)| model);
        let in_flight: usize = models().map(Model::events).sum();
        let attached: usize = models().map(Model::buffers).sum();
        let pool = self.allocator.pool();
        assert_eq!(pool.events_free as usize + in_flight, POOL.events as usize);
        let buffers = pool.buffers_free as usize + attached + self.buffers.len();
        assert_eq!(buffers, POOL.long_buffers as usize);
        for (chain, model) in &self.chains {
            let views: Vec<_> = self.allocator.events(chain).collect();
            assert_eq!(views.len(), model.len());
            for (view, model) in views.iter().zip(model) {
                match model {
                    Model::Bytes(bytes) => {
                        assert_eq!(view.flags, EventFlags::COMPLETE);
                        assert_eq!(view.bytes(), bytes);
                        assert_eq!(matches!(view.payload, Payload::Buffer(_)), bytes.len() > 8);
                    }
                    Model::Package(_) => assert!(view.flags.is_package()),
                }
            }
        }
    }

    fn finish(mut self) {
        for (chain, _) in self.chains.drain(..) {
            assert_no_alloc(|| self.allocator.put_message(chain));
        }
        for buffer in self.buffers.drain(..) {
            assert_no_alloc(|| self.allocator.put_buffer(buffer)).unwrap();
        }
        assert!(self.allocator.pool().is_whole());
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(512))]

    #[test]
    fn pool_and_flight_add_up_after_every_step(
        steps in proptest::collection::vec(any_step(), 1..200),
    ) {
        let mut bench = Bench::new();
        for step in steps {
            bench.run(step);
            bench.check();
        }
        bench.finish();
    }
}

fn event(allocator: &mut Allocator) -> EventBox {
    assert_no_alloc(|| allocator.get_message(Claim::Release)).unwrap()
}

#[test]
fn packages_nest_to_the_limit_and_no_deeper() {
    let mut allocator = Allocator::new(PoolConfig { events: 64, ..POOL }).unwrap();
    let mut nest = event(&mut allocator);
    for _ in 0..MAX_PACKAGE_DEPTH {
        let mut shell = event(&mut allocator);
        assert_no_alloc(|| allocator.set_package(&mut shell, nest)).unwrap();
        nest = shell;
    }
    let mut shell = event(&mut allocator);
    let refused = assert_no_alloc(|| allocator.set_package(&mut shell, nest)).unwrap_err();
    assert_eq!(refused.depth, MAX_PACKAGE_DEPTH + 1);
    assert_eq!(
        allocator.event(&shell).flags,
        EventFlags::COMPLETE,
        "the shell is unchanged"
    );
    assert_no_alloc(|| allocator.put_message(refused.chain));
    assert_no_alloc(|| allocator.put_message(shell));
    assert!(allocator.pool().is_whole());
}

#[test]
fn a_chain_as_long_as_the_pool_goes_home_at_once() {
    let mut allocator = Allocator::new(POOL).unwrap();
    let mut chain = event(&mut allocator);
    while let Ok(next) = assert_no_alloc(|| allocator.get_message(Claim::Release)) {
        chain = assert_no_alloc(|| allocator.join(chain, next));
    }
    assert_eq!(allocator.pool().events_free, 0);
    assert_no_alloc(|| allocator.put_message(chain));
    assert!(allocator.pool().is_whole());
}

#[test]
fn a_slot_used_again_shows_nothing_of_its_last_owner() {
    let mut allocator = Allocator::new(PoolConfig { events: 1, ..POOL }).unwrap();
    let mut first = event(&mut allocator);
    assert_no_alloc(|| allocator.address(&mut first, ReferenceTime::new(77), ChannelGroup::new(3)));
    assert_no_alloc(|| allocator.write(&mut first, &[0xFF; 12])).unwrap();
    assert_no_alloc(|| allocator.mark_incomplete(&mut first));
    assert_no_alloc(|| allocator.put_message(first));
    let mut second = event(&mut allocator);
    assert_eq!(allocator.event(&second).time, ReferenceTime::ZERO);
    assert_eq!(allocator.event(&second).flags, EventFlags::COMPLETE);
    assert_no_alloc(|| allocator.write(&mut second, &[1])).unwrap();
    assert_eq!(allocator.event(&second).payload, Payload::Inline(&[1]));
    assert_no_alloc(|| allocator.put_message(second));
    assert!(allocator.pool().is_whole());
}

#[test]
fn eight_bytes_are_held_inline_and_nine_in_a_buffer() {
    let mut allocator = Allocator::new(POOL).unwrap();
    let mut event = event(&mut allocator);
    for (length, is_inline) in [(0, true), (8, true), (9, false), (16, false), (1, true)] {
        let bytes: Vec<u8> = (0..length).collect();
        assert_no_alloc(|| allocator.write(&mut event, &bytes)).unwrap();
        let expected = if is_inline {
            Payload::Inline(&bytes)
        } else {
            Payload::Buffer(&bytes)
        };
        assert_eq!(allocator.event(&event).payload, expected);
        assert_eq!(allocator.pool().buffers_free, 3 - u32::from(!is_inline));
    }
    assert_no_alloc(|| allocator.put_message(event));
    assert!(allocator.pool().is_whole());
}

#[test]
fn the_buffer_of_another_pool_is_refused() {
    let (mut ours, mut theirs) = (Allocator::new(POOL).unwrap(), Allocator::new(POOL).unwrap());
    let mut event = event(&mut ours);
    let buffer = assert_no_alloc(|| theirs.get_buffer()).unwrap();
    let BufferRefused(mut buffer) = assert_no_alloc(|| ours.put_buffer(buffer)).unwrap_err();
    assert!(ours.buffer_mut(&mut buffer).is_empty());
    let BufferRefused(buffer) =
        assert_no_alloc(|| ours.attach(&mut event, buffer, 12)).unwrap_err();
    assert_no_alloc(|| theirs.put_buffer(buffer)).unwrap();
    assert_no_alloc(|| ours.put_message(event));
    assert!(ours.pool().is_whole() && theirs.pool().is_whole());
}

#[test]
fn a_package_of_another_pool_is_refused() {
    let (mut ours, mut theirs) = (Allocator::new(POOL).unwrap(), Allocator::new(POOL).unwrap());
    let (mut shell, stranger) = (event(&mut ours), event(&mut theirs));
    let refused = assert_no_alloc(|| ours.set_package(&mut shell, stranger)).unwrap_err();
    assert_no_alloc(|| theirs.put_message(refused.chain));
    assert_no_alloc(|| ours.put_message(shell));
    assert!(ours.pool().is_whole() && theirs.pool().is_whole());
}

#[test]
#[cfg(debug_assertions)]
#[should_panic(expected = "another pool")]
fn an_event_of_another_pool_is_noticed() {
    let (mut ours, mut theirs) = (Allocator::new(POOL).unwrap(), Allocator::new(POOL).unwrap());
    let stranger = event(&mut theirs);
    ours.put_message(stranger);
}

#[test]
#[cfg(not(debug_assertions))]
fn an_event_of_another_pool_is_counted() {
    let (mut ours, mut theirs) = (Allocator::new(POOL).unwrap(), Allocator::new(POOL).unwrap());
    let stranger = event(&mut theirs);
    let own = event(&mut ours);
    let chain = ours.join(own, stranger);
    assert_no_alloc(|| ours.put_message(chain));
    assert_eq!(ours.foreign_chains(), 1);
    assert!(ours.pool().is_whole() && !theirs.pool().is_whole());
}

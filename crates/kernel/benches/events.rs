//! What one event costs on its way, beside what its peers cost in the same run.
//!
//! Get and put of one event beside a ring's push and pop and a heap allocation; the sequencer beside
//! the library's heap; a message through a whole port; a notification. What a captured message costs
//! is measured in `capture.rs`.
#![expect(clippy::unwrap_used, reason = "a benchmark that fails must stop")]

#[path = "workloads/pool.rs"]
mod pool;
#[path = "workloads/port.rs"]
#[expect(dead_code, reason = "the counts serve another benchmark")]
mod port;
#[path = "workloads/queues.rs"]
mod queues;

use std::hint::black_box;

use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use dmus_kernel::{
    Allocator,
    pool::{Claim, PoolConfig},
    sync::Signal,
};
use port::{BATCH, Flow, Spread};
use queues::{Heap, Held, Peer, Sequencer, Times};

const HELD: [u32; 3] = [16, 1_024, 16_384];

fn one_event(c: &mut Criterion) {
    let mut group = c.benchmark_group("one event");
    let mut allocator = Allocator::new(PoolConfig::default()).unwrap();
    group.bench_function("get and put", |b| {
        b.iter(|| {
            let event = allocator.get_message(Claim::Ordinary).unwrap();
            allocator.put_message(black_box(event));
        });
    });
    let (mut producer, mut consumer) = rtrb::RingBuffer::new(1_024);
    group.bench_function("rtrb push and pop of a word", |b| {
        b.iter(|| {
            producer.push(black_box(7_u64)).unwrap();
            consumer.pop().unwrap()
        });
    });
    let (mut producer, mut consumer) = rtrb::RingBuffer::new(1_024);
    group.bench_function("rtrb push and pop of an event's bytes", |b| {
        b.iter(|| {
            producer.push(black_box([7_u64; 5])).unwrap();
            consumer.pop().unwrap()
        });
    });
    group.bench_function("Box alloc and free", |b| {
        b.iter(|| drop(black_box(Box::new(black_box([7_u64; 5])))));
    });
    group.finish();
}

/// One value out and one in, each queue being as full as it says.
fn queues(c: &mut Criterion) {
    for times in [Times::Ascending, Times::Random] {
        queue::<Sequencer>(c, "sequencer's queue", times);
        queue::<Heap>(c, "BinaryHeap", times);
    }
}

fn queue<P: Peer>(c: &mut Criterion, name: &str, times: Times) {
    let mut group = c.benchmark_group(format!("{name}, {times:?}"));
    for held in HELD {
        let mut queue = Held::<P>::new(held, times);
        group.bench_function(BenchmarkId::from_parameter(held), |b| {
            b.iter(|| queue.step());
        });
    }
    group.finish();
}

fn through_a_port(c: &mut Criterion) {
    let ways = [
        (Spread::Alone, Times::Ascending, 1),
        (Spread::Alone, Times::Random, 1),
        (Spread::Run, Times::Ascending, BATCH),
        (Spread::Chord, Times::Ascending, BATCH),
    ];
    for (spread, times, batch) in ways {
        let name = format!("short messages through a port, {spread:?}, {times:?}");
        let mut group = c.benchmark_group(name);
        group.throughput(Throughput::Elements(batch as u64));
        for held in HELD {
            let mut flow = Flow::new(held as usize, spread, times);
            group.bench_function(BenchmarkId::from_parameter(held), |b| {
                b.iter(|| flow.block());
            });
        }
        let mut flow = Flow::resting(1_024);
        group.bench_function("the block alone", |b| b.iter(|| flow.empty_block()));
        group.finish();
    }
}

fn notification(c: &mut Criterion) {
    let signal = Signal::new();
    c.bench_function("signal raise and take", |b| {
        b.iter(|| {
            signal.raise(black_box(2));
            signal.take()
        });
    });
}

criterion_group!(benches, one_event, queues, through_a_port, notification);
criterion_main!(benches);

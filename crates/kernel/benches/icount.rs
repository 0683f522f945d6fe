//! The kernel's hot paths one by one, to be run under an instruction counter.
//!
//! In: the name of a workload, a number of turns. Out: nothing but the work. `list` prints the
//! names, each with the operations in one turn and the workload whose turn is to be taken off
//! first; without a name every workload takes one turn.
//! Two runs with different numbers of turns differ by those turns alone, so set-up cancels out:
//! `cargo xtask icount` does just that.
#![expect(clippy::unwrap_used, reason = "a workload that fails must stop")]
#![expect(clippy::print_stdout, reason = "the list of workloads is asked for")]

#[path = "workloads/capture.rs"]
mod capture;
#[path = "workloads/pool.rs"]
mod pool;
#[path = "workloads/port.rs"]
mod port;
#[path = "workloads/queues.rs"]
mod queues;

use std::hint::black_box;

use capture::Capture;
use dmus_kernel::{
    Allocator,
    pool::{Claim, PoolConfig},
    sync::Signal,
};
use port::{BATCH, Flow, Spread};
use queues::{Heap, Held, Peer, Sequencer, Times};

/// One thing to be measured.
struct Workload {
    name: &'static str,
    /// Operations in one turn.
    operations: usize,
    /// The workload whose turn is a part of this one's and no part of the operations.
    without: &'static str,
    /// Sets up, then takes this many turns.
    run: fn(u64),
}

impl Workload {
    const fn new(name: &'static str, run: fn(u64)) -> Self {
        Self {
            name,
            operations: 1,
            without: "-",
            run,
        }
    }

    /// What messages cost beyond the block they are in.
    const fn port(
        name: &'static str,
        operations: usize,
        without: &'static str,
        run: fn(u64),
    ) -> Self {
        Self {
            name,
            operations,
            without,
            run,
        }
    }
}

/// Everything that is measured. A new path gets a row here, and a target in `cargo xtask icount`.
#[rustfmt::skip]
const WORKLOADS: [Workload; 34] = [
    Workload::new("rtrb-word", |turns| ring(turns, 7_u64)),
    Workload::new("rtrb-event", |turns| ring(turns, [7_u64; 5])),
    Workload::new("box", boxed),
    Workload::new("get-put", get_put),
    Workload::new("signal", signal),
    Workload::new("capture", captured),
    Workload::new("heap-ascending-16", queue::<Heap, 16, true>),
    Workload::new("heap-ascending-1024", queue::<Heap, 1024, true>),
    Workload::new("heap-ascending-16384", queue::<Heap, 16384, true>),
    Workload::new("heap-random-16", queue::<Heap, 16, false>),
    Workload::new("heap-random-1024", queue::<Heap, 1024, false>),
    Workload::new("heap-random-16384", queue::<Heap, 16384, false>),
    Workload::new("queue-ascending-16", queue::<Sequencer, 16, true>),
    Workload::new("queue-ascending-1024", queue::<Sequencer, 1024, true>),
    Workload::new("queue-ascending-16384", queue::<Sequencer, 16384, true>),
    Workload::new("queue-random-16", queue::<Sequencer, 16, false>),
    Workload::new("queue-random-1024", queue::<Sequencer, 1024, false>),
    Workload::new("queue-random-16384", queue::<Sequencer, 16384, false>),
    Workload::new("block-16", block::<16>),
    Workload::new("block-1024", block::<1024>),
    Workload::new("block-16384", block::<16384>),
    Workload::port("alone-ascending-16", 1, "block-16", alone::<16, true>),
    Workload::port("alone-ascending-1024", 1, "block-1024", alone::<1024, true>),
    Workload::port("alone-ascending-16384", 1, "block-16384", alone::<16384, true>),
    Workload::port("alone-random-16", 1, "block-16", alone::<16, false>),
    Workload::port("alone-random-1024", 1, "block-1024", alone::<1024, false>),
    Workload::port("alone-random-16384", 1, "block-16384", alone::<16384, false>),
    Workload::port("run-16", BATCH, "block-16", batch::<16, false>),
    Workload::port("run-1024", BATCH, "block-1024", batch::<1024, false>),
    Workload::port("run-16384", BATCH, "block-16384", batch::<16384, false>),
    Workload::port("chord-16", BATCH, "block-16", batch::<16, true>),
    Workload::port("chord-1024", BATCH, "block-1024", batch::<1024, true>),
    Workload::port("chord-16384", BATCH, "block-16384", batch::<16384, true>),
    Workload::port("further-1024", BATCH - 1, "alone-ascending-1024", batch::<1024, true>),
];

fn main() {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    match words[..] {
        ["list"] => {
            for workload in &WORKLOADS {
                let Workload {
                    name,
                    operations,
                    without,
                    ..
                } = workload;
                println!("{name} {operations} {without}");
            }
        }
        [name, turns] => {
            let workload = WORKLOADS.iter().find(|workload| workload.name == name);
            (workload.unwrap().run)(turns.parse().unwrap());
        }
        // As a test, or with a word of cargo's own: all of them must run.
        _ => WORKLOADS.iter().for_each(|workload| (workload.run)(1)),
    }
}

/// Through a ring of the size that the shell uses, one value at a time.
fn ring<T: Copy>(turns: u64, value: T) {
    let (mut producer, mut consumer) = rtrb::RingBuffer::new(1_024);
    for _ in 0..turns {
        assert!(producer.push(black_box(value)).is_ok());
        black_box(consumer.pop().ok());
    }
}

/// What the pool is there to avoid.
fn boxed(turns: u64) {
    for _ in 0..turns {
        drop(black_box(Box::new(black_box([7_u64; 5]))));
    }
}

fn get_put(turns: u64) {
    let mut allocator = Allocator::new(PoolConfig::default()).unwrap();
    for _ in 0..turns {
        let event = allocator.get_message(Claim::Ordinary).unwrap();
        allocator.put_message(black_box(event));
    }
}

fn signal(turns: u64) {
    let signal = Signal::new();
    for _ in 0..turns {
        signal.raise(black_box(2));
        black_box(signal.take());
    }
}

const fn times(ascending: bool) -> Times {
    if ascending {
        Times::Ascending
    } else {
        Times::Random
    }
}

/// One value out, one in.
fn queue<P: Peer, const HELD: u32, const ASCENDING: bool>(turns: u64) {
    let mut queue = Held::<P>::new(HELD, times(ASCENDING));
    for _ in 0..turns {
        queue.step();
    }
}

/// One message from a device to a client.
fn captured(turns: u64) {
    let mut capture = Capture::new();
    for _ in 0..turns {
        capture.step(1);
    }
    assert_eq!(capture.lost(), (0, 0, 0));
}

/// A block in which nothing comes or goes.
fn block<const HELD: usize>(turns: u64) {
    let mut flow = Flow::resting(HELD);
    for _ in 0..turns {
        flow.empty_block();
    }
    assert_eq!(flow.held(), HELD as u64);
}

/// One message in each block, on a frame of its own.
fn alone<const HELD: usize, const ASCENDING: bool>(turns: u64) {
    let mut flow = Flow::new(HELD, Spread::Alone, times(ASCENDING));
    let before = flow.delivered();
    for _ in 0..turns {
        flow.block();
    }
    // What is not delivered is not measured; random times come to as many on the whole.
    let delivered = flow.delivered() - before;
    assert!(
        delivered.abs_diff(turns)
            <= if ASCENDING {
                0
            } else {
                turns / 8 + HELD as u64
            }
    );
}

/// Many messages in each block, on frames of their own or on one.
fn batch<const HELD: usize, const CHORD: bool>(turns: u64) {
    let spread = if CHORD { Spread::Chord } else { Spread::Run };
    let mut flow = Flow::new(HELD, spread, Times::Ascending);
    let before = flow.delivered();
    for _ in 0..turns {
        flow.block();
    }
    assert_eq!(flow.held(), (HELD - BATCH) as u64);
    assert_eq!(flow.delivered() - before, turns * BATCH as u64);
}

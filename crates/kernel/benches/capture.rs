//! What it costs to capture one message: interrupt FIFO, drain, capture sink, packer, client.
//!
//! Beside it, in the same run: one push and one pop of the ring all of these are built on.
#![expect(clippy::unwrap_used, reason = "a benchmark may unwrap")]

#[path = "workloads/capture.rs"]
mod way;

use std::hint::black_box;

use criterion::{Criterion, criterion_group, criterion_main};
use dmus_kernel::midi::StreamParser;
use way::Capture;

/// Messages captured together in the longer benchmark.
const BURST: u32 = 64;

fn capture(c: &mut Criterion) {
    let mut capture = Capture::new();
    for messages in [1, BURST] {
        let name = format!("capture of {messages}: FIFO, drain, sink, packer, client");
        c.bench_function(&name, |b| b.iter(|| capture.step(messages)));
    }
    assert_eq!(capture.lost(), (0, 0, 0));
}

fn parser(c: &mut Criterion) {
    let mut parser = StreamParser::new();
    c.bench_function("parser: one message of three bytes", |b| {
        b.iter(|| {
            for byte in [0x90, 60, 100] {
                black_box(parser.feed(black_box(byte)));
            }
        });
    });
}

fn ring(c: &mut Criterion) {
    let (mut producer, mut consumer) = rtrb::RingBuffer::new(4_096);
    c.bench_function("rtrb: push and pop of 24 bytes", |b| {
        b.iter(|| {
            producer.push(black_box([1_u64, 2, 3])).unwrap();
            black_box(consumer.pop().unwrap());
        });
    });
}

criterion_group!(benches, capture, parser, ring);
criterion_main!(benches);

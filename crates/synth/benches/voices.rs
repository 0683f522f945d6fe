//! What a voice costs: looped voices at 48 kHz in blocks of 64 frames, per block.
//!
//! The throughput criterion prints is in voice-frames (elements) per second: its reciprocal is the
//! time per voice and frame.
#![expect(clippy::unwrap_used, reason = "a benchmark may unwrap")]

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use dmus_synth::Collection;
use rig::{BLOCK, articulations, engine};

#[path = "../tests/engine/large.rs"]
mod large;
#[path = "workloads/rig.rs"]
mod rig;

fn voices(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("voices");
    for (name, articulation) in articulations() {
        for count in [64_u16, 256] {
            let mut engine = engine(articulation.clone(), count);
            let (mut left, mut right) = ([0.0; BLOCK], [0.0; BLOCK]);
            group.throughput(Throughput::Elements(u64::from(count) * BLOCK as u64));
            group.bench_function(format!("{name}/{count}"), |bencher| {
                bencher.iter(|| engine.render(&mut left, &mut right));
            });
            assert_eq!(engine.stats().voices, u32::from(count));
        }
    }
    group.finish();
}

fn note_on(criterion: &mut Criterion) {
    let mut engine = engine(Vec::new(), 256);
    let mut key = 0;
    criterion.bench_function("note-on, stealing, 256 voices", |bencher| {
        bencher.iter(|| {
            key = (key + 1) % 128;
            engine.message(1, &[0x90, key, 100]);
        });
    });
    criterion.bench_function("controller, 256 voices", |bencher| {
        bencher.iter(|| engine.message(1, &[0xB0, 1, 64]));
    });
}

fn idle(criterion: &mut Criterion) {
    let mut engine = engine(Vec::new(), 1);
    engine.reset();
    let (mut left, mut right) = ([0.0; BLOCK], [0.0; BLOCK]);
    let mut group = criterion.benchmark_group("idle");
    group.throughput(Throughput::Elements(BLOCK as u64));
    group.bench_function("frames", |bencher| {
        bencher.iter(|| engine.render(&mut left, &mut right));
    });
    group.finish();
}

fn compile(criterion: &mut Criterion) {
    let bank = large::bank();
    criterion.bench_function("compile, 1418 waves, 20000 regions", |bencher| {
        bencher.iter(|| Collection::compile(&bank).unwrap());
    });
}

criterion_group!(benches, voices, note_on, idle, compile);
criterion_main!(benches);

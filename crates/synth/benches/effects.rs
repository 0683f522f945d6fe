//! What effects cost: blocks of 64 frames at 48 kHz, per frame, beside what nothing costs.
//!
//! Every row renders one voice that sends, or the tail after it; the row `voice` is that voice
//! without effects.
#![expect(clippy::unwrap_used, reason = "a benchmark may unwrap")]

use std::sync::Arc;
use std::time::Duration;

use criterion::measurement::{Measurement, WallTime};
use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use dmus_synth::{
    Collection, Convolution, EffectsSettings, Engine, EngineConfig, Layer, ReverbKind, Space,
};
use rig::{BLOCK, bank};

#[expect(
    dead_code,
    reason = "engines and articulations are the other benchmarks'"
)]
#[path = "workloads/rig.rs"]
mod rig;

/// Frames a second.
const RATE: u32 = 48_000;

/// Controllers that send.
const SENDS: [(&str, u8); 3] = [("reverb", 91), ("chorus", 93), ("delay", 94)];

/// An engine whose one part sends nothing yet.
fn engine(has_effects: bool) -> Engine {
    let config = EngineConfig {
        sample_rate: RATE,
        voices: 64,
        channel_groups: 1,
    };
    let mut engine = if has_effects {
        Engine::with_effects(config).unwrap()
    } else {
        Engine::new(config).unwrap()
    };
    let collection = Arc::new(Collection::compile(&bank(Vec::new(), RATE)).unwrap());
    engine.download(Layer::User(0), Some(collection)).unwrap();
    for (_, controller) in SENDS {
        engine.message(1, &[0xB0, controller, 0]);
    }
    engine
}

/// Renders seconds.
fn run(engine: &mut Engine, seconds: u32) {
    let (mut left, mut right) = ([0.0; BLOCK], [0.0; BLOCK]);
    for _ in 0..seconds * RATE / 64 {
        engine.render(&mut left, &mut right);
    }
}

/// One row; the engine is only built if somebody asks for the row.
fn row(criterion: &mut Criterion, name: &str, build: impl Fn() -> Engine) {
    let mut engine = None;
    let (mut left, mut right) = ([0.0; BLOCK], [0.0; BLOCK]);
    let mut group = criterion.benchmark_group("effects");
    group.throughput(Throughput::Elements(BLOCK as u64));
    group.bench_function(name, |bencher| {
        let engine = engine.get_or_insert_with(&build);
        bencher.iter(|| engine.render(&mut left, &mut right));
    });
    group.finish();
}

/// An engine that plays one note and sends it by a controller.
fn sending(controller: u8, prepare: impl Fn(&mut Engine)) -> Engine {
    let mut engine = engine(true);
    prepare(&mut engine);
    engine.message(1, &[0xB0, controller, 127]);
    engine.message(1, &[0x90, 60, 100]);
    run(&mut engine, 1);
    engine
}

fn active(criterion: &mut Criterion) {
    for (name, has_effects) in [("voice", false), ("voice, effects asleep", true)] {
        row(criterion, name, || {
            let mut engine = engine(has_effects);
            engine.message(1, &[0x90, 60, 100]);
            engine
        });
    }
    for (name, controller) in SENDS {
        row(criterion, name, || sending(controller, |_| {}));
    }
    for space in [Space::Room, Space::Hall] {
        row(criterion, &format!("convolution, {space:?}"), || {
            sending(91, |engine| {
                let response = Box::new(Convolution::of_space(space, RATE));
                assert!(engine.set_response(Some(response)).is_ok());
            })
        });
    }
}

/// A tail costs after half a minute what it costs at its beginning, and nothing when it is over.
fn tail(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("tail");
    group.throughput(Throughput::Elements(BLOCK as u64));
    group.sample_size(10).warm_up_time(Duration::from_millis(1));
    group.measurement_time(Duration::from_millis(200));
    for seconds in [0, 30, 120] {
        group.bench_function(format!("after {seconds} s"), |bencher| {
            bencher.iter_custom(|blocks| tail_blocks(seconds, blocks));
        });
    }
    group.finish();
}

/// Time of blocks within one second of a tail, `seconds` after its note.
fn tail_blocks(seconds: u32, blocks: u64) -> Duration {
    /// Blocks of a second.
    const SECOND: u64 = (RATE / 64) as u64;
    let mut total = Duration::ZERO;
    let (mut left, mut right) = ([0.0; BLOCK], [0.0; BLOCK]);
    let mut to_go = blocks;
    while to_go > 0 {
        let mut engine = sending(91, |engine| {
            let mut settings = EffectsSettings::default();
            settings.reverb.kind = Some(ReverbKind::LargeHall);
            settings.reverb.time_s = Some(30.0);
            engine.set_effects(settings);
        });
        engine.message(1, &[0xB0, 120, 0]);
        run(&mut engine, seconds);
        assert_eq!(engine.effects_sleep(), seconds > 100);
        let now = to_go.min(SECOND);
        let start = WallTime.start();
        for _ in 0..now {
            engine.render(&mut left, &mut right);
        }
        total += WallTime.end(start);
        to_go -= now;
    }
    total
}

fn construction(criterion: &mut Criterion) {
    for space in Space::ALL {
        criterion.bench_function(&format!("computing {space:?}"), |bencher| {
            bencher.iter(|| Convolution::of_space(space, RATE));
        });
    }
}

criterion_group!(benches, active, tail, construction);
criterion_main!(benches);

//! What effects cost: blocks of 64 frames at 48 kHz, per frame, beside what nothing costs.
//!
//! Every row renders one voice that sends, or the tail after it; the row `voice` is that voice
//! without effects.
#![expect(clippy::unwrap_used, reason = "a benchmark may unwrap")]

use std::sync::Arc;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use dmus_dls::Bank;
use dmus_dls::bank::{
    Dialect, Instrument, LoopKind, Patch, Region, Wave, WaveLink, WaveLoop, WaveSample,
};
use dmus_synth::{
    Collection, Convolution, EffectsSettings, Engine, EngineConfig, Layer, ReverbKind, Space,
};

/// Frames of a block.
const BLOCK: usize = 64;

/// Frames a second.
const RATE: u32 = 48_000;

/// Controllers that send.
const SENDS: [(&str, u8); 3] = [("reverb", 91), ("chorus", 93), ("delay", 94)];

/// One region over all keys, a noisy wave of a thousand frames that loops.
fn bank() -> Bank {
    let frames = (0..1000_i32)
        .scan(1_i32, |state, _| {
            *state = state.wrapping_mul(1_103_515_245).wrapping_add(12_345);
            Some(i16::try_from(*state >> 17).unwrap_or(0))
        })
        .collect();
    Bank {
        instruments: vec![Instrument {
            patch: Patch {
                drums: false,
                bank_msb: 0,
                bank_lsb: 0,
                program: 0,
            },
            name: String::new(),
            regions: vec![Region {
                keys: 0..=127,
                velocities: 0..=127,
                self_non_exclusive: true,
                key_group: 0,
                layer: None,
                wave: 0,
                link: WaveLink {
                    phase_master: true,
                    multi_channel: false,
                    phase_group: 0,
                    channels: 1,
                },
                sample: None,
                articulation: None,
                fixed_key: None,
                fixed_velocity: None,
                about: Default::default(),
            }],
            articulation: Vec::new(),
            dialect: Dialect::Dls,
            about: Default::default(),
        }],
        waves: vec![Wave {
            name: String::new(),
            sample_rate: RATE,
            frames,
            sample: Some(WaveSample {
                unity_note: 60,
                wave_loop: Some(WaveLoop {
                    kind: LoopKind::Forward,
                    start: 100,
                    length: 900,
                }),
                ..WaveSample::default()
            }),
            about: Default::default(),
        }],
        ..Bank::default()
    }
}

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
    let collection = Arc::new(Collection::compile(&bank()).unwrap());
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

/// One row.
fn row(criterion: &mut Criterion, name: &str, mut engine: Engine) {
    let (mut left, mut right) = ([0.0; BLOCK], [0.0; BLOCK]);
    let mut group = criterion.benchmark_group("effects");
    group.throughput(Throughput::Elements(BLOCK as u64));
    group.bench_function(name, |bencher| {
        bencher.iter(|| engine.render(&mut left, &mut right));
    });
    group.finish();
}

fn active(criterion: &mut Criterion) {
    for has_effects in [false, true] {
        let mut plain = engine(has_effects);
        plain.message(1, &[0x90, 60, 100]);
        let name = ["voice", "voice, effects asleep"][usize::from(has_effects)];
        row(criterion, name, plain);
    }
    for (name, controller) in SENDS {
        let mut engine = engine(true);
        engine.message(1, &[0xB0, controller, 127]);
        engine.message(1, &[0x90, 60, 100]);
        run(&mut engine, 1);
        row(criterion, name, engine);
    }
    for space in [Space::Room, Space::Hall] {
        let mut engine = engine(true);
        let response = Box::new(Convolution::of_space(space, RATE));
        assert!(engine.set_response(Some(response)).is_ok());
        engine.message(1, &[0xB0, 91, 127]);
        engine.message(1, &[0x90, 60, 100]);
        run(&mut engine, 1);
        row(criterion, &format!("convolution, {space:?}"), engine);
    }
}

/// A tail costs the same from its first second to its last, and nothing after that.
fn tail(criterion: &mut Criterion) {
    for seconds in [1, 20, 120] {
        let mut engine = engine(true);
        let mut settings = EffectsSettings::default();
        settings.reverb.kind = Some(ReverbKind::LargeHall);
        settings.reverb.time_s = Some(30.0);
        engine.set_effects(settings);
        engine.message(1, &[0xB0, 91, 127]);
        engine.message(1, &[0x90, 60, 127]);
        run(&mut engine, 1);
        engine.message(1, &[0xB0, 120, 0]);
        run(&mut engine, seconds);
        assert_eq!(engine.effects_sleep(), seconds > 100);
        row(criterion, &format!("tail after {seconds} s"), engine);
    }
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

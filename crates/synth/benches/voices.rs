//! What a voice costs: looped voices at 48 kHz in blocks of 64 frames, per block.
//!
//! The throughput criterion prints is in voice-frames (elements) per second: its reciprocal is the
//! time per voice and frame.
#![expect(clippy::unwrap_used, reason = "a benchmark may unwrap")]

use std::sync::Arc;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use dmus_dls::Bank;
use dmus_dls::bank::{
    Connection, Curve, Destination, Dialect, Instrument, LoopKind, Patch, Region, Source,
    Transform, Wave, WaveLink, WaveLoop, WaveSample,
};
use dmus_synth::{Collection, Engine, EngineConfig, Layer};

#[path = "../tests/engine/large.rs"]
mod large;

/// Frames of a block.
const BLOCK: usize = 64;

fn connection(source: Source, destination: Destination, scale: i32) -> Connection {
    Connection {
        source,
        source_transform: Transform {
            curve: Curve::Linear,
            bipolar: source == Source::ModLfo,
            invert: false,
        },
        control: Source::None,
        control_transform: Transform::default(),
        destination,
        output_curve: Curve::Linear,
        scale,
    }
}

/// One region over all keys, a noisy wave of a thousand frames that loops.
fn bank(articulation: Vec<Connection>) -> Bank {
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
            articulation,
            dialect: Dialect::Dls,
            about: Default::default(),
        }],
        waves: vec![Wave {
            name: String::new(),
            sample_rate: 44_100,
            about: Default::default(),
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
        }],
        ..Bank::default()
    }
}

fn engine(articulation: Vec<Connection>, voices: u16) -> Engine {
    let mut engine = Engine::new(EngineConfig {
        sample_rate: 48_000,
        voices,
        channel_groups: 1,
    })
    .unwrap();
    let collection = Arc::new(Collection::compile(&bank(articulation)).unwrap());
    engine.download(Layer::User(0), Some(collection)).unwrap();
    for n in 0..voices {
        let key = u8::try_from(40 + n % 40).unwrap();
        engine.message(1, &[0x90, key, 100]);
    }
    engine
}

fn voices(criterion: &mut Criterion) {
    let cutoff = connection(Source::None, Destination::FilterCutoff, 8321 * 65_536);
    let resonance = connection(Source::None, Destination::FilterQ, 6 * 655_360);
    let rows = [
        ("open", Vec::new()),
        ("filtered", vec![cutoff, resonance]),
        (
            "modulated",
            vec![
                cutoff,
                resonance,
                connection(Source::ModLfo, Destination::FilterCutoff, 1200 * 65_536),
                connection(Source::ModLfo, Destination::Pitch, 20 * 65_536),
                connection(Source::ModLfo, Destination::Gain, 3 * 655_360),
            ],
        ),
    ];
    let mut group = criterion.benchmark_group("voices");
    for (name, articulation) in rows {
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

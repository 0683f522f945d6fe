//! A bank of one looped wave, and engines that play it with as many voices as they have.

use std::sync::Arc;

use dmus_dls::Bank;
use dmus_dls::bank::{
    Connection, Curve, Destination, Dialect, Instrument, LoopKind, Patch, Region, Source,
    Transform, Wave, WaveLoop, WaveSample,
};
use dmus_synth::{Collection, Engine, EngineConfig, Layer};

/// Frames of a block.
pub(crate) const BLOCK: usize = 64;

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
pub(crate) fn bank(articulation: Vec<Connection>, sample_rate: u32) -> Bank {
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
                self_non_exclusive: true,
                ..Region::of_wave(0)
            }],
            articulation,
            dialect: Dialect::Dls,
            about: Default::default(),
        }],
        waves: vec![Wave {
            name: String::new(),
            sample_rate,
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

pub(crate) fn engine(articulation: Vec<Connection>, voices: u16) -> Engine {
    let mut engine = Engine::new(EngineConfig {
        sample_rate: 48_000,
        voices,
        channel_groups: 1,
    })
    .unwrap();
    let collection = Arc::new(Collection::compile(&bank(articulation, 44_100)).unwrap());
    engine.download(Layer::User(0), Some(collection)).unwrap();
    for n in 0..voices {
        let key = u8::try_from(40 + n % 40).unwrap();
        engine.message(1, &[0x90, key, 100]);
    }
    engine
}

/// Articulations by name: filter open, filter standing, filter and pitch and gain moving.
pub(crate) fn articulations() -> [(&'static str, Vec<Connection>); 3] {
    let cutoff = connection(Source::None, Destination::FilterCutoff, 8321 * 65_536);
    let resonance = connection(Source::None, Destination::FilterQ, 6 * 655_360);
    let moving = [
        (Destination::FilterCutoff, 1200 * 65_536),
        (Destination::Pitch, 20 * 65_536),
        (Destination::Gain, 3 * 655_360),
    ];
    let moving = moving.map(|(to, scale)| connection(Source::ModLfo, to, scale));
    [
        ("open", Vec::new()),
        ("filtered", vec![cutoff, resonance]),
        ("modulated", [&[cutoff, resonance][..], &moving].concat()),
    ]
}

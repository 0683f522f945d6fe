//! Nothing that can be said or loaded makes the engine fall over or emit nonsense.

use dmus_dls::Bank;
use dmus_dls::bank::{
    Connection, Curve, Destination, Dialect, Frames, Instrument, LoopKind, Patch, Region, Source,
    Transform, Wave, WaveLink, WaveLoop, WaveSample,
};
use dmus_dls::units::RelativeGain;
use dmus_synth::{Collection, Engine, EngineConfig, Layer, PartTrim};
use proptest::prelude::*;

use crate::bank::harness;
use crate::rig::Rig;

/// Renders and looks at every frame.
fn all_finite(engine: &mut Engine, frames: usize) -> bool {
    let mut left = vec![f32::NAN; frames];
    let mut right = vec![f32::NAN; frames];
    engine.render(&mut left, &mut right);
    left.iter().chain(&right).all(|s| s.is_finite())
}

/// Numbers that files like to lie with.
fn odd_i32() -> impl Strategy<Value = i32> {
    prop_oneof![
        Just(i32::MIN),
        Just(i32::MAX),
        Just(0),
        Just(-1),
        Just(96 * 655_360),
        any::<i32>(),
        -80_000_000..80_000_000,
    ]
}

fn any_source() -> impl Strategy<Value = Source> {
    prop_oneof![
        Just(Source::None),
        Just(Source::ModLfo),
        Just(Source::Velocity),
        Just(Source::KeyNumber),
        Just(Source::Eg1),
        Just(Source::Eg2),
        Just(Source::PitchWheel),
        Just(Source::PolyPressure),
        Just(Source::ChannelPressure),
        Just(Source::VibLfo),
        any::<u8>().prop_map(Source::Controller),
        Just(Source::Rpn0),
        Just(Source::Rpn1),
        Just(Source::Rpn2),
        (0_u8..20).prop_map(Source::Link),
    ]
}

fn any_curve() -> impl Strategy<Value = Curve> {
    prop_oneof![
        Just(Curve::Linear),
        Just(Curve::Concave),
        Just(Curve::Convex),
        Just(Curve::Switch),
    ]
}

/// Of an output, which may lose its sign.
fn any_output() -> impl Strategy<Value = Curve> {
    prop_oneof![any_curve(), Just(Curve::Absolute)]
}

fn any_transform() -> impl Strategy<Value = Transform> {
    (any_curve(), any::<bool>(), any::<bool>()).prop_map(|(curve, bipolar, invert)| Transform {
        curve,
        bipolar,
        invert,
    })
}

const DESTINATIONS: [Destination; 32] = [
    Destination::None,
    Destination::Gain,
    Destination::Pitch,
    Destination::Pan,
    Destination::KeyNumber,
    Destination::Chorus,
    Destination::Reverb,
    Destination::ModLfoFrequency,
    Destination::ModLfoDelay,
    Destination::VibLfoFrequency,
    Destination::VibLfoDelay,
    Destination::Eg1Attack,
    Destination::Eg1Decay,
    Destination::Eg1Release,
    Destination::Eg1Sustain,
    Destination::Eg1Delay,
    Destination::Eg1Hold,
    Destination::Eg1Shutdown,
    Destination::Eg2Attack,
    Destination::Eg2Decay,
    Destination::Eg2Release,
    Destination::Eg2Sustain,
    Destination::Eg2Delay,
    Destination::Eg2Hold,
    Destination::FilterCutoff,
    Destination::FilterQ,
    Destination::SampleStart,
    Destination::Link(0),
    Destination::Link(1),
    Destination::Link(9),
    Destination::Link(15),
    Destination::Link(255),
];

fn any_connection() -> impl Strategy<Value = Connection> {
    (
        (any_source(), any_transform()),
        (any_source(), any_transform()),
        proptest::sample::select(&DESTINATIONS[..]),
        any_output(),
        odd_i32(),
    )
        .prop_map(
            |(source, control, destination, output_curve, scale)| Connection {
                source: source.0,
                source_transform: source.1,
                control: control.0,
                control_transform: control.1,
                destination,
                output_curve,
                scale,
            },
        )
}

fn any_wave() -> impl Strategy<Value = Wave> {
    (
        proptest::collection::vec(any::<i16>(), 0..300),
        prop_oneof![Just(1), Just(u32::MAX), 1_u32..400_000],
        any::<bool>(),
    )
        .prop_map(|(frames, sample_rate, deep)| Wave {
            name: String::new(),
            sample_rate,
            frames: if deep {
                let low: Vec<u8> = frames.iter().map(|high| *high as u8).collect();
                Frames::of_24_bits(frames, &low)
            } else {
                frames.into()
            },
            about: Default::default(),
            sample: None,
        })
}

fn any_sample() -> impl Strategy<Value = WaveSample> {
    (
        any::<u8>(),
        any::<i16>(),
        odd_i32(),
        proptest::option::of((any::<bool>(), any::<u32>(), any::<u32>())),
    )
        .prop_map(|(unity_note, fine_tune, gain, wave_loop)| WaveSample {
            unity_note,
            fine_tune,
            gain: RelativeGain(gain),
            wave_loop: wave_loop.map(|(forward, start, length)| WaveLoop {
                kind: if forward {
                    LoopKind::Forward
                } else {
                    LoopKind::UntilRelease
                },
                start,
                length,
            }),
            no_truncation: false,
            no_compression: false,
        })
}

fn any_region() -> impl Strategy<Value = Region> {
    (
        (any::<u8>(), any::<u8>(), any::<bool>(), any::<u16>()),
        any_sample(),
        proptest::option::of(proptest::collection::vec(any_connection(), 0..20)),
        any::<bool>(),
        proptest::option::of((any::<u8>(), any::<u8>())),
    )
        .prop_map(|(options, sample, articulation, whole, fixed)| Region {
            keys: if whole {
                0..=127
            } else {
                options.0..=options.1
            },
            velocities: 0..=127,
            self_non_exclusive: options.2,
            key_group: options.3 % 3,
            layer: None,
            wave: 0,
            link: WaveLink {
                phase_master: false,
                multi_channel: true,
                phase_group: options.3,
                channels: u32::from(options.3),
            },
            sample: Some(sample),
            articulation,
            fixed_key: fixed.map(|fixed| fixed.0),
            fixed_velocity: fixed.map(|fixed| fixed.1),
            about: Default::default(),
        })
}

/// A bank of anything, its loops squeezed into its wave so that it plays.
fn any_bank() -> impl Strategy<Value = Bank> {
    (
        any_wave(),
        proptest::collection::vec(any_region(), 1..4),
        proptest::collection::vec(any_connection(), 0..30),
        any::<u8>(),
        prop_oneof![Just(Dialect::Dls), Just(Dialect::SoundFont)],
    )
        .prop_map(|(wave, mut regions, articulation, bank_msb, dialect)| {
            let frames = wave.frames.len() as u32;
            for region in &mut regions {
                let sample = region.sample.as_mut().unwrap();
                sample.wave_loop = match sample.wave_loop {
                    Some(wave_loop) if frames > 0 => {
                        let start = wave_loop.start % frames;
                        Some(WaveLoop {
                            start,
                            length: wave_loop.length % (frames - start) + 1,
                            ..wave_loop
                        })
                        .filter(|l| l.start + l.length <= frames)
                    }
                    _ => None,
                };
            }
            let patch = |drums| Patch {
                drums,
                bank_msb: bank_msb % 2,
                bank_lsb: 0,
                program: 0,
            };
            let instrument = |drums| Instrument {
                patch: patch(drums),
                name: String::new(),
                regions: regions.clone(),
                articulation: articulation.clone(),
                dialect,
                about: Default::default(),
            };
            Bank {
                instruments: vec![instrument(false), instrument(true)],
                waves: vec![wave],
                ..Bank::default()
            }
        })
}

/// Messages that mostly mean something.
fn any_message() -> impl Strategy<Value = Vec<u8>> {
    prop_oneof![
        (0x80_u8..=0xEF, 0_u8..128, 0_u8..128).prop_map(|(status, a, b)| {
            match status & 0xF0 {
                0xC0 | 0xD0 => vec![status, a],
                _ => vec![status, a, b],
            }
        }),
        (0_u8..128, 0_u8..128).prop_map(|(key, velocity)| vec![0x90, key, velocity]),
        proptest::collection::vec(any::<u8>(), 0..12),
        proptest::collection::vec(0_u8..128, 0..12).prop_map(|body| {
            let mut message = vec![0xF0];
            message.extend(body);
            message.push(0xF7);
            message
        }),
        exclusive(),
        (0_u8..16, 0_usize..CONTROLLERS.len(), 0_u8..128).prop_map(|(channel, index, value)| vec![
            0xB0 | channel,
            CONTROLLERS[index],
            value
        ]),
    ]
}

/// Controllers that decide what others mean.
const CONTROLLERS: [u8; 14] = [5, 6, 37, 38, 65, 68, 74, 84, 96, 98, 99, 100, 126, 127];

/// System exclusive messages with a head that is known.
fn exclusive() -> impl Strategy<Value = Vec<u8>> {
    let head = prop_oneof![
        Just(vec![0xF0, 0x7E, 0x7F, 8]),
        Just(vec![0xF0, 0x7F, 0x7F, 8]),
        Just(vec![0xF0, 0x7F, 0x7F, 4]),
        Just(vec![0xF0, 0x7F, 0x7F, 9]),
        Just(vec![0xF0, 0x7F, 0x7F, 10, 1]),
        (0x40_u8..0x42, 0_u8..0x50)
            .prop_map(|(high, middle)| { vec![0xF0, 0x41, 0x10, 0x42, 0x12, high, middle] }),
        (0_u8..0x40).prop_map(|high| vec![0xF0, 0x43, 0x10, 0x4C, high]),
    ];
    (head, proptest::collection::vec(0_u8..128, 0..30)).prop_map(|(mut message, body)| {
        message.extend(body);
        message.push(0xF7);
        message
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    #[test]
    fn any_bytes_are_survived(
        messages in proptest::collection::vec((0_u16..6, any_message()), 1..60),
        steps in proptest::collection::vec(0_usize..200, 1..10),
    ) {
        let mut rig = Rig::with(&harness(&[]), 48_000, 6);
        for ((group, message), step) in messages.iter().zip(steps.iter().cycle()) {
            rig.engine.message(*group, message);
            prop_assert!(all_finite(&mut rig.engine, *step));
        }
    }

    #[test]
    fn any_bank_plays_finite_frames(
        bank in any_bank(),
        rate in prop_oneof![Just(1000_u32), Just(768_000), 1000_u32..200_000],
        messages in proptest::collection::vec(any_message(), 0..30),
        keys in proptest::collection::vec((0_u8..128, 1_u8..128), 1..8),
    ) {
        let collection = std::sync::Arc::new(Collection::compile(&bank).unwrap());
        let mut engine = Engine::new(EngineConfig {
            sample_rate: rate,
            voices: 5,
            channel_groups: 1,
        })
        .unwrap();
        engine.download(Layer::User(0), Some(collection)).unwrap();
        for (key, velocity) in &keys {
            engine.message(1, &[0x90, *key, *velocity]);
            engine.message(1, &[0x99, *key, *velocity]);
            prop_assert!(all_finite(&mut engine, 100));
        }
        for message in &messages {
            engine.message(1, message);
            prop_assert!(all_finite(&mut engine, 37));
        }
        for (key, _) in &keys {
            engine.message(1, &[0x80, *key, 0]);
        }
        prop_assert!(all_finite(&mut engine, 3000));
        // However loud a bank makes itself, a voice stays within 24 dB of full scale.
        let (left, right) = engine.take_peak();
        prop_assert!(left.max(right) < 2000.0, "{} {}", left, right);
    }

    #[test]
    fn any_bank_compiles_or_says_why(
        mut bank in any_bank(),
        wave in 0_usize..3,
        start in any::<u32>(),
        length in any::<u32>(),
        sample_rate in any::<u32>(),
    ) {
        bank.waves[0].sample_rate = sample_rate.wrapping_mul(sample_rate % 2);
        let region = &mut bank.instruments[0].regions[0];
        region.wave = wave;
        region.sample.as_mut().unwrap().wave_loop = Some(WaveLoop {
            kind: LoopKind::Forward,
            start,
            length,
        });
        if let Err(error) = Collection::compile(&bank) {
            prop_assert!(!error.to_string().is_empty());
        }
    }
}

#[test]
fn trims_of_nonsense_are_harmless() {
    let mut rig = Rig::new(&harness(&[]));
    rig.strike(69);
    for value in [
        f32::NAN,
        f32::INFINITY,
        f32::NEG_INFINITY,
        f32::MAX,
        f32::MIN,
    ] {
        rig.engine.set_master_gain_db(value);
        rig.engine.set_part_trim(
            0,
            0,
            PartTrim {
                gain_db: value,
                pan: value,
                program: Some(255),
                ..PartTrim::default()
            },
        );
        assert!(all_finite(&mut rig.engine, 2000));
    }
    rig.engine.set_part_trim(u16::MAX, 255, PartTrim::default());
    assert!(rig.engine.part(u16::MAX, 255).is_none());
}

#[test]
fn slices_of_nothing_are_rendered() {
    let mut rig = Rig::new(&harness(&[]));
    rig.strike(69);
    rig.engine.render(&mut [], &mut []);
    assert_eq!(rig.engine.position(), 0);
    assert!(all_finite(&mut rig.engine, 1));
}

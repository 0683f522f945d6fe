//! Random chunks, any that the bytes can hold.

use dmus_dls::bank::{
    Connection, Curve, Destination, Dialect, Instrument, LoopKind, Patch, Region, Source,
    Transform, Wave, WaveLink, WaveLoop, WaveSample,
};
use dmus_dls::download::{InstrumentChunk, WaveChunk};
use dmus_dls::units::RelativeGain;
use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;

fn curves() -> impl Strategy<Value = Curve> {
    prop::sample::select(vec![
        Curve::Linear,
        Curve::Concave,
        Curve::Convex,
        Curve::Switch,
    ])
}

fn transforms() -> impl Strategy<Value = Transform> {
    (curves(), any::<bool>(), any::<bool>()).prop_map(|(curve, bipolar, invert)| Transform {
        curve,
        bipolar,
        invert,
    })
}

fn sources() -> impl Strategy<Value = Source> {
    let plain = vec![
        Source::None,
        Source::ModLfo,
        Source::Velocity,
        Source::KeyNumber,
        Source::Eg1,
        Source::Eg2,
        Source::PitchWheel,
        Source::PolyPressure,
        Source::ChannelPressure,
        Source::VibLfo,
        Source::Rpn0,
        Source::Rpn1,
        Source::Rpn2,
    ];
    prop_oneof![
        prop::sample::select(plain),
        (0_u8..128).prop_map(Source::Controller)
    ]
}

const DESTINATIONS: [Destination; 26] = [
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
];

/// Any connection that a file can hold: a plain source where the specification implies another
/// transform has that of an oscillator, a gain lies in its range, a time is not scaled both ways.
fn connections() -> impl Strategy<Value = Connection> {
    let inputs = (sources(), transforms(), sources(), transforms());
    let destination = prop::sample::select(DESTINATIONS.to_vec());
    (inputs, destination, curves(), any::<i32>()).prop_map(
        |(
            (source, mut source_transform, control, control_transform),
            destination,
            output,
            scale,
        )| {
            let tone = matches!(
                destination,
                Destination::Gain
                    | Destination::Pitch
                    | Destination::Pan
                    | Destination::KeyNumber
                    | Destination::FilterCutoff
            );
            if tone && source_transform == Transform::default() {
                source_transform.bipolar = true;
            }
            if !tone && matches!(source, Source::KeyNumber | Source::Velocity) {
                source_transform.bipolar = false;
            }
            let in_range = scale % RelativeGain::FULL_RANGE.0;
            let scale = if destination == Destination::Gain {
                in_range
            } else {
                scale
            };
            let output_curve = output;
            Connection {
                source,
                source_transform,
                control,
                control_transform,
                destination,
                output_curve,
                scale,
            }
        },
    )
}

fn samples() -> impl Strategy<Value = WaveSample> {
    let wave_loop = (any::<u32>(), any::<u32>(), any::<bool>()).prop_map(|(start, length, on)| {
        let kind = if on {
            LoopKind::Forward
        } else {
            LoopKind::UntilRelease
        };
        WaveLoop {
            kind,
            start,
            length,
        }
    });
    let range = RelativeGain::FULL_RANGE.0;
    (
        0_u8..128,
        any::<i16>(),
        -range..=range,
        option::of(wave_loop),
        any::<[bool; 2]>(),
    )
        .prop_map(
            |(unity_note, fine_tune, gain, wave_loop, [no_truncation, no_compression])| {
                WaveSample {
                    unity_note,
                    fine_tune,
                    gain: RelativeGain(gain),
                    wave_loop,
                    no_truncation,
                    no_compression,
                }
            },
        )
}

fn ranges() -> impl Strategy<Value = std::ops::RangeInclusive<u8>> {
    (0_u8..128, 0_u8..128).prop_map(|(one, other)| one.min(other)..=one.max(other))
}

fn regions() -> impl Strategy<Value = Region> {
    let at_region = connections().prop_filter("not at regions", |it| {
        it.destination != Destination::KeyNumber
    });
    let all_keys = ranges().prop_filter("means all", |range| *range != (0..=0));
    let link = (any::<[bool; 2]>(), any::<u16>(), any::<u32>());
    (
        (ranges(), all_keys),
        (any::<bool>(), any::<u16>()),
        (0_usize..5, link),
        samples(),
        option::of(vec(at_region, 0..4)),
    )
        .prop_map(
            |((keys, velocities), (self_non_exclusive, key_group), (wave, link), sample, own)| {
                let ([phase_master, multi_channel], phase_group, channels) = link;
                Region {
                    keys,
                    velocities,
                    self_non_exclusive,
                    key_group,
                    layer: None,
                    wave,
                    link: WaveLink {
                        phase_master,
                        multi_channel,
                        phase_group,
                        channels,
                    },
                    sample: Some(sample),
                    articulation: own,
                    fixed_key: None,
                    fixed_velocity: None,
                    about: Default::default(),
                }
            },
        )
}

/// Instruments whose waves are numbered in the order of their first use.
pub(crate) fn instrument_chunks() -> impl Strategy<Value = InstrumentChunk> {
    let patch = (any::<bool>(), 0_u8..128, 0_u8..128, 0_u8..128).prop_map(
        |(drums, bank_msb, bank_lsb, program)| Patch {
            drums,
            bank_msb,
            bank_lsb,
            program,
        },
    );
    (
        (0..u32::MAX, any::<bool>(), any::<u32>()),
        patch,
        vec(regions(), 1..6),
        vec(connections(), 0..6),
    )
        .prop_map(
            |((id, general_midi, first_wave), patch, mut regions, articulation)| {
                let mut order = Vec::new();
                for region in &mut regions {
                    let wave = region.wave;
                    region.wave = order.iter().position(|it| *it == wave).unwrap_or_else(|| {
                        order.push(wave);
                        order.len() - 1
                    });
                }
                let waves = (0..).take(order.len());
                InstrumentChunk {
                    id,
                    instrument: Instrument {
                        patch,
                        name: String::new(),
                        regions,
                        articulation,
                        dialect: Dialect::Dls,
                        about: Default::default(),
                    },
                    waves: waves.map(|n: u32| first_wave.wrapping_add(3 * n)).collect(),
                    general_midi,
                }
            },
        )
}

pub(crate) fn wave_chunks() -> impl Strategy<Value = WaveChunk> {
    (0..u32::MAX, 1_u32..=768_000, vec(any::<i16>(), 1..40)).prop_map(
        |(id, sample_rate, frames)| WaveChunk {
            id,
            wave: Wave {
                name: String::new(),
                sample_rate,
                about: Default::default(),
                frames: frames.into(),
                sample: None,
            },
        },
    )
}

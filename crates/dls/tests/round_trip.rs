//! Writing a bank and reading it back gives the same bank.

use dmus_dls::Bank;
use dmus_dls::bank::{
    BankInfo, Connection, Curve, Destination, Dialect, Instrument, LoopKind, Patch, Region, Source,
    Transform, Wave, WaveLink, WaveLoop, WaveSample,
};
use dmus_dls::units::RelativeGain;
use dmus_dls::write::to_dls;
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

fn samples(frames: u32) -> impl Strategy<Value = WaveSample> {
    let wave_loop =
        (0..frames, any::<u32>(), any::<bool>()).prop_map(move |(start, length, on)| {
            let kind = if on {
                LoopKind::Forward
            } else {
                LoopKind::UntilRelease
            };
            WaveLoop {
                kind,
                start,
                length: 1 + length % (frames - start),
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

/// Fewest frames of a wave here, so that a region's loop fits any of them.
const FRAMES: usize = 4;

fn waves() -> impl Strategy<Value = Wave> {
    (
        names(),
        1_u32..=768_000,
        vec(any::<i16>(), FRAMES..40),
        option::of(samples(4)),
    )
        .prop_map(|(name, sample_rate, frames, sample)| Wave {
            name,
            sample_rate,
            frames: frames.into(),
            sample,
        })
}

fn names() -> impl Strategy<Value = String> {
    "\\PC{0,12}"
}

fn ranges() -> impl Strategy<Value = std::ops::RangeInclusive<u8>> {
    (0_u8..128, 0_u8..128).prop_map(|(one, other)| one.min(other)..=one.max(other))
}

fn links() -> impl Strategy<Value = WaveLink> {
    (any::<[bool; 2]>(), any::<u16>(), any::<u32>()).prop_map(
        |([phase_master, multi_channel], phase_group, channels)| WaveLink {
            phase_master,
            multi_channel,
            phase_group,
            channels,
        },
    )
}

fn regions(waves: usize) -> impl Strategy<Value = Region> {
    let at_region = connections().prop_filter("not at regions", |it| {
        it.destination != Destination::KeyNumber
    });
    let played = (
        ranges(),
        ranges().prop_filter("means all", |range| *range != (0..=0)),
    );
    let options = (any::<bool>(), any::<u16>(), option::of(any::<u16>()));
    let sound = (
        0..waves,
        links(),
        option::of(samples(4)),
        option::of(vec(at_region, 0..4)),
    );
    (played, options, sound).prop_map(
        |((keys, velocities), (self_non_exclusive, key_group, layer), sound)| {
            let (wave, link, sample, articulation) = sound;
            Region {
                keys,
                velocities,
                self_non_exclusive,
                key_group,
                layer,
                wave,
                link,
                sample,
                articulation,
                fixed_key: None,
                fixed_velocity: None,
            }
        },
    )
}

fn instruments(waves: usize) -> impl Strategy<Value = Instrument> {
    let patch = (any::<bool>(), 0_u8..128, 0_u8..128, 0_u8..128).prop_map(
        |(drums, bank_msb, bank_lsb, program)| Patch {
            drums,
            bank_msb,
            bank_lsb,
            program,
        },
    );
    (
        patch,
        names(),
        vec(regions(waves), 1..4),
        vec(connections(), 0..6),
    )
        .prop_map(|(patch, name, regions, articulation)| Instrument {
            patch,
            name,
            regions,
            articulation,
            dialect: Dialect::Dls,
        })
}

fn banks() -> impl Strategy<Value = Bank> {
    let texts = (names(), names(), names(), names(), names());
    let info = (texts, option::of(any::<[u16; 4]>())).prop_map(
        |((name, engineer, copyright, comment, software), version)| BankInfo {
            name,
            engineer,
            copyright,
            comment,
            software,
            version,
        },
    );
    (info, vec(waves(), 1..4)).prop_flat_map(|(info, waves)| {
        vec(instruments(waves.len()), 1..4).prop_map(move |instruments| Bank {
            info: info.clone(),
            instruments,
            waves: waves.clone(),
            warnings: Vec::new(),
        })
    })
}

proptest! {
    #[test]
    fn bank_comes_back_as_it_was(bank in banks()) {
        let found = Bank::read(&to_dls(&bank)).unwrap();
        prop_assert_eq!(found, bank);
    }

    #[test]
    fn every_chunk_stands_at_an_even_offset(bank in banks()) {
        let file = to_dls(&bank);
        prop_assert_eq!(file.len() % 2, 0);
        let size = u32::from_le_bytes(*file[4..].first_chunk().unwrap());
        prop_assert_eq!(usize::try_from(size).unwrap(), file.len() - 8);
    }
}

#[test]
fn plain_velocity_on_gain_comes_back_as_the_specification_means_it() {
    let mut bank = smallest();
    bank.instruments[0].articulation = vec![Connection {
        source: Source::Velocity,
        source_transform: Transform::default(),
        control: Source::None,
        control_transform: Transform::default(),
        destination: Destination::Gain,
        output_curve: Curve::Linear,
        scale: -1,
    }];
    let found = Bank::read(&to_dls(&bank)).unwrap();
    let transform = found.instruments[0].articulation[0].source_transform;
    assert_eq!(
        transform,
        Transform {
            curve: Curve::Concave,
            bipolar: false,
            invert: true
        }
    );
}

#[test]
fn smallest_bank_is_written_to_the_byte() {
    let file = to_dls(&smallest());
    let head = b"RIFF\xCA\0\0\0DLS colh\x04\0\0\0\x01\0\0\0LIST";
    assert_eq!(&file[..head.len()], head);
    let table = b"ptbl\x0C\0\0\0\x08\0\0\0\x01\0\0\0\0\0\0\0LIST";
    assert!(file.windows(table.len()).any(|window| window == table));
    let wave =
        b"wavefmt \x10\0\0\0\x01\0\x01\0\x40\x1F\0\0\x80\x3E\0\0\x02\0\x10\0data\x02\0\0\0\x07\0";
    assert!(file.ends_with(wave));
}

/// One region of one frame.
fn smallest() -> Bank {
    let region = Region {
        keys: 0..=127,
        velocities: 0..=127,
        self_non_exclusive: false,
        key_group: 0,
        layer: None,
        wave: 0,
        link: WaveLink {
            phase_master: false,
            multi_channel: false,
            phase_group: 0,
            channels: 1,
        },
        sample: None,
        articulation: None,
        fixed_key: None,
        fixed_velocity: None,
    };
    let instrument = Instrument {
        patch: Patch {
            drums: false,
            bank_msb: 0,
            bank_lsb: 0,
            program: 0,
        },
        name: String::new(),
        regions: vec![region],
        articulation: Vec::new(),
        dialect: Dialect::Dls,
    };
    let wave = Wave {
        name: String::new(),
        sample_rate: 8000,
        frames: vec![7].into(),
        sample: None,
    };
    Bank {
        instruments: vec![instrument],
        waves: vec![wave],
        ..Bank::default()
    }
}

//! Random banks, any that a file can hold.

use std::collections::BTreeSet;

use dmus_dls::bank::{
    About, BankInfo, Connection, Curve, Destination, Dialect, Frames, Guid, Instrument, LINKS,
    LoopKind, Patch, Region, Source, TEXTS, Transform, Wave, WaveLink, WaveLoop, WaveSample,
};
use dmus_dls::units::RelativeGain;
use dmus_dls::{Bank, FourCc, defaults};
use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;

fn curves() -> impl Strategy<Value = Curve> {
    prop::sample::select(vec![
        Curve::Linear,
        Curve::Concave,
        Curve::Convex,
        Curve::Switch,
        Curve::Absolute,
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
        4 => prop::sample::select(plain),
        2 => (0_u8..128).prop_map(Source::Controller),
        1 => (0..LINKS).prop_map(Source::Link)
    ]
}

const DESTINATIONS: [Destination; 27] = [
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
];

fn destinations() -> impl Strategy<Value = Destination> {
    prop_oneof![
        6 => prop::sample::select(DESTINATIONS.to_vec()),
        1 => (0..LINKS).prop_map(Destination::Link)
    ]
}

/// Anything at all, and often what a specification implies, as it is or with another amount.
fn connections() -> impl Strategy<Value = Connection> {
    let inputs = (sources(), transforms(), sources(), transforms());
    let any = (inputs, destinations(), curves(), any::<i32>()).prop_map(
        |((source, source_transform, control, control_transform), destination, output, scale)| {
            Connection {
                source,
                source_transform,
                control,
                control_transform,
                destination,
                output_curve: output,
                scale,
            }
        },
    );
    let rows = [Dialect::Dls, Dialect::SoundFont]
        .map(defaults::of)
        .concat();
    let implied = (prop::sample::select(rows), transforms(), 0..4_u8).prop_map(
        |(row, source_transform, change)| match change {
            0 => row,
            1 => Connection {
                scale: row.scale / 2,
                ..row
            },
            2 => Connection {
                source_transform,
                ..row
            },
            _ => Connection {
                source_transform: Transform::default(),
                ..row
            },
        },
    );
    prop_oneof![2 => any, 1 => implied]
}

/// A list in which each key is once, and which says more than what is implied.
fn lists(dialect: Dialect) -> impl Strategy<Value = Vec<Connection>> {
    vec(connections(), 0..8).prop_map(move |mut list| {
        let mut met = BTreeSet::new();
        list.retain(|it| met.insert(it.key()));
        let sound_font = dialect == Dialect::SoundFont;
        list.retain(|it| !sound_font || !defaults::of(dialect).contains(it));
        list
    })
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

fn frames() -> impl Strategy<Value = Frames> {
    let frame = (any::<i16>(), any::<u8>());
    (vec(frame, FRAMES..40), any::<bool>()).prop_map(|(frames, deep)| {
        let (high, low): (Vec<i16>, Vec<u8>) = frames.into_iter().unzip();
        if deep {
            Frames::of_24_bits(high, &low)
        } else {
            Frames::from(high)
        }
    })
}

/// What has a field of its own is none of the texts.
fn abouts(named: &'static [&'static [u8; 4]], with_id: bool) -> impl Strategy<Value = About> {
    let known = TEXTS.map(|(name, _)| name);
    let ids = prop::sample::select([&known[..], &[FourCc(*b"crs1"), FourCc(*b"abcd")]].concat());
    let texts = vec((ids, names()), 0..4);
    (texts, option::of(any::<[u8; 16]>())).prop_map(move |(texts, id)| {
        let mut about = About::default();
        for (name, text) in texts {
            if named.iter().all(|named| **named != name.0) {
                about.set_text(name, text);
            }
        }
        about.set_id(id.filter(|_| with_id).map(Guid));
        about
    })
}

fn waves() -> impl Strategy<Value = Wave> {
    (
        names(),
        1_u32..=768_000,
        frames(),
        option::of(samples(4)),
        abouts(&[b"INAM"], true),
    )
        .prop_map(|(name, sample_rate, frames, sample, about)| Wave {
            name,
            sample_rate,
            frames,
            sample,
            about,
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

fn regions(waves: usize, dialect: Dialect) -> impl Strategy<Value = Region> {
    let played = (
        ranges(),
        prop_oneof![8 => ranges(), 1 => Just(0..=0)],
        option::of(0_u8..128),
        option::of(1_u8..128),
    );
    let options = (any::<bool>(), any::<u16>(), option::of(any::<u16>()));
    let sound = (
        0..waves,
        links(),
        option::of(samples(4)),
        option::of(lists(dialect)),
    );
    (played, options, sound, abouts(&[], false)).prop_map(
        |(
            (keys, velocities, fixed_key, fixed_velocity),
            (self_non_exclusive, key_group, layer),
            (wave, link, sample, articulation),
            about,
        )| {
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
                fixed_key,
                fixed_velocity,
                about,
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
    let dialect = prop::sample::select(vec![Dialect::Dls, Dialect::SoundFont]);
    (patch, dialect).prop_flat_map(move |(patch, dialect)| {
        let regions = vec(regions(waves, dialect), 1..4);
        (names(), regions, lists(dialect), abouts(&[b"INAM"], true)).prop_map(
            move |(name, regions, articulation, about)| Instrument {
                patch,
                name,
                regions,
                articulation,
                dialect,
                about,
            },
        )
    })
}

/// Any bank that a file can hold.
pub(crate) fn banks() -> impl Strategy<Value = Bank> {
    const NAMED: &[&[u8; 4]] = &[b"INAM", b"IENG", b"ICOP", b"ICMT", b"ISFT"];
    let texts = (names(), names(), names(), names(), names());
    let info = (texts, option::of(any::<[u16; 4]>()), abouts(NAMED, true)).prop_map(
        |((name, engineer, copyright, comment, software), version, about)| BankInfo {
            name,
            engineer,
            copyright,
            comment,
            software,
            version,
            about,
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

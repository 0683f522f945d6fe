//! What `dmus info` prints of a small bank with something of every kind in it.

use dmus_dls::bank::{
    About, BankInfo, Connection, Curve, Destination, Guid, LoopKind, Patch, Region, Source,
    Transform, Wave, WaveLink, WaveLoop, WaveSample,
};
use dmus_dls::error::Defect;
use dmus_dls::units::{RelativeGain, TimeCents};
use dmus_dls::{FourCc, Warning, defaults};

use super::*;

/// Two instruments, two waves, one warning.
fn small() -> Bank {
    Bank {
        info: BankInfo {
            name: "Small".to_owned(),
            comment: "two\nlines\n".to_owned(),
            version: Some([1, 2, 3, 4]),
            about: genre(),
            ..BankInfo::default()
        },
        instruments: vec![kit(), piano()],
        waves: waves(),
        warnings: vec![Warning {
            offset: 12,
            path: "RIFF(DLS )/lins".to_owned(),
            defect: Defect::MissingPad,
        }],
    }
}

fn genre() -> About {
    let mut about = About::default();
    about.set_text(FourCc(*b"IGNR"), "Waltz".to_owned());
    about.set_id(Some(Guid([0x11; 16])));
    about
}

fn piano() -> Instrument {
    let vibrato = Connection {
        source: Source::VibLfo,
        source_transform: Transform {
            bipolar: true,
            ..Transform::default()
        },
        control: Source::Controller(1),
        ..base(Destination::Pitch, 50 * 65_536)
    };
    let attack = TimeCents::from_seconds(0.012).0;
    Instrument {
        patch: Patch {
            drums: false,
            bank_msb: 0,
            bank_lsb: 3,
            program: 0,
        },
        name: "Piano".to_owned(),
        regions: vec![
            Region {
                keys: 21..=59,
                velocities: 1..=99,
                ..region()
            },
            Region {
                keys: 60..=60,
                wave: 1,
                sample: Some(WaveSample {
                    unity_note: 61,
                    fine_tune: -7,
                    gain: RelativeGain::from_db(-6.0),
                    ..WaveSample::default()
                }),
                articulation: Some(vec![base(Destination::Eg1Attack, attack)]),
                ..region()
            },
        ],
        articulation: vec![vibrato, defaults::of(Dialect::Dls)[0]],
        dialect: Dialect::Dls,
        about: About::default(),
    }
}

fn kit() -> Instrument {
    Instrument {
        patch: Patch {
            drums: true,
            bank_msb: 0,
            bank_lsb: 0,
            program: 40,
        },
        name: "Kit".to_owned(),
        regions: vec![Region {
            keys: 42..=46,
            key_group: 1,
            self_non_exclusive: true,
            fixed_key: Some(60),
            fixed_velocity: Some(99),
            layer: Some(2),
            link: WaveLink {
                phase_master: false,
                multi_channel: true,
                phase_group: 4,
                channels: 2,
            },
            articulation: Some(Vec::new()),
            ..region()
        }],
        articulation: Vec::new(),
        dialect: Dialect::SoundFont,
        about: About::default(),
    }
}

fn region() -> Region {
    Region::of_wave(0)
}

fn base(destination: Destination, scale: i32) -> Connection {
    Connection {
        source: Source::None,
        source_transform: Transform::default(),
        control: Source::None,
        control_transform: Transform::default(),
        destination,
        output_curve: Curve::Linear,
        scale,
    }
}

fn waves() -> Vec<Wave> {
    vec![
        Wave {
            name: "A".to_owned(),
            sample_rate: 22_050,
            frames: vec![1; 2_205].into(),
            sample: Some(WaveSample {
                wave_loop: Some(WaveLoop {
                    kind: LoopKind::UntilRelease,
                    start: 5,
                    length: 200,
                }),
                ..WaveSample::default()
            }),
            about: About::default(),
        },
        Wave {
            name: "B".to_owned(),
            sample_rate: 44_100,
            frames: dmus_dls::bank::Frames::of_24_bits(vec![1; 44_100], &[0; 44_100]),
            sample: None,
            about: About::default(),
        },
    ]
}

fn told(depth: &Depth) -> String {
    let mut text = String::new();
    describe(&mut text, &small(), depth).expect("a string takes everything");
    text
}

#[test]
fn by_default_a_bank_is_told_at_a_glance() {
    let expected = "\
title      Small
comment    two
           lines
version    1.2.3.4
genre      Waltz
id         11111111-1111-1111-1111-111111111111
2 instruments, 3 regions, 2 waves: 46 305 frames, 1.1 s of sound

patch            name                 dialect   regions  keys
0:3:1            Piano                DLS             2  A0 (21)-C4 (60)
drums:0:0:41     Kit                  SoundFont       1  F#2 (42)-A#2 (46)

1 warning
  RIFF(DLS )/lins at byte 12: the pad byte after an odd chunk is missing
";
    assert_eq!(told(&Depth::default()), expected);
}

#[test]
fn regions_are_told_without_their_articulation() {
    let text = told(&Depth {
        regions: true,
        ..Depth::default()
    });
    let expected = "\
drums:0:0:41 Kit (SoundFont, 1 region)
    F#2 (42)-A#2 (46)        wave 0 \"A\", unity C4 (60), loop 5+200 until release, \
        key group 1, overlaps itself, sounds as key C4 (60), sounds as velocity 99, layer 2, \
        follows in phase group 4, speakers 0b10

0:3:1 Piano (DLS, 2 regions)
    A0 (21)-B3 (59)          velocities 1-99 wave 0 \"A\", unity C4 (60), \
        loop 5+200 until release
    C4 (60)                  wave 1 \"B\", unity C#4 (61) -7 cents, gain -6 dB, once
";
    assert!(text.contains(expected), "{text}");
    assert!(!text.contains("vibrato"), "{text}");
}

#[test]
fn a_patch_is_told_whole_without_what_is_implied_and_without_the_others() {
    let text = told(&Depth {
        patch: vec!["0:3:1".parse().expect("a patch")],
        ..Depth::default()
    });
    let expected = "\
0:3:1 Piano (DLS, 2 regions)
    vibrato LFO x CC 1 -> pitch 50 cents
    A0 (21)-B3 (59)          velocities 1-99 wave 0 \"A\", unity C4 (60), \
        loop 5+200 until release
    C4 (60)                  wave 1 \"B\", unity C#4 (61) -7 cents, gain -6 dB, once
        EG1 attack 12.0 ms

1 warning
";
    assert!(text.starts_with(expected), "{text}");
    assert!(!text.contains("Kit"), "{text}");
}

#[test]
fn all_is_everything() {
    let text = told(&Depth {
        all: true,
        ..Depth::default()
    });
    let waves = "\
waves
     0  A                     22 050 Hz       2 205 frames   100.0 ms  16 bit  \
        unity C4 (60), loop 5+200 until release
     1  B                     44 100 Hz      44 100 frames     1.00 s  24 bit
";
    for part in [
        "title      Small",
        "vibrato LFO",
        "nothing of the instrument's",
        waves,
    ] {
        assert!(text.contains(part), "{part}\nis not in\n{text}");
    }
}

#[test]
fn json_says_everything_in_the_documented_fields() {
    let mut bytes = Vec::new();
    let depth = Depth::default();
    json::write(&mut bytes, Some(Path::new("a/b.dls")), &small(), &depth).expect("memory");
    let value: serde_json::Value = serde_json::from_slice(&bytes).expect("JSON");
    let at = |path: &str| {
        value
            .pointer(path)
            .unwrap_or_else(|| panic!("{path} in {value}"))
    };
    assert_eq!(at("/schema"), 1);
    assert_eq!(at("/file"), "a/b.dls");
    assert_eq!(at("/info/version/3"), 4);
    assert_eq!(at("/info/texts/0/text"), "Waltz");
    assert_eq!(at("/info/id"), "11111111-1111-1111-1111-111111111111");
    assert_eq!(at("/instruments/0/patch/drums"), true);
    assert_eq!(at("/instruments/0/patch/program"), 40);
    assert_eq!(at("/instruments/0/dialect"), "soundfont");
    assert_eq!(at("/instruments/0/regions/0/fixed_velocity"), 99);
    assert_eq!(at("/instruments/1/regions/0/velocities/high"), 99);
    assert_eq!(at("/instruments/1/articulation/0/source"), "vib_lfo");
    assert_eq!(at("/instruments/1/articulation/0/control"), "cc1");
    assert_eq!(at("/instruments/1/articulation/0/amount"), 50.0);
    assert_eq!(at("/instruments/1/articulation/0/unit"), "cents");
    assert_eq!(
        at("/instruments/1/regions/1/articulation/0/destination"),
        "eg1_attack"
    );
    assert_eq!(at("/instruments/1/regions/1/sample/gain_db"), -6.0);
    assert_eq!(at("/waves/0/sample/loop/kind"), "until_release");
    assert_eq!(at("/waves/1/bits"), 24);
    assert_eq!(at("/waves/1/seconds"), 1.0);
    assert_eq!(at("/warnings/0/offset"), 12);
    let text = at("/warnings/0/text").as_str().expect("a text");
    assert!(text.contains("pad byte"), "{text}");
}

#[test]
fn every_field_of_the_json_stands_in_its_documentation() {
    let mut bytes = Vec::new();
    json::write(&mut bytes, None, &small(), &Depth::default()).expect("memory");
    let value: serde_json::Value = serde_json::from_slice(&bytes).expect("JSON");
    let documentation = include_str!("../../../../docs/info.md");
    let mut waiting = vec![&value];
    while let Some(value) = waiting.pop() {
        match value {
            serde_json::Value::Object(fields) => {
                for (name, value) in fields {
                    let word = format!("`{name}`");
                    assert!(documentation.contains(&word), "{word} is not documented");
                    waiting.push(value);
                }
            }
            serde_json::Value::Array(values) => waiting.extend(values),
            _ => {}
        }
    }
}

#[test]
fn every_instrument_of_the_built_in_bank_is_named() {
    let bank = bank::built_in().expect("compiled in");
    let depth = Depth {
        all: true,
        ..Depth::default()
    };
    let mut text = String::new();
    describe(&mut text, &bank, &depth).expect("a string takes everything");
    for instrument in &bank.instruments {
        assert!(text.contains(&instrument.name), "{}", instrument.name);
    }
}

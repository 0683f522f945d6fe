//! A bank of 1418 waves, 189 instruments and 20000 regions, each with a list of its own.

use dmus_dls::Bank;
use dmus_dls::bank::{
    Connection, Curve, Destination, Dialect, Frames, Instrument, LoopKind, Patch, Region, Source,
    Transform, Wave, WaveLoop, WaveSample,
};

const WAVES: u32 = 1418;
const INSTRUMENTS: u32 = 189;
const REGIONS: u32 = 20_000;
const FRAMES: u32 = 2000;

fn constant(destination: Destination, scale: i32) -> Connection {
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

fn small(number: u32) -> i32 {
    i32::try_from(number).unwrap_or(0)
}

/// Envelopes of the wave, tuning and pan of the region: no two regions have the same list.
fn list(region: u32, wave: u32) -> Vec<Connection> {
    let time = |n: u32| -400_000_000 + 65_536 * small(wave * n);
    vec![
        constant(Destination::Eg1Attack, time(1)),
        constant(Destination::Eg1Hold, time(2)),
        constant(Destination::Eg1Decay, time(3)),
        constant(Destination::Eg1Sustain, 6_553_600 + small(wave)),
        constant(Destination::Eg1Release, time(5)),
        constant(Destination::Eg2Decay, time(4)),
        constant(Destination::Pan, 65_536 * (small(region % 1000) - 500)),
        constant(Destination::Pitch, small(region)),
        constant(Destination::FilterCutoff, 65_536 * 9000 + small(region)),
        constant(Destination::FilterQ, 655_360),
        Connection {
            source: Source::Eg2,
            ..constant(Destination::FilterCutoff, 65_536 * 2400)
        },
        Connection {
            source: Source::VibLfo,
            ..constant(Destination::Pitch, 65_536 * small(wave % 20))
        },
    ]
}

fn region(number: u32) -> Region {
    let wave = number % WAVES;
    let low = u8::try_from(number % 8).unwrap_or(0) * 16;
    Region {
        keys: low..=low + 15,
        self_non_exclusive: true,
        sample: Some(WaveSample {
            wave_loop: Some(WaveLoop {
                kind: LoopKind::Forward,
                start: 500 + number % 3,
                length: 1000,
            }),
            ..WaveSample::default()
        }),
        articulation: Some(list(number, wave)),
        ..Region::of_wave(usize::try_from(wave).unwrap_or(0))
    }
}

/// The bank.
pub(crate) fn bank() -> Bank {
    let all: Vec<i16> = (0..WAVES * FRAMES)
        .map(|n| i16::try_from(n % 9973).unwrap_or(0))
        .collect();
    let all = Frames::from(all);
    let instrument = |number: u32| Instrument {
        patch: Patch {
            drums: false,
            bank_msb: u8::try_from(number / 128).unwrap_or(0),
            bank_lsb: 0,
            program: u8::try_from(number % 128).unwrap_or(0),
        },
        name: format!("instrument {number}"),
        regions: (number..REGIONS)
            .step_by(usize::try_from(INSTRUMENTS).unwrap_or(1))
            .map(region)
            .collect(),
        articulation: Vec::new(),
        dialect: Dialect::SoundFont,
        about: Default::default(),
    };
    let wave = |number: u32| {
        let start = usize::try_from(number * FRAMES).unwrap_or(0);
        Wave {
            name: String::new(),
            sample_rate: 44_100,
            frames: all.part(start..start + usize::try_from(FRAMES).unwrap_or(0)),
            sample: None,
            about: Default::default(),
        }
    };
    Bank {
        instruments: (0..INSTRUMENTS).map(instrument).collect(),
        waves: (0..WAVES).map(wave).collect(),
        ..Bank::default()
    }
}

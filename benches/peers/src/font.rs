//! A SoundFont of one long looped wave, whose notes are one voice each.
//!
//! Its presets are the articulations: 0 open (the filter at its default of 13 500 cents), 1 lowpass
//! (8 000 cents, 6 dB, standing), 2 modulated (as 1; oscillator and envelope move the filter, an
//! oscillator moves pitch and gain).

use std::f64::consts::TAU;

use crate::workloads::Random;

/// Frames per second of the wave.
const RATE: usize = 44_100;

/// Middle C.
const PITCH_HZ: f64 = 261.625_565_3;

/// Partials of the wave.
const PARTIALS: usize = 24;

/// Frames of silence behind a wave, as the format wants.
const GUARD: usize = 46;

/// Generators of each preset, by the format's numbers.
const PRESETS: [(&str, &[(u16, i16)]); 3] = [
    ("open", &[]),
    ("lowpass", &[(8, 8_000), (9, 60)]),
    (
        "modulated",
        &[
            // Vibrato to pitch, oscillator and envelope to cutoff, cutoff and resonance.
            (6, 20),
            (10, 1_200),
            (11, 2_400),
            (8, 8_000),
            (9, 60),
            // Tremolo; the oscillators at 5 and 6 Hz.
            (13, 30),
            (22, -851),
            (24, -536),
            // An envelope of half a second up and twenty down.
            (26, -1_200),
            (28, 5_186),
            (29, 1_000),
        ],
    ),
];

/// The font, whole.
pub(crate) fn bytes() -> Vec<u8> {
    let wave = wave();
    let mut sound: Vec<u8> = wave
        .iter()
        .flat_map(|sample| sample.to_le_bytes())
        .collect();
    sound.extend([0; 2 * GUARD]);
    let info = [
        chunk(b"ifil", &[2, 0, 1, 0]),
        chunk(b"isng", b"EMU8000\0"),
        chunk(b"INAM", b"bench\0"),
    ];
    let lists = [
        list(b"INFO", &info),
        list(b"sdta", &[chunk(b"smpl", &sound)]),
        list(b"pdta", &tables(wave.len())),
    ];
    chunk(b"RIFF", &[&b"sfbk"[..], &lists.concat()].concat())
}

fn chunk(tag: &[u8; 4], data: &[u8]) -> Vec<u8> {
    let length = u32::try_from(data.len()).unwrap_or(u32::MAX).to_le_bytes();
    let padding = &[0][..data.len() % 2];
    [&tag[..], &length, data, padding].concat()
}

fn list(kind: &[u8; 4], chunks: &[Vec<u8>]) -> Vec<u8> {
    chunk(b"LIST", &[&kind[..], &chunks.concat()].concat())
}

/// A sum of partials with a little noise: three seconds.
fn wave() -> Vec<i16> {
    let mut random = Random::new(1);
    let phases: Vec<f64> = (0..PARTIALS).map(|_| random.unit() * TAU).collect();
    let at = |turn: f64| -> f64 {
        let partials = (1..).zip(&phases);
        let amplitude = |n: u32| f64::from(n).powf(-1.2);
        partials
            .map(|(n, phase)| amplitude(n) * (TAU * f64::from(n) * turn + phase).sin())
            .sum()
    };
    // One turn, read with linear interpolation.
    let turn: Vec<f64> = (0..=4096).map(|n| at(f64::from(n) / 4096.0)).collect();
    let top = turn
        .iter()
        .fold(0.0, |top: f64, value| top.max(value.abs()));
    (0..3 * RATE)
        .map(|frame| {
            let place = (frame as f64 * PITCH_HZ / RATE as f64).fract() * 4096.0;
            let (index, part) = (place as usize, place.fract());
            let value = turn[index] + (turn[index + 1] - turn[index]) * part;
            let noise = 0.02 * (random.unit() - 0.5);
            ((0.9 * value / top + noise) * 24_000.0) as i16
        })
        .collect()
}

/// What the format calls hydra.
fn tables(frames: usize) -> [Vec<u8>; 9] {
    let mut tables = [const { Vec::new() }; 9];
    let [phdr, pbag, pmod, pgen, inst, ibag, imod, igen, shdr] = &mut tables;
    let generator = |table: &mut Vec<u8>, number: u16, amount: i16| {
        table.extend([number.to_le_bytes(), amount.to_le_bytes()].concat());
    };
    let bag = |table: &mut Vec<u8>, first: u16| {
        table.extend([first.to_le_bytes(), [0; 2]].concat());
    };
    let head = |table: &mut Vec<u8>, name: &str| {
        let mut field = [0; 20];
        field[..name.len()].copy_from_slice(name.as_bytes());
        table.extend(field);
    };
    let preset = |table: &mut Vec<u8>, name: &str, number: u16| {
        head(table, name);
        table.extend([number, 0, number].map(u16::to_le_bytes).concat());
        table.extend([0; 12]);
    };
    let mut generators = 0;
    for ((name, settings), number) in PRESETS.into_iter().zip(0_u16..) {
        preset(phdr, name, number);
        bag(pbag, number);
        // The preset's instrument.
        generator(pgen, 41, number.cast_signed());
        head(inst, name);
        inst.extend(number.to_le_bytes());
        bag(ibag, generators);
        // Looped, and the wave last.
        for &(number, amount) in settings.iter().chain(&[(54, 1), (53, 0)]) {
            generator(igen, number, amount);
            generators += 1;
        }
    }
    let end = PRESETS.len() as u16;
    preset(phdr, "EOP", end);
    bag(pbag, end);
    generator(pgen, 0, 0);
    head(inst, "EOI");
    inst.extend(end.to_le_bytes());
    bag(ibag, generators);
    generator(igen, 0, 0);
    pmod.extend([0; 10]);
    imod.extend([0; 10]);
    head(shdr, "long");
    let rate = RATE as u32;
    for number in [0, frames as u32, rate / 2, rate / 2 + 2 * rate, rate] {
        shdr.extend(number.to_le_bytes());
    }
    // Unity note, fine tuning, no link, mono.
    shdr.extend([60, 0, 0, 0, 1, 0]);
    head(shdr, "EOS");
    shdr.extend([0; 26]);
    let tags = [
        b"phdr", b"pbag", b"pmod", b"pgen", b"inst", b"ibag", b"imod", b"igen", b"shdr",
    ];
    let mut number = 0;
    tables.map(|table| {
        number += 1;
        chunk(tags[number - 1], &table)
    })
}

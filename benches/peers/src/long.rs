//! The bench's font: one long looped wave, whose notes are one voice each.
//!
//! Its presets are the articulations: 0 open (the filter at its default of 13 500 cents), 1 lowpass
//! (8 000 cents, 6 dB, standing), 2 modulated (as 1; oscillator and envelope move the filter, an
//! oscillator moves pitch and gain).

use std::f64::consts::TAU;

use crate::font::{Font, Preset};
use crate::workloads::Random;

/// Frames per second of the wave.
const RATE: usize = 44_100;

/// Middle C.
const PITCH_HZ: f64 = 261.625_565_3;

/// Partials of the wave.
const PARTIALS: usize = 24;

/// Generators of each preset, by the format's numbers.
const PRESETS: [Preset<'_>; 3] = [
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
    let rate = RATE as u32;
    Font {
        wave: &wave(),
        rate,
        looped: Some(rate / 2..rate / 2 + 2 * rate),
        presets: &PRESETS,
    }
    .bytes()
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

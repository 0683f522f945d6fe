//! An ear: notes of a bank, and what the facts read off them.

use std::collections::BTreeMap;
use std::f64::consts::TAU;

use anyhow::Result;
use dmus_dls::Bank;

use crate::spectrum::{Powers, between, decibels, power};
use crate::stage::{Note, Part, RATE_HZ, Stage};

/// Bands of an envelope in an octave.
const BANDS: f64 = 6.0;

/// What hears the notes of a bank.
pub(super) struct Ear {
    stage: Stage,
}

/// Levels over frequency, from the partials of many keys: what a body or a mouth does to them.
#[derive(Debug)]
pub(super) struct Envelope {
    /// Mean levels by bands of a sixth of an octave around 1 kHz, dB.
    bands: BTreeMap<i32, f64>,
}

impl Envelope {
    /// Of frequencies in Hz and levels in dB.
    pub(super) fn of(points: impl IntoIterator<Item = (f64, f64)>) -> Self {
        let mut sums: BTreeMap<i32, (f64, f64)> = BTreeMap::new();
        for (hz, level) in points {
            let (sum, count) = sums.entry(band(hz)).or_default();
            *sum += level;
            *count += 1.0;
        }
        let means = sums
            .into_iter()
            .map(|(band, (sum, count))| (band, sum / count));
        Self {
            bands: means.collect(),
        }
    }

    /// Mean level between two frequencies, dB.
    pub(super) fn level(&self, low_hz: f64, high_hz: f64) -> f64 {
        let inside = self.bands.range(band(low_hz)..=band(high_hz));
        let levels: Vec<f64> = inside.map(|(_, level)| *level).collect();
        levels.iter().sum::<f64>() / levels.len() as f64
    }

    /// The highest peak between two frequencies, Hz; not a number where there is none.
    pub(super) fn peak_hz(&self, low_hz: f64, high_hz: f64) -> f64 {
        let all: Vec<(i32, f64)> = self
            .bands
            .iter()
            .map(|(band, level)| (*band, *level))
            .collect();
        let peaks = all.windows(3).filter_map(|near| match near {
            [(_, before), (band, level), (_, after)] if level > before && level > after => {
                Some((*band, *level))
            }
            _ => None,
        });
        let (low, high) = (band(low_hz), band(high_hz));
        let peaks = peaks.filter(|(band, _)| (low..=high).contains(band));
        let highest = peaks.max_by(|(_, one), (_, other)| one.total_cmp(other));
        highest.map_or(f64::NAN, |(band, _)| {
            1000.0 * (f64::from(band) / BANDS).exp2()
        })
    }
}

/// The band of a frequency.
fn band(hz: f64) -> i32 {
    ((hz / 1000.0).log2() * BANDS).round() as i32
}

/// Frequency of a key.
pub(super) fn hertz(key: u8) -> f64 {
    440.0 * ((f64::from(key) - 69.0) / 12.0).exp2()
}

impl Ear {
    pub(super) fn new(bank: &Bank) -> Result<Self> {
        let stage = Stage::new(bank)?;
        Ok(Self { stage })
    }

    /// Both sides of a note together.
    pub(super) fn note(&mut self, note: &Note) -> Vec<f32> {
        self.stage.play(note).mono()
    }

    /// Spectrum of a piece of a note at velocity 100.
    pub(super) fn spectrum(&mut self, program: u8, key: u8, from_s: f64, to_s: f64) -> Powers {
        let heard = self.note(&Note::new(Part::Program(program), key, to_s));
        Powers::of(between(&heard, from_s, to_s))
    }

    /// Frequencies and levels (dB) of the partials of a held note up to 8 kHz, from the first on.
    pub(super) fn partials(&mut self, program: u8, key: u8, velocity: u8) -> Vec<(f64, f64)> {
        let note = Note::new(Part::Program(program), key, 1.3);
        let heard = self.note(&Note { velocity, ..note });
        let powers = Powers::of(between(&heard, 0.3, 1.3));
        let first = hertz(key);
        let numbers = (1..).map(|number| f64::from(number) * first);
        let within = numbers.take_while(|hz| *hz < 8000.0);
        within
            .map(|hz| {
                let around = powers.power(hz - 0.25 * first, hz + 0.25 * first);
                (hz, decibels(around))
            })
            .collect()
    }

    /// By how much the second partial of a held note lies below its first, dB.
    pub(super) fn second_under_first_db(&mut self, program: u8, key: u8) -> f64 {
        match self.partials(program, key, 100).as_slice() {
            [(_, first), (_, second), ..] => first - second,
            _ => f64::NAN,
        }
    }

    /// By how much the first partial of a held note lies below its strongest, dB.
    pub(super) fn first_under_strongest_db(&mut self, program: u8, key: u8) -> f64 {
        let partials = self.partials(program, key, 100);
        let levels = partials.iter().map(|(_, level)| *level);
        let strongest = levels.fold(f64::MIN, f64::max);
        let first = partials.first();
        first.map_or(f64::NAN, |(_, first)| strongest - first)
    }

    /// Envelope of the partials of every second key, `tilt` added in dB an octave.
    pub(super) fn envelope(&mut self, program: u8, keys: [u8; 2], tilt: f64) -> Envelope {
        let [low, high] = keys;
        let mut points = Vec::new();
        for key in (low..=high).step_by(2) {
            let partials = self.partials(program, key, 100);
            points.extend(partials.iter().map(|(hz, level)| {
                let octaves = (hz / 1000.0).log2();
                (*hz, level + tilt * octaves)
            }));
        }
        Envelope::of(points)
    }

    /// The middle one of the strongest partials of every second key, Hz.
    pub(super) fn strongest_hz(&mut self, program: u8, keys: [u8; 2]) -> f64 {
        let [low, high] = keys;
        let mut found = Vec::new();
        for key in (low..=high).step_by(2) {
            let partials = self.partials(program, key, 110);
            let top = partials
                .iter()
                .max_by(|(_, one), (_, other)| one.total_cmp(other));
            found.extend(top.map(|(hz, _)| *hz));
        }
        found.sort_by(f64::total_cmp);
        found.get(found.len() / 2).copied().unwrap_or(f64::NAN)
    }

    /// How fast a note falls between two moments, dB a second.
    pub(super) fn fall(&mut self, program: u8, key: u8, from_s: f64, to_s: f64) -> f64 {
        let heard = self.note(&Note::new(Part::Program(program), key, to_s + 0.1));
        let level = |from: f64| decibels(power(between(&heard, from, from + 0.1)));
        (level(from_s) - level(to_s)) / (to_s - from_s)
    }

    /// How often the pitch of a note goes up and down with the full modulation wheel, Hz.
    pub(super) fn vibrato_hz(&mut self, program: u8, key: u8) -> f64 {
        let note = Note::new(Part::Program(program), key, 4.0);
        let heard = self.note(&Note { wheel: 127, ..note });
        let swing = swing(between(&heard, 1.0, 4.0), hertz(key));
        let mean = swing.iter().sum::<f64>() / swing.len().max(1) as f64;
        let strength = |hz: f64| {
            let (mut real, mut imaginary) = (0.0, 0.0);
            for (n, value) in swing.iter().enumerate() {
                let (sine, cosine) = (TAU * hz * n as f64 * STEP_S).sin_cos();
                real += (value - mean) * cosine;
                imaginary += (value - mean) * sine;
            }
            real.hypot(imaginary)
        };
        let rates = (20..=120).map(|tenths| f64::from(tenths) / 10.0);
        let strongest = rates.max_by(|one, other| strength(*one).total_cmp(&strength(*other)));
        strongest.unwrap_or(f64::NAN)
    }
}

/// Seconds between two values of [`swing`].
const STEP_S: f64 = 0.01;

/// How far the first partial turns from step to step beside a steady one, radians.
fn swing(frames: &[f32], hz: f64) -> Vec<f64> {
    let rate = f64::from(RATE_HZ);
    let step = (STEP_S * rate) as usize;
    let phases: Vec<f64> = frames
        .windows(4 * step)
        .step_by(step)
        .enumerate()
        .map(|(number, window)| {
            let (mut real, mut imaginary) = (0.0, 0.0);
            for (n, frame) in window.iter().enumerate() {
                let place = n as f64 / (4 * step) as f64;
                let weight = f64::from(*frame) * (0.5 - 0.5 * (TAU * place).cos());
                let turn = TAU * hz * (number * step + n) as f64 / rate;
                real += weight * turn.cos();
                imaginary -= weight * turn.sin();
            }
            imaginary.atan2(real)
        })
        .collect();
    let pairs = phases.iter().zip(phases.iter().skip(1));
    pairs
        .map(|(before, after)| (after - before + TAU / 2.0).rem_euclid(TAU) - TAU / 2.0)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_swing_of_six_hertz_turns_six_times_a_second() {
        let frames: Vec<f32> = (0..144_000)
            .map(|n| {
                let time = f64::from(n) / 48_000.0;
                (TAU * 440.0 * time + 0.8 * (TAU * 6.0 * time).sin()).cos() as f32
            })
            .collect();
        let swing = swing(&frames, 440.0);
        let rises = swing
            .windows(2)
            .filter(|pair| pair[0] < 0.0 && pair[1] >= 0.0);
        let seconds = swing.len() as f64 * STEP_S;
        let rate = rises.count() as f64 / seconds;
        assert!((rate - 6.0).abs() < 0.4, "{rate}");
    }

    #[test]
    fn a_peak_is_found_where_it_is_and_a_slope_has_none() {
        let hump = (1..60).map(|n| {
            let hz = f64::from(n) * 100.0;
            (hz, -20.0 * (hz / 1000.0).log2().abs())
        });
        let peak = Envelope::of(hump).peak_hz(500.0, 2000.0);
        assert!((peak - 1000.0).abs() < 1.0, "{peak}");
        let slope = (1..60).map(|n| (f64::from(n) * 100.0, -f64::from(n)));
        assert!(Envelope::of(slope).peak_hz(500.0, 2000.0).is_nan());
    }
}

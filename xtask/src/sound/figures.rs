//! The figures: filter, envelope and interpolation, each rendered by the engine and measured here.
//!
//! Out: pictures under docs/sound, and their numbers on the screen.

use std::path::Path;

use anyhow::Result;

use super::measure::{Frame, RATE_HZ, STEP, decibels, envelope};
use super::plot::{Axis, Line, draw};
use super::signal::{response, sine_and_rest};
use super::{Bench, FOLDER, read};
use crate::process::Job;
use crate::project::Project;

/// Ways of reading a wave.
const KINDS: [&str; 3] = ["linear", "cubic", "sinc"];

/// Peak of a probe on one side, dB: its wave's, mixed at half, in the middle.
const PEAK_DB: f64 = -0.206 - 6.021 - 3.010;

/// What others leave beside a sine, dB, at the frequencies of `FREQUENCIES`, by the same measure.
const OTHERS: [(&str, [f64; 5]); 4] = [
    ("4 points, others", [-77.0, -50.0, -30.0, -18.0, -8.0]),
    (
        "7 points, FluidSynth 2.3",
        [-62.0, -57.0, -44.0, -34.0, -13.0],
    ),
    (
        "sinc11, FluidSynth 2.6",
        [-71.0, -69.0, -59.0, -46.0, -23.0],
    ),
    (
        "sinc25, FluidSynth 2.6",
        [-85.0, -83.0, -87.0, -68.0, -58.0],
    ),
];

/// Frequencies of residuals, in rates of the wave.
const FREQUENCIES: [f64; 5] = [0.02, 0.1, 0.2, 0.3, 0.4];

/// Renders, measures and draws all of them.
///
/// # Errors
/// When a probe fails or a picture cannot be written.
pub(super) fn run(project: &Project, bench: &Bench) -> Result<()> {
    let file = |name: &str| project.path(FOLDER).join(name);
    filters(bench, &file("filter.svg"))?;
    envelopes(bench, &file("envelope.svg"))?;
    residuals(bench, &file("residual.svg"))?;
    passband(bench, &file("passband.svg"))?;
    aliases(bench, &file("mirrored.svg"))
}

/// Renders a probe; its left side.
fn probe(bench: &Bench, words: &[&str]) -> Result<Vec<f64>> {
    let out = bench.folder.join("probe.f32");
    Job::new("a probe", bench.command())
        .args(words)
        .args([&out])
        .screen()?;
    let frames = read(&out)?;
    Ok(frames.iter().map(|[left, _]| f64::from(*left)).collect())
}

fn filters(bench: &Bench, file: &Path) -> Result<()> {
    let open = probe(bench, &["filter", "0", "0"])?;
    let settings = [
        (200, 0.0),
        (1000, 0.0),
        (1000, 6.0),
        (1000, 12.0),
        (1000, 22.5),
        (5000, 0.0),
        (5000, 12.0),
    ];
    let mut lines = Vec::new();
    for (cutoff_hz, resonance_db) in settings {
        let (hertz, decibels) = (cutoff_hz.to_string(), f64::to_string(&resonance_db));
        let answer = probe(bench, &["filter", &hertz, &decibels])?;
        let points: Vec<(f64, f64)> = (0..=160)
            .map(|step| 20.0 * 1000_f64.powf(f64::from(step) / 160.0))
            .map(|hertz| (hertz, response(&answer, &open, hertz)))
            .collect();
        let top = points
            .iter()
            .map(|(_, level)| *level)
            .fold(-300.0, f64::max);
        let low = response(&answer, &open, f64::from(cutoff_hz) / 50.0);
        println!("filter, {hertz} Hz, Q {decibels} dB: DC {low:.2}, top {top:.2} dB");
        lines.push(Line::new(&format!("{hertz} Hz, Q {decibels} dB"), points));
    }
    let across = Axis::logarithmic("Hz", 20.0, 20_000.0);
    draw(file, &across, &Axis::new("dB", -60.0, 15.0), &lines)
}

/// The envelope that \[DLS2\] demands, dB.
///
/// - `numbers`: attack, hold, decay (s), sustain (per cent), release, held (s)
fn demanded(numbers: [f64; 6], time: f64) -> f64 {
    let [attack, hold, decay, sustain, release, held] = numbers;
    let before = |time: f64| {
        let falls = time - attack - hold;
        if time < attack {
            20.0 * (time / attack).max(1e-15).log10()
        } else if falls < 0.0 {
            0.0
        } else {
            (-96.0 * falls / decay).max(-96.0 * (1.0 - sustain / 100.0))
        }
    };
    if time < held {
        before(time)
    } else {
        before(held) - 96.0 * (time - held) / release
    }
}

fn envelopes(bench: &Bench, file: &Path) -> Result<()> {
    let settings = [
        ("attack 0.5 s, hold", [0.5, 0.2, 4.0, 75.0, 2.0, 2.0]),
        (
            "attack 0.1 s, sustain 50 %",
            [0.1, 0.0, 2.0, 50.0, 1.0, 1.5],
        ),
        ("released while it rises", [1.0, 0.0, 2.0, 50.0, 2.0, 0.6]),
    ];
    let step_s = STEP as f64 / RATE_HZ;
    let mut lines = Vec::new();
    for (name, numbers) in settings {
        let words = numbers.map(|number| number.to_string());
        let words = words.iter().map(String::as_str);
        let words: Vec<&str> = ["envelope"].into_iter().chain(words).collect();
        let frames = probe(bench, &words)?;
        let frames: Vec<Frame> = frames.into_iter().map(narrow).collect();
        let levels = envelope(&frames, STEP).into_iter().enumerate();
        let points: Vec<(f64, f64)> = levels
            .map(|(step, level)| ((step as f64 + 0.5) * step_s, level - PEAK_DB))
            .collect();
        // The first step rises from nothing: its mean is not its middle.
        let heard = points.iter().skip(2).filter(|(_, level)| *level > -80.0);
        let apart = heard.map(|(time, level)| (level - demanded(numbers, *time)).abs());
        let furthest = apart.fold(0.0, f64::max);
        println!("envelope, {name}: within {furthest:.2} dB of the specification");
        let wanted = points
            .iter()
            .map(|(time, _)| (*time, demanded(numbers, *time)));
        lines.push(Line::behind(wanted.collect()));
        lines.push(Line::new(name, points));
    }
    let across = Axis::new("s", 0.0, 4.0);
    draw(file, &across, &Axis::new("dB", -96.0, 3.0), &lines)
}

#[expect(clippy::cast_possible_truncation, reason = "it was rendered in f32")]
const fn narrow(left: f64) -> Frame {
    [left as f32, 0.0]
}

/// Gain of a sine and what lies beside it, dB of the wave's own.
fn sine(bench: &Bench, kind: &str, frequency: f64, ratio: f64) -> Result<(f64, f64)> {
    let words = ["sine", kind, &frequency.to_string(), &ratio.to_string()];
    let signal = probe(bench, &words)?;
    // The wave's rate is a whole number.
    let ratio = (RATE_HZ * ratio).round() / RATE_HZ;
    let middle = signal.get(2000..11_000).unwrap_or_default();
    let (sine, rest) = sine_and_rest(middle, frequency * ratio);
    Ok((sine - PEAK_DB, rest - PEAK_DB))
}

fn residuals(bench: &Bench, file: &Path) -> Result<()> {
    let mut lines = Vec::new();
    for kind in KINDS {
        let mut points = Vec::new();
        for frequency in FREQUENCIES {
            let (gain, rest) = sine(bench, kind, frequency, 0.737)?;
            points.push((frequency, rest - gain));
        }
        let numbers = points.iter().map(|(_, rest)| format!("{rest:.1}"));
        let numbers: Vec<String> = numbers.collect();
        println!("beside a sine, {kind}: {} dB", numbers.join(" "));
        lines.push(Line::new(&format!("{kind}, ours"), points));
    }
    for (name, numbers) in OTHERS {
        lines.push(Line::thin(
            name,
            FREQUENCIES.into_iter().zip(numbers).collect(),
        ));
    }
    let across = Axis::new("of the wave's rate", 0.0, 0.42);
    // Room for the names below the lines.
    draw(file, &across, &Axis::new("dB", -150.0, 0.0), &lines)
}

fn passband(bench: &Bench, file: &Path) -> Result<()> {
    let mut lines = Vec::new();
    for kind in KINDS {
        let mut points = Vec::new();
        for step in 1..=23 {
            let frequency = f64::from(step) * 0.02;
            points.push((frequency, sine(bench, kind, frequency, 0.737)?.0));
        }
        lines.push(Line::new(&format!("{kind}, ours"), points));
    }
    let across = Axis::new("of the wave's rate", 0.0, 0.5);
    draw(file, &across, &Axis::new("dB", -6.0, 1.0), &lines)
}

/// The loudest that is mirrored, by how far a wave is transposed.
fn aliases(bench: &Bench, file: &Path) -> Result<()> {
    let mut lines = Vec::new();
    for kind in KINDS {
        let mut points = Vec::new();
        for quarter in 1..=12 {
            let octaves = f64::from(quarter) / 4.0;
            let ratio = octaves.exp2();
            let mut loudest = f64::MIN;
            // Parts of the output's rate, all above its half.
            for part in [0.503, 0.53, 0.57, 0.71, 0.97, 1.9] {
                let frequency = part / ratio;
                if frequency < 0.5 {
                    let (gain, rest) = sine(bench, kind, frequency, ratio)?;
                    let both = 10_f64.powf(gain / 10.0) + 10_f64.powf(rest / 10.0);
                    loudest = loudest.max(decibels(both));
                }
            }
            points.push((octaves, loudest));
        }
        let worst = points
            .iter()
            .map(|(_, level)| *level)
            .fold(-300.0, f64::max);
        println!("mirrored, {kind}: {worst:.1} dB at most, up to three octaves up");
        lines.push(Line::new(&format!("{kind}, ours"), points));
    }
    let across = Axis::new("octaves up", 0.0, 3.0);
    draw(file, &across, &Axis::new("dB", -100.0, 6.0), &lines)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_demanded_envelope_rises_in_amplitude_and_falls_in_decibels() {
        let numbers = [0.5, 0.2, 4.0, 75.0, 2.0, 2.0];
        for (time, expected) in [
            (0.25, -6.02),
            (0.6, 0.0),
            (1.2, -12.0),
            (1.9, -24.0),
            (2.5, -48.0),
        ] {
            let level = demanded(numbers, time);
            assert!((level - expected).abs() < 0.01, "{time} s: {level}");
        }
    }
}

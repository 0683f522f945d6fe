//! Looking at frames: levels, frequencies, pitch over time.

use crate::bank::PEAK;
use crate::rig::HEADROOM;

/// What an engine rendered.
pub(crate) struct Stereo {
    pub(crate) left: Vec<f32>,
    pub(crate) right: Vec<f32>,
    pub(crate) sample_rate: f64,
}

/// Level of a sine of the test waves at full gain, before pan, amplitude.
fn full() -> f64 {
    PEAK / 32_768.0 * HEADROOM
}

/// RMS of samples as the amplitude of a sine.
fn amplitude(samples: &[f32]) -> f64 {
    let sum: f64 = samples.iter().map(|s| f64::from(*s) * f64::from(*s)).sum();
    (2.0 * sum / samples.len() as f64).sqrt()
}

pub(crate) fn db(ratio: f64) -> f64 {
    20.0 * ratio.max(1e-12).log10()
}

impl Stereo {
    fn range(&self, from_s: f64, to_s: f64) -> std::ops::Range<usize> {
        (from_s * self.sample_rate).round() as usize..(to_s * self.sample_rate).round() as usize
    }

    /// Level of the left side in a time span, dB below a sine at full gain, before pan.
    pub(crate) fn left_db(&self, from_s: f64, to_s: f64) -> f64 {
        db(amplitude(&self.left[self.range(from_s, to_s)]) / full())
    }

    /// The same on the right.
    pub(crate) fn right_db(&self, from_s: f64, to_s: f64) -> f64 {
        db(amplitude(&self.right[self.range(from_s, to_s)]) / full())
    }

    /// Level in a time span of a note in the middle, dB below the reference note.
    pub(crate) fn level_db(&self, from_s: f64, to_s: f64) -> f64 {
        self.left_db(from_s, to_s) + 3.0103
    }

    /// Level around a time, over one cycle of 441 Hz at 44.1 kHz and multiples.
    pub(crate) fn level_at(&self, time_s: f64) -> f64 {
        let half = 100.0 / self.sample_rate;
        self.level_db(
            (time_s - half).max(0.0),
            (time_s - half).max(0.0) + 2.0 * half,
        )
    }

    /// First frame after which everything is zero.
    pub(crate) fn end(&self) -> usize {
        let last = |samples: &[f32]| {
            samples
                .iter()
                .rposition(|s| s.abs() > 0.0)
                .map_or(0, |n| n + 1)
        };
        last(&self.left).max(last(&self.right))
    }

    /// Frequency of a steady sine, by the slope of its phase against a guess.
    pub(crate) fn frequency(&self, guess_hz: f64) -> f64 {
        let step = std::f64::consts::TAU * guess_hz / self.sample_rate;
        let block = (40.0 * self.sample_rate / guess_hz) as usize;
        let mut phases = Vec::new();
        for (index, samples) in self.left.chunks_exact(block).enumerate() {
            let (mut re, mut im) = (0.0, 0.0);
            for (i, sample) in samples.iter().enumerate() {
                let window =
                    0.5 - 0.5 * (std::f64::consts::TAU * (i as f64 + 0.5) / block as f64).cos();
                let angle = step * (index * block + i) as f64;
                re += f64::from(*sample) * window * angle.cos();
                im -= f64::from(*sample) * window * angle.sin();
            }
            let phase = im.atan2(re);
            let turns = phases.last().map_or(0.0, |last: &f64| {
                ((last - phase) / std::f64::consts::TAU).round()
            });
            phases.push(phase + turns * std::f64::consts::TAU);
        }
        let n = phases.len() as f64;
        let mean_x = (n - 1.0) / 2.0;
        let mean_y = phases.iter().sum::<f64>() / n;
        let (mut xy, mut xx) = (0.0, 0.0);
        for (x, y) in phases.iter().enumerate() {
            xy += (x as f64 - mean_x) * (y - mean_y);
            xx += (x as f64 - mean_x) * (x as f64 - mean_x);
        }
        guess_hz + xy / xx / block as f64 * self.sample_rate / std::f64::consts::TAU
    }

    /// Pitch of a sine over time, from one upward zero crossing to the next: time in seconds,
    /// cents relative to a frequency.
    pub(crate) fn pitch(&self, reference_hz: f64) -> Vec<(f64, f64)> {
        let mut crossings = Vec::new();
        for (n, pair) in self.left.windows(2).enumerate() {
            let (a, b) = (f64::from(pair[0]), f64::from(pair[1]));
            if a < 0.0 && b >= 0.0 {
                crossings.push((n as f64 + a / (a - b)) / self.sample_rate);
            }
        }
        crossings
            .windows(2)
            .map(|pair| {
                let hertz = 1.0 / (pair[1] - pair[0]);
                (
                    0.5 * (pair[0] + pair[1]),
                    1200.0 * (hertz / reference_hz).log2(),
                )
            })
            .collect()
    }

    /// Pitch at a time, cents relative to a frequency.
    pub(crate) fn pitch_at(&self, reference_hz: f64, time_s: f64) -> f64 {
        self.pitch(reference_hz)
            .into_iter()
            .min_by(|a, b| (a.0 - time_s).abs().total_cmp(&(b.0 - time_s).abs()))
            .unwrap()
            .1
    }

    /// Gain of a sine at a frequency against the reference note, dB.
    pub(crate) fn gain_at(&self, hertz: f64, from_s: f64, to_s: f64) -> f64 {
        let samples = &self.left[self.range(from_s, to_s)];
        let step = std::f64::consts::TAU * hertz / self.sample_rate;
        let (mut re, mut im) = (0.0, 0.0);
        for (n, sample) in samples.iter().enumerate() {
            let (sin, cos) = (step * n as f64).sin_cos();
            re += f64::from(*sample) * cos;
            im += f64::from(*sample) * sin;
        }
        let amplitude = 2.0 / samples.len() as f64 * (re * re + im * im).sqrt();
        db(amplitude / full()) + 3.0103
    }

    /// Largest step between neighbouring samples on the left.
    pub(crate) fn largest_step(&self) -> f64 {
        self.left
            .windows(2)
            .map(|pair| f64::from((pair[1] - pair[0]).abs()))
            .fold(0.0, f64::max)
    }
}

/// Fails unless two numbers are as close as said.
#[track_caller]
pub(crate) fn close(got: f64, expected: f64, tolerance: f64) {
    assert!(
        (got - expected).abs() <= tolerance,
        "got {got}, expected {expected} +- {tolerance}"
    );
}

//! Our coefficients beside an independent computation, and beside the prototype of \[DLS2\], whose
//! cutoff is another point of the same slope.

use core::f64::consts::{FRAC_1_SQRT_2, FRAC_PI_2, TAU};

use super::*;

const RATE_HZ: f64 = 48_000.0;

/// Two poles, and zeros at half the rate or none: `gain (1 + zeros/z)^2 / (1 + b1/z + b2/z^2)`.
#[derive(Debug, Clone, Copy)]
struct LowPass {
    b1: f64,
    b2: f64,
    gain: f64,
    zeros: f64,
}

impl LowPass {
    /// The prototype: no zeros; a peak of so many decibels above the passband, and the cutoff where the
    /// passband's line meets one of -12 dB an octave through the response at a quarter of the rate.
    fn prototype(cutoff_hz: f64, resonance_db: f64) -> Self {
        let peak = libm::pow(10.0, resonance_db / 20.0);
        let poles_at = |angle: f64| {
            let (sine, cosine) = (libm::sin(angle), libm::cos(angle));
            let radius = (cosine + sine * libm::sqrt(peak * peak - 1.0)) / (1.0 + peak * sine);
            let (b1, b2) = (-2.0 * radius * cosine, radius * radius);
            Self {
                b1,
                b2,
                gain: (1.0 + b1 + b2) / libm::sqrt(peak),
                zeros: 0.0,
            }
        };
        let angle = solve(1e-6..FRAC_PI_2, |angle| {
            poles_at(angle).cutoff_hz() - cutoff_hz
        });
        poles_at(angle)
    }

    /// Ours as documented: the bilinear low pass that resonates at the cutoff, by the cookbook's sines
    /// and cosines; its quality is looked for until the slope's top is as high as asked for.
    fn documented(cutoff_hz: f64, resonance_db: f64) -> Self {
        let quality = solve(FRAC_1_SQRT_2..100.0, |quality| {
            let top = quality * quality / libm::sqrt(quality * quality - 0.25);
            20.0 * libm::log10(top) - resonance_db
        });
        let angle = TAU * cutoff_hz / RATE_HZ;
        let alpha = libm::sin(angle) / (2.0 * quality);
        let peak = libm::pow(10.0, resonance_db / 20.0);
        Self {
            b1: -2.0 * libm::cos(angle) / (1.0 + alpha),
            b2: (1.0 - alpha) / (1.0 + alpha),
            gain: 0.5 * (1.0 - libm::cos(angle)) / (1.0 + alpha) / libm::sqrt(peak),
            zeros: 1.0,
        }
    }

    /// Response at a frequency, dB.
    fn at(&self, hertz: f64) -> f64 {
        let angle = TAU * hertz / RATE_HZ;
        let (one, two) = (libm::cos(angle), libm::cos(2.0 * angle));
        let (sine, twice) = (libm::sin(angle), libm::sin(2.0 * angle));
        let real = 1.0 + self.b1 * one + self.b2 * two;
        let imaginary = self.b1 * sine + self.b2 * twice;
        let zeros = 1.0 + self.zeros * self.zeros + 2.0 * self.zeros * one;
        20.0 * libm::log10(self.gain.abs() * zeros)
            - 10.0 * libm::log10(real * real + imaginary * imaginary)
    }

    /// Where the passband's line meets that of the slope.
    fn cutoff_hz(&self) -> f64 {
        let down_db = self.at(0.0) - self.at(RATE_HZ / 4.0);
        RATE_HZ / 4.0 * libm::pow(10.0, -down_db / 40.0)
    }

    /// Frequency and height of the top between 100 Hz and half the rate.
    fn top(&self) -> (f64, f64) {
        let steps = (0..=9000).map(|step| 100.0 * libm::exp2(f64::from(step) / 1200.0));
        let all = steps.map(|hertz| (hertz, self.at(hertz)));
        all.max_by(|(_, one), (_, other)| one.total_cmp(other))
            .unwrap()
    }

    /// The answer to an impulse.
    fn answer(&self) -> Vec<f64> {
        let (mut before, mut first) = (0.0, 0.0);
        let input = [1.0, 2.0 * self.zeros, self.zeros * self.zeros];
        let frames = (0..64 * TICK_FRAMES).map(|n| {
            let value =
                self.gain * input.get(n).unwrap_or(&0.0) - self.b1 * before - self.b2 * first;
            first = before;
            before = value;
            value
        });
        frames.collect()
    }
}

/// Where a rising function crosses zero.
fn solve(range: core::ops::Range<f64>, function: impl Fn(f64) -> f64) -> f64 {
    let (mut low, mut high) = (range.start, range.end);
    for _ in 0..100 {
        let middle = 0.5 * (low + high);
        if function(middle) < 0.0 {
            low = middle;
        } else {
            high = middle;
        }
    }
    low
}

fn close(value: f64, expected: f64, tolerance: f64) {
    assert!(
        (value - expected).abs() < tolerance,
        "{value} is not {expected}"
    );
}

#[test]
fn the_coefficients_are_those_of_the_documented_low_pass() {
    for cutoff_hz in [60.0, 200.0, 1000.0, 4000.0, 12_000.0, 20_000.0] {
        for resonance_db in [0.1, 6.0, 12.0, 22.5] {
            let mut filter = Filter::new(Setting::new(cutoff_hz, resonance_db, RATE_HZ));
            let expected = LowPass::documented(cutoff_hz, resonance_db).answer();
            let loudest = expected
                .iter()
                .fold(0.0_f64, |top, value| top.max(value.abs()));
            for (tick, expected) in expected.chunks(TICK_FRAMES).enumerate() {
                let mut samples = [0.0; TICK_FRAMES];
                samples[0] = f32::from(u8::from(tick == 0));
                filter.process(0, &mut samples);
                for (sample, expected) in samples.iter().zip(expected) {
                    close(f64::from(*sample), *expected, 1e-4 * loudest);
                }
            }
        }
    }
}

#[test]
fn the_prototype_at_48_khz_1_khz_and_12_db_has_these_coefficients() {
    let LowPass { b1, b2, gain, .. } = LowPass::prototype(1000.0, 12.0);
    close(b1, -1.957_053_69, 1e-7);
    close(b2, 0.970_645_87, 1e-7);
    close(gain, 6.812_227e-3, 1e-8);
}

#[test]
fn peak_and_passband_are_the_prototypes_and_the_peak_lies_two_semitones_above() {
    // The distance of the peaks, semitones.
    for (cutoff_hz, resonance_db, apart) in [
        (200.0, 12.0, 1.81),
        (1000.0, 6.0, 1.86),
        (1000.0, 12.0, 1.87),
        (1000.0, 22.5, 1.87),
        (4000.0, 12.0, 2.57),
        (8000.0, 12.0, 4.46),
    ] {
        let ours = LowPass::documented(cutoff_hz, resonance_db);
        let theirs = LowPass::prototype(cutoff_hz, resonance_db);
        close(ours.at(0.0), theirs.at(0.0), 1e-6);
        let ((ours_hz, ours_db), (theirs_hz, theirs_db)) = (ours.top(), theirs.top());
        close(ours_db, theirs_db, 1e-3);
        close(12.0 * libm::log2(ours_hz / theirs_hz), apart, 0.02);
    }
}

#[test]
fn at_a_cutoff_of_one_kilohertz_the_prototype_is_up_to_three_decibels_away() {
    // At half the cutoff, at it, and one to three octaves above: ours less the prototype's, dB.
    for (resonance_db, expected) in [
        (0.0, [0.13, 1.00, 1.62, 1.24, -0.65]),
        (12.0, [-0.68, 3.30, 2.23, 1.38, -0.60]),
    ] {
        let ours = LowPass::documented(1000.0, resonance_db);
        let theirs = LowPass::prototype(1000.0, resonance_db);
        for (octave, expected) in [-1.0, 0.0, 1.0, 2.0, 3.0].into_iter().zip(expected) {
            let hertz = 1000.0 * libm::exp2(octave);
            close(ours.at(hertz) - theirs.at(hertz), expected, 0.01);
        }
    }
}

#[test]
fn by_the_line_that_defines_a_cutoff_ours_lies_four_semitones_below() {
    for resonance_db in [0.0, 6.0, 12.0, 22.5] {
        let cutoff_hz = LowPass::documented(1000.0, resonance_db).cutoff_hz();
        close(12.0 * libm::log2(cutoff_hz / 1000.0), -4.13, 0.04);
        close(
            LowPass::prototype(1000.0, resonance_db).cutoff_hz(),
            1000.0,
            1e-3,
        );
    }
}

#[test]
fn below_a_twelfth_of_the_rate_the_prototype_is_ours_at_another_cutoff() {
    for cutoff_hz in [200.0, 1000.0] {
        let theirs = LowPass::prototype(cutoff_hz, 12.0);
        let ours = LowPass::documented(0.9 * cutoff_hz, 12.0);
        for part in [0.1, 0.5, 0.8, 0.9, 1.0, 2.0, 3.5] {
            let hertz = part * cutoff_hz;
            close(ours.at(hertz), theirs.at(hertz), 0.45);
        }
    }
}

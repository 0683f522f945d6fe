//! What is measured of a probe: a sine and what lies beside it, the answer to an impulse.
//!
//! In: one side of what a probe renders. Out: decibels. Pure functions.

use std::f64::consts::TAU;

use super::measure::{RATE_HZ, decibels};

/// What a sine of a frequency (cycles a frame) is in a signal, and what else is in it: amplitudes, dB
/// of one.
///
/// By least squares; a mean is part of the rest.
pub(super) fn sine_and_rest(signal: &[f64], frequency: f64) -> (f64, f64) {
    let angle = |n: usize| TAU * frequency * n as f64;
    let (mut ss, mut cc, mut sc, mut sx, mut cx) = (0.0, 0.0, 0.0, 0.0, 0.0);
    for (n, value) in signal.iter().enumerate() {
        let (sine, cosine) = angle(n).sin_cos();
        ss += sine * sine;
        cc += cosine * cosine;
        sc += sine * cosine;
        sx += sine * value;
        cx += cosine * value;
    }
    let determinant = ss * cc - sc * sc;
    let a = (sx * cc - cx * sc) / determinant;
    let b = (cx * ss - sx * sc) / determinant;
    let left = signal.iter().enumerate().map(|(n, value)| {
        let (sine, cosine) = angle(n).sin_cos();
        (value - a * sine - b * cosine).powi(2)
    });
    let rest = 2.0 * left.sum::<f64>() / signal.len().max(1) as f64;
    (decibels(a * a + b * b), decibels(rest))
}

/// Response to an impulse at a frequency, dB, beside that of another answer.
pub(super) fn response(answer: &[f64], other: &[f64], frequency_hz: f64) -> f64 {
    let step = TAU * frequency_hz / RATE_HZ;
    let at = |answer: &[f64]| {
        let (mut real, mut imaginary) = (0.0, 0.0);
        for (n, value) in answer.iter().enumerate() {
            let (sine, cosine) = (step * n as f64).sin_cos();
            real += value * cosine;
            imaginary += value * sine;
        }
        decibels(real * real + imaginary * imaginary)
    };
    at(answer) - at(other)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn close(value: f64, expected: f64, tolerance: f64) {
        assert!(
            (value - expected).abs() < tolerance,
            "{value} is not {expected}"
        );
    }

    #[test]
    fn a_sine_is_told_from_the_rest() {
        let signal: Vec<f64> = (0..9000)
            .map(|n| {
                let n = f64::from(n);
                0.5 * (TAU * 0.01 * n).sin() + 0.005 * (TAU * 0.33 * n).sin()
            })
            .collect();
        let (sine, rest) = sine_and_rest(&signal, 0.01);
        close(sine, -6.02, 0.01);
        close(rest, -46.02, 0.05);
    }

    #[test]
    fn the_response_is_that_of_the_answer_beside_the_other() {
        // A mean of two frames: the cosine of half the angle.
        let mean = response(&[0.0, 0.5, 0.5], &[1.0], 12_000.0);
        close(mean, -3.01, 0.01);
    }
}

//! Pitch of a steady tone to a hundredth of a cent, and what is left when the tone is taken away.
//!
//! The tone is turned down to near zero frequency, averaged in windows, and the slope of the
//! phase from window to window is its distance from the frequency it was turned down by.

use std::f64::consts::TAU;

/// Frequency of the tone nearest to `near_hz`, Hz; `None` when the signal is too short or silent.
///
/// The signal must be steady and longer than sixteen windows of about eight periods.
#[must_use]
#[expect(
    clippy::cast_precision_loss,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "window sizes and frame numbers of a few seconds"
)]
pub fn frequency_hz(samples: &[f32], rate_hz: f64, near_hz: f64) -> Option<f64> {
    let window = (8.0 * rate_hz / near_hz).round().max(16.0) as usize;
    let mut phases: Vec<f64> = Vec::new();
    for (index, part) in samples.chunks_exact(window).enumerate() {
        let (mut real, mut imaginary) = (0.0, 0.0);
        for (offset, sample) in part.iter().enumerate() {
            let turn = TAU * near_hz / rate_hz * (index * window + offset) as f64;
            let bell = 0.5 - 0.5 * (TAU * (offset as f64 + 0.5) / window as f64).cos();
            let value = f64::from(*sample) * bell;
            real += value * turn.cos();
            imaginary -= value * turn.sin();
        }
        if real.hypot(imaginary) < 1e-6 * window as f64 {
            return None;
        }
        let phase = imaginary.atan2(real);
        let last = phases.last().copied().unwrap_or(phase);
        phases.push(phase + TAU * ((last - phase) / TAU).round());
    }
    if phases.len() < 16 {
        return None;
    }
    let turns_per_window = slope(&phases) / TAU;
    Some(near_hz + turns_per_window * rate_hz / window as f64)
}

/// Cents from one frequency to another.
#[must_use]
pub fn cents(from_hz: f64, to_hz: f64) -> f64 {
    1_200.0 * (to_hz / from_hz).log2()
}

/// The signal without its best sine of a known frequency.
#[must_use]
#[expect(clippy::cast_precision_loss, reason = "frame numbers of a few seconds")]
#[expect(
    clippy::cast_possible_truncation,
    reason = "back to the samples' own precision"
)]
pub fn without_tone(samples: &[f32], rate_hz: f64, frequency_hz: f64) -> Vec<f32> {
    // Least squares on cosine, sine and a constant; solved by three steps of elimination.
    let turn = |index: usize| TAU * frequency_hz / rate_hz * index as f64;
    let basis = |index: usize| [turn(index).cos(), turn(index).sin(), 1.0];
    let mut matrix = [[0.0_f64; 4]; 3];
    for (index, sample) in samples.iter().enumerate() {
        let values = basis(index);
        for (row, a) in matrix.iter_mut().zip(values) {
            for (cell, b) in
                row.iter_mut()
                    .zip([values[0], values[1], values[2], f64::from(*sample)])
            {
                *cell += a * b;
            }
        }
    }
    let weights = solve(matrix);
    let rest = samples.iter().enumerate().map(|(index, sample)| {
        let tone: f64 = basis(index)
            .iter()
            .zip(weights)
            .map(|(value, weight)| value * weight)
            .sum();
        (f64::from(*sample) - tone) as f32
    });
    rest.collect()
}

/// Three equations with three unknowns, by Gauss and Jordan; the matrix here is well conditioned.
fn solve(mut matrix: [[f64; 4]; 3]) -> [f64; 3] {
    for pivot in 0..3 {
        let row = matrix[pivot];
        let scaled = row.map(|cell| cell / row[pivot]);
        matrix[pivot] = scaled;
        for (index, other) in matrix.iter_mut().enumerate() {
            if index != pivot {
                let factor = other[pivot];
                for (cell, take) in other.iter_mut().zip(scaled) {
                    *cell -= factor * take;
                }
            }
        }
    }
    matrix.map(|row| row[3])
}

/// Slope of the line through equally spaced values.
#[expect(clippy::cast_precision_loss, reason = "a few thousand values")]
fn slope(values: &[f64]) -> f64 {
    let middle = (values.len() as f64 - 1.0) / 2.0;
    let mean = values.iter().sum::<f64>() / values.len() as f64;
    let (mut product, mut square) = (0.0, 0.0);
    for (index, value) in values.iter().enumerate() {
        let x = index as f64 - middle;
        product += x * (value - mean);
        square += x * x;
    }
    product / square
}

#[cfg(test)]
#[expect(
    clippy::cast_precision_loss,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "synthetic signals"
)]
mod tests {
    use super::*;
    use crate::audio::{dbfs, rms};

    fn tone(rate_hz: f64, frequency_hz: f64, frames: usize) -> Vec<f32> {
        let value = |index: usize| (TAU * frequency_hz / rate_hz * index as f64 + 0.7).sin();
        (0..frames)
            .map(|index| (0.3 * value(index)) as f32)
            .collect()
    }

    #[test]
    fn a_known_pitch_is_found_to_a_hundredth_of_a_cent() {
        for rate in [44_100.0, 48_000.0, 192_000.0] {
            for shift in [-30.0, -0.01, 0.0, 0.37, 25.0] {
                let truth = 440.0 * (shift / 1_200.0_f64).exp2();
                let samples = tone(rate, truth, rate as usize);
                let found = frequency_hz(&samples, rate, 440.0).unwrap();
                assert!(cents(truth, found).abs() < 0.01, "{rate} {shift}: {found}");
            }
        }
    }

    #[test]
    fn silence_has_no_pitch() {
        assert_eq!(frequency_hz(&[0.0; 48_000], 48_000.0, 440.0), None);
    }

    #[test]
    fn a_pure_tone_leaves_nothing() {
        let samples = tone(48_000.0, 440.0, 48_000);
        let rest = without_tone(&samples, 48_000.0, 440.0);
        assert!(dbfs(rms(&rest)) < -140.0, "{}", dbfs(rms(&rest)));
    }

    #[test]
    fn a_click_stays_when_the_tone_is_gone() {
        let mut samples = tone(48_000.0, 440.0, 48_000);
        samples[20_000] += 0.1;
        let rest = without_tone(&samples, 48_000.0, 440.0);
        assert!((rest[20_000] - 0.1).abs() < 1e-3);
    }
}

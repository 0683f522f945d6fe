//! Measurements of sound: level, onset, equality, noise.

pub mod pitch;

/// Greatest absolute sample.
#[must_use]
pub fn peak(samples: &[f32]) -> f32 {
    samples
        .iter()
        .fold(0.0, |peak, sample| peak.max(sample.abs()))
}

/// Root of the mean square.
#[must_use]
#[expect(
    clippy::cast_precision_loss,
    reason = "a mean over far fewer than 2^53 samples"
)]
pub fn rms(samples: &[f32]) -> f64 {
    let sum: f64 = samples
        .iter()
        .map(|sample| f64::from(*sample).powi(2))
        .sum();
    (sum / samples.len().max(1) as f64).sqrt()
}

/// Decibels relative to full scale; silence is minus infinity.
#[must_use]
pub fn dbfs(amplitude: f64) -> f64 {
    20.0 * amplitude.log10()
}

/// First frame whose absolute value reaches `threshold`, from `start` on.
#[must_use]
pub fn onset(samples: &[f32], threshold: f32, start: usize) -> Option<usize> {
    let rest = samples.get(start..)?;
    rest.iter()
        .position(|sample| sample.abs() >= threshold)
        .map(|at| start + at)
}

/// First frame at which two signals differ in any bit; `None` when they are the same throughout.
#[must_use]
pub fn first_difference(a: &[f32], b: &[f32]) -> Option<usize> {
    let differs = a
        .iter()
        .zip(b)
        .position(|(a, b)| a.to_bits() != b.to_bits());
    differs.or_else(|| (a.len() != b.len()).then(|| a.len().min(b.len())))
}

/// Level of `reference` over that of its difference from `other`, dB; infinite when equal.
#[must_use]
pub fn snr_db(reference: &[f32], other: &[f32]) -> f64 {
    let difference: Vec<f32> = reference.iter().zip(other).map(|(a, b)| a - b).collect();
    dbfs(rms(reference) / rms(&difference))
}

/// Greatest step between neighbouring samples.
#[must_use]
pub fn greatest_step(samples: &[f32]) -> f32 {
    samples.windows(2).fold(0.0, |step, pair| match pair {
        [a, b] => step.max((b - a).abs()),
        _ => step,
    })
}

/// Whether every sample is a finite number.
#[must_use]
pub fn is_finite(samples: &[f32]) -> bool {
    samples.iter().all(|sample| sample.is_finite())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn levels_of_known_signals() {
        assert!((rms(&[1.0, -1.0, 1.0, -1.0]) - 1.0).abs() < 1e-12);
        assert!((dbfs(0.5) + 6.0206).abs() < 1e-4);
        assert!((peak(&[0.1, -0.7, 0.3]) - 0.7).abs() < 1e-7);
    }

    #[test]
    fn an_onset_is_the_first_loud_frame() {
        let samples = [0.0, 0.01, 0.5, 0.6, 0.0, 0.5];
        assert_eq!(onset(&samples, 0.5, 0), Some(2));
        assert_eq!(onset(&samples, 0.5, 4), Some(5));
        assert_eq!(onset(&samples, 0.7, 0), None);
    }

    #[test]
    fn a_difference_in_sign_of_zero_is_a_difference() {
        assert_eq!(first_difference(&[0.0, 1.0], &[-0.0, 1.0]), Some(0));
        assert_eq!(first_difference(&[0.0, 1.0], &[0.0, 1.0]), None);
        assert_eq!(first_difference(&[0.0], &[0.0, 1.0]), Some(1));
    }

    #[test]
    fn snr_of_equal_signals_is_infinite() {
        assert!(snr_db(&[0.5, -0.5], &[0.5, -0.5]).is_infinite());
        assert!((snr_db(&[1.0, -1.0], &[0.9, -0.9]) - 20.0).abs() < 1e-4);
    }
}

//! Decibels and keys as plain numbers.
//!
//! Through `libm`, so that the numbers are the same bits on every machine.

/// Ratio of amplitudes for a level difference in dB.
pub(crate) fn db_to_gain(db: f64) -> f64 {
    libm::pow(10.0, db / 20.0)
}

/// Frequency of a key in equal temperament, A4 (69) = 440 Hz; fractions are cents.
pub(crate) fn key_to_hz(key: f64) -> f64 {
    440.0 * libm::exp2((key - 69.0) / 12.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_octave_doubles_the_frequency() {
        assert!((key_to_hz(60.0) - 261.625_565).abs() < 1e-6);
        assert!((key_to_hz(72.0) / key_to_hz(60.0) - 2.0).abs() < 1e-12);
    }
}

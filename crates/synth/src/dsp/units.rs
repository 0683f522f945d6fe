//! Conversions between the bank's logarithmic units and linear ones.
//!
//! All go through `libm`, so that every platform computes the same bits.
//! Source: \[DLS2\] data units.

/// Range of the volume envelope; at `-RANGE_DB` and below there is silence.
///
/// # Source
/// \[DLS2\] EG1: an approximation of the range of 16 bits.
pub(crate) const RANGE_DB: f64 = 96.0;

/// Amplitude of a level in decibels; exactly 0 at -96 dB and below.
pub(crate) fn decibels_to_amplitude(level_db: f64) -> f64 {
    if level_db <= -RANGE_DB {
        0.0
    } else {
        // 10^(x/20) = 2^(x * log2(10)/20)
        libm::exp2(level_db * (core::f64::consts::LOG2_10 / 20.0))
    }
}

/// Level of an amplitude in decibels, never below -96 dB.
pub(crate) fn amplitude_to_decibels(amplitude: f64) -> f64 {
    if amplitude > 0.0 {
        (20.0 * libm::log10(amplitude)).max(-RANGE_DB)
    } else {
        -RANGE_DB
    }
}

/// Frequency ratio of a pitch difference in cents.
pub(crate) fn cents_to_ratio(cents: f64) -> f64 {
    libm::exp2(cents / 1200.0)
}

/// Frequency in hertz of an absolute pitch in cents (key 69 = 6900 cents = 440 Hz).
pub(crate) fn absolute_cents_to_hertz(cents: f64) -> f64 {
    440.0 * cents_to_ratio(cents - 6900.0)
}

/// Seconds of a time in time cents (0 = 1 s, 1200 = 2 s).
pub(crate) fn time_cents_to_seconds(time_cents: f64) -> f64 {
    libm::exp2(time_cents / 1200.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn six_decibels_are_about_two() {
        assert!((decibels_to_amplitude(20.0 * libm::log10(2.0)) - 2.0).abs() < 1e-12);
    }

    #[test]
    fn the_bottom_of_the_range_is_exactly_silent() {
        assert_eq!(decibels_to_amplitude(-96.0).to_bits(), 0.0_f64.to_bits());
        assert!(decibels_to_amplitude(-95.9) > 0.0);
    }

    #[test]
    fn absolute_pitch_of_one_kilohertz() {
        let cents = f64::from(0x2081_4F3A_i32) / 65_536.0;
        assert!((absolute_cents_to_hertz(cents) - 1000.0).abs() < 0.001);
    }

    #[test]
    fn five_seconds_in_time_cents() {
        let time_cents = f64::from(0x0AE2_504F_i32) / 65_536.0;
        assert!((time_cents_to_seconds(time_cents) - 5.0).abs() < 1e-4);
    }
}

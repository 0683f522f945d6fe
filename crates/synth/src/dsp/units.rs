//! Conversions between the bank's logarithmic units and linear ones.
//!
//! All go through software maths, so that every platform computes the same bits.
//! Source: \[DLS2\] data units.

/// Range of the volume envelope; at `-RANGE_DB` and below there is silence.
///
/// # Source
/// \[DLS2\] EG1: an approximation of the range of 16 bits.
pub(crate) const RANGE_DB: f64 = 96.0;

/// Frequency of key 69.
pub(crate) const CONCERT_HZ: f64 = 440.0;

/// Amplitude of a level in decibels; exactly 0 at -96 dB and below.
pub(crate) fn decibels_to_amplitude(level_db: f64) -> f64 {
    if level_db <= -RANGE_DB {
        0.0
    } else {
        exp2(decibels_to_octaves(level_db))
    }
}

/// Doublings of the amplitude of a level in decibels: 10^(x/20) = 2^(x * log2(10)/20).
pub(crate) fn decibels_to_octaves(level_db: f64) -> f64 {
    level_db * (core::f64::consts::LOG2_10 / 20.0)
}

/// Two to the power of a number, `-1000.0..=1000.0`, clamped; within 1 part in 10^12.
#[inline]
pub(crate) fn exp2(power: f64) -> f64 {
    let [value] = exp2_each([power]);
    value
}

/// Two to the power of each number, step by step side by side, which compilers make vectors of.
///
/// The nearest whole number goes into the exponent, the rest, at most a half, into the series of
/// the exponential function.
#[inline]
pub(crate) fn exp2_each<const N: usize>(powers: [f64; N]) -> [f64; N] {
    /// Added and taken away, rounds to whole numbers, which then stand in the lowest bits.
    const ROUNDER: f64 = 1.5 * (1_u64 << 52) as f64;
    /// ln(2)^n / n!, n from 10 down to 0.
    const TERMS: [f64; 11] = terms();
    let powers = powers.map(|power| power.clamp(-1000.0, 1000.0));
    let rounded = powers.map(|power| power + ROUNDER);
    let mut rests = powers;
    for (rest, rounded) in rests.iter_mut().zip(rounded) {
        *rest -= rounded - ROUNDER;
    }
    let mut sums = [0.0; N];
    for term in TERMS {
        for (sum, rest) in sums.iter_mut().zip(rests) {
            *sum = *sum * rest + term;
        }
    }
    for (sum, rounded) in sums.iter_mut().zip(rounded) {
        let exponent = rounded.to_bits().wrapping_add(1023) << 52;
        *sum *= f64::from_bits(exponent);
    }
    sums
}

const fn terms() -> [f64; 11] {
    let mut terms = [1.0; 11];
    let mut n = 1;
    while n <= 10 {
        terms[10 - n] = terms[11 - n] * core::f64::consts::LN_2 / n as f64;
        n += 1;
    }
    terms
}

/// Level of an amplitude in decibels, never below -96 dB.
pub(crate) fn amplitude_to_decibels(amplitude: f64) -> f64 {
    if amplitude > 0.0 {
        (20.0 * libm::log10(amplitude)).max(-RANGE_DB)
    } else {
        -RANGE_DB
    }
}

/// Octaves of a pitch difference in cents.
pub(crate) fn cents_to_octaves(cents: f64) -> f64 {
    cents / 1200.0
}

/// Frequency in hertz of an absolute pitch in cents (key 69 = 6900 cents = 440 Hz).
pub(crate) fn absolute_cents_to_hertz(cents: f64) -> f64 {
    CONCERT_HZ * exp2(absolute_cents_to_octaves(cents))
}

/// Octaves of an absolute pitch in cents above [`CONCERT_HZ`].
pub(crate) fn absolute_cents_to_octaves(cents: f64) -> f64 {
    cents_to_octaves(cents - 6900.0)
}

/// Seconds of a time in time cents (0 = 1 s, 1200 = 2 s).
pub(crate) fn time_cents_to_seconds(time_cents: f64) -> f64 {
    exp2(time_cents / 1200.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn powers_of_two_are_those_of_the_maths_library() {
        for step in -64_000..64_000 {
            let power = f64::from(step) / 977.0;
            let (ours, theirs) = (exp2(power), libm::exp2(power));
            assert!(
                (ours / theirs - 1.0).abs() < 1e-12,
                "{power}: {ours} {theirs}"
            );
        }
        assert_eq!(exp2(-3.0).to_bits(), 0.125_f64.to_bits());
        assert!(exp2(f64::INFINITY).is_finite() && exp2(f64::NEG_INFINITY) > 0.0);
    }

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

//! Numbers of the effects: flushed samples, times in frames, sines.
//!
//! Nothing here relies on how the processor treats the smallest numbers: what is too small to be
//! heard is made exactly zero before it could grow smaller still.

/// Samples below this are zero: -300 dB.
const FLOOR: f32 = 1e-15;

/// The sample, or exactly 0 where it is next to nothing.
#[inline]
pub(super) fn flush(sample: f32) -> f32 {
    if sample.abs() < FLOOR { 0.0 } else { sample }
}

/// The higher of two numbers; a plain comparison, which runs on many at once.
#[inline]
pub(super) fn higher(a: f32, b: f32) -> f32 {
    if a > b { a } else { b }
}

/// A number as effects compute with it.
#[expect(
    clippy::cast_possible_truncation,
    reason = "gains and coefficients are wanted in f32"
)]
pub(super) const fn narrow(value: f64) -> f32 {
    value as f32
}

/// A time in whole frames, rounded; at least 1.
///
/// - `seconds`: `0.0..=60.0`; what lies outside is taken as the end
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "at most a minute at 768 kHz"
)]
pub(super) fn frames(seconds: f64, sample_rate_hz: f64) -> usize {
    libm::round(seconds.clamp(0.0, 60.0) * sample_rate_hz).max(1.0) as usize
}

/// Amplitude that falls by 60 dB within `time_frames`, after `frames`.
pub(super) fn decay(frames: f64, time_frames: f64) -> f64 {
    libm::exp(-3.0 * core::f64::consts::LN_10 * frames / time_frames)
}

/// Sine of a phase of 32 bits, off by less than 0.0011.
///
/// A parabola through the zeros and the ends, bent once more towards the sine.
#[inline]
pub(super) fn sine(phase: u32) -> f64 {
    let x = f64::from(phase.cast_signed()) * (1.0 / 2_147_483_648.0);
    let y = 4.0 * x * (1.0 - x.abs());
    0.225 * (y * y.abs() - y) + y
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_higher_of_two_numbers() {
        assert_eq!(higher(1.0, 2.0).to_bits(), higher(2.0, 1.0).to_bits());
    }

    #[test]
    fn what_nobody_hears_is_nothing() {
        assert_eq!(flush(1e-20).to_bits(), 0);
        assert_eq!(flush(f32::MIN_POSITIVE / 2.0).to_bits(), 0);
        assert_eq!(flush(-1e-9).to_bits(), (-1e-9_f32).to_bits());
    }

    #[test]
    fn the_sine_is_a_sine() {
        for n in 0..1000_u32 {
            let phase = n.wrapping_mul(4_294_967);
            let exact = libm::sin(core::f64::consts::TAU * f64::from(phase) / 4_294_967_296.0);
            assert!((sine(phase) - exact).abs() < 0.0011, "{n}");
        }
    }

    #[test]
    fn sixty_decibels_are_a_thousandth() {
        assert!((decay(1000.0, 1000.0) - 0.001).abs() < 1e-12);
    }
}

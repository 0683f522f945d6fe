//! What MIDI has set: the values of every effect as messages name them, and what they mean.
//!
//! In: changes from [`super::sysex`]. Out: seconds, hertz, amplitudes.
//! Owner: [`super::Effects`]. Thread: render. Source: \[GM2\] global parameters; \[GS\].

use super::kinds::{ChorusKind, DelayKind, ReverbKind};

/// Values of all effects.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Parameters {
    pub(super) reverb: ReverbParameters,
    pub(super) chorus: ChorusParameters,
    pub(super) delay: DelayParameters,
}

impl Parameters {
    /// After power-on, and after a reset of every dialect: a large hall and the third chorus.
    ///
    /// # Source
    /// \[GM2\] defaults of the global parameters; \[GS\] the same.
    pub(super) const fn power_on() -> Self {
        Self {
            reverb: ReverbKind::LargeHall.gs(),
            chorus: ChorusKind::Chorus3.values(),
            delay: DelayKind::Delay1.values(),
        }
    }
}

/// Values of the reverb, `0..=127` unless it says otherwise.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct ReverbParameters {
    pub(super) kind: ReverbKind,
    /// Low-pass before it, `0..=7`; 0 is none.
    pub(super) lowpass: u8,
    pub(super) level: u8,
    pub(super) time: u8,
    /// Of the kinds that repeat.
    pub(super) feedback: u8,
    /// Milliseconds.
    pub(super) pre_delay: u8,
}

/// Values of the chorus, `0..=127` unless it says otherwise.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct ChorusParameters {
    /// Low-pass before it, `0..=7`; 0 is none.
    pub(super) lowpass: u8,
    pub(super) level: u8,
    pub(super) feedback: u8,
    pub(super) delay: u8,
    pub(super) rate: u8,
    pub(super) depth: u8,
    pub(super) to_reverb: u8,
    pub(super) to_delay: u8,
}

/// Values of the delay, `0..=127` unless it says otherwise.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct DelayParameters {
    /// Low-pass before it, `0..=7`; 0 is none.
    pub(super) lowpass: u8,
    /// Of the middle, `1..=115`.
    pub(super) time: u8,
    /// 24ths of it, `1..=120`.
    pub(super) ratio_left: u8,
    /// 24ths of it, `1..=120`.
    pub(super) ratio_right: u8,
    pub(super) level_centre: u8,
    pub(super) level_left: u8,
    pub(super) level_right: u8,
    pub(super) level: u8,
    /// 64 is none, less is upside down.
    pub(super) feedback: u8,
    pub(super) to_reverb: u8,
}

/// Gain of a return: 64 is 0 dB.
pub(super) fn level(value: u8) -> f64 {
    f64::from(value.min(127)) / 64.0
}

/// Gain of a send from effect to effect, linear.
///
/// # Source
/// \[GM2\] chorus send to reverb: 0.787 % a step.
pub(super) fn send(value: u8) -> f64 {
    f64::from(value.min(127)) / 127.0
}

/// Time in which the reverb falls by 60 dB, seconds.
///
/// # Source
/// \[GM2\] reverb time.
pub(super) fn reverb_time_s(value: u8) -> f64 {
    libm::exp((f64::from(value.min(127)) - 40.0) * 0.025)
}

/// The value whose reverb time is nearest to a time in seconds.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "clamped to 0..=127 before the cast"
)]
pub(super) fn reverb_time_value(seconds: f64) -> u8 {
    libm::round(40.0 + libm::log(seconds.max(1e-3)) / 0.025).clamp(0.0, 127.0) as u8
}

/// Time between the repetitions of a reverb that repeats, seconds: up to one.
pub(super) fn repeat_time_s(value: u8) -> f64 {
    f64::from(value.clamp(1, 127)) / 127.0
}

/// Feedback of a reverb that repeats, `0.0..1.0`.
pub(super) fn repeat_feedback(value: u8) -> f64 {
    f64::from(value.min(127)) / 128.0
}

/// Cutoff of the low-pass before an effect, hertz; `None` lets everything pass.
///
/// Seven steps from 11 kHz to 1 kHz; the makers publish none.
pub(super) fn lowpass_hz(value: u8) -> Option<f64> {
    (value > 0).then(|| 16_000.0 * libm::exp2(-4.0 / 7.0 * f64::from(value.min(7))))
}

/// Speed of the chorus, hertz.
///
/// # Source
/// \[GM2\] chorus mod rate.
pub(super) fn chorus_rate_hz(value: u8) -> f64 {
    0.122 * f64::from(value.min(127))
}

/// Swing of the chorus from end to end, seconds.
///
/// # Source
/// \[GM2\] chorus mod depth.
pub(super) fn chorus_depth_s(value: u8) -> f64 {
    (f64::from(value.min(127)) + 1.0) / 3200.0
}

/// Feedback of the chorus, `0.0..1.0`.
///
/// # Source
/// \[GM2\] chorus feedback.
pub(super) fn chorus_feedback(value: u8) -> f64 {
    0.007_63 * f64::from(value.min(127))
}

/// Shortest delay of the chorus, seconds; the longest is 40 ms.
///
/// A cube, fine where chorus and flanger are; the makers publish none.
pub(super) fn chorus_delay_s(value: u8) -> f64 {
    let part = f64::from(value.min(127)) / 127.0;
    0.04 * part * part * part
}

/// Time of the delay, seconds: 0.1 ms to 1 s, in steps that grow.
///
/// # Source
/// \[GS\] delay time centre.
pub(super) fn delay_time_s(value: u8) -> f64 {
    /// First value of a range, its time and its step, both in 0.1 ms.
    const RANGES: [(u8, u32, u32); 9] = [
        (1, 1, 1),
        (20, 20, 2),
        (35, 50, 5),
        (45, 100, 10),
        (55, 200, 20),
        (70, 500, 50),
        (80, 1000, 100),
        (90, 2000, 200),
        (105, 5000, 500),
    ];
    let value = value.clamp(1, 115);
    let tenths = RANGES
        .iter()
        .rfind(|(first, ..)| *first <= value)
        .map_or(1, |(first, start, step)| {
            start + step * u32::from(value - first)
        });
    f64::from(tenths) / 10_000.0
}

/// Part of the delay's time at which a side repeats.
///
/// # Source
/// \[GS\] delay time ratio: 100/24 % a step.
pub(super) fn delay_ratio(value: u8) -> f64 {
    f64::from(value.clamp(1, 120)) / 24.0
}

/// Feedback of the delay, `-1.0..1.0`.
///
/// # Source
/// \[GS\] delay feedback: -64 to +63.
pub(super) fn delay_feedback(value: u8) -> f64 {
    (f64::from(value.min(127)) - 64.0) / 65.0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn general_midi_times_are_those_of_its_table() {
        // 44 is 1.1 s, 50 is 1.3 s, 56 is 1.5 s, 64 is 1.8 s.
        for (value, seconds) in [(44, 1.1), (50, 1.3), (56, 1.5), (64, 1.8)] {
            assert!((reverb_time_s(value) - seconds).abs() < 0.03, "{value}");
        }
        for value in 0..=127 {
            assert_eq!(reverb_time_value(reverb_time_s(value)), value);
        }
    }

    #[test]
    fn chorus_values_are_those_of_the_formulas() {
        assert!((chorus_rate_hz(3) - 0.366).abs() < 1e-9);
        assert!((chorus_depth_s(19) - 0.00625).abs() < 1e-9);
        assert!((chorus_feedback(8) - 0.06104).abs() < 1e-9);
        assert!((send(100) - 0.787).abs() < 1e-3);
    }

    #[test]
    fn delay_times_follow_the_published_ranges() {
        for (value, ms) in [
            (0x01, 0.1),
            (0x14, 2.0),
            (0x23, 5.0),
            (0x2D, 10.0),
            (0x37, 20.0),
            (0x46, 50.0),
            (0x50, 100.0),
            (0x5A, 200.0),
            (0x61, 340.0),
            (0x69, 500.0),
            (0x73, 1000.0),
            (0x7F, 1000.0),
        ] {
            assert!((delay_time_s(value) * 1000.0 - ms).abs() < 1e-9, "{value}");
        }
        assert!((delay_ratio(24) - 1.0).abs() < 1e-12);
    }

    #[test]
    fn no_feedback_reaches_one() {
        for value in 0..=255 {
            assert!(chorus_feedback(value) < 0.97);
            assert!(delay_feedback(value).abs() < 0.99);
            assert!(repeat_feedback(value) < 1.0);
        }
    }
}

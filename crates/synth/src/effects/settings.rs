//! What the host sets on the effects, on top of what MIDI says.
//!
//! In: numbers as a host gives them. Out: the values that hold. Owner: [`super::Effects`].
//! Thread: render.

use crate::dsp::units::{RANGE_DB, decibels_to_amplitude};

use super::kinds::{ChorusKind, DelayKind, ReverbKind};
use super::parameters::{self, ChorusParameters, DelayParameters, Parameters, ReverbParameters};

/// Loudest that a host may make a return, dB.
const MAX_LEVEL_DB: f32 = 12.0;

/// Times of the reverb that a host may ask for, seconds.
const REVERB_TIME_S: (f64, f64) = (0.2, 30.0);

/// Longest delay that a host may ask for, seconds.
pub(super) const MAX_DELAY_S: f64 = 2.0;

/// What the host sets on the effects.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct EffectsSettings {
    /// No effect at all, whatever else is set.
    pub dry: bool,
    /// The reverb.
    pub reverb: ReverbSettings,
    /// The chorus.
    pub chorus: ChorusSettings,
    /// The delay.
    pub delay: DelaySettings,
}

/// What the host sets on the reverb.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ReverbSettings {
    /// Whether it is there.
    pub on: bool,
    /// Added to the level of its return, dB; -96 and below is silence, at most +12. Not a number
    /// counts as 0.
    pub level_db: f32,
    /// This kind instead of the one MIDI chose.
    pub kind: Option<ReverbKind>,
    /// This time instead of MIDI's, seconds, `0.2..=30.0`; not a number is MIDI's.
    pub time_s: Option<f32>,
}

/// What the host sets on the chorus.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ChorusSettings {
    /// Whether it is there.
    pub on: bool,
    /// Added to the level of its return, dB; -96 and below is silence, at most +12. Not a number
    /// counts as 0.
    pub level_db: f32,
    /// This kind instead of the one MIDI chose.
    pub kind: Option<ChorusKind>,
    /// This speed instead of MIDI's, Hz, `0.0..=16.0`; not a number is MIDI's.
    pub rate_hz: Option<f32>,
}

/// What the host sets on the delay.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct DelaySettings {
    /// Whether it is there.
    pub on: bool,
    /// Added to the level of its return, dB; -96 and below is silence, at most +12. Not a number
    /// counts as 0.
    pub level_db: f32,
    /// This kind instead of the one MIDI chose.
    pub kind: Option<DelayKind>,
    /// This time instead of MIDI's, seconds, `0.0001..=2.0`; not a number is MIDI's.
    pub time_s: Option<f32>,
}

impl Default for ReverbSettings {
    /// There, as MIDI says.
    fn default() -> Self {
        Self {
            on: true,
            level_db: 0.0,
            kind: None,
            time_s: None,
        }
    }
}

impl Default for ChorusSettings {
    /// There, as MIDI says.
    fn default() -> Self {
        Self {
            on: true,
            level_db: 0.0,
            kind: None,
            rate_hz: None,
        }
    }
}

impl Default for DelaySettings {
    /// There, as MIDI says.
    fn default() -> Self {
        Self {
            on: true,
            level_db: 0.0,
            kind: None,
            time_s: None,
        }
    }
}

/// Gain of a return.
fn gain(is_on: bool, level_db: f32, level: u8) -> f64 {
    let level_db = if level_db.is_nan() {
        0.0
    } else {
        f64::from(level_db.min(MAX_LEVEL_DB))
    };
    if !is_on || level_db <= -RANGE_DB {
        return 0.0;
    }
    decibels_to_amplitude(level_db) * parameters::level(level)
}

/// A number of the host's within its range; nothing if it is none.
fn within(value: Option<f32>, (least, most): (f64, f64)) -> Option<f64> {
    value
        .filter(|value| !value.is_nan())
        .map(|value| f64::from(value).clamp(least, most))
}

/// What holds for the reverb.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct ReverbTarget {
    pub(super) kind: ReverbKind,
    /// Seconds for 60 dB.
    pub(super) time_s: f64,
    /// Seconds between repetitions.
    pub(super) repeat_s: f64,
    pub(super) feedback: f64,
    pub(super) lowpass_hz: Option<f64>,
    pub(super) pre_delay_s: f64,
    /// Amplitude.
    pub(super) gain: f64,
}

/// What holds for the chorus.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct ChorusTarget {
    pub(super) lowpass_hz: Option<f64>,
    pub(super) feedback: f64,
    pub(super) delay_s: f64,
    pub(super) rate_hz: f64,
    pub(super) depth_s: f64,
    /// Amplitude.
    pub(super) gain: f64,
    pub(super) to_reverb: f64,
    pub(super) to_delay: f64,
}

/// What holds for the delay.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct DelayTarget {
    pub(super) lowpass_hz: Option<f64>,
    /// Middle, left, right, seconds.
    pub(super) times_s: [f64; 3],
    /// Middle, left, right, amplitudes.
    pub(super) levels: [f64; 3],
    pub(super) feedback: f64,
    /// Amplitude.
    pub(super) gain: f64,
    pub(super) to_reverb: f64,
}

impl EffectsSettings {
    pub(super) fn reverb(&self, midi: &Parameters) -> ReverbTarget {
        let settings = &self.reverb;
        let values: ReverbParameters = settings.kind.map_or(midi.reverb, |kind| ReverbParameters {
            level: midi.reverb.level,
            ..kind.gs()
        });
        let time_s = within(settings.time_s, REVERB_TIME_S);
        ReverbTarget {
            kind: values.kind,
            time_s: time_s.unwrap_or_else(|| parameters::reverb_time_s(values.time)),
            repeat_s: time_s.map_or_else(
                || parameters::repeat_time_s(values.time),
                |time_s| time_s.min(1.0),
            ),
            feedback: parameters::repeat_feedback(values.feedback),
            lowpass_hz: parameters::lowpass_hz(values.lowpass),
            pre_delay_s: f64::from(values.pre_delay.min(127)) / 1000.0,
            gain: gain(settings.on && !self.dry, settings.level_db, values.level),
        }
    }

    pub(super) fn chorus(&self, midi: &Parameters) -> ChorusTarget {
        let settings = &self.chorus;
        let values: ChorusParameters = settings.kind.map_or(midi.chorus, |kind| ChorusParameters {
            level: midi.chorus.level,
            to_reverb: midi.chorus.to_reverb,
            to_delay: midi.chorus.to_delay,
            ..kind.values()
        });
        ChorusTarget {
            lowpass_hz: parameters::lowpass_hz(values.lowpass),
            feedback: parameters::chorus_feedback(values.feedback),
            delay_s: parameters::chorus_delay_s(values.delay),
            rate_hz: within(settings.rate_hz, (0.0, 16.0))
                .unwrap_or_else(|| parameters::chorus_rate_hz(values.rate)),
            depth_s: parameters::chorus_depth_s(values.depth),
            gain: gain(settings.on && !self.dry, settings.level_db, values.level),
            to_reverb: parameters::send(values.to_reverb),
            to_delay: parameters::send(values.to_delay),
        }
    }

    pub(super) fn delay(&self, midi: &Parameters) -> DelayTarget {
        let settings = &self.delay;
        let values: DelayParameters = settings.kind.map_or(midi.delay, |kind| DelayParameters {
            level: midi.delay.level,
            ..kind.values()
        });
        let time_s = within(settings.time_s, (0.0001, MAX_DELAY_S))
            .unwrap_or_else(|| parameters::delay_time_s(values.time));
        let side = |ratio| (time_s * parameters::delay_ratio(ratio)).min(MAX_DELAY_S);
        DelayTarget {
            lowpass_hz: parameters::lowpass_hz(values.lowpass),
            times_s: [time_s, side(values.ratio_left), side(values.ratio_right)],
            levels: [
                parameters::send(values.level_centre),
                parameters::send(values.level_left),
                parameters::send(values.level_right),
            ],
            feedback: parameters::delay_feedback(values.feedback),
            gain: gain(settings.on && !self.dry, settings.level_db, values.level),
            to_reverb: parameters::send(values.to_reverb),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_host_stands_above_midi() {
        let midi = Parameters::power_on();
        let mut settings = EffectsSettings::default();
        assert_eq!(settings.reverb(&midi).kind, ReverbKind::LargeHall);
        assert!((settings.reverb(&midi).gain - 1.0).abs() < 1e-9);
        settings.reverb.kind = Some(ReverbKind::Plate);
        settings.reverb.time_s = Some(2.5);
        settings.reverb.level_db = -6.0206;
        let target = settings.reverb(&midi);
        assert_eq!(target.kind, ReverbKind::Plate);
        assert!((target.time_s - 2.5).abs() < 1e-9);
        assert!((target.gain - 0.5).abs() < 1e-5);
    }

    #[test]
    fn dry_silences_every_return() {
        let midi = Parameters::power_on();
        let settings = EffectsSettings {
            dry: true,
            ..EffectsSettings::default()
        };
        assert!(settings.reverb(&midi).gain.abs() < 1e-300);
        assert!(settings.chorus(&midi).gain.abs() < 1e-300);
        assert!(settings.delay(&midi).gain.abs() < 1e-300);
    }

    #[test]
    fn odd_numbers_are_held_to_their_ranges() {
        let midi = Parameters::power_on();
        let mut settings = EffectsSettings::default();
        for odd in [f32::NAN, f32::INFINITY, f32::NEG_INFINITY, 1e30, -1.0] {
            settings.reverb.time_s = Some(odd);
            settings.reverb.level_db = odd;
            settings.chorus.rate_hz = Some(odd);
            settings.delay.time_s = Some(odd);
            assert!((0.2..=30.0).contains(&settings.reverb(&midi).time_s));
            assert!(settings.reverb(&midi).gain < 4.0);
            assert!((0.0..=16.0).contains(&settings.chorus(&midi).rate_hz));
            let times = settings.delay(&midi).times_s;
            assert!(times.iter().all(|time| (0.0..=MAX_DELAY_S).contains(time)));
        }
    }
}

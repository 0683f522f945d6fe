//! Parameters of reverb, chorus and delay.
//!
//! In: what a host sets. Out: what the engine is told. Each stands above MIDI only where it is
//! moved: on, 0 dB and "MIDI" leave an effect as controllers and system exclusive messages have it.

use std::sync::Arc;

use dmus_synth::{ChorusSettings, DelaySettings, ReverbSettings};
use nice_plug::prelude::*;

use super::choices::{ChorusChoice, DelayChoice, ReverbChoice};
use super::volume;
use crate::gain_db;

/// A number that the host may take over from MIDI; the bottom of its range leaves it there.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Override {
    /// Least number of the host's; what is below is MIDI's.
    least: f32,
    most: f32,
    /// Step, which texts show.
    step: f32,
    /// What a text shows of one, with its decimals and its unit.
    scale: f32,
    decimals: usize,
    unit: &'static str,
}

/// Seconds for 60 dB.
const REVERB_TIME: Override = Override {
    least: 0.2,
    most: 30.0,
    step: 0.01,
    scale: 1.0,
    decimals: 2,
    unit: "s",
};

/// Cycles a second.
const CHORUS_RATE: Override = Override {
    least: 0.01,
    most: 16.0,
    step: 0.01,
    scale: 1.0,
    decimals: 2,
    unit: "Hz",
};

/// Seconds, shown in thousandths.
const DELAY_TIME: Override = Override {
    least: 0.0001,
    most: 2.0,
    step: 0.0001,
    scale: 1000.0,
    decimals: 1,
    unit: "ms",
};

impl Override {
    /// A parameter that begins with MIDI's number.
    fn param(self, name: &str) -> FloatParam {
        let range = FloatRange::Skewed {
            min: 0.0,
            max: self.most,
            factor: FloatRange::skew_factor(-1.0),
        };
        FloatParam::new(name, 0.0, range)
            .with_step_size(self.step)
            .with_value_to_string(Arc::new(move |value| self.text(value)))
            .with_string_to_value(Arc::new(move |text| self.value(text)))
    }

    /// The host's number; nothing leaves it to MIDI.
    fn chosen(self, value: f32) -> Option<f32> {
        // Half a step of room: a normalized value may come back a little smaller.
        (value > self.least - 0.5 * self.step).then_some(value)
    }

    /// "2.50 s", or "MIDI" at the bottom.
    fn text(self, value: f32) -> String {
        self.chosen(value).map_or_else(
            || "MIDI".to_owned(),
            |value| {
                let shown = value * self.scale;
                format!("{shown:.*} {}", self.decimals, self.unit)
            },
        )
    }

    /// Reads what [`text`](Self::text) writes, with or without the unit.
    fn value(self, text: &str) -> Option<f32> {
        let text = text.trim().to_lowercase();
        if text == "midi" {
            return Some(0.0);
        }
        let digits = text.trim_end_matches(&self.unit.to_lowercase()).trim();
        let number = digits.parse::<f32>().ok()? / self.scale;
        number.is_finite().then_some(number)
    }
}

/// Parameters of the reverb.
#[derive(Debug, Params)]
pub struct ReverbParams {
    /// Whether it is there.
    #[id = "rev_on"]
    pub on: BoolParam,
    /// Added to the level of its return, dB; the bottom is silence.
    #[id = "rev_lvl"]
    pub level: FloatParam,
    /// Which room.
    #[id = "rev_kind"]
    pub kind: EnumParam<ReverbChoice>,
    /// Seconds for 60 dB, `0.2..=30.0`; below is MIDI's.
    #[id = "rev_time"]
    pub time: FloatParam,
}

/// Parameters of the chorus.
#[derive(Debug, Params)]
pub struct ChorusParams {
    /// Whether it is there.
    #[id = "cho_on"]
    pub on: BoolParam,
    /// Added to the level of its return, dB; the bottom is silence.
    #[id = "cho_lvl"]
    pub level: FloatParam,
    /// Which one.
    #[id = "cho_kind"]
    pub kind: EnumParam<ChorusChoice>,
    /// Hz, `0.01..=16.0`; below is MIDI's.
    #[id = "cho_rate"]
    pub rate: FloatParam,
}

/// Parameters of the delay.
#[derive(Debug, Params)]
pub struct DelayParams {
    /// Whether it is there.
    #[id = "dly_on"]
    pub on: BoolParam,
    /// Added to the level of its return, dB; the bottom is silence.
    #[id = "dly_lvl"]
    pub level: FloatParam,
    /// Which one.
    #[id = "dly_kind"]
    pub kind: EnumParam<DelayChoice>,
    /// Seconds, `0.0001..=2.0`; below is MIDI's.
    #[id = "dly_time"]
    pub time: FloatParam,
}

impl Default for ReverbParams {
    fn default() -> Self {
        Self {
            on: switch("Reverb On", true),
            level: volume("Reverb Level".to_owned()),
            kind: EnumParam::new("Reverb Type", ReverbChoice::Midi),
            time: REVERB_TIME.param("Reverb Time"),
        }
    }
}

impl Default for ChorusParams {
    fn default() -> Self {
        Self {
            on: switch("Chorus On", true),
            level: volume("Chorus Level".to_owned()),
            kind: EnumParam::new("Chorus Type", ChorusChoice::Midi),
            rate: CHORUS_RATE.param("Chorus Rate"),
        }
    }
}

impl Default for DelayParams {
    fn default() -> Self {
        Self {
            on: switch("Delay On", true),
            level: volume("Delay Level".to_owned()),
            kind: EnumParam::new("Delay Type", DelayChoice::Midi),
            time: DELAY_TIME.param("Delay Time"),
        }
    }
}

impl ReverbParams {
    /// Puts all of them on a page of a controller.
    pub(super) fn lay_out(&self, page: &mut impl RemoteControlsPage) {
        page.add_param(&self.on);
        page.add_param(&self.level);
        page.add_param(&self.kind);
        page.add_param(&self.time);
    }

    /// What they ask for.
    ///
    /// # Real-time
    /// Render. Wait-free.
    #[must_use]
    pub fn settings(&self) -> ReverbSettings {
        ReverbSettings {
            on: self.on.modulated_plain_value(),
            level_db: gain_db(self.level.modulated_plain_value()),
            kind: self.kind.modulated_plain_value().chosen(),
            time_s: REVERB_TIME.chosen(self.time.modulated_plain_value()),
        }
    }
}

impl ChorusParams {
    /// Puts all of them on a page of a controller.
    pub(super) fn lay_out(&self, page: &mut impl RemoteControlsPage) {
        page.add_param(&self.on);
        page.add_param(&self.level);
        page.add_param(&self.kind);
        page.add_param(&self.rate);
    }

    /// What they ask for.
    ///
    /// # Real-time
    /// Render. Wait-free.
    #[must_use]
    pub fn settings(&self) -> ChorusSettings {
        ChorusSettings {
            on: self.on.modulated_plain_value(),
            level_db: gain_db(self.level.modulated_plain_value()),
            kind: self.kind.modulated_plain_value().chosen(),
            rate_hz: CHORUS_RATE.chosen(self.rate.modulated_plain_value()),
        }
    }
}

impl DelayParams {
    /// Puts all of them on a page of a controller.
    pub(super) fn lay_out(&self, page: &mut impl RemoteControlsPage) {
        page.add_param(&self.on);
        page.add_param(&self.level);
        page.add_param(&self.kind);
        page.add_param(&self.time);
    }

    /// What they ask for.
    ///
    /// # Real-time
    /// Render. Wait-free.
    #[must_use]
    pub fn settings(&self) -> DelaySettings {
        DelaySettings {
            on: self.on.modulated_plain_value(),
            level_db: gain_db(self.level.modulated_plain_value()),
            kind: self.kind.modulated_plain_value().chosen(),
            time_s: DELAY_TIME.chosen(self.time.modulated_plain_value()),
        }
    }
}

/// A switch that reads "On" and "Off".
pub(super) fn switch(name: &str, is_on: bool) -> BoolParam {
    BoolParam::new(name, is_on)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn at_their_defaults_they_leave_every_effect_to_midi() {
        assert_eq!(
            ReverbParams::default().settings(),
            ReverbSettings::default()
        );
        assert_eq!(
            ChorusParams::default().settings(),
            ChorusSettings::default()
        );
        assert_eq!(DelayParams::default().settings(), DelaySettings::default());
    }

    #[test]
    fn numbers_are_the_hosts_from_the_least_on() {
        for (number, least) in [
            (REVERB_TIME, 0.2),
            (CHORUS_RATE, 0.01),
            (DELAY_TIME, 0.0001),
        ] {
            assert_eq!(number.chosen(least), Some(least));
            assert_eq!(number.chosen(least - number.step), None);
            assert_eq!(number.chosen(0.0), None);
        }
    }

    #[test]
    fn numbers_are_read_back_as_they_are_written() {
        assert_eq!(REVERB_TIME.text(2.5), "2.50 s");
        assert_eq!(CHORUS_RATE.text(0.4), "0.40 Hz");
        assert_eq!(DELAY_TIME.text(0.5), "500.0 ms");
        for number in [REVERB_TIME, CHORUS_RATE, DELAY_TIME] {
            for value in [0.0, 0.25, 1.75] {
                assert_eq!(number.value(&number.text(value)), Some(value));
            }
            assert_eq!(number.text(0.0), "MIDI");
            assert_eq!(number.value("long"), None);
            assert_eq!(number.value("NaN"), None);
        }
    }
}

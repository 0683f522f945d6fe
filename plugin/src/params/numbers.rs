//! Numbers that are added to what MIDI says: their ranges, and their texts both ways.
//!
//! In: a name. Out: a parameter that begins with nothing added.

use std::sync::Arc;

use nice_plug::prelude::*;

/// A number around 0, with as much room to either side.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Around {
    /// Farthest from 0.
    reach: f32,
    /// Step, which texts show.
    step: f32,
    decimals: usize,
    unit: &'static str,
}

/// Cents of everything or of one part.
pub(super) const TUNE: Around = Around {
    reach: 1200.0,
    step: 0.1,
    decimals: 1,
    unit: "ct",
};

/// Semitones of cutoff.
pub(super) const CUTOFF: Around = Around {
    reach: 96.0,
    step: 0.1,
    decimals: 1,
    unit: "st",
};

/// Decibels of resonance.
pub(super) const RESONANCE: Around = Around {
    reach: 20.0,
    step: 0.01,
    decimals: 2,
    unit: "dB",
};

/// Percent of a part that go to an effect.
pub(super) const SEND: Around = Around {
    reach: 100.0,
    step: 0.1,
    decimals: 1,
    unit: "%",
};

impl Around {
    /// A parameter that adds nothing yet.
    pub(super) fn param(self, name: String) -> FloatParam {
        let range = FloatRange::Linear {
            min: -self.reach,
            max: self.reach,
        };
        FloatParam::new(name, 0.0, range)
            .with_step_size(self.step)
            .with_value_to_string(Arc::new(move |value| self.text(value)))
            .with_string_to_value(Arc::new(move |text| self.value(text)))
    }

    /// "+12.0 ct"; nothing added has no sign.
    fn text(self, value: f32) -> String {
        let number = format!("{value:+.*}", self.decimals);
        let is_nothing = number.chars().all(|c| !c.is_ascii_digit() || c == '0');
        let number = if is_nothing {
            number.trim_start_matches(['+', '-'])
        } else {
            &number
        };
        format!("{number} {}", self.unit)
    }

    /// Reads what [`text`](Self::text) writes, with or without the unit.
    fn value(self, text: &str) -> Option<f32> {
        let text = text.trim().to_lowercase();
        let digits = text.trim_end_matches(&self.unit.to_lowercase()).trim();
        let number = digits.parse::<f32>().ok()?;
        number.is_finite().then_some(number)
    }
}

/// Farthest that a time is doubled or halved.
const DOUBLINGS: f32 = 6.0;

/// A time as a multiple of what MIDI and the bank say; the value counts doublings.
pub(super) fn time(name: String) -> FloatParam {
    let range = FloatRange::Linear {
        min: -DOUBLINGS,
        max: DOUBLINGS,
    };
    FloatParam::new(name, 0.0, range)
        .with_step_size(0.001)
        .with_value_to_string(Arc::new(time_text))
        .with_string_to_value(Arc::new(time_value))
}

/// "200 %" for one doubling.
fn time_text(doublings: f32) -> String {
    let percent = 100.0 * doublings.exp2();
    let decimals = if percent < 100.0 { 2 } else { 1 };
    format!("{percent:.decimals$} %")
}

/// Reads what [`time_text`] writes, with or without the unit.
fn time_value(text: &str) -> Option<f32> {
    let percent = text
        .trim()
        .trim_end_matches('%')
        .trim()
        .parse::<f32>()
        .ok()?;
    (percent > 0.0 && percent.is_finite()).then(|| (percent / 100.0).log2())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_read_back_as_they_are_written() {
        assert_eq!(TUNE.text(12.0), "+12.0 ct");
        assert_eq!(CUTOFF.text(-1.5), "-1.5 st");
        assert_eq!(RESONANCE.text(3.0), "+3.00 dB");
        assert_eq!(
            (SEND.text(0.0), SEND.text(-0.01)),
            ("0.0 %".into(), "0.0 %".into())
        );
        for number in [TUNE, CUTOFF, RESONANCE, SEND] {
            for value in [-20.0, -0.5, 0.0, 1.5, 20.0] {
                assert_eq!(number.value(&number.text(value)), Some(value));
            }
            assert_eq!(number.value("-3"), Some(-3.0));
            assert_eq!(number.value("more"), None);
            assert_eq!(number.value("inf"), None);
        }
    }

    #[test]
    fn times_are_read_back_as_they_are_written() {
        assert_eq!(
            (time_text(0.0), time_text(1.0)),
            ("100.0 %".into(), "200.0 %".into())
        );
        for doublings in [-6.0, -2.5, 0.0, 0.25, 6.0] {
            let read = time_value(&time_text(doublings)).expect("a time");
            assert!((read - doublings).abs() < 0.005, "{doublings}: {read}");
        }
        assert_eq!((time_value("0 %"), time_value("long")), (None, None));
    }
}

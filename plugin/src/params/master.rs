//! Parameters of the whole instrument.
//!
//! In: what a host sets. Out: what the engine is told.

use std::sync::Arc;

use nice_plug::prelude::*;

use super::choices::{InterpolationChoice, ModeChoice, ReturnsChoice};
use super::effects::switch;
use super::{numbers, volume};
use crate::shell::pipeline::{CHANNEL_GROUPS, DEFAULT_VOICES, VOICES};

/// Farthest that everything is transposed, semitones.
const TRANSPOSE: i32 = 24;

/// Parameters of the whole instrument.
#[derive(Debug, Params)]
pub struct MasterParams {
    /// Volume of everything, dB; [`VOLUME_OFF_DB`](super::VOLUME_OFF_DB) is silence.
    #[id = "vol"]
    pub volume: FloatParam,
    /// Added to the tuning of everything, cents.
    #[id = "tune"]
    pub tune: FloatParam,
    /// Semitones that keys are moved by, but not those of drums.
    #[id = "transp"]
    pub transpose: IntParam,
    /// Voices that may play at a time.
    #[id = "voices"]
    pub voices: IntParam,
    /// How waves are read between their frames.
    #[id = "interp"]
    pub interpolation: EnumParam<InterpolationChoice>,
    /// Rules that hold whatever messages ask for.
    #[id = "mode"]
    pub mode: EnumParam<ModeChoice>,
    /// Groups of sixteen channels that are answered to.
    #[id = "groups"]
    pub groups: IntParam,
    /// No effect at all.
    #[id = "dry"]
    pub dry: BoolParam,
    /// Where the effects are heard.
    #[id = "fx_out"]
    pub returns: EnumParam<ReturnsChoice>,
    /// Nothing is heard; programs and controllers are followed.
    #[id = "bypass"]
    pub bypass: BoolParam,
}

impl Default for MasterParams {
    fn default() -> Self {
        let (voices, groups) = (i32::from(VOICES), i32::from(CHANNEL_GROUPS));
        Self {
            volume: volume("Master Volume".to_owned()),
            tune: numbers::TUNE.param("Master Tune".to_owned()),
            transpose: IntParam::new(
                "Master Transpose",
                0,
                IntRange::Linear {
                    min: -TRANSPOSE,
                    max: TRANSPOSE,
                },
            )
            .with_value_to_string(Arc::new(transpose_text))
            .with_string_to_value(Arc::new(transpose_value)),
            voices: IntParam::new(
                "Master Voices",
                i32::from(DEFAULT_VOICES),
                IntRange::Linear {
                    min: 1,
                    max: voices,
                },
            ),
            interpolation: EnumParam::new("Master Interpolation", InterpolationChoice::Sinc),
            mode: EnumParam::new("Master Mode", ModeChoice::Auto),
            groups: IntParam::new(
                "Master Channel Groups",
                groups,
                IntRange::Linear {
                    min: 1,
                    max: groups,
                },
            ),
            dry: switch("Master Dry", false),
            returns: EnumParam::new("Master Effects Output", ReturnsChoice::Main),
            bypass: switch("Bypass", false).make_bypass(),
        }
    }
}

/// "+12 st"; nothing has no sign.
fn transpose_text(semitones: i32) -> String {
    if semitones == 0 {
        "0 st".to_owned()
    } else {
        format!("{semitones:+} st")
    }
}

/// Reads what [`transpose_text`] writes, with or without the unit.
fn transpose_value(text: &str) -> Option<i32> {
    let text = text.trim().to_lowercase();
    text.trim_end_matches("st").trim().parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_transposition_is_read_back_as_it_is_written() {
        for semitones in -TRANSPOSE..=TRANSPOSE {
            assert_eq!(transpose_value(&transpose_text(semitones)), Some(semitones));
        }
        assert_eq!(transpose_value("up"), None);
    }
}

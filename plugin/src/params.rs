//! Every host-visible parameter: id, name, unit, range and default; the only list of them.
//!
//! A parameter is a trim on top of what MIDI says, so that automation and controllers never
//! fight: 0 dB and centre leave the part as its controllers have it, and a program of "MIDI"
//! follows program changes. The engine smooths every change itself, in frames, so that a bounce
//! does not depend on the block size. Ids are never reused.

pub mod added;
pub mod choices;
pub mod effects;
mod pages;

use std::sync::Arc;

use dmus_synth::{EffectsSettings, Interpolation};
use nice_plug::prelude::*;

use choices::InterpolationChoice;
use effects::{ChorusParams, DelayParams, ReverbParams, switch};

use crate::state::{SavedBank, SavedParts, Shared};
use crate::view::ProgramNames;

/// Parts with parameters: the sixteen channels of group 1.
pub const PARTS: usize = 16;

/// Volume trims reach down to here, dB; at this value the part is silent.
pub const VOLUME_OFF_DB: f32 = -60.0;

/// Loudest volume trim, dB.
const VOLUME_MAX_DB: f32 = 12.0;

/// Everything a host sees and saves.
#[derive(Debug, Params)]
pub struct DmusParams {
    /// What serves all parts.
    #[nested(group = "Master")]
    pub master: MasterParams,

    /// The reverb.
    #[nested(group = "Reverb")]
    pub reverb: ReverbParams,
    /// The chorus.
    #[nested(group = "Chorus")]
    pub chorus: ChorusParams,
    /// The delay.
    #[nested(group = "Delay")]
    pub delay: DelayParams,

    #[nested(id_prefix = "p01", group = "Part 01")]
    part_01: PartParams,
    #[nested(id_prefix = "p02", group = "Part 02")]
    part_02: PartParams,
    #[nested(id_prefix = "p03", group = "Part 03")]
    part_03: PartParams,
    #[nested(id_prefix = "p04", group = "Part 04")]
    part_04: PartParams,
    #[nested(id_prefix = "p05", group = "Part 05")]
    part_05: PartParams,
    #[nested(id_prefix = "p06", group = "Part 06")]
    part_06: PartParams,
    #[nested(id_prefix = "p07", group = "Part 07")]
    part_07: PartParams,
    #[nested(id_prefix = "p08", group = "Part 08")]
    part_08: PartParams,
    #[nested(id_prefix = "p09", group = "Part 09")]
    part_09: PartParams,
    #[nested(id_prefix = "p10", group = "Part 10")]
    part_10: PartParams,
    #[nested(id_prefix = "p11", group = "Part 11")]
    part_11: PartParams,
    #[nested(id_prefix = "p12", group = "Part 12")]
    part_12: PartParams,
    #[nested(id_prefix = "p13", group = "Part 13")]
    part_13: PartParams,
    #[nested(id_prefix = "p14", group = "Part 14")]
    part_14: PartParams,
    #[nested(id_prefix = "p15", group = "Part 15")]
    part_15: PartParams,
    #[nested(id_prefix = "p16", group = "Part 16")]
    part_16: PartParams,

    /// The bank this project plays.
    #[persist = "bank"]
    pub bank: Shared<SavedBank>,

    /// The programs that MIDI has chosen.
    #[persist = "parts"]
    pub saved_parts: Shared<SavedParts>,
}

/// Parameters of the whole instrument.
#[derive(Debug, Params)]
pub struct MasterParams {
    /// Volume of everything, dB; [`VOLUME_OFF_DB`] is silence.
    #[id = "vol"]
    pub volume: FloatParam,
    /// How waves are read between their frames.
    #[id = "interp"]
    pub interpolation: EnumParam<InterpolationChoice>,
    /// No effect at all.
    #[id = "dry"]
    pub dry: BoolParam,
}

/// Parameters of one part.
#[derive(Debug, Params)]
pub struct PartParams {
    /// Volume trim, dB; [`VOLUME_OFF_DB`] is silence.
    #[id = "vol"]
    pub volume: FloatParam,
    /// Pan trim, percent: -100 left, 0 as MIDI has it, 100 right.
    #[id = "pan"]
    pub pan: FloatParam,
    /// 0 follows MIDI, `1..=128` plays program `0..=127` whatever MIDI says.
    #[id = "prog"]
    pub program: IntParam,
}

impl DmusParams {
    /// Parameters at their defaults.
    ///
    /// - `names`: where the program parameters find the names they show
    #[must_use]
    pub fn new(bank: Arc<SavedBank>, saved_parts: Arc<SavedParts>, names: &ProgramNames) -> Self {
        let part = |number| PartParams::new(number, names);
        Self {
            master: MasterParams {
                volume: volume("Master Volume".to_owned()),
                interpolation: EnumParam::new("Master Interpolation", InterpolationChoice::Sinc),
                dry: switch("Master Dry", false),
            },
            reverb: ReverbParams::default(),
            chorus: ChorusParams::default(),
            delay: DelayParams::default(),
            part_01: part(1),
            part_02: part(2),
            part_03: part(3),
            part_04: part(4),
            part_05: part(5),
            part_06: part(6),
            part_07: part(7),
            part_08: part(8),
            part_09: part(9),
            part_10: part(10),
            part_11: part(11),
            part_12: part(12),
            part_13: part(13),
            part_14: part(14),
            part_15: part(15),
            part_16: part(16),
            bank: Shared(bank),
            saved_parts: Shared(saved_parts),
        }
    }

    /// What is asked of the effects.
    ///
    /// # Real-time
    /// Render. Wait-free.
    #[must_use]
    pub fn effects(&self) -> EffectsSettings {
        EffectsSettings {
            dry: self.master.dry.modulated_plain_value(),
            reverb: self.reverb.settings(),
            chorus: self.chorus.settings(),
            delay: self.delay.settings(),
        }
    }

    /// How waves are to be read.
    ///
    /// # Real-time
    /// Render. Wait-free.
    #[must_use]
    pub fn interpolation(&self) -> Interpolation {
        self.master.interpolation.modulated_plain_value().chosen()
    }

    /// The parts in channel order.
    ///
    /// # Real-time
    /// Render. Wait-free.
    #[must_use]
    pub const fn parts(&self) -> [&PartParams; PARTS] {
        [
            &self.part_01,
            &self.part_02,
            &self.part_03,
            &self.part_04,
            &self.part_05,
            &self.part_06,
            &self.part_07,
            &self.part_08,
            &self.part_09,
            &self.part_10,
            &self.part_11,
            &self.part_12,
            &self.part_13,
            &self.part_14,
            &self.part_15,
            &self.part_16,
        ]
    }
}

impl PartParams {
    /// Parameters of part `number`, `1..=16`.
    fn new(number: usize, names: &ProgramNames) -> Self {
        Self {
            volume: volume(format!("Part {number:02} Volume")),
            pan: FloatParam::new(
                format!("Part {number:02} Pan"),
                0.0,
                FloatRange::Linear {
                    min: -100.0,
                    max: 100.0,
                },
            )
            .with_step_size(0.1)
            .with_value_to_string(Arc::new(pan_text))
            .with_string_to_value(Arc::new(pan_value)),
            program: program(number, names),
        }
    }
}

/// A volume trim with its text in both directions.
fn volume(name: String) -> FloatParam {
    FloatParam::new(
        name,
        0.0,
        FloatRange::Linear {
            min: VOLUME_OFF_DB,
            max: VOLUME_MAX_DB,
        },
    )
    .with_step_size(0.01)
    .with_value_to_string(Arc::new(volume_text))
    .with_string_to_value(Arc::new(volume_value))
}

/// The program parameter of part `number`, named after the bank in force.
fn program(number: usize, names: &ProgramNames) -> IntParam {
    let shown = names.clone();
    let read = names.clone();
    let drums = number == 10;
    IntParam::new(
        format!("Part {number:02} Program"),
        0,
        IntRange::Linear { min: 0, max: 128 },
    )
    .with_value_to_string(Arc::new(move |value| program_text(value, drums, &shown)))
    .with_string_to_value(Arc::new(move |text| program_value(text, drums, &read)))
}

/// "-6.0 dB", or "off" at the bottom.
fn volume_text(value: f32) -> String {
    if value <= VOLUME_OFF_DB {
        "off".to_owned()
    } else {
        format!("{value:.2} dB")
    }
}

/// Reads what [`volume_text`] writes, with or without the unit.
fn volume_value(text: &str) -> Option<f32> {
    let text = text.trim().to_lowercase();
    if matches!(text.as_str(), "off" | "-inf" | "-inf db" | "-\u{221e}") {
        return Some(VOLUME_OFF_DB);
    }
    let number = text.trim_end_matches("db").trim().parse::<f32>().ok()?;
    number.is_finite().then_some(number)
}

/// "50L", "centre", "50R".
fn pan_text(value: f32) -> String {
    let shown = (value * 10.0).round() / 10.0;
    if shown < 0.0 {
        format!("{}L", -shown)
    } else if shown > 0.0 {
        format!("{shown}R")
    } else {
        "centre".to_owned()
    }
}

/// Reads what [`pan_text`] writes, or a signed number of percent.
fn pan_value(text: &str) -> Option<f32> {
    let text = text.trim().to_lowercase();
    if matches!(text.as_str(), "c" | "centre" | "center" | "middle") {
        return Some(0.0);
    }
    let (digits, sign) = match text.strip_suffix('l') {
        Some(digits) => (digits, -1.0),
        None => (text.trim_end_matches(['r', '%']), 1.0),
    };
    let number = digits.trim().parse::<f32>().ok()?;
    number.is_finite().then_some(number * sign)
}

/// "MIDI", or the program's number from 1 with its name.
fn program_text(value: i32, drums: bool, names: &ProgramNames) -> String {
    let Some(program) = u8::try_from(value - 1)
        .ok()
        .filter(|program| *program < 128)
    else {
        return "MIDI".to_owned();
    };
    match names.of_program(drums, program) {
        Some(name) => format!("{value:03} {name}"),
        None => format!("{value:03}"),
    }
}

/// Reads a program's number from 1, its name, or "MIDI".
fn program_value(text: &str, drums: bool, names: &ProgramNames) -> Option<i32> {
    let text = text.trim();
    if text.eq_ignore_ascii_case("midi") {
        return Some(0);
    }
    let number = text
        .split_whitespace()
        .next()
        .and_then(|word| word.parse::<i32>().ok());
    match number {
        Some(number) if (0..=128).contains(&number) => Some(number),
        Some(_) => None,
        None => (0..128_u8).find_map(|program| {
            let name = names.of_program(drums, program)?;
            name.eq_ignore_ascii_case(text)
                .then(|| i32::from(program) + 1)
        }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Master, three effects, the parts.
    const ALL: usize = 3 + 3 * 4 + 3 * PARTS;

    fn params() -> DmusParams {
        DmusParams::new(Arc::default(), Arc::default(), &ProgramNames::default())
    }

    #[test]
    fn every_id_is_short_and_occurs_once() {
        let map = params().param_map();
        let mut ids: Vec<_> = map.iter().map(|(id, ..)| id.clone()).collect();
        assert_eq!(ids.len(), ALL);
        assert!(ids.contains(&"p01_vol".to_owned()) && ids.contains(&"p16_prog".to_owned()));
        assert!(ids.iter().all(|id| id.len() <= 8));
        ids.sort();
        ids.dedup();
        assert_eq!(ids.len(), ALL);
    }

    #[test]
    fn at_their_defaults_they_change_nothing_of_the_engine() {
        let params = params();
        assert_eq!(params.effects(), EffectsSettings::default());
        assert_eq!(params.interpolation(), Interpolation::default());
    }

    #[test]
    fn names_carry_the_part() {
        let params = params();
        assert_eq!(params.parts()[0].volume.name(), "Part 01 Volume");
        assert_eq!(params.parts()[15].program.name(), "Part 16 Program");
    }

    #[test]
    fn texts_are_read_back_as_they_are_written() {
        for value in [-60.0, -6.0, 0.0, 12.0] {
            assert_eq!(volume_value(&volume_text(value)), Some(value));
        }
        for value in [-100.0, -12.5, 0.0, 50.0, 100.0] {
            assert_eq!(pan_value(&pan_text(value)), Some(value));
        }
        for value in [0, 1, 64, 128] {
            let names = ProgramNames::default();
            assert_eq!(
                program_value(&program_text(value, false, &names), false, &names),
                Some(value)
            );
        }
    }

    #[test]
    fn text_that_is_no_value_is_refused() {
        assert_eq!(volume_value("loud"), None);
        assert_eq!(pan_value("NaN"), None);
        assert_eq!(program_value("129", false, &ProgramNames::default()), None);
    }
}

//! Parameters of one part.
//!
//! In: what a host sets. Out: a trim on top of what MIDI says. A part that is muted, or that is not
//! among those alone, is as silent as one whose volume is off, and so is one that a device plays.

use std::sync::Arc;

use dmus_synth::PartTrim;
use nice_plug::prelude::*;

use super::choices::{DeviceRole, VelocityChoice};
use super::effects::switch;
use super::per_note::Which;
use super::{PARTS, numbers, text, volume};
use crate::gain_db;
use crate::view::ProgramNames;

/// Cents of a semitone.
const SEMITONE_CENTS: f32 = 100.0;

/// The last key of MIDI.
const HIGHEST_KEY: u8 = 127;

/// Parameters of one part.
#[derive(Debug, Params)]
pub struct PartParams {
    /// Volume trim, dB; [`VOLUME_OFF_DB`](super::VOLUME_OFF_DB) is silence.
    #[id = "vol"]
    pub volume: FloatParam,
    /// Pan trim, percent: -100 left, 0 as MIDI has it, 100 right.
    #[id = "pan"]
    pub pan: FloatParam,
    /// 0 follows MIDI, `1..=128` plays program `0..=127` whatever MIDI says.
    #[id = "prog"]
    pub program: IntParam,
    /// The same of the upper byte of the bank.
    #[id = "msb"]
    pub bank_msb: IntParam,
    /// The same of the lower byte.
    #[id = "lsb"]
    pub bank_lsb: IntParam,
    /// 0 listens to the channel that MIDI chose, its own at first; `1..=16` to channel `0..=15`.
    #[id = "chan"]
    pub channel: IntParam,
    /// Lowest key it answers to, `0..=127`.
    #[id = "low"]
    pub lowest_key: IntParam,
    /// Highest key it answers to, `0..=127`.
    #[id = "high"]
    pub highest_key: IntParam,
    /// What it makes of velocities, for notes to come.
    #[id = "vel"]
    pub velocity_curve: EnumParam<VelocityChoice>,
    /// What MIDI has chosen stays chosen.
    #[id = "lock"]
    pub lock: BoolParam,
    /// It is silent.
    #[id = "mute"]
    pub mute: BoolParam,
    /// It is heard alone, with all others of which this is said.
    #[id = "solo"]
    pub solo: BoolParam,
    /// Added to its send to the reverb, percent of the part.
    #[id = "rev"]
    pub reverb: FloatParam,
    /// The same to the chorus.
    #[id = "cho"]
    pub chorus: FloatParam,
    /// The same to the delay.
    #[id = "dly"]
    pub delay: FloatParam,
    /// Added to the cutoff, semitones.
    #[id = "cut"]
    pub cutoff: FloatParam,
    /// Added to the resonance, dB.
    #[id = "res"]
    pub resonance: FloatParam,
    /// Doublings of the time of the attack.
    #[id = "att"]
    pub attack: FloatParam,
    /// The same of the decay.
    #[id = "dec"]
    pub decay: FloatParam,
    /// The same of the release.
    #[id = "rel"]
    pub release: FloatParam,
    /// Added to the tuning, cents.
    #[id = "tune"]
    pub tune: FloatParam,
    /// 0 is the mix, `1..=16` the output of that part, where the host has it.
    #[id = "out"]
    pub output: IntParam,
    /// Who plays it.
    #[id = "dev"]
    pub device: EnumParam<DeviceRole>,
}

impl PartParams {
    /// Parameters of part `number`, `1..=16`.
    pub(super) fn new(number: usize, names: &ProgramNames) -> Self {
        let name = |what: &str| format!("Part {number:02} {what}");
        let part = u8::try_from(number.saturating_sub(1)).unwrap_or(u8::MAX);
        // What a host may bend for each note alone.
        let per_note =
            |which: Which, param: FloatParam| param.with_poly_modulation_id(which.id(part));
        Self {
            volume: per_note(Which::Volume, volume(name("Volume"))),
            pan: per_note(
                Which::Pan,
                FloatParam::new(
                    name("Pan"),
                    0.0,
                    FloatRange::Linear {
                        min: -100.0,
                        max: 100.0,
                    },
                )
                // Fine, since the steps of a sweep are noise: those of 0.1 were 79 dB below the
                // sound.
                .with_step_size(0.01)
                .with_value_to_string(Arc::new(text::pan_text))
                .with_string_to_value(Arc::new(text::pan_value)),
            ),
            program: program(number, names),
            bank_msb: byte(name("Bank MSB")),
            bank_lsb: byte(name("Bank LSB")),
            channel: IntParam::new(name("Channel"), 0, IntRange::Linear { min: 0, max: 16 })
                .with_value_to_string(Arc::new(text::channel_text))
                .with_string_to_value(Arc::new(text::channel_value)),
            lowest_key: key(name("Lowest Key"), 0),
            highest_key: key(name("Highest Key"), HIGHEST_KEY),
            velocity_curve: EnumParam::new(name("Velocity Curve"), VelocityChoice::Linear),
            lock: switch(&name("Lock"), false),
            mute: switch(&name("Mute"), false),
            solo: switch(&name("Solo"), false),
            reverb: per_note(Which::Reverb, numbers::SEND.param(name("Reverb"))),
            chorus: per_note(Which::Chorus, numbers::SEND.param(name("Chorus"))),
            delay: per_note(Which::Delay, numbers::SEND.param(name("Delay"))),
            cutoff: per_note(Which::Cutoff, numbers::CUTOFF.param(name("Cutoff"))),
            resonance: per_note(
                Which::Resonance,
                numbers::RESONANCE.param(name("Resonance")),
            ),
            attack: numbers::time(name("Attack")),
            decay: numbers::time(name("Decay")),
            release: numbers::time(name("Release")),
            tune: per_note(Which::Tune, numbers::TUNE.param(name("Tune"))),
            output: output(name("Output")),
            device: EnumParam::new(name("Device"), DeviceRole::Internal),
        }
    }

    /// The output it is to be heard on, `0..16`; nothing is the mix.
    ///
    /// # Real-time
    /// Render. Wait-free.
    #[must_use]
    pub fn output(&self) -> Option<u8> {
        u8::try_from(self.output.modulated_plain_value() - 1).ok()
    }

    /// Whether the synthesizer lets the part be heard.
    ///
    /// - `is_solo`: of some part it is said that it is heard alone
    pub(super) fn sounds(&self, is_solo: bool) -> bool {
        self.is_heard(is_solo) && self.device.modulated_plain_value() != DeviceRole::Device
    }

    /// Whether the part is neither muted nor left out, whoever plays it.
    ///
    /// - `is_solo`: of some part it is said that it is heard alone
    pub(super) fn is_heard(&self, is_solo: bool) -> bool {
        !self.mute.modulated_plain_value() && (!is_solo || self.solo.modulated_plain_value())
    }

    /// What they ask for.
    ///
    /// - `is_solo`: of some part it is said that it is heard alone
    ///
    /// # Real-time
    /// Render. Wait-free.
    #[must_use]
    pub fn trim(&self, is_solo: bool) -> PartTrim {
        let chosen = |param: &IntParam| u8::try_from(param.modulated_plain_value() - 1).ok();
        let bound = |param: &IntParam, widest| {
            let key = u8::try_from(param.modulated_plain_value());
            key.unwrap_or(widest)
        };
        let sends = [&self.reverb, &self.chorus, &self.delay];
        PartTrim {
            gain_db: if self.sounds(is_solo) {
                gain_db(self.volume.modulated_plain_value())
            } else {
                f32::NEG_INFINITY
            },
            pan: self.pan.modulated_plain_value() / 100.0,
            program: chosen(&self.program),
            bank_msb: chosen(&self.bank_msb),
            bank_lsb: chosen(&self.bank_lsb),
            locked: self.lock.modulated_plain_value(),
            channel: chosen(&self.channel),
            keys: (
                bound(&self.lowest_key, 0),
                bound(&self.highest_key, HIGHEST_KEY),
            ),
            velocity: self.velocity_curve.modulated_plain_value().chosen(),
            tune_cents: self.tune.modulated_plain_value(),
            cutoff_cents: SEMITONE_CENTS * self.cutoff.modulated_plain_value(),
            resonance_db: self.resonance.modulated_plain_value(),
            attack: self.attack.modulated_plain_value(),
            decay: self.decay.modulated_plain_value(),
            release: self.release.modulated_plain_value(),
            sends: sends.map(|send| send.modulated_plain_value() / 100.0),
        }
    }
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
    .with_value_to_string(Arc::new(move |value| {
        text::program_text(value, drums, &shown)
    }))
    .with_string_to_value(Arc::new(move |text| {
        text::program_value(text, drums, &read)
    }))
}

/// A byte of a bank's number; the bottom leaves it to MIDI.
fn byte(name: String) -> IntParam {
    IntParam::new(name, 0, IntRange::Linear { min: 0, max: 128 })
        .with_value_to_string(Arc::new(text::byte_text))
        .with_string_to_value(Arc::new(text::byte_value))
}

/// Where a part is heard.
fn output(name: String) -> IntParam {
    let max = i32::try_from(PARTS).unwrap_or(0);
    IntParam::new(name, 0, IntRange::Linear { min: 0, max })
        .with_value_to_string(Arc::new(text::output_text))
        .with_string_to_value(Arc::new(text::output_value))
}

/// An end of a range of keys.
fn key(name: String, widest: u8) -> IntParam {
    let range = IntRange::Linear {
        min: 0,
        max: i32::from(HIGHEST_KEY),
    };
    IntParam::new(name, i32::from(widest), range)
        .with_value_to_string(Arc::new(text::key_text))
        .with_string_to_value(Arc::new(text::key_value))
}

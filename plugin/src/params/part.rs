//! Parameters of one part.
//!
//! In: what a host sets. Out: a trim on top of what MIDI says. A part that is muted, or that is not
//! among those alone, is as silent as one whose volume is off.

use std::sync::Arc;

use dmus_synth::PartTrim;
use nice_plug::prelude::*;

use super::effects::switch;
use super::{numbers, text, volume};
use crate::gain_db;
use crate::view::ProgramNames;

/// Cents of a semitone.
const SEMITONE_CENTS: f32 = 100.0;

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
}

impl PartParams {
    /// Parameters of part `number`, `1..=16`.
    pub(super) fn new(number: usize, names: &ProgramNames) -> Self {
        let name = |what: &str| format!("Part {number:02} {what}");
        Self {
            volume: volume(name("Volume")),
            pan: FloatParam::new(
                name("Pan"),
                0.0,
                FloatRange::Linear {
                    min: -100.0,
                    max: 100.0,
                },
            )
            // Fine, since the steps of a sweep are noise: those of 0.1 were 79 dB below the sound.
            .with_step_size(0.01)
            .with_value_to_string(Arc::new(text::pan_text))
            .with_string_to_value(Arc::new(text::pan_value)),
            program: program(number, names),
            bank_msb: byte(name("Bank MSB")),
            bank_lsb: byte(name("Bank LSB")),
            lock: switch(&name("Lock"), false),
            mute: switch(&name("Mute"), false),
            solo: switch(&name("Solo"), false),
            reverb: numbers::SEND.param(name("Reverb")),
            chorus: numbers::SEND.param(name("Chorus")),
            delay: numbers::SEND.param(name("Delay")),
            cutoff: numbers::CUTOFF.param(name("Cutoff")),
            resonance: numbers::RESONANCE.param(name("Resonance")),
            attack: numbers::time(name("Attack")),
            decay: numbers::time(name("Decay")),
            release: numbers::time(name("Release")),
            tune: numbers::TUNE.param(name("Tune")),
        }
    }

    /// What they ask for.
    ///
    /// - `is_solo`: of some part it is said that it is heard alone
    ///
    /// # Real-time
    /// Render. Wait-free.
    #[must_use]
    pub fn trim(&self, is_solo: bool) -> PartTrim {
        let is_heard =
            !self.mute.modulated_plain_value() && (!is_solo || self.solo.modulated_plain_value());
        let chosen = |param: &IntParam| u8::try_from(param.modulated_plain_value() - 1).ok();
        let sends = [&self.reverb, &self.chorus, &self.delay];
        PartTrim {
            gain_db: if is_heard {
                gain_db(self.volume.modulated_plain_value())
            } else {
                f32::NEG_INFINITY
            },
            pan: self.pan.modulated_plain_value() / 100.0,
            program: chosen(&self.program),
            bank_msb: chosen(&self.bank_msb),
            bank_lsb: chosen(&self.bank_lsb),
            locked: self.lock.modulated_plain_value(),
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

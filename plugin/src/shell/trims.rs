//! What the parameters ask for, and what of it the engine is told: what has changed.
//!
//! In: all parameters of a block. Out: calls of the engine. Owner: the render half. Thread: render.

use dmus_kernel::ChannelGroup;
use dmus_synth::{EffectsSettings, Interpolation, Mode, PartTrim};

use super::external::ExternalTrims;
use super::pipeline::{CHANNEL_GROUPS, DEFAULT_VOICES};
use super::render::Render;
use crate::params::PARTS;

/// What the parameters ask for, in the engine's units.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Trims {
    /// Nothing is to be heard: what sounds ends when this changes either way, and the gain is off.
    pub is_bypassed: bool,
    /// Gain of everything, dB.
    pub master_gain_db: f32,
    /// Added to the tuning of everything, cents.
    pub tune_cents: f32,
    /// Semitones that keys are moved by, but not those of drums.
    pub transpose: i8,
    /// Voices that may play at a time.
    pub voices: u16,
    /// How waves are read between their frames.
    pub interpolation: Interpolation,
    /// Rules that hold whatever messages ask for.
    pub mode: Option<Mode>,
    /// Groups of sixteen channels that are answered to.
    pub channel_groups: u16,
    /// Reverb, chorus and delay.
    pub effects: EffectsSettings,
    /// Some part is to be heard alone: parts without parameters are silent.
    pub is_solo: bool,
    /// Of the sixteen parts of group 1.
    pub parts: [PartTrim; PARTS],
    /// Outputs that the parts are heard on, `0..16`; nothing is the mix.
    pub outputs: [Option<u8>; PARTS],
    /// The effects are heard on outputs of their own.
    pub returns_leave: bool,
    /// What goes to the external device.
    pub external: ExternalTrims,
}

impl Default for Trims {
    /// Nothing is changed.
    fn default() -> Self {
        Self {
            is_bypassed: false,
            master_gain_db: 0.0,
            tune_cents: 0.0,
            transpose: 0,
            voices: DEFAULT_VOICES,
            interpolation: Interpolation::default(),
            mode: None,
            channel_groups: CHANNEL_GROUPS,
            effects: EffectsSettings::default(),
            is_solo: false,
            parts: [PartTrim::default(); PARTS],
            outputs: [None; PARTS],
            returns_leave: false,
            external: ExternalTrims::default(),
        }
    }
}

impl Render {
    /// Tells the port and the engine what puts parts back to power-on: before everything that is to
    /// last, as the programs of a state.
    ///
    /// It is told when it changes only, and not after a reset. Properties set groups too: the fewer
    /// hold.
    pub fn apply_rules(&mut self, trims: &Trims) {
        let rules = (trims.channel_groups, trims.mode);
        let (groups, mode) = core::mem::replace(&mut self.rules, rules);
        if groups != trims.channel_groups
            && let Some(properties) = self.port.properties_mut()
        {
            properties.set_most_groups(trims.channel_groups);
        }
        if mode != trims.mode {
            self.engine().lock_mode(trims.mode);
        }
    }

    /// Tells the engine what has changed.
    pub(super) fn apply(&mut self, trims: &Trims) {
        let before = self.trims.replace(*trims);
        let same = |is_same: fn(&Trims, &Trims) -> bool| {
            before.as_ref().is_some_and(|before| is_same(before, trims))
        };
        if same(|a, b| a == b) {
            return;
        }
        if before.is_some_and(|before| before.is_bypassed != trims.is_bypassed) {
            // What was struck unheard must not come up when the gain does.
            self.panic();
        }
        if !same(|a, b| a.master_gain_db.to_bits() == b.master_gain_db.to_bits()) {
            self.engine().set_master_gain_db(trims.master_gain_db);
        }
        if !same(|a, b| a.tune_cents.to_bits() == b.tune_cents.to_bits()) {
            self.engine().set_master_tune(trims.tune_cents);
        }
        if !same(|a, b| a.transpose == b.transpose) {
            self.engine().set_transpose(trims.transpose);
        }
        if !same(|a, b| a.voices == b.voices) {
            self.engine().set_voices(trims.voices);
        }
        if !same(|a, b| a.interpolation == b.interpolation) {
            self.engine().set_interpolation(trims.interpolation);
        }
        if !same(|a, b| a.effects == b.effects) {
            self.engine().set_effects(trims.effects);
        }
        if !same(|a, b| a.is_solo == b.is_solo) {
            self.silence_others(trims.is_solo);
        }
        self.apply_parts(before.as_ref(), trims);
    }

    fn apply_parts(&mut self, before: Option<&Trims>, trims: &Trims) {
        for (channel, trim) in (0_u8..).zip(&trims.parts) {
            let old = before.and_then(|before| before.parts.get(usize::from(channel)));
            if old == Some(trim) {
                continue;
            }
            self.engine().set_part_trim(0, channel, *trim);
            if let Some(program) = trim
                .program
                .filter(|_| old.and_then(|old| old.program) != trim.program)
            {
                self.note(ChannelGroup::FIRST, &[0xC0 | channel, program & 0x7F]);
            }
        }
    }

    /// Silences the parts that have no parameters, or lets them be heard.
    fn silence_others(&mut self, is_silent: bool) {
        let gain_db = if is_silent { f32::NEG_INFINITY } else { 0.0 };
        let trim = PartTrim {
            gain_db,
            ..PartTrim::default()
        };
        for group_index in 1..CHANNEL_GROUPS {
            for channel in 0..16 {
                self.engine().set_part_trim(group_index, channel, trim);
            }
        }
    }
}

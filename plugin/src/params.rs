//! Every host-visible parameter: id, name, unit, range and default; the only list of them.
//!
//! A parameter is a trim on top of what MIDI says, so that automation and controllers never
//! fight: 0 dB and centre leave the part as its controllers have it, and a program of "MIDI"
//! follows program changes. The engine smooths every change itself, in frames, so that a bounce
//! does not depend on the block size. Ids are never reused.

pub mod added;
pub mod choices;
pub mod effects;
mod external;
pub mod master;
pub mod numbers;
mod pages;
pub mod part;
pub mod per_note;
mod text;

use std::sync::Arc;

use dmus_synth::EffectsSettings;
use nice_plug::prelude::*;

use choices::ReturnsChoice;
use effects::{ChorusParams, DelayParams, ReverbParams};
pub use external::ExternalParams;
pub use master::MasterParams;
pub use part::PartParams;

use crate::gain_db;
use crate::shell::render::Trims;
use crate::state::{SavedBank, SavedDevice, SavedParts, Shared};
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
    /// The external device.
    #[nested(group = "External")]
    pub external: ExternalParams,

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

    /// The external device.
    #[persist = "device"]
    pub saved_device: Shared<SavedDevice>,
}

impl DmusParams {
    /// Parameters at their defaults.
    ///
    /// - `names`: where the program parameters find the names they show
    #[must_use]
    pub fn new(
        bank: Arc<SavedBank>,
        saved_parts: Arc<SavedParts>,
        saved_device: Arc<SavedDevice>,
        names: &ProgramNames,
    ) -> Self {
        let part = |number| PartParams::new(number, names);
        Self {
            master: MasterParams::default(),
            reverb: ReverbParams::default(),
            chorus: ChorusParams::default(),
            delay: DelayParams::default(),
            external: ExternalParams::default(),
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
            saved_device: Shared(saved_device),
        }
    }

    /// The state of an instance that nobody has touched: every parameter, every field.
    ///
    /// # Real-time
    /// Not real-time: allocates.
    #[must_use]
    pub fn default_state() -> PluginState {
        let names = ProgramNames::default();
        let untouched = Self::new(Arc::default(), Arc::default(), Arc::default(), &names);
        PluginState {
            fields: untouched.serialize_fields(),
            ..added::defaults()
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

    /// What they all ask for now.
    ///
    /// # Real-time
    /// Render. Wait-free.
    #[must_use]
    pub fn trims(&self) -> Trims {
        let master = &self.master;
        let parts = self.parts();
        let is_solo = parts.iter().any(|part| part.solo.modulated_plain_value());
        let is_bypassed = master.bypass.modulated_plain_value();
        Trims {
            is_bypassed,
            master_gain_db: if is_bypassed {
                f32::NEG_INFINITY
            } else {
                gain_db(master.volume.modulated_plain_value())
            },
            tune_cents: master.tune.modulated_plain_value(),
            transpose: i8::try_from(master.transpose.modulated_plain_value()).unwrap_or(0),
            voices: u16::try_from(master.voices.modulated_plain_value()).unwrap_or(1),
            interpolation: master.interpolation.modulated_plain_value().chosen(),
            mode: master.mode.modulated_plain_value().chosen(),
            channel_groups: u16::try_from(master.groups.modulated_plain_value()).unwrap_or(1),
            effects: self.effects(),
            is_solo,
            parts: parts.map(|part| part.trim(is_solo)),
            outputs: parts.map(PartParams::output),
            returns_leave: master.returns.modulated_plain_value() == ReturnsChoice::Own,
            external: self.external_trims(is_solo, is_bypassed),
        }
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
    .with_value_to_string(Arc::new(text::volume_text))
    .with_string_to_value(Arc::new(text::volume_value))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Master, three effects, the external device, the parts.
    const ALL: usize = 10 + 3 * 4 + 2 + 23 * PARTS;

    fn params() -> DmusParams {
        let names = ProgramNames::default();
        DmusParams::new(Arc::default(), Arc::default(), Arc::default(), &names)
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
        assert_eq!(params.trims(), Trims::default());
        assert_eq!(params.effects(), EffectsSettings::default());
    }

    #[test]
    fn names_carry_the_part() {
        let params = params();
        assert_eq!(params.parts()[0].volume.name(), "Part 01 Volume");
        assert_eq!(params.parts()[15].program.name(), "Part 16 Program");
    }
}

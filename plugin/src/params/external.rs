//! Parameters of the external device, and what they and the parts ask of it.
//!
//! In: what a host sets. Out: what goes to the device. Which device it is, no parameter says: names
//! differ from machine to machine, and the state has it.

use std::sync::Arc;

use nice_plug::prelude::*;

use super::choices::DeviceRole;
use super::effects::switch;
use super::{DmusParams, text};
use crate::shell::external::{ExternalTrims, LONGEST_LATENCY_MS, USUAL_LATENCY_MS};

/// Parameters of the external device.
#[derive(Debug, Params)]
pub struct ExternalParams {
    /// How much later than its frame a message is sent, ms.
    #[id = "ext_lat"]
    pub latency: IntParam,
    /// MIDI clock of the host's song.
    #[id = "ext_clk"]
    pub clock: BoolParam,
}

impl Default for ExternalParams {
    fn default() -> Self {
        let range = IntRange::Linear {
            min: 0,
            max: i32::from(LONGEST_LATENCY_MS),
        };
        let usual = i32::from(USUAL_LATENCY_MS);
        Self {
            latency: IntParam::new("External Latency", usual, range)
                .with_value_to_string(Arc::new(text::ms_text))
                .with_string_to_value(Arc::new(text::ms_value)),
            clock: switch("External Clock", false),
        }
    }
}

impl DmusParams {
    /// What goes to the device.
    ///
    /// - `is_solo`: of some part it is said that it is heard alone
    /// - `is_bypassed`: nothing is to be heard
    pub(super) fn external_trims(&self, is_solo: bool, is_bypassed: bool) -> ExternalTrims {
        let (mut channels, mut notes) = (0, 0);
        for (own, part) in (0_u8..).zip(self.parts()) {
            if part.device.modulated_plain_value() == DeviceRole::Internal {
                continue;
            }
            let chosen = u8::try_from(part.channel.modulated_plain_value() - 1);
            let bit = 1 << (chosen.unwrap_or(own) & 0x0F);
            channels |= bit;
            if part.is_heard(is_solo) && !is_bypassed {
                notes |= bit;
            }
        }
        ExternalTrims {
            channels,
            notes,
            latency_ms: u16::try_from(self.external.latency.modulated_plain_value()).unwrap_or(0),
            clock: self.external.clock.modulated_plain_value(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::view::ProgramNames;

    fn params() -> DmusParams {
        let names = ProgramNames::default();
        DmusParams::new(Arc::default(), Arc::default(), Arc::default(), &names)
    }

    fn role(role: DeviceRole) -> EnumParam<DeviceRole> {
        EnumParam::new("role", role)
    }

    #[test]
    fn a_part_goes_where_its_role_says_on_the_channel_it_listens_to() {
        let mut params = params();
        assert_eq!(params.trims().external, ExternalTrims::default());
        params.part_03.device = role(DeviceRole::Device);
        params.part_05.device = role(DeviceRole::Both);
        params.part_05.channel = IntParam::new("channel", 16, IntRange::Linear { min: 0, max: 16 });
        let trims = params.trims();
        assert_eq!(trims.external.channels, 1 << 2 | 1 << 15);
        assert_eq!(trims.external.notes, 1 << 2 | 1 << 15);
        let silent = |part: usize| trims.parts[part].gain_db == f32::NEG_INFINITY;
        assert_eq!([silent(0), silent(2), silent(4)], [false, true, false]);
    }

    #[test]
    fn a_part_that_is_muted_or_bypassed_strikes_no_note_on_the_device() {
        let mut params = params();
        params.part_01.device = role(DeviceRole::Both);
        params.part_02.device = role(DeviceRole::Device);
        params.part_01.mute = switch("mute", true);
        let external = params.trims().external;
        assert_eq!((external.channels, external.notes), (0b11, 0b10));
        params.part_04.solo = switch("solo", true);
        assert_eq!(params.trims().external.notes, 0);
        params.part_02.solo = switch("solo", true);
        assert_eq!(params.trims().external.notes, 0b10);
        params.master.bypass = switch("bypass", true);
        assert_eq!(params.trims().external.notes, 0);
    }
}

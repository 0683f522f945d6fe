//! System exclusive messages that set effects.
//!
//! In: a complete message, `F0` to `F7`. Out: changes of [`Parameters`].
//! Device ids are not compared, as everywhere. Source: \[GM2\] global parameter control; \[GS\]
//! addresses 40 01 30 to 5A; \[XG\] effect 1, of which types, returns and sends are known.

mod xg;

use super::kinds::{ChorusKind, DelayKind, ReverbKind};
use super::parameters::Parameters;
use xg::xg;

/// A message to the effects.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Message<'a> {
    map: Map,
    /// Of the first data byte.
    address: u8,
    data: &'a [u8],
    /// False where a check sum is due and wrong; the message holds all the same.
    pub(crate) checksum_is_right: bool,
}

/// Whose numbers it speaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Map {
    /// Pairs of parameter and value.
    Gm2Reverb,
    /// Pairs of parameter and value.
    Gm2Chorus,
    /// Values of consecutive addresses.
    Gs,
    /// Values of consecutive addresses.
    Xg,
}

impl<'a> Message<'a> {
    /// Reads a message; `None` if it is not to the effects.
    ///
    /// # Real-time
    /// Render. Bounded by the length of the message.
    pub(crate) fn read(bytes: &'a [u8]) -> Option<Self> {
        let (map, address, data, checksum_is_right) = match bytes {
            // One slot, a parameter of one byte, a value of one byte.
            [0xF0, 0x7F, _, 4, 5, 1, 1, 1, 1, slot, data @ .., 0xF7] => match slot {
                1 => (Map::Gm2Reverb, 0, data, true),
                2 => (Map::Gm2Chorus, 0, data, true),
                _ => return None,
            },
            [
                0xF0,
                0x41,
                _,
                0x42,
                0x12,
                0x40,
                0x01,
                address @ 0x30..=0x5A,
                data @ ..,
                sum,
                0xF7,
            ] => {
                let total = data.iter().fold(sum.wrapping_add(0x41), |total, byte| {
                    total.wrapping_add(*byte)
                });
                let is_right = total.wrapping_add(*address) & 0x7F == 0;
                (Map::Gs, *address, data, is_right)
            }
            [
                0xF0,
                0x43,
                device,
                0x4C,
                0x02,
                0x01,
                address,
                data @ ..,
                0xF7,
            ] if device & 0xF0 == 0x10 => (Map::Xg, *address, data, true),
            _ => return None,
        };
        let is_sound = !data.is_empty() && data.iter().all(|byte| byte & 0x80 == 0);
        is_sound.then_some(Self {
            map,
            address,
            data,
            checksum_is_right,
        })
    }

    /// Does what it asks for; what nobody knows changes nothing.
    pub(super) fn apply(&self, parameters: &mut Parameters) {
        match self.map {
            Map::Gm2Reverb => self.pairs(|at, value| gm2_reverb(parameters, at, value)),
            Map::Gm2Chorus => self.pairs(|at, value| gm2_chorus(parameters, at, value)),
            Map::Gs => self.values(|at, value, _| gs(parameters, at, value)),
            Map::Xg => self.values(|at, value, next| xg(parameters, at, value, next)),
        }
    }

    fn pairs(&self, mut set: impl FnMut(u8, u8)) {
        let (pairs, _) = self.data.as_chunks::<2>();
        for [at, value] in pairs {
            set(*at, *value);
        }
    }

    /// Each value with its address and the value after it.
    fn values(&self, mut set: impl FnMut(u8, u8, u8)) {
        for (index, &value) in self.data.iter().enumerate() {
            let next = self.data.get(index + 1).copied().unwrap_or(0);
            let Some(address) = u8::try_from(index)
                .ok()
                .and_then(|index| self.address.checked_add(index))
            else {
                return;
            };
            set(address, value, next);
        }
    }
}

fn gm2_reverb(parameters: &mut Parameters, at: u8, value: u8) {
    let reverb = &mut parameters.reverb;
    match at {
        0 => {
            if let Some(kind) = ReverbKind::from_gm2(value) {
                *reverb = kind.gs();
                reverb.lowpass = 0;
                reverb.time = kind.gm2_time();
            }
        }
        1 => reverb.time = value,
        _ => {}
    }
}

fn gm2_chorus(parameters: &mut Parameters, at: u8, value: u8) {
    let chorus = &mut parameters.chorus;
    match at {
        0 => {
            if let Some(kind) = ChorusKind::from_gm2(value) {
                *chorus = kind.values();
            }
        }
        1 => chorus.rate = value,
        2 => chorus.depth = value,
        3 => chorus.feedback = value,
        4 => chorus.to_reverb = value,
        _ => {}
    }
}

fn gs(parameters: &mut Parameters, at: u8, value: u8) {
    let Parameters {
        reverb,
        chorus,
        delay,
    } = parameters;
    match at {
        0x30 => {
            if let Some(kind) = ReverbKind::from_gs(value) {
                *reverb = kind.gs();
            }
        }
        0x31 => {
            if let Some(kind) = ReverbKind::from_gs(value) {
                reverb.kind = kind;
            }
        }
        0x32 => reverb.lowpass = value,
        0x33 => reverb.level = value,
        0x34 => reverb.time = value,
        0x35 => reverb.feedback = value,
        0x37 => reverb.pre_delay = value,
        0x38 => {
            if let Some(kind) = ChorusKind::from_gs(value) {
                *chorus = kind.values();
            }
        }
        0x39 => chorus.lowpass = value,
        0x3A => chorus.level = value,
        0x3B => chorus.feedback = value,
        0x3C => chorus.delay = value,
        0x3D => chorus.rate = value,
        0x3E => chorus.depth = value,
        0x3F => chorus.to_reverb = value,
        0x40 => chorus.to_delay = value,
        0x50 => {
            if let Some(kind) = DelayKind::from_gs(value) {
                *delay = kind.values();
            }
        }
        0x51 => delay.lowpass = value,
        0x52 => delay.time = value,
        0x53 => delay.ratio_left = value,
        0x54 => delay.ratio_right = value,
        0x55 => delay.level_centre = value,
        0x56 => delay.level_left = value,
        0x57 => delay.level_right = value,
        0x58 => delay.level = value,
        0x59 => delay.feedback = value,
        0x5A => delay.to_reverb = value,
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn after(messages: &[&[u8]]) -> Parameters {
        let mut parameters = Parameters::power_on();
        for bytes in messages {
            let message = Message::read(bytes).unwrap();
            assert!(message.checksum_is_right, "{bytes:02X?}");
            message.apply(&mut parameters);
        }
        parameters
    }

    #[test]
    fn general_midi_sets_reverb_type_and_time() {
        let plate = after(&[&[0xF0, 0x7F, 0x7F, 4, 5, 1, 1, 1, 1, 1, 0, 8, 0xF7]]);
        assert_eq!(plate.reverb.kind, ReverbKind::Plate);
        assert_eq!(plate.reverb.time, 50);
        let long = after(&[&[0xF0, 0x7F, 0, 4, 5, 1, 1, 1, 1, 1, 0, 0, 1, 90, 0xF7]]);
        assert_eq!(long.reverb.kind, ReverbKind::SmallRoom);
        assert_eq!(long.reverb.time, 90);
    }

    #[test]
    fn general_midi_sets_the_whole_chorus() {
        let bytes = [
            0xF0, 0x7F, 0x7F, 4, 5, 1, 1, 1, 1, 2, 0, 5, 1, 10, 2, 20, 3, 30, 4, 40, 0xF7,
        ];
        let chorus = after(&[&bytes]).chorus;
        let got = (chorus.rate, chorus.depth, chorus.feedback, chorus.to_reverb);
        assert_eq!(got, (10, 20, 30, 40));
        assert_eq!(chorus.delay, ChorusKind::Flanger.values().delay);
    }

    #[test]
    fn gs_macros_come_with_the_check_sums_of_the_manual() {
        let hall = [0xF0, 0x41, 0x10, 0x42, 0x12, 0x40, 1, 0x30, 4, 0x0B, 0xF7];
        assert_eq!(after(&[&hall]), Parameters::power_on());
        let chorus = [0xF0, 0x41, 0x10, 0x42, 0x12, 0x40, 1, 0x38, 2, 0x05, 0xF7];
        assert_eq!(after(&[&chorus]), Parameters::power_on());
        let repeat = [0xF0, 0x41, 0x10, 0x42, 0x12, 0x40, 1, 0x50, 9, 0x66, 0xF7];
        assert_eq!(after(&[&repeat]).delay, DelayKind::PanningRepeat.values());
    }

    #[test]
    fn gs_sets_consecutive_addresses_in_one_message() {
        let data: Vec<u8> = (1..=11).collect();
        let mut bytes = vec![0xF0, 0x41, 0x10, 0x42, 0x12, 0x40, 1, 0x50];
        bytes.extend(&data);
        let sum = bytes[5..].iter().fold(0_u8, |sum, b| sum.wrapping_add(*b));
        bytes.extend([sum.wrapping_neg() & 0x7F, 0xF7]);
        let delay = after(&[&bytes]).delay;
        assert_eq!((delay.lowpass, delay.time, delay.to_reverb), (2, 3, 11));
        assert_eq!((delay.level, delay.feedback), (9, 10));
    }

    #[test]
    fn every_gs_address_changes_one_value() {
        for address in 0x31..=0x5A_u8 {
            let mut parameters = Parameters::power_on();
            gs(&mut parameters, address, 5);
            let unknown = matches!(address, 0x36 | 0x41..=0x4F);
            assert_eq!(parameters == Parameters::power_on(), unknown, "{address:X}");
        }
    }

    #[test]
    fn a_wrong_check_sum_is_noticed() {
        let bytes = [0xF0, 0x41, 0x10, 0x42, 0x12, 0x40, 1, 0x30, 4, 0x0C, 0xF7];
        assert!(!Message::read(&bytes).unwrap().checksum_is_right);
    }

    #[test]
    fn what_is_not_to_the_effects_is_not_read() {
        for bytes in [
            &[][..],
            &[0xF0, 0x7F, 0x7F, 4, 5, 0xF7],
            &[0xF0, 0x7F, 0x7F, 4, 5, 1, 1, 1, 1, 3, 0, 0, 0xF7],
            &[0xF0, 0x41, 0x10, 0x42, 0x12, 0x40, 1, 0x30, 0xF7],
            &[0xF0, 0x41, 0x10, 0x42, 0x12, 0x40, 0, 0x7F, 0, 0x41, 0xF7],
            &[
                0xF0, 0x41, 0x10, 0x42, 0x12, 0x40, 1, 0x30, 0x80, 0x0B, 0xF7,
            ],
        ] {
            assert_eq!(Message::read(bytes), None, "{bytes:02X?}");
        }
    }
}

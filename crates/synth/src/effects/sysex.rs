//! System exclusive messages that set effects.
//!
//! In: a complete message, `F0` to `F7`. Out: changes of [`Parameters`].
//! Device ids are not compared, as everywhere. Source: \[GM2\] global parameter control; \[GS\]
//! addresses 40 01 30 to 5A; \[XG\] effect 1, of which types, returns and sends are known.

use super::kinds::{ChorusKind, DelayKind, ReverbKind};
use super::parameters::{
    ChorusParameters, DelayParameters, Parameters, ReverbParameters, reverb_time_value,
};

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

/// - `next`: the value at the address after it, which types need
fn xg(parameters: &mut Parameters, at: u8, value: u8, next: u8) {
    let Parameters {
        reverb,
        chorus,
        delay,
    } = parameters;
    match at {
        0x00 => {
            *reverb = match xg_reverb(value, next) {
                Some(kind) => ReverbParameters {
                    level: audible(reverb.level),
                    ..kind.gs()
                },
                None => ReverbParameters {
                    level: 0,
                    ..*reverb
                },
            }
        }
        0x02 => reverb.time = reverb_time_value(xg_time_s(value)),
        0x0C => reverb.level = value,
        0x20 => {
            *chorus = match xg_chorus(value, next) {
                Some(kind) => ChorusParameters {
                    level: audible(chorus.level),
                    to_reverb: chorus.to_reverb,
                    ..kind.values()
                },
                None => ChorusParameters {
                    level: 0,
                    ..*chorus
                },
            }
        }
        0x2C => chorus.level = value,
        0x2E => chorus.to_reverb = value,
        0x40 => {
            *delay = match xg_delay(value) {
                Some(kind) => DelayParameters {
                    level: audible(delay.level),
                    to_reverb: delay.to_reverb,
                    ..kind.values()
                },
                None => DelayParameters { level: 0, ..*delay },
            }
        }
        0x56 => delay.level = value,
        0x58 => delay.to_reverb = value,
        _ => {}
    }
}

/// The level of an effect that a type brings back: what it was, or 0 dB after "no effect".
const fn audible(level: u8) -> u8 {
    if level == 0 { 64 } else { level }
}

/// \[XG\] reverb types: halls, rooms, stages, plate and their kin.
const fn xg_reverb(msb: u8, lsb: u8) -> Option<ReverbKind> {
    match (msb, lsb) {
        (0x00, _) => None,
        (0x01, 0) | (0x03, 0) => Some(ReverbKind::MediumHall),
        (0x02, 0) => Some(ReverbKind::SmallRoom),
        (0x02, 1) | (0x10, _) => Some(ReverbKind::MediumRoom),
        (0x02 | 0x11 | 0x13, _) => Some(ReverbKind::LargeRoom),
        (0x04, _) => Some(ReverbKind::Plate),
        _ => Some(ReverbKind::LargeHall),
    }
}

/// \[XG\] chorus types: chorus, celeste, flanger.
const fn xg_chorus(msb: u8, lsb: u8) -> Option<ChorusKind> {
    match (msb, lsb) {
        (0x00, _) => None,
        (0x41, 0) => Some(ChorusKind::Chorus1),
        (0x41, 1) | (0x42, 0) => Some(ChorusKind::Chorus2),
        (0x43, _) => Some(ChorusKind::Flanger),
        (0x42, _) => Some(ChorusKind::Chorus4),
        _ => Some(ChorusKind::Chorus3),
    }
}

/// \[XG\] variation types that are delays; others have no counterpart here.
const fn xg_delay(msb: u8) -> Option<DelayKind> {
    match msb {
        0x05 => Some(DelayKind::PanningRepeat),
        0x06 => Some(DelayKind::Panning4),
        0x07 => Some(DelayKind::Delay1),
        0x08 => Some(DelayKind::Panning1),
        _ => None,
    }
}

/// \[XG\] reverb times: tenths up to 5 s, then growing steps up to 30 s.
fn xg_time_s(value: u8) -> f64 {
    let value = f64::from(value);
    if value <= 47.0 {
        0.3 + 0.1 * value
    } else if value <= 57.0 {
        5.0 + 0.5 * (value - 47.0)
    } else if value <= 67.0 {
        10.0 + (value - 57.0)
    } else {
        (20.0 + 5.0 * (value - 67.0)).min(30.0)
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
    fn xg_types_find_their_kin() {
        let xg =
            |address, msb, lsb| after(&[&[0xF0, 0x43, 0x10, 0x4C, 2, 1, address, msb, lsb, 0xF7]]);
        assert_eq!(xg(0x00, 4, 0).reverb.kind, ReverbKind::Plate);
        assert_eq!(xg(0x00, 0, 0).reverb.level, 0);
        assert_eq!(xg(0x20, 0x43, 0).chorus.rate, 1);
        assert_eq!(xg(0x40, 5, 0).delay, DelayKind::PanningRepeat.values());
        assert!((xg_time_s(0x45) - 30.0).abs() < 1e-9);
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

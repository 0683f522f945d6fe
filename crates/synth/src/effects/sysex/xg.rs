//! The effects of XG, as far as ours are their kin.
//!
//! In: an address of effect 1 with its value. Out: changes of [`Parameters`].
//! Source: \[XG\] effect 1.

use super::super::kinds::{ChorusKind, DelayKind, ReverbKind};
use super::super::parameters::{
    ChorusParameters, DelayParameters, Parameters, ReverbParameters, reverb_time_value,
};

/// Sets one value of effect 1.
///
/// - `next`: the value at the address after it, which types need
pub(super) fn xg(parameters: &mut Parameters, at: u8, value: u8, next: u8) {
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
    use super::super::Message;
    use super::*;

    #[test]
    fn xg_types_find_their_kin() {
        let xg = |address, msb, lsb| {
            let bytes = [0xF0, 0x43, 0x10, 0x4C, 2, 1, address, msb, lsb, 0xF7];
            let mut parameters = Parameters::power_on();
            Message::read(&bytes).unwrap().apply(&mut parameters);
            parameters
        };
        assert_eq!(xg(0x00, 4, 0).reverb.kind, ReverbKind::Plate);
        assert_eq!(xg(0x00, 0, 0).reverb.level, 0);
        assert_eq!(xg(0x20, 0x43, 0).chorus.rate, 1);
        assert_eq!(xg(0x40, 5, 0).delay, DelayKind::PanningRepeat.values());
        assert!((xg_time_s(0x45) - 30.0).abs() < 1e-9);
    }
}

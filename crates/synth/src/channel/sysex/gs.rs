//! Addresses of GS that set something for the system, a part or a drum.
//!
//! Source: \[GS\] 40 00, 40 1x, 40 2x, 40 4x, 41.

use crate::channel::PartEdit;
use crate::channel::controllers::number;
use crate::channel::destinations::{Origin, Reach};
use crate::channel::keys::KeySlot;
use crate::channel::settings::Assign;

use super::{Edit, SystemEdit, nibbles, two_octaves};

/// Channel (`0..=15`) of a part number: part 0 is channel 10.
pub(super) const fn channel(part: u8) -> u8 {
    match part {
        0 => 9,
        1..=9 => part - 1,
        _ => part,
    }
}

/// What one byte of data sets.
///
/// - `data`: from that byte on
pub(super) fn edit(high: u8, middle: u8, low: u8, data: &[u8]) -> Option<Edit> {
    let (&value, rest) = data.split_first()?;
    let part = |edit| {
        Some(Edit::Part {
            channel: channel(middle & 0x0F),
            edit,
        })
    };
    match (high, middle) {
        (0x40, 0x00) => system(low, value, data).map(Edit::System),
        (0x40, 0x10..=0x1F) if low == 0x02 => Some(Edit::Listens {
            part: channel(middle & 0x0F),
            channel: value,
        }),
        (0x40, 0x10..=0x1F) => part(part_edit(low, value, rest)?),
        (0x40, 0x20..=0x2F) => part(reach(low, value)?),
        (0x40, 0x40..=0x4F) if low <= 1 => part(PartEdit::Controller(number::BANK_LSB, value)),
        (0x41, address) => Some(Edit::Drum {
            map: (address >> 4) + 1,
            key: low,
            slot: drum_slot(address & 0x0F)?,
            value,
        }),
        _ => None,
    }
}

fn system(low: u8, value: u8, data: &[u8]) -> Option<SystemEdit> {
    Some(match low {
        0x00 => SystemEdit::FineTuning(nibbles(data)?),
        0x04 => SystemEdit::Volume(u16::from(value) << 7),
        0x05 => SystemEdit::KeyShift(two_octaves(value)),
        0x06 => SystemEdit::Balance(u16::from(value) << 7),
        _ => return None,
    })
}

fn part_edit(low: u8, value: u8, rest: &[u8]) -> Option<PartEdit> {
    Some(match low {
        0x00 => PartEdit::Controller(number::BANK_MSB, value),
        0x01 => PartEdit::Program(value),
        0x13 => PartEdit::Mono(value == 0),
        0x14 => PartEdit::Assign(match value {
            0 => Assign::Single,
            1 => Assign::Bank,
            _ => Assign::Full,
        }),
        0x15 => PartEdit::Drums(value.min(2)),
        0x16 => PartEdit::KeyShift(two_octaves(value)),
        0x19 => PartEdit::Controller(number::VOLUME, value),
        0x1A => PartEdit::VelocityDepth(value),
        0x1B => PartEdit::VelocityOffset(value),
        0x1C => PartEdit::Pan(value),
        0x1D => PartEdit::LowestKey(value),
        0x1E => PartEdit::HighestKey(value),
        0x1F => PartEdit::Assigned(Origin::First, value),
        0x20 => PartEdit::Assigned(Origin::Second, value),
        0x21 => PartEdit::Controller(number::CHORUS, value),
        0x22 => PartEdit::Controller(number::REVERB, value),
        0x2C => PartEdit::Controller(number::DELAY, value),
        0x2A => PartEdit::FineTuning(u16::from(value) << 7 | u16::from(*rest.first()?)),
        0x30 => PartEdit::Controller(number::VIBRATO_RATE, value),
        0x31 => PartEdit::Controller(number::VIBRATO_DEPTH, value),
        0x32 => PartEdit::Controller(number::CUTOFF, value),
        0x33 => PartEdit::Controller(number::RESONANCE, value),
        0x34 => PartEdit::Controller(number::ATTACK, value),
        0x35 => PartEdit::Controller(number::DECAY, value),
        0x36 => PartEdit::Controller(number::RELEASE, value),
        0x37 => PartEdit::Controller(number::VIBRATO_DELAY, value),
        0x40..=0x4B => PartEdit::Scale(low - 0x40, f64::from(value) - 64.0),
        _ => return None,
    })
}

/// What a controller reaches.
fn reach(low: u8, value: u8) -> Option<PartEdit> {
    let digit = low & 0x0F;
    Some(match (low & 0xF0, digit) {
        // Vibrato by the modulation wheel, 600 cents at most.
        (0x00, 0x04) => PartEdit::WheelDepth(600.0 * f64::from(value) / 127.0),
        (0x10, 0x00) => PartEdit::BendRange(value.saturating_sub(64).min(24)),
        (block, digit) => {
            let origin = match block {
                0x00 => Origin::Modulation,
                0x10 => Origin::Wheel,
                0x20 => Origin::ChannelPressure,
                0x30 => Origin::KeyPressure,
                0x40 => Origin::First,
                0x50 => Origin::Second,
                _ => return None,
            };
            PartEdit::Reach(origin, Reach::from_gs(digit)?, value)
        }
    })
}

const fn drum_slot(parameter: u8) -> Option<KeySlot> {
    Some(match parameter {
        1 => KeySlot::Coarse,
        2 => KeySlot::Level,
        3 => KeySlot::Group,
        4 => KeySlot::Pan,
        5 => KeySlot::ReverbShare,
        6 => KeySlot::ChorusShare,
        7 => KeySlot::NoteOff,
        8 => KeySlot::NoteOn,
        9 => KeySlot::DelayShare,
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_are_numbered_with_the_drums_first() {
        let channels: Vec<u8> = (0..16).map(channel).collect();
        assert_eq!(
            channels,
            [9, 0, 1, 2, 3, 4, 5, 6, 7, 8, 10, 11, 12, 13, 14, 15]
        );
    }

    #[test]
    fn the_second_digit_of_a_drum_address_is_its_map() {
        let drum = edit(0x41, 0x12, 38, &[100]);
        let expected = Edit::Drum {
            map: 2,
            key: 38,
            slot: KeySlot::Level,
            value: 100,
        };
        assert_eq!(drum, Some(expected));
        assert_eq!(edit(0x41, 0x1C, 38, &[100]), None);
    }

    #[test]
    fn values_of_two_bytes_need_both() {
        assert_eq!(edit(0x40, 0x11, 0x2A, &[0x40]), None);
        assert!(edit(0x40, 0x11, 0x2A, &[0x40, 0]).is_some());
        assert_eq!(edit(0x40, 0x00, 0x00, &[0, 4, 0]), None);
    }
}

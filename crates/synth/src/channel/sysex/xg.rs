//! Addresses of XG that set something for the system, a part or a drum.
//!
//! Source: \[XG\] system, multi part, drum setup.

use crate::channel::PartEdit;
use crate::channel::controllers::number;
use crate::channel::keys::KeySlot;
use crate::channel::settings::Assign;

use super::{Edit, SystemEdit, nibbles, two_octaves};

/// What one byte of data sets.
///
/// - `data`: from that byte on
pub(super) fn edit(high: u8, middle: u8, low: u8, data: &[u8]) -> Option<Edit> {
    let &value = data.first()?;
    match (high, middle) {
        (0x00, 0x00) => system(low, value, data).map(Edit::System),
        (0x08, part @ 0x00..=0x0F) if low == 0x04 => Some(Edit::Listens {
            part,
            channel: value,
        }),
        (0x08, channel @ 0x00..=0x0F) => Some(Edit::Part {
            channel,
            edit: part_edit(low, value)?,
        }),
        (0x30..=0x3F, key) => Some(Edit::Drum {
            map: (high & 0x0F) + 1,
            key,
            slot: drum_slot(low)?,
            value,
        }),
        _ => None,
    }
}

fn system(low: u8, value: u8, data: &[u8]) -> Option<SystemEdit> {
    Some(match low {
        0x00 => SystemEdit::FineTuning(nibbles(data)?),
        0x04 => SystemEdit::Volume(u16::from(value) << 7),
        0x06 => SystemEdit::KeyShift(two_octaves(value)),
        _ => return None,
    })
}

fn part_edit(low: u8, value: u8) -> Option<PartEdit> {
    Some(match low {
        0x01 => PartEdit::Controller(number::BANK_MSB, value),
        0x02 => PartEdit::Controller(number::BANK_LSB, value),
        0x03 => PartEdit::Program(value),
        0x05 => PartEdit::Mono(value == 0),
        0x06 => PartEdit::Assign(match value {
            0 => Assign::Single,
            1 => Assign::Full,
            _ => Assign::Bank,
        }),
        // 1 is a kit without a setup, from 2 on they have one.
        0x07 => PartEdit::Drums(if value > 1 { value - 1 } else { value }),
        0x08 => PartEdit::KeyShift(two_octaves(value)),
        0x0B => PartEdit::Controller(number::VOLUME, value),
        0x0C => PartEdit::VelocityDepth(value),
        0x0D => PartEdit::VelocityOffset(value),
        0x0E => PartEdit::Pan(value),
        0x0F => PartEdit::LowestKey(value),
        0x10 => PartEdit::HighestKey(value),
        0x12 => PartEdit::Controller(number::CHORUS, value),
        0x13 => PartEdit::Controller(number::REVERB, value),
        0x14 => PartEdit::Controller(number::DELAY, value),
        0x15 => PartEdit::Controller(number::VIBRATO_RATE, value),
        0x16 => PartEdit::Controller(number::VIBRATO_DEPTH, value),
        0x17 => PartEdit::Controller(number::VIBRATO_DELAY, value),
        0x18 => PartEdit::Controller(number::CUTOFF, value),
        0x19 => PartEdit::Controller(number::RESONANCE, value),
        0x1A => PartEdit::Controller(number::ATTACK, value),
        0x1B => PartEdit::Controller(number::DECAY, value),
        0x1C => PartEdit::Controller(number::RELEASE, value),
        0x23 => PartEdit::BendRange(value.saturating_sub(64).min(24)),
        0x41..=0x4C => PartEdit::Scale(low - 0x41, f64::from(value) - 64.0),
        0x67 => PartEdit::Controller(number::PORTAMENTO, if value == 0 { 0 } else { 127 }),
        0x68 => PartEdit::Controller(number::PORTAMENTO_TIME, value),
        _ => return None,
    })
}

const fn drum_slot(low: u8) -> Option<KeySlot> {
    Some(match low {
        0x00 => KeySlot::Coarse,
        0x01 => KeySlot::Fine,
        0x02 => KeySlot::Level,
        0x03 => KeySlot::Group,
        0x04 => KeySlot::Pan,
        0x05 => KeySlot::ReverbShare,
        0x06 => KeySlot::ChorusShare,
        0x07 => KeySlot::DelayShare,
        0x09 => KeySlot::NoteOff,
        0x0A => KeySlot::NoteOn,
        0x0B => KeySlot::Cutoff,
        0x0C => KeySlot::Resonance,
        0x0D => KeySlot::Attack,
        0x0E => KeySlot::Decay,
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn drum_setups_count_from_the_second_part_mode() {
        let map = |mode| match edit(0x08, 3, 0x07, &[mode]) {
            Some(Edit::Part {
                channel: 3,
                edit: PartEdit::Drums(map),
            }) => map,
            other => panic!("{other:?}"),
        };
        assert_eq!([0, 1, 2, 3].map(map), [0, 1, 1, 2]);
        let drum = edit(0x31, 38, 0x02, &[90]);
        assert!(matches!(
            drum,
            Some(Edit::Drum {
                map: 2,
                key: 38,
                ..
            })
        ));
    }

    #[test]
    fn what_has_no_meaning_here_is_not_understood() {
        assert_eq!(edit(0x08, 0x10, 0x0B, &[1]), None);
        assert_eq!(edit(0x08, 0x00, 0x7F, &[1]), None);
        assert_eq!(edit(0x30, 38, 0x08, &[1]), None);
        assert_eq!(edit(0x70, 0, 0, &[1]), None);
    }
}

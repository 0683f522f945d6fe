//! Parameters that are not registered: what makers have given numbers to.
//!
//! Parameters of a part's sound are the sound controllers under other numbers, so that one sets
//! what the other has set.
//! Source: \[GS\] and \[XG\] NRPN; \[SF2\] 9.6 NRPN; \[AWE\] NRPN.

use super::Channel;
use super::controllers::number;
use super::keys::KeySlot;

/// Upper byte of a part's sound.
const SOUND: u8 = 1;

/// Upper byte of the format's generators.
const SOUND_FONT: u8 = 120;

/// Upper byte of the AWE32.
const AWE: u8 = 127;

/// The sound controller behind a lower byte under [`SOUND`].
const fn sound_controller(lsb: u8) -> Option<u8> {
    Some(match lsb {
        0x08 => number::VIBRATO_RATE,
        0x09 => number::VIBRATO_DEPTH,
        0x0A => number::VIBRATO_DELAY,
        0x20 => number::CUTOFF,
        0x21 => number::RESONANCE,
        0x63 => number::ATTACK,
        0x64 => number::DECAY,
        0x66 => number::RELEASE,
        _ => return None,
    })
}

/// What an upper byte sets for the drum of the lower byte.
const fn drum_slot(msb: u8) -> Option<KeySlot> {
    Some(match msb {
        0x14 => KeySlot::Cutoff,
        0x15 => KeySlot::Resonance,
        0x16 => KeySlot::Attack,
        0x17 => KeySlot::Decay,
        0x18 => KeySlot::Coarse,
        0x19 => KeySlot::Fine,
        0x1A => KeySlot::Level,
        0x1C => KeySlot::Pan,
        0x1D => KeySlot::ReverbShare,
        0x1E => KeySlot::ChorusShare,
        0x1F => KeySlot::DelayShare,
        _ => return None,
    })
}

impl Channel {
    /// Follows the selection of a generator, which adds to itself.
    pub(super) const fn select_generator(&mut self, controller: u8, value: u8) {
        match (controller, self.controls.parameters.non_registered()) {
            (number::NRPN_MSB, Some((SOUND_FONT, _))) => self.generators.begin(),
            (number::NRPN_LSB, Some((SOUND_FONT, _))) => self.generators.select(value),
            _ => {}
        }
    }

    /// Takes data for a parameter that is not registered; false if nobody knows it.
    ///
    /// - `coarse`, `fine`: the bytes of the data
    pub(super) fn non_registered(&mut self, msb: u8, lsb: u8, coarse: u8, fine: u8) -> bool {
        let value = u16::from(coarse) << 7 | u16::from(fine);
        match msb {
            SOUND => {
                let Some(controller) = sound_controller(lsb) else {
                    return false;
                };
                self.controls.set(controller, coarse);
            }
            SOUND_FONT => self.generators.move_selected(value),
            AWE => return self.generators.set_awe(lsb, value),
            msb => {
                let Some(slot) = drum_slot(msb) else {
                    return false;
                };
                self.keys.set(lsb, slot, coarse);
            }
        }
        true
    }
}

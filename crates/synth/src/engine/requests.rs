//! System exclusive messages at work.
//!
//! Source: \[MIDI1\] universal messages; \[GM2\]; \[GS\]; \[XG\]; \[MTS\].

use crate::channel::Channel;
use crate::channel::controllers::number;
use crate::channel::destinations::{Origin, Reach};
use crate::channel::keys::KeySlot;
use crate::channel::sysex::{Edit, Parsed, Request, SystemEdit, key_and_frequency, parse};
use crate::channel::tunings::{Frequency, TuningName};
use crate::effects;

use super::messages::parts;
use super::{Engine, part_index};

/// What a controller of one drum sets.
///
/// # Source
/// \[GM2\] key-based instrument control.
const fn drum_slot(controller: u8) -> Option<KeySlot> {
    Some(match controller {
        number::VOLUME => KeySlot::Gain,
        number::PAN => KeySlot::PlainPan,
        number::RESONANCE => KeySlot::Resonance,
        number::RELEASE => KeySlot::Release,
        number::ATTACK => KeySlot::Attack,
        number::CUTOFF => KeySlot::Cutoff,
        number::DECAY => KeySlot::Decay,
        number::VIBRATO_RATE => KeySlot::VibratoRate,
        number::VIBRATO_DEPTH => KeySlot::VibratoDepth,
        number::VIBRATO_DELAY => KeySlot::VibratoDelay,
        number::REVERB => KeySlot::Reverb,
        number::CHORUS => KeySlot::Chorus,
        _ => return None,
    })
}

/// Sets pairs of what an origin reaches, and how far.
fn reach(channel: &mut Channel, origin: Origin, pairs: &[u8]) {
    let (pairs, _) = pairs.as_chunks::<2>();
    for &[parameter, amount] in pairs {
        match (origin, Reach::from_gm2(parameter)) {
            (Origin::Modulation, Some(Reach::Vibrato)) => {
                let cents = 600.0 * f64::from(amount) / 127.0;
                channel.controls.parameters.route_wheel(cents);
            }
            (origin, Some(reach)) => channel.destinations.set(origin, reach, amount),
            (_, None) => {}
        }
    }
    channel.touch();
}

impl Engine {
    /// True if the message was understood.
    pub(super) fn system_exclusive(&mut self, group_index: u16, bytes: &[u8]) -> bool {
        if let Some(message) = effects::sysex::Message::read(bytes) {
            self.obey_effects(&message);
            return true;
        }
        let Some(Parsed {
            request,
            checksum_is_right,
        }) = parse(bytes)
        else {
            return false;
        };
        if !checksum_is_right {
            self.stats.bad_checksums = self.stats.bad_checksums.saturating_add(1);
        }
        self.obey(group_index, request)
    }

    /// True if there was somebody and something to obey.
    fn obey(&mut self, group_index: u16, request: Request<'_>) -> bool {
        match request {
            Request::Nothing => {}
            Request::Reset(mode) => self.reset_device(group_index, mode),
            Request::System(edit) => self.edit_system(group_index, edit),
            Request::Block(block) => {
                for edit in block.edits() {
                    self.edit(group_index, edit);
                }
            }
            Request::Pressed { channel, pairs } => {
                self.each_listener(group_index, channel, |part| {
                    reach(part, Origin::ChannelPressure, pairs);
                });
            }
            Request::KeyPressed { channel, pairs } => {
                self.each_listener(group_index, channel, |part| {
                    reach(part, Origin::KeyPressure, pairs);
                });
            }
            Request::Controlled {
                channel,
                controller,
                pairs,
            } => self.each_listener(group_index, channel, |part| {
                let origin = part.destinations.origin_of(controller);
                reach(part, origin, pairs);
            }),
            Request::Drum {
                channel,
                key,
                pairs,
            } => self.each_listener(group_index, channel, |part| {
                let (pairs, _) = pairs.as_chunks::<2>();
                for &[controller, value] in pairs {
                    if let Some(slot) = drum_slot(controller) {
                        part.keys.set(key, slot, value);
                    }
                }
                part.touch();
            }),
            Request::Identity => self.reply_identity(group_index),
            request => return self.obey_tuning(group_index, request),
        }
        true
    }

    /// The same of the messages about tuning; false too if there is no place for one.
    fn obey_tuning(&mut self, group_index: u16, request: Request<'_>) -> bool {
        let named = |bank, program| TuningName {
            group_index,
            bank,
            program,
        };
        match request {
            Request::AllKeys {
                bank,
                program,
                frequencies,
            } => {
                let keys = (0..128).zip(frequencies);
                return keys.map(|(key, bytes)| (key, Frequency(*bytes))).all(
                    |(key, frequency)| self.tunings.set(named(bank, program), key, frequency),
                );
            }
            Request::SomeKeys {
                bank,
                program,
                keys,
                is_real_time,
            } => {
                let has_place = keys
                    .iter()
                    .map(|row| key_and_frequency(*row))
                    .all(|(key, frequency)| self.tunings.set(named(bank, program), key, frequency));
                if is_real_time {
                    self.retune(group_index);
                }
                return has_place;
            }
            Request::Scale {
                channels,
                cents,
                is_real_time,
            } => {
                for channel in (0..16).filter(|channel| channels & (1 << channel) != 0) {
                    self.each_listener(group_index, channel, |part| {
                        part.settings.scale = cents;
                        if is_real_time {
                            part.retune();
                        }
                    });
                }
            }
            Request::TuningWanted { bank, program } => self.reply_tuning(named(bank, program)),
            _ => return false,
        }
        true
    }

    fn edit(&mut self, group_index: u16, edit: Edit) {
        match edit {
            Edit::System(edit) => self.edit_system(group_index, edit),
            Edit::Part { channel, edit } => {
                let Some(part) = part_index(group_index, channel) else {
                    return;
                };
                if let Some(state) = self.channels.get_mut(usize::from(part)) {
                    let effect = state.edit(edit);
                    self.obey_effect(part, effect);
                }
            }
            Edit::Listens { part, channel } => {
                if let Some(device) = self.devices.get_mut(usize::from(group_index)) {
                    device.listen(part, channel);
                }
            }
            Edit::Drum {
                map,
                key,
                slot,
                value,
            } => self.each_part(group_index, |part| {
                if part.plays_drums() && part.settings.drum_map == map {
                    part.keys.set(key, slot, value);
                    part.touch();
                }
            }),
        }
    }

    fn edit_system(&mut self, group_index: u16, edit: SystemEdit) {
        let ticks = self.glide_ticks();
        let Some(device) = self.devices.get_mut(usize::from(group_index)) else {
            return;
        };
        match edit {
            SystemEdit::Volume(volume) => device.set_volume(volume, ticks),
            SystemEdit::Balance(balance) => device.set_balance(balance, ticks),
            SystemEdit::FineTuning(cents) => {
                device.fine_cents = cents;
                self.retune(group_index);
            }
            SystemEdit::KeyShift(semitones) => device.key_shift = semitones,
        }
    }

    /// Sounding notes of a group take the tunings that hold now.
    fn retune(&mut self, group_index: u16) {
        self.each_part(group_index, Channel::retune);
    }

    fn each_part(&mut self, group_index: u16, mut act: impl FnMut(&mut Channel)) {
        for part in parts(group_index) {
            if let Some(part) = self.channels.get_mut(usize::from(part)) {
                act(part);
            }
        }
    }

    /// All parts that listen to a channel.
    fn each_listener(&mut self, group_index: u16, channel: u8, mut act: impl FnMut(&mut Channel)) {
        let Some(device) = self.devices.get(usize::from(group_index)) else {
            return;
        };
        for number in device.listeners(channel) {
            if let Some(part) = part_index(group_index, number)
                .and_then(|part| self.channels.get_mut(usize::from(part)))
            {
                act(part);
            }
        }
    }
}

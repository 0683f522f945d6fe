//! Messages: whom they address, and what each asks.
//!
//! Source: \[MIDI1\].

use crate::channel::sysex::{Mode, Parsed, Request, parse};
use crate::channel::{CHANNELS_PER_GROUP, Effect};
use crate::effects;
use crate::polyphony::Moment;

use super::{Engine, part_index};

/// A channel message, its data bytes checked.
enum ChannelMessage {
    NoteOff { key: u8 },
    NoteOn { key: u8, velocity: u8 },
    KeyPressure { key: u8, value: u8 },
    Control { controller: u8, value: u8 },
    Program(u8),
    ChannelPressure(u8),
    Wheel(u16),
}

impl ChannelMessage {
    /// Channel (`0..=15`) and meaning; `None` if it is not exactly one whole message.
    fn read(bytes: &[u8]) -> Option<(u8, Self)> {
        let (&status, data) = bytes.split_first()?;
        if data.iter().any(|byte| byte & 0x80 != 0) {
            return None;
        }
        let message = match (status & 0xF0, data) {
            (0x80, &[key, _]) | (0x90, &[key, 0]) => Self::NoteOff { key },
            (0x90, &[key, velocity]) => Self::NoteOn { key, velocity },
            (0xA0, &[key, value]) => Self::KeyPressure { key, value },
            (0xB0, &[controller, value]) => Self::Control { controller, value },
            (0xC0, &[program]) => Self::Program(program),
            (0xD0, &[value]) => Self::ChannelPressure(value),
            (0xE0, &[lsb, msb]) => Self::Wheel(u16::from(msb) << 7 | u16::from(lsb)),
            _ => return None,
        };
        Some((status & 0x0F, message))
    }
}

impl Engine {
    /// Takes one complete MIDI message, now.
    ///
    /// Notes start and end at exactly the frame that is rendered next; controllers act from the
    /// next control tick on and are reached at its end.
    ///
    /// - `group`: 0 addresses all groups in order, `1..` one of them; one that is not answered to
    ///   is counted as unknown
    /// - `bytes`: a channel message, a system exclusive message from `F0` to `F7`, or a system
    ///   message; anything else is counted as unknown
    ///
    /// # Real-time
    /// Render. Bounded by the number of voices and the length of the message.
    pub fn message(&mut self, group: u16, bytes: &[u8]) {
        self.stats.messages = self.stats.messages.saturating_add(1);
        let groups = self.channel_groups;
        let (first, last) = match group {
            0 => (0, groups),
            group => (group - 1, group.min(groups)),
        };
        let mut is_known = first < last;
        for group_index in first..last {
            is_known &= match bytes {
                [0xF0, ..] => self.system_exclusive(group_index, bytes),
                [0xFF] => {
                    self.reset_device(group_index, Mode::Dls);
                    true
                }
                // Time code, song position and select, tune request, clock, start, stop, sensing.
                [0xF1..=0xF6, ..] | [0xF8..=0xFE] => true,
                _ => self.channel_message(group_index, bytes),
            };
        }
        if !is_known {
            self.stats.unknown = self.stats.unknown.saturating_add(1);
        }
        self.aim_bent();
    }

    /// Points the voices to which something happened, unless the next tick does it anyway.
    pub(super) fn aim_bent(&mut self) {
        let moment = Moment::at(self.position);
        if moment.offset != 0 && self.polyphony.is_bent() {
            self.aim(moment);
        }
    }

    /// True if the message was understood.
    fn channel_message(&mut self, group_index: u16, bytes: &[u8]) -> bool {
        let Some((channel, message)) = ChannelMessage::read(bytes) else {
            return false;
        };
        let Some(part) = part_index(group_index, channel) else {
            return false;
        };
        let Some(state) = self.channels.get_mut(usize::from(part)) else {
            return false;
        };
        match message {
            ChannelMessage::NoteOff { key } => self.note_off(part, key),
            ChannelMessage::NoteOn { key, velocity } => self.note_on(part, key, velocity),
            ChannelMessage::KeyPressure { key, value } => {
                state.controls.set_key_pressure(key, value);
                state.touch();
            }
            ChannelMessage::ChannelPressure(value) => {
                state.controls.channel_pressure = value;
                state.touch();
            }
            ChannelMessage::Wheel(value) => {
                state.controls.wheel = value;
                state.touch();
            }
            ChannelMessage::Program(program) => state.program_change(program),
            ChannelMessage::Control { controller, value } => {
                match state.control_change(controller, value) {
                    Effect::None => {}
                    Effect::SoundOff => self.sound_off(|tag| tag.part == part),
                    Effect::NotesOff => self.notes_off(part),
                    Effect::SostenutoDown => self.capture_sostenuto(part),
                    Effect::SustainUp => self.release_held(part),
                    Effect::SostenutoUp | Effect::PedalsUp => {
                        self.drop_sostenuto(part);
                        self.release_held(part);
                    }
                }
            }
        }
        true
    }

    /// True if the message was understood.
    fn system_exclusive(&mut self, group_index: u16, bytes: &[u8]) -> bool {
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
        match request {
            Request::Nothing => {}
            Request::Reset(mode) => self.reset_device(group_index, mode),
            Request::MasterVolume(volume) => {
                let ticks = self.glide_ticks();
                if let Some(glide) = self.volumes.get_mut(usize::from(group_index)) {
                    glide.head_for(volume_gain(volume), ticks);
                }
            }
            Request::RhythmPart { channel, drums } => {
                if let Some(state) = part_index(group_index, channel)
                    .and_then(|part| self.channels.get_mut(usize::from(part)))
                {
                    state.set_drums(drums);
                }
            }
        }
        true
    }

    /// A system reset: one group's power-on state, and that of the effects it shares.
    fn reset_device(&mut self, group_index: u16, mode: Mode) {
        self.reset_group(group_index, mode);
        if let Some(effects) = &mut self.effects {
            effects.reset_parameters();
        }
    }

    /// Power-on state of one group under new rules; its voices fade.
    pub(super) fn reset_group(&mut self, group_index: u16, mode: Mode) {
        let Some(first) = part_index(group_index, 0) else {
            return;
        };
        let parts = first..first.saturating_add(CHANNELS_PER_GROUP);
        self.sound_off(|tag| parts.contains(&tag.part));
        for part in parts.clone() {
            if let Some(channel) = self.channels.get_mut(usize::from(part)) {
                channel.reset(mode);
            }
        }
        let ticks = self.glide_ticks();
        if let Some(volume) = self.volumes.get_mut(usize::from(group_index)) {
            volume.head_for(1.0, ticks);
        }
    }
}

/// Amplitude of a 14-bit master volume: 40 log10 of its part of the maximum, in dB.
///
/// # Source
/// General MIDI: the curve of controller 7, counted by the upper byte.
fn volume_gain(volume: u16) -> f32 {
    let part = (f32::from(volume) / (127.0 * 128.0)).min(1.0);
    part * part
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn half_the_master_volume_is_twelve_decibels_down() {
        let level_db = 20.0 * libm::log10(f64::from(volume_gain(0x40 << 7)));
        assert!((level_db + 11.905).abs() < 0.001);
        assert!((volume_gain(0x3FFF) - 1.0).abs() < 1e-9);
    }

    #[test]
    fn only_whole_messages_are_read() {
        assert!(ChannelMessage::read(&[0x90, 60, 100]).is_some());
        assert!(ChannelMessage::read(&[0x90, 60]).is_none());
        assert!(ChannelMessage::read(&[0x90, 60, 100, 1]).is_none());
        assert!(ChannelMessage::read(&[0x90, 60, 0x80]).is_none());
        assert!(ChannelMessage::read(&[60, 100]).is_none());
        assert!(ChannelMessage::read(&[]).is_none());
    }
}

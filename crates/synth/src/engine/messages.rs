//! Messages: whom they address, and what each asks.
//!
//! Source: \[MIDI1\].

use crate::channel::sysex::Mode;
use crate::channel::{CHANNELS_PER_GROUP, Effect};
use crate::polyphony::Moment;

use super::{Engine, part_index};

/// A channel message, its data bytes checked.
pub(super) enum ChannelMessage {
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
        let is_known = match group.checked_sub(1) {
            Some(group_index) if group_index < self.channel_groups => {
                self.group_message(group_index, bytes)
            }
            Some(_) => false,
            None => {
                let mut is_known = true;
                for group_index in 0..self.channel_groups {
                    is_known &= self.group_message(group_index, bytes);
                }
                is_known
            }
        };
        if !is_known {
            self.stats.unknown = self.stats.unknown.saturating_add(1);
        }
        self.aim_bent();
    }

    /// Points the voices to which something happened, unless the next tick does it anyway.
    pub(super) fn aim_bent(&mut self) {
        if !self.polyphony.is_bent() {
            return;
        }
        let moment = Moment::at(self.position);
        if moment.offset != 0 {
            self.aim(moment);
        }
    }

    /// True if the message was understood.
    #[inline(never)]
    fn group_message(&mut self, group_index: u16, bytes: &[u8]) -> bool {
        match bytes {
            [0xF0..=0xFF, ..] => self.system_message(group_index, bytes),
            _ => self.channel_message(group_index, bytes),
        }
    }

    /// True if the message was understood. Apart, so that channel messages do not carry its weight.
    #[inline(never)]
    fn system_message(&mut self, group_index: u16, bytes: &[u8]) -> bool {
        match bytes {
            [0xF0, ..] => self.system_exclusive(group_index, bytes),
            [0xFF] => {
                self.reset_device(group_index, Mode::Dls);
                true
            }
            // Time code, song position and select, tune request, clock, start, stop, sensing.
            [0xF1..=0xF6, ..] | [0xF8..=0xFE] => true,
            _ => false,
        }
    }

    /// True if the message was understood.
    fn channel_message(&mut self, group_index: u16, bytes: &[u8]) -> bool {
        let Some((channel, message)) = ChannelMessage::read(bytes) else {
            return false;
        };
        let Some(device) = self.devices.get(usize::from(group_index)) else {
            return false;
        };
        let device_manages = device.zones.members_of(channel).is_some();
        let mut is_known = true;
        for number in device.listeners(channel) {
            if let Some(part) = part_index(group_index, number) {
                is_known &= self.part_message(part, &message);
            }
        }
        if device_manages {
            self.spread(group_index, channel, &message);
        }
        is_known
    }

    /// True if the message was understood.
    pub(super) fn part_message(&mut self, part: u8, message: &ChannelMessage) -> bool {
        let Some(state) = self.channels.get_mut(usize::from(part)) else {
            return false;
        };
        match *message {
            ChannelMessage::NoteOff { key } => self.key_up(part, key),
            ChannelMessage::NoteOn { key, velocity } => self.key_down(part, key, velocity),
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
                return match state.control_change(controller, value) {
                    Effect::None => true,
                    effect => self.obey_effect(part, effect),
                };
            }
        }
        true
    }

    /// Does what a controller asks of sounding notes; false if it was not understood.
    #[inline(never)]
    pub(super) fn obey_effect(&mut self, part: u8, effect: Effect) -> bool {
        match effect {
            Effect::None => {}
            Effect::SoundOff => {
                self.forget_held(part);
                self.sound_off(|tag| tag.part == part);
            }
            Effect::NotesOff => self.notes_off(part),
            Effect::SostenutoDown => self.capture_sostenuto(part),
            Effect::SustainUp => self.release_held(part),
            Effect::SostenutoUp | Effect::PedalsUp => {
                self.drop_sostenuto(part);
                self.release_held(part);
            }
            Effect::Retuned => {
                if let Some(channel) = self.channels.get_mut(usize::from(part)) {
                    channel.retune();
                }
            }
            Effect::BendRange => self.share_bend_range(part),
            Effect::Zone(members) => return self.configure_zone(part, members),
            Effect::Unknown => return false,
        }
        true
    }

    /// The rules that hold instead of those a message asks for.
    const fn rules(&self, asked: Mode) -> Mode {
        match self.mode_lock {
            Some(locked) => locked,
            None => asked,
        }
    }

    /// Holds all groups to one set of rules, or lets messages choose again.
    ///
    /// While it is locked every reset message resets to these rules. A group that plays under
    /// others is reset at once; its voices fade.
    ///
    /// # Real-time
    /// Render. Bounded by the number of voices and channels.
    pub fn lock_mode(&mut self, mode: Option<Mode>) {
        self.mode_lock = mode;
        let Some(mode) = mode else {
            return;
        };
        for group_index in 0..self.config.channel_groups {
            let first = part_index(group_index, 0).and_then(|part| {
                let channel = self.channels.get(usize::from(part))?;
                Some(channel.mode())
            });
            if first.is_some_and(|now| now != mode) {
                self.reset_group(group_index, mode);
            }
        }
        self.aim_bent();
    }

    /// A system reset: one group's power-on state, and that of the effects it shares.
    pub(super) fn reset_device(&mut self, group_index: u16, mode: Mode) {
        self.reset_group(group_index, mode);
        if let Some(effects) = &mut self.effects {
            effects.reset_parameters();
        }
    }

    /// Power-on state of one group under new rules; its voices fade.
    pub(super) fn reset_group(&mut self, group_index: u16, mode: Mode) {
        let mode = self.rules(mode);
        let parts = parts(group_index);
        self.sound_off(|tag| parts.contains(&tag.part));
        for part in parts {
            if let Some(channel) = self.channels.get_mut(usize::from(part)) {
                channel.reset(mode);
            }
        }
        let ticks = self.glide_ticks();
        if let Some(device) = self.devices.get_mut(usize::from(group_index)) {
            device.reset(ticks);
        }
        self.tunings.clear(group_index);
    }
}

/// Indexes of a group's parts; none if there is no such group.
pub(super) fn parts(group_index: u16) -> std::ops::Range<u8> {
    match part_index(group_index, 0) {
        Some(first) => first..first.saturating_add(CHANNELS_PER_GROUP),
        None => 0..0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

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

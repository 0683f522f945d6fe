//! Zones at work: what a manager does to its members.
//!
//! Source: \[MPE\].

use crate::channel::controllers::number;
use crate::channel::zones::{MANAGER_BEND_SEMITONES, MEMBER_BEND_SEMITONES, Members};
use crate::channel::{CHANNELS_PER_GROUP, Channel, Effect};

use super::messages::{ChannelMessage, parts};
use super::{Engine, part_index};

/// Whether a controller of a manager is its members' too.
const fn is_shared(controller: u8) -> bool {
    !matches!(
        controller,
        number::DATA_MSB | number::DATA_LSB | number::PORTAMENTO_CONTROL | number::DATA_UP
            ..=number::RPN_MSB
    )
}

/// Group and channel of a part.
const fn place(part: u8) -> (u16, u8) {
    (
        (part / CHANNELS_PER_GROUP) as u16,
        part % CHANNELS_PER_GROUP,
    )
}

impl Engine {
    /// A manager asks for so many members; false if the channel cannot manage.
    ///
    /// Notes of all channels that join, leave or manage end, and their controllers are reset.
    pub(super) fn configure_zone(&mut self, part: u8, members: u8) -> bool {
        let (group_index, channel) = place(part);
        let Some(device) = self.devices.get_mut(usize::from(group_index)) else {
            return false;
        };
        let before = device.zones;
        if !device.zones.configure(channel, members) {
            return false;
        }
        let after = device.zones;
        for part in parts(group_index) {
            let (_, channel) = place(part);
            let role = |zones: crate::channel::zones::Zones| {
                (
                    zones.members_of(channel).is_some(),
                    zones.manager_of(channel),
                )
            };
            if role(before) == role(after) {
                continue;
            }
            self.obey_effect(part, Effect::NotesOff);
            let Some(state) = self.channels.get_mut(usize::from(part)) else {
                continue;
            };
            let range = if role(after).1.is_some() {
                MEMBER_BEND_SEMITONES
            } else {
                MANAGER_BEND_SEMITONES
            };
            let effect = state.control_change(number::RESET_CONTROLLERS, 0);
            state.controls.parameters.set_bend_range(range);
            state.controls.zone_bend_cents = 0.0;
            state.controls.zone_pressure = 0;
            state.controls.zone_brightness = 64;
            self.obey_effect(part, effect);
        }
        true
    }

    /// Hands a message of a manager to its members.
    #[inline(never)]
    pub(super) fn spread(&mut self, group_index: u16, channel: u8, message: &ChannelMessage) {
        let members = self
            .devices
            .get(usize::from(group_index))
            .and_then(|device| device.zones.members_of(channel));
        let Some(members) = members else {
            return;
        };
        match *message {
            ChannelMessage::Wheel(_) => self.spread_bend(group_index, channel, members),
            ChannelMessage::ChannelPressure(value) => {
                self.each_member(group_index, members, |member| {
                    member.controls.zone_pressure = value;
                });
            }
            ChannelMessage::Control {
                controller: number::CUTOFF,
                value,
            } => self.each_member(group_index, members, |member| {
                member.controls.zone_brightness = value;
            }),
            ChannelMessage::Control {
                controller: number::RESET_CONTROLLERS,
                ..
            } => {
                self.forward(group_index, members, message);
                self.each_member(group_index, members, |member| {
                    member.controls.zone_bend_cents = 0.0;
                    member.controls.zone_pressure = 0;
                });
            }
            ChannelMessage::Control { controller, .. } if is_shared(controller) => {
                self.forward(group_index, members, message);
            }
            ChannelMessage::Program(_) => self.forward(group_index, members, message),
            _ => {}
        }
    }

    fn forward(&mut self, group_index: u16, members: Members, message: &ChannelMessage) {
        for channel in members.first..members.end {
            if let Some(part) = part_index(group_index, channel) {
                self.part_message(part, message);
            }
        }
    }

    fn each_member(
        &mut self,
        group_index: u16,
        members: Members,
        mut act: impl FnMut(&mut Channel),
    ) {
        for channel in members.first..members.end {
            if let Some(member) = part_index(group_index, channel)
                .and_then(|part| self.channels.get_mut(usize::from(part)))
            {
                act(member);
                member.touch();
            }
        }
    }

    /// The wheel of a manager bends its members on top of their own.
    fn spread_bend(&mut self, group_index: u16, manager: u8, members: Members) {
        let cents = part_index(group_index, manager)
            .and_then(|part| self.channels.get(usize::from(part)))
            .map_or(0.0, |manager| manager.controls.bend_cents());
        self.each_member(group_index, members, |member| {
            member.controls.zone_bend_cents = cents;
        });
    }

    /// A bend range is that of all members of a zone; a manager's bends them anew.
    pub(super) fn share_bend_range(&mut self, part: u8) {
        let (group_index, channel) = place(part);
        let (Some(device), Some(state)) = (
            self.devices.get(usize::from(group_index)),
            self.channels.get(usize::from(part)),
        ) else {
            return;
        };
        let parameters = state.controls.parameters;
        if let Some(members) = device.zones.members_of(channel) {
            self.spread_bend(group_index, channel, members);
        } else if let Some(members) = device
            .zones
            .manager_of(channel)
            .and_then(|manager| device.zones.members_of(manager))
        {
            self.each_member(group_index, members, |member| {
                member.controls.parameters.copy_bend_range(&parameters);
            });
        }
    }
}

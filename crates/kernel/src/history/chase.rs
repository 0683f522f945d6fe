//! The chase: folds a stream of messages into the few that set up its last state.
//!
//! In: messages in order. Out: for each group, messages that bring a synthesizer from power-on to
//! where the stream left it. Notes that sound are not among them.
//! Owner: the history's writer, and whoever takes from it. Thread: any; allocates once, at the
//! start. Source: \[MIDI1\] messages; \[WDK\] SYNTHCAPS for the state a group keeps.

use super::channel::ChannelState;
use crate::{
    event::ChannelGroup,
    midi::{Message, SYSEX},
};

/// Channels of a group.
const CHANNELS: usize = 16;
/// Longest exclusive message that is kept, bytes.
const MAX_SYSEX: usize = 16;

/// One exclusive message, or none.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Kept {
    bytes: [u8; MAX_SYSEX],
    len: usize,
}

impl Kept {
    /// Keeps a message in place of the last; one that is too long is passed over.
    fn keep(&mut self, message: &[u8]) {
        if let Some(room) = self.bytes.get_mut(..message.len()) {
            room.copy_from_slice(message);
            self.len = message.len();
        }
    }

    fn message(&self) -> Option<&[u8]> {
        self.bytes.get(..self.len).filter(|bytes| !bytes.is_empty())
    }
}

/// What an exclusive message sets.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Sets {
    /// Everything, to the power-on state of some mode.
    All,
    Volume,
    /// Whether a part plays drums; the number is the slot, not the channel.
    Part(usize),
}

/// What a message sets, of those that are followed.
///
/// # Source
/// \[MIDI1\] universal system exclusive; the manufacturers' published maps of GS and XG.
fn sets(bytes: &[u8]) -> Option<Sets> {
    Some(match bytes {
        [_, 0x7E, _, 0x09, 0x01..=0x03, _]
        | [_, 0x41, _, 0x42, 0x12, 0x40, 0x00, 0x7F, _, _, _]
        | [_, 0x41, _, 0x42, 0x12, 0x00, 0x00, 0x7F, _, _, _]
        | [_, 0x43, 0x10..=0x1F, 0x4C, 0x00, 0x00, 0x7E | 0x7F, _, _] => Sets::All,
        [_, 0x7F, _, 0x04, 0x01, _, _, _]
        | [_, 0x41, _, 0x42, 0x12, 0x40, 0x00, 0x04, _, _, _]
        | [_, 0x43, 0x10..=0x1F, 0x4C, 0x00, 0x00, 0x04, _, _] => Sets::Volume,
        [
            _,
            0x41,
            _,
            0x42,
            0x12,
            0x40,
            part @ 0x10..=0x1F,
            0x15,
            _,
            _,
            _,
        ] => Sets::Part(usize::from(*part & 15)),
        [_, 0x43, 0x10..=0x1F, 0x4C, 0x08, part @ 0..=15, 0x07, _, _] => {
            Sets::Part(usize::from(*part))
        }
        _ => return None,
    })
}

/// What one group was set to.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct GroupState {
    reset: Kept,
    volume: Kept,
    parts: [Kept; CHANNELS],
    channels: [ChannelState; CHANNELS],
}

impl GroupState {
    fn fold(&mut self, bytes: &[u8]) {
        let Some(&status) = bytes.first() else { return };
        if status == SYSEX {
            match sets(bytes) {
                Some(Sets::All) => {
                    *self = Self::default();
                    self.reset.keep(bytes);
                }
                Some(Sets::Volume) => self.volume.keep(bytes),
                Some(Sets::Part(part)) => {
                    if let Some(kept) = self.parts.get_mut(part) {
                        kept.keep(bytes);
                    }
                }
                None => {}
            }
        } else if let Some(channel) = self.channels.get_mut(usize::from(status & 15)) {
            // The status of a system message is none that a channel follows.
            channel.fold(bytes);
        }
    }
}

/// The state of some groups of sixteen channels.
///
/// ```
/// use dmus_kernel::{ChannelGroup, history::Chase};
/// let mut chase = Chase::new(1);
/// for value in 0..100 {
///     chase.fold(ChannelGroup::FIRST, &[0xB0, 7, value]);
/// }
/// let mut messages = Vec::new();
/// chase.messages(ChannelGroup::FIRST, &mut |bytes| messages.push(bytes.to_vec()));
/// assert_eq!(messages, [[0xB0, 7, 99]]);
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Chase {
    groups: Box<[GroupState]>,
}

impl Chase {
    /// Most bytes the messages of one group have together.
    pub const MAX_GROUP_BYTES: usize =
        MAX_SYSEX * (2 + CHANNELS) + ChannelState::MAX_BYTES * CHANNELS;

    /// The power-on state of `channel_groups` groups.
    ///
    /// # Real-time
    /// Not real-time: allocates.
    #[must_use]
    pub fn new(channel_groups: u16) -> Self {
        Self {
            groups: (0..channel_groups).map(|_| GroupState::default()).collect(),
        }
    }

    /// Groups there are.
    #[must_use]
    pub fn channel_groups(&self) -> u16 {
        u16::try_from(self.groups.len()).unwrap_or(u16::MAX)
    }

    /// Takes note of one whole message; one for a group that is not there is passed over.
    ///
    /// # Real-time
    /// Any thread. Bounded: O(1), for a broadcast O(groups), whatever the length of the message.
    pub fn fold(&mut self, group: ChannelGroup, bytes: &[u8]) {
        match group.index() {
            None => self.groups.iter_mut().for_each(|group| group.fold(bytes)),
            Some(index) => {
                if let Some(group) = self.groups.get_mut(usize::from(index)) {
                    group.fold(bytes);
                }
            }
        }
    }

    /// Puts the state of one group in place of what was known of it: power-on, then the messages
    /// of `run`, one after another without a gap.
    pub(super) fn restore(&mut self, group: ChannelGroup, run: &[u8]) {
        let index = group.index().map(usize::from);
        let Some(state) = index.and_then(|index| self.groups.get_mut(index)) else {
            return;
        };
        *state = GroupState::default();
        let mut rest = run;
        while let Some((message, after)) = Message::split_first(rest) {
            state.fold(message.bytes());
            rest = after;
        }
    }

    /// Gives out the messages that set up one group, system ones first; none for a broadcast.
    ///
    /// # Real-time
    /// Any thread. Bounded: by [`MAX_GROUP_BYTES`](Self::MAX_GROUP_BYTES).
    pub fn messages(&self, group: ChannelGroup, out: &mut dyn FnMut(&[u8])) {
        let index = group.index().map(usize::from);
        let Some(state) = index.and_then(|index| self.groups.get(index)) else {
            return;
        };
        let system = [&state.reset, &state.volume].into_iter();
        for kept in system.chain(&state.parts) {
            if let Some(message) = kept.message() {
                out(message);
            }
        }
        for (channel, state) in (0..).zip(&state.channels) {
            state.messages(channel, out);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const GROUP: ChannelGroup = ChannelGroup::FIRST;

    /// Folds messages into one group and checks what sets it up.
    fn check(stream: &[&[u8]], expected: &[&[u8]]) {
        let mut chase = Chase::new(1);
        for bytes in stream {
            chase.fold(GROUP, bytes);
        }
        let mut found: Vec<Vec<u8>> = Vec::new();
        chase.messages(GROUP, &mut |bytes| found.push(bytes.to_vec()));
        assert_eq!(found, expected);
    }

    #[test]
    fn a_program_has_the_bank_that_was_selected_when_it_came() {
        check(
            &[&[0xB2, 0, 5], &[0xC2, 9], &[0xB2, 0, 6], &[0xB2, 32, 1]],
            &[&[0xB2, 0, 5], &[0xC2, 9], &[0xB2, 0, 6], &[0xB2, 32, 1]],
        );
        check(
            &[&[0xB2, 0, 5], &[0xB2, 32, 1], &[0xC2, 9]],
            &[&[0xB2, 0, 5], &[0xB2, 32, 1], &[0xC2, 9]],
        );
    }

    #[test]
    fn a_reset_forgets_what_its_group_was_set_to() {
        let gm = [0xF0, 0x7E, 0x7F, 9, 1, 0xF7];
        let volume = [0xF0, 0x7F, 0x7F, 4, 1, 0, 64, 0xF7];
        check(
            &[&[0xB0, 7, 1], &volume, &gm, &[0xB0, 10, 2]],
            &[&gm, &[0xB0, 10, 2]],
        );
        check(&[&gm, &volume], &[&gm, &volume]);
    }

    #[test]
    fn registered_parameters_come_with_their_selection() {
        let select = |lsb: u8| [[0xB0, 101, 0], [0xB0, 100, lsb]];
        let [msb, lsb] = select(0);
        // Twelve semitones, a cent more, then nothing selected.
        let enter: [&[u8]; 6] = [
            &msb,
            &lsb,
            &[0xB0, 6, 12],
            &[0xB0, 96, 0],
            &[0xB0, 101, 127],
            &[0xB0, 100, 127],
        ];
        check(
            &enter,
            &[
                &msb,
                &lsb,
                &[0xB0, 6, 12],
                &[0xB0, 38, 1],
                &[0xB0, 101, 127],
                &[0xB0, 100, 127],
            ],
        );
    }

    #[test]
    fn data_entry_without_a_followed_parameter_changes_nothing() {
        check(&[&[0xB0, 6, 12], &[0xB0, 38, 1]], &[]);
        check(
            &[&[0xB0, 99, 1], &[0xB0, 98, 8], &[0xB0, 6, 12]],
            &[&[0xB0, 99, 1], &[0xB0, 98, 8]],
        );
    }

    #[test]
    fn controller_121_resets_what_the_recommendation_says() {
        check(
            &[
                &[0xB0, 1, 5],
                &[0xB0, 7, 6],
                &[0xB0, 64, 127],
                &[0xE0, 1, 1],
                &[0xD0, 9],
                &[0xB0, 121, 0],
            ],
            &[
                &[0xB0, 1, 0],
                &[0xB0, 7, 6],
                &[0xB0, 64, 0],
                &[0xE0, 0, 64],
                &[0xD0, 0],
            ],
        );
    }

    #[test]
    fn notes_leave_nothing() {
        check(
            &[&[0x90, 60, 1], &[0xA0, 60, 5], &[0xF8], &[0xB0, 123, 0]],
            &[],
        );
    }

    #[test]
    fn a_broadcast_is_for_every_group() {
        let mut chase = Chase::new(3);
        chase.fold(ChannelGroup::BROADCAST, &[0xD0, 1]);
        for group in 1..=3 {
            let mut count = 0;
            chase.messages(ChannelGroup::new(group), &mut |_| count += 1);
            assert_eq!(count, 1);
        }
        chase.messages(ChannelGroup::BROADCAST, &mut |_| unreachable!());
        chase.messages(ChannelGroup::new(4), &mut |_| unreachable!());
    }

    #[test]
    fn what_is_restored_takes_the_place_of_all_that_was_known() {
        let mut chase = Chase::new(1);
        chase.fold(GROUP, &[0xB0, 0, 5]);
        chase.fold(GROUP, &[0xE3, 1, 1]);
        let run = [[0xC0, 9, 0xB0].as_slice(), &[0, 5]].concat();
        chase.restore(GROUP, &run);
        let mut found: Vec<Vec<u8>> = Vec::new();
        chase.messages(GROUP, &mut |bytes| found.push(bytes.to_vec()));
        assert_eq!(found, [vec![0xC0, 9], vec![0xB0, 0, 5]]);
    }

    #[test]
    fn the_fullest_state_is_as_long_as_is_said() {
        let mut chase = Chase::new(1);
        let gs = |part: u8| [0xF0, 0x41, 16, 0x42, 0x12, 0x40, part, 0x15, 1, 0, 0xF7];
        chase.fold(
            GROUP,
            &[0xF0, 0x41, 16, 0x42, 0x12, 0x40, 0, 0x7F, 0, 0x41, 0xF7],
        );
        chase.fold(GROUP, &[0xF0, 0x7F, 0x7F, 4, 1, 0, 64, 0xF7]);
        for channel in 0..16 {
            chase.fold(GROUP, &gs(0x10 + channel));
            chase.fold(GROUP, &[0xB0 | channel, 0, 1]);
            chase.fold(GROUP, &[0xB0 | channel, 32, 1]);
            chase.fold(GROUP, &[0xC0 | channel, 1]);
            for parameter in 0..3 {
                for (controller, value) in [(101, 0), (100, parameter), (6, 3), (38, 4)] {
                    chase.fold(GROUP, &[0xB0 | channel, controller, value]);
                }
            }
            for controller in (0..120).chain([126]) {
                chase.fold(GROUP, &[0xB0 | channel, controller, 2]);
            }
            chase.fold(GROUP, &[0xE0 | channel, 1, 1]);
            chase.fold(GROUP, &[0xD0 | channel, 1]);
        }
        let mut bytes = 0;
        chase.messages(GROUP, &mut |message| bytes += message.len());
        assert!(bytes <= Chase::MAX_GROUP_BYTES);
        // Eight controllers of the 120 are never kept as such, and three exclusive messages are
        // shorter than the room for them.
        assert!(bytes > Chase::MAX_GROUP_BYTES * 9 / 10, "{bytes}");
    }
}

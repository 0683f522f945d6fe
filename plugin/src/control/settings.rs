//! What properties were set to, carried from one render side to the next.
//!
//! In: the properties that go. Out: the properties that come. Owner: the control side.
//! Thread: any but render.

use dmus_kernel::miniport::VoicePriority;
use dmus_kernel::property::PropertyControl;

/// Channels of a group.
const CHANNELS: u32 = 16;

/// Everything a client may have set.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Settings {
    channel_groups: Option<u16>,
    volume: i32,
    boost: i32,
    /// Group, channel and priority of those that were set.
    priorities: Vec<(u32, u32, VoicePriority)>,
}

impl Settings {
    /// What is set now.
    pub(super) fn of(properties: &PropertyControl) -> Self {
        let groups = u32::from(properties.channel_groups());
        let addresses = (0..groups).flat_map(|group| (0..CHANNELS).map(move |it| (group, it)));
        let priorities = addresses.filter_map(|(group, channel)| {
            let priority = properties.voice_priority(group, channel).ok()?;
            let usual = VoicePriority::of_channel(u8::try_from(channel).ok()?);
            (priority != usual).then_some((group, channel, priority))
        });
        Self {
            channel_groups: Some(properties.channel_groups()),
            volume: properties.volume(),
            boost: properties.volume_boost(),
            priorities: priorities.collect(),
        }
    }

    /// Sets it again. What a new pipeline does not take stays as it is there.
    pub(super) fn restore(&self, properties: &mut PropertyControl) {
        if let Some(groups) = self.channel_groups {
            let _kept = properties.set_channel_groups(u32::from(groups));
        }
        let _kept = properties.set_volume(self.volume);
        let _kept = properties.set_volume_boost(self.boost);
        for (group, channel, priority) in &self.priorities {
            let _kept = properties.set_voice_priority(*group, *channel, *priority);
        }
    }
}

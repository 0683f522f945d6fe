//! What synthesizer properties do to the engine: groups, priorities, gain, a reading.
//!
//! Source: \[WDK\] KSPROPSETID_Synth.

use dmus_kernel::miniport::{SynthReading, VoicePriority};

use crate::channel::CHANNELS_PER_GROUP;
use crate::channel::sysex::Mode;

use super::{Engine, part_index};

impl Engine {
    /// Groups of 16 channels that are answered to, `1..=`[`channel_groups`] of the configuration.
    ///
    /// # Real-time
    /// Render. Wait-free.
    ///
    /// [`channel_groups`]: crate::EngineConfig::channel_groups
    #[must_use]
    pub const fn channel_groups(&self) -> u16 {
        self.channel_groups
    }

    /// Sets how many groups are answered to.
    ///
    /// The voices of a group that vanishes fade; its channels and its volume are as after power-on
    /// when it comes back, and its priorities too. The host's trims stay. Messages to it are
    /// counted as unknown.
    ///
    /// - `groups`: held within `1..=` those the engine was built with
    ///
    /// # Real-time
    /// Render. Bounded by the number of voices and channels.
    ///
    /// # Source
    /// \[WDK\] KSPROPERTY_SYNTH_CHANNELGROUPS.
    pub fn set_channel_groups(&mut self, groups: u16) {
        let groups = groups.clamp(1, self.config.channel_groups);
        // A group that vanishes keeps its state, so that its voices fade on a straight line.
        let kept = groups.saturating_mul(u16::from(CHANNELS_PER_GROUP));
        self.sound_off(|tag| u16::from(tag.part) >= kept);
        for group_index in self.channel_groups..groups {
            self.reset_group(group_index, Mode::Dls);
            if let Some(device) = self.devices.get_mut(usize::from(group_index)) {
                device.settle();
            }
            for channel in 0..CHANNELS_PER_GROUP {
                self.set_priority(group_index, channel, None);
            }
        }
        self.channel_groups = groups;
        self.aim_bent();
    }

    /// Sets how important the voices of a channel are, those that sound included.
    ///
    /// - `group_index`: 0-based; a channel that is not there is ignored
    /// - `channel`: `0..=15`
    ///
    /// # Real-time
    /// Render. Bounded by the number of voices.
    ///
    /// # Source
    /// \[WDK\] KSPROPERTY_SYNTH_VOICEPRIORITY.
    pub fn set_voice_priority(&mut self, group_index: u16, channel: u8, priority: VoicePriority) {
        if group_index < self.channel_groups {
            self.set_priority(group_index, channel, Some(priority));
        }
    }

    /// Sets a priority, or puts it back to what it began with.
    fn set_priority(&mut self, group_index: u16, channel: u8, priority: Option<VoicePriority>) {
        let Some(part) = part_index(group_index, channel) else {
            return;
        };
        let Some(channel) = self.channels.get_mut(usize::from(part)) else {
            return;
        };
        let priority = priority.unwrap_or(channel.default_priority());
        channel.set_priority(priority);
        self.polyphony.set_priority(part, priority);
    }

    /// How important the voices of a channel are; `None` if it is not there.
    ///
    /// - `group_index`: 0-based
    /// - `channel`: `0..=15`
    ///
    /// # Real-time
    /// Render. Wait-free.
    #[must_use]
    pub fn voice_priority(&self, group_index: u16, channel: u8) -> Option<VoicePriority> {
        let part = self.part_in_use(group_index, channel)?;
        Some(self.channels.get(usize::from(part))?.priority())
    }

    /// Sets the gain that properties ask for: volume and boost, added in dB.
    ///
    /// It is added to the master gain in dB and applied with it, once; reached in about 10 ms.
    ///
    /// - `hundredths_db`: 1/100 dB, held within `-40_000..=4_000`; a sum of -96 dB and below is
    ///   silence
    ///
    /// # Real-time
    /// Render. Wait-free.
    ///
    /// # Source
    /// \[WDK\] KSPROPERTY_SYNTH_VOLUME, KSPROPERTY_SYNTH_VOLUMEBOOST; \[DDKSynth\] adds them.
    pub fn set_gain(&mut self, hundredths_db: i32) {
        let ticks = self.glide_ticks();
        self.mixer.set_volume(hundredths_db, ticks);
    }

    /// What the engine is doing now; the peak begins anew.
    ///
    /// Lost notes are counted since the engine was built, and the peak is another one than
    /// [`Self::take_peak`]'s, so that meters and properties do not disturb each other.
    ///
    /// # Real-time
    /// Render. Wait-free.
    ///
    /// # Source
    /// \[WDK\] SYNTH_STATS.
    pub fn reading(&mut self) -> SynthReading {
        SynthReading {
            voices: u32::try_from(self.polyphony.sounding()).unwrap_or(u32::MAX),
            lost_notes: self.lost_notes,
            peak_bits: self.mixer.read_peak().to_bits(),
        }
    }
}

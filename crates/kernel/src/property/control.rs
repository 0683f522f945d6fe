//! Property control: the control half of a synthesizer's properties, as typed calls.
//!
//! In: what a client gets or sets. Out: answers from published data, requests down a ring.
//! Owner: the client of a pin. Thread: control. Source: \[WDK\] KSPROPSETID_Synth;
//! KSPROPSETID_Synth_Dls; KSPROPSETID_SynthClock.
//!
//! What was set reads back at once, as it was set; it is heard from the next block on. All calls do
//! the same in every state: in STOP requests wait in the ring.

use std::fmt;

use rtrb::{Producer, RingBuffer};

use super::{
    DownloadHandle, Downloads, Unloaded,
    config::{PropertyConfig, WaveFormat},
    node::{Command, PropertyNode, Told},
    params::{Granted, PortParams, VoicePool},
    stats::SynthStats,
    status::PropertyError,
};
use crate::{
    miniport::{SynthCaps, VoicePriority},
    sync::Reader,
    time::{ReferenceTime, SampleRate},
};

/// Both halves of the properties of a pin.
///
/// # Real-time
/// Not real-time: control side, allocates.
#[must_use]
pub fn properties(config: PropertyConfig) -> (PropertyControl, PropertyNode) {
    let (commands, waiting) = RingBuffer::new(config.capacity.max(1));
    let groups = config.limits.channel_groups.max(1);
    let (node, published) = PropertyNode::new(waiting, groups);
    let priorities = (0..groups).map(|_| std::array::from_fn(default_priority));
    let control = PropertyControl {
        pool: VoicePool::new(config.limits.voices),
        priorities: priorities.collect(),
        groups,
        config,
        commands,
        published,
        told: Told::default(),
        volume: 0,
        boost: 0,
    };
    (control, node)
}

fn default_priority(channel: usize) -> VoicePriority {
    VoicePriority::of_channel(u8::try_from(channel).unwrap_or(0))
}

/// The control half of the properties of a pin.
///
/// Channel groups are counted from 0 here, as property structures do; events count them from 1.
pub struct PropertyControl {
    config: PropertyConfig,
    pool: VoicePool,
    commands: Producer<Command>,
    published: Reader<{ Told::WORDS }>,
    told: Told,
    groups: u16,
    priorities: Box<[[VoicePriority; 16]]>,
    volume: i32,
    boost: i32,
}

impl PropertyControl {
    /// The least volume or boost, 1/100 dB.
    pub const MIN_VOLUME: i32 = -20_000;
    /// The most volume or boost, 1/100 dB.
    pub const MAX_VOLUME: i32 = 2_000;

    /// Number of the pin.
    #[must_use]
    pub const fn pin(&self) -> u16 {
        self.config.pin
    }

    /// Class of the synthesizer.
    #[must_use]
    pub const fn class_id(&self) -> [u8; 16] {
        self.config.class_id
    }

    /// What the synthesizer can do.
    ///
    /// # Source
    /// \[WDK\] KSPROPERTY_SYNTH_CAPS.
    #[must_use]
    pub const fn caps(&self) -> SynthCaps {
        self.config.caps
    }

    /// Groups of sixteen channels the pin answers to.
    ///
    /// # Source
    /// \[WDK\] KSPROPERTY_SYNTH_CHANNELGROUPS.
    #[must_use]
    pub const fn channel_groups(&self) -> u16 {
        self.groups
    }

    /// Sets how many groups of sixteen channels the pin answers to.
    ///
    /// - `groups`: `1..=` those the pin was opened with
    ///
    /// # Errors
    /// [`PropertyError::OutOfRange`]; [`PropertyError::Full`]: try again after a block.
    pub fn set_channel_groups(&mut self, groups: u32) -> Result<(), PropertyError> {
        let most = self.config.limits.channel_groups.max(1);
        let asked = u16::try_from(groups).ok();
        let Some(groups) = asked.filter(|groups| (1..=most).contains(groups)) else {
            return Err(out_of_range(
                "channel groups",
                groups.into(),
                1,
                most.into(),
            ));
        };
        self.send(Command::ChannelGroups(groups))?;
        self.groups = groups;
        Ok(())
    }

    /// Asks for voices, groups and the rest: a reading that also sets.
    ///
    /// Voices are a reservation among those who share the synthesizer, see [`VoicePool`].
    ///
    /// # Errors
    /// [`PropertyError::Full`]: try again after a block.
    ///
    /// # Source
    /// \[WDK\] KSPROPERTY_SYNTH_PORTPARAMETERS.
    pub fn port_params(
        &mut self,
        asked: PortParams,
    ) -> Result<(PortParams, Granted), PropertyError> {
        let mut pool = self.pool;
        let (params, granted) = self.config.limits.grant(asked, &mut pool);
        self.set_channel_groups(params.channel_groups)?;
        self.pool = pool;
        Ok((params, granted))
    }

    /// The voices of the synthesizer, reserved or free.
    #[must_use]
    pub const fn voice_pool(&self) -> &VoicePool {
        &self.pool
    }

    /// The volume, 1/100 dB, `-20_000..=2_000`; `0` until it is set.
    ///
    /// # Source
    /// \[WDK\] KSPROPERTY_SYNTH_VOLUME; \[hdr\] dmusicc.h for the range.
    #[must_use]
    pub const fn volume(&self) -> i32 {
        self.volume
    }

    /// Sets the volume.
    ///
    /// - `volume`: 1/100 dB, `-20_000..=2_000`
    ///
    /// # Errors
    /// [`PropertyError::OutOfRange`]; [`PropertyError::Full`]: try again after a block.
    pub fn set_volume(&mut self, volume: i32) -> Result<(), PropertyError> {
        check_level("volume", volume)?;
        self.send(Command::Gain(volume.saturating_add(self.boost)))?;
        self.volume = volume;
        Ok(())
    }

    /// What is added to the volume after all mixing, 1/100 dB, `-20_000..=2_000`.
    ///
    /// # Source
    /// \[WDK\] KSPROPERTY_SYNTH_VOLUMEBOOST. Deviation: `0` until it is set, not 600 as in
    /// \[DDKSynth\]: the level of the synthesizer already matches other sources.
    #[must_use]
    pub const fn volume_boost(&self) -> i32 {
        self.boost
    }

    /// Sets what is added to the volume.
    ///
    /// - `boost`: 1/100 dB, `-20_000..=2_000`
    ///
    /// # Errors
    /// [`PropertyError::OutOfRange`]; [`PropertyError::Full`]: try again after a block.
    pub fn set_volume_boost(&mut self, boost: i32) -> Result<(), PropertyError> {
        check_level("volume boost", boost)?;
        self.send(Command::Gain(self.volume.saturating_add(boost)))?;
        self.boost = boost;
        Ok(())
    }

    /// The priority of a channel's voices.
    ///
    /// - `group`: `0..` those the pin was opened with; `channel`: `0..=15`, percussion is 9
    ///
    /// # Errors
    /// [`PropertyError::OutOfRange`].
    ///
    /// # Source
    /// \[WDK\] KSPROPERTY_SYNTH_VOICEPRIORITY.
    pub fn voice_priority(&self, group: u32, channel: u32) -> Result<VoicePriority, PropertyError> {
        let (group, channel) = self.channel(group, channel)?;
        let of_group = self.priorities.get(usize::from(group));
        let priority = of_group.and_then(|group| group.get(usize::from(channel)));
        Ok(priority
            .copied()
            .unwrap_or(VoicePriority::of_channel(channel)))
    }

    /// Sets the priority of a channel's voices.
    ///
    /// # Errors
    /// [`PropertyError::OutOfRange`], as [`voice_priority`](Self::voice_priority);
    /// [`PropertyError::Full`]: try again after a block.
    pub fn set_voice_priority(
        &mut self,
        group: u32,
        channel: u32,
        priority: VoicePriority,
    ) -> Result<(), PropertyError> {
        let (group, channel) = self.channel(group, channel)?;
        self.send(Command::VoicePriority {
            group,
            channel,
            priority,
        })?;
        let of_group = self.priorities.get_mut(usize::from(group));
        if let Some(kept) = of_group.and_then(|group| group.get_mut(usize::from(channel))) {
            *kept = priority;
        }
        Ok(())
    }

    /// What the synthesizer did since it last entered RUN, all of the same block.
    ///
    /// # Source
    /// \[WDK\] KSPROPERTY_SYNTH_RUNNINGSTATS.
    pub fn running_stats(&mut self) -> SynthStats {
        let memory = self
            .config
            .downloads
            .as_ref()
            .map(|downloads| downloads.free_memory());
        self.refresh().meter.stats(memory)
    }

    /// The earliest master time at which a new event can still sound on time.
    ///
    /// # Source
    /// \[WDK\] KSPROPERTY_SYNTH_LATENCYCLOCK.
    pub fn latency_clock(&mut self) -> ReferenceTime {
        self.refresh().latency
    }

    /// The master clock at the start of the block that was rendered last.
    ///
    /// # Source
    /// \[WDK\] KSPROPERTY_SYNTH_MASTERCLOCK: a property of the filter, which the port answers.
    pub fn master_clock(&mut self) -> ReferenceTime {
        self.refresh().master
    }

    /// Master clock and latency clock of one instant.
    pub fn clocks(&mut self) -> (ReferenceTime, ReferenceTime) {
        let told = self.refresh();
        (told.master, told.latency)
    }

    /// Downloads an instrument or a wave; the client may free its memory at once.
    ///
    /// # Errors
    /// [`PropertyError::NoDownloads`], [`PropertyError::Download`].
    ///
    /// # Source
    /// \[WDK\] KSPROPERTY_SYNTH_DLS_DOWNLOAD.
    pub fn download(&mut self, chunk: &[u8]) -> Result<DownloadHandle, PropertyError> {
        Ok(self.downloads()?.download(chunk)?)
    }

    /// Takes a download out of use.
    ///
    /// # Errors
    /// [`PropertyError::NoDownloads`], [`PropertyError::Download`].
    ///
    /// # Source
    /// \[WDK\] KSPROPERTY_SYNTH_DLS_UNLOAD.
    pub fn unload(&mut self, handle: DownloadHandle) -> Result<Unloaded, PropertyError> {
        Ok(self.downloads()?.unload(handle)?)
    }

    /// Bytes a client must leave free after the data of each chunk.
    ///
    /// # Errors
    /// [`PropertyError::NoDownloads`].
    ///
    /// # Source
    /// \[WDK\] KSPROPERTY_SYNTH_DLS_APPEND.
    pub fn append(&mut self) -> Result<u32, PropertyError> {
        Ok(self.downloads()?.append())
    }

    /// Makes the largest possible free block of memory.
    ///
    /// # Errors
    /// [`PropertyError::NoDownloads`].
    ///
    /// # Source
    /// \[WDK\] KSPROPERTY_SYNTH_DLS_COMPACT.
    pub fn compact(&mut self) -> Result<(), PropertyError> {
        self.downloads()?.compact();
        Ok(())
    }

    /// Format of what the synthesizer renders.
    ///
    /// # Source
    /// \[WDK\] KSPROPERTY_SYNTH_DLS_WAVEFORMAT.
    #[must_use]
    pub const fn wave_format(&self) -> WaveFormat {
        WaveFormat {
            channels: self.config.limits.audio_channels,
            sample_rate: self.config.limits.sample_rate,
        }
    }

    /// Who takes downloads.
    ///
    /// # Errors
    /// [`PropertyError::NoDownloads`] if nobody does.
    pub fn downloads(&mut self) -> Result<&mut (dyn Downloads + Send + 'static), PropertyError> {
        let downloads = self.config.downloads.as_deref_mut();
        downloads.ok_or(PropertyError::NoDownloads)
    }

    /// Takes over the rate of a wave pin that was configured anew.
    pub const fn set_sample_rate(&mut self, rate: SampleRate) {
        self.config.limits.sample_rate = rate;
    }

    fn refresh(&mut self) -> Told {
        if let Some(words) = self.published.read() {
            self.told = Told::from_words(words);
        }
        self.told
    }

    fn send(&mut self, command: Command) -> Result<(), PropertyError> {
        let capacity = self.config.capacity.max(1);
        let sent = self.commands.push(command);
        sent.map_err(|_| PropertyError::Full { capacity })
    }

    fn channel(&self, group: u32, channel: u32) -> Result<(u16, u8), PropertyError> {
        let most = self.config.limits.channel_groups.max(1);
        let index = u16::try_from(group).ok().filter(|group| *group < most);
        let last = i64::from(most) - 1;
        let index = index.ok_or_else(|| out_of_range("channel group", group.into(), 0, last))?;
        let inside = u8::try_from(channel).ok().filter(|channel| *channel < 16);
        let inside = inside.ok_or_else(|| out_of_range("channel", channel.into(), 0, 15))?;
        Ok((index, inside))
    }
}

impl fmt::Debug for PropertyControl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PropertyControl")
            .field("config", &self.config)
            .field("pool", &self.pool)
            .field("groups", &self.groups)
            .field("volume", &self.volume)
            .field("boost", &self.boost)
            .finish_non_exhaustive()
    }
}

fn check_level(what: &'static str, level: i32) -> Result<(), PropertyError> {
    let (min, max) = (PropertyControl::MIN_VOLUME, PropertyControl::MAX_VOLUME);
    if (min..=max).contains(&level) {
        return Ok(());
    }
    Err(out_of_range(what, level.into(), min.into(), max.into()))
}

const fn out_of_range(what: &'static str, value: i64, min: i64, max: i64) -> PropertyError {
    PropertyError::OutOfRange {
        what,
        value,
        min,
        max,
    }
}

//! The sizes of a port: all of its memory follows from them.
//!
//! Owner: whoever builds the port. Thread: control.

use crate::{error::ConfigError, miniport::SynthCaps, pool::PoolConfig, time::SampleRate};

/// The sizes of a port. All of its memory follows from them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PortConfig {
    /// Frames per second.
    pub sample_rate: SampleRate,
    /// Groups of sixteen channels, `1..=`[`SynthCaps::max_channel_groups`].
    pub channel_groups: u16,
    /// Events of the pool, `1..=2^24`; one eighth is for messages that end sound.
    pub events: u32,
    /// Long buffers of the pool, `0..=2^16`.
    pub long_buffers: u32,
    /// Bytes of each long buffer, `9..`; longer messages come in pieces.
    pub buffer_size: u16,
    /// Messages the sequencer holds, `1..=2^24`; one eighth is for messages that end sound. With
    /// as many as there are events it is never the first to be full.
    pub sequencer: u32,
}

impl PortConfig {
    /// The house's sizes: one group, 16 384 events, 256 buffers of 4 096 bytes.
    #[must_use]
    pub fn new(sample_rate: SampleRate) -> Self {
        let PoolConfig {
            events,
            long_buffers,
            buffer_size,
        } = PoolConfig::default();
        let sequencer = events;
        Self {
            sample_rate,
            channel_groups: 1,
            events,
            long_buffers,
            buffer_size,
            sequencer,
        }
    }

    pub(super) const fn pool(&self) -> PoolConfig {
        let Self {
            events,
            long_buffers,
            buffer_size,
            ..
        } = *self;
        PoolConfig {
            events,
            long_buffers,
            buffer_size,
        }
    }

    pub(super) const fn check(&self, caps: SynthCaps) -> Result<(), ConfigError> {
        if self.sequencer == 0 || self.sequencer > PoolConfig::MAX_EVENTS {
            let limit = PoolConfig::MAX_EVENTS;
            return Err(ConfigError::Sequencer {
                asked: self.sequencer,
                limit,
            });
        }
        if self.channel_groups == 0 || self.channel_groups > caps.max_channel_groups {
            let limit = caps.max_channel_groups;
            return Err(ConfigError::ChannelGroups {
                asked: self.channel_groups,
                limit,
            });
        }
        Ok(())
    }
}

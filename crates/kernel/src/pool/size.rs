//! How much a pool holds, how full it is, who may have the rest.

use crate::{error::ConfigError, midi::Message};

/// The sizes of a pool.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PoolConfig {
    /// Event slots, `1..=2^24`.
    pub events: u32,
    /// Long buffers, `0..=2^16`.
    pub long_buffers: u32,
    /// Bytes of each long buffer, `9..`; shorter data is held in the event.
    pub buffer_size: u16,
}

impl PoolConfig {
    /// The most event slots.
    pub const MAX_EVENTS: u32 = 1 << 24;
    /// The most long buffers.
    pub const MAX_LONG_BUFFERS: u32 = 1 << 16;
    /// The smallest long buffer, bytes: one more than an event holds in itself.
    pub const MIN_BUFFER_SIZE: u16 = 9;

    /// Checks every size against its range.
    pub(super) const fn check(self) -> Result<(), ConfigError> {
        let Self {
            events,
            long_buffers,
            buffer_size,
        } = self;
        if events == 0 || events > Self::MAX_EVENTS {
            return Err(ConfigError::Events {
                asked: events,
                limit: Self::MAX_EVENTS,
            });
        }
        if long_buffers > Self::MAX_LONG_BUFFERS {
            let limit = Self::MAX_LONG_BUFFERS;
            return Err(ConfigError::LongBuffers {
                asked: long_buffers,
                limit,
            });
        }
        if buffer_size < Self::MIN_BUFFER_SIZE {
            let least = Self::MIN_BUFFER_SIZE;
            return Err(ConfigError::BufferSize {
                asked: buffer_size,
                least,
            });
        }
        Ok(())
    }
}

impl Default for PoolConfig {
    fn default() -> Self {
        Self {
            events: 16_384,
            long_buffers: 256,
            buffer_size: 4_096,
        }
    }
}

/// How full a pool is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct PoolStats {
    /// Events in the pool, ready to be handed out.
    pub events_free: u32,
    /// All events there are.
    pub events_capacity: u32,
    /// Long buffers in the pool.
    pub buffers_free: u32,
    /// All long buffers there are.
    pub buffers_capacity: u32,
}

impl PoolStats {
    /// True if everything has come home.
    #[must_use]
    pub const fn is_whole(&self) -> bool {
        self.events_free == self.events_capacity && self.buffers_free == self.buffers_capacity
    }
}

/// What a message may claim where room runs low.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Claim {
    /// Anything but the reserve.
    Ordinary,
    /// The reserve too: the message ends sound, and losing it would stick a note.
    Release,
}

impl Claim {
    /// The claim of a message.
    #[must_use]
    #[inline]
    pub const fn of(message: Message<'_>) -> Self {
        if message.ends_sound() {
            Self::Release
        } else {
            Self::Ordinary
        }
    }

    /// How many of `capacity` are kept for [`Claim::Release`].
    #[inline]
    pub(crate) const fn reserve(capacity: u32) -> u32 {
        capacity / 8
    }

    /// How many may be taken where `free` of `capacity` are left, by whatever claim.
    #[inline]
    pub(crate) const fn spare(free: u32, capacity: u32) -> u32 {
        free.saturating_sub(Self::reserve(capacity))
    }

    /// True if one more may be taken where `free` of `capacity` are left. One eighth is reserved
    /// for [`Claim::Release`].
    #[must_use]
    #[inline]
    pub const fn is_granted(self, free: u32, capacity: u32) -> bool {
        match self {
            Self::Ordinary => Self::spare(free, capacity) > 0,
            Self::Release => free > 0,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_eighth_is_kept_for_messages_that_end_sound() {
        assert!(Claim::Ordinary.is_granted(3, 16));
        assert!(!Claim::Ordinary.is_granted(2, 16));
        assert!(Claim::Release.is_granted(2, 16));
        assert!(!Claim::Release.is_granted(0, 16));
        assert!(
            Claim::Ordinary.is_granted(1, 7),
            "a small pool has no reserve"
        );
    }

    #[test]
    fn sizes_out_of_range_are_refused() {
        let good = PoolConfig::default();
        let refused = |config: PoolConfig| config.check().unwrap_err();
        let (asked, limit) = (0, 1 << 24);
        assert_eq!(
            refused(PoolConfig { events: 0, ..good }),
            ConfigError::Events { asked, limit }
        );
        let (asked, limit) = (65_537, 65_536);
        assert_eq!(
            refused(PoolConfig {
                long_buffers: asked,
                ..good
            }),
            ConfigError::LongBuffers { asked, limit }
        );
        let (asked, least) = (8, 9);
        assert_eq!(
            refused(PoolConfig {
                buffer_size: asked,
                ..good
            }),
            ConfigError::BufferSize { asked, least }
        );
    }
}

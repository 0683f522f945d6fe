//! What a pool grows by: memory built where building is allowed, taken over where it is not.
//!
//! In: sizes. Out: events and buffers for one pool. Owner: whoever carries it from the control side
//! to the render side. Thread: built and freed on the control side, taken over on render.
//! Source: \[WDK\] Allocator. The original names no rule of growth.

use std::{error::Error, fmt};

use super::{
    buffers::Piece,
    size::PoolConfig,
    slots::{MAX_EXTENSIONS, Slot, Slots},
};
use crate::error::ConfigError;

/// Events and long buffers that belong to no pool yet.
///
/// [`Allocator::grow`](crate::Allocator::grow) adds them to a pool. Nothing there is copied and
/// nothing is replaced, so nothing is left to be freed; a refused extension is handed back, to be
/// freed on the control side.
#[derive(Debug)]
pub struct PoolExtension {
    pub(super) slots: Box<[Slot]>,
    pub(super) buffers: Piece,
    pub(super) buffer_size: u16,
}

impl PoolExtension {
    /// Memory for more events and long buffers.
    ///
    /// - `events`: `0..=2^24`
    /// - `long_buffers`: `0..=2^16`
    /// - `buffer_size`: bytes of each, as in the pool it is meant for
    ///
    /// # Errors
    /// [`ConfigError`] for a size out of range.
    ///
    /// # Real-time
    /// Not real-time: control side, allocates.
    pub fn new(events: u32, long_buffers: u32, buffer_size: u16) -> Result<Self, ConfigError> {
        PoolConfig {
            // No events at all are allowed here: buffers alone may have run out.
            events: events.max(1),
            long_buffers,
            buffer_size,
        }
        .check()?;
        Ok(Self {
            slots: Slots::piece(events),
            buffers: Piece::new(long_buffers, buffer_size),
            buffer_size,
        })
    }

    /// Events it holds.
    #[must_use]
    pub fn events(&self) -> u32 {
        u32::try_from(self.slots.len()).unwrap_or(u32::MAX)
    }

    /// Long buffers it holds.
    #[must_use]
    pub fn long_buffers(&self) -> u32 {
        self.buffers.count()
    }
}

/// Why a pool did not grow.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum GrowthLimit {
    /// There would be more events than [`PoolConfig::MAX_EVENTS`].
    Events {
        /// How many there would be.
        asked: u32,
    },
    /// There would be more long buffers than [`PoolConfig::MAX_LONG_BUFFERS`].
    LongBuffers {
        /// How many there would be.
        asked: u32,
    },
    /// Its long buffers are of another size than the pool's, which is constant.
    BufferSize {
        /// Bytes of each in the extension.
        asked: u16,
        /// Bytes of each in the pool.
        pool: u16,
    },
    /// The pool has grown sixteen times.
    Extensions,
}

/// An extension that a pool did not take.
#[derive(Debug)]
pub struct GrowthRefused {
    /// The extension, still owned by the caller and to be freed on the control side.
    pub extension: PoolExtension,
    /// Why.
    pub limit: GrowthLimit,
}

impl fmt::Display for GrowthRefused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.limit {
            GrowthLimit::Events { asked } => {
                let limit = PoolConfig::MAX_EVENTS;
                write!(f, "{asked} events in the pool, at most {limit} allowed")
            }
            GrowthLimit::LongBuffers { asked } => {
                let limit = PoolConfig::MAX_LONG_BUFFERS;
                write!(
                    f,
                    "{asked} long buffers in the pool, at most {limit} allowed"
                )
            }
            GrowthLimit::BufferSize { asked, pool } => {
                write!(f, "long buffers of {asked} bytes for a pool of {pool}")
            }
            GrowthLimit::Extensions => {
                write!(
                    f,
                    "pool has grown {MAX_EXTENSIONS} times, which is the limit"
                )
            }
        }
    }
}

impl Error for GrowthRefused {}

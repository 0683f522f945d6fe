//! What the allocator refuses, handed back to whoever still owns it.
//!
//! Thread: render.

use std::{error::Error, fmt};

use crate::pool::{BufferBox, EventBox};

/// A buffer that was refused: it is another pool's, or its length is a lie.
#[derive(Debug)]
pub struct BufferRefused(
    /// The buffer, still owned by the caller.
    pub BufferBox,
);

impl fmt::Display for BufferRefused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("buffer is not of this pool, or shorter than the length given")
    }
}

impl Error for BufferRefused {}

/// A chain that was not packed, since packages would nest too deep or it belongs to another pool.
#[derive(Debug)]
pub struct PackageRefused {
    /// The chain, still owned by the caller.
    pub chain: EventBox,
    /// How deep the package would have been; at most
    /// [`MAX_PACKAGE_DEPTH`](super::MAX_PACKAGE_DEPTH) is allowed.
    pub depth: u8,
}

impl fmt::Display for PackageRefused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let limit = super::MAX_PACKAGE_DEPTH;
        write!(
            f,
            "package of depth {} of this pool refused, at most {limit} allowed",
            self.depth
        )
    }
}

impl Error for PackageRefused {}

/// Why a message was not copied together.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum GatherError {
    /// Its bytes do not fit.
    TooLong {
        /// Bytes there is room for.
        limit: usize,
    },
    /// The chain ends before the message does, or is another pool's.
    Unfinished,
    /// A package holds messages, not bytes.
    Package,
}

impl fmt::Display for GatherError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::TooLong { limit } => write!(f, "message does not fit {limit} bytes"),
            Self::Unfinished => f.write_str("chain ends before the message does"),
            Self::Package => f.write_str("package in place of bytes"),
        }
    }
}

impl Error for GatherError {}

//! Status: how a property request ends.
//!
//! In: errors of the typed calls. Out: the numbers clients know. Owner: none. Thread: any.
//! Source: \[hdr\] ks.h and the NTSTATUS values its functions return.

use std::{error::Error, fmt};

use crate::property::DownloadError;

/// How a property request ended.
///
/// # Source
/// \[WDK\] Using NTSTATUS Values.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
#[repr(u32)]
pub enum Status {
    /// Done.
    Success = 0x0000_0000,
    /// Begun; completes by itself.
    Pending = 0x0000_0103,
    /// Done, but not all as asked; a success.
    NotAllAssigned = 0x0000_0106,
    /// Nothing done; the size tells how many bytes the value needs. A warning.
    BufferOverflow = 0x8000_0005,
    /// Not done.
    Unsuccessful = 0xC000_0001,
    /// A value out of range, or none at all.
    InvalidParameter = 0xC000_000D,
    /// The item does not do this, or not here.
    InvalidDeviceRequest = 0xC000_0010,
    /// No memory for what was brought.
    NoMemory = 0xC000_0017,
    /// Fewer bytes than the structure has.
    BufferTooSmall = 0xC000_0023,
    /// No room to pass it on; try again after a block.
    InsufficientResources = 0xC000_009A,
    /// Not offered here.
    NotSupported = 0xC000_00BB,
    /// There is no such set.
    NotFound = 0xC000_0225,
}

impl Status {
    /// The number clients know.
    #[must_use]
    pub const fn code(self) -> u32 {
        self as u32
    }

    /// True for a success, which is not negative as a signed number.
    #[must_use]
    pub const fn is_success(self) -> bool {
        self.code() < 0x8000_0000
    }
}

impl fmt::Display for Status {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Success => "done",
            Self::Pending => "begun, completes by itself",
            Self::NotAllAssigned => "done, but not all as asked",
            Self::BufferOverflow => "value has no bytes, size tells how many are needed",
            Self::Unsuccessful => "not done",
            Self::InvalidParameter => "value out of range, or none",
            Self::InvalidDeviceRequest => "item does not do this here",
            Self::NoMemory => "no memory for what was brought",
            Self::BufferTooSmall => "fewer bytes than the structure has",
            Self::InsufficientResources => "no room to pass the request on",
            Self::NotSupported => "not offered here",
            Self::NotFound => "no such property set",
        })
    }
}

impl Error for Status {}

/// Why a property was not read or set. Nothing has changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum PropertyError {
    /// The way down to the render side is full; try again after a block.
    Full {
        /// Requests it holds.
        capacity: usize,
    },
    /// A number out of its range.
    OutOfRange {
        /// What it is a number of.
        what: &'static str,
        /// The number.
        value: i64,
        /// The least there may be.
        min: i64,
        /// The most there may be.
        max: i64,
    },
    /// The synthesizer takes no downloads.
    NoDownloads,
    /// The download or unload was refused.
    Download(DownloadError),
}

impl fmt::Display for PropertyError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Full { capacity } => {
                write!(
                    f,
                    "{capacity} requests wait for the next block, no room for another"
                )
            }
            Self::OutOfRange {
                what,
                value,
                min,
                max,
            } => write!(f, "{what} {value}, allowed are {min}..={max}"),
            Self::NoDownloads => f.write_str("synthesizer takes no downloads"),
            Self::Download(_) => f.write_str("download was refused"),
        }
    }
}

impl Error for PropertyError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        match self {
            Self::Download(error) => Some(error),
            _ => None,
        }
    }
}

impl From<DownloadError> for PropertyError {
    fn from(error: DownloadError) -> Self {
        Self::Download(error)
    }
}

impl From<PropertyError> for Status {
    fn from(error: PropertyError) -> Self {
        match error {
            PropertyError::Full { .. } => Self::InsufficientResources,
            PropertyError::OutOfRange { .. } => Self::InvalidParameter,
            PropertyError::NoDownloads => Self::NotSupported,
            PropertyError::Download(DownloadError::NoMemory) => Self::NoMemory,
            PropertyError::Download(_) => Self::Unsuccessful,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_is_not_negative_is_a_success() {
        for status in [Status::Success, Status::Pending, Status::NotAllAssigned] {
            assert!(status.is_success());
        }
        for status in [
            Status::BufferOverflow,
            Status::Unsuccessful,
            Status::NotFound,
        ] {
            assert!(!status.is_success());
        }
    }
}

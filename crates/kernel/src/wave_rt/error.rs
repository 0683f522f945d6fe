//! What a WaveRT stream refuses, with the value and what was allowed.
//!
//! Thread: any. Source: \[WDK\] `IMiniportWaveRTStream` and its notification and packet interfaces;
//! each variant names the status of the original.

use std::{error::Error, fmt};

use crate::state::StreamState;

/// A parameter that was out of range.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Parameter {
    /// The format: not two channels of 32-bit floating point.
    Format,
    /// Bytes of a buffer: none, or not divisible by the count of notifications.
    BufferSize(
        /// Bytes asked for.
        u64,
    ),
    /// Notifications a buffer: neither one nor two.
    NotificationCount(
        /// What was asked for.
        u32,
    ),
    /// Flags of a packet that do not exist.
    PacketFlags(
        /// What was given.
        u32,
    ),
    /// Frames of a packet: not a whole one, or an end behind its end.
    PacketLength(
        /// What was given, frames.
        u64,
    ),
    /// An offset behind the end of the buffer.
    Offset(
        /// What was given, frames.
        u64,
    ),
    /// A buffer that belongs to another stream, or another size than it has.
    Buffer,
}

impl fmt::Display for Parameter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Format => f.write_str("format, allowed is stereo with 32-bit floats"),
            Self::BufferSize(bytes) => write!(f, "buffer of {bytes} bytes"),
            Self::NotificationCount(count) => write!(f, "{count} notifications, allowed are 1..=2"),
            Self::PacketFlags(flags) => write!(f, "packet flags {flags:#x}"),
            Self::PacketLength(frames) => write!(f, "packet of {frames} frames"),
            Self::Offset(frames) => write!(f, "offset of {frames} frames, behind the buffer"),
            Self::Buffer => f.write_str("buffer, which is not the stream's"),
        }
    }
}

/// A register that a client may map.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Register {
    /// Where the device is in the buffer.
    Position,
    /// The device's clock.
    Clock,
    /// The packet completed last.
    Packet,
}

impl fmt::Display for Register {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Position => "position",
            Self::Clock => "clock",
            Self::Packet => "packet",
        })
    }
}

/// Why a WaveRT stream refused a call, which changed nothing.
///
/// # Source
/// \[WDK\] the statuses of each method; their names stand at each variant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum WaveRtError {
    /// INVALID_PARAMETER.
    InvalidParameter(Parameter),
    /// INVALID_DEVICE_STATE: not in this state, or after the end of the stream.
    InvalidDeviceState(StreamState),
    /// NOT_SUPPORTED: the device has no such thing, or the buffer has no notifications.
    NotSupported,
    /// UNSUCCESSFUL: a register can be mapped once in the life of a pin.
    AlreadyMapped(Register),
    /// UNSUCCESSFUL: the event is registered.
    AlreadyRegistered,
    /// NOT_FOUND: the event is not registered.
    NotFound,
    /// INSUFFICIENT_RESOURCES: too few pages.
    InsufficientPages {
        /// Bytes asked for.
        asked: u64,
        /// Bytes of all pages that are free.
        free: u64,
    },
    /// INSUFFICIENT_RESOURCES: too many events, or too many changes before a block.
    TooManyEvents,
    /// UNSUCCESSFUL: the stream has a buffer.
    BufferExists,
    /// DEVICE_NOT_READY: no buffer, or no new packet.
    NotReady,
    /// DATA_LATE_ERROR: the packet was played, or is being played.
    DataLate {
        /// The packet given.
        number: u32,
        /// The packet to be written next.
        next: u32,
    },
    /// DATA_OVERRUN: the packet lies further ahead than the buffer reaches.
    DataOverrun {
        /// The packet given.
        number: u32,
        /// The last packet there is room for.
        last: u32,
    },
}

impl fmt::Display for WaveRtError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::InvalidParameter(what) => write!(f, "invalid {what}"),
            Self::InvalidDeviceState(state) => write!(f, "not allowed in {state}"),
            Self::NotSupported => f.write_str("not supported by this stream"),
            Self::AlreadyMapped(register) => write!(f, "{register} register is mapped already"),
            Self::AlreadyRegistered => f.write_str("event is registered already"),
            Self::NotFound => f.write_str("event is not registered"),
            Self::InsufficientPages { asked, free } => {
                write!(f, "no pages for {asked} bytes, {free} bytes are free")
            }
            Self::TooManyEvents => f.write_str("no room for another event"),
            Self::BufferExists => f.write_str("stream has a buffer already"),
            Self::NotReady => f.write_str("device is not ready"),
            Self::DataLate { number, next } => {
                write!(f, "packet {number} is late, the next is {next}")
            }
            Self::DataOverrun { number, last } => {
                write!(
                    f,
                    "packet {number} is too early, the last allowed is {last}"
                )
            }
        }
    }
}

impl Error for WaveRtError {}

impl From<Parameter> for WaveRtError {
    fn from(parameter: Parameter) -> Self {
        Self::InvalidParameter(parameter)
    }
}

/// Why a buffer was not freed, with its device end: it is still in use.
#[derive(Debug)]
pub struct FreeError<T> {
    /// What stood against it.
    pub reason: WaveRtError,
    /// The device end, as it was.
    pub device: T,
}

impl<T> fmt::Display for FreeError<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("buffer was not freed")
    }
}

impl<T: fmt::Debug> Error for FreeError<T> {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        Some(&self.reason)
    }
}

/// Why frames could not be read. What they were to be copied to means nothing then.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum FrameMiss {
    /// The first of them was overwritten, or was while they were copied.
    Overwritten {
        /// The oldest frame that is left.
        oldest: u64,
    },
    /// The last of them is not written yet.
    NotYet {
        /// Frames written so far.
        written: u64,
    },
    /// Left and right are not equally long.
    Lengths {
        /// Samples of the left.
        left: usize,
        /// Samples of the right.
        right: usize,
    },
}

impl fmt::Display for FrameMiss {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Overwritten { oldest } => {
                write!(f, "frames were overwritten, the oldest left is {oldest}")
            }
            Self::NotYet { written } => write!(f, "frames end at {written} so far"),
            Self::Lengths { left, right } => {
                write!(f, "{left} samples on the left, {right} on the right")
            }
        }
    }
}

impl Error for FrameMiss {}

//! What can go wrong, one type per operation.
//!
//! Errors of the render side are small values without text and hand back what they refuse.
//! Thread: any.

use std::{error::Error, fmt};

use crate::state::StreamState;

/// A sample rate out of range.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RateError {
    /// The rate asked for, Hz.
    pub hz: u32,
    /// The slowest there is, Hz.
    pub min_hz: u32,
    /// The fastest there is, Hz.
    pub max_hz: u32,
}

impl fmt::Display for RateError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { hz, min_hz, max_hz } = self;
        write!(f, "sample rate {hz} Hz, allowed are {min_hz}..={max_hz} Hz")
    }
}

impl Error for RateError {}

/// The room that was full.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Room {
    /// The events of the pool, or all but the reserve.
    Events,
    /// The long buffers of the pool.
    Buffers,
    /// The queue of a sequencer, or all but the reserve.
    Sequencer,
    /// The bytes of a music buffer.
    MusicBuffer,
}

impl fmt::Display for Room {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Events => "event pool",
            Self::Buffers => "pool of long buffers",
            Self::Sequencer => "sequencer queue",
            Self::MusicBuffer => "music buffer",
        })
    }
}

/// Something full, which hands back what it could not take.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Exhausted<T = ()> {
    /// What was full.
    pub room: Room,
    /// What was refused.
    pub value: T,
}

impl Exhausted {
    /// The error of a room that was asked for something and was given nothing.
    #[must_use]
    pub const fn new(room: Room) -> Self {
        Self { room, value: () }
    }
}

impl<T> fmt::Display for Exhausted<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "no room in the {}", self.room)
    }
}

impl<T: fmt::Debug> Error for Exhausted<T> {}

/// Why bytes could not be written into an event. The event is unchanged.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum WriteError {
    /// The bytes do not fit one buffer; split them over several events.
    TooLong {
        /// Bytes asked for.
        length: usize,
        /// Bytes one event holds at most.
        limit: u16,
    },
    /// No long buffer is free.
    Exhausted,
}

impl fmt::Display for WriteError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::TooLong { length, limit } => {
                write!(f, "{length} bytes for one event, at most {limit} allowed")
            }
            Self::Exhausted => write!(f, "no room in the {}", Room::Buffers),
        }
    }
}

impl Error for WriteError {}

/// Why an output was not connected or disconnected.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ConnectError {
    /// The filter has no output to connect: a render stream ends in the allocator.
    NoOutput,
    /// The output is connected already; disconnect it first.
    Connected,
    /// The output is connected to something else.
    NotThisSink,
    /// The filter is at work, or not there yet; try again.
    Busy,
}

impl fmt::Display for ConnectError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::NoOutput => "filter has no output",
            Self::Connected => "output is connected already",
            Self::NotThisSink => "output is connected to another sink",
            Self::Busy => "filter is at work",
        })
    }
}

impl Error for ConnectError {}

/// Why a graph was not changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum GraphError {
    /// No room for another filter.
    Full {
        /// The most there can be.
        limit: usize,
    },
    /// No such filter.
    Unknown,
    /// The filter still feeds or is fed; disconnect it first.
    InUse,
    /// Events would come back to where they came from.
    Cycle,
    /// The output is not as the edit wants it.
    Connect(ConnectError),
    /// Too many edits are under way; try again after a block.
    Busy,
}

impl fmt::Display for GraphError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Full { limit } => write!(f, "graph holds {limit} filters, the most there can be"),
            Self::Unknown => f.write_str("no such filter in the graph"),
            Self::InUse => f.write_str("filter is connected"),
            Self::Cycle => f.write_str("events would come back to the filter"),
            Self::Connect(error) => error.fmt(f),
            Self::Busy => f.write_str("too many edits are under way"),
        }
    }
}

impl Error for GraphError {}

/// Why a stream did not take a step to another state.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum StateReason {
    /// What the stream drives is not ready.
    NotReady,
    /// What the stream drives is gone.
    Gone,
    /// The stream was never configured for this.
    NotConfigured,
}

impl fmt::Display for StateReason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::NotReady => "not ready",
            Self::Gone => "gone",
            Self::NotConfigured => "not configured",
        })
    }
}

/// A step between two states that failed. The old state is still in force.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct StateError {
    /// The state that is still in force.
    pub from: StreamState,
    /// The state that was refused.
    pub to: StreamState,
    /// What the stream said.
    pub reason: StateReason,
}

impl fmt::Display for StateError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "stream stays in {} instead of {}: {}",
            self.from, self.to, self.reason
        )
    }
}

impl Error for StateError {}

/// A size that was asked for and cannot be had.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ConfigError {
    /// Events of the pool.
    Events {
        /// What was asked for.
        asked: u32,
        /// The most there can be; at least one is needed.
        limit: u32,
    },
    /// Long buffers of the pool.
    LongBuffers {
        /// What was asked for.
        asked: u32,
        /// The most there can be; none is allowed.
        limit: u32,
    },
    /// Bytes of one long buffer.
    BufferSize {
        /// What was asked for.
        asked: u16,
        /// The fewest there may be.
        least: u16,
    },
    /// Room of the sequencer, in messages.
    Sequencer {
        /// What was asked for.
        asked: u32,
        /// The most there can be; at least one is needed.
        limit: u32,
    },
    /// Groups of sixteen channels.
    ChannelGroups {
        /// What was asked for.
        asked: u16,
        /// The most the miniport offers; at least one is needed.
        limit: u16,
    },
}

impl fmt::Display for ConfigError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Events { asked, limit } => {
                write!(f, "{asked} events in the pool, allowed are 1..={limit}")
            }
            Self::LongBuffers { asked, limit } => {
                write!(
                    f,
                    "{asked} long buffers in the pool, allowed are 0..={limit}"
                )
            }
            Self::BufferSize { asked, least } => {
                write!(
                    f,
                    "{asked} bytes in a long buffer, at least {least} are needed"
                )
            }
            Self::Sequencer { asked, limit } => {
                write!(
                    f,
                    "{asked} messages in the sequencer, allowed are 1..={limit}"
                )
            }
            Self::ChannelGroups { asked, limit } => {
                write!(f, "{asked} channel groups, allowed are 1..={limit}")
            }
        }
    }
}

impl Error for ConfigError {}

/// Why a port was not built; `E` is the miniport's own error.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum PortError<E> {
    /// A size is out of range.
    Config(ConfigError),
    /// The miniport could not be initialised.
    Init(E),
    /// The miniport gave no stream.
    Stream(E),
    /// The device has neither interface that a port can use.
    NoInterface,
    /// No render pin is a synthesizer without a wave pin.
    NoSynth,
    /// There is no such pin, or it is not the last of its kind.
    NoPin,
    /// Further pins are open; close them first.
    PinsOpen,
    /// A capture stream could not be connected.
    Connect(ConnectError),
    /// The graph has no place for another pin.
    Graph(GraphError),
    /// A capture stream could not join its service group.
    Service(ServiceError),
    /// The port must be in STOP for this.
    NotStopped(
        /// The state it is in.
        StreamState,
    ),
}

impl<E> From<ConfigError> for PortError<E> {
    fn from(error: ConfigError) -> Self {
        Self::Config(error)
    }
}

impl<E> fmt::Display for PortError<E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Config(_) => f.write_str("port has an impossible size"),
            Self::Init(_) => f.write_str("miniport could not be initialised"),
            Self::Stream(_) => f.write_str("miniport gave no stream"),
            Self::NoInterface => f.write_str("device has no interface that a port can use"),
            Self::NoSynth => f.write_str("no render pin is a synthesizer without a wave pin"),
            Self::NoPin => f.write_str("no such pin, or not the last of its kind"),
            Self::PinsOpen => f.write_str("further pins are open"),
            Self::Connect(_) => f.write_str("capture stream could not be connected"),
            Self::Graph(_) => f.write_str("graph has no place for another pin"),
            Self::Service(_) => f.write_str("capture stream could not join its service group"),
            Self::NotStopped(state) => write!(f, "port is in {state}, STOP is needed"),
        }
    }
}

impl<E: Error + 'static> Error for PortError<E> {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        match self {
            Self::Config(error) => Some(error),
            Self::Init(error) | Self::Stream(error) => Some(error),
            Self::Connect(error) => Some(error),
            Self::Graph(error) => Some(error),
            Self::Service(error) => Some(error),
            Self::NotStopped(_)
            | Self::NoInterface
            | Self::NoSynth
            | Self::NoPin
            | Self::PinsOpen => None,
        }
    }
}

/// Why a service group was not made or changed. Everything is as before.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ServiceError {
    /// All groups there can be are in use; drop the handles of some, then collect.
    Groups {
        /// The most there can be.
        limit: usize,
    },
    /// The group belongs to another table of services.
    Foreign,
    /// The group would be a member of itself, directly or through others.
    Cycle,
    /// One request of some group would call too many sinks.
    Calls {
        /// Calls there would be.
        asked: u32,
        /// The most there may be.
        limit: u32,
    },
    /// Delayed service was requested of a group that was not asked to support it first.
    NotSupported,
    /// The miniport has registered another group; it has one of its own, no more.
    Registered,
}

impl fmt::Display for ServiceError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Groups { limit } => write!(f, "no service group is free, {limit} are allowed"),
            Self::Foreign => f.write_str("service group belongs to another table"),
            Self::Cycle => f.write_str("service group would be a member of itself"),
            Self::Calls { asked, limit } => {
                write!(f, "{asked} sinks for one request, {limit} are allowed")
            }
            Self::NotSupported => f.write_str("service group does not support delayed service"),
            Self::Registered => f.write_str("miniport has registered another service group"),
        }
    }
}

impl Error for ServiceError {}

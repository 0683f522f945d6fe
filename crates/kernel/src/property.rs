//! Properties: what clients ask of a synthesizer pin, and set there.
//!
//! In: typed calls on [`PropertyControl`], or requests in bytes. Out: answers; calls on the
//! synthesizer. Owner: control half the client, render half the port. Thread: control;
//! [`PropertyNode`] render. Source: \[WDK\] KSPROPSETID_Synth; KSPROPSETID_Synth_Dls.

mod config;
mod control;
pub mod layout;
mod node;
pub mod params;
pub mod request;
pub mod set;
pub mod stats;
mod status;

use std::{error::Error, fmt};

pub use config::{PropertyConfig, WaveFormat};
pub use control::{PropertyControl, properties};
pub use node::PropertyNode;
pub use params::{Granted, ParamLimits, PortParams, ValidParams, VoicePool};
pub use request::{Completion, Request, Target, Value, Verb};
pub use set::{DlsItem, PropertySet, SupportQuery, SynthItem};
pub use stats::{BlockAccount, SynthStats, ValidStats};
pub use status::{PropertyError, Status};

/// A downloaded instrument or wave, named by the synthesizer; never used again before its memory is
/// free.
///
/// # Source
/// \[WDK\] SYNTHDOWNLOAD, DownloadHandle.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct DownloadHandle(pub u64);

/// What became of a request to unload.
///
/// # Source
/// \[WDK\] KSPROPERTY_SYNTH_DLS_UNLOAD: STATUS_PENDING while notes use the resource.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unloaded {
    /// It is gone.
    Now,
    /// It goes when the last note that uses it has ended; new notes do not find it.
    Pending,
}

/// Why a download or an unload was refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum DownloadError {
    /// The chunk is empty or breaks off.
    Truncated {
        /// Where it breaks off, bytes from its start.
        offset: u32,
    },
    /// The offset table is empty, points outside, or the object does not follow it.
    BadOffsetTable {
        /// The entry.
        index: u32,
    },
    /// No object of this type can be downloaded.
    UnknownType(u32),
    /// A region or extension chain comes back to itself.
    Cycle {
        /// The entry that was met again.
        index: u32,
    },
    /// The instrument links to a wave that is not there.
    BadWaveLink(u32),
    /// A download of this id is there already.
    DuplicateId(u32),
    /// A field is out of its range.
    BadField {
        /// Its name in the original's structure.
        field: &'static str,
        /// What it holds.
        value: u32,
    },
    /// The wave's format cannot be played.
    BadWaveFormat {
        /// The format tag.
        tag: u16,
        /// Bits of a sample.
        bits: u16,
    },
    /// Too many downloads, or too large a one.
    NoMemory,
    /// No download has this handle, or it was unloaded already.
    UnknownHandle(DownloadHandle),
}

impl fmt::Display for DownloadError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Truncated { offset } => write!(f, "download breaks off at byte {offset}"),
            Self::BadOffsetTable { index } => write!(f, "entry {index} of the offset table is bad"),
            Self::UnknownType(kind) => {
                write!(f, "download type {kind}, allowed are 1, 2 and 3")
            }
            Self::Cycle { index } => write!(f, "entry {index} is linked to twice in one chain"),
            Self::BadWaveLink(id) => write!(f, "wave {id} is not downloaded"),
            Self::DuplicateId(id) => write!(f, "download id {id} is taken"),
            Self::BadField { field, value } => write!(f, "{field} is {value:#x}, out of range"),
            Self::BadWaveFormat { tag, bits } => write!(
                f,
                "wave format {tag} with {bits} bits, allowed is PCM with 8 or 16"
            ),
            Self::NoMemory => f.write_str("no room for another download"),
            Self::UnknownHandle(handle) => write!(f, "no download has the handle {}", handle.0),
        }
    }
}

impl Error for DownloadError {}

/// The control side of a synthesizer's downloads: parses, keeps, hands down, frees.
///
/// # Real-time
/// Not real-time: control side.
///
/// # Source
/// \[WDK\] KSPROPSETID_Synth_Dls.
pub trait Downloads {
    /// Copies one instrument or wave out of `chunk`; the client may free its memory at once.
    ///
    /// # Errors
    /// [`DownloadError`]; nothing was kept.
    fn download(&mut self, chunk: &[u8]) -> Result<DownloadHandle, DownloadError>;

    /// Takes a download out of use.
    ///
    /// # Errors
    /// [`DownloadError::UnknownHandle`], for one unloaded before too.
    fn unload(&mut self, handle: DownloadHandle) -> Result<Unloaded, DownloadError>;

    /// Bytes a client must leave free after the data of each chunk.
    fn append(&self) -> u32;

    /// Makes the largest possible free block, without a trace in what plays.
    fn compact(&mut self);

    /// Bytes left for downloads; nothing for as many as the system has.
    fn free_memory(&self) -> Option<u32>;
}

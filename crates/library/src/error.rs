//! Why there is no bank.

use std::fmt;
use std::io;
use std::path::PathBuf;

use dmus_dls::ReadError;
use dmus_synth::DownloadError;

use crate::reading::MAX_FILE_BYTES;

/// Why one file is no bank that could be played.
#[derive(Debug)]
#[non_exhaustive]
pub enum LoadError {
    /// It was told to end.
    Cancelled,
    /// The system does not give the file.
    File(io::Error),
    /// A folder, a device or a pipe.
    NotAFile,
    /// Longer than [`MAX_FILE_BYTES`].
    TooLong(u64),
    /// No bank file.
    Read(ReadError),
    /// A bank that no engine takes.
    Compile(DownloadError),
}

impl fmt::Display for LoadError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Cancelled => f.write_str("cancelled"),
            Self::File(error) => error.fmt(f),
            Self::NotAFile => f.write_str("not a file"),
            Self::TooLong(bytes) => write!(f, "{bytes} bytes, at most {MAX_FILE_BYTES} allowed"),
            Self::Read(error) => write!(f, "no bank that can be played: {error}"),
            Self::Compile(error) => write!(f, "no bank that can be played: {error}"),
        }
    }
}

impl std::error::Error for LoadError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::File(error) => Some(error),
            Self::Read(error) => Some(error),
            Self::Compile(error) => Some(error),
            Self::Cancelled | Self::NotAFile | Self::TooLong(_) => None,
        }
    }
}

/// A file that was looked at in vain.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Skipped {
    /// Where it is.
    pub path: PathBuf,
    /// Why it was not taken.
    pub reason: String,
}

impl fmt::Display for Skipped {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.path.display(), self.reason)
    }
}

/// Why the bank of a reference is not to be had.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum OpenError {
    /// It was told to end.
    Cancelled,
    /// No file anywhere is the bank.
    NotFound {
        /// Files that might have been it, and why they are not; those of the reference itself
        /// first.
        skipped: Vec<Skipped>,
    },
}

impl fmt::Display for OpenError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Cancelled => f.write_str("cancelled"),
            Self::NotFound { skipped } => match skipped.first() {
                Some(first) => first.fmt(f),
                None => f.write_str("there is no such file"),
            },
        }
    }
}

impl std::error::Error for OpenError {}

//! What reading a bank can say: why it failed, and what it forgave.

use std::error::Error;
use std::fmt;

mod defect;

pub use defect::Defect;

/// Four characters that name a chunk, a list or a form.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FourCc(pub [u8; 4]);

impl FourCc {
    /// All four are printable ASCII, as every registered name is.
    #[must_use]
    pub fn is_printable(self) -> bool {
        self.0.iter().all(|byte| (0x20..0x7F).contains(byte))
    }
}

impl fmt::Display for FourCc {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.0.escape_ascii())
    }
}

/// Why bytes are no bank.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReadError {
    /// What is wrong.
    pub kind: ReadErrorKind,
    /// Byte offset in the file at which it was found.
    pub offset: usize,
    /// Chunk path, such as `RIFF(DLS )/lins`; empty before the first chunk.
    pub path: String,
}

impl fmt::Display for ReadError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if !self.path.is_empty() {
            write!(f, "{} ", self.path)?;
        }
        write!(f, "at byte {}: {}", self.offset, self.kind)
    }
}

impl Error for ReadError {}

/// What is wrong with bytes that are no bank.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum ReadErrorKind {
    /// Fewer bytes than the head of a RIFF file.
    TooShort {
        /// Bytes that are there.
        bytes: usize,
    },
    /// The first four bytes are not `RIFF`.
    NotRiff {
        /// What they are.
        found: FourCc,
    },
    /// A RIFF file of another kind.
    UnsupportedForm {
        /// Its form, such as `WAVE`.
        found: FourCc,
    },
    /// A part without which there is no collection.
    Missing {
        /// Type of the list.
        list: FourCc,
    },
    /// The list of instruments holds none.
    NoInstruments,
    /// The wave pool holds no wave.
    NoWaves,
    /// The bank within a container is compressed, which is not undone here.
    Packed,
    /// A chunk without which there is no SoundFont.
    MissingChunk {
        /// Its id.
        id: FourCc,
    },
    /// The table of presets holds none.
    NoPresets,
    /// No sample of the table of samples can be played.
    NoSamples,
    /// The file's own condition (`cdl `) says that it is not meant for this reader.
    Excluded,
}

impl fmt::Display for ReadErrorKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::TooShort { bytes } => {
                write!(
                    f,
                    "{bytes} bytes are too few for a RIFF file, which has at least 12"
                )
            }
            Self::NotRiff { found } => {
                write!(f, "found `{found}`, but a bank file begins with `RIFF`")
            }
            Self::UnsupportedForm { found } => {
                write!(
                    f,
                    "form `{found}` is not supported; `DLS `, `sfbk` and `RMID` are"
                )
            }
            Self::Missing { list } => write!(f, "list `{list}` is missing"),
            Self::NoInstruments => write!(f, "list `lins` holds no instrument"),
            Self::NoWaves => write!(f, "list `wvpl` holds no wave"),
            Self::Packed => write!(
                f,
                "the bank in the container is compressed; unpack it first"
            ),
            Self::MissingChunk { id } => write!(f, "chunk `{id}` is missing"),
            Self::NoPresets => write!(f, "table `phdr` holds no preset"),
            Self::NoSamples => write!(f, "table `shdr` holds no sample that can be played"),
            Self::Excluded => write!(f, "the file excludes this reader by its own condition"),
        }
    }
}

/// One thing that the reader forgave.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Warning {
    /// Byte offset in the file at which it was found.
    pub offset: usize,
    /// Chunk path, such as `RIFF(DLS )/lins/ins [3]/lrgn/rgn [0]/wlnk`.
    pub path: String,
    /// What was found; its text says what was done about it.
    pub defect: Defect,
}

impl fmt::Display for Warning {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} at byte {}: {}", self.path, self.offset, self.defect)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn error_says_what_was_found_and_what_is_allowed() {
        let error = ReadError {
            kind: ReadErrorKind::UnsupportedForm {
                found: FourCc(*b"WAVE"),
            },
            offset: 8,
            path: "RIFF(WAVE)".into(),
        };
        assert_eq!(
            error.to_string(),
            "RIFF(WAVE) at byte 8: form `WAVE` is not supported; `DLS `, `sfbk` and `RMID` are"
        );
    }

    #[test]
    fn unprintable_name_is_shown_escaped() {
        assert_eq!(FourCc(*b"a\0\xFF ").to_string(), "a\\x00\\xff ");
    }
}

//! What can be wrong with a song, and what a reader forgave.

use std::error::Error;
use std::fmt;

/// Why a Standard MIDI File gave no song.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum SongError {
    /// No `MThd` chunk where one may be; the value is how many bytes were searched.
    NotMidi {
        /// Length of the input, bytes.
        len: usize,
    },
    /// The header chunk ends before its six bytes are complete.
    ShortHeader {
        /// Position of the chunk's data in the file, bytes.
        offset: usize,
        /// Bytes that were there; six are needed.
        found: usize,
    },
    /// The division cannot be a measure of time.
    Division {
        /// The two bytes as one number: 0, or a time code of zero frames or zero ticks.
        raw: u16,
    },
    /// Not one track chunk follows the header.
    NoTracks,
}

impl fmt::Display for SongError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotMidi { len } => write!(
                f,
                "no MThd chunk in {len} bytes: not a Standard MIDI File (.mid, .rmi)"
            ),
            Self::ShortHeader { offset, found } => {
                write!(
                    f,
                    "header chunk at byte {offset} holds {found} bytes, at least 6 needed"
                )
            }
            Self::Division { raw } => write!(
                f,
                "division 0x{raw:04x} measures no time: 1..=0x7fff ticks a quarter note, \
                 or a time code of at least one frame and one tick"
            ),
            Self::NoTracks => f.write_str("no MTrk chunk after the header: at least one needed"),
        }
    }
}

impl Error for SongError {}

/// What a reader forgave.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum WarningKind {
    /// Bytes before the header chunk were skipped.
    LeadingJunk,
    /// The format is none of 0, 1, 2; the tracks play together.
    UnknownFormat(u16),
    /// The header promised another number of tracks.
    TrackCount {
        /// Tracks in the header.
        declared: u16,
        /// Tracks in the file.
        found: usize,
    },
    /// A time code of an unusual number of frames a second; it is taken at its word.
    UnusualTimecode(u8),
    /// A chunk claims more bytes than the file has.
    TruncatedChunk {
        /// Bytes claimed.
        declared: u32,
        /// Bytes left.
        found: usize,
    },
    /// The track stops inside an event; what came before plays.
    TruncatedEvent,
    /// The track has no End of Track.
    MissingEndOfTrack,
    /// A delta time or length longer than four bytes; the rest of the track is not read.
    LongNumber,
    /// A data byte where a status byte must be; the rest of the track is not read.
    StrayData(u8),
    /// A status byte that no file may hold outside a packet; the rest of the track is not read.
    BadStatus(u8),
    /// A data byte of 128 or more in a channel message; the message is left out.
    BadData(u8),
    /// A system exclusive message without its F7; it was closed.
    UnclosedSysEx,
    /// Bytes of a packet that belong to no message were left out.
    StrayPacketBytes(usize),
    /// A tempo of zero microseconds, or of the wrong length, was left out.
    BadTempo,
    /// A meter with a zero, or of the wrong length, was left out.
    BadMeter,
    /// A port beyond the fourth was folded into 1 to 4.
    FoldedPort(u8),
    /// An embedded bank is not played.
    EmbeddedBank,
    /// Further warnings were counted, not kept.
    More(usize),
}

/// A leniency of the reader: where, and what.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Warning {
    /// Position in the file, bytes.
    pub offset: usize,
    /// Track, counted from 0; absent outside tracks.
    pub track: Option<usize>,
    /// What was forgiven.
    pub kind: WarningKind,
}

impl fmt::Display for Warning {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "byte {}", self.offset)?;
        if let Some(track) = self.track {
            write!(f, ", track {track}")?;
        }
        f.write_str(": ")?;
        match self.kind {
            WarningKind::LeadingJunk => f.write_str("bytes before the header skipped"),
            WarningKind::UnknownFormat(format) => {
                write!(
                    f,
                    "format {format} is none of 0, 1, 2; tracks play together"
                )
            }
            WarningKind::TrackCount { declared, found } => {
                write!(f, "header promises {declared} tracks, file has {found}")
            }
            WarningKind::UnusualTimecode(frames) => {
                write!(
                    f,
                    "time code of {frames} frames a second, usual are 24, 25, 29, 30"
                )
            }
            WarningKind::TruncatedChunk { declared, found } => {
                write!(f, "chunk claims {declared} bytes, {found} are left")
            }
            WarningKind::TruncatedEvent => f.write_str("track stops inside an event"),
            WarningKind::MissingEndOfTrack => f.write_str("track has no End of Track"),
            WarningKind::LongNumber => {
                f.write_str("number longer than 4 bytes; rest of the track not read")
            }
            WarningKind::StrayData(byte) => {
                write!(
                    f,
                    "data byte 0x{byte:02x} without a status; rest of the track not read"
                )
            }
            WarningKind::BadStatus(byte) => {
                write!(
                    f,
                    "status byte 0x{byte:02x} has no place here; rest of the track not read"
                )
            }
            WarningKind::BadData(byte) => {
                write!(f, "data byte 0x{byte:02x} is above 0x7f; message left out")
            }
            WarningKind::UnclosedSysEx => f.write_str("system exclusive closed, its F7 is missing"),
            WarningKind::StrayPacketBytes(count) => {
                write!(f, "{count} bytes of a packet belong to no message")
            }
            WarningKind::BadTempo => f.write_str("tempo left out: needs 3 bytes, not all zero"),
            WarningKind::BadMeter => f.write_str("meter left out: needs 4 bytes, no zero beats"),
            WarningKind::FoldedPort(port) => {
                write!(
                    f,
                    "port {port} folded into 0..=3: there are four channel groups"
                )
            }
            WarningKind::EmbeddedBank => f.write_str("embedded bank not played"),
            WarningKind::More(count) => write!(f, "{count} further warnings not kept"),
        }
    }
}

/// Why a text song gave no song: where, what was there, what was expected.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TextError {
    /// Line, counted from 1.
    pub line: usize,
    /// Column in characters, counted from 1.
    pub column: usize,
    /// The word at that place; empty at the end of a line.
    pub found: String,
    /// What would have been right there.
    pub expected: String,
}

impl fmt::Display for TextError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "line {}, column {}: ", self.line, self.column)?;
        if self.found.is_empty() {
            f.write_str("found nothing")?;
        } else {
            write!(f, "found `{}`", self.found)?;
        }
        write!(f, ", expected {}", self.expected)
    }
}

impl Error for TextError {}

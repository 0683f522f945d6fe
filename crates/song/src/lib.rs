//! Songs as timed messages: Standard MIDI Files read and written, recordings, a text notation.
//!
//! A [`Song`] is a flat list of complete MIDI messages. Each has an exact time, so a host may
//! place it on a frame at any sample rate without an accumulated error:
//!
//! ```
//! let song = dmus_song::demo();
//! let first = &song.messages()[0];
//! assert_eq!(first.time().frame(48_000), 0);
//! assert_eq!(dmus_song::Song::read_smf(&song.to_smf()).unwrap().messages(), song.messages());
//! ```
//!
//! In: bytes of a file, or text. Out: messages with exact times. Thread: control; nothing here
//! is real-time. Owner: whoever holds the song; it never changes once built.
//! Source: \[SMF\] for files, \[MIDI1\] for messages.

#![forbid(unsafe_code)]

mod builder;
mod demo;
mod error;
mod gm;
mod recording;
mod smf;
mod song;
mod take;
mod text;
mod time;

pub use demo::{DEMO_SOURCE, demo};
pub use error::{SongError, TextError, Warning, WarningKind};
pub use gm::sixteen_parts;
pub use recording::{Mark, MarkKind, Recording, RecordingError};
pub use song::{Marker, Message, Meter, Song, SongPosition, Tempo};
pub use time::SongTime;

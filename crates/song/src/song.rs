//! A song: timed messages in playing order, with its tempo and meter for a host's transport.
//!
//! Order: by tick, then by track, then as in the track; nothing reorders messages of one tick but
//! the places our own writer gives them (`smf::own`).

use std::fmt;

use crate::error::Warning;
use crate::time::SongTime;

/// Bytes of one message; the common short ones need no heap.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Bytes {
    Short { bytes: [u8; 3], len: u8 },
    Long(Box<[u8]>),
}

impl Bytes {
    pub(crate) fn new(bytes: &[u8]) -> Self {
        match *bytes {
            [a] => Self::Short {
                bytes: [a, 0, 0],
                len: 1,
            },
            [a, b] => Self::Short {
                bytes: [a, b, 0],
                len: 2,
            },
            [a, b, c] => Self::Short {
                bytes: [a, b, c],
                len: 3,
            },
            _ => Self::Long(bytes.into()),
        }
    }

    pub(crate) fn as_slice(&self) -> &[u8] {
        match self {
            Self::Short { bytes, len } => bytes.get(..usize::from(*len)).unwrap_or(bytes),
            Self::Long(bytes) => bytes,
        }
    }
}

/// One complete MIDI message of a song.
#[derive(Clone, PartialEq, Eq)]
pub struct Message {
    pub(crate) tick: u64,
    pub(crate) time: SongTime,
    pub(crate) bytes: Bytes,
    pub(crate) track: u32,
    pub(crate) group: u16,
}

impl Message {
    /// When it is due.
    #[must_use]
    pub const fn time(&self) -> SongTime {
        self.time
    }

    /// When it is due, in the file's own ticks from the start of the song.
    #[must_use]
    pub const fn tick(&self) -> u64 {
        self.tick
    }

    /// Channel group: `1..=4`, or 0 for all groups.
    #[must_use]
    pub const fn group(&self) -> u16 {
        self.group
    }

    /// Track of the file, counted from 0.
    #[must_use]
    pub const fn track(&self) -> u32 {
        self.track
    }

    /// The whole message, status byte first; a system exclusive one runs from F0 to F7.
    #[must_use]
    pub fn bytes(&self) -> &[u8] {
        self.bytes.as_slice()
    }
}

impl fmt::Debug for Message {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{} ({:.6} s) track {} group {}: {:02x?}",
            self.tick,
            self.time.seconds(),
            self.track,
            self.group,
            self.bytes()
        )
    }
}

/// A tempo, from its tick on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Tempo {
    pub(crate) tick: u64,
    pub(crate) time: SongTime,
    pub(crate) micros_per_quarter: u32,
}

impl Tempo {
    /// 120 quarter notes a minute, which holds until a file says otherwise.
    pub(crate) const DEFAULT_MICROS: u32 = 500_000;

    /// Where it begins.
    #[must_use]
    pub const fn time(&self) -> SongTime {
        self.time
    }

    /// Length of a quarter note, microseconds, at least 1.
    #[must_use]
    pub const fn micros_per_quarter(&self) -> u32 {
        self.micros_per_quarter
    }

    /// Quarter notes a minute.
    #[must_use]
    pub fn bpm(&self) -> f64 {
        60_000_000.0 / f64::from(self.micros_per_quarter)
    }
}

/// A meter, from its tick on; a bar begins there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Meter {
    pub(crate) tick: u64,
    pub(crate) numerator: u8,
    pub(crate) denominator: u16,
}

impl Meter {
    /// Beats in a bar, at least 1.
    #[must_use]
    pub const fn numerator(&self) -> u8 {
        self.numerator
    }

    /// Part of a whole note that is a beat: a power of two, `1..=32768`.
    #[must_use]
    pub const fn denominator(&self) -> u16 {
        self.denominator
    }

    /// Length of a bar, quarter notes.
    fn bar_quarters(&self) -> f64 {
        4.0 * f64::from(self.numerator) / f64::from(self.denominator)
    }
}

/// A text at a moment of the song.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Marker {
    pub(crate) tick: u64,
    pub(crate) text: String,
}

impl Marker {
    /// Where it stands, in the file's own ticks from the start of the song.
    #[must_use]
    pub const fn tick(&self) -> u64 {
        self.tick
    }

    /// What it says, at most 256 bytes.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }
}

/// Where a host's transport stands.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct SongPosition {
    /// Quarter notes since the start.
    pub quarters: f64,
    /// Quarter notes a minute, in force here.
    pub bpm: f64,
    /// Start of the bar, quarter notes since the start.
    pub bar_start_quarters: f64,
    /// Bar, counted from 0.
    pub bar: u32,
    /// Beats in a bar.
    pub numerator: u8,
    /// Part of a whole note that is a beat.
    pub denominator: u16,
}

/// Timed messages in playing order, with tempo, meter and what the reader forgave.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Song {
    pub(crate) title: String,
    pub(crate) division: crate::builder::Division,
    pub(crate) track_names: Vec<String>,
    pub(crate) messages: Vec<Message>,
    /// Never empty; the first stands at tick 0.
    pub(crate) tempos: Vec<Tempo>,
    /// Never empty; the first stands at tick 0.
    pub(crate) meters: Vec<Meter>,
    pub(crate) markers: Vec<Marker>,
    pub(crate) end_tick: u64,
    pub(crate) length: SongTime,
    pub(crate) warnings: Vec<Warning>,
}

impl Song {
    /// The song's own title, possibly empty.
    #[must_use]
    pub fn title(&self) -> &str {
        &self.title
    }

    /// All messages in playing order.
    #[must_use]
    pub fn messages(&self) -> &[Message] {
        &self.messages
    }

    /// The end: the latest End of Track, never before the last message.
    #[must_use]
    pub const fn length(&self) -> SongTime {
        self.length
    }

    /// Names of the tracks, empty where a track has none.
    #[must_use]
    pub fn track_names(&self) -> &[String] {
        &self.track_names
    }

    /// Tempos in order; the first begins the song.
    #[must_use]
    pub fn tempos(&self) -> &[Tempo] {
        &self.tempos
    }

    /// Meters in order; the first begins the song.
    #[must_use]
    pub fn meters(&self) -> &[Meter] {
        &self.meters
    }

    /// Markers in order.
    #[must_use]
    pub fn markers(&self) -> &[Marker] {
        &self.markers
    }

    /// What the reader forgave, in file order; empty for a song without faults.
    #[must_use]
    pub fn warnings(&self) -> &[Warning] {
        &self.warnings
    }

    /// What a transport shows `frame` frames into the song at a sample rate in Hz.
    ///
    /// A time-code song has no tempo of its own; it is shown at 120.
    #[must_use]
    #[expect(
        clippy::cast_precision_loss,
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "display values; a frame count stays far below 2^53 and a bar count below 2^32"
    )]
    pub fn position_at_frame(&self, frame: u64, rate_hz: u32) -> SongPosition {
        let after = self
            .tempos
            .partition_point(|tempo| tempo.time.frame(rate_hz) <= frame);
        let tempo = self.tempos.get(after.saturating_sub(1));
        let (start_quarters, start_seconds, micros) = tempo.map_or((0.0, 0.0, 500_000), |tempo| {
            (
                self.quarters(tempo.tick),
                tempo.time.seconds(),
                tempo.micros_per_quarter,
            )
        });
        let seconds = frame as f64 / f64::from(rate_hz.max(1));
        let quarter_s = f64::from(micros) / 1e6;
        let quarters = start_quarters + (seconds - start_seconds).max(0.0) / quarter_s;

        let mut bar = 0.0;
        let mut start = 0.0;
        let mut meter = Meter {
            tick: 0,
            numerator: 4,
            denominator: 4,
        };
        for next in &self.meters {
            let at = self.quarters(next.tick);
            if at > quarters {
                break;
            }
            bar += ((at - start) / meter.bar_quarters()).ceil();
            start = at;
            meter = *next;
        }
        let whole = ((quarters - start) / meter.bar_quarters()).floor();
        SongPosition {
            quarters,
            bpm: 6e7 / f64::from(micros),
            bar_start_quarters: start + whole * meter.bar_quarters(),
            bar: (bar + whole) as u32,
            numerator: meter.numerator,
            denominator: meter.denominator,
        }
    }

    #[expect(clippy::cast_precision_loss, reason = "display values")]
    fn quarters(&self, tick: u64) -> f64 {
        tick as f64 / self.division.ticks_per_quarter()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_message_stays_small() {
        assert!(size_of::<Message>() <= 48, "{}", size_of::<Message>());
    }

    #[test]
    fn bytes_keep_their_length() {
        for message in [
            &[0xf8_u8][..],
            &[0xc0, 1],
            &[0x90, 60, 100],
            &[0xf0, 1, 2, 0xf7],
        ] {
            assert_eq!(Bytes::new(message).as_slice(), message);
        }
    }
}

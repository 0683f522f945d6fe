//! A recording: messages and transport marks with times of 100 ns, made into a song.
//!
//! In: whole messages and marks, as a master clock stamped them. Out: a [`Song`] whose file plays
//! each message on the same frame again.
//! Owner: whoever exports. Thread: control; nothing here is real-time.
//! Source: \[SMF\] format 1, Set Tempo, marker, MIDI port.
//!
//! Time of the file is time of the master clock, which never jumps: where the host's song jumped
//! stands a marker. The tempo map follows the marks, 120 before the first. A tempo begins on a
//! tick, so it may be late by less than one; messages are not, for the file says how long before
//! its tick each is due (see the own meta events of this crate's reader).

mod tempo;

use std::collections::BTreeMap;
use std::error::Error;
use std::fmt;

use crate::builder::{Division, Layout, Place, Track, build};
use crate::song::Song;
use tempo::TempoMap;

/// Highest channel group.
const MAX_GROUP: u16 = 4;

/// What happened to the host's transport.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum MarkKind {
    /// Nothing: it says what holds from here on.
    State,
    /// The song begins to run.
    Play,
    /// The song stands still.
    Stop,
    /// The song goes on from another position.
    Locate,
    /// The song passed the end of its loop.
    Loop,
    /// The host begins to record.
    RecordOn,
    /// The host ceases to record.
    RecordOff,
}

impl MarkKind {
    /// Its word in a marker; none where tempo and meter say everything.
    const fn word(self) -> Option<&'static str> {
        match self {
            Self::State => None,
            Self::Play => Some("Play"),
            Self::Stop => Some("Stop"),
            Self::Locate => Some("Locate"),
            Self::Loop => Some("Loop"),
            Self::RecordOn => Some("Record"),
            Self::RecordOff => Some("Record off"),
        }
    }
}

/// The host's transport from one moment on; what is absent stays as it was.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Mark {
    /// What happened.
    pub kind: MarkKind,
    /// Whether the song runs from here on.
    pub playing: bool,
    /// Position of the song, quarter notes since its start; may be negative.
    pub quarters: Option<f64>,
    /// Quarter notes a minute; what is not a number above 0 is passed over.
    pub bpm: Option<f64>,
    /// Beats in a bar, at least 1, and the part of a whole note that is a beat, a power of two.
    pub meter: Option<(u8, u16)>,
}

impl Mark {
    /// Text of its marker in a file, if it needs one.
    fn text(&self) -> Option<String> {
        let word = self.kind.word()?;
        Some(match self.quarters {
            Some(quarters) => format!("{word} at {quarters:.3} quarters"),
            None => word.to_owned(),
        })
    }
}

/// Why a message is not recorded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum RecordingError {
    /// The bytes are not exactly one MIDI message with its own status byte.
    NotWhole {
        /// How many bytes they are.
        len: usize,
        /// The first of them, if there is one.
        first: Option<u8>,
    },
    /// No such channel group.
    Group {
        /// The group asked for; `0..=4` there are, 0 for all.
        group: u16,
    },
}

impl fmt::Display for RecordingError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotWhole { len, first } => write!(
                f,
                "{len} bytes beginning with {:#04x} are not one whole midi message",
                first.unwrap_or(0)
            ),
            Self::Group { group } => {
                write!(f, "channel group {group} is none of 0..={MAX_GROUP}")
            }
        }
    }
}

impl Error for RecordingError {}

/// One recorded message; its bytes lie with those of all others.
#[derive(Debug, Clone, Copy)]
struct Recorded {
    units: u64,
    group: u16,
    start: usize,
    end: usize,
}

/// Messages and marks on their way into a song.
///
/// ```
/// use dmus_song::{Recording, Song};
/// let mut recording = Recording::new("Take 1");
/// recording.message(1_234_567, 2, &[0x90, 60, 100])?;
/// let song = Song::read_smf(&recording.into_song().to_smf()).unwrap();
/// assert_eq!(song.messages()[0].time().units_100ns(), 1_234_567);
/// assert_eq!(song.messages()[0].group(), 2);
/// # Ok::<(), dmus_song::RecordingError>(())
/// ```
#[derive(Debug, Clone, Default)]
pub struct Recording {
    title: String,
    rate_hz: Option<u32>,
    messages: Vec<Recorded>,
    bytes: Vec<u8>,
    marks: Vec<(u64, Mark)>,
    end: u64,
}

impl Recording {
    /// An empty recording.
    ///
    /// - `title`: name of the song and of its first track; only its first 256 bytes are kept by
    ///   those who read the file
    #[must_use]
    pub fn new(title: &str) -> Self {
        Self {
            title: title.to_owned(),
            ..Self::default()
        }
    }

    /// Prefers ticks that are whole frames at this rate in Hz, where the first tempo permits: the
    /// file is smaller. What it plays is the same.
    #[must_use]
    pub const fn at_rate(mut self, rate_hz: u32) -> Self {
        self.rate_hz = Some(rate_hz);
        self
    }

    /// Adds a message behind all others of its time.
    ///
    /// - `units`: 100 ns after the start of the recording
    /// - `group`: channel group `1..=4`, or 0 for all
    /// - `bytes`: one whole message, status byte first; a system exclusive one from F0 to F7
    ///
    /// # Errors
    /// [`RecordingError`] says what is wrong with bytes or group; nothing was added.
    pub fn message(&mut self, units: u64, group: u16, bytes: &[u8]) -> Result<(), RecordingError> {
        if group > MAX_GROUP {
            return Err(RecordingError::Group { group });
        }
        if !is_whole(bytes) {
            let (len, first) = (bytes.len(), bytes.first().copied());
            return Err(RecordingError::NotWhole { len, first });
        }
        let start = self.bytes.len();
        self.bytes.extend(bytes);
        let end = self.bytes.len();
        self.messages.push(Recorded {
            units,
            group,
            start,
            end,
        });
        self.end = self.end.max(units);
        Ok(())
    }

    /// Adds a mark behind all others of its time, `units` of 100 ns after the start.
    pub fn mark(&mut self, units: u64, mark: Mark) {
        self.marks.push((units, mark));
        self.end = self.end.max(units);
    }

    /// Makes the recording last at least this long, in 100 ns.
    pub fn lasts(&mut self, units: u64) {
        self.end = self.end.max(units);
    }

    /// The song: a first track with tempo, meter and markers, then one for each channel of each
    /// group that has messages, and one for a group's system messages.
    #[must_use]
    pub fn into_song(mut self) -> Song {
        self.messages.sort_by_key(|message| message.units);
        self.marks.sort_by_key(|(units, _)| *units);
        let map = TempoMap::new(self.rate_hz, &self.marks);
        let mut first = Track {
            name: self.title.trim().to_owned(),
            tempos: map.tempos(),
            end: map.tick(self.end),
            ..Track::default()
        };
        for (units, mark) in &self.marks {
            let tick = map.tick(*units);
            let meter = mark
                .meter
                .filter(|(beats, beat)| *beats > 0 && beat.is_power_of_two());
            if let Some((beats, beat)) = meter {
                first.meters.push((tick, beats, beat));
            }
            first.markers.extend(mark.text().map(|text| (tick, text)));
        }
        let tracks = self.tracks(&map);
        let all = std::iter::once(first).chain(tracks).collect();
        build(
            Division::Metrical(map.division()),
            Layout::Parallel,
            all,
            Vec::new(),
        )
    }

    /// One track for each kind of message, those for all groups first.
    fn tracks(&self, map: &TempoMap) -> impl Iterator<Item = Track> + use<> {
        let mut tracks: BTreeMap<(u16, Option<u8>), Track> = BTreeMap::new();
        for (number, message) in self.messages.iter().enumerate() {
            let bytes = self.bytes.get(message.start..message.end);
            let bytes = bytes.unwrap_or_default();
            let channel = bytes.first().filter(|status| **status < 0xf0);
            let key = (message.group, channel.map(|status| status & 0x0f));
            let track = tracks.entry(key).or_insert_with(|| named(key));
            let tick = map.tick(message.units);
            let place = Place {
                early: map.early(tick, message.units),
                // The place in the whole; the file's writer makes small numbers of it.
                order: u32::try_from(number).unwrap_or(u32::MAX),
            };
            track.push_placed(tick, place, message.group, bytes);
            track.end = tick;
        }
        tracks.into_values()
    }
}

/// An empty track with the name of its group and channel.
fn named((group, channel): (u16, Option<u8>)) -> Track {
    let group = match group {
        0 => "All Groups".to_owned(),
        group => format!("Group {group}"),
    };
    let name = match channel {
        Some(channel) => format!("{group} Channel {}", channel + 1),
        None => format!("{group} System"),
    };
    Track {
        name,
        ..Track::default()
    }
}

/// Whether bytes are exactly one message.
fn is_whole(bytes: &[u8]) -> bool {
    let data = |data: &[u8]| data.iter().all(|byte| *byte < 0x80);
    match bytes {
        [0xf0, body @ .., 0xf7] => data(body),
        [0xc0..=0xdf | 0xf1 | 0xf3, rest @ ..] => rest.len() == 1 && data(rest),
        [0x80..=0xef | 0xf2, rest @ ..] => rest.len() == 2 && data(rest),
        [0xf6 | 0xf8..=0xff] => true,
        _ => false,
    }
}

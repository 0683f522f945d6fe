//! A song as a Standard MIDI File of format 1.
//!
//! Source: \[SMF\] chunks, delta times, meta events.

use super::own::Own;
use crate::builder::{Division, Place, time_of};
use crate::song::{Message, Song};

/// No message's group.
const NO_GROUP: u16 = u16::MAX;

/// Longest delta time of one event.
const MAX_DELTA: u64 = 0x0fff_ffff;

/// The whole file.
pub(super) fn to_smf(song: &Song) -> Vec<u8> {
    let count = song.track_names.len().max(1);
    // With one group nothing needs a port; with more, a reader should find each track's.
    let group = if song.messages.iter().all(|message| message.group == 1) {
        1
    } else {
        NO_GROUP
    };
    let mut tracks: Vec<TrackBytes> = Vec::with_capacity(count);
    for index in 0..count {
        let mut track = TrackBytes::new(group);
        let name = song.track_names.get(index).map_or("", String::as_str);
        if !name.is_empty() {
            track.meta(0, 0x03, name.as_bytes());
        }
        tracks.push(track);
    }
    let mut conductor = conductor_events(song).into_iter().peekable();
    let mut places = Places::new(song);
    for message in &song.messages {
        let place = places.next(message);
        let first = message.track == 0;
        while first
            && conductor
                .peek()
                .is_some_and(|(tick, ..)| *tick <= message.tick)
        {
            if let (Some((tick, kind, data)), Some(track)) = (conductor.next(), tracks.first_mut())
            {
                track.meta(tick, kind, &data);
            }
        }
        let index = usize::try_from(message.track).unwrap_or(usize::MAX);
        if let Some(track) = tracks.get_mut(index) {
            track.message(message, place);
        }
    }
    for (index, track) in tracks.iter_mut().enumerate() {
        if index == 0 {
            for (tick, kind, data) in conductor.by_ref() {
                track.meta(tick, kind, &data);
            }
        }
        let end = if index == 0 {
            song.end_tick
        } else {
            track.tick
        };
        track.meta(end, 0x2f, &[]);
    }
    assemble(song.division, &tracks)
}

fn assemble(division: Division, tracks: &[TrackBytes]) -> Vec<u8> {
    let mut file = b"MThd\0\0\0\x06\0\x01".to_vec();
    file.extend(
        u16::try_from(tracks.len())
            .unwrap_or(u16::MAX)
            .to_be_bytes(),
    );
    file.extend(match division {
        Division::Metrical(ticks) => ticks.to_be_bytes(),
        Division::Timecode { frames, ticks } => [frames.wrapping_neg(), ticks],
    });
    for track in tracks {
        file.extend(b"MTrk");
        file.extend(
            u32::try_from(track.bytes.len())
                .unwrap_or(u32::MAX)
                .to_be_bytes(),
        );
        file.extend(&track.bytes);
    }
    file
}

/// Finds what the tick and the track of a message leave open.
struct Places<'a> {
    song: &'a Song,
    last: Option<&'a Message>,
    order: u32,
}

impl<'a> Places<'a> {
    const fn new(song: &'a Song) -> Self {
        Self {
            song,
            last: None,
            order: 0,
        }
    }

    /// The place of the next message in playing order.
    fn next(&mut self, message: &'a Message) -> Place {
        let moment = |message: &Message| (message.tick, message.time);
        let last = self.last.replace(message);
        self.order = match last.filter(|last| moment(last) == moment(message)) {
            // Of one moment the tracks play in turn, so a step back needs a higher rank.
            Some(last) if last.track > message.track => self.order.saturating_add(1),
            Some(_) => self.order,
            None => 0,
        };
        let tick = time_of(self.song.division, &self.song.tempos, message.tick);
        let early = if message.time < tick {
            let early = tick
                .units_100ns()
                .saturating_sub(message.time.units_100ns());
            u32::try_from(early).unwrap_or(u32::MAX)
        } else {
            0
        };
        Place {
            early,
            order: self.order,
        }
    }
}

/// Tempos, meters and markers that differ from what holds without them, in order.
fn conductor_events(song: &Song) -> Vec<(u64, u8, Vec<u8>)> {
    let mut events = Vec::new();
    for marker in &song.markers {
        events.push((marker.tick, 0x06, marker.text.clone().into_bytes()));
    }
    for meter in &song.meters {
        let power = meter.denominator.trailing_zeros();
        let power = u8::try_from(power).unwrap_or(2);
        events.push((meter.tick, 0x58, vec![meter.numerator, power, 24, 8]));
    }
    if matches!(song.division, Division::Metrical(_)) {
        for tempo in &song.tempos {
            let [_, a, b, c] = tempo.micros_per_quarter.to_be_bytes();
            events.push((tempo.tick, 0x51, vec![a, b, c]));
        }
    }
    events.sort_by_key(|(tick, ..)| *tick);
    events
}

/// A track as it is written.
#[derive(Debug)]
struct TrackBytes {
    bytes: Vec<u8>,
    tick: u64,
    /// Group of the messages to come, [`NO_GROUP`] before the first.
    group: u16,
}

impl TrackBytes {
    /// An empty track that needs no port while it stays in `group`.
    const fn new(group: u16) -> Self {
        Self {
            bytes: Vec::new(),
            tick: 0,
            group,
        }
    }

    fn message(&mut self, message: &Message, place: Place) {
        if message.group != self.group {
            self.group = message.group;
            match message.group.checked_sub(1) {
                Some(port) => {
                    let port = u8::try_from(port).unwrap_or(0);
                    self.meta(message.tick, 0x21, &[port]);
                }
                None => self.meta(message.tick, 0x7f, &Own::Group(0).to_bytes()),
            }
        }
        if place != Place::default() {
            self.meta(message.tick, 0x7f, &Own::Place(place).to_bytes());
        }
        self.delta(message.tick);
        match message.bytes().split_first() {
            Some((0xf0, rest)) => {
                self.bytes.push(0xf0);
                self.counted(rest);
            }
            Some((0xf1..=0xff, _)) => {
                self.bytes.push(0xf7);
                self.counted(message.bytes());
            }
            _ => self.bytes.extend(message.bytes()),
        }
    }

    fn meta(&mut self, tick: u64, kind: u8, data: &[u8]) {
        self.delta(tick);
        self.bytes.extend([0xff, kind]);
        self.counted(data);
    }

    /// The time since the event before; a longer pause than one delta holds is cut by empty texts.
    fn delta(&mut self, tick: u64) {
        let mut pause = tick.saturating_sub(self.tick);
        while pause > MAX_DELTA {
            self.number(u32::MAX >> 4);
            self.bytes.extend([0xff, 0x01, 0x00]);
            pause -= MAX_DELTA;
        }
        self.number(u32::try_from(pause).unwrap_or(0));
        self.tick = self.tick.max(tick);
    }

    fn counted(&mut self, data: &[u8]) {
        self.number(u32::try_from(data.len()).unwrap_or(u32::MAX));
        self.bytes.extend(data);
    }

    fn number(&mut self, value: u32) {
        push_number(&mut self.bytes, value);
    }
}

/// Appends a number of 7 bits a byte, most significant first, at most four bytes.
pub(super) fn push_number(bytes: &mut Vec<u8>, value: u32) {
    for shift in [21, 14, 7] {
        if value >> shift > 0 {
            bytes.push(0x80 | (value >> shift).to_le_bytes()[0]);
        }
    }
    bytes.push(value.to_le_bytes()[0] & 0x7f);
}

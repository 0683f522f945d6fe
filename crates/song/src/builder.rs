//! From tracks with ticks to a song with times: the merge and the tempo map.
//!
//! In: tracks as a file or a text gave them. Out: a [`Song`].
//! Source: \[SMF\] formats, division, Set Tempo.

use std::num::NonZeroU64;

use crate::error::Warning;
use crate::song::{Bytes, Marker, Message, Meter, Song, Tempo};
use crate::time::SongTime;

/// How long a tick is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Division {
    /// Ticks of a quarter note, `1..=0x7fff`.
    Metrical(u16),
    /// Frames a second (29 means 30000/1001) and ticks of a frame, both at least 1.
    Timecode { frames: u8, ticks: u8 },
}

impl Division {
    /// Units of [`SongTime`] in a second.
    fn units_per_second(self) -> NonZeroU64 {
        let units = match self {
            Self::Metrical(ticks) => u64::from(ticks) * 1_000_000,
            Self::Timecode { frames: 29, ticks } => 30_000 * u64::from(ticks),
            Self::Timecode { frames, ticks } => u64::from(frames) * u64::from(ticks),
        };
        NonZeroU64::new(units).unwrap_or(NonZeroU64::MIN)
    }

    /// Units of [`SongTime`] in a tick.
    fn units_per_tick(self, micros_per_quarter: u32) -> u64 {
        match self {
            Self::Metrical(_) => u64::from(micros_per_quarter),
            Self::Timecode { frames: 29, .. } => 1_001,
            Self::Timecode { .. } => 1,
        }
    }

    /// Ticks of a quarter note, at 120 a minute where ticks measure seconds.
    pub(crate) fn ticks_per_quarter(self) -> f64 {
        match self {
            Self::Metrical(ticks) => f64::from(ticks),
            Self::Timecode { frames: 29, ticks } => f64::from(ticks) * 15_000.0 / 1_001.0,
            Self::Timecode { frames, ticks } => f64::from(frames) * f64::from(ticks) / 2.0,
        }
    }
}

/// How the tracks of a file stand to each other.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Layout {
    /// All at once (formats 0 and 1).
    Parallel,
    /// One after another, each with a tempo map of its own (format 2).
    Sequential,
}

/// Where a message lies that its tick alone does not place.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Place {
    /// How long before its tick it is due, in 100 ns; less than a tick.
    pub(crate) early: u32,
    /// Rank among the messages of one moment, before the track.
    pub(crate) order: u32,
}

/// One message of a track.
#[derive(Debug)]
pub(crate) struct Event {
    pub(crate) tick: u64,
    pub(crate) place: Place,
    pub(crate) group: u16,
    pub(crate) bytes: Bytes,
}

/// One track in ticks from its own start.
#[derive(Debug, Default)]
pub(crate) struct Track {
    pub(crate) name: String,
    pub(crate) messages: Vec<Event>,
    pub(crate) tempos: Vec<(u64, u32)>,
    pub(crate) meters: Vec<(u64, u8, u16)>,
    pub(crate) markers: Vec<(u64, String)>,
    /// End of Track, tick.
    pub(crate) end: u64,
}

impl Track {
    /// Adds a message; ticks may not decrease.
    pub(crate) fn push(&mut self, tick: u64, group: u16, bytes: &[u8]) {
        self.push_placed(tick, Place::default(), group, bytes);
    }

    /// Adds a message that its tick alone does not place.
    pub(crate) fn push_placed(&mut self, tick: u64, place: Place, group: u16, bytes: &[u8]) {
        self.messages.push(Event {
            tick,
            place,
            group,
            bytes: Bytes::new(bytes),
        });
    }
}

/// Merges tracks into a song.
pub(crate) fn build(
    division: Division,
    layout: Layout,
    tracks: Vec<Track>,
    warnings: Vec<Warning>,
) -> Song {
    let title = tracks
        .first()
        .map(|track| track.name.clone())
        .unwrap_or_default();
    let mut track_names = Vec::with_capacity(tracks.len());
    let mut messages = Vec::with_capacity(tracks.iter().map(|track| track.messages.len()).sum());
    let mut tempos = vec![(0, Tempo::DEFAULT_MICROS)];
    let mut meters = vec![(0, 4, 4)];
    let mut markers = Vec::new();
    let mut offset = 0_u64;
    let mut end_tick = 0_u64;
    for (index, track) in tracks.into_iter().enumerate() {
        if layout == Layout::Sequential {
            offset = end_tick;
            tempos.push((offset, Tempo::DEFAULT_MICROS));
            meters.push((offset, 4, 4));
        }
        let at = |tick: u64| offset.saturating_add(tick);
        let last = track.messages.last().map_or(0, |event| event.tick);
        end_tick = end_tick.max(at(track.end.max(last)));
        tempos.extend(
            track
                .tempos
                .into_iter()
                .map(|(tick, micros)| (at(tick), micros)),
        );
        meters.extend(
            track
                .meters
                .into_iter()
                .map(|(tick, n, d)| (at(tick), n, d)),
        );
        markers.extend(track.markers.into_iter().map(|(tick, text)| Marker {
            tick: at(tick),
            text,
        }));
        track_names.push(track.name);
        let number = u32::try_from(index).unwrap_or(u32::MAX);
        messages.extend(track.messages.into_iter().map(|event| {
            let message = Message {
                tick: at(event.tick),
                time: SongTime::ZERO,
                bytes: event.bytes,
                track: number,
                group: event.group,
            };
            (message, event.place)
        }));
    }
    // Stable sorts: equal ticks keep track order, then file order.
    messages.sort_by_key(|(message, _)| message.tick);
    markers.sort_by_key(|marker| marker.tick);
    tempos.sort_by_key(|(tick, _)| *tick);
    meters.sort_by_key(|(tick, ..)| *tick);
    if matches!(division, Division::Timecode { .. }) {
        tempos.truncate(1);
    }

    let tempos = tempo_map(division, &tempos);
    stamp(division, &tempos, &mut messages);
    if messages.iter().any(|(_, place)| *place != Place::default()) {
        messages.sort_by_key(|(message, place)| (message.tick, message.time, place.order));
    }
    Song {
        title,
        division,
        track_names,
        messages: messages.into_iter().map(|(message, _)| message).collect(),
        length: time_of(division, &tempos, end_tick),
        tempos,
        meters: meter_map(&meters),
        markers,
        end_tick,
        warnings,
    }
}

/// Tempos with their times; of several at one tick the last holds, repetitions are dropped.
fn tempo_map(division: Division, changes: &[(u64, u32)]) -> Vec<Tempo> {
    let mut map: Vec<Tempo> = Vec::new();
    for &(tick, micros_per_quarter) in changes {
        let time = time_of(division, &map, tick);
        while map.last().is_some_and(|last| last.tick == tick) {
            map.pop();
        }
        if map
            .last()
            .is_none_or(|last| last.micros_per_quarter != micros_per_quarter)
        {
            map.push(Tempo {
                tick,
                time,
                micros_per_quarter,
            });
        }
    }
    map
}

/// Meters of which none repeats the one before; of several at one tick the last holds.
fn meter_map(changes: &[(u64, u8, u16)]) -> Vec<Meter> {
    let mut map: Vec<Meter> = Vec::new();
    for &(tick, numerator, denominator) in changes {
        while map.last().is_some_and(|last| last.tick == tick) {
            map.pop();
        }
        let same = |last: &Meter| (last.numerator, last.denominator) == (numerator, denominator);
        if !map.last().is_some_and(same) {
            map.push(Meter {
                tick,
                numerator,
                denominator,
            });
        }
    }
    map
}

/// The time of a tick at or after the last tempo of `map`.
pub(crate) fn time_of(division: Division, map: &[Tempo], tick: u64) -> SongTime {
    let per_second = division.units_per_second();
    let after = map.partition_point(|tempo| tempo.tick <= tick);
    let units = map.get(after.saturating_sub(1)).map_or(0, |tempo| {
        let ticks = tick.saturating_sub(tempo.tick);
        let since = ticks.saturating_mul(division.units_per_tick(tempo.micros_per_quarter));
        tempo.time.units().saturating_add(since)
    });
    SongTime::new(units, per_second)
}

/// Gives every message its time, walking the tempo map once.
fn stamp(division: Division, map: &[Tempo], messages: &mut [(Message, Place)]) {
    let mut current = 0;
    for (message, place) in messages {
        while map
            .get(current + 1)
            .is_some_and(|next| next.tick <= message.tick)
        {
            current += 1;
        }
        let here = map.get(current..=current).unwrap_or(map);
        message.time = time_of(division, here, message.tick);
        if place.early > 0 {
            let before = message
                .tick
                .checked_sub(1)
                .map_or(SongTime::ZERO, |tick| time_of(division, map, tick));
            message.time = message.time.earlier(place.early, before);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn track(messages: &[u64], tempos: &[(u64, u32)], end: u64) -> Track {
        let mut track = Track {
            tempos: tempos.to_vec(),
            end,
            ..Track::default()
        };
        for &tick in messages {
            track.push(tick, 1, &[0xf8]);
        }
        track
    }

    fn nanos(song: &Song) -> Vec<u64> {
        song.messages()
            .iter()
            .map(|message| message.time().nanos())
            .collect()
    }

    #[test]
    fn tempos_of_any_track_hold_for_all_tracks() {
        let tracks = vec![
            track(&[480, 960], &[], 960),
            track(&[], &[(480, 1_000_000)], 0),
        ];
        let song = build(
            Division::Metrical(480),
            Layout::Parallel,
            tracks,
            Vec::new(),
        );
        assert_eq!(nanos(&song), [500_000_000, 1_500_000_000]);
        assert_eq!(song.length().nanos(), 1_500_000_000);
    }

    #[test]
    fn of_two_tempos_at_one_tick_the_later_track_wins() {
        let tracks = vec![
            track(&[100], &[(0, 1)], 0),
            track(&[], &[(0, 2_000_000)], 0),
        ];
        let song = build(
            Division::Metrical(100),
            Layout::Parallel,
            tracks,
            Vec::new(),
        );
        assert_eq!(nanos(&song), [2_000_000_000]);
        assert_eq!(song.tempos().len(), 1);
    }

    #[test]
    fn sequences_follow_one_another_with_their_own_tempo() {
        let tracks = vec![track(&[96], &[(0, 1_000_000)], 192), track(&[96], &[], 96)];
        let song = build(
            Division::Metrical(96),
            Layout::Sequential,
            tracks,
            Vec::new(),
        );
        assert_eq!(nanos(&song), [1_000_000_000, 2_500_000_000]);
    }

    #[test]
    fn time_code_ticks_ignore_tempo() {
        let tracks = vec![track(&[1_000], &[(0, 1)], 0)];
        let division = Division::Timecode {
            frames: 25,
            ticks: 40,
        };
        let song = build(division, Layout::Parallel, tracks, Vec::new());
        assert_eq!(nanos(&song), [1_000_000_000]);
    }

    #[test]
    fn drop_frame_seconds_are_a_thousandth_longer() {
        let tracks = vec![track(&[3_000], &[], 0)];
        let division = Division::Timecode {
            frames: 29,
            ticks: 100,
        };
        let song = build(division, Layout::Parallel, tracks, Vec::new());
        assert_eq!(nanos(&song), [1_001_000_000]);
    }

    #[test]
    fn odd_tempos_do_not_accumulate_an_error() {
        // Thirds of a microsecond a tick, changed at every tick, for 10 000 ticks.
        let changes: Vec<_> = (0..10_000)
            .map(|tick| (tick, 1 + (tick % 2) as u32))
            .collect();
        let tracks = vec![track(&[10_000], &changes, 0)];
        let song = build(Division::Metrical(3), Layout::Parallel, tracks, Vec::new());
        assert_eq!(nanos(&song), [5_000_000]);
    }

    #[test]
    fn equal_ticks_keep_track_order() {
        let mut second = Track::default();
        second.push(0, 2, &[0xfa]);
        let tracks = vec![track(&[0, 5], &[], 5), second];
        let song = build(Division::Metrical(96), Layout::Parallel, tracks, Vec::new());
        let groups: Vec<_> = song.messages().iter().map(Message::group).collect();
        assert_eq!(groups, [1, 2, 1]);
    }

    #[test]
    fn bars_are_counted_across_meters() {
        let mut only = track(&[], &[], 96 * 100);
        only.meters = vec![(0, 4, 4), (96 * 8, 3, 4)];
        let song = build(
            Division::Metrical(96),
            Layout::Parallel,
            vec![only],
            Vec::new(),
        );
        // 120 a minute, 1000 Hz: a quarter note is 500 frames.
        let position = song.position_at_frame(12 * 500, 1_000);
        assert_eq!((position.bar, position.numerator), (3, 3));
        assert!((position.bar_start_quarters - 11.0).abs() < 1e-9);
        assert!((position.quarters - 12.0).abs() < 1e-9);
    }
}

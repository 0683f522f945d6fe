//! Recordings: a file of one plays every message again, at its time, in its group, in its order.

#![expect(
    clippy::unwrap_used,
    clippy::cast_possible_truncation,
    reason = "tests may unwrap"
)]

use dmus_song::{Mark, MarkKind, Recording, RecordingError, Song};
use midly::{MetaMessage, Smf, TrackEventKind};
use proptest::prelude::*;

type Timed = (u64, u16, Vec<u8>);

fn recorded(messages: &[Timed], marks: &[(u64, Mark)], rate_hz: Option<u32>) -> Song {
    let mut recording = Recording::new("Take");
    if let Some(rate_hz) = rate_hz {
        recording = recording.at_rate(rate_hz);
    }
    for (units, group, bytes) in messages {
        recording.message(*units, *group, bytes).unwrap();
    }
    for (units, mark) in marks {
        recording.mark(*units, *mark);
    }
    recording.into_song()
}

fn heard(song: &Song) -> Vec<Timed> {
    let timed = song.messages().iter().map(|message| {
        (
            message.time().units_100ns(),
            message.group(),
            message.bytes().to_vec(),
        )
    });
    timed.collect()
}

/// Stamp of a frame: the first unit of 100 ns that is not before it.
fn stamp(frame: u64, rate_hz: u32) -> u64 {
    (frame * 10_000_000).div_ceil(u64::from(rate_hz))
}

/// The file of these messages gives them back, and is the file of what it gives back.
fn check(messages: &[Timed], marks: &[(u64, Mark)], rate_hz: Option<u32>) -> Song {
    let song = recorded(messages, marks, rate_hz);
    assert_eq!(heard(&song), messages);
    let file = song.to_smf();
    let again = Song::read_smf(&file).unwrap();
    assert_eq!(again, song);
    assert_eq!(again.to_smf(), file);
    again
}

fn state(bpm: f64) -> Mark {
    Mark {
        kind: MarkKind::State,
        playing: true,
        quarters: None,
        bpm: Some(bpm),
        meter: None,
    }
}

fn message() -> impl Strategy<Value = Vec<u8>> {
    let long = proptest::collection::vec(0_u8..128, 0..300);
    prop_oneof![
        8 => (0x80_u8..=0xef, 0_u8..128, 0_u8..128).prop_map(|(status, a, b)| {
            if matches!(status, 0xc0..=0xdf) { vec![status, a] } else { vec![status, a, b] }
        }),
        2 => long.prop_map(|data| [&[0xf0][..], &data, &[0xf7]].concat()),
        1 => prop_oneof![
            Just(vec![0xf6]), Just(vec![0xf8]), Just(vec![0xff]), Just(vec![0xf2, 1, 2]),
            Just(vec![0xf3, 7]), Just(vec![0xf1, 7]),
        ],
    ]
}

fn mark() -> impl Strategy<Value = Mark> {
    let kind = prop_oneof![
        Just(MarkKind::State),
        Just(MarkKind::Play),
        Just(MarkKind::Stop),
        Just(MarkKind::Locate),
        Just(MarkKind::Loop),
        Just(MarkKind::RecordOn),
        Just(MarkKind::RecordOff),
    ];
    (
        kind,
        any::<bool>(),
        proptest::option::of(-10.0..1_000.0),
        proptest::option::of(prop_oneof![
            10.0..400.0,
            Just(1e-9),
            Just(f64::NAN),
            Just(5e8)
        ]),
        proptest::option::of((0_u8..20, prop_oneof![Just(4), Just(8), Just(3), Just(0)])),
    )
        .prop_map(|(kind, playing, quarters, bpm, meter)| Mark {
            kind,
            playing,
            quarters,
            bpm,
            meter,
        })
}

/// Gaps that are often nothing, sometimes tiny, sometimes long.
fn gap() -> impl Strategy<Value = u64> {
    prop_oneof![4 => Just(0), 2 => 1_u64..400, 2 => 1_u64..5_000_000, 1 => 0_u64..600_000_000]
}

fn timed<T: std::fmt::Debug>(
    what: impl Strategy<Value = T>,
    most: usize,
) -> impl Strategy<Value = Vec<(u64, T)>> {
    proptest::collection::vec((gap(), what), 0..most).prop_map(|gaps| {
        let mut at = 0;
        let placed = gaps.into_iter().map(|(gap, what)| {
            at += gap;
            (at, what)
        });
        placed.collect()
    })
}

proptest! {
    #[test]
    fn any_recording_comes_back_with_its_times_groups_bytes_and_order(
        messages in timed((0_u16..=4, message()), 80),
        marks in timed(mark(), 12),
        rate in proptest::option::of(8_000_u32..=192_000),
    ) {
        let messages: Vec<Timed> = messages
            .into_iter()
            .map(|(units, (group, bytes))| (units, group, bytes))
            .collect();
        check(&messages, &marks, rate);
    }

    #[test]
    fn messages_stamped_on_frames_come_back_on_those_frames(
        frames in proptest::collection::vec((0_u64..100_000, 1_u8..128), 1..60),
        rate in prop_oneof![
            Just(8_000_u32), Just(44_100), Just(48_000), Just(96_000), Just(192_000),
            Just(768_000),
        ],
        bpm in 20.0..300.0,
        knows_rate in any::<bool>(),
    ) {
        let mut at = 0;
        let mut expected = Vec::new();
        let mut messages = Vec::new();
        for (gap, key) in frames {
            at += gap;
            expected.push(at);
            messages.push((stamp(at, rate), 1, vec![0x90, key, 1]));
        }
        let song = check(&messages, &[(0, state(bpm))], knows_rate.then_some(rate));
        let found: Vec<u64> = song.messages().iter().map(|it| it.time().frame(rate)).collect();
        prop_assert_eq!(found, expected);
    }

    #[test]
    fn another_reader_finds_the_same_messages_late_by_less_than_a_tick(
        messages in timed((0_u16..=4, message()), 60),
        bpm in 20.0..400.0,
    ) {
        let messages: Vec<Timed> = messages
            .into_iter()
            .map(|(units, (group, bytes))| (units, group, bytes))
            .collect();
        let song = recorded(&messages, &[(0, state(bpm))], None);
        let file = song.to_smf();
        let other = Smf::parse(&file).unwrap();
        prop_assert_eq!(other.header.format, midly::Format::Parallel);
        let midly::Timing::Metrical(ticks) = other.header.timing else {
            return Err(TestCaseError::fail("not metrical"));
        };
        let micros = song.tempos()[0].micros_per_quarter();
        let tick_units = f64::from(micros) * 10.0 / f64::from(ticks.as_int());
        for (track, events) in other.tracks.iter().enumerate() {
            let mut ours = song.messages().iter().filter(|it| it.track() == track as u32);
            let mut tick = 0_u32;
            for event in events {
                tick += event.delta.as_int();
                let Some(bytes) = bytes_of(event.kind) else { continue };
                let our = ours.next().unwrap();
                prop_assert_eq!(our.bytes(), &bytes[..]);
                let late = f64::from(tick) * tick_units - our.time().units_100ns() as f64;
                prop_assert!(late > -1.0 && late < tick_units, "{late} of {tick_units}");
            }
            prop_assert!(ours.next().is_none());
        }
    }
}

/// A message as another reader has it; nothing for a meta event.
fn bytes_of(event: TrackEventKind<'_>) -> Option<Vec<u8>> {
    let mut bytes = Vec::new();
    match event {
        TrackEventKind::Midi { channel, message } => {
            let live = midly::live::LiveEvent::Midi { channel, message };
            live.write(&mut bytes).unwrap();
        }
        TrackEventKind::SysEx(data) => {
            bytes.push(0xf0);
            bytes.extend(data);
        }
        TrackEventKind::Escape(data) => bytes.extend(data),
        TrackEventKind::Meta(_) => return None,
    }
    Some(bytes)
}

#[test]
fn each_channel_of_each_group_has_its_track_with_its_port() {
    let messages = [
        (0, 2, vec![0xf0, 0x7e, 0x7f, 9, 1, 0xf7]),
        (0, 1, vec![0x90, 60, 1]),
        (0, 4, vec![0x99, 35, 1]),
        (0, 0, vec![0xb3, 7, 1]),
        (0, 1, vec![0x90, 61, 1]),
    ];
    let song = check(&messages, &[], None);
    assert_eq!(
        song.track_names(),
        [
            "Take",
            "All Groups Channel 4",
            "Group 1 Channel 1",
            "Group 2 System",
            "Group 4 Channel 10",
        ]
    );
    let file = song.to_smf();
    let other = Smf::parse(&file).unwrap();
    let ports: Vec<Vec<u8>> = other
        .tracks
        .iter()
        .map(|events| {
            let ports = events.iter().filter_map(|event| match event.kind {
                TrackEventKind::Meta(MetaMessage::MidiPort(port)) => Some(port.as_int()),
                _ => None,
            });
            ports.collect()
        })
        .collect();
    assert_eq!(ports, [vec![], vec![], vec![0], vec![1], vec![3]]);
}

/// The times of a track's messages at 96 ticks a quarter note, 52083.3 units of 100 ns a tick.
fn times(events: &[u8]) -> Vec<u64> {
    let mut file = b"MThd\0\0\0\x06\0\x01\0\x01\0\x60MTrk".to_vec();
    let track = [events, &[0, 0xff, 0x2f, 0]].concat();
    file.extend((track.len() as u32).to_be_bytes());
    file.extend(track);
    let song = Song::read_smf(&file).unwrap();
    assert!(song.warnings().is_empty());
    heard(&song).into_iter().map(|(units, ..)| units).collect()
}

#[test]
fn a_place_holds_for_the_next_message_of_its_tick_only() {
    let place = |delta, early| {
        [
            delta, 0xff, 0x7f, 8, 0x7d, b'D', b'M', b'u', b's', 1, early, 0,
        ]
    };
    let note = [0xc0, 1];
    let here = [&place(2, 100)[..], &[0], &note, &[0], &note].concat();
    assert_eq!(times(&here), [104_067, 104_167]);
    let gone = [&place(1, 100)[..], &[1], &note].concat();
    assert_eq!(times(&gone), [104_167]);
}

#[test]
fn a_place_before_the_tick_before_is_held_there() {
    let far = [
        1, 0xff, 0x7f, 11, 0x7d, b'D', b'M', b'u', b's', 1, 0xff, 0xff, 0xff, 0x7f, 0, 0, 0xc0, 1,
    ];
    let early = [&[1, 0xc0, 2][..], &far].concat();
    assert_eq!(times(&early), [52_084, 52_084]);
    assert_eq!(times(&[&[0], &far[1..]].concat()), [0]);
}

#[test]
fn ticks_that_are_frames_need_no_place() {
    let notes = |rate_hz: u32| -> Vec<Timed> {
        let note = |frame| (stamp(frame, rate_hz), 1, vec![0x90, 60, 1]);
        (0..1_000).map(|number| note(number * 777)).collect()
    };
    let with = recorded(&notes(44_100), &[], Some(44_100)).to_smf();
    let without = recorded(&notes(44_100), &[], None).to_smf();
    let own = |file: &[u8]| file.windows(4).filter(|it| *it == b"DMus").count();
    assert_eq!(own(&with), 0);
    assert!(own(&without) > 800);
}

#[test]
fn an_exclusive_message_of_any_length_comes_back_whole() {
    for length in [0, 1, 127, 128, 4_095, 4_096, 4_097, 70_000] {
        let long = [&[0xf0][..], &vec![0x55; length], &[0xf7]].concat();
        check(&[(5, 3, long), (5, 3, vec![0x90, 1, 1])], &[], None);
    }
}

#[test]
fn the_transport_stands_in_the_first_track() {
    let mark = |kind, playing, quarters, bpm| Mark {
        kind,
        playing,
        quarters: Some(quarters),
        bpm: Some(bpm),
        meter: Some((3, 4)),
    };
    let marks = [
        (0, mark(MarkKind::State, false, 0.0, 120.0)),
        (10_000_000, mark(MarkKind::Play, true, 3.0, 120.0)),
        (40_000_000, mark(MarkKind::State, true, 9.0, 90.0)),
        (50_000_000, mark(MarkKind::Loop, true, 3.0, 90.0)),
        (60_000_000, mark(MarkKind::Stop, false, 4.5, 90.0)),
    ];
    let song = check(&[], &marks, None);
    let texts: Vec<_> = song.markers().iter().map(dmus_song::Marker::text).collect();
    assert_eq!(
        texts,
        [
            "Play at 3.000 quarters",
            "Loop at 3.000 quarters",
            "Stop at 4.500 quarters"
        ]
    );
    assert_eq!(song.meters().len(), 1);
    // One second is stretched to one bar of three, then six quarters of half a second follow.
    let micros: Vec<_> = song
        .tempos()
        .iter()
        .map(|it| it.micros_per_quarter())
        .collect();
    assert_eq!(micros, [333_333, 500_000, 666_667]);
    assert!((song.length().seconds() - 6.0).abs() < 1e-4);
}

#[test]
fn a_recording_lasts_as_long_as_it_is_told() {
    let mut recording = Recording::new("");
    recording.message(10, 1, &[0xc0, 1]).unwrap();
    recording.lasts(35_000_000);
    let song = recording.into_song();
    assert!((song.length().seconds() - 3.5).abs() < 1e-4);
    assert_eq!(
        Song::read_smf(&song.to_smf()).unwrap().length(),
        song.length()
    );
}

#[test]
fn what_is_not_one_whole_message_is_refused() {
    let mut recording = Recording::new("");
    for bytes in [
        &[][..],
        &[60, 1],
        &[0x90, 60],
        &[0x90, 60, 1, 2],
        &[0x90, 60, 0x80],
        &[0xf0, 1],
        &[0xf0, 0xf8, 0xf7],
        &[0xf4],
        &[0xf7],
    ] {
        let expected = RecordingError::NotWhole {
            len: bytes.len(),
            first: bytes.first().copied(),
        };
        assert_eq!(
            recording.message(0, 1, bytes),
            Err(expected),
            "{bytes:02x?}"
        );
    }
    assert_eq!(
        recording.message(0, 5, &[0xf8]),
        Err(RecordingError::Group { group: 5 })
    );
    assert!(recording.into_song().messages().is_empty());
}

//! The history: what was delivered is kept, given up whole, and read with the state it began in.

#![expect(
    clippy::cast_possible_truncation,
    clippy::cast_possible_wrap,
    clippy::cast_sign_loss,
    reason = "tests count small things"
)]

use assert_no_alloc::{AllocDisabler, assert_no_alloc};
use dmus_kernel::{
    ChannelGroup, ReferenceTime,
    clock::{Annotation, AnnotationKind, TimeSignature, TransportFlags},
    history::{
        Chase, DEFAULT_WORDS, HistoryReader, HistoryWriter, MAX_CHANNEL_GROUPS,
        MIN_WORDS_PER_GROUP, Take, history,
    },
};
use proptest::prelude::*;

#[global_allocator]
static ALLOCATOR: AllocDisabler = AllocDisabler;

type Timed = (i64, u16, Vec<u8>);

fn record(writer: &mut HistoryWriter, (time, group, bytes): &Timed) {
    assert_no_alloc(|| writer.record(ReferenceTime::new(*time), ChannelGroup::new(*group), bytes));
}

fn events(take: &Take) -> Vec<Timed> {
    let timed = take.events().map(|event| {
        (
            event.time.units(),
            event.group.number(),
            event.bytes.to_vec(),
        )
    });
    timed.collect()
}

/// The messages that set up a state, group after group.
fn set_up(chase: &Chase) -> Vec<(u16, Vec<u8>)> {
    let mut messages = Vec::new();
    for group in 1..=chase.channel_groups() {
        chase.messages(ChannelGroup::new(group), &mut |bytes| {
            messages.push((group, bytes.to_vec()));
        });
    }
    messages
}

fn annotation(time: i64, song_quarters: f64) -> Annotation {
    Annotation {
        time: ReferenceTime::new(time),
        kind: AnnotationKind::Locate,
        song_quarters,
        tempo_bpm: 97.5,
        signature: TimeSignature {
            numerator: 7,
            denominator: 8,
        },
        flags: TransportFlags::PLAYING,
    }
}

/// Compares a take with what the whole stream says it must be.
fn check(take: &Take, groups: u16, stream: &[Timed]) {
    let taken = events(take);
    let first = stream.len() - taken.len();
    assert_eq!(taken, stream[first..]);
    let mut chase = Chase::new(groups);
    for (_, group, bytes) in &stream[..first] {
        chase.fold(ChannelGroup::new(*group), bytes);
    }
    let chased: Vec<_> = take
        .chase()
        .map(|event| (event.group.number(), event.bytes.to_vec()))
        .collect();
    assert_eq!(chased, set_up(&chase));
    assert!(take.chase().all(|event| Some(event.time) == take.start()));
}

/// A stream whose state never rests: controllers, programs, parameters, modes, notes, long data.
fn restless(count: i64) -> Vec<Timed> {
    let mut seed = 1_u32;
    let mut next = move |below: u32| {
        seed = seed.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        ((u64::from(seed) * u64::from(below)) >> 32) as u8
    };
    let message = |number| {
        let (group, channel) = (u16::from(next(5)), next(16));
        let bytes = match next(40) {
            0..=15 => vec![0x90 | channel, next(128), next(128)],
            16..=25 => vec![0xB0 | channel, next(128), next(128)],
            26..=28 => vec![0xB0 | channel, 100 + next(2), next(3)],
            29..=30 => vec![0xC0 | channel, next(128)],
            31..=33 => vec![0xE0 | channel, next(128), next(128)],
            34 => vec![0xD0 | channel, next(128)],
            35 if next(20) == 0 => vec![0xF0, 0x7E, 0x7F, 9, 1 + next(3), 0xF7],
            36 => vec![0xF0, 0x7F, 0x7F, 4, 1, next(128), next(128), 0xF7],
            37 => vec![
                0xF0,
                0x41,
                16,
                0x42,
                0x12,
                0x40,
                0x10 + next(16),
                0x15,
                next(3),
                0,
                0xF7,
            ],
            38 => [&[0xF0][..], &vec![1; usize::from(next(200))], &[0xF7]].concat(),
            _ => vec![0xF8],
        };
        (number * 10, group, bytes)
    };
    (0..count).map(message).collect()
}

fn filled(groups: u16, stream: &[Timed]) -> (HistoryWriter, HistoryReader) {
    let (mut writer, reader) = history(0, groups);
    for message in stream {
        record(&mut writer, message);
    }
    (writer, reader)
}

#[test]
fn what_is_recorded_comes_back_in_order() {
    let stream = restless(2_000);
    let (_writer, reader) = filled(4, &stream);
    let take = reader.take(None).unwrap();
    assert_eq!(events(&take), stream);
    assert_eq!(take.start(), Some(ReferenceTime::ZERO));
    assert_eq!(take.chase().len(), 0);
    assert_eq!((take.overwritten(), take.refused()), (0, 0));
}

#[test]
fn a_take_is_in_order_of_time_and_then_of_delivery() {
    let message = |time, value| (time, 1, vec![0xB0, 7, value]);
    let (_writer, reader) = filled(
        1,
        &[message(9, 1), message(4, 2), message(9, 3), message(4, 4)],
    );
    let take = reader.take(None).unwrap();
    let expected = [message(4, 2), message(4, 4), message(9, 1), message(9, 3)];
    assert_eq!(events(&take), expected);
    assert_eq!(take.start(), Some(ReferenceTime::new(4)));
}

#[test]
fn an_empty_history_gives_an_empty_take() {
    let (mut writer, reader) = history(0, 1);
    let take = reader.take(None).unwrap();
    assert_eq!((take.start(), take.events().len()), (None, 0));
    record(&mut writer, &(5, 1, vec![0xF8]));
    let later = reader.take(Some(ReferenceTime::new(6))).unwrap();
    assert_eq!((later.start(), later.events().len()), (None, 0));
}

#[test]
fn a_full_history_gives_up_the_oldest_and_knows_the_state_they_left() {
    let stream = restless(60_000);
    let (_writer, reader) = filled(4, &stream);
    let take = reader.take(None).unwrap();
    assert!(take.overwritten() > 10_000);
    assert!(take.events().len() > 8_000, "{}", take.events().len());
    check(&take, 4, &stream);
}

#[test]
fn a_take_may_begin_anywhere_and_knows_its_state() {
    let stream = restless(60_000);
    let (_writer, reader) = filled(4, &stream);
    for since in (500_000..600_000).step_by(9_997).chain([599_990]) {
        let take = reader.take(Some(ReferenceTime::new(since))).unwrap();
        assert_eq!(take.start(), Some(ReferenceTime::new(since)));
        let count = stream.iter().filter(|(time, ..)| *time >= since).count();
        assert_eq!(take.events().len(), count, "since {since}");
        check(&take, 4, &stream);
    }
}

#[test]
fn a_take_begins_where_the_history_begins_if_that_is_later() {
    let stream = restless(60_000);
    let (_writer, reader) = filled(2, &stream);
    let all = reader.take(None).unwrap();
    let asked = reader.take(Some(ReferenceTime::new(5))).unwrap();
    assert_eq!(events(&all), events(&asked));
    let (start, first) = (asked.start().unwrap(), events(&asked)[0].0);
    assert!(start.units() > 5 && start.units() <= first, "{start:?}");
    check(&asked, 2, &stream);
}

#[test]
fn the_first_event_that_does_not_fit_gives_up_only_the_first() {
    let words = MIN_WORDS_PER_GROUP;
    let (mut writer, reader) = history(words, 1);
    let mut count = 0;
    // Without a state to note: system messages leave none but empty notes.
    while reader.overwritten() == 0 {
        record(&mut writer, &(count, 1, vec![0xF8]));
        count += 1;
    }
    // Sixteen notes of two records, of three words each, lie among them at most.
    let fits = (words / 3) as i64;
    assert!((fits - 33..=fits + 1).contains(&count), "{count} of {fits}");
    assert!(reader.overwritten() <= 2);
}

#[test]
fn too_long_and_empty_messages_are_counted_and_not_kept() {
    let (mut writer, reader) = history(0, 1);
    let longest = MIN_WORDS_PER_GROUP / 32 * 8 - 20;
    let long = |len: usize| (7, 1, [&[0xF0][..], &vec![1; len - 2], &[0xF7]].concat());
    record(&mut writer, &long(longest));
    record(&mut writer, &long(longest + 1));
    record(&mut writer, &(8, 1, vec![]));
    let take = reader.take(None).unwrap();
    assert_eq!(events(&take), [long(longest)]);
    assert_eq!(take.refused(), 2);
    assert_eq!(reader.refused(), 2);
}

#[test]
fn a_message_in_pieces_is_one_record() {
    let (mut writer, reader) = history(DEFAULT_WORDS / 64, 1);
    let long: Vec<u8> = [&[0xF0][..], &[3; 9_000], &[0xF7]].concat();
    let pieces = long.chunks(4_096);
    writer.record_pieces(ReferenceTime::new(1), ChannelGroup::FIRST, pieces);
    assert_eq!(events(&reader.take(None).unwrap()), [(1, 1, long)]);
}

#[test]
fn messages_for_groups_that_are_not_followed_are_kept() {
    let (_writer, reader) = filled(1, &[(1, 9, vec![0xB0, 7, 1]), (2, 1, vec![0xB0, 7, 2])]);
    let take = reader.take(Some(ReferenceTime::new(2))).unwrap();
    assert_eq!(take.chase().len(), 0);
    assert_eq!(reader.take(None).unwrap().events().len(), 2);
}

#[test]
fn annotations_come_back_in_order_of_time_and_the_last_before_the_start_is_known() {
    let (mut writer, reader) = history(0, 1);
    for (time, quarters) in [(10, 1.0), (30, 3.0), (20, 2.0), (40, 4.0)] {
        assert_no_alloc(|| writer.annotate(&annotation(time, quarters)));
        record(&mut writer, &(time, 1, vec![0xF8]));
    }
    let take = reader.take(Some(ReferenceTime::new(15))).unwrap();
    let times: Vec<_> = take
        .annotations()
        .iter()
        .map(|it| it.song_quarters)
        .collect();
    assert_eq!(times, [2.0, 3.0, 4.0]);
    assert_eq!(take.transport(), Some(&annotation(10, 1.0)));
    assert_eq!(reader.take(None).unwrap().transport(), None);
}

#[test]
fn annotations_alone_make_a_take_with_its_state() {
    let (mut writer, reader) = history(0, 1);
    record(&mut writer, &(1, 1, vec![0xB0, 7, 2]));
    assert_no_alloc(|| writer.annotate(&annotation(10, 1.0)));
    let take = reader.take(Some(ReferenceTime::new(5))).unwrap();
    assert_eq!(take.start(), Some(ReferenceTime::new(5)));
    assert_eq!((take.chase().len(), take.events().len()), (1, 0));
    assert_eq!(take.annotations().len(), 1);
}

#[test]
fn the_transport_is_known_long_after_its_annotation_was_given_up() {
    let (mut writer, reader) = history(0, 2);
    assert_no_alloc(|| writer.annotate(&annotation(0, 8.5)));
    for message in restless(60_000) {
        record(&mut writer, &message);
    }
    let take = reader.take(None).unwrap();
    assert_eq!(take.transport(), Some(&annotation(0, 8.5)));
    assert!(take.annotations().is_empty());
}

#[test]
fn too_small_sizes_are_raised_to_what_is_needed() {
    let stream = restless(2_000);
    for groups in [0, 1, MAX_CHANNEL_GROUPS, u16::MAX] {
        let (_writer, reader) = filled(groups, &stream);
        assert_eq!(events(&reader.take(None).unwrap()), stream);
    }
}

#[test]
fn the_default_is_ten_minutes_of_two_full_cables() {
    // Three words a short message, 1 042 messages a second of three bytes at 31 250 baud.
    let short_messages = DEFAULT_WORDS / 3;
    assert!(short_messages - short_messages / 16 > 2 * 1_042 * 600);
    assert_eq!(DEFAULT_WORDS * 8, 32 << 20);
}

#[test]
fn recording_allocates_nothing() {
    let stream = restless(40_000);
    let (mut writer, reader) = history(0, 4);
    let place = annotation(0, 1.0);
    assert_no_alloc(|| {
        for message in &stream {
            record(&mut writer, message);
            if message.0 % 1_000 == 0 {
                writer.annotate(&place);
            }
        }
    });
    assert!(reader.overwritten() > 10_000);
}

/// Number of an event, told by its channel, key and velocity.
fn numbered(number: u32) -> Timed {
    let [a, b, _, _] = (number & 0x3FFF).to_le_bytes();
    let (key, velocity) = (a & 127, (b << 1 | a >> 7) & 127);
    (i64::from(number), 1, vec![0x90, key, velocity])
}

#[test]
fn a_take_during_recording_is_a_stretch_without_a_gap() {
    const EVENTS: u32 = 400_000;
    let (mut writer, reader) = history(0, 1);
    std::thread::scope(|scope| {
        scope.spawn(move || {
            for number in 0..EVENTS {
                record(&mut writer, &numbered(number));
                // What the state says at any time follows from the time.
                let value = ((number / 100) & 127) as u8;
                record(&mut writer, &(i64::from(number), 1, vec![0xB0, 7, value]));
                if number.is_multiple_of(64) {
                    std::thread::yield_now();
                }
            }
        });
        let mut last = 0;
        let mut takes = 0;
        while last < EVENTS - 1 {
            let Ok(take) = reader.take(None) else {
                continue;
            };
            let Some(first) = take.events().next() else {
                continue;
            };
            takes += 1;
            let mut number = first.time.units() as u32;
            // The controller of the note before was the last: that of its own comes after a note.
            let volume = take.chase().next().map(|event| event.bytes[2]);
            let before = number.checked_sub(1);
            let expected = before.map(|before| ((before / 100) & 127) as u8);
            if first.bytes[0] == 0x90 || expected.is_some() {
                assert_eq!(volume, expected, "{number}");
            }
            for event in take.events() {
                let time = event.time.units() as u32;
                assert!(time == number || time == number + 1, "{number} then {time}");
                number = time;
                if event.bytes[0] == 0x90 {
                    assert_eq!(event.bytes, numbered(number).2);
                }
            }
            assert!(number >= last);
            last = number;
        }
        assert!(takes > 0);
    });
}

fn any_message() -> impl Strategy<Value = Vec<u8>> {
    prop_oneof![
        6 => (0xB0_u8..=0xB1, 0_u8..128, 0_u8..128).prop_map(|(a, b, c)| vec![a, b, c]),
        4 => (96_u8..102, 0_u8..4).prop_map(|(b, c)| vec![0xB0, b, c]),
        4 => (prop_oneof![Just(6_u8), Just(38)], 0_u8..128).prop_map(|(b, c)| vec![0xB0, b, c]),
        2 => (0xC0_u8..=0xC1, 0_u8..128).prop_map(|(a, b)| vec![a, b]),
        2 => (0xE0_u8..=0xE1, 0_u8..128, 0_u8..128).prop_map(|(a, b, c)| vec![a, b, c]),
        1 => (0xD0_u8..=0xD1, 0_u8..128).prop_map(|(a, b)| vec![a, b]),
        1 => Just(vec![0xF0, 0x43, 0x10, 0x4C, 0, 0, 0x7E, 0, 0xF7]),
        1 => (0_u8..128).prop_map(|level| vec![0xF0, 0x43, 0x10, 0x4C, 0, 0, 4, level, 0xF7]),
        1 => (0_u8..16, 0_u8..3).prop_map(|(part, mode)| {
            vec![0xF0, 0x43, 0x10, 0x4C, 8, part, 7, mode, 0xF7]
        }),
    ]
}

proptest! {
    #[test]
    fn what_sets_up_a_state_sets_up_the_same_state_again(
        stream in proptest::collection::vec((0_u16..=2, any_message()), 0..200),
    ) {
        let mut chase = Chase::new(2);
        for (group, bytes) in &stream {
            chase.fold(ChannelGroup::new(*group), bytes);
        }
        let mut again = Chase::new(2);
        for (group, bytes) in set_up(&chase) {
            again.fold(ChannelGroup::new(group), &bytes);
        }
        prop_assert_eq!(set_up(&again), set_up(&chase));
    }
}

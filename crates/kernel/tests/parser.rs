//! Raw bytes to whole messages: what comes out of a stream in any state of disorder.
#![expect(clippy::unwrap_used, reason = "tests may unwrap")]

use assert_no_alloc::{AllocDisabler, assert_no_alloc};
use dmus_kernel::midi::{Message, ParserCounts, StreamParser, Token};
use proptest::prelude::*;

#[global_allocator]
static ALLOCATOR: AllocDisabler = AllocDisabler;

/// Everything a stream holds, in the order in which it became whole.
#[derive(Default)]
struct Listener {
    parser: StreamParser,
    exclusive: Option<Vec<u8>>,
    heard: Vec<Vec<u8>>,
}

impl Listener {
    fn feed(&mut self, bytes: &[u8]) {
        for &byte in bytes {
            let fed = assert_no_alloc(|| self.parser.feed(byte));
            if fed.aborts_exclusive {
                assert!(self.exclusive.take().is_some(), "nothing was begun");
            }
            match fed.token {
                Some(Token::Message(message)) => self.heard.push(message.bytes().to_vec()),
                Some(Token::ExclusiveBegin) => {
                    assert!(self.exclusive.replace(vec![0xF0]).is_none(), "begun twice");
                }
                Some(Token::ExclusiveData(byte)) => {
                    self.exclusive.as_mut().unwrap().push(byte);
                }
                Some(Token::ExclusiveEnd) => {
                    let mut whole = self.exclusive.take().unwrap();
                    whole.push(0xF7);
                    self.heard.push(whole);
                }
                Some(Token::Cable(number)) => self.heard.push(vec![0xF5, number]),
                None => {}
                Some(other) => unreachable!("{other:?}"),
            }
        }
    }
}

fn heard(bytes: &[u8]) -> (Vec<Vec<u8>>, ParserCounts) {
    let mut listener = Listener::default();
    listener.feed(bytes);
    (listener.heard, listener.parser.counts())
}

fn check(bytes: &[u8], expected: &[&[u8]], counts: ParserCounts) {
    let (messages, counted) = heard(bytes);
    assert_eq!(messages, expected, "{bytes:02X?}");
    assert_eq!(counted, counts, "{bytes:02X?}");
}

const CLEAN: ParserCounts = ParserCounts {
    orphans: 0,
    aborted: 0,
    truncated: 0,
    undefined: 0,
    stray_ends: 0,
};

#[test]
fn running_status_repeats_the_last_channel_status() {
    check(
        &[0x91, 60, 1, 61, 2, 0xC3, 7, 8],
        &[&[0x91, 60, 1], &[0x91, 61, 2], &[0xC3, 7], &[0xC3, 8]],
        CLEAN,
    );
}

#[test]
fn running_status_holds_across_calls() {
    let mut listener = Listener::default();
    for byte in [0x90, 60, 100, 62, 0] {
        listener.feed(&[byte]);
    }
    assert_eq!(listener.heard, [[0x90, 60, 100], [0x90, 62, 0]]);
}

#[test]
fn running_status_ends_with_each_byte_from_f0_to_f7() {
    for status in 0xF0..=0xF7_u8 {
        let bytes = match status {
            0xF0 => vec![0xF0, 0xF7],
            0xF1 | 0xF3 => vec![status, 1],
            0xF2 => vec![status, 1, 2],
            _ => vec![status],
        };
        let (messages, counts) = heard(&[&[0x90, 60, 1], &bytes[..], &[61, 2]].concat());
        assert_eq!(messages[0], [0x90, 60, 1]);
        assert!(messages.len() <= 2, "{status:02X}: {messages:02X?}");
        assert_eq!(counts.orphans, 2, "{status:02X}");
    }
}

#[test]
fn running_status_outlives_each_byte_from_f8_to_ff() {
    for status in 0xF8..=0xFF_u8 {
        let (messages, counts) = heard(&[0x90, 60, 1, status, 61, 2]);
        assert_eq!(messages.first().unwrap(), &[0x90, 60, 1]);
        assert_eq!(messages.last().unwrap(), &[0x90, 61, 2], "{status:02X}");
        assert_eq!(counts.orphans, 0);
    }
}

#[test]
fn a_real_time_byte_inside_a_message_comes_at_once_and_breaks_nothing() {
    check(
        &[0x90, 0xF8, 60, 0xFE, 100],
        &[&[0xF8], &[0xFE], &[0x90, 60, 100]],
        CLEAN,
    );
}

#[test]
fn a_real_time_byte_inside_an_exclusive_message_comes_at_once_and_breaks_nothing() {
    check(
        &[0xF0, 1, 0xF8, 2, 0xFA, 0xF7],
        &[&[0xF8], &[0xFA], &[0xF0, 1, 2, 0xF7]],
        CLEAN,
    );
}

#[test]
fn an_exclusive_message_broken_off_by_a_status_byte_is_thrown_away_and_counted() {
    let aborted = ParserCounts {
        aborted: 1,
        ..CLEAN
    };
    check(&[0xF0, 1, 2, 0x90, 60, 1], &[&[0x90, 60, 1]], aborted);
    check(&[0xF0, 1, 0xF0, 2, 0xF7], &[&[0xF0, 2, 0xF7]], aborted);
    check(&[0xF0, 1, 0xF6], &[&[0xF6]], aborted);
    let undefined = ParserCounts {
        undefined: 1,
        ..aborted
    };
    check(&[0xF0, 1, 0xF4], &[], undefined);
}

#[test]
fn a_message_broken_off_by_another_is_thrown_away_and_counted() {
    let truncated = ParserCounts {
        truncated: 1,
        ..CLEAN
    };
    check(&[0x90, 60, 0x80, 60, 0], &[&[0x80, 60, 0]], truncated);
    check(&[0xF2, 1, 0xC0, 5], &[&[0xC0, 5]], truncated);
    let stray = ParserCounts {
        stray_ends: 1,
        ..truncated
    };
    check(&[0x90, 60, 0xF7], &[], stray);
}

#[test]
fn data_bytes_that_belong_to_nothing_are_counted() {
    check(
        &[1, 2, 0xF8, 3],
        &[&[0xF8]],
        ParserCounts {
            orphans: 3,
            ..CLEAN
        },
    );
    let after_common = ParserCounts {
        orphans: 1,
        ..CLEAN
    };
    check(&[0xF3, 1, 2], &[&[0xF3, 1]], after_common);
}

#[test]
fn the_end_of_no_exclusive_message_is_counted() {
    let stray = ParserCounts {
        stray_ends: 2,
        ..CLEAN
    };
    check(&[0xF7, 0xF7, 0xC0, 1], &[&[0xC0, 1]], stray);
}

#[test]
fn undefined_status_bytes_are_passed_over_and_counted() {
    let undefined = ParserCounts {
        undefined: 2,
        ..CLEAN
    };
    check(
        &[0x90, 60, 0xF9, 0xFD, 1, 61, 2],
        &[&[0x90, 60, 1], &[0x90, 61, 2]],
        undefined,
    );
    check(&[0xF4, 0xF5], &[], undefined);
    let orphan = ParserCounts {
        orphans: 1,
        undefined: 1,
        ..CLEAN
    };
    check(&[0xF5, 3], &[], orphan);
}

#[test]
fn a_cable_is_selected_only_where_that_is_asked_for() {
    let mut listener = Listener {
        parser: StreamParser::with_cable_select(),
        ..Listener::default()
    };
    listener.feed(&[0x90, 60, 1, 0xF5, 0xF8, 2, 61, 0xF5, 0xC0, 4]);
    let expected: [&[u8]; 4] = [&[0x90, 60, 1], &[0xF8], &[0xF5, 2], &[0xC0, 4]];
    assert_eq!(listener.heard, expected);
    let counts = ParserCounts {
        orphans: 1,
        truncated: 1,
        ..CLEAN
    };
    assert_eq!(listener.parser.counts(), counts);
}

#[test]
fn a_megabyte_of_exclusive_data_passes_byte_by_byte() {
    let long = [&[0xF0][..], &vec![0x55; (1 << 20) - 2], &[0xF7]].concat();
    check(&long, &[&long], CLEAN);
}

#[test]
fn an_empty_exclusive_message_is_a_message() {
    check(&[0xF0, 0xF7], &[&[0xF0, 0xF7]], CLEAN);
}

/// A whole message of any kind but the undefined ones.
fn message() -> impl Strategy<Value = Vec<u8>> {
    let data = || 0..0x80_u8;
    prop_oneof![
        6 => (0x80..0xF0_u8, data(), data()).prop_map(|(status, a, b)| {
            if (0xC0..0xE0).contains(&status) { vec![status, a] } else { vec![status, a, b] }
        }),
        1 => proptest::collection::vec(data(), 0..20)
            .prop_map(|body| [&[0xF0], &body[..], &[0xF7]].concat()),
        1 => prop_oneof![
            Just(vec![0xF6]),
            data().prop_map(|a| vec![0xF1, a]),
            data().prop_map(|a| vec![0xF3, a]),
            (data(), data()).prop_map(|(a, b)| vec![0xF2, a, b]),
        ],
    ]
}

/// The messages as a thrifty device sends them: a status that is already in force is left out.
fn with_running_status(messages: &[Vec<u8>]) -> Vec<u8> {
    let mut running = 0;
    let mut raw = Vec::new();
    for message in messages {
        let (&status, data) = message.split_first().unwrap();
        if status != running {
            raw.push(status);
        }
        raw.extend(data);
        running = if status < 0xF0 { status } else { 0 };
    }
    raw
}

proptest! {
    #[test]
    fn no_byte_string_panics_or_gives_a_message_that_is_not_well_formed(
        bytes in proptest::collection::vec(
            prop_oneof![2 => any::<u8>(), 1 => 0xF0..=0xFF_u8, 1 => 0..0x80_u8],
            0..200,
        ),
    ) {
        for message in heard(&bytes).0 {
            prop_assert!(Message::whole(&message).is_some(), "{message:02X?}");
        }
    }

    #[test]
    fn well_formed_messages_come_back_as_they_were(
        messages in proptest::collection::vec(message(), 0..40),
    ) {
        let (back, counts) = heard(&with_running_status(&messages));
        prop_assert_eq!(back, messages);
        prop_assert_eq!(counts, CLEAN);
    }

    #[test]
    fn real_time_bytes_anywhere_change_nothing_else(
        bytes in proptest::collection::vec(0..=0xF7_u8, 0..100),
        places in proptest::collection::vec((0..100_usize, 0xF8..=0xFF_u8), 0..20),
    ) {
        let mut laced = bytes.clone();
        for &(place, byte) in &places {
            laced.insert(place.min(laced.len()), byte);
        }
        let is_real_time = |message: &Vec<u8>| message[0] >= 0xF8;
        let (plain, plain_counts) = heard(&bytes);
        let (all, counts) = heard(&laced);
        let (real_time, rest): (Vec<_>, Vec<_>) = all.into_iter().partition(is_real_time);
        prop_assert_eq!(rest, plain);
        let undefined = places.iter().filter(|(_, byte)| matches!(byte, 0xF9 | 0xFD)).count();
        prop_assert_eq!(real_time.len() + undefined, places.len());
        let undefined = counts.undefined - u64::try_from(undefined).unwrap();
        prop_assert_eq!(ParserCounts { undefined, ..counts }, plain_counts);
    }

    #[test]
    fn every_byte_is_part_of_a_message_or_counted(
        bytes in proptest::collection::vec(any::<u8>(), 0..200),
    ) {
        let mut listener = Listener::default();
        let mut broken = 0;
        let mut begun = 0;
        let mut implied = 0;
        let mut is_implied = false;
        for &byte in &bytes {
            let before = listener.parser.counts();
            let whole = listener.heard.len();
            let fed = listener.parser.clone().feed(byte);
            listener.feed(&[byte]);
            let after = listener.parser.counts();
            if before.aborted != after.aborted || before.truncated != after.truncated {
                broken += begun;
                begun = 0;
            }
            if byte >= 0xF8 {
                continue;
            }
            if after.orphans + after.undefined + after.stray_ends
                == before.orphans + before.undefined + before.stray_ends
            {
                begun += 1;
                if fed.begins {
                    is_implied = byte < 0x80;
                }
            }
            if listener.heard.len() > whole {
                begun = 0;
                implied += usize::from(is_implied);
            }
        }
        let counts = listener.parser.counts();
        let single = counts.orphans + counts.undefined + counts.stray_ends;
        let in_messages: usize = listener.heard.iter().map(Vec::len).sum();
        prop_assert_eq!(
            usize::try_from(single).unwrap() + in_messages - implied + broken + begun,
            bytes.len(),
            "no byte has a fourth fate, but an implied status is no byte"
        );
    }
}

//! The text notation: what it compiles to, and where it says that something is wrong.

#![expect(clippy::unwrap_used, clippy::expect_used, reason = "tests may unwrap")]

use dmus_song::{Song, TextError};

const HEAD: &str = "meter 4/4\npart a channel 1\nsection x\n";

/// The messages of one part's bars as `tick: bytes`, without the song's own beginning.
fn bars(text: &str) -> Vec<String> {
    let song = Song::read_text(&format!("{HEAD}{text}\nplay x\n")).unwrap();
    let messages = song
        .messages()
        .iter()
        .filter(|message| message.bytes()[0] != 0xf0);
    messages
        .map(|message| format!("{}: {:02x?}", message.tick(), message.bytes()))
        .collect()
}

fn check(text: &str, expected: &[&str]) {
    assert_eq!(bars(text), expected, "{text}");
}

fn fails(text: &str) -> TextError {
    Song::read_text(text).expect_err("the text is wrong")
}

#[track_caller]
fn check_error(text: &str, line: usize, column: usize, found: &str, expected: &str) {
    let error = fails(text);
    assert_eq!(
        (error.line, error.column, error.found.as_str()),
        (line, column, found),
        "{error}"
    );
    assert!(error.expected.contains(expected), "{error}");
}

#[test]
fn a_note_sounds_for_its_gate() {
    check(
        "a | v100 g50 c4/1 |",
        &["0: [90, 3c, 64]", "960: [80, 3c, 40]"],
    );
}

#[test]
fn a_length_holds_until_the_next_one() {
    let song = Song::read_text(&format!("{HEAD}a | c4/8 d4 e4/4. f4/8 g4/4 |\nplay x")).unwrap();
    let starts: Vec<_> = song
        .messages()
        .iter()
        .filter(|message| message.bytes()[0] == 0x90)
        .map(|message| (message.tick(), message.bytes()[1]))
        .collect();
    assert_eq!(
        starts,
        [(0, 60), (240, 62), (480, 64), (1200, 65), (1440, 67)]
    );
}

#[test]
fn a_tie_makes_one_longer_note() {
    check(
        "a | g90 v80 c4/2 _/4 r |",
        &["0: [90, 3c, 50]", "1392: [80, 3c, 40]"],
    );
}

#[test]
fn a_chord_starts_and_ends_together() {
    let expected = [
        "0: [90, 3c, 50]",
        "0: [90, 40, 50]",
        "1824: [80, 3c, 40]",
        "1824: [80, 40, 40]",
    ];
    check("a | [c4 e4]/1 |", &expected);
}

#[test]
fn an_accent_is_louder() {
    check(
        "a | v100 >c4/1 |",
        &["0: [90, 3c, 76]", "1824: [80, 3c, 40]"],
    );
}

#[test]
fn a_repeat_sign_plays_the_bar_before_again() {
    let expected = [
        "0: [90, 3c, 50]",
        "1824: [80, 3c, 40]",
        "1920: [90, 3c, 50]",
        "3744: [80, 3c, 40]",
    ];
    check("a | c4/1 | % |", &expected);
}

#[test]
fn triplets_fill_the_bar() {
    assert_eq!(bars("a | c4/4t d4 e4 c4 d4 e4 |").len(), 12);
}

#[test]
fn a_note_struck_again_ends_before_it_starts() {
    let expected = [
        "0: [90, 3c, 50]",
        "960: [80, 3c, 40]",
        "960: [90, 3c, 50]",
        "1920: [80, 3c, 40]",
    ];
    check("a | g100 c4/2 c4 |", &expected);
}

#[test]
fn a_controller_ramp_ends_on_its_target() {
    let events = bars("a | {expression 0..127 /1} r/1 |");
    assert_eq!(events.first().unwrap(), "0: [b0, 0b, 00]");
    assert_eq!(events.last().unwrap(), "1920: [b0, 0b, 7f]");
    assert!(events.len() > 50);
}

#[test]
fn a_bend_of_two_semitones_is_the_whole_wheel() {
    let events = bars("a | {bend -2} r/2 {bend 2} r/4 {bend 0} r |");
    assert_eq!(
        events,
        ["0: [e0, 00, 00]", "960: [e0, 7f, 7f]", "1440: [e0, 00, 40]"]
    );
}

#[test]
fn drums_are_named() {
    let text = "part d channel 10\nsection x\nd | kick/4 snare [hat crash]/2 |\nplay x";
    let song = Song::read_text(text).unwrap();
    let keys: Vec<_> = song
        .messages()
        .iter()
        .filter(|message| message.bytes()[0] == 0x99)
        .map(|message| message.bytes()[1])
        .collect();
    assert_eq!(keys, [36, 38, 42, 49]);
}

#[test]
fn a_section_can_be_played_higher() {
    let text = format!("{HEAD}a | c4/1 |\nplay x x+2 x-1");
    let song = Song::read_text(&text).unwrap();
    let keys: Vec<_> = song
        .messages()
        .iter()
        .filter(|message| message.bytes()[0] == 0x90)
        .map(|message| (message.tick(), message.bytes()[1]))
        .collect();
    assert_eq!(keys, [(0, 60), (1920, 62), (3840, 59)]);
}

#[test]
fn a_tempo_ramp_changes_the_time() {
    let steady = Song::read_text(&format!("{HEAD}a | r/1 |\nplay x")).unwrap();
    let slower = Song::read_text(&format!("{HEAD}a | {{tempo 120..60 /1}} r/1 |\nplay x")).unwrap();
    assert_eq!(steady.length().nanos(), 2_000_000_000);
    assert!(slower.length().seconds() > 2.5 && slower.length().seconds() < 3.0);
}

#[test]
fn part_settings_begin_the_track() {
    let text =
        "part a channel 3 group 2 program 20 volume 90 pan -64\nsection x\na | r/1 |\nplay x";
    let song = Song::read_text(text).unwrap();
    let begin: Vec<_> = song
        .messages()
        .iter()
        .skip(1)
        .map(|m| (m.group(), m.bytes()))
        .collect();
    let expected: [(u16, &[u8]); 3] = [(2, &[0xc2, 19]), (2, &[0xb2, 7, 90]), (2, &[0xb2, 10, 0])];
    assert_eq!(begin, expected);
}

#[test]
fn a_short_bar_is_refused_where_it_ends() {
    check_error(
        &format!("{HEAD}a | c4/4 d4 e4 | c4/1 |\nplay x"),
        4,
        16,
        "|",
        "4 quarter notes",
    );
}

#[test]
fn a_wrong_note_is_refused_inside_its_chord() {
    check_error(
        &format!("{HEAD}a | [c4 h4]/1 |"),
        4,
        9,
        "h4",
        "a note from c-1 to g9",
    );
}

#[test]
fn a_wrong_length_is_refused() {
    check_error(&format!("{HEAD}a | c4/3 |"), 4, 8, "3", "a length");
}

#[test]
fn an_open_bracket_is_refused() {
    check_error(
        &format!("{HEAD}a | [c4 e4 |"),
        4,
        5,
        "[c4 e4 |",
        "a closing `]`",
    );
}

#[test]
fn an_unknown_control_is_refused() {
    check_error(
        &format!("{HEAD}a | {{wobble 3}} r/1 |"),
        4,
        6,
        "wobble",
        "a control",
    );
}

#[test]
fn a_ramp_without_a_length_is_refused() {
    check_error(
        &format!("{HEAD}a | {{pan 0..3}} r/1 |"),
        4,
        10,
        "0..3",
        "a length after a ramp",
    );
}

#[test]
fn a_value_out_of_range_is_refused() {
    check_error("part a channel 17", 1, 16, "17", "1..=16");
    check_error("tempo 10", 1, 7, "10", "20..=400");
    check_error("meter 4/5", 1, 7, "4/5", "a meter");
}

#[test]
fn an_unknown_section_is_refused_with_those_that_exist() {
    check_error(&format!("{HEAD}a | r/1 |\nplay x y"), 5, 8, "y", "`x`");
}

#[test]
fn a_missing_word_is_refused_at_the_end_of_the_line() {
    check_error("part", 1, 5, "", "a name");
    check_error("part a channel", 1, 15, "", "a value");
    check_error("part a", 1, 7, "", "`channel`");
    check_error("", 1, 1, "", "play");
}

#[test]
fn an_unknown_part_is_refused_with_those_that_exist() {
    check_error(&format!("{HEAD}b | c4/1 |"), 4, 1, "b", "`a`");
}

#[test]
fn columns_count_characters_not_bytes() {
    check_error("part é channel 99", 1, 16, "99", "1..=16");
}

#[test]
fn the_built_in_song_has_the_promised_length_and_band() {
    let song = dmus_song::demo();
    let seconds = song.length().seconds();
    assert!((60.0..=95.0).contains(&seconds), "{seconds}");
    assert_eq!(song.title(), "First Sound");
    for (status, what) in [(0xb0, "controllers"), (0xe0, "bends"), (0xc0, "programs")] {
        let any = song
            .messages()
            .iter()
            .any(|message| message.bytes()[0] & 0xf0 == status);
        assert!(any, "{what}");
    }
    assert!(song.tempos().len() > 2);
    for channel in [0, 1, 2, 3, 4, 5, 9] {
        let count = song
            .messages()
            .iter()
            .filter(|m| m.bytes()[0] == 0x90 | channel)
            .count();
        assert!(count > 20, "channel {} plays {count} notes", channel + 1);
    }
}

#[test]
fn every_note_of_the_built_in_song_ends() {
    let song = dmus_song::demo();
    let mut sounding = std::collections::HashMap::new();
    for message in song.messages() {
        match *message.bytes() {
            [status @ 0x90..=0x9f, key, velocity] => {
                assert!(velocity > 0);
                let count = sounding.entry((status & 15, key)).or_insert(0);
                *count += 1;
                assert!(*count <= 2, "{message:?} piles up");
            }
            [status @ 0x80..=0x8f, key, _] => {
                *sounding.get_mut(&(status & 15, key)).unwrap() -= 1;
            }
            _ => {}
        }
    }
    assert!(sounding.values().all(|count| *count == 0));
}

#[test]
fn a_text_song_survives_its_file() {
    let song = dmus_song::demo();
    let again = Song::read_smf(&song.to_smf()).unwrap();
    assert_eq!(again, song);
}

/// The messages of a song that are neither notes nor settings of its one part.
fn exclusives(text: &str) -> Vec<Vec<u8>> {
    let song = Song::read_text(text).unwrap();
    let messages = song.messages().iter().map(|message| message.bytes());
    let found = messages.filter(|bytes| bytes[0] == 0xf0).skip(1);
    found.map(<[u8]>::to_vec).collect()
}

#[test]
fn a_message_in_a_bar_is_sent_at_its_place() {
    let text = "part a channel 1\nsection s\na | c4/2 {realtime 04 01 00 70} c4 |\nplay s\n";
    let song = Song::read_text(text).unwrap();
    let message = song
        .messages()
        .iter()
        .find(|message| message.bytes() == [0xf0, 0x7f, 0x7f, 4, 1, 0, 0x70, 0xf7]);
    assert_eq!(message.unwrap().tick(), 960);
}

#[test]
fn messages_before_the_bars_come_before_the_settings_of_parts() {
    let text = "gs 40 00 7f 00\nxg 00 00 7e 00\npart a channel 1 program 3\nsection s\n\
                a | c4/1 |\nplay s\n";
    let song = Song::read_text(text).unwrap();
    let first: Vec<u8> = song
        .messages()
        .iter()
        .take(4)
        .map(|m| m.bytes()[0])
        .collect();
    assert_eq!(first, [0xf0, 0xf0, 0xf0, 0xc0]);
}

#[test]
fn makers_messages_have_their_heads_and_rolands_its_checksum() {
    let text = "part a channel 1\nsection s\n\
                a | {gs 40 00 7f 00} {gs 40 01 30 04} {xg 00 00 7e 00} {sysex 7e 7f 09 03} c4/1 |\n\
                play s\n";
    // The sums of the first two are those of the device's manual: 41 for a reset.
    assert_eq!(
        exclusives(text),
        [
            vec![0xf0, 0x41, 0x10, 0x42, 0x12, 0x40, 0, 0x7f, 0, 0x41, 0xf7],
            vec![0xf0, 0x41, 0x10, 0x42, 0x12, 0x40, 1, 0x30, 4, 0x0b, 0xf7],
            vec![0xf0, 0x43, 0x10, 0x4c, 0, 0, 0x7e, 0, 0xf7],
            vec![0xf0, 0x7e, 0x7f, 9, 3, 0xf7],
        ]
    );
}

#[test]
fn a_byte_that_is_none_is_refused_at_its_column() {
    let head = "part a channel 1\nsection s\na | ";
    check_error(
        &format!("{head}{{gs 40 01 80 04}} c4/1 |"),
        3,
        15,
        "80",
        "00..=7f",
    );
    check_error(
        &format!("{head}{{sysex 7e 7}} c4/1 |"),
        3,
        15,
        "7",
        "two hexadecimal digits",
    );
    check_error(
        "xg 00 00 7e\n",
        1,
        10,
        "7e",
        "an address of three bytes and data",
    );
    check_error("realtime\n", 1, 1, "realtime", "two sub-IDs");
}

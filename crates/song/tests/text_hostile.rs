//! Texts that are nearly songs, or none: an error that says where, no panic, bounded memory.

#![expect(clippy::unwrap_used, reason = "tests may unwrap")]

use dmus_song::Song;
use proptest::prelude::*;
use proptest::sample::{Index, select};

/// The demo songs, which use all of the notation.
const SONGS: [&str; 5] = [
    include_str!("../../../presets/songs/controls.song"),
    include_str!("../../../presets/songs/drums.song"),
    include_str!("../../../presets/songs/families.song"),
    include_str!("../../../presets/songs/first-sound.song"),
    include_str!("../../../presets/songs/tutti.song"),
];

/// Words and signs of the notation, and what it has no place for.
const PIECES: [&str; 32] = [
    "{",
    "}",
    "[",
    "]",
    "|",
    "%",
    "_",
    "/",
    "..",
    ">",
    "#",
    "-",
    "+",
    "\n",
    " ",
    "0",
    "999999999",
    "18446744073709551616",
    "-1",
    "1e308",
    "nan",
    "{sysex",
    "{gs",
    "part",
    "play",
    "section",
    "meter",
    "tempo",
    "é",
    "\u{1F3B9}",
    "\0",
    "\t",
];

/// Where a text is changed, and what comes there in the place of some of it.
fn change() -> impl Strategy<Value = (Index, usize, String)> {
    let piece = prop_oneof![
        4 => select(&PIECES[..]).prop_map(str::to_owned),
        1 => any::<char>().prop_map(String::from),
        1 => "[ -~]{0,12}",
    ];
    (any::<Index>(), 0_usize..24, piece)
}

/// Reads it; whatever it is, the answer is of its size.
fn read(text: &str) {
    match Song::read_text(text) {
        Ok(song) => {
            assert!(song.messages().is_sorted_by_key(dmus_song::Message::time));
            let again = Song::read_smf(&song.to_smf());
            assert_eq!(again.unwrap().messages().len(), song.messages().len());
        }
        Err(error) => {
            let told = error.to_string();
            assert!(told.contains("line ") && told.len() < 2_000, "{told}");
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    #[test]
    fn a_song_with_changes_anywhere_is_read_or_says_where_not(
        song in select(&SONGS[..]),
        changes in prop::collection::vec(change(), 1..6),
    ) {
        let mut text = song.to_owned();
        for (place, taken, piece) in changes {
            let places: Vec<usize> = text.char_indices().map(|(at, _)| at).collect();
            if places.is_empty() {
                break;
            }
            let first = place.index(places.len());
            let end = places.get(first + taken).copied().unwrap_or(text.len());
            text.replace_range(places[first]..end, &piece);
        }
        read(&text);
    }

    #[test]
    fn pieces_of_the_notation_in_any_order_are_no_danger(
        pieces in prop::collection::vec(select(&PIECES[..]), 0..60),
    ) {
        read(&pieces.concat());
        read(&pieces.join(" "));
    }
}

#[test]
fn a_song_cut_anywhere_is_read_or_says_where_not() {
    for song in SONGS {
        for (at, _) in song.char_indices().step_by(7) {
            read(&song[..at]);
        }
    }
}

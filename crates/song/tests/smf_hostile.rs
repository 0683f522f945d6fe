//! Files that lie, stop short or are noise: no panic, bounded memory, and what parses plays.

use dmus_song::{Song, WarningKind};
use proptest::prelude::*;

/// Bytes of the heap that one byte of a file may cost, from the size of a message.
fn bounded(song: &Song, file: &[u8]) {
    assert!(song.messages().len() <= file.len());
    let held: usize = song
        .messages()
        .iter()
        .map(|message| message.bytes().len())
        .sum();
    assert!(
        held <= 3 * file.len() + 3,
        "{held} bytes from {}",
        file.len()
    );
    assert!(song.warnings().len() <= 201);
    assert!(song.messages().is_sorted_by_key(dmus_song::Message::time));
    assert!(song.messages().is_sorted_by_key(dmus_song::Message::tick));
}

#[test]
fn a_file_cut_anywhere_plays_what_is_left() {
    let whole = dmus_song::demo();
    let bytes = whole.to_smf();
    let mut most = 0;
    for end in 0..bytes.len() {
        let Ok(song) = Song::read_smf(&bytes[..end]) else {
            assert!(end < 22, "cut at {end}");
            continue;
        };
        bounded(&song, &bytes[..end]);
        assert!(
            !song.warnings().is_empty(),
            "cut at {end} without a warning"
        );
        assert!(song.messages().len() >= most);
        most = song.messages().len();
    }
    assert!(most + 3 >= whole.messages().len(), "{most}");
}

#[test]
fn a_chunk_that_claims_four_gigabytes_costs_nothing() {
    let mut bytes = dmus_song::demo().to_smf();
    bytes[18..22].copy_from_slice(&[0xff; 4]);
    let song = Song::read_smf(&bytes).unwrap();
    bounded(&song, &bytes);
    let truncated = |kind| {
        matches!(
            kind,
            WarningKind::TruncatedChunk {
                declared: u32::MAX,
                ..
            }
        )
    };
    assert!(
        song.warnings()
            .iter()
            .any(|warning| truncated(warning.kind))
    );
}

#[test]
fn a_packet_that_claims_more_than_the_track_is_cut() {
    let mut bytes = b"MThd\0\0\0\x06\0\0\0\x01\0\x60MTrk\0\0\0\x08".to_vec();
    bytes.extend([0, 0xf0, 0xff, 0xff, 0xff, 0x7f, 1, 2]);
    let song = Song::read_smf(&bytes).unwrap();
    assert_eq!(song.messages()[0].bytes(), [0xf0, 1, 2, 0xf7]);
    let kinds: Vec<_> = song.warnings().iter().map(|warning| warning.kind).collect();
    assert_eq!(
        kinds,
        [WarningKind::TruncatedEvent, WarningKind::UnclosedSysEx]
    );
}

#[test]
fn endless_delta_times_saturate() {
    let mut bytes = b"MThd\0\0\0\x06\0\0\0\x01\0\x01MTrk\0\x01\0\0".to_vec();
    bytes.extend([0, 0xff, 0x51, 3, 0xff, 0xff, 0xff]);
    for _ in 0..4_000 {
        bytes.extend([0xff, 0xff, 0xff, 0x7f, 0x90, 60, 1]);
    }
    let song = Song::read_smf(&bytes).unwrap();
    bounded(&song, &bytes);
    assert_eq!(song.messages().len(), 4_000);
    assert_eq!(
        Song::read_smf(&song.to_smf()).unwrap().messages(),
        song.messages()
    );
}

#[test]
fn many_long_sequences_write_a_bounded_file() {
    let mut bytes = b"MThd\0\0\0\x06\0\x02\xff\xff\0\x60".to_vec();
    for _ in 0..6_000 {
        bytes.extend(b"MTrk\0\0\0\x07\xff\xff\xff\x7f\xff\x2f\0");
    }
    let song = Song::read_smf(&bytes).unwrap();
    assert!(song.track_names().len() < 6_000);
    assert!(song.to_smf().len() < 100 << 20);
}

#[test]
fn warnings_are_counted_beyond_what_is_kept() {
    let mut bytes = b"MThd\0\0\0\x06\0\0\0\x01\0\x60MTrk\0\0\xff\xff".to_vec();
    for _ in 0..10_000 {
        bytes.extend([0, 0xf8]);
    }
    let song = Song::read_smf(&bytes).unwrap();
    assert_eq!(song.warnings().len(), 201);
    assert!(matches!(song.warnings()[200].kind, WarningKind::More(more) if more > 9_000));
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 512, ..ProptestConfig::default() })]

    #[test]
    fn noise_behind_a_header_never_harms(
        division in 1_u16..0x8000,
        format in 0_u16..4,
        noise in proptest::collection::vec(any::<u8>(), 0..2_000),
    ) {
        let mut bytes = b"MThd\0\0\0\x06".to_vec();
        bytes.extend(format.to_be_bytes());
        bytes.extend([0, 1]);
        bytes.extend(division.to_be_bytes());
        bytes.extend(b"MTrk\0\0\x10\0");
        bytes.extend(&noise);
        let song = Song::read_smf(&bytes).unwrap();
        bounded(&song, &bytes);
        let again = Song::read_smf(&song.to_smf()).unwrap();
        prop_assert_eq!(again.messages(), song.messages());
        prop_assert_eq!(again.tempos(), song.tempos());
        prop_assert_eq!(again.meters(), song.meters());
        prop_assert_eq!(again.length(), song.length());
    }

    #[test]
    fn pure_noise_never_harms(noise in proptest::collection::vec(any::<u8>(), 0..600)) {
        if let Ok(song) = Song::read_smf(&noise) {
            bounded(&song, &noise);
        }
    }

    #[test]
    fn a_flipped_byte_never_harms(place in 0_usize..20_000, value in any::<u8>()) {
        let mut bytes = dmus_song::demo().to_smf();
        let place = place % bytes.len();
        bytes[place] = value;
        if let Ok(song) = Song::read_smf(&bytes) {
            bounded(&song, &bytes);
        }
    }

    #[test]
    fn text_of_any_kind_never_harms(text in "[a-g0-9#b/|\\[\\]{}_%v. \n>tplayrsection]{0,200}") {
        let _ = Song::read_text(&text);
        let _ = Song::read_text(&format!("part a channel 1\nsection x\na {text}\nplay x"));
    }
}

//! Standard MIDI Files: formats, divisions, packets, ports, and what is forgiven.

#![expect(
    clippy::unwrap_used,
    clippy::cast_possible_truncation,
    reason = "tests may unwrap"
)]

use dmus_song::{Song, SongError, WarningKind};

/// A file of the given tracks.
fn file(format: u16, division: u16, tracks: &[&[u8]]) -> Vec<u8> {
    let mut bytes = b"MThd\0\0\0\x06".to_vec();
    bytes.extend(format.to_be_bytes());
    bytes.extend((tracks.len() as u16).to_be_bytes());
    bytes.extend(division.to_be_bytes());
    for track in tracks {
        bytes.extend(b"MTrk");
        bytes.extend((track.len() as u32).to_be_bytes());
        bytes.extend(*track);
    }
    bytes
}

const END: [u8; 4] = [0, 0xff, 0x2f, 0];

fn track(events: &[u8]) -> Vec<u8> {
    [events, &END].concat()
}

/// Reads one track at 96 ticks a quarter note and writes its messages as `group@tick bytes`.
fn check(events: &[u8], expected: &[&str], warnings: &[WarningKind]) {
    let song = Song::read_smf(&file(0, 96, &[&track(events)])).unwrap();
    let found: Vec<_> = song
        .messages()
        .iter()
        .map(|message| {
            format!(
                "{}@{} {:02x?}",
                message.group(),
                message.tick(),
                message.bytes()
            )
        })
        .collect();
    assert_eq!(found, expected);
    let kinds: Vec<_> = song.warnings().iter().map(|warning| warning.kind).collect();
    assert_eq!(kinds, warnings);
}

#[test]
fn running_status_holds_across_meta_events() {
    let events = [0, 0x90, 60, 1, 5, 61, 2, 0, 0xff, 1, 1, b'x', 5, 62, 3];
    check(
        &events,
        &["1@0 [90, 3c, 01]", "1@5 [90, 3d, 02]", "1@10 [90, 3e, 03]"],
        &[],
    );
}

#[test]
fn short_messages_have_their_lengths() {
    let events = [
        0, 0xc1, 5, 0, 0xd2, 6, 0, 0xe3, 1, 2, 0, 0xb4, 7, 8, 0, 0xa5, 9, 10,
    ];
    let expected = [
        "1@0 [c1, 05]",
        "1@0 [d2, 06]",
        "1@0 [e3, 01, 02]",
        "1@0 [b4, 07, 08]",
        "1@0 [a5, 09, 0a]",
    ];
    check(&events, &expected, &[]);
}

#[test]
fn exclusive_packets_become_one_message_at_the_last_packet() {
    let events = [0, 0xf0, 2, 0x7e, 0x7f, 10, 0xf7, 1, 9, 10, 0xf7, 2, 1, 0xf7];
    check(&events, &["1@20 [f0, 7e, 7f, 09, 01, f7]"], &[]);
}

#[test]
fn an_escape_sends_its_bytes() {
    check(&[3, 0xf7, 3, 0xf2, 1, 2], &["1@3 [f2, 01, 02]"], &[]);
}

#[test]
fn an_exclusive_message_without_end_closes_at_the_next_note() {
    let events = [0, 0xf0, 2, 1, 2, 0, 0x90, 60, 1];
    check(
        &events,
        &["1@0 [f0, 01, 02, f7]", "1@0 [90, 3c, 01]"],
        &[WarningKind::UnclosedSysEx],
    );
}

#[test]
fn ports_become_channel_groups() {
    let events = [
        0, 0xff, 0x21, 1, 2, 0, 0x90, 60, 1, 0, 0xff, 0x21, 1, 5, 0, 60, 0,
    ];
    check(
        &events,
        &["3@0 [90, 3c, 01]", "2@0 [90, 3c, 00]"],
        &[WarningKind::FoldedPort(5)],
    );
}

#[test]
fn cable_messages_become_channel_groups() {
    let events = [0, 0xf7, 2, 0xf5, 4, 0, 0x90, 60, 1];
    check(&events, &["4@0 [90, 3c, 01]"], &[]);
}

#[test]
fn a_channel_prefix_changes_nothing() {
    check(
        &[0, 0xff, 0x20, 1, 9, 0, 0x90, 60, 1],
        &["1@0 [90, 3c, 01]"],
        &[],
    );
}

#[test]
fn a_data_byte_above_127_loses_only_its_message() {
    let events = [0, 0x90, 60, 0x81, 1, 61, 2];
    check(
        &events,
        &["1@1 [90, 3d, 02]"],
        &[WarningKind::BadData(0x81)],
    );
}

#[test]
fn a_real_time_byte_between_events_is_passed_over() {
    check(
        &[0, 0xf8, 0, 0x90, 60, 1],
        &["1@0 [90, 3c, 01]"],
        &[WarningKind::BadStatus(0xf8)],
    );
}

#[test]
fn data_without_a_status_ends_the_track() {
    let events = [0, 60, 1];
    check(&events, &[], &[WarningKind::StrayData(60)]);
}

#[test]
fn a_bad_tempo_is_left_out() {
    let events = [0, 0xff, 0x51, 3, 0, 0, 0, 96, 0x90, 60, 1];
    check(&events, &["1@96 [90, 3c, 01]"], &[WarningKind::BadTempo]);
}

#[test]
fn events_behind_the_end_of_track_are_not_played() {
    check(
        &[0, 0x90, 60, 1, 0, 0xff, 0x2f, 0, 0, 0x90, 61, 1],
        &["1@0 [90, 3c, 01]"],
        &[],
    );
}

#[test]
fn tempo_in_a_late_track_holds_everywhere() {
    let notes = track(&[96, 0x90, 60, 1]);
    let tempo = track(&[0, 0xff, 0x51, 3, 0x0f, 0x42, 0x40]);
    let song = Song::read_smf(&file(1, 96, &[&notes, &tempo])).unwrap();
    assert_eq!(song.messages()[0].time().nanos(), 1_000_000_000);
}

#[test]
fn format_2_plays_sequences_one_after_another() {
    let first = track(&[96, 0x90, 60, 1]);
    let second = track(&[96, 0x90, 61, 1]);
    let song = Song::read_smf(&file(2, 96, &[&first, &second])).unwrap();
    let times: Vec<_> = song
        .messages()
        .iter()
        .map(|message| message.time().nanos())
        .collect();
    assert_eq!(times, [500_000_000, 1_000_000_000]);
}

#[test]
fn a_time_code_division_counts_seconds() {
    // -25 frames of 40 ticks: one tick is a millisecond.
    let notes = track(&[0x87, 0x68, 0x90, 60, 1]);
    let song = Song::read_smf(&file(1, 0xe728, &[&notes])).unwrap();
    assert_eq!(song.messages()[0].time().nanos(), 1_000_000_000);
}

#[test]
fn impossible_divisions_are_refused() {
    for raw in [0, 0xe700] {
        let result = Song::read_smf(&file(0, raw, &[&END]));
        assert_eq!(result, Err(SongError::Division { raw }));
    }
}

#[test]
fn a_time_code_of_128_frames_is_taken_at_its_word() {
    let song = Song::read_smf(&file(0, 0x8001, &[&track(&[64, 0x90, 60, 1])])).unwrap();
    assert_eq!(song.messages()[0].time().nanos(), 500_000_000);
    assert_eq!(song.warnings()[0].kind, WarningKind::UnusualTimecode(128));
}

#[test]
fn a_riff_wrapper_is_opened_and_its_bank_mentioned() {
    let midi = file(0, 96, &[&track(&[0, 0x90, 60, 1])]);
    let mut body = b"RMIDdata".to_vec();
    body.extend((midi.len() as u32).to_le_bytes());
    body.extend(&midi);
    if midi.len() % 2 == 1 {
        body.push(0);
    }
    body.extend(b"RIFF\x04\0\0\0DLS ");
    let mut riff = b"RIFF".to_vec();
    riff.extend((body.len() as u32).to_le_bytes());
    riff.extend(body);
    let song = Song::read_smf(&riff).unwrap();
    assert_eq!(song.messages().len(), 1);
    assert!(
        song.warnings()
            .iter()
            .any(|warning| warning.kind == WarningKind::EmbeddedBank)
    );
}

#[test]
fn a_header_behind_junk_is_found() {
    let midi = [vec![0; 128], file(0, 96, &[&track(&[0, 0x90, 60, 1])])].concat();
    let song = Song::read_smf(&midi).unwrap();
    assert_eq!(song.warnings()[0].kind, WarningKind::LeadingJunk);
    assert_eq!(song.messages().len(), 1);
}

#[test]
fn unknown_chunks_are_skipped() {
    let mut midi = file(1, 96, &[]);
    midi.extend(b"XFIH\0\0\0\x02ab");
    midi.extend(&file(1, 96, &[&track(&[0, 0x90, 60, 1])])[14..]);
    assert_eq!(Song::read_smf(&midi).unwrap().messages().len(), 1);
}

#[test]
fn a_wrong_track_count_is_only_a_warning() {
    let mut midi = file(1, 96, &[&track(&[0, 0x90, 60, 1])]);
    midi[11] = 9;
    let song = Song::read_smf(&midi).unwrap();
    let expected = WarningKind::TrackCount {
        declared: 9,
        found: 1,
    };
    assert_eq!(song.warnings()[0].kind, expected);
}

#[test]
fn what_is_no_midi_file_is_refused_with_a_reason() {
    let error = Song::read_smf(b"RIFF....WAVEfmt ").unwrap_err();
    assert_eq!(error, SongError::NotMidi { len: 16 });
    assert!(error.to_string().contains("not a Standard MIDI File"));
    assert_eq!(Song::read_smf(&file(0, 96, &[])), Err(SongError::NoTracks));
    let short = Song::read_smf(b"MThd\0\0\0\x03abc");
    assert_eq!(
        short,
        Err(SongError::ShortHeader {
            offset: 8,
            found: 3
        })
    );
}

#[test]
fn the_title_is_the_first_tracks_name() {
    let named = track(b"\0\xff\x03\x05Title");
    let other = track(b"\0\xff\x03\x05Other");
    let song = Song::read_smf(&file(1, 96, &[&named, &other])).unwrap();
    assert_eq!(song.title(), "Title");
    assert_eq!(song.track_names(), ["Title", "Other"]);
}

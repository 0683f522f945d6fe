//! The demo songs in presets/songs: they read without an error and last as long as they say.
#![expect(clippy::unwrap_used, reason = "tests may unwrap")]

use std::collections::BTreeSet;

use dmus_song::Song;

fn song(name: &str) -> Song {
    let file = format!(
        "{}/../../presets/songs/{name}.song",
        env!("CARGO_MANIFEST_DIR")
    );
    let text = std::fs::read_to_string(file).unwrap();
    Song::read_text(&text).unwrap()
}

/// Seconds of a song.
fn seconds(song: &Song) -> f64 {
    let frames = u32::try_from(song.length().frame(1_000)).unwrap();
    f64::from(frames) / 1_000.0
}

#[test]
fn the_song_of_all_families_has_one_of_each_and_lasts_two_minutes() {
    let song = song("families");
    let families: BTreeSet<u8> = song
        .messages()
        .iter()
        .filter_map(|message| match message.bytes() {
            [status, program] if status & 0xF0 == 0xC0 => Some(program / 8),
            _ => None,
        })
        .collect();
    assert_eq!(families.len(), 16, "{families:?}");
    assert!(
        (115.0..=130.0).contains(&seconds(&song)),
        "{}",
        seconds(&song)
    );
}

#[test]
fn the_song_of_drums_plays_nothing_else() {
    let song = song("drums");
    let mut keys = BTreeSet::new();
    for message in song.messages() {
        if let [status, key, velocity] = message.bytes()
            && status & 0xF0 == 0x90
            && *velocity > 0
        {
            assert_eq!(status & 0x0F, 9);
            keys.insert(*key);
        }
    }
    assert!(keys.len() >= 24, "{keys:?}");
}

#[test]
fn the_song_of_controls_bends_pedals_and_changes_its_tempo() {
    let song = song("controls");
    let has = |wanted: fn(&[u8]) -> bool| {
        song.messages()
            .iter()
            .any(|message| wanted(message.bytes()))
    };
    assert!(has(|bytes| bytes
        .first()
        .is_some_and(|status| status & 0xF0 == 0xE0)));
    assert!(has(|bytes| bytes.first() == Some(&0xF0)));
    for number in [1, 10, 11, 64, 74] {
        let moves = song.messages().iter().any(|message| {
            matches!(message.bytes(), [status, controller, _]
                if status & 0xF0 == 0xB0 && *controller == number)
        });
        assert!(moves, "controller {number}");
    }
    // A bar of the tempos' section is longer and shorter than the one before it.
    assert!(
        song.to_smf()
            .windows(3)
            .filter(|bytes| *bytes == [0xFF, 0x51, 3])
            .count()
            > 8
    );
}

#[test]
fn the_song_of_controls_speaks_to_the_whole_device() {
    let song = song("controls");
    for head in [
        &[0xF0, 0x41, 0x10, 0x42, 0x12, 0x40, 0x01, 0x30][..],
        &[0xF0, 0x43, 0x10, 0x4C, 0x02, 0x01, 0x20],
        &[0xF0, 0x7F, 0x7F, 0x04, 0x01],
        &[0xF0, 0x7F, 0x7F, 0x04, 0x03],
        &[0xF0, 0x7F, 0x7F, 0x08, 0x08],
    ] {
        let mut messages = song.messages().iter();
        assert!(
            messages.any(|message| message.bytes().starts_with(head)),
            "{head:02x?}"
        );
    }
}

#[test]
fn the_song_of_all_parts_sounds_on_sixteen_channels_at_once_and_sets_no_volume() {
    let song = song("tutti");
    let mut sounding = [0_u32; 16];
    let mut most = 0;
    for message in song.messages() {
        let [status, number, _] = message.bytes() else {
            continue;
        };
        assert!(status & 0xF0 != 0xB0 || *number != 7, "{message:?}");
        let channel = &mut sounding[usize::from(status & 0x0F)];
        match status & 0xF0 {
            0x90 => *channel += 1,
            0x80 => *channel -= 1,
            _ => {}
        }
        most = most.max(sounding.iter().filter(|notes| **notes > 0).count());
    }
    assert_eq!(most, 16);
}

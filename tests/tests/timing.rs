//! Every event on its frame, at any block size; nothing lost on the way.

#![expect(clippy::unwrap_used, reason = "tests may unwrap")]

use dmus_host_tests::audio;
use dmus_host_tests::bundle;
use dmus_host_tests::fixture::{self, Folder, program};
use dmus_host_tests::host::{Bundle, Event, Plugin};
use dmus_host_tests::player::{Partition, Take, play};
use dmus_host_tests::timeline::Timeline;

const RATE: u32 = 48_000;
const PARTITIONS: [Partition; 7] = [
    Partition::Fixed(1),
    Partition::Fixed(7),
    Partition::Fixed(64),
    Partition::Fixed(441),
    Partition::Fixed(4_096),
    Partition::Random { seed: 1, most: 600 },
    Partition::Random {
        seed: 2,
        most: 4_096,
    },
];

/// An instance that plays the fixture's bank; the folder must live as long.
fn with_fixture(max_frames: u32) -> (Plugin, Folder) {
    fixture::playing(RATE, max_frames).unwrap()
}

/// Frames of note-ons with every distance to the control tick and to block borders.
fn frames() -> Vec<u64> {
    let steps = [1_000_u64, 1_001, 1_063, 1_024, 997, 1_013];
    let mut at = 0;
    (0..120)
        .map(|index: usize| {
            at += steps[index % steps.len()];
            at
        })
        .collect()
}

/// Clicks as one kind of event; every note is let go before the next.
fn clicks(clap_notes: bool) -> Timeline {
    let mut timeline = Timeline::default();
    timeline.push(
        0,
        Event::Midi {
            port: 0,
            bytes: [0xc0, program::CLICK, 0],
        },
    );
    for frame in frames() {
        let (on, off) = if clap_notes {
            (
                Event::NoteOn {
                    port: 0,
                    channel: 0,
                    key: 60,
                    velocity: 1.0,
                    id: None,
                },
                Event::NoteOff {
                    port: 0,
                    channel: 0,
                    key: 60,
                    id: None,
                },
            )
        } else {
            (
                Event::Midi {
                    port: 0,
                    bytes: [0x90, 60, 127],
                },
                Event::Midi {
                    port: 0,
                    bytes: [0x80, 60, 64],
                },
            )
        };
        timeline.push(frame, on);
        timeline.push(frame + 500, off);
    }
    timeline
}

/// Where clicks begin: the first loud frame after silence.
fn onsets(take: &Take) -> Vec<u64> {
    let threshold = audio::peak(&take.left) / 4.0;
    let mut found = Vec::new();
    let mut at = 0;
    while let Some(frame) = audio::onset(&take.left, threshold, at) {
        found.push(frame as u64);
        at = frame + 400;
    }
    found
}

fn check_onsets(clap_notes: bool) {
    let timeline = clicks(clap_notes);
    for partition in PARTITIONS {
        let (mut plugin, _folder) = with_fixture(4_096);
        let total = frames().last().unwrap() + 4_000;
        let take = play(&mut plugin, &timeline, total, partition).unwrap();
        assert_eq!(onsets(&take), frames(), "{partition:?}");
        let report = plugin.report().unwrap();
        assert_eq!(report.losses(), [], "{partition:?}");
        assert_eq!(report.number("events_late"), Some(0), "{partition:?}");
        assert!(report.pool_is_whole(), "{partition:?}");
    }
}

#[test]
fn midi_notes_begin_on_their_frame_at_any_block_size() {
    check_onsets(false);
}

#[test]
fn clap_notes_begin_on_their_frame_at_any_block_size() {
    check_onsets(true);
}

#[test]
fn several_notes_of_one_frame_begin_together() {
    let (mut plugin, _folder) = with_fixture(512);
    let text = "0f program 0; 777f on 60 127; 777f on 60 127; 777f ch2 on 60 127";
    let timeline = Timeline::of_script(text, RATE).unwrap();
    let take = play(&mut plugin, &timeline, 4_800, Partition::Fixed(512)).unwrap();
    assert_eq!(onsets(&take), [777]);
}

#[test]
fn a_program_change_serves_the_note_of_its_own_frame() {
    let (mut plugin, _folder) = with_fixture(64);
    // Program 1 starts at zero amplitude; only the click is loud at once.
    let text = "0f program 1; 1000f program 0; 1000f on 60 127";
    let timeline = Timeline::of_script(text, RATE).unwrap();
    let take = play(&mut plugin, &timeline, 4_800, Partition::Fixed(64)).unwrap();
    let first = audio::onset(&take.left, 1e-6, 0).unwrap();
    assert_eq!(first, 1_000);
    assert!(take.left[1_000] > 0.9 * audio::peak(&take.left));
    assert!(audio::peak(&take.left[1_000 + 4 * fixture::CLICK_FRAMES..]) < 1e-3);
}

/// The bits of a stretch of music must not depend on the blocks it came in.
fn check_bits(song: &dmus_song::Song, frames: u64) {
    let timeline = Timeline::of_song(song, RATE);
    let mut reference: Option<Take> = None;
    for partition in [
        Partition::Fixed(512),
        Partition::Fixed(64),
        Partition::Fixed(441),
        Partition::Fixed(4_096),
        Partition::Random { seed: 3, most: 700 },
    ] {
        let mut plugin = Bundle::load(&bundle::clap().unwrap())
            .unwrap()
            .instance()
            .unwrap();
        plugin.run(RATE, 4_096).unwrap();
        let take = play(&mut plugin, &timeline, frames, partition).unwrap();
        assert!(audio::peak(&take.left) > 0.01, "silence proves nothing");
        assert!(audio::is_finite(&take.left) && audio::is_finite(&take.right));
        if let Some(reference) = &reference {
            let left = audio::first_difference(&reference.left, &take.left);
            let right = audio::first_difference(&reference.right, &take.right);
            assert_eq!((left, right), (None, None), "{partition:?}");
        }
        reference.get_or_insert(take);
        let report = plugin.report().unwrap();
        assert_eq!(report.losses(), [], "{partition:?}");
        assert!(report.pool_is_whole(), "{partition:?}");
    }
}

#[test]
fn the_built_in_song_has_the_same_bits_at_any_block_size() {
    let song = dmus_song::demo();
    check_bits(&song, song.length().frame(RATE) + 48_000);
}

#[test]
fn sixteen_parts_have_the_same_bits_at_any_block_size() {
    let song = dmus_song::sixteen_parts();
    check_bits(&song, song.length().frame(RATE) + 48_000);
}

#[test]
fn single_frame_blocks_have_the_same_bits() {
    let timeline = Timeline::of_song(&dmus_song::sixteen_parts(), RATE);
    let takes = [1, 7, 512].map(|block| {
        let mut plugin = Bundle::load(&bundle::clap().unwrap())
            .unwrap()
            .instance()
            .unwrap();
        plugin.run(RATE, 512).unwrap();
        play(
            &mut plugin,
            &timeline,
            5 * u64::from(RATE),
            Partition::Fixed(block),
        )
        .unwrap()
    });
    let [one, seven, reference] = takes;
    assert_eq!(audio::first_difference(&reference.left, &one.left), None);
    assert_eq!(audio::first_difference(&reference.left, &seven.left), None);
}

#[test]
fn every_message_of_the_sixteen_parts_is_delivered() {
    let song = dmus_song::sixteen_parts();
    let mut plugin = Bundle::load(&bundle::clap().unwrap())
        .unwrap()
        .instance()
        .unwrap();
    plugin.run(RATE, 512).unwrap();
    let timeline = Timeline::of_song(&song, RATE);
    let frames = song.length().frame(RATE) + 48_000;
    play(&mut plugin, &timeline, frames, Partition::Fixed(512)).unwrap();
    let report = plugin.report().unwrap();
    let count = u64::try_from(song.messages().len()).unwrap();
    assert_eq!(report.number("events_in"), Some(count));
    assert_eq!(report.number("events_delivered"), Some(count));
    assert_eq!(report.number("events_late"), Some(0));
    assert_eq!(report.losses(), []);
    assert_eq!(report.number("voices"), Some(0), "a note hangs");
    assert!(report.pool_is_whole());
}

#[test]
fn a_flood_of_events_in_one_block_loses_nothing() {
    let (mut plugin, _folder) = with_fixture(512);
    let mut timeline = Timeline::default();
    for index in 0..8_000_u64 {
        let controller = Event::Midi {
            port: 0,
            bytes: [0xb0, 1, (index % 128) as u8],
        };
        timeline.push(index % 512, controller);
    }
    let take = play(&mut plugin, &timeline, 4_096, Partition::Fixed(512)).unwrap();
    assert!(audio::is_finite(&take.left));
    let report = plugin.report().unwrap();
    assert_eq!(report.number("events_in"), Some(8_000));
    assert_eq!(report.number("events_delivered"), Some(8_000));
    assert_eq!(report.losses(), []);
    assert!(report.pool_is_whole());
}

//! The reader against an independent one: on files without faults both find the same messages.

#![expect(
    clippy::unwrap_used,
    clippy::cast_possible_truncation,
    reason = "tests may unwrap"
)]

use dmus_song::Song;
use midly::{Smf, TrackEventKind};
use proptest::prelude::*;

/// Messages by tick, then track, as the other reader finds them.
fn by_midly(bytes: &[u8]) -> Vec<(u64, u32, Vec<u8>)> {
    let smf = Smf::parse(bytes).unwrap();
    let mut found = Vec::new();
    for (track, events) in smf.tracks.iter().enumerate() {
        let mut tick = 0;
        for event in events {
            tick += u64::from(event.delta.as_int());
            let mut message = Vec::new();
            match event.kind {
                TrackEventKind::Midi {
                    channel,
                    message: short,
                } => {
                    let live = midly::live::LiveEvent::Midi {
                        channel,
                        message: short,
                    };
                    live.write(&mut message).unwrap();
                }
                TrackEventKind::SysEx(data) => {
                    message.push(0xf0);
                    message.extend(data);
                }
                TrackEventKind::Escape(data) => message.extend(data),
                TrackEventKind::Meta(_) => continue,
            }
            found.push((tick, track as u32, message));
        }
    }
    found.sort_by_key(|(tick, ..)| *tick);
    found
}

fn check(bytes: &[u8]) {
    let song = Song::read_smf(bytes).unwrap();
    assert!(song.warnings().is_empty(), "{:?}", song.warnings());
    let ours: Vec<_> = song
        .messages()
        .iter()
        .map(|message| (message.tick(), message.track(), message.bytes().to_vec()))
        .collect();
    assert_eq!(ours, by_midly(bytes));
}

#[test]
fn both_readers_agree_on_the_built_in_song() {
    check(&dmus_song::demo().to_smf());
}

#[test]
fn both_readers_agree_on_sixteen_parts() {
    check(&dmus_song::sixteen_parts().to_smf());
}

/// One event without its delta: a channel message, a whole exclusive message, or a text.
fn event() -> impl Strategy<Value = Vec<u8>> {
    let data = proptest::collection::vec(0_u8..128, 0..40);
    prop_oneof![
        8 => (0x80_u8..=0xef, 0_u8..128, 0_u8..128).prop_map(|(status, a, b)| {
            if matches!(status, 0xc0..=0xdf) { vec![status, a] } else { vec![status, a, b] }
        }),
        1 => data.clone().prop_map(|data| {
            let mut event = vec![0xf0, data.len() as u8 + 1];
            event.extend(data);
            event.push(0xf7);
            event
        }),
        1 => data.prop_map(|data| {
            let mut event = vec![0xff, 0x01, data.len() as u8];
            event.extend(data);
            event
        }),
    ]
}

proptest! {
    #[test]
    fn both_readers_agree_on_random_files(
        tracks in proptest::collection::vec(
            proptest::collection::vec((0_u8..128, event()), 0..60),
            1..5,
        )
    ) {
        let mut bytes = b"MThd\0\0\0\x06\0\x01".to_vec();
        bytes.extend((tracks.len() as u16).to_be_bytes());
        bytes.extend([0, 96]);
        for events in tracks {
            let mut track = Vec::new();
            for (delta, event) in events {
                track.push(delta);
                track.extend(event);
            }
            track.extend([0, 0xff, 0x2f, 0]);
            bytes.extend(b"MTrk");
            bytes.extend((track.len() as u32).to_be_bytes());
            bytes.extend(track);
        }
        check(&bytes);
    }
}

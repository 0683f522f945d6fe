//! What hosts say of single notes: tuning, volume, pan, brightness, pressure, by any of their names.

#![expect(clippy::unwrap_used, reason = "tests may unwrap")]

use dmus_host_tests::audio;
use dmus_host_tests::fixture::{self, Folder, program};
use dmus_host_tests::host::{Event, NoteExpressionType, Plugin};
use dmus_host_tests::player::{Partition, Take, play};
use dmus_host_tests::timeline::Timeline;

const RATE: u32 = 48_000;

/// When expressions come.
const LATER: u64 = 12_000;

/// An instance that plays the fixture's bank; the folder must live as long.
fn with_fixture() -> (Plugin, Folder) {
    fixture::playing(RATE, 4_096).unwrap()
}

/// A note of the host's: its number is its place in the list.
#[derive(Debug, Clone, Copy)]
struct Note {
    channel: u16,
    key: u16,
    id: u32,
}

/// So many different notes on two channels, some of them on the same key.
fn notes(count: u16) -> Vec<Note> {
    let note = |index: u16| Note {
        channel: index % 2,
        key: 57 + 5 * (index / 3) % 36,
        id: 100 + u32::from(index),
    };
    (0..count).map(note).collect()
}

impl Note {
    fn on(self) -> Event {
        Event::NoteOn {
            port: 0,
            channel: self.channel,
            key: self.key,
            velocity: 0.5,
            id: Some(self.id),
        }
    }

    fn off(self) -> Event {
        Event::NoteOff {
            port: 0,
            channel: self.channel,
            key: self.key,
            id: Some(self.id),
        }
    }

    /// An expression of this note, named as hosts do.
    fn expression(self, (kind, value): Expression) -> Event {
        Event::Expression {
            port: 0,
            channel: Some(self.channel),
            key: Some(self.key),
            id: Some(self.id),
            kind,
            value,
        }
    }
}

type Expression = (NoteExpressionType, f64);

/// Sines on two channels, in the middle and without effects, whose keys may be struck again without
/// an end to the older note ([GS] assign mode), and then these events.
fn timeline(events: impl IntoIterator<Item = (u64, Event)>) -> Timeline {
    let script = format!(
        "0ms program {0}; 0ms ch2 program {0}; 0ms cc 91 0; 0ms ch2 cc 91 0; 0ms cc 7 40; \
         0ms ch2 cc 7 40; 0ms sysex F0 41 10 42 12 40 11 14 02 19 F7; \
         0ms sysex F0 41 10 42 12 40 12 14 02 18 F7",
        program::SINE
    );
    let mut timeline = Timeline::of_script(&script, RATE).unwrap();
    for (frame, event) in events {
        timeline.push(frame, event);
    }
    timeline
}

/// Plays one second of a timeline; nothing may be lost or without meaning.
fn hear(timeline: &Timeline, partition: Partition) -> Take {
    let (mut plugin, _folder) = with_fixture();
    let take = play(&mut plugin, timeline, u64::from(RATE), partition).unwrap();
    let report = plugin.report().unwrap();
    for key in ["events_lost", "lost_asides", "unsupported", "notes_lost"] {
        assert_eq!(report.number(key).unwrap(), 0, "{key}");
    }
    take
}

/// Plays notes from the start on, with more events later.
fn play_notes(notes: &[Note], later: &[Event]) -> Take {
    let on = notes.iter().map(|note| (100, note.on()));
    let later = later.iter().map(|event| (LATER, event.clone()));
    hear(&timeline(on.chain(later)), Partition::Fixed(512))
}

/// Both channels, one after the other, from when the expression was reached.
fn settled(take: &Take) -> Vec<f32> {
    let from = usize::try_from(LATER).unwrap() + 2_000;
    [&take.left[from..], &take.right[from..]].concat()
}

fn sum(a: &[f32], b: &[f32]) -> Vec<f32> {
    a.iter().zip(b).map(|(a, b)| a + b).collect()
}

/// Amplitude of the sine of a frequency.
#[expect(clippy::cast_precision_loss, reason = "frame numbers of a second")]
fn amplitude(samples: &[f32], frequency_hz: f64) -> f64 {
    let length = samples.len() as f64;
    let (mut real, mut imaginary) = (0.0, 0.0);
    for (index, sample) in samples.iter().enumerate() {
        let turn = std::f64::consts::TAU * index as f64;
        let window = 1.0 - (turn / length).cos();
        let angle = turn * frequency_hz / f64::from(RATE);
        real += window * f64::from(*sample) * angle.cos();
        imaginary += window * f64::from(*sample) * angle.sin();
    }
    2.0 * real.hypot(imaginary) / length
}

const ALL: [Expression; 5] = [
    (NoteExpressionType::Tuning, 1.0),
    (NoteExpressionType::Volume, 0.25),
    (NoteExpressionType::Pan, 1.0),
    (NoteExpressionType::Brightness, 0.1),
    (NoteExpressionType::Volume, 2.0),
];

#[test]
fn a_semitone_on_one_of_two_held_notes_moves_that_note_only() {
    let held = [(69, 7), (76, 8)].map(|(key, id)| Note {
        channel: 0,
        key,
        id,
    });
    let plain = play_notes(&held, &[]);
    let tuned = play_notes(&held, &[held[1].expression(ALL[0])]);
    let from = usize::try_from(LATER).unwrap() + 2_000;
    let level = |take: &Take, hz| audio::dbfs(amplitude(&take.left[from..], hz));
    let fifth = 440.0 * 2.0_f64.powf(7.0 / 12.0);
    let (moved, rest) = (fifth * 2.0_f64.powf(1.0 / 12.0), level(&plain, 440.0));
    assert!(rest > -50.0, "{rest}");
    assert!((level(&tuned, 440.0) - rest).abs() < 0.05);
    assert!((level(&tuned, moved) - level(&plain, fifth)).abs() < 0.05);
    assert!(level(&tuned, fifth) < rest - 60.0, "nothing stays behind");
    assert!(level(&plain, moved) < rest - 60.0);
}

#[test]
fn every_expression_changes_its_note_alone_among_any_number_of_them() {
    for count in [1, 2, 5, 24] {
        let all = notes(count);
        let place = all.len() / 2;
        let (one, mut others) = (all[place], all.clone());
        others.remove(place);
        let without = settled(&play_notes(&others, &[]));
        let plain = settled(&play_notes(&all, &[]));
        for expression in ALL {
            let event = one.expression(expression);
            let together = settled(&play_notes(&all, std::slice::from_ref(&event)));
            let alone = settled(&play_notes(&[one], &[event]));
            let apart = audio::snr_db(&together, &sum(&without, &alone));
            assert!(apart > 90.0, "{expression:?}, {count} notes: {apart} dB");
            let change = audio::snr_db(&together, &plain);
            assert!(change < 30.0, "{expression:?}, {count} notes: {change} dB");
        }
    }
}

#[test]
fn names_that_a_host_leaves_out_are_any() {
    let all = notes(6);
    let expression = |channel, key, id| Event::Expression {
        port: 0,
        channel,
        key,
        id,
        kind: NoteExpressionType::Volume,
        value: 0.0,
    };
    let heard = |event| settled(&play_notes(&all, &[event]));
    let left = |keep: &dyn Fn(&Note) -> bool| {
        let kept: Vec<Note> = all.iter().copied().filter(|note| keep(note)).collect();
        settled(&play_notes(&kept, &[]))
    };
    let is_alike = |a: &[f32], b: &[f32]| assert!(audio::snr_db(a, b) > 80.0);
    is_alike(
        &heard(expression(None, None, Some(102))),
        &left(&|note| note.id != 102),
    );
    is_alike(
        &heard(expression(Some(1), None, None)),
        &left(&|note| note.channel != 1),
    );
    is_alike(
        &heard(expression(None, Some(57), None)),
        &left(&|note| note.key != 57),
    );
    assert!(audio::peak(&heard(expression(None, None, None))) < 1e-6);
}

#[test]
fn pressure_on_a_note_is_its_own() {
    // Pressure on keys bends: what [GS] calls PAf pitch control, two semitones.
    let bend = Event::SysEx {
        port: 0,
        bytes: vec![
            0xF0, 0x41, 0x10, 0x42, 0x12, 0x40, 0x21, 0x30, 0x42, 0x2D, 0xF7,
        ],
    };
    let held = [(69, 7), (69, 8)].map(|(key, id)| Note {
        channel: 0,
        key,
        id,
    });
    let press = held[0].expression((NoteExpressionType::Pressure, 1.0));
    let script = [(50, bend), (100, held[0].on()), (100, held[1].on())];
    let take = hear(
        &timeline(script.into_iter().chain([(LATER, press)])),
        Partition::Fixed(512),
    );
    let from = usize::try_from(LATER).unwrap() + 2_000;
    let level = |hz| audio::dbfs(amplitude(&take.left[from..], hz));
    let two_up = 440.0 * 2.0_f64.powf(2.0 / 12.0);
    assert!((level(440.0) - level(two_up)).abs() < 0.1);
}

#[test]
fn a_note_ends_by_its_number_and_its_twin_goes_on() {
    let twins = [(7, 69), (8, 69)].map(|(id, key)| Note {
        channel: 0,
        key,
        id,
    });
    let tuned = twins[1].expression(ALL[0]);
    let moved = 440.0 * 2.0_f64.powf(1.0 / 12.0);
    let from = usize::try_from(LATER).unwrap() + 6_000;
    for (off, stays, ends) in [(0, moved, 440.0), (1, 440.0, moved)] {
        let take = play_notes(&twins, &[tuned.clone(), twins[off].off()]);
        let level = |hz| audio::dbfs(amplitude(&take.left[from..], hz));
        assert!(level(stays) > level(ends) + 60.0, "{off}");
    }
}

#[test]
fn what_comes_on_one_frame_acts_in_the_order_in_which_it_came() {
    let note = notes(1)[0];
    let tune = note.expression(ALL[0]);
    let first = |events: [Event; 2]| {
        let events = events.into_iter().map(|event| (1_000, event));
        let take = hear(&timeline(events), Partition::Fixed(512));
        take.left[2_000..].to_vec()
    };
    let plain = first([note.on(), note.on()]);
    let before = first([tune.clone(), note.on()]);
    let after = first([note.on(), tune]);
    let pitch = |samples: &[f32]| audio::pitch::frequency_hz(samples, f64::from(RATE), 220.0);
    let base = 440.0 / 2.0;
    let cents = |samples: &[f32]| audio::pitch::cents(base, pitch(samples).unwrap());
    assert!(cents(&plain).abs() < 1.0);
    assert!(cents(&before).abs() < 1.0, "there was no note yet");
    assert!((cents(&after) - 100.0).abs() < 1.0);
}

/// Notes that come and go, each with a cloud of expressions.
fn crowd() -> Timeline {
    let mut events = Vec::new();
    for (index, note) in (0_u64..).zip(notes(40)) {
        let start = 311 * index;
        events.push((start, note.on()));
        for (step, expression) in (0_u64..).zip(ALL) {
            events.push((start + 97 * step, note.expression(expression)));
        }
        events.push((start + 9_001, note.off()));
        if index % 8 == 0 {
            let name = "Part 01 Volume".to_owned();
            let text = format!("-{} dB", index / 8);
            events.push((start + 5, Event::ParamText { name, text }));
        }
    }
    timeline(events)
}

#[test]
fn expressions_give_the_same_bits_in_blocks_of_any_size() {
    let crowd = crowd();
    let one = hear(&crowd, Partition::Fixed(4_096));
    assert!(audio::peak(&one.left) > 1e-3);
    for partition in [
        Partition::Fixed(1),
        Partition::Fixed(64),
        Partition::Fixed(441),
        Partition::Random { seed: 5, most: 700 },
    ] {
        let other = hear(&crowd, partition);
        assert_eq!(audio::first_difference(&one.left, &other.left), None);
        assert_eq!(audio::first_difference(&one.right, &other.right), None);
    }
}

//! Parameters that a host bends for single notes: on the frame, beside the others, with automation.

#![expect(clippy::unwrap_used, reason = "tests may unwrap")]

use dmus_host_tests::audio;
use dmus_host_tests::fixture::{self, Folder, program};
use dmus_host_tests::host::{Event, Plugin};
use dmus_host_tests::player::{Partition, Take, play};
use dmus_host_tests::timeline::Timeline;

const RATE: u32 = 48_000;

/// Frames between two control ticks of the engine.
const TICK: usize = 64;

/// What a volume reaches over, dB, which a host sees as 0 to 1.
const VOLUME_DB: f64 = 72.0;

/// An instance that plays the fixture's bank; the folder must live as long.
fn with_fixture() -> (Plugin, Folder) {
    fixture::playing(RATE, 4_096).unwrap()
}

fn note(id: u32, key: u16) -> Event {
    Event::NoteOn {
        port: 0,
        channel: 0,
        key,
        velocity: 1.0,
        id: Some(id),
    }
}

fn bend(id: u32, name: &str, amount: f64) -> Event {
    Event::NoteMod {
        id,
        name: name.to_owned(),
        amount,
    }
}

fn automate(name: &str, text: &str) -> Event {
    Event::ParamText {
        name: name.to_owned(),
        text: text.to_owned(),
    }
}

/// One second of a constant sound, and these events.
fn hear(events: &[(u64, Event)], partition: Partition) -> Take {
    let (mut plugin, _folder) = with_fixture();
    let script = format!("0f program {}", program::CONSTANT);
    let mut timeline = Timeline::of_script(&script, RATE).unwrap();
    for (frame, event) in events {
        timeline.push(*frame, event.clone());
    }
    let take = play(&mut plugin, &timeline, u64::from(RATE), partition).unwrap();
    let report = plugin.report().unwrap();
    for key in ["events_lost", "lost_asides", "unsupported", "notes_lost"] {
        assert_eq!(report.number(key).unwrap(), 0, "{key}");
    }
    take
}

/// The gain between two steady moments, dB.
fn change_db(take: &Take, before: usize, after: usize) -> f64 {
    audio::dbfs(f64::from(take.left[after]) / f64::from(take.left[before]))
}

#[test]
fn a_bent_volume_moves_on_its_frame_without_a_click() {
    let at = 12_345;
    let bent = bend(7, "Part 01 Volume", -12.0 / VOLUME_DB);
    let take = hear(&[(0, note(7, 60)), (at, bent)], Partition::Fixed(512));
    let at = usize::try_from(at).unwrap();
    let change = change_db(&take, at - 1, 40_000);
    assert!((change + 12.0).abs() < 0.05, "{change}");
    let still = vec![take.left[8_000]; at - 8_000];
    assert_eq!(audio::first_difference(&take.left[8_000..at], &still), None);
    assert_ne!(
        take.left[at + TICK + 1].to_bits(),
        take.left[at - 1].to_bits()
    );
    let step = audio::greatest_step(&take.left[at - 10..40_000]);
    let whole = take.left[at - 1] - take.left[40_000];
    assert!(step < whole / 8.0, "a step of {step} in {whole}");
}

#[test]
fn automation_takes_a_bent_note_along_and_other_notes_are_not_bent() {
    let one = |bent: bool| {
        let mut events = vec![(0, note(7, 60))];
        if bent {
            let amount = -12.0 / VOLUME_DB;
            events.push((12_000, bend(7, "Part 01 Volume", amount)));
        }
        // Named, but not sounding; and of a part that plays nothing.
        events.push((12_000, bend(8, "Part 01 Volume", 0.1)));
        events.push((12_000, bend(7, "Part 02 Volume", 0.1)));
        events.push((24_001, automate("Part 01 Volume", "6 dB")));
        hear(&events, Partition::Fixed(512))
    };
    let (plain, bent) = (one(false), one(true));
    assert!(change_db(&plain, 11_000, 20_000).abs() < 1e-3);
    assert!((change_db(&plain, 20_000, 40_000) - 6.0).abs() < 0.05);
    assert!((change_db(&bent, 11_000, 20_000) + 12.0).abs() < 0.05);
    assert!((change_db(&bent, 20_000, 40_000) - 6.0).abs() < 0.05);
}

#[test]
fn bent_notes_have_the_same_bits_at_any_block_size() {
    let mut events = vec![(0, note(7, 60)), (50, note(8, 64))];
    for index in 0..60 {
        let frame = 300 + 397 * index;
        let amount = f64::from(u32::try_from(index % 7).unwrap()) / 20.0 - 0.15;
        for (id, name) in [(7, "Volume"), (8, "Pan"), (7, "Cutoff"), (8, "Tune")] {
            events.push((frame, bend(id, &format!("Part 01 {name}"), amount)));
        }
        let text = format!("{} dB", index % 5);
        events.push((frame + 100, automate("Part 01 Volume", &text)));
    }
    let reference = hear(&events, Partition::Fixed(512));
    for partition in [
        Partition::Fixed(1),
        Partition::Fixed(441),
        Partition::Random {
            seed: 5,
            most: 1_000,
        },
    ] {
        let take = hear(&events, partition);
        for (got, wanted) in [
            (&take.left, &reference.left),
            (&take.right, &reference.right),
        ] {
            assert_eq!(audio::first_difference(got, wanted), None, "{partition:?}");
        }
    }
}

#[test]
fn a_host_may_bend_what_acts_on_sounding_notes_and_nothing_else() {
    let (plugin, _folder) = with_fixture();
    let bent: Vec<&str> = plugin
        .params()
        .iter()
        .filter(|param| param.per_note)
        .filter_map(|param| param.name.strip_prefix("Part 16 "))
        .collect();
    let expected = [
        "Volume",
        "Pan",
        "Reverb",
        "Chorus",
        "Delay",
        "Cutoff",
        "Resonance",
        "Tune",
    ];
    assert_eq!(bent, expected);
    let all = plugin.params().iter().filter(|param| param.per_note);
    assert_eq!(all.count(), 16 * expected.len());
}

#[test]
fn a_host_hears_when_a_note_of_its_own_has_ended() {
    let (mut plugin, _folder) = with_fixture();
    let (mut left, mut right) = ([0.0; 512], [0.0; 512]);
    let off = Event::NoteOff {
        port: 0,
        channel: 0,
        key: 60,
        id: Some(7),
    };
    // Of one that is not known nothing is told.
    let unnamed = Event::midi(0, &[0x90, 72, 100]);
    let constant = Event::midi(0, &[0xC0, program::CONSTANT]);
    let events = [(0, &constant), (3, &note(7, 60)), (9, &unnamed)];
    plugin.process(&events, &mut left, &mut right).unwrap();
    assert_eq!(plugin.ends_out(), []);
    plugin
        .process(&[(100, &off)], &mut left, &mut right)
        .unwrap();
    let mut ends = plugin.ends_out().to_vec();
    for _ in 0..200 {
        plugin.process(&[], &mut left, &mut right).unwrap();
        ends.extend(plugin.ends_out());
    }
    let [(frame, 7)] = ends[..] else {
        panic!("{ends:?}");
    };
    assert!(frame < 512);
}

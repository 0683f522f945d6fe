//! What a project remembers, and what happens when its bank is not what it was.

#![expect(clippy::unwrap_used, reason = "tests may unwrap")]

use std::fs;
use std::path::Path;
use std::time::{Duration, Instant};

use dmus_host_tests::audio;
use dmus_host_tests::bundle;
use dmus_host_tests::fixture::{self, Folder, program};
use dmus_host_tests::host::{Bundle, Event, Plugin};
use dmus_host_tests::player::{Partition, Take, play};
use dmus_host_tests::timeline::Timeline;

const RATE: u32 = 48_000;

fn instance() -> Plugin {
    Bundle::load(&bundle::clap().unwrap())
        .unwrap()
        .instance()
        .unwrap()
}

fn note(plugin: &mut Plugin) -> Take {
    let text = format!(
        "0f program {}; 100f on 60 127; 5000f off 60",
        program::CONSTANT
    );
    let timeline = Timeline::of_script(&text, RATE).unwrap();
    play(plugin, &timeline, 9_600, Partition::Fixed(512)).unwrap()
}

fn bank_name(plugin: &mut Plugin) -> String {
    plugin
        .report()
        .unwrap()
        .text("bank")
        .unwrap_or_default()
        .to_owned()
}

/// Lets the plug-in work off what a state asked for, as a host with a running track does.
fn settle(plugin: &mut Plugin, done: impl Fn(&mut Plugin) -> bool) {
    let start = Instant::now();
    let (mut left, mut right) = ([0.0; 512], [0.0; 512]);
    while !done(plugin) {
        assert!(
            start.elapsed() < Duration::from_secs(10),
            "nothing happened in ten seconds"
        );
        plugin.process(&[], &mut left, &mut right).unwrap();
        plugin.idle();
        std::thread::sleep(Duration::from_millis(2));
    }
}

#[test]
fn a_saved_state_comes_back_whole() {
    let folder = Folder::new().unwrap();
    let bank = folder.write("known.dls", &fixture::bank()).unwrap();
    let mut first = instance();
    first.load_state(&fixture::state_naming(&bank)).unwrap();
    first.flush_text("Master Volume", "-7.5 dB").unwrap();
    first.flush_text("Part 03 Pan", "42R").unwrap();
    first.flush_text("Part 16 Program", "128").unwrap();
    let saved = first.save_state().unwrap();

    let mut second = instance();
    second.load_state(&saved).unwrap();
    for param in first.params().to_vec() {
        let (one, two) = (
            first.value(&param.name).unwrap(),
            second.value(&param.name).unwrap(),
        );
        assert_eq!(one.to_bits(), two.to_bits(), "{}", param.name);
    }
    assert_eq!(
        second.save_state().unwrap(),
        saved,
        "saving again changes the state"
    );
    first.run(RATE, 512).unwrap();
    second.run(RATE, 512).unwrap();
    let (one, two) = (note(&mut first), note(&mut second));
    assert_eq!(audio::first_difference(&one.left, &two.left), None);
    assert_eq!(bank_name(&mut second), "Known Sounds");
}

#[test]
fn a_fresh_instance_plays_the_built_in_bank() {
    let mut plugin = instance();
    plugin.run(RATE, 512).unwrap();
    assert!(audio::peak(&note(&mut plugin).left) > 0.001);
    let report = plugin.report().unwrap();
    assert_ne!(report.text("bank").unwrap_or_default(), "");
    assert_eq!(report.notices(), [] as [String; 0]);
}

#[test]
fn a_missing_bank_leaves_the_built_in_one_sounding_and_says_so() {
    let folder = Folder::new().unwrap();
    let gone = folder.path().join("gone.dls");
    let mut plugin = instance();
    plugin.load_state(&fixture::state_naming(&gone)).unwrap();
    plugin.run(RATE, 512).unwrap();
    settle(&mut plugin, |plugin| {
        !plugin.report().unwrap().notices().is_empty()
    });
    let notices = plugin.report().unwrap().notices().join("\n");
    assert!(notices.contains("gone.dls"), "{notices}");
    assert!(audio::peak(&note(&mut plugin).left) > 0.001);

    // The project still names the bank, so that it can be found again.
    let saved = plugin.save_state().unwrap();
    folder.write("gone.dls", &fixture::bank()).unwrap();
    let mut later = instance();
    later.load_state(&saved).unwrap();
    later.run(RATE, 512).unwrap();
    assert_eq!(bank_name(&mut later), "Known Sounds");
}

#[test]
fn a_bank_that_is_cut_off_is_refused_with_a_notice() {
    let folder = Folder::new().unwrap();
    let whole = fixture::bank();
    let cut = folder.write("cut.dls", &whole[..100]).unwrap();
    let mut plugin = instance();
    plugin.load_state(&fixture::state_naming(&cut)).unwrap();
    plugin.run(RATE, 512).unwrap();
    settle(&mut plugin, |plugin| {
        !plugin.report().unwrap().notices().is_empty()
    });
    assert!(
        plugin
            .report()
            .unwrap()
            .notices()
            .join("\n")
            .contains("cut.dls")
    );
    assert!(audio::peak(&note(&mut plugin).left) > 0.001);
}

#[test]
fn a_state_loaded_while_it_plays_changes_the_bank() {
    let folder = Folder::new().unwrap();
    let bank = folder.write("known.dls", &fixture::bank()).unwrap();
    let mut plugin = instance();
    plugin.run(RATE, 512).unwrap();
    note(&mut plugin);
    plugin.load_state(&fixture::state_naming(&bank)).unwrap();
    // The first note must have died away before the next one can be known by its shape.
    settle(&mut plugin, |plugin| {
        bank_name(plugin) == "Known Sounds" && plugin.report().unwrap().number("voices") == Some(0)
    });
    let take = note(&mut plugin);
    // A constant: nothing else in any bank is as flat.
    let flat = audio::greatest_step(&take.left[2_000..4_000]);
    assert!(
        flat < 1e-4 && take.left[3_000] > 0.01,
        "{flat} {}",
        take.left[3_000]
    );
}

#[test]
fn a_state_loaded_while_nothing_is_processed_is_acted_upon() {
    let folder = Folder::new().unwrap();
    let bank = folder.write("known.dls", &fixture::bank()).unwrap();
    let mut plugin = instance();
    plugin.run(RATE, 512).unwrap();
    plugin.load_state(&fixture::state_naming(&bank)).unwrap();
    let start = Instant::now();
    while bank_name(&mut plugin) != "Known Sounds" {
        assert!(
            start.elapsed() < Duration::from_secs(10),
            "nothing happened"
        );
        std::thread::sleep(Duration::from_millis(1));
    }
    assert!(audio::peak(&note(&mut plugin).left) > 0.001);
}

/// A state that names a bank and the program of the first part.
fn state_with_program(bank: &Path, program: u8) -> Vec<u8> {
    let path = bank.to_string_lossy();
    fixture::state_of(&format!(
        r#"{{"version":"0.1.0","params":{{"dry":{{"bool":true}}}},"fields":{{"bank":"{{\"path\":\"{path}\"}}","parts":"{{\"programs\":[{{\"program\":{program}}}]}}"}}}}"#
    ))
}

#[test]
fn of_thousands_of_states_in_a_row_the_last_one_wins() {
    let folder = Folder::new().unwrap();
    let bank = folder.write("known.dls", &fixture::bank()).unwrap();
    let other = folder.write("cut.dls", &fixture::bank()[..100]).unwrap();
    let mut plugin = instance();
    plugin.run(RATE, 512).unwrap();
    let (mut left, mut right) = ([0.0; 512], [0.0; 512]);
    for round in 0..3_000_u32 {
        let bank = [&bank, &other][usize::try_from(round % 2).unwrap()];
        let program = u8::try_from(round % 5).unwrap();
        plugin
            .load_state(&state_with_program(bank, program))
            .unwrap();
        if round % 3 == 0 {
            plugin.process(&[], &mut left, &mut right).unwrap();
        }
    }
    let last = state_with_program(&bank, program::CONSTANT);
    plugin.load_state(&last).unwrap();
    let on = Event::Midi {
        port: 0,
        bytes: [0x90, 60, 127],
    };
    let off = Event::Midi {
        port: 0,
        bytes: [0x80, 60, 64],
    };
    // The programs arrive last; no message chooses one here.
    settle(&mut plugin, |plugin| {
        let mut played = [[0.0; 512]; 3].map(|block| (block, block));
        let events = [vec![(0, &on)], vec![], vec![(0, &off)]];
        for ((left, right), events) in played.iter_mut().zip(&events) {
            plugin.process(events, left, right).unwrap();
        }
        let sustained = &played[1].0;
        let is_flat = sustained[0] > 0.01 && audio::greatest_step(sustained) < 1e-6;
        is_flat && bank_name(plugin) == "Known Sounds"
    });
    assert_eq!(plugin.report().unwrap().number("panics"), Some(0));
    assert_eq!(plugin.report().unwrap().losses(), []);
}

#[test]
fn a_broken_bank_at_run_time_keeps_the_old_one_sounding() {
    let folder = Folder::new().unwrap();
    let bank = folder.write("known.dls", &fixture::bank()).unwrap();
    let cut = folder.write("cut.dls", &fixture::bank()[..64]).unwrap();
    let mut plugin = instance();
    plugin.load_state(&fixture::state_naming(&bank)).unwrap();
    plugin.run(RATE, 512).unwrap();
    let before = note(&mut plugin);
    plugin.load_state(&fixture::state_naming(&cut)).unwrap();
    settle(&mut plugin, |plugin| {
        !plugin.report().unwrap().notices().is_empty()
    });
    assert_eq!(bank_name(&mut plugin), "Known Sounds");
    let after = note(&mut plugin);
    assert!((audio::rms(&after.left) / audio::rms(&before.left) - 1.0).abs() < 1e-3);
}

#[test]
fn a_bank_swapped_under_a_sounding_note_does_not_disturb_it() {
    let folder = Folder::new().unwrap();
    let bank = folder.write("known.dls", &fixture::bank()).unwrap();
    let mut plugin = instance();
    plugin.load_state(&fixture::state_naming(&bank)).unwrap();
    plugin.run(RATE, 512).unwrap();
    let text = format!("0f program {}; 0f on 60 127", program::CONSTANT);
    let timeline = Timeline::of_script(&text, RATE).unwrap();
    let steady = play(&mut plugin, &timeline, 9_600, Partition::Fixed(512))
        .unwrap()
        .left[9_000];
    let other = folder.write("other.dls", &fixture::bank()).unwrap();
    plugin.load_state(&fixture::state_naming(&other)).unwrap();
    let (mut left, mut right) = ([0.0; 512], [0.0; 512]);
    let start = Instant::now();
    while start.elapsed() < Duration::from_millis(300) {
        plugin.process(&[], &mut left, &mut right).unwrap();
        plugin.idle();
        assert!(
            left.iter()
                .all(|sample| (sample / steady - 1.0).abs() < 1e-3),
            "disturbed"
        );
        std::thread::sleep(Duration::from_millis(2));
    }
}

/// Whatever bytes come as a state, the instance must live on and play.
fn survives(bytes: &[u8]) {
    let mut plugin = instance();
    let _ = plugin.load_state(bytes);
    plugin.run(RATE, 512).unwrap();
    assert!(audio::is_finite(&note(&mut plugin).left));
    assert_eq!(plugin.report().unwrap().number("panics"), Some(0));
}

#[test]
fn malformed_states_never_crash() {
    let saved = instance().save_state().unwrap();
    survives(b"");
    survives(b"{");
    survives(&u64::MAX.to_le_bytes());
    survives(&[8, 0, 0, 0, 0, 0, 0, 0, 0x28, 0xb5, 0x2f, 0xfd]);
    for json in [
        "",
        "[]",
        r#"{"version":"9.9.9","params":{},"fields":{"bank":"[1,2"}}"#,
        r#"{"version":"0.1.0","params":{"vol":{"f32":1e39}},"fields":{}}"#,
        r#"{"version":"0.1.0","params":{"p01_prog":{"i32":-5000},"p02_pan":{"f32":1e9}},"fields":{}}"#,
        r#"{"version":"0.1.0","params":{"vol":"loud"},"fields":{}}"#,
        r#"{"version":"0.1.0","params":{},"fields":{"parts":"{\"programs\":[{\"program\":255}]}"}}"#,
        r#"{"version":"0.1.0","params":{},"fields":{"bank":"{\"path\":\"/\"}"}}"#,
    ] {
        survives(&fixture::state_of(json));
    }
    for end in (0..saved.len()).step_by((saved.len() / 8).max(1)) {
        survives(&saved[..end]);
    }
}

#[test]
fn random_states_never_crash() {
    let saved = instance().save_state().unwrap();
    let mut random = 1_u64;
    for _ in 0..12 {
        let mut bytes = saved.clone();
        for _ in 0..4 {
            random = random
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(99);
            let place = usize::try_from(random >> 33).unwrap() % bytes.len();
            bytes[place] = random.to_le_bytes()[2];
        }
        survives(&bytes);
    }
}

#[test]
fn a_bank_path_with_odd_characters_is_remembered() {
    let folder = Folder::new().unwrap();
    let name = if cfg!(windows) {
        "Bänk 'ü'.dls"
    } else {
        "Bänk \"ü\" \\ 🎹.dls"
    };
    let bank = folder.write(name, &fixture::bank()).unwrap();
    let mut plugin = instance();
    plugin.load_state(&fixture::state_naming(&bank)).unwrap();
    let saved = plugin.save_state().unwrap();
    let mut later = instance();
    later.load_state(&saved).unwrap();
    later.run(RATE, 512).unwrap();
    assert_eq!(bank_name(&mut later), "Known Sounds");
    fs::remove_file(Path::new(&bank)).unwrap();
}

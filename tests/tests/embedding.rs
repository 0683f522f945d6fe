//! What a project carries of its banks.

#![expect(clippy::unwrap_used, reason = "tests may unwrap")]

use std::fs;

use dmus_host_tests::audio;
use dmus_host_tests::bundle;
use dmus_host_tests::fixture::{self, Folder, program};
use dmus_host_tests::host::{Bundle, Plugin};
use dmus_host_tests::player::{Partition, Take, play};
use dmus_host_tests::timeline::Timeline;

const RATE: u32 = 48_000;

fn instance() -> Plugin {
    Bundle::load(&bundle::clap().unwrap())
        .unwrap()
        .instance()
        .unwrap()
}

/// An instance that plays what a state names.
fn opened(state: &[u8]) -> Plugin {
    let mut plugin = instance();
    plugin.load_state(state).unwrap();
    plugin.run(RATE, 512).unwrap();
    plugin
}

/// A note of two programs, one after the other.
fn phrase(plugin: &mut Plugin) -> Take {
    let (one, other) = (program::CONSTANT, program::CONSTANT + 1);
    let text = format!(
        "0f program {one}; 100f on 60 127; 3000f off 60; \
         5000f program {other}; 5100f on 64 100; 8000f off 64"
    );
    let timeline = Timeline::of_script(&text, RATE).unwrap();
    play(plugin, &timeline, 12_000, Partition::Fixed(512)).unwrap()
}

fn notices(plugin: &mut Plugin) -> String {
    plugin.report().unwrap().notices().join("\n")
}

#[test]
fn an_embedded_bank_sounds_the_same_where_its_file_is_not_and_stays_named() {
    let folder = Folder::new().unwrap();
    let bank = folder
        .write("carried.dls", &fixture::bank_of("Carried", 50_000))
        .unwrap();
    let mut first = opened(&fixture::state_naming(&bank));
    let before = phrase(&mut first);
    let answer = first.command("bank embed 0").unwrap();
    let bytes: usize = answer.strip_prefix("ok ").unwrap().parse().unwrap();
    assert!(bytes > 0 && bytes < 100_000, "{answer}");
    let report = first.report().unwrap();
    assert_eq!(report.number("bank_0_embedded").unwrap(), bytes as u64);
    let saved = first.save_state().unwrap();
    drop(first);
    fs::remove_file(&bank).unwrap();

    let mut second = opened(&saved);
    assert_eq!(second.report().unwrap().text("bank").unwrap(), "Carried");
    let said = notices(&mut second);
    assert!(said.contains("what the project carries"), "{said}");
    let after = phrase(&mut second);
    assert_eq!(audio::first_difference(&before.left, &after.left), None);
    assert_eq!(audio::first_difference(&before.right, &after.right), None);

    // Saved again, it still names the file and still carries the copy.
    let again = second.save_state().unwrap();
    drop(second);
    fs::write(&bank, fixture::bank_of("Carried", 50_000)).unwrap();
    let mut third = opened(&again);
    assert_eq!(notices(&mut third), "", "the file is there again");
    let list = third.command("bank").unwrap();
    let (place, size) = (bank.display(), format!("(embedded, {bytes} bytes)"));
    assert!(list.contains(&format!("{place} {size}")), "{list}");
    let third = phrase(&mut third);
    assert_eq!(audio::first_difference(&before.left, &third.left), None);
}

#[test]
fn a_program_that_is_played_after_embedding_is_saved_too() {
    let folder = Folder::new().unwrap();
    let bank = folder.write("grows.dls", &fixture::bank()).unwrap();
    let mut first = opened(&fixture::state_naming(&bank));
    let size = |answer: String| answer.trim_start_matches("ok ").parse::<u64>().unwrap();
    let small = size(first.command("bank embed 0").unwrap());
    let before = phrase(&mut first);
    let saved = first.save_state().unwrap();
    let grown = first.report().unwrap().number("bank_0_embedded").unwrap();
    assert!(grown > small, "{grown} after {small} bytes");
    drop(first);
    fs::remove_file(&bank).unwrap();
    let mut second = opened(&saved);
    let after = phrase(&mut second);
    assert_eq!(audio::first_difference(&before.left, &after.left), None);
}

#[test]
fn a_bank_that_is_only_named_again_is_missing_where_its_file_is_not() {
    let folder = Folder::new().unwrap();
    let bank = folder
        .write("named.dls", &fixture::bank_of("Named", 0))
        .unwrap();
    let mut first = opened(&fixture::state_naming(&bank));
    first.command("bank embed 0").unwrap();
    assert!(!first.command("bank refer 0").unwrap().contains("embedded"));
    assert!(first.command("bank refer 1").unwrap().starts_with("error"));
    let saved = first.save_state().unwrap();
    drop(first);
    fs::remove_file(&bank).unwrap();
    let mut second = opened(&saved);
    assert_ne!(second.report().unwrap().text("bank").unwrap(), "Named");
    assert!(notices(&mut second).contains("missing"));
}

#[test]
fn a_bank_of_an_operating_system_is_not_embedded_and_that_is_said() {
    let folder = Folder::new().unwrap();
    let bank = folder.write("gm.dls", &fixture::bank()).unwrap();
    let mut plugin = opened(&fixture::state_naming(&bank));
    let answer = plugin.command("bank embed 0").unwrap();
    let reason = "gm.dls belongs to the operating system";
    assert!(
        answer.starts_with("error") && answer.contains(reason),
        "{answer}"
    );
    assert!(!plugin.command("bank").unwrap().contains("embedded"));
    let nowhere = plugin.command("bank embed 3").unwrap();
    assert!(nowhere.contains("no such place"), "{nowhere}");
}

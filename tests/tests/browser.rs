//! What a host shows of the instrument beside its sound: presets, names of keys, pages of knobs,
//! and that a project has changed.

#![expect(
    clippy::unwrap_used,
    clippy::cast_possible_truncation,
    reason = "tests may unwrap, and round a frequency"
)]

use std::collections::HashSet;
use std::fs;

use dmus_host_tests::audio::pitch::frequency_hz;
use dmus_host_tests::bundle;
use dmus_host_tests::fixture::{Folder, bank_of};
use dmus_host_tests::host::{Bundle, Plugin};
use dmus_host_tests::player::{Partition, play};
use dmus_host_tests::timeline::Timeline;

fn bundle() -> Bundle {
    Bundle::load(&bundle::clap().unwrap()).unwrap()
}

fn bank_name(plugin: &mut Plugin) -> String {
    let report = plugin.report().unwrap();
    report.text("bank").unwrap_or_default().to_owned()
}

/// Blocks until the state is in force.
fn settle(plugin: &mut Plugin) {
    let (mut left, mut right) = ([0.0; 512], [0.0; 512]);
    for _ in 0..200 {
        plugin.process(&[], &mut left, &mut right).unwrap();
        plugin.idle();
        std::thread::sleep(std::time::Duration::from_millis(2));
    }
}

/// Pitch of key 69, to the hertz.
fn heard_hz(plugin: &mut Plugin) -> i32 {
    let timeline = Timeline::of_script("100f on 69 127; 30000f off 69", 48_000).unwrap();
    let take = play(plugin, &timeline, 28_000, Partition::Fixed(512)).unwrap();
    let hz = frequency_hz(&take.left[4_000..28_000], 48_000.0, 655.0);
    hz.unwrap_or_default().round() as i32
}

#[test]
fn a_browser_learns_of_banks_and_of_what_is_built_in() {
    let indexed = bundle().index().unwrap();
    assert_eq!(indexed.extensions, ["dmuspreset", "dls", "sf2", "sf3"]);
    assert_eq!(indexed.places[0], None, "the built-in bank comes first");
    for place in indexed.places.iter().flatten() {
        assert!(place.is_dir(), "{}: not a folder", place.display());
    }
}

#[test]
fn every_program_of_the_built_in_bank_is_a_preset_of_its_own() {
    let bundle = bundle();
    let id = bundle.descriptors().unwrap()[0].id.clone();
    let presets = bundle.presets(None).unwrap();
    let keys: HashSet<_> = presets.iter().map(|preset| &preset.load_key).collect();
    assert_eq!(keys.len(), presets.len(), "load keys must differ");
    for preset in &presets {
        assert_eq!(preset.plugins, [id.as_str()]);
        assert!(!preset.name.is_empty() && preset.features.len() >= 3);
    }
    let is_program = |key: &str| key.starts_with("melodic ") || key.starts_with("drums ");
    let programs = presets.iter().filter(|it| is_program(&it.load_key));
    assert!(programs.clone().count() > 128);
    assert!(programs.into_iter().all(|it| it.features.len() == 3));
}

#[test]
fn a_preset_of_a_file_brings_its_bank_and_its_program() {
    let folder = Folder::new().unwrap();
    let path = folder.path().join("known.dls");
    fs::write(&path, bank_of("Known", 0)).unwrap();
    let bundle = bundle();
    let presets = bundle.presets(Some(&path)).unwrap();
    assert_eq!(presets.len(), 8);
    let fifth = presets
        .iter()
        .find(|it| it.load_key == "melodic 0 0 7")
        .unwrap();

    let mut plugin = bundle.instance().unwrap();
    plugin.run(48_000, 512).unwrap();
    plugin.idle();
    plugin.load_preset(Some(&path), &fifth.load_key).unwrap();
    settle(&mut plugin);
    assert_eq!(bank_name(&mut plugin), "Known");
    assert_eq!(heard_hz(&mut plugin), 660);
    let state = plugin.save_state().unwrap();
    let mut other = bundle.instance().unwrap();
    other.load_state(&state).unwrap();
    other.run(48_000, 512).unwrap();
    assert_eq!(heard_hz(&mut other), 660, "and the project keeps it");

    plugin.load_preset(None, "melodic 0 0 40").unwrap();
    settle(&mut plugin);
    assert_ne!(bank_name(&mut plugin), "Known");
}

#[test]
fn a_preset_that_is_not_there_changes_nothing() {
    let folder = Folder::new().unwrap();
    let bundle = bundle();
    let mut plugin = bundle.instance().unwrap();
    plugin.run(48_000, 512).unwrap();
    let before = bank_name(&mut plugin);
    let missing = folder.path().join("gone.sf2");
    assert!(plugin.load_preset(Some(&missing), "melodic 0 0 0").is_err());
    assert!(plugin.load_preset(None, "melodic 9 9 9").is_err());
    assert!(plugin.load_preset(None, "nonsense").is_err());
    assert_eq!(bank_name(&mut plugin), before);
    let wrong = bundle.presets(Some(&missing)).unwrap_err().to_string();
    assert!(wrong.contains("gone.sf2"), "{wrong}");
}

#[test]
fn keys_of_the_drum_part_have_their_names() {
    let mut plugin = bundle().instance().unwrap();
    let names = plugin.note_names().unwrap();
    assert!(names.contains(&(9, 38, "Acoustic Snare".to_owned())));
    assert!(names.iter().all(|(channel, ..)| *channel == 9));
    assert_eq!(names.len(), 61);
}

#[test]
fn every_parameter_is_on_a_page_of_knobs() {
    let mut plugin = bundle().instance().unwrap();
    let pages = plugin.pages().unwrap();
    let on_pages: HashSet<u32> = pages.iter().flat_map(|page| page.params.clone()).collect();
    for param in plugin.params() {
        assert!(on_pages.contains(&param.id), "{} is on no page", param.name);
    }
    assert!(
        pages
            .iter()
            .any(|page| page.section == "Parts" && page.name == "Part 16 Mix")
    );
}

#[test]
fn a_project_is_marked_as_changed_by_a_bank_but_not_by_its_own_state() {
    let folder = Folder::new().unwrap();
    let path = folder.path().join("known.dls");
    fs::write(&path, bank_of("Known", 0)).unwrap();
    let bundle = bundle();
    let mut plugin = bundle.instance().unwrap();
    plugin.run(48_000, 512).unwrap();
    settle(&mut plugin);
    plugin.idle();
    let answer = plugin.command(&format!("bank open {}", path.display()));
    assert!(answer.unwrap().starts_with("ok"));
    assert!(plugin.idle().dirty, "another bank is another project");

    let state = plugin.save_state().unwrap();
    let mut other = bundle.instance().unwrap();
    other.run(48_000, 512).unwrap();
    settle(&mut other);
    other.load_state(&state).unwrap();
    let mut dirty = false;
    let (mut left, mut right) = ([0.0; 512], [0.0; 512]);
    for _ in 0..200 {
        other.process(&[], &mut left, &mut right).unwrap();
        dirty |= other.idle().dirty;
        std::thread::sleep(std::time::Duration::from_millis(2));
    }
    assert_eq!(bank_name(&mut other), "Known");
    assert!(!dirty, "a project that was just loaded has not changed");
}

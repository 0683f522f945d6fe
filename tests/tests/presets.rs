//! Presets of the factory and of the user, through the bundle: by a host's browser and by commands.

#![expect(clippy::unwrap_used, reason = "tests may unwrap")]

use std::fs;
use std::path::{Path, PathBuf};

use dmus_host_tests::audio;
use dmus_host_tests::bundle;
use dmus_host_tests::fixture::{self, Folder};
use dmus_host_tests::host::{Bundle, Plugin};
use dmus_host_tests::player::{Partition, play};
use dmus_host_tests::timeline::Timeline;
use serde_json::{Value, json};

const RATE: u32 = 48_000;

/// How load keys and ids of presets of the factory begin.
const FACTORY: &str = "factory/";

/// Names the folder of a process that has a user of its own.
const USER: &str = "DMUS_TEST_USER";

fn bundle() -> Bundle {
    Bundle::load(&bundle::clap().unwrap()).unwrap()
}

/// The folder of this process's own user. In a process that has none, the test is run again in one
/// that has.
fn user(test: &str) -> Option<PathBuf> {
    if let Some(folder) = std::env::var_os(USER) {
        return Some(folder.into());
    }
    let folder = Folder::new().unwrap();
    let status = std::process::Command::new(std::env::current_exe().unwrap())
        .args(["--exact", test])
        .env(USER, folder.path())
        .env("DMUS_DATA", folder.path())
        .env_remove("DMUS_BANK")
        .status();
    assert!(status.unwrap().success());
    None
}

fn ok(plugin: &mut Plugin, line: &str) -> String {
    let answer = plugin.command(line).unwrap();
    assert!(answer.starts_with("ok"), "{line}: {answer}");
    answer
}

fn refused(plugin: &mut Plugin, line: &str) -> String {
    let answer = plugin.command(line).unwrap();
    assert!(answer.starts_with("error"), "{line}: {answer}");
    answer
}

/// Blocks until what a preset asked for is in force.
fn settle(plugin: &mut Plugin) {
    let (mut left, mut right) = ([0.0; 512], [0.0; 512]);
    for _ in 0..30 {
        plugin.process(&[], &mut left, &mut right).unwrap();
        plugin.idle();
        std::thread::sleep(std::time::Duration::from_millis(2));
    }
}

/// The instrument as it is, as a preset file.
fn saved(plugin: &mut Plugin, name: &str) -> Value {
    let answer = ok(plugin, &format!("preset replace {name}"));
    let path = answer.strip_prefix("ok ").unwrap();
    serde_json::from_slice(&fs::read(path).unwrap()).unwrap()
}

/// Programs of the parts, as far as any is not the first.
fn programs(preset: &Value) -> Vec<Value> {
    let all = preset
        .pointer("/fields/parts/programs")
        .and_then(Value::as_array);
    let mut all = all.cloned().unwrap_or_default();
    let first = json!({ "bank_msb": 0, "bank_lsb": 0, "program": 0 });
    while all.last() == Some(&first) {
        all.pop();
    }
    all
}

/// The file of a preset of the factory, as it is in the sources.
fn source(load_key: &str) -> Value {
    let key = load_key.strip_prefix(FACTORY).unwrap();
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../presets/factory");
    let bytes = fs::read(folder.join(format!("{key}.dmuspreset"))).unwrap();
    serde_json::from_slice(&bytes).unwrap()
}

/// Whether keys of all parts and a drum make a sound that is one.
fn check_sound(plugin: &mut Plugin, name: &str) {
    let melodic = (1..=16).filter(|channel| *channel != 10);
    let script: Vec<String> = melodic
        .map(|channel| format!("10ms ch{channel} on 60 90; 400ms ch{channel} off 60"))
        .chain(["10ms ch10 on 38 100; 400ms ch10 off 38".to_owned()])
        .collect();
    let timeline = Timeline::of_script(&script.join("; "), RATE).unwrap();
    let take = play(plugin, &timeline, 24_000, Partition::Fixed(512)).unwrap();
    let peak = audio::peak(&take.left).max(audio::peak(&take.right));
    assert!(
        audio::is_finite(&take.left) && audio::is_finite(&take.right),
        "{name}"
    );
    assert!((0.01..8.0).contains(&peak), "{name}: peak {peak}");
}

/// Whether two hands on channel 1 over a bar of drums are as loud as those of other presets, and clip
/// nowhere.
fn check_level(plugin: &mut Plugin, name: &str) {
    let chord = [36, 48, 60, 64, 67, 72];
    let hands = chord.map(|key| format!("10ms on {key} 110; 1900ms off {key}"));
    let beat =
        |at: u32, key: u8| format!("{at}ms ch10 on {key} 110; {}ms ch10 off {key}", at + 100);
    let feet = [10, 510, 1010, 1510].map(|at| beat(at, 36));
    let sticks = [510, 1510].map(|at| beat(at, 38));
    let script = [hands.join("; "), feet.join("; "), sticks.join("; ")].join("; ");
    let timeline = Timeline::of_script(&script, RATE).unwrap();
    let take = play(plugin, &timeline, 96_000, Partition::Fixed(512)).unwrap();
    let peak = audio::peak(&take.left).max(audio::peak(&take.right));
    assert!(peak < 1.0, "{name}: peak {peak}");
    let frames = take.left.iter().chain(&take.right);
    let power: f64 = frames.map(|frame| f64::from(*frame).powi(2)).sum();
    let level_db = 10.0 * (power / 192_000.0).log10();
    assert!((-30.0..-18.0).contains(&level_db), "{name}: {level_db} dB");
}

#[test]
fn a_new_instance_differs_from_the_defaults_in_nothing() {
    let Some(_folder) = user("a_new_instance_differs_from_the_defaults_in_nothing") else {
        return;
    };
    let mut plugin = bundle().instance().unwrap();
    assert_eq!(saved(&mut plugin, "Fresh")["params"], json!({}));
}

/// One instance plays them all in turn: nothing of one is left in the next.
#[test]
fn every_preset_of_the_factory_is_what_its_file_says_and_sounds() {
    let Some(_folder) = user("every_preset_of_the_factory_is_what_its_file_says_and_sounds") else {
        return;
    };
    let bundle = bundle();
    let presets = bundle.presets(None).unwrap();
    let mut plugin = bundle.instance().unwrap();
    plugin.run(RATE, 512).unwrap();
    let mut count = 0;
    for preset in presets.iter().filter(|it| it.load_key.starts_with(FACTORY)) {
        let (name, file) = (&preset.name, source(&preset.load_key));
        plugin.load_preset(None, &preset.load_key).unwrap();
        settle(&mut plugin);
        let now = saved(&mut plugin, "Now");
        assert_eq!(now["params"], file["params"], "{name}");
        assert_eq!(programs(&now), programs(&file), "{name}");
        check_sound(&mut plugin, name);
        check_level(&mut plugin, name);
        count += 1;
    }
    assert!(count >= 24, "{count} presets");
    assert_eq!(plugin.report().unwrap().notices(), [] as [String; 0]);
}

#[test]
fn a_browser_learns_where_a_preset_is_filed() {
    let presets = bundle().presets(None).unwrap();
    let trio = presets
        .iter()
        .find(|it| it.load_key == "factory/Bands/Jazz Trio");
    let features = &trio.unwrap().features;
    for word in ["instrument", "Bands", "jazz"] {
        assert!(features.iter().any(|it| it == word), "{word}: {features:?}");
    }
}

#[test]
fn a_preset_sets_parameters_marks_the_project_and_is_saved_with_it() {
    let bundle = bundle();
    let mut plugin = bundle.instance().unwrap();
    plugin.flush_text("Part 03 Pan", "42R").unwrap();
    plugin.run(RATE, 512).unwrap();
    settle(&mut plugin);
    plugin.load_preset(None, "factory/Retro/1998").unwrap();
    let told = plugin.idle();
    assert!(told.dirty, "a preset is a change of the project");
    assert!(told.rescan, "the host must read the values anew");
    let expected = [
        ("Master Interpolation", "Linear"),
        ("Master Voices", "32"),
        ("Reverb Type", "Small Room"),
        ("Part 07 Cutoff", "-10.0 st"),
        ("Part 03 Pan", "centre"),
    ];
    for (name, text) in expected {
        assert_eq!(plugin.text(name).unwrap(), text, "{name}");
    }
    settle(&mut plugin);
    let state = plugin.save_state().unwrap();
    let mut other = bundle.instance().unwrap();
    other.load_state(&state).unwrap();
    for (name, text) in expected {
        assert_eq!(other.text(name).unwrap(), text, "{name}");
    }
}

/// Voices that a key of channel 1 starts.
fn voices_of(plugin: &mut Plugin, key: u8) -> u64 {
    let script = format!("10ms on {key} 100; 100ms off {key}");
    let timeline = Timeline::of_script(&script, RATE).unwrap();
    play(plugin, &timeline, 2_400, Partition::Fixed(512)).unwrap();
    let voices = plugin.report().unwrap().number("voices").unwrap();
    plugin.reset().unwrap();
    voices
}

#[test]
fn a_split_and_a_layer_play_on_one_channel() {
    let mut plugin = bundle().instance().unwrap();
    plugin.run(RATE, 512).unwrap();
    let one = voices_of(&mut plugin, 60);
    assert!(one > 0);
    plugin
        .load_preset(None, "factory/Splits and Layers/Wide Saws")
        .unwrap();
    settle(&mut plugin);
    assert_eq!(plugin.text("Part 03 Channel").unwrap(), "1");
    assert!(voices_of(&mut plugin, 60) >= 3);
    plugin
        .load_preset(None, "factory/Splits and Layers/Bass and Piano")
        .unwrap();
    settle(&mut plugin);
    assert_eq!(plugin.text("Part 01 Highest Key").unwrap(), "59 B3");
    assert_eq!(
        plugin.text("Part 02 Program").unwrap(),
        "001 Acoustic Grand Piano"
    );
    assert!(voices_of(&mut plugin, 59) > 0);
    assert_eq!(voices_of(&mut plugin, 60), one, "the piano alone");
    plugin
        .load_preset(None, "factory/Rooms/Small Room")
        .unwrap();
    settle(&mut plugin);
    assert_eq!(voices_of(&mut plugin, 60), one, "nothing of them is left");
}

#[test]
fn a_preset_leaves_the_banks_as_they_are_unless_it_names_them() {
    let folder = Folder::new().unwrap();
    let bank = folder.write("known.dls", &fixture::bank()).unwrap();
    let none = json!({
        "format": 1, "name": "Alone",
        "fields": { "bank": { "format": 2, "banks": [] } }
    });
    let none = folder
        .write("Alone.dmuspreset", none.to_string().as_bytes())
        .unwrap();
    let mut plugin = bundle().instance().unwrap();
    plugin.load_state(&fixture::state_naming(&bank)).unwrap();
    plugin.run(RATE, 512).unwrap();
    let title = |plugin: &mut Plugin| plugin.report().unwrap().text("bank").map(str::to_owned);
    plugin
        .load_preset(None, "factory/Rooms/Large Hall")
        .unwrap();
    settle(&mut plugin);
    assert_eq!(title(&mut plugin).as_deref(), Some("Known Sounds"));
    plugin.load_preset(Some(&none), "").unwrap();
    settle(&mut plugin);
    assert_ne!(title(&mut plugin).as_deref(), Some("Known Sounds"));
}

#[test]
fn what_is_no_preset_is_refused_and_changes_nothing() {
    let folder = Folder::new().unwrap();
    let torn = folder
        .write("Torn.dmuspreset", b"{ \"format\": 1,")
        .unwrap();
    let bundle = bundle();
    let mut plugin = bundle.instance().unwrap();
    plugin.flush_text("Master Volume", "-7.5 dB").unwrap();
    plugin.run(RATE, 512).unwrap();
    plugin.idle();
    assert!(plugin.load_preset(Some(&torn), "").is_err());
    assert!(plugin.load_preset(None, "factory/Nowhere/Nothing").is_err());
    assert!(!plugin.idle().dirty);
    assert_eq!(plugin.text("Master Volume").unwrap(), "-7.50 dB");
    let wrong = bundle.presets(Some(&torn)).unwrap_err().to_string();
    assert!(wrong.contains("Torn"), "{wrong}");
}

#[test]
fn a_preset_of_the_user_is_saved_listed_and_loaded_again() {
    let Some(folder) = user("a_preset_of_the_user_is_saved_listed_and_loaded_again") else {
        return;
    };
    let bundle = bundle();
    let mut plugin = bundle.instance().unwrap();
    plugin.flush_text("Master Tune", "-12 ct").unwrap();
    plugin.run(RATE, 512).unwrap();
    let line = "Evening Piano | soft, late | For the hours after ten.";
    ok(&mut plugin, &format!("preset save {line}"));
    refused(&mut plugin, &format!("preset save {line}"));
    ok(&mut plugin, &format!("preset replace {line}"));
    let listed = ok(&mut plugin, "preset list evening soft");
    assert!(listed.contains("user/User/Evening Piano"), "{listed}");

    // A host's browser finds it as well.
    let presets = folder.join("presets");
    assert!(
        bundle
            .index()
            .unwrap()
            .places
            .contains(&Some(presets.clone()))
    );
    let path = presets.join("Evening Piano.dmuspreset");
    let told = bundle.presets(Some(&path)).unwrap();
    assert_eq!(told[0].name, "Evening Piano");
    assert!(told[0].features.contains(&"late".to_owned()));

    let mut other = bundle.instance().unwrap();
    other.run(RATE, 512).unwrap();
    ok(&mut other, "preset load user/User/Evening Piano");
    assert_eq!(other.text("Master Tune").unwrap(), "-12.0 ct");
    assert!(other.idle().dirty);
    ok(&mut other, "preset load factory/Keys/Concert Grand");
    other.load_preset(Some(&path), "").unwrap();
    assert_eq!(other.text("Master Tune").unwrap(), "-12.0 ct");
    refused(&mut other, "preset load user/User/Nothing");
}

#[test]
fn favourites_hold_for_every_instance_and_survive_a_damaged_list() {
    let Some(folder) = user("favourites_hold_for_every_instance_and_survive_a_damaged_list") else {
        return;
    };
    let bundle = bundle();
    let mut plugin = bundle.instance().unwrap();
    plugin.run(RATE, 512).unwrap();
    let (trio, violin) = ("factory/Bands/Jazz Trio", "program/melodic 0 0 40");
    ok(&mut plugin, &format!("preset like {trio}"));
    ok(&mut plugin, &format!("preset like {violin}"));
    ok(&mut plugin, &format!("preset unlike {trio}"));
    let mut other = bundle.instance().unwrap();
    other.run(RATE, 512).unwrap();
    let stars = |plugin: &mut Plugin| {
        let listed = ok(plugin, "preset list");
        listed.lines().filter(|line| line.starts_with('*')).count()
    };
    let listed = ok(&mut other, "preset list");
    assert!(listed.contains(&format!("* {violin}")), "{listed}");
    assert_eq!(stars(&mut other), 1);

    fs::write(folder.join("favourites.json"), b"{ torn").unwrap();
    assert_eq!(stars(&mut other), 0);
    let notices = other.report().unwrap().notices().join("\n");
    assert!(notices.contains("favourites"), "{notices}");
    ok(&mut other, &format!("preset like {trio}"));
    assert_eq!(stars(&mut other), 1);
}

#[test]
fn a_program_of_the_list_plays_on_the_first_part() {
    let mut plugin = bundle().instance().unwrap();
    plugin.run(RATE, 512).unwrap();
    let listed = ok(&mut plugin, "preset list strings");
    assert!(listed.contains("program/melodic 0 0 40"), "{listed}");
    ok(&mut plugin, "preset load program/melodic 0 0 40");
    settle(&mut plugin);
    let state = plugin.save_state().unwrap();
    let mut other = bundle().instance().unwrap();
    other.load_state(&state).unwrap();
    let hear = |plugin: &mut Plugin| {
        let timeline = Timeline::of_script("10ms on 69 100", RATE).unwrap();
        play(plugin, &timeline, 9_600, Partition::Fixed(512)).unwrap()
    };
    other.run(RATE, 512).unwrap();
    let mut piano = bundle().instance().unwrap();
    piano.run(RATE, 512).unwrap();
    let (violin, piano) = (hear(&mut other), hear(&mut piano));
    assert!(audio::first_difference(&violin.left, &piano.left).is_some());
    assert!(audio::peak(&violin.left) > 0.001);
}

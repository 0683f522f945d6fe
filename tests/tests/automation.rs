//! Parameters as a host automates them: on their frame, without a click, by name.

#![expect(clippy::unwrap_used, reason = "tests may unwrap")]

use dmus_host_tests::audio;
use dmus_host_tests::audio::pitch;
use dmus_host_tests::bundle;
use dmus_host_tests::fixture::{self, Folder, program};
use dmus_host_tests::host::{Bundle, Plugin};
use dmus_host_tests::player::{Partition, Take, play};
use dmus_host_tests::timeline::Timeline;

const RATE: u32 = 48_000;
/// Frames between two control ticks of the engine.
const TICK: usize = 64;

fn with_fixture() -> (Plugin, Folder) {
    fixture::playing(RATE, 4_096).unwrap()
}

/// One second of a program while a script runs.
fn hear(program: u8, script: &str, partition: Partition) -> Take {
    let (mut plugin, _folder) = with_fixture();
    let text = format!("0f program {program}; {script}");
    let timeline = Timeline::of_script(&text, RATE).unwrap();
    play(&mut plugin, &timeline, u64::from(RATE), partition).unwrap()
}

/// The gain between two steady moments, dB.
fn change_db(samples: &[f32], before: usize, after: usize) -> f64 {
    audio::dbfs(f64::from(samples[after]) / f64::from(samples[before]))
}

/// A constant sound whose level a parameter changes at an odd frame.
fn check_level(name: &str, value: f64, expected_db: f64) {
    let at = 12_345;
    let script = format!("0f on 60 127; {at}f param {name} = {value}");
    let take = hear(program::CONSTANT, &script, Partition::Fixed(512));
    let samples = &take.left;
    let change = change_db(samples, at - 1, 40_000);
    assert!(
        (change - expected_db).abs() < 0.02,
        "{name} {value}: {change} dB"
    );
    // Nothing moves before the event; something has moved one tick after it.
    assert_eq!(
        audio::first_difference(&samples[8_000..at], &vec![samples[8_000]; at - 8_000]),
        None
    );
    assert_ne!(
        samples[at + TICK + 1].to_bits(),
        samples[at - 1].to_bits(),
        "{name} came late"
    );
    // No step between two frames is as large as a click would be.
    let whole = (samples[at - 1] - samples[40_000]).abs();
    let step = audio::greatest_step(&samples[at - 10..40_000]);
    assert!(
        step < whole / 8.0,
        "{name}: a step of {step} in a change of {whole}"
    );
    assert!(audio::is_finite(samples));
}

#[test]
fn a_parts_volume_moves_on_its_frame_without_a_click() {
    check_level("Part 01 Volume", -12.0, -12.0);
    check_level("Part 01 Volume", 6.0, 6.0);
}

#[test]
fn the_master_volume_moves_on_its_frame_without_a_click() {
    check_level("Master Volume", -6.0, -6.0);
    check_level("Master Volume", -24.0, -24.0);
}

#[test]
fn a_parts_pan_moves_the_sound_to_the_side() {
    let script = "0f on 60 127; 12345f param Part 01 Pan = -100";
    let take = hear(program::CONSTANT, script, Partition::Fixed(512));
    let (left, right) = (take.left[40_000], take.right[40_000]);
    assert!(
        left > take.left[12_000] && right.abs() < 1e-3 * left,
        "{left} {right}"
    );
    let step = audio::greatest_step(&take.right[12_300..40_000]);
    assert!(step < take.right[12_000] / 8.0, "a click of {step}");
}

#[test]
fn another_part_does_not_move() {
    let script = "0f on 60 127; 12345f param Part 02 Volume = -60; 12345f param Part 16 Pan = 100";
    let take = hear(program::CONSTANT, script, Partition::Fixed(512));
    assert_eq!(take.left[40_000].to_bits(), take.left[12_000].to_bits());
}

#[test]
fn volume_automation_has_the_same_bits_at_any_block_size() {
    let mut script = String::from("0f on 69 127");
    for index in 0..100 {
        let (frame, value) = (400 + 397 * index, (index * 7) % 24 - 12);
        script.push_str(&format!("; {frame}f param Part 01 Volume = {value}"));
        script.push_str(&format!("; {frame}f param Part 01 Pan = {}", value * 8));
    }
    let reference = hear(program::SINE, &script, Partition::Fixed(512));
    for partition in [
        Partition::Fixed(1),
        Partition::Fixed(441),
        Partition::Fixed(4_096),
        Partition::Random {
            seed: 9,
            most: 1_000,
        },
    ] {
        let take = hear(program::SINE, &script, partition);
        assert_eq!(
            audio::first_difference(&reference.left, &take.left),
            None,
            "{partition:?}"
        );
        assert_eq!(
            audio::first_difference(&reference.right, &take.right),
            None,
            "{partition:?}"
        );
    }
}

/// How many cents a note struck at half a second is off an expected pitch.
fn cents_off(script: &str, expected_hz: f64) -> f64 {
    let text = format!("{script}; 500ms on 69 127");
    let take = hear(program::SINE, &text, Partition::Fixed(512));
    let found = pitch::frequency_hz(&take.left[30_000..], f64::from(RATE), expected_hz).unwrap();
    pitch::cents(expected_hz, found)
}

#[test]
fn the_program_parameter_overrules_midi_and_gives_it_back() {
    let fifth = u32::from(program::FIFTH) + 1;
    let choose = format!("100ms param Part 01 Program = {fifth}");
    let chosen = cents_off(&choose, 660.0);
    assert!(chosen.abs() < 0.1, "chosen: {chosen}");
    let overruled = cents_off(&format!("{choose}; 200ms program 1"), 660.0);
    assert!(overruled.abs() < 0.1, "with a program change: {overruled}");
    let returned = cents_off(
        &format!("{choose}; 200ms param Part 01 Program = MIDI"),
        440.0,
    );
    assert!(returned.abs() < 0.1, "given back: {returned}");
}

#[test]
fn the_program_parameter_serves_the_note_of_its_own_frame() {
    let fifth = u32::from(program::FIFTH) + 1;
    let found = cents_off(&format!("500ms param Part 01 Program = {fifth}"), 660.0);
    assert!(found.abs() < 0.1, "{found}");
}

#[test]
fn parameters_have_names_ranges_and_texts() {
    let (mut plugin, _folder) = with_fixture();
    let names: Vec<String> = plugin
        .params()
        .iter()
        .map(|param| param.name.clone())
        .collect();
    for part in 1..=16 {
        for what in ["Volume", "Pan", "Program"] {
            let name = format!("Part {part:02} {what}");
            assert!(names.contains(&name), "{name} is missing");
        }
    }
    let program = plugin.param("Part 01 Program").unwrap();
    assert!(program.stepped);
    assert_eq!(
        (program.min, program.max, program.default),
        (0.0, 128.0, 0.0)
    );
    assert_eq!(plugin.text("Master Volume").unwrap(), "0.00 dB");
    assert_eq!(plugin.text("Part 01 Pan").unwrap(), "centre");
    assert_eq!(plugin.text("Part 01 Program").unwrap(), "MIDI");
    let value = plugin.text_value("Master Volume", "-12 dB").unwrap();
    assert_eq!(
        plugin.value_text("Master Volume", value).unwrap(),
        "-12.00 dB"
    );
}

#[test]
fn every_text_of_every_parameter_reads_back() {
    let (mut plugin, _folder) = with_fixture();
    for param in plugin.params().to_vec() {
        for part in [0.0, 0.25, 0.5, 0.8, 1.0] {
            let mut value = param.min + (param.max - param.min) * part;
            if param.stepped {
                value = value.round();
            }
            let text = plugin.value_text(&param.name, value).unwrap();
            let back = plugin.text_value(&param.name, &text).unwrap();
            let again = plugin.value_text(&param.name, back).unwrap();
            assert_eq!(again, text, "{} at {value}", param.name);
        }
    }
}

#[test]
fn a_value_set_at_rest_is_heard_when_it_plays() {
    let folder = Folder::new().unwrap();
    let bank = folder.write("known.dls", &fixture::bank()).unwrap();
    let mut plugin = Bundle::load(&bundle::clap().unwrap())
        .unwrap()
        .instance()
        .unwrap();
    plugin.load_state(&fixture::state_naming(&bank)).unwrap();
    plugin.flush_text("Master Volume", "-20 dB").unwrap();
    assert_eq!(plugin.text("Master Volume").unwrap(), "-20.00 dB");
    plugin.run(RATE, 512).unwrap();
    let text = format!("0f program {}; 0f on 60 127", program::CONSTANT);
    let timeline = Timeline::of_script(&text, RATE).unwrap();
    let quiet = play(&mut plugin, &timeline, 9_600, Partition::Fixed(512)).unwrap();
    let loud = hear(program::CONSTANT, "0f on 60 127", Partition::Fixed(512));
    let change = audio::dbfs(f64::from(quiet.left[8_000]) / f64::from(loud.left[8_000]));
    assert!((change + 20.0).abs() < 0.02, "{change}");
}

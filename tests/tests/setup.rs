//! What system messages have set is part of a project: rules, tunings, edits of parts and drums,
//! effects.

#![expect(clippy::unwrap_used, reason = "tests may unwrap")]

use dmus_host_tests::audio;
use dmus_host_tests::bundle;
use dmus_host_tests::host::{Bundle, Event, Plugin};
use dmus_host_tests::player::{Partition, Take, play};
use dmus_host_tests::timeline::Timeline;

const RATE: u32 = 48_000;

fn instance() -> Plugin {
    let bundle = Bundle::load(&bundle::clap().unwrap()).unwrap();
    bundle.instance().unwrap()
}

/// A GS data set of one byte.
fn gs(middle: u8, low: u8, value: u8) -> Vec<u8> {
    let sum = 0x40 + u32::from(middle) + u32::from(low) + u32::from(value);
    let sum = u8::try_from((128 - sum % 128) % 128).unwrap();
    vec![
        0xF0, 0x41, 0x10, 0x42, 0x12, 0x40, middle, low, value, sum, 0xF7,
    ]
}

/// One of each kind, each of which is heard.
fn settings() -> Vec<Vec<u8>> {
    vec![
        gs(0x00, 0x7F, 0x00),
        // Part 1 a fifth higher, part 2 plays drums.
        gs(0x11, 0x16, 0x40 + 7),
        gs(0x12, 0x15, 0x01),
        // A small room for all.
        gs(0x01, 0x30, 0x00),
        // Channel 3: every E a quarter tone lower, for new notes.
        [
            &[0xF0, 0x7E, 0x7F, 8, 8, 0, 0, 4][..],
            &[64, 64, 64, 64, 14, 64, 64, 64, 64, 64, 64, 64, 0xF7],
        ]
        .concat(),
        // Channel 10: the snare to the left, and softer.
        vec![0xF0, 0x7F, 0x7F, 0x0A, 1, 9, 38, 0x0A, 0, 7, 30, 0xF7],
        // Everything at half volume.
        vec![0xF0, 0x7F, 0x7F, 4, 1, 0, 0x40, 0xF7],
    ]
}

fn send(plugin: &mut Plugin, messages: &[Vec<u8>]) {
    let mut timeline = Timeline::default();
    for bytes in messages {
        let bytes = bytes.clone();
        timeline.push(10, Event::SysEx { port: 0, bytes });
    }
    play(plugin, &timeline, 4_096, Partition::Fixed(512)).unwrap();
}

/// A note on each of the channels that was set.
fn notes(plugin: &mut Plugin) -> Take {
    let mut timeline = Timeline::default();
    for (at, channel, key) in [(100, 0, 60), (900, 1, 38), (1_700, 2, 64), (2_500, 9, 38)] {
        let bytes = [0x90 | channel, key, 110];
        timeline.push(at, Event::Midi { port: 0, bytes });
    }
    play(plugin, &timeline, 24_000, Partition::Fixed(441)).unwrap()
}

/// What an instance that has just been activated plays.
fn afresh(plugin: &mut Plugin) -> Take {
    plugin.run(RATE, 4_096).unwrap();
    let take = notes(plugin);
    plugin.stop().unwrap();
    plugin.deactivate().unwrap();
    take
}

fn assert_same(one: &Take, other: &Take, what: &str) {
    assert_eq!(
        audio::first_difference(&one.left, &other.left),
        None,
        "{what}"
    );
    assert_eq!(
        audio::first_difference(&one.right, &other.right),
        None,
        "{what}"
    );
}

#[test]
fn settings_survive_activation_reset_and_a_project_saved_and_loaded() {
    let mut plugin = instance();
    plugin.run(RATE, 4_096).unwrap();
    send(&mut plugin, &settings());
    let state = plugin.save_state().unwrap();
    plugin.stop().unwrap();
    plugin.deactivate().unwrap();
    let expected = afresh(&mut plugin);
    assert!(audio::peak(&expected.left) > 0.005);

    let plain = afresh(&mut instance());
    assert!(audio::first_difference(&expected.left, &plain.left).is_some());
    let mut other = instance();
    other.load_state(&state).unwrap();
    assert_same(&afresh(&mut other), &expected, "loaded before activation");
    let again = other.save_state().unwrap();
    let mut third = instance();
    third.load_state(&again).unwrap();
    third.run(RATE, 4_096).unwrap();
    assert_same(&notes(&mut third), &expected, "saved again");
    third.reset().unwrap();
    assert_same(&notes(&mut third), &expected, "after a reset");
}

#[test]
fn each_kind_of_setting_is_heard_by_itself() {
    let plain = afresh(&mut instance());
    for bytes in settings().split_off(1) {
        let mut plugin = instance();
        plugin.run(RATE, 4_096).unwrap();
        // Rhythm parts are GS's.
        send(&mut plugin, &[gs(0x00, 0x7F, 0x00), bytes.clone()]);
        plugin.stop().unwrap();
        plugin.deactivate().unwrap();
        let take = afresh(&mut plugin);
        let differs = audio::first_difference(&take.left, &plain.left).is_some();
        assert!(differs, "{bytes:02x?}");
    }
}

#[test]
fn a_project_without_settings_takes_back_those_of_the_one_before() {
    let plain = afresh(&mut instance());
    let empty = instance().save_state().unwrap();
    let mut plugin = instance();
    plugin.run(RATE, 4_096).unwrap();
    send(&mut plugin, &settings());
    plugin.load_state(&empty).unwrap();
    plugin.stop().unwrap();
    plugin.deactivate().unwrap();
    assert_same(&afresh(&mut plugin), &plain, "power-on");
}

#[test]
fn a_state_loaded_again_disturbs_nothing_that_sounds() {
    let mut plugin = instance();
    plugin.run(RATE, 4_096).unwrap();
    send(&mut plugin, &settings());
    let state = plugin.save_state().unwrap();
    let mut timeline = Timeline::default();
    let bytes = [0x90, 60, 110];
    timeline.push(0, Event::Midi { port: 0, bytes });
    play(&mut plugin, &timeline, 4_096, Partition::Fixed(512)).unwrap();
    plugin.load_state(&state).unwrap();
    std::thread::sleep(std::time::Duration::from_millis(300));
    let empty = Timeline::default();
    let take = play(&mut plugin, &empty, 4_096, Partition::Fixed(512)).unwrap();
    assert!(audio::peak(&take.left) > 0.001, "the note goes on");
    assert_eq!(plugin.report().unwrap().number("lost_setup"), Some(0));
}

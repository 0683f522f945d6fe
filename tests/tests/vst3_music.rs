//! What the VST3 bundle makes of programs, controllers and groups, and of projects of before.

#![expect(clippy::unwrap_used, reason = "tests may unwrap")]

use dmus_host_tests::audio;
use dmus_host_tests::bundle;
use vst3_host::Vst3Host;
use vst3_host::audio::{AudioBuffers, BusDirection};
use vst3_host::midi::{MidiChannel, MidiEvent, PluginEvent, PluginEventData};
use vst3_host::plugin::Plugin;

const RATE: f64 = 48_000.0;
const BLOCK: usize = 512;
const STRINGS: u8 = 48;

fn load() -> Plugin {
    let mut host = Vst3Host::builder()
        .sample_rate(RATE)
        .block_size(BLOCK)
        .input_channels(0)
        .output_channels(2)
        .build()
        .unwrap();
    host.load_plugin(bundle::vst3().unwrap()).unwrap()
}

/// Plays blocks; `first` is sent at the first frame of them.
fn play(plugin: &mut Plugin, blocks: usize, first: &[MidiEvent]) -> Vec<f32> {
    for event in first {
        plugin.send_midi_event_at(*event, 0).unwrap();
    }
    let mut heard = Vec::new();
    let mut buffers = AudioBuffers::new(0, 2, BLOCK, RATE);
    for _ in 0..blocks {
        buffers.clear();
        plugin.process_audio(&mut buffers).unwrap();
        heard.extend(&buffers.outputs[0]);
    }
    heard
}

fn started() -> Plugin {
    let mut plugin = load();
    plugin.start_processing().unwrap();
    plugin
}

const fn on(channel: MidiChannel) -> MidiEvent {
    MidiEvent::NoteOn {
        channel,
        note: 60,
        velocity: 110,
    }
}

const fn program(program: u8) -> MidiEvent {
    MidiEvent::ProgramChange {
        channel: MidiChannel::Ch1,
        program,
    }
}

#[test]
fn programs_are_listed_by_the_names_of_the_bank() {
    let plugin = load();
    let units = plugin.get_units().unwrap();
    let with_programs = || units.iter().filter(|unit| !unit.programs.is_empty());
    assert_eq!(with_programs().count(), 16);
    let part = |name: &str| units.iter().find(|unit| unit.name == name).unwrap();
    let first = &part("Part 01").programs;
    assert_eq!(first.len(), 128);
    assert!(first[0].to_lowercase().contains("piano"), "{}", first[0]);
    assert_ne!(first[usize::from(STRINGS)], first[0]);
    assert_ne!(part("Part 10").programs[0], first[0], "drums");
}

#[test]
fn program_holds_for_the_note_of_its_own_frame() {
    let alone = play(&mut started(), 40, &[on(MidiChannel::Ch1)]);
    // The host sends the note first, and both for the same frame.
    let together = [on(MidiChannel::Ch1), program(STRINGS)];
    let together = play(&mut started(), 40, &together);
    let mut plugin = started();
    play(&mut plugin, 1, &[program(STRINGS)]);
    let before = play(&mut plugin, 40, &[on(MidiChannel::Ch1)]);
    assert!(audio::first_difference(&alone, &together).is_some());
    let level = audio::rms(&together);
    assert!((level / audio::rms(&before) - 1.0).abs() < 0.05, "{level}");
}

#[test]
fn program_is_chosen_from_the_list() {
    let mut plugin = started();
    let units = plugin.get_units().unwrap();
    let part = units.iter().find(|unit| unit.name == "Part 01").unwrap();
    plugin.select_program(part.id, i32::from(STRINGS)).unwrap();
    let chosen = play(&mut plugin, 40, &[on(MidiChannel::Ch1)]);
    let sent = [program(STRINGS), on(MidiChannel::Ch1)];
    let sent = play(&mut started(), 40, &sent);
    assert_eq!(audio::first_difference(&chosen, &sent), None);
}

#[test]
fn host_that_sends_every_controller_it_has_changes_nothing() {
    let expected = play(&mut started(), 40, &[on(MidiChannel::Ch1)]);
    let mut plugin = started();
    let assigned = plugin
        .midi_controller_assignments(BusDirection::Input)
        .unwrap();
    assert!(assigned.len() >= 4 * 16 * 130, "{}", assigned.len());
    for controller in assigned {
        let value = plugin.get_parameter(controller.parameter_id).unwrap();
        plugin
            .set_parameter_at(controller.parameter_id, value, 0)
            .unwrap();
    }
    let heard = play(&mut plugin, 40, &[on(MidiChannel::Ch1)]);
    assert_eq!(audio::first_difference(&expected, &heard), None);
}

#[test]
fn pedal_holds_a_note_and_lets_it_go() {
    let pedal = |value| MidiEvent::ControlChange {
        channel: MidiChannel::Ch1,
        controller: 64,
        value,
    };
    let off = MidiEvent::NoteOff {
        channel: MidiChannel::Ch1,
        note: 60,
        velocity: 0,
    };
    let mut plugin = started();
    play(
        &mut plugin,
        20,
        &[program(STRINGS), pedal(127), on(MidiChannel::Ch1)],
    );
    play(&mut plugin, 200, &[off]);
    let held = play(&mut plugin, 20, &[]);
    play(&mut plugin, 400, &[pedal(0)]);
    let free = play(&mut plugin, 20, &[]);
    assert!(audio::rms(&free) < 0.05 * audio::rms(&held));
}

/// An event at the first frame of a group's next block.
fn of_group(group: i32, data: PluginEventData) -> PluginEvent {
    PluginEvent {
        bus_index: group,
        sample_offset: 0,
        ppq_position: 0.0,
        flags: 0,
        data,
    }
}

/// A note of a group's first channel.
fn note_of(group: i32) -> PluginEvent {
    let note = PluginEventData::NoteOn {
        channel: 0,
        pitch: 60,
        tuning: 0.0,
        velocity: 1.0,
        length: 0,
        note_id: -1,
    };
    of_group(group, note)
}

#[test]
fn each_of_four_groups_plays_and_no_fifth() {
    for (group, is_heard) in [(0, true), (1, true), (2, true), (3, true), (4, false)] {
        let mut plugin = started();
        plugin.send_plugin_event(note_of(group)).unwrap();
        let heard = play(&mut plugin, 20, &[]);
        assert_eq!(audio::peak(&heard) > 1e-3, is_heard, "group {group}");
    }
}

#[test]
fn system_message_turns_the_volume_down() {
    let volume = |level| {
        let bytes = vec![0xF0, 0x7F, 0x7F, 0x04, 0x01, 0x00, level, 0xF7];
        let data_type = 0;
        of_group(0, PluginEventData::Data { data_type, bytes })
    };
    let level_at = |level| {
        let mut plugin = started();
        plugin.send_plugin_event(volume(level)).unwrap();
        audio::rms(&play(&mut plugin, 20, &[on(MidiChannel::Ch1)]))
    };
    assert!(level_at(16) < 0.2 * level_at(127));
}

/// Written by the framework's own VST3 export, which had no length before the state.
const OF_BEFORE: &[u8] = include_bytes!("../states/framework-vst3.state");

#[test]
fn project_of_the_framework_s_export_opens_with_its_parameters() {
    let mut plugin = load();
    plugin.load_state(OF_BEFORE).unwrap();
    // Names, the ids that automation was written with, and the values that were saved.
    for (name, id, value) in [
        ("Master Volume", 116_947, 0.25),
        ("Part 03 Program", 975_520_166, 49.0 / 128.0),
        ("Part 02 Pan", 2_039_480_656, 0.75),
    ] {
        let found = plugin.find_parameter(name).unwrap();
        assert_eq!(found.id, id, "{name}");
        let now = plugin.get_parameter(id).unwrap();
        assert!((now - value).abs() < 1e-6, "{name}: {now}");
    }
}

#[test]
fn programs_of_a_project_are_shown() {
    let mut plugin = started();
    play(&mut plugin, 4, &[program(STRINGS), on(MidiChannel::Ch1)]);
    let state = plugin.save_state().unwrap();
    let mut other = load();
    let shown = |plugin: &Plugin| {
        let found = plugin.find_parameter("MIDI Ch. 1 Program Change").unwrap();
        plugin.get_parameter(found.id).unwrap() * 127.0
    };
    assert!(shown(&other).abs() < 1e-3);
    other.load_state(&state).unwrap();
    assert!((shown(&other) - f64::from(STRINGS)).abs() < 1e-3);
}

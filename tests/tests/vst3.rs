//! The VST3 bundle in an independent host: it loads, plays on the frame, saves and restores.

#![expect(clippy::unwrap_used, reason = "tests may unwrap")]

use dmus_host_tests::audio;
use dmus_host_tests::bundle;
use dmus_host_tests::fixture::Folder;
use vst3_host::Vst3Host;
use vst3_host::audio::AudioBuffers;
use vst3_host::midi::{MidiChannel, MidiEvent};
use vst3_host::plugin::Plugin;

const RATE: f64 = 48_000.0;
const BLOCK: usize = 512;

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

/// Plays blocks; `events` come with their block and their frame in it.
fn play(plugin: &mut Plugin, blocks: usize, events: &[(usize, i32, MidiEvent)]) -> Vec<f32> {
    let mut heard = Vec::new();
    let mut buffers = AudioBuffers::new(0, 2, BLOCK, RATE);
    for block in 0..blocks {
        for (_, frame, event) in events.iter().filter(|(at, ..)| *at == block) {
            plugin.send_midi_event_at(*event, *frame).unwrap();
        }
        buffers.clear();
        plugin.process_audio(&mut buffers).unwrap();
        heard.extend(&buffers.outputs[0]);
    }
    heard
}

const fn on(note: u8) -> MidiEvent {
    MidiEvent::NoteOn {
        channel: MidiChannel::Ch1,
        note,
        velocity: 110,
    }
}

const fn off(note: u8) -> MidiEvent {
    MidiEvent::NoteOff {
        channel: MidiChannel::Ch1,
        note,
        velocity: 0,
    }
}

#[test]
fn it_says_who_it_is() {
    let plugin = load();
    let info = plugin.info();
    assert_eq!(info.name, "DMus");
    assert!(info.has_midi_input, "{info:?}");
}

#[test]
fn a_note_sounds_from_its_frame_on() {
    let mut plugin = load();
    plugin.start_processing().unwrap();
    let heard = play(&mut plugin, 40, &[(3, 100, on(69)), (30, 0, off(69))]);
    let start = 3 * BLOCK + 100;
    assert!(audio::peak(&heard[..start]) < 1e-6, "sound before the note");
    let onset = audio::onset(&heard, 1e-5, 0).unwrap();
    assert!(
        (start..start + 480).contains(&onset),
        "{onset}, not {start}"
    );
    assert!(audio::peak(&heard) > 0.005 && audio::is_finite(&heard));
}

#[test]
fn it_plays_the_same_twice() {
    let events = [
        (0, 0, on(60)),
        (4, 17, on(64)),
        (9, 300, off(60)),
        (12, 1, off(64)),
    ];
    let takes = [(); 2].map(|()| {
        let mut plugin = load();
        plugin.start_processing().unwrap();
        play(&mut plugin, 60, &events)
    });
    assert_eq!(audio::first_difference(&takes[0], &takes[1]), None);
}

#[test]
fn a_saved_state_comes_back() {
    let mut first = load();
    let volume = first.find_parameter("Master Volume").unwrap();
    first.set_parameter(volume.id, 0.25).unwrap();
    let saved = first.save_state().unwrap();
    let mut second = load();
    second.load_state(&saved).unwrap();
    let value = second.get_parameter(volume.id).unwrap();
    assert!((value - 0.25).abs() < 1e-6, "{value}");
}

/// The container of VST3: our class, our component's state, the controller's.
#[test]
fn a_vstpreset_of_the_host_comes_back_and_is_this_class_only() {
    let folder = Folder::new().unwrap();
    let path = folder.path().join("Quiet.vstpreset");
    let mut first = load();
    let volume = first.find_parameter("Master Volume").unwrap();
    let kind = first.find_parameter("Reverb Type").unwrap();
    first.set_parameter(volume.id, 0.25).unwrap();
    first.set_parameter(kind.id, 0.5).unwrap();
    first.save_vstpreset(&path).unwrap();
    let mut bytes = std::fs::read(&path).unwrap();
    assert!(bytes.starts_with(b"VST3"));

    let mut second = load();
    second.load_vstpreset(&path).unwrap();
    for param in [&volume, &kind] {
        let values = [&first, &second].map(|plugin| plugin.get_parameter(param.id).unwrap());
        assert!((values[0] - values[1]).abs() < 1e-6, "{}", param.name);
    }

    // The class is in text behind the mark and the version.
    bytes[8] = if bytes[8] == b'0' { b'1' } else { b'0' };
    std::fs::write(&path, bytes).unwrap();
    assert!(second.load_vstpreset(&path).is_err());
}

#[test]
fn a_parameter_changes_the_sound() {
    let mut plugin = load();
    plugin.start_processing().unwrap();
    let loud = play(&mut plugin, 20, &[(0, 0, on(60)), (10, 0, off(60))]);
    play(&mut plugin, 400, &[]);
    let volume = plugin.find_parameter("Master Volume").unwrap();
    plugin.set_parameter(volume.id, 0.0).unwrap();
    play(&mut plugin, 40, &[]);
    let silent = play(&mut plugin, 20, &[(0, 0, on(60)), (10, 0, off(60))]);
    assert!(audio::rms(&silent) < 0.02 * audio::rms(&loud));
}

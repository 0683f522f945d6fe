//! A host's transport through the bundles: nothing sounds on that the song has left behind.
//!
//! The rules are those of docs/transport.md; all of them are tested at the plug-in's own shell.

#![expect(clippy::unwrap_used, reason = "tests may unwrap")]

use dmus_host_tests::audio;
use dmus_host_tests::bundle;
use dmus_host_tests::host::{Bundle, Event, Plugin, Transport};
use vst3_host::Vst3Host;
use vst3_host::audio::AudioBuffers;
use vst3_host::midi::{MidiChannel, MidiEvent, PluginEvent};
use vst3_host::plugin::{Plugin as Vst3Plugin, TransportPosition};

const RATE: u32 = 48_000;
const BLOCK: usize = 512;

/// An organ, which sounds as long as its key is down.
const ORGAN: u8 = 19;

/// SplitMix64: the same numbers everywhere.
struct Dice(u64);

impl Dice {
    fn below(&mut self, end: u8) -> u8 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut value = self.0;
        value = (value ^ (value >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        value = (value ^ (value >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        let [byte, ..] = ((value ^ (value >> 31)) % u64::from(end)).to_le_bytes();
        byte
    }
}

/// One block; the song stands at that many quarter notes.
fn block(plugin: &mut Plugin, playing: bool, quarters: f64, messages: &[(u16, [u8; 3])]) {
    let midi = |(port, bytes): &(u16, [u8; 3])| Event::Midi {
        port: *port,
        bytes: *bytes,
    };
    let events: Vec<Event> = messages.iter().map(midi).collect();
    send(plugin, playing, quarters, &events);
}

/// The same with any events.
fn send(plugin: &mut Plugin, playing: bool, quarters: f64, events: &[Event]) {
    let mut transport = Transport {
        playing,
        seconds: quarters / 2.0,
        ..Transport::stopped()
    };
    transport.position.quarters = quarters;
    plugin.set_transport(Some(transport));
    let events: Vec<(u32, &Event)> = events.iter().map(|event| (7, event)).collect();
    let (mut left, mut right) = ([0.0; BLOCK], [0.0; BLOCK]);
    plugin.process(&events, &mut left, &mut right).unwrap();
}

fn bypass(is_on: bool) -> Event {
    Event::ParamText {
        name: "Bypass".to_owned(),
        text: if is_on { "on" } else { "off" }.to_owned(),
    }
}

fn voices(plugin: &mut Plugin) -> u64 {
    plugin.report().unwrap().number("voices").unwrap()
}

#[test]
fn histories_of_a_transport_end_without_a_voice_in_a_clap_host() {
    let mut plugin = Bundle::load(&bundle::clap().unwrap())
        .unwrap()
        .instance()
        .unwrap();
    plugin.flush_text("Master Dry", "on").unwrap();
    plugin.run(RATE, 512).unwrap();
    let mut dice = Dice(12);
    let mut most = 0;
    for history in 0..100 {
        let (mut playing, mut quarters) = (true, 0.0);
        for _ in 0..12 {
            let (channel, key) = (dice.below(16), 40 + dice.below(40));
            let port = u16::from(dice.below(4));
            let mut messages = Vec::new();
            match dice.below(12) {
                0 => playing = !playing,
                1 => quarters = f64::from(dice.below(100)),
                2 => plugin.reset().unwrap(),
                3 => {
                    plugin.deactivate().unwrap();
                    plugin.run(RATE, 512).unwrap();
                }
                4 => {
                    plugin.stop().unwrap();
                    plugin.start().unwrap();
                }
                turn @ 5..=6 => send(&mut plugin, playing, quarters, &[bypass(turn == 5)]),
                7 if playing => messages.push((port, [0xB0 | channel, 64, 127])),
                // No note-off ever comes.
                _ if playing => {
                    messages.push((port, [0xC0 | channel, ORGAN, 0]));
                    messages.push((port, [0x90 | channel, key, 100]));
                }
                _ => {}
            }
            block(&mut plugin, playing, quarters, &messages);
            most = most.max(voices(&mut plugin));
            if playing {
                quarters += 512.0 / 24_000.0;
            }
        }
        send(&mut plugin, false, quarters, &[bypass(false)]);
        for _ in 0..1_000 {
            block(&mut plugin, false, quarters, &[]);
            if voices(&mut plugin) == 0 {
                break;
            }
        }
        assert_eq!(voices(&mut plugin), 0, "history {history}");
    }
    assert!(most > 3, "at most {most} voices: nothing was played");
}

#[test]
fn a_key_that_is_played_by_hand_outlives_a_stop_and_a_panic_ends_it() {
    let mut plugin = Bundle::load(&bundle::clap().unwrap())
        .unwrap()
        .instance()
        .unwrap();
    plugin.run(RATE, 512).unwrap();
    block(&mut plugin, false, 0.0, &[(0, [0xC0, ORGAN, 0])]);
    block(&mut plugin, false, 0.0, &[(0, [0x90, 60, 100])]);
    block(&mut plugin, true, 0.0, &[]);
    for _ in 0..200 {
        block(&mut plugin, false, 0.0, &[]);
    }
    assert!(voices(&mut plugin) > 0);
    assert_eq!(plugin.command("panic").unwrap(), "ok");
    for _ in 0..100 {
        block(&mut plugin, false, 0.0, &[]);
    }
    assert_eq!(voices(&mut plugin), 0);
}

/// Plays blocks, with messages at their first frame; the last one.
fn blocks(plugin: &mut Vst3Plugin, count: usize, first: &[MidiEvent]) -> Vec<f32> {
    for event in first {
        // This host marks notes as live where it is not told otherwise.
        if let MidiEvent::NoteOn { .. } = event {
            let mut recorded = PluginEvent::from(*event);
            recorded.flags = 0;
            plugin.send_plugin_event(recorded).unwrap();
        } else {
            plugin.send_midi_event_at(*event, 0).unwrap();
        }
    }
    let mut buffers = AudioBuffers::new(0, 2, BLOCK, f64::from(RATE));
    for _ in 0..count {
        buffers.clear();
        plugin.process_audio(&mut buffers).unwrap();
    }
    buffers.outputs.swap_remove(0)
}

#[test]
fn histories_of_a_transport_end_in_silence_in_a_vst3_host() {
    let mut host = Vst3Host::builder()
        .sample_rate(f64::from(RATE))
        .block_size(BLOCK)
        .input_channels(0)
        .output_channels(2)
        .build()
        .unwrap();
    let mut plugin = host.load_plugin(bundle::vst3().unwrap()).unwrap();
    plugin.set_parameter_by_name("Master Dry", 1.0).unwrap();
    plugin.start_processing().unwrap();
    let mut dice = Dice(3);
    for history in 0..20 {
        plugin.set_playing(true).unwrap();
        let mut heard: f32 = 0.0;
        for _ in 0..8 {
            let channel = MidiChannel::from_index(dice.below(9)).unwrap();
            let note = 40 + dice.below(40);
            let mut messages = vec![
                MidiEvent::ProgramChange {
                    channel,
                    program: ORGAN,
                },
                MidiEvent::NoteOn {
                    channel,
                    note,
                    velocity: 100,
                },
            ];
            match dice.below(6) {
                0 => {
                    let position = TransportPosition {
                        samples: 24_000 * i64::from(note),
                        quarter_notes: f64::from(note),
                    };
                    plugin.set_transport_position(position).unwrap();
                }
                1 => {
                    plugin.stop_processing().unwrap();
                    plugin.start_processing().unwrap();
                }
                2 => messages.push(MidiEvent::ControlChange {
                    channel,
                    controller: 64,
                    value: 127,
                }),
                _ => {}
            }
            heard = heard.max(audio::peak(&blocks(&mut plugin, 4, &messages)));
        }
        assert!(heard > 0.01, "history {history}: nothing was played");
        plugin.set_playing(false).unwrap();
        let left = audio::peak(&blocks(&mut plugin, 1_000, &[]));
        assert!(left == 0.0, "history {history}: {left} is left");
    }
}

//! One project, one hash: however it is opened, bounced and cut into blocks, in either format.
//!
//! The project: sixteen parts with programs, controllers, bends and system messages, knobs set
//! before it was saved, and automation.

#![expect(clippy::unwrap_used, reason = "tests may unwrap")]

use std::env;
use std::fs;
use std::path::PathBuf;
use std::process::Command;

use dmus_host_tests::bundle;
use dmus_host_tests::fixture::Folder;
use dmus_host_tests::host::{Bundle, Event, Plugin};
use dmus_host_tests::player::{Partition, play};
use dmus_host_tests::timeline::Timeline;
use vst3_host::Vst3Host;
use vst3_host::audio::{BusAudioBuffers, BusDirection, MediaType};
use vst3_host::midi::MidiEvent;
use vst3_host::plugin::{Plugin as Vst3Plugin, ProcessMode};

const RATE: u32 = 48_000;

/// Frames that are hashed.
const FRAMES: u64 = 6 * RATE as u64;

/// Outputs of the layout that takes parts and effects apart.
const OUTPUTS: u32 = 19;

/// Longest block.
const MOST: u32 = 8_192;

/// Set before the project is saved: a parameter, and how far it is turned, `0.0..=1.0`. Each is a
/// value that either format expresses exactly.
const SAVED: [(&str, f64); 5] = [
    ("Master Volume", 0.75),
    ("Part 02 Pan", 0.25),
    ("Part 03 Cutoff", 0.5),
    ("Part 05 Reverb", 0.75),
    ("Reverb Level", 0.5),
];

/// Automation, beside its frame.
const AUTOMATED: [(u64, &str, f64); 7] = [
    (24_001, "Part 01 Volume", 0.5),
    (48_063, "Part 04 Pan", 0.75),
    (71_000, "Part 03 Program", 41.0 / 128.0),
    (96_000, "Part 06 Mute", 1.0),
    (150_007, "Master Volume", 0.875),
    (190_000, "Part 06 Mute", 0.0),
    (200_200, "Part 03 Program", 0.0),
];

/// The variable that makes this program the second process.
const STATE: &str = "DMUS_GOLDEN_STATE";

/// One hash of each output.
struct Hashes(Vec<blake3::Hasher>);

impl Hashes {
    fn of(outputs: usize) -> Self {
        Self(vec![blake3::Hasher::new(); outputs])
    }

    /// Takes the next frames of an output.
    fn hear(&mut self, output: usize, left: &[f32], right: &[f32]) {
        for (left, right) in left.iter().zip(right) {
            self.0[output].update(&left.to_le_bytes());
            self.0[output].update(&right.to_le_bytes());
        }
    }

    fn told(&self) -> Vec<String> {
        let hashes = self.0.iter().map(blake3::Hasher::finalize);
        hashes.map(|hash| hash.to_hex().to_string()).collect()
    }
}

fn instance() -> Plugin {
    Bundle::load(&bundle::clap().unwrap())
        .unwrap()
        .instance()
        .unwrap()
}

/// A turn of a knob, in the range that CLAP hosts see.
fn turned(plugin: &Plugin, name: &str, turn: f64) -> Event {
    let param = plugin.param(name).unwrap();
    Event::Param {
        name: name.to_owned(),
        value: param.min + turn * (param.max - param.min),
    }
}

/// The song with its automation.
fn automated(plugin: &Plugin) -> Timeline {
    let mut timeline = Timeline::of_song(&dmus_song::sixteen_parts(), RATE);
    for (frame, name, turn) in AUTOMATED {
        timeline.push(frame, turned(plugin, name, turn));
    }
    timeline
}

/// The project as a file.
fn project() -> Vec<u8> {
    let mut plugin = instance();
    for (name, turn) in SAVED {
        let Event::Param { value, .. } = turned(&plugin, name, turn) else {
            unreachable!("a turn is a value");
        };
        let text = plugin.value_text(name, value).unwrap();
        plugin.flush_text(name, &text).unwrap();
    }
    plugin.save_state().unwrap()
}

/// Opens the project and bounces it.
fn bounce(state: &[u8], is_offline: bool, partition: Partition) -> Vec<String> {
    let mut plugin = instance();
    plugin.load_state(state).unwrap();
    if is_offline {
        plugin.set_offline().unwrap();
    }
    let timeline = automated(&plugin);
    plugin.run(RATE, MOST).unwrap();
    let take = play(&mut plugin, &timeline, FRAMES, partition).unwrap();
    assert_eq!(plugin.report().unwrap().losses(), []);
    let mut hashes = Hashes::of(1);
    hashes.hear(0, &take.left, &take.right);
    hashes.told()
}

/// Parameters that send every part and the effects to outputs of their own, with their texts.
fn all_apart() -> Vec<(String, String)> {
    let parts = (1..=16).map(|part| (format!("Part {part:02} Output"), format!("Part {part:02}")));
    let effects = ("Master Effects Output".to_owned(), "Own Outputs".to_owned());
    parts.chain([effects]).collect()
}

/// Opens the project with every part and the effects on outputs of their own and bounces it.
fn bounce_apart(state: &[u8], is_offline: bool, block: usize) -> Vec<String> {
    let mut plugin = instance();
    plugin.select_layout(OUTPUTS).unwrap();
    plugin.load_state(state).unwrap();
    for (name, output) in all_apart() {
        plugin.flush_text(&name, &output).unwrap();
    }
    if is_offline {
        plugin.set_offline().unwrap();
    }
    let timeline = automated(&plugin);
    let mut hashes = Hashes::of(OUTPUTS as usize);
    play_apart(&mut plugin, &timeline, block, |output, left, right| {
        hashes.hear(output, left, right);
    });
    hashes.told()
}

/// Plays on all outputs, and tells for each block what every one of them gave.
fn play_apart(
    plugin: &mut Plugin,
    timeline: &Timeline,
    block: usize,
    mut hear: impl FnMut(usize, &[f32], &[f32]),
) {
    plugin.run(RATE, MOST).unwrap();
    let (mut at, mut next) = (0, 0);
    while at < FRAMES {
        let end = FRAMES.min(at + block as u64);
        let frames = usize::try_from(end - at).unwrap();
        let due = timeline.before(next, end);
        next += due.len();
        let frame = |frame: u64| u32::try_from(frame - at).unwrap();
        let events: Vec<_> = due.iter().map(|(at, event)| (frame(*at), event)).collect();
        let (mut left, mut right) = (vec![0.0; frames], vec![0.0; frames]);
        plugin.set_transport(Some(timeline.transport(at, RATE)));
        plugin.process(&events, &mut left, &mut right).unwrap();
        for output in 0..OUTPUTS as usize {
            let [left, right] = plugin.output(output).unwrap();
            hear(output, left, right);
        }
        at = end;
    }
}

fn vst3() -> Vst3Plugin {
    let mut host = Vst3Host::builder()
        .sample_rate(f64::from(RATE))
        .block_size(MOST as usize)
        .input_channels(0)
        .output_channels(2)
        .build()
        .unwrap();
    host.load_plugin(bundle::vst3().unwrap()).unwrap()
}

/// As [`all_apart`], with the turns that VST3 hosts know; both formats call them the same.
fn turns_apart(plugin: &Vst3Plugin) -> Vec<(String, f64)> {
    let mut clap = instance();
    let turns = all_apart().into_iter().map(|(name, output)| {
        let value = clap.text_value(&name, &output).unwrap();
        let param = clap.param(&name).unwrap();
        let turn = (value - param.min) / (param.max - param.min);
        let id = plugin.find_parameter(&name).unwrap().id;
        assert_eq!(plugin.format_parameter(id, turn).unwrap(), output, "{name}");
        (name, turn)
    });
    turns.collect()
}

/// The same through the VST3 bundle: set, saved, opened in another instance, bounced; on as many
/// buses as `outputs`.
fn bounce_vst3(mode: ProcessMode, block: usize, outputs: usize) -> Vec<String> {
    let mut first = vst3();
    for (name, turn) in SAVED {
        first.set_parameter_by_name(name, turn).unwrap();
    }
    if outputs > 1 {
        for (name, turn) in turns_apart(&first) {
            first.set_parameter_by_name(&name, turn).unwrap();
        }
    }
    let state = first.save_state().unwrap();
    drop(first);
    let mut plugin = vst3();
    for bus in 1..outputs {
        let bus = i32::try_from(bus).unwrap();
        plugin
            .set_bus_active(MediaType::Audio, BusDirection::Output, bus, true)
            .unwrap();
    }
    plugin.load_state(&state).unwrap();
    plugin.set_process_mode(mode).unwrap();
    plugin.start_processing().unwrap();
    plugin.set_playing(true).unwrap();
    let timeline = Timeline::of_song(&dmus_song::sixteen_parts(), RATE);
    let knobs = AUTOMATED.map(|(frame, name, turn)| {
        let id = plugin.find_parameter(name).unwrap().id;
        (frame, id, turn)
    });
    let layout = plugin.audio_bus_layout().unwrap();
    let active = layout.outputs.iter().filter(|bus| bus.active).count();
    assert_eq!((active, layout.outputs.len()), (outputs, OUTPUTS as usize));
    let mut hashes = Hashes::of(outputs);
    let (mut at, mut next) = (0, 0);
    while at < FRAMES {
        let end = FRAMES.min(at + block as u64);
        let frames = usize::try_from(end - at).unwrap();
        let offset = |frame: u64| i32::try_from(frame - at).unwrap();
        let due = timeline.before(next, end);
        next += due.len();
        for (frame, event) in due {
            match event {
                Event::Midi { bytes, .. } => {
                    let length = if bytes[0] & 0xE0 == 0xC0 { 2 } else { 3 };
                    let event = MidiEvent::from_midi_bytes(&bytes[..length]).unwrap();
                    plugin.send_midi_event_at(event, offset(*frame)).unwrap();
                }
                Event::SysEx { bytes, .. } => {
                    plugin.send_sysex_at(bytes.clone(), offset(*frame)).unwrap();
                }
                other => unreachable!("a song has no {other:?}"),
            }
        }
        for (frame, id, turn) in knobs {
            if (at..end).contains(&frame) {
                plugin.set_parameter_at(id, turn, offset(frame)).unwrap();
            }
        }
        let mut buffers = BusAudioBuffers::new(&layout, frames, f64::from(RATE));
        plugin.process_bus_audio(&mut buffers).unwrap();
        for (output, bus) in buffers.outputs.iter().take(outputs).enumerate() {
            hashes.hear(output, &bus.channels[0], &bus.channels[1]);
        }
        at = end;
    }
    hashes.told()
}

#[test]
fn a_project_has_one_hash_live_and_offline_in_both_formats_at_any_block_size() {
    let state = project();
    let expected = bounce(&state, false, Partition::Fixed(512));
    for block in [1, 64, 441, 4_096, MOST] {
        for is_offline in [false, true] {
            let heard = bounce(&state, is_offline, Partition::Fixed(block));
            assert_eq!(heard, expected, "{block} frames, offline: {is_offline}");
        }
    }
    let random = Partition::Random {
        seed: 16,
        most: MOST,
    };
    assert_eq!(bounce(&state, true, random), expected);
    for mode in [ProcessMode::Realtime, ProcessMode::Offline] {
        for block in [1, 512, MOST as usize] {
            let heard = bounce_vst3(mode, block, 1);
            assert_eq!(heard, expected, "VST3, {block} frames, {mode:?}");
        }
    }
}

#[test]
fn a_project_on_nineteen_outputs_has_one_hash_of_each_live_and_offline_in_both_formats() {
    let state = project();
    let expected = bounce_apart(&state, false, 512);
    let silent = {
        let mut hashes = Hashes::of(1);
        let silence = vec![0.0; usize::try_from(FRAMES).unwrap()];
        hashes.hear(0, &silence, &silence);
        hashes.told().remove(0)
    };
    assert!(!expected[1..].contains(&silent), "every part is heard");
    for (block, is_offline) in [(1, false), (441, true), (MOST as usize, true)] {
        let heard = bounce_apart(&state, is_offline, block);
        assert_eq!(heard, expected, "{block} frames, offline: {is_offline}");
    }
    for (mode, block) in [(ProcessMode::Realtime, 64), (ProcessMode::Offline, 8_192)] {
        let heard = bounce_vst3(mode, block, OUTPUTS as usize);
        assert_eq!(heard, expected, "VST3, {block} frames, {mode:?}");
    }
}

/// This test is two programs: without the variable it saves the project and starts the other,
/// which opens it.
#[test]
fn a_project_has_the_same_hash_in_a_new_process() {
    let random = Partition::Random { seed: 3, most: 999 };
    if let Some(path) = env::var_os(STATE).map(PathBuf::from) {
        let state = fs::read(path).unwrap();
        println!("hash {}", bounce(&state, true, random)[0]);
        return;
    }
    let state = project();
    let folder = Folder::new().unwrap();
    let path = folder.write("project.state", &state).unwrap();
    let output = Command::new(env::current_exe().unwrap())
        .args(["--exact", "a_project_has_the_same_hash_in_a_new_process"])
        .arg("--nocapture")
        .env(STATE, path)
        .output()
        .unwrap();
    let text = String::from_utf8_lossy(&output.stdout);
    let expected = format!("hash {}", bounce(&state, false, Partition::Fixed(512))[0]);
    assert!(text.contains(&expected), "{expected} is not in\n{text}");
}

/// The song with what of the automation MIDI has words for: it is captured with the rest.
fn captured(plugin: &Plugin) -> Timeline {
    let mut timeline = Timeline::of_song(&dmus_song::sixteen_parts(), RATE);
    for (frame, name, turn) in AUTOMATED {
        if name.ends_with("Program") && turn > 0.0 {
            timeline.push(frame, turned(plugin, name, turn));
        }
    }
    timeline
}

/// Saves what an instance has captured and renders it with the command line.
fn rendered(plugin: &mut Plugin, folder: &Folder, more: &[&str]) {
    let song = folder.write("session.mid", &[]).unwrap();
    let answer = plugin
        .command(&format!("save-midi 600 {}", song.display()))
        .unwrap();
    assert!(answer.starts_with("ok "), "{answer}");
    let rendered = Command::new(bundle::command_line().unwrap())
        .arg("render")
        .arg(&song)
        .args(["--rate", "48000", "--bits", "32f", "-o"])
        .arg(folder.path().join("session.wav"))
        .args(more)
        .output()
        .unwrap();
    assert!(rendered.status.success(), "{rendered:?}");
}

/// The first frame of a file that is not what was heard.
fn first_difference(folder: &Folder, file: &str, [left, right]: &[Vec<f32>; 2]) -> Option<usize> {
    let wav = hound::WavReader::open(folder.path().join(file)).unwrap();
    let samples: Vec<f32> = wav.into_samples::<f32>().map(Result::unwrap).collect();
    let heard = left
        .iter()
        .zip(right)
        .flat_map(|(left, right)| [left, right]);
    assert!(samples.len() >= 2 * left.len(), "{file}: {}", samples.len());
    let mut both = heard.zip(&samples);
    let sample = both.position(|(heard, sample)| heard.to_bits() != sample.to_bits());
    sample.map(|sample| sample / 2)
}

#[test]
fn a_session_that_was_captured_has_the_samples_of_the_command_line() {
    let mut plugin = instance();
    let timeline = captured(&plugin);
    plugin.run(RATE, 441).unwrap();
    let take = play(&mut plugin, &timeline, FRAMES, Partition::Fixed(441)).unwrap();
    let folder = Folder::new().unwrap();
    rendered(&mut plugin, &folder, &[]);
    let heard = [take.left, take.right];
    assert_eq!(first_difference(&folder, "session.wav", &heard), None);
}

#[test]
fn outputs_of_parts_have_the_samples_of_the_command_lines_stems() {
    let mut plugin = instance();
    plugin.select_layout(OUTPUTS).unwrap();
    for (name, output) in all_apart() {
        plugin.flush_text(&name, &output).unwrap();
    }
    let timeline = captured(&plugin);
    let mut heard: Vec<[Vec<f32>; 2]> = vec![<[Vec<f32>; 2]>::default(); OUTPUTS as usize];
    play_apart(&mut plugin, &timeline, 441, |output, left, right| {
        heard[output][0].extend_from_slice(left);
        heard[output][1].extend_from_slice(right);
    });
    let folder = Folder::new().unwrap();
    rendered(&mut plugin, &folder, &["--stems"]);
    for (part, heard) in heard.iter().enumerate().skip(1).take(16) {
        let file = format!("session-{part:02}.wav");
        assert_eq!(first_difference(&folder, &file, heard), None, "{file}");
    }
}

//! Outputs of parts and effects, through the bundle: the same audio however it is routed.

#![expect(clippy::unwrap_used, reason = "tests may unwrap")]

use dmus_host_tests::audio;
use dmus_host_tests::bundle;
use dmus_host_tests::fixture::Folder;
use dmus_host_tests::host::{Bundle, Event, Plugin};
use dmus_host_tests::timeline::Timeline;

const RATE: u32 = 48_000;
const BLOCK: usize = 480;
const OUTPUTS: usize = 19;

/// Longest difference that sums in another order may have, against the loudest sample.
const LAST_BITS_DB: f64 = -120.0;

/// Both sides of every output.
type Heard = Vec<[Vec<f32>; 2]>;

fn instance() -> Plugin {
    let bundle = Bundle::load(&bundle::clap().unwrap()).unwrap();
    bundle.instance().unwrap()
}

/// An instance with all outputs and these texts of parameters.
fn wide(texts: &[(&str, &str)]) -> Plugin {
    let mut plugin = instance();
    plugin.select_layout(19).unwrap();
    for (name, text) in texts {
        plugin.flush_text(name, text).unwrap();
    }
    plugin.run(RATE, 4_096).unwrap();
    plugin
}

/// Every part on the output of its own, and the effects.
fn all_apart() -> Vec<(String, String)> {
    let parts = (1..=16).map(|part| (format!("Part {part:02} Output"), format!("Part {part:02}")));
    let effects = ("Master Effects Output".to_owned(), "Own Outputs".to_owned());
    parts.chain([effects]).collect()
}

fn borrowed(texts: &[(String, String)]) -> Vec<(&str, &str)> {
    let pairs = texts.iter();
    pairs
        .map(|(name, text)| (name.as_str(), text.as_str()))
        .collect()
}

/// Plays a timeline, block by block, and keeps all outputs.
fn play(plugin: &mut Plugin, timeline: &Timeline, frames: usize, outputs: usize) -> Heard {
    let mut heard: Heard = vec![<[Vec<f32>; 2]>::default(); outputs];
    let (mut left, mut right) = (vec![0.0; BLOCK], vec![0.0; BLOCK]);
    let mut next = 0;
    for start in (0..frames).step_by(BLOCK) {
        let start = u64::try_from(start).unwrap();
        let due = timeline.before(next, start + u64::try_from(BLOCK).unwrap());
        next += due.len();
        let frame = |at: u64| u32::try_from(at.saturating_sub(start)).unwrap();
        let events: Vec<_> = due.iter().map(|(at, event)| (frame(*at), event)).collect();
        plugin.process(&events, &mut left, &mut right).unwrap();
        for (port, kept) in heard.iter_mut().enumerate() {
            for (kept, side) in kept.iter_mut().zip(plugin.output(port).unwrap()) {
                kept.extend_from_slice(side);
            }
        }
    }
    heard
}

/// All outputs added up, in their order.
fn sum(heard: &Heard) -> [Vec<f32>; 2] {
    let mut sum = heard[0].clone();
    for output in &heard[1..] {
        for (sum, side) in sum.iter_mut().zip(output) {
            for (sum, sample) in sum.iter_mut().zip(side) {
                *sum += sample;
            }
        }
    }
    sum
}

fn assert_same(one: &[Vec<f32>; 2], other: &[Vec<f32>; 2], what: &str) {
    for (one, other) in one.iter().zip(other) {
        assert_eq!(audio::first_difference(one, other), None, "{what}");
    }
}

/// The greatest difference against the loudest sample, dB.
fn difference_db(one: &[Vec<f32>; 2], other: &[Vec<f32>; 2]) -> f64 {
    let both = one.iter().flatten().zip(other.iter().flatten());
    let worst = both.fold(0.0_f32, |worst, (a, b)| worst.max((a - b).abs()));
    let level = audio::peak(&other[0]).max(audio::peak(&other[1]));
    audio::dbfs(f64::from(worst) / f64::from(level))
}

fn is_silent(output: &[Vec<f32>; 2]) -> bool {
    output.iter().all(|side| audio::peak(side) <= 0.0)
}

/// A chord on one channel.
fn chord(channel: u8) -> Timeline {
    let mut timeline = Timeline::default();
    for (at, key) in [(0, 48), (1_003, 60), (2_017, 67)] {
        let bytes = [0x90 | channel, key, 100];
        timeline.push(at, Event::Midi { port: 0, bytes });
    }
    timeline
}

#[test]
fn there_are_two_layouts_of_which_stereo_is_the_first() {
    let mut plugin = instance();
    let layouts = plugin.layouts();
    let outputs: Vec<_> = layouts.iter().map(|layout| layout.outputs).collect();
    assert_eq!(outputs, [1, 19], "{layouts:?}");
    assert_eq!(plugin.audio_ports(false).len(), 1);
    plugin.select_layout(19).unwrap();
    let ports = plugin.audio_ports(false);
    let names: Vec<_> = ports.iter().map(|port| port.name.as_str()).collect();
    assert_eq!(names[..3], ["Main", "Part 01", "Part 02"]);
    assert_eq!(names[16..], ["Part 16", "Reverb", "Chorus and Delay"]);
    assert!(ports.iter().all(|port| port.channels == 2));
    assert!(ports[0].main && ports[1..].iter().all(|port| !port.main));
}

#[test]
fn until_it_is_routed_everything_is_in_the_main_output() {
    let timeline = Timeline::of_song(&dmus_song::sixteen_parts(), RATE);
    let mut narrow = instance();
    narrow.run(RATE, 4_096).unwrap();
    let stereo = play(&mut narrow, &timeline, 96_000, 1);
    assert!(audio::peak(&stereo[0][0]) > 0.05);
    let heard = play(&mut wide(&[]), &timeline, 96_000, OUTPUTS);
    assert_same(&heard[0], &stereo[0], "main");
    assert!(heard[1..].iter().all(is_silent));
}

#[test]
fn a_part_alone_has_the_same_bits_on_its_output_as_in_the_mix() {
    let dry = ("Master Dry", "on");
    let mixed = play(&mut wide(&[dry]), &chord(4), 24_000, OUTPUTS);
    let routed = [dry, ("Part 05 Output", "Part 09")];
    let routed = play(&mut wide(&routed), &chord(4), 24_000, OUTPUTS);
    assert!(audio::peak(&mixed[0][0]) > 0.01);
    assert_same(&routed[9], &mixed[0], "part 5 on the output of part 9");
    assert!(is_silent(&routed[0]) && is_silent(&routed[5]));
}

#[test]
fn sixteen_parts_and_two_effects_apart_sum_up_to_the_mix() {
    let timeline = Timeline::of_song(&dmus_song::sixteen_parts(), RATE);
    let mixed = play(&mut wide(&[]), &timeline, 240_000, OUTPUTS);
    let texts = all_apart();
    let apart = play(&mut wide(&borrowed(&texts)), &timeline, 240_000, OUTPUTS);
    assert!(is_silent(&apart[0]), "nothing is left in the mix");
    let sounding = apart[1..].iter().filter(|output| !is_silent(output));
    assert!(sounding.count() >= 12, "parts and effects are heard");
    assert!(!is_silent(&apart[17]), "the reverb is heard");
    let difference = difference_db(&sum(&apart), &mixed[0]);
    println!("sum of outputs against the mix: {difference:.1} dB");
    assert!(difference < LAST_BITS_DB, "{difference} dB");
}

#[test]
fn what_the_host_does_not_take_stays_in_the_mix() {
    let timeline = chord(0);
    let mixed = play(&mut wide(&[]), &timeline, 24_000, OUTPUTS);
    let texts = [
        ("Part 01 Output", "Part 01"),
        ("Master Effects Output", "Own Outputs"),
    ];
    // A host that has memory for the main output only.
    let mut plugin = wide(&texts);
    plugin.set_outputs_given(1);
    let heard = play(&mut plugin, &timeline, 24_000, 1);
    assert_same(&heard[0], &mixed[0], "one output given");
    // A host that switches outputs off: a part's, then an effect's.
    let mut plugin = wide(&texts);
    plugin.switch_output(1, false).unwrap();
    let heard = play(&mut plugin, &timeline, 24_000, OUTPUTS);
    assert!(is_silent(&heard[1]) && !is_silent(&heard[0]) && !is_silent(&heard[17]));
    assert!(difference_db(&sum(&heard), &mixed[0]) < LAST_BITS_DB);
    let mut plugin = wide(&texts);
    plugin.switch_output(17, false).unwrap();
    let heard = play(&mut plugin, &timeline, 24_000, OUTPUTS);
    assert!(is_silent(&heard[17]) && !is_silent(&heard[0]) && !is_silent(&heard[1]));
    assert!(difference_db(&sum(&heard), &mixed[0]) < LAST_BITS_DB);
}

#[test]
fn what_is_kept_is_the_whole_mix() {
    let texts = all_apart();
    let mut plugin = wide(&borrowed(&texts));
    let heard = play(&mut plugin, &chord(0), 48_000, OUTPUTS);
    let folder = Folder::new().unwrap();
    let path = folder.path().join("take.wav");
    let answer = plugin.command(&format!("save-audio {}", path.display()));
    assert!(answer.unwrap().starts_with("ok "));
    let mut reader = hound::WavReader::open(&path).unwrap();
    let samples: Vec<f32> = reader.samples().map(Result::unwrap).collect();
    let side = |side: usize| samples.iter().skip(side).step_by(2).copied().collect();
    let kept: [Vec<f32>; 2] = [side(0), side(1)];
    assert!(!is_silent(&kept));
    let difference = difference_db(&kept, &sum(&heard));
    assert!(difference < LAST_BITS_DB, "{difference} dB");
}

#[test]
fn routing_is_automated_without_a_gap() {
    let mixed = play(&mut wide(&[]), &chord(0), 24_000, OUTPUTS);
    let mut timeline = chord(0);
    for (step, at) in (3_001..24_000).step_by(777).enumerate() {
        timeline.push(
            at,
            Event::ParamText {
                name: "Part 01 Output".to_owned(),
                text: if step % 2 == 0 { "Part 16" } else { "Main" }.to_owned(),
            },
        );
    }
    let heard = play(&mut wide(&[]), &timeline, 24_000, OUTPUTS);
    assert!(!is_silent(&heard[16]));
    assert!(difference_db(&sum(&heard), &mixed[0]) < LAST_BITS_DB);
}

#[test]
fn routes_are_saved_with_the_project() {
    let mut plugin = wide(&[("Part 03 Output", "Part 11")]);
    let state = plugin.save_state().unwrap();
    let mut other = instance();
    other.load_state(&state).unwrap();
    assert_eq!(other.text("Part 03 Output").unwrap(), "Part 11");
    assert_eq!(other.text("Part 04 Output").unwrap(), "Main");
}

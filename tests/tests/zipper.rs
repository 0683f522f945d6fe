//! No zipper noise: a parameter swept as hosts automate it, against the same sweep frame by frame.
//!
//! A host sends a point every 64 or every 512 frames. The exact sweep has one on each frame. What
//! the coarse one has in its spectrum and the exact one has not, is noise of the steps.

#![expect(clippy::unwrap_used, reason = "tests may unwrap")]
#![expect(clippy::cast_precision_loss, reason = "frames and bins are small")]

use dmus_host_tests::audio;
use dmus_host_tests::bundle;
use dmus_host_tests::fixture::{self, Folder};
use dmus_host_tests::host::{Bundle, Event, Param};
use dmus_host_tests::player::{Partition, play};
use dmus_host_tests::timeline::Timeline;
use realfft::RealFftPlanner;

const RATE: u32 = 48_000;

/// Frames before the sweep, of it, and of all.
const START: usize = 4_800;
const SWEEP: usize = 48_000;
const FRAMES: usize = START + SWEEP + 7_200;

/// Points of the spectrum.
const POINTS: usize = 1 << 16;

/// What noise there may be, dB below the strongest component.
const ALLOWED_DB: f64 = -80.0;

/// A component is lacking where the other spectrum is lower by this everywhere near, dB.
const LACKING_DB: f64 = 6.0;

/// What counts as near, points of the spectrum: 15 Hz.
const NEAR: usize = 20;

/// A bundle with a bank of known sounds.
struct Rig {
    bundle: Bundle,
    state: Vec<u8>,
    _folder: Folder,
}

impl Rig {
    fn new() -> Self {
        let folder = Folder::new().unwrap();
        let bank = folder.write("known.dls", &fixture::bank()).unwrap();
        Self {
            bundle: Bundle::load(&bundle::clap().unwrap()).unwrap(),
            state: fixture::state_naming(&bank),
            _folder: folder,
        }
    }

    fn params(&self) -> Vec<Param> {
        self.bundle.instance().unwrap().params().to_vec()
    }

    /// A held sine on a channel, with all sends open, while a parameter goes through its range with
    /// a point every `step` frames.
    fn sweep(&self, channel: u8, param: &Param, step: usize) -> [Vec<f32>; 2] {
        let mut plugin = self.bundle.instance().unwrap();
        plugin.load_state(&self.state).unwrap();
        // Effects where they are swept only: the echoes of a moving pitch cancel each other at other
        // frequencies when the exact sweep is some milliseconds behind the coarse one.
        let is_wet = ["Reverb", "Chorus", "Delay"]
            .iter()
            .any(|effect| param.name.contains(effect));
        let dry = if is_wet { "off" } else { "on" };
        plugin.flush_text("Master Dry", dry).unwrap();
        plugin.run(RATE, 512).unwrap();
        let mut timeline = Timeline::default();
        // The tenth part is to play what all others play.
        timeline.push(
            0,
            Event::SysEx {
                port: 0,
                bytes: vec![
                    0xF0, 0x41, 0x10, 0x42, 0x12, 0x40, 0x10, 0x15, 0x00, 0x1B, 0xF7,
                ],
            },
        );
        let midi = |bytes| Event::Midi { port: 0, bytes };
        for controller in [91, 93, 94] {
            timeline.push(0, midi([0xB0 | channel, controller, 100]));
        }
        timeline.push(0, midi([0xC0 | channel, fixture::program::SINE, 0]));
        timeline.push(1, midi([0x90 | channel, 69, 127]));
        for at in (0..=SWEEP).step_by(step) {
            let value = param.min + (param.max - param.min) * at as f64 / SWEEP as f64;
            timeline.push(
                (START + at) as u64,
                Event::Param {
                    name: param.name.clone(),
                    value,
                },
            );
        }
        let take = play(&mut plugin, &timeline, FRAMES as u64, Partition::Fixed(512));
        let take = take.unwrap();
        assert_eq!(plugin.report().unwrap().losses(), []);
        [take.left, take.right]
    }
}

/// Frames at either end of the sweep that are left out: its corners are its own, and the exact
/// sweep rounds them off by the time that a change takes.
const CORNER: usize = 1_200;

/// Magnitudes of the sweep under a window whose own side lobes are below -90 dB.
fn spectrum(samples: &[f32]) -> Vec<f64> {
    let part = &samples[START + CORNER..START + SWEEP - CORNER];
    let phase = std::f64::consts::TAU / part.len() as f64;
    let window = |at: usize| {
        let x = phase * at as f64;
        0.358_75 - 0.488_29 * x.cos() + 0.141_28 * (2.0 * x).cos() - 0.011_68 * (3.0 * x).cos()
    };
    let mut input = vec![0.0; POINTS];
    for (at, (into, sample)) in input.iter_mut().zip(part).enumerate() {
        *into = f64::from(*sample) * window(at);
    }
    let fft = RealFftPlanner::<f64>::new().plan_fft_forward(POINTS);
    let mut output = fft.make_output_vec();
    fft.process(&mut input, &mut output).unwrap();
    output.iter().map(|it| it.norm()).collect()
}

/// The strongest component that `coarse` has and `exact` lacks, dB below the strongest of all.
fn noise_db(exact: &[f32], coarse: &[f32]) -> f64 {
    let (exact, coarse) = (spectrum(exact), spectrum(coarse));
    let strongest = exact.iter().copied().fold(1e-30, f64::max);
    let lacking = 10.0_f64.powf(LACKING_DB / 20.0);
    let mut worst: f64 = 1e-12 * strongest;
    for (at, level) in coarse.iter().enumerate() {
        let near = &exact[at.saturating_sub(NEAR)..(at + NEAR).min(exact.len())];
        let there = near.iter().copied().fold(0.0, f64::max);
        if *level > lacking * there {
            worst = worst.max(*level);
        }
    }
    20.0 * (worst / strongest).log10()
}

/// Sweeps a parameter at both steps; the worse noise.
fn measured(rig: &Rig, channel: u8, param: &Param) -> f64 {
    let exact = rig.sweep(channel, param, 1);
    assert!(audio::peak(&exact[0]) > 0.01, "{} is silent", param.name);
    let is_for_notes_to_come = ["Attack", "Decay", "Release"]
        .iter()
        .any(|time| param.name.ends_with(time));
    let still = rig.sweep(channel, param, SWEEP + 1);
    assert!(
        is_for_notes_to_come == (still == exact),
        "{} is heard, or is not",
        param.name
    );
    let mut worst = f64::NEG_INFINITY;
    for step in [64, 512] {
        let coarse = rig.sweep(channel, param, step);
        for (exact, coarse) in exact.iter().zip(&coarse) {
            worst = worst.max(noise_db(exact, coarse));
        }
    }
    worst
}

/// What a host may draw a line for.
fn is_continuous(param: &&Param) -> bool {
    param.automatable && !param.stepped
}

#[test]
fn a_sweep_of_any_parameter_has_no_component_that_the_exact_one_lacks() {
    let rig = Rig::new();
    let params = rig.params();
    let (parts, whole): (Vec<&Param>, Vec<&Param>) = params
        .iter()
        .filter(is_continuous)
        .partition(|param| param.name.starts_with("Part "));
    let first = parts
        .iter()
        .filter(|param| param.name.starts_with("Part 01"));
    let mut report = String::new();
    let mut failed = 0;
    for param in whole.iter().chain(first) {
        let noise = measured(&rig, 0, param);
        failed += usize::from(noise > ALLOWED_DB);
        report.push_str(&format!("{noise:8.1} dB  {}\n", param.name));
    }

    println!("{report}");
    assert_eq!(failed, 0, "above {ALLOWED_DB} dB:\n{report}");
}

#[test]
fn every_part_sounds_as_the_first_under_the_same_sweep() {
    let rig = Rig::new();
    let params = rig.params();
    let of = |part: usize| {
        let prefix = format!("Part {part:02} ");
        let mine = params.iter().filter(is_continuous);
        let mine = mine.filter(move |param| param.name.starts_with(&prefix));
        mine.collect::<Vec<_>>()
    };
    for (index, first) in of(1).into_iter().enumerate() {
        let expected = rig.sweep(0, first, 512);
        for part in 2..=16 {
            let param = of(part)[index];
            let channel = u8::try_from(part - 1).unwrap();
            assert!(rig.sweep(channel, param, 512) == expected, "{}", param.name);
        }
    }
}

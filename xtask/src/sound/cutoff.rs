//! The figure of one filter in all synthesizers, and of the prototype of \[DLS2\].
//!
//! In: a font of an impulse. Out: a picture, and on the screen where each has its peak.

use std::f64::consts::TAU;
use std::fs;

use anyhow::{Context, Result};

use super::measure::RATE_HZ;
use super::peers::{PEERS, Stage};
use super::plot::{Axis, Line, draw};
use super::signal::response;
use super::{Bench, FOLDER, Frame};
use crate::process::Job;
use crate::project::Project;

/// Frames from note to note.
const SLOT: usize = 48_000;

/// Programs of the font, and what the prototype is there at 48 kHz: coefficients and gain. The test
/// `the_prototype_at_48_khz_1_khz_and_12_db_has_these_coefficients` has the equations.
const FILTERS: [(&str, [f64; 3]); 2] = [
    ("Q 0 dB", [-1.833_620_43, 0.846_398_51, 1.277_807e-2]),
    ("Q 12 dB", [-1.957_053_69, 0.970_645_87, 6.812_227e-3]),
];

/// Plays the font in all and draws the figure.
///
/// # Errors
/// When a synthesizer fails or the picture cannot be written.
pub(super) fn run(project: &Project, bench: &Bench, stage: &Stage) -> Result<()> {
    let font = bench.folder.join("impulses.sf2");
    Job::new("the font of an impulse", bench.command())
        .args(["impulses"])
        .args([&font])
        .screen()?;
    let events = bench.folder.join("impulses.events");
    fs::write(&events, script()).with_context(|| format!("{}", events.display()))?;
    let what = (&*font, &*events);
    let mut sounds = vec![("DMus", stage.ours(what, "ours")?)];
    for peer in &PEERS {
        sounds.push((peer.name, stage.theirs(what, peer.name, "7")?));
    }
    let mut lines = Vec::new();
    for ((name, prototype), program) in FILTERS.into_iter().zip(1..) {
        for (of, sound) in &sounds {
            let (answer, open) = (side(sound, program), side(sound, 0));
            let line = format!("{of}, {name}");
            lines.push(tell(line, |hertz| response(&answer, &open, hertz)));
        }
        let line = format!("[DLS2], {name}");
        lines.push(tell(line, |hertz| gain(prototype, hertz)));
    }
    let across = Axis::logarithmic("Hz", 200.0, 5000.0);
    let file = project.path(FOLDER).join("cutoff.svg");
    draw(&file, &across, &Axis::new("dB", -60.0, 9.0), &lines)
}

/// The notes, one for each program.
fn script() -> String {
    let slots = FILTERS.len() + 1;
    let mut text = format!("{}\n", slots * SLOT);
    for slot in 0..slots {
        let start = slot * SLOT;
        text.push_str(&format!("{start} c0 {slot:02x}\n{start} 90 3c 7f\n"));
        text.push_str(&format!("{} b0 78 00\n", start + SLOT - 64));
    }
    text
}

/// The left side of one slot.
fn side(sound: &[Frame], slot: usize) -> Vec<f64> {
    let frames = sound.iter().skip(slot * SLOT).take(SLOT);
    frames.map(|[left, _]| f64::from(*left)).collect()
}

/// A line of a response; says its top.
fn tell(name: String, response: impl Fn(f64) -> f64) -> Line {
    let hertz = (0..=280).map(|step| 200.0 * 25_f64.powf(f64::from(step) / 280.0));
    let points: Vec<(f64, f64)> = hertz.map(|hertz| (hertz, response(hertz))).collect();
    let top = points
        .iter()
        .max_by(|(_, one), (_, other)| one.total_cmp(other));
    if let Some((hertz, level)) = top {
        let there = response(1000.0);
        println!("filter, {name}: top {level:.2} dB at {hertz:.0} Hz, {there:.2} dB at 1 kHz");
    }
    Line::new(&name, points)
}

/// Gain of two poles at a frequency, dB.
fn gain([b1, b2, gain]: [f64; 3], hertz: f64) -> f64 {
    let angle = TAU * hertz / RATE_HZ;
    let real = 1.0 + b1 * angle.cos() + b2 * (2.0 * angle).cos();
    let imaginary = b1 * angle.sin() + b2 * (2.0 * angle).sin();
    20.0 * gain.log10() - 10.0 * (real * real + imaginary * imaginary).log10()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_prototype_is_lowered_by_half_of_its_resonance_and_peaks_below_its_cutoff() {
        let [(_, flat), (_, resonant)] = FILTERS;
        assert!(gain(flat, 1.0).abs() < 0.01);
        assert!((gain(resonant, 1.0) + 6.0).abs() < 0.01);
        assert!((gain(resonant, 883.0) - 6.0).abs() < 0.01);
    }

    #[test]
    fn every_program_has_a_slot_of_whole_blocks() {
        let text = script();
        let frames = text.lines().map(|line| line.split(' ').next());
        for frame in frames {
            assert_eq!(frame.unwrap().parse::<usize>().unwrap() % 64, 0);
        }
        assert_eq!(text.matches(" 90 3c 7f").count(), FILTERS.len() + 1);
    }
}

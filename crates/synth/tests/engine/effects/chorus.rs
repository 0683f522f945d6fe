//! The chorus: where its delays swing, how fast, how wide.

use dmus_synth::ChorusKind;

use super::measures::correlation;
use super::{CHORUS, CLICK, Hall};

/// Values of a chorus: feedback, delay, rate, depth.
fn chorus(feedback: u8, delay: u8, rate: u8, depth: u8) -> Hall {
    let mut hall = Hall::new();
    for (address, value) in [(0x3B, feedback), (0x3C, delay), (0x3D, rate), (0x3E, depth)] {
        hall.gs(address, value);
    }
    hall
}

/// Delay of a click that is sent at this moment, frames, on each side.
fn delay_now(hall: &mut Hall) -> [f64; 2] {
    hall.play(0, CHORUS);
    let [_, chorus, _] = hall.run(5_000).returns;
    chorus.map(|side| {
        // A click between frames: its centre of gravity.
        let (mut moment, mut sum) = (0.0, 0.0);
        for (frame, sample) in side.iter().enumerate() {
            moment += frame as f64 * f64::from(*sample);
            sum += f64::from(*sample);
        }
        // Read faster or slower, it is shorter or longer.
        assert!((sum / CLICK * 128.0 / 127.0 - 1.0).abs() < 0.25, "{sum}");
        moment / sum
    })
}

#[test]
fn the_delays_swing_from_the_shortest_over_the_whole_depth() {
    // 40 ms (80/127)^3 = 10.0 ms, and (63 + 1) / 3.2 = 20 ms of swing.
    let mut hall = chorus(0, 80, 20, 63);
    let mut seen = [(f64::MAX, 0.0_f64); 2];
    for _ in 0..120 {
        for (range, delay) in seen.iter_mut().zip(delay_now(&mut hall)) {
            *range = (range.0.min(delay), range.1.max(delay));
        }
    }
    for (shortest, longest) in seen {
        assert!((shortest / 48.0 - 10.0).abs() < 0.15, "{}", shortest / 48.0);
        assert!((longest / 48.0 - 30.0).abs() < 0.15, "{}", longest / 48.0);
    }
}

#[test]
fn the_oscillator_runs_at_the_rate_of_the_formula() {
    // 0.122 Hz times 20 is 2.44 Hz: a tone is read faster and slower so many times a second. Its
    // delay, seen as phase against the tone, crosses its middle upwards once a cycle.
    let mut hall = chorus(0, 80, 20, 5);
    hall.play(1, CHORUS);
    hall.run_s(0.5);
    let seconds = 20.0;
    let [_, chorus, _] = hall.run_s(seconds).returns;
    let phases: Vec<f64> = chorus[0]
        .chunks_exact(100)
        .map(|cycle| {
            let (mut re, mut im) = (0.0, 0.0);
            for (n, sample) in cycle.iter().enumerate() {
                let angle = std::f64::consts::TAU * n as f64 / 100.0;
                re += f64::from(*sample) * angle.cos();
                im += f64::from(*sample) * angle.sin();
            }
            re.atan2(im)
        })
        .collect();
    // The swing is less than a cycle of the tone; unwrap it.
    let mut unwrapped = vec![phases[0]];
    for pair in phases.windows(2) {
        let step = (pair[1] - pair[0] + std::f64::consts::PI).rem_euclid(std::f64::consts::TAU)
            - std::f64::consts::PI;
        unwrapped.push(unwrapped.last().unwrap() + step);
    }
    let most = unwrapped.iter().fold(f64::MIN, |a, b| a.max(*b));
    let least = unwrapped.iter().fold(f64::MAX, |a, b| a.min(*b));
    let middle = (most + least) / 2.0;
    let crossings: Vec<usize> = unwrapped
        .windows(2)
        .enumerate()
        .filter(|(_, pair)| pair[0] < middle && pair[1] >= middle)
        .map(|(n, _)| n)
        .collect();
    let cycles = (crossings.len() - 1) as f64;
    let span = (crossings[crossings.len() - 1] - crossings[0]) as f64 * 100.0 / 48_000.0;
    assert!(
        (cycles / span / 2.44 - 1.0).abs() < 0.01,
        "{}",
        cycles / span
    );
    // From end to end: (5 + 1) / 3.2 ms of 480 Hz.
    let swing_ms = (most - least) / std::f64::consts::TAU / 0.48;
    assert!((swing_ms - 1.875).abs() < 0.05, "{swing_ms}");
}

#[test]
fn each_repetition_is_weaker_by_the_feedback() {
    // Rate 0: the delays stand, 40 ms and half of a swing of 0.3125 ms. 0.763 % times 100.
    let mut hall = chorus(100, 127, 0, 0);
    hall.run_s(0.1);
    hall.play(0, CHORUS);
    let [_, chorus, _] = hall.run_s(0.5).returns;
    let delay = (40.156_25 * 48.0) as usize;
    let sum = |repetition: usize| -> f64 {
        let at = delay * repetition;
        chorus[0][at - 40..at + 60]
            .iter()
            .map(|s| f64::from(*s))
            .sum()
    };
    for repetition in 1..5 {
        let ratio = sum(repetition + 1) / sum(repetition);
        assert!((ratio - 0.763).abs() < 0.005, "{repetition} {ratio}");
    }
}

#[test]
fn the_sides_drift_apart() {
    for kind in ChorusKind::ALL {
        if matches!(
            kind,
            ChorusKind::ShortDelay | ChorusKind::ShortDelayFeedback
        ) {
            continue;
        }
        let mut hall = Hall::new();
        let mut settings = hall.engine.effects().unwrap();
        settings.chorus.kind = Some(kind);
        hall.engine.set_effects(settings);
        hall.play(2, CHORUS);
        let [_, chorus, _] = hall.run_s(4.0).returns;
        let common = correlation(&chorus[0], &chorus[1]);
        assert!(common.abs() < 0.5, "{kind:?} {common}");
    }
}

#[test]
fn the_chorus_goes_on_into_reverb_and_delay() {
    let mut hall = chorus(0, 64, 3, 5);
    hall.gs(0x3F, 64);
    hall.gs(0x40, 127);
    hall.run_s(0.1);
    hall.play(0, CHORUS);
    let heard = hall.run_s(1.0);
    let energy = |bus: usize| -> f64 {
        heard.returns[bus][0]
            .iter()
            .map(|s| f64::from(*s).powi(2))
            .sum()
    };
    assert!(energy(super::REVERB) > 1e-4);
    assert!(energy(super::DELAY) > 1e-4);
    let mut hall = chorus(0, 64, 3, 5);
    hall.play(0, CHORUS);
    let heard = hall.run_s(1.0);
    let silent = |bus: usize| heard.returns[bus][0].iter().all(|s| s.to_bits() == 0);
    assert!(silent(super::REVERB) && silent(super::DELAY));
}

//! Airs: claps, shakers, scratches and whistles, which are mostly noise.

use core::f64::consts::TAU;

use crate::canvas::{Band, Canvas, Stroke};
use crate::plan::LoopPlan;
use crate::recording::{Onset, Recording};
use crate::spectrum::Spectrum;

/// Several hands, not quite together.
pub(crate) fn clap() -> Recording {
    let band = Band::Pass(1250.0, 0.9);
    let hand = Stroke::hit(0.8, 0.016);
    Canvas::new(25_000, 0.26)
        .noise(71, band, hand)
        .noise(72, band, hand.at(0.011))
        .noise(73, band, hand.at(0.021))
        .noise(74, band, Stroke::hit(1.0, 0.17).at(0.031))
        .noise(
            75,
            Band::Between(2500.0, 9000.0),
            Stroke::hit(0.3, 0.1).at(0.031),
        )
        .record("Hand clap", 39)
}

/// A shaker's forward and backward stroke.
pub(crate) fn maracas() -> Recording {
    Canvas::new(32_000, 0.12)
        .noise(
            76,
            Band::Between(5000.0, 12_000.0),
            Stroke::hit(1.0, 0.08).swelling(0.012),
        )
        .record("Maracas", 70)
}

/// A cabasa: beads dragged over ribbed metal.
pub(crate) fn cabasa() -> Recording {
    Canvas::new(32_000, 0.2)
        .noise(
            77,
            Band::Between(4000.0, 13_000.0),
            Stroke::hit(0.8, 0.12).swelling(0.03),
        )
        .noise(78, Band::Pass(7500.0, 2.0), Stroke::hit(0.6, 0.1).at(0.03))
        .record("Cabasa", 69)
}

/// A record pushed under its needle.
pub(crate) fn scratch() -> Recording {
    Canvas::new(20_000, 0.2)
        .tone(420.0, 1500.0, 0.06, Stroke::hit(0.5, 0.25).swelling(0.02))
        .noise(
            79,
            Band::Pass(1400.0, 0.8),
            Stroke::hit(0.9, 0.2).swelling(0.02),
        )
        .record("Scratch", 29)
}

/// A whistle with a pea in it; loops until let go.
pub(crate) fn whistle() -> Recording {
    let plan = LoopPlan::new(98, 4096, 24_000.0);
    let frames = (0..plan.len)
        .map(|n| {
            let position = n as f64 / plan.len as f64;
            let flutter = libm::sin(TAU * 4.0 * position);
            let turns = plan.periods as f64 * position + 0.9 * flutter;
            let level = 0.75 + 0.25 * libm::sin(TAU * (4.0 * position + 0.2));
            level * (libm::sin(TAU * turns) + 0.12 * libm::sin(TAU * 2.0 * turns))
        })
        .collect::<Vec<_>>();
    let mut spectrum = Spectrum::of(&frames);
    // What lies close to half the rate would be mirrored by the player's interpolation.
    let top_hz = 0.3 * plan.rate_hz();
    spectrum.add_noise(plan.rate_hz(), 80, |hz| {
        let is_breath = (1500.0..top_hz).contains(&hz);
        if is_breath { 0.004 } else { 0.0 }
    });
    let onset = Onset {
        seconds: 0.04,
        opening_s: 0.01,
        dark_multiple: 1.0,
        burst_db: -12.0,
        burst_s: 0.01,
        burst_hz: 3000.0,
    };
    Recording::blown("Pea whistle", &plan, spectrum.into_loop(), &onset)
}

/// A resonant filter's own click.
pub(crate) fn high_q() -> Recording {
    Canvas::new(30_000, 0.1)
        .tone(2600.0, 620.0, 0.014, Stroke::hit(1.0, 0.07))
        .record("High Q", 27)
}

/// Wires of a brush that fall on a snare's head.
pub(crate) fn brush_tap() -> Recording {
    Canvas::new(24_000, 0.18)
        .noise(
            81,
            Band::Between(1100.0, 8500.0),
            Stroke::hit(0.8, 0.1).swelling(0.004),
        )
        .noise(82, Band::Pass(4200.0, 0.9), Stroke::hit(0.35, 0.17))
        .tone(205.0, 188.0, 0.02, Stroke::hit(0.3, 0.1))
        .record("Brush tap", 38)
}

/// A brush laid flat onto the head, wires and handle.
pub(crate) fn brush_slap() -> Recording {
    Canvas::new(25_000, 0.18)
        .noise(83, Band::Between(700.0, 9500.0), Stroke::hit(0.9, 0.07))
        .noise(84, Band::Between(2500.0, 9500.0), Stroke::hit(0.5, 0.18))
        .tone(240.0, 185.0, 0.015, Stroke::hit(0.6, 0.12))
        .modes(&[(335.0, 0.25, 0.08), (1450.0, 0.2, 0.02)])
        .record("Brush slap", 39)
}

/// A brush led round the head: it swells and passes.
pub(crate) fn brush_swirl() -> Recording {
    const ROUND_S: f64 = 0.5;
    Canvas::new(20_000, ROUND_S)
        .noise(
            85,
            Band::Between(1300.0, 7500.0),
            Stroke::hit(1.0, 9.0).swelling(0.05),
        )
        .warp(|t, value| {
            let swell = libm::sin(core::f64::consts::PI * (t / ROUND_S).min(1.0));
            value * swell * (0.55 + 0.45 * swell)
        })
        .record("Brush swirl", 40)
}

//! Circuits: the voices of analogue drum machines.
//!
//! A drum is a resonator that rings when it is struck, its pitch a little high at first. All metal is
//! one cluster of six square waves, sent through filters.
//! Source: K. Werner, J. Abel and J. Smith, *The TR-808 cymbal* (2014), for the six frequencies and
//! the bands, and *A physically-informed digital model of the TR-808 bass drum circuit* (2014).

use crate::canvas::{Band, Canvas, Stroke};
use crate::plan::LoopPlan;
use crate::recording::Recording;
use crate::spectrum::Spectrum;
use crate::steady::reach;

/// The six oscillators of the metal, hertz; the last two are the cowbell's.
const METAL_HZ: [f64; 6] = [205.3, 304.4, 369.6, 522.7, 540.0, 800.0];

/// The bass drum: a resonator at 49.5 Hz that is pulled up for its first half period.
pub(crate) fn bass_drum() -> Recording {
    Canvas::new(8000, 0.8)
        .tone(135.0, 49.5, 0.007, Stroke::hit(1.0, 0.9))
        .noise(101, Band::Between(900.0, 2800.0), Stroke::hit(0.22, 0.008))
        .warp(|_, value| libm::tanh(1.15 * value))
        .record("Analogue bass drum", 36)
}

/// The snare: two resonators an octave apart, and noise for the wires.
pub(crate) fn snare() -> Recording {
    Canvas::new(27_000, 0.24)
        .tone(262.0, 185.0, 0.006, Stroke::hit(0.8, 0.17))
        .tone(490.0, 370.0, 0.004, Stroke::hit(0.45, 0.1))
        .noise(102, Band::Between(1900.0, 10_000.0), Stroke::hit(0.6, 0.22))
        .record("Analogue snare", 38)
}

/// A tom that comes to rest on C3, with the breath of noise that stands for its room.
pub(crate) fn tom() -> Recording {
    Canvas::new(9000, 0.5)
        .tone(150.0, 130.813, 0.018, Stroke::hit(1.0, 0.5))
        .noise(103, Band::Between(200.0, 1600.0), Stroke::hit(0.14, 0.2))
        .noise(104, Band::Above(1800.0), Stroke::hit(0.16, 0.012))
        .record("Analogue tom", 48)
}

/// A conga that comes to rest on D#4.
pub(crate) fn conga() -> Recording {
    Canvas::new(10_000, 0.28)
        .tone(345.0, 311.127, 0.012, Stroke::hit(1.0, 0.3))
        .noise(105, Band::Above(1800.0), Stroke::hit(0.14, 0.01))
        .record("Analogue conga", 63)
}

/// The rim shot: two resonators, driven hard.
pub(crate) fn rim() -> Recording {
    Canvas::new(24_000, 0.06)
        .modes(&[(1667.0, 0.9, 0.03), (455.0, 0.7, 0.04)])
        .warp(|_, value| libm::tanh(2.5 * value))
        .record("Analogue rim", 37)
}

/// The claves: one resonator.
pub(crate) fn claves() -> Recording {
    Canvas::new(18_000, 0.09)
        .modes(&[(2500.0, 1.0, 0.08)])
        .record("Analogue claves", 75)
}

/// The maracas: a breath of noise.
pub(crate) fn maracas() -> Recording {
    Canvas::new(30_000, 0.06)
        .noise(
            106,
            Band::Above(5200.0),
            Stroke::hit(1.0, 0.045).swelling(0.009),
        )
        .record("Analogue maracas", 70)
}

/// Square waves through a filter, going on until the envelope has closed.
fn squares(
    name: &str,
    plan: &LoopPlan,
    oscillators: &[f64],
    filter: impl Fn(f64) -> f64,
) -> Recording {
    let mut spectrum = Spectrum::new(plan.len);
    for (hz, place) in oscillators.iter().zip(1..) {
        let bin = plan.bin(*hz);
        let mut number = 1;
        while plan.hz(bin * number) < plan.top_hz() {
            // The oscillators run freely: where each one stands at the stroke is any place.
            let turns = (0.25 + 0.619 * f64::from(place)) * number as f64;
            spectrum.add(bin * number, 1.0 / number as f64, turns);
            number += 2;
        }
    }
    let loop_ = spectrum.shape(plan.rate_hz(), filter).into_loop();
    Recording::steady(name, plan, loop_).evened(reach(plan.periods))
}

/// Gain of a resonator at a frequency.
fn resonance(hz: f64, centre_hz: f64, q: f64) -> f64 {
    let away = q * (hz / centre_hz - centre_hz / hz);
    1.0 / (1.0 + away * away).sqrt()
}

/// What is left above a corner, 18 dB per octave below it.
fn above(hz: f64, corner_hz: f64) -> f64 {
    let ratio = libm::pow(corner_hz / hz, 6.0);
    1.0 / (1.0 + ratio).sqrt()
}

/// The metal of the hi-hats: the high band alone.
pub(crate) fn hat() -> Recording {
    let plan = LoopPlan::new(46, 4096, 36_000.0);
    squares("Analogue hi-hat", &plan, &METAL_HZ, |hz| {
        resonance(hz.max(1.0), 7100.0, 0.9) * above(hz.max(1.0), 6000.0)
    })
}

/// The metal of the cymbal: both bands.
pub(crate) fn cymbal() -> Recording {
    let plan = LoopPlan::new(49, 8192, 30_000.0);
    squares("Analogue cymbal", &plan, &METAL_HZ, |hz| {
        let hz = hz.max(1.0);
        let low = resonance(hz, 3440.0, 1.2) * above(hz, 2200.0);
        low + 1.1 * resonance(hz, 7100.0, 0.9) * above(hz, 5000.0)
    })
}

/// The cowbell: the two highest oscillators through one band.
pub(crate) fn cowbell() -> Recording {
    let plan = LoopPlan::new(56, 2048, 24_000.0);
    squares("Analogue cowbell", &plan, &METAL_HZ[4..], |hz| {
        let hz = hz.max(1.0);
        resonance(hz, 880.0, 1.1) + 0.3 * resonance(hz, 2640.0, 1.5)
    })
}

/// The bass drum of electronic pads: a fast fall, and a click.
pub(crate) fn electric_kick() -> Recording {
    Canvas::new(15_000, 0.3)
        .tone(310.0, 54.0, 0.024, Stroke::hit(1.0, 0.36))
        .noise(107, Band::Between(1500.0, 5500.0), Stroke::hit(0.35, 0.012))
        .warp(|_, value| libm::tanh(1.8 * value))
        .record("Electric bass drum", 36)
}

/// The tom of electronic pads: it falls an octave and more and comes to rest on A2.
pub(crate) fn electric_tom() -> Recording {
    Canvas::new(12_000, 0.5)
        .tone(290.0, 110.0, 0.03, Stroke::hit(1.0, 0.65))
        .noise(108, Band::Between(700.0, 4500.0), Stroke::hit(0.3, 0.05))
        .warp(|_, value| libm::tanh(1.6 * value))
        .record("Electric tom", 45)
}

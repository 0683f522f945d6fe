//! Oscillators: single waveforms with every harmonic that fits, and none that does not.
//!
//! Roots are close together, so that transposing up brings few harmonics over the output's limit.

use core::f64::consts::FRAC_PI_4;

use crate::assembly::{Assembly, MultiSample};
use crate::plan::LoopPlan;
use crate::recording::Recording;
use crate::spectrum::Spectrum;

/// Keys between roots.
const STEP: u8 = 6;

/// The waveforms of an analogue synthesizer.
#[derive(Debug)]
pub(crate) struct Oscillators {
    pub(crate) saw: MultiSample,
    pub(crate) square: MultiSample,
    /// A quarter of the period high.
    pub(crate) pulse: MultiSample,
    pub(crate) triangle: MultiSample,
}

/// A waveform: amplitude and phase in turns of each harmonic.
type Waveform = fn(usize) -> (f64, f64);

impl Oscillators {
    pub(crate) fn new(assembly: &mut Assembly) -> Self {
        let mut wave = |name, waveform: Waveform| {
            assembly.every(STEP, 27..=105, |key| cycles(name, key, waveform))
        };
        Self {
            saw: wave("Saw", saw),
            square: wave("Square", square),
            pulse: wave("Pulse", pulse),
            triangle: wave("Triangle", triangle),
        }
    }
}

// All waveforms start where they are smooth, with their edges away from the loop's seam.

fn saw(n: usize) -> (f64, f64) {
    (1.0 / n as f64, 0.5 * n as f64)
}

fn square(n: usize) -> (f64, f64) {
    let level = if n % 2 == 1 { 1.0 / n as f64 } else { 0.0 };
    (level, 0.25 * n as f64)
}

fn pulse(n: usize) -> (f64, f64) {
    let level = libm::sin(FRAC_PI_4 * n as f64) / n as f64;
    (level, 0.25 + 0.5 * n as f64)
}

fn triangle(n: usize) -> (f64, f64) {
    let sign = if n % 4 == 1 { 1.0 } else { -1.0 };
    let level = if n % 2 == 1 {
        sign / (n * n) as f64
    } else {
        0.0
    };
    (level, 0.0)
}

fn cycles(name: &str, key: u8, waveform: Waveform) -> Recording {
    let plan = LoopPlan::new(key, if key < 60 { 2048 } else { 1024 }, 34_000.0);
    let mut spectrum = Spectrum::new(plan.len);
    let mut number = 1;
    // A harmonic just below the top is mirrored more than any other: there is one less.
    while plan.hz(plan.periods * number) < 0.97 * plan.top_hz() {
        let (level, turns) = waveform(number);
        spectrum.add(plan.periods * number, level, turns);
        number += 1;
    }
    Recording::steady(name, &plan, spectrum.into_loop())
}

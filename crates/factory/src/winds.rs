//! Blown and bowed: a steady spectrum under fixed resonances, with breath and a beginning.

use crate::plan::LoopPlan;
use crate::players::Players;
use crate::recording::{Onset, Recording};
use crate::spectrum::Spectrum;
use crate::steady::{harmonics, reach, steady, steady_crowd};

/// A resonance of a body, a bell or a mouth.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Formant {
    pub(crate) hz: f64,
    /// Width at half the gain.
    pub(crate) width_hz: f64,
    /// Gain at the centre, added to the gain of everything else.
    pub(crate) gain: f64,
}

/// Least width of a resonance as a share of the fundamental: partials lie that far apart, and a
/// narrower one would catch a single partial and lose it with the next key.
const LEAST_SHARE: f64 = 1.1;

/// Gain of a set of resonances over a floor, for a note of fundamental `first_hz`.
pub(crate) fn resonate(formants: &[Formant], floor: f64, first_hz: f64, hz: f64) -> f64 {
    let peaks: f64 = formants
        .iter()
        .map(|formant| {
            let width_hz = formant.width_hz.max(LEAST_SHARE * first_hz);
            let off = (hz - formant.hz) / (0.5 * width_hz);
            formant.gain / (1.0 + off * off)
        })
        .sum();
    floor + peaks
}

/// One kind of blown or bowed tone.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Tone {
    pub(crate) name: &'static str,
    pub(crate) players: Players,
    /// How fast the harmonics fall, as a power of their number.
    pub(crate) slope: f64,
    /// Level of even harmonics against odd ones.
    pub(crate) even: f64,
    /// Level of the fundamental against the rest.
    pub(crate) first: f64,
    /// Where the source's own low pass sets in, and how steep it is.
    pub(crate) top_hz: f64,
    pub(crate) top_power: f64,
    pub(crate) formants: &'static [Formant],
    pub(crate) floor: f64,
    /// Amplitude of breath or bow noise per root of a hertz.
    pub(crate) breath: f64,
    /// Centre of the breath.
    pub(crate) breath_hz: f64,
    pub(crate) onset: Onset,
    pub(crate) len: usize,
    pub(crate) rate_hz: f64,
}

impl Tone {
    /// One note.
    pub(crate) fn record(&self, key: u8) -> Recording {
        self.record_through(key, |_| 1.0)
    }

    /// One note through something more than its formants: a gain by frequency.
    pub(crate) fn record_through(&self, key: u8, gain: impl Fn(f64) -> f64) -> Recording {
        let plan = LoopPlan::new(key, self.len, self.rate_hz);
        let rate = plan.rate_hz();
        let first_hz = plan.fundamental_hz();
        let source = self.players.play_spread(&plan, |number, hz| {
            let n = number as f64;
            let even = if number % 2 == 0 { self.even } else { 1.0 };
            let first = if number == 1 { self.first } else { 1.0 };
            let body = gain(hz) * resonate(self.formants, self.floor, first_hz, hz);
            body * even * first
                / libm::pow(n, self.slope)
                / (1.0 + libm::pow(hz / self.top_hz, self.top_power))
        });
        let mut spectrum = Spectrum::of(&source);
        if self.breath > 0.0 {
            let per_bin = self.breath * (self.players.count as f64 * plan.hz(1)).sqrt();
            spectrum.add_noise(rate, self.players.seed + u64::from(key), |hz| {
                let octaves = libm::log2(hz / self.breath_hz);
                per_bin * (0.02 + libm::exp(-0.7 * octaves * octaves))
            });
        }
        let top = plan.top_hz();
        let spectrum = spectrum.shape(rate, |hz| if hz > top { 0.0 } else { 1.0 });
        let frames = if self.players.count == 1 {
            steady(spectrum, plan.periods)
        } else {
            let partials = harmonics(&spectrum, plan.periods);
            steady_crowd(spectrum, &partials, reach(plan.periods))
        };
        Recording::blown(self.name, &plan, frames, &self.onset)
    }
}

/// One player who holds a note nearly still.
pub(crate) const SOLO: Players = Players {
    count: 1,
    detune_cents: 0.0,
    vibrato_cents: 1.5,
    vibrato_hz: 5.0,
    breathing: 0.03,
    seed: 600,
};

/// An onset without any noise.
pub(crate) const SMOOTH: Onset = Onset {
    seconds: 0.1,
    opening_s: 0.03,
    dark_multiple: 2.0,
    burst_db: -40.0,
    burst_s: 0.02,
    burst_hz: 2000.0,
};

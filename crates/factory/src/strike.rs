//! Struck and plucked strings, bars and bells: partials that die away one by one.
//!
//! Each partial is a bin of the loop, so inharmonic sounds loop without a seam too. The volume
//! envelope of the player does the decay that all partials share; the wave holds what is left:
//! it is the sound divided by that decay. Where the loop begins, the partials stay as they are.

use core::f64::consts::TAU;

use crate::filter::Biquad;
use crate::noise::Noise;
use crate::plan::LoopPlan;
use crate::recording::{Recording, white};
use crate::spectrum::spread_phases;
use crate::units::db_to_gain;

/// One decaying partial.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Partial {
    /// Frequency.
    pub(crate) hz: f64,
    /// Amplitude at the strike.
    pub(crate) amplitude: f64,
    /// Time of the first, fast part of the decay, seconds per 60 dB.
    pub(crate) prompt_s: f64,
    /// Time of the second, slow part, seconds per 60 dB.
    pub(crate) after_s: f64,
    /// Share of the amplitude that belongs to the slow part, `0.0..=1.0`.
    pub(crate) after_share: f64,
}

impl Partial {
    /// A partial with one rate of decay.
    pub(crate) fn simple(hz: f64, amplitude: f64, decay_s: f64) -> Self {
        Self {
            hz,
            amplitude,
            prompt_s: decay_s,
            after_s: decay_s,
            after_share: 1.0,
        }
    }
}

/// What a struck sound is made of, beside its partials.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Strike {
    /// Time before the loop.
    pub(crate) lead_s: f64,
    /// Decay that is left to the player's envelope, seconds per 96 dB.
    pub(crate) shared_s: f64,
    /// Time in which the partials set in.
    pub(crate) rise_s: f64,
    /// Noise of the hammer, pick or finger.
    pub(crate) knock: Option<Knock>,
}

/// A short noise at the strike.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Knock {
    /// Amplitude, on the scale of the partials.
    pub(crate) amplitude: f64,
    /// Centre frequency.
    pub(crate) hz: f64,
    /// Sharpness of the band.
    pub(crate) q: f64,
    /// Seconds per 60 dB.
    pub(crate) decay_s: f64,
}

impl Strike {
    /// Renders the partials of one blow or pluck: together or spread over a period, whichever leaves
    /// the lower peak.
    ///
    /// A wave is as loud as its peak lets it be. Harmonic partials that begin together pile up once in
    /// a period; spread ones are up to 8 dB louder at the same peak. Few partials hardly pile up.
    pub(crate) fn record(&self, name: &str, plan: &LoopPlan, partials: &[Partial]) -> Recording {
        let together = self.render(name, plan, partials, |_| 0);
        let heard = partials.iter().map(|partial| {
            let is_held = partial.hz < plan.top_hz();
            if is_held { partial.amplitude } else { 0.0 }
        });
        let amplitudes: Vec<f64> = heard.collect();
        // Partials of two strings that meet on a bin keep one phase: they are not to cancel.
        let bins: Vec<usize> = partials
            .iter()
            .map(|partial| plan.bin(partial.hz))
            .collect();
        let spread = spread_phases(&amplitudes);
        let mut phases = bins.iter().filter_map(|bin| {
            let first = bins.iter().position(|other| other == bin)?;
            spread.get(first).copied()
        });
        let apart = self.render(name, plan, partials, |len| {
            (phases.next().unwrap_or_default() * len as f64) as usize
        });
        if apart.peak() < together.peak() {
            apart
        } else {
            together
        }
    }

    /// Renders the partials at scattered phases, as a plate of metal has them.
    pub(crate) fn record_scattered(
        &self,
        name: &str,
        plan: &LoopPlan,
        partials: &[Partial],
    ) -> Recording {
        let mut noise = Noise::new(u64::from(plan.key) + 40_000);
        self.render(name, plan, partials, |len| {
            (noise.unit() * len as f64) as usize
        })
    }

    fn render(
        &self,
        name: &str,
        plan: &LoopPlan,
        partials: &[Partial],
        mut phase: impl FnMut(usize) -> usize,
    ) -> Recording {
        // The higher a key, the sooner its partials have gone their own ways.
        let sooner = libm::exp2((48.0 - f64::from(plan.key)) / 24.0).clamp(0.25, 1.0);
        let lead = plan.frames(self.lead_s * sooner);
        let rate = plan.rate_hz();
        let sine: Vec<f64> = (0..plan.len)
            .map(|n| libm::sin(TAU * n as f64 / plan.len as f64))
            .collect();
        let mut frames = vec![0.0; lead + plan.len];
        for partial in partials {
            let start = phase(plan.len);
            if partial.hz < plan.top_hz() {
                self.add_partial(&mut frames, &sine, start, plan, partial);
            }
        }
        if let Some(knock) = self.knock {
            add_knock(&mut frames[..lead], rate, plan.key, &knock);
        }
        let rise = plan.frames(self.rise_s).max(1);
        for (n, value) in frames.iter_mut().take(rise).enumerate() {
            *value *= 0.5 - 0.5 * libm::cos(TAU * 0.5 * n as f64 / rise as f64);
        }
        Recording::struck(name, plan, frames, self.shared_s)
    }

    fn add_partial(
        &self,
        frames: &mut [f64],
        sine: &[f64],
        start: usize,
        plan: &LoopPlan,
        partial: &Partial,
    ) {
        let lead = frames.len() - plan.len;
        let per_frame = |decay_s: f64| {
            // Slower than the shared decay would grow: it then follows the shared decay.
            let rest_db = (60.0 / decay_s - 96.0 / self.shared_s).max(0.0);
            db_to_gain(-rest_db / plan.rate_hz())
        };
        let (prompt, after) = (per_frame(partial.prompt_s), per_frame(partial.after_s));
        let mut fast = partial.amplitude * (1.0 - partial.after_share);
        let mut slow = partial.amplitude * partial.after_share;
        let bin = plan.bin(partial.hz) % plan.len;
        let mut at = start;
        for (n, value) in frames.iter_mut().enumerate() {
            *value += (fast + slow) * sine[at];
            at += bin;
            if at >= plan.len {
                at -= plan.len;
            }
            if n < lead {
                fast *= prompt;
                slow *= after;
            }
        }
    }
}

/// Adds band-passed noise that dies away within the lead.
fn add_knock(frames: &mut [f64], rate: f64, key: u8, knock: &Knock) {
    let mut noise = white(frames.len(), u64::from(key) * 31 + 5);
    Biquad::band_pass(rate, knock.hz, knock.q).run(&mut noise);
    let per_frame = db_to_gain(-60.0 / (knock.decay_s * rate));
    // A band pass lets the square root of its share of the noise through.
    let share = (knock.hz / (knock.q * rate)).min(1.0).sqrt();
    let mut gain = knock.amplitude / share;
    let last = frames.len();
    for (n, (value, noise)) in frames.iter_mut().zip(noise).enumerate() {
        let left = 1.0 - n as f64 / last as f64;
        *value += gain * noise * left;
        gain *= per_frame;
    }
}

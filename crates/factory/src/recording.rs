//! Recording: what a recipe hands over, in full precision, before it becomes a wave of the bank.
//!
//! In: frames of any level. Out: a 16-bit wave at a common peak, with its loop and its pitch, and
//! what the assembly has to know about it: how loud it is and which decay it leaves to the player.

use core::f64::consts::TAU;

use dmus_dls::bank::{LoopKind, Wave, WaveLoop, WaveSample};

use crate::loudness::{self, Played};
use crate::noise::Noise;
use crate::plan::LoopPlan;
use crate::spectrum::Spectrum;
use crate::steady::{SWEEPS, evening};
use crate::units::{db_to_gain, key_to_hz};

/// Peak of every wave, dB below full scale: room for the interpolation to overshoot.
const PEAK_DB: f64 = -1.0;

/// Frames that go on after the loop's end, for players that read past it.
const LOOP_TAIL: usize = 8;

/// Time on each side over which a softened attack is looked at.
const SOFTENED_S: f64 = 0.005;

/// One wave in the making.
#[derive(Debug, Clone)]
pub(crate) struct Recording {
    pub(crate) name: String,
    /// Key at which it plays at its own rate.
    pub(crate) key: u8,
    /// Frames per second.
    pub(crate) rate: u32,
    pub(crate) frames: Vec<f64>,
    /// Start and length of the loop, frames.
    pub(crate) sustain: Option<(usize, usize)>,
    /// Time in which the volume envelope has to fall 96 dB, for a wave that was flattened.
    pub(crate) decay_s: Option<f64>,
}

/// How a steady loop begins: it starts dark and noisy and opens up.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Onset {
    /// Time until the loop is reached.
    pub(crate) seconds: f64,
    /// Time constant with which the full spectrum comes in.
    pub(crate) opening_s: f64,
    /// Cutoff of the spectrum at the very start, as a multiple of the fundamental.
    pub(crate) dark_multiple: f64,
    /// Level of the noise burst against the loop's peak, dB.
    pub(crate) burst_db: f64,
    /// Time constant with which the burst dies.
    pub(crate) burst_s: f64,
    /// Centre of the burst.
    pub(crate) burst_hz: f64,
}

impl Recording {
    /// A steady loop without a beginning of its own.
    pub(crate) fn steady(name: &str, plan: &LoopPlan, frames: Vec<f64>) -> Self {
        let len = frames.len();
        Self::looped(name, plan, frames, len)
    }

    /// Frames whose last `plan.len` are the loop; it begins later where its sharpest bend would be
    /// its seam.
    pub(crate) fn struck(name: &str, plan: &LoopPlan, mut frames: Vec<f64>, decay_s: f64) -> Self {
        let start = frames.len() - plan.len;
        let late = smooth_from(&frames[start..]);
        frames.extend_from_within(start..start + late);
        let mut recording = Self::looped(name, plan, frames, plan.len);
        recording.decay_s = Some(decay_s);
        recording
    }

    /// A sound that ends by itself; its ends are brought to silence and its mean is taken out.
    pub(crate) fn one_shot(name: &str, key: u8, rate: u32, mut frames: Vec<f64>) -> Self {
        remove_mean(&mut frames);
        let fade = (frames.len() / 20).max(1);
        let len = frames.len();
        for (i, value) in frames.iter_mut().rev().take(fade).enumerate() {
            *value *= 0.5 - 0.5 * libm::cos(TAU * 0.5 * i as f64 / fade as f64);
        }
        debug_assert!(len > 0);
        Self {
            name: name.to_owned(),
            key,
            rate,
            frames,
            sustain: None,
            decay_s: None,
        }
    }

    /// A loop that is reached through an onset.
    pub(crate) fn blown(name: &str, plan: &LoopPlan, mut steady: Vec<f64>, onset: &Onset) -> Self {
        let seam = calmest(&steady);
        steady.rotate_left(seam);
        let rate = plan.rate_hz();
        let corner = onset.dark_multiple * plan.fundamental_hz();
        let dark = Spectrum::of(&steady)
            .shape(rate, |hz| 1.0 / (1.0 + (hz / corner) * (hz / corner)))
            .into_loop();
        let peak = peak_of(&steady);
        let mut burst = Spectrum::new(steady.len());
        burst.add_noise(rate, u64::from(plan.key) + 977, |hz| {
            let octaves = libm::log2(hz / onset.burst_hz);
            libm::exp(-octaves * octaves)
        });
        let burst = burst.into_loop();
        let burst_gain = peak * db_to_gain(onset.burst_db) / peak_of(&burst);
        // High notes speak sooner.
        let sooner = libm::exp2((60.0 - f64::from(plan.key)) / 48.0).clamp(0.6, 1.0);
        let lead = plan.frames(onset.seconds * sooner);
        let len = steady.len();
        let mut frames = Vec::with_capacity(lead + len);
        for n in 0..lead {
            let t = n as f64 / rate;
            // Ends at exactly 1, so that the loop takes over without a step.
            let left = 1.0 - n as f64 / lead as f64;
            let closed = libm::exp(-t / onset.opening_s) * left;
            let at = (n + len * (lead / len + 1) - lead) % len;
            let noise = burst[n % len] * burst_gain * libm::exp(-t / onset.burst_s) * left;
            frames.push(steady[at] * (1.0 - closed) + dark[at] * closed + noise);
        }
        frames.extend_from_slice(&steady);
        Self::looped(name, plan, frames, len)
    }

    /// The same from its loop on.
    pub(crate) fn rung(mut self) -> Self {
        if let Some((start, _)) = &mut self.sustain {
            self.frames.drain(..*start);
            *start = 0;
        }
        self
    }

    /// The same with a loop whose level stands still, but for changes of more than `reach` turns a loop.
    /// What leads to it is moved by the same gains, turn for turn.
    pub(crate) fn evened(mut self, reach: usize) -> Self {
        if let Some((start, length)) = self.sustain {
            let gains = evening(&self.frames[start..start + length], reach, SWEEPS);
            for (n, value) in self.frames.iter_mut().enumerate() {
                *value *= gains[(n + length - start % length) % length];
            }
        }
        self
    }

    /// The same with half of what its attack stands out of its loop, in dB: an ear adds a moment up,
    /// and a peak that it hardly hears keeps the whole wave quiet.
    pub(crate) fn softened(mut self) -> Self {
        let Some((start, length)) = self.sustain else {
            return self;
        };
        let ceiling = peak_of(&self.frames[start..start + length]);
        // Slower than a period, or the gain would bend the wave itself.
        let period_s = 1.0 / key_to_hz(f64::from(self.key));
        let reach = (period_s.max(SOFTENED_S) * f64::from(self.rate)) as usize;
        let gains: Vec<f64> = (0..start + reach)
            .map(|n| {
                let end = (n + reach).min(self.frames.len());
                let peak = peak_of(&self.frames[n.saturating_sub(reach).min(end)..end]);
                (ceiling / peak).min(1.0).sqrt()
            })
            .collect();
        for n in 0..start {
            let near = &gains[n.saturating_sub(reach)..n + reach];
            self.frames[n] *= near.iter().sum::<f64>() / near.len() as f64;
        }
        self
    }

    fn looped(name: &str, plan: &LoopPlan, mut frames: Vec<f64>, loop_len: usize) -> Self {
        let start = frames.len() - loop_len;
        for i in 0..LOOP_TAIL {
            frames.push(frames[start + i % loop_len]);
        }
        Self {
            name: name.to_owned(),
            key: plan.key,
            rate: plan.rate,
            frames,
            sustain: Some((start, loop_len)),
            decay_s: None,
        }
    }

    /// Largest magnitude; never 0, so that it can divide.
    pub(crate) fn peak(&self) -> f64 {
        peak_of(&self.frames)
    }

    /// Loudness of a note, dB, once it is a wave.
    pub(crate) fn loudness_db(&self, played: &Played) -> f64 {
        let level = db_to_gain(PEAK_DB) / self.peak();
        loudness::of_note(self, level, played)
    }

    /// The wave of the bank: peak at [`PEAK_DB`], rounded to 16 bits.
    pub(crate) fn to_wave(&self) -> Wave {
        let scale = 32_767.0 * db_to_gain(PEAK_DB) / self.peak();
        let frames = self
            .frames
            .iter()
            .map(|value| (value * scale).round() as i16)
            .collect();
        let wave_loop = self.sustain.map(|(start, length)| WaveLoop {
            kind: LoopKind::Forward,
            start: start as u32,
            length: length as u32,
        });
        Wave {
            name: self.name.clone(),
            sample_rate: self.rate,
            about: Default::default(),
            frames,
            sample: Some(WaveSample {
                unity_note: self.key,
                wave_loop,
                ..WaveSample::default()
            }),
        }
    }
}

/// Largest magnitude; never 0, so that it can divide.
fn peak_of(frames: &[f64]) -> f64 {
    frames
        .iter()
        .fold(1e-12, |peak, value| peak.max(value.abs()))
}

/// How much a loop bends at most within two frames of one.
fn bend_around(frames: &[f64], n: usize) -> f64 {
    let len = frames.len();
    let at = |n: usize| frames[n % len];
    let bend = |n: usize| (at(n + len - 1) - 2.0 * at(n) + at(n + 1)).abs();
    (n + len - 2..=n + len + 2).map(bend).fold(0.0, f64::max)
}

/// Frame around which a loop bends least: the best place for its seam.
fn calmest(frames: &[f64]) -> usize {
    (0..frames.len())
        .min_by(|one, other| bend_around(frames, *one).total_cmp(&bend_around(frames, *other)))
        .unwrap_or_default()
}

/// First frame of a loop around which it bends clearly less than where it bends most.
fn smooth_from(frames: &[f64]) -> usize {
    let most = (0..frames.len())
        .map(|n| bend_around(frames, n))
        .fold(0.0, f64::max);
    (0..frames.len())
        .find(|n| bend_around(frames, *n) < 0.9 * most)
        .unwrap_or_default()
}

/// Takes the mean out where the sound is, leaving silence silent.
fn remove_mean(frames: &mut [f64]) {
    let weight: f64 = frames.iter().map(|value| value.abs()).sum();
    if weight > 0.0 {
        let mean = frames.iter().sum::<f64>() / weight;
        for value in frames {
            *value -= mean * value.abs();
        }
    }
}

/// White noise of one seed, for recipes that filter it themselves.
pub(crate) fn white(len: usize, seed: u64) -> Vec<f64> {
    let mut noise = Noise::new(seed);
    (0..len).map(|_| noise.bipolar()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_softened_attack_stands_out_by_half_and_the_loop_stays() {
        let plan = LoopPlan::new(69, 1024, 32_000.0);
        let lead = plan.frames(0.2);
        // Ten times the loop at first, 20 dB.
        let frames: Vec<f64> = (0..lead + plan.len)
            .map(|n| {
                let over = 1.0 + 9.0 * libm::exp(-(n as f64) / 1000.0);
                let phase = (plan.periods * n) as f64 / plan.len as f64;
                over * libm::sin(TAU * phase)
            })
            .collect();
        let plain = Recording::struck("sine", &plan, frames, 4.0);
        let soft = plain.clone().softened();
        let fallen_db = 20.0 * libm::log10(plain.peak() / soft.peak());
        assert!((8.0..11.0).contains(&fallen_db), "{fallen_db} dB");
        assert!(plain.frames[lead..] == soft.frames[lead..]);
    }

    #[test]
    fn an_evened_loop_is_joined_by_what_leads_to_it() {
        let plan = LoopPlan::new(69, 2048, 32_000.0);
        let lead = plan.frames(0.1);
        // Two lines beside each other: the level goes up and down once in a loop.
        let frames: Vec<f64> = (0..lead + plan.len)
            .map(|n| {
                let turn = TAU * n as f64 / plan.len as f64;
                let line = |bin: usize| libm::sin(bin as f64 * turn);
                line(plan.periods) + 0.2 * line(plan.periods + 1)
            })
            .collect();
        let reach = plan.periods / 2 - 1;
        let even = Recording::struck("pair", &plan, frames, 4.0).evened(reach);
        let Some((start, length)) = even.sustain else {
            panic!("it has a loop");
        };
        let power = |frames: &[f64]| frames.iter().map(|frame| frame * frame).sum::<f64>();
        let parts = even.frames[start..start + length].chunks(length / 8);
        let powers: Vec<f64> = parts.map(power).collect();
        for part in &powers {
            let off = 8.0 * part / powers.iter().sum::<f64>() - 1.0;
            assert!(off.abs() < 0.01, "{powers:?}");
        }
        // What leads to it and what follows it are the same sound: no frame is unlike its like.
        for n in 0..even.frames.len() - length {
            assert!(
                (even.frames[n] - even.frames[n + length]).abs() < 1e-9,
                "{n}"
            );
        }
    }
}

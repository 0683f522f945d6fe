//! Canvas: a sound that ends by itself, drawn in time from gliding tones and bursts of noise.

use core::f64::consts::TAU;

use crate::filter::Biquad;
use crate::recording::{Recording, white};
use crate::units::db_to_gain;

/// The sound so far.
#[derive(Debug, Clone)]
pub(crate) struct Canvas {
    rate: u32,
    frames: Vec<f64>,
}

/// When a stroke starts, how strong it is and how it dies.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Stroke {
    pub(crate) start_s: f64,
    pub(crate) amplitude: f64,
    pub(crate) attack_s: f64,
    /// Seconds per 60 dB.
    pub(crate) decay_s: f64,
}

impl Stroke {
    /// A stroke at the very start, as sudden as a stick.
    pub(crate) const fn hit(amplitude: f64, decay_s: f64) -> Self {
        Self {
            start_s: 0.0,
            amplitude,
            attack_s: 0.0006,
            decay_s,
        }
    }

    /// The same stroke later.
    pub(crate) const fn at(self, start_s: f64) -> Self {
        Self { start_s, ..self }
    }

    /// The same stroke with a softer start.
    pub(crate) const fn swelling(self, attack_s: f64) -> Self {
        Self { attack_s, ..self }
    }

    fn level(&self, t: f64) -> f64 {
        let rise = (t / self.attack_s).min(1.0);
        self.amplitude * rise * rise * (3.0 - 2.0 * rise) * db_to_gain(-60.0 * t / self.decay_s)
    }
}

/// What noise is sent through.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Band {
    /// Centre and sharpness.
    Pass(f64, f64),
    /// Everything above.
    Above(f64),
    /// Everything below.
    Below(f64),
    /// Everything between.
    Between(f64, f64),
}

impl Canvas {
    pub(crate) fn new(rate: u32, seconds: f64) -> Self {
        Self {
            rate,
            frames: vec![0.0; (seconds * f64::from(rate)) as usize],
        }
    }

    /// A sine that glides from one frequency to another with a time constant.
    pub(crate) fn tone(mut self, from_hz: f64, to_hz: f64, glide_s: f64, stroke: Stroke) -> Self {
        let rate = f64::from(self.rate);
        let mut turns = 0.0;
        for (n, value) in self.after(stroke.start_s).iter_mut().enumerate() {
            let t = n as f64 / rate;
            *value += stroke.level(t) * libm::sin(TAU * turns);
            let hz = to_hz + (from_hz - to_hz) * libm::exp(-t / glide_s);
            turns += hz / rate;
            turns -= turns.floor();
        }
        self
    }

    /// Several steady tones: frequency, amplitude and seconds per 60 dB of each.
    pub(crate) fn modes(mut self, modes: &[(f64, f64, f64)]) -> Self {
        for (hz, amplitude, decay_s) in modes {
            self = self.tone(*hz, *hz, 1.0, Stroke::hit(*amplitude, *decay_s));
        }
        self
    }

    /// Filtered noise; the amplitude is that of its typical peak.
    pub(crate) fn noise(mut self, seed: u64, band: Band, stroke: Stroke) -> Self {
        let rate = f64::from(self.rate);
        let target = self.after(stroke.start_s);
        let mut noise = white(target.len(), seed);
        match band {
            Band::Pass(hz, q) => Biquad::band_pass(rate, hz, q).run(&mut noise),
            Band::Above(hz) => Biquad::high_pass(rate, hz, 0.707).run(&mut noise),
            Band::Below(hz) => Biquad::low_pass(rate, hz, 0.707).run(&mut noise),
            Band::Between(low, high) => {
                Biquad::high_pass(rate, low, 0.707).run(&mut noise);
                Biquad::low_pass(rate, high, 0.707).run(&mut noise);
            }
        }
        let power =
            noise.iter().map(|value| value * value).sum::<f64>() / noise.len().max(1) as f64;
        let scale = 1.0 / (2.5 * power.sqrt()).max(1e-9);
        for (n, (value, noise)) in target.iter_mut().zip(noise).enumerate() {
            *value += scale * noise * stroke.level(n as f64 / rate);
        }
        self
    }

    /// Every frame through a function of time and value.
    pub(crate) fn warp(mut self, shape: impl Fn(f64, f64) -> f64) -> Self {
        let rate = f64::from(self.rate);
        for (n, value) in self.frames.iter_mut().enumerate() {
            *value = shape(n as f64 / rate, *value);
        }
        self
    }

    /// Adds another canvas of the same rate, later.
    pub(crate) fn paste(mut self, other: &Self, start_s: f64, gain: f64) -> Self {
        for (value, other) in self.after(start_s).iter_mut().zip(&other.frames) {
            *value += gain * other;
        }
        self
    }

    /// The recording, whose own pitch belongs to `key`.
    pub(crate) fn record(mut self, name: &str, key: u8) -> Recording {
        // What lies close to half the rate would be mirrored by the player's interpolation.
        let rate = f64::from(self.rate);
        Biquad::low_pass(rate, 0.4 * rate, 0.54).run(&mut self.frames);
        Biquad::low_pass(rate, 0.4 * rate, 1.31).run(&mut self.frames);
        Recording::one_shot(name, key, self.rate, self.frames)
    }

    fn after(&mut self, start_s: f64) -> &mut [f64] {
        let start = ((start_s * f64::from(self.rate)) as usize).min(self.frames.len());
        &mut self.frames[start..]
    }
}

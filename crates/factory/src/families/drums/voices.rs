//! Voices: laughter, a scream, a dog.
//!
//! The folds of a throat give every harmonic, a mouth's resonances shape them.
//! Source: G. Peterson and H. Barney, *Control methods used in a study of the vowels* (1952), for the
//! resonances of the open vowel.

use core::f64::consts::TAU;

use crate::noise::Noise;
use crate::recording::Recording;

/// Resonances of a mouth: frequency, width and strength.
type Mouth = [(f64, f64, f64); 4];

/// The open vowel of a man.
const MAN: Mouth = [
    (730.0, 110.0, 1.0),
    (1090.0, 120.0, 0.6),
    (2440.0, 200.0, 0.25),
    (3400.0, 300.0, 0.15),
];

/// The open vowel of a woman.
const WOMAN: Mouth = [
    (850.0, 140.0, 1.0),
    (1220.0, 160.0, 0.7),
    (2810.0, 260.0, 0.45),
    (3900.0, 400.0, 0.3),
];

/// A dog's longer and narrower one.
const DOG: Mouth = [
    (620.0, 220.0, 1.0),
    (1250.0, 260.0, 0.7),
    (2000.0, 320.0, 0.4),
    (3200.0, 500.0, 0.2),
];

/// A throat: what it sings, how loud, and how much of it is breath.
struct Throat<P, L> {
    mouth: Mouth,
    rate: u32,
    seconds: f64,
    /// Pitch by time, hertz.
    pitch: P,
    /// Level by time, `0.0..=1.0`.
    level: L,
    breath: f64,
    seed: u64,
}

impl<P: Fn(f64) -> f64, L: Fn(f64) -> f64> Throat<P, L> {
    fn record(&self, name: &str) -> Recording {
        let rate = f64::from(self.rate);
        let mut noise = Noise::new(self.seed);
        let mut turns = 0.0;
        let frames = (0..(self.seconds * rate) as usize)
            .map(|n| {
                let t = n as f64 / rate;
                // A voice that is forced is never steady.
                let hz = (self.pitch)(t) * (1.0 + 0.012 * noise.bipolar());
                turns += hz / rate;
                let level = (self.level)(t);
                if level <= 0.0 {
                    return 0.0;
                }
                let sung: f64 = (1..)
                    .map(f64::from)
                    .take_while(|number| number * hz < 0.4 * rate)
                    .map(|number| {
                        let slope = 1.0 / libm::pow(number, 0.8);
                        slope * self.gain(number * hz) * libm::sin(TAU * number * turns)
                    })
                    .sum();
                level * (sung + self.breath * noise.bipolar())
            })
            .collect();
        Recording::one_shot(name, 60, self.rate, frames)
    }

    fn gain(&self, hz: f64) -> f64 {
        let resonances = self.mouth.iter().map(|(centre, width, strength)| {
            let away = (hz - centre) / width;
            strength / (1.0 + away * away)
        });
        0.02 + resonances.sum::<f64>()
    }
}

/// A pulse of a voice: it opens fast and closes softly.
fn syllable(t: f64, seconds: f64) -> f64 {
    if !(0.0..seconds).contains(&t) {
        return 0.0;
    }
    let rise = (t / 0.015).min(1.0);
    let fall = ((seconds - t) / (0.7 * seconds)).min(1.0);
    rise * fall * fall
}

/// Four syllables of laughter, each lower than the one before.
pub(super) fn laughing() -> Recording {
    const STEP_S: f64 = 0.185;
    Throat {
        mouth: MAN,
        rate: 11_000,
        seconds: 4.0 * STEP_S,
        pitch: |t: f64| {
            let step = (t / STEP_S).floor();
            (230.0 - 16.0 * step) * (1.0 - 0.5 * (t - STEP_S * step))
        },
        level: |t: f64| {
            let step = (t / STEP_S).floor();
            syllable(t - STEP_S * step, 0.14) * (1.0 - 0.1 * step)
        },
        breath: 0.12,
        seed: 1301,
    }
    .record("Laughing")
}

/// A scream: up, held, and down.
pub(super) fn screaming() -> Recording {
    const LENGTH_S: f64 = 0.7;
    Throat {
        mouth: WOMAN,
        rate: 12_000,
        seconds: LENGTH_S,
        pitch: |t: f64| 720.0 + 420.0 * libm::sin(0.5 * TAU * libm::pow(t / LENGTH_S, 0.6)),
        level: |t: f64| syllable(t, LENGTH_S).sqrt(),
        breath: 0.3,
        seed: 1302,
    }
    .record("Screaming")
}

/// One bark.
pub(super) fn dog() -> Recording {
    const LENGTH_S: f64 = 0.22;
    Throat {
        mouth: DOG,
        rate: 11_000,
        seconds: LENGTH_S,
        pitch: |t: f64| 260.0 + 260.0 * libm::sin(0.5 * TAU * (t / LENGTH_S)),
        level: |t: f64| syllable(t, LENGTH_S),
        breath: 0.5,
        seed: 1303,
    }
    .record("Dog")
}

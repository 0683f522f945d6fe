//! Scenes: what is heard in houses and streets, on the stage and in the woods.

use crate::canvas::{Band, Canvas, Stroke};
use crate::noise::Noise;
use crate::plan::LoopPlan;
use crate::recording::{Recording, white};
use crate::spectrum::Spectrum;

/// A pick across strings that a hand keeps silent.
pub(super) fn cut() -> Recording {
    let mut canvas = Canvas::new(17_000, 0.12);
    for (string, hz) in [392.0, 494.0, 659.0, 880.0].into_iter().enumerate() {
        let stroke = Stroke::hit(0.6, 0.045).at(0.006 * string as f64);
        canvas = canvas.tone(hz, hz, 1.0, stroke).noise(
            1310 + string as u64,
            Band::Pass(2.6 * hz, 1.2),
            stroke,
        );
    }
    canvas.record("Cutting", 60)
}

/// A bass string that snaps back onto its board.
pub(super) fn bass_slap() -> Recording {
    Canvas::new(14_000, 0.22)
        .modes(&[(98.0, 0.7, 0.3), (196.0, 0.5, 0.2), (295.0, 0.3, 0.14)])
        .noise(1320, Band::Between(900.0, 4800.0), Stroke::hit(0.8, 0.03))
        .noise(1321, Band::Pass(420.0, 1.5), Stroke::hit(0.5, 0.06))
        .record("String slap", 60)
}

/// A pad that falls onto its hole.
pub(super) fn key_click() -> Recording {
    Canvas::new(17_000, 0.07)
        .modes(&[
            (520.0, 0.6, 0.045),
            (905.0, 0.4, 0.035),
            (1870.0, 0.3, 0.02),
        ])
        .noise(1322, Band::Between(800.0, 5000.0), Stroke::hit(0.5, 0.012))
        .record("Key click", 60)
}

/// A fist.
pub(super) fn punch() -> Recording {
    Canvas::new(12_000, 0.2)
        .tone(150.0, 62.0, 0.02, Stroke::hit(0.8, 0.16))
        .noise(1323, Band::Below(900.0), Stroke::hit(0.9, 0.1))
        .noise(1324, Band::Pass(2100.0, 0.8), Stroke::hit(0.6, 0.03))
        .warp(|_, value| libm::tanh(2.5 * value))
        .record("Punch", 60)
}

/// Both sounds of a heart.
pub(super) fn heart() -> Recording {
    Canvas::new(8000, 0.48)
        .tone(80.0, 48.0, 0.03, Stroke::hit(1.0, 0.2).swelling(0.012))
        .tone(
            95.0,
            60.0,
            0.02,
            Stroke::hit(0.7, 0.14).swelling(0.01).at(0.26),
        )
        .noise(1325, Band::Below(150.0), Stroke::hit(0.25, 0.12))
        .record("Heart", 60)
}

/// Heel, then sole.
pub(super) fn footstep() -> Recording {
    Canvas::new(12_000, 0.17)
        .noise(1326, Band::Between(150.0, 1500.0), Stroke::hit(1.0, 0.05))
        .modes(&[(172.0, 0.5, 0.06), (410.0, 0.3, 0.03)])
        .noise(
            1327,
            Band::Between(600.0, 3500.0),
            Stroke::hit(0.3, 0.06).swelling(0.01).at(0.07),
        )
        .record("Footstep", 60)
}

/// A hinge that sticks and slips, faster and slower.
pub(super) fn creak() -> Recording {
    const LENGTH_S: f64 = 0.7;
    let mut canvas = Canvas::new(11_000, LENGTH_S);
    let mut noise = Noise::new(1328);
    let mut start = 0.0;
    while start < LENGTH_S - 0.03 {
        let place = start / LENGTH_S;
        let swell = libm::sin(core::f64::consts::PI * place);
        let strength = (0.25 + 0.75 * swell) * noise.between(0.7, 1.0);
        for (hz, level, decay_s) in [
            (455.0, 0.6, 0.03),
            (910.0, 1.0, 0.035),
            (1710.0, 0.6, 0.025),
            (2650.0, 0.35, 0.015),
        ] {
            let hz = hz * (1.0 + 0.15 * swell);
            let stroke = Stroke::hit(strength * level, decay_s).at(start);
            canvas = canvas.tone(hz, hz, 1.0, stroke);
        }
        start += noise.between(0.8, 1.2) / (24.0 + 60.0 * swell);
    }
    canvas.record("Creak", 60)
}

/// A door falls into its lock.
pub(super) fn door() -> Recording {
    Canvas::new(12_000, 0.32)
        .tone(105.0, 74.0, 0.02, Stroke::hit(0.9, 0.22))
        .noise(1329, Band::Below(800.0), Stroke::hit(0.9, 0.14))
        .modes(&[(163.0, 0.4, 0.2), (244.0, 0.25, 0.14)])
        .noise(
            1330,
            Band::Between(1500.0, 4500.0),
            Stroke::hit(0.5, 0.02).at(0.035),
        )
        .warp(|_, value| libm::tanh(1.8 * value))
        .record("Door", 60)
}

/// Tubes in the wind.
pub(super) fn chimes() -> Recording {
    let mut noise = Noise::new(1331);
    let mut canvas = Canvas::new(15_000, 0.65);
    for _ in 0..16 {
        let hz = noise.between(1900.0, 3600.0);
        let start = 0.42 * noise.unit();
        let stroke = Stroke::hit(noise.between(0.2, 0.6), noise.between(0.5, 1.2)).at(start);
        canvas = canvas.tone(hz, hz, 1.0, stroke).tone(
            1.6 * hz,
            1.6 * hz,
            1.0,
            Stroke {
                amplitude: 0.3 * stroke.amplitude,
                decay_s: 0.4 * stroke.decay_s,
                ..stroke
            },
        );
    }
    canvas.record("Wind chimes", 60)
}

/// Tyres that are held while the car goes on.
pub(super) fn tyres() -> Recording {
    let long = |amplitude| Stroke::hit(amplitude, 1.6).swelling(0.03);
    Canvas::new(12_000, 0.55)
        .noise(1332, Band::Pass(1180.0, 22.0), long(1.0))
        .noise(1333, Band::Pass(1560.0, 26.0), long(0.8))
        .noise(1334, Band::Pass(2350.0, 24.0), long(0.6))
        .noise(1335, Band::Between(400.0, 3500.0), long(0.12))
        .record("Tyres", 60)
}

/// Metal, then glass.
pub(super) fn collision() -> Recording {
    let mut noise = Noise::new(1336);
    let mut canvas = Canvas::new(12_000, 0.6)
        .tone(130.0, 52.0, 0.03, Stroke::hit(0.8, 0.3))
        .noise(1337, Band::Below(4500.0), Stroke::hit(1.0, 0.28))
        .noise(
            1338,
            Band::Pass(1300.0, 1.5),
            Stroke::hit(0.6, 0.4).at(0.03),
        )
        .warp(|_, value| libm::tanh(2.0 * value));
    for _ in 0..30 {
        let hz = noise.between(2300.0, 4700.0);
        let start = 0.06 + 0.4 * noise.unit() * noise.unit();
        let stroke = Stroke::hit(noise.between(0.05, 0.25), noise.between(0.06, 0.2));
        canvas = canvas.tone(hz, hz, 1.0, stroke.at(start));
    }
    canvas.record("Collision", 60)
}

/// What happens at moments of a loop; what begins late goes on at its start.
struct Round {
    plan: LoopPlan,
    frames: Vec<f64>,
}

impl Round {
    fn new(len: usize, rate_hz: f64) -> Self {
        let plan = LoopPlan::new(60, len, rate_hz);
        Self {
            plan,
            frames: vec![0.0; len],
        }
    }

    /// Adds an event at a place of the loop, `0.0..1.0`: its value at seconds after it began.
    fn event(&mut self, place: f64, seconds: f64, mut value: impl FnMut(f64) -> f64) {
        let rate = self.plan.rate_hz();
        let len = self.frames.len();
        let start = (place * len as f64) as usize;
        for n in 0..((seconds * rate) as usize).min(len) {
            self.frames[(start + n) % len] += value(n as f64 / rate);
        }
    }

    fn record(self, name: &str) -> Recording {
        // What lies close to half the rate would be mirrored by the player's interpolation.
        let rate = self.plan.rate_hz();
        let frames = Spectrum::of(&self.frames)
            .shape(rate, |hz| if hz < 0.4 * rate { 1.0 } else { 0.0 })
            .into_loop();
        Recording::steady(name, &self.plan, frames)
    }
}

/// A sine that dies within so many seconds per 60 dB, its start rounded off.
fn ping(hz: f64, decay_s: f64) -> impl FnMut(f64) -> f64 {
    move |t| {
        let rise = (t / 0.0008).min(1.0);
        rise * libm::exp(-6.9 * t / decay_s) * libm::sin(core::f64::consts::TAU * hz * t)
    }
}

/// Noise that dies within so many seconds per 60 dB.
fn hiss(seed: u64, decay_s: f64) -> impl FnMut(f64) -> f64 {
    let mut noise = Noise::new(seed);
    move |t| {
        let rise = (t / 0.0008).min(1.0);
        rise * libm::exp(-6.9 * t / decay_s) * noise.bipolar()
    }
}

/// Four cylinders, no two alike.
pub(super) fn engine() -> Recording {
    let mut round = Round::new(4096, 8200.0);
    let mut noise = Noise::new(1340);
    for firing in 0..16 {
        let place = (f64::from(firing) + 0.05 * noise.unit()) / 16.0;
        let strength = [1.0, 0.75, 0.9, 0.7][firing as usize % 4];
        for (hz, level, decay_s) in [(92.0, 1.0, 0.06), (176.0, 0.6, 0.05), (430.0, 0.3, 0.03)] {
            let mut tone = ping(hz, decay_s);
            round.event(place, 0.08, |t| strength * level * tone(t));
        }
        let mut exhaust = hiss(1341 + firing as u64, 0.03);
        round.event(place, 0.04, |t| 0.2 * strength * exhaust(t));
    }
    round.record("Engine")
}

/// Wheels over the gaps of the rails, and steam.
pub(super) fn train() -> Recording {
    let mut round = Round::new(8192, 8200.0);
    let rumble = white(8192, 1360);
    round.event(0.0, 2.0, |t| 0.08 * rumble[(8200.0 * t) as usize % 8192]);
    for (place, seed) in [(0.02, 1361), (0.13, 1362), (0.52, 1363), (0.63, 1364)] {
        let mut clack = hiss(seed, 0.09);
        round.event(place, 0.12, |t| 0.7 * clack(t));
        let mut rail = ping(210.0, 0.12);
        round.event(place, 0.14, |t| 0.8 * rail(t));
    }
    round.record("Train")
}

/// Nine shots a second.
pub(super) fn shots() -> Recording {
    let mut round = Round::new(2048, 18_000.0);
    let mut powder = hiss(1370, 0.07);
    round.event(0.02, 0.1, &mut powder);
    let mut barrel = ping(130.0, 0.06);
    round.event(0.02, 0.1, |t| 0.8 * barrel(t));
    round.record("Shots")
}

/// Three hooves, and the moment in which none is on the ground.
pub(super) fn gallop() -> Recording {
    let mut round = Round::new(4096, 9000.0);
    for (place, strength) in [(0.02, 0.7), (0.27, 0.8), (0.5, 1.0)] {
        for (hz, level, decay_s) in [(690.0, 1.0, 0.05), (1120.0, 0.6, 0.04), (1900.0, 0.3, 0.03)] {
            let mut tone = ping(hz, decay_s);
            round.event(place, 0.07, |t| strength * level * tone(t));
        }
        let mut ground = hiss(1380, 0.04);
        round.event(place, 0.05, |t| 0.25 * strength * ground(t));
    }
    round.record("Gallop")
}

/// Air that rises through water: each bubble sounds higher as it nears the surface.
pub(super) fn bubbles() -> Recording {
    let mut round = Round::new(8192, 11_000.0);
    let mut noise = Noise::new(1390);
    for _ in 0..26 {
        let hz = noise.between(380.0, 1300.0);
        let rise = noise.between(1.2, 1.9);
        let seconds = noise.between(0.03, 0.09);
        let level = noise.between(0.2, 1.0);
        round.event(noise.unit(), seconds, |t| {
            let place = t / seconds;
            let turns = hz * t * (1.0 + 0.5 * (rise - 1.0) * place);
            let swell = libm::sin(core::f64::consts::PI * place);
            level * swell * swell * libm::sin(core::f64::consts::TAU * turns)
        });
    }
    round.record("Bubbles")
}

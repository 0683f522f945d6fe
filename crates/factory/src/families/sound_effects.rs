//! Sound effects: programs 120 to 127.

use core::f64::consts::TAU;

use crate::assembly::{Assembly, Layer, MultiSample};
use crate::canvas::{Band, Canvas, Stroke};
use crate::families::drums::Kit;
use crate::families::pipe::Pipes;
use crate::noise::Noise;
use crate::plan::LoopPlan;
use crate::recording::Recording;
use crate::spectrum::Spectrum;
use crate::steady::reach;
use crate::voicing::{Decay, Filter, Sweep, Vibrato, Voicing};

pub(crate) fn build(assembly: &mut Assembly, pipes: &Pipes, kit: &Kit) {
    let mut on_key = |recording: Recording| {
        let key = recording.key;
        MultiSample::single(assembly.wave(recording), key)
    };
    let fret = on_key(fret_noise());
    let air = on_key(air());
    let bird = on_key(bird());
    let rotor = on_key(rotor());
    let applause = on_key(applause());
    let gunshot = on_key(gunshot());

    let event = Voicing::STRUCK.release(1.0).level(-2.0);
    let scene = Voicing::HELD.attack(0.3).release(1.5).level(-3.0);
    assembly.solo(120, "Guitar Fret Noise", &fret, event);
    let breath = scene
        .attack(0.12)
        .decay(Decay::To(4.0, 96.0))
        .filter(Filter::by_velocity(4000.0, 2000.0));
    let pitched = breath.level(-14.0);
    let layers = [Layer::of(&air, breath), Layer::of(&pipes.blown, pitched)];
    assembly.program(121, "Breath Noise", &layers);
    let wave = Sweep {
        attack_s: 2.5,
        decay_s: 7.0,
        sustain_percent: 25.0,
        release_s: 3.0,
    };
    let shore = scene
        .attack(1.5)
        .filter(Filter {
            envelope_cents: 2600.0,
            ..Filter::by_velocity(900.0, 600.0)
        })
        .sweep(wave)
        .tremolo(0.18, 5.0)
        .release(3.0);
    assembly.solo(122, "Seashore", &air, shore);
    // Far up the keyboard a bird would sing above all hearing: there it sings two octaves lower.
    let chirp = scene
        .attack(0.01)
        .filter(Filter::by_velocity(6500.0, 3000.0));
    let low = bird.clone().within(0..=71);
    let high = bird.within(48..=127);
    let flock = [Layer::of(&low, chirp), Layer::of(&high, chirp.up(-24))];
    assembly.program(123, "Bird Tweet", &flock);
    let bell = Vibrato {
        hz: 16.0,
        delay_s: 0.01,
        cents: 500.0,
        wheel_cents: 0.0,
    };
    let ring = scene.attack(0.005).vibrato(bell).no_tremolo().release(0.1);
    let whistle = MultiSample::single(kit.whistle.clone(), 86);
    assembly.solo(124, "Telephone Ring", &whistle, ring);
    assembly.solo(125, "Helicopter", &rotor, scene);
    assembly.solo(126, "Applause", &applause, scene.attack(0.5));
    let bang = event.release(20.0).level(3.0);
    assembly.solo(127, "Gunshot", &gunshot, bang);
}

/// A finger along a wound string.
fn fret_noise() -> Recording {
    Canvas::new(26_000, 0.22)
        .tone(900.0, 2300.0, 0.12, Stroke::hit(0.35, 0.4).swelling(0.05))
        .tone(1800.0, 4600.0, 0.12, Stroke::hit(0.25, 0.4).swelling(0.05))
        .noise(
            1201,
            Band::Pass(2600.0, 1.0),
            Stroke::hit(0.7, 0.35).swelling(0.05),
        )
        .record("Fret noise", 60)
}

/// A loop of noise under a curve.
fn hiss(name: &str, seed: u64, rate_hz: f64, level: impl Fn(f64) -> f64) -> Recording {
    let plan = LoopPlan::new(60, 8192, rate_hz);
    let mut spectrum = Spectrum::new(plan.len);
    spectrum.add_noise(plan.rate_hz(), seed, level);
    Recording::steady(name, &plan, spectrum.into_loop()).evened(reach(plan.periods))
}

/// Breath through a mouth.
fn air() -> Recording {
    hiss("Breath", 1211, 26_000.0, |hz| {
        let mouth = libm::log2(hz / 1900.0);
        0.15 + libm::exp(-0.8 * mouth * mouth)
    })
}

/// A song of four calls, over and over.
fn bird() -> Recording {
    let plan = LoopPlan::new(60, 8192, 16_000.0);
    let rate = plan.rate_hz();
    let mut frames = vec![0.0; plan.len];
    for (start_s, from_hz, to_hz, length_s) in [
        (0.02, 2000.0, 4800.0, 0.07),
        (0.13, 5000.0, 2200.0, 0.06),
        (0.23, 2400.0, 5400.0, 0.05),
        (0.32, 5600.0, 2600.0, 0.12),
    ] {
        let mut turns = 0.0;
        let start = plan.frames(start_s);
        let count = plan.frames(length_s);
        for (n, value) in frames.iter_mut().skip(start).take(count).enumerate() {
            let place = n as f64 / count as f64;
            let level = libm::sin(TAU * 0.5 * place);
            *value = level * level * libm::sin(TAU * turns);
            let trill = 1.0 + 0.05 * libm::sin(TAU * 55.0 * n as f64 / rate);
            turns += (from_hz + (to_hz - from_hz) * place) * trill / rate;
            turns -= turns.floor();
        }
    }
    Recording::steady("Bird", &plan, without_mean(frames))
}

/// Blades that pass eleven times a second over a turbine.
fn rotor() -> Recording {
    let plan = LoopPlan::new(60, 8192, 9000.0);
    let mut noise = Spectrum::new(plan.len);
    noise.add_noise(plan.rate_hz(), 1251, |hz| {
        1.0 / (1.0 + (hz / 350.0) * (hz / 350.0))
    });
    let noise = noise.into_loop();
    let mut turbine = Noise::new(1252);
    let phase = turbine.unit();
    let frames = noise
        .iter()
        .enumerate()
        .map(|(n, value)| {
            let position = n as f64 / plan.len as f64;
            let blade = 0.5 + 0.5 * libm::sin(TAU * 10.0 * position);
            let whine = 0.03 * libm::sin(TAU * (780.0 * position + phase));
            let chop = libm::pow(blade, 5.0);
            value * (0.12 + chop) + whine * chop * 4.0
        })
        .collect();
    Recording::steady("Rotor", &plan, without_mean(frames))
}

/// Some hundred and fifty pairs of hands.
fn applause() -> Recording {
    let plan = LoopPlan::new(60, 8192, 15_000.0);
    let rate = plan.rate_hz();
    let clap = crate::recording::white(1200, 1261);
    let mut noise = Noise::new(1262);
    let mut frames = vec![0.0; plan.len];
    for _ in 0..220 {
        let start = (noise.unit() * plan.len as f64) as usize;
        let strength = noise.between(0.2, 1.0);
        let from = (noise.unit() * 600.0) as usize;
        let decay = noise.between(0.003, 0.007);
        for (n, value) in clap[from..from + 600].iter().enumerate() {
            let t = n as f64 / rate;
            let level = strength * libm::exp(-t / decay);
            frames[(start + n) % plan.len] += level * value;
        }
    }
    let shaped = Spectrum::of(&frames)
        .shape(rate, |hz| {
            let palm = libm::log2(hz.max(1.0) / 1500.0);
            0.05 + libm::exp(-0.6 * palm * palm)
        })
        .into_loop();
    // Claps come and go; that a whole crowd does, with the loop, is heard as its turn.
    Recording::steady("Applause", &plan, shaped).evened(8)
}

/// A shot and its echo from the hills.
fn gunshot() -> Recording {
    Canvas::new(14_000, 0.6)
        .noise(1271, Band::Below(9000.0), Stroke::hit(1.0, 0.12))
        .noise(1272, Band::Below(1200.0), Stroke::hit(0.9, 0.5))
        .tone(160.0, 45.0, 0.04, Stroke::hit(0.8, 0.3))
        .noise(
            1273,
            Band::Below(1800.0),
            Stroke::hit(0.25, 1.2).swelling(0.02).at(0.14),
        )
        .warp(|_, value| libm::tanh(2.5 * value))
        .record("Gunshot", 60)
}

fn without_mean(frames: Vec<f64>) -> Vec<f64> {
    Spectrum::of(&frames).into_loop()
}

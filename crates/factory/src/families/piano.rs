//! Pianos: programs 0 to 7.
//!
//! The grand is struck strings: stiff, so their partials are stretched; two-stage, since the
//! strings of a note first push the soundboard together and then fall out of step. A soft and a
//! loud set differ in the hammer. Source: N. Fletcher and T. Rossing, *The Physics of Musical
//! Instruments*, chapter 12, for stretching, striking point and the shape of the decay.

use core::f64::consts::PI;

use crate::assembly::{Assembly, Layer, MultiSample};
use crate::noise::Noise;
use crate::plan::LoopPlan;
use crate::recording::Recording;
use crate::steady::reach;
use crate::strike::{Knock, Partial, Strike};
use crate::units::{db_to_gain, key_to_hz};
use crate::voicing::{Decay, FADING, Filter, Sweep, Voicing};

/// Highest velocities of the soft and of the middle set of the grand.
const SOFT_TOP: u8 = 56;
const MIDDLE_TOP: u8 = 92;

/// Highest key with a damper.
const DAMPED_TOP: u8 = 88;

pub(crate) fn build(assembly: &mut Assembly) {
    let mut set = |blow: &Blow, step, velocities| {
        let sound = assembly.every(step, 25..=97, |key| grand(key, blow));
        sound.at(velocities)
    };
    // The brighter, the more a step changes it.
    let soft = set(&SOFT, 4, 0..=SOFT_TOP);
    let middle = set(&MIDDLE, 4, SOFT_TOP + 1..=MIDDLE_TOP);
    let loud = set(&LOUD, 3, MIDDLE_TOP + 1..=127);
    grands(assembly, [&soft, &middle, &loud]);

    let tines = assembly.every(8, 28..=92, tine);
    let bells = assembly.every(8, 28..=92, frequency_modulated);
    electric(assembly, &tines, &bells);

    let quills = assembly.every(5, 27..=97, harpsichord);
    let roots = (29..=77).step_by(4);
    let roots = roots.chain([80, 83]).chain((85..=97).step_by(2));
    let clavinet = assembly.at(roots, clavinet);
    plucked(assembly, &quills, &clavinet);
}

/// A decay of the tone: the longer the note, the darker.
const DARKENING: Sweep = Sweep {
    attack_s: 0.0,
    decay_s: 7.0,
    sustain_percent: 0.0,
    release_s: 7.0,
};

/// One set of the grand's waves and how its filter answers to velocity.
struct Hammer<'a> {
    sound: &'a MultiSample,
    /// Cutoff at full velocity, once the note has darkened.
    hz: f64,
    velocity_cents: f64,
}

impl Hammer<'_> {
    /// The keys with dampers and those without, each with its release.
    fn parts(&self, detune_cents: i16, level_db: f64) -> [(MultiSample, Voicing); 2] {
        let filter = Filter {
            hz: self.hz,
            q_db: 0.0,
            velocity_cents: self.velocity_cents,
            key_cents: 45.0,
            envelope_cents: 2800.0,
        };
        let part = |keys, release_s| {
            let voicing = Voicing::STRUCK
                .release(release_s)
                .filter(filter)
                .sweep(DARKENING)
                .tilt(1.0)
                .detune(detune_cents)
                .level(level_db);
            (self.sound.clone().within(keys), voicing)
        };
        [part(0..=DAMPED_TOP, 0.75), part(DAMPED_TOP + 1..=127, 4.0)]
    }
}

fn grands(assembly: &mut Assembly, [soft, middle, loud]: [&MultiSample; 3]) {
    let hammers = [(soft, 1000.0), (middle, 1150.0), (loud, 1300.0)].map(|(sound, hz)| Hammer {
        sound,
        hz,
        velocity_cents: 4200.0,
    });
    let hard_sound = loud.clone().at(0..=127);
    let hard = |hz| Hammer {
        sound: &hard_sound,
        hz,
        velocity_cents: 3600.0,
    };
    let all = |detune_cents, level_db| {
        let parts = hammers
            .iter()
            .map(|hammer| hammer.parts(detune_cents, level_db));
        parts.flatten().collect::<Vec<_>>()
    };
    let mut grand = |program, name, parts: &[(MultiSample, Voicing)]| {
        let layers: Vec<Layer<'_>> = parts
            .iter()
            .map(|(sound, voicing)| Layer::of(sound, *voicing))
            .collect();
        assembly.program(program, name, &layers);
    };
    grand(0, "Acoustic Grand Piano", &all(0, 0.0));
    grand(1, "Bright Acoustic Piano", &hard(2200.0).parts(0, 0.0));
    grand(2, "Electric Grand Piano", &hard(1100.0).parts(0, 0.0));
    let mut tired = all(-7, -3.0);
    tired.extend(all(7, -3.0));
    grand(3, "Honky-tonk Piano", &tired);
}

fn electric(assembly: &mut Assembly, tines: &MultiSample, bells: &MultiSample) {
    let tine = Voicing::STRUCK
        .release(0.9)
        .filter(Filter::by_velocity(2600.0, 4800.0))
        .tremolo(4.6, 1.2)
        .level(0.5);
    assembly.solo(4, "Electric Piano 1", tines, tine);
    let bell = Voicing::STRUCK
        .release(1.0)
        .sweep(FADING)
        .filter(Filter::plucked(2600.0, 4200.0));
    let layers = Layer::duo(bells, bell, 5, 10.0);
    assembly.program(5, "Electric Piano 2", &layers);
}

fn plucked(assembly: &mut Assembly, quills: &MultiSample, clavinet: &MultiSample) {
    // A quill knows little of strength; the string darkens all the same.
    let quill = Voicing::STRUCK
        .release(0.5)
        .sweep(FADING)
        .filter(Filter::plucked(3700.0, 1500.0))
        .level(-1.0);
    assembly.solo(6, "Harpsichord", quills, quill);
    let clav = Voicing::STRUCK
        .release(0.25)
        .decay(Decay::Wave(0.8))
        .sweep(FADING)
        .filter(Filter::plucked(3000.0, 3600.0))
        .tilt(1.4);
    assembly.solo(7, "Clavi", clavinet, clav);
}

/// Time of the slow decay of a piano string, seconds per 96 dB.
fn ringing_s(key: u8) -> f64 {
    let above = f64::from(key) - 60.0;
    if above < 0.0 {
        22.0 - 0.4 * above
    } else {
        22.0 * libm::exp2(-above / 16.0)
    }
}

/// Stretching of a string's partials.
fn inharmonicity(key: u8) -> f64 {
    let key = f64::from(key);
    libm::exp(0.0926 * key - 13.64) + libm::exp(-0.0847 * key - 5.82)
}

/// How hard a hammer hits, and what is kept of it.
struct Blow {
    name: &'static str,
    /// Where a hammer's own low pass sets in at key 60.
    hammer_hz: f64,
    rise_s: f64,
    /// Noise of the blow against all partials.
    knock: f64,
    /// Rates below key 80 and from there on.
    rates_hz: [f64; 2],
    len: usize,
}

const SOFT: Blow = Blow {
    name: "Grand soft",
    hammer_hz: 850.0,
    rise_s: 0.003,
    knock: 0.03,
    rates_hz: [14_000.0, 22_000.0],
    len: 2048,
};

const MIDDLE: Blow = Blow {
    name: "Grand middle",
    hammer_hz: 1350.0,
    rise_s: 0.002,
    knock: 0.04,
    rates_hz: [21_000.0, 30_000.0],
    len: 4096,
};

const LOUD: Blow = Blow {
    name: "Grand loud",
    hammer_hz: 2100.0,
    rise_s: 0.0012,
    knock: 0.05,
    rates_hz: [26_000.0, 34_000.0],
    len: 4096,
};

/// Gain of the soundboard, dB either way: hills and valleys that stay where they are while the keys
/// move past them.
fn soundboard_db(hz: f64) -> f64 {
    let octaves = libm::log2(hz);
    0.8 * libm::sin(7.0 * octaves) + 0.5 * libm::sin(11.3 * octaves + 1.0)
}

/// One note of the grand.
fn grand(key: u8, blow: &Blow) -> Recording {
    let position = f64::from(key);
    let [low_hz, high_hz] = blow.rates_hz;
    let rate = if key < 80 { low_hz } else { high_hz };
    // Low keys need finer steps of frequency for their stretched partials.
    let len = if key < 60 { blow.len } else { 2048 };
    let plan = LoopPlan::new(key, len, rate);
    let shared_s = ringing_s(key);
    let hammer_hz = blow.hammer_hz + 18.0 * (position - 60.0).max(0.0);
    let stretch = inharmonicity(key);
    // The same for all keys: neighbours are strings of one make.
    let mut noise = Noise::new(5);
    let f0 = key_to_hz(position);
    let mut partials = vec![];
    for number in 1..=72_u32 {
        let n = f64::from(number);
        let hz = n * f0 * ((1.0 + stretch * n * n) / (1.0 + stretch)).sqrt();
        let strike_point = 0.12 + 0.88 * libm::sin(PI * n * 0.122).abs();
        let hammer = 1.0 / libm::pow(1.0 + (hz / hammer_hz) * (hz / hammer_hz), 1.25);
        let low = (hz / 85.0) * (hz / 85.0) / (1.0 + (hz / 85.0) * (hz / 85.0));
        let board = low * db_to_gain(soundboard_db(hz));
        let slow = 60.0 / 96.0 * shared_s / (1.0 + 0.06 * (n - 1.0) + hz / 4000.0);
        partials.push(Partial {
            hz,
            amplitude: strike_point * hammer * board / libm::pow(n, 0.8),
            prompt_s: slow / noise.between(3.0, 5.0),
            after_s: slow,
            after_share: noise.between(0.2, 0.4),
        });
    }
    let sum: f64 = partials.iter().map(|partial| partial.amplitude).sum();
    let strike = Strike {
        // Not much shorter up the keyboard: the fast fall is heard there too.
        lead_s: 0.34 * libm::exp2((position - 48.0).max(0.0) / 40.0),
        shared_s,
        rise_s: blow.rise_s,
        knock: Some(Knock {
            amplitude: sum * blow.knock,
            hz: 180.0 + 12.0 * (position - 24.0),
            q: 0.7,
            decay_s: 0.09,
        }),
    };
    strike.record(blow.name, &plan, &partials)
}

/// A tine piano: a near sine from the tine, overtones from the pick-up, a bell at the strike.
fn tine(key: u8) -> Recording {
    let plan = LoopPlan::new(key, 1024, 22_000.0);
    let f0 = key_to_hz(f64::from(key));
    let long = ringing_s(key) * 0.8;
    let levels = [1.0, 0.6, 0.34, 0.2, 0.11, 0.06, 0.04, 0.025];
    let mut partials: Vec<Partial> = levels
        .iter()
        .zip(1..)
        .map(|(level, n)| {
            let n = f64::from(n);
            let slow = long * 60.0 / 96.0 / (1.0 + 0.5 * (n - 1.0));
            Partial {
                hz: n * f0,
                amplitude: *level,
                prompt_s: slow / 3.0,
                after_s: slow,
                after_share: 0.45,
            }
        })
        .collect();
    partials.push(Partial::simple(6.27 * f0, 0.22, 0.5));
    partials.push(Partial::simple(17.5 * f0, 0.1, 0.2));
    let strike = Strike {
        lead_s: 0.25,
        shared_s: long,
        rise_s: 0.002,
        knock: Some(Knock {
            amplitude: 0.08,
            hz: 400.0,
            q: 0.8,
            decay_s: 0.05,
        }),
    };
    strike
        .record("Tine", &plan, &partials)
        .evened(reach(plan.periods))
}

/// The frequency-modulated electric piano: a warm body and a glassy, short tine.
fn frequency_modulated(key: u8) -> Recording {
    let plan = LoopPlan::new(key, 1024, 25_000.0);
    let f0 = key_to_hz(f64::from(key));
    let long = ringing_s(key) * 0.75;
    let mut partials: Vec<Partial> = [(1.0, 1.0), (2.0, 0.25), (3.0, 0.12), (4.0, 0.03)]
        .iter()
        .map(|(n, level)| Partial {
            hz: n * f0,
            amplitude: *level,
            prompt_s: long * 0.2,
            after_s: long * 0.6 / n,
            after_share: 0.6,
        })
        .collect();
    // Sidebands at the carrier's distance around fourteen times its frequency.
    for (n, level) in [
        (13.0, 0.14),
        (14.0, 0.2),
        (15.0, 0.14),
        (27.0, 0.03),
        (28.0, 0.04),
    ] {
        partials.push(Partial::simple(n * f0, level, 0.9));
    }
    let strike = Strike {
        lead_s: 0.22,
        shared_s: long,
        rise_s: 0.001,
        knock: None,
    };
    strike.record("FM tine", &plan, &partials)
}

/// A harpsichord: two strings, an octave apart, plucked near the bridge.
fn harpsichord(key: u8) -> Recording {
    let (plan, top_hz) = LoopPlan::of_string(key, 2048, 26_000.0);
    let long = ringing_s(key) * 0.5;
    let mut partials = vec![];
    for (octave, share) in [(1.0, 1.0), (2.0, 0.55)] {
        let f0 = key_to_hz(f64::from(key)) * octave;
        for number in 1..=60_u32 {
            let n = f64::from(number);
            let pluck = libm::sin(PI * n * 0.13).abs() + 0.06;
            let tone = libm::exp(-n * f0 / 9000.0);
            let decay = long * 60.0 / 96.0 / (1.0 + 0.06 * n);
            let hz = n * f0 * (1.0 + 4e-5 * n * n).sqrt();
            if hz >= top_hz {
                break;
            }
            partials.push(Partial {
                hz,
                amplitude: share * pluck * tone / libm::pow(n, 0.5),
                prompt_s: decay * 0.5,
                after_s: decay,
                after_share: 0.5,
            });
        }
    }
    let strike = Strike {
        lead_s: 0.2,
        shared_s: long,
        rise_s: 0.0006,
        knock: Some(Knock {
            amplitude: 0.6,
            hz: 2500.0,
            q: 0.6,
            decay_s: 0.03,
        }),
    };
    strike
        .record("Harpsichord", &plan, &partials)
        .evened(reach(plan.periods))
}

/// Fundamental of the strings from which on the pad of a clavinet's key dulls them.
const PAD_HZ: f64 = 500.0;

/// A clavinet: struck strings under two pick-ups in opposite phase.
fn clavinet(key: u8) -> Recording {
    let (plan, top_hz) = LoopPlan::of_string(key, 2048, 32_000.0);
    let f0 = key_to_hz(f64::from(key));
    let long = ringing_s(key) * 0.45;
    // The shorter the string, the more of it the pad covers: its first partials are the strongest,
    // which a player mirrors least.
    let soft_hz = 3600.0 * libm::pow((PAD_HZ / f0).min(1.0), 0.25);
    let partials: Vec<Partial> = (1..=50_u32)
        .map(|number| {
            let n = f64::from(number);
            let pickups = libm::sin(PI * n * 0.09) - 0.8 * libm::sin(PI * n * 0.21);
            let decay = long * 60.0 / 96.0 / (1.0 + 0.1 * n);
            let hz = n * f0 * (1.0 + 8e-5 * n * n).sqrt();
            Partial {
                hz,
                amplitude: pickups * libm::exp(-n * f0 / soft_hz) / libm::pow(n, 0.3),
                prompt_s: decay * 0.5,
                after_s: decay,
                after_share: 0.5,
            }
        })
        .filter(|partial| partial.hz < top_hz)
        .collect();
    let strike = Strike {
        lead_s: 0.2,
        shared_s: long,
        rise_s: 0.0008,
        knock: Some(Knock {
            amplitude: 0.5,
            hz: 1200.0,
            q: 0.7,
            decay_s: 0.025,
        }),
    };
    strike.record("Clavinet", &plan, &partials).softened()
}

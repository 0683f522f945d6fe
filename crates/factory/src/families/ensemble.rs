//! Ensembles: programs 44 and 48 to 55.
//!
//! Every section is so many players, each with a vibrato and a tuning of its own, heard through
//! fixed resonances: wood for strings, a mouth for voices. Source for the vowels: the formant
//! tables that are common in singing synthesis, for a tenor's and a soprano's a; for the u the means
//! of men and women in Peterson and Barney, JASA 24 (1952).

use crate::assembly::{Assembly, Layer, MultiSample};
use crate::families::pad::BESIDE_CENTS;
use crate::oscillators::Oscillators;
use crate::plan::LoopPlan;
use crate::players::Players;
use crate::recording::{Onset, Recording};
use crate::units::db_to_gain;
use crate::voicing::{Filter, Sweep, Voicing};
use crate::winds::{Formant, SMOOTH, Tone};

/// Waves that other families borrow.
#[derive(Debug)]
pub(crate) struct Ensemble {
    pub(crate) strings: MultiSample,
    pub(crate) aahs: MultiSample,
    pub(crate) oohs: MultiSample,
}

const SECTION_BODY: [Formant; 4] = [
    Formant {
        hz: 260.0,
        width_hz: 408.0,
        gain: 0.7,
    },
    Formant {
        hz: 480.0,
        width_hz: 442.0,
        gain: 0.8,
    },
    Formant {
        hz: 1100.0,
        width_hz: 1360.0,
        gain: 0.4,
    },
    Formant {
        hz: 2500.0,
        width_hz: 3060.0,
        gain: 0.5,
    },
];

const SECTION: Tone = Tone {
    name: "String section",
    players: Players {
        count: 9,
        detune_cents: 9.0,
        vibrato_cents: 9.0,
        vibrato_hz: 5.2,
        breathing: 0.2,
        seed: 700,
    },
    slope: 0.75,
    even: 1.0,
    first: 0.9,
    top_hz: 5200.0,
    top_power: 2.0,
    formants: &SECTION_BODY,
    floor: 0.5,
    breath: 0.001,
    breath_hz: 3500.0,
    onset: Onset {
        seconds: 0.02,
        opening_s: 0.01,
        ..SMOOTH
    },
    len: 16_384,
    rate_hz: 24_000.0,
};

const AAH_LOW: [Formant; 5] = [
    Formant {
        hz: 660.0,
        width_hz: 324.0,
        gain: 1.0,
    },
    Formant {
        hz: 1100.0,
        width_hz: 324.0,
        gain: 0.75,
    },
    Formant {
        hz: 2600.0,
        width_hz: 297.0,
        gain: 0.3,
    },
    Formant {
        hz: 3000.0,
        width_hz: 338.0,
        gain: 0.25,
    },
    Formant {
        hz: 3600.0,
        width_hz: 473.0,
        gain: 0.1,
    },
];

const AAH_HIGH: [Formant; 4] = [
    Formant {
        hz: 820.0,
        width_hz: 324.0,
        gain: 1.0,
    },
    Formant {
        hz: 1200.0,
        width_hz: 324.0,
        gain: 0.75,
    },
    Formant {
        hz: 2900.0,
        width_hz: 405.0,
        gain: 0.22,
    },
    Formant {
        hz: 3800.0,
        width_hz: 540.0,
        gain: 0.12,
    },
];

const OOH: [Formant; 4] = [
    Formant {
        hz: 340.0,
        width_hz: 300.0,
        gain: 1.0,
    },
    Formant {
        hz: 900.0,
        width_hz: 300.0,
        gain: 0.5,
    },
    Formant {
        hz: 2650.0,
        width_hz: 338.0,
        gain: 0.05,
    },
    Formant {
        hz: 3300.0,
        width_hz: 540.0,
        gain: 0.03,
    },
];

const AAHS: Tone = Tone {
    name: "Choir aah",
    players: Players {
        count: 7,
        detune_cents: 8.0,
        vibrato_cents: 10.0,
        seed: 718,
        ..SECTION.players
    },
    slope: 0.75,
    first: 1.0,
    top_hz: 4500.0,
    formants: &AAH_HIGH,
    floor: 0.06,
    breath: 0.0007,
    breath_hz: 2500.0,
    onset: Onset {
        seconds: 0.05,
        opening_s: 0.02,
        ..SMOOTH
    },
    len: 16_384,
    rate_hz: 18_000.0,
    ..SECTION
};

const OOHS: Tone = Tone {
    name: "Voice ooh",
    players: Players {
        count: 5,
        detune_cents: 8.0,
        vibrato_cents: 10.0,
        seed: 725,
        ..SECTION.players
    },
    slope: 0.9,
    formants: &OOH,
    floor: 0.05,
    len: 8192,
    rate_hz: 12_000.0,
    ..AAHS
};

pub(crate) fn build(assembly: &mut Assembly, oscillators: &Oscillators) -> Ensemble {
    let low = Tone {
        rate_hz: 20_000.0,
        top_hz: 4200.0,
        ..SECTION
    };
    let section = |key| by_half(if key < 56 { low } else { SECTION }, key).record(key);
    let men = Tone {
        formants: &AAH_LOW,
        ..AAHS
    };
    let aahs = |key| by_half(if key < 56 { men } else { AAHS }, key).record(key);
    let choir = (28..=58)
        .step_by(3)
        .chain((60..=84).step_by(2))
        .chain((87..=96).step_by(3));
    let middle = (43..=79).step_by(3);
    let oohs = (28..=40)
        .step_by(2)
        .chain(middle)
        .chain((81..=97).step_by(2));
    let sounds = Ensemble {
        strings: assembly.every(4, 28..=96, section),
        // Few partials lie within a formant there: each that leaves it is heard.
        aahs: assembly.at(choir, aahs),
        oohs: assembly.at(oohs, |key| by_half(OOHS, key).record(key)),
    };
    let hit = assembly.at([60], orchestra_hit);
    programs(assembly, &sounds, &hit);
    machines(assembly, &sounds, oscillators);
    sounds
}

/// A group whose high notes have half the loop: their bins are as fine for the ear.
fn by_half(tone: Tone, key: u8) -> Tone {
    let len = if key < 48 { tone.len } else { tone.len / 2 };
    Tone { len, ..tone }
}

/// How a section bows.
const BOW: Voicing = Voicing {
    attack_s: 0.13,
    release_s: 0.75,
    filter: Some(Filter::by_velocity(6500.0, 3000.0)),
    level_db: 0.5,
    ..Voicing::HELD
};

const VOICE: Voicing = Voicing {
    attack_s: 0.16,
    release_s: 0.7,
    filter: Some(Filter::by_velocity(5000.0, 3000.0)),
    ..BOW
};

const SLOW: Voicing = Voicing {
    attack_s: 0.32,
    release_s: 1.2,
    filter: Some(Filter::by_velocity(3800.0, 2600.0)),
    ..BOW
};

fn programs(assembly: &mut Assembly, sounds: &Ensemble, hit: &MultiSample) {
    assembly.solo(
        44,
        "Tremolo Strings",
        &sounds.strings,
        BOW.tremolo(7.5, 5.0),
    );
    assembly.solo(48, "String Ensemble 1", &sounds.strings, BOW);
    assembly.solo(49, "String Ensemble 2", &sounds.strings, SLOW);
    assembly.solo(52, "Choir Aahs", &sounds.aahs, VOICE);
    assembly.solo(53, "Voice Oohs", &sounds.oohs, VOICE.attack(0.1));
    let struck = BOW.attack(0.0).release(1.2).no_vibrato().level(3.0);
    assembly.solo(55, "Orchestra Hit", hit, struck);
}

/// The sections that a synthesizer imitates.
fn machines(assembly: &mut Assembly, sounds: &Ensemble, oscillators: &Oscillators) {
    let saws = |voicing, cents| Layer::trio(&oscillators.saw, voicing, cents, 20.0);
    let bright = BOW.filter(Filter::by_velocity(6000.0, 1500.0));
    assembly.program(50, "SynthStrings 1", &saws(bright, 11));
    let sweep = Sweep {
        attack_s: 0.9,
        decay_s: 4.0,
        sustain_percent: 60.0,
        release_s: 2.0,
    };
    let opening = Filter {
        envelope_cents: 2200.0,
        ..Filter::by_velocity(1300.0, 900.0)
    };
    let soft = SLOW.filter(opening).sweep(sweep);
    assembly.program(51, "SynthStrings 2", &saws(soft, 9));
    let pulse = VOICE
        .level(-9.0)
        .filter(Filter::by_velocity(2500.0, 1500.0));
    let layers = [
        Layer::of(&sounds.oohs, VOICE.level(-2.0)),
        Layer::of(&oscillators.pulse, pulse.detune(BESIDE_CENTS)),
    ];
    assembly.program(54, "Synth Voice", &layers);
}

/// A whole orchestra's short chord: octaves and a fifth of a section, struck by a drum.
fn orchestra_hit(key: u8) -> Recording {
    // Planned from the double basses up, so that every part is a multiple.
    let plan = LoopPlan::new(key - 24, 8192, 15_000.0);
    let mut frames = vec![0.0; plan.len];
    for (multiple, level) in [
        (1, 0.7),
        (2, 1.0),
        (4, 1.0),
        (6, 0.55),
        (8, 0.7),
        (16, 0.35),
    ] {
        let part = LoopPlan {
            periods: plan.periods * multiple,
            ..plan
        };
        let tone = Tone {
            slope: 0.75,
            top_hz: 6500.0,
            breath: 0.004,
            ..SECTION
        };
        let sound = tone.players.play(&part, |n, hz| {
            1.0 / libm::pow(n as f64, tone.slope) / (1.0 + (hz / tone.top_hz) * (hz / tone.top_hz))
        });
        for (value, part) in frames.iter_mut().zip(sound) {
            *value += level * part;
        }
    }
    let rate = plan.rate_hz();
    let peak = frames
        .iter()
        .fold(0.0_f64, |peak, value| peak.max(value.abs()));
    for (n, value) in frames.iter_mut().enumerate() {
        let t = n as f64 / rate;
        let drum = 0.8
            * peak
            * libm::exp(-t / 0.09)
            * libm::sin(core::f64::consts::TAU * (62.0 * t + 1.4 * (1.0 - libm::exp(-t / 0.03))));
        *value = (*value * db_to_gain(-38.0 * t) + drum) * (t / 0.006).min(1.0);
    }
    Recording::one_shot("Orchestra hit", key, plan.rate, frames)
}

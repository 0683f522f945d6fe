//! Brass: programs 56 to 63.
//!
//! A brass tone brightens with every dB: the filter opens with velocity and, at the start of each
//! note, with the modulation envelope. Low notes are strongest not in their first partials but in the
//! bell's main formant. Source: Meyer, Acoustics and the Performance of Music, for where it lies;
//! trumpet, trombone and horn are within 4 dB of the partials of real notes, as G. Sandell's archive
//! SHARC has them, on the mean of those that matter.

use crate::assembly::{Assembly, Layer};
use crate::oscillators::Oscillators;
use crate::players::Players;
use crate::recording::Onset;
use crate::voicing::{Filter, Sweep, Vibrato, Voicing};
use crate::winds::{Formant, SOLO, Tone};

const LIP: Onset = Onset {
    seconds: 0.09,
    opening_s: 0.03,
    dark_multiple: 1.5,
    burst_db: -26.0,
    burst_s: 0.02,
    burst_hz: 900.0,
};

const BELL: [Formant; 2] = [
    Formant {
        hz: 1250.0,
        width_hz: 1800.0,
        gain: 1.2,
    },
    Formant {
        hz: 3600.0,
        width_hz: 2400.0,
        gain: 0.3,
    },
];

const TRUMPET: Tone = Tone {
    name: "Trumpet",
    players: Players {
        vibrato_cents: 2.0,
        seed: 800,
        ..SOLO
    },
    slope: 0.2,
    even: 1.0,
    first: 0.6,
    top_hz: 3000.0,
    top_power: 2.6,
    formants: &BELL,
    floor: 0.35,
    breath: 0.0015,
    breath_hz: 2500.0,
    onset: LIP,
    len: 2048,
    rate_hz: 25_000.0,
};

const LOW_BELL: [Formant; 2] = [
    Formant {
        hz: 570.0,
        width_hz: 1140.0,
        gain: 1.6,
    },
    Formant {
        hz: 1710.0,
        width_hz: 1425.0,
        gain: 0.5,
    },
];

const TROMBONE: Tone = Tone {
    name: "Trombone",
    players: Players {
        seed: 810,
        ..TRUMPET.players
    },
    slope: 0.1,
    top_hz: 2280.0,
    top_power: 2.3,
    formants: &LOW_BELL,
    floor: 0.2,
    rate_hz: 19_000.0,
    ..TRUMPET
};

const MUTE: [Formant; 2] = [
    Formant {
        hz: 1750.0,
        width_hz: 1300.0,
        gain: 1.3,
    },
    Formant {
        hz: 4200.0,
        width_hz: 2500.0,
        gain: 0.9,
    },
];

const MUTED: Tone = Tone {
    name: "Muted trumpet",
    slope: 0.3,
    first: 0.5,
    top_hz: 5200.0,
    formants: &MUTE,
    floor: 0.22,
    rate_hz: 32_000.0,
    ..TRUMPET
};

const HORN_BELL: [Formant; 2] = [
    Formant {
        hz: 370.0,
        width_hz: 740.0,
        gain: 1.6,
    },
    Formant {
        hz: 1110.0,
        width_hz: 925.0,
        gain: 0.5,
    },
];

const HORN: Tone = Tone {
    name: "French horn",
    players: Players {
        seed: 820,
        ..TRUMPET.players
    },
    slope: 0.1,
    top_hz: 1480.0,
    top_power: 2.3,
    formants: &HORN_BELL,
    floor: 0.2,
    rate_hz: 17_000.0,
    ..TRUMPET
};

pub(crate) fn build(assembly: &mut Assembly, oscillators: &Oscillators) {
    let mut tones = |tone: Tone| assembly.every(4, 25..=97, |key| tone.record(key));
    let (trumpet, trombone) = (tones(TRUMPET), tones(TROMBONE));
    let horn = tones(HORN);
    // The mute's second resonance is narrow against the steps of the highest partials.
    let muted = (25..=85).step_by(4).chain((87..=97).step_by(2));
    let muted = assembly.at(muted, |key| MUTED.record(key));

    let blare = |hz, envelope_cents| Filter {
        envelope_cents,
        key_cents: 50.0,
        ..Filter::by_velocity(hz, 5000.0)
    };
    let burst = Sweep {
        attack_s: 0.06,
        decay_s: 0.9,
        sustain_percent: 55.0,
        release_s: 0.4,
    };
    let vibrato = |cents| Vibrato {
        hz: 5.2,
        delay_s: 0.5,
        cents,
        wheel_cents: 50.0,
    };
    let lips = Voicing::HELD
        .attack(0.025)
        .release(0.25)
        .filter(blare(4200.0, 1400.0))
        .sweep(burst)
        .vibrato(vibrato(6.0))
        .level(-0.5);
    assembly.solo(56, "Trumpet", &trumpet, lips);
    let slide = lips.attack(0.035).filter(blare(3200.0, 1200.0));
    assembly.solo(57, "Trombone", &trombone, slide);
    let tuba = lips
        .attack(0.045)
        .filter(blare(1900.0, 1000.0))
        .vibrato(vibrato(0.0));
    // A bell of twice the size.
    assembly.solo(58, "Tuba", &trombone.clone().larger(12), tuba);
    assembly.solo(
        59,
        "Muted Trumpet",
        &muted,
        lips.filter(blare(9000.0, 600.0)),
    );
    let hand = lips.attack(0.05).release(0.4).filter(blare(2600.0, 900.0));
    assembly.solo(60, "French Horn", &horn, hand);
    let tutti = lips.vibrato(vibrato(0.0));
    assembly.program(61, "Brass Section", &Layer::trio(&trumpet, tutti, 7, 14.0));
    machines(assembly, oscillators, tutti);
}

/// The sections that a synthesizer imitates, from how a section plays.
fn machines(assembly: &mut Assembly, oscillators: &Oscillators, tutti: Voicing) {
    let filter = |envelope_cents, q_db| Filter {
        q_db,
        envelope_cents,
        ..Filter::by_velocity(900.0, 2000.0)
    };
    let swell = Sweep {
        attack_s: 0.05,
        decay_s: 1.2,
        sustain_percent: 45.0,
        release_s: 0.4,
    };
    let poly = tutti.attack(0.015).filter(filter(3200.0, 4.0)).sweep(swell);
    let saws = Layer::trio(&oscillators.saw, poly, 8, 12.0);
    assembly.program(62, "SynthBrass 1", &saws);
    let slow = Sweep {
        attack_s: 0.16,
        decay_s: 2.5,
        ..swell
    };
    let soft = tutti
        .attack(0.05)
        .release(0.5)
        .filter(filter(2400.0, 2.0))
        .sweep(slow)
        .level(-3.0);
    let layers = [
        Layer::of(&oscillators.saw, soft.detune(-6).pan(-12.0)),
        Layer::of(&oscillators.pulse, soft.detune(6).pan(12.0)),
    ];
    assembly.program(63, "SynthBrass 2", &layers);
}

//! Basses: programs 32 to 39.

use crate::assembly::{Assembly, Layer};
use crate::families::guitar::Pluck;
use crate::oscillators::Oscillators;
use crate::strike::Knock;
use crate::voicing::{Decay, FADING, Filter, Sweep, Vibrato, Voicing};

const ACOUSTIC: Pluck = Pluck {
    name: "Acoustic bass",
    point: 0.27,
    pickup: 0.0,
    soft_hz: 500.0,
    stiffness: 2e-5,
    decay_s: 1.7,
    loss_hz: 350.0,
    len: 1024,
    rate_hz: 13_000.0,
    lead_s: 0.3,
    knock: Knock {
        amplitude: 0.18,
        hz: 180.0,
        q: 0.8,
        decay_s: 0.05,
    },
};

const FINGER: Pluck = Pluck {
    name: "Finger bass",
    point: 0.2,
    pickup: 0.24,
    soft_hz: 650.0,
    stiffness: 4e-5,
    decay_s: 3.2,
    loss_hz: 500.0,
    knock: Knock {
        amplitude: 0.08,
        hz: 350.0,
        q: 0.7,
        decay_s: 0.03,
    },
    ..ACOUSTIC
};

const PICK: Pluck = Pluck {
    name: "Pick bass",
    point: 0.12,
    soft_hz: 1500.0,
    loss_hz: 800.0,
    rate_hz: 16_000.0,
    lead_s: 0.24,
    knock: Knock {
        amplitude: 0.12,
        hz: 1800.0,
        q: 0.6,
        decay_s: 0.02,
    },
    ..FINGER
};

const SLAP: Pluck = Pluck {
    name: "Slap bass",
    point: 0.07,
    pickup: 0.13,
    soft_hz: 2300.0,
    loss_hz: 1100.0,
    len: 1024,
    rate_hz: 20_000.0,
    lead_s: 0.22,
    knock: Knock {
        amplitude: 0.5,
        hz: 2600.0,
        q: 0.5,
        decay_s: 0.025,
    },
    ..FINGER
};

pub(crate) fn build(assembly: &mut Assembly, oscillators: &Oscillators) {
    let mut plucks = |pluck: Pluck| assembly.every(4, 25..=97, |key| pluck.record(key));
    let (finger, pick) = (plucks(FINGER), plucks(PICK));
    let acoustic = assembly.every(4, 25..=97, |key| ACOUSTIC.record(key).softened());
    let slap = assembly.every(4, 25..=97, |key| SLAP.record(key).softened());

    // It follows the keys: a high one is to keep its fundamental.
    let by_velocity = |hz| Filter {
        key_cents: 75.0,
        ..Filter::plucked(hz, 3600.0)
    };
    let plucked = Voicing::STRUCK
        .sweep(FADING)
        .release(0.35)
        .level(0.5)
        .tilt(1.0);
    assembly.solo(
        32,
        "Acoustic Bass",
        &acoustic,
        plucked.filter(by_velocity(1350.0)),
    );
    assembly.solo(
        33,
        "Electric Bass (finger)",
        &finger,
        plucked.filter(by_velocity(1950.0)),
    );
    assembly.solo(
        34,
        "Electric Bass (pick)",
        &pick,
        plucked.filter(by_velocity(3300.0)),
    );
    let singing = Vibrato {
        hz: 5.0,
        delay_s: 0.35,
        cents: 5.0,
        wheel_cents: 50.0,
    };
    let fretless = plucked
        .attack(0.02)
        .vibrato(singing)
        .filter(by_velocity(1800.0));
    assembly.solo(35, "Fretless Bass", &finger, fretless);
    assembly.solo(
        36,
        "Slap Bass 1",
        &slap,
        plucked.filter(by_velocity(4800.0)),
    );
    // Popped rather than thumbed: a resonant snap that closes at once.
    let snap = Filter {
        hz: 4000.0,
        q_db: 6.0,
        velocity_cents: 2400.0,
        key_cents: 70.0,
        envelope_cents: 2800.0,
    };
    let popped = plucked.filter(snap).sweep(Sweep {
        attack_s: 0.0,
        decay_s: 0.25,
        sustain_percent: 0.0,
        release_s: 0.25,
    });
    assembly.solo(37, "Slap Bass 2", &slap, popped);
    synthetic(assembly, oscillators);
}

fn synthetic(assembly: &mut Assembly, oscillators: &Oscillators) {
    let filter = Filter {
        hz: 420.0,
        q_db: 8.0,
        velocity_cents: 1500.0,
        key_cents: 50.0,
        envelope_cents: 3400.0,
    };
    let sweep = |decay_s| Sweep {
        attack_s: 0.0,
        decay_s,
        sustain_percent: 10.0,
        release_s: 0.3,
    };
    let saw = Voicing::HELD
        .attack(0.002)
        .decay(Decay::To(9.0, 18.0))
        .release(0.18)
        .filter(filter)
        .sweep(sweep(0.45))
        .level(-2.0);
    let layers = Layer::duo(&oscillators.saw, saw, 9, 4.0);
    assembly.program(38, "Synth Bass 1", &layers);
    let rubber = Filter {
        hz: 500.0,
        q_db: 3.0,
        envelope_cents: 2600.0,
        ..filter
    };
    let square = saw.filter(rubber).sweep(sweep(0.3)).level(0.0);
    let sub = saw.up(-12).level(-4.0).no_filter().no_sweep();
    let layers = [
        Layer::of(&oscillators.square, square),
        Layer::of(&oscillators.triangle, sub),
    ];
    assembly.program(39, "Synth Bass 2", &layers);
}

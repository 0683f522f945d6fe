//! Solo strings: programs 40 to 47.

use crate::assembly::{Assembly, MultiSample};
use crate::families::guitar::Pluck;
use crate::plan::LoopPlan;
use crate::recording::{Onset, Recording};
use crate::steady::reach;
use crate::strike::{Knock, Partial, Strike};
use crate::units::key_to_hz;
use crate::voicing::{Filter, Vibrato, Voicing};
use crate::winds::{Formant, SMOOTH, SOLO, Tone};

/// Waves that other families borrow.
#[derive(Debug)]
pub(crate) struct Strings {
    pub(crate) bowed: MultiSample,
}

/// Air and wood of a violin; larger bodies scale it down.
const VIOLIN_BODY: [Formant; 5] = [
    Formant {
        hz: 280.0,
        width_hz: 190.0,
        gain: 0.9,
    },
    Formant {
        hz: 460.0,
        width_hz: 300.0,
        gain: 1.0,
    },
    Formant {
        hz: 700.0,
        width_hz: 200.0,
        gain: 0.8,
    },
    Formant {
        hz: 1200.0,
        width_hz: 500.0,
        gain: 0.6,
    },
    Formant {
        hz: 2600.0,
        width_hz: 1300.0,
        gain: 1.1,
    },
];

const CELLO_BODY: [Formant; 5] = [
    Formant {
        hz: 105.0,
        width_hz: 80.0,
        gain: 0.9,
    },
    Formant {
        hz: 190.0,
        width_hz: 150.0,
        gain: 1.0,
    },
    Formant {
        hz: 380.0,
        width_hz: 280.0,
        gain: 0.9,
    },
    Formant {
        hz: 700.0,
        width_hz: 400.0,
        gain: 0.7,
    },
    Formant {
        hz: 1800.0,
        width_hz: 1200.0,
        gain: 0.8,
    },
];

const VIOLIN: Tone = Tone {
    name: "Violin",
    players: SOLO,
    slope: 0.7,
    even: 1.0,
    first: 0.8,
    top_hz: 6000.0,
    top_power: 2.0,
    formants: &VIOLIN_BODY,
    floor: 0.45,
    breath: 0.0012,
    breath_hz: 3500.0,
    onset: Onset {
        burst_db: -10.0,
        burst_s: 0.03,
        opening_s: 0.04,
        ..SMOOTH
    },
    len: 4096,
    rate_hz: 25_000.0,
};

const CELLO: Tone = Tone {
    name: "Cello",
    top_hz: 3400.0,
    formants: &CELLO_BODY,
    breath: 0.0008,
    breath_hz: 2000.0,
    rate_hz: 18_000.0,
    ..VIOLIN
};

const PIZZICATO: Pluck = Pluck {
    name: "Pizzicato",
    point: 0.22,
    pickup: 0.0,
    soft_hz: 900.0,
    stiffness: 2e-5,
    decay_s: 1.2,
    loss_hz: 900.0,
    len: 512,
    rate_hz: 21_000.0,
    lead_s: 0.15,
    knock: Knock {
        amplitude: 0.15,
        hz: 450.0,
        q: 0.7,
        decay_s: 0.05,
    },
};

const HARP: Pluck = Pluck {
    name: "Harp",
    point: 0.38,
    soft_hz: 1400.0,
    stiffness: 1e-5,
    decay_s: 3.6,
    loss_hz: 1100.0,
    len: 1024,
    lead_s: 0.18,
    knock: Knock {
        amplitude: 0.08,
        hz: 500.0,
        q: 0.7,
        decay_s: 0.04,
    },
    ..PIZZICATO
};

/// How little the body of a violin or a cello radiates below its air resonance, where the holes breathe
/// against the plates.
struct Air {
    hz: f64,
    /// As a power of the frequency.
    steepness: f64,
}

const VIOLIN_AIR: Air = Air {
    hz: 244.0,
    steepness: 8.0,
};

const CELLO_AIR: Air = Air {
    hz: 96.0,
    steepness: 6.0,
};

impl Air {
    /// What is left far below, as a gain.
    const LEAST: f64 = 0.04;

    fn gain(&self, hz: f64) -> f64 {
        let over = libm::pow(hz / self.hz, self.steepness);
        (Self::LEAST + over) / (1.0 + over)
    }
}

pub(crate) fn build(assembly: &mut Assembly) -> Strings {
    // The first partial comes fast past the air of a violin's body.
    let roots = (28..=58).step_by(3).chain([60, 62]);
    let bowed = assembly.at(roots.chain((64..=97).step_by(3)), |key| {
        VIOLIN.record_through(key, |hz| VIOLIN_AIR.gain(hz))
    });
    let low_bowed = assembly.every(3, 25..=97, |key| {
        CELLO.record_through(key, |hz| CELLO_AIR.gain(hz))
    });
    let pizzicato = assembly.every(3, 28..=97, |key| PIZZICATO.record(key).softened());
    let harp = assembly.every(3, 28..=97, |key| HARP.record(key));
    let timpani = assembly.every(7, 29..=64, timpani);

    let vibrato = |hz, cents| Vibrato {
        hz,
        delay_s: 0.3,
        cents,
        wheel_cents: 50.0,
    };
    let bow = Voicing::HELD
        .attack(0.07)
        .release(0.45)
        .filter(Filter::by_velocity(7000.0, 3000.0))
        .vibrato(vibrato(5.6, 14.0))
        .level(-1.0);
    assembly.solo(40, "Violin", &bowed, bow);
    let dark = |hz| Filter::by_velocity(hz, 3000.0);
    assembly.solo(
        41,
        "Viola",
        &bowed,
        bow.filter(dark(5500.0)).vibrato(vibrato(5.3, 12.0)),
    );
    assembly.solo(
        42,
        "Cello",
        &low_bowed,
        bow.filter(dark(4500.0)).vibrato(vibrato(5.1, 11.0)),
    );
    let low = bow
        .attack(0.1)
        .filter(dark(3000.0))
        .vibrato(vibrato(4.6, 6.0));
    assembly.solo(43, "Contrabass", &low_bowed, low);
    let short = Voicing::STRUCK.release(0.7).filter(dark(6000.0));
    // It follows the keys: a high one is to keep its fundamental.
    let finger = Filter {
        key_cents: 80.0,
        ..dark(2200.0)
    };
    assembly.solo(
        45,
        "Pizzicato Strings",
        &pizzicato,
        short.filter(finger).level(1.0).tilt(0.6),
    );
    assembly.solo(46, "Orchestral Harp", &harp, short.release(2.4));
    let skin = Voicing::STRUCK.release(3.0).filter(dark(700.0)).level(2.0);
    assembly.solo(47, "Timpani", &timpani, skin);
    Strings { bowed }
}

/// A kettledrum: the preferred modes of a loaded membrane, nearly harmonic.
///
/// Source: N. Fletcher and T. Rossing, *The Physics of Musical Instruments*, chapter 18.
fn timpani(key: u8) -> Recording {
    // Together they have a period of two of the principal tone.
    let plan = LoopPlan::new(key - 12, 4096, 15_000.0);
    let f0 = key_to_hz(f64::from(key));
    let modes = [
        (0.85, 0.5, 0.35),
        // The principal tone radiates best, and is gone before the fifth and the octave.
        (1.0, 1.0, 2.2),
        (1.504, 0.75, 3.4),
        (1.742, 0.3, 0.45),
        (2.0, 0.5, 3.7),
        (2.245, 0.2, 0.4),
        (2.494, 0.3, 2.8),
        (2.98, 0.18, 1.8),
        (3.46, 0.1, 1.2),
    ];
    let partials: Vec<Partial> = modes
        .iter()
        .map(|(ratio, level, decay)| Partial::simple(ratio * f0, *level, *decay))
        .collect();
    let strike = Strike {
        lead_s: 0.3,
        shared_s: 3.7 * 96.0 / 60.0,
        rise_s: 0.003,
        knock: Some(Knock {
            amplitude: 0.9,
            hz: 260.0,
            q: 0.5,
            decay_s: 0.07,
        }),
    };
    let sound = strike.record("Timpani", &plan, &partials);
    Recording {
        key,
        ..sound.evened(reach(plan.periods))
    }
}

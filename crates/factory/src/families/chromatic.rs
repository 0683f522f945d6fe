//! Chromatic percussion: programs 8 to 15.
//!
//! Bars, tines, tubes and hammered strings as lists of modes. Source: N. Fletcher and T. Rossing,
//! *The Physics of Musical Instruments*, chapters 19 and 21, for the ratios of tuned bars and
//! chimes.

use crate::assembly::{Assembly, MultiSample};
use crate::plan::LoopPlan;
use crate::recording::Recording;
use crate::steady::reach;
use crate::strike::{Knock, Partial, Strike};
use crate::units::key_to_hz;
use crate::voicing::{Filter, Voicing};

/// Waves that other families borrow.
#[derive(Debug)]
pub(crate) struct Bars {
    pub(crate) glockenspiel: MultiSample,
    pub(crate) music_box: MultiSample,
    pub(crate) vibraphone: MultiSample,
    pub(crate) marimba: MultiSample,
    pub(crate) tubular_bells: MultiSample,
}

/// A mode: ratio to the key's frequency, amplitude, decay against the first mode's.
type Mode = (f64, f64, f64);

/// What tells one struck body from another.
struct Body {
    name: &'static str,
    modes: &'static [Mode],
    /// Decay of the first mode at key 60, seconds per 60 dB.
    decay_s: f64,
    /// Keys in which the decay halves.
    halving_keys: f64,
    /// Length of the loop, frames.
    len: usize,
    rate_hz: f64,
    lead_s: f64,
    knock: Knock,
}

const CELESTA: Body = Body {
    name: "Celesta",
    modes: &[
        (1.0, 1.0, 1.0),
        (2.0, 0.06, 0.8),
        (2.756, 0.12, 0.35),
        (5.404, 0.1, 0.14),
    ],
    decay_s: 3.2,
    halving_keys: 26.0,
    len: 1024,
    rate_hz: 24_000.0,
    lead_s: 0.16,
    knock: Knock {
        amplitude: 0.12,
        hz: 900.0,
        q: 0.8,
        decay_s: 0.03,
    },
};

const GLOCKENSPIEL: Body = Body {
    name: "Glockenspiel",
    modes: &[
        (1.0, 1.0, 1.0),
        (2.756, 0.55, 0.4),
        (5.404, 0.35, 0.2),
        (8.933, 0.15, 0.1),
    ],
    decay_s: 5.5,
    halving_keys: 30.0,
    len: 1024,
    rate_hz: 32_000.0,
    lead_s: 0.15,
    knock: Knock {
        amplitude: 0.2,
        hz: 5000.0,
        q: 0.6,
        decay_s: 0.012,
    },
};

const MUSIC_BOX: Body = Body {
    name: "Music box",
    modes: &[
        (1.0, 1.0, 1.0),
        (2.0, 0.18, 0.7),
        (3.0, 0.05, 0.5),
        (6.27, 0.25, 0.25),
        (17.55, 0.08, 0.08),
    ],
    decay_s: 4.0,
    halving_keys: 26.0,
    len: 1024,
    rate_hz: 32_000.0,
    lead_s: 0.15,
    knock: Knock {
        amplitude: 0.15,
        hz: 3500.0,
        q: 0.7,
        decay_s: 0.01,
    },
};

const VIBRAPHONE: Body = Body {
    name: "Vibraphone",
    modes: &[
        (1.0, 1.0, 1.0),
        (4.0, 0.3, 0.28),
        (10.1, 0.1, 0.06),
        (17.6, 0.03, 0.03),
    ],
    decay_s: 7.0,
    halving_keys: 24.0,
    len: 1024,
    rate_hz: 20_000.0,
    lead_s: 0.2,
    knock: Knock {
        amplitude: 0.1,
        hz: 700.0,
        q: 0.7,
        decay_s: 0.03,
    },
};

const MARIMBA: Body = Body {
    name: "Marimba",
    modes: &[
        (1.0, 1.0, 1.0),
        (3.93, 0.5, 0.25),
        (9.3, 0.14, 0.1),
        (16.0, 0.05, 0.06),
    ],
    decay_s: 1.87,
    halving_keys: 12.0,
    len: 2048,
    rate_hz: 24_000.0,
    lead_s: 0.15,
    knock: Knock {
        amplitude: 0.22,
        hz: 500.0,
        q: 0.6,
        decay_s: 0.035,
    },
};

const XYLOPHONE: Body = Body {
    name: "Xylophone",
    modes: &[
        (1.0, 1.0, 1.0),
        (3.0, 0.8, 0.4),
        (6.05, 0.3, 0.2),
        (10.2, 0.15, 0.12),
    ],
    decay_s: 1.87,
    halving_keys: 12.0,
    len: 1024,
    rate_hz: 32_000.0,
    lead_s: 0.16,
    knock: Knock {
        amplitude: 0.25,
        hz: 1800.0,
        q: 0.6,
        decay_s: 0.02,
    },
};

/// The strike note of a chime is an octave under its fourth mode and not a mode itself.
const TUBULAR_BELLS: Body = Body {
    name: "Tubular bell",
    modes: &[
        (0.5, 0.12, 1.2),
        (1.22, 0.25, 1.1),
        (2.0, 1.0, 1.0),
        (3.01, 0.75, 0.7),
        (4.166, 0.6, 0.5),
        (5.43, 0.45, 0.35),
        (6.79, 0.3, 0.25),
        (8.21, 0.2, 0.18),
    ],
    decay_s: 8.0,
    halving_keys: 30.0,
    len: 1024,
    rate_hz: 34_000.0,
    lead_s: 0.25,
    knock: Knock {
        amplitude: 0.4,
        hz: 2200.0,
        q: 0.5,
        decay_s: 0.03,
    },
};

pub(crate) fn build(assembly: &mut Assembly) -> Bars {
    let mut spread = |body: &'static Body| assembly.every(8, 28..=92, |key| struck(body, key));
    let celesta = spread(&CELESTA);
    let bars = Bars {
        glockenspiel: spread(&GLOCKENSPIEL),
        music_box: spread(&MUSIC_BOX),
        vibraphone: spread(&VIBRAPHONE),
        marimba: spread(&MARIMBA),
        tubular_bells: spread(&TUBULAR_BELLS),
    };
    let xylophone = assembly.every(8, 28..=92, |key| struck(&XYLOPHONE, key).softened());
    let dulcimer = assembly.every(6, 30..=96, dulcimer);

    // A harder mallet wakes more of the higher modes.
    let by_velocity = |hz| Filter {
        key_cents: 80.0,
        ..Filter::by_velocity(hz, 4200.0)
    };
    let ringing = Voicing::STRUCK.release(2.5).filter(by_velocity(4500.0));
    assembly.solo(
        8,
        "Celesta",
        &celesta,
        ringing.release(1.6).filter(by_velocity(2800.0)),
    );
    assembly.solo(9, "Glockenspiel", &bars.glockenspiel, ringing.level(-2.0));
    assembly.solo(10, "Music Box", &bars.music_box, ringing.level(-1.0));
    let motor = ringing.tremolo(5.2, 2.5).release(1.8);
    assembly.solo(11, "Vibraphone", &bars.vibraphone, motor);
    let wood = Voicing::STRUCK
        .release(1.2)
        .filter(Filter::by_velocity(2200.0, 3000.0));
    assembly.solo(12, "Marimba", &bars.marimba, wood.level(1.0));
    assembly.solo(
        13,
        "Xylophone",
        &xylophone,
        wood.filter(Filter::by_velocity(4000.0, 3000.0)),
    );
    assembly.solo(
        14,
        "Tubular Bells",
        &bars.tubular_bells,
        ringing.release(4.0),
    );
    assembly.solo(
        15,
        "Dulcimer",
        &dulcimer,
        ringing
            .release(3.0)
            .filter(Filter::by_velocity(9000.0, 3600.0)),
    );
    bars
}

/// One note of a body.
fn struck(body: &Body, key: u8) -> Recording {
    // Low keys need finer steps of frequency for modes that are no multiples.
    let len = if key < 54 { 2 * body.len } else { body.len };
    let plan = LoopPlan::new(key, len, body.rate_hz);
    let f0 = key_to_hz(f64::from(key));
    let decay = body.decay_s * libm::exp2((60.0 - f64::from(key)) / body.halving_keys);
    let partials: Vec<Partial> = body
        .modes
        .iter()
        .map(|(ratio, amplitude, share)| Partial::simple(ratio * f0, *amplitude, decay * share))
        .collect();
    let longest = body
        .modes
        .iter()
        .fold(1.0_f64, |longest, mode| longest.max(mode.2));
    let strike = Strike {
        lead_s: body.lead_s,
        shared_s: decay * longest * 96.0 / 60.0,
        rise_s: 0.001,
        knock: Some(body.knock),
    };
    strike.record(body.name, &plan, &partials)
}

/// Pairs of strings under small wooden hammers, never damped.
fn dulcimer(key: u8) -> Recording {
    let plan = LoopPlan::new(key, 2048, 26_000.0);
    let f0 = key_to_hz(f64::from(key));
    let decay = 4.5 * libm::exp2((60.0 - f64::from(key)) / 24.0);
    let mut partials = vec![];
    for number in 1..=36_u32 {
        let n = f64::from(number);
        let hz = n * f0 * (1.0 + 1.2e-4 * n * n).sqrt();
        let point = 0.1 + libm::sin(core::f64::consts::PI * n * 0.17).abs();
        let amplitude = point * libm::exp(-hz / 5200.0) / libm::pow(n, 0.55);
        let slow = decay / (1.0 + 0.12 * (n - 1.0));
        // The second string of the pair beats against the first from the third partial on.
        for beat in [0.0, if number > 2 { 1.001 * plan.hz(1) } else { 0.0 }] {
            partials.push(Partial {
                hz: hz + beat,
                amplitude,
                prompt_s: slow * 0.4,
                after_s: slow,
                after_share: 0.4,
            });
        }
    }
    let strike = Strike {
        lead_s: 0.2,
        shared_s: decay * 96.0 / 60.0,
        rise_s: 0.0008,
        knock: Some(Knock {
            amplitude: 0.7,
            hz: 1500.0,
            q: 0.6,
            decay_s: 0.02,
        }),
    };
    strike
        .record("Dulcimer", &plan, &partials)
        .evened(reach(plan.periods))
}

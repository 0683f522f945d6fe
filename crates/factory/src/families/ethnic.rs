//! Ethnic instruments: programs 104 to 111.

use crate::assembly::{Assembly, Layer};
use crate::families::chromatic::Bars;
use crate::families::guitar::Pluck;
use crate::families::reed::Reeds;
use crate::families::strings::Strings;
use crate::players::Players;
use crate::recording::Onset;
use crate::strike::Knock;
use crate::voicing::{Filter, Vibrato, Voicing};
use crate::winds::{Formant, SMOOTH, SOLO, Tone};

/// A sitar's flat bridge keeps the highs alive: small losses, a plucking point near the end.
const SITAR: Pluck = Pluck {
    name: "Sitar",
    point: 0.07,
    pickup: 0.0,
    soft_hz: 4200.0,
    stiffness: 1e-5,
    decay_s: 4.2,
    loss_hz: 6000.0,
    len: 1024,
    rate_hz: 23_000.0,
    lead_s: 0.25,
    knock: Knock {
        amplitude: 0.15,
        hz: 2800.0,
        q: 0.6,
        decay_s: 0.02,
    },
};

const BANJO: Pluck = Pluck {
    name: "Banjo",
    point: 0.11,
    soft_hz: 3400.0,
    stiffness: 6e-5,
    decay_s: 1.1,
    loss_hz: 1600.0,
    lead_s: 0.18,
    knock: Knock {
        amplitude: 0.25,
        hz: 700.0,
        q: 0.7,
        decay_s: 0.03,
    },
    ..SITAR
};

const KOTO: Pluck = Pluck {
    name: "Koto",
    point: 0.09,
    soft_hz: 2600.0,
    decay_s: 3.0,
    loss_hz: 1300.0,
    lead_s: 0.22,
    knock: Knock {
        amplitude: 0.15,
        hz: 1800.0,
        q: 0.6,
        decay_s: 0.015,
    },
    ..BANJO
};

/// A chanter's reed: every harmonic, hardly any slope.
const CHANTER: Tone = Tone {
    name: "Chanter",
    players: Players {
        count: 2,
        detune_cents: 2.0,
        vibrato_cents: 0.5,
        seed: 1200,
        ..SOLO
    },
    slope: 0.35,
    even: 0.9,
    first: 0.6,
    top_hz: 4200.0,
    top_power: 2.6,
    formants: &[
        Formant {
            hz: 950.0,
            width_hz: 600.0,
            gain: 1.4,
        },
        Formant {
            hz: 2600.0,
            width_hz: 1500.0,
            gain: 1.2,
        },
    ],
    floor: 0.4,
    breath: 0.0005,
    breath_hz: 3000.0,
    onset: Onset {
        seconds: 0.03,
        opening_s: 0.008,
        ..SMOOTH
    },
    len: 2048,
    rate_hz: 25_000.0,
};

pub(crate) fn build(assembly: &mut Assembly, strings: &Strings, reeds: &Reeds, bars: &Bars) {
    let mut plucks = |pluck: Pluck| assembly.every(4, 29..=97, |key| pluck.record(key));
    let (sitar, koto) = (plucks(SITAR), plucks(KOTO));
    let banjo = assembly.every(4, 29..=97, |key| BANJO.record(key).softened());
    let chanter = assembly.every(3, 25..=97, |key| CHANTER.record(key));

    let plucked = Voicing::STRUCK.release(1.0).level(-0.5);
    let bend = Vibrato {
        hz: 4.5,
        delay_s: 0.3,
        cents: 6.0,
        wheel_cents: 80.0,
    };
    assembly.solo(104, "Sitar", &sitar, plucked.release(2.0).vibrato(bend));
    assembly.solo(105, "Banjo", &banjo, plucked.release(0.7));
    let snare = plucked.filter(Filter::by_velocity(2800.0, 1500.0));
    assembly.solo(106, "Shamisen", &banjo, snare);
    assembly.solo(107, "Koto", &koto, plucked.release(2.2).vibrato(bend));
    let thumb = Filter::by_velocity(1500.0, 3000.0);
    assembly.solo(108, "Kalimba", &bars.marimba, plucked.filter(thumb));
    let reed = Voicing::HELD.attack(0.02).release(0.2).level(-2.0);
    let fiddle = reed
        .attack(0.035)
        .filter(Filter::by_velocity(11_000.0, 3000.0))
        .vibrato(Vibrato {
            hz: 6.0,
            delay_s: 0.2,
            cents: 9.0,
            wheel_cents: 50.0,
        });
    assembly.solo(110, "Fiddle", &strings.bowed, fiddle);
    let shanai = reed.vibrato(Vibrato {
        hz: 5.5,
        delay_s: 0.15,
        cents: 16.0,
        wheel_cents: 60.0,
    });
    assembly.solo(111, "Shanai", &reeds.oboe, shanai.detune(6));
    // Tenor drone and bass drone follow the chanter one and two octaves down.
    let drone = |transpose, level_db| reed.up(transpose).level(level_db);
    let pipes = [
        Layer::of(&chanter, reed),
        Layer::of(&chanter, drone(-12, -10.0)),
    ];
    assembly.program(109, "Bag pipe", &pipes);
}

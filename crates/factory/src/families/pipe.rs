//! Pipes: programs 72 to 79.

use crate::assembly::{Assembly, MultiSample};
use crate::players::Players;
use crate::recording::Onset;
use crate::voicing::{Filter, Vibrato, Voicing};
use crate::winds::{SOLO, Tone};

/// Waves that other families borrow.
#[derive(Debug)]
pub(crate) struct Pipes {
    pub(crate) blown: MultiSample,
}

const CHIFF: Onset = Onset {
    seconds: 0.08,
    opening_s: 0.03,
    dark_multiple: 1.2,
    burst_db: -18.0,
    burst_s: 0.025,
    burst_hz: 2200.0,
};

const FLUTE: Tone = Tone {
    name: "Flute",
    players: Players {
        breathing: 0.08,
        seed: 1000,
        ..SOLO
    },
    slope: 1.5,
    even: 1.1,
    first: 1.0,
    top_hz: 3200.0,
    top_power: 2.4,
    formants: &[],
    floor: 1.0,
    breath: 0.0035,
    breath_hz: 1500.0,
    onset: CHIFF,
    len: 4096,
    rate_hz: 19_000.0,
};

const RECORDER: Tone = Tone {
    name: "Recorder",
    players: Players {
        seed: 1010,
        ..FLUTE.players
    },
    slope: 1.8,
    even: 0.45,
    breath: 0.0015,
    breath_hz: 2500.0,
    onset: Onset {
        burst_db: -14.0,
        burst_s: 0.012,
        burst_hz: 3000.0,
        ..CHIFF
    },
    len: 2048,
    ..FLUTE
};

/// A stopped pipe blown across its edge: odd harmonics and much air.
const PAN_FLUTE: Tone = Tone {
    name: "Pan flute",
    players: Players {
        seed: 1020,
        ..FLUTE.players
    },
    slope: 1.7,
    even: 0.15,
    breath: 0.009,
    breath_hz: 1300.0,
    onset: Onset {
        burst_db: -6.0,
        burst_s: 0.035,
        burst_hz: 1300.0,
        ..CHIFF
    },
    ..FLUTE
};

const WHISTLE: Tone = Tone {
    name: "Whistle",
    players: Players {
        vibrato_cents: 4.0,
        seed: 1030,
        ..FLUTE.players
    },
    slope: 3.2,
    even: 1.0,
    breath: 0.002,
    breath_hz: 2500.0,
    onset: Onset {
        burst_db: -26.0,
        ..CHIFF
    },
    len: 2048,
    ..FLUTE
};

pub(crate) fn build(assembly: &mut Assembly) -> Pipes {
    let flute = assembly.every(6, 29..=95, |key| FLUTE.record(key));
    let blown = assembly.every(4, 29..=97, |key| PAN_FLUTE.record(key));
    let mut plain = |tone: Tone| assembly.every(6, 29..=95, |key| tone.record(key));
    let (recorder, whistle) = (plain(RECORDER), plain(WHISTLE));

    let vibrato = |hz, cents| Vibrato {
        hz,
        delay_s: 0.3,
        cents,
        wheel_cents: 50.0,
    };
    let pipe = Voicing::HELD
        .attack(0.045)
        .release(0.25)
        .filter(Filter::by_velocity(4500.0, 3000.0))
        .vibrato(vibrato(5.0, 8.0))
        .tremolo(5.0, 0.5)
        .level(-1.0);
    assembly.solo(
        72,
        "Piccolo",
        &flute,
        pipe.attack(0.03).vibrato(vibrato(5.8, 6.0)),
    );
    assembly.solo(
        73,
        "Flute",
        &flute,
        pipe.filter(Filter::by_velocity(4500.0, 3000.0)),
    );
    let plain = pipe.attack(0.02).vibrato(vibrato(5.0, 0.0)).no_tremolo();
    assembly.solo(74, "Recorder", &recorder, plain);
    assembly.solo(75, "Pan Flute", &blown, pipe.attack(0.02));
    let bottle = plain
        .attack(0.07)
        .filter(Filter::by_velocity(1500.0, 1500.0));
    assembly.solo(76, "Blown Bottle", &blown, bottle);
    let bamboo = pipe.attack(0.06).vibrato(vibrato(4.5, 16.0));
    assembly.solo(77, "Shakuhachi", &blown, bamboo);
    assembly.solo(78, "Whistle", &whistle, pipe.vibrato(vibrato(5.5, 12.0)));
    let clay = Filter::by_velocity(2600.0, 1500.0);
    assembly.solo(79, "Ocarina", &whistle, plain.filter(clay));
    Pipes { blown }
}

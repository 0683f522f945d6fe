//! Reeds: programs 64 to 71.

use crate::assembly::{Assembly, MultiSample};
use crate::players::Players;
use crate::recording::Onset;
use crate::voicing::{Filter, Vibrato, Voicing};
use crate::winds::{Formant, SOLO, Tone};

/// Waves that other families borrow.
#[derive(Debug)]
pub(crate) struct Reeds {
    pub(crate) oboe: MultiSample,
}

const TONGUE: Onset = Onset {
    seconds: 0.08,
    opening_s: 0.02,
    dark_multiple: 2.0,
    burst_db: -28.0,
    burst_s: 0.015,
    burst_hz: 1600.0,
};

const SAX_BODY: [Formant; 3] = [
    Formant {
        hz: 620.0,
        width_hz: 1280.0,
        gain: 0.6,
    },
    Formant {
        hz: 1250.0,
        width_hz: 1440.0,
        gain: 0.7,
    },
    Formant {
        hz: 2700.0,
        width_hz: 2240.0,
        gain: 0.6,
    },
];

const SAX: Tone = Tone {
    name: "Saxophone",
    players: Players {
        vibrato_cents: 2.5,
        breathing: 0.06,
        seed: 900,
        ..SOLO
    },
    slope: 0.7,
    even: 0.9,
    first: 0.9,
    top_hz: 3000.0,
    top_power: 2.2,
    formants: &SAX_BODY,
    floor: 0.4,
    breath: 0.004,
    breath_hz: 2200.0,
    onset: Onset {
        burst_db: -20.0,
        ..TONGUE
    },
    len: 2048,
    rate_hz: 23_000.0,
};

const OBOE_BODY: [Formant; 2] = [
    Formant {
        hz: 1050.0,
        width_hz: 800.0,
        gain: 2.2,
    },
    Formant {
        hz: 2900.0,
        width_hz: 1600.0,
        gain: 1.3,
    },
];

const OBOE: Tone = Tone {
    name: "Oboe",
    players: Players { seed: 910, ..SOLO },
    slope: 0.55,
    even: 1.0,
    first: 0.8,
    top_hz: 3800.0,
    top_power: 2.6,
    formants: &OBOE_BODY,
    floor: 0.25,
    breath: 0.0012,
    breath_hz: 3500.0,
    onset: TONGUE,
    len: 2048,
    ..SAX
};

const BASSOON_BODY: [Formant; 3] = [
    Formant {
        hz: 480.0,
        width_hz: 352.0,
        gain: 2.0,
    },
    Formant {
        hz: 1150.0,
        width_hz: 800.0,
        gain: 0.7,
    },
    Formant {
        hz: 2200.0,
        width_hz: 1920.0,
        gain: 0.25,
    },
];

const BASSOON: Tone = Tone {
    name: "Bassoon",
    players: Players { seed: 920, ..SOLO },
    slope: 0.75,
    top_hz: 2000.0,
    formants: &BASSOON_BODY,
    floor: 0.3,
    breath_hz: 1500.0,
    rate_hz: 16_000.0,
    ..OBOE
};

/// A stopped cylinder: even harmonics are weak in the low register.
const CLARINET: Tone = Tone {
    name: "Clarinet",
    players: Players {
        vibrato_cents: 0.8,
        seed: 930,
        ..SOLO
    },
    slope: 0.6,
    even: 0.12,
    first: 1.3,
    top_hz: 2600.0,
    top_power: 2.8,
    formants: &[Formant {
        hz: 1600.0,
        width_hz: 1920.0,
        gain: 0.5,
    }],
    floor: 0.7,
    breath: 0.0015,
    breath_hz: 2500.0,
    ..OBOE
};

pub(crate) fn build(assembly: &mut Assembly) -> Reeds {
    let sax = assembly.every(5, 25..=95, |key| SAX.record(key));
    let mut narrow = |tone: Tone| assembly.every(3, 25..=97, |key| tone.record(key));
    let (oboe, bassoon) = (narrow(OBOE), narrow(BASSOON));
    let clarinet = assembly.every(5, 25..=95, |key| {
        // The upper register overblows a twelfth: its even harmonics come back.
        let even = CLARINET.even + 0.6 * (f64::from(key) - 66.0).clamp(0.0, 12.0) / 12.0;
        Tone { even, ..CLARINET }.record(key)
    });

    let vibrato = |hz, cents| Vibrato {
        hz,
        delay_s: 0.35,
        cents,
        wheel_cents: 50.0,
    };
    let blown = |hz, velocity_cents| Filter::by_velocity(hz, velocity_cents);
    let reed = Voicing::HELD
        .attack(0.03)
        .release(0.25)
        .filter(blown(7000.0, 4200.0))
        .vibrato(vibrato(5.2, 8.0))
        .level(-0.5);
    assembly.solo(64, "Soprano Sax", &sax, reed.filter(blown(9500.0, 4200.0)));
    assembly.solo(65, "Alto Sax", &sax, reed.filter(blown(7500.0, 4200.0)));
    assembly.solo(
        66,
        "Tenor Sax",
        &sax,
        reed.filter(blown(5500.0, 4200.0)).attack(0.035),
    );
    let low = reed.filter(blown(4200.0, 4200.0)).attack(0.04);
    assembly.solo(67, "Baritone Sax", &sax, low);
    assembly.solo(68, "Oboe", &oboe, reed.vibrato(vibrato(5.4, 9.0)));
    assembly.solo(
        69,
        "English Horn",
        &oboe,
        reed.filter(blown(3200.0, 2000.0)),
    );
    assembly.solo(70, "Bassoon", &bassoon, reed.filter(blown(4500.0, 2200.0)));
    assembly.solo(71, "Clarinet", &clarinet, reed.vibrato(vibrato(5.0, 0.0)));
    Reeds { oboe }
}

//! Metals: hi-hat, cymbals, bells, triangle, jingles.
//!
//! A cymbal is hundreds of modes, crowded and out of any series; the high ones come late and die
//! early. All of them are bins of a loop, so that a short wave rings as long as the envelope wants.

use crate::canvas::{Band, Canvas, Stroke};
use crate::noise::Noise;
use crate::plan::LoopPlan;
use crate::recording::Recording;
use crate::steady::reach;
use crate::strike::{Knock, Partial, Strike};

/// A plate and how it is struck.
struct Plate {
    name: &'static str,
    key: u8,
    modes: usize,
    low_hz: f64,
    high_hz: f64,
    /// Above 0 the treble is stronger, dB per octave.
    tilt_db: f64,
    /// Ring of the lowest modes, seconds per 60 dB.
    ring_s: f64,
    /// Frequency at which the ring is half as long.
    loss_hz: f64,
    rate_hz: f64,
    lead_s: f64,
    len: usize,
    knock: Knock,
}

impl Plate {
    fn record(&self) -> Recording {
        let plan = LoopPlan::new(self.key, self.len, self.rate_hz);
        let mut noise = Noise::new(u64::from(self.key) + 5000);
        let octaves = libm::log2(self.high_hz / self.low_hz);
        let partials: Vec<Partial> = (0..self.modes)
            .map(|i| {
                // Modes grow denser upwards, as those of a plate do against a logarithmic scale.
                let place = ((i as f64 + noise.unit()) / self.modes as f64).sqrt();
                let hz = self.low_hz * libm::exp2(octaves * place);
                let tilt = libm::pow(10.0, self.tilt_db * octaves * (place - 1.0) / 20.0);
                let ring = self.ring_s / (1.0 + hz / self.loss_hz);
                let sign = if noise.unit() < 0.5 { -1.0 } else { 1.0 };
                Partial {
                    hz,
                    amplitude: sign * tilt * noise.between(0.2, 1.0),
                    prompt_s: 0.25 * ring * noise.between(0.6, 1.4),
                    after_s: ring * noise.between(0.8, 1.25),
                    after_share: noise.between(0.2, 0.6),
                }
            })
            .collect();
        let power: f64 = partials.iter().map(|p| p.amplitude * p.amplitude).sum();
        let strike = Strike {
            lead_s: self.lead_s,
            shared_s: self.ring_s * 96.0 / 60.0,
            rise_s: 0.002,
            knock: Some(Knock {
                amplitude: self.knock.amplitude * power.sqrt(),
                ..self.knock
            }),
        };
        // A plate shimmers; that it shimmers alike with each turn of the loop would be heard.
        let sound = strike.record_scattered(self.name, &plan, &partials);
        sound.evened(reach(plan.periods))
    }
}

/// The sizzle of two cymbals against each other; the envelope closes the hi-hat.
pub(crate) fn hi_hat() -> Recording {
    Plate {
        name: "Hi-hat",
        key: 46,
        modes: 260,
        low_hz: 420.0,
        high_hz: 16_000.0,
        tilt_db: 5.0,
        ring_s: 1.5,
        loss_hz: 24_000.0,
        rate_hz: 38_000.0,
        lead_s: 0.16,
        len: 8192,
        knock: Knock {
            amplitude: 0.9,
            hz: 8000.0,
            q: 0.5,
            decay_s: 0.03,
        },
    }
    .record()
}

/// A crash of eighteen inches.
const CRASH: Plate = Plate {
    name: "Crash",
    key: 49,
    modes: 420,
    low_hz: 240.0,
    high_hz: 15_000.0,
    tilt_db: 2.0,
    ring_s: 3.6,
    loss_hz: 7000.0,
    rate_hz: 33_000.0,
    lead_s: 0.35,
    len: 16_384,
    knock: Knock {
        amplitude: 1.4,
        hz: 5000.0,
        q: 0.4,
        decay_s: 0.25,
    },
};

pub(crate) fn crash() -> Recording {
    CRASH.record()
}

/// What a crash is once the blow is over, for a swell that never is one.
pub(crate) fn wash() -> Recording {
    let plate = Plate {
        name: "Cymbal wash",
        high_hz: 9500.0,
        rate_hz: 25_000.0,
        lead_s: 0.2,
        len: 8192,
        ..CRASH
    };
    plate.record().rung()
}

/// A ride: a stick's ping over a long wash.
pub(crate) fn ride() -> Recording {
    Plate {
        name: "Ride",
        key: 51,
        modes: 240,
        low_hz: 310.0,
        high_hz: 13_000.0,
        tilt_db: 1.0,
        ring_s: 4.5,
        loss_hz: 5200.0,
        rate_hz: 30_000.0,
        lead_s: 0.3,
        len: 16_384,
        knock: Knock {
            amplitude: 2.2,
            hz: 6500.0,
            q: 0.7,
            decay_s: 0.025,
        },
    }
    .record()
}

/// The cup of a ride: a few clear modes.
pub(crate) fn cup() -> Recording {
    bell(
        "Cup",
        53,
        28_000.0,
        &[
            (560.0, 0.35, 2.6),
            (866.0, 0.55, 2.4),
            (1430.0, 0.7, 2.2),
            (2190.0, 0.8, 1.8),
            (3120.0, 0.7, 1.5),
            (4270.0, 0.55, 1.2),
            (5660.0, 0.45, 0.9),
            (7380.0, 0.35, 0.6),
            (9200.0, 0.25, 0.4),
        ],
    )
}

/// A triangle.
pub(crate) fn triangle() -> Recording {
    bell(
        "Triangle",
        81,
        33_000.0,
        &[
            // The bar bends in its own plane and across it, at frequencies of their own.
            (1190.0, 0.12, 3.2),
            (1720.0, 0.08, 3.0),
            (2210.0, 0.2, 3.2),
            (2740.0, 0.14, 3.0),
            (3480.0, 0.4, 3.6),
            (4120.0, 0.22, 3.4),
            (4890.0, 0.7, 4.0),
            (5580.0, 0.3, 3.2),
            (6390.0, 0.6, 3.2),
            (7160.0, 0.24, 2.6),
            (8060.0, 0.6, 2.4),
            (8900.0, 0.2, 2.2),
            (9810.0, 0.22, 2.0),
            (11_750.0, 0.3, 1.6),
        ],
    )
}

fn bell(name: &str, key: u8, rate_hz: f64, modes: &[(f64, f64, f64)]) -> Recording {
    let plan = LoopPlan::new(key, 2048, rate_hz);
    let partials: Vec<Partial> = modes
        .iter()
        .map(|(hz, level, decay)| Partial::simple(*hz, *level, *decay))
        .collect();
    let longest = modes
        .iter()
        .fold(0.0_f64, |longest, mode| longest.max(mode.2));
    let strike = Strike {
        lead_s: 0.2,
        shared_s: longest * 96.0 / 60.0,
        rise_s: 0.0008,
        knock: Some(Knock {
            amplitude: 0.8,
            hz: 7000.0,
            q: 0.6,
            decay_s: 0.012,
        }),
    };
    strike.record_scattered(name, &plan, &partials)
}

/// A cowbell: two coupled plates, a rough fifth apart.
pub(crate) fn cowbell() -> Recording {
    Canvas::new(24_000, 0.28)
        .modes(&[
            (562.0, 1.0, 0.35),
            (845.0, 0.9, 0.32),
            (1480.0, 0.35, 0.2),
            (1690.0, 0.35, 0.18),
            (2540.0, 0.25, 0.14),
            (3370.0, 0.15, 0.1),
        ])
        .noise(51, Band::Above(2500.0), Stroke::hit(0.35, 0.012))
        .warp(|_, value| libm::tanh(1.3 * value))
        .record("Cowbell", 56)
}

/// An agogo: a small iron cone.
pub(crate) fn agogo() -> Recording {
    Canvas::new(22_000, 0.3)
        .modes(&[
            (905.0, 1.0, 0.5),
            (1215.0, 0.25, 0.3),
            (2360.0, 0.55, 0.4),
            (3880.0, 0.35, 0.28),
            (5420.0, 0.2, 0.2),
        ])
        .noise(52, Band::Above(3000.0), Stroke::hit(0.3, 0.012))
        .record("Agogo", 67)
}

/// A tambourine: a slap, then jingles that settle.
pub(crate) fn tambourine() -> Recording {
    let jingle = |seed, gain| {
        let mut noise = Noise::new(seed);
        let modes: Vec<(f64, f64, f64)> = (0..24)
            .map(|_| {
                (
                    noise.between(4200.0, 14_000.0),
                    noise.between(-0.2, 0.2),
                    noise.between(0.06, 0.3),
                )
            })
            .collect();
        Canvas::new(30_000, 0.28).modes(&modes).noise(
            seed,
            Band::Above(6000.0),
            Stroke::hit(0.35 * gain, 0.14),
        )
    };
    Canvas::new(30_000, 0.3)
        .noise(53, Band::Between(400.0, 2000.0), Stroke::hit(0.3, 0.04))
        .paste(&jingle(54, 1.0), 0.0, 1.0)
        .paste(&jingle(55, 0.7), 0.018, 0.7)
        .paste(&jingle(56, 0.5), 0.041, 0.5)
        .record("Tambourine", 54)
}

/// Sleigh bells: many small pellets in many small shells.
pub(crate) fn jingles() -> Recording {
    let mut noise = Noise::new(5700);
    let mut canvas = Canvas::new(22_000, 0.3);
    for _ in 0..90 {
        let stroke = Stroke::hit(noise.between(0.05, 0.2), noise.between(0.08, 0.3));
        let hz = noise.between(3800.0, 9500.0);
        canvas = canvas.tone(hz, hz, 1.0, stroke.at(0.2 * noise.unit() * noise.unit()));
    }
    canvas.record("Jingles", 83)
}

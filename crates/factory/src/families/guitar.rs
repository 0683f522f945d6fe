//! Guitars: programs 24 to 31.
//!
//! A plucked string is a comb of partials set by where it is plucked, which the string's own
//! losses then darken. A pick-up adds a second comb; an amplifier folds the wave over.

use core::f64::consts::PI;

use crate::assembly::{Assembly, MultiSample};
use crate::plan::LoopPlan;
use crate::players::Players;
use crate::recording::{Onset, Recording};
use crate::spectrum::Spectrum;
use crate::steady::steady;
use crate::strike::{Knock, Partial, Strike};
use crate::units::key_to_hz;
use crate::voicing::{Decay, FADING, Filter, Voicing};

/// Waves that other families borrow.
#[derive(Debug)]
pub(crate) struct Guitars {
    pub(crate) nylon: MultiSample,
    pub(crate) distortion: MultiSample,
}

/// A string, how it is plucked and what it is heard through.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Pluck {
    pub(crate) name: &'static str,
    /// Plucking point as a share of the string.
    pub(crate) point: f64,
    /// Pick-up's place as a share of the string; 0 for a body instead.
    pub(crate) pickup: f64,
    /// Frequency at which the pluck's softness has taken off 4 dB.
    pub(crate) soft_hz: f64,
    pub(crate) stiffness: f64,
    /// Decay at key 60, seconds per 60 dB.
    pub(crate) decay_s: f64,
    /// Frequency at which the losses are twice those of the fundamental.
    pub(crate) loss_hz: f64,
    pub(crate) len: usize,
    pub(crate) rate_hz: f64,
    pub(crate) lead_s: f64,
    pub(crate) knock: Knock,
}

/// Resonances of a guitar's body: frequency, width, strength.
const BODY: [(f64, f64, f64); 4] = [
    (105.0, 30.0, 0.9),
    (205.0, 50.0, 0.6),
    (410.0, 100.0, 0.5),
    (2300.0, 1500.0, 0.7),
];

impl Pluck {
    /// One note of the string.
    pub(crate) fn record(&self, key: u8) -> Recording {
        let (plan, top_hz) = LoopPlan::of_string(key, self.len, self.rate_hz);
        let f0 = key_to_hz(f64::from(key));
        let decay = self.decay_s * libm::exp2((60.0 - f64::from(key)) / 22.0);
        let partials: Vec<Partial> = (1..=64_u32)
            .map(|number| {
                let n = f64::from(number);
                let hz = n * f0 * (1.0 + self.stiffness * n * n).sqrt();
                let slow = decay / (1.0 + (hz - f0) / self.loss_hz);
                Partial {
                    hz,
                    amplitude: self.comb(n) * self.tone(hz) / libm::pow(n, 0.65),
                    prompt_s: slow * 0.45,
                    after_s: slow,
                    after_share: 0.5,
                }
            })
            .filter(|partial| partial.hz < top_hz)
            .collect();
        let strike = Strike {
            lead_s: self.lead_s,
            shared_s: decay * 96.0 / 60.0,
            rise_s: 0.001,
            knock: Some(self.knock),
        };
        strike.record(self.name, &plan, &partials)
    }

    /// The same in so long a loop that the stretch of a low string's partials is more than its lines are
    /// apart; its highest partials, which a low string hardly has, give the room.
    fn long(self) -> Self {
        Self {
            len: 8 * self.len,
            rate_hz: 14_000.0,
            ..self
        }
    }

    fn comb(&self, n: f64) -> f64 {
        let pluck = libm::sin(PI * n * self.point);
        let pickup = if self.pickup > 0.0 {
            n.sqrt() * libm::sin(PI * n * self.pickup)
        } else {
            1.0
        };
        let comb = pluck * pickup;
        // A finger has a width: no partial is missing altogether.
        comb + 0.05 * if comb < 0.0 { -1.0 } else { 1.0 }
    }

    fn tone(&self, hz: f64) -> f64 {
        let soft = libm::exp(-hz / (2.0 * self.soft_hz));
        if self.pickup > 0.0 {
            return soft;
        }
        let body: f64 = BODY
            .iter()
            .map(|(centre, width, gain)| {
                let off = (hz - centre) / width;
                gain / (1.0 + off * off)
            })
            .sum();
        soft * (0.5 + body)
    }
}

const NYLON: Pluck = Pluck {
    name: "Nylon guitar",
    point: 0.2,
    pickup: 0.0,
    soft_hz: 1500.0,
    stiffness: 3e-5,
    decay_s: 3.6,
    loss_hz: 900.0,
    len: 1024,
    rate_hz: 22_000.0,
    lead_s: 0.22,
    knock: Knock {
        amplitude: 0.12,
        hz: 320.0,
        q: 0.8,
        decay_s: 0.06,
    },
};

const STEEL: Pluck = Pluck {
    name: "Steel guitar",
    point: 0.16,
    soft_hz: 4500.0,
    stiffness: 7e-5,
    decay_s: 5.5,
    loss_hz: 1600.0,
    len: 2048,
    rate_hz: 24_000.0,
    knock: Knock {
        amplitude: 0.08,
        hz: 2200.0,
        q: 0.5,
        decay_s: 0.02,
    },
    ..NYLON
};

const CLEAN: Pluck = Pluck {
    name: "Clean guitar",
    point: 0.13,
    pickup: 0.16,
    soft_hz: 2400.0,
    stiffness: 5e-5,
    decay_s: 6.0,
    loss_hz: 1300.0,
    knock: Knock {
        amplitude: 0.06,
        hz: 500.0,
        q: 0.7,
        decay_s: 0.03,
    },
    len: 2048,
    rate_hz: 22_000.0,
    ..NYLON
};

/// A string by its open key and how stiff it is there.
type Open = (u8, f64);

/// A classical guitar's strings. Source: J. Woodhouse, *On the synthesis of guitar plucks* (2004), its
/// table of stiffness and tension.
const NYLON_STRINGS: [Open; 6] = [
    (40, 1.9e-5),
    (45, 1.3e-5),
    (50, 1.7e-5),
    (55, 1.24e-4),
    (59, 7.0e-5),
    (64, 4.3e-5),
];

/// Light strings of steel, by the diameters of their cores.
const STEEL_STRINGS: [Open; 6] = [
    (40, 1.3e-4),
    (45, 7.4e-5),
    (50, 4.6e-5),
    (55, 2.8e-5),
    (59, 6.0e-5),
    (64, 1.8e-5),
];

/// Frets that a neck has.
const FRETS: u8 = 19;

impl Pluck {
    /// The same on the string on which a key is played, as low on the neck as can be: half the length
    /// is four times as stiff.
    fn on(self, strings: &[Open; 6], key: u8) -> Self {
        let [lowest, ..] = strings;
        let played = strings.iter().rev().find(|(open, _)| *open <= key);
        let (open, stiffness) = played.unwrap_or(lowest);
        let frets = f64::from(key.saturating_sub(*open).min(FRETS));
        Self {
            stiffness: stiffness * libm::exp2(frets / 6.0),
            ..self
        }
    }
}

pub(crate) fn build(assembly: &mut Assembly) -> Guitars {
    // A body's resonance at 105 Hz moves fast past the lowest strings.
    let low = (29..=45).step_by(2).chain((49..=97).step_by(4));
    let nylon = assembly.at(low, |key| {
        let string = NYLON.on(&NYLON_STRINGS, key);
        // Those on both sides of the open E; there is no room for more.
        let string = if matches!(key, 39 | 41) {
            string.long()
        } else {
            string
        };
        string.record(key)
    });
    let steel = assembly.every(4, 29..=97, |key| STEEL.on(&STEEL_STRINGS, key).record(key));
    let clean = assembly.every(4, 29..=97, |key| CLEAN.record(key).softened());
    let overdrive = assembly.every(3, 28..=97, |key| amplified(key, 1.8, 1.6));
    // Fully driven, the cabinet alone is left to shape the highest keys.
    let driven = (28..=76).step_by(3).chain((78..=96).step_by(2));
    let distortion = assembly.at(driven, |key| amplified(key, 7.0, 6.0));
    let harmonics = assembly.every(8, 30..=94, harmonic);

    let by_velocity = |hz| Filter::plucked(hz, 4200.0);
    let finger = Voicing::STRUCK
        .release(0.55)
        .sweep(FADING)
        .filter(by_velocity(2300.0));
    assembly.solo(24, "Acoustic Guitar (nylon)", &nylon, finger);
    assembly.solo(
        25,
        "Acoustic Guitar (steel)",
        &steel,
        finger.filter(by_velocity(3800.0)),
    );
    let round = finger.filter(by_velocity(700.0));
    assembly.solo(26, "Electric Guitar (jazz)", &clean, round);
    assembly.solo(
        27,
        "Electric Guitar (clean)",
        &clean,
        finger.filter(by_velocity(2900.0)),
    );
    let palm = finger
        .decay(Decay::To(1.7, 96.0))
        .release(0.3)
        .level(4.0)
        .tilt(-0.5)
        .filter(by_velocity(1800.0));
    assembly.solo(28, "Electric Guitar (muted)", &clean, palm);
    let amplifier = Voicing::HELD
        .attack(0.003)
        .decay(Decay::To(16.0, 60.0))
        .release(0.35)
        .level(-1.0);
    assembly.solo(
        29,
        "Overdriven Guitar",
        &overdrive,
        amplifier.decay(Decay::To(11.0, 60.0)),
    );
    assembly.solo(30, "Distortion Guitar", &distortion, amplifier);
    assembly.solo(
        31,
        "Guitar Harmonics",
        &harmonics,
        finger.release(0.8).filter(by_velocity(700.0)),
    );
    Guitars { nylon, distortion }
}

/// A sustained string through a driven amplifier and a closed cabinet.
fn amplified(key: u8, drive: f64, presence: f64) -> Recording {
    let plan = LoopPlan::new(key, 2048, 20_000.0);
    let string = Players {
        count: 1,
        detune_cents: 0.0,
        vibrato_cents: 1.2,
        vibrato_hz: 4.0,
        breathing: 0.04,
        seed: 500,
    };
    let mut frames = string.play(&plan, |n, hz| {
        let n = n as f64;
        libm::sin(PI * n * 0.14) * libm::exp(-hz / 3000.0) / libm::pow(n, 0.35)
    });
    let peak = frames
        .iter()
        .fold(0.0_f64, |peak, value| peak.max(value.abs()));
    for value in &mut frames {
        // Valves fold one side earlier than the other.
        *value = libm::tanh(drive * (*value / peak + 0.12));
    }
    let cabinet = |hz: f64| {
        let low = hz * hz / (hz * hz + 90.0 * 90.0);
        let octaves = libm::log2(hz.max(1.0) / 2600.0);
        let high = 1.0 / (1.0 + libm::pow(hz / 4800.0, 4.0));
        low * high * (1.0 + presence * libm::exp(-1.5 * octaves * octaves))
    };
    let mut spectrum = Spectrum::of(&frames).shape(plan.rate_hz(), cabinet);
    spectrum.add_noise(plan.rate_hz(), u64::from(key) + 3, |hz| {
        0.0002 * cabinet(hz)
    });
    let onset = Onset {
        seconds: 0.07,
        opening_s: 0.02,
        dark_multiple: 12.0,
        burst_db: -16.0,
        burst_s: 0.012,
        burst_hz: 1800.0,
    };
    let top = plan.top_hz();
    let spectrum = spectrum.shape(plan.rate_hz(), |hz| if hz > top { 0.0 } else { 1.0 });
    let name = if drive > 4.0 {
        "Distorted guitar"
    } else {
        "Overdriven guitar"
    };
    Recording::blown(name, &plan, steady(spectrum, plan.periods), &onset)
}

/// A flageolet: the string touched at its middle leaves a bell-like few partials.
fn harmonic(key: u8) -> Recording {
    let plan = LoopPlan::new(key, 1024, 26_000.0);
    let f0 = key_to_hz(f64::from(key));
    let decay = 5.0 * libm::exp2((60.0 - f64::from(key)) / 24.0);
    let partials: Vec<Partial> = [1.0, 0.35, 0.2, 0.12, 0.05, 0.04]
        .into_iter()
        .zip(1..)
        .map(|(level, n)| {
            let n = f64::from(n);
            Partial::simple(
                n * f0 * (1.0 + 6e-5 * n * n),
                level,
                decay / (0.6 + 0.4 * n),
            )
        })
        .collect();
    let strike = Strike {
        lead_s: 0.2,
        shared_s: decay * 96.0 / 60.0,
        rise_s: 0.002,
        knock: Some(Knock {
            amplitude: 0.1,
            hz: 1800.0,
            q: 0.6,
            decay_s: 0.02,
        }),
    };
    strike.record("Guitar harmonic", &plan, &partials)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_string_is_four_times_as_stiff_at_its_octave_and_the_lowest_serves_what_lies_below() {
        let on = |key| STEEL.on(&STEEL_STRINGS, key).stiffness;
        assert!((on(76) / on(64) - 4.0).abs() < 1e-9);
        // The last fret before another string is there.
        assert!((on(63) / on(59) - libm::exp2(4.0 / 6.0)).abs() < 1e-9);
        assert!((on(30) - on(40)).abs() < 1e-12);
    }
}

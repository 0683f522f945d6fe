//! Synthesizer pads: programs 88 to 95.

use crate::assembly::{Assembly, Layer, MultiSample};
use crate::families::chromatic::Bars;
use crate::families::ensemble::Ensemble;
use crate::oscillators::Oscillators;
use crate::plan::LoopPlan;
use crate::players::Players;
use crate::recording::Recording;
use crate::spectrum::Spectrum;
use crate::steady::{reach, steady_crowd};
use crate::units::key_to_hz;
use crate::voicing::{Decay, Filter, Sweep, Voicing};

/// Waves that other families borrow.
#[derive(Debug)]
pub(crate) struct Pads {
    /// Glassy, inharmonic and slowly moving.
    pub(crate) metal: MultiSample,
}

/// Cents by which a layer stands beside a section's: on one pitch with it, it would add to the section's
/// middle or cancel it on each key as chance has it.
pub(crate) const BESIDE_CENTS: i16 = 6;

/// A pad's envelope: slow in, slow out.
pub(crate) const SLOW: Voicing = Voicing {
    attack_s: 0.5,
    release_s: 2.2,
    level_db: -2.0,
    filter: Some(Filter::by_velocity(4000.0, 3000.0)),
    ..Voicing::HELD
};

pub(crate) fn build(
    assembly: &mut Assembly,
    ensemble: &Ensemble,
    bars: &Bars,
    oscillators: &Oscillators,
) -> Pads {
    let pads = Pads {
        metal: assembly.every(6, 30..=96, metal),
    };
    let by_velocity = |hz| Filter::by_velocity(hz, 1500.0);
    let bell = Voicing::STRUCK
        .decay(Decay::Wave(1.0))
        .release(2.5)
        .no_vibrato()
        .level(-3.0);
    let new_age = [
        Layer::of(&bars.music_box, bell),
        Layer::of(&ensemble.oohs, SLOW.level(-4.0).detune(BESIDE_CENTS)),
    ];
    assembly.program(88, "Pad 1 (new age)", &new_age);
    let warm = SLOW.filter(by_velocity(1300.0));
    let saws = |voicing, cents| Layer::trio(&oscillators.saw, voicing, cents, 24.0);
    assembly.program(89, "Pad 2 (warm)", &saws(warm, 10));
    let fast = Sweep {
        attack_s: 0.02,
        decay_s: 1.5,
        sustain_percent: 45.0,
        release_s: 1.0,
    };
    let poly = SLOW
        .attack(0.012)
        .release(0.7)
        .filter(Filter {
            envelope_cents: 1800.0,
            q_db: 3.0,
            ..Filter::by_velocity(1800.0, 1500.0)
        })
        .sweep(fast);
    assembly.program(90, "Pad 3 (polysynth)", &saws(poly, 7));
    let choir = SLOW.attack(0.35);
    assembly.solo(91, "Pad 4 (choir)", &ensemble.aahs, choir);
    let glass = SLOW.attack(0.7).filter(Filter::by_velocity(5000.0, 3800.0));
    let bowed = [
        Layer::of(&pads.metal, glass.level(-5.0)),
        Layer::of(
            &oscillators.triangle,
            glass.level(-4.0).detune(BESIDE_CENTS),
        ),
    ];
    assembly.program(92, "Pad 5 (bowed)", &bowed);
    let sheet = SLOW.attack(0.06).filter(by_velocity(1500.0));
    assembly.solo(93, "Pad 6 (metallic)", &pads.metal, sheet);
    let mut halo = saws(warm.level(-7.0), 12);
    halo.push(Layer::of(&ensemble.aahs, choir.level(-4.0)));
    assembly.program(94, "Pad 7 (halo)", &halo);
    let slow = Sweep {
        attack_s: 2.2,
        decay_s: 6.0,
        sustain_percent: 20.0,
        release_s: 3.0,
    };
    let sweep = SLOW
        .filter(Filter {
            envelope_cents: 3800.0,
            q_db: 9.0,
            ..Filter::by_velocity(450.0, 900.0)
        })
        .sweep(slow)
        .level(0.0);
    assembly.program(95, "Pad 8 (sweep)", &saws(sweep, 9));
    pads
}

/// Clusters around ratios that no string or pipe has.
fn metal(key: u8) -> Recording {
    // Other programs play it an octave up, where a player mirrors more of what is high.
    let fastest_hz = (22.0 * key_to_hz(f64::from(key))).min(40_000.0);
    let plan = LoopPlan::new(key, 4096, fastest_hz.max(17_000.0));
    let mut frames = vec![0.0; plan.len];
    let mut partials = vec![];
    let modes = [
        (1.0, 1.0),
        (2.0, 0.5),
        (2.756, 0.4),
        (4.0, 0.2),
        (5.404, 0.28),
        (6.8, 0.15),
    ];
    for (i, (ratio, level)) in modes.into_iter().enumerate() {
        let periods = (plan.periods as f64 * ratio).round() as usize;
        let mode = LoopPlan { periods, ..plan };
        let crowd = Players {
            count: 3,
            detune_cents: 5.0,
            vibrato_cents: 3.0,
            vibrato_hz: 1.4,
            breathing: 0.35,
            seed: 1100 + i as u64,
        };
        if mode.fundamental_hz() < 0.8 * plan.top_hz() {
            let sound = crowd.play(&mode, |n, _| if n == 1 { level } else { 0.0 });
            for (value, sound) in frames.iter_mut().zip(sound) {
                *value += sound;
            }
            partials.push(mode.periods);
        }
    }
    let frames = steady_crowd(Spectrum::of(&frames), &partials, reach(plan.periods));
    Recording::steady("Metal", &plan, frames)
}

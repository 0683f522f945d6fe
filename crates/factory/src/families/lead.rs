//! Synthesizer leads: programs 80 to 87.

use crate::assembly::{Assembly, Layer};
use crate::families::ensemble::Ensemble;
use crate::families::guitar::Guitars;
use crate::families::pipe::Pipes;
use crate::oscillators::Oscillators;
use crate::voicing::{Decay, Filter, Sweep, Voicing};

/// A bright edge at the start of each note.
const EDGE: Sweep = Sweep {
    attack_s: 0.0,
    decay_s: 0.8,
    sustain_percent: 30.0,
    release_s: 0.4,
};

pub(crate) fn build(
    assembly: &mut Assembly,
    oscillators: &Oscillators,
    ensemble: &Ensemble,
    guitars: &Guitars,
    pipes: &Pipes,
) {
    let filter = Filter {
        hz: 3500.0,
        q_db: 3.0,
        velocity_cents: 1800.0,
        key_cents: 60.0,
        envelope_cents: 1800.0,
    };
    let lead = Voicing::HELD
        .attack(0.004)
        .release(0.22)
        .filter(filter)
        .sweep(EDGE)
        .level(0.5);
    assembly.program(
        80,
        "Lead 1 (square)",
        &Layer::duo(&oscillators.square, lead, 5, 6.0),
    );
    assembly.program(
        81,
        "Lead 2 (sawtooth)",
        &Layer::trio(&oscillators.saw, lead, 8, 14.0),
    );
    let soft = |hz| Filter::by_velocity(hz, 3000.0);
    let steam = lead.filter(soft(3000.0)).no_sweep().attack(0.03).level(0.5);
    let above = |voicing: Voicing, keys, level_db| voicing.up(keys).level(level_db);
    let calliope = [
        Layer::of(&oscillators.triangle, steam),
        Layer::of(&pipes.blown, above(steam, 12, -10.0)),
    ];
    assembly.program(82, "Lead 3 (calliope)", &calliope);
    let spit = steam.decay(Decay::To(0.7, 40.0)).attack(0.003);
    let chiff = [
        Layer::of(&oscillators.square, lead.level(-0.5)),
        Layer::of(&pipes.blown, above(spit, 12, -4.0)),
    ];
    assembly.program(83, "Lead 4 (chiff)", &chiff);
    let charang = [
        Layer::of(&guitars.distortion, lead.no_filter()),
        Layer::of(&oscillators.saw, lead.level(-4.0)),
    ];
    assembly.program(84, "Lead 5 (charang)", &charang);
    let breath = lead.attack(0.06).filter(soft(5000.0)).no_sweep().level(0.5);
    assembly.solo(85, "Lead 6 (voice)", &ensemble.oohs, breath);
    let fifths = [
        Layer::of(&oscillators.saw, lead),
        Layer::of(&oscillators.saw, above(lead, 7, -5.0)),
    ];
    assembly.program(86, "Lead 7 (fifths)", &fifths);
    let bass = [
        Layer::of(&oscillators.saw, lead),
        Layer::of(&oscillators.square, above(lead, -12, -4.0)),
    ];
    assembly.program(87, "Lead 8 (bass + lead)", &bass);
}

//! Kits of machines: Electronic, and Analogue after the TR-808.

use super::set::{Set, group, rung, soft};
use super::{FIRST, Kit, OnKeys, circuits};
use crate::assembly::{Assembly, Variation, Zone};
use crate::voicing::{Decay, Voicing};

/// Tuning of six toms of a machine in whole keys, and their places: a scale of five notes.
const TOMS: [(u8, i16, f64); 6] = [
    (41, -500, 22.0),
    (43, -300, 14.0),
    (45, 0, 6.0),
    (47, 200, -4.0),
    (48, 500, -12.0),
    (50, 700, -20.0),
];

pub(super) fn build(assembly: &mut Assembly, standard: &Set, kit: &Kit) {
    electronic(assembly, standard.clone(), kit);
    analogue(assembly, standard.clone());
}

fn toms(set: &mut Set, tom: &Zone, level_db: f64) {
    for (key, cents, pan) in TOMS {
        set.add(key, tom, cents, level_db, pan);
        set.with(soft(3500.0, 3000.0));
    }
}

fn electronic(assembly: &mut Assembly, mut set: Set, kit: &Kit) {
    let kick = assembly.wave(circuits::electric_kick());
    set.add(36, &kick, 0, 2.0, 0.0);
    set.with(soft(5500.0, 3000.0));
    set.add(38, &kit.electric_snare, -200, 2.0, 0.0);
    set.with(soft(13_000.0, 3600.0));
    set.add(40, &kit.gated_snare, 180, 1.0, 0.0);
    set.with(soft(12_000.0, 3600.0));
    let tom = assembly.wave(circuits::electric_tom());
    toms(&mut set, &tom, 2.0);
    let second = Variation {
        gs: Some(9),
        gm2: 2,
    };
    OnKeys {
        zone: &tom,
        root: 57,
        hz: 2500.0,
        level_db: 2.0,
    }
    .add(assembly, 118, second, "Electric Drum");
    set.add(52, &kit.crash, 0, 11.0, 22.0);
    let backwards = |voicing: Voicing| {
        voicing
            .attack(1.1)
            .decay(Decay::To(0.25, 96.0))
            .release(0.3)
    };
    set.with(backwards);
    assembly.kit(24, "Electronic Kit", &set.drums());
}

fn analogue(assembly: &mut Assembly, mut set: Set) {
    let kick = assembly.wave(circuits::bass_drum());
    set.add(36, &kick, 0, 2.0, 0.0);
    set.with(soft(1600.0, 3600.0));
    let rim = assembly.wave(circuits::rim());
    set.add(37, &rim, 0, -5.0, 0.0);
    let snare = assembly.wave(circuits::snare());
    set.add(38, &snare, 0, 5.0, 0.0);
    set.with(soft(13_000.0, 3600.0));
    let tom = assembly.wave(circuits::tom());
    toms(&mut set, &tom, 2.0);
    OnKeys {
        zone: &tom,
        root: 60,
        hz: 2500.0,
        level_db: 2.0,
    }
    .add(assembly, 118, FIRST, "Rhythm Box Tom");
    let hat = assembly.wave(circuits::hat());
    let metal = |voicing: Voicing| soft(18_000.0, 3000.0)(voicing.attack(0.001));
    for (key, seconds, level_db) in [(42, 0.22, 6.0), (44, 0.3, 5.0), (46, 0.95, 5.0)] {
        set.add(key, &hat, 0, level_db, -10.0);
        set.with(rung(seconds));
        set.with(metal);
    }
    set.group(3, group::HATS);
    let cymbal = assembly.wave(circuits::cymbal());
    set.add(49, &cymbal, 0, 5.0, -16.0);
    set.with(rung(3.0));
    set.with(metal);
    let cowbell = assembly.wave(circuits::cowbell());
    set.add(56, &cowbell, 0, 4.0, 8.0);
    set.with(rung(0.6));
    set.with(|voicing| voicing.attack(0.001));
    let conga = assembly.wave(circuits::conga());
    for (key, cents, pan) in [(62, 400, 12.0), (63, 0, 12.0), (64, -500, 16.0)] {
        set.add(key, &conga, cents, 0.0, pan);
        set.with(soft(5000.0, 3000.0));
    }
    let maracas = assembly.wave(circuits::maracas());
    set.add(70, &maracas, 0, -8.0, 16.0);
    let claves = assembly.wave(circuits::claves());
    set.add(75, &claves, 0, -8.0, 12.0);
    assembly.kit(25, "Analogue Kit", &set.drums());
}

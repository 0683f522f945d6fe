//! The orchestra's kit: timpani, concert drums and cymbals in pairs.

use super::set::{Set, rung, soft};
use super::standard::hats;
use super::{FIRST, Kit, OnKeys, skins};
use crate::assembly::Assembly;
use crate::voicing::Voicing;

/// Melodic programs whose waves are borrowed.
const TIMPANI: u8 = 47;
const APPLAUSE: u8 = 126;

/// Timpani from F2 to F3, each on the key of its pitch.
const KETTLES: core::ops::RangeInclusive<u8> = 41..=53;

pub(super) fn build(assembly: &mut Assembly, standard: &Set, kit: &Kit) {
    let mut set = standard.clone();
    set.without(KETTLES);
    hats(&mut set, [27, 28, 29], &kit.hat);
    set.copy(standard, 51, 30);
    set.add(31, &kit.castanets, -700, -4.0, 0.0);
    let drum = assembly.wave(skins::concert_drum());
    for (key, cents) in [(35, -200), (36, 0)] {
        set.add(key, &drum, cents, 8.0, 0.0);
        set.with(soft(900.0, 3000.0));
    }
    OnKeys {
        zone: &drum,
        root: 48,
        hz: 900.0,
        level_db: 2.8,
    }
    .add(assembly, 116, FIRST, "Concert Bass Drum");
    let snare = assembly.wave(skins::concert_snare());
    for (key, cents) in [(38, 0), (40, 150)] {
        set.add(key, &snare, cents, 2.0, 0.0);
        set.with(soft(13_000.0, 3600.0));
    }
    set.add(39, &kit.castanets, 0, -5.0, 8.0);
    kettles(assembly, &mut set);
    // Two plates that meet speak later than one that is struck, and ring as long as they are let.
    for (key, cents, pan) in [(57, -450, 14.0), (59, -250, -14.0)] {
        set.add(key, &kit.crash, cents, -1.0, pan);
        set.with(rung(5.5));
        set.with(|voicing| soft(16_000.0, 3000.0)(voicing.attack(0.012)));
    }
    for part in assembly.parts(APPLAUSE) {
        if let Some(zone) = part.sound.zone(60) {
            set.add(88, zone, 0, -3.0, 0.0);
            set.with(|_: Voicing| part.voicing);
        }
    }
    assembly.kit(48, "Orchestra Kit", &set.drums());
}

fn kettles(assembly: &Assembly, set: &mut Set) {
    let parts = assembly.parts(TIMPANI);
    let Some(timpani) = parts.first() else {
        return;
    };
    for key in KETTLES {
        let Some(zone) = timpani.sound.zone(key) else {
            continue;
        };
        // The player sees the deep ones on the left and the high ones on the right.
        let pan = f64::from(key) * 2.0 - 94.0;
        set.add(key, zone, zone.cents_to(key), 3.0, pan);
        set.with(|voicing| Voicing {
            decay: timpani.voicing.decay,
            release_s: timpani.voicing.release_s,
            ..soft(1500.0, 3000.0)(voicing)
        });
    }
}

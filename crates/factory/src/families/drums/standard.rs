//! The standard kit.
//!
//! Source: \[GM1\] percussion map for keys 35 to 81; the keys around it are those of
//! the GS standard kit.

use super::set::{Set, darkening, group, rung, soft};
use super::{Kit, airs, metals, skins, woods};
use crate::assembly::{Assembly, Zone};
use crate::voicing::{Decay, Voicing};

/// Tuning of the toms, cents away from their recording, and their places, from the lowest on.
const TOMS: [(u8, i16, f64); 6] = [
    (41, -500, 22.0),
    (43, -250, 14.0),
    (45, 0, 6.0),
    (47, 250, -4.0),
    (48, 480, -12.0),
    (50, 720, -20.0),
];

/// All its keys, 27 to 87.
pub(super) fn build(assembly: &mut Assembly, kit: &Kit) -> Set {
    let mut set = Set::default();
    drums(assembly, &mut set, kit);
    cymbals(assembly, &mut set, kit);
    hand_drums(assembly, &mut set);
    small(assembly, &mut set, kit);
    around(assembly, &mut set, kit);
    set
}

fn drums(assembly: &mut Assembly, set: &mut Set, kit: &Kit) {
    let deep = assembly.wave(skins::deep_kick());
    set.add(35, &deep, 0, 1.0, 0.0);
    set.with(soft(2800.0, 3000.0));
    set.add(36, &kit.kick, 0, 2.0, 0.0);
    set.with(soft(5200.0, 3000.0));
    let stick = assembly.wave(woods::side_stick());
    set.add(37, &stick, 0, -2.0, 0.0);
    let snare = assembly.wave(skins::snare());
    set.add(38, &snare, 0, 2.0, 0.0);
    set.with(soft(13_000.0, 3600.0));
    set.add(39, &kit.clap, 0, -1.0, 4.0);
    set.add(40, &kit.electric_snare, 0, 1.0, 0.0);
    set.with(soft(13_000.0, 3600.0));
    toms(set, &kit.tom, 1.0);
}

/// Six toms of one recording.
pub(super) fn toms(set: &mut Set, tom: &Zone, level_db: f64) {
    for (key, cents, pan) in TOMS {
        set.add(key, tom, cents, level_db, pan);
        set.with(soft(4200.0, 3000.0));
    }
}

fn cymbals(assembly: &mut Assembly, set: &mut Set, kit: &Kit) {
    // A soft stroke leaves the highest modes of a plate at rest.
    let stroke = || darkening(18_000.0, 3000.0, 1700.0);
    hats(set, [42, 44, 46], &kit.hat);
    set.add(49, &kit.crash, 0, 0.0, -16.0);
    set.with(stroke());
    set.add(57, &kit.crash, -180, 0.0, 18.0);
    set.with(stroke());
    set.add(55, &kit.crash, 560, -3.5, 10.0);
    set.with(rung(1.7));
    set.with(stroke());
    let ride = assembly.wave(metals::ride());
    set.add(51, &ride, 0, -3.5, 16.0);
    set.with(stroke());
    set.add(59, &ride, 170, -3.5, 20.0);
    set.with(stroke());
    set.add(52, &kit.crash, -900, -2.5, 22.0);
    set.with(rung(2.2));
    set.with(soft(9000.0, 2400.0));
    let cup = assembly.wave(metals::cup());
    set.add(53, &cup, 0, -7.0, 16.0);
    set.with(stroke());
}

/// A hi-hat closed, by its pedal and open, each of which ends the others.
pub(super) fn hats(set: &mut Set, [closed, pedal, open]: [u8; 3], hat: &Zone) {
    let stroke = || soft(18_000.0, 3000.0);
    set.add(closed, hat, 100, -1.5, -10.0);
    set.with(rung(0.32));
    set.with(stroke());
    set.add(pedal, hat, -150, -2.5, -10.0);
    set.with(rung(0.24));
    set.with(|voicing| voicing.attack(0.004));
    set.with(stroke());
    set.add(open, hat, 0, -4.0, -10.0);
    set.with(rung(1.9));
    set.with(stroke());
    set.group(3, group::HATS);
}

fn hand_drums(assembly: &mut Assembly, set: &mut Set) {
    let bongo = assembly.wave(skins::bongo());
    set.add(60, &bongo, 120, -1.0, -16.0);
    set.add(61, &bongo, -330, -1.0, -12.0);
    let muted = assembly.wave(skins::muted_conga());
    set.add(62, &muted, 0, -1.0, 12.0);
    let conga = assembly.wave(skins::conga());
    set.add(63, &conga, 80, 0.0, 12.0);
    set.add(64, &conga, -320, 0.0, 16.0);
    let timbale = assembly.wave(skins::timbale());
    set.add(65, &timbale, 200, -2.0, -14.0);
    set.add(66, &timbale, -250, -2.0, -18.0);
    let cuica = assembly.wave(skins::cuica());
    set.add(78, &cuica, 300, 2.0, -12.0);
    set.with(|voicing| voicing.decay(Decay::To(0.5, 96.0)));
    set.add(79, &cuica, 0, -4.0, -12.0);
    set.group(2, group::CUICAS);
}

fn small(assembly: &mut Assembly, set: &mut Set, kit: &Kit) {
    let tambourine = assembly.wave(metals::tambourine());
    set.add(54, &tambourine, 0, -5.0, 10.0);
    let cowbell = assembly.wave(metals::cowbell());
    set.add(56, &cowbell, 0, -5.0, 8.0);
    let vibraslap = assembly.wave(woods::vibraslap());
    set.add(58, &vibraslap, 0, -8.0, -20.0);
    set.add(67, &kit.agogo, 0, -5.0, -18.0);
    set.add(68, &kit.agogo, -500, -5.0, -18.0);
    let cabasa = assembly.wave(airs::cabasa());
    set.add(69, &cabasa, 0, -7.0, -16.0);
    let maracas = assembly.wave(airs::maracas());
    set.add(70, &maracas, 0, -8.0, 16.0);
    let blow = |decay_s| {
        move |voicing: Voicing| {
            voicing
                .attack(0.004)
                .decay(Decay::To(decay_s, 96.0))
                .release(0.15)
        }
    };
    set.add(71, &kit.whistle, 0, 2.0, -10.0);
    set.with(blow(0.7));
    set.add(72, &kit.whistle, 0, 1.0, -10.0);
    set.with(blow(4.0));
    set.group(2, group::WHISTLES);
    let short = assembly.wave(woods::guiro("Short guiro", 0.14, 9, 73));
    set.add(73, &short, 0, -5.0, 14.0);
    let long = assembly.wave(woods::guiro("Long guiro", 0.42, 26, 74));
    set.add(74, &long, 0, -5.0, 14.0);
    set.group(2, group::GUIROS);
    let claves = assembly.wave(woods::claves());
    set.add(75, &claves, 0, -8.0, 12.0);
    set.add(76, &kit.block, 0, -6.0, 16.0);
    set.add(77, &kit.block, -420, -6.0, 16.0);
    set.add(80, &kit.triangle, 0, -0.3, -20.0);
    set.with(rung(0.4));
    set.add(81, &kit.triangle, 0, -8.0, -20.0);
    set.group(2, group::TRIANGLES);
    set.add(82, &maracas, -300, -8.0, -14.0);
    set.add(34, &kit.triangle, -400, -1.2, 0.0);
    set.with(rung(0.8));
}

/// The keys of the GS kit that General MIDI leaves out.
fn around(assembly: &mut Assembly, set: &mut Set, kit: &Kit) {
    set.add(27, &kit.high_q, 0, -4.0, 0.0);
    set.add(28, &kit.electric_snare, 700, -3.0, 0.0);
    set.add(29, &kit.scratch, 0, -3.0, 0.0);
    set.add(30, &kit.scratch, -500, -3.0, 0.0);
    set.group(2, group::SCRATCHES);
    set.add(31, &kit.castanets, -700, -4.0, 0.0);
    set.add(85, &kit.castanets, 0, -7.0, -10.0);
    set.add(32, &kit.click, -700, -5.0, 0.0);
    set.add(33, &kit.click, 0, -5.0, 0.0);
    let jingles = assembly.wave(metals::jingles());
    set.add(83, &jingles, 0, -7.0, 8.0);
    set.add(84, &jingles, 500, -8.0, 14.0);
    set.add(86, &kit.great_drum, 300, 0.0, 10.0);
    set.with(|voicing| voicing.decay(Decay::To(0.6, 96.0)));
    set.add(87, &kit.great_drum, 300, 0.0, 10.0);
    set.group(2, group::SURDOS);
}

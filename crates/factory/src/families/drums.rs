//! The standard drum kit: drum program 0, keys 27 to 87.
//!
//! Source: \[GM1\] percussion map for keys 35 to 81; the keys around it are those of
//! the GS standard kit.

mod airs;
mod metals;
mod skins;
mod woods;

use crate::assembly::{Assembly, Drum, Zone};
use crate::voicing::{Decay, Filter, Voicing};

/// Waves that other families borrow.
#[derive(Debug)]
pub(crate) struct Kit {
    pub(crate) tom: Zone,
    pub(crate) electric_snare: Zone,
    pub(crate) great_drum: Zone,
    pub(crate) block: Zone,
    pub(crate) agogo: Zone,
    pub(crate) crash: Zone,
    pub(crate) whistle: Zone,
}

/// A note-off does not stop a drum: it rings to its own end.
const RINGING: Voicing = Voicing {
    release_s: 20.0,
    filter: None,
    vibrato: None,
    ..Voicing::STRUCK
};

/// Exclusive groups of the kit.
const HATS: u16 = 1;
const SCRATCHES: u16 = 2;
const WHISTLES: u16 = 3;
const GUIROS: u16 = 4;
const CUICAS: u16 = 5;
const TRIANGLES: u16 = 6;
const SURDOS: u16 = 7;

/// The drums of a kit so far.
struct Set {
    drums: Vec<Drum>,
}

impl Set {
    /// A drum on a key: cents away from its recording, its level and its place.
    fn add(&mut self, key: u8, zone: &Zone, tuning_cents: i16, level_db: f64, pan_percent: f64) {
        let voicing = RINGING.level(level_db).pan(pan_percent);
        self.drums.push(Drum {
            key,
            zone: zone.clone(),
            tuning_cents,
            group: 0,
            voicing,
        });
    }

    /// Changes the drum that was added last.
    fn with(&mut self, change: impl FnOnce(Voicing) -> Voicing) {
        if let Some(drum) = self.drums.last_mut() {
            drum.voicing = change(drum.voicing);
        }
    }

    /// Puts the drums that were added last into a group.
    fn group(&mut self, count: usize, group: u16) {
        for drum in self.drums.iter_mut().rev().take(count) {
            drum.group = group;
        }
    }
}

/// A wave with a loop, ringing for a time, seconds per 96 dB.
fn rung(seconds: f64) -> impl FnOnce(Voicing) -> Voicing {
    move |voicing| voicing.decay(Decay::To(seconds, 96.0)).release(seconds)
}

pub(crate) fn build(assembly: &mut Assembly) -> Kit {
    let mut set = Set { drums: vec![] };
    let kit = Kit {
        tom: assembly.wave(skins::tom()),
        electric_snare: assembly.wave(skins::electric_snare()),
        great_drum: assembly.wave(skins::great_drum()),
        block: assembly.wave(woods::block()),
        agogo: assembly.wave(metals::agogo()),
        crash: assembly.wave(metals::crash()),
        whistle: assembly.wave(airs::whistle()),
    };
    drums(assembly, &mut set, &kit);
    cymbals(assembly, &mut set, &kit);
    hand_drums(assembly, &mut set);
    small(assembly, &mut set, &kit);
    around(assembly, &mut set, &kit);
    set.drums.sort_by_key(|drum| drum.key);
    assembly.kit(0, "Standard Kit", &set.drums);
    kit
}

fn drums(assembly: &mut Assembly, set: &mut Set, kit: &Kit) {
    let soft = |hz| move |voicing: Voicing| voicing.filter(Filter::by_velocity(hz, 3000.0));
    let deep = assembly.wave(skins::deep_kick());
    set.add(35, &deep, 0, 3.0, 0.0);
    set.with(soft(5000.0));
    let kick = assembly.wave(skins::kick());
    set.add(36, &kick, 0, 4.0, 0.0);
    set.with(soft(9000.0));
    let stick = assembly.wave(woods::side_stick());
    set.add(37, &stick, 0, -5.0, 0.0);
    let snare = assembly.wave(skins::snare());
    set.add(38, &snare, 0, 2.0, 0.0);
    set.with(soft(14_000.0));
    let clap = assembly.wave(airs::clap());
    set.add(39, &clap, 0, -1.0, 4.0);
    set.add(40, &kit.electric_snare, 0, 1.0, 0.0);
    set.with(soft(14_000.0));
    let toms = [
        (41, -500, 22.0),
        (43, -250, 14.0),
        (45, 0, 6.0),
        (47, 250, -4.0),
        (48, 480, -12.0),
        (50, 720, -20.0),
    ];
    for (key, cents, pan) in toms {
        set.add(key, &kit.tom, cents, 2.0, pan);
        set.with(soft(6000.0));
    }
}

fn cymbals(assembly: &mut Assembly, set: &mut Set, kit: &Kit) {
    let hat = assembly.wave(metals::hi_hat());
    set.add(42, &hat, 100, -3.0, -10.0);
    set.with(rung(0.32));
    set.add(44, &hat, -150, -4.0, -10.0);
    set.with(rung(0.24));
    set.with(|voicing| voicing.attack(0.004));
    set.add(46, &hat, 0, -5.5, -10.0);
    set.with(rung(1.9));
    set.group(3, HATS);
    set.add(49, &kit.crash, 0, -1.5, -16.0);
    set.add(57, &kit.crash, -180, -1.5, 18.0);
    set.add(55, &kit.crash, 560, -5.0, 10.0);
    set.with(rung(1.7));
    let ride = assembly.wave(metals::ride());
    set.add(51, &ride, 0, -5.0, 16.0);
    set.add(59, &ride, 170, -5.0, 20.0);
    set.add(52, &kit.crash, -900, -4.0, 22.0);
    set.with(rung(2.2));
    let cup = assembly.wave(metals::cup());
    set.add(53, &cup, 0, -7.0, 16.0);
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
    set.group(2, CUICAS);
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
    set.group(2, WHISTLES);
    let short = assembly.wave(woods::guiro("Short guiro", 0.14, 9, 73));
    set.add(73, &short, 0, -5.0, 14.0);
    let long = assembly.wave(woods::guiro("Long guiro", 0.42, 26, 74));
    set.add(74, &long, 0, -5.0, 14.0);
    set.group(2, GUIROS);
    let claves = assembly.wave(woods::claves());
    set.add(75, &claves, 0, -8.0, 12.0);
    set.add(76, &kit.block, 0, -6.0, 16.0);
    set.add(77, &kit.block, -420, -6.0, 16.0);
    let triangle = assembly.wave(metals::triangle());
    set.add(80, &triangle, 0, -3.0, -20.0);
    set.with(rung(0.4));
    set.add(81, &triangle, 0, -8.0, -20.0);
    set.group(2, TRIANGLES);
    set.add(82, &maracas, -300, -8.0, -14.0);
    set.add(34, &triangle, -400, -4.0, 0.0);
    set.with(rung(0.8));
}

/// The keys of the GS kit that General MIDI leaves out.
fn around(assembly: &mut Assembly, set: &mut Set, kit: &Kit) {
    let high_q = assembly.wave(airs::high_q());
    set.add(27, &high_q, 0, -4.0, 0.0);
    let slap = kit.electric_snare.clone();
    set.add(28, &slap, 700, -3.0, 0.0);
    let scratch = assembly.wave(airs::scratch());
    set.add(29, &scratch, 0, -3.0, 0.0);
    set.add(30, &scratch, -500, -3.0, 0.0);
    set.group(2, SCRATCHES);
    let castanets = assembly.wave(woods::castanets());
    set.add(31, &castanets, -700, -4.0, 0.0);
    set.add(85, &castanets, 0, -7.0, -10.0);
    let click = assembly.wave(woods::click());
    set.add(32, &click, -700, -5.0, 0.0);
    set.add(33, &click, 0, -5.0, 0.0);
    let jingles = assembly.wave(metals::jingles());
    set.add(83, &jingles, 0, -7.0, 8.0);
    set.add(84, &jingles, 500, -8.0, 14.0);
    set.add(86, &kit.great_drum, 300, 0.0, 10.0);
    set.with(|voicing| voicing.decay(Decay::To(0.6, 96.0)));
    set.add(87, &kit.great_drum, 300, 0.0, 10.0);
    set.group(2, SURDOS);
}

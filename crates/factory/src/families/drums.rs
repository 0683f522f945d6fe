//! Drum kits: the standard one, those that differ from it, and the kit of noises.
//!
//! A kit has every key from 27 to 87: what its map does not name is the standard kit's drum.
//! Source: the maps of \[GS\] and \[GM2\], which give their kits the same programs.

mod airs;
mod circuits;
mod machines;
mod metals;
mod noises;
mod orchestra;
mod rooms;
mod scenes;
mod set;
mod skins;
mod standard;
mod voices;
mod woods;

use crate::assembly::{Assembly, MultiSample, Part, Variation, Zone};
use crate::voicing::{Filter, Voicing};

/// Waves that several kits or other families play.
#[derive(Debug)]
pub(crate) struct Kit {
    pub(crate) kick: Zone,
    pub(crate) tom: Zone,
    pub(crate) electric_snare: Zone,
    pub(crate) gated_snare: Zone,
    pub(crate) great_drum: Zone,
    pub(crate) block: Zone,
    pub(crate) agogo: Zone,
    pub(crate) hat: Zone,
    pub(crate) crash: Zone,
    pub(crate) wash: Zone,
    pub(crate) triangle: Zone,
    pub(crate) castanets: Zone,
    pub(crate) click: Zone,
    pub(crate) clap: Zone,
    pub(crate) whistle: Zone,
    pub(crate) scratch: Zone,
    pub(crate) high_q: Zone,
}

/// Records what other families borrow.
pub(crate) fn record(assembly: &mut Assembly) -> Kit {
    Kit {
        kick: assembly.wave(skins::kick()),
        tom: assembly.wave(skins::tom()),
        electric_snare: assembly.wave(skins::electric_snare()),
        gated_snare: assembly.wave(skins::gated_snare()),
        great_drum: assembly.wave(skins::great_drum()),
        block: assembly.wave(woods::block()),
        agogo: assembly.wave(metals::agogo()),
        hat: assembly.wave(metals::hi_hat()),
        crash: assembly.wave(metals::crash()),
        wash: assembly.wave(metals::wash()),
        triangle: assembly.wave(metals::triangle()),
        castanets: assembly.wave(woods::castanets()),
        click: assembly.wave(woods::click()),
        clap: assembly.wave(airs::clap()),
        whistle: assembly.wave(airs::whistle()),
        scratch: assembly.wave(airs::scratch()),
        high_q: assembly.wave(airs::high_q()),
    }
}

/// A drum for the keyboard: its wave, the key on which it has its recorded pitch, and how bright and how
/// loud it is.
struct OnKeys<'a> {
    zone: &'a Zone,
    root: u8,
    /// Cutoff at full velocity.
    hz: f64,
    level_db: f64,
}

impl OnKeys<'_> {
    /// Adds it as a variation of a percussive program.
    fn add(&self, assembly: &mut Assembly, program: u8, at: Variation, name: &str) {
        let part = Part {
            sound: MultiSample::single(self.zone.clone(), self.root),
            voicing: Voicing::STRUCK
                .release(3.0)
                .filter(Filter::by_velocity(self.hz, 2400.0))
                .level(self.level_db),
        };
        assembly.variation(program, at, name, &[part]);
    }
}

/// Where both maps have a program's first variation.
const FIRST: Variation = Variation {
    gs: Some(8),
    gm2: 1,
};

/// Adds the kits; they borrow waves of the programs, which are there by now.
pub(crate) fn build(assembly: &mut Assembly, kit: &Kit) {
    let standard = standard::build(assembly, kit);
    rooms::build(assembly, &standard, kit);
    machines::build(assembly, &standard, kit);
    orchestra::build(assembly, &standard, kit);
    noises::build(assembly, &standard, kit);
    assembly.kit(0, "Standard Kit", &standard.drums());
    OnKeys {
        zone: &kit.castanets,
        root: 79,
        hz: 6000.0,
        level_db: 7.0,
    }
    .add(assembly, 115, FIRST, "Castanets");
}

//! The families of the General MIDI sound set, one file each.
//!
//! A family that lends its waves to another returns them.

mod bass;
mod brass;
mod chromatic;
mod drums;
mod effects;
mod ensemble;
mod ethnic;
mod guitar;
mod lead;
mod organ;
mod pad;
mod percussive;
mod piano;
mod pipe;
mod reed;
mod sound_effects;
mod strings;
mod variations;

use crate::assembly::Assembly;
use crate::oscillators::Oscillators;

/// Adds every program and kit.
pub(crate) fn build(assembly: &mut Assembly) {
    let oscillators = Oscillators::new(assembly);
    piano::build(assembly);
    let bars = chromatic::build(assembly);
    organ::build(assembly);
    let guitars = guitar::build(assembly);
    bass::build(assembly, &oscillators);
    let strings = strings::build(assembly);
    let ensemble = ensemble::build(assembly, &oscillators);
    brass::build(assembly, &oscillators);
    let reeds = reed::build(assembly);
    let pipes = pipe::build(assembly);
    lead::build(assembly, &oscillators, &ensemble, &guitars, &pipes);
    let pads = pad::build(assembly, &ensemble, &bars, &oscillators);
    let borrowed = effects::Borrowed {
        bars: &bars,
        ensemble: &ensemble,
        guitars: &guitars,
        pads: &pads,
        oscillators: &oscillators,
    };
    effects::build(assembly, &borrowed);
    ethnic::build(assembly, &strings, &reeds, &bars);
    let kit = drums::record(assembly);
    percussive::build(assembly, &kit, &bars);
    sound_effects::build(assembly, &pipes, &kit);
    drums::build(assembly, &kit);
    variations::build(assembly);
}

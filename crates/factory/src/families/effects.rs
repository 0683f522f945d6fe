//! Synthesizer effects: programs 96 to 103.

use crate::assembly::{Assembly, Layer};
use crate::families::chromatic::Bars;
use crate::families::ensemble::Ensemble;
use crate::families::guitar::Guitars;
use crate::families::pad::{BESIDE_CENTS, Pads, SLOW};
use crate::oscillators::Oscillators;
use crate::voicing::{Decay, Filter, Sweep, Vibrato, Voicing};

/// The waves this family borrows; it has none of its own.
#[derive(Debug)]
pub(crate) struct Borrowed<'a> {
    pub(crate) bars: &'a Bars,
    pub(crate) ensemble: &'a Ensemble,
    pub(crate) guitars: &'a Guitars,
    pub(crate) pads: &'a Pads,
    pub(crate) oscillators: &'a Oscillators,
}

pub(crate) fn build(assembly: &mut Assembly, waves: &Borrowed<'_>) {
    let bell = Voicing::STRUCK.release(3.0).level(-3.0);
    let bed = |level_db| SLOW.level(level_db);
    let dark = |hz| Filter::by_velocity(hz, 1500.0);
    let Borrowed {
        bars,
        ensemble,
        guitars,
        pads,
        oscillators,
    } = waves;
    let saws = |voicing, cents| Layer::trio(&oscillators.saw, voicing, cents, 24.0);
    let rain = [
        Layer::of(&bars.music_box, bell),
        Layer::of(&pads.metal, bed(-6.0).up(12)),
    ];
    assembly.program(96, "FX 1 (rain)", &rain);
    let mut soundtrack = saws(bed(-4.0).filter(dark(1600.0)), 10);
    let fifth = bed(-7.0).up(7).attack(0.9);
    soundtrack.push(Layer::of(&ensemble.strings, fifth));
    assembly.program(97, "FX 2 (soundtrack)", &soundtrack);
    let crystal = [
        Layer::of(&bars.glockenspiel, bell.pan(-12.0)),
        Layer::of(&bars.vibraphone, bell.up(12).detune(6).pan(12.0)),
    ];
    assembly.program(98, "FX 3 (crystal)", &crystal);
    let strings = bed(-5.0).filter(dark(2500.0)).detune(BESIDE_CENTS);
    let atmosphere = [
        Layer::of(&guitars.nylon, bell.release(1.5)),
        Layer::of(&ensemble.strings, strings),
    ];
    assembly.program(99, "FX 4 (atmosphere)", &atmosphere);
    let mut bright = saws(bed(-4.0).attack(0.05), 8);
    let spark = bell.level(-7.0);
    bright.push(Layer::of(&bars.glockenspiel, spark));
    let voices = bed(-7.0).attack(0.1);
    bright.push(Layer::of(&ensemble.aahs, voices));
    assembly.program(100, "FX 5 (brightness)", &bright);
    let drift = Vibrato {
        hz: 0.6,
        delay_s: 0.01,
        cents: 18.0,
        wheel_cents: 50.0,
    };
    let goblins = [
        Layer::of(&pads.metal, bed(-3.0).up(-12).vibrato(drift)),
        Layer::of(&ensemble.oohs, bed(-5.0).detune(-14).attack(1.4)),
    ];
    assembly.program(101, "FX 6 (goblins)", &goblins);
    // Repeats are a square-cut tremolo over a slow decay.
    let echo = Voicing::HELD
        .attack(0.002)
        .decay(Decay::To(9.0, 96.0))
        .release(5.0)
        .tremolo(3.3, 9.0)
        .filter(dark(3000.0))
        .level(-6.0);
    let far = echo.detune(7).pan(25.0).level(-5.0);
    let echoes = [
        Layer::of(&oscillators.triangle, echo),
        Layer::of(&oscillators.saw, far),
    ];
    assembly.program(102, "FX 7 (echoes)", &echoes);
    let sweep = Sweep {
        attack_s: 0.01,
        decay_s: 2.5,
        sustain_percent: 10.0,
        release_s: 2.0,
    };
    let theme = bed(-4.0)
        .attack(0.02)
        .filter(Filter {
            q_db: 10.0,
            envelope_cents: 3600.0,
            ..Filter::by_velocity(600.0, 900.0)
        })
        .sweep(sweep);
    let mut sci_fi = saws(theme, 14);
    let shimmer = bed(-6.0).attack(0.02).detune(BESIDE_CENTS);
    sci_fi.push(Layer::of(&pads.metal, shimmer));
    assembly.program(103, "FX 8 (sci-fi)", &sci_fi);
}

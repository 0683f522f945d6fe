//! Percussive sounds on the keyboard: programs 112 to 119.

use crate::assembly::{Assembly, MultiSample};
use crate::families::chromatic::Bars;
use crate::families::drums::Kit;
use crate::plan::LoopPlan;
use crate::recording::Recording;
use crate::strike::{Knock, Partial, Strike};
use crate::units::key_to_hz;
use crate::voicing::{Decay, Filter, Sweep, Voicing};

pub(crate) fn build(assembly: &mut Assembly, kit: &Kit, bars: &Bars) {
    let pan = assembly.every(8, 28..=92, |key| steel_pan(key).softened());
    let ringing = Voicing::STRUCK
        .release(3.0)
        .filter(Filter::by_velocity(2000.0, 3000.0));
    assembly.solo(
        112,
        "Tinkle Bell",
        &bars.glockenspiel,
        ringing.up(12).level(-3.0),
    );
    let on_key = |zone: &crate::assembly::Zone, key| MultiSample::single(zone.clone(), key);
    assembly.solo(113, "Agogo", &on_key(&kit.agogo, 82), ringing.level(-3.0));
    assembly.solo(114, "Steel Drums", &pan, ringing.release(1.6).tilt(-0.4));
    assembly.solo(
        115,
        "Woodblock",
        &on_key(&kit.block, 83),
        ringing
            .filter(Filter::by_velocity(2600.0, 3600.0))
            .level(-2.0),
    );
    let skin = Filter::by_velocity(2600.0, 3600.0);
    assembly.solo(
        116,
        "Taiko Drum",
        &on_key(&kit.great_drum, 48),
        ringing
            .filter(Filter::by_velocity(1600.0, 3600.0))
            .level(3.0),
    );
    assembly.solo(
        117,
        "Melodic Tom",
        &on_key(&kit.tom, 57),
        ringing.filter(skin).level(2.0),
    );
    // A tone that falls an octave and a half, as the first electronic drums did.
    let fall = Sweep {
        attack_s: 0.0,
        decay_s: 0.35,
        sustain_percent: 0.0,
        release_s: 0.35,
    };
    let synth = ringing
        .sweep(fall)
        .sweep_pitch(1200.0)
        .filter(skin)
        .level(2.0);
    assembly.solo(118, "Synth Drum", &on_key(&kit.tom, 64), synth);
    let swell = Voicing::HELD
        .attack(1.6)
        .decay(Decay::To(0.25, 96.0))
        .release(0.3);
    assembly.solo(119, "Reverse Cymbal", &on_key(&kit.wash, 60), swell);
}

/// A steel pan: the octave and the twelfth of each note are tuned into its dent.
fn steel_pan(key: u8) -> Recording {
    let plan = LoopPlan::new(key, 1024, 22_000.0);
    let f0 = key_to_hz(f64::from(key));
    let modes = [
        (1.0, 1.0, 1.5, 0.25),
        (2.0, 0.75, 1.1, 0.3),
        (3.0, 0.28, 0.7, 0.3),
        (4.02, 0.3, 0.5, 0.4),
        (5.05, 0.08, 0.4, 0.5),
        (6.1, 0.08, 0.3, 0.5),
    ];
    let partials: Vec<Partial> = modes
        .iter()
        .map(|(ratio, amplitude, decay, after_share)| Partial {
            hz: ratio * f0,
            amplitude: *amplitude,
            prompt_s: decay * 0.3,
            after_s: *decay,
            after_share: *after_share,
        })
        .collect();
    let strike = Strike {
        lead_s: 0.25,
        shared_s: 1.5 * 96.0 / 60.0,
        rise_s: 0.004,
        knock: Some(Knock {
            amplitude: 0.2,
            hz: 900.0,
            q: 0.7,
            decay_s: 0.03,
        }),
    };
    strike.record("Steel pan", &plan, &partials)
}

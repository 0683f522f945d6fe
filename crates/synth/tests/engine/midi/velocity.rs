//! Curves of velocity that the host chooses for a part.

use dmus_dls::bank::{Destination, Source};
use dmus_synth::{PartTrim, VelocityCurve};

use crate::bank::{cents, from, harness};
use crate::rig::Rig;

use super::gs;

/// Bits of half a second of the harness under a curve, whose pitch follows pressure on the key.
fn bits(curve: VelocityCurve, play: impl Fn(&mut Rig)) -> Vec<u32> {
    let pressed = from(Source::PolyPressure, Destination::Pitch, cents(1200.0));
    let mut rig = Rig::new(&harness(&[pressed]));
    rig.engine.set_part_trim(0, 0, trim(curve));
    play(&mut rig);
    let heard = rig.run_s(0.5);
    heard.left.iter().map(|sample| sample.to_bits()).collect()
}

fn trim(velocity: VelocityCurve) -> PartTrim {
    PartTrim {
        velocity,
        ..PartTrim::default()
    }
}

#[test]
fn a_note_under_a_curve_is_the_note_of_the_velocity_behind_it() {
    for curve in VelocityCurve::ALL {
        for velocity in [1, 20, 64, 100, 127] {
            let bent = bits(curve, |rig| rig.send(&[0x90, 69, velocity]));
            let struck = [0x90, 69, curve.bend(velocity)];
            let plain = bits(VelocityCurve::Linear, |rig| rig.send(&struck));
            assert_eq!(bent, plain, "{curve:?} at {velocity}");
        }
    }
}

#[test]
fn notes_with_a_number_and_parts_of_one_note_are_bent_too() {
    let behind = VelocityCurve::Hard2.bend(64);
    let numbered = |velocity| move |rig: &mut Rig| rig.engine.strike_note(0, 0, 69, velocity, 7);
    assert_eq!(
        bits(VelocityCurve::Hard2, numbered(64)),
        bits(VelocityCurve::Linear, numbered(behind))
    );
    let alone = |velocity| {
        move |rig: &mut Rig| {
            rig.send(&[0xB0, 126, 1]);
            rig.send(&[0x90, 69, velocity]);
        }
    };
    assert_eq!(
        bits(VelocityCurve::Hard2, alone(64)),
        bits(VelocityCurve::Linear, alone(behind))
    );
}

#[test]
fn the_curve_comes_behind_what_messages_make_of_a_velocity() {
    let sense = gs([0x40, 0x11, 0x1A], &[32, 74]);
    let bent = bits(VelocityCurve::Soft2, |rig| {
        rig.send(&sense);
        rig.send(&[0x90, 69, 100]);
    });
    // 100 by a half and 20 more.
    let struck = [0x90, 69, VelocityCurve::Soft2.bend(70)];
    assert_eq!(bent, bits(VelocityCurve::Linear, |rig| rig.send(&struck)));
}

#[test]
fn pressure_and_the_end_of_a_note_are_not_bent() {
    let played = |velocity| {
        move |rig: &mut Rig| {
            rig.send(&[0x90, 69, velocity]);
            rig.send(&[0xA0, 69, 40]);
            rig.run(4410);
            rig.send(&[0x80, 69, 40]);
        }
    };
    let behind = VelocityCurve::Hard2.bend(100);
    assert_eq!(
        bits(VelocityCurve::Hard2, played(100)),
        bits(VelocityCurve::Linear, played(behind))
    );
}

#[test]
fn another_curve_serves_notes_to_come_and_leaves_those_that_sound() {
    let play = |curves: [VelocityCurve; 2]| {
        bits(curves[0], |rig| {
            rig.send(&[0x90, 69, 64]);
            rig.run(441);
            rig.engine.set_part_trim(0, 0, trim(curves[1]));
        })
    };
    let linear = VelocityCurve::Linear;
    assert_eq!(play([linear, VelocityCurve::Soft2]), play([linear, linear]));
    assert_ne!(play([VelocityCurve::Soft2, linear]), play([linear, linear]));
}

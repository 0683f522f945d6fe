//! What belongs to one note alone, and who is spoken to.

use assert_no_alloc::assert_no_alloc;
use dmus_dls::bank::{Destination, Source};
use dmus_synth::{NoteAddress, NoteExpression};

use crate::bank::{base, cents, from, harness, hertz, seconds};
use crate::measure::close;
use crate::rig::Rig;

/// 8000 frames: whole cycles of both test keys.
const EIGHT_THOUSAND_S: f64 = 8000.0 / 44_100.0;

const ANY: NoteAddress = NoteAddress {
    channel: None,
    key: None,
    note_id: None,
};

fn of(note_id: i32) -> NoteAddress {
    NoteAddress {
        note_id: Some(note_id),
        ..ANY
    }
}

/// A note with an expression from its first tick on.
fn with(bank: &dmus_dls::Bank, expression: NoteExpression) -> crate::measure::Stereo {
    let mut rig = Rig::new(bank);
    rig.engine.strike_note(0, 0, 69, 127, 7);
    rig.engine.express(0, of(7), expression);
    rig.run_s(0.5)
}

#[test]
fn a_note_is_tuned_alone() {
    let plain = harness(&[]);
    for semitones in [-12.0, 0.25, 7.0] {
        let frames = with(&plain, NoteExpression::Tuning(semitones));
        close(
            frames.pitch_at(441.0, 0.3),
            100.0 * f64::from(semitones),
            0.5,
        );
    }
}

#[test]
fn a_note_has_its_own_volume_and_place() {
    let plain = harness(&[]);
    let loud = with(&plain, NoteExpression::Volume(2.0));
    close(loud.level_db(0.1, 0.4), 6.02, 0.05);
    let silent = with(&plain, NoteExpression::Volume(0.0));
    assert!(silent.level_db(0.1, 0.4) < -90.0);
    let right = with(&plain, NoteExpression::Pan(1.0));
    assert!(right.left_db(0.1, 0.4) < -90.0);
    close(right.right_db(0.1, 0.4), 0.0, 0.05);
    let half = with(&plain, NoteExpression::Pan(-0.5));
    close(half.left_db(0.1, 0.4), -0.688, 0.05);
}

#[test]
fn a_note_is_dark_or_bright_alone() {
    let plain = harness(&[]);
    let dark = with(&plain, NoteExpression::Brightness(0.0)).level_db(0.2, 0.5);
    assert!(dark < -28.0, "{dark}");
    let shut = harness(&[base(Destination::FilterCutoff, hertz(220.5))]);
    let before = with(&shut, NoteExpression::Brightness(0.5)).level_db(0.2, 0.5);
    let bright = with(&shut, NoteExpression::Brightness(1.0)).level_db(0.2, 0.5);
    assert!(before < -10.0 && bright > -0.3, "{before} {bright}");
}

#[test]
fn pressure_on_a_note_takes_the_place_of_that_on_its_key() {
    let bank = harness(&[from(Source::PolyPressure, Destination::Pitch, cents(128.0))]);
    let mut rig = Rig::new(&bank);
    rig.send(&[0xA0, 69, 40]);
    rig.engine.strike_note(0, 0, 69, 127, 1);
    close(rig.run_s(0.5).pitch_at(441.0, 0.3), 40.0, 0.5);
    rig.engine.express(0, of(1), NoteExpression::Pressure(1.0));
    close(rig.run_s(0.5).pitch_at(441.0, 0.3), 127.0, 0.5);
}

#[test]
fn only_the_note_that_is_named_changes() {
    let mut rig = Rig::new(&harness(&[]));
    rig.engine.strike_note(0, 0, 57, 127, 1);
    rig.engine.strike_note(0, 1, 69, 127, 2);
    let silence = NoteExpression::Volume(0.0);
    // Nobody has this number, this key on this channel, or this channel.
    for address in [
        of(3),
        NoteAddress {
            channel: Some(0),
            key: Some(69),
            ..ANY
        },
        NoteAddress {
            channel: Some(77),
            ..ANY
        },
    ] {
        rig.engine.express(0, address, silence);
    }
    rig.engine.express(1, ANY, silence);
    rig.run(441);
    let both = rig.run(8000);
    close(both.gain_at(441.0, 0.0, EIGHT_THOUSAND_S), 0.0, 0.05);
    close(both.gain_at(220.5, 0.0, EIGHT_THOUSAND_S), 0.0, 0.05);
    let key = NoteAddress {
        key: Some(57),
        ..ANY
    };
    rig.engine.express(0, key, silence);
    rig.run(441);
    let one = rig.run(8000);
    close(one.gain_at(441.0, 0.0, EIGHT_THOUSAND_S), 0.0, 0.05);
    assert!(one.gain_at(220.5, 0.0, EIGHT_THOUSAND_S) < -80.0);
    rig.engine.express(0, ANY, silence);
    rig.run(441);
    assert!(rig.run(8000).gain_at(441.0, 0.0, EIGHT_THOUSAND_S) < -80.0);
}

#[test]
fn a_released_note_still_listens_and_a_new_one_begins_anew() {
    let mut rig = Rig::new(&harness(&[base(Destination::Eg1Release, seconds(40.0))]));
    rig.engine.strike_note(0, 0, 69, 127, 1);
    rig.run(441);
    rig.engine.lift_note(0, of(1));
    rig.engine.express(0, of(1), NoteExpression::Tuning(1.0));
    close(rig.run_s(0.5).pitch_at(441.0, 0.3), 100.0, 0.5);
    rig.send(&[0xB0, 120, 0]);
    rig.run(4410);
    rig.engine.strike_note(0, 0, 69, 127, 1);
    close(rig.run_s(0.5).pitch_at(441.0, 0.3), 0.0, 0.5);
}

#[test]
fn a_note_is_ended_by_its_number() {
    let mut bank = harness(&[]);
    bank.instruments[0].regions[0].self_non_exclusive = true;
    let mut rig = Rig::new(&bank);
    rig.engine.strike_note(0, 0, 69, 127, 1);
    rig.engine.strike_note(0, 0, 69, 127, 2);
    rig.engine.lift_note(0, of(2));
    rig.run(4410);
    assert_eq!(rig.voices(), 1);
    rig.engine.lift_note(0, of(2));
    rig.run(4410);
    assert_eq!(rig.voices(), 1);
    rig.send(&[0xB0, 64, 127]);
    rig.engine.lift_note(0, of(1));
    rig.run(4410);
    assert_eq!(rig.voices(), 1);
    rig.send(&[0xB0, 64, 0]);
    rig.run(4410);
    assert_eq!(rig.voices(), 0);
}

#[test]
fn an_expression_makes_no_step_and_allocates_nothing() {
    let mut bank = harness(&[]);
    bank.waves[0].frames = vec![16_384; 100].into();
    let mut rig = Rig::new(&bank);
    rig.engine.strike_note(0, 0, 69, 127, 1);
    rig.run(100);
    let (mut left, mut right) = (vec![0.0; 640], vec![0.0; 640]);
    assert_no_alloc(|| {
        rig.engine.express(0, of(1), NoteExpression::Volume(0.0));
        rig.engine.render(&mut left, &mut right);
        rig.engine.express(0, ANY, NoteExpression::Brightness(0.1));
        rig.engine.strike_note(0, 0, 60, 127, 2);
        rig.engine.lift_note(0, of(2));
    });
    let before = 0.25 * core::f32::consts::FRAC_1_SQRT_2;
    let step = left
        .windows(2)
        .map(|pair| (pair[1] - pair[0]).abs())
        .fold(0.0, f32::max);
    assert!(step < before / 60.0, "{step}");
    assert!(left[300].abs() < 1e-6);
}

//! What a host sets for one note in the place of what it has set for the part.

use assert_no_alloc::assert_no_alloc;
use dmus_dls::bank::{Destination, Source};
use dmus_synth::{NoteTrim, PartTrim};

use crate::bank::{base, cents, from, harness, hertz};
use crate::measure::{Stereo, close};
use crate::rig::Rig;

/// A note whose part has a trim, and then one of its own.
fn with(bank: &dmus_dls::Bank, part: PartTrim, own: NoteTrim) -> Stereo {
    let mut rig = Rig::new(bank);
    rig.engine.set_part_trim(0, 0, part);
    rig.run(4_410);
    rig.engine.strike_note(0, 0, 69, 127, 7);
    rig.engine.trim_note(0, 0, 7, own);
    rig.run_s(0.5)
}

#[test]
fn a_note_has_its_own_gain_place_and_tuning_whatever_its_part_has() {
    let plain = harness(&[]);
    let quiet = PartTrim {
        gain_db: -96.0,
        pan: -1.0,
        tune_cents: 700.0,
        ..PartTrim::default()
    };
    let loud = with(&plain, quiet, NoteTrim::Gain(-6.02));
    close(loud.left_db(0.1, 0.4), -6.02, 0.05);
    assert!(loud.right_db(0.1, 0.4) < -90.0, "the part's own place");
    let audible = PartTrim {
        gain_db: 0.0,
        ..quiet
    };
    let right = with(&plain, audible, NoteTrim::Pan(1.0));
    assert!(right.left_db(0.1, 0.4) < -90.0);
    close(right.right_db(0.1, 0.4), 0.0, 0.05);
    for own in [-1200.0, 0.0, 33.0] {
        let tuned = with(&plain, audible, NoteTrim::Tune(own));
        close(tuned.pitch_at(441.0, 0.3), f64::from(own), 0.5);
    }
}

#[test]
fn a_note_has_its_own_cutoff_even_where_the_bank_has_no_filter() {
    let plain = harness(&[]);
    let dark = with(&plain, PartTrim::default(), NoteTrim::Cutoff(-9600.0));
    assert!(
        dark.level_db(0.2, 0.5) < -28.0,
        "{}",
        dark.level_db(0.2, 0.5)
    );
    let shut = PartTrim {
        cutoff_cents: -9600.0,
        ..PartTrim::default()
    };
    let open = with(&plain, shut, NoteTrim::Cutoff(0.0));
    close(open.level_db(0.2, 0.5), 0.0, 0.3);
    let bank = harness(&[base(Destination::FilterCutoff, hertz(441.0))]);
    let before = with(&bank, PartTrim::default(), NoteTrim::Resonance(0.0));
    let peak = with(&bank, PartTrim::default(), NoteTrim::Resonance(12.0));
    let gained = peak.level_db(0.2, 0.5) - before.level_db(0.2, 0.5);
    assert!(gained > 5.0, "{gained}");
}

#[test]
fn only_the_note_that_is_meant_is_touched_and_a_new_one_begins_anew() {
    let mut rig = Rig::new(&harness(&[from(
        Source::PolyPressure,
        Destination::Pitch,
        cents(1.0),
    )]));
    rig.engine.strike_note(0, 0, 69, 127, 1);
    for (group, part, note_id) in [(0, 0, 2), (0, 1, 1), (1, 0, 1), (0, 200, 1), (9, 0, 1)] {
        rig.engine
            .trim_note(group, part, note_id, NoteTrim::Gain(-96.0));
    }
    rig.run(441);
    close(rig.run_s(0.3).level_db(0.1, 0.3), 0.0, 0.05);
    rig.engine.trim_note(0, 0, 1, NoteTrim::Gain(-96.0));
    rig.run(441);
    assert!(rig.run_s(0.3).level_db(0.1, 0.3) < -90.0);
    rig.send(&[0xB0, 120, 0]);
    rig.run(4_410);
    rig.engine.strike_note(0, 0, 69, 127, 1);
    close(rig.run_s(0.3).level_db(0.1, 0.3), 0.0, 0.05);
}

#[test]
fn a_trim_of_a_note_makes_no_step_and_allocates_nothing() {
    let mut bank = harness(&[]);
    bank.waves[0].frames = vec![16_384; 100].into();
    let mut rig = Rig::new(&bank);
    rig.engine.strike_note(0, 0, 69, 127, 1);
    rig.run(100);
    let (mut left, mut right) = (vec![0.0; 640], vec![0.0; 640]);
    assert_no_alloc(|| {
        rig.engine.trim_note(0, 0, 1, NoteTrim::Gain(-96.0));
        rig.engine.trim_note(0, 0, 1, NoteTrim::Chorus(1.0));
        rig.engine.render(&mut left, &mut right);
    });
    let before = 0.25 * core::f32::consts::FRAC_1_SQRT_2;
    let step = left
        .windows(2)
        .map(|pair| (pair[1] - pair[0]).abs())
        .fold(0.0, f32::max);
    assert!(step < before / 60.0, "{step}");
    assert!(left[600].abs() < 1e-6);
}

#[test]
fn a_note_with_a_number_is_told_when_nothing_sounds_of_it() {
    let mut rig = Rig::new(&harness(&[]));
    rig.engine.strike_note(0, 0, 69, 127, 7);
    rig.engine.strike_note(0, 0, 72, 127, 8);
    rig.strike(60);
    rig.run(441);
    assert_eq!(rig.engine.take_ended(), None);
    rig.engine.end_note(0, 0, 69, 7);
    rig.lift(60);
    rig.run(44_100);
    let ended = rig.engine.take_ended().expect("it has ended");
    assert_eq!((ended.part, ended.key, ended.note_id), (0, 69, 7));
    assert!((441..44_541).contains(&ended.frame) && ended.frame.is_multiple_of(64));
    assert_eq!(rig.engine.take_ended(), None, "another one still sounds");
    // A part without voices: what cannot sound has ended at once.
    rig.engine.set_part_voices(0, 1, Some(0));
    rig.engine.strike_note(0, 1, 50, 127, 9);
    let silent = rig.engine.take_ended().expect("it never sounded");
    assert_eq!((silent.part, silent.note_id, silent.frame), (1, 9, 44_541));
}

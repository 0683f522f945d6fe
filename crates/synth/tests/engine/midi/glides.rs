//! Portamento, one note at a time, and notes that move to another key.

use dmus_dls::bank::Destination;

use crate::bank::{bank, base, harness, instrument, looped, patch, region, seconds, sine};
use crate::measure::close;
use crate::rig::Rig;

/// The harness with an attack of 50 ms, by which one sees that a note was struck anew.
fn struck() -> dmus_dls::Bank {
    harness(&[base(Destination::Eg1Attack, seconds(0.05))])
}

/// One note, portamento on or off, legato on or off.
fn solo(bank: &dmus_dls::Bank, portamento: bool, legato: bool) -> Rig {
    let mut rig = Rig::new(bank);
    let switch = |on| if on { 127 } else { 0 };
    for (controller, value) in [
        (126, 1),
        (5, 64),
        (65, switch(portamento)),
        (68, switch(legato)),
    ] {
        rig.send(&[0xB0, controller, value]);
    }
    rig
}

#[test]
fn a_note_glides_from_the_one_before_it() {
    let mut rig = Rig::new(&harness(&[]));
    rig.send(&[0xB0, 5, 64]);
    rig.send(&[0xB0, 65, 127]);
    rig.strike(57);
    rig.run(4410);
    rig.lift(57);
    rig.run(4410);
    rig.strike(69);
    let frames = rig.run_s(1.0);
    // An octave in a third of 2.06 s, straight in cents.
    let whole = 2.06 / 3.0;
    for part in [0.25, 0.5, 0.75] {
        close(
            frames.pitch_at(441.0, part * whole),
            -1200.0 * (1.0 - part),
            8.0,
        );
    }
    close(frames.pitch_at(441.0, 0.9), 0.0, 0.5);
}

#[test]
fn without_the_switch_a_note_is_in_its_place_at_once() {
    let mut rig = Rig::new(&harness(&[]));
    rig.send(&[0xB0, 5, 64]);
    rig.strike(57);
    rig.run(441);
    rig.lift(57);
    rig.run(4410);
    rig.strike(69);
    close(rig.run_s(0.5).pitch_at(441.0, 0.02), 0.0, 0.5);
}

#[test]
fn the_fine_byte_makes_milliseconds_of_the_time() {
    let mut rig = Rig::new(&harness(&[]));
    for (controller, value) in [(5, 1), (37, 72), (65, 127)] {
        rig.send(&[0xB0, controller, value]);
    }
    rig.strike(57);
    rig.run(441);
    rig.lift(57);
    rig.run(4410);
    rig.strike(69);
    let frames = rig.run_s(0.5);
    close(frames.pitch_at(441.0, 0.1), -600.0, 20.0);
    close(frames.pitch_at(441.0, 0.21), 0.0, 1.0);
}

#[test]
fn portamento_control_glides_once_whatever_the_switch() {
    let mut rig = Rig::new(&harness(&[]));
    rig.send(&[0xB0, 5, 64]);
    rig.send(&[0xB0, 84, 57]);
    rig.strike(69);
    let frames = rig.run_s(1.0);
    close(frames.pitch_at(441.0, 2.06 / 6.0), -600.0, 8.0);
    rig.lift(69);
    rig.run(4410);
    rig.strike(69);
    close(rig.run_s(0.5).pitch_at(441.0, 0.02), 0.0, 0.5);
}

#[test]
fn portamento_control_moves_the_note_that_sounds_on_its_key() {
    let mut rig = Rig::new(&struck());
    rig.strike(57);
    rig.run_s(0.5);
    rig.send(&[0xB0, 84, 57]);
    rig.strike(69);
    let frames = rig.run_s(0.5);
    assert_eq!(rig.voices(), 1);
    close(frames.level_at(0.01), 0.0, 0.3);
    close(frames.pitch_at(441.0, 0.3), 0.0, 0.5);
    rig.lift(57);
    rig.run(4410);
    assert_eq!(rig.voices(), 1);
    rig.lift(69);
    rig.run(4410);
    assert_eq!(rig.voices(), 0);
}

#[test]
fn portamento_control_takes_its_time_under_legato_too() {
    let mut rig = solo(&struck(), false, true);
    rig.strike(57);
    rig.run_s(0.5);
    rig.lift(57);
    rig.run(4410);
    rig.send(&[0xB0, 84, 57]);
    rig.strike(69);
    close(rig.run_s(1.0).pitch_at(441.0, 2.06 / 6.0), -600.0, 8.0);
}

#[test]
fn drums_do_not_glide() {
    let mut one = harness(&[]);
    one.instruments[0].patch.drums = true;
    let mut rig = Rig::new(&one);
    for (controller, value) in [(5, 64), (65, 127)] {
        rig.send(&[0xB9, controller, value]);
    }
    rig.send(&[0x99, 57, 127]);
    rig.run(441);
    rig.send(&[0x89, 57, 0]);
    rig.run(4410);
    rig.send(&[0x99, 69, 127]);
    close(rig.run_s(0.5).pitch_at(441.0, 0.02), 0.0, 0.5);
}

#[test]
fn one_note_cuts_another_and_goes_back_to_it() {
    let mut rig = solo(&struck(), false, false);
    rig.strike(57);
    rig.run_s(0.5);
    rig.strike(69);
    rig.run(1000);
    assert_eq!(rig.voices(), 1);
    let frames = rig.run_s(0.5);
    close(frames.pitch_at(441.0, 0.3), 0.0, 0.5);
    rig.lift(69);
    let back = rig.run_s(0.5);
    close(back.pitch_at(441.0, 0.3), -1200.0, 0.5);
    // It is struck anew.
    assert!(back.level_db(0.015, 0.02) < -3.0);
    rig.lift(57);
    rig.run(1000);
    assert_eq!(rig.voices(), 0);
}

#[test]
fn a_key_that_does_not_sound_goes_up_without_a_trace() {
    let mut rig = solo(&harness(&[]), false, false);
    rig.strike(57);
    rig.run(441);
    rig.strike(69);
    rig.run(4410);
    rig.lift(57);
    rig.run(4410);
    assert_eq!(rig.voices(), 1);
    rig.lift(69);
    rig.run(4410);
    assert_eq!(rig.voices(), 0);
}

#[test]
fn legato_moves_the_note_and_strikes_nothing() {
    let mut rig = solo(&struck(), false, true);
    rig.strike(57);
    rig.run_s(0.5);
    rig.strike(69);
    let frames = rig.run_s(0.2);
    close(frames.level_at(0.01), 0.0, 0.3);
    close(frames.pitch_at(441.0, 0.02), 0.0, 1.0);
    rig.lift(69);
    let back = rig.run_s(0.2);
    close(back.level_at(0.01), 0.0, 0.3);
    close(back.pitch_at(441.0, 0.1), -1200.0, 1.0);
    assert_eq!(rig.voices(), 1);
}

#[test]
fn legato_with_portamento_glides_and_strikes_nothing() {
    let mut rig = solo(&struck(), true, true);
    rig.strike(57);
    rig.run_s(0.5);
    rig.strike(69);
    let frames = rig.run_s(1.0);
    close(frames.level_at(0.01), 0.0, 0.3);
    close(frames.pitch_at(441.0, 2.06 / 6.0), -600.0, 8.0);
    close(frames.pitch_at(441.0, 0.9), 0.0, 0.5);
}

#[test]
fn legato_to_the_keys_of_another_region_strikes_it() {
    let (mut low, mut high) = (region(0), region(1));
    low.keys = 0..=60;
    high.keys = 61..=127;
    let two = bank(
        vec![instrument(patch(false, 0, 0), vec![low, high])],
        vec![looped(sine(100, 1), 44_100), looped(sine(50, 1), 44_100)],
    );
    let mut rig = solo(&two, false, true);
    rig.strike(57);
    rig.run_s(0.2);
    rig.strike(69);
    rig.run(2000);
    assert_eq!(rig.voices(), 1);
    close(rig.run_s(0.5).frequency(882.0), 882.0, 0.1);
}

#[test]
fn many_notes_at_a_time_come_back_with_their_mode() {
    let mut rig = solo(&harness(&[]), false, false);
    rig.send(&[0xB0, 127, 0]);
    rig.strike(57);
    rig.strike(69);
    rig.run(4410);
    assert_eq!(rig.voices(), 2);
}

#[test]
fn a_glide_and_a_legato_make_no_step() {
    let mut rig = solo(&harness(&[]), true, true);
    rig.send(&[0xB0, 5, 8]);
    rig.strike(69);
    rig.run(1000);
    rig.strike(71);
    let frames = rig.run(4000);
    // A sine of 495 Hz moves no faster than this from frame to frame.
    let most = 0.5 * 32_000.0 / 32_768.0
        * core::f64::consts::FRAC_1_SQRT_2
        * core::f64::consts::TAU
        * 500.0
        / 44_100.0;
    assert!(frames.largest_step() < most * 1.02);
}

#[test]
fn glides_give_the_same_bits_for_any_blocks() {
    let play = |block: usize| {
        let mut rig = solo(&struck(), true, true);
        let mut bits = Vec::new();
        for (key, lift) in [(57, None), (69, None), (64, Some(69)), (50, Some(64))] {
            rig.strike(key);
            if let Some(key) = lift {
                rig.lift(key);
            }
            let mut left = 3001;
            while left > 0 {
                let run = block.min(left);
                bits.extend(rig.run(run).left.iter().map(|sample| sample.to_bits()));
                left -= run;
            }
        }
        bits
    };
    let whole = play(100_000);
    for block in [1, 17, 64, 500] {
        assert!(play(block) == whole, "{block}");
    }
}

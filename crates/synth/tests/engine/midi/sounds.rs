//! Sound controllers, balance, the soft pedal, and what resetting controllers leaves alone.

use dmus_dls::bank::{Destination, Source};

use crate::bank::{base, cents, from, harness, hertz, seconds};
use crate::measure::close;
use crate::rig::{Rig, note};

use super::{non_registered, registered};

#[test]
fn a_sound_controller_is_the_parameter_of_the_same_sound() {
    let bank = harness(&[
        base(Destination::FilterCutoff, hertz(2000.0)),
        base(Destination::Eg1Attack, seconds(0.05)),
        base(Destination::Eg1Decay, seconds(0.5)),
        base(Destination::Eg1Sustain, 0),
        base(Destination::Eg1Release, seconds(0.5)),
    ]);
    for (controller, lsb) in [
        (71, 0x21),
        (72, 0x66),
        (73, 0x63),
        (74, 0x20),
        (75, 0x64),
        (76, 0x08),
        (77, 0x09),
        (78, 0x0A),
    ] {
        let play = |change: &dyn Fn(&mut Rig)| {
            let mut rig = Rig::new(&bank);
            rig.send(&[0xB0, 77, 100]);
            change(&mut rig);
            rig.strike(69);
            rig.run(8000);
            rig.lift(69);
            let frames = rig.run(8000);
            frames.left
        };
        let untouched = play(&|_| {});
        let by_controller = play(&|rig| rig.send(&[0xB0, controller, 80]));
        let by_parameter = play(&|rig| non_registered(rig, 1, lsb, 80));
        assert!(by_controller == by_parameter, "{controller}");
        assert!(
            by_controller != untouched || controller == 78,
            "{controller}"
        );
    }
}

#[test]
fn a_controller_that_the_bank_connects_is_the_banks_alone() {
    let bank = harness(&[from(
        Source::Controller(74),
        Destination::Pitch,
        cents(128.0),
    )]);
    let frames = note(&bank, 69, 127, &[&[0xB0, 74, 0]]);
    close(frames.level_db(0.1, 0.4), 0.0, 0.05);
    close(frames.frequency(441.0), 441.0, 0.05);
    let frames = note(&bank, 69, 127, &[]);
    close(frames.pitch_at(441.0, 0.3), 64.0, 1.0);
}

#[test]
fn the_balance_takes_from_one_side_only() {
    for (value, left_db, right_db) in [(64, 0.0, 0.0), (127, -90.0, 0.0), (32, 0.0, -6.16)] {
        let frames = note(&harness(&[]), 69, 127, &[&[0xB0, 8, value]]);
        let left = frames.left_db(0.1, 0.4) + 3.0103;
        let right = frames.right_db(0.1, 0.4) + 3.0103;
        if left_db < -80.0 {
            assert!(left < left_db, "{left}");
        } else {
            close(left, left_db, 0.05);
        }
        close(right, right_db, 0.05);
    }
}

#[test]
fn the_soft_pedal_is_for_notes_struck_while_it_is_down() {
    let mut rig = Rig::new(&harness(&[]));
    rig.strike(69);
    rig.run(441);
    rig.send(&[0xB0, 67, 127]);
    close(rig.run_s(0.5).level_db(0.1, 0.4), 0.0, 0.05);
    rig.lift(69);
    rig.run(4410);
    rig.strike(69);
    close(rig.run_s(0.5).level_db(0.1, 0.4), -3.0, 0.05);
    rig.send(&[0xB0, 67, 0]);
    close(rig.run_s(0.5).level_db(0.1, 0.4), -3.0, 0.05);
}

#[test]
fn the_soft_pedal_closes_a_filter_that_is_there_by_an_octave() {
    let play = |hz, soft| {
        let bank = harness(&[base(Destination::FilterCutoff, hertz(hz))]);
        let frames = note(&bank, 69, 127, &[&[0xB0, 67, soft]]);
        frames.level_db(0.1, 0.4)
    };
    close(play(1000.0, 127), play(500.0, 0) - 3.0, 0.05);
}

#[test]
fn resetting_controllers_lifts_switches_and_leaves_sounds_and_modes() {
    let mut rig = Rig::new(&harness(&[]));
    non_registered(&mut rig, 1, 0x20, 0);
    registered(&mut rig, 1, 0x60, 0);
    for (controller, value) in [
        (5, 90),
        (65, 127),
        (67, 127),
        (68, 127),
        (84, 20),
        (91, 99),
        (93, 98),
        (94, 97),
        (126, 1),
        (121, 0),
    ] {
        rig.send(&[0xB0, controller, value]);
    }
    rig.strike(57);
    rig.run(441);
    rig.strike(69);
    let frames = rig.run_s(0.5);
    // One note, at once in its place, fine tuning kept, the filter closed, not softer.
    assert_eq!(rig.voices(), 1);
    close(frames.pitch_at(441.0, 0.1), 50.0, 1.0);
    let level = frames.level_db(0.2, 0.5);
    assert!(level < -28.0 && level > -32.0, "{level}");
    let part = rig.part(0);
    close(f64::from(part.reverb_send), 99.0 / 128.0, 1e-6);
    close(f64::from(part.chorus_send), 98.0 / 128.0, 1e-6);
    close(f64::from(part.delay_send), 97.0 / 128.0, 1e-6);
}

#[test]
fn resetting_controllers_forgets_which_parameter_was_selected() {
    let mut rig = Rig::new(&harness(&[]));
    registered(&mut rig, 0, 12, 0);
    rig.send(&[0xB0, 121, 127]);
    rig.send(&[0xB0, 6, 2]);
    rig.send(&[0xE0, 0, 0]);
    rig.strike(69);
    close(rig.run_s(1.0).frequency(220.5), 220.5, 0.05);
}

//! What messages set for single keys of a drum part.

use dmus_dls::Bank;
use dmus_dls::bank::Destination;

use crate::bank::{bank, base, instrument, looped, patch, region, seconds, sine};
use crate::measure::close;
use crate::rig::Rig;

use super::{gs, xg};

/// A kit of sines on channel 10, with a release.
fn kit() -> Bank {
    let mut kit = instrument(patch(true, 0, 0), vec![region(0)]);
    kit.articulation = vec![base(Destination::Eg1Release, seconds(1.0))];
    bank(vec![kit], vec![looped(sine(100, 1), 44_100)])
}

fn drum(rig: &mut Rig, key: u8) -> crate::measure::Stereo {
    rig.send(&[0x99, key, 127]);
    rig.run_s(0.5)
}

/// Sets a drum by parameter.
fn set(rig: &mut Rig, msb: u8, key: u8, value: u8) {
    for (controller, value) in [(99, msb), (98, key), (6, value)] {
        rig.send(&[0xB9, controller, value]);
    }
}

#[test]
fn pitch_level_place_and_sends_of_one_drum_are_set_by_parameters() {
    let mut rig = Rig::new(&kit());
    for controller in [91, 93, 94] {
        rig.send(&[0xB9, controller, 127]);
    }
    for (msb, value) in [
        (0x18, 65),
        (0x19, 74),
        (0x1A, 64),
        (0x1C, 1),
        (0x1D, 127),
        (0x1E, 0),
        (0x1F, 64),
    ] {
        set(&mut rig, msb, 69, value);
    }
    let frames = drum(&mut rig, 69);
    close(frames.pitch_at(441.0, 0.3), 110.0, 1.0);
    close(frames.left_db(0.1, 0.4), -11.905, 0.05);
    assert!(frames.right_db(0.1, 0.4) < -90.0);
    let part = rig.part(9);
    close(f64::from(part.reverb_send), 127.0 / 128.0, 1e-6);
    close(f64::from(part.chorus_send), 0.0, 1e-6);
    close(f64::from(part.delay_send), 0.5, 1e-6);
}

#[test]
fn other_drums_and_other_parts_are_left_alone() {
    let mut rig = Rig::new(&kit());
    set(&mut rig, 0x1A, 69, 10);
    set(&mut rig, 0x18, 69, 70);
    let frames = drum(&mut rig, 57);
    close(frames.level_db(0.1, 0.4), 0.0, 0.05);
    close(frames.pitch_at(220.5, 0.3), 0.0, 1.0);
}

#[test]
fn filter_and_times_of_one_drum_are_set_by_parameters() {
    let mut rig = Rig::new(&kit());
    set(&mut rig, 0x14, 69, 0);
    let closed = drum(&mut rig, 69).level_db(0.2, 0.5);
    assert!(closed < -28.0, "{closed}");
    let mut rig = Rig::new(&kit());
    set(&mut rig, 0x16, 69, 127);
    assert!(drum(&mut rig, 69).level_db(0.0, 0.005) < -6.0);
}

#[test]
fn a_pan_of_nothing_puts_every_stroke_somewhere_else() {
    let mut rig = Rig::new(&kit());
    set(&mut rig, 0x1C, 69, 0);
    let mut places = Vec::new();
    for _ in 0..4 {
        let frames = drum(&mut rig, 69);
        places.push(frames.left_db(0.1, 0.4) - frames.right_db(0.1, 0.4));
        rig.send(&[0xB9, 120, 0]);
        rig.run(4410);
    }
    let far = places
        .iter()
        .fold(0.0, |far: f64, place| far.max((place - places[0]).abs()));
    assert!(far > 3.0, "{places:?}");
}

#[test]
fn a_drum_setup_of_gs_reaches_the_parts_that_play_it() {
    let mut rig = Rig::new(&kit());
    // Channel 11 plays the second setup, channel 10 the first.
    rig.send(&gs([0x40, 0x1A, 0x15], &[2]));
    rig.send(&gs([0x41, 0x02, 69], &[64]));
    rig.send(&gs([0x41, 0x12, 69], &[32]));
    close(drum(&mut rig, 69).level_db(0.1, 0.4), -11.905, 0.05);
    rig.send(&[0xB9, 120, 0]);
    rig.run(4410);
    rig.send(&[0x9A, 69, 127]);
    close(rig.run_s(0.5).level_db(0.1, 0.4), -23.946, 0.05);
}

#[test]
fn drums_of_one_group_shut_each_other_down_where_a_message_says_so() {
    let mut rig = Rig::new(&kit());
    rig.send(&gs([0x41, 0x03, 42], &[5]));
    rig.send(&gs([0x41, 0x03, 46], &[5]));
    rig.send(&[0x99, 46, 127]);
    rig.run(4410);
    rig.send(&[0x99, 42, 127]);
    rig.run(1000);
    assert_eq!(rig.part(9).voices, 1);
    rig.send(&gs([0x41, 0x03, 42], &[0]));
    rig.send(&[0x99, 42, 127]);
    rig.run(1000);
    rig.send(&[0x99, 46, 127]);
    rig.run(1000);
    assert_eq!(rig.part(9).voices, 2);
}

#[test]
fn a_drum_can_be_deaf_to_keys_that_go_down_or_up() {
    let mut rig = Rig::new(&kit());
    rig.send(&gs([0x41, 0x07, 69], &[0]));
    rig.send(&gs([0x41, 0x08, 70], &[0]));
    rig.send(&[0x99, 69, 127]);
    rig.send(&[0x99, 70, 127]);
    rig.run(441);
    assert_eq!(rig.part(9).voices, 1);
    rig.send(&[0x89, 69, 0]);
    close(rig.run_s(0.5).level_db(0.3, 0.5), 0.0, 0.05);
}

#[test]
fn a_drum_setup_of_xg_says_the_same() {
    let mut rig = Rig::new(&kit());
    rig.send(&xg([0x30, 69, 0x00], &[65, 74, 64]));
    let frames = drum(&mut rig, 69);
    close(frames.pitch_at(441.0, 0.3), 110.0, 1.0);
    close(frames.level_db(0.1, 0.4), -11.905, 0.05);
}

#[test]
fn key_based_controllers_set_one_drum() {
    let mut rig = Rig::new(&kit());
    rig.send(&[
        0xF0, 0x7F, 0x7F, 0x0A, 0x01, 0x09, 69, 7, 32, 10, 127, 91, 127, 93, 64, 0xF7,
    ]);
    let frames = drum(&mut rig, 69);
    // Half the amplitude, hard right.
    assert!(frames.left_db(0.1, 0.4) < -90.0);
    close(frames.right_db(0.1, 0.4), -6.02, 0.05);
    let part = rig.part(9);
    close(f64::from(part.reverb_send), 1.0, 1e-6);
    close(f64::from(part.chorus_send), 64.0 / 127.0, 1e-6);
}

#[test]
fn a_key_based_pan_of_nothing_is_hard_left() {
    let mut rig = Rig::new(&kit());
    rig.send(&[0xF0, 0x7F, 0x7F, 0x0A, 0x01, 0x09, 69, 10, 0, 0xF7]);
    assert!(drum(&mut rig, 69).right_db(0.1, 0.4) < -90.0);
}

#[test]
fn a_system_reset_forgets_what_drums_were_set_to() {
    let mut rig = Rig::new(&kit());
    set(&mut rig, 0x1A, 69, 10);
    rig.send(&gs([0x40, 0x00, 0x7F], &[0]));
    rig.send(&[0xB9, 7, 127]);
    rig.run(4410);
    close(drum(&mut rig, 69).level_db(0.1, 0.4), 0.0, 0.05);
}

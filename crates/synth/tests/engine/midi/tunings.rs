//! The tuning standard: single keys, whole keyboards, octaves, at once or from the next note on.

use crate::bank::harness;
use crate::measure::close;
use crate::rig::Rig;

use super::registered;

/// Pitch of a key, cents from where it is without a tuning.
fn off(rig: &mut Rig, key: u8) -> f64 {
    let reference = 441.0 * libm::exp2((f64::from(key) - 69.0) / 12.0);
    rig.strike(key);
    let cents = rig.run_s(0.5).pitch_at(reference, 0.3);
    rig.lift(key);
    rig.run(4410);
    cents
}

/// Cents of 442 Hz over 440 Hz.
const A_442: f64 = 7.851;

#[test]
fn a_single_key_is_tuned_while_it_sounds() {
    let mut rig = Rig::new(&harness(&[]));
    rig.strike(69);
    rig.run(441);
    rig.send(&[0xF0, 0x7F, 0x7F, 8, 2, 0, 1, 0x45, 0x45, 0x0A, 0x06, 0xF7]);
    let frames = rig.run_s(1.0);
    close(frames.frequency(443.0), 441.0 * 442.0 / 440.0, 0.01);
    rig.lift(69);
    rig.run(4410);
    close(off(&mut rig, 70), 0.0, 0.1);
}

#[test]
fn a_tuning_that_is_not_in_real_time_waits_for_the_next_note() {
    let mut rig = Rig::new(&harness(&[]));
    rig.strike(69);
    rig.run(441);
    rig.send(&[
        0xF0, 0x7E, 0x7F, 8, 7, 0, 0, 1, 0x45, 0x45, 0x0A, 0x06, 0xF7,
    ]);
    close(rig.run_s(0.5).pitch_at(441.0, 0.3), 0.0, 0.1);
    rig.lift(69);
    rig.run(4410);
    close(off(&mut rig, 69), A_442, 0.1);
}

#[test]
fn a_tuning_is_chosen_by_program_and_bank() {
    let mut rig = Rig::new(&harness(&[]));
    rig.send(&[
        0xF0, 0x7F, 0x7F, 8, 7, 2, 3, 1, 0x45, 0x45, 0x0A, 0x06, 0xF7,
    ]);
    close(off(&mut rig, 69), 0.0, 0.1);
    rig.strike(69);
    registered(&mut rig, 3, 3, 0);
    registered(&mut rig, 4, 2, 0);
    close(rig.run_s(0.5).pitch_at(441.0, 0.3), A_442, 0.1);
    rig.lift(69);
    rig.run(4410);
    rig.send(&[0xB0, 97, 0]);
    close(off(&mut rig, 69), 0.0, 0.1);
}

#[test]
fn seven_f_three_times_changes_nothing() {
    let mut rig = Rig::new(&harness(&[]));
    rig.send(&[
        0xF0, 0x7F, 0x7F, 8, 2, 0, 2, 69, 0x45, 0x0A, 0x06, 69, 0x7F, 0x7F, 0x7F, 0xF7,
    ]);
    close(off(&mut rig, 69), A_442, 0.1);
}

/// A tuning in which every key is the given number of cents off; F0 to F7.
fn dump(cents: f64) -> Vec<u8> {
    let mut bytes = vec![0xF0, 0x7E, 0x10, 8, 1, 5];
    bytes.extend(b"a keyboard       ".iter().take(16));
    for key in 0..128_u32 {
        let steps = (f64::from(key) * 16_384.0 + cents * 163.84).max(0.0) as u32;
        bytes.extend([14, 7, 0].map(|shift| (steps >> shift & 0x7F) as u8));
    }
    let sum = bytes[1..].iter().fold(0, |sum, byte| sum ^ byte) & 0x7F;
    bytes.extend([sum, 0xF7]);
    bytes
}

#[test]
fn a_whole_keyboard_is_tuned_and_told_again() {
    let mut rig = Rig::new(&harness(&[]));
    let message = dump(37.0);
    assert_eq!(message.len(), 408);
    rig.send(&message);
    assert_eq!(rig.engine.stats().bad_checksums, 0);
    registered(&mut rig, 3, 5, 0);
    for key in [45, 69, 81] {
        close(off(&mut rig, key), 37.0, 0.5);
    }
    rig.send(&[0xF0, 0x7E, 0x7F, 8, 0, 5, 0xF7]);
    let reply = rig.engine.take_reply().unwrap();
    assert_eq!(reply.bytes().len(), 408);
    assert_eq!(reply.bytes()[22..406], message[22..406]);
    // What was told is understood.
    rig.send(&[0xF0, 0x7E, 0x7F, 9, 1, 0xF7]);
    rig.send(reply.bytes());
    assert_eq!(rig.engine.stats().bad_checksums, 0);
    registered(&mut rig, 3, 5, 0);
    close(off(&mut rig, 69), 37.0, 0.5);
}

#[test]
fn a_whole_keyboard_with_a_wrong_sum_is_taken_and_counted() {
    let mut rig = Rig::new(&harness(&[]));
    let mut message = dump(37.0);
    message[406] ^= 1;
    rig.send(&message);
    assert_eq!(rig.engine.stats().bad_checksums, 1);
    registered(&mut rig, 3, 5, 0);
    close(off(&mut rig, 69), 37.0, 0.5);
    rig.send(&message[..300]);
    assert_eq!(rig.engine.stats().unknown, 1);
}

/// A scale of one byte each, all in tune but the first.
fn scale(channels: [u8; 3], kind: u8, first: u8) -> Vec<u8> {
    let mut bytes = vec![0xF0, kind, 0x7F, 8, 8];
    bytes.extend(channels);
    bytes.push(first);
    bytes.extend([64; 11]);
    bytes.push(0xF7);
    bytes
}

#[test]
fn an_octave_is_tuned_on_the_channels_that_are_named() {
    let mut rig = Rig::new(&harness(&[]));
    rig.send(&scale([3, 0x7F, 0x7F], 0x7F, 64));
    close(off(&mut rig, 60), 0.0, 0.1);
    rig.send(&scale([3, 0x7F, 0x7F], 0x7F, 84));
    for key in [48, 60, 72] {
        close(off(&mut rig, key), 20.0, 0.5);
    }
    close(off(&mut rig, 61), 0.0, 0.1);
    // All but channel 1 are named.
    let mut rig = Rig::new(&harness(&[]));
    rig.send(&scale([3, 0x7F, 0x7E], 0x7F, 84));
    close(off(&mut rig, 60), 0.0, 0.1);
}

#[test]
fn an_octave_in_two_bytes_is_finer() {
    let mut rig = Rig::new(&harness(&[]));
    let mut bytes = vec![0xF0, 0x7F, 0x7F, 8, 9, 0, 0, 1];
    for n in 0..12 {
        bytes.extend([0x40, if n == 9 { 0x52 } else { 0 }]);
    }
    bytes.push(0xF7);
    rig.send(&bytes);
    rig.strike(69);
    let frames = rig.run_s(1.0);
    let cents = 1200.0 * libm::log2(frames.frequency(441.0) / 441.0);
    close(cents, 100.0 * 82.0 / 8192.0, 0.02);
}

#[test]
fn an_octave_that_is_not_in_real_time_waits_for_the_next_note() {
    let mut rig = Rig::new(&harness(&[]));
    rig.strike(60);
    rig.run(441);
    rig.send(&scale([0, 0, 1], 0x7E, 84));
    let reference = 441.0 * libm::exp2(-9.0 / 12.0);
    close(rig.run_s(0.5).pitch_at(reference, 0.3), 0.0, 0.1);
    rig.lift(60);
    rig.run(4410);
    close(off(&mut rig, 60), 20.0, 0.5);
}

#[test]
fn tunings_without_a_place_are_counted() {
    let mut rig = Rig::new(&harness(&[]));
    for program in 0..33 {
        rig.send(&[0xF0, 0x7F, 0x7F, 8, 2, program, 1, 60, 61, 0, 0, 0xF7]);
    }
    assert_eq!(rig.engine.stats().unknown, 1);
}

#[test]
fn a_tuning_of_one_group_is_not_anothers() {
    let mut rig = Rig::new(&harness(&[]));
    rig.engine
        .message(2, &[0xF0, 0x7F, 0x7F, 8, 2, 0, 1, 69, 70, 0, 0, 0xF7]);
    close(off(&mut rig, 69), 0.0, 0.1);
    rig.engine.message(2, &[0xB0, 7, 127]);
    rig.engine.message(2, &[0x90, 69, 127]);
    close(rig.run_s(0.5).pitch_at(441.0, 0.3), 100.0, 0.5);
}

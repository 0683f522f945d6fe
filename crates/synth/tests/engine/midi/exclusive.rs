//! System exclusive messages to the whole device: volume, balance, tuning, identity, modes.

use assert_no_alloc::assert_no_alloc;
use dmus_dls::bank::{Destination, Source};
use dmus_synth::Mode;

use crate::bank::{base, cents, harness, hertz, modulate};
use crate::measure::close;
use crate::rig::Rig;

use super::{gs, swing, xg};

#[test]
fn the_master_balance_takes_from_one_side_in_ten_milliseconds() {
    let mut rig = Rig::new(&harness(&[]));
    rig.strike(69);
    rig.run(441);
    rig.send(&[0xF0, 0x7F, 0x7F, 4, 2, 0, 0, 0xF7]);
    let frames = rig.run_s(0.5);
    close(frames.left_db(0.1, 0.4) + 3.0103, 0.0, 0.05);
    assert!(frames.right_db(0.1, 0.4) < -90.0);
    rig.send(&gs([0x40, 0x00, 0x06], &[0x40]));
    rig.run(1000);
    close(rig.run_s(0.5).right_db(0.1, 0.4) + 3.0103, 0.0, 0.05);
}

#[test]
fn the_master_fine_tuning_moves_notes_that_sound() {
    for (lsb, msb, expected) in [(0, 0x60, 50.0), (0x7F, 0x7F, 99.988), (0, 0, -100.0)] {
        let mut rig = Rig::new(&harness(&[]));
        rig.strike(69);
        rig.run(441);
        rig.send(&[0xF0, 0x7F, 0x7F, 4, 3, lsb, msb, 0xF7]);
        close(rig.run_s(0.5).pitch_at(441.0, 0.3), expected, 0.5);
    }
}

#[test]
fn the_master_coarse_tuning_moves_keys_but_not_drums() {
    let mut both = harness(&[]);
    let mut kit = both.instruments[0].clone();
    kit.patch.drums = true;
    both.instruments.push(kit);
    let mut rig = Rig::new(&both);
    rig.send(&[0xF0, 0x7F, 0x7F, 4, 4, 0, 0x4C, 0xF7]);
    rig.strike(57);
    close(rig.run_s(0.5).frequency(441.0), 441.0, 0.05);
    rig.send(&[0xB0, 120, 0]);
    rig.run(4410);
    rig.send(&[0x99, 69, 127]);
    close(rig.run_s(0.5).frequency(441.0), 441.0, 0.05);
}

#[test]
fn gs_and_xg_tune_the_whole_device_too() {
    // 43.6 cents up and an octave down.
    let tune = [0x00, 0x05, 0x0B, 0x04];
    for messages in [
        [gs([0x40, 0, 0], &tune), gs([0x40, 0, 5], &[0x34])],
        [xg([0, 0, 0], &tune), xg([0, 0, 6], &[0x34])],
    ] {
        let mut rig = Rig::new(&harness(&[]));
        for message in &messages {
            rig.send(message);
        }
        assert_eq!(rig.engine.stats().unknown, 0);
        assert_eq!(rig.engine.stats().bad_checksums, 0);
        rig.strike(81);
        close(rig.run_s(0.5).pitch_at(441.0, 0.3), 43.6, 0.5);
    }
}

#[test]
fn gs_and_xg_set_the_master_volume() {
    for message in [gs([0x40, 0, 4], &[0x40]), xg([0, 0, 4], &[0x40])] {
        let mut rig = Rig::new(&harness(&[]));
        rig.send(&message);
        rig.strike(69);
        close(rig.run_s(0.5).level_db(0.1, 0.4), -11.905, 0.05);
    }
}

#[test]
fn who_is_there_is_answered_in_fifteen_bytes() {
    let mut rig = Rig::new(&harness(&[]));
    assert!(rig.engine.take_reply().is_none());
    rig.run_s(0.1);
    rig.engine.message(2, &[0xF0, 0x7E, 0x7F, 6, 1, 0xF7]);
    rig.run_s(0.1);
    let reply = rig.engine.take_reply().unwrap();
    assert_eq!((reply.group_index(), reply.frame()), (1, 4_410));
    let bytes = reply.bytes();
    assert_eq!(bytes.len(), 15);
    assert_eq!((bytes[0], bytes[1], bytes[14]), (0xF0, 0x7E, 0xF7));
    assert_eq!(bytes[3..6], [6, 2, 0x7D]);
    assert!(bytes[1..14].iter().all(|byte| *byte < 0x80));
    assert!(rig.engine.take_reply().is_none());
}

#[test]
fn answers_that_nobody_takes_are_counted() {
    let mut rig = Rig::new(&harness(&[]));
    for _ in 0..18 {
        rig.send(&[0xF0, 0x7E, 0x7F, 6, 1, 0xF7]);
    }
    assert_eq!(rig.engine.stats().lost_replies, 2);
    for _ in 0..16 {
        assert!(rig.engine.take_reply().is_some());
    }
    assert!(rig.engine.take_reply().is_none());
}

#[test]
fn general_midi_off_is_power_on() {
    let mut rig = Rig::new(&harness(&[]));
    rig.send(&[0xF0, 0x7E, 0x7F, 9, 1, 0xF7]);
    assert_eq!(rig.part(0).mode, Mode::Gm1);
    rig.send(&[0xF0, 0x7E, 0x7F, 9, 2, 0xF7]);
    assert_eq!(rig.part(0).mode, Mode::Dls);
    for what in 1..=4 {
        rig.send(&[0xF0, 0x7E, 0x7F, 10, what, 0xF7]);
    }
    assert_eq!(rig.engine.stats().unknown, 0);
}

#[test]
fn every_reset_is_recognised_by_its_rules() {
    for (message, mode) in [
        (vec![0xF0, 0x7E, 0x7F, 9, 1, 0xF7], Mode::Gm1),
        (vec![0xF0, 0x7E, 0x7F, 9, 3, 0xF7], Mode::Gm2),
        (gs([0x40, 0, 0x7F], &[0]), Mode::Gs),
        (gs([0, 0, 0x7F], &[1]), Mode::Gs),
        (xg([0, 0, 0x7E], &[0]), Mode::Xg),
        (xg([0, 0, 0x7F], &[0]), Mode::Xg),
    ] {
        let mut rig = Rig::new(&harness(&[]));
        rig.send(&message);
        assert_eq!(rig.part(0).mode, mode, "{message:02X?}");
    }
}

#[test]
fn a_reset_is_one_of_everything_that_messages_have_set() {
    let mut rig = Rig::new(&harness(&[]));
    for message in [
        &[0xF0, 0x7F, 0x7F, 4, 2, 0, 0, 0xF7][..],
        &[0xF0, 0x7F, 0x7F, 4, 3, 0, 0, 0xF7],
        &[0xF0, 0x7F, 0x7F, 4, 4, 0, 0x34, 0xF7],
        &[0xF0, 0x7F, 0x7F, 8, 2, 0, 1, 69, 60, 0, 0, 0xF7],
        &[0xB0, 126, 1],
        &[0xB0, 74, 0],
        &gs([0x40, 0x11, 0x02], &[5]),
        &gs([0x40, 0x11, 0x40], &[0; 12]),
    ] {
        rig.send(message);
    }
    rig.send(&xg([0, 0, 0x7E], &[0]));
    rig.send(&[0xB0, 7, 127]);
    rig.run_s(0.1);
    rig.strike(57);
    rig.lift(57);
    rig.run_s(0.1);
    rig.strike(69);
    let frames = rig.run_s(0.5);
    close(frames.pitch_at(441.0, 0.3), 0.0, 0.1);
    close(frames.left_db(0.1, 0.4) + 3.0103, 0.0, 0.05);
    close(frames.right_db(0.1, 0.4) + 3.0103, 0.0, 0.05);
}

#[test]
fn a_locked_mode_outlives_every_reset() {
    let mut rig = Rig::new(&harness(&[]));
    rig.send(&[0xC0, 5]);
    rig.engine.lock_mode(Some(Mode::Gs));
    assert_eq!(rig.part(0).mode, Mode::Gs);
    assert_eq!(rig.part(0).requested.program, 0);
    rig.send(&xg([0, 0, 0x7E], &[0]));
    assert_eq!(rig.part(0).mode, Mode::Gs);
    rig.send(&[0xC0, 5]);
    rig.engine.lock_mode(Some(Mode::Gs));
    assert_eq!(rig.part(0).requested.program, 5);
    rig.engine.reset();
    assert_eq!(rig.part(0).mode, Mode::Gs);
    rig.engine.lock_mode(None);
    assert_eq!(rig.part(0).mode, Mode::Gs);
    rig.send(&xg([0, 0, 0x7E], &[0]));
    assert_eq!(rig.part(0).mode, Mode::Xg);
}

#[test]
fn pressure_reaches_what_a_destination_says() {
    let mut rig = Rig::new(&harness(&[]));
    // Two semitones, and half the amplitude.
    rig.send(&[0xF0, 0x7F, 0x7F, 9, 1, 0, 0, 66, 2, 32, 0xF7]);
    rig.strike(69);
    let rest = rig.run_s(0.5);
    close(rest.pitch_at(441.0, 0.3), 0.0, 0.5);
    rig.send(&[0xD0, 127]);
    let pressed = rig.run_s(0.5);
    close(pressed.pitch_at(441.0, 0.3), 200.0, 0.5);
    close(pressed.level_db(0.1, 0.4), -6.02, 0.05);
}

#[test]
fn pressure_on_a_key_and_any_two_controllers_have_destinations_too() {
    let mut rig = Rig::new(&harness(&[]));
    rig.send(&[0xF0, 0x7F, 0x7F, 9, 2, 0, 0, 67, 0xF7]);
    rig.send(&[0xF0, 0x7F, 0x7F, 9, 3, 0, 2, 0, 65, 0xF7]);
    rig.send(&[0xF0, 0x7F, 0x7F, 9, 3, 0, 4, 0, 66, 0xF7]);
    rig.strike(69);
    for message in [[0xA0, 69, 127], [0xB0, 2, 127], [0xB0, 4, 127]] {
        rig.send(&message);
    }
    close(rig.run_s(0.5).pitch_at(441.0, 0.3), 600.0, 0.5);
}

#[test]
fn a_destination_opens_and_swings_a_filter_and_makes_a_tremolo() {
    let mut rig = Rig::new(&harness(&[base(Destination::FilterCutoff, hertz(220.5))]));
    rig.strike(69);
    let shut = rig.run_s(0.5).level_db(0.2, 0.5);
    // Four octaves up.
    rig.send(&[0xF0, 0x7F, 0x7F, 9, 1, 0, 1, 96, 0xF7]);
    rig.send(&[0xD0, 127]);
    let open = rig.run_s(0.5).level_db(0.2, 0.5);
    assert!(shut < -10.0 && open > -0.3, "{shut} {open}");
    let mut rig = Rig::new(&harness(&[]));
    rig.send(&[0xF0, 0x7F, 0x7F, 9, 1, 0, 5, 127, 0xF7]);
    rig.send(&[0xD0, 127]);
    rig.strike(69);
    // A quarter of a cycle of 5 Hz after the delay of 10 ms, and three.
    let frames = rig.run_s(0.5);
    close(frames.level_at(0.06), 12.0, 0.5);
    close(frames.level_at(0.16), -12.0, 0.5);
}

#[test]
fn the_wheel_of_modulation_is_sent_to_vibrato_even_where_the_bank_does_not() {
    let depth = 600.0 * 21.0 / 127.0;
    for message in [
        vec![0xF0, 0x7F, 0x7F, 9, 3, 0, 1, 3, 21, 0xF7],
        gs([0x40, 0x21, 0x04], &[21]),
    ] {
        let mut rig = Rig::new(&harness(&[]));
        rig.send(&message);
        rig.send(&[0xB0, 1, 127]);
        close(swing(&mut rig), depth, 2.0);
        // A bank that has a vibrato has this depth, not both.
        let bank = harness(&[modulate(
            Source::VibLfo,
            Source::Controller(1),
            Destination::Pitch,
            cents(50.0),
        )]);
        let mut rig = Rig::new(&bank);
        rig.send(&message);
        rig.send(&[0xB0, 1, 127]);
        close(swing(&mut rig), depth * 127.0 / 128.0, 2.0);
    }
}

#[test]
fn no_message_allocates() {
    let mut rig = Rig::new(&harness(&[]));
    let (mut left, mut right) = (vec![0.0; 64], vec![0.0; 64]);
    let messages = [
        gs([0x40, 0x11, 0x40], &[1; 12]),
        gs([0x41, 0x02, 40], &[1, 2, 3]),
        xg([8, 0, 0x0B], &[100]),
        vec![0xF0, 0x7E, 0x7F, 6, 1, 0xF7],
        vec![0xF0, 0x7E, 0x7F, 8, 0, 3, 0xF7],
        vec![0xF0, 0x7F, 0x7F, 8, 2, 3, 1, 69, 70, 0, 0, 0xF7],
        vec![0xF0, 0x7F, 0x7F, 9, 1, 0, 0, 66, 0xF7],
        vec![0xF0, 0x7F, 0x7F, 10, 1, 9, 40, 7, 1, 0xF7],
        vec![0xB0, 101, 0],
        vec![0xB0, 100, 6],
        vec![0xB0, 6, 7],
        vec![0xB0, 126, 1],
        vec![0xB0, 84, 50],
        vec![0x90, 60, 100],
        vec![0xB0, 99, 120],
        vec![0xB0, 98, 8],
        vec![0xB0, 6, 9],
        gs([0x40, 0, 0x7F], &[0]),
    ];
    assert_no_alloc(|| {
        for message in &messages {
            rig.engine.message(0, message);
            rig.engine.render(&mut left, &mut right);
            let _ = rig.engine.take_reply();
        }
        rig.engine.lock_mode(Some(Mode::Xg));
    });
    assert_eq!(rig.engine.stats().unknown, 0);
}

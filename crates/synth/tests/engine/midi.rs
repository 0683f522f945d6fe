//! Programs, banks, modes, resets and messages that mean nothing; what else MIDI says is in the
//! folder.

mod drums;
mod exclusive;
mod expressions;
mod glides;
mod layers;
mod limits;
mod note_trims;
mod parameters;
mod parts;
mod sounds;
mod tunings;
mod velocity;
mod zones;

use dmus_dls::bank::{Destination, Source};
use dmus_synth::{Engine, EngineConfig, Layer, Mode, PartTrim};

use crate::bank::{bank, cents, harness, instrument, looped, modulate, patch, region, sine};
use crate::measure::close;
use crate::rig::{Rig, compile};

/// Selects a registered parameter of channel 1 and enters both bytes.
fn registered(rig: &mut Rig, number: u8, msb: u8, lsb: u8) {
    for (controller, value) in [(101, 0), (100, number), (6, msb), (38, lsb)] {
        rig.send(&[0xB0, controller, value]);
    }
}

/// Selects a parameter of channel 1 that is not registered and enters the upper byte.
fn non_registered(rig: &mut Rig, msb: u8, lsb: u8, value: u8) {
    for (controller, value) in [(99, msb), (98, lsb), (6, value)] {
        rig.send(&[0xB0, controller, value]);
    }
}

/// A data set of GS with its check sum.
fn gs(address: [u8; 3], data: &[u8]) -> Vec<u8> {
    let body = [&address, data].concat();
    let sum = body.iter().fold(0_u8, |sum, byte| sum.wrapping_add(*byte));
    let head = [0xF0, 0x41, 0x10, 0x42, 0x12];
    let tail = [sum.wrapping_neg() & 0x7F, 0xF7];
    [&head[..], &body, &tail].concat()
}

/// A parameter change of XG.
fn xg(address: [u8; 3], data: &[u8]) -> Vec<u8> {
    [&[0xF0, 0x43, 0x10, 0x4C][..], &address, data, &[0xF7]].concat()
}

/// Largest distance of the pitch from a frequency in a second of the note on key 69, cents.
fn swing(rig: &mut Rig) -> f64 {
    rig.strike(69);
    rig.run(4410);
    let frames = rig.run_s(1.0);
    let far = |cents: f64, (_, at): (f64, f64)| cents.max(at.abs());
    frames.pitch(441.0).into_iter().fold(0.0, far)
}

/// Melodic programs and drum kits, each silent about its sound: what counts is which answers.
fn programs() -> dmus_dls::Bank {
    bank(
        [
            patch(false, 0, 0),
            patch(false, 0, 5),
            patch(false, 121, 5),
            patch(false, 8, 5),
            patch(true, 0, 0),
            patch(true, 0, 16),
        ]
        .into_iter()
        .map(|patch| instrument(patch, vec![region(0)]))
        .collect(),
        vec![looped(sine(100, 1), 44_100)],
    )
}

#[test]
fn a_bank_select_waits_for_its_program_change() {
    let mut rig = Rig::new(&programs());
    rig.send(&[0xB0, 0, 121]);
    assert_eq!(rig.part(0).patch, Some(patch(false, 0, 0)));
    rig.send(&[0xC0, 5]);
    rig.send(&[0xB0, 0, 0]);
    assert_eq!(rig.part(0).patch, Some(patch(false, 121, 5)));
}

#[test]
fn a_missing_variation_falls_back_to_the_capital_tone() {
    let mut rig = Rig::new(&programs());
    rig.send(&[0xB0, 0, 9]);
    rig.send(&[0xC0, 5]);
    assert_eq!(rig.part(0).patch, Some(patch(false, 0, 5)));
    rig.send(&[0xB0, 0, 8]);
    rig.send(&[0xC0, 5]);
    assert_eq!(rig.part(0).patch, Some(patch(false, 8, 5)));
}

#[test]
fn channel_ten_plays_drums() {
    let mut rig = Rig::new(&programs());
    assert_eq!(rig.part(9).patch, Some(patch(true, 0, 0)));
    rig.send(&[0xC9, 17]);
    assert_eq!(rig.part(9).patch, Some(patch(true, 0, 16)));
}

#[test]
fn general_midi_two_names_its_banks() {
    let mut rig = Rig::new(&programs());
    rig.send(&[0xF0, 0x7E, 0x7F, 0x09, 0x03, 0xF7]);
    assert_eq!(rig.part(0).mode, Mode::Gm2);
    rig.send(&[0xC0, 5]);
    assert_eq!(rig.part(0).patch, Some(patch(false, 121, 5)));
    assert_eq!(rig.part(9).patch, Some(patch(true, 0, 0)));
}

#[test]
fn gs_makes_a_rhythm_part_of_any_channel() {
    let mut rig = Rig::new(&programs());
    rig.send(&[
        0xF0, 0x41, 0x10, 0x42, 0x12, 0x40, 0x11, 0x15, 0x01, 0x19, 0xF7,
    ]);
    rig.send(&[0x90, 38, 127]);
    assert_eq!(rig.part(0).patch, Some(patch(true, 0, 0)));
    assert_eq!(rig.part(0).voices, 1);
    rig.send(&[
        0xF0, 0x41, 0x10, 0x42, 0x12, 0x40, 0x11, 0x15, 0x00, 0x1A, 0xF7,
    ]);
    assert_eq!(rig.part(0).patch, Some(patch(false, 0, 0)));
}

#[test]
fn a_gs_reset_with_a_wrong_sum_is_obeyed_and_counted() {
    let mut rig = Rig::new(&programs());
    rig.send(&[
        0xF0, 0x41, 0x10, 0x42, 0x12, 0x40, 0x00, 0x7F, 0x00, 0x41, 0xF7,
    ]);
    assert_eq!(rig.part(0).mode, Mode::Gs);
    assert_eq!(rig.engine.stats().bad_checksums, 0);
    rig.send(&[
        0xF0, 0x41, 0x10, 0x42, 0x12, 0x40, 0x00, 0x7F, 0x00, 0x42, 0xF7,
    ]);
    assert_eq!(rig.engine.stats().bad_checksums, 1);
}

#[test]
fn a_reset_of_one_group_leaves_the_other() {
    let mut rig = Rig::new(&programs());
    rig.engine.message(2, &[0xC0, 5]);
    rig.engine.message(2, &[0x90, 60, 100]);
    rig.strike(60);
    rig.send(&[0xF0, 0x7E, 0x7F, 0x09, 0x01, 0xF7]);
    rig.run(256);
    assert_eq!(rig.part(0).voices, 0);
    let other = rig.engine.part(1, 0).unwrap();
    assert_eq!(other.voices, 1);
    assert_eq!(other.requested.program, 5);
}

#[test]
fn resetting_controllers_keeps_volume_pan_and_bend_range() {
    // Vibrato by controller 1 shows that it went back to zero.
    let bank = harness(&[modulate(
        Source::VibLfo,
        Source::Controller(1),
        Destination::Pitch,
        cents(600.0),
    )]);
    let mut rig = Rig::new(&bank);
    for message in [
        [0xB0, 1, 99],
        [0xB0, 7, 50],
        [0xB0, 10, 0],
        [0xB0, 11, 30],
        [0xB0, 101, 0],
        [0xB0, 100, 0],
        [0xB0, 6, 12],
        [0xE0, 0, 0],
        [0xB0, 121, 0],
    ] {
        rig.send(&message);
    }
    rig.strike(69);
    let frames = rig.run_s(1.0);
    // 40 log10(50/127) on the left alone, at the recorded pitch, without vibrato.
    close(frames.left_db(0.1, 0.9), -16.193, 0.05);
    assert!(frames.right_db(0.1, 0.9) < -90.0);
    for (_, off) in frames.pitch(441.0) {
        close(off, 0.0, 0.1);
    }
    // The range of twelve semitones is still there.
    rig.send(&[0xE0, 0, 0]);
    rig.run(64);
    let off = rig.run_s(1.0).frequency(220.5);
    close(off, 220.5, 0.05);
}

#[test]
fn unknown_messages_are_counted_and_change_nothing() {
    let mut rig = Rig::new(&programs());
    let before = rig.engine.stats();
    for message in [
        &[0xF0, 0x00, 0x20, 0x33, 0x01, 0xF7][..],
        &[0x90, 60],
        &[60, 100],
        &[],
        &[0x90, 60, 0x90],
        &[0xF0, 0x7E],
    ] {
        rig.send(message);
    }
    rig.engine.message(9, &[0x90, 60, 100]);
    let after = rig.engine.stats();
    assert_eq!(after.messages - before.messages, 7);
    assert_eq!(after.unknown - before.unknown, 7);
    assert_eq!(after.voices, 0);
}

#[test]
fn clock_and_sensing_are_taken_without_effect() {
    let mut rig = Rig::new(&programs());
    rig.strike(60);
    for message in [&[0xF8][..], &[0xFE], &[0xF2, 0, 0], &[0xFA]] {
        rig.send(message);
    }
    assert_eq!(rig.engine.stats().unknown, 0);
    assert_eq!(rig.voices(), 1);
}

#[test]
fn a_reset_engine_plays_like_a_fresh_one() {
    let play = |rig: &mut Rig| {
        rig.send(&[0xC0, 5]);
        rig.send(&[0x90, 60, 100]);
        rig.run(333);
        rig.send(&[0xE0, 0, 0x70]);
        rig.run(1000)
    };
    let mut fresh = Rig::new(&programs());
    fresh.engine.reset();
    let expected = play(&mut fresh);

    let mut used = Rig::new(&programs());
    let trim = PartTrim {
        gain_db: -3.0,
        pan: 0.3,
        program: Some(7),
        ..PartTrim::default()
    };
    used.engine.set_part_trim(0, 0, trim);
    used.engine.set_master_gain_db(-5.0);
    for channel in 0..16 {
        used.send(&[0xB0 | channel, 10, 3]);
        used.send(&[0xE0 | channel, 1, 2]);
        used.send(&[0x90 | channel, 50, 90]);
    }
    used.run(1777);
    used.engine.set_part_trim(0, 0, PartTrim::default());
    used.engine.set_master_gain_db(0.0);
    used.engine.reset();
    assert_eq!(used.engine.position(), 0);
    assert_eq!(used.voices(), 0);
    let got = play(&mut used);
    let bits = |samples: &[f32]| samples.iter().map(|s| s.to_bits()).collect::<Vec<_>>();
    assert_eq!(bits(&got.left), bits(&expected.left));
    assert_eq!(bits(&got.right), bits(&expected.right));
}

#[test]
fn a_configuration_out_of_range_is_refused_with_its_value() {
    let sound = EngineConfig {
        sample_rate: 48_000,
        voices: 256,
        channel_groups: 4,
    };
    assert!(Engine::new(sound).is_ok());
    for (config, text) in [
        (
            EngineConfig {
                sample_rate: 999,
                ..sound
            },
            "sample rate 999 Hz is not within 1000..=768000 Hz",
        ),
        (
            EngineConfig { voices: 0, ..sound },
            "0 voices are not within 1..=4096",
        ),
        (
            EngineConfig {
                channel_groups: 5,
                ..sound
            },
            "5 channel groups are not within 1..=4",
        ),
    ] {
        assert_eq!(Engine::new(config).unwrap_err().to_string(), text);
    }
}

#[test]
fn a_factory_bank_sounds_where_the_users_has_nothing() {
    let mut rig = Rig::new(&bank(
        vec![instrument(patch(false, 0, 5), vec![region(0)])],
        vec![looped(sine(100, 1), 44_100)],
    ));
    rig.engine
        .download(Layer::Factory, Some(compile(&programs())))
        .unwrap();
    rig.send(&[0xC0, 5]);
    assert_eq!(rig.part(0).layer, Some(Layer::User(0)));
    assert_eq!(rig.part(1).layer, Some(Layer::Factory));
    assert_eq!(rig.part(9).layer, Some(Layer::Factory));
}

#[test]
fn a_reset_in_real_time_is_power_on() {
    let mut rig = Rig::new(&harness(&[]));
    rig.send(&gs([0x40, 0x00, 0x7F], &[0]));
    rig.send(&[0xC0, 5]);
    rig.strike(60);
    rig.send(&[0xFF]);
    rig.run(1000);
    assert_eq!(rig.part(0).mode, Mode::Dls);
    assert_eq!(rig.part(0).requested.program, 0);
    assert_eq!(rig.voices(), 0);
}

#[test]
fn omni_lifts_keys_and_changes_nothing_else() {
    for controller in [124, 125] {
        let mut rig = Rig::new(&harness(&[]));
        rig.strike(60);
        rig.send(&[0xB0, controller, 0]);
        rig.run(1000);
        assert_eq!(rig.voices(), 0);
        rig.strike(60);
        rig.strike(64);
        assert_eq!(rig.voices(), 2);
    }
}

#[test]
fn local_control_does_nothing() {
    let mut rig = Rig::new(&harness(&[]));
    rig.strike(60);
    rig.send(&[0xB0, 122, 0]);
    rig.run(1000);
    assert_eq!(rig.voices(), 1);
}

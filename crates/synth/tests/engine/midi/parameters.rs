//! Registered parameters, those of makers, and steps of data.

use dmus_dls::bank::{Destination, Source};

use crate::bank::{INSTANT, base, cents, decibels, harness, hertz, modulate, seconds};
use crate::measure::close;
use crate::rig::Rig;

use super::{non_registered, registered, swing};

/// The harness with 50 cents of vibrato by controller 1.
fn with_vibrato() -> dmus_dls::Bank {
    harness(&[
        base(Destination::VibLfoFrequency, hertz(1.0)),
        modulate(
            Source::VibLfo,
            Source::Controller(1),
            Destination::Pitch,
            cents(50.0),
        ),
    ])
}

#[test]
fn the_range_of_modulation_makes_the_vibrato_of_the_wheel_deeper() {
    for (msb, lsb, depth) in [(0, 64, 50.0), (1, 0, 100.0), (0, 0, 0.0), (2, 32, 225.0)] {
        let mut rig = Rig::new(&with_vibrato());
        registered(&mut rig, 5, msb, lsb);
        rig.send(&[0xB0, 1, 127]);
        close(swing(&mut rig), depth * 127.0 / 128.0, 1.0);
    }
}

#[test]
fn the_range_of_modulation_makes_no_vibrato_where_the_bank_has_none() {
    let mut rig = Rig::new(&harness(&[]));
    registered(&mut rig, 5, 1, 0);
    rig.send(&[0xB0, 1, 127]);
    close(swing(&mut rig), 0.0, 0.1);
}

#[test]
fn steps_of_data_move_the_selected_parameter() {
    let mut rig = Rig::new(&harness(&[]));
    registered(&mut rig, 0, 2, 0);
    for _ in 0..10 {
        rig.send(&[0xB0, 96, 0]);
    }
    rig.send(&[0xB0, 97, 0]);
    rig.send(&[0xE0, 0x7F, 0x7F]);
    rig.strike(69);
    let expected = 441.0 * libm::exp2(209.0 * 8191.0 / 8192.0 / 1200.0);
    close(rig.run_s(1.0).frequency(expected), expected, 0.01);
}

#[test]
fn vibrato_is_set_around_what_the_bank_has() {
    for (value, depth) in [
        (64, 30.0),
        (127, 30.0 + 50.0 * 63.0 / 64.0),
        (32, 15.0),
        (0, 0.0),
    ] {
        let bank = harness(&[modulate(
            Source::VibLfo,
            Source::None,
            Destination::Pitch,
            cents(30.0),
        )]);
        let mut rig = Rig::new(&bank);
        non_registered(&mut rig, 1, 0x09, value);
        close(swing(&mut rig), depth, 1.0);
    }
}

/// Rising passes through the pitch in two seconds of vibrato.
fn turns(frames: &crate::measure::Stereo) -> usize {
    let pitch = frames.pitch(441.0);
    pitch
        .windows(2)
        .filter(|pair| pair[0].1 < 0.0 && pair[1].1 >= 0.0)
        .count()
}

#[test]
fn the_speed_and_the_delay_of_vibrato_are_set_around_what_the_bank_has() {
    let bank = harness(&[modulate(
        Source::VibLfo,
        Source::None,
        Destination::Pitch,
        cents(50.0),
    )]);
    for (value, expected) in [(64, 10), (0, 5), (127, 20)] {
        let mut rig = Rig::new(&bank);
        non_registered(&mut rig, 1, 0x08, value);
        rig.strike(69);
        let turns = turns(&rig.run_s(2.05));
        assert!(turns.abs_diff(expected) <= 1, "{value}: {turns}");
    }
    // 10 ms times 2^(6000 / 1200 * 63 / 64).
    let mut rig = Rig::new(&bank);
    non_registered(&mut rig, 1, 0x0A, 127);
    rig.strike(69);
    let frames = rig.run_s(0.5);
    close(frames.pitch_at(441.0, 0.29), 0.0, 1.0);
    assert!(frames.pitch_at(441.0, 0.34).abs() > 20.0);
}

#[test]
fn a_cutoff_closes_a_filter_even_where_the_bank_has_none() {
    let plain = |value: Option<u8>| {
        let mut rig = Rig::new(&harness(&[]));
        if let Some(value) = value {
            non_registered(&mut rig, 1, 0x20, value);
        }
        rig.strike(69);
        rig.run_s(0.5)
    };
    let untouched = plain(None);
    assert_eq!(plain(Some(64)).left, untouched.left);
    assert_eq!(plain(Some(127)).left, untouched.left);
    // 13 500 - 9600 cents are 78 Hz: 441 Hz lie two and a half octaves above.
    let closed = plain(Some(0)).level_db(0.2, 0.5);
    assert!(closed < -28.0 && closed > -32.0, "{closed}");
}

#[test]
fn a_resonance_is_added_to_the_banks() {
    let bank = harness(&[base(Destination::FilterCutoff, hertz(441.0))]);
    let mut rig = Rig::new(&bank);
    rig.strike(69);
    let flat = rig.run_s(0.5).level_db(0.2, 0.5);
    let mut rig = Rig::new(&bank);
    non_registered(&mut rig, 1, 0x21, 96);
    rig.strike(69);
    let peaked = rig.run_s(0.5).level_db(0.2, 0.5);
    // Ten decibels above a passband that is five lower.
    close(flat, -3.0, 0.1);
    close(peaked, 5.0, 0.3);
}

#[test]
fn times_of_the_volume_envelope_are_set_around_the_banks() {
    let bank = harness(&[
        base(Destination::Eg1Attack, seconds(0.5)),
        base(Destination::Eg1Release, seconds(1.0)),
    ]);
    // 3600 time cents times -16/64 are 900, 6000 times -12.8/64 are 1200.
    let mut rig = Rig::new(&bank);
    non_registered(&mut rig, 1, 0x63, 64 - 32);
    rig.strike(69);
    // An eighth part of 2^(3000/1200) of half a second.
    let attack_s = 0.5 / libm::exp2(2.5);
    close(rig.run_s(0.5).level_at(attack_s / 2.0), -6.02, 0.5);
    non_registered(&mut rig, 1, 0x66, 64 + 32);
    rig.send(&[0x90, 57, 127]);
    rig.run_s(0.5);
    rig.lift(69);
    rig.run_s(3.0);
    assert_eq!(rig.voices(), 1);
    rig.lift(57);
    // 2^(1800/1200) seconds for 96 dB.
    close(rig.run_s(0.6).level_at(0.5), -48.0 / libm::exp2(1.5), 0.5);
}

#[test]
fn an_attack_of_nothing_can_be_made_longer_and_no_shorter() {
    let at = |value: u8| {
        let mut rig = Rig::new(&harness(&[base(Destination::Eg1Attack, INSTANT)]));
        non_registered(&mut rig, 1, 0x63, value);
        rig.strike(69);
        rig.run(441).level_db(0.0, 0.005)
    };
    close(at(0), at(64), 1e-9);
    assert!(at(127) < at(64) - 6.0);
}

#[test]
fn the_decay_is_set_around_the_banks() {
    let bank = harness(&[
        base(Destination::Eg1Decay, seconds(4.0)),
        base(Destination::Eg1Sustain, 0),
    ]);
    let mut rig = Rig::new(&bank);
    non_registered(&mut rig, 1, 0x64, 64 - 32);
    rig.strike(69);
    // 4 s by 2^(1800/1200).
    let rate = 96.0 / (4.0 / libm::exp2(1.5));
    close(rig.run_s(0.6).level_at(0.5), -rate * 0.5, 0.5);
}

#[test]
fn generators_of_soundfonts_are_moved_in_their_units() {
    let mut rig = Rig::new(&harness(&[]));
    // Initial attenuation, 100 centibels: the data are around 0x2000.
    for (controller, value) in [(99, 120), (98, 48), (38, 100), (6, 64)] {
        rig.send(&[0xB0, controller, value]);
    }
    // Coarse tuning, one semitone.
    for (controller, value) in [(99, 120), (98, 51), (38, 1), (6, 64)] {
        rig.send(&[0xB0, controller, value]);
    }
    rig.strike(69);
    let frames = rig.run_s(1.0);
    close(frames.level_db(0.1, 0.9), -10.0, 0.05);
    close(frames.frequency(467.2), 467.22, 0.05);
    rig.send(&[0xF0, 0x7E, 0x7F, 9, 1, 0xF7]);
    rig.run_s(0.1);
    rig.send(&[0xB0, 7, 127]);
    rig.strike(69);
    let frames = rig.run_s(1.0);
    close(frames.level_db(0.1, 0.9), 0.0, 0.05);
}

#[test]
fn generators_above_a_hundred_are_selected_in_steps() {
    let mut rig = Rig::new(&harness(&[]));
    // 48 and a hundred is no generator.
    for (controller, value) in [(99, 120), (98, 100), (98, 48), (6, 127)] {
        rig.send(&[0xB0, controller, value]);
    }
    rig.strike(69);
    close(rig.run_s(0.5).level_db(0.1, 0.4), 0.0, 0.05);
}

#[test]
fn parameters_of_the_awe_replace_the_banks() {
    let mut rig = Rig::new(&harness(&[base(Destination::Eg1Attack, seconds(3.0))]));
    // Attack of the volume envelope, 512 ms; pitch, a semitone up.
    for (controller, value) in [(99, 127), (98, 11), (38, 0), (6, 4)] {
        rig.send(&[0xB0, controller, value]);
    }
    for (controller, value) in [(99, 127), (98, 16), (38, 100), (6, 64)] {
        rig.send(&[0xB0, controller, value]);
    }
    rig.strike(69);
    let frames = rig.run_s(1.0);
    close(frames.level_at(0.256), -6.02, 0.5);
    close(frames.level_db(0.6, 0.9), 0.0, 0.1);
    close(frames.pitch_at(441.0, 0.8), 100.0, 1.0);
}

#[test]
fn a_cutoff_of_the_awe_is_where_it_says() {
    let mut rig = Rig::new(&harness(&[base(Destination::FilterCutoff, hertz(8000.0))]));
    // 100 Hz and no steps of 62.
    for (controller, value) in [(99, 127), (98, 21), (38, 0), (6, 0)] {
        rig.send(&[0xB0, controller, value]);
    }
    rig.strike(69);
    let level = rig.run_s(0.5).level_db(0.2, 0.5);
    // Two poles, 2.14 octaves.
    close(level, -25.8, 0.3);
}

#[test]
fn parameters_that_nobody_knows_are_counted() {
    let mut rig = Rig::new(&harness(&[]));
    non_registered(&mut rig, 1, 0x7E, 0);
    non_registered(&mut rig, 2, 0, 0);
    non_registered(&mut rig, 127, 99, 0);
    assert_eq!(rig.engine.stats().unknown, 3);
    non_registered(&mut rig, 127, 127, 0);
    non_registered(&mut rig, 1, 0x20, 64);
    assert_eq!(rig.engine.stats().unknown, 3);
}

#[test]
fn a_gain_of_a_bank_is_not_moved_by_selecting() {
    let mut rig = Rig::new(&harness(&[base(Destination::Gain, decibels(-6.0))]));
    for controller in [98, 99, 100, 101] {
        rig.send(&[0xB0, controller, 48]);
    }
    rig.strike(69);
    close(rig.run_s(0.5).level_db(0.1, 0.4), -6.0, 0.05);
}

//! Levels: velocity, controllers, gains, pan, tremolo, sends, master volume.

use dmus_dls::bank::{Destination, Source, WaveSample};
use dmus_synth::PartTrim;

use crate::bank::{base, decibels, from, gain, harness, harness_with, hertz, percent, whole_loop};
use crate::measure::close;
use crate::rig::{Rig, note};

/// Tolerance of a level that stands still, dB.
const STILL_DB: f64 = 0.05;

fn level(velocity: u8, before: &[&[u8]]) -> f64 {
    note(&harness(&[]), 69, velocity, before).level_db(0.1, 0.4)
}

#[test]
fn the_reference_note_is_at_full_level() {
    close(level(127, &[]), 0.0, 0.01);
}

#[test]
fn velocity_follows_the_general_midi_curve() {
    for (velocity, expected) in [(100, -4.152), (64, -11.905), (32, -23.946), (1, -84.152)] {
        close(level(velocity, &[]), expected, STILL_DB);
    }
}

#[test]
fn volume_follows_the_same_curve_and_zero_is_silence() {
    for (volume, expected) in [(100, -4.152), (64, -11.905), (10, -44.152)] {
        close(level(127, &[&[0xB0, 7, volume]]), expected, STILL_DB);
    }
    assert!(level(127, &[&[0xB0, 7, 0]]) <= -96.0);
}

#[test]
fn velocity_volume_and_expression_add_up() {
    let together = level(100, &[&[0xB0, 7, 100], &[0xB0, 11, 100]]);
    close(together, -12.456, STILL_DB);
}

#[test]
fn a_velocity_connection_of_nothing_replaces_the_default() {
    let flat = harness(&[from(Source::Velocity, Destination::Gain, 0)]);
    close(note(&flat, 69, 10, &[]).level_db(0.1, 0.4), 0.0, STILL_DB);
}

#[test]
fn the_wave_gain_counts() {
    let quieter = WaveSample {
        gain: gain(-6.0),
        ..whole_loop()
    };
    let frames = note(&harness_with(quieter, &[]), 69, 127, &[]);
    close(frames.level_db(0.1, 0.4), -6.0, STILL_DB);
}

#[test]
fn a_positive_wave_gain_makes_up_for_velocity_and_stops_at_full_level() {
    let louder = WaveSample {
        gain: gain(6.0),
        ..whole_loop()
    };
    let bank = harness_with(louder, &[]);
    close(
        note(&bank, 69, 64, &[]).level_db(0.1, 0.4),
        -5.905,
        STILL_DB,
    );
    close(note(&bank, 69, 127, &[]).level_db(0.1, 0.4), 0.0, STILL_DB);
}

#[test]
fn pan_keeps_the_power_constant() {
    for (pan, left, right) in [
        (32, -0.665, -8.476),
        (64, -3.010, -3.010),
        (96, -8.476, -0.665),
    ] {
        let frames = note(&harness(&[]), 69, 127, &[&[0xB0, 10, pan]]);
        close(frames.left_db(0.1, 0.4), left, STILL_DB);
        close(frames.right_db(0.1, 0.4), right, STILL_DB);
    }
}

#[test]
fn pan_reaches_the_hard_sides() {
    for pan in [0, 1] {
        let frames = note(&harness(&[]), 69, 127, &[&[0xB0, 10, pan]]);
        close(frames.left_db(0.1, 0.4), 0.0, STILL_DB);
        assert!(frames.right_db(0.1, 0.4) < -90.0);
    }
    let frames = note(&harness(&[]), 69, 127, &[&[0xB0, 10, 127]]);
    assert!(frames.left_db(0.1, 0.4) < -90.0);
    close(frames.right_db(0.1, 0.4), 0.0, STILL_DB);
}

#[test]
fn the_pan_of_a_region_adds_to_the_channels() {
    let leaning = harness(&[base(Destination::Pan, percent(-25.0))]);
    let frames = note(&leaning, 69, 127, &[]);
    close(frames.left_db(0.1, 0.4), -0.688, STILL_DB);
    close(frames.right_db(0.1, 0.4), -8.344, STILL_DB);
}

#[test]
fn pan_is_clamped_after_it_is_summed() {
    let left = harness(&[base(Destination::Pan, percent(-50.0))]);
    let frames = note(&left, 69, 127, &[&[0xB0, 10, 127]]);
    close(frames.left_db(0.1, 0.4), -3.010, STILL_DB);
    close(frames.right_db(0.1, 0.4), -3.010, STILL_DB);
}

#[test]
fn a_tremolo_swings_evenly_around_full_level() {
    // 2 Hz, no delay: the crest at 125 ms, the trough at 375 ms.
    let tremolo = harness(&[
        base(Destination::ModLfoFrequency, hertz(2.0)),
        base(Destination::ModLfoDelay, i32::MIN),
        from(Source::ModLfo, Destination::Gain, decibels(6.0)),
    ]);
    let frames = note(&tremolo, 69, 127, &[]);
    close(frames.level_at(0.125), 6.0, 0.2);
    close(frames.level_at(0.250), 0.0, 0.2);
    close(frames.level_at(0.375), -6.0, 0.2);
}

#[test]
fn sends_are_fractions_of_the_amplitude() {
    for (value, send) in [(40, 0.3125), (127, 0.9922)] {
        let mut rig = Rig::new(&harness(&[]));
        rig.send(&[0xB0, 91, value]);
        rig.send(&[0xB0, 93, value]);
        rig.strike(69);
        rig.run(64);
        close(f64::from(rig.part(0).reverb_send), send, 0.0001);
        close(f64::from(rig.part(0).chorus_send), send, 0.0001);
    }
}

#[test]
fn the_master_volume_follows_the_volume_curve() {
    let half = &[0xF0, 0x7F, 0x7F, 0x04, 0x01, 0x00, 0x40, 0xF7];
    close(level(127, &[half]), -11.9, STILL_DB);
}

#[test]
fn the_master_volume_belongs_to_its_group() {
    let mut rig = Rig::new(&harness(&[]));
    rig.engine
        .message(2, &[0xF0, 0x7F, 0x7F, 0x04, 0x01, 0x00, 0x00, 0xF7]);
    rig.strike(69);
    close(rig.run_s(0.5).level_db(0.1, 0.4), 0.0, STILL_DB);
}

#[test]
fn the_master_gain_and_the_part_trim_multiply() {
    let mut rig = Rig::new(&harness(&[]));
    rig.engine.set_master_gain_db(-6.0);
    rig.engine.set_part_trim(
        0,
        0,
        PartTrim {
            gain_db: -4.0,
            ..PartTrim::default()
        },
    );
    rig.strike(69);
    close(rig.run_s(0.5).level_db(0.1, 0.4), -10.0, STILL_DB);
}

#[test]
fn a_trim_leans_on_top_of_the_pan() {
    let mut rig = Rig::new(&harness(&[]));
    rig.engine.set_part_trim(
        0,
        0,
        PartTrim {
            pan: 1.0,
            ..PartTrim::default()
        },
    );
    rig.strike(69);
    let frames = rig.run_s(0.5);
    assert!(frames.left_db(0.1, 0.4) < -90.0);
    close(frames.right_db(0.1, 0.4), 0.0, STILL_DB);
}

#[test]
fn a_program_trim_overrides_what_midi_chose() {
    let mut bank = harness(&[]);
    let mut other = bank.instruments[0].clone();
    other.patch.program = 9;
    other.articulation = vec![base(Destination::Gain, decibels(-12.0))];
    bank.instruments.push(other);
    let mut rig = Rig::new(&bank);
    rig.engine.set_part_trim(
        0,
        0,
        PartTrim {
            program: Some(9),
            ..PartTrim::default()
        },
    );
    rig.send(&[0xC0, 0]);
    rig.strike(69);
    close(rig.run_s(0.5).level_db(0.1, 0.4), -12.0, STILL_DB);
    assert_eq!(rig.part(0).requested.program, 9);
}

#[test]
fn moving_the_volume_makes_no_step() {
    let mut rig = Rig::new(&harness(&[]));
    rig.strike(69);
    let steady = rig.run(6400).largest_step();
    let mut largest = 0.0_f64;
    for volume in [20, 127, 64, 90, 5, 127] {
        rig.send(&[0xB0, 7, volume]);
        largest = largest.max(rig.run(640).largest_step());
    }
    assert!(largest < steady * 1.5, "{largest} against {steady}");
}

#[test]
fn the_peak_meter_reads_the_frames() {
    let mut rig = Rig::new(&harness(&[]));
    rig.strike(69);
    let frames = rig.run(4410);
    let highest = frames
        .left
        .iter()
        .fold(0.0_f32, |peak, s| peak.max(s.abs()));
    assert_eq!(rig.engine.take_peak().0.to_bits(), highest.to_bits());
    assert_eq!(rig.engine.take_peak().0.to_bits(), 0);
}

//! Pitch: keys, tunings, bend, oscillators, envelopes; and how clean the sample player is.

use dmus_dls::bank::{Destination, Source, WaveSample};

use crate::bank::{
    INSTANT, bank, base, cents, from, harness, harness_with, hertz, instrument, looped, modulate,
    patch, percent, region, seconds, sine, whole_loop,
};
use crate::measure::{Stereo, close, db};
use crate::rig::{HEADROOM, Rig, note};

/// Cents of a steady note against 441 Hz.
fn pitch(bank: &dmus_dls::Bank, key: u8, guess_hz: f64, before: &[&[u8]]) -> f64 {
    let mut rig = Rig::new(bank);
    for message in before {
        rig.send(message);
    }
    rig.strike(key);
    rig.run_s(0.05);
    let frequency = rig.run_s(2.0).frequency(guess_hz);
    1200.0 * (frequency / 441.0).log2()
}

fn near(cents: f64) -> f64 {
    441.0 * (cents / 1200.0).exp2()
}

#[test]
fn keys_play_in_tune_around_the_unity_note() {
    for (key, expected) in [(69, 0.0), (81, 1200.0), (57, -1200.0), (70, 100.0)] {
        close(
            pitch(&harness(&[]), key, near(expected), &[]),
            expected,
            0.1,
        );
    }
}

#[test]
fn a_sine_keeps_its_frequency_at_every_sample_rate() {
    // 100 frames at 44 kHz: 440 Hz at key 69.
    let bank = bank(
        vec![instrument(patch(false, 0, 0), vec![region(0)])],
        vec![looped(sine(100, 1), 44_000)],
    );
    for rate in [44_100, 48_000, 96_000, 192_000] {
        for (key, expected) in [(69, 440.0), (81, 880.0)] {
            let mut rig = Rig::with(&bank, rate, 8);
            rig.strike(key);
            let frequency = rig.run_s(3.0).frequency(expected * 1.0005);
            let error_cents = 1200.0 * (frequency / expected).log2();
            assert!(
                error_cents.abs() < 0.1,
                "{rate} Hz, key {key}: {error_cents} cents"
            );
        }
    }
}

#[test]
fn the_fine_tune_of_the_wave_counts() {
    let sharp = WaveSample {
        fine_tune: 50,
        ..whole_loop()
    };
    close(
        pitch(&harness_with(sharp, &[]), 69, near(50.0), &[]),
        50.0,
        0.1,
    );
}

#[test]
fn a_tuning_connection_counts() {
    let flat = harness(&[base(Destination::Pitch, cents(-30.0))]);
    close(pitch(&flat, 69, near(-30.0), &[]), -30.0, 0.1);
}

#[test]
fn the_wheel_bends_two_semitones() {
    for (wheel, expected) in [(0_u16, -200.0), (12_288, 100.0), (16_383, 199.976)] {
        let bend = [0xE0, (wheel & 0x7F) as u8, (wheel >> 7) as u8];
        let got = pitch(&harness(&[]), 69, near(expected), &[&bend]);
        close(got, expected, 0.01);
    }
}

#[test]
fn the_bend_range_is_a_parameter() {
    let before: [&[u8]; 4] = [
        &[0xB0, 101, 0],
        &[0xB0, 100, 0],
        &[0xB0, 6, 12],
        &[0xE0, 0x7F, 0x7F],
    ];
    close(
        pitch(&harness(&[]), 69, near(1199.85), &before),
        1199.85,
        0.05,
    );
}

#[test]
fn the_null_parameter_leaves_the_bend_range() {
    let before: [&[u8]; 4] = [
        &[0xB0, 101, 0x7F],
        &[0xB0, 100, 0x7F],
        &[0xB0, 6, 12],
        &[0xE0, 0, 0],
    ];
    close(
        pitch(&harness(&[]), 69, near(-200.0), &before),
        -200.0,
        0.01,
    );
}

#[test]
fn fine_tuning_is_a_parameter() {
    for (msb, lsb, expected) in [(0x60, 0, 50.0), (0x7F, 0x7F, 99.988), (0, 0, -100.0)] {
        let before: [&[u8]; 4] = [
            &[0xB0, 101, 0],
            &[0xB0, 100, 1],
            &[0xB0, 6, msb],
            &[0xB0, 38, lsb],
        ];
        close(
            pitch(&harness(&[]), 69, near(expected), &before),
            expected,
            0.01,
        );
    }
}

/// Two regions, split at key 70; the upper one is an octave of overtones higher.
fn split() -> dmus_dls::Bank {
    let mut low = region(0);
    low.keys = 0..=69;
    let mut high = region(1);
    high.keys = 70..=127;
    let mut bank = bank(
        vec![instrument(patch(false, 0, 0), vec![low, high])],
        vec![looped(sine(100, 1), 44_100), looped(sine(100, 3), 44_100)],
    );
    bank.instruments.push(instrument(
        patch(true, 0, 0),
        bank.instruments[0].regions.clone(),
    ));
    bank.waves[1].sample_rate = 88_200;
    bank
}

#[test]
fn coarse_tuning_moves_the_key_before_the_region_is_chosen() {
    let before: [&[u8]; 3] = [&[0xB0, 101, 0], &[0xB0, 100, 2], &[0xB0, 6, 0x4C]];
    // Key 60 + 12 = 72: the upper region, whose wave is an octave higher, three semitones up.
    close(pitch(&split(), 60, near(1500.0), &before), 1500.0, 0.1);
}

#[test]
fn coarse_tuning_waits_for_the_next_note() {
    let mut rig = Rig::new(&harness(&[]));
    rig.strike(57);
    rig.run(441);
    for (controller, value) in [(101, 0), (100, 2), (6, 0x4C)] {
        rig.send(&[0xB0, controller, value]);
    }
    close(rig.run_s(0.5).frequency(220.5), 220.5, 0.05);
    rig.lift(57);
    rig.run(4410);
    rig.strike(57);
    close(rig.run_s(0.5).frequency(441.0), 441.0, 0.05);
}

#[test]
fn coarse_tuning_leaves_drums_alone() {
    let mut rig = Rig::new(&split());
    for message in [[0xB9, 101, 0], [0xB9, 100, 2], [0xB9, 6, 0x4C]] {
        rig.send(&message);
    }
    rig.send(&[0x99, 60, 127]);
    let frequency = rig.run_s(2.0).frequency(near(-900.0));
    close(1200.0 * (frequency / 441.0).log2(), -900.0, 0.1);
}

#[test]
fn vibrato_by_the_wheel_has_the_depth_it_says() {
    let vibrato = harness(&[
        base(Destination::VibLfoDelay, INSTANT),
        modulate(
            Source::VibLfo,
            Source::Controller(1),
            Destination::Pitch,
            cents(50.0),
        ),
    ]);
    for (wheel, depth) in [(127, 49.61), (64, 25.0)] {
        let mut rig = Rig::new(&vibrato);
        rig.send(&[0xB0, 1, wheel]);
        rig.strike(69);
        let track = rig.run_s(1.0).pitch(441.0);
        let highest = track.iter().map(|(_, c)| *c).fold(f64::MIN, f64::max);
        let lowest = track.iter().map(|(_, c)| *c).fold(f64::MAX, f64::min);
        close(highest, depth, 1.0);
        close(lowest, -depth, 1.0);
    }
}

#[test]
fn without_a_connection_the_modulation_wheel_does_nothing() {
    let frames = note(&harness(&[]), 69, 127, &[&[0xB0, 1, 127]]);
    for (_, cents) in frames.pitch(441.0) {
        close(cents, 0.0, 0.1);
    }
}

#[test]
fn a_key_scale_pivots_at_the_unity_note() {
    let half = harness(&[from(Source::KeyNumber, Destination::Pitch, cents(6400.0))]);
    let expected = 1200.0 * (623.67_f64 / 441.0).log2();
    close(pitch(&half, 81, 623.67, &[]), expected, 0.1);
    let none = harness(&[from(Source::KeyNumber, Destination::Pitch, 0)]);
    for key in [20, 69, 100] {
        close(pitch(&none, key, 441.0, &[]), 0.0, 0.1);
    }
}

#[test]
fn the_second_envelope_bends_the_pitch_linearly() {
    let falling = harness(&[
        from(Source::Eg2, Destination::Pitch, cents(1200.0)),
        base(Destination::Eg2Decay, seconds(4.0)),
        base(Destination::Eg2Sustain, percent(0.0)),
    ]);
    let mut rig = Rig::new(&falling);
    rig.strike(69);
    let frames = rig.run_s(4.5);
    close(frames.pitch_at(441.0, 1.0), 900.0, 1.0);
    close(frames.pitch_at(441.0, 4.2), 0.0, 1.0);

    let rising = harness(&[
        from(Source::Eg2, Destination::Pitch, cents(1200.0)),
        base(Destination::Eg2Attack, seconds(1.0)),
    ]);
    let mut rig = Rig::new(&rising);
    rig.strike(69);
    close(rig.run_s(1.0).pitch_at(441.0, 0.5), 600.0, 2.0);
}

#[test]
fn the_second_envelope_falls_back_after_note_off() {
    let bank = harness(&[
        from(Source::Eg2, Destination::Pitch, cents(1200.0)),
        base(Destination::Eg2Release, seconds(1.0)),
        base(Destination::Eg1Release, seconds(10.0)),
    ]);
    let mut rig = Rig::new(&bank);
    rig.strike(69);
    close(rig.run_s(0.5).pitch_at(441.0, 0.4), 1200.0, 0.5);
    rig.lift(69);
    let frames = rig.run_s(1.5);
    close(frames.pitch_at(441.0, 0.5), 600.0, 3.0);
    close(frames.pitch_at(441.0, 1.2), 0.0, 0.5);
}

fn two_hertz(delay: i32) -> Stereo {
    let slow = harness(&[
        base(Destination::ModLfoFrequency, hertz(2.0)),
        base(Destination::ModLfoDelay, delay),
        from(Source::ModLfo, Destination::Pitch, cents(600.0)),
    ]);
    let mut rig = Rig::new(&slow);
    rig.strike(69);
    rig.run_s(1.0)
}

#[test]
fn the_oscillator_is_a_triangle_that_starts_upwards() {
    let frames = two_hertz(INSTANT);
    for (time_s, expected) in [
        (0.0625, 300.0),
        (0.125, 600.0),
        (0.250, 0.0),
        (0.375, -600.0),
    ] {
        // 4.8 cents a millisecond, seen over one cycle of 2 ms.
        close(frames.pitch_at(441.0, time_s), expected, 8.0);
    }
}

#[test]
fn the_oscillator_waits_for_its_delay() {
    let frames = two_hertz(seconds(0.5));
    for (time_s, cents) in frames.pitch(441.0) {
        if time_s < 0.495 {
            close(cents, 0.0, 0.1);
        }
    }
    close(frames.pitch_at(441.0, 0.5625), 300.0, 10.0);
}

#[test]
fn a_bend_in_progress_makes_no_step() {
    let mut rig = Rig::new(&harness(&[]));
    rig.strike(69);
    rig.run(640);
    let steady = rig.run(6400).largest_step();
    let mut largest = 0.0_f64;
    for msb in [0, 0x7F, 0x20, 0x60] {
        rig.send(&[0xE0, 0, msb]);
        largest = largest.max(rig.run(640).largest_step());
    }
    // Two semitones up, a sine is 12 % steeper.
    assert!(largest < steady * 1.15, "{largest} against {steady}");
}

/// What is left of a note after its fundamental has been taken away, dB below it.
fn residual_db(frames: &Stereo, frequency: f64) -> f64 {
    let step = std::f64::consts::TAU * frequency / frames.sample_rate;
    let (mut re, mut im) = (0.0, 0.0);
    for (n, sample) in frames.left.iter().enumerate() {
        re += f64::from(*sample) * (step * n as f64).cos();
        im += f64::from(*sample) * (step * n as f64).sin();
    }
    let scale = 2.0 / frames.left.len() as f64;
    let (re, im) = (re * scale, im * scale);
    let mut noise = 0.0;
    for (n, sample) in frames.left.iter().enumerate() {
        let angle = step * n as f64;
        let error = f64::from(*sample) - re * angle.cos() - im * angle.sin();
        noise += error * error;
    }
    db((noise * scale).sqrt() / (re * re + im * im).sqrt())
}

#[test]
fn the_loop_has_no_seam() {
    // 441 Hz and a whole number of cycles; an interval that never falls on the wave's frames.
    for (cycles, key) in [(1, 69), (1, 73), (10, 71), (7, 62)] {
        let bank = bank(
            vec![instrument(patch(false, 0, 0), vec![region(0)])],
            vec![looped(sine(100, cycles), 44_100)],
        );
        let mut rig = Rig::new(&bank);
        rig.strike(key);
        rig.run(64);
        let semitones = f64::from(key) - 69.0;
        let frequency = 441.0 * (semitones / 12.0).exp2();
        // A window of whole cycles, as near as frames allow, and long.
        let window = (44_100.0 * 400.0 / frequency).round() as usize;
        let residual = residual_db(&rig.run(window), frequency);
        assert!(
            residual < -80.0,
            "{cycles} cycles, key {key}: {residual} dB"
        );
    }
}

#[test]
fn a_note_at_its_recorded_pitch_plays_the_frames_themselves() {
    let mut rig = Rig::new(&harness(&[]));
    rig.strike(69);
    let frames = rig.run(300);
    let gain = HEADROOM * std::f64::consts::FRAC_1_SQRT_2 / 32_768.0;
    for (n, (got, wave)) in frames.left.iter().zip(sine(100, 3)).enumerate() {
        let expected = f64::from(wave) * gain;
        assert!((f64::from(*got) - expected).abs() < 1e-6, "frame {n}");
    }
}

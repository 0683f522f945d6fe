//! Envelopes: shapes, times, scaling, and where notes end.

use dmus_dls::Bank;
use dmus_dls::bank::{
    Connection, Curve, Destination, LoopKind, Source, Transform, WaveLoop, WaveSample,
};

use crate::bank::{
    INSTANT, bank, base, cents, from, harness, harness_with, instrument, looped, patch, percent,
    region, seconds, sine, whole_loop,
};
use crate::measure::{Stereo, close};
use crate::rig::Rig;

/// One control tick at 44.1 kHz, seconds.
const TICK_S: f64 = 64.0 / 44_100.0;

/// Tolerance of a level on the move, dB.
const MOVING_DB: f64 = 0.5;

/// A held note.
fn held(connections: &[Connection], seconds: f64) -> Stereo {
    let mut rig = Rig::new(&harness(connections));
    rig.strike(69);
    rig.run_s(seconds)
}

/// A note released after a while: what sounds from note-off on.
fn released(connections: &[Connection], held_s: f64, seconds: f64) -> Stereo {
    let mut rig = Rig::new(&harness(connections));
    rig.strike(69);
    rig.run_s(held_s);
    rig.lift(69);
    rig.run_s(seconds)
}

fn decay(decay_s: f64, sustain: f64) -> [Connection; 2] {
    [
        base(Destination::Eg1Decay, seconds(decay_s)),
        base(Destination::Eg1Sustain, percent(sustain)),
    ]
}

#[test]
fn the_decay_falls_at_its_rate_and_stops_at_sustain() {
    let frames = held(&decay(10.0, 50.0), 7.0);
    for (time_s, expected) in [(1.0, -9.6), (2.5, -24.0), (4.9, -47.04)] {
        close(frames.level_at(time_s), expected, MOVING_DB);
    }
    for time_s in [5.1, 6.0, 6.9] {
        close(frames.level_at(time_s), -48.0, 0.05);
    }
}

#[test]
fn a_decay_to_nothing_ends_the_voice() {
    let mut rig = Rig::new(&harness(&decay(2.0, 0.0)));
    rig.strike(69);
    rig.run_s(2.0 - 2.0 * TICK_S);
    assert_eq!(rig.voices(), 1);
    rig.run_s(4.0 * TICK_S);
    assert_eq!(rig.voices(), 0);
}

#[test]
fn a_full_sustain_never_falls() {
    let frames = held(&decay(10.0, 100.0), 12.0);
    close(frames.level_at(11.0), 0.0, 0.01);
}

#[test]
fn the_attack_is_linear_in_amplitude() {
    let frames = held(&[base(Destination::Eg1Attack, seconds(2.0))], 2.5);
    close(frames.level_at(0.5), -12.04, 0.1);
    close(frames.level_at(1.0), -6.02, 0.1);
    close(frames.level_at(2.2), 0.0, 0.01);
}

/// A wave that is the same everywhere, so that every frame shows the envelope.
fn constant() -> Bank {
    bank(
        vec![instrument(patch(false, 0, 0), vec![region(0)])],
        vec![looped(vec![16_384; 200], 44_100)],
    )
}

/// Level of a full note on the constant wave.
const CONSTANT: f32 = 0.5 * 0.5 * core::f32::consts::FRAC_1_SQRT_2;

#[test]
fn without_an_attack_the_first_frame_is_at_full_level() {
    for before in [0, 64, 17] {
        let mut rig = Rig::new(&constant());
        rig.run(before);
        rig.strike(69);
        // The first frame is interpolated with the silence before the wave; the wave itself is
        // met exactly.
        close(f64::from(rig.run(1).left[0]), f64::from(CONSTANT), 1e-6);
    }
}

#[test]
fn a_note_starts_at_its_exact_frame() {
    for frame in [0, 1, 63, 64, 100] {
        let mut rig = Rig::new(&constant());
        let before = rig.run(frame);
        assert_eq!(before.end(), 0);
        rig.strike(69);
        assert!(rig.run(1).left[0] > 0.1);
    }
}

#[test]
fn a_short_attack_is_computed_from_the_exact_frame() {
    let mut bank = constant();
    bank.instruments[0].articulation = vec![base(Destination::Eg1Attack, seconds(0.01))];
    for before in [0, 13, 63] {
        let mut rig = Rig::new(&bank);
        rig.run(before);
        rig.strike(69);
        let frames = rig.run(1000);
        // 441 frames of attack; the ramps between ticks are on the line itself.
        for n in [0, 1, 5, 50, 51, 100, 200, 370] {
            let expected = f64::from(CONSTANT) * n as f64 / 441.0;
            close(f64::from(frames.left[n]), expected, 1e-5);
        }
        close(f64::from(frames.left[441 + 64]), f64::from(CONSTANT), 1e-6);
    }
}

#[test]
fn a_note_off_within_a_tick_bends_at_its_exact_frame() {
    let mut bank = constant();
    bank.instruments[0].articulation = vec![base(Destination::Eg1Release, seconds(0.5))];
    let mut rig = Rig::new(&bank);
    rig.strike(69);
    let before = rig.run(64 * 3 + 21);
    close(f64::from(before.left[212]), f64::from(CONSTANT), 1e-6);
    rig.lift(69);
    let after = rig.run(4410);
    close(f64::from(after.left[0]), f64::from(CONSTANT), 1e-6);
    assert!(after.left[1] < after.left[0]);
    // 96 dB in 22050 frames; exact at the ends of ticks.
    for n in [43, 43 + 64, 43 + 640] {
        let expected_db = -96.0 * n as f64 / 22_050.0;
        let got_db = 20.0 * (f64::from(after.left[n]) / f64::from(CONSTANT)).log10();
        close(got_db, expected_db, 0.001);
    }
}

#[test]
fn the_delay_silences_while_the_wave_runs_on() {
    let late = harness(&[base(Destination::Eg1Delay, seconds(0.25))]);
    let mut rig = Rig::new(&late);
    rig.strike(69);
    let frames = rig.run_s(0.5);
    let quarter = (0.25 * 44_100.0) as usize;
    assert!(frames.left[..quarter - 64].iter().all(|s| s.abs() < 1e-9));
    // 11025 frames are 110 cycles and a quarter: the wave is at its crest there, not at zero.
    let cycle = 64 + quarter;
    let expected = (std::f64::consts::TAU * cycle as f64 / 100.0).sin();
    let gain = 0.5 * core::f64::consts::FRAC_1_SQRT_2 * 32_000.0 / 32_768.0;
    close(f64::from(frames.left[cycle]), expected * gain, 1e-4);
}

#[test]
fn the_hold_keeps_full_level_before_the_decay() {
    let frames = held(
        &[
            base(Destination::Eg1Hold, seconds(1.0)),
            base(Destination::Eg1Decay, seconds(1.0)),
            base(Destination::Eg1Sustain, percent(0.0)),
        ],
        2.5,
    );
    close(frames.level_at(0.99), 0.0, 0.05);
    close(frames.level_at(1.5), -48.0, MOVING_DB);
}

#[test]
fn the_release_falls_at_its_rate_from_where_it_starts() {
    let release = base(Destination::Eg1Release, seconds(2.0));
    let frames = released(&[release], 0.5, 2.2);
    close(frames.level_at(0.5), -24.0, MOVING_DB);
    let end_s = frames.end() as f64 / 44_100.0;
    close(end_s, 2.0, 2.0 * TICK_S);
}

#[test]
fn a_release_from_sustain_takes_its_share_of_the_time() {
    let [fall, sustain] = decay(0.01, 50.0);
    let release = base(Destination::Eg1Release, seconds(2.0));
    let frames = released(&[fall, sustain, release], 0.5, 1.5);
    let end_s = frames.end() as f64 / 44_100.0;
    close(end_s, 1.0, 2.0 * TICK_S);
}

#[test]
fn a_release_during_the_attack_starts_at_the_level_reached() {
    let frames = released(
        &[
            base(Destination::Eg1Attack, seconds(1.0)),
            base(Destination::Eg1Release, seconds(10.0)),
        ],
        0.5,
        1.5,
    );
    close(frames.level_at(0.01), -6.02 - 0.096, 0.1);
    close(frames.level_at(1.0), -6.02 - 9.6, 0.1);
}

/// Time of the attack's end, from the level on the way.
fn attack_s(connections: &[Connection], velocity: u8) -> f64 {
    let mut with_flat_velocity = connections.to_vec();
    with_flat_velocity.push(from(Source::Velocity, Destination::Gain, 0));
    let mut rig = Rig::new(&harness(&with_flat_velocity));
    rig.send(&[0x90, 69, velocity]);
    let frames = rig.run_s(0.2);
    let amplitude = 10.0_f64.powf(frames.level_at(0.1) / 20.0);
    0.1 / amplitude
}

#[test]
fn velocity_scales_the_attack_by_128ths() {
    let scale = from(Source::Velocity, Destination::Eg1Attack, cents(-1200.0));
    let short = base(Destination::Eg1Attack, seconds(0.4));
    close(attack_s(&[short, scale], 110), 0.2205, 0.001);
    let long = base(Destination::Eg1Attack, seconds(2.0));
    close(attack_s(&[long, scale], 127), 1.0054, 0.003);
}

/// Time of a whole decay, from the level on the way.
fn decay_s(connections: &[Connection], key: u8) -> f64 {
    let mut all = connections.to_vec();
    all.push(base(Destination::Eg1Sustain, percent(0.0)));
    all.push(from(Source::KeyNumber, Destination::Pitch, 0));
    let mut rig = Rig::new(&harness(&all));
    rig.strike(key);
    -96.0 * 1.0 / rig.run_s(1.2).level_at(1.0)
}

#[test]
fn the_key_scales_the_decay_by_128ths() {
    let connections = [
        base(Destination::Eg1Decay, seconds(5.0)),
        from(Source::KeyNumber, Destination::Eg1Decay, cents(-600.0)),
    ];
    close(decay_s(&connections, 60), 4.250, 0.01);
}

#[test]
fn a_mistaken_bipolar_bit_does_not_change_the_key_scale_of_a_time() {
    for bipolar in [false, true] {
        let scale = Connection {
            source_transform: Transform {
                curve: Curve::Linear,
                bipolar,
                invert: false,
            },
            ..from(Source::KeyNumber, Destination::Eg1Decay, cents(-6000.0))
        };
        let connections = [base(Destination::Eg1Decay, seconds(10.0)), scale];
        close(decay_s(&connections, 69), 1.544, 0.005);
    }
}

#[test]
fn a_time_of_zero_cannot_be_scaled() {
    let connections = [
        base(Destination::Eg1Attack, INSTANT),
        from(Source::Velocity, Destination::Eg1Attack, cents(12_000.0)),
    ];
    let mut rig = Rig::new(&harness(&connections));
    rig.strike(69);
    close(rig.run_s(0.1).level_at(0.01), 0.0, 0.05);
}

#[test]
fn a_key_struck_again_shuts_its_older_note_down_in_fifteen_milliseconds() {
    let mut rig = Rig::new(&constant());
    rig.strike(69);
    rig.run(64 * 10);
    // A new note at velocity 1 is 84 dB down: what is heard is the old one falling.
    rig.send(&[0x90, 69, 1]);
    let frames = rig.run(1000);
    for ticks in 1..6 {
        let n = ticks * 64;
        let got_db = 20.0 * (f64::from(frames.left[n]) / f64::from(CONSTANT)).log10();
        close(got_db, -6.4 * n as f64 / 44.1, MOVING_DB);
    }
    let end = (0.015 * 44_100.0) as usize + 64;
    assert!(frames.left[end] < CONSTANT * 0.0001);
    assert_eq!(rig.voices(), 1);
}

#[test]
fn a_loop_that_ends_with_the_note_plays_on_to_the_end_without_a_jump() {
    // A ramp of 5000 frames, looped between 1000 and 2000.
    let wave: Vec<i16> = (0..5000).map(|n| n * 6).collect();
    let mut bank = bank(
        vec![instrument(patch(false, 0, 0), vec![region(0)])],
        vec![looped(wave, 44_100)],
    );
    bank.waves[0].sample = Some(WaveSample {
        wave_loop: Some(WaveLoop {
            kind: LoopKind::UntilRelease,
            start: 1000,
            length: 1000,
        }),
        ..whole_loop()
    });
    bank.instruments[0].articulation = vec![base(Destination::Eg1Release, seconds(40.0))];
    let mut rig = Rig::new(&bank);
    rig.strike(69);
    let held = rig.run(3500);
    rig.lift(69);
    let rest = rig.run(5000);
    // 3500 frames on, the position is 1500: 3500 frames are left.
    assert_eq!(rest.end(), 3500);
    let step = rest.left[0] - held.left[3499];
    assert!(step.abs() < 0.0002, "{step}");
    assert_eq!(rig.voices(), 0);
}

#[test]
fn a_pedal_keeps_such_a_loop_going() {
    let mut bank = harness_with(
        WaveSample {
            wave_loop: Some(WaveLoop {
                kind: LoopKind::UntilRelease,
                start: 0,
                length: 100,
            }),
            ..whole_loop()
        },
        &[base(Destination::Eg1Release, seconds(40.0))],
    );
    bank.waves[0].frames = sine(100, 2).into();
    let mut rig = Rig::new(&bank);
    rig.send(&[0xB0, 64, 127]);
    rig.strike(69);
    rig.run(1000);
    rig.lift(69);
    rig.run(1000);
    assert_eq!(rig.voices(), 1);
    rig.send(&[0xB0, 64, 0]);
    // At frame 2000 of a 100-frame loop: 200 frames are left.
    assert_eq!(rig.run(1000).end(), 200);
}

#[test]
fn a_one_shot_ends_with_its_wave() {
    let mut bank = harness(&[]);
    bank.waves[0].sample = Some(WaveSample {
        wave_loop: None,
        ..whole_loop()
    });
    bank.waves[0].frames = vec![8000; 777].into();
    let mut rig = Rig::new(&bank);
    rig.strike(69);
    assert_eq!(rig.run(1000).end(), 777);
    assert_eq!(rig.voices(), 0);
}

#[test]
fn the_release_of_nothing_does_not_click() {
    let mut rig = Rig::new(&constant());
    rig.strike(69);
    for offset in [0, 1, 40, 63] {
        rig.run(64 * 5);
        rig.run(offset);
        rig.lift(69);
        let frames = rig.run(640);
        // 96 dB in 5 ms are 0.44 dB, or a twentieth, in the first frame.
        assert!(frames.largest_step() < 0.05 * f64::from(CONSTANT));
        rig.run((64 - offset) % 64);
        rig.strike(69);
    }
}

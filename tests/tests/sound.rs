//! Pitch, loops and envelopes against the truth of known sounds.

#![expect(clippy::unwrap_used, reason = "tests may unwrap")]

use dmus_host_tests::audio;
use dmus_host_tests::audio::pitch;
use dmus_host_tests::fixture::{self, Folder, program};
use dmus_host_tests::host::Plugin;
use dmus_host_tests::player::{Partition, Take, play};
use dmus_host_tests::timeline::Timeline;

/// Frames between two control ticks of the engine.
const TICK: usize = 64;

fn with_fixture(rate_hz: u32) -> (Plugin, Folder) {
    fixture::playing(rate_hz, 1_024).unwrap()
}

/// Plays a program of the fixture's bank from frame 0 on.
fn hear(rate_hz: u32, program: u8, script: &str, seconds: f64) -> Take {
    let (mut plugin, _folder) = with_fixture(rate_hz);
    let text = format!("0f program {program}; {script}");
    let timeline = Timeline::of_script(&text, rate_hz).unwrap();
    let frames = frame(rate_hz, seconds) as u64;
    play(&mut plugin, &timeline, frames, Partition::Fixed(512)).unwrap()
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a few seconds"
)]
fn frame(rate_hz: u32, seconds: f64) -> usize {
    (seconds * f64::from(rate_hz)).round() as usize
}

fn check_pitch(rate_hz: u32, script: &str, expected_hz: f64) {
    let take = hear(rate_hz, program::SINE, script, 2.0);
    let steady = &take.left[frame(rate_hz, 0.3)..];
    let found = pitch::frequency_hz(steady, f64::from(rate_hz), expected_hz).unwrap();
    let error = pitch::cents(expected_hz, found);
    assert!(
        error.abs() < 0.1,
        "{rate_hz} Hz, `{script}`: {found} Hz is {error} cents off"
    );
}

#[test]
fn the_unity_key_plays_its_recorded_pitch_at_every_rate() {
    for rate_hz in [44_100, 48_000, 96_000, 192_000] {
        check_pitch(rate_hz, "0f on 69 127", 440.0);
    }
}

#[test]
fn an_octave_above_is_twice_the_pitch_at_every_rate() {
    for rate_hz in [44_100, 48_000, 96_000, 192_000] {
        check_pitch(rate_hz, "0f on 81 127", 880.0);
    }
}

#[test]
fn an_octave_below_is_half_the_pitch() {
    check_pitch(48_000, "0f on 57 127", 220.0);
}

#[test]
fn the_whole_wheel_bends_by_two_semitones() {
    let semitones = |count: f64| 440.0 * (count / 12.0).exp2();
    check_pitch(48_000, "0f bend 0; 0f on 69 127", semitones(-2.0));
    check_pitch(48_000, "0f bend 12288; 0f on 69 127", semitones(1.0));
    check_pitch(48_000, "0f bend 8192; 0f on 69 127", 440.0);
}

#[test]
fn coarse_tuning_moves_the_pitch() {
    let rpn = "0f cc 101 0; 0f cc 100 2; 0f cc 6 76; 0f on 69 127";
    check_pitch(48_000, rpn, 880.0);
}

#[test]
fn a_clap_note_has_the_pitch_of_its_key() {
    check_pitch(44_100, "0f note 81 1.0", 880.0);
}

#[test]
fn a_loop_has_no_seam() {
    for (rate_hz, key, near_hz) in [
        (44_100, 69, 440.0),
        (48_000, 69, 440.0),
        (48_000, 66, 370.0),
    ] {
        let script = format!("0f on {key} 127");
        let take = hear(rate_hz, program::SINE, &script, 2.0);
        let steady = &take.left[frame(rate_hz, 0.3)..];
        let rate = f64::from(rate_hz);
        let found = pitch::frequency_hz(steady, rate, near_hz).unwrap();
        let rest = pitch::without_tone(steady, rate, found);
        // A seam would be a peak in what is left; 16 bits and a 4-point curve leave far less.
        let below = audio::dbfs(f64::from(audio::peak(&rest) / audio::peak(steady)));
        assert!(below < -60.0, "{rate_hz} Hz, key {key}: {below} dB");
    }
}

#[test]
fn a_sound_without_attack_is_full_from_its_first_frame() {
    let take = hear(48_000, program::CONSTANT, "1000f on 60 127", 0.2);
    let full = take.left[4_000];
    assert!(audio::peak(&take.left[..1_000]) < 1e-9);
    assert!(
        (take.left[1_000] / full - 1.0).abs() < 0.01,
        "{} of {full}",
        take.left[1_000]
    );
}

/// The gain over time of a constant sound, as a fraction of what it is without envelope.
fn envelope(program: u8, script: &str, seconds: f64) -> Vec<f64> {
    let full = f64::from(hear(48_000, program::CONSTANT, "0f on 60 127", 0.2).left[4_000]);
    let take = hear(48_000, program, script, seconds);
    take.left
        .iter()
        .map(|sample| f64::from(*sample) / full)
        .collect()
}

/// At each moment the gain must lie between the true gains one tick earlier and one tick later.
fn check_envelope(heard: &[f64], truth: impl Fn(f64) -> f64, moments_s: &[f64], slack_db: f64) {
    let tick_s = TICK as f64 / 48_000.0;
    for &moment in moments_s {
        let level = audio::dbfs(heard[frame(48_000, moment)].abs());
        let around = [moment - tick_s, moment + tick_s].map(|at| audio::dbfs(truth(at)));
        let (low, high) = (around[0].min(around[1]), around[0].max(around[1]));
        assert!(
            level >= low - slack_db && level <= high + slack_db,
            "at {moment} s: {level:.3} dB, expected {low:.3} to {high:.3}"
        );
    }
}

#[test]
fn an_attack_of_two_seconds_rises_in_a_straight_line() {
    let heard = envelope(program::ATTACK, "0f on 60 127", 3.0);
    let truth = |at: f64| (at / 2.0).clamp(0.0, 1.0);
    check_envelope(&heard, truth, &[0.125, 0.25, 0.5, 1.0, 1.5, 1.9, 2.5], 0.02);
    assert!(
        (audio::dbfs(heard[24_000]) + 12.04).abs() < 0.05,
        "0.25 at 0.5 s"
    );
}

#[test]
fn a_decay_of_ten_seconds_falls_in_decibels_to_its_sustain() {
    let heard = envelope(program::DECAY, "0f on 60 127", 7.0);
    let truth = |at: f64| 10.0_f64.powf((-9.6 * at.max(0.0)).max(-48.0) / 20.0);
    check_envelope(&heard, truth, &[0.5, 1.0, 2.5, 4.0, 4.9, 5.5, 6.5], 0.05);
}

#[test]
fn a_release_of_two_seconds_falls_from_the_note_off_on() {
    let heard = envelope(program::RELEASE, "0f on 60 127; 500ms off 60", 3.0);
    let truth = |at: f64| 10.0_f64.powf(-48.0 * (at - 0.5).max(0.0) / 20.0);
    check_envelope(&heard, truth, &[0.4, 0.6, 0.75, 1.0, 1.5, 2.0], 0.1);
    let end = frame(48_000, 2.5) + 2 * TICK;
    assert!(
        heard[end..].iter().all(|gain| gain.abs() < 1e-4),
        "not silent after the release"
    );
}

#[test]
fn a_decay_to_nothing_frees_its_voice() {
    let (mut plugin, _folder) = with_fixture(48_000);
    let text = format!("0f program {}; 0f on 60 127", program::FADE);
    let timeline = Timeline::of_script(&text, 48_000).unwrap();
    let take = play(&mut plugin, &timeline, 72_000, Partition::Fixed(512)).unwrap();
    assert!(audio::peak(&take.left[48_000 + 4 * TICK..]) < 1e-4);
    assert_eq!(plugin.report().unwrap().number("voices"), Some(0));
}

#[test]
fn the_pan_controller_moves_the_sound_and_keeps_its_power() {
    for (value, left_db, right_db) in [
        (0, 0.0, f64::NEG_INFINITY),
        (64, -3.01, -3.01),
        (32, -0.665, -8.476),
    ] {
        let script = format!("0f cc 10 {value}; 0f on 60 127");
        let take = hear(48_000, program::CONSTANT, &script, 0.2);
        let [left, right] = [take.left[8_000], take.right[8_000]].map(f64::from);
        let power = left.hypot(right);
        assert!(
            (audio::dbfs(left / power) - left_db).abs() < 0.05,
            "pan {value}"
        );
        let right_level = audio::dbfs(right / power);
        let silent = right_db.is_infinite() && right_level < -90.0;
        assert!(
            silent || (right_level - right_db).abs() < 0.05,
            "pan {value}: {right_level}"
        );
    }
}

#[test]
fn velocity_and_volume_follow_the_square_law() {
    let level = |script: &str| {
        audio::dbfs(f64::from(
            hear(48_000, program::CONSTANT, script, 0.2).left[8_000],
        ))
    };
    let loudest = level("0f cc 7 127; 0f on 60 127");
    for (script, expected) in [
        ("0f cc 7 127; 0f on 60 64", -11.905),
        ("0f cc 7 127; 0f on 60 32", -23.946),
        ("0f cc 7 64; 0f on 60 127", -11.905),
        ("0f cc 7 100; 0f cc 11 100; 0f on 60 100", -12.456),
    ] {
        let found = level(script) - loudest;
        assert!(
            (found - expected).abs() < 0.02,
            "`{script}`: {found} dB, expected {expected}"
        );
    }
}

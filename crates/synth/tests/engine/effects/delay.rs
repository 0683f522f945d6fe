//! The delay: when it repeats, where, and how much.

use dmus_synth::DelayKind;

use super::{CLICK, DELAY, Hall, REVERB};

/// What a click sent to a macro gives, both sides.
fn repeats(number: u8, seconds: f64) -> [Vec<f32>; 2] {
    let mut hall = Hall::new();
    hall.gs(0x50, number);
    hall.run_s(0.1);
    hall.play(0, DELAY);
    let [_, _, delay] = hall.run_s(seconds).returns;
    delay
}

/// Frames that are not silent, with their samples against the click.
fn hits(side: &[f32]) -> Vec<(usize, f64)> {
    side.iter()
        .enumerate()
        .filter(|(_, s)| s.abs() > 0.001)
        .map(|(n, s)| (n, f64::from(*s) / CLICK * 128.0 / 127.0))
        .collect()
}

#[test]
fn every_macro_repeats_at_its_published_times() {
    // Milliseconds of the middle, of the left and of the right; 0 is silent.
    let expected = [
        (340, 0, 0),
        (550, 0, 0),
        (1000, 0, 0),
        (130, 0, 0),
        (0, 250, 500),
        (0, 350, 700),
        (0, 500, 1000),
        (0, 130, 260),
        (0, 350, 700),
    ];
    for (number, (middle, left, right)) in expected.into_iter().enumerate() {
        let [on_left, on_right] = repeats(number as u8, 1.1).map(|side| hits(&side)[0].0);
        if middle > 0 {
            assert_eq!((on_left, on_right), (middle * 48, middle * 48), "{number}");
        } else {
            assert_eq!((on_left, on_right), (left * 48, right * 48), "{number}");
        }
    }
    // 750 ms, 21/24 and 32/24 of it.
    let [left, right] = repeats(9, 1.1).map(|side| hits(&side));
    assert_eq!([left[0].0, left[1].0], [31_500, 36_000]);
    assert_eq!([right[0].0, right[1].0], [36_000, 48_000]);
}

#[test]
fn feedback_and_levels_are_those_of_the_macro() {
    // Delay 1: feedback 80 is (80 - 64) / 65; the middle is 3 dB down on each side.
    let [left, right] = repeats(0, 2.0).map(|side| hits(&side));
    let middle = std::f64::consts::FRAC_1_SQRT_2;
    let feedback: f64 = 16.0 / 65.0;
    for (n, (frame, level)) in left.iter().enumerate() {
        assert_eq!(*frame, 16_320 * (n + 1));
        let expected = middle * feedback.powf(n as f64);
        assert!((level / expected - 1.0).abs() < 0.01, "{n} {level}");
    }
    assert_eq!(left, right);
    // Panning delay 1: 125 on the left, 60 on the right.
    let [left, right] = repeats(4, 0.6).map(|side| hits(&side));
    assert!((left[0].1 - 125.0 / 127.0).abs() < 0.01);
    assert!((right[0].1 - 60.0 / 127.0).abs() < 0.01);
}

#[test]
fn a_negative_feedback_turns_every_other_repetition_upside_down() {
    let [left, _] = repeats(9, 1.8).map(|side| hits(&side));
    let at = |frame| left.iter().find(|(n, _)| *n == frame).unwrap().1;
    assert!(at(36_000) > 0.0);
    assert!(at(72_000) < 0.0);
}

#[test]
fn the_host_sets_time_and_kind() {
    let mut hall = Hall::new();
    let mut settings = hall.engine.effects().unwrap();
    settings.delay.kind = Some(DelayKind::Delay1);
    settings.delay.time_s = Some(2.0);
    hall.engine.set_effects(settings);
    hall.play(0, DELAY);
    let [_, _, delay] = hall.run_s(2.1).returns;
    assert_eq!(hits(&delay[0])[0].0, 96_000);
}

#[test]
fn a_delay_goes_on_into_the_reverb() {
    let mut hall = Hall::new();
    hall.gs(0x50, 8);
    hall.run_s(0.1);
    hall.play(0, DELAY);
    let [reverb, ..] = hall.run_s(1.0).returns;
    let first = reverb[0].iter().position(|s| s.abs() > 0.0).unwrap();
    // The left repeats after 350 ms.
    assert!((16_800..20_000).contains(&first), "{first}");
    assert_eq!(REVERB, 0);
}

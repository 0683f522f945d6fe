//! Convolution: the same as the slow way, without delay, and home again.

use dmus_synth::{Convolution, ResponseBusy, ResponseError, Space};

use super::measures::{correlation, db, octave, reverberation_time_s};
use super::{Hall, RATE, REVERB};

/// Loads a response into a hall without pre-delay.
fn with(response: Convolution) -> Hall {
    let mut hall = Hall::new();
    hall.gs(0x30, 0);
    hall.gs(0x32, 0);
    hall.engine.set_response(Some(Box::new(response))).unwrap();
    hall.run_s(0.1);
    hall
}

/// Noise that is always the same.
fn noise(frames: usize, seed: u32) -> Vec<f32> {
    (0..frames)
        .scan(seed, |state, _| {
            *state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            Some((*state >> 8) as f32 / 8_388_608.0 - 1.0)
        })
        .collect()
}

#[test]
fn it_is_the_sum_of_products_within_a_hundred_and_twenty_decibels() {
    for length in [1, 63, 64, 65, 200, 2047, 2048, 2049, 5000] {
        let [left, right] = [noise(length, 1), noise(length, 2)];
        let mut hall = with(Convolution::new(&left, &right).unwrap());
        // The dry sound tells what was sent: it stands in the middle, 3 dB down.
        hall.play(2, REVERB);
        let heard = hall.run(9_000);
        let scale = std::f64::consts::SQRT_2 * 127.0 / 128.0;
        let input: Vec<f64> = heard.main[0]
            .iter()
            .map(|s| f64::from(*s) * scale)
            .collect();
        for (side, response) in [(0, &left), (1, &right)] {
            let (mut wrong, mut right) = (0.0, 0.0);
            for (n, got) in heard.returns[REVERB][side].iter().enumerate() {
                let expected: f64 = response
                    .iter()
                    .take(n + 1)
                    .enumerate()
                    .map(|(k, h)| f64::from(*h) * input[n - k])
                    .sum();
                wrong += (f64::from(*got) - expected).powi(2);
                right += expected.powi(2);
            }
            assert!(db(wrong / right) < -120.0, "{length} {}", db(wrong / right));
        }
    }
}

#[test]
fn its_first_frame_is_not_late() {
    let mut hall = with(Convolution::new(&[1.0], &[0.5]).unwrap());
    hall.play(0, REVERB);
    let heard = hall.run(256);
    assert!(heard.main[0][0] > 0.1);
    assert!(heard.returns[REVERB][0][0] > 0.1);
    let ratio = heard.returns[REVERB][1][0] / heard.returns[REVERB][0][0];
    assert!((ratio - 0.5).abs() < 1e-6);
}

#[test]
fn computed_spaces_decay_in_their_time_and_are_wide() {
    for space in Space::ALL {
        let mut hall = with(Convolution::of_space(space, RATE));
        hall.play(0, REVERB);
        let [reverb, ..] = hall.run_s(space.time_s() * 1.3).returns;
        let band = octave(&reverb[0], 1000.0, f64::from(RATE));
        let ratio = reverberation_time_s(&band, f64::from(RATE)) / space.time_s();
        assert!((0.85..1.15).contains(&ratio), "{space:?} {ratio}");
        let common = correlation(&reverb[0], &reverb[1]);
        assert!(common.abs() < 0.4, "{space:?} {common}");
    }
}

#[test]
fn a_response_that_was_replaced_comes_home_within_a_tenth_of_a_second() {
    let mut hall = with(Convolution::of_space(Space::Room, RATE));
    hall.play(2, REVERB);
    hall.run_s(0.3);
    let plate = Convolution::of_space(Space::Plate, RATE);
    let frames = plate.frames();
    hall.engine.set_response(Some(Box::new(plate))).unwrap();
    assert!(hall.engine.take_retired_response().is_none());
    let Err(ResponseBusy(None)) = hall.engine.set_response(None) else {
        panic!("the first response still fades");
    };
    hall.run_s(0.1);
    let home = hall.engine.take_retired_response().unwrap();
    assert!(home.frames() < frames);
    hall.engine.set_response(None).unwrap();
    hall.run_s(0.1);
    assert_eq!(
        hall.engine.take_retired_response().unwrap().frames(),
        frames
    );
    assert!(hall.engine.take_retired_response().is_none());
}

#[test]
fn a_response_comes_home_at_once_from_an_engine_that_is_silent() {
    let mut hall = Hall::new();
    let response = || Some(Box::new(Convolution::new(&[1.0], &[1.0]).unwrap()));
    hall.engine.set_response(response()).unwrap();
    hall.engine.set_response(response()).unwrap();
    assert!(hall.engine.take_retired_response().is_some());
    let mut settings = hall.engine.effects().unwrap();
    settings.reverb.on = false;
    hall.engine.set_effects(settings);
    hall.run_s(0.1);
    hall.engine.set_response(None).unwrap();
    assert!(hall.engine.take_retired_response().is_some());
}

#[test]
fn an_engine_without_effects_gives_a_response_back() {
    let mut rig = crate::rig::Rig::new(&super::sounds());
    let response = Some(Box::new(Convolution::new(&[1.0], &[1.0]).unwrap()));
    assert!(rig.engine.set_response(response).is_err());
    assert!(rig.engine.take_retired_response().is_none());
}

#[test]
fn odd_responses_are_refused_with_the_reason() {
    let error = |left: &[f32], right: &[f32]| Convolution::new(left, right).unwrap_err();
    assert_eq!(error(&[], &[]), ResponseError::Length { frames: 0 });
    assert_eq!(
        error(&[0.0, f32::NAN], &[]),
        ResponseError::NotANumber { frame: 1 }
    );
    let long = vec![0.0; 524_289];
    assert_eq!(error(&long, &[]), ResponseError::Length { frames: 524_289 });
}

#[test]
fn a_convolution_sleeps_when_its_response_is_over() {
    let mut hall = with(Convolution::of_space(Space::Room, RATE));
    hall.play(0, REVERB);
    let mut seconds = 0.0;
    loop {
        hall.run_s(0.05);
        seconds += 0.05;
        if hall.engine.effects_sleep() {
            break;
        }
        assert!(seconds < 3.0);
    }
    assert!((0.5..1.2).contains(&seconds), "{seconds}");
}

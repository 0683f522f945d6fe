//! Who sends nothing pays nothing: effects fall asleep, and are silent then.

use dmus_synth::{NoteAddress, NoteExpression, ReverbKind};

use super::{CHORUS, DELAY, Hall, REVERB, SENDS};

/// Seconds until effects sleep after a click to one bus.
fn awake_s(hall: &mut Hall, bus: usize) -> f64 {
    hall.play(0, bus);
    let mut seconds = 0.0;
    loop {
        hall.run_s(0.1);
        seconds += 0.1;
        if hall.engine.effects_sleep() {
            return seconds;
        }
        assert!(seconds < 60.0);
    }
}

#[test]
fn an_engine_of_its_own_accord_sleeps() {
    let hall = Hall::new();
    assert!(hall.engine.effects_sleep());
}

#[test]
fn a_tail_below_hearing_is_let_go() {
    // A large hall of 1.82 s falls by 120 dB in 3.64 s; the delay remembers two seconds.
    let reverb = awake_s(&mut Hall::new(), REVERB);
    assert!((2.0..4.5).contains(&reverb), "{reverb}");
    let chorus = awake_s(&mut Hall::new(), CHORUS);
    assert!(chorus < 0.6, "{chorus}");
    let delay = awake_s(&mut Hall::new(), DELAY);
    assert!((3.0..6.5).contains(&delay), "{delay}");
}

#[test]
fn what_sleep_cuts_off_is_below_a_hundred_decibels() {
    let mut hall = Hall::new();
    hall.play(0, REVERB);
    hall.run(64);
    let mut last = 1.0_f32;
    while !hall.engine.effects_sleep() {
        let [reverb, ..] = hall.run(64).returns;
        last = reverb[0]
            .iter()
            .chain(&reverb[1])
            .fold(0.0, |most, s| most.max(s.abs()));
    }
    assert!(last < 1e-5, "{last}");
    let heard = hall.run_s(0.5);
    assert!(
        heard
            .returns
            .iter()
            .flatten()
            .flatten()
            .all(|s| s.to_bits() == 0)
    );
}

#[test]
fn voices_that_send_nothing_wake_nothing() {
    let mut hall = Hall::new();
    hall.send(&[0xC0, 1]);
    hall.send(&[0x90, 69, 127]);
    hall.run_s(0.2);
    assert!(hall.engine.effects_sleep());
    hall.send(&[0xB0, SENDS[CHORUS], 1]);
    hall.run_s(0.01);
    assert!(!hall.engine.effects_sleep());
}

#[test]
fn an_effect_that_is_off_is_not_fed() {
    let mut hall = Hall::new();
    let mut settings = hall.engine.effects().unwrap();
    settings.dry = true;
    hall.engine.set_effects(settings);
    hall.run_s(0.2);
    hall.play(1, REVERB);
    let heard = hall.run_s(0.2);
    assert!(hall.engine.effects_sleep());
    assert!(
        heard
            .returns
            .iter()
            .flatten()
            .flatten()
            .all(|s| s.to_bits() == 0)
    );
}

#[test]
fn a_reset_is_as_good_as_new() {
    let song = |hall: &mut Hall| {
        for bus in [REVERB, CHORUS, DELAY] {
            hall.play(2, bus);
        }
        hall.run_s(0.5)
    };
    let mut fresh = Hall::new();
    let expected = song(&mut fresh);
    let mut used = Hall::new();
    used.gs(0x30, 5);
    used.gs(0x38, 5);
    used.gs(0x50, 9);
    song(&mut used);
    used.engine.reset();
    assert!(used.engine.effects_sleep());
    used.prepare();
    let again = song(&mut used);
    assert_eq!(again.returns, expected.returns);
    assert_eq!(again.main, expected.main);
}

/// Whether a return holds a number that processors are slow with.
fn is_slow(hall: &mut Hall, seconds: f64) -> bool {
    let heard = hall.run_s(seconds);
    let mut samples = heard.returns.iter().flatten().flatten();
    samples.any(|sample| sample.is_subnormal())
}

#[test]
fn no_tail_holds_numbers_that_processors_are_slow_with() {
    let mut hall = Hall::new();
    let mut settings = hall.engine.effects().unwrap();
    settings.reverb.kind = Some(ReverbKind::LargeHall);
    settings.reverb.time_s = Some(30.0);
    hall.engine.set_effects(settings);
    for bus in [REVERB, CHORUS, DELAY] {
        hall.play(2, bus);
    }
    hall.run_s(0.2);
    hall.send(&[0xB0, 120, 0]);
    let mut second = 0;
    while !hall.engine.effects_sleep() {
        assert!(!is_slow(&mut hall, 1.0), "in second {second}");
        second += 1;
    }
    assert!((30..120).contains(&second), "{second}");
}

#[test]
fn numbers_that_processors_are_slow_with_do_not_come_in() {
    let mut hall = Hall::new();
    for bus in [REVERB, CHORUS, DELAY] {
        hall.play(1, bus);
    }
    for volume in [1e-34, 1e-36, 1e-38] {
        let expression = NoteExpression::Volume(volume);
        hall.engine.express(0, NoteAddress::default(), expression);
        hall.run_s(0.01);
        for bus in [REVERB, CHORUS, DELAY] {
            hall.play(1, bus);
        }
        hall.engine.express(0, NoteAddress::default(), expression);
        assert!(!is_slow(&mut hall, 6.0), "{volume}");
    }
}

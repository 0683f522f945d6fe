//! The example that Level 1 works out, number by number.
//!
//! Its numbers are those of the errata, where a positive scale is gain, and of Level 2: velocity
//! counts in 128ths, and the sides follow the later law of pan.

use dmus_dls::Bank;
use dmus_dls::bank::{Destination, Source};

use crate::bank::{
    INSTANT, base, cents, decibels, from, harness_with, hertz, modulate, percent, seconds,
    whole_loop,
};
use crate::measure::{Stereo, close};
use crate::rig::Rig;

/// What the example calls its instrument; its oscillator is at -1 after 150 ms.
fn example() -> Bank {
    let mut sample = whole_loop();
    sample.unity_note = 54;
    sample.fine_tune = 1;
    let mut bank = harness_with(
        sample,
        &[
            base(Destination::ModLfoFrequency, hertz(5.0)),
            base(Destination::ModLfoDelay, INSTANT),
            from(Source::ModLfo, Destination::Gain, decibels(3.0)),
            modulate(
                Source::ModLfo,
                Source::Controller(1),
                Destination::Gain,
                decibels(1.0),
            ),
            base(Destination::Eg1Attack, seconds(0.4)),
            base(Destination::Eg1Decay, seconds(5.0)),
            base(Destination::Eg1Sustain, percent(50.0)),
            base(Destination::Eg1Release, seconds(0.5)),
            from(Source::Velocity, Destination::Eg1Attack, cents(-1200.0)),
            base(Destination::Eg2Decay, seconds(10.0)),
            base(Destination::Eg2Sustain, percent(50.0)),
            from(Source::Eg2, Destination::Pitch, cents(30.0)),
        ],
    );
    bank.waves[0].sample_rate = 22_050;
    bank
}

/// Key 60 at velocity 110, with the controllers of the example, at 32 kHz.
fn played() -> Stereo {
    let mut rig = Rig::with(&example(), 32_000, 8);
    for (controller, value) in [(1, 25), (7, 100), (10, 75), (11, 120)] {
        rig.send(&[0xB0, controller, value]);
    }
    let wheel = 8192_u16 + 365;
    rig.send(&[0xE0, (wheel & 0x7F) as u8, (wheel >> 7) as u8]);
    rig.send(&[0x90, 60, 110]);
    rig.run_s(0.3)
}

#[test]
fn the_pitch_of_the_worked_example_is_the_sum_of_its_parts() {
    // 6000 - 5400 + 1 from the key, 29.55 from the envelope, 8.911 from the wheel.
    close(played().pitch_at(220.5, 0.15), 639.461, 1.0);
}

#[test]
fn the_levels_of_the_worked_example_are_the_sums_of_their_parts() {
    let attack_s = 0.4 * libm::exp2(-110.0 / 128.0);
    let attack_db = 20.0 * libm::log10(0.15 / attack_s);
    let mono_db = attack_db - 2.496 - 4.152 - 0.985 - (3.0 + 25.0 / 128.0);
    close(mono_db, -14.17, 0.01);
    let place = 0.508 * (2.0 * 75.0 / 128.0 - 1.0);
    let angle = core::f64::consts::FRAC_PI_2 * (place + 0.5);
    let frames = played();
    let left_db = mono_db + 20.0 * libm::log10(libm::cos(angle));
    let right_db = mono_db + 20.0 * libm::log10(libm::sin(angle));
    close(frames.left_db(0.1469, 0.1531), left_db, 0.5);
    close(frames.right_db(0.1469, 0.1531), right_db, 0.5);
}

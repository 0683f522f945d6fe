//! Connections that listen to sums of others.

use dmus_dls::bank::{Destination, Source};

use crate::bank::{base, cents, decibels, from, modulate, seconds};
use crate::measure::close;
use crate::rig::{Rig, note};
use crate::soundfont::{soundfont, swing, time_cents};

/// One whole, of a link.
const ONE: i32 = 65_536;

#[test]
fn two_controllers_multiply_into_the_depth_of_a_vibrato() {
    // Modulator: controller 2 x controller 3 x 200 cents -> vibLfoToPitch.
    let list = [
        modulate(
            Source::Controller(2),
            Source::Controller(3),
            Destination::Link(0),
            ONE,
        ),
        modulate(
            Source::VibLfo,
            Source::Link(0),
            Destination::Pitch,
            cents(200.0),
        ),
    ];
    for (two, three, depth) in [
        (0, 127, 0.0),
        (127, 0, 0.0),
        (64, 64, 50.0),
        (127, 64, 99.2),
        (127, 127, 196.9),
    ] {
        let frames = note(
            &soundfont(&list),
            69,
            127,
            &[&[0xB0, 2, two], &[0xB0, 3, three]],
        );
        let (low, high) = swing(&frames);
        close(low, -depth, 0.02 * depth + 1.0);
        close(high, depth, 0.02 * depth + 1.0);
    }
}

#[test]
fn a_link_follows_its_controllers_while_a_note_sounds() {
    let list = [
        // Link 1 is link 0 and a constant half, and link 0 is controller 2.
        from(Source::Controller(2), Destination::Link(0), ONE),
        from(Source::Link(0), Destination::Link(1), ONE),
        base(Destination::Link(1), ONE / 2),
        from(Source::Link(1), Destination::Gain, decibels(-24.0)),
    ];
    let mut rig = Rig::new(&soundfont(&list));
    rig.strike(69);
    close(rig.run_s(0.2).level_db(0.1, 0.2), -12.0, 0.01);
    rig.send(&[0xB0, 2, 32]);
    rig.run(441);
    close(rig.run_s(0.2).level_db(0.1, 0.2), -18.0, 0.01);
    rig.send(&[0xB0, 2, 0]);
    rig.run(441);
    close(rig.run_s(0.2).level_db(0.1, 0.2), -12.0, 0.01);
}

#[test]
fn a_link_at_note_on_settles_times_and_is_deaf_to_what_comes_later() {
    let list = [
        modulate(
            Source::Velocity,
            Source::Controller(2),
            Destination::Link(3),
            ONE,
        ),
        base(Destination::Eg1Delay, seconds(0.1)),
        from(Source::Link(3), Destination::Eg1Delay, time_cents(4800.0)),
    ];
    let mut bank = soundfont(&list);
    bank.instruments[0]
        .articulation
        .push(from(Source::Velocity, Destination::Gain, 0));
    for (controller, delay_s) in [(0, 0.1), (64, 0.2)] {
        let mut rig = Rig::new(&bank);
        rig.send(&[0xB0, 2, controller]);
        rig.send(&[0x90, 69, 64]);
        rig.send(&[0xB0, 2, 127]);
        let frames = rig.run_s(0.4);
        let first = frames.left.iter().position(|s| s.abs() > 0.0).unwrap();
        close(first as f64 / 44_100.0, delay_s, 0.002);
    }
}

#[test]
fn links_made_of_what_may_not_be_are_silent() {
    let list = [
        // Of an oscillator, of itself, of a higher one, of none.
        from(Source::ModLfo, Destination::Link(0), ONE),
        from(Source::Link(1), Destination::Link(1), ONE),
        base(Destination::Link(1), 0),
        from(Source::Link(5), Destination::Link(2), ONE),
        base(Destination::Link(5), ONE),
        base(Destination::Link(200), ONE),
        from(Source::Link(0), Destination::Gain, decibels(-6.0)),
        modulate(
            Source::Link(1),
            Source::None,
            Destination::Gain,
            decibels(-6.0),
        ),
        from(Source::Link(2), Destination::Gain, decibels(-6.0)),
        from(Source::Link(200), Destination::Gain, decibels(-6.0)),
    ];
    let frames = note(&soundfont(&list), 69, 127, &[]);
    close(frames.level_db(0.1, 0.4), 0.0, 0.01);
}

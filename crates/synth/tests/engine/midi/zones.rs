//! Zones: one note on each channel, bent and pressed alone, and all of them by their manager.

use dmus_dls::bank::{Destination, Source};

use crate::bank::{cents, from, harness};
use crate::measure::close;
use crate::rig::Rig;

/// A lower zone of seven members.
fn zone(bank: &dmus_dls::Bank) -> Rig {
    let mut rig = Rig::new(bank);
    for (controller, value) in [(101, 0), (100, 6), (6, 7)] {
        rig.send(&[0xB0, controller, value]);
    }
    assert_eq!(rig.engine.stats().unknown, 0);
    rig
}

/// Pitch on a member's own channel, cents from the recorded one.
fn pitch(rig: &mut Rig, channel: u8) -> f64 {
    rig.send(&[0x90 | channel, 69, 127]);
    let cents = rig.run_s(0.5).pitch_at(441.0, 0.3);
    rig.send(&[0x80 | channel, 69, 0]);
    rig.run(4410);
    cents
}

#[test]
fn members_bend_over_four_octaves_and_their_manager_over_two_semitones() {
    let mut rig = zone(&harness(&[]));
    rig.send(&[0xE3, 0, 0x50]);
    close(pitch(&mut rig, 3), 1200.0, 1.0);
    rig.send(&[0xE0, 0, 0x60]);
    close(pitch(&mut rig, 3), 1300.0, 1.0);
    close(pitch(&mut rig, 4), 100.0, 1.0);
    close(pitch(&mut rig, 0), 100.0, 1.0);
    // The ninth channel is no member.
    close(pitch(&mut rig, 8), 0.0, 0.1);
}

#[test]
fn a_bend_range_is_that_of_all_members() {
    let mut rig = zone(&harness(&[]));
    for (controller, value) in [(101, 0), (100, 0), (6, 24)] {
        rig.send(&[0xB5, controller, value]);
    }
    rig.send(&[0xE2, 0, 0x60]);
    close(pitch(&mut rig, 2), 1200.0, 1.0);
    for (controller, value) in [(101, 0), (100, 0), (6, 12)] {
        rig.send(&[0xB0, controller, value]);
    }
    rig.send(&[0xE0, 0, 0x60]);
    close(pitch(&mut rig, 3), 600.0, 1.0);
}

#[test]
fn pressure_and_brightness_of_a_manager_are_heard_on_its_members() {
    let bank = harness(&[from(
        Source::ChannelPressure,
        Destination::Pitch,
        cents(128.0),
    )]);
    let mut rig = zone(&bank);
    rig.send(&[0xD0, 100]);
    close(pitch(&mut rig, 1), 100.0, 1.0);
    rig.send(&[0xD1, 50]);
    close(pitch(&mut rig, 1), 100.0, 1.0);
    rig.send(&[0xD1, 120]);
    close(pitch(&mut rig, 1), 120.0, 1.0);
    rig.send(&[0xB0, 74, 0]);
    rig.send(&[0x91, 69, 127]);
    let closed = rig.run_s(0.5).level_db(0.2, 0.5);
    assert!(closed < -28.0, "{closed}");
}

#[test]
fn program_volume_and_pedal_of_a_manager_are_its_members_too() {
    let mut rig = zone(&harness(&[]));
    rig.send(&[0xC0, 5]);
    rig.send(&[0xB0, 64, 127]);
    rig.send(&[0xB0, 7, 64]);
    for channel in 0..8 {
        assert_eq!(rig.part(channel).requested.program, 5);
    }
    assert_eq!(rig.part(8).requested.program, 0);
    rig.send(&[0xC0, 0]);
    rig.send(&[0x92, 69, 127]);
    rig.send(&[0x82, 69, 0]);
    close(rig.run_s(0.5).level_db(0.1, 0.4), -11.905, 0.05);
    rig.send(&[0xB0, 64, 0]);
    rig.run(4410);
    assert_eq!(rig.voices(), 0);
}

#[test]
fn a_zone_that_is_taken_away_leaves_common_channels() {
    let mut rig = zone(&harness(&[]));
    rig.send(&[0x92, 69, 127]);
    rig.send(&[0xE0, 0, 0x60]);
    for (controller, value) in [(101, 0), (100, 6), (6, 0)] {
        rig.send(&[0xB0, controller, value]);
    }
    rig.run(4410);
    // Its notes have ended.
    assert_eq!(rig.voices(), 0);
    close(pitch(&mut rig, 2), 0.0, 0.1);
    rig.send(&[0xE2, 0, 0x60]);
    close(pitch(&mut rig, 2), 100.0, 1.0);
}

#[test]
fn a_channel_that_cannot_manage_is_not_understood() {
    let mut rig = Rig::new(&harness(&[]));
    for (controller, value) in [(101, 0), (100, 6), (6, 7)] {
        rig.send(&[0xB4, controller, value]);
    }
    assert_eq!(rig.engine.stats().unknown, 1);
    rig.send(&[0xE5, 0, 0x60]);
    close(pitch(&mut rig, 5), 100.0, 1.0);
}

#[test]
fn an_upper_zone_is_managed_from_the_last_channel() {
    let mut rig = Rig::new(&harness(&[]));
    for (controller, value) in [(101, 0), (100, 6), (6, 5)] {
        rig.send(&[0xBF, controller, value]);
    }
    rig.send(&[0xEF, 0, 0x60]);
    close(pitch(&mut rig, 10), 100.0, 1.0);
    close(pitch(&mut rig, 8), 0.0, 0.1);
}

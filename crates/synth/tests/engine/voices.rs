//! Which notes sound together, which give way, and to whom.

use dmus_dls::bank::{Destination, Source};

use crate::bank::{
    bank, base, decibels, from, harness, instrument, looped, patch, region, seconds, sine,
};
use crate::measure::close;
use crate::rig::{Rig, note};

/// A release long enough to be seen.
fn lingering() -> dmus_dls::Bank {
    harness(&[base(Destination::Eg1Release, seconds(4.0))])
}

#[test]
fn a_key_struck_twice_sounds_once() {
    let mut rig = Rig::new(&lingering());
    rig.strike(60);
    rig.run(4410);
    rig.strike(60);
    assert_eq!(rig.voices(), 2);
    rig.run(662 + 64);
    assert_eq!(rig.voices(), 1);
}

#[test]
fn a_note_off_right_after_a_second_strike_ends_the_new_note() {
    for gap in [0, 100, 4410] {
        let mut rig = Rig::new(&harness(&[]));
        rig.strike(60);
        rig.run(441);
        rig.strike(60);
        rig.run(gap);
        rig.lift(60);
        rig.run(1000);
        assert_eq!(rig.voices(), 0, "gap {gap}");
    }
}

#[test]
fn a_region_may_let_its_own_notes_overlap() {
    let mut bank = lingering();
    bank.instruments[0].regions[0].self_non_exclusive = true;
    let mut rig = Rig::new(&bank);
    rig.strike(60);
    rig.run(4410);
    rig.strike(60);
    rig.run(4410);
    assert_eq!(rig.voices(), 2);
}

#[test]
fn a_released_note_goes_on_when_its_key_is_struck_again() {
    let mut rig = Rig::new(&lingering());
    rig.strike(60);
    rig.run(4410);
    rig.lift(60);
    rig.run(441);
    rig.strike(60);
    rig.run(4410);
    assert_eq!(rig.voices(), 2);
}

#[test]
fn a_note_off_ends_the_oldest_note_of_its_key() {
    let mut bank = lingering();
    bank.instruments[0].regions[0].self_non_exclusive = true;
    bank.instruments[0].articulation = Vec::new();
    let mut rig = Rig::new(&bank);
    rig.strike(60);
    rig.run(100);
    rig.strike(60);
    rig.lift(60);
    rig.run(4410);
    assert_eq!(rig.voices(), 1);
    rig.lift(60);
    rig.run(4410);
    assert_eq!(rig.voices(), 0);
}

/// Two hats of one group on channel 10, the open one on key 46, the closed one on 42.
fn hats() -> dmus_dls::Bank {
    let hat = |key| {
        let mut hat = region(0);
        hat.keys = key..=key;
        hat.key_group = 1;
        hat.self_non_exclusive = true;
        hat
    };
    let regions = vec![hat(42), hat(46)];
    bank(
        vec![
            instrument(patch(true, 0, 0), regions.clone()),
            instrument(patch(false, 0, 0), regions),
        ],
        vec![looped(sine(100, 1), 44_100)],
    )
}

#[test]
fn a_key_group_lets_only_its_newest_note_sound() {
    let mut rig = Rig::new(&hats());
    rig.send(&[0x99, 46, 127]);
    rig.send(&[0x90, 46, 127]);
    rig.run(4410);
    rig.send(&[0x99, 42, 127]);
    assert_eq!(rig.part(9).voices, 2);
    rig.run(662 + 64);
    assert_eq!(rig.part(9).voices, 1);
    // The same group on another channel is another group.
    assert_eq!(rig.part(0).voices, 1);
}

#[test]
fn overlapping_regions_sound_together() {
    let mut two = harness(&[]);
    let layer = two.instruments[0].regions[0].clone();
    two.instruments[0].regions.push(layer);
    let frames = note(&two, 69, 127, &[]);
    close(frames.level_db(0.1, 0.4), 6.02, 0.05);
}

#[test]
fn regions_are_chosen_by_velocity() {
    let mut bank = harness(&[]);
    let flat = vec![from(Source::Velocity, Destination::Gain, 0)];
    bank.instruments[0].regions[0].velocities = 0..=63;
    bank.instruments[0].regions[0].articulation = Some(flat.clone());
    let mut loud = region(0);
    loud.velocities = 64..=127;
    loud.articulation = Some([flat, vec![base(Destination::Gain, decibels(-10.0))]].concat());
    bank.instruments[0].regions.push(loud);
    close(note(&bank, 69, 63, &[]).level_db(0.1, 0.4), 0.0, 0.05);
    close(note(&bank, 69, 64, &[]).level_db(0.1, 0.4), -10.0, 0.05);
}

#[test]
fn a_list_of_the_regions_own_discards_the_instruments() {
    let mut bank = harness(&[base(Destination::Gain, decibels(-20.0))]);
    bank.instruments[0].regions[0].articulation = Some(Vec::new());
    close(note(&bank, 69, 127, &[]).level_db(0.1, 0.4), 0.0, 0.05);
}

#[test]
fn a_full_pool_serves_by_priority() {
    let mut bank = lingering();
    bank.instruments
        .push(instrument(patch(true, 0, 0), vec![region(0)]));
    let mut rig = Rig::with(&bank, 44_100, 4);
    for key in 60..64 {
        rig.strike(key);
    }
    rig.run(100);
    // Channel 2 is less important than channel 1.
    rig.send(&[0x91, 70, 127]);
    assert_eq!(rig.engine.stats().lost_notes, 1);
    assert_eq!(rig.part(1).voices, 0);
    // Channel 10 is more important.
    rig.send(&[0x99, 38, 127]);
    assert_eq!(rig.engine.stats().stolen, 1);
    assert_eq!(rig.engine.stats().lost_notes, 1);
    rig.run(1000);
    assert_eq!(rig.part(9).voices, 1);
    assert_eq!(rig.part(0).voices, 3);
}

#[test]
fn voices_stay_bounded_under_a_flood() {
    let mut rig = Rig::with(&lingering(), 44_100, 16);
    for n in 0..2000_u32 {
        rig.send(&[0x90, (n % 100) as u8, 100]);
        rig.run(3);
        assert!(rig.voices() <= 16 + 4);
    }
    assert!(rig.engine.stats().stolen > 1000);
}

#[test]
fn a_stolen_voice_fades_instead_of_clicking() {
    let mut bank = lingering();
    bank.waves[0].frames = vec![16_384; 100].into();
    let mut rig = Rig::with(&bank, 44_100, 1);
    rig.strike(60);
    rig.run(1000);
    // The new note is inaudible at velocity 1: the step of the old one is what is seen.
    rig.send(&[0x90, 61, 1]);
    let frames = rig.run(640);
    let before = 0.25 * f64::from(core::f32::consts::FRAC_1_SQRT_2);
    // 2.5 ms are 110 frames: one 110th each, a little more in the tick of the theft.
    assert!(frames.largest_step() < before / 64.0);
    assert!(frames.left[200].abs() < 0.001);
}

#[test]
fn the_sustain_pedal_holds_what_all_notes_off_lets_go() {
    let mut rig = Rig::new(&harness(&[]));
    rig.send(&[0xB0, 64, 127]);
    rig.strike(60);
    rig.run(441);
    rig.lift(60);
    rig.send(&[0xB0, 123, 0]);
    rig.run(4410);
    assert_eq!(rig.voices(), 1);
    rig.send(&[0xB0, 64, 0]);
    rig.run(441);
    assert_eq!(rig.voices(), 0);
}

#[test]
fn all_sound_off_asks_no_pedal() {
    let mut rig = Rig::new(&lingering());
    rig.send(&[0xB0, 64, 127]);
    rig.strike(60);
    rig.run(441);
    rig.send(&[0xB0, 120, 0]);
    rig.run(256);
    assert_eq!(rig.voices(), 0);
}

#[test]
fn sostenuto_holds_only_keys_that_were_down() {
    let mut rig = Rig::new(&harness(&[]));
    rig.strike(60);
    rig.send(&[0xB0, 66, 127]);
    rig.strike(64);
    rig.run(441);
    rig.lift(60);
    rig.lift(64);
    rig.run(4410);
    assert_eq!(rig.voices(), 1);
    rig.send(&[0xB0, 66, 0]);
    rig.run(441);
    assert_eq!(rig.voices(), 0);
}

#[test]
fn a_reset_of_controllers_lets_pedalled_notes_go() {
    let mut rig = Rig::new(&harness(&[]));
    rig.send(&[0xB0, 64, 127]);
    rig.strike(60);
    rig.run(100);
    rig.lift(60);
    rig.send(&[0xB0, 121, 0]);
    rig.run(441);
    assert_eq!(rig.voices(), 0);
}

#[test]
fn a_note_on_of_velocity_zero_is_a_note_off() {
    let mut rig = Rig::new(&harness(&[]));
    rig.strike(60);
    rig.run(100);
    rig.send(&[0x90, 60, 0]);
    rig.run(441);
    assert_eq!(rig.voices(), 0);
}

#[test]
fn a_note_nobody_can_play_is_counted() {
    let mut bank = harness(&[]);
    bank.instruments[0].regions[0].keys = 60..=61;
    let mut rig = Rig::new(&bank);
    rig.strike(62);
    rig.send(&[0x99, 60, 127]);
    let stats = rig.engine.stats();
    assert_eq!(stats.unmatched_notes, 2);
    assert_eq!(stats.lost_notes, 0);
}

#[test]
fn groups_are_separate_synthesizers() {
    let mut rig = Rig::new(&harness(&[]));
    rig.engine.message(2, &[0x90, 60, 127]);
    assert_eq!(rig.part(0).voices, 0);
    assert_eq!(rig.engine.part(1, 0).unwrap().voices, 1);
    rig.engine.message(0, &[0x90, 64, 127]);
    assert_eq!(rig.part(0).voices, 1);
    assert_eq!(rig.engine.part(1, 0).unwrap().voices, 2);
    assert!(rig.engine.part(2, 0).is_none());
}

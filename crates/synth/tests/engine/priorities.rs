//! Voice priorities: who gives way to whom when voices are short.

use dmus_dls::bank::Destination;
use dmus_kernel::miniport::VoicePriority;

use crate::bank::{bank, base, harness, instrument, looped, patch, region, seconds, sine};
use crate::block_size::lively;
use crate::download_table::assert_same;
use crate::rig::Rig;

const LOW: VoicePriority = VoicePriority::new(VoicePriority::LOW);
const CRITICAL: VoicePriority = VoicePriority::new(VoicePriority::CRITICAL);

/// Melodic instrument and drum kit, with few voices.
fn short(voices: u16) -> Rig {
    let wave = looped(sine(100, 1), 44_100);
    let mut kit = instrument(patch(true, 0, 0), vec![region(0)]);
    kit.articulation = vec![base(Destination::Eg1Release, seconds(1.0))];
    let mut melodic = kit.clone();
    melodic.patch = patch(false, 0, 0);
    Rig::with(&bank(vec![melodic, kit], vec![wave]), 44_100, voices)
}

/// Voices of a channel once the robbed ones have faded.
fn voices_of(rig: &mut Rig, channel: u8) -> u32 {
    rig.run(1000);
    rig.part(channel).voices
}

#[test]
fn of_equal_priorities_the_oldest_note_gives_way() {
    let mut rig = short(3);
    for channel in 0..4 {
        rig.engine.set_voice_priority(0, channel, LOW);
    }
    for channel in 0..3 {
        rig.send(&[0x90 | channel, 60, 100]);
        rig.run(64);
    }
    rig.send(&[0x93, 60, 100]);
    assert_eq!(rig.engine.stats().stolen, 1);
    let left: Vec<u32> = (0..4).map(|n| voices_of(&mut rig, n)).collect();
    assert_eq!(left, [0, 1, 1, 1]);
}

#[test]
fn percussion_takes_from_all_others_and_gives_to_none() {
    let mut rig = short(2);
    rig.send(&[0x90, 60, 100]);
    rig.send(&[0x91, 60, 100]);
    rig.send(&[0x99, 40, 100]);
    rig.send(&[0x99, 41, 100]);
    assert_eq!(voices_of(&mut rig, 9), 2);
    rig.send(&[0x90, 62, 100]);
    assert_eq!(rig.engine.stats().lost_notes, 1);
    assert_eq!(voices_of(&mut rig, 9), 2);
}

#[test]
fn a_single_voice_goes_to_the_most_important_note() {
    let mut rig = short(1);
    rig.send(&[0x91, 60, 100]);
    rig.send(&[0x92, 60, 100]);
    assert_eq!((voices_of(&mut rig, 1), voices_of(&mut rig, 2)), (1, 0));
    rig.send(&[0x90, 60, 100]);
    assert_eq!((voices_of(&mut rig, 0), voices_of(&mut rig, 1)), (1, 0));
    rig.send(&[0x90, 64, 100]);
    assert_eq!(voices_of(&mut rig, 0), 1);
    let stats = rig.engine.stats();
    assert_eq!((stats.lost_notes, stats.stolen), (1, 2));
}

#[test]
fn a_raised_priority_saves_a_note_that_sounds() {
    let mut rig = short(1);
    rig.send(&[0x9F, 60, 100]);
    rig.run(100);
    rig.engine.set_voice_priority(0, 15, CRITICAL);
    rig.send(&[0x99, 40, 100]);
    assert_eq!(rig.engine.stats().lost_notes, 1);
    assert_eq!((voices_of(&mut rig, 15), voices_of(&mut rig, 9)), (1, 0));
}

#[test]
fn a_lowered_priority_gives_a_note_that_sounds_away() {
    let mut rig = short(1);
    rig.send(&[0x99, 40, 100]);
    rig.run(100);
    rig.engine.set_voice_priority(0, 9, LOW);
    rig.send(&[0x9F, 60, 100]);
    assert_eq!(rig.engine.stats().lost_notes, 0);
    assert_eq!((voices_of(&mut rig, 15), voices_of(&mut rig, 9)), (1, 0));
}

#[test]
fn a_level_above_the_sign_bit_wins() {
    let mut rig = short(1);
    let below = VoicePriority::new(0x7FFF_FFFF);
    let above = VoicePriority::new(0x8000_0000);
    rig.engine.set_voice_priority(0, 0, below);
    rig.engine.set_voice_priority(0, 1, above);
    rig.send(&[0x90, 60, 100]);
    rig.send(&[0x91, 60, 100]);
    rig.send(&[0x90, 62, 100]);
    assert_eq!((voices_of(&mut rig, 0), voices_of(&mut rig, 1)), (0, 1));
    assert_eq!(rig.engine.stats().lost_notes, 1);
}

#[test]
fn priorities_of_one_group_are_compared_with_those_of_another() {
    let mut rig = short(1);
    rig.engine.set_voice_priority(1, 3, CRITICAL);
    rig.send(&[0x99, 40, 100]);
    rig.engine.message(2, &[0x93, 60, 100]);
    rig.run(1000);
    assert_eq!(rig.part(9).voices, 0);
    assert_eq!(rig.engine.part(1, 3).unwrap().voices, 1);
    // The same channel of the other group is where it was.
    let untouched = rig.engine.voice_priority(0, 3).unwrap();
    assert_eq!(untouched, VoicePriority::of_channel(3));
}

#[test]
fn priorities_change_no_bit_while_there_are_voices() {
    let play = |set: bool| {
        let mut rig = Rig::new(&lively());
        if set {
            for channel in 0..16 {
                let priority = VoicePriority::new(u32::from(channel) << 20);
                rig.engine.set_voice_priority(0, channel, priority);
            }
        }
        for key in 50..60 {
            rig.send(&[0x90 | (key % 16), key, 100]);
        }
        rig.run(5000)
    };
    assert_same(&play(false), &play(true));
}

#[test]
fn priorities_outlive_a_stop_and_a_reset_of_the_system() {
    let mut rig = short(1);
    rig.engine.set_voice_priority(0, 4, CRITICAL);
    rig.send(&[0xF0, 0x7E, 0x7F, 0x09, 0x01, 0xF7]);
    rig.engine.reset();
    assert_eq!(rig.engine.voice_priority(0, 4), Some(CRITICAL));
    assert_eq!(rig.engine.voice_priority(2, 4), None);
    assert_eq!(rig.engine.voice_priority(0, 16), None);
}

#[test]
fn lost_notes_are_counted_since_the_stream_was_opened() {
    let mut rig = short(1);
    for _ in 0..2 {
        rig.send(&[0x99, 40, 100]);
        rig.send(&[0x90, 60, 100]);
        rig.engine.reset();
    }
    assert_eq!(rig.engine.stats().lost_notes, 0);
    assert_eq!(rig.engine.reading().lost_notes, 2);
}

#[test]
fn a_robbed_voice_of_any_priority_makes_no_step() {
    let mut flat = harness(&[]);
    flat.waves[0].frames = vec![16_384; 100].into();
    let mut rig = Rig::with(&flat, 44_100, 1);
    rig.engine.set_voice_priority(0, 1, CRITICAL);
    rig.strike(60);
    rig.run(1000);
    rig.send(&[0x91, 61, 1]);
    let before = 0.25 * f64::from(core::f32::consts::FRAC_1_SQRT_2);
    assert!(rig.run(640).largest_step() < before / 64.0);
}

//! Channel groups: separate states, messages to all, and groups that come and go.

use assert_no_alloc::assert_no_alloc;
use dmus_dls::Bank;
use dmus_dls::bank::Destination;
use dmus_kernel::miniport::VoicePriority;
use dmus_synth::{Engine, EngineConfig, Layer, Mode};

use crate::bank::{bank, base, harness, instrument, looped, patch, region, seconds, sine};
use crate::download_table::assert_same;
use crate::rig::{Rig, compile};

/// Programs 0 and 1 with a long release, on an engine of four groups.
fn four(voices: u16) -> Rig {
    let mut zero = instrument(patch(false, 0, 0), vec![region(0)]);
    zero.articulation = vec![base(Destination::Eg1Release, seconds(4.0))];
    let mut one = zero.clone();
    one.patch = patch(false, 0, 1);
    on(
        &bank(vec![zero, one], vec![looped(sine(100, 1), 44_100)]),
        voices,
    )
}

fn on(bank: &Bank, voices: u16) -> Rig {
    let mut engine = Engine::new(EngineConfig {
        sample_rate: 44_100,
        voices,
        channel_groups: 4,
    })
    .unwrap();
    engine
        .download(Layer::User(0), Some(compile(bank)))
        .unwrap();
    Rig { engine }
}

fn voices_of(rig: &Rig, group_index: u16) -> u32 {
    rig.engine
        .part(group_index, 0)
        .map_or(0, |part| part.voices)
}

#[test]
fn a_program_of_one_group_is_none_of_anothers() {
    let mut rig = four(16);
    rig.engine.message(2, &[0xC0, 1]);
    let program = |group| rig.engine.part(group, 0).unwrap().requested.program;
    assert_eq!([0, 1, 2, 3].map(program), [0, 1, 0, 0]);
}

#[test]
fn a_message_to_all_reaches_the_groups_in_order() {
    // With one voice and equal channels each group takes it from the one before.
    let mut rig = four(1);
    rig.engine.message(0, &[0x90, 60, 100]);
    rig.run(1000);
    let voices = [0, 1, 2, 3].map(|group| voices_of(&rig, group));
    assert_eq!(voices, [0, 0, 0, 1]);
    assert_eq!(rig.engine.stats().stolen, 3);
}

#[test]
fn a_message_to_a_group_beyond_the_last_is_counted_and_changes_nothing() {
    let mut rig = four(16);
    rig.engine.set_channel_groups(2);
    rig.engine.message(3, &[0x90, 60, 100]);
    rig.engine.message(5, &[0x90, 60, 100]);
    rig.engine.message(u16::MAX, &[0x90, 60, 100]);
    assert_eq!(rig.engine.stats().unknown, 3);
    assert_eq!(rig.voices(), 0);
    // All means those that are there.
    rig.engine.message(0, &[0x90, 60, 100]);
    assert_eq!(rig.voices(), 2);
    assert_eq!(rig.engine.stats().unknown, 3);
}

#[test]
fn a_group_that_vanishes_falls_silent_and_the_others_go_on() {
    let mut rig = four(16);
    rig.engine.message(0, &[0x90, 60, 100]);
    rig.run(1000);
    rig.engine.set_channel_groups(3);
    rig.run(500);
    assert_eq!(rig.voices(), 3);
    assert!(rig.engine.part(3, 0).is_none());
    assert!(rig.engine.midi_patch(3, 0).is_none());
    rig.engine.set_channel_groups(1);
    rig.run(500);
    assert_eq!(rig.voices(), 1);
    assert_eq!(voices_of(&rig, 0), 1);
}

#[test]
fn shrinking_while_notes_sound_makes_no_step() {
    // A wave that stands still: all that is seen is how its notes end.
    let mut flat = harness(&[]);
    flat.waves[0].frames = vec![16_384; 100].into();
    let mut rig = on(&flat, 16);
    rig.engine.message(2, &[0xB0, 7, 127]);
    rig.engine.message(2, &[0x90, 60, 127]);
    rig.run(1000);
    rig.engine.set_channel_groups(1);
    let frames = rig.run(1000);
    let before = 0.25 * f64::from(core::f32::consts::FRAC_1_SQRT_2);
    assert!(f64::from(frames.left[0]) > 0.9 * before);
    // The fade begins at once, in the middle of a tick.
    assert!(f64::from(frames.left[20]) < 0.9 * before);
    assert!(frames.largest_step() < before / 64.0);
    assert!(frames.left[999].abs() < 1e-9);
}

#[test]
fn shrinking_gives_the_same_bits_for_any_blocks() {
    let play = |block: usize| {
        let mut rig = four(16);
        rig.engine.message(0, &[0x90, 60, 100]);
        rig.run(100);
        rig.engine.set_channel_groups(2);
        let mut frames = Vec::new();
        while frames.len() < 960 {
            frames.extend(rig.run(block).left.iter().map(|s| s.to_bits()));
        }
        frames
    };
    let whole = play(960);
    for block in [1, 5, 64, 96] {
        assert!(play(block) == whole, "{block}");
    }
}

#[test]
fn a_group_that_comes_back_is_as_after_power_on() {
    let mut rig = four(16);
    let priority = VoicePriority::new(VoicePriority::CRITICAL);
    rig.engine.set_voice_priority(1, 0, priority);
    rig.engine.message(2, &[0xC0, 1]);
    rig.engine.message(2, &[0xB0, 7, 1]);
    rig.engine.message(2, &[0xF0, 0x7E, 0x7F, 0x09, 0x03, 0xF7]);
    rig.engine.message(2, &[0xF0, 0x7F, 0x7F, 4, 1, 0, 1, 0xF7]);
    rig.engine.set_channel_groups(1);
    rig.run(1000);
    rig.engine.set_channel_groups(2);
    let part = rig.engine.part(1, 0).unwrap();
    assert_eq!(part.requested, patch(false, 0, 0));
    assert_eq!(part.mode, Mode::Dls);
    let priority = rig.engine.voice_priority(1, 0).unwrap();
    assert_eq!(priority, VoicePriority::of_channel(0));
    // It sounds from the first frame as one that was there all the time.
    let mut note = |group: u16| {
        rig.engine.message(group, &[0x90, 69, 127]);
        let frames = rig.run(4096);
        rig.engine.message(group, &[0xB0, 120, 0]);
        rig.run(1024);
        frames
    };
    let (second, first) = (note(2), note(1));
    assert!(first.largest_step() > 0.01);
    assert_same(&first, &second);
}

#[test]
fn the_number_of_groups_stays_within_what_was_opened() {
    let mut rig = four(16);
    for (asked, granted) in [(0, 1), (4, 4), (5, 4), (u16::MAX, 4), (2, 2)] {
        rig.engine.set_channel_groups(asked);
        assert_eq!(rig.engine.channel_groups(), granted);
    }
    // A stop is no reason to grow.
    rig.engine.reset();
    assert_eq!(rig.engine.channel_groups(), 2);
}

#[test]
fn properties_allocate_nothing() {
    let mut rig = four(8);
    let (mut left, mut right) = (vec![0.0; 97], vec![0.0; 97]);
    let mut lost = 0;
    assert_no_alloc(|| {
        let engine = &mut rig.engine;
        for n in 0..200_u16 {
            let channel = (n % 16) as u8;
            engine.message(0, &[0x90 | channel, 60, 100]);
            engine.set_channel_groups(n % 5);
            engine.set_voice_priority(n % 4, channel, VoicePriority::new(u32::from(n) << 20));
            engine.set_gain(i32::from(n) * 10 - 1000);
            engine.render(&mut left, &mut right);
            lost = engine.reading().lost_notes;
        }
    });
    assert!(lost > 0);
}

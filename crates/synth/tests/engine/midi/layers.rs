//! Parts that the host has listen to one channel, each with its range of keys.

use dmus_synth::PartTrim;

use crate::rig::Rig;

use super::programs;

fn trim(channel: u8, keys: (u8, u8)) -> PartTrim {
    PartTrim {
        channel: Some(channel),
        keys,
        ..PartTrim::default()
    }
}

#[test]
fn two_parts_on_one_channel_sound_together_and_end_together() {
    let mut rig = Rig::new(&programs());
    rig.engine.set_part_trim(0, 1, trim(0, (0, 127)));
    rig.strike(60);
    rig.run(480);
    assert_eq!(rig.voices(), 2);
    assert_eq!((rig.part(0).voices, rig.part(1).voices), (1, 1));
    rig.send(&[0x91, 64, 100]);
    rig.run(480);
    assert_eq!(rig.voices(), 2, "its own channel is not heard any more");
    rig.lift(60);
    rig.run_s(5.0);
    assert_eq!(rig.voices(), 0);
}

#[test]
fn ranges_of_keys_split_a_keyboard() {
    let mut rig = Rig::new(&programs());
    rig.engine.set_part_trim(0, 0, trim(0, (60, 127)));
    rig.engine.set_part_trim(0, 1, trim(0, (0, 59)));
    rig.strike(59);
    rig.run(480);
    assert_eq!((rig.part(0).voices, rig.part(1).voices), (0, 1));
    rig.strike(60);
    rig.run(480);
    assert_eq!((rig.part(0).voices, rig.part(1).voices), (1, 1));
}

#[test]
fn a_part_that_goes_to_another_channel_leaves_no_note_behind() {
    let mut rig = Rig::new(&programs());
    rig.send(&[0xB1, 64, 127]);
    rig.send(&[0x91, 60, 100]);
    rig.send(&[0x91, 62, 100]);
    rig.send(&[0x81, 62, 0]);
    rig.run(480);
    assert_eq!(rig.voices(), 2, "one is held by its key, one by the pedal");
    rig.engine.set_part_trim(0, 1, trim(0, (0, 127)));
    rig.run_s(5.0);
    assert_eq!(rig.voices(), 0);
}

#[test]
fn a_note_keeps_sounding_when_its_key_is_shut_out_and_still_ends() {
    let mut rig = Rig::new(&programs());
    rig.strike(60);
    rig.run(480);
    rig.engine.set_part_trim(0, 0, trim(0, (61, 127)));
    rig.run(480);
    assert_eq!(rig.voices(), 1);
    rig.lift(60);
    rig.run_s(5.0);
    assert_eq!(rig.voices(), 0);
}

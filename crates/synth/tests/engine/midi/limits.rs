//! How many voices there are, and how many of them a part may have.

use dmus_dls::bank::Destination;

use crate::bank::{base, harness, seconds};
use crate::measure::close;
use crate::rig::Rig;

/// Notes end slowly, and keys struck again leave their older notes alone.
fn lingering() -> dmus_dls::Bank {
    let mut bank = harness(&[base(Destination::Eg1Release, seconds(4.0))]);
    bank.instruments[0].regions[0].self_non_exclusive = true;
    bank
}

#[test]
fn a_part_takes_no_more_voices_than_it_may_have() {
    let mut rig = Rig::new(&lingering());
    rig.engine.set_part_voices(0, 0, Some(3));
    for key in 60..70 {
        rig.strike(key);
        rig.send(&[0x91, key, 127]);
        rig.run(200);
    }
    rig.run(441);
    assert_eq!(rig.part(0).voices, 3);
    assert_eq!(rig.part(1).voices, 10);
    let stats = rig.engine.stats();
    assert_eq!((stats.stolen, stats.lost_notes), (7, 0));
}

#[test]
fn a_part_at_its_limit_gives_its_own_quietest_released_note() {
    let mut rig = Rig::new(&lingering());
    rig.engine.set_part_voices(0, 0, Some(2));
    rig.strike(57);
    rig.strike(69);
    rig.run(441);
    rig.lift(69);
    rig.run(441);
    rig.strike(81);
    rig.run(441);
    let frames = rig.run(8000);
    close(frames.gain_at(220.5, 0.0, 8000.0 / 44_100.0), 0.0, 0.1);
    close(frames.gain_at(882.0, 0.0, 8000.0 / 44_100.0), 0.0, 0.1);
    assert!(frames.gain_at(441.0, 0.0, 8000.0 / 44_100.0) < -60.0);
}

#[test]
fn a_part_without_voices_loses_its_notes_and_they_are_counted() {
    let mut rig = Rig::new(&lingering());
    rig.engine.set_part_voices(0, 0, Some(0));
    rig.strike(60);
    assert_eq!(rig.voices(), 0);
    assert_eq!(rig.engine.stats().lost_notes, 1);
    rig.send(&[0xF0, 0x7E, 0x7F, 9, 1, 0xF7]);
    rig.strike(60);
    assert_eq!(rig.voices(), 0);
    rig.engine.set_part_voices(0, 0, None);
    rig.strike(60);
    assert_eq!(rig.voices(), 1);
}

#[test]
fn a_note_of_many_regions_keeps_what_it_may_have() {
    let mut bank = lingering();
    for _ in 0..3 {
        let layer = bank.instruments[0].regions[0].clone();
        bank.instruments[0].regions.push(layer);
    }
    let mut rig = Rig::new(&bank);
    rig.engine.set_part_voices(0, 0, Some(2));
    rig.strike(60);
    assert_eq!(rig.voices(), 2);
    assert_eq!(rig.engine.stats().lost_notes, 0);
}

#[test]
fn four_thousand_and_ninety_six_voices_sound_at_a_time() {
    let mut bank = lingering();
    let mut kit = bank.instruments[0].clone();
    kit.patch.drums = true;
    bank.instruments.push(kit);
    let mut rig = Rig::with(&bank, 44_100, 4096);
    for n in 0..4096_u32 {
        rig.send(&[0x90 | (n % 16) as u8, (n / 16 % 128) as u8, 1]);
    }
    rig.run(128);
    assert_eq!(rig.voices(), 4096);
    let stats = rig.engine.stats();
    assert_eq!((stats.stolen, stats.lost_notes), (0, 0));
    rig.send(&[0x99, 60, 127]);
    rig.run(441);
    assert_eq!(rig.engine.stats().stolen, 1);
    assert_eq!(rig.voices(), 4096);
}

#[test]
fn fewer_voices_allowed_give_the_bits_of_an_engine_built_for_so_many() {
    let song = |rig: &mut Rig| {
        let mut heard = Vec::new();
        for round in 0..60_u16 {
            for key in 0..5 {
                let key = u8::try_from(30 + (7 * round + 11 * key) % 70).unwrap();
                rig.send(&[0x90, key, 100]);
            }
            heard.push(rig.run_s(0.003).left);
        }
        heard
    };
    let mut small = Rig::with(&harness(&[]), 44_100, 12);
    let mut large = Rig::with(&harness(&[]), 44_100, 300);
    assert_eq!(large.engine.set_voices(12), 12);
    assert_eq!(song(&mut large), song(&mut small));
    assert_eq!(large.engine.set_voices(1000), 300);
    assert_eq!(large.engine.set_voices(0), 1);
}

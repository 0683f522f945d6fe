//! Banks that come and go while notes sound.

use std::sync::Arc;

use dmus_dls::bank::Destination;
use dmus_synth::{Collection, DownloadError, Layer};

use crate::bank::{base, decibels, harness, patch, seconds};
use crate::measure::close;
use crate::rig::{Rig, compile};

#[test]
fn a_replaced_bank_plays_its_notes_to_the_end() {
    let old = compile(&harness(&[base(Destination::Eg1Release, seconds(0.2))]));
    let new = compile(&harness(&[base(Destination::Gain, decibels(-12.0))]));
    let mut rig = Rig::new(&harness(&[]));
    rig.engine
        .download(Layer::User(0), Some(Arc::clone(&old)))
        .unwrap();
    // The bank of the rig had no voice: it comes home at once.
    assert!(rig.engine.take_retired().is_some());
    rig.strike(69);
    rig.run(441);
    rig.engine.download(Layer::User(0), Some(new)).unwrap();
    let frames = rig.run_s(0.5);
    close(frames.level_db(0.1, 0.4), 0.0, 0.05);
    assert!(rig.engine.take_retired().is_none());
    rig.lift(69);
    rig.run_s(0.1);
    assert!(rig.engine.take_retired().is_none());
    rig.run_s(0.15);
    let home = rig.engine.take_retired().unwrap();
    assert!(Arc::ptr_eq(&home, &old));
    assert_eq!(Arc::strong_count(&old), 2);
    assert!(rig.engine.take_retired().is_none());
    rig.strike(69);
    close(rig.run_s(0.5).level_db(0.1, 0.4), -12.0, 0.05);
}

#[test]
fn swapping_a_bank_makes_no_step() {
    let mut rig = Rig::new(&harness(&[]));
    rig.strike(69);
    rig.run(640);
    let steady = rig.run(6400).largest_step();
    rig.engine
        .download(Layer::User(0), Some(compile(&harness(&[]))))
        .unwrap();
    assert!(rig.run(6400).largest_step() < steady * 1.001);
}

#[test]
fn unloading_leaves_nothing_to_play() {
    let mut rig = Rig::new(&harness(&[]));
    rig.engine.download(Layer::User(0), None).unwrap();
    assert!(rig.engine.take_retired().is_some());
    rig.strike(69);
    assert_eq!(rig.voices(), 0);
    assert_eq!(rig.engine.stats().unmatched_notes, 1);
    assert_eq!(rig.part(0).patch, None);
}

#[test]
fn a_bank_too_many_comes_back_until_one_is_taken_home() {
    let mut rig = Rig::new(&harness(&[]));
    for _ in 0..63 {
        rig.engine
            .download(Layer::User(0), Some(compile(&harness(&[]))))
            .unwrap();
    }
    let refused = rig
        .engine
        .download(Layer::User(0), Some(compile(&harness(&[]))))
        .unwrap_err();
    // What was in force stays in force.
    rig.strike(69);
    assert_eq!(rig.voices(), 1);
    assert!(rig.engine.take_retired().is_some());
    rig.engine.download(Layer::User(0), refused.0).unwrap();
}

#[test]
fn a_collection_knows_its_names() {
    let mut bank = harness(&[]);
    bank.info.name = "Small Bank".to_owned();
    bank.instruments[0].name = "Sine".to_owned();
    let collection = Collection::compile(&bank).unwrap();
    assert_eq!(collection.title(), "Small Bank");
    assert_eq!(collection.name(patch(false, 0, 0)), Some("Sine"));
    assert_eq!(collection.name(patch(false, 0, 1)), None);
    let listed: Vec<_> = collection.instruments().collect();
    assert_eq!(listed, [(patch(false, 0, 0), "Sine")]);
}

#[test]
fn of_two_instruments_at_one_patch_the_first_plays() {
    let mut bank = harness(&[]);
    let mut second = bank.instruments[0].clone();
    second.name = "second".to_owned();
    bank.instruments[0].name = "first".to_owned();
    bank.instruments.push(second);
    let collection = Collection::compile(&bank).unwrap();
    assert_eq!(collection.name(patch(false, 0, 0)), Some("first"));
}

#[test]
fn a_bank_whose_parts_do_not_fit_is_refused_with_a_reason() {
    let mut bank = harness(&[]);
    bank.instruments[0].regions[0].wave = 3;
    assert_eq!(
        Collection::compile(&bank).unwrap_err(),
        DownloadError::NoSuchWave {
            instrument: 0,
            region: 0,
            wave: 3,
            waves: 1
        }
    );
    let mut bank = harness(&[]);
    bank.waves[0].frames = bank.waves[0].frames.part(0..50);
    assert_eq!(
        Collection::compile(&bank).unwrap_err(),
        DownloadError::LoopOutsideWave {
            wave: 0,
            start: 0,
            length: 100,
            frames: 50
        }
    );
    let mut bank = harness(&[]);
    bank.waves[0].sample_rate = 0;
    assert_eq!(
        Collection::compile(&bank).unwrap_err(),
        DownloadError::NoSampleRate { wave: 0 }
    );
}

#[test]
fn collections_may_be_shared_between_threads() {
    fn shareable<T: Send + Sync>() {}
    shareable::<Collection>();
}

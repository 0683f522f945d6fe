//! The built-in bank keeps what is promised of it: a sample of programs, all kits and variations, all
//! published figures. docs/factory-bank.md has the rest, by the same code.
#![expect(clippy::unwrap_used, reason = "tests may unwrap")]

use std::sync::{Arc, LazyLock};

use dmus_dls::Bank;
use dmus_gauge::songs::{Family, compiled, measure, perform};
use dmus_gauge::stage::Heard;
use dmus_gauge::{identity, kit, programs, variations, waves};
use dmus_song::Song;
use dmus_synth::{Collection, Engine, EngineConfig, Layer};

/// As it is compiled into the plug-in; dmus-factory's tests hold it to what the code computes.
static BANK: LazyLock<Bank> = LazyLock::new(|| {
    let file = concat!(env!("CARGO_MANIFEST_DIR"), "/../../presets/dmus-gm.dls");
    Bank::read(&std::fs::read(file).unwrap()).unwrap()
});

/// A program of five families; all together would take minutes.
const SAMPLE: [u8; 5] = [0, 21, 50, 56, 71];

#[test]
fn sampled_programs_keep_every_promise() {
    for figures in programs::measure(&BANK, &SAMPLE).unwrap() {
        let broken = figures.broken();
        assert!(
            broken.is_empty(),
            "{}: {broken:?}, {figures:?}",
            figures.name
        );
    }
}

#[test]
fn kits_are_what_their_maps_say() {
    for kit in kit::measure(&BANK).unwrap() {
        let broken = kit.broken();
        assert!(broken.is_empty(), "{}: {broken:?}", kit.name);
    }
}

/// Half a second of a note on a channel of an engine that has taken some messages.
fn heard(collection: &Arc<Collection>, channel: u8, key: u8, messages: &[&[u8]]) -> Vec<f32> {
    let mut engine = Engine::new(EngineConfig {
        sample_rate: 48_000,
        voices: 8,
        channel_groups: 1,
    })
    .unwrap();
    let bank = Some(Arc::clone(collection));
    assert!(engine.download(Layer::Factory, bank).is_ok());
    for message in messages {
        engine.message(1, message);
    }
    engine.message(1, &[0x90 | channel, key, 100]);
    let (mut left, mut right) = (vec![0.0; 24_000], vec![0.0; 24_000]);
    engine.render(&mut left, &mut right);
    left
}

const GS_RESET: &[u8] = &[
    0xF0, 0x41, 0x10, 0x42, 0x12, 0x40, 0x00, 0x7F, 0x00, 0x41, 0xF7,
];
const GM2_ON: &[u8] = &[0xF0, 0x7E, 0x7F, 0x09, 0x03, 0xF7];

#[test]
fn kits_are_found_as_gs_and_as_general_midi_2_select_them() {
    let collection = Arc::new(Collection::compile(&BANK).unwrap());
    // A key of each kit that no other kit shares with it.
    for (program, key) in [
        (8, 45),
        (16, 36),
        (24, 45),
        (25, 38),
        (32, 36),
        (40, 38),
        (48, 45),
        (56, 60),
    ] {
        let standard = heard(&collection, 9, key, &[GS_RESET]);
        let gs = heard(&collection, 9, key, &[GS_RESET, &[0xC9, program]]);
        assert!(gs != standard, "kit {program}");
        let select: [&[u8]; 4] = [GM2_ON, &[0xBA, 0, 120], &[0xBA, 32, 0], &[0xCA, program]];
        let gm2 = heard(&collection, 10, key, &select);
        assert!(gm2 == gs, "kit {program}");
    }
}

#[test]
fn variations_are_found_as_gs_and_as_general_midi_2_select_them() {
    let collection = Arc::new(Collection::compile(&BANK).unwrap());
    let capital = heard(&collection, 0, 60, &[GS_RESET, &[0xC0, 25]]);
    let gs = |msb, lsb| {
        let select: [&[u8]; 4] = [GS_RESET, &[0xB0, 0, msb], &[0xB0, 32, lsb], &[0xC0, 25]];
        heard(&collection, 0, 60, &select)
    };
    let gm2 = |lsb| {
        let select: [&[u8]; 4] = [GM2_ON, &[0xB0, 0, 121], &[0xB0, 32, lsb], &[0xC0, 25]];
        heard(&collection, 0, 60, &select)
    };
    // A guitar of twelve strings and a mandolin, on whatever map of GS.
    for (msb, lsb) in [(8, 1), (16, 2)] {
        let variation = gs(msb, 0);
        assert!(variation != capital, "bank {msb}");
        assert!(variation == gs(msb, 3), "bank {msb}");
        assert!(variation == gm2(lsb), "bank {msb}");
    }
    // What is not there is the capital tone.
    assert!(gs(99, 0) == capital);
    assert!(gm2(99) == capital);
}

#[test]
fn variations_are_heard_as_such_and_as_loud_as_their_capital_tones() {
    let variations = variations::measure(&BANK).unwrap();
    assert!(variations.len() >= 60, "{} variations", variations.len());
    for variation in variations {
        let broken = variation.broken();
        assert!(broken.is_empty(), "{broken:?}, {variation:?}");
    }
}

/// Waves that go up and down with their loops because they are made of events.
const EVENTFUL: [&str; 9] = [
    "Pea whistle",
    "Bird",
    "Rotor",
    "Applause",
    "Engine",
    "Train",
    "Shots",
    "Gallop",
    "Bubbles",
];

/// Waves whose tone lies an octave below their key, as `declared::octaves_below` has their programs.
const BELOW: [&str; 2] = ["Principal chorus", "Timpani"];

#[test]
fn no_loop_swells_but_those_that_are_made_of_events() {
    let mut heard = 0;
    for wave in &BANK.waves {
        let Some(sample) = wave.sample.filter(|sample| sample.wave_loop.is_some()) else {
            continue;
        };
        heard += 1;
        let below = u8::from(BELOW.contains(&wave.name.as_str()));
        let beat_db = waves::beat_db(wave, sample, below);
        let stands_still = beat_db.is_some_and(|beat_db| beat_db < -60.0);
        let is_eventful = EVENTFUL.contains(&wave.name.as_str());
        let key = sample.unity_note;
        assert!(
            stands_still != is_eventful,
            "{} {key}: {beat_db:?} dB",
            wave.name
        );
    }
    assert!(heard > 1000, "{heard} loops");
}

#[test]
fn instruments_have_what_was_published_of_them() {
    let facts = identity::measure(&BANK).unwrap();
    assert!(facts.len() >= 104, "{} facts", facts.len());
    let short: Vec<String> = facts
        .iter()
        .filter(|fact| !fact.holds())
        .map(|fact| format!("{}: {:.3}, {}", fact.what, fact.ours, fact.lacks()))
        .collect();
    assert!(short.is_empty(), "{short:#?}");
}

#[test]
fn a_dense_song_at_the_volume_it_is_given_does_not_clip() {
    let text = include_str!("../../../presets/songs/tutti.song");
    let bank = compiled(&BANK).unwrap();
    for song in [Song::read_text(text).unwrap(), dmus_song::sixteen_parts()] {
        let figures = measure(&perform(&song, &bank, |_| true).unwrap()).unwrap();
        assert!(figures.true_peak_db < 0.0, "{figures:?}");
        // As loud as music is: a bank that never clips because it is faint would be no better.
        assert!(figures.integrated_lufs > -36.0, "{figures:?}");
    }
}

#[test]
fn a_family_that_is_not_wanted_is_silent() {
    let text = "part a channel 1 program 1\npart k channel 10\nsection s\n\
                a | c4/4 r r r |\nk | r/2 snare/4 r |\nplay s\n";
    let song = Song::read_text(text).unwrap();
    let bank = compiled(&BANK).unwrap();
    // The piano has the first beat for itself, before the snare.
    let first_beat = |plays: &dyn Fn(Family) -> bool| {
        let Heard { left, .. } = perform(&song, &bank, plays).unwrap();
        left[..20_000].iter().any(|frame| frame.abs() > 1e-3)
    };
    assert!(first_beat(&|_| true));
    assert!(first_beat(&|family| family == Family::Melodic(0)));
    assert!(!first_beat(&|family| family == Family::Kit));
}

//! The built-in bank keeps what is promised of it: a sample of programs, all drums, all published
//! figures. docs/factory-bank.md has the rest, by the same code.
#![expect(clippy::unwrap_used, reason = "tests may unwrap")]

use std::sync::LazyLock;

use dmus_dls::Bank;
use dmus_gauge::songs::{Family, compiled, measure, perform};
use dmus_gauge::stage::Heard;
use dmus_gauge::{identity, kit, programs};
use dmus_song::Song;

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
fn every_drum_sounds_and_groups_cut() {
    let (drums, cuts) = kit::measure(&BANK).unwrap();
    for drum in drums {
        assert!(drum.sounds(), "{drum:?}");
    }
    for cut in cuts {
        assert!(cut.holds(), "{cut:?}");
    }
}

/// What our programs fall short of; the page says by how much. A fact that is mended leaves the list.
const SHORT: [&str; 6] = [
    "Violin, open G: first partial under the strongest, dB",
    "Trumpet: first formant, by the strongest partials, Hz",
    "Trombone: first formant, by the strongest partials, Hz",
    "French horn: first formant, by the strongest partials, Hz",
    "Tuba: first formant, by the strongest partials, Hz",
    "Voice oohs: second formant, Hz",
];

#[test]
fn instruments_have_what_was_published_of_them_but_for_what_is_known() {
    let facts = identity::measure(&BANK).unwrap();
    let unknown: Vec<String> = facts
        .iter()
        .filter(|fact| !fact.holds() && !SHORT.contains(&fact.what.as_str()))
        .map(|fact| format!("{}: {:.3}, {}", fact.what, fact.ours, fact.lacks()))
        .collect();
    assert!(unknown.is_empty(), "{unknown:#?}");
    for short in SHORT {
        assert!(facts.iter().any(|fact| fact.what == short), "{short}");
    }
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

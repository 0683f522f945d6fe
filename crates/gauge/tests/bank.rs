//! The built-in bank keeps what is promised of it: a sample of programs, all drums, all published
//! figures. docs/factory-bank.md has the rest, by the same code.
#![expect(clippy::unwrap_used, reason = "tests may unwrap")]

use std::sync::LazyLock;

use dmus_dls::Bank;
use dmus_gauge::{identity, kit, programs, variations};

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

#[test]
fn variations_are_heard_as_such_and_as_loud_as_their_capital_tones() {
    let variations = variations::measure(&BANK).unwrap();
    assert!(variations.len() >= 60, "{} variations", variations.len());
    for variation in variations {
        let broken = variation.broken();
        assert!(broken.is_empty(), "{broken:?}, {variation:?}");
    }
}

#[test]
fn instruments_have_what_was_published_of_them() {
    for fact in identity::measure(&BANK).unwrap() {
        assert!(fact.holds(), "{fact:?}");
    }
}

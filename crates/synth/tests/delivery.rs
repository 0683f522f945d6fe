//! A bank that is compiled part by part is the same as one that was read as a whole.
//!
//! Collections are compared by all that they say of themselves: every number, and every frame that
//! they have in memory of their own.

#![expect(clippy::unwrap_used, reason = "tests may unwrap")]

use dmus_dls::bank::{Recipient, Region};
use dmus_dls::{Bank, Image, ReadOptions};
use dmus_synth::{Collection, Compiler, DownloadError};

#[path = "../../dls/tests/bytes/file.rs"]
#[expect(dead_code, reason = "what other files are made of stands beside it")]
mod file;
#[path = "../../dls/tests/bytes/sf2.rs"]
#[expect(dead_code, reason = "what wrong files are made of stands beside it")]
mod sf2;

use sf2::{Font, HEADER, Zone, modulated, preset, span, zone};

fn said(collection: &Collection) -> String {
    format!("{collection:?}")
}

#[track_caller]
fn assert_same(bytes: &[u8]) -> Bank {
    let image = Image::from_bytes(bytes);
    let bank = Bank::from_image(&image).unwrap();
    let whole = Collection::compile(&bank).unwrap();

    let mut compiler = Compiler::new();
    let rest = Bank::deliver(&image, ReadOptions::default(), &mut compiler).unwrap();
    assert_eq!((&rest.info, &rest.warnings), (&bank.info, &bank.warnings));
    let parts = compiler.finish(rest.info.name).unwrap();
    assert!(said(&parts) == said(&whole), "collections differ");
    bank
}

/// Zones with what makes lists, waves and regions differ: offsets, loops, modulators, classes.
fn zones() -> Vec<Zone> {
    let number = |number: u16| i16::try_from(number).unwrap();
    let mut zones: Vec<Zone> = (0..100)
        .map(|it| {
            let keys = u8::try_from(it).unwrap();
            zone(&[
                (43, span(keys, keys)),
                (0, number(it % 3)),
                (2, number(it % 5)),
                (17, 5 * number(it)),
                (34, -number(100 * (it % 7))),
                (54, number(it % 4)),
                (57, number(it % 2)),
                (58, number(60 + it % 3)),
                (53, number(it % 2)),
            ])
        })
        .collect();
    zones.push(modulated(&[(53, 0)], &[[0x0201, 48, 100, 0, 0]]));
    zones
}

/// As many presets as repeat more connections than are remembered.
fn font(presets: u16) -> Font {
    let mut font = Font::of(&zones());
    font.samples.push(HEADER);
    font.presets = (0..presets)
        .map(|number| {
            let tune = (51, i16::try_from(number / 2).unwrap());
            preset(number / 128, number % 128, &[zone(&[tune, (41, 0)])])
        })
        .collect();
    font
}

#[test]
fn a_soundfont_compiles_into_the_same_part_by_part() {
    let bank = assert_same(&font(3).bytes());
    assert_eq!(bank.instruments[2].regions.len(), 101);
    assert!(bank.waves.len() > 2, "no sample was played in part");
    let regions = &bank.instruments[0].regions;
    let first = &regions[0].articulation;
    assert!(regions.iter().any(|it| it.articulation != *first));
}

#[test]
fn lists_that_were_forgotten_are_compiled_once_more_either_way() {
    let bank = assert_same(&font(150).bytes());
    let regions = bank.instruments.iter().flat_map(|it| &it.regions);
    let connections: usize = regions
        .map(|it| it.articulation.as_ref().map_or(0, Vec::len))
        .sum();
    assert!(connections > 2 * 4096, "{connections}");
}

#[test]
fn a_soundfont_of_24_bits_compiles_into_the_same_part_by_part() {
    let mut font = font(2);
    font.low = Some((0..146).collect());
    let bank = assert_same(&font.bytes());
    assert!(bank.waves[0].frames.low().is_some());
}

#[test]
fn the_built_in_bank_compiles_into_the_same_part_by_part() {
    let bank = assert_same(include_bytes!("../../../presets/dmus-gm.dls"));
    assert!(bank.instruments.len() > 100);
}

#[test]
fn a_bank_whose_parts_do_not_fit_together_is_refused_with_the_first_that_does_not() {
    let bank = Bank::read(&font(1).bytes()).unwrap();
    let broken = |change: fn(&mut Region)| {
        let mut compiler = Compiler::new();
        let mut instrument = bank.instruments[0].clone();
        let mut regions = std::mem::take(&mut instrument.regions);
        regions.iter_mut().skip(5).for_each(change);
        bank.waves.iter().for_each(|it| compiler.wave(it.clone()));
        compiler.instrument(instrument);
        regions.into_iter().for_each(|it| compiler.region(it));
        compiler.finish(String::new()).unwrap_err()
    };
    let waves = bank.waves.len();
    assert_eq!(
        broken(|it| it.wave += 900),
        DownloadError::NoSuchWave {
            instrument: 0,
            region: 5,
            wave: 900 + bank.instruments[0].regions[5].wave,
            waves,
        }
    );
    let mut compiler = Compiler::new();
    compiler.part(3, 0..9);
    assert!(matches!(
        compiler.finish(String::new()),
        Err(DownloadError::NoSuchWave { wave: 3, .. })
    ));
}

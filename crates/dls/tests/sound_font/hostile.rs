//! Files that lie: no input makes the reader panic, hang or give an unsound bank.

use std::time::{Duration, Instant};

use dmus_dls::bank::Region;
use dmus_dls::{Bank, limits};
use proptest::prelude::*;

use crate::file::{chunk, list, riff, u16s};
use crate::model::assert_model;
use crate::sf2::{Font, HEADER, Header, Modulator, Zone, modulated, preset, span, zone};
use crate::streams;
use crate::vorbis::stream;

/// Reads whatever it is; a bank that comes of it is sound.
#[track_caller]
fn survive(bytes: &[u8]) -> Option<Bank> {
    let bank = Bank::read(bytes).ok()?;
    assert_model(&bank);
    Some(bank)
}

/// Something of every kind.
fn everything() -> Font {
    let inner = [
        modulated(&[(43, span(0, 90)), (17, 100)], &[[0x81, 52, 9, 0, 0]]),
        modulated(
            &[(8, 5000), (0, 5), (54, 1), (53, 0)],
            &[
                [127, 52, 9, 0, 0],
                [0x82, 0x8000, 9, 2, 2],
                [0x0481, 6, 3, 2, 0],
            ],
        ),
        zone(&[(39, 1200), (56, 300), (54, 3), (53, 1)]),
    ];
    let outer = [
        zone(&[(51, 2)]),
        modulated(&[(44, span(3, 99)), (41, 0)], &[[0x0502, 48, 9, 0, 0]]),
    ];
    let mut font = Font::of(&inner).with_preset(&outer);
    font.samples[0].kind = 4;
    font.samples[0].link = 1;
    font.samples.push(Header {
        kind: 2,
        link: 0,
        ..HEADER
    });
    font.low = Some(vec![7; 146]);
    font.info
        .push(chunk(b"DMOD", &u16s(&[0x0587, 48, 960, 0, 0])));
    font
}

fn size(bank: &Bank) -> [usize; 3] {
    let regions = bank.instruments.iter().map(|it| it.regions.len()).sum();
    [bank.waves.len(), bank.instruments.len(), regions]
}

#[test]
fn font_with_everything_is_read_without_a_warning() {
    let bank = survive(&everything().bytes()).unwrap();
    assert_eq!(bank.warnings, []);
    assert_eq!(size(&bank), [3, 1, 2]);
}

#[test]
fn font_cut_anywhere_is_refused_or_gives_no_more_than_the_whole() {
    for file in [everything().bytes(), compressed().bytes()] {
        let whole = size(&survive(&file).unwrap());
        for end in 0..file.len() {
            let Some(bank) = survive(&file[..end]) else {
                continue;
            };
            assert!(!bank.warnings.is_empty(), "cut at {end} without a word");
            for (part, of_whole) in size(&bank).into_iter().zip(whole) {
                assert!(part <= of_whole, "cut at {end}");
            }
        }
    }
}

fn compressed() -> Font {
    let spectra = streams::spectra(3);
    streams::font(&[stream(&spectra, 64), stream(&spectra, 50)])
}

#[test]
fn every_byte_of_a_font_may_be_any_byte() {
    let file = everything().bytes();
    // The frames themselves may be anything anyway.
    let data = file.windows(4).position(|id| id == b"smpl").unwrap() + 8;
    for at in (0..file.len()).filter(|at| !(data..data + 292).contains(at)) {
        for value in 0..=u8::MAX {
            let mut file = file.clone();
            file[at] = value;
            survive(&file);
        }
    }
}

#[test]
fn every_byte_of_a_compressed_font_may_be_any_byte() {
    let file = compressed().bytes();
    for at in 0..file.len() {
        let byte = file[at];
        for value in [0, 1, 0x7F, 0xFF, byte ^ 1, byte ^ 0x10, byte ^ 0x80, !byte] {
            let mut file = file.clone();
            file[at] = value;
            survive(&file);
        }
    }
}

#[test]
fn every_number_may_lie() {
    let file = everything().bytes();
    for at in 0..file.len() - 3 {
        for lie in [0, 1, 0x7FFF_FFFF, 0x8000_0000, 0xFFFF_FFFE, u32::MAX] {
            let mut file = file.clone();
            file[at..at + 4].copy_from_slice(&lie.to_le_bytes());
            survive(&file);
        }
    }
}

/// Presets of many zones that all play one instrument of many zones.
fn product(presets: u16, outer: usize, inner: usize, all: bool) -> Font {
    let keys = if all { span(0, 127) } else { span(1, 1) };
    let mut font = Font::of(&vec![zone(&[(43, keys), (53, 0)]); inner]);
    let zones = vec![zone(&[(43, span(0, 0)), (41, 0)]); outer];
    font.presets = (0..presets)
        .map(|number| preset(number / 128, number % 128, &zones))
        .collect();
    font
}

#[test]
fn small_tables_do_not_make_very_many_regions() {
    let file = product(100, 64, 1000, true).bytes();
    let bank = survive(&file).unwrap();
    let [_, _, regions] = size(&bank);
    assert!(regions > 1000);
    assert!(regions * size_of::<Region>() < limits::region_bytes(file.len()));
    assert!(!bank.warnings.is_empty());
}

#[test]
fn reading_takes_no_longer_than_the_file_is_long() {
    let modulators: Vec<Modulator> = (0..64)
        .map(|number| [0x80 | (64 + number % 32), 5 + number / 32, 10, 2, 0])
        .collect();
    let heavy = |count| {
        let zones = vec![modulated(&[(53, 0)], &modulators); count];
        let mut font = Font::of(&zones);
        font.presets[0].zones = vec![modulated(&[(41, 0)], &modulators); count];
        font
    };
    let records = vec![zone(&[(17, 1); 1000]); 60];
    let mut overlapping = compressed();
    for _ in 0..20_000 {
        let number = u32::try_from(overlapping.samples.len()).unwrap();
        overlapping.samples.push(Header {
            end: overlapping.samples[0].end + number % 300,
            ..overlapping.samples[0]
        });
    }
    for (name, font) in [
        ("no pair of zones matches", product(60, 300, 5000, false)),
        ("every pair of zones matches", product(60, 300, 5000, true)),
        ("modulators without number", heavy(500)),
        ("generators without number", Font::of(&records)),
        ("streams that overlap", overlapping),
    ] {
        let file = font.bytes();
        let start = Instant::now();
        survive(&file);
        let allowed = Duration::from_secs(4);
        assert!(start.elapsed() < allowed, "{name}: {:?}", start.elapsed());
    }
}

/// Records of the nine tables, at random.
fn any_tables() -> impl Strategy<Value = Vec<([u8; 4], Vec<u8>)>> {
    let table = |id: &'static [u8; 4], record: usize, sound: Vec<u8>| {
        let small = prop_oneof![4 => 0..4_u8, 1 => any::<u8>()];
        let random = prop::collection::vec(small, 0..6 * record);
        prop_oneof![2 => Just(sound), 3 => random].prop_map(move |body| (*id, body))
    };
    let sound = everything().tables();
    let sizes = [38, 4, 10, 4, 22, 4, 10, 4, 46];
    let ids: [&[u8; 4]; 9] = [
        b"phdr", b"pbag", b"pmod", b"pgen", b"inst", b"ibag", b"imod", b"igen", b"shdr",
    ];
    ids.into_iter()
        .zip(sizes)
        .zip(sound)
        .map(|((id, size), (_, body))| table(id, size, body).boxed())
        .collect::<Vec<_>>()
}

/// Zones that mean something, of random generators and modulators.
fn any_zone() -> impl Strategy<Value = Zone> {
    (
        prop::collection::vec((0..62_u16, any::<i16>()), 0..12),
        prop::collection::vec(prop::array::uniform5(any::<u16>()), 0..4),
        prop::option::weighted(0.8, 0..3_i16),
    )
        .prop_map(|(mut generators, modulators, target)| {
            if let Some(target) = target {
                generators.retain(|it| !matches!(it.0, 41 | 53));
                generators.push((53, target));
            }
            Zone {
                generators,
                modulators,
            }
        })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]

    #[test]
    fn random_tables_are_survived(tables in any_tables()) {
        survive(&everything().with_tables(&tables));
    }

    #[test]
    fn random_zones_are_survived(zones in prop::collection::vec(any_zone(), 0..6)) {
        let mut font = everything();
        font.instruments = vec![preset(0, 0, &zones)];
        survive(&font.bytes());
    }

    #[test]
    fn random_bytes_in_a_sound_head_are_survived(
        bytes in prop::collection::vec(any::<u8>(), 0..512),
    ) {
        survive(&riff(b"sfbk", std::slice::from_ref(&bytes)));
        let lists = [b"pdta", b"sdta"].map(|id| list(id, std::slice::from_ref(&bytes)));
        survive(&riff(b"sfbk", &lists));
    }

    #[test]
    fn several_random_changes_are_survived(
        changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..12),
    ) {
        for mut file in [everything().bytes(), compressed().bytes()] {
            for (index, value) in &changes {
                let at = index.index(file.len());
                file[at] = *value;
            }
            survive(&file);
        }
    }
}

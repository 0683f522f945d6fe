//! Files that lie: no input makes the reader panic, hang or give an unsound bank.

#![expect(clippy::unwrap_used, reason = "tests may unwrap")]

use dmus_dls::bank::Dialect;
use dmus_dls::{Bank, Defect, limits};
use proptest::prelude::*;

#[path = "bytes/file.rs"]
mod file;
#[path = "bytes/sample.rs"]
mod sample;
#[path = "bytes/soundness.rs"]
mod soundness;

use file::{art, chunk, collection, instrument, list, parts, region, rgnh, riff, u16s, u32s, wave};
use file::{wlnk, wsmp};
use sample::{beyond, everything, smallest};
use soundness::assert_sound;

/// Reads whatever it is; a bank that comes of it is sound.
#[track_caller]
fn survive(bytes: &[u8]) -> Option<Bank> {
    let bank = Bank::read(bytes).ok()?;
    assert_sound(&bank, bytes.len());
    Some(bank)
}

/// Frames, regions and connections of a bank.
fn size(bank: &Bank) -> [usize; 4] {
    let regions = || {
        bank.instruments
            .iter()
            .flat_map(|instrument| &instrument.regions)
    };
    let own = regions()
        .flat_map(|region| &region.articulation)
        .map(Vec::len)
        .sum::<usize>();
    let global = bank
        .instruments
        .iter()
        .map(|instrument| instrument.articulation.len());
    [
        bank.waves.iter().map(|wave| wave.frames.len()).sum(),
        bank.instruments.len(),
        regions().count(),
        own + global.sum::<usize>(),
    ]
}

#[test]
fn file_with_everything_is_read_without_a_warning() {
    let bank = survive(&everything()).unwrap();
    assert_eq!(bank.warnings, []);
    assert_eq!(size(&bank), [13, 2, 3, 3]);
}

#[test]
fn file_with_what_others_have_is_read_as_it_is_meant() {
    let bank = survive(&beyond()).unwrap();
    // An instrument whose region of two channels is two, a kit whose key 3 is key 5, an alias.
    let regions: Vec<usize> = bank.instruments.iter().map(|it| it.regions.len()).collect();
    assert_eq!(regions, [4, 3, 4]);
    let frames: Vec<usize> = bank.waves.iter().map(|it| it.frames.len()).collect();
    assert_eq!(frames, [10, 5, 5, 11]);
    assert_eq!(bank.instruments[0].dialect, Dialect::SoundFont);
    let defects = [
        Defect::WaveForeign { tag: 0x11, bits: 4 },
        Defect::WaveStereo,
    ];
    let found: Vec<Defect> = bank.warnings.iter().map(|it| it.defect).collect();
    assert!(defects.iter().all(|it| found.contains(it)), "{found:?}");
    assert_eq!(found.len(), 2, "{found:?}");
}

#[test]
fn file_cut_anywhere_is_refused_or_gives_no_more_than_the_whole() {
    for file in [everything(), smallest(), beyond()] {
        let whole = size(&survive(&file).unwrap());
        let mut read = 0;
        for end in 0..file.len() {
            let Some(bank) = survive(&file[..end]) else {
                continue;
            };
            read += 1;
            assert!(!bank.warnings.is_empty(), "cut at {end} without a word");
            for (part, of_whole) in size(&bank).into_iter().zip(whole) {
                assert!(part <= of_whole, "cut at {end}");
            }
        }
        assert!(read > 0);
    }
}

#[test]
fn every_byte_may_be_any_byte() {
    let file = smallest();
    for at in 0..file.len() {
        for value in 0..=u8::MAX {
            let mut file = file.clone();
            file[at] = value;
            survive(&file);
        }
    }
}

#[test]
fn every_byte_of_a_fuller_file_may_be_wrong() {
    for file in [everything(), beyond()] {
        every_byte_may_be_wrong(&file);
    }
}

fn every_byte_may_be_wrong(file: &[u8]) {
    for at in 0..file.len() {
        let byte = file[at];
        let wrong = [
            0,
            1,
            0x7F,
            0x80,
            0xFF,
            byte ^ 1,
            byte ^ 0x80,
            !byte,
            byte.wrapping_add(1),
        ];
        for value in wrong {
            let mut file = file.to_vec();
            file[at] = value;
            survive(&file);
        }
    }
}

#[test]
fn every_number_may_lie() {
    for file in [everything(), beyond()] {
        every_number_of_may_lie(&file);
    }
}

fn every_number_of_may_lie(file: &[u8]) {
    let lies = [
        0,
        1,
        0x7FFF_FFFF,
        0x8000_0000,
        0xFFFF_FFF8,
        0xFFFF_FFFE,
        u32::MAX,
    ];
    for at in 0..file.len() - 3 {
        for lie in lies {
            let mut file = file.to_vec();
            file[at..at + 4].copy_from_slice(&lie.to_le_bytes());
            survive(&file);
        }
    }
}

#[test]
fn every_byte_may_be_missing_or_there_twice() {
    for file in [everything(), beyond()] {
        every_byte_of_may_be_missing_or_there_twice(&file);
    }
}

fn every_byte_of_may_be_missing_or_there_twice(file: &[u8]) {
    for at in 0..file.len() {
        let mut shorter = file.to_vec();
        shorter.remove(at);
        survive(&shorter);
        let mut longer = file.to_vec();
        longer.insert(at, file[at]);
        survive(&longer);
    }
}

/// Lists of a kind within each other.
fn nested(kind: &[u8; 4], depth: usize) -> Vec<u8> {
    let size = |inner: usize| u32::try_from(4 + 12 * inner).unwrap().to_le_bytes();
    (0..depth)
        .rev()
        .flat_map(|inner| [*b"LIST", size(inner), *kind].concat())
        .collect()
}

#[test]
fn nesting_does_not_deepen_the_reader() {
    for kind in [
        b"lins", b"ins ", b"lrgn", b"rgn ", b"lart", b"wvpl", b"wave", b"INFO", b"xxxx",
    ] {
        let deep = nested(kind, 100_000);
        survive(&riff(b"DLS ", std::slice::from_ref(&deep)));
        let good = instrument(
            &[region(std::slice::from_ref(&deep))],
            std::slice::from_ref(&deep),
        );
        let mut parts = parts(
            &[good, deep.clone()],
            &[wave(std::slice::from_ref(&deep)), deep.clone()],
        );
        parts.push(deep);
        assert!(survive(&riff(b"DLS ", &parts)).is_some());
    }
    let songs = (0..1000).fold(smallest(), |inner, _| riff(b"RMID", &[inner]));
    assert!(survive(&songs).is_none());
}

#[test]
fn table_of_a_gigabyte_in_sixteen_bytes_is_cut() {
    let mut parts = parts(&[instrument(&[region(&[])], &[])], &[wave(&[])]);
    parts[2] = chunk(b"ptbl", &u32s(&[8, 0x4000_0000, 0, 0]));
    let bank = survive(&riff(b"DLS ", &parts)).unwrap();
    assert_eq!(bank.instruments.len(), 1);
    assert_eq!(bank.warnings.len(), 1);
}

#[test]
fn connections_beyond_the_limit_are_ignored() {
    let keys = (0..128).flat_map(|one| (0..8).map(move |other| [0x80 + one, 0x80 + other, 3, 0]));
    let blocks: Vec<_> = keys.map(|key| (key, 1)).collect();
    assert_eq!(blocks.len(), limits::CONNECTIONS);
    let more = list(
        b"lar2",
        &[art(b"art2", &blocks), art(b"art2", &[([0, 0, 3, 0], 1)])],
    );
    let bank = survive(&collection(
        &[instrument(&[region(&[])], &[more])],
        &[wave(&[])],
    ))
    .unwrap();
    assert_eq!(bank.instruments[0].articulation.len(), limits::CONNECTIONS);
    assert_eq!(bank.warnings.len(), 1);
}

#[test]
fn regions_beyond_the_limit_are_ignored() {
    let regions = vec![region(&[]); limits::REGIONS + 3];
    let bank = survive(&collection(&[instrument(&regions, &[])], &[wave(&[])])).unwrap();
    assert_eq!(bank.instruments[0].regions.len(), limits::REGIONS);
}

#[test]
fn instruments_beyond_the_limit_are_ignored() {
    let instruments = vec![instrument(&[region(&[])], &[]); limits::INSTRUMENTS + 3];
    let bank = survive(&collection(&instruments, &[wave(&[])])).unwrap();
    assert_eq!(bank.instruments.len(), limits::INSTRUMENTS);
}

#[test]
fn defects_without_number_are_counted_not_listed() {
    let regions = vec![list(b"rgn2", &[rgnh(), wlnk(9)]); 1000];
    let bank = survive(&collection(&[instrument(&regions, &[])], &[wave(&[])])).unwrap();
    assert_eq!(bank.warnings.len(), limits::WARNINGS + 1);
    let last = bank.warnings.last().unwrap().defect.to_string();
    assert_eq!(last, "745 more warnings are not listed");
}

/// Chunks that mean something, so that random order and random bodies get deep.
fn pieces() -> impl Strategy<Value = Vec<u8>> {
    let ids: Vec<[u8; 4]> = [
        b"colh", b"vers", b"ptbl", b"insh", b"rgnh", b"wlnk", b"wsmp", b"art1", b"art2", b"cdl ",
        b"fmt ", b"data", b"INAM", b"dlid", b"pgal", b"DMUI", b"DMUR", b"DMUL", b"fact", b"guid",
        b"crs1", b"IGNR",
    ]
    .map(|id| *id)
    .into();
    let kinds: Vec<[u8; 4]> = [
        b"lins", b"ins ", b"lrgn", b"rgn ", b"rgn2", b"lart", b"lar2", b"wvpl", b"wave", b"INFO",
    ]
    .map(|kind| *kind)
    .into();
    let sound = prop::sample::select(vec![
        rgnh(),
        wlnk(0),
        wsmp(60, Some([0, 1])),
        region(&[]),
        instrument(&[region(&[])], &[]),
        wave(&[]),
        list(b"wvpl", &[wave(&[])]),
        list(b"lins", &[instrument(&[region(&[])], &[])]),
        chunk(b"rgnh", &u16s(&[9, 3, 0, 0])),
    ]);
    let random = (
        prop::sample::select(ids),
        prop::collection::vec(any::<u8>(), 0..48),
    )
        .prop_map(|(id, body)| chunk(&id, &body));
    let leaf = prop_oneof![sound, random];
    leaf.prop_recursive(5, 60, 6, move |inner| {
        (
            prop::sample::select(kinds.clone()),
            prop::collection::vec(inner, 0..6),
        )
            .prop_map(|(kind, children)| list(&kind, &children))
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]

    #[test]
    fn random_bytes_are_survived(bytes in prop::collection::vec(any::<u8>(), 0..512)) {
        survive(&bytes);
    }

    #[test]
    fn random_bytes_in_a_sound_head_are_survived(
        bytes in prop::collection::vec(any::<u8>(), 0..512),
    ) {
        survive(&riff(b"DLS ", &[bytes]));
    }

    #[test]
    fn random_trees_of_chunks_are_survived(trees in prop::collection::vec(pieces(), 0..8)) {
        survive(&riff(b"DLS ", &trees));
    }

    #[test]
    fn several_random_changes_are_survived(
        changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..12),
        plain in any::<bool>(),
    ) {
        let mut file = if plain { everything() } else { beyond() };
        for (index, value) in changes {
            let at = index.index(file.len());
            file[at] = value;
        }
        survive(&file);
    }
}

//! What mobile banks, samplers and containers have beside the specification.

use dmus_dls::bank::{Instrument, Patch, Region};
use dmus_dls::{Bank, Defect, ReadErrorKind};

use crate::file::{
    chunk, collection, instrument, list, parts, region, rgnh, riff, u16s, u32s, wave, wlnk,
};

/// An instrument of a bank field, a program and regions of key ranges.
fn of_keys(bank: u32, program: u32, keys: &[[u16; 2]]) -> Vec<u8> {
    let one = |[low, high]: &[u16; 2]| {
        let header = chunk(b"rgnh", &u16s(&[*low, *high, 0, 127, 0, 0]));
        list(b"rgn2", &[header, wlnk(0)])
    };
    let regions: Vec<Vec<u8>> = keys.iter().map(one).collect();
    let count = u32::try_from(keys.len()).unwrap();
    let header = chunk(b"insh", &u32s(&[count, bank, program]));
    list(b"ins ", &[header, list(b"lrgn", &regions)])
}

/// A table with these keys changed, and records of `[bank, program, of bank, of program]`.
fn pgal(keys: &[(u8, u8)], records: &[[u16; 4]], head: &[u8]) -> Vec<u8> {
    let mut table: Vec<u8> = (0..128).collect();
    for (key, target) in keys {
        table[usize::from(*key)] = *target;
    }
    let count = u32::try_from(records.len()).unwrap();
    let records: Vec<u8> = records.iter().flat_map(|it| u16s(it)).collect();
    chunk(
        b"pgal",
        &[head.to_vec(), table, u32s(&[count]), records].concat(),
    )
}

/// Instruments of a file with aliases, and what was forgiven.
fn read(instruments: &[Vec<u8>], pgal: Vec<u8>) -> (Vec<Instrument>, Vec<Defect>) {
    let mut parts = parts(instruments, &[wave(&[])]);
    parts.push(pgal);
    let bank = Bank::read(&riff(b"DLS ", &parts)).unwrap();
    let found = bank.warnings.iter().map(|it| {
        assert_eq!(it.path, "RIFF(DLS )/pgal");
        it.defect
    });
    let found = found.collect();
    (bank.instruments, found)
}

fn keys(region: &Region) -> (u8, u8, Option<u8>) {
    (*region.keys.start(), *region.keys.end(), region.fixed_key)
}

const DRUMS: u32 = 1 << 31;

#[test]
fn alias_of_a_drum_key_has_the_regions_and_the_pitch_of_its_target() {
    let kit = of_keys(DRUMS, 0, &[[35, 35], [36, 36], [30, 50]]);
    let melodic = of_keys(0, 0, &[[0, 127]]);
    for head in [&[][..], &[9, 9, 9, 9]] {
        let pgal = pgal(&[(36, 35), (40, 36)], &[], head);
        let (instruments, defects) = read(&[kit.clone(), melodic.clone()], pgal);
        assert_eq!(defects, []);
        let found: Vec<_> = instruments[0].regions.iter().map(keys).collect();
        let expected = [
            (35, 35, None),
            (30, 35, None),
            (37, 39, None),
            (41, 50, None),
            (36, 36, Some(35)),
            (36, 36, Some(35)),
            (40, 40, Some(36)),
            (40, 40, Some(36)),
        ];
        assert_eq!(found, expected);
        assert_eq!(instruments[1].regions.len(), 1);
    }
}

#[test]
fn alias_of_a_key_that_plays_nothing_is_ignored() {
    let kit = of_keys(DRUMS, 0, &[[35, 36]]);
    let (instruments, defects) = read(&[kit], pgal(&[(36, 99), (40, 200)], &[], &[]));
    assert_eq!(instruments[0].regions.len(), 1);
    let nowhere = |key, target| Defect::AliasNowhere { key, target };
    assert_eq!(defects, [nowhere(36, 99), nowhere(40, 200)]);
}

#[test]
fn alias_of_a_program_is_an_instrument_like_its_target() {
    let melodic = [
        of_keys(0, 5, &[[0, 60], [61, 127]]),
        of_keys(0x7903, 6, &[[0, 127]]),
    ];
    let bank = 121 << 7 | 3;
    let records = [[1, 7, 0, 5], [bank, 8, bank, 6], [0, 9, 1, 7]];
    let (instruments, defects) = read(&melodic, pgal(&[], &records, &[]));
    assert_eq!(defects, []);
    assert_eq!(instruments.len(), 5);
    let patch = |index: usize| {
        let patch: Patch = instruments[index].patch;
        (patch.bank_msb, patch.bank_lsb, patch.program)
    };
    assert_eq!(
        [patch(2), patch(3), patch(4)],
        [(0, 1, 7), (121, 3, 8), (0, 0, 9)]
    );
    assert_eq!(instruments[2].regions, instruments[0].regions);
    assert_eq!(instruments[3].regions, instruments[1].regions);
    assert_eq!(instruments[4].regions, instruments[0].regions);
}

#[test]
fn alias_of_nothing_or_for_something_that_is_there_is_ignored() {
    let drums = of_keys(DRUMS, 9, &[[0, 127]]);
    let melodic = [drums, of_keys(0, 5, &[[0, 127]]), of_keys(0, 6, &[[0, 60]])];
    let records = [[0, 7, 0, 9], [0, 6, 0, 5]];
    let (instruments, defects) = read(&melodic, pgal(&[], &records, &[]));
    assert_eq!(instruments.len(), 3);
    let expected = [
        Defect::AliasOfNothing { program: 9 },
        Defect::AliasHidden { program: 6 },
    ];
    assert_eq!(defects, expected);
}

#[test]
fn count_of_aliases_is_not_trusted() {
    let mut table = pgal(&[], &[[0, 7, 0, 5]], &[]);
    table[8 + 128] = 9;
    let (instruments, defects) = read(&[of_keys(0, 5, &[[0, 127]])], table);
    assert_eq!(instruments.len(), 2);
    let (declared, found) = (9, 1);
    assert_eq!(defects, [Defect::CountMismatch { declared, found }]);
    let (instruments, defects) = read(&[of_keys(0, 5, &[[0, 127]])], chunk(b"pgal", &[7; 40]));
    assert_eq!(instruments.len(), 1);
    let (bytes, needed) = (40, 132);
    assert_eq!(defects, [Defect::TooShort { bytes, needed }]);
}

#[test]
fn aliases_cannot_blow_up_memory() {
    let records: Vec<[u16; 4]> = (6..16_000).map(|n| [n, n & 0x7F, 0, 5]).collect();
    let many = of_keys(0, 5, &[[0, 127]; 1000]);
    let (instruments, defects) = read(&[many], pgal(&[], &records, &[]));
    let regions: usize = instruments.iter().map(|it| it.regions.len()).sum();
    assert!(regions < 20_000, "{regions}");
    let limit = instruments.len();
    assert_eq!(defects, [Defect::OverLimit { limit }]);
}

#[test]
fn crystal_chunk_of_a_wrong_size_does_not_hide_what_follows() {
    let mut crystal = chunk(b"crs1", &[7; 28]);
    crystal[4..8].copy_from_slice(&4_u32.to_le_bytes());
    let mut parts = parts(&[instrument(&[region(&[])], &[])], &[wave(&[])]);
    parts.insert(1, crystal);
    let bank = Bank::read(&riff(b"DLS ", &parts)).unwrap();
    let (declared, used) = (4, 28);
    assert_eq!(bank.warnings.len(), 1);
    assert_eq!(
        bank.warnings[0].defect,
        Defect::KnownSize { declared, used }
    );
}

#[test]
fn sampler_with_64_bit_cues_and_chunks_of_its_own_is_read() {
    let extra = [
        chunk(b"3lnk", &[0; 172]),
        list(b"3prg", &[list(b"3ewl", &[])]),
    ];
    let regions = [list(b"rgn ", &[rgnh(), wlnk(1)]), region(&extra)];
    let waves = [
        wave(&[chunk(b"smpl", &[0; 36]), chunk(b"3gix", &[0; 4])]),
        wave(&[]),
    ];
    let second = u32::try_from(waves[0].len()).unwrap();
    let mut parts = parts(&[instrument(&regions, &[chunk(b"3dnl", &[])])], &waves);
    parts[2] = chunk(b"ptbl", &u32s(&[8, 2, 0, 0, 0, second]));
    parts.push(list(b"3gri", &[list(b"3gnl", &[])]));
    let bank = Bank::read(&riff(b"DLS ", &parts)).unwrap();
    let waves: Vec<usize> = bank.instruments[0]
        .regions
        .iter()
        .map(|it| it.wave)
        .collect();
    assert_eq!(waves, [1, 0]);
    assert_eq!(bank.warnings.len(), 1);
    assert_eq!(bank.warnings[0].defect, Defect::WideCues);
}

/// A file of a folder with one resource; numbers are two bytes of seven bits.
fn container(unpackers: &[u8], resource: &[u8]) -> Vec<u8> {
    let number = |value: usize| {
        let low = u8::try_from(value & 0x7F).unwrap();
        let middle = u8::try_from(value >> 7 & 0x7F).unwrap() | 0x80;
        let high = u8::try_from(value >> 14).unwrap() | 0x80;
        [high, middle, low]
    };
    let node = |items: usize, unpackers: &[u8], content: &[u8]| {
        let head = 15 + unpackers.len();
        let sizes = [head + 1 + content.len(), items, head, 0, unpackers.len()];
        [&sizes.map(number).concat(), unpackers, &[1], content].concat()
    };
    let root = node(1, &[], &node(0, unpackers, resource));
    let head = [b"XMF_2.00".as_slice(), &[0, 0, 0, 2, 0, 0, 0, 1]].concat();
    let start = head.len() + 12;
    let length = start + root.len();
    let table = [length, 0, start, length].map(number).concat();
    [head, table, root].concat()
}

#[test]
fn bank_within_a_mobile_music_file_is_read_where_it_lies() {
    let plain = collection(&[instrument(&[region(&[])], &[])], &[wave(&[])]);
    let bank = Bank::read(&container(&[], &plain)).unwrap();
    assert_eq!(bank, Bank::read(&plain).unwrap());
}

#[test]
fn compressed_bank_within_a_mobile_music_file_is_refused() {
    let error = Bank::read(&container(&[0, 1, 9], b"zlib")).unwrap_err();
    assert_eq!(error.kind, ReadErrorKind::Packed);
    assert!(error.to_string().contains("compressed"), "{error}");
}

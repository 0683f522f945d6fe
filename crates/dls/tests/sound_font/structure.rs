//! Lists, tables and their indices.

use dmus_dls::bank::Patch;
use dmus_dls::{Bank, Defect, FourCc, ReadErrorKind};

use crate::file::{chunk, list, riff, u16s};
use crate::model::assert_model;
use crate::sf2::{Font, preset, zone};
use crate::{defects, flawless, read};

fn font() -> Font {
    Font::of(&[zone(&[(53, 0)])])
}

/// Three instruments of one, two and one zone, played by three presets.
fn three() -> Font {
    let mut font = font();
    let one = zone(&[(53, 0)]);
    font.instruments = vec![
        preset(0, 0, std::slice::from_ref(&one)),
        preset(0, 0, &[one.clone(), one.clone()]),
        preset(0, 0, &[one]),
    ];
    font.presets = (0..3)
        .map(|index| preset(0, index, &[zone(&[(41, i16::try_from(index).unwrap())])]))
        .collect();
    font
}

type Tables = Vec<([u8; 4], Vec<u8>)>;

/// The body of a table.
fn table<'a>(tables: &'a mut Tables, id: &[u8; 4]) -> &'a mut Vec<u8> {
    &mut tables.iter_mut().find(|table| table.0 == *id).unwrap().1
}

/// Reads a font with one of its tables changed.
#[track_caller]
fn read_with(font: &Font, id: &[u8; 4], change: impl FnOnce(&mut Vec<u8>)) -> Bank {
    let mut tables = font.tables();
    change(table(&mut tables, id));
    let bank = Bank::read(&font.with_tables(&tables)).unwrap();
    assert_model(&bank);
    bank
}

fn regions(bank: &Bank) -> Vec<usize> {
    let instruments = bank.instruments.iter();
    instruments
        .map(|instrument| instrument.regions.len())
        .collect()
}

#[test]
fn plain_font_is_read_without_a_warning() {
    let bank = flawless(&font());
    assert_eq!(bank.info.name, "Font");
    assert_eq!(bank.instruments[0].name, "Preset");
    assert_eq!(bank.waves[0].name, "Sample");
    assert_eq!(regions(&bank), [1]);
}

#[test]
fn texts_are_those_of_the_list() {
    let mut font = font();
    for (id, text) in [
        (b"IENG", b"Engineer".as_slice()),
        (b"ICOP", b"Copyright\0"),
        (b"ICMT", b"Comment\0"),
        (b"ISFT", b"Tool:Tool"),
        (b"ICRD", b"Date\0\0"),
        (b"IPRD", b"Product\0"),
        (b"irom", b"ROM\0"),
        (b"iver", &[1, 0, 2, 0]),
    ] {
        font.info.push(chunk(id, text));
    }
    let info = flawless(&font).info;
    assert_eq!(info.engineer, "Engineer");
    assert_eq!(info.copyright, "Copyright");
    assert_eq!(info.comment, "Comment");
    assert_eq!(info.software, "Tool:Tool");
    assert_eq!(info.version, None);
    let about = |id| info.about.text(FourCc(id));
    assert_eq!(about(*b"ICRD"), "Date");
    assert_eq!(about(*b"IPRD"), "Product");
    assert_eq!(about(*b"irom"), "ROM");
    assert_eq!(about(*b"iver"), "");
}

#[test]
fn text_beyond_the_limit_is_cut_and_said() {
    let limit = dmus_dls::limits::TEXT_BYTES;
    let mut font = font();
    font.info.push(chunk(b"ICMT", &vec![b'a'; limit + 1]));
    let bank = read(&font);
    assert_eq!(defects(&bank), [Defect::OverLimit { limit }]);
    assert_eq!(bank.info.comment.len(), limit);
}

#[test]
fn version_that_is_unknown_is_read_all_the_same() {
    for (version, known) in [
        ([2, 1], true),
        ([2, 4], true),
        ([3, 0], true),
        ([1, 0], false),
    ] {
        let mut font = font();
        font.version = version;
        let [major, minor] = version;
        let expected = if known {
            vec![]
        } else {
            vec![Defect::Version { major, minor }]
        };
        assert_eq!(defects(&read(&font)), expected);
    }
    let font = font();
    let without = font.lists(&font.tables()).split_off(1);
    let bank = Bank::read(&riff(b"sfbk", &without)).unwrap();
    assert_eq!(defects(&bank), [Defect::Version { major: 0, minor: 0 }]);
}

#[test]
fn lists_may_stand_in_any_order_and_among_others() {
    let font = font();
    let mut lists = font.lists(&font.tables());
    lists.reverse();
    lists.insert(1, list(b"xyzz", &[chunk(b"abcd", b"ef")]));
    let bank = Bank::read(&riff(b"sfbk", &lists)).unwrap();
    assert_eq!(bank, flawless(&font));
}

#[test]
fn font_within_a_song_is_the_same_font() {
    let font = font();
    let song = riff(b"RMID", &[chunk(b"data", b"song"), font.bytes()]);
    assert_eq!(Bank::read(&song).unwrap(), flawless(&font));
}

#[test]
fn font_at_an_odd_place_is_the_same_font() {
    let font = font();
    let mut lists = font.lists(&font.tables());
    // An odd chunk whose pad byte was forgotten.
    let mut odd = chunk(b"odd ", &[1]);
    odd.pop();
    lists.insert(0, odd);
    let bank = Bank::read(&riff(b"sfbk", &lists)).unwrap();
    assert!(defects(&bank).contains(&Defect::MissingPad));
    assert_eq!(bank.waves, flawless(&font).waves);
    assert_eq!(bank.instruments, flawless(&font).instruments);
}

#[test]
fn lists_and_tables_without_which_there_is_nothing_are_missed_by_name() {
    let font = font();
    for (index, list) in [(1, b"sdta"), (2, b"pdta")] {
        let mut lists = font.lists(&font.tables());
        lists.remove(index);
        let error = Bank::read(&riff(b"sfbk", &lists)).unwrap_err();
        let list = FourCc(*list);
        assert_eq!(error.kind, ReadErrorKind::Missing { list });
    }
    for id in [
        b"phdr", b"pbag", b"pgen", b"inst", b"ibag", b"igen", b"shdr",
    ] {
        let mut tables = font.tables();
        tables.retain(|table| table.0 != *id);
        let error = Bank::read(&font.with_tables(&tables)).unwrap_err();
        let id = FourCc(*id);
        assert_eq!(error.kind, ReadErrorKind::MissingChunk { id });
        assert_eq!(error.path, "RIFF(sfbk)/pdta");
    }
    let mut lists = font.lists(&font.tables());
    lists[1] = list(b"sdta", &[]);
    let error = Bank::read(&riff(b"sfbk", &lists)).unwrap_err();
    let id = FourCc(*b"smpl");
    assert_eq!(error.kind, ReadErrorKind::MissingChunk { id });
}

#[test]
fn tables_of_modulators_may_be_missing() {
    let font = font();
    for id in [b"pmod", b"imod"] {
        let mut tables = font.tables();
        tables.retain(|table| table.0 != *id);
        let bank = Bank::read(&font.with_tables(&tables)).unwrap();
        let id = FourCc(*id);
        assert_eq!(defects(&bank)[0], Defect::TableMissing { id });
        assert_eq!(regions(&bank), [1]);
    }
}

#[test]
fn second_table_of_a_name_is_ignored() {
    let font = font();
    let mut tables = font.tables();
    tables.push((*b"phdr", vec![1; 38]));
    let bank = Bank::read(&font.with_tables(&tables)).unwrap();
    let id = FourCc(*b"phdr");
    assert_eq!(defects(&bank), [Defect::Duplicate { id }]);
}

#[test]
fn rest_of_a_table_that_is_no_record_is_ignored() {
    for (id, record) in [
        (b"phdr", 38),
        (b"pbag", 4),
        (b"pmod", 10),
        (b"pgen", 4),
        (b"inst", 22),
        (b"ibag", 4),
        (b"imod", 10),
        (b"igen", 4),
        (b"shdr", 46),
    ] {
        let bank = read_with(&font(), id, |table| table.extend([1, 2]));
        assert_eq!(defects(&bank), [Defect::RecordRest { bytes: 2, record }]);
        assert_eq!(regions(&bank), [1]);
    }
}

#[test]
fn record_in_place_of_the_terminal_one_is_taken() {
    for (id, record) in [(b"phdr", 38), (b"inst", 22), (b"shdr", 46)] {
        let bank = read_with(&three(), id, |table| {
            table.truncate(table.len() - record);
        });
        assert_eq!(defects(&bank)[0], Defect::TerminalMissing, "{id:?}");
        assert_eq!(regions(&bank), [1, 2, 1]);
    }
}

#[test]
fn terminal_record_needs_no_name() {
    for (id, record) in [(b"phdr", 38), (b"inst", 22), (b"shdr", 46)] {
        let bank = read_with(&three(), id, |table| {
            let at = table.len() - record;
            table[at..at + 3].fill(0);
        });
        assert_eq!(defects(&bank), []);
    }
}

#[test]
fn table_of_terminal_records_has_no_preset_and_no_sample() {
    let mut empty = font();
    empty.presets.clear();
    let error = Bank::read(&empty.bytes()).unwrap_err();
    assert_eq!(error.kind, ReadErrorKind::NoPresets);
    let mut silent = font();
    silent.samples.clear();
    let error = Bank::read(&silent.bytes()).unwrap_err();
    assert_eq!(error.kind, ReadErrorKind::NoSamples);
    assert_eq!(error.path, "RIFF(sfbk)/pdta/shdr");
}

#[test]
fn index_beyond_a_table_is_its_end() {
    let bank = read_with(&three(), b"inst", |table| {
        table[2 * 22 + 20..][..2].copy_from_slice(&u16s(&[999]));
    });
    let defect = Defect::IndexBeyond {
        index: 999,
        count: 5,
    };
    assert!(defects(&bank).contains(&defect));
    assert_eq!(regions(&bank)[0], 1);
}

#[test]
fn indices_that_go_back_take_no_record_twice() {
    let bank = read_with(&three(), b"pbag", |table| {
        table[8..10].copy_from_slice(&u16s(&[0]));
    });
    assert!(
        defects(&bank)
            .iter()
            .any(|defect| matches!(defect, Defect::IndexBack { .. }))
    );
    assert!(regions(&bank).iter().sum::<usize>() <= 4);
}

#[test]
fn preset_of_nothing_is_dropped() {
    let mut font = three();
    font.presets[1].zones = vec![zone(&[(51, 3)])];
    font.presets[2].zones.clear();
    let bank = read(&font);
    assert_eq!(
        defects(&bank),
        [Defect::NoPlayableRegion, Defect::NoPlayableRegion]
    );
    assert_eq!(regions(&bank), [1]);
}

#[test]
fn bank_numbers_are_those_of_controllers_0_and_32() {
    let melodic = |bank_msb, bank_lsb| Patch {
        drums: false,
        bank_msb,
        bank_lsb,
        program: 5,
    };
    let drums = |bank_msb, bank_lsb| Patch {
        drums: true,
        ..melodic(bank_msb, bank_lsb)
    };
    for (bank, patch) in [
        (0, melodic(0, 0)),
        (8, melodic(8, 0)),
        (127, melodic(127, 0)),
        (128, drums(0, 0)),
        (128 + 9, drums(9, 0)),
        (3 << 8 | 121, melodic(121, 3)),
        (127 << 8 | 255, drums(127, 127)),
    ] {
        let mut font = font();
        font.presets = vec![preset(bank, 5, &[zone(&[(41, 0)])])];
        assert_eq!(flawless(&font).instruments[0].patch, patch, "{bank}");
    }
}

#[test]
fn reserved_bits_of_bank_and_program_are_masked() {
    let mut font = font();
    font.presets = vec![preset(0x8001, 130, &[zone(&[(41, 0)])])];
    let bank = read(&font);
    assert_eq!(
        defects(&bank),
        [
            Defect::ReservedBits { value: 130 },
            Defect::ReservedBits { value: 0x8001 }
        ]
    );
    let patch = bank.instruments[0].patch;
    assert_eq!((patch.bank_msb, patch.program), (1, 2));
}

#[test]
fn second_preset_of_a_place_is_kept_and_said() {
    let mut font = three();
    font.presets[2].program = 0;
    let bank = read(&font);
    assert_eq!(defects(&bank), [Defect::SamePatch]);
    assert_eq!(bank.warnings[0].path, "RIFF(sfbk)/pdta/phdr[2]");
    assert_eq!(regions(&bank), [1, 2, 1]);
}

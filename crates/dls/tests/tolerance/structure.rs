//! Chunks, counts, ranges and cues that are wrong.

use dmus_dls::{Bank, Defect, FourCc, ReadErrorKind};

use crate::file::{
    chunk, collection, fmt, instrument, list, parts, region, rgnh, riff, u16s, u32s, wave, wlnk,
    wsmp,
};
use crate::{REGION, read};

/// Reads a file of a sound region and one that is dropped.
#[track_caller]
fn read_dropped(dropped: Vec<u8>, chunk: &str, defect: Defect) {
    let file = collection(&[instrument(&[region(&[]), dropped], &[])], &[wave(&[])]);
    let path = format!("RIFF(DLS )/lins/ins [0]/lrgn/rgn2[1]{chunk}");
    assert_eq!(read(&file, &path, defect).instruments[0].regions.len(), 1);
}

/// A file without a defect.
fn sound() -> Vec<u8> {
    collection(&[instrument(&[region(&[])], &[])], &[wave(&[])])
}

/// A sound file with other bytes as its size.
fn with_size(size: u32) -> Vec<u8> {
    let mut file = sound();
    file[4..8].copy_from_slice(&size.to_le_bytes());
    file
}

fn len(bytes: &[u8]) -> u32 {
    u32::try_from(bytes.len()).unwrap()
}

#[test]
fn size_of_the_whole_file_is_cut_by_the_head() {
    let declared = len(&sound());
    let defect = Defect::SizeBeyondEnd {
        declared,
        available: sound().len() - 8,
    };
    let bank = read(&with_size(declared), "RIFF(DLS )", defect);
    assert_eq!(bank.instruments, Bank::read(&sound()).unwrap().instruments);
}

#[test]
fn size_of_a_writer_that_did_not_come_back_is_ignored() {
    read(
        &with_size(0),
        "RIFF(DLS )",
        Defect::FormSizeTooSmall { declared: 0 },
    );
}

#[test]
fn bytes_after_the_form_are_ignored() {
    let mut file = sound();
    let end = file.len();
    file.extend(b"junk!");
    let bank = read(&file, "RIFF(DLS )", Defect::TrailingBytes { bytes: 5 });
    assert_eq!(bank.warnings[0].offset, end);
}

#[test]
fn truncated_wave_keeps_the_frames_that_are_there() {
    let file = sound();
    let bank = Bank::read(&file[..file.len() - 5]).unwrap();
    assert_eq!(bank.waves[0].frames.high(), [0, 1, 2, 3, 4, 5, 6]);
    assert!(
        bank.warnings
            .iter()
            .any(|warning| warning.defect == Defect::HalfFrame)
    );
}

#[test]
fn odd_chunk_without_pad_byte_is_followed_at_once() {
    let mut name = chunk(b"INAM", b"Abc\0x");
    name.pop();
    let texts = list(b"INFO", &[name, chunk(b"ICMT", b"Said")]);
    let parts = [
        parts(&[instrument(&[region(&[])], &[])], &[wave(&[])]),
        vec![texts],
    ]
    .concat();
    let bank = read(
        &riff(b"DLS ", &parts),
        "RIFF(DLS )/INFO",
        Defect::MissingPad,
    );
    assert_eq!(bank.info.name, "Abc");
    assert_eq!(bank.info.comment, "Said");
}

#[test]
fn what_is_no_chunk_ends_its_list() {
    let parts = [
        parts(&[instrument(&[region(&[])], &[])], &[wave(&[])]),
        vec![vec![1; 20]],
    ];
    read(
        &riff(b"DLS ", &parts.concat()),
        "RIFF(DLS )",
        Defect::NotAChunk { bytes: 20 },
    );
}

#[test]
fn counts_of_instruments_and_regions_are_not_trusted() {
    let mut parts = parts(&[instrument(&[region(&[])], &[])], &[wave(&[])]);
    parts[0] = chunk(b"colh", &u32s(&[9]));
    let defect = Defect::CountMismatch {
        declared: 9,
        found: 1,
    };
    read(&riff(b"DLS ", &parts), "RIFF(DLS )/colh", defect);

    let header = chunk(b"insh", &u32s(&[0, 0, 0]));
    let regions = list(b"lrgn", &[region(&[]), region(&[])]);
    let file = collection(&[list(b"ins ", &[header, regions])], &[wave(&[])]);
    let defect = Defect::CountMismatch {
        declared: 0,
        found: 2,
    };
    let bank = read(&file, "RIFF(DLS )/lins/ins [0]/insh", defect);
    assert_eq!(bank.instruments[0].regions.len(), 2);
}

#[test]
fn region_without_link_or_header_is_dropped() {
    let id = FourCc(*b"wlnk");
    read_dropped(list(b"rgn2", &[rgnh()]), "", Defect::MissingPart { id });
    let id = FourCc(*b"rgnh");
    read_dropped(list(b"rgn2", &[wlnk(0)]), "", Defect::MissingPart { id });
}

#[test]
fn region_with_a_stub_of_a_header_or_link_is_dropped() {
    let header = chunk(b"rgnh", &u16s(&[0, 127, 0, 127, 0]));
    let defect = Defect::TooShort {
        bytes: 10,
        needed: 12,
    };
    read_dropped(list(b"rgn2", &[header, wlnk(0)]), "/rgnh", defect);
    let link = chunk(b"wlnk", &u32s(&[0, 1]));
    let defect = Defect::TooShort {
        bytes: 8,
        needed: 12,
    };
    read_dropped(list(b"rgn2", &[rgnh(), link]), "/wlnk", defect);
}

#[test]
fn region_of_no_key_or_no_velocity_is_dropped() {
    let with = |ranges: [u16; 4]| {
        list(
            b"rgn2",
            &[
                chunk(b"rgnh", &u16s(&[&ranges[..], &[0, 0]].concat())),
                wlnk(0),
            ],
        )
    };
    let defect = Defect::KeyRange { low: 61, high: 60 };
    read_dropped(with([61, 60, 0, 127]), "/rgnh", defect);
    let defect = Defect::KeyRange {
        low: 128,
        high: 200,
    };
    read_dropped(with([128, 200, 0, 127]), "/rgnh", defect);
    let defect = Defect::VelocityRange { low: 2, high: 1 };
    read_dropped(with([0, 127, 2, 1]), "/rgnh", defect);
}

#[test]
fn velocities_0_to_0_are_all_of_them() {
    let header = chunk(b"rgnh", &u16s(&[0, 127, 0, 0, 0, 0]));
    let file = collection(
        &[instrument(&[list(b"rgn2", &[header, wlnk(0)])], &[])],
        &[wave(&[])],
    );
    let bank = read(&file, &format!("{REGION}/rgnh"), Defect::VelocityRangeZero);
    assert_eq!(bank.instruments[0].regions[0].velocities, 0..=127);
}

#[test]
fn range_beyond_127_ends_there() {
    let header = chunk(b"rgnh", &u16s(&[5, 0xFFFF, 0, 127, 0, 0]));
    let file = collection(
        &[instrument(&[list(b"rgn2", &[header, wlnk(0)])], &[])],
        &[wave(&[])],
    );
    let bank = read(
        &file,
        &format!("{REGION}/rgnh"),
        Defect::RangeEnd { high: 0xFFFF },
    );
    assert_eq!(bank.instruments[0].regions[0].keys, 5..=127);
}

/// A file of two waves, a table of its own and one region of the given cue.
fn with_table(cue: u32, table: Option<&[u32]>) -> Vec<u8> {
    let regions = [list(b"rgn2", &[rgnh(), wlnk(cue)]), region(&[])];
    let mut parts = parts(&[instrument(&regions, &[])], &[wave(&[]), wave(&[])]);
    match table {
        Some(table) => parts[2] = chunk(b"ptbl", &u32s(table)),
        None => drop(parts.remove(2)),
    }
    riff(b"DLS ", &parts)
}

#[test]
fn cue_that_leads_nowhere_is_taken_as_an_ordinal() {
    let path = format!("{REGION}/wlnk");
    let defect = Defect::CueByOrdinal { cue: 1 };
    for second in [7, u32::MAX] {
        let bank = read(&with_table(1, Some(&[8, 2, 0, second])), &path, defect);
        assert_eq!(bank.instruments[0].regions[0].wave, 1);
    }
    let bank = read(&with_table(1, Some(&[8, 1, 0])), &path, defect);
    assert_eq!(bank.instruments[0].regions[0].wave, 1);
}

#[test]
fn file_without_a_table_is_read_by_ordinals() {
    let bank = Bank::read(&with_table(1, None)).unwrap();
    let waves: Vec<usize> = bank.instruments[0]
        .regions
        .iter()
        .map(|region| region.wave)
        .collect();
    assert_eq!(waves, [1, 0]);
}

#[test]
fn cue_without_wave_or_ordinal_drops_its_region() {
    let defect = Defect::CueNowhere { cue: 2 };
    let path = format!("{REGION}/wlnk");
    let bank = read(&with_table(2, Some(&[8, 2, 0, 7])), &path, defect);
    assert_eq!(bank.instruments[0].regions.len(), 1);
}

#[test]
fn null_cue_of_a_longer_table_is_a_wave_that_was_taken_out() {
    let defect = Defect::CueNowhere { cue: 1 };
    let path = format!("{REGION}/wlnk");
    let bank = read(&with_table(1, Some(&[8, 3, 0, u32::MAX, 5])), &path, defect);
    assert_eq!(bank.instruments[0].regions.len(), 1);
}

#[test]
fn table_of_impossible_length_is_cut_to_its_chunk() {
    let defect = Defect::CountMismatch {
        declared: 0x4000_0000,
        found: 2,
    };
    let bank = read(
        &with_table(0, Some(&[8, 0x4000_0000, 0, 7])),
        "RIFF(DLS )/ptbl",
        defect,
    );
    assert_eq!(bank.instruments[0].regions.len(), 2);
}

#[test]
fn longer_head_of_a_table_is_stepped_over() {
    let bank = Bank::read(&with_table(0, Some(&[12, 2, 0xEEEE_EEEE, 0, 7]))).unwrap();
    assert_eq!(bank.warnings, []);
}

#[test]
fn condition_that_cannot_be_run_holds() {
    let region = list(b"rgn2", &[chunk(b"cdl ", &[1, 0]), rgnh(), wlnk(0)]);
    let file = collection(&[instrument(&[region], &[])], &[wave(&[])]);
    let bank = read(&file, &format!("{REGION}/cdl "), Defect::MalformedCondition);
    assert_eq!(bank.instruments[0].regions.len(), 1);
}

#[test]
fn reserved_bits_of_bank_and_program_are_masked() {
    for (bank, program, value) in [(0xFFFF_F9FF, 5, 0xFFFF_F9FF), (0x8000_797F, 0x85, 0x85)] {
        let header = chunk(b"insh", &u32s(&[1, bank, program]));
        let instrument = list(b"ins ", &[header, list(b"lrgn", &[region(&[])])]);
        let file = collection(&[instrument], &[wave(&[])]);
        let defect = Defect::ReservedBits { value };
        let patch = read(&file, "RIFF(DLS )/lins/ins [0]/insh", defect).instruments[0].patch;
        assert!(patch.drums);
        assert_eq!(
            (patch.bank_msb, patch.bank_lsb, patch.program),
            (0x79, 0x7F, 5)
        );
    }
}

#[test]
fn second_chunk_of_its_kind_is_ignored() {
    let region = list(b"rgn2", &[rgnh(), wlnk(0), wlnk(9)]);
    let file = collection(&[instrument(&[region], &[])], &[wave(&[])]);
    read(
        &file,
        REGION,
        Defect::Duplicate {
            id: FourCc(*b"wlnk"),
        },
    );
}

#[test]
fn instrument_without_a_header_is_dropped() {
    let headless = list(b"ins ", &[list(b"lrgn", &[region(&[])])]);
    let file = collection(&[headless, instrument(&[region(&[])], &[])], &[wave(&[])]);
    let defect = Defect::MissingPart {
        id: FourCc(*b"insh"),
    };
    assert_eq!(
        read(&file, "RIFF(DLS )/lins/ins [0]", defect)
            .instruments
            .len(),
        1
    );
}

#[test]
fn bank_of_nothing_playable_is_still_a_bank() {
    let silent = list(b"wave", &[fmt(0x0055, 1, 16), chunk(b"data", &[0; 4])]);
    let bank = Bank::read(&collection(&[instrument(&[region(&[])], &[])], &[silent])).unwrap();
    assert!(bank.instruments.is_empty() && bank.waves.is_empty());
    assert_eq!(bank.warnings.len(), 3);
}

#[test]
fn errors_say_where_and_what() {
    let error = Bank::read(&riff(b"WAVE", &[])).unwrap_err();
    assert_eq!(
        error.kind,
        ReadErrorKind::UnsupportedForm {
            found: FourCc(*b"WAVE")
        }
    );
    assert!(error.to_string().contains("form `WAVE` is not supported"));
}

#[test]
fn warnings_say_where_what_and_what_was_done() {
    let file = collection(
        &[instrument(&[region(&[wsmp(200, None)])], &[])],
        &[wave(&[])],
    );
    let bank = Bank::read(&file).unwrap();
    let warning = &bank.warnings[0];
    let text = format!(
        "{REGION}/wsmp at byte {}: unity note 200 is taken as 60",
        warning.offset
    );
    assert_eq!(warning.to_string(), text);
    assert_eq!(&file[warning.offset..warning.offset + 4], b"wsmp");
}

//! Loops, gains, connections and waves that are wrong.

use dmus_dls::bank::{Curve, LoopKind, WaveLoop};
use dmus_dls::units::RelativeGain;
use dmus_dls::{Bank, Defect, FourCc};

use crate::file::{
    art, chunk, collection, fmt, instrument, list, region, rgnh, u16s, u32s, wave, wlnk, wsmp,
};
use crate::{REGION, read, read_region};

/// A `wsmp` of the given head size, loop count and rest.
fn odd_wsmp(head: u32, loops: u32, rest: &[u32]) -> Vec<u8> {
    let fixed = [u32s(&[head]), u16s(&[60, 0]), u32s(&[0, 0, loops])].concat();
    chunk(b"wsmp", &[fixed, u32s(rest)].concat())
}

#[test]
fn heads_of_wave_sample_and_loop_that_cannot_be_are_of_the_usual_size() {
    let expected = Some(WaveLoop {
        kind: LoopKind::Forward,
        start: 1,
        length: 2,
    });
    for head in [0, 19, 37, u32::MAX] {
        let defect = Defect::HeadSize {
            declared: head,
            used: 20,
        };
        let region = read_region(odd_wsmp(head, 1, &[16, 0, 1, 2]), "wsmp", defect);
        assert_eq!(region.sample.unwrap().wave_loop, expected);
    }
    let defect = Defect::HeadSize {
        declared: 12,
        used: 16,
    };
    let region = read_region(odd_wsmp(20, 1, &[12, 0, 1, 2]), "wsmp", defect);
    assert_eq!(region.sample.unwrap().wave_loop, expected);
}

#[test]
fn first_of_several_loops_is_taken() {
    let loops = [16, 0, 1, 2, 16, 0, 3, 4];
    let defect = Defect::ExtraLoops { declared: 2 };
    let region = read_region(odd_wsmp(20, 2, &loops), "wsmp", defect);
    let expected = WaveLoop {
        kind: LoopKind::Forward,
        start: 1,
        length: 2,
    };
    assert_eq!(region.sample.unwrap().wave_loop, Some(expected));
}

#[test]
fn loop_that_is_not_there_is_none() {
    let defect = Defect::TooShort {
        bytes: 0,
        needed: 16,
    };
    let region = read_region(odd_wsmp(20, 1, &[]), "wsmp", defect);
    assert_eq!(region.sample.unwrap().wave_loop, None);
}

#[test]
fn loop_of_unknown_type_is_forward() {
    let defect = Defect::LoopType { value: 9 };
    let region = read_region(odd_wsmp(20, 1, &[16, 9, 1, 2]), "wsmp", defect);
    assert_eq!(
        region.sample.unwrap().wave_loop.unwrap().kind,
        LoopKind::Forward
    );
}

#[test]
fn stub_of_a_wave_sample_is_none() {
    let defect = Defect::TooShort {
        bytes: 16,
        needed: 20,
    };
    let region = read_region(chunk(b"wsmp", &[0; 16]), "wsmp", defect);
    assert_eq!(region.sample, None);
}

#[test]
fn loop_beyond_the_wave_is_cut_to_it() {
    let defect = Defect::LoopShortened {
        start: 4,
        length: 100,
        frames: 10,
    };
    let region = read_region(wsmp(60, Some([4, 100])), "wsmp", defect);
    let wave_loop = region.sample.unwrap().wave_loop.unwrap();
    assert_eq!((wave_loop.start, wave_loop.length), (4, 6));
}

#[test]
fn loop_without_a_frame_makes_a_one_shot() {
    for (start, length) in [(10, 1), (0, 0), (u32::MAX, u32::MAX)] {
        let defect = Defect::LoopRemoved {
            start,
            length,
            frames: 10,
        };
        let region = read_region(wsmp(60, Some([start, length])), "wsmp", defect);
        assert_eq!(region.sample.unwrap().wave_loop, None);
    }
}

#[test]
fn loop_of_a_wave_itself_is_cut_too() {
    let file = collection(
        &[instrument(&[region(&[])], &[])],
        &[wave(&[wsmp(60, Some([4, 100]))])],
    );
    let defect = Defect::LoopShortened {
        start: 4,
        length: 100,
        frames: 10,
    };
    let bank = read(&file, "RIFF(DLS )/wvpl/wave[0]/wsmp", defect);
    assert_eq!(bank.waves[0].sample.unwrap().wave_loop.unwrap().length, 6);
}

#[test]
fn unity_note_beyond_the_keyboard_is_60() {
    let region = read_region(wsmp(128, None), "wsmp", Defect::UnityNote { value: 128 });
    assert_eq!(region.sample.unwrap().unity_note, 60);
}

#[test]
fn gain_that_is_corrupt_is_clamped_and_one_that_is_loud_is_kept() {
    let with_gain = |gain: u32| {
        chunk(
            b"wsmp",
            &[u32s(&[20]), u16s(&[60, 0]), u32s(&[gain, 0, 0])].concat(),
        )
    };
    let defect = Defect::GainClamped { value: i32::MIN };
    let region = read_region(with_gain(0x8000_0000), "wsmp", defect);
    assert_eq!(region.sample.unwrap().gain, RelativeGain::SILENCE);

    let regions = [region_of(with_gain(0x0064_0000))];
    let bank = Bank::read(&collection(&[instrument(&regions, &[])], &[wave(&[])])).unwrap();
    assert_eq!(bank.warnings, []);
    let gain = bank.instruments[0].regions[0].sample.unwrap().gain;
    assert_eq!(gain, RelativeGain::from_db(10.0));
}

fn region_of(more: Vec<u8>) -> Vec<u8> {
    region(&[more])
}

/// The connections at the instrument of a file whose only defect is in them.
#[track_caller]
fn read_connections(blocks: &[([u16; 4], u32)], defect: Defect) -> Vec<i32> {
    let lists = [list(b"lar2", &[art(b"art2", blocks)])];
    let file = collection(&[instrument(&[region(&[])], &lists)], &[wave(&[])]);
    let bank = read(&file, "RIFF(DLS )/lins/ins [0]/lar2/art2", defect);
    bank.instruments[0]
        .articulation
        .iter()
        .map(|connection| connection.scale)
        .collect()
}

#[test]
fn corrupt_gain_of_a_connection_is_clamped() {
    for (scale, clamped) in [
        (0x8000_0000, RelativeGain::SILENCE),
        (0x7FFF_0000, RelativeGain::FULL_RANGE),
        (0x8000_1234, RelativeGain::SILENCE),
    ] {
        let value = i32::from_le_bytes(u32::to_le_bytes(scale));
        let defect = Defect::GainClamped { value };
        assert_eq!(
            read_connections(&[([2, 0, 1, 0x8400], scale)], defect),
            [clamped.0]
        );
    }
}

#[test]
fn reserved_and_unknown_destinations_are_ignored_with_one_warning() {
    let blocks: Vec<([u16; 4], u32)> = [0x0208, 3, 0x0002, 0x030C, 0x0012, 0x7777]
        .map(|to| ([0, 0, to, 0], 5))
        .into();
    let defect = Defect::UnknownDestination {
        code: 0x0208,
        blocks: 5,
    };
    assert_eq!(read_connections(&blocks, defect), [5]);
}

#[test]
fn unknown_sources_are_ignored_with_one_warning() {
    let blocks = [
        ([0x000A, 0, 3, 0], 5),
        ([0, 0x0200, 3, 0], 6),
        ([0, 0, 3, 0], 7),
    ];
    let defect = Defect::UnknownSource {
        code: 0x000A,
        blocks: 2,
    };
    assert_eq!(read_connections(&blocks, defect), [7]);
}

#[test]
fn unknown_transform_is_linear() {
    let defect = Defect::UnknownTransform {
        word: 0x0004,
        blocks: 1,
    };
    assert_eq!(read_connections(&[([5, 0, 3, 4], 5)], defect), [5]);
}

#[test]
fn key_number_counts_at_instruments_only() {
    let block = [([0x0102, 0, 5, 0x4000], 1), ([0, 0, 3, 0], 2)];
    let own = list(b"lar2", &[art(b"art2", &block)]);
    let defect = Defect::KeyNumberAtRegion { blocks: 1 };
    let region = read_region(own.clone(), "lar2/art2", defect);
    assert_eq!(region.articulation.unwrap().len(), 1);

    let file = collection(
        &[instrument(&[region_of(Vec::new())], &[own])],
        &[wave(&[])],
    );
    let bank = Bank::read(&file).unwrap();
    assert_eq!(bank.warnings, []);
    assert_eq!(bank.instruments[0].articulation.len(), 2);
}

#[test]
fn blocks_of_impossible_number_are_cut_to_their_chunk() {
    let mut chunk = art(b"art2", &[([0, 0, 3, 0], 7)]);
    chunk[12..16].copy_from_slice(&u32::MAX.to_le_bytes());
    let file = collection(
        &[instrument(&[region(&[])], &[list(b"lar2", &[chunk])])],
        &[wave(&[])],
    );
    let defect = Defect::CountMismatch {
        declared: u32::MAX,
        found: 1,
    };
    let bank = read(&file, "RIFF(DLS )/lins/ins [0]/lar2/art2", defect);
    assert_eq!(bank.instruments[0].articulation.len(), 1);
}

#[test]
fn of_unguarded_lists_of_both_levels_the_last_connection_counts() {
    let block = |scale| [([0, 0, 3, 0], scale)];
    let lists = [
        list(b"lart", &[art(b"art1", &block(1))]),
        list(b"lar2", &[art(b"art2", &block(2))]),
    ];
    let file = collection(&[instrument(&[region(&[])], &lists)], &[wave(&[])]);
    let defect = Defect::StatedTwice { connections: 1 };
    let bank = read(&file, "RIFF(DLS )/lins/ins [0]", defect);
    let scales: Vec<i32> = bank.instruments[0]
        .articulation
        .iter()
        .map(|connection| connection.scale)
        .collect();
    assert_eq!(scales, [2]);
}

/// A file of a wave that is dropped and one that is sound, each with its instrument.
#[track_caller]
fn read_refused(refused: Vec<u8>, chunk: &str, defect: Defect) {
    let sounding = instrument(&[list(b"rgn2", &[rgnh(), wlnk(1)])], &[]);
    let file = collection(
        &[instrument(&[region(&[])], &[]), sounding],
        &[refused, wave(&[])],
    );
    let bank = Bank::read(&file).unwrap();
    let found: Vec<(String, Defect)> = bank
        .warnings
        .iter()
        .map(|warning| (warning.path.clone(), warning.defect))
        .collect();
    let expected = [
        (
            "RIFF(DLS )/lins/ins [0]".to_owned(),
            Defect::NoPlayableRegion,
        ),
        (format!("{REGION}/wlnk"), Defect::WaveUnavailable { cue: 0 }),
        (format!("RIFF(DLS )/wvpl/wave[0]{chunk}"), defect),
    ];
    assert_eq!(found, expected);
    assert_eq!(bank.waves.len(), 1);
    assert_eq!(bank.instruments.len(), 1);
    assert_eq!(bank.instruments[0].regions[0].wave, 0);
}

#[test]
fn wave_of_another_coding_is_dropped_by_name_with_what_needs_it() {
    let with = |fmt| list(b"wave", &[fmt, chunk(b"data", &[1, 2, 3, 4])]);
    read_refused(
        with(fmt(0x0055, 1, 16)),
        "/fmt ",
        Defect::WaveCoding { tag: 0x0055 },
    );
    let mpeg = Defect::WaveCoding { tag: 0x50 };
    read_refused(with(fmt(0x50, 1, 8)), "/fmt ", mpeg);
    for channels in [0, 3] {
        let defect = Defect::WaveChannels { channels };
        read_refused(with(fmt(1, channels, 16)), "/fmt ", defect);
    }
    for (tag, bits) in [(1, 0), (1, 33), (3, 16), (2, 8), (0x11, 3)] {
        read_refused(with(fmt(tag, 1, bits)), "/fmt ", Defect::WaveBits { bits });
    }
    let stub = chunk(b"fmt ", &u16s(&[1, 1]));
    read_refused(
        with(stub),
        "/fmt ",
        Defect::TooShort {
            bytes: 4,
            needed: 16,
        },
    );
}

#[test]
fn wave_without_format_data_or_frames_is_dropped() {
    let id = FourCc(*b"fmt ");
    read_refused(
        list(b"wave", &[chunk(b"data", &[0; 2])]),
        "",
        Defect::MissingPart { id },
    );
    let id = FourCc(*b"data");
    read_refused(
        list(b"wave", &[fmt(1, 1, 16)]),
        "",
        Defect::MissingPart { id },
    );
    let empty = list(b"wave", &[fmt(1, 1, 16), chunk(b"data", &[])]);
    read_refused(empty, "/data", Defect::WaveEmpty);
}

#[test]
fn rate_out_of_bounds_is_the_common_one() {
    for hz in [0, 768_001, u32::MAX] {
        let body = [u16s(&[1, 1]), u32s(&[hz, 0]), u16s(&[2, 16])].concat();
        let wave = list(b"wave", &[chunk(b"fmt ", &body), chunk(b"data", &[0; 2])]);
        let file = collection(&[instrument(&[region(&[])], &[])], &[wave]);
        let bank = read(
            &file,
            "RIFF(DLS )/wvpl/wave[0]/fmt ",
            Defect::WaveRate { hz },
        );
        assert_eq!(bank.waves[0].sample_rate, 44_100);
    }
}

#[test]
fn frame_size_that_contradicts_the_width_is_ignored() {
    let body = [u16s(&[1, 1]), u32s(&[8000, 0]), u16s(&[1, 16])].concat();
    let wave = list(
        b"wave",
        &[chunk(b"fmt ", &body), chunk(b"data", &[0, 1, 0, 2])],
    );
    let file = collection(&[instrument(&[region(&[])], &[])], &[wave]);
    let defect = Defect::WaveFrameSize {
        declared: 1,
        used: 2,
    };
    let bank = read(&file, "RIFF(DLS )/wvpl/wave[0]/fmt ", defect);
    assert_eq!(bank.waves[0].frames.high(), [256, 512]);
}

#[test]
fn either_block_is_taken_in_either_list() {
    let lists = [
        list(b"lart", &[art(b"art2", &[([2, 0, 0x0500, 0x8400], 1)])]),
        list(b"lar2", &[art(b"art1", &[([1, 0, 3, 0], 2)])]),
    ];
    let file = collection(&[instrument(&[region(&[])], &lists)], &[wave(&[])]);
    let bank = Bank::read(&file).unwrap();
    assert_eq!(bank.warnings, []);
    let connections = &bank.instruments[0].articulation;
    assert_eq!(connections[0].source_transform.curve, Curve::Concave);
    assert!(connections[1].source_transform.bipolar);
}

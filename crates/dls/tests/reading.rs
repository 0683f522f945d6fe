//! Files put together by hand, and the bank that comes of them.

#![expect(clippy::unwrap_used, reason = "tests may unwrap")]

use dmus_dls::bank::{
    Connection, Curve, Destination, LoopKind, Patch, Source, Transform, WaveLoop, WaveSample,
};
use dmus_dls::units::RelativeGain;
use dmus_dls::{Bank, FourCc, ReadErrorKind};

#[path = "bytes/file.rs"]
mod file;
#[path = "reading/mobile.rs"]
mod mobile;
#[path = "reading/numbers.rs"]
mod numbers;
#[path = "reading/texts.rs"]
mod texts;
#[path = "reading/waves.rs"]
mod waves;

use file::{
    art, chunk, collection, fmt, instrument, list, parts, region, rgnh, riff, u16s, u32s, wave,
    wlnk, wsmp,
};

/// Reads a file in which there is nothing to forgive.
#[track_caller]
fn read(bytes: &[u8]) -> Bank {
    let bank = Bank::read(bytes).unwrap();
    assert_eq!(bank.warnings, [], "{}", bank.warnings[0]);
    bank
}

/// The bank of one instrument with one region.
#[track_caller]
fn read_region(more: &[Vec<u8>]) -> Bank {
    read(&collection(
        &[instrument(&[region(more)], &[])],
        &[wave(&[])],
    ))
}

/// The connections of one `art2` at the instrument.
#[track_caller]
fn read_connections(id: &[u8; 4], blocks: &[([u16; 4], u32)]) -> Vec<Connection> {
    let lists = [list(b"lar2", &[art(id, blocks)])];
    let bank = read(&collection(
        &[instrument(&[region(&[])], &lists)],
        &[wave(&[])],
    ));
    bank.instruments[0].articulation.clone()
}

/// The frames of a wave of the given format and data.
#[track_caller]
fn read_frames(fmt: Vec<u8>, data: &[u8]) -> Vec<i16> {
    let wave = list(b"wave", &[fmt, chunk(b"data", data)]);
    let bank = read(&collection(&[instrument(&[region(&[])], &[])], &[wave]));
    bank.waves[0].frames.to_vec()
}

const PLAIN: Transform = Transform {
    curve: Curve::Linear,
    bipolar: false,
    invert: false,
};

#[test]
fn transform_word_8400_is_an_inverted_concave_source() {
    let connection = read_connections(b"art2", &[([2, 0, 1, 0x8400], 0xFC40_0000)])[0];
    let expected = Connection {
        source: Source::Velocity,
        source_transform: Transform {
            curve: Curve::Concave,
            bipolar: false,
            invert: true,
        },
        control: Source::None,
        control_transform: PLAIN,
        destination: Destination::Gain,
        output_curve: Curve::Linear,
        scale: RelativeGain::SILENCE.0,
    };
    assert_eq!(connection, expected);
}

#[test]
fn transform_word_8230_is_an_inverted_source_and_an_inverted_switch() {
    let connection = read_connections(b"art2", &[([2, 2, 0x0500, 0x8230], 0)])[0];
    assert_eq!(
        connection.source_transform,
        Transform {
            invert: true,
            ..PLAIN
        }
    );
    let switch = Transform {
        curve: Curve::Switch,
        bipolar: false,
        invert: true,
    };
    assert_eq!(connection.control_transform, switch);
    assert_eq!(connection.output_curve, Curve::Linear);
}

#[test]
fn scale_keeps_all_its_bits() {
    let connection = read_connections(b"art2", &[([0, 0, 3, 0], 0x0001_2345)])[0];
    assert_eq!(connection.scale, 0x0001_2345);
}

#[test]
fn bank_field_is_drums_and_both_selects() {
    let patch = |bank: u32| {
        let header = chunk(b"insh", &u32s(&[1, bank, 5]));
        let instrument = list(b"ins ", &[header, list(b"lrgn", &[region(&[])])]);
        read(&collection(&[instrument], &[wave(&[])])).instruments[0].patch
    };
    let drums = Patch {
        drums: true,
        bank_msb: 0,
        bank_lsb: 0,
        program: 5,
    };
    assert_eq!(patch(0x8000_0000), drums);
    let variation = Patch {
        drums: false,
        bank_msb: 121,
        bank_lsb: 3,
        program: 5,
    };
    assert_eq!(patch(0x0000_7903), variation);
}

#[test]
fn region_header_of_either_length_differs_in_its_layer_only() {
    let read_header = |more: &[u16]| {
        let header = chunk(
            b"rgnh",
            &[u16s(&[10, 20, 30, 40, 1, 5]), u16s(more)].concat(),
        );
        let region = list(b"rgn ", &[header, wlnk(0)]);
        let bank = read(&collection(&[instrument(&[region], &[])], &[wave(&[])]));
        bank.instruments[0].regions[0].clone()
    };
    let (short, mut long) = (read_header(&[]), read_header(&[7]));
    assert_eq!(short.keys, 10..=20);
    assert_eq!(short.velocities, 30..=40);
    assert_eq!(short.key_group, 5);
    assert!(short.self_non_exclusive);
    assert_eq!(short.layer, None);
    assert_eq!(long.layer.take(), Some(7));
    assert_eq!(short, long);
}

#[test]
fn chunk_after_an_odd_name_is_found() {
    let name = list(b"INFO", &[chunk(b"INAM", b"Abc\0x")]);
    let header = chunk(b"insh", &u32s(&[1, 0, 9]));
    let regions = list(b"lrgn", &[region(&[])]);
    let file = collection(&[list(b"ins ", &[name, header, regions])], &[wave(&[])]);
    let bank = read(&file);
    assert_eq!(bank.instruments[0].name, "Abc");
    assert_eq!(bank.instruments[0].patch.program, 9);
}

#[test]
fn loop_stands_after_the_head_that_the_chunk_declares() {
    let head = [u32s(&[24]), u16s(&[72, 3]), u32s(&[0xFFE2_0000, 3, 1])].concat();
    let body = [head, vec![0xEE; 4], u32s(&[16, 1, 2, 5])].concat();
    let bank = read_region(&[chunk(b"wsmp", &body)]);
    let expected = WaveSample {
        unity_note: 72,
        fine_tune: 3,
        gain: RelativeGain::from_db(-3.0),
        wave_loop: Some(WaveLoop {
            kind: LoopKind::UntilRelease,
            start: 2,
            length: 5,
        }),
        no_truncation: true,
        no_compression: true,
    };
    assert_eq!(bank.instruments[0].regions[0].sample, Some(expected));
}

#[test]
fn narrow_frames_are_unsigned_and_widened() {
    let frames = read_frames(fmt(1, 1, 8), &[0x00, 0x80, 0xFF]);
    assert_eq!(frames, [-32_768, 0, 127 * 256]);
}

#[test]
fn wide_frames_are_signed_and_little_endian() {
    let frames = read_frames(fmt(1, 1, 16), &[0x00, 0x80, 0xFF, 0x7F, 0x01, 0x00]);
    assert_eq!(frames, [-32_768, 32_767, 1]);
}

#[test]
fn longer_formats_say_the_same() {
    let head = |tag| [u16s(&[tag, 1]), u32s(&[8000, 16_000]), u16s(&[2, 16])].concat();
    let with_size = chunk(b"fmt ", &[head(1), u16s(&[0])].concat());
    assert_eq!(read_frames(with_size, &[1, 0]), [1]);
    let guid = [
        u16s(&[1, 0, 0, 0x10]),
        vec![0x80, 0, 0, 0xAA, 0, 0x38, 0x9B, 0x71],
    ]
    .concat();
    let extensible = [head(0xFFFE), u16s(&[22, 16]), u32s(&[4]), guid].concat();
    assert_eq!(extensible.len(), 40);
    assert_eq!(read_frames(chunk(b"fmt ", &extensible), &[1, 0]), [1]);
}

/// The condition of Level 2 devices, negated: true on Level 1 ones only.
const LEVEL_1_ONLY: [u8; 20] = [
    0x11, 0, 0xE5, 0x99, 0x45, 0xF1, 0x89, 0x46, 0xD2, 0x11, 0xAF, 0xA6, 0x00, 0xAA, 0x00, 0x24,
    0xD8, 0xB6, 0x0F, 0,
];

/// Number of regions of an instrument whose second region has a condition.
fn regions_with(program: &[u8]) -> usize {
    let second = list(b"rgn ", &[chunk(b"cdl ", program), rgnh(), wlnk(0)]);
    let bank = read(&collection(
        &[instrument(&[region(&[]), second], &[])],
        &[wave(&[])],
    ));
    bank.instruments[0].regions.len()
}

#[test]
fn region_for_level_1_only_is_skipped() {
    assert_eq!(regions_with(&LEVEL_1_ONLY), 1);
    assert_eq!(regions_with(&LEVEL_1_ONLY[..18]), 2);
}

#[test]
fn subtraction_takes_the_lower_value_from_the_top() {
    let program = |expected: u32| {
        let constant = |value: u32| [u16s(&[0x10]), u32s(&[value])].concat();
        let difference = [constant(5), constant(3), u16s(&[0x05])].concat();
        [difference, constant(expected), u16s(&[0x0E])].concat()
    };
    assert_eq!(regions_with(&program(0xFFFF_FFFE)), 2);
    assert_eq!(regions_with(&program(2)), 1);
}

#[test]
fn unknown_query_is_false_and_unsupported() {
    for opcode in [0x11, 0x12] {
        assert_eq!(
            regions_with(&[&[opcode, 0], [0x5A; 16].as_slice()].concat()),
            1
        );
    }
}

#[test]
fn level_2_branch_of_a_dual_file_is_taken() {
    let blocks = |id, scale| art(id, &[([0, 0, 3, 0], scale)]);
    let lists = [
        list(
            b"lart",
            &[chunk(b"cdl ", &LEVEL_1_ONLY), blocks(b"art1", 1)],
        ),
        list(b"lar2", &[blocks(b"art2", 2)]),
    ];
    let level_1_region = list(b"rgn ", &[chunk(b"cdl ", &LEVEL_1_ONLY), rgnh(), wlnk(1)]);
    let regions = [level_1_region, region(&[])];
    let bank = read(&collection(
        &[instrument(&regions, &lists)],
        &[wave(&[]), wave(&[])],
    ));
    let instrument = &bank.instruments[0];
    assert_eq!(instrument.regions.len(), 1);
    assert_eq!(instrument.regions[0].wave, 0);
    assert_eq!(instrument.articulation.len(), 1);
    assert_eq!(instrument.articulation[0].scale, 2);
}

#[test]
fn file_that_excludes_the_reader_is_no_bank() {
    let mut parts = parts(&[instrument(&[region(&[])], &[])], &[wave(&[])]);
    parts.insert(0, chunk(b"cdl ", &LEVEL_1_ONLY));
    let error = Bank::read(&riff(b"DLS ", &parts)).unwrap_err();
    assert_eq!(error.kind, ReadErrorKind::Excluded);
}

#[test]
fn region_without_loop_hides_the_loop_of_its_wave() {
    let waves = [wave(&[wsmp(72, Some([0, 10]))])];
    let bank = read(&collection(
        &[instrument(&[region(&[wsmp(60, None)])], &[])],
        &waves,
    ));
    assert_eq!(
        bank.instruments[0].regions[0].sample,
        Some(WaveSample::default())
    );
    let of_wave = bank.waves[0].sample.unwrap();
    assert_eq!(of_wave.unity_note, 72);
    assert_eq!(
        of_wave.wave_loop,
        Some(WaveLoop {
            kind: LoopKind::Forward,
            start: 0,
            length: 10
        })
    );
}

#[test]
fn nothing_said_is_a_one_shot_at_key_60() {
    let bank = read_region(&[]);
    let region = &bank.instruments[0].regions[0];
    assert_eq!(region.sample, None);
    assert_eq!(bank.waves[0].sample, None);
    let assumed = region.sample.or(bank.waves[0].sample).unwrap_or_default();
    assert_eq!((assumed.unity_note, assumed.fine_tune), (60, 0));
    assert_eq!(
        (assumed.gain, assumed.wave_loop),
        (RelativeGain::UNITY, None)
    );
}

#[test]
fn wave_link_is_kept_whole() {
    let link = chunk(b"wlnk", &[u16s(&[3, 9]), u32s(&[0b110, 1])].concat());
    let region = list(b"rgn2", &[rgnh(), link]);
    let bank = read(&collection(
        &[instrument(&[region], &[])],
        &[wave(&[]), wave(&[])],
    ));
    let region = &bank.instruments[0].regions[0];
    assert_eq!(region.wave, 1);
    assert!(region.link.phase_master && region.link.multi_channel);
    assert_eq!((region.link.phase_group, region.link.channels), (9, 0b110));
}

#[test]
fn pair_of_one_phase_group_is_kept() {
    let half = |master: u16, channel: u32, cue: u32| {
        let link = chunk(
            b"wlnk",
            &[u16s(&[master, 4]), u32s(&[channel, cue])].concat(),
        );
        list(b"rgn2", &[rgnh(), link])
    };
    let bank = read(&collection(
        &[instrument(&[half(1, 1, 0), half(0, 2, 1)], &[])],
        &[wave(&[]), wave(&[])],
    ));
    let links: Vec<(usize, bool, u16, u32)> = bank.instruments[0]
        .regions
        .iter()
        .map(|it| {
            let link = it.link;
            (it.wave, link.phase_master, link.phase_group, link.channels)
        })
        .collect();
    assert_eq!(links, [(0, true, 4, 1), (1, false, 4, 2)]);
}

#[test]
fn layers_are_regions_beside_each_other() {
    let layer = |number: u16| {
        let header = chunk(b"rgnh", &u16s(&[0, 127, 0, 127, 0, 0, number]));
        list(b"rgn2", &[header, wlnk(0)])
    };
    let bank = read(&collection(
        &[instrument(&[layer(1), layer(2), layer(3)], &[])],
        &[wave(&[])],
    ));
    let layers: Vec<Option<u16>> = bank.instruments[0]
        .regions
        .iter()
        .map(|it| it.layer)
        .collect();
    assert_eq!(layers, [Some(1), Some(2), Some(3)]);
}

#[test]
fn cue_leads_to_the_wave_at_its_offset() {
    let waves = [wave(&[]), wave(&[wsmp(1, None)])];
    let second = u32::try_from(waves[0].len()).unwrap();
    let mut parts = parts(&[instrument(&[region(&[])], &[])], &waves);
    parts[2] = chunk(b"ptbl", &u32s(&[8, 2, second, 0]));
    assert_eq!(
        read(&riff(b"DLS ", &parts)).instruments[0].regions[0].wave,
        1
    );
}

#[test]
fn order_of_the_parts_does_not_matter() {
    let made = parts(&[instrument(&[region(&[])], &[])], &[wave(&[])]);
    let mut reversed = made.clone();
    reversed.reverse();
    assert_eq!(read(&riff(b"DLS ", &made)), read(&riff(b"DLS ", &reversed)));
}

#[test]
fn local_list_stands_beside_the_list_of_the_instrument() {
    let own = list(
        b"lart",
        &[art(b"art1", &[([0, 0, 4, 0], 1), ([0, 0, 3, 0], 2)])],
    );
    let global = list(b"lart", &[art(b"art1", &[([0, 0, 3, 0], 3)])]);
    let regions = [region(&[own]), region(&[])];
    let bank = read(&collection(
        &[instrument(&regions, &[global])],
        &[wave(&[])],
    ));
    let instrument = &bank.instruments[0];
    assert_eq!(instrument.articulation.len(), 1);
    assert_eq!(
        instrument.regions[0].articulation.as_ref().unwrap().len(),
        2
    );
    assert_eq!(instrument.regions[1].articulation, None);
}

#[test]
fn local_list_without_blocks_is_still_a_list() {
    let bank = read_region(&[list(b"lar2", &[art(b"art2", &[])])]);
    assert_eq!(
        bank.instruments[0].regions[0].articulation,
        Some(Vec::new())
    );
}

#[test]
fn excluded_local_list_is_none() {
    let blocks = art(b"art1", &[([0, 0, 3, 0], 1)]);
    let bank = read_region(&[list(b"lart", &[chunk(b"cdl ", &LEVEL_1_ONLY), blocks])]);
    assert_eq!(bank.instruments[0].regions[0].articulation, None);
}

#[test]
fn excluded_list_leaves_the_one_before_it() {
    let own = list(b"lar2", &[art(b"art2", &[])]);
    let guard = chunk(b"cdl ", &LEVEL_1_ONLY);
    let excluded = list(b"lart", &[guard, art(b"art1", &[([0, 0, 3, 0], 1)])]);
    let bank = read_region(&[own, excluded]);
    let region = &bank.instruments[0].regions[0];
    assert_eq!(region.articulation, Some(Vec::new()));
}

#[test]
fn bytes_after_the_declared_blocks_are_none() {
    let block = [u16s(&[0, 0, 3, 0]), u32s(&[1])].concat();
    let body = [u32s(&[8, 1]), block.repeat(2)].concat();
    let bank = read_region(&[list(b"lar2", &[chunk(b"art2", &body)])]);
    let own = bank.instruments[0].regions[0].articulation.as_ref();
    assert_eq!(own.map(Vec::len), Some(1));
}

#[test]
fn level_1_file_holds_final_transforms() {
    let blocks = [([1, 0, 3, 0], 1), ([2, 0, 1, 1], 0), ([3, 0, 0x0207, 0], 2)];
    let transforms: Vec<Transform> = read_connections(b"art1", &blocks)
        .iter()
        .map(|connection| connection.source_transform)
        .collect();
    let bipolar = Transform {
        bipolar: true,
        ..PLAIN
    };
    let attenuation = Transform {
        curve: Curve::Concave,
        bipolar: false,
        invert: true,
    };
    assert_eq!(transforms, [bipolar, attenuation, PLAIN]);
}

#[test]
fn every_controller_can_be_a_source() {
    let blocks: Vec<_> = (0..128)
        .map(|number| ([0x80 + number, 0, 3, 0], 0))
        .collect();
    for (number, connection) in (0..).zip(read_connections(b"art2", &blocks)) {
        assert_eq!(connection.source, Source::Controller(number));
    }
}

#[test]
fn texts_and_version_of_a_bank_are_kept() {
    let mut parts = parts(&[instrument(&[region(&[])], &[])], &[wave(&[])]);
    parts.push(chunk(b"vers", &u32s(&[0x0003_000A, 0x0000_003D])));
    let texts = [
        (b"INAM", "n"),
        (b"IENG", "e"),
        (b"ICOP", "c"),
        (b"ICMT", "t"),
        (b"ISFT", "s"),
    ];
    let texts: Vec<Vec<u8>> = texts
        .iter()
        .map(|(id, text)| chunk(id, text.as_bytes()))
        .collect();
    parts.push(list(b"INFO", &texts));
    let info = read(&riff(b"DLS ", &parts)).info;
    assert_eq!(info.version, Some([3, 10, 0, 61]));
    let found = [
        info.name,
        info.engineer,
        info.copyright,
        info.comment,
        info.software,
    ];
    assert_eq!(found, ["n", "e", "c", "t", "s"]);
}

#[test]
fn unknown_chunks_are_skipped_in_silence() {
    let odd = chunk(b"4dat", &[7; 5]);
    let regions = [region(&[chunk(b"3lnk", &[0; 9]), list(b"3prg", &[])])];
    let mut parts = parts(
        &[instrument(&regions, std::slice::from_ref(&odd))],
        &[wave(std::slice::from_ref(&odd))],
    );
    parts.insert(0, odd);
    read(&riff(b"DLS ", &parts));
}

#[test]
fn bank_within_a_song_is_read() {
    let bank = collection(&[instrument(&[region(&[])], &[])], &[wave(&[])]);
    let song = riff(b"RMID", &[chunk(b"data", b"MThd"), bank.clone()]);
    assert_eq!(read(&song), read(&bank));
}

#[test]
fn form_without_its_lists_is_no_bank() {
    let made = parts(&[instrument(&[region(&[])], &[])], &[wave(&[])]);
    for (index, list) in [(1, *b"lins"), (3, *b"wvpl")] {
        let mut parts = made.clone();
        parts.remove(index);
        let error = Bank::read(&riff(b"DLS ", &parts)).unwrap_err();
        assert_eq!(error.kind, ReadErrorKind::Missing { list: FourCc(list) });
        assert_eq!(error.path, "RIFF(DLS )");
    }
}

#[test]
fn empty_lists_are_no_bank() {
    let error = Bank::read(&collection(&[], &[wave(&[])])).unwrap_err();
    assert_eq!(error.kind, ReadErrorKind::NoInstruments);
    assert_eq!(error.path, "RIFF(DLS )/lins");
    assert_eq!(error.offset, 24);
    let error = Bank::read(&collection(&[instrument(&[region(&[])], &[])], &[])).unwrap_err();
    assert_eq!(error.kind, ReadErrorKind::NoWaves);
}

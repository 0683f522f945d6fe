//! Every coding of a wave, and waves of two channels.

use dmus_dls::bank::{Connection, Destination, Frames, Region, Source, WaveLink};
use dmus_dls::{Bank, Defect};

use crate::file::{
    art, chunk, collection, fmt, instrument, list, region, rgnh, u16s, u32s, wave, wlnk, wsmp,
};

/// The bank of one wave and one region.
fn read(parts: &[Vec<u8>]) -> Bank {
    let wave = list(b"wave", parts);
    Bank::read(&collection(&[instrument(&[region(&[])], &[])], &[wave])).unwrap()
}

/// The frames of a wave whose only warnings are these.
#[track_caller]
fn frames(parts: &[Vec<u8>], defects: &[Defect]) -> Frames {
    let bank = read(parts);
    let found: Vec<Defect> = bank.warnings.iter().map(|it| it.defect).collect();
    assert_eq!(found, defects);
    for warning in &bank.warnings {
        assert_eq!(warning.path, "RIFF(DLS )/wvpl/wave[0]/fmt ");
    }
    bank.waves[0].frames.clone()
}

/// A format of blocks with more after its usual fields.
fn blocks(tag: u16, channels: u16, bytes: u16, more: &[u16]) -> Vec<u8> {
    let head = [u16s(&[tag, channels]), u32s(&[8000, 0]), u16s(&[bytes, 4])].concat();
    chunk(b"fmt ", &[head, u16s(more)].concat())
}

#[test]
fn pcm_of_more_than_16_bits_keeps_24() {
    let data = chunk(b"data", &[0x56, 0x34, 0x12, 0xFF, 0xFF, 0x7F]);
    let defect = Defect::WaveForeign { tag: 1, bits: 24 };
    let found = frames(&[fmt(1, 1, 24), data], &[defect]);
    assert_eq!(found.high(), [0x1234, 0x7FFF]);
    assert_eq!(found.low(), Some(&[0x56, 0xFF][..]));

    let data = chunk(b"data", &[0x78, 0x56, 0x34, 0x12]);
    let defect = Defect::WaveForeign { tag: 1, bits: 32 };
    let found = frames(&[fmt(1, 1, 32), data], &[defect]);
    assert_eq!(
        (found.high(), found.low()),
        (&[0x1234][..], Some(&[0x56][..]))
    );
}

#[test]
fn pcm_of_an_odd_width_stands_in_whole_bytes() {
    let twelve = [u16s(&[1, 1]), u32s(&[8000, 16_000]), u16s(&[2, 12])].concat();
    let data = chunk(b"data", &[0xF0, 0x7F, 0x00, 0x80]);
    let defect = Defect::WaveForeign { tag: 1, bits: 12 };
    let found = frames(&[chunk(b"fmt ", &twelve), data], &[defect]);
    assert_eq!(found.high(), [0x7FF0, -32_768]);
}

#[test]
fn floating_point_becomes_24_bits() {
    let narrow = [0.5_f32, -1.0].map(f32::to_le_bytes).concat();
    let wide = [0.5_f64, -1.0].map(f64::to_le_bytes).concat();
    for (bits, data) in [(32, narrow), (64, wide)] {
        let defect = Defect::WaveForeign { tag: 3, bits };
        let found = frames(&[fmt(3, 1, bits), chunk(b"data", &data)], &[defect]);
        assert_eq!(found.high(), [0x4000, -32_768]);
        assert_eq!(found.low(), Some(&[0, 0][..]));
    }
}

#[test]
fn telephone_codings_are_decoded() {
    for (tag, codes, expected) in [
        (6, [0xD5, 0xAA, 0x2A, 0x55], [8, 32_256, -32_256, -8]),
        (7, [0xFF, 0x80, 0x00, 0xFE], [0, 32_124, -32_124, 8]),
    ] {
        let defect = Defect::WaveForeign { tag, bits: 8 };
        let found = frames(&[fmt(tag, 1, 8), chunk(b"data", &codes)], &[defect]);
        assert_eq!(found.high(), expected);
    }
}

#[test]
fn steps_of_the_ima_are_added_up_block_by_block() {
    // Steps 7, 9, 11 and 10: 7 up, 10 down, twice an eighth of a step up; then the next block.
    let first = [&[0, 0, 0, 0][..], &[0xC4, 0x00]].concat();
    let second = [&[0xE8, 3, 0, 0][..], &[0x00, 0x00]].concat();
    let data = chunk(b"data", &[first, second].concat());
    let defect = Defect::WaveForeign { tag: 0x11, bits: 4 };
    let wave = [blocks(0x11, 1, 6, &[2, 5]), data];
    let expected = [0, 7, -3, -2, -1, 1000, 1000, 1000, 1000, 1000];
    assert_eq!(frames(&wave, &[defect]).high(), expected);
    // The declared number of frames cuts off what fills the last block.
    let cut = [wave.to_vec(), vec![chunk(b"fact", &u32s(&[7]))]].concat();
    assert_eq!(frames(&cut, &[defect]).high(), &expected[..7]);
}

#[test]
fn corrections_of_microsoft_are_added_up() {
    // Weights 1 and 0; a step of 16, which does not get smaller.
    let head = [vec![0], u16s(&[16, 100, 50])].concat();
    let data = chunk(b"data", &[head, vec![0x1F]].concat());
    let defect = Defect::WaveForeign { tag: 2, bits: 4 };
    let plain = [blocks(2, 1, 8, &[]), data.clone()];
    assert_eq!(frames(&plain, &[defect]).high(), [50, 100, 116, 100]);
    // A format that brings its own weights, 1/2 and 0.
    let own = [blocks(2, 1, 8, &[4, 4, 1, 128, 0]), data];
    assert_eq!(frames(&own, &[defect]).high(), [50, 100, 66, 17]);
}

#[test]
fn blocks_of_two_channels_are_taken_apart() {
    let heads = [&[0, 0, 0, 0][..], &[100, 0, 0, 0]].concat();
    let words = [[0xC4, 0, 0, 0], [0, 0, 0, 0]].concat();
    let data = chunk(b"data", &[heads, words].concat());
    let bank = read(&[blocks(0x11, 2, 16, &[]), data]);
    assert_eq!(bank.waves[0].frames.high()[..4], [0, 7, -3, -2]);
    assert_eq!(bank.waves[1].frames.high()[..4], [100, 100, 100, 100]);

    let heads = [vec![0, 0], u16s(&[16, 16, 100, 7, 50, 5])].concat();
    let data = chunk(b"data", &[heads, vec![0x1F]].concat());
    let bank = read(&[blocks(2, 2, 15, &[]), data]);
    assert_eq!(bank.waves[0].frames.high(), [50, 100, 116]);
    assert_eq!(bank.waves[1].frames.high(), [5, 7, -9]);
}

#[test]
fn lower_bytes_that_do_not_match_are_ignored() {
    let parts = |bytes: usize| {
        let low = chunk(b"DMUL", &vec![7; bytes]);
        read(&[fmt(1, 1, 16), chunk(b"data", &u16s(&[1, 2])), low])
    };
    assert_eq!(parts(2).waves[0].frames.low(), Some(&[7, 7][..]));
    assert_eq!(parts(2).warnings, []);
    let bank = parts(3);
    assert_eq!(bank.waves[0].frames.low(), None);
    let (declared, used) = (3, 2);
    assert_eq!(bank.warnings[0].defect, Defect::LowBytes { declared, used });
    assert_eq!(bank.warnings[0].path, "RIFF(DLS )/wvpl/wave[0]/data");
}

/// The regions of a file whose first wave has two channels, and the second one.
fn stereo_regions(regions: &[Vec<u8>], more: &[Vec<u8>]) -> Vec<Region> {
    let data = chunk(b"data", &u16s(&[1, 2, 3, 4]));
    let id = chunk(b"dlid", &[1; 16]);
    let pair = list(b"wave", &[id, fmt(1, 2, 16), data, wsmp(60, Some([0, 2]))]);
    let file = collection(&[instrument(regions, more)], &[pair, wave(&[])]);
    let bank = Bank::read(&file).unwrap();
    let found: Vec<Defect> = bank.warnings.iter().map(|it| it.defect).collect();
    assert_eq!(found, [Defect::WaveStereo]);
    assert_eq!(bank.waves.len(), 3);
    assert_eq!(bank.waves[0].frames.high(), [1, 3]);
    assert_eq!(bank.waves[1].frames.high(), [2, 4]);
    assert_eq!(bank.waves[0].sample, bank.waves[1].sample);
    // Neither half is the wave of that id.
    assert_eq!(bank.waves[0].about.id(), None);
    bank.instruments[0].regions.clone()
}

fn link(channel: u32, phase_group: u16) -> WaveLink {
    WaveLink {
        phase_master: channel == 1,
        multi_channel: true,
        phase_group,
        channels: channel,
    }
}

/// What moves a region's place.
fn pan(region: &Region) -> i32 {
    let list = region.articulation.as_ref().unwrap();
    let pan = |it: &&Connection| it.destination == Destination::Pan && it.source == Source::None;
    list.iter().find(pan).unwrap().scale
}

const HALF: i32 = 500 << 16;

#[test]
fn recording_of_two_channels_becomes_two_linked_regions_panned_hard() {
    let mono = list(b"rgn2", &[rgnh(), wlnk(1)]);
    let regions = stereo_regions(&[region(&[]), mono, region(&[])], &[]);
    let waves: Vec<usize> = regions.iter().map(|it| it.wave).collect();
    assert_eq!(waves, [0, 1, 2, 0, 1]);
    let links = [link(1, 1), link(2, 1), link(1, 2), link(2, 2)];
    for (index, expected) in [0, 1, 3, 4].into_iter().zip(links) {
        assert_eq!(regions[index].link, expected);
        let side = if expected.channels == 1 { -HALF } else { HALF };
        assert_eq!(pan(&regions[index]), side);
    }
    assert_eq!(regions[2].articulation, None);
}

#[test]
fn halves_keep_what_the_region_said() {
    let lists = |scale| {
        list(
            b"lar2",
            &[art(b"art2", &[([0, 0, 4, 0], scale), ([0, 0, 3, 0], 5)])],
        )
    };
    let own = stereo_regions(&[region(&[lists(7)])], &[lists(9)]);
    assert_eq!((pan(&own[0]), pan(&own[1])), (7 - HALF, 7 + HALF));
    let shared = stereo_regions(&[region(&[])], &[lists(9)]);
    assert_eq!((pan(&shared[0]), pan(&shared[1])), (9 - HALF, 9 + HALF));
    for region in own.iter().chain(&shared) {
        assert_eq!(region.articulation.as_ref().unwrap().len(), 2);
    }
}

#[test]
fn halves_join_the_phase_group_of_their_region() {
    let grouped = chunk(b"wlnk", &[u16s(&[1, 1]), u32s(&[1, 0])].concat());
    let other = chunk(b"wlnk", &[u16s(&[0, 1]), u32s(&[1, 1])].concat());
    let regions = [
        list(b"rgn2", &[rgnh(), grouped]),
        list(b"rgn2", &[rgnh(), other]),
        region(&[]),
    ];
    let regions = stereo_regions(&regions, &[]);
    let groups: Vec<(u16, bool)> = regions
        .iter()
        .map(|it| (it.link.phase_group, it.link.phase_master))
        .collect();
    assert_eq!(
        groups,
        [(1, true), (1, false), (1, false), (2, true), (2, false)]
    );
}

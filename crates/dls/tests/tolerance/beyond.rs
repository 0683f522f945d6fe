//! Connections that say too little, and our own chunks when they are wrong.

use dmus_dls::bank::{Curve, Dialect};
use dmus_dls::{Bank, Defect};

use crate::file::{art, chunk, collection, instrument, list, region, u16s, u32s, wave};
use crate::{REGION, read, read_region};

const INSTRUMENT: &str = "RIFF(DLS )/lins/ins [0]";

#[test]
fn level_2_source_left_open_is_taken_from_the_tables() {
    // Velocity to gain with the curve at the wrong end, an oscillator without its polarity.
    let blocks = [([2, 0, 1, 1], 0), ([9, 0x81, 3, 0], 5), ([0, 0, 3, 0], 6)];
    let own = list(b"lar2", &[art(b"art2", &blocks)]);
    let defect = Defect::TransformImplied { blocks: 2 };
    let region = read_region(own, "lar2/art2", defect);
    let list = region.articulation.unwrap();
    let velocity = list[0].source_transform;
    assert_eq!((velocity.curve, velocity.invert), (Curve::Concave, true));
    assert_eq!(list[0].output_curve, Curve::Linear);
    assert!(list[1].source_transform.bipolar);
}

#[test]
fn key_that_scales_a_time_both_ways_scales_it_from_zero_on() {
    let blocks = [([3, 0, 0x0207, 0x4000], 5), ([2, 0, 0x0206, 0x4000], 6)];
    let own = list(b"lar2", &[art(b"art2", &blocks)]);
    let defect = Defect::TimeBipolar { blocks: 2 };
    let region = read_region(own, "lar2/art2", defect);
    let list = region.articulation.unwrap();
    assert!(list.iter().all(|it| !it.source_transform.bipolar));
}

#[test]
fn connection_stated_twice_in_one_list_counts_as_the_last() {
    let blocks = [([0, 0, 3, 0], 5), ([0, 0, 4, 0], 6), ([0, 0, 3, 0], 7)];
    let file = collection(
        &[instrument(
            &[region(&[list(b"lar2", &[art(b"art2", &blocks)])])],
            &[],
        )],
        &[wave(&[])],
    );
    let bank = read(&file, REGION, Defect::StatedTwice { connections: 1 });
    let list = bank.instruments[0].regions[0]
        .articulation
        .as_ref()
        .unwrap();
    let scales: Vec<i32> = list.iter().map(|it| it.scale).collect();
    assert_eq!(scales, [6, 7]);
}

#[test]
fn rules_of_an_unknown_number_are_those_of_dls() {
    let file = collection(
        &[instrument(
            &[region(&[])],
            &[chunk(b"DMUI", &u16s(&[2, 0]))],
        )],
        &[wave(&[])],
    );
    let path = format!("{INSTRUMENT}/DMUI");
    let bank = read(&file, &path, Defect::UnknownDialect { number: 2 });
    assert_eq!(bank.instruments[0].dialect, Dialect::Dls);
}

/// A chunk of a region: fixed key and velocity, then insertions of `[index, source]`.
fn own(fixed: [u8; 2], declared: u16, insertions: &[[u16; 2]]) -> Vec<u8> {
    let mut body = [fixed.to_vec(), u16s(&[0, declared])].concat();
    for [index, source] in insertions {
        body.extend(u16s(&[*index, *source, 0, 3, 0]));
        body.extend(u32s(&[5]));
    }
    chunk(b"DMUR", &body)
}

#[test]
fn fixed_key_or_velocity_out_of_range_is_none() {
    for (fixed, value) in [([200, 255], 200), ([255, 0], 0), ([255, 128], 128)] {
        let defect = Defect::FixedOutOfRange { value };
        let region = read_region(own(fixed, 0, &[]), "DMUR", defect);
        assert_eq!((region.fixed_key, region.fixed_velocity), (None, None));
    }
}

#[test]
fn insertions_that_are_not_there_or_unknown_are_ignored() {
    let (declared, found) = (9, 1);
    let defect = Defect::CountMismatch { declared, found };
    let region = read_region(own([255; 2], 9, &[[0, 0x7E00]]), "DMUR", defect);
    assert_eq!(region.articulation.unwrap().len(), 1);

    let insertions = [[0, 0x7E0F], [1, 0x7E10], [2, 0x0055]];
    let defect = Defect::UnknownInsertion { blocks: 2 };
    let region = read_region(own([255; 2], 3, &insertions), "DMUR", defect);
    assert_eq!(region.articulation.unwrap().len(), 1);
}

#[test]
fn numbers_of_ours_mean_nothing_in_plain_lists() {
    for (block, defect) in [
        (
            [0x7E00, 0, 3, 0],
            Defect::UnknownSource {
                code: 0x7E00,
                blocks: 1,
            },
        ),
        (
            [0, 0, 0x7E00, 0],
            Defect::UnknownDestination {
                code: 0x7E00,
                blocks: 1,
            },
        ),
        (
            [0, 0, 0x7E80, 0],
            Defect::UnknownDestination {
                code: 0x7E80,
                blocks: 1,
            },
        ),
        (
            [0, 0, 3, 4],
            Defect::UnknownTransform { word: 4, blocks: 1 },
        ),
    ] {
        let own = list(b"lar2", &[art(b"art2", &[(block, 5)])]);
        read_region(own, "lar2/art2", defect);
    }
}

#[test]
fn no_articulation_at_all_is_what_the_tables_imply() {
    let file = collection(&[instrument(&[region(&[])], &[])], &[wave(&[])]);
    let bank = Bank::read(&file).unwrap();
    assert_eq!(bank.warnings, []);
    assert!(bank.instruments[0].articulation.is_empty());
    assert_eq!(bank.instruments[0].regions[0].articulation, None);
}

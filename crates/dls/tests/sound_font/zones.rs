//! Zones: which of them play, over which keys and velocities.

use std::ops::RangeInclusive;

use dmus_dls::bank::Destination;
use dmus_dls::{Bank, Defect};

use crate::sf2::{Font, HEADER, preset, span, zone};
use crate::{base, defects, flawless, read, region};

const KEYS: u16 = 43;
const VELOCITIES: u16 = 44;
const INSTRUMENT: u16 = 41;
const SAMPLE: u16 = 53;
const PAN: u16 = 17;

type Ranges = (RangeInclusive<u8>, RangeInclusive<u8>);

fn ranges(bank: &Bank) -> Vec<Ranges> {
    let regions = &bank.instruments[0].regions;
    let both = |region: &dmus_dls::bank::Region| (region.keys.clone(), region.velocities.clone());
    regions.iter().map(both).collect()
}

fn pans(bank: &Bank) -> Vec<i32> {
    let regions = bank.instruments[0].regions.iter();
    regions
        .map(|region| base(region, Destination::Pan) / 65_536)
        .collect()
}

#[test]
fn zone_without_ranges_has_all_keys_and_velocities() {
    let bank = flawless(&Font::of(&[zone(&[(SAMPLE, 0)])]));
    assert_eq!(ranges(&bank), [(0..=127, 0..=127)]);
}

#[test]
fn region_has_what_preset_and_instrument_zone_have_in_common() {
    let inner = zone(&[
        (KEYS, span(10, 60)),
        (VELOCITIES, span(40, 127)),
        (SAMPLE, 0),
    ]);
    let outer = zone(&[
        (KEYS, span(30, 90)),
        (VELOCITIES, span(0, 63)),
        (INSTRUMENT, 0),
    ]);
    let bank = flawless(&Font::of(&[inner]).with_preset(&[outer]));
    assert_eq!(ranges(&bank), [(30..=60, 40..=63)]);
}

#[test]
fn every_matching_pair_of_zones_is_a_region() {
    let split = [
        zone(&[(KEYS, span(0, 59)), (SAMPLE, 0)]),
        zone(&[(KEYS, span(60, 127)), (SAMPLE, 0)]),
    ];
    let outer = [
        zone(&[(INSTRUMENT, 0)]),
        zone(&[(KEYS, span(50, 70)), (INSTRUMENT, 0)]),
        zone(&[(KEYS, span(0, 10)), (INSTRUMENT, 0)]),
    ];
    let bank = flawless(&Font::of(&split).with_preset(&outer));
    let keys: Vec<_> = ranges(&bank).into_iter().map(|both| both.0).collect();
    assert_eq!(keys, [0..=59, 60..=127, 50..=59, 60..=70, 0..=10]);
}

#[test]
fn first_zone_without_an_end_holds_for_all_others() {
    let inner = [
        zone(&[(KEYS, span(0, 50)), (PAN, 100)]),
        zone(&[(SAMPLE, 0)]),
        zone(&[(KEYS, span(60, 70)), (PAN, -200), (SAMPLE, 0)]),
    ];
    let bank = flawless(&Font::of(&inner));
    assert_eq!(ranges(&bank), [(0..=50, 0..=127), (60..=70, 0..=127)]);
    assert_eq!(pans(&bank), [100, -200]);
}

#[test]
fn global_zone_of_a_preset_is_replaced_and_then_added() {
    let inner = zone(&[(PAN, 100), (SAMPLE, 0)]);
    let outer = [
        zone(&[(KEYS, span(0, 50)), (PAN, 10)]),
        zone(&[(INSTRUMENT, 0)]),
        zone(&[(PAN, -30), (INSTRUMENT, 0)]),
    ];
    let bank = flawless(&Font::of(&[inner]).with_preset(&outer));
    assert_eq!(pans(&bank), [110, 70]);
    assert_eq!(ranges(&bank)[0].0, 0..=50);
}

#[test]
fn later_zones_that_lead_nowhere_are_ignored() {
    let inner = [
        zone(&[(SAMPLE, 0)]),
        zone(&[(PAN, 100)]),
        zone(&[]),
        zone(&[(SAMPLE, 0)]),
    ];
    let bank = read(&Font::of(&inner));
    assert_eq!(defects(&bank), [Defect::ZoneOpen, Defect::ZoneOpen]);
    assert_eq!(bank.warnings[0].path, "RIFF(sfbk)/pdta/inst[0]/ibag[1]");
    assert_eq!(pans(&bank), [0, 0]);
}

#[test]
fn zones_that_lead_too_far_are_ignored() {
    let inner = [zone(&[(SAMPLE, 7)]), zone(&[(SAMPLE, 0)])];
    let outer = [zone(&[(INSTRUMENT, 9)]), zone(&[(INSTRUMENT, 0)])];
    let bank = read(&Font::of(&inner).with_preset(&outer));
    assert_eq!(
        defects(&bank),
        [
            Defect::ZoneTarget { index: 9, count: 1 },
            Defect::ZoneTarget { index: 7, count: 1 }
        ]
    );
    assert_eq!(ranges(&bank).len(), 1);
}

#[test]
fn zones_of_a_sample_that_cannot_be_played_are_ignored() {
    let mut font = Font::of(&[zone(&[(SAMPLE, 1)]), zone(&[(SAMPLE, 0)])]);
    let mut rom = HEADER;
    rom.kind = 0x8001;
    font.samples.push(rom);
    let bank = read(&font);
    assert_eq!(
        defects(&bank),
        [Defect::ZoneSample { sample: 1 }, Defect::SampleInRom]
    );
    assert_eq!(ranges(&bank).len(), 1);
}

#[test]
fn what_is_wrong_with_an_instrument_is_said_once_for_all_its_presets() {
    let mut font = Font::of(&[zone(&[(SAMPLE, 0)]), zone(&[(2, 95), (54, 1), (SAMPLE, 0)])]);
    font.presets = (0..5)
        .map(|program| preset(0, program, &[zone(&[(INSTRUMENT, 0)])]))
        .collect();
    let bank = read(&font);
    assert_eq!(bank.instruments.len(), 5);
    assert_eq!(
        defects(&bank),
        [Defect::LoopLost {
            start: 105,
            end: 90,
            frames: 100
        }]
    );
}

#[test]
fn ranges_may_stand_anywhere_before_the_end() {
    let odd = zone(&[
        (PAN, 5),
        (VELOCITIES, span(1, 2)),
        (KEYS, span(3, 4)),
        (SAMPLE, 0),
    ]);
    let bank = read(&Font::of(&[odd]));
    assert_eq!(
        defects(&bank),
        [Defect::GeneratorOrder {
            generator: VELOCITIES,
            count: 2
        }]
    );
    assert_eq!(ranges(&bank), [(3..=4, 1..=2)]);
}

#[test]
fn generators_behind_the_end_are_ignored() {
    let bank = read(&Font::of(&[zone(&[
        (SAMPLE, 0),
        (PAN, 5),
        (KEYS, span(1, 2)),
    ])]));
    assert_eq!(
        defects(&bank),
        [Defect::GeneratorBehind {
            generator: PAN,
            count: 2
        }]
    );
    assert_eq!(pans(&bank), [0]);
    assert_eq!(ranges(&bank), [(0..=127, 0..=127)]);
}

#[test]
fn last_of_two_equal_generators_counts() {
    let bank = read(&Font::of(&[zone(&[(PAN, 5), (PAN, 6), (SAMPLE, 0)])]));
    assert_eq!(
        defects(&bank),
        [Defect::GeneratorTwice {
            generator: PAN,
            count: 1
        }]
    );
    assert_eq!(pans(&bank), [6]);
}

#[test]
fn range_that_is_none_drops_its_zone() {
    let inner = [
        zone(&[(KEYS, span(9, 3)), (SAMPLE, 0)]),
        zone(&[(VELOCITIES, span(9, 3)), (SAMPLE, 0)]),
        zone(&[(KEYS, span(3, 255)), (SAMPLE, 0)]),
    ];
    let bank = read(&Font::of(&inner));
    assert_eq!(
        defects(&bank),
        [
            Defect::KeyRange { low: 9, high: 3 },
            Defect::VelocityRange { low: 9, high: 3 },
            Defect::RangeEnd { high: 255 }
        ]
    );
    assert_eq!(ranges(&bank), [(3..=127, 0..=127)]);
}

#[test]
fn unused_and_unknown_generators_are_ignored() {
    for generator in [14, 18, 19, 20, 41, 42, 49, 55, 59, 60, 61, 64, 127, 0xFFFF] {
        let bank = read(&Font::of(&[zone(&[(generator, 1), (SAMPLE, 0)])]));
        let count = 1;
        assert_eq!(
            defects(&bank),
            [Defect::GeneratorUnknown { generator, count }]
        );
        assert_eq!(bank.instruments[0].regions[0], region(zone(&[(SAMPLE, 0)])));
    }
}

#[test]
fn generators_that_presets_may_not_have_are_ignored_there() {
    for generator in [0, 1, 2, 3, 4, 12, 45, 46, 47, 50, 54, 57, 58] {
        let outer = zone(&[(generator, 1), (INSTRUMENT, 0)]);
        let bank = read(&Font::of(&[zone(&[(SAMPLE, 0)])]).with_preset(&[outer]));
        let count = 1;
        assert_eq!(
            defects(&bank),
            [Defect::GeneratorAtPreset { generator, count }]
        );
        assert_eq!(bank.instruments[0].regions[0], region(zone(&[(SAMPLE, 0)])));
    }
}

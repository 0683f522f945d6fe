//! Modulators: sources, destinations, lists of several zones, and what goes through links.

use dmus_dls::bank::{Connection, Curve, Destination, Region, Source, Transform};
use dmus_dls::{Bank, Defect};

use crate::file::{chunk, u16s};
use crate::sf2::{Font, Modulator, modulated, zone};
use crate::{amount, base, defects, effective, flawless, read, region};

const ONE: i32 = 65_536;
/// Destination fine tune.
const TUNE: u16 = 52;
/// Destination attenuation.
const ATTENUATION: u16 = 48;
/// Destination: a modulator of the zone.
const LINK: u16 = 0x8000;
/// Source: what is linked.
const LINKED: u16 = 127;
/// Modulation wheel.
const WHEEL: u16 = 0x0081;
/// Velocity as it is.
const VELOCITY: u16 = 0x0002;

/// A region of one zone with some modulators.
#[track_caller]
fn with(modulators: &[Modulator]) -> Region {
    region(modulated(&[(53, 0)], modulators))
}

/// What a region says for itself.
fn own(region: &Region) -> &[Connection] {
    region.articulation.as_deref().unwrap()
}

fn word(amount: i16) -> u16 {
    u16::from_le_bytes(amount.to_le_bytes())
}

/// The only connection of a region's own.
#[track_caller]
fn only(region: &Region) -> Connection {
    assert_eq!(own(region).len(), 1, "{:?}", own(region));
    own(region)[0]
}

#[test]
fn default_modulators_are_the_defaults_of_the_model() {
    let defaults = [
        [0x0502, ATTENUATION, 960, 0, 0],
        [0x000D, 6, 50, 0, 0],
        [0x0081, 6, 50, 0, 0],
        [0x0587, ATTENUATION, 960, 0, 0],
        [0x028A, 17, 500, 0, 0],
        [0x058B, ATTENUATION, 960, 0, 0],
        [0x00DB, 16, 200, 0, 0],
        [0x00DD, 15, 200, 0, 0],
        [0x020E, TUNE, 12_700, 0x0010, 0],
    ];
    assert_eq!(own(&with(&defaults)), []);
    for (index, default) in defaults.iter().enumerate() {
        // Without an amount each is switched off, and nothing else is said.
        let mut off = *default;
        off[2] = 0;
        assert_eq!(only(&with(&[off])).scale, 0, "{index}");
    }
}

#[test]
fn velocity_has_no_effect_once_its_modulator_is_switched_off() {
    let region = with(&[[0x0502, ATTENUATION, 0, 0, 0]]);
    let key = (Source::Velocity, Source::None, Destination::Gain);
    assert_eq!(amount(&region, key), 0);
}

#[test]
fn velocity_closes_the_filter_only_where_the_bank_says_so() {
    let key = (Source::Velocity, Source::None, Destination::FilterCutoff);
    let plain = region(modulated(&[(8, 5000), (53, 0)], &[]));
    assert_eq!(amount(&plain, key), 0);
    let says = [0x0102, 8, word(-2400), 0, 0];
    let told = region(modulated(&[(8, 5000), (53, 0)], &[says]));
    assert_eq!(amount(&told, key), -2400 * ONE);
}

#[test]
fn modulators_of_the_bank_replace_the_default_ones() {
    let mut font = Font::of(&[zone(&[(53, 0)])]);
    let records = [[0x0587, ATTENUATION, 480, 0, 0], [0; 5]];
    let body: Vec<u8> = records.iter().flat_map(|record| u16s(record)).collect();
    font.info.push(chunk(b"DMOD", &body));
    let bank = flawless(&font);
    let region = &bank.instruments[0].regions[0];
    let volume = (Source::Controller(7), Source::None, Destination::Gain);
    assert_eq!(amount(region, volume), -480 * ONE);
    let rest = effective(region);
    let left: Vec<Source> = rest
        .iter()
        .filter(|it| it.scale != 0 && it.source != Source::None)
        .map(|it| it.source)
        .collect();
    // What is no modulator stays: the key, the envelope, the channel's tuning.
    for source in [Source::KeyNumber, Source::Eg1, Source::Rpn1] {
        assert!(left.contains(&source));
    }
    assert_eq!(left.len(), 4);
}

#[test]
fn every_source_is_that_of_the_model() {
    for (index, source) in [
        (2, Source::Velocity),
        (3, Source::KeyNumber),
        (10, Source::PolyPressure),
        (13, Source::ChannelPressure),
        (14, Source::PitchWheel),
        (16, Source::Rpn0),
        (0x80 | 74, Source::Controller(74)),
        (0x80 | 2, Source::Controller(2)),
    ] {
        let connection = only(&without_constants(with(&[[index, 9, 30, 0, 0]])));
        assert_eq!(connection.source, source);
        assert_eq!(connection.scale, 30 * ONE);
    }
}

/// Leaves out the constants, which here only say that there is a filter.
fn without_constants(mut region: Region) -> Region {
    let list = region.articulation.as_mut().unwrap();
    list.retain(|it| (it.source, it.control) != (Source::None, Source::None));
    region
}

#[test]
fn direction_polarity_and_type_of_both_sources_are_kept() {
    for (kind, curve) in [
        (0, Curve::Linear),
        (1, Curve::Concave),
        (2, Curve::Convex),
        (3, Curve::Switch),
    ] {
        for (bits, bipolar, invert) in [
            (0, false, false),
            (0x100, false, true),
            (0x200, true, false),
            (0x300, true, true),
        ] {
            let shape = kind << 10 | bits;
            let connection = only(&with(&[[WHEEL | shape, TUNE, 7, VELOCITY | shape, 0]]));
            let transform = Transform {
                curve,
                bipolar,
                invert,
            };
            assert_eq!(connection.source, Source::Controller(1));
            assert_eq!(connection.source_transform, transform);
            assert_eq!(connection.control, Source::Velocity);
            assert_eq!(connection.control_transform, transform);
        }
    }
}

#[test]
fn sources_without_a_meaning_drop_their_modulator() {
    for source in [
        1, 0x11, 0x80, 0x86, 0xA0, 0xA6, 0xBF, 0xE2, 0xF8, 0xFF, 0x1002,
    ] {
        for modulator in [[source, TUNE, 9, 0, 0], [WHEEL, TUNE, 9, source, 0]] {
            let bank = read(&Font::of(&[modulated(&[(53, 0)], &[modulator])]));
            let defect = Defect::UnknownSource {
                code: source,
                blocks: 1,
            };
            assert_eq!(defects(&bank), [defect]);
            assert_eq!(own(&bank.instruments[0].regions[0]), []);
        }
    }
    let linked_amount = [WHEEL, TUNE, 9, LINKED, 0];
    let bank = read(&Font::of(&[modulated(&[(53, 0)], &[linked_amount])]));
    assert!(matches!(
        defects(&bank)[..],
        [Defect::UnknownSource { code: LINKED, .. }]
    ));
}

#[test]
fn transforms_without_a_meaning_drop_their_modulator() {
    for word in [1, 3, 0xFFFF] {
        let bank = read(&Font::of(&[modulated(
            &[(53, 0)],
            &[[WHEEL, TUNE, 9, 0, word]],
        )]));
        assert_eq!(
            defects(&bank),
            [Defect::ModulatorTransform { word, count: 1 }]
        );
        assert_eq!(own(&bank.instruments[0].regions[0]), []);
    }
}

#[test]
fn generators_that_are_no_sums_cannot_be_modulated() {
    for code in [
        1, 2, 3, 12, 14, 41, 43, 44, 45, 46, 47, 50, 53, 54, 56, 57, 58, 60, 99,
    ] {
        let bank = read(&Font::of(&[modulated(
            &[(53, 0)],
            &[[WHEEL, code, 9, 0, 0]],
        )]));
        assert_eq!(
            defects(&bank),
            [Defect::UnknownDestination { code, blocks: 1 }]
        );
        assert_eq!(own(&bank.instruments[0].regions[0]), []);
    }
}

#[test]
fn record_of_zeros_is_no_modulator_and_no_fault() {
    assert_eq!(own(&with(&[[0; 5]])), []);
}

#[test]
fn every_generator_that_is_a_sum_has_its_destination_and_unit() {
    use Destination as To;
    for (generator, destination, unit) in [
        (8, To::FilterCutoff, ONE),
        (9, To::FilterQ, ONE),
        (15, To::Chorus, ONE),
        (16, To::Reverb, ONE),
        (17, To::Pan, ONE),
        (21, To::ModLfoDelay, ONE),
        (22, To::ModLfoFrequency, ONE),
        (23, To::VibLfoDelay, ONE),
        (24, To::VibLfoFrequency, ONE),
        (25, To::Eg2Delay, ONE),
        (26, To::Eg2Attack, ONE),
        (27, To::Eg2Hold, ONE),
        (28, To::Eg2Decay, ONE),
        (29, To::Eg2Sustain, -ONE),
        (30, To::Eg2Release, ONE),
        (33, To::Eg1Delay, ONE),
        (34, To::Eg1Attack, ONE),
        (35, To::Eg1Hold, ONE),
        (36, To::Eg1Decay, ONE),
        (38, To::Eg1Release, ONE),
        (ATTENUATION, To::Gain, -ONE),
        (51, To::Pitch, 100 * ONE),
        (TUNE, To::Pitch, ONE),
        (0, To::SampleStart, 1),
        (4, To::SampleStart, 32_768),
    ] {
        let region = with(&[[0x00CA, generator, 48, 0, 0]]);
        let key = (Source::Controller(74), Source::None, destination);
        assert_eq!(amount(&region, key), 48 * unit, "{generator}");
    }
    // A centibel of 960 as a share of the whole.
    let region = with(&[[0x00CA, 37, 48, 0, 0]]);
    let key = (Source::Controller(74), Source::None, To::Eg1Sustain);
    assert_eq!(amount(&region, key), -50 * ONE);
}

#[test]
fn time_that_is_modulated_is_literal_and_not_none_at_all() {
    let region = with(&[[0x00CA, 34, 600, 0, 0]]);
    assert_eq!(base(&region, Destination::Eg1Attack), -12_000 * ONE);
    let still = with(&[[0x00CA, 35, 600, 0, 0]]);
    assert_eq!(
        base(&still, Destination::Eg1Attack),
        dmus_dls::defaults::ZERO_TIME
    );
}

#[test]
fn filter_that_is_modulated_is_there() {
    for (generator, value) in [(8, word(-3000)), (9, 40), (10, 100), (11, 100)] {
        let region = with(&[[0x00CA, generator, value, 0, 0]]);
        assert_eq!(base(&region, Destination::FilterCutoff), 13_500 * ONE);
    }
}

#[test]
fn depth_of_an_oscillator_is_controlled() {
    use Destination::{FilterCutoff, Gain, Pitch};
    for (generator, carrier, destination) in [
        (5, Source::ModLfo, Pitch),
        (6, Source::VibLfo, Pitch),
        (7, Source::Eg2, Pitch),
        (10, Source::ModLfo, FilterCutoff),
        (11, Source::Eg2, FilterCutoff),
        (13, Source::ModLfo, Gain),
    ] {
        let region = with(&[[0x00CA, generator, 40, 0, 0]]);
        let key = (carrier, Source::Controller(74), destination);
        assert_eq!(amount(&region, key), 40 * ONE, "{generator}");
    }
}

#[test]
fn second_source_of_a_depth_goes_through_a_link() {
    let region = with(&[[0x00CA, 6, 40, VELOCITY, 0]]);
    let sum = (
        Source::Controller(74),
        Source::Velocity,
        Destination::Link(0),
    );
    assert_eq!(amount(&region, sum), ONE);
    let depth = (Source::VibLfo, Source::Link(0), Destination::Pitch);
    assert_eq!(amount(&region, depth), 40 * ONE);
    assert_eq!(own(&region).len(), 2);
}

#[test]
fn absolute_value_is_a_curve_of_the_product() {
    let bipolar = 0x0281;
    let connection = only(&with(&[[bipolar, TUNE, word(-30), 0, 2]]));
    assert_eq!(connection.output_curve, Curve::Absolute);
    assert_eq!(connection.scale, 30 * ONE);
    let region = with(&[[bipolar, 5, 30, 0, 2]]);
    let link = own(&region)
        .iter()
        .find(|it| it.destination == Destination::Link(0));
    assert_eq!(link.unwrap().output_curve, Curve::Absolute);
}

#[test]
fn two_curves_of_one_source_both_count() {
    let concave = [0x0481, TUNE, 30, 0, 0];
    let linear = [WHEEL, TUNE, 7, 0, 0];
    let region = with(&[concave, linear]);
    let direct = (Source::Controller(1), Source::None, Destination::Pitch);
    assert_eq!(amount(&region, direct), 30 * ONE);
    let other = (Source::Link(0), Source::None, Destination::Pitch);
    assert_eq!(amount(&region, other), 7 * ONE);
    // Beside a default modulator too.
    let region = with(&[[VELOCITY, ATTENUATION, 10, 0, 0]]);
    let default = (Source::Velocity, Source::None, Destination::Gain);
    assert_eq!(amount(&region, default), -960 * ONE);
    let other = (Source::Link(0), Source::None, Destination::Gain);
    assert_eq!(amount(&region, other), -10 * ONE);
}

#[test]
fn coarse_and_fine_tune_by_one_source_add_up() {
    let region = with(&[[WHEEL, 51, 2, 0, 0], [WHEEL, TUNE, 5, 0, 0]]);
    assert_eq!(only(&region).scale, 205 * ONE);
}

#[test]
fn key_as_a_modulator_of_pitch_leaves_alone_how_pitch_follows_the_key() {
    let region = with(&[[3, TUNE, 64, 0, 0]]);
    let follows = (Source::KeyNumber, Source::None, Destination::Pitch);
    assert_eq!(amount(&region, follows), 12_800 * ONE);
    let modulates = (Source::Link(0), Source::None, Destination::Pitch);
    assert_eq!(amount(&region, modulates), 64 * ONE);
}

#[test]
fn modulator_without_a_source_is_a_constant() {
    let region = region(modulated(
        &[(17, 100), (53, 0)],
        &[
            [0, 17, 30, 0, 0],
            [0, TUNE, word(-9), 0, 2],
            [0, 48, 50, 0, 0],
        ],
    ));
    assert_eq!(base(&region, Destination::Pan), 130 * ONE);
    let sample = region.sample.unwrap();
    assert_eq!(sample.fine_tune, 9);
    assert!((sample.gain.db() + 2.0).abs() < 1e-4);
}

#[test]
fn wheel_and_pan_of_other_amounts_reach_their_ends_too() {
    let wheel = (Source::PitchWheel, Source::Rpn0, Destination::Pitch);
    let region = with(&[[0x020E, TUNE, 6350, 0x0010, 0]]);
    assert_eq!(amount(&region, wheel), 6400 * ONE);
    let pan = (Source::Controller(10), Source::None, Destination::Pan);
    assert_eq!(amount(&with(&[[0x028A, 17, 1000, 0, 0]]), pan), 1016 * ONE);
    assert_eq!(amount(&with(&[[0x028A, 17, 250, 0, 0]]), pan), 254 * ONE);
}

fn tune(source: u16, amount: i16) -> Modulator {
    [source, TUNE, word(amount), 0, 0]
}

/// Amount from the modulation wheel to pitch in a font's only region.
fn wheel_to_pitch(bank: &Bank) -> i32 {
    let key = (Source::Controller(1), Source::None, Destination::Pitch);
    amount(&bank.instruments[0].regions[0], key) / ONE
}

#[test]
fn local_modulators_replace_global_ones() {
    let inner = [
        modulated(&[], &[tune(WHEEL, 30)]),
        modulated(&[(53, 0)], &[tune(WHEEL, 70)]),
    ];
    assert_eq!(wheel_to_pitch(&flawless(&Font::of(&inner))), 70);
    let inner = [modulated(&[], &[tune(WHEEL, 30)]), zone(&[(53, 0)])];
    assert_eq!(wheel_to_pitch(&flawless(&Font::of(&inner))), 30);
    let off = [
        modulated(&[], &[tune(WHEEL, 30)]),
        modulated(&[(53, 0)], &[tune(WHEEL, 0)]),
    ];
    assert_eq!(wheel_to_pitch(&flawless(&Font::of(&off))), 0);
}

#[test]
fn modulators_of_a_preset_are_added() {
    let twice = modulated(&[(53, 0)], &[tune(WHEEL, 30), tune(WHEEL, 50)]);
    let outer = [
        modulated(&[], &[tune(WHEEL, 7), tune(0x0082, 9)]),
        modulated(&[(41, 0)], &[tune(WHEEL, 100)]),
    ];
    let bank = read(&Font::of(&[twice]).with_preset(&outer));
    assert_eq!(defects(&bank), [Defect::ModulatorTwice { count: 1 }]);
    assert_eq!(wheel_to_pitch(&bank), 150);
    let other = (Source::Controller(2), Source::None, Destination::Pitch);
    assert_eq!(amount(&bank.instruments[0].regions[0], other), 9 * ONE);
    // Beside the default ones too.
    let outer = modulated(&[(41, 0)], &[[0x0587, ATTENUATION, word(-100), 0, 0]]);
    let bank = flawless(&Font::of(&[zone(&[(53, 0)])]).with_preset(&[outer]));
    let volume = (Source::Controller(7), Source::None, Destination::Gain);
    assert_eq!(amount(&bank.instruments[0].regions[0], volume), -860 * ONE);
}

#[test]
fn linked_modulators_are_links() {
    let region = with(&[
        [LINKED, TUNE, 100, 0, 0],
        [WHEEL, LINK, 128, 0, 0],
        [VELOCITY, LINK, 64, 0x0082, 0],
    ]);
    let wheel = (Source::Controller(1), Source::None, Destination::Link(0));
    assert_eq!(amount(&region, wheel), ONE);
    let velocity = (
        Source::Velocity,
        Source::Controller(2),
        Destination::Link(0),
    );
    assert_eq!(amount(&region, velocity), ONE / 2);
    let pitch = (Source::Link(0), Source::None, Destination::Pitch);
    assert_eq!(amount(&region, pitch), 100 * ONE);
}

#[test]
fn direction_and_polarity_of_a_link_turn_its_sum() {
    for (bits, factor, offset) in [
        (0, 1.0, 0.0),
        (0x100, -1.0, 127.0 / 128.0),
        (0x200, 2.0, -1.0),
        (0x300, -2.0, 126.0 / 128.0),
    ] {
        let region = with(&[[LINKED | bits, TUNE, 100, 0, 0], [WHEEL, LINK, 128, 0, 0]]);
        let sum = (Source::Controller(1), Source::None, Destination::Link(0));
        let found = f64::from(amount(&region, sum)) / f64::from(ONE);
        assert!((found - factor).abs() < 1e-4);
        let constant = f64::from(base(&region, Destination::Link(0))) / f64::from(ONE);
        assert!((constant - offset).abs() < 1e-4);
    }
}

#[test]
fn links_to_nobody_and_in_rings_are_ignored() {
    let zone = modulated(
        &[(53, 0)],
        &[
            [WHEEL, LINK | 9, 1, 0, 0],
            [LINKED, LINK | 2, 1, 0, 0],
            [LINKED, LINK | 1, 1, 0, 0],
            [WHEEL, LINK | 3, 1, 0, 0],
        ],
    );
    let bank = read(&Font::of(&[zone]));
    assert_eq!(defects(&bank), [Defect::ModulatorUnheard { count: 4 }]);
    assert_eq!(own(&bank.instruments[0].regions[0]), []);
}

#[test]
fn modulators_that_find_no_link_are_counted() {
    let many: Vec<Modulator> = (64..84)
        .map(|controller| [0x80 | controller, 6, 10, VELOCITY, 0])
        .collect();
    let bank = read(&Font::of(&[modulated(&[(53, 0)], &many)]));
    assert_eq!(defects(&bank), [Defect::ModulatorLinks { count: 4 }]);
    assert_eq!(own(&bank.instruments[0].regions[0]).len(), 32);
}

#[test]
fn modulators_beyond_the_limit_of_a_zone_are_ignored() {
    let many: Vec<Modulator> = (0..65)
        .map(|number| [0x80 | (64 + number % 32), 5 + number / 32, 10, 0, 0])
        .collect();
    let bank = read(&Font::of(&[modulated(&[(53, 0)], &many)]));
    assert_eq!(defects(&bank), [Defect::OverLimit { limit: 64 }]);
}

//! Generators: what each becomes, its range, its default.

use dmus_dls::bank::{Connection, Destination, LoopKind, Region, Source, WaveLoop};
use dmus_dls::defaults::ZERO_TIME;
use dmus_dls::units::{AbsolutePitch, Percent, TimeCents};
use dmus_dls::{Attenuation, Bank, Defect, Image, ReadOptions};

use crate::sf2::{Font, Generator, HEADER, zone};
use crate::{amount, base, defects, flawless, read, region};

const ONE: i32 = 65_536;

/// A region of one sample with some generators.
#[track_caller]
fn with(generators: &[Generator]) -> Region {
    region(zone(&[generators, &[(53, 0)]].concat()))
}

/// What a region says for itself.
fn own(region: &Region) -> &[Connection] {
    region.articulation.as_deref().unwrap()
}

fn cents(scale: i32) -> f64 {
    f64::from(scale) / f64::from(ONE)
}

#[test]
fn zone_that_says_nothing_differs_in_nothing_from_the_defaults() {
    let region = with(&[]);
    assert_eq!(own(&region), []);
    assert_eq!(region.key_group, 0);
    assert_eq!((region.fixed_key, region.fixed_velocity), (None, None));
    let sample = region.sample.unwrap();
    assert_eq!((sample.unity_note, sample.fine_tune), (69, 0));
    assert_eq!((sample.gain.0, sample.wave_loop), (0, None));
}

#[test]
fn depths_are_connections_of_their_oscillator_or_envelope() {
    use Destination::{FilterCutoff, Gain, Pitch};
    for (generator, source, destination) in [
        (5, Source::ModLfo, Pitch),
        (6, Source::VibLfo, Pitch),
        (7, Source::Eg2, Pitch),
        (10, Source::ModLfo, FilterCutoff),
        (11, Source::Eg2, FilterCutoff),
        (13, Source::ModLfo, Gain),
    ] {
        let region = with(&[(generator, 70)]);
        let key = (source, Source::None, destination);
        assert_eq!(amount(&region, key), 70 * ONE, "{generator}");
        let found = own(&region).iter().find(|it| it.key() == key).unwrap();
        assert_eq!(found.source_transform.bipolar, source != Source::Eg2);
    }
}

#[test]
fn frequencies_sends_and_pan_are_constants_in_the_same_unit() {
    for (generator, value, destination) in [
        (15, 300, Destination::Chorus),
        (16, 400, Destination::Reverb),
        (17, -250, Destination::Pan),
        (22, -725, Destination::ModLfoFrequency),
        (24, 600, Destination::VibLfoFrequency),
    ] {
        let region = with(&[(generator, value)]);
        assert_eq!(base(&region, destination), i32::from(value) * ONE);
        assert_eq!(own(&region).len(), 1);
    }
}

#[test]
fn oscillators_run_at_8_176_hz_unless_told_otherwise() {
    let region = with(&[]);
    for destination in [Destination::ModLfoFrequency, Destination::VibLfoFrequency] {
        let hz = AbsolutePitch(base(&region, destination)).hz();
        assert!((hz - 8.1758).abs() < 1e-4);
    }
}

#[test]
fn cutoff_that_lets_everything_through_is_no_filter() {
    assert_eq!(own(&with(&[(8, 13_500), (9, 0)])), []);
    let closed = with(&[(8, 9000)]);
    assert_eq!(base(&closed, Destination::FilterCutoff), 9000 * ONE);
    let ringing = with(&[(9, 120)]);
    assert_eq!(base(&ringing, Destination::FilterCutoff), 13_500 * ONE);
    assert_eq!(base(&ringing, Destination::FilterQ), 120 * ONE);
    let swept = with(&[(11, -600)]);
    assert_eq!(base(&swept, Destination::FilterCutoff), 13_500 * ONE);
}

#[test]
fn times_are_time_cents_and_the_shortest_is_none_at_all() {
    for (generator, destination) in [
        (21, Destination::ModLfoDelay),
        (23, Destination::VibLfoDelay),
        (25, Destination::Eg2Delay),
        (26, Destination::Eg2Attack),
        (27, Destination::Eg2Hold),
        (28, Destination::Eg2Decay),
        (30, Destination::Eg2Release),
        (33, Destination::Eg1Delay),
        (34, Destination::Eg1Attack),
        (35, Destination::Eg1Hold),
    ] {
        let region = with(&[(generator, -1200)]);
        assert_eq!(base(&region, destination), -1200 * ONE, "{generator}");
        for none in [-12_000, i16::MIN] {
            let region = with(&[(generator, none)]);
            assert_eq!(base(&region, destination), ZERO_TIME, "{generator}");
            assert_eq!(own(&region), []);
        }
    }
}

#[test]
fn decay_and_release_of_100_db_are_shortened_to_96() {
    for (generator, destination) in [(36, Destination::Eg1Decay), (38, Destination::Eg1Release)] {
        let region = with(&[(generator, 1200)]);
        let seconds = TimeCents(base(&region, destination)).seconds();
        assert!((seconds - 2.0 * 0.96).abs() < 1e-6, "{seconds}");
        assert_eq!(own(&with(&[(generator, -12_000)])), []);
    }
}

#[test]
fn sustain_of_480_centibels_is_half_of_the_range() {
    let half = Percent(base(&with(&[(37, 480)]), Destination::Eg1Sustain));
    assert!((half.percent() - 50.0).abs() < 1e-9);
    assert_eq!(base(&with(&[(37, 1440)]), Destination::Eg1Sustain), 0);
    let modulation = Percent(base(&with(&[(29, 300)]), Destination::Eg2Sustain));
    assert!((modulation.percent() - 70.0).abs() < 1e-9);
}

#[test]
fn hold_that_follows_the_key_is_anchored_at_key_60() {
    let region = with(&[(35, -7973), (39, 50)]);
    let key = (Source::KeyNumber, Source::None, Destination::Eg1Hold);
    assert_eq!(amount(&region, key), -6400 * ONE);
    assert_eq!(base(&region, Destination::Eg1Hold), -4973 * ONE);
    for (key_number, seconds) in [(36.0, 0.020), (60.0, 0.010), (84.0, 0.005)] {
        let time = cents(base(&region, Destination::Eg1Hold))
            + key_number / 128.0 * cents(amount(&region, key));
        assert!((libm::exp2(time / 1200.0) - seconds).abs() < 1e-5);
    }
}

#[test]
fn every_time_that_follows_the_key_is_literal_even_where_it_is_the_shortest() {
    for (generator, destination) in [
        (31, Destination::Eg2Hold),
        (32, Destination::Eg2Decay),
        (39, Destination::Eg1Hold),
        (40, Destination::Eg1Decay),
    ] {
        let region = with(&[(generator, -20)]);
        let key = (Source::KeyNumber, Source::None, destination);
        assert_eq!(amount(&region, key), 2560 * ONE);
        let span = if generator == 40 { 70.672 } else { 0.0 };
        let expected = -12_000.0 - 1200.0 - span;
        assert!((cents(base(&region, destination)) - expected).abs() < 1e-3);
    }
}

#[test]
fn attenuation_is_0_4_of_what_is_said_or_all_of_it() {
    let font = Font::of(&[zone(&[(48, 100), (53, 0)])]);
    let image = Image::from_bytes(&font.bytes());
    for (attenuation, gain_db) in [(Attenuation::Hardware, -4.0), (Attenuation::Literal, -10.0)] {
        let bank = Bank::from_image_with(&image, ReadOptions { attenuation }).unwrap();
        let sample = bank.instruments[0].regions[0].sample.unwrap();
        assert!((sample.gain.db() - gain_db).abs() < 1e-4);
    }
    assert_eq!(ReadOptions::default().attenuation, Attenuation::Hardware);
}

#[test]
fn tunings_of_preset_instrument_and_sample_add_up() {
    let mut font = Font::of(&[zone(&[(52, 50), (53, 0)])]);
    font = font.with_preset(&[zone(&[(51, 1), (41, 0)])]);
    font.samples[0].correction = -7;
    let sample = flawless(&font).instruments[0].regions[0].sample.unwrap();
    assert_eq!(sample.fine_tune, 150 - 7);
    font.samples[0].correction = 0;
    let sample = flawless(&font).instruments[0].regions[0].sample.unwrap();
    assert_eq!(sample.fine_tune, 150);
}

#[test]
fn scale_tuning_is_cents_from_key_to_key_around_the_root() {
    let key = (Source::KeyNumber, Source::None, Destination::Pitch);
    for cents in [0, 50, 255] {
        let region = with(&[(56, cents), (58, 72)]);
        assert_eq!(amount(&region, key), i32::from(cents) * 128 * ONE);
        assert_eq!(region.sample.unwrap().unity_note, 72);
    }
    assert_eq!(own(&with(&[(56, 100)])), []);
}

#[test]
fn root_key_of_the_zone_goes_before_that_of_the_sample() {
    assert_eq!(with(&[(58, 0)]).sample.unwrap().unity_note, 0);
    assert_eq!(with(&[(58, -1)]).sample.unwrap().unity_note, 69);
}

#[test]
fn key_and_velocity_may_be_fixed() {
    let region = with(&[(46, 40), (47, 100)]);
    assert_eq!(region.fixed_key, Some(40));
    assert_eq!(region.fixed_velocity, Some(100));
    assert_eq!(region.keys, 0..=127);
    assert_eq!(with(&[(47, -1)]).fixed_velocity, None);
}

#[test]
fn exclusive_class_is_a_key_group() {
    assert_eq!(with(&[(57, 127)]).key_group, 127);
}

#[test]
fn sample_modes_say_whether_and_how_long_it_loops() {
    let looped = |kind| {
        Some(WaveLoop {
            kind,
            start: 10,
            length: 80,
        })
    };
    for (mode, expected) in [
        (0, None),
        (1, looped(LoopKind::Forward)),
        (2, None),
        (3, looped(LoopKind::UntilRelease)),
    ] {
        assert_eq!(with(&[(54, mode)]).sample.unwrap().wave_loop, expected);
    }
}

#[test]
fn values_out_of_range_are_clamped_and_said() {
    for (generator, value, destination, clamped) in [
        (
            5,
            12_001,
            (Source::ModLfo, Source::None, Destination::Pitch),
            12_000,
        ),
        (
            8,
            1499,
            (Source::None, Source::None, Destination::FilterCutoff),
            1500,
        ),
        (
            9,
            961,
            (Source::None, Source::None, Destination::FilterQ),
            960,
        ),
        (
            13,
            -961,
            (Source::ModLfo, Source::None, Destination::Gain),
            -960,
        ),
        (
            15,
            1001,
            (Source::None, Source::None, Destination::Chorus),
            1000,
        ),
        (17, 501, (Source::None, Source::None, Destination::Pan), 500),
        (
            22,
            4501,
            (Source::None, Source::None, Destination::ModLfoFrequency),
            4500,
        ),
        (
            33,
            5001,
            (Source::None, Source::None, Destination::Eg1Delay),
            5000,
        ),
        (
            34,
            8001,
            (Source::None, Source::None, Destination::Eg1Attack),
            8000,
        ),
    ] {
        let bank = read(&Font::of(&[zone(&[(generator, value), (53, 0)])]));
        assert_eq!(
            defects(&bank),
            [Defect::GeneratorRange {
                generator,
                value: value.into(),
                count: 1
            }]
        );
        let region = &bank.instruments[0].regions[0];
        assert_eq!(amount(region, destination), clamped * ONE, "{generator}");
    }
}

#[test]
fn sum_with_a_preset_is_clamped_in_silence() {
    let font = Font::of(&[zone(&[(17, 400), (53, 0)])]).with_preset(&[zone(&[(17, 300), (41, 0)])]);
    let bank = flawless(&font);
    assert_eq!(
        base(&bank.instruments[0].regions[0], Destination::Pan),
        500 * ONE
    );
}

#[test]
fn offsets_make_a_part_of_the_same_memory() {
    let font = Font::of(&[
        zone(&[(53, 0)]),
        zone(&[(0, 20), (1, -30), (54, 1), (2, 15), (3, -25), (53, 0)]),
        zone(&[(0, 20), (1, -30), (53, 0)]),
    ]);
    let bank = flawless(&font);
    let regions = &bank.instruments[0].regions;
    assert_eq!(bank.waves.len(), 2);
    let (whole, part) = (&bank.waves[regions[0].wave], &bank.waves[regions[1].wave]);
    assert_eq!(regions[1].wave, regions[2].wave);
    assert!(part.frames.share_memory(&whole.frames));
    assert_eq!(part.frames.high(), &whole.frames.high()[20..70]);
    let expected = WaveLoop {
        kind: LoopKind::Forward,
        start: 10 + 15 - 20,
        length: 65 - 25,
    };
    assert_eq!(regions[1].sample.unwrap().wave_loop, Some(expected));
}

#[test]
fn coarse_offsets_are_32_768_frames() {
    let mut font = Font::of(&[zone(&[
        (4, 1),
        (0, 2),
        (12, -1),
        (1, -3),
        (45, 1),
        (50, 2),
        (54, 1),
        (53, 0),
    ])]);
    font.data = vec![0; 2 * 200_000];
    font.samples[0].end = 150_000;
    font.samples[0].loop_start = 10_000;
    font.samples[0].loop_end = 20_000;
    let bank = flawless(&font);
    let region = &bank.instruments[0].regions[0];
    let frames = &bank.waves[region.wave].frames;
    assert_eq!(frames.len(), 150_000 - 2 * 32_768 - 5);
    let expected = WaveLoop {
        kind: LoopKind::Forward,
        start: 10_000 - 2,
        length: 10_000 + 32_768,
    };
    assert_eq!(region.sample.unwrap().wave_loop, Some(expected));
}

#[test]
fn zone_of_which_offsets_leave_nothing_is_ignored() {
    let font = Font::of(&[zone(&[(53, 0)]), zone(&[(0, 60), (1, -40), (53, 0)])]);
    let bank = read(&font);
    assert_eq!(
        defects(&bank),
        [Defect::ZoneEmpty {
            start: 60,
            end: -40
        }]
    );
    assert_eq!(bank.instruments[0].regions.len(), 1);
}

#[test]
fn everything_about_the_sample_is_in_the_region() {
    let mut font = Font::of(&[zone(&[(53, 0)])]);
    font.samples[0] = crate::sf2::Header {
        key: 50,
        correction: 13,
        ..HEADER
    };
    let bank = flawless(&font);
    let sample = bank.instruments[0].regions[0].sample.unwrap();
    assert_eq!((sample.unity_note, sample.fine_tune), (50, 13));
    assert_eq!(bank.waves[0].sample.unwrap().unity_note, 50);
}

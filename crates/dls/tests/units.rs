//! Units against numbers worked out by hand.

use dmus_dls::units::{AbsolutePitch, Percent, RelativeGain, RelativePitch, TimeCents};
use proptest::prelude::*;

/// The 32 bits of a file's number.
fn bits(number: u32) -> i32 {
    i32::from_le_bytes(number.to_le_bytes())
}

fn assert_near(found: f64, expected: f64, tolerance: f64) {
    assert!(
        (found - expected).abs() <= tolerance,
        "{found} is not {expected}"
    );
}

#[test]
fn absolute_pitch_counts_cents_from_key_0() {
    for (number, cents, hz) in [
        (0xFCAC_AE9C, -851.318, 5.0),
        (0x2081_4F3A, 8321.309, 1000.0),
    ] {
        let pitch = AbsolutePitch(bits(number));
        assert_near(pitch.cents(), cents, 0.0005);
        assert_near(pitch.hz(), hz, hz * 1e-6);
        // The specification's numbers are cut off, not rounded.
        assert!(apart(AbsolutePitch::from_hz(hz).0, pitch.0) <= 1);
    }
}

#[test]
fn key_69_is_440_hz() {
    assert_eq!(AbsolutePitch::from_hz(440.0), AbsolutePitch(6900 << 16));
    assert_near(AbsolutePitch::from_cents(6900.0).hz(), 440.0, 1e-9);
}

#[test]
fn frequency_that_is_none_is_the_lowest_pitch() {
    for hz in [0.0, -1.0, f64::NAN] {
        assert_eq!(AbsolutePitch::from_hz(hz).0, i32::MIN);
    }
}

#[test]
fn time_counts_cents_of_a_doubling_from_one_second() {
    let times = [
        (0xF9CD_AFB1, 0.4),
        (0x0AE2_504F, 5.0),
        (0x0F92_504F, 10.0),
        (0xE0DB_5F61, 0.01),
        (0xFB50_0000, 0.5),
        (0x0000_0000, 1.0),
    ];
    for (number, seconds) in times {
        let time = TimeCents(bits(number));
        assert_near(time.seconds(), seconds, seconds * 1e-6);
        assert_near(
            f64::from(TimeCents::from_seconds(seconds).0),
            f64::from(time.0),
            1.0,
        );
    }
}

#[test]
fn relative_time_is_a_factor() {
    let half = TimeCents(bits(0xFB50_0000));
    assert_near(half.time_cents(), -1200.0, 0.0);
    assert_near(half.factor(), 0.5, 1e-12);
    assert_eq!(TimeCents::from_time_cents(-1200.0), half);
}

#[test]
fn lowest_number_of_a_time_is_exactly_nothing() {
    let zero = TimeCents(bits(0x8000_0000));
    assert_eq!(zero, TimeCents::ZERO);
    assert_near(zero.seconds(), 0.0, 0.0);
}

#[test]
fn only_nothing_becomes_the_number_for_nothing() {
    for seconds in [0.0, -1.0, f64::NAN] {
        assert_eq!(TimeCents::from_seconds(seconds), TimeCents::ZERO);
    }
    assert_ne!(TimeCents::from_seconds(f64::MIN_POSITIVE), TimeCents::ZERO);
    assert_ne!(TimeCents::from_time_cents(-1e9), TimeCents::ZERO);
}

#[test]
fn gain_counts_655360_to_the_decibel() {
    let gains = [
        (0xFC40_0000, -96.0),
        (0xFFE2_0000, -3.0),
        (0x003C_0000, 6.0),
    ];
    for (number, db) in gains {
        assert_near(RelativeGain(bits(number)).db(), db, 0.0);
        assert_eq!(RelativeGain::from_db(db).0, bits(number));
    }
    assert_eq!(RelativeGain::from_db(-96.0), RelativeGain::SILENCE);
    assert_eq!(RelativeGain::from_db(96.0), RelativeGain::FULL_RANGE);
}

#[test]
fn percent_counts_655360_to_the_hundredth() {
    let shares = [
        (0x01FC_0000, 50.8),
        (0xFE0C_0000, -50.0),
        (0x03E8_0000, 100.0),
    ];
    for (number, percent) in shares {
        assert_near(Percent(bits(number)).percent(), percent, 1e-9);
        assert_eq!(Percent::from_percent(percent).0, bits(number));
    }
    assert_eq!(Percent::from_percent(100.0), Percent::WHOLE);
}

#[test]
fn relative_pitch_counts_65536_to_the_cent() {
    for (number, cents) in [(0x0064_0000, 100.0), (0x3200_0000, 12_800.0)] {
        assert_near(RelativePitch(bits(number)).cents(), cents, 0.0);
        assert_eq!(RelativePitch::from_cents(cents).0, bits(number));
    }
}

#[test]
fn amounts_out_of_range_saturate() {
    assert_eq!(RelativePitch::from_cents(1e9).0, i32::MAX);
    assert_eq!(RelativePitch::from_cents(-1e9).0, i32::MIN);
    assert_eq!(RelativeGain::from_db(f64::INFINITY).0, i32::MAX);
    assert_eq!(Percent::from_percent(f64::NAN), Percent::ZERO);
}

/// Distance of two file numbers.
fn apart(left: i32, right: i32) -> u32 {
    left.abs_diff(right)
}

proptest! {
    #[test]
    fn linear_units_come_back_exactly(number: i32) {
        prop_assert_eq!(RelativePitch::from_cents(RelativePitch(number).cents()).0, number);
        prop_assert_eq!(RelativeGain::from_db(RelativeGain(number).db()).0, number);
        prop_assert_eq!(Percent::from_percent(Percent(number).percent()).0, number);
        prop_assert_eq!(AbsolutePitch::from_cents(AbsolutePitch(number).cents()).0, number);
    }

    #[test]
    fn exponential_units_come_back_to_the_step(number in -0x4000_0000..=0x4000_0000) {
        prop_assert!(apart(TimeCents::from_seconds(TimeCents(number).seconds()).0, number) <= 1);
        prop_assert!(apart(AbsolutePitch::from_hz(AbsolutePitch(number).hz()).0, number) <= 1);
    }

    #[test]
    fn longer_is_never_a_smaller_number(shorter in 1e-6..1e3, more in 0.0..1e3) {
        let longer = TimeCents::from_seconds(shorter + more);
        prop_assert!(TimeCents::from_seconds(shorter) <= longer);
    }
}

//! Time on two rulers: 100 ns units of the master clock, frames of the stream.
//!
//! In: frames or units. Out: the other ruler, exactly. No clock is read here.
//! Thread: any. Source: \[WDK\] `ISynthSinkDMus::SampleToRefTime`, `ISynthSinkDMus::RefTimeToSample`.
//!
//! One direction rounds up, the other down. A frame that is turned into a stamp with
//! [`SampleRate::sample_to_ref`] therefore comes back as the same frame from
//! [`SampleRate::ref_to_sample`], at every rate below 10 MHz. Two floors would not do: at 48 kHz
//! frame 1 begins 208.33 units after frame 0, and unit 208 lies in frame 0.

use crate::error::RateError;

/// Units of [`ReferenceTime`] in one second.
pub const UNITS_PER_SECOND: i64 = 10_000_000;

/// The same, where nothing lies below zero.
const UNITS: u64 = UNITS_PER_SECOND.cast_unsigned();

/// Frames before which a product with [`UNITS`] fits a word: 444 days at 48 kHz.
const NEAR_FRAMES: u64 = u64::MAX / UNITS - 1;

/// Units before which a product with any rate fits a word: 20 days.
const NEAR_UNITS: u64 = 1 << 44;

/// A point or a span on the master clock, in units of 100 ns.
///
/// # Source
/// \[WDK\] `IMasterClock::GetTime`, REFERENCE_TIME.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ReferenceTime(i64);

impl ReferenceTime {
    /// The zero of the master clock. As the stamp of an event it means "now".
    pub const ZERO: Self = Self(0);
    /// The earliest time there is.
    pub const MIN: Self = Self(i64::MIN);
    /// The latest time there is.
    pub const MAX: Self = Self(i64::MAX);

    /// A time from its count of 100 ns units; every `i64` is a time.
    #[must_use]
    pub const fn new(units: i64) -> Self {
        Self(units)
    }

    /// The count of 100 ns units.
    #[must_use]
    pub const fn units(self) -> i64 {
        self.0
    }

    /// The time `span` later, or the latest time there is.
    #[must_use]
    pub const fn saturating_add(self, span: Self) -> Self {
        Self(self.0.saturating_add(span.0))
    }

    /// The time `span` earlier, or the earliest time there is.
    #[must_use]
    pub const fn saturating_sub(self, span: Self) -> Self {
        Self(self.0.saturating_sub(span.0))
    }
}

/// A point or a span on a stream of audio, in frames.
///
/// # Source
/// \[WDK\] Synthesizer timing: sample time; 64 bits, since 32 wrap after 27 hours at 44.1 kHz.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SampleTime(i64);

impl SampleTime {
    /// The first frame.
    pub const ZERO: Self = Self(0);

    /// A time from its count of frames; every `i64` is a time.
    #[must_use]
    pub const fn new(frames: i64) -> Self {
        Self(frames)
    }

    /// The count of frames.
    #[must_use]
    pub const fn frames(self) -> i64 {
        self.0
    }

    /// The time `span` later, or the latest time there is.
    #[must_use]
    pub const fn saturating_add(self, span: Self) -> Self {
        Self(self.0.saturating_add(span.0))
    }

    /// The time `span` earlier, or the earliest time there is.
    #[must_use]
    pub const fn saturating_sub(self, span: Self) -> Self {
        Self(self.0.saturating_sub(span.0))
    }

    /// The time `frames` later, or the latest time there is.
    #[must_use]
    pub fn after_frames(self, frames: usize) -> Self {
        Self(
            self.0
                .saturating_add(i64::try_from(frames).unwrap_or(i64::MAX)),
        )
    }
}

/// Frames per second of a stream, `1_000..=768_000`.
///
/// Nothing musical runs below 8 kHz; hosts and their validators ask for such rates all the same.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SampleRate(u32);

impl SampleRate {
    /// The slowest rate, Hz.
    pub const MIN_HZ: u32 = 1_000;
    /// The fastest rate, Hz. Round trips hold up to 10 MHz, so there is room.
    pub const MAX_HZ: u32 = 768_000;

    /// A rate in Hz.
    ///
    /// # Errors
    /// [`RateError`] outside `1_000..=768_000`; ask the host for another rate.
    pub const fn new(hz: u32) -> Result<Self, RateError> {
        if hz < Self::MIN_HZ || hz > Self::MAX_HZ {
            return Err(Self::refused(hz));
        }
        Ok(Self(hz))
    }

    const fn refused(hz: u32) -> RateError {
        RateError {
            hz,
            min_hz: Self::MIN_HZ,
            max_hz: Self::MAX_HZ,
        }
    }

    /// The rate in Hz.
    #[must_use]
    pub const fn hz(self) -> u32 {
        self.0
    }

    /// The stamp of a frame: the first 100 ns unit that does not lie before it.
    ///
    /// Rounds up, below zero too; beyond the range of `i64` the nearest end is given.
    ///
    /// # Real-time
    /// Any thread, wait-free.
    #[must_use]
    #[inline]
    pub fn sample_to_ref(self, frame: SampleTime) -> ReferenceTime {
        // What is below zero is beyond all others here.
        let frames = frame.0.cast_unsigned();
        if frames < NEAR_FRAMES {
            let rate = u64::from(self.0);
            let units = (frames * UNITS).div_ceil(rate);
            return ReferenceTime(units.cast_signed());
        }
        self.far_sample_to_ref(frame)
    }

    /// As [`sample_to_ref`](Self::sample_to_ref), for every frame there is.
    #[cold]
    fn far_sample_to_ref(self, frame: SampleTime) -> ReferenceTime {
        let rate = i64::from(self.0);
        let seconds = frame.0.div_euclid(rate);
        let rest = frame.0.rem_euclid(rate);
        // rest < 768_000, so the product stays under 2^43.
        let units = (rest * UNITS_PER_SECOND + rate - 1) / rate;
        let exact = i128::from(seconds) * i128::from(UNITS_PER_SECOND) + i128::from(units);
        ReferenceTime(i64::try_from(exact).unwrap_or(if exact < 0 { i64::MIN } else { i64::MAX }))
    }

    /// The frame that is sounding at `time`: rounds down, below zero too.
    ///
    /// # Real-time
    /// Any thread, wait-free.
    #[must_use]
    #[inline]
    pub const fn ref_to_sample(self, time: ReferenceTime) -> SampleTime {
        let units = time.0.cast_unsigned();
        if units < NEAR_UNITS {
            return SampleTime((units * self.0 as u64 / UNITS).cast_signed());
        }
        let (whole, rest) = self.whole_frames(time);
        SampleTime(whole + rest * (self.0 as i64) / UNITS_PER_SECOND)
    }

    /// The first frame whose stamp is `time` or later: where an event stamped `time` belongs.
    ///
    /// For the stamp of a frame it is that frame.
    ///
    /// # Real-time
    /// Any thread, wait-free.
    #[must_use]
    #[inline]
    pub const fn first_sample_at(self, time: ReferenceTime) -> SampleTime {
        // floor((t - 1) * R / U) + 1; what is below zero, as zero is then, is beyond all others here.
        let before = time.0.cast_unsigned().wrapping_sub(1);
        if before < NEAR_UNITS {
            return SampleTime((before * self.0 as u64 / UNITS + 1).cast_signed());
        }
        self.far_first_sample_at(time)
    }

    /// As [`first_sample_at`](Self::first_sample_at), for every time there is.
    #[cold]
    const fn far_first_sample_at(self, time: ReferenceTime) -> SampleTime {
        // ceil(f * U / R) >= t  <=>  f * U / R > t - 1  <=>  f = floor((t - 1) * R / U) + 1
        let (whole, rest) = self.whole_frames(time);
        if rest == 0 {
            return SampleTime(whole);
        }
        SampleTime(whole + (rest - 1) * (self.0 as i64) / UNITS_PER_SECOND + 1)
    }

    /// The frames of the whole seconds in `time`, beside the units left over, `0..10_000_000`.
    ///
    /// A second is at most 768_000 frames, so no `i64` of units can overflow here.
    const fn whole_frames(self, time: ReferenceTime) -> (i64, i64) {
        let seconds = time.0.div_euclid(UNITS_PER_SECOND);
        let rest = time.0.rem_euclid(UNITS_PER_SECOND);
        (seconds * (self.0 as i64), rest)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// The obvious twin: one wide division.
    fn naive_ref(hz: u32, frame: i64) -> i64 {
        let (n, d) = (
            i128::from(frame) * i128::from(UNITS_PER_SECOND),
            i128::from(hz),
        );
        let ceil = -((-n).div_euclid(d));
        i64::try_from(ceil.clamp(i128::from(i64::MIN), i128::from(i64::MAX))).unwrap()
    }

    fn naive_sample(hz: u32, time: i64) -> i64 {
        let floor = (i128::from(time) * i128::from(hz)).div_euclid(i128::from(UNITS_PER_SECOND));
        i64::try_from(floor).unwrap()
    }

    fn any_rate() -> impl Strategy<Value = SampleRate> {
        (SampleRate::MIN_HZ..=SampleRate::MAX_HZ).prop_map(|hz| SampleRate::new(hz).unwrap())
    }

    proptest! {
        #[test]
        fn frames_come_back_from_their_stamps(rate in any_rate(), frame in any::<i64>()) {
            // The widest span whose stamps fit an i64 at this rate.
            let frame = frame / (UNITS_PER_SECOND / i64::from(rate.hz()) + 2);
            let frame = SampleTime::new(frame);
            let stamp = rate.sample_to_ref(frame);
            prop_assert_eq!(rate.ref_to_sample(stamp), frame);
            prop_assert_eq!(rate.first_sample_at(stamp), frame);
        }

        #[test]
        fn conversions_agree_with_the_wide_division(rate in any_rate(), value in any::<i64>()) {
            let frame = rate.sample_to_ref(SampleTime::new(value)).units();
            prop_assert_eq!(frame, naive_ref(rate.hz(), value));
            let time = rate.ref_to_sample(ReferenceTime::new(value)).frames();
            prop_assert_eq!(time, naive_sample(rate.hz(), value));
        }

        #[test]
        fn near_and_far_the_conversions_agree_with_the_wide_division(
            rate in any_rate(),
            // Around where the short ways end.
            (near, by) in (
                prop_oneof![
                    Just(0_i64), Just(NEAR_FRAMES.cast_signed()), Just(NEAR_UNITS.cast_signed()),
                ],
                -3_i64..3,
            ),
        ) {
            let value = near + by;
            let units = rate.sample_to_ref(SampleTime::new(value)).units();
            prop_assert_eq!(units, naive_ref(rate.hz(), value));
            let time = ReferenceTime::new(value);
            let hz = rate.hz();
            prop_assert_eq!(rate.ref_to_sample(time).frames(), naive_sample(hz, value));
            let first = naive_sample(hz, value - 1) + 1;
            prop_assert_eq!(rate.first_sample_at(time).frames(), first);
        }

        #[test]
        fn first_sample_is_the_first_whose_stamp_is_not_before(
            rate in any_rate(),
            units in i64::MIN / 2..i64::MAX / 2,
        ) {
            let time = ReferenceTime::new(units);
            let first = rate.first_sample_at(time);
            prop_assert!(rate.sample_to_ref(first) >= time);
            let before = first.saturating_sub(SampleTime::new(1));
            prop_assert!(rate.sample_to_ref(before) < time);
        }
    }

    #[test]
    fn stamps_saturate_at_the_ends() {
        let rate = SampleRate::new(8_000).unwrap();
        assert_eq!(
            rate.sample_to_ref(SampleTime::new(i64::MAX)),
            ReferenceTime::MAX
        );
        assert_eq!(
            rate.sample_to_ref(SampleTime::new(i64::MIN)),
            ReferenceTime::MIN
        );
        let fast = SampleRate::new(768_000).unwrap();
        for end in [ReferenceTime::MIN, ReferenceTime::MAX] {
            let frame = fast.first_sample_at(end);
            assert!((fast.ref_to_sample(end).frames() - frame.frames()).abs() <= 1);
        }
    }

    #[test]
    fn time_before_zero_rounds_like_time_after_it() {
        let rate = SampleRate::new(48_000).unwrap();
        // Frame -1 begins 208.33 units before zero: up is -208, down from there is frame -1.
        assert_eq!(rate.sample_to_ref(SampleTime::new(-1)).units(), -208);
        assert_eq!(rate.ref_to_sample(ReferenceTime::new(-208)).frames(), -1);
        assert_eq!(rate.ref_to_sample(ReferenceTime::new(-209)).frames(), -2);
        assert_eq!(rate.first_sample_at(ReferenceTime::new(-207)).frames(), 0);
    }

    #[test]
    fn a_second_at_44_100_hz_is_ten_million_units() {
        let rate = SampleRate::new(44_100).unwrap();
        assert_eq!(
            rate.sample_to_ref(SampleTime::new(44_100)).units(),
            UNITS_PER_SECOND
        );
        let year = 44_100 * 86_400 * 365;
        let stamp = rate.sample_to_ref(SampleTime::new(year));
        assert_eq!(stamp.units(), UNITS_PER_SECOND * 86_400 * 365);
    }

    #[test]
    fn rates_outside_the_range_are_refused() {
        for hz in [0, 999, 768_001, u32::MAX] {
            let expected = RateError {
                hz,
                min_hz: 1_000,
                max_hz: 768_000,
            };
            assert_eq!(SampleRate::new(hz), Err(expected));
        }
        assert!(SampleRate::new(1_000).is_ok() && SampleRate::new(768_000).is_ok());
    }
}

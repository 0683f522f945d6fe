//! Exact song time: a whole number of units of which a known number make a second.
//!
//! Source: \[SMF\] division and Set Tempo; the unit is chosen so that every tick is whole.

use std::cmp::Ordering;
use std::num::NonZeroU64;

/// Units of 100 ns in a second.
const UNITS_100NS: NonZeroU64 = match NonZeroU64::new(10_000_000) {
    Some(units) => units,
    None => NonZeroU64::MIN,
};

/// A moment of a song, exact: `units / per_second` seconds after its start.
///
/// For a metrical file the unit is one microsecond divided by the ticks of a quarter note, for a
/// time-code file one tick (or its 1001st part at 29.97 frames a second); for a message that our
/// own writer placed between two ticks it is 100 ns. Nothing is rounded
/// until a frame or a number of nanoseconds is asked for. Moments saturate at `u64::MAX` units,
/// which is 17 years at the finest division and longer at any other.
#[derive(Debug, Clone, Copy)]
pub struct SongTime {
    units: u64,
    per_second: NonZeroU64,
}

impl SongTime {
    /// A moment from its unit count.
    pub(crate) const fn new(units: u64, per_second: NonZeroU64) -> Self {
        Self { units, per_second }
    }

    /// The unit count.
    pub(crate) const fn units(self) -> u64 {
        self.units
    }

    /// The start of any song.
    pub const ZERO: Self = Self {
        units: 0,
        per_second: NonZeroU64::MIN,
    };

    /// The moment this many units of 100 ns after the start.
    pub(crate) const fn from_units_100ns(units: u64) -> Self {
        Self {
            units,
            per_second: UNITS_100NS,
        }
    }

    /// Units of 100 ns, rounded up, as a master clock stamps a frame. Saturates at `u64::MAX`.
    #[must_use]
    pub fn units_100ns(self) -> u64 {
        let units = u128::from(self.units) * u128::from(UNITS_100NS.get());
        let units = units.div_ceil(u128::from(self.per_second.get()));
        u64::try_from(units).unwrap_or(u64::MAX)
    }

    /// The moment `early` units of 100 ns before this one's stamp, but not before `limit`, which
    /// is at or before this moment.
    pub(crate) fn earlier(self, early: u32, limit: Self) -> Self {
        let units = self.units_100ns().saturating_sub(u64::from(early));
        let moment = Self::from_units_100ns(units.max(limit.units_100ns()));
        moment.min(self)
    }

    /// The frame nearest to this moment at a sample rate in Hz; an exact half goes to the later
    /// frame. Saturates at `u64::MAX`.
    #[must_use]
    pub fn frame(self, rate_hz: u32) -> u64 {
        let per_second = u128::from(self.per_second.get());
        let doubled = 2 * u128::from(self.units) * u128::from(rate_hz);
        u64::try_from((doubled + per_second) / (2 * per_second)).unwrap_or(u64::MAX)
    }

    /// Nanoseconds, rounded down. Saturates at `u64::MAX`, which is 584 years.
    #[must_use]
    pub fn nanos(self) -> u64 {
        let nanos = u128::from(self.units) * 1_000_000_000 / u128::from(self.per_second.get());
        u64::try_from(nanos).unwrap_or(u64::MAX)
    }

    /// Seconds, for display and for a host's transport; the rounding is that of `f64`.
    #[must_use]
    #[expect(
        clippy::cast_precision_loss,
        reason = "the one lossy view, documented so"
    )]
    pub fn seconds(self) -> f64 {
        self.units as f64 / self.per_second.get() as f64
    }
}

impl PartialEq for SongTime {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other) == Ordering::Equal
    }
}

impl Eq for SongTime {}

impl PartialOrd for SongTime {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for SongTime {
    /// Compares the moments, whatever their units.
    fn cmp(&self, other: &Self) -> Ordering {
        let mine = u128::from(self.units) * u128::from(other.per_second.get());
        let theirs = u128::from(other.units) * u128::from(self.per_second.get());
        mine.cmp(&theirs)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn time(units: u64, per_second: u64) -> SongTime {
        SongTime::new(units, NonZeroU64::new(per_second).unwrap())
    }

    #[test]
    fn a_third_of_a_second_falls_on_the_nearest_frame() {
        let third = time(1, 3);
        assert_eq!(third.frame(48_000), 16_000);
        assert_eq!(third.frame(44_100), 14_700);
        assert_eq!(third.frame(10), 3);
        assert_eq!(time(2, 3).frame(10), 7);
    }

    #[test]
    fn an_exact_half_goes_to_the_later_frame() {
        assert_eq!(time(1, 2).frame(1), 1);
        assert_eq!(time(1, 4).frame(2), 1);
    }

    #[test]
    fn a_day_of_ticks_ends_on_an_exact_frame() {
        // 24 hours of 480 ticks a quarter note at 500 000 microseconds each.
        let per_second = 480_000_000;
        let day = time(per_second * 86_400, per_second);
        assert_eq!(day.frame(192_000), 86_400 * 192_000);
        assert_eq!(day.nanos(), 86_400_000_000_000);
    }

    #[test]
    fn a_moment_moves_earlier_by_its_stamp_but_not_before_the_limit() {
        let third = time(1, 3);
        assert_eq!(third.units_100ns(), 3_333_334);
        assert_eq!(
            third.earlier(34, SongTime::ZERO),
            SongTime::from_units_100ns(3_333_300)
        );
        let limit = time(1, 4);
        assert_eq!(third.earlier(u32::MAX, limit), limit);
        // The stamp itself lies after the moment.
        assert_eq!(third.earlier(0, limit), third);
    }

    #[test]
    fn absurd_moments_saturate() {
        let far = time(u64::MAX, 1);
        assert_eq!(far.frame(768_000), u64::MAX);
        assert_eq!(far.nanos(), u64::MAX);
    }

    #[test]
    fn equal_moments_in_different_units_are_equal() {
        assert_eq!(time(1, 2), time(500, 1_000));
        assert!(time(1, 3) < time(334, 1_000));
        assert!(time(u64::MAX, 7) > time(u64::MAX, 8));
    }
}

//! When a delayed service is due, as callers say it, or packed into one word.
//!
//! In: times. Out: words for a mailbox, and back. Owner: nobody. Thread: any.
//! Source: \[WDK\] `IServiceGroup::RequestDelayedService`.

use crate::time::ReferenceTime;

/// When a delayed service is due.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Delay {
    /// This long after the start of the next block, in 100 ns; less than nothing is nothing.
    After(ReferenceTime),
    /// At this time of the master clock; in the past, as soon as possible.
    At(ReferenceTime),
}

impl Delay {
    /// A delay as the original has it, in 100 ns: below zero a span from now on, otherwise a time
    /// of the master clock.
    ///
    /// # Source
    /// \[WDK\] `IServiceGroup::RequestDelayedService`. Deviation: absolute times are those of the
    /// master clock, the only one a block can be cut by.
    #[must_use]
    pub const fn from_units(units: i64) -> Self {
        if units < 0 {
            return Self::After(ReferenceTime::new(units.saturating_neg()));
        }
        Self::At(ReferenceTime::new(units))
    }

    /// The time it is due when `now` is the time of the block.
    pub(super) fn due(self, now: ReferenceTime) -> ReferenceTime {
        match self {
            Self::After(span) => now.saturating_add(span.max(ReferenceTime::ZERO)),
            Self::At(time) => time,
        }
    }
}

/// What is asked of a group's timer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Order {
    /// Fire then, and only then.
    Arm(Delay),
    /// Do not fire.
    Disarm,
}

/// The kinds of order, in the two lowest bits of a word; none of them is zero.
const DISARM: u64 = 1;
const AFTER: u64 = 2;
const AT: u64 = 3;
const KIND: u64 = 3;

/// The latest time that leaves two bits free, 100 ns: 7 305 years from zero.
const LATEST: i64 = i64::MAX >> 2;

impl Order {
    /// The order as a word other than zero. Times beyond 7 305 years mean that.
    pub(super) fn pack(self) -> u64 {
        let packed = |units: i64, kind| (units.clamp(!LATEST, LATEST).cast_unsigned() << 2) | kind;
        match self {
            Self::Disarm => DISARM,
            Self::Arm(Delay::After(span)) => packed(span.units(), AFTER),
            Self::Arm(Delay::At(time)) => packed(time.units(), AT),
        }
    }

    /// The order of a word.
    pub(super) const fn unpack(word: u64) -> Self {
        let time = ReferenceTime::new(word.cast_signed() >> 2);
        match word & KIND {
            AFTER => Self::Arm(Delay::After(time)),
            AT => Self::Arm(Delay::At(time)),
            _ => Self::Disarm,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn orders_come_back_from_their_words() {
        for units in [0, 1, -1, 480_000, LATEST, !LATEST] {
            let time = ReferenceTime::new(units);
            for order in [
                Order::Arm(Delay::After(time)),
                Order::Arm(Delay::At(time)),
                Order::Disarm,
            ] {
                assert_ne!(order.pack(), 0, "an empty mailbox");
                assert_eq!(Order::unpack(order.pack()), order);
            }
        }
    }

    #[test]
    fn times_beyond_all_reason_are_as_far_as_can_be_said() {
        let far = |units| Order::unpack(Order::Arm(Delay::At(ReferenceTime::new(units))).pack());
        assert_eq!(
            far(i64::MAX),
            Order::Arm(Delay::At(ReferenceTime::new(LATEST)))
        );
        assert_eq!(
            far(i64::MIN),
            Order::Arm(Delay::At(ReferenceTime::new(!LATEST)))
        );
    }

    #[test]
    fn below_zero_a_delay_is_relative_and_otherwise_absolute() {
        let now = ReferenceTime::new(100);
        assert_eq!(Delay::from_units(-7).due(now).units(), 107);
        assert_eq!(Delay::from_units(7).due(now).units(), 7);
        assert_eq!(Delay::from_units(0).due(now).units(), 0);
        assert_eq!(Delay::from_units(i64::MIN).due(now), ReferenceTime::MAX);
        let less_than_nothing = Delay::After(ReferenceTime::new(-5));
        assert_eq!(less_than_nothing.due(now), now);
    }
}

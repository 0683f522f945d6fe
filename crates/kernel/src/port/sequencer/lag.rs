//! Time as the sequencer sees it while what plays the messages is not ready, and just after.
//!
//! In: the master clock. Out: the latest stamp that is due. Owner: the sequencer. Thread: render.
//!
//! While it is held, the sequencer's time stands still just before the moment at which that began,
//! so everything stamped since then waits. When it is let go, time goes on from there, or from
//! [`KEPT`] ago if that is later, at twice its pace until it has caught up; so order holds, what
//! waited last keeps its rhythm, and live playing is soon live again. With nothing waiting there
//! is nothing to catch up with.

use crate::time::ReferenceTime;

/// How much of what waited keeps its relative timing, 100 ns; what is older plays at once.
const KEPT: i64 = 10_000_000;

/// How much faster time runs until it has caught up.
const PACE: i64 = 2;

/// Where the sequencer's time is, when it is not the master clock's. All in 100 ns.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Lag {
    /// Time stands still here.
    Held { at: i64 },
    /// Time was at `stamp` when the master clock was at `from`, and runs at [`PACE`].
    CatchingUp { from: i64, stamp: i64 },
}

impl Lag {
    /// Time stands still from the frame at `now` on, for everything that is not due before it.
    pub(super) fn hold(former: Option<Self>, now: ReferenceTime) -> Self {
        match former {
            Some(held @ Self::Held { .. }) => held,
            _ => Self::Held {
                at: Self::stamp(former, now).saturating_sub(1),
            },
        }
    }

    /// Time goes on at the frame at `now`.
    pub(super) fn release(self, now: ReferenceTime) -> Self {
        match self {
            Self::Held { at } => Self::CatchingUp {
                from: now.units(),
                stamp: at.max(now.units().saturating_sub(KEPT)),
            },
            Self::CatchingUp { .. } => self,
        }
    }

    /// The latest stamp that has come when the master clock is at `now`; never after it.
    pub(super) fn stamp(lag: Option<Self>, now: ReferenceTime) -> i64 {
        let now = now.units();
        match lag {
            None => now,
            Some(Self::Held { at }) => at.min(now),
            Some(Self::CatchingUp { from, stamp }) => now
                .saturating_sub(from)
                .saturating_mul(PACE)
                .saturating_add(stamp)
                .min(now),
        }
    }

    /// When a stamp has come or will have; nothing for one that time stands still before.
    pub(super) fn comes_at(self, stamp: i64) -> Option<i64> {
        match self {
            Self::Held { at } => (stamp <= at).then_some(stamp),
            Self::CatchingUp { from, stamp: start } => {
                let ahead = stamp.saturating_sub(start);
                // Rounded up: a frame earlier it would not have come.
                let way = ahead.saturating_add(PACE - 1) / PACE;
                Some(from.saturating_add(way).max(stamp))
            }
        }
    }

    /// Whether time is the master clock's again.
    pub(super) fn is_over(self, now: ReferenceTime) -> bool {
        matches!(self, Self::CatchingUp { .. }) && Self::stamp(Some(self), now) == now.units()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const fn at(units: i64) -> ReferenceTime {
        ReferenceTime::new(units)
    }

    #[test]
    fn held_time_lets_pass_what_was_due_before_and_nothing_else() {
        let held = Lag::hold(None, at(1_000));
        assert_eq!(Lag::stamp(Some(held), at(1_000)), 999);
        assert_eq!(Lag::stamp(Some(held), at(50_000)), 999);
        assert_eq!(Lag::hold(Some(held), at(60_000)), held, "once is enough");
        assert_eq!(held.comes_at(1_000), None);
        assert_eq!(held.comes_at(999), Some(999));
    }

    #[test]
    fn a_short_wait_is_made_up_for_at_twice_the_pace() {
        let lag = Lag::hold(None, at(1_001)).release(at(3_000));
        for (now, stamp) in [
            (3_000, 1_000),
            (3_500, 2_000),
            (5_000, 5_000),
            (6_000, 6_000),
        ] {
            assert_eq!(Lag::stamp(Some(lag), at(now)), stamp);
        }
        assert_eq!(lag.comes_at(2_000), Some(3_500));
        assert_eq!(lag.comes_at(7_000), Some(7_000), "after it has caught up");
        assert!(!lag.is_over(at(4_999)) && lag.is_over(at(5_000)));
    }

    #[test]
    fn of_a_long_wait_a_second_keeps_its_timing() {
        let lag = Lag::hold(None, at(1)).release(at(10 * KEPT));
        assert_eq!(Lag::stamp(Some(lag), at(10 * KEPT)), 9 * KEPT);
        assert!(lag.is_over(at(11 * KEPT)));
    }

    proptest! {
        #[test]
        fn time_never_steps_back_and_a_stamp_comes_exactly_when_it_was_foretold(
            held in 0..100_000_i64,
            waited in 1..30_000_000_i64,
            steps in proptest::collection::vec(1..200_000_i64, 1..80),
            ahead in 1..40_000_000_i64,
        ) {
            let mut lag = Some(Lag::hold(None, at(held)));
            let released = held + waited;
            let mut last = Lag::stamp(lag, at(held));
            lag = lag.map(|lag| lag.release(at(released)));
            let mut now = released;
            for step in steps {
                let stamp = Lag::stamp(lag, at(now));
                prop_assert!(stamp >= last && stamp <= now);
                last = stamp;
                now += step;
            }
            let stamp = last + ahead;
            let foretold = lag.and_then(|lag| lag.comes_at(stamp)).unwrap();
            prop_assert!(Lag::stamp(lag, at(foretold)) >= stamp);
            prop_assert!(Lag::stamp(lag, at(foretold - 1)) < stamp);
            // A hold in the middle goes on from where time is.
            let again = Lag::hold(lag, at(now));
            prop_assert!(Lag::stamp(Some(again), at(now)) >= last - 1);
        }
    }
}

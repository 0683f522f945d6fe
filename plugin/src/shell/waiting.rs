//! Messages wait while a state's banks are on their way; this says when, and when no longer.
//!
//! In: how many states were loaded, how many are in force, how full the pool is. Out: a verdict once
//! a block. Owner: the render half. Thread: render, wait-free.
//!
//! Only a state makes messages wait: what plays before it has come would play on a bank that nobody
//! asked for. A bank that the musician opens while he plays is in force when it is there.

use std::time::Duration;

use dmus_kernel::port::PortStats;

use crate::state::{LoadWatch, Loads};

/// How long messages wait, s.
const LONGEST_S: u64 = 10;

/// How long a block waits offline: for one load, and not for a disk that is gone.
pub(super) const OFFLINE_PATIENCE: Duration = Duration::from_secs(120);

/// What a state has asked for and is not there yet.
#[derive(Debug)]
pub(super) struct Waiting {
    watch: LoadWatch,
    is_offline: bool,
    /// Frames that messages wait at most.
    longest: u64,
    /// What has come.
    in_force: Option<Loads>,
    /// When the wait began, frames rendered.
    since: Option<u64>,
    /// What is waited for no longer.
    abandoned: Option<Loads>,
    given_up: u64,
}

impl Waiting {
    /// Nothing has come yet.
    pub(super) fn new(watch: LoadWatch, rate_hz: u32, is_offline: bool) -> Self {
        Self {
            watch,
            is_offline,
            longest: u64::from(rate_hz).saturating_mul(LONGEST_S),
            in_force: None,
            since: None,
            abandoned: None,
            given_up: 0,
        }
    }

    /// Nobody listens from now on, or somebody does.
    pub(super) const fn set_offline(&mut self, is_offline: bool) {
        self.is_offline = is_offline;
    }

    /// All that these loads asked for is there.
    pub(super) const fn arrived(&mut self, loads: Loads) {
        self.in_force = Some(loads);
    }

    /// Whether something was asked for that is not there.
    pub(super) fn is_behind(&self) -> bool {
        self.in_force != Some(self.watch.loads())
    }

    /// How long a block may wait; not at all where somebody listens.
    pub(super) fn patience(&self) -> Option<Duration> {
        (self.is_offline && self.is_behind()).then_some(OFFLINE_PATIENCE)
    }

    /// Waits that were given up.
    pub(super) const fn given_up(&self) -> u64 {
        self.given_up
    }

    /// Whether messages wait in the block that begins.
    ///
    /// - `frames`: rendered so far
    /// - `sequencer`: messages that it holds at most
    pub(super) fn holds(&mut self, frames: u64, port: &PortStats, sequencer: u32) -> bool {
        let wanted = self.watch.loads();
        if self.in_force == Some(wanted) {
            (self.since, self.abandoned) = (None, None);
            return false;
        }
        if self.abandoned == Some(wanted) {
            return false;
        }
        let since = *self.since.get_or_insert(frames);
        let is_long = frames.saturating_sub(since) >= self.longest;
        if is_long || is_nearly_full(port, sequencer) {
            (self.since, self.abandoned) = (None, Some(wanted));
            self.given_up = self.given_up.saturating_add(1);
            return false;
        }
        true
    }
}

/// Whether less than a quarter is left of something that messages wait in.
fn is_nearly_full(port: &PortStats, sequencer: u32) -> bool {
    let is_low = |free: u32, all: u32| free < all / 4;
    let held = u32::try_from(port.held).unwrap_or(u32::MAX);
    is_low(port.pool.events_free, port.pool.events_capacity)
        || is_low(port.pool.buffers_free, port.pool.buffers_capacity)
        || is_low(sequencer.saturating_sub(held), sequencer)
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use dmus_kernel::pool::PoolStats;

    use super::*;
    use crate::state::{BankStack, SavedBank, SavedParts, Shared};

    const ROOMY: PortStats = PortStats {
        submitted: 0,
        delivered: 0,
        late: 0,
        held: 0,
        lost: LOST_NOTHING,
        pool: PoolStats {
            events_free: 100,
            events_capacity: 100,
            buffers_free: 8,
            buffers_capacity: 8,
        },
        foreign_chains: 0,
    };

    const LOST_NOTHING: dmus_kernel::port::Losses = dmus_kernel::port::Losses {
        pool: 0,
        buffers: 0,
        sequencer: 0,
        groups: 0,
        malformed: 0,
        empty: 0,
        stopped: 0,
    };

    fn waiting() -> (Shared<SavedBank>, Waiting) {
        let bank = Arc::new(SavedBank::default());
        let watch = LoadWatch::new(Arc::clone(&bank), Arc::new(SavedParts::default()));
        (Shared(bank), Waiting::new(watch, 1_000, false))
    }

    #[test]
    fn messages_wait_from_a_load_until_it_is_in_force() {
        let (bank, mut waiting) = waiting();
        assert!(waiting.holds(0, &ROOMY, 100), "nothing was sent yet");
        waiting.arrived(waiting.watch.loads());
        assert!(!waiting.holds(10, &ROOMY, 100));
        bank.load(BankStack::default());
        assert!(waiting.holds(20, &ROOMY, 100));
        waiting.arrived(Loads { banks: 0, parts: 0 });
        assert!(waiting.holds(30, &ROOMY, 100), "an older load has come");
        waiting.arrived(waiting.watch.loads());
        assert!(!waiting.holds(40, &ROOMY, 100));
        assert_eq!(waiting.given_up(), 0);
    }

    #[test]
    fn messages_do_not_wait_for_ever_and_for_another_load_anew() {
        let (bank, mut waiting) = waiting();
        assert!(waiting.holds(5, &ROOMY, 100));
        assert!(waiting.holds(10_004, &ROOMY, 100));
        assert!(!waiting.holds(10_005, &ROOMY, 100));
        assert!(!waiting.holds(10_006, &ROOMY, 100));
        assert_eq!(waiting.given_up(), 1);
        bank.load(BankStack::default());
        assert!(waiting.holds(10_007, &ROOMY, 100));
        assert!(waiting.holds(20_006, &ROOMY, 100));
        assert!(!waiting.holds(20_007, &ROOMY, 100));
    }

    #[test]
    fn messages_do_not_wait_until_there_is_no_room() {
        for full in [
            PortStats { held: 76, ..ROOMY },
            PortStats {
                pool: PoolStats {
                    events_free: 24,
                    ..ROOMY.pool
                },
                ..ROOMY
            },
            PortStats {
                pool: PoolStats {
                    buffers_free: 1,
                    ..ROOMY.pool
                },
                ..ROOMY
            },
        ] {
            let (_, mut waiting) = waiting();
            assert!(waiting.holds(0, &ROOMY, 100));
            assert!(!waiting.holds(1, &full, 100));
            assert!(!waiting.holds(2, &ROOMY, 100), "given up is given up");
            assert_eq!(waiting.given_up(), 1);
        }
    }

    #[test]
    fn only_offline_a_block_waits() {
        let (_, mut waiting) = waiting();
        assert_eq!(waiting.patience(), None);
        waiting.is_offline = true;
        assert_eq!(waiting.patience(), Some(OFFLINE_PATIENCE));
        waiting.arrived(waiting.watch.loads());
        assert_eq!(waiting.patience(), None);
    }
}

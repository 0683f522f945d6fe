//! When an effect may sleep: nothing goes in, and nothing that can be heard is left.
//!
//! It is decided where a tick ends, so that no partition of the stream moves it.
//! Owner: an effect. Thread: render.

use crate::dsp::tables::TICK_FRAMES;

use super::number::higher;

/// Below this nothing is left of a tail: -120 dB.
pub(super) const SILENCE: f32 = 1e-6;

/// Counts quiet ticks.
#[derive(Debug, Clone)]
pub(super) struct Rest {
    /// Quiet ticks after which nothing can come any more.
    enough: u32,
    quiet: u32,
    /// Highest sample of the tick.
    peak: f32,
    /// Something is fed in this tick.
    is_fed: bool,
}

impl Rest {
    /// Asleep.
    ///
    /// - `memory`: frames for which the effect remembers
    pub(super) fn new(memory: usize) -> Self {
        let enough = u32::try_from(memory / TICK_FRAMES + 2).unwrap_or(u32::MAX);
        Self {
            enough,
            quiet: enough,
            peak: 0.0,
            is_fed: false,
        }
    }

    /// Whether the effect sleeps.
    pub(super) const fn is_asleep(&self) -> bool {
        self.quiet >= self.enough
    }

    /// Something is fed in: wakes it.
    pub(super) const fn feed(&mut self) {
        self.quiet = 0;
        self.is_fed = true;
    }

    /// Looks at what the effect holds or gives.
    #[inline]
    pub(super) fn see(&mut self, sample: f32) {
        self.peak = higher(self.peak, sample.abs());
    }

    /// Ends a tick.
    ///
    /// - `settled`: nothing moves that would have to be moved on
    pub(super) fn end_tick(&mut self, settled: bool) {
        if self.is_fed || self.peak >= SILENCE || !settled {
            self.quiet = 0;
        } else {
            self.quiet = self.quiet.saturating_add(1).min(self.enough);
        }
        self.peak = 0.0;
        self.is_fed = false;
    }

    /// Asleep at once.
    pub(super) const fn clear(&mut self) {
        self.quiet = self.enough;
        self.peak = 0.0;
        self.is_fed = false;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_sleeps_once_all_it_remembers_is_quiet() {
        let mut rest = Rest::new(128);
        assert!(rest.is_asleep());
        rest.feed();
        rest.end_tick(true);
        rest.see(-0.5);
        rest.end_tick(true);
        for _ in 0..4 {
            assert!(!rest.is_asleep());
            rest.see(SILENCE / 2.0);
            rest.end_tick(true);
        }
        assert!(rest.is_asleep());
    }

    #[test]
    fn what_still_moves_stays_awake() {
        let mut rest = Rest::new(0);
        rest.feed();
        for _ in 0..9 {
            rest.end_tick(false);
        }
        assert!(!rest.is_asleep());
    }
}

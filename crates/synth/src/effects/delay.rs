//! The delay: repetitions in the middle and on both sides.
//!
//! In: the mono send. Out: two sides, and a mono part for the reverb. Owner: [`super::Effects`].
//! Thread: render. Source: \[GS\] delay.

use super::echo::{Echo, Repeats};
use super::settings::{DelayTarget, MAX_DELAY_S};
use super::unit::{Run, Unit};

/// The delay.
#[derive(Debug, Clone)]
pub(super) struct Delay {
    echo: Echo,
}

impl Delay {
    /// # Real-time
    /// Control. Not real-time: allocates.
    pub(super) fn new(sample_rate_hz: f64) -> Self {
        Self {
            echo: Echo::new(sample_rate_hz, MAX_DELAY_S),
        }
    }

    /// Changes what holds.
    pub(super) fn set(&mut self, target: &DelayTarget) {
        self.echo.set(&Repeats {
            times_s: target.times_s,
            levels: target.levels,
            feedback: target.feedback,
        });
    }
}

impl Unit for Delay {
    fn is_asleep(&self) -> bool {
        self.echo.is_asleep()
    }

    fn feed(&mut self) {
        self.echo.feed();
    }

    fn begin_tick(&mut self) {
        self.echo.begin_tick();
    }

    fn end_tick(&mut self) {
        self.echo.end_tick();
    }

    fn clear(&mut self) {
        self.echo.clear();
    }

    fn process(&mut self, run: Run<'_>) {
        self.echo
            .process(run.offset, run.input, run.left, run.right);
    }
}

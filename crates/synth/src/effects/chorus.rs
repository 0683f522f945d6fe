//! The chorus: one delay line, read at two places that swing.
//!
//! In: the mono send. Out: two sides; their oscillators stand a quarter apart. What is fed back
//! is the mean of both. The oscillators run by whole numbers of a 32-bit phase, so that they
//! depend on nothing but the frames processed. Owner: [`super::Effects`]. Thread: render.
//! Source: \[GM2\] chorus; \[GS\] chorus.

use crate::dsp::tables::TICK_INDEX;

use super::control::{Control, glide_ticks};
use super::line::Line;
use super::number::{flush, frames, narrow, sine};
use super::rest::Rest;
use super::settings::ChorusTarget;
use super::unit::{Run, Unit};

/// Longest delay with its whole swing, seconds: 40 ms of each.
const LONGEST_S: f64 = 0.0805;

/// A quarter of a cycle.
const QUARTER: u32 = 1 << 30;

/// The chorus.
#[derive(Debug, Clone)]
pub(super) struct Chorus {
    sample_rate_hz: f64,
    ticks: u32,
    line: Line,
    /// Of the left oscillator.
    phase: u32,
    /// Phase for each frame.
    step: u32,
    /// Shortest delay, frames.
    delay: Control,
    /// Half of the swing, frames.
    swing: Control,
    feedback: Control,
    rest: Rest,
}

impl Chorus {
    /// # Real-time
    /// Control. Not real-time: allocates.
    pub(super) fn new(sample_rate_hz: f64) -> Self {
        let longest = frames(LONGEST_S, sample_rate_hz) + 4;
        Self {
            sample_rate_hz,
            ticks: glide_ticks(sample_rate_hz),
            line: Line::new(longest),
            phase: 0,
            step: 0,
            delay: Control::resting(0.0),
            swing: Control::resting(0.0),
            feedback: Control::resting(0.0),
            rest: Rest::new(longest),
        }
    }

    /// Changes what holds.
    ///
    /// An oscillator that stands still stands in the middle of its swing.
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "a part of a cycle, below one"
    )]
    pub(super) fn set(&mut self, target: &ChorusTarget) {
        let half_swing = 0.5 * target.depth_s;
        let (delay_s, half_swing) = if target.rate_hz > 0.0 {
            (target.delay_s, half_swing)
        } else {
            (target.delay_s + half_swing, 0.0)
        };
        let part = (target.rate_hz / self.sample_rate_hz).clamp(0.0, 0.5);
        self.step = libm::round(part * 4_294_967_296.0) as u32;
        let in_frames = |seconds: f64| narrow(seconds * self.sample_rate_hz);
        let delay = in_frames(delay_s).max(narrow(Line::SHORTEST));
        let swing = in_frames(half_swing);
        // Slower than the others: a moving delay is a moving pitch.
        let slowly = self.ticks.saturating_mul(4);
        self.delay.head_for(delay, slowly);
        self.swing.head_for(swing, slowly);
        self.feedback.head_for(narrow(target.feedback), self.ticks);
        if self.is_asleep() {
            self.settle();
        }
    }

    const fn settle(&mut self) {
        self.delay.settle();
        self.swing.settle();
        self.feedback.settle();
    }
}

impl Unit for Chorus {
    fn is_asleep(&self) -> bool {
        self.rest.is_asleep()
    }

    fn feed(&mut self) {
        self.rest.feed();
    }

    fn begin_tick(&mut self) {
        if !self.is_asleep() {
            self.delay.begin_tick();
            self.swing.begin_tick();
            self.feedback.begin_tick();
        }
    }

    fn end_tick(&mut self) {
        let settled = self.delay.rests() && self.swing.rests() && self.feedback.rests();
        self.rest.end_tick(settled);
    }

    fn clear(&mut self) {
        self.line.clear();
        self.phase = 0;
        self.rest.clear();
        self.settle();
    }

    fn process(&mut self, run: Run<'_>) {
        if self.is_asleep() {
            return;
        }
        let numbers = TICK_INDEX.get(run.offset..).unwrap_or(&[]);
        let sides = run.left.iter_mut().zip(run.right);
        for ((input, &number), (left, right)) in run.input.iter().zip(numbers).zip(sides) {
            let swing = f64::from(self.swing.at(number));
            let middle = f64::from(self.delay.at(number)) + swing;
            let here = self.line.tap(middle + swing * sine(self.phase));
            let there = self
                .line
                .tap(middle + swing * sine(self.phase.wrapping_add(QUARTER)));
            let stored = flush(*input + 0.5 * (here + there) * self.feedback.at(number));
            self.line.push(stored);
            self.rest.see(stored);
            self.phase = self.phase.wrapping_add(self.step);
            *left += here;
            *right += there;
        }
    }
}

//! Repetitions: a delay line that is heard in the middle, on the left and on the right.
//!
//! In: mono frames. Out: two sides. What is fed back is what the middle hears. Other times are
//! faded to, so that no pitch glides. Owner: the delay, and the reverb for its kinds that repeat.
//! Thread: render; construction allocates.

use crate::dsp::tables::TICK_INDEX;

use super::control::{Control, glide_ticks};
use super::line::Line;
use super::number::{flush, frames, narrow};
use super::rest::Rest;

/// Amplitude of the middle on each side.
const MIDDLE: f32 = core::f32::consts::FRAC_1_SQRT_2;

/// What it repeats, and where.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Repeats {
    /// Middle, left, right, seconds; at most what the echo was built for.
    pub(super) times_s: [f64; 3],
    /// Middle, left, right, amplitudes.
    pub(super) levels: [f64; 3],
    /// `-1.0..1.0`, both ends excluded.
    pub(super) feedback: f64,
}

impl Repeats {
    /// Nothing.
    pub(super) const NONE: Self = Self {
        times_s: [0.1; 3],
        levels: [0.0; 3],
        feedback: 0.0,
    };
}

/// A delay line with three taps.
#[derive(Debug, Clone)]
pub(super) struct Echo {
    sample_rate_hz: f64,
    ticks: u32,
    longest: usize,
    line: Line,
    /// Middle, left, right, frames.
    taps: [usize; 3],
    /// Taps that are being faded to, and how far that is.
    next_taps: [usize; 3],
    /// Taps to go to once a fade is over.
    pending: Option<[usize; 3]>,
    fade: Control,
    levels: [Control; 3],
    feedback: Control,
    rest: Rest,
}

impl Echo {
    /// A silent echo.
    ///
    /// - `longest_s`: of any tap
    ///
    /// # Real-time
    /// Control. Not real-time: allocates.
    pub(super) fn new(sample_rate_hz: f64, longest_s: f64) -> Self {
        let longest = frames(longest_s, sample_rate_hz);
        let mut echo = Self {
            sample_rate_hz,
            ticks: glide_ticks(sample_rate_hz),
            longest,
            line: Line::new(longest),
            taps: [1; 3],
            next_taps: [1; 3],
            pending: None,
            fade: Control::resting(0.0),
            levels: core::array::from_fn(|_| Control::resting(0.0)),
            feedback: Control::resting(0.0),
            rest: Rest::new(longest),
        };
        echo.set(&Repeats::NONE);
        echo
    }

    /// Changes what it repeats.
    pub(super) fn set(&mut self, repeats: &Repeats) {
        let taps = repeats
            .times_s
            .map(|seconds| frames(seconds, self.sample_rate_hz).min(self.longest));
        if self.fade.rests() {
            self.begin(taps);
        } else {
            self.pending = Some(taps);
        }
        for (control, level) in self.levels.iter_mut().zip(repeats.levels) {
            control.head_for(narrow(level), self.ticks);
        }
        self.feedback.head_for(narrow(repeats.feedback), self.ticks);
        if self.is_asleep() {
            self.settle();
        }
    }

    fn begin(&mut self, taps: [usize; 3]) {
        if taps != self.next_taps {
            self.next_taps = taps;
            self.fade.head_for(1.0, self.ticks);
        }
    }

    fn controls(&mut self) -> impl Iterator<Item = &mut Control> {
        self.levels
            .iter_mut()
            .chain(core::iter::once(&mut self.feedback))
    }

    fn settle(&mut self) {
        if let Some(taps) = self.pending.take() {
            self.next_taps = taps;
        }
        self.finish_fade();
        self.controls().for_each(Control::settle);
    }

    fn finish_fade(&mut self) {
        self.taps = self.next_taps;
        self.fade = Control::resting(0.0);
    }

    /// Whether it has nothing to give.
    pub(super) const fn is_asleep(&self) -> bool {
        self.rest.is_asleep()
    }

    /// Something is about to be fed in.
    pub(super) const fn feed(&mut self) {
        self.rest.feed();
    }

    /// Begins a tick.
    pub(super) fn begin_tick(&mut self) {
        if self.is_asleep() {
            return;
        }
        self.fade.begin_tick();
        if self.fade.rests() && self.fade.end() > 0.5 {
            self.finish_fade();
            if let Some(taps) = self.pending.take() {
                self.begin(taps);
                self.fade.begin_tick();
            }
        }
        self.controls().for_each(Control::begin_tick);
    }

    /// Ends a tick.
    pub(super) fn end_tick(&mut self) {
        let settled =
            self.fade.rests() && self.feedback.rests() && self.levels.iter().all(Control::rests);
        self.rest.end_tick(settled);
    }

    /// Silence, and every change done.
    pub(super) fn clear(&mut self) {
        self.line.clear();
        self.rest.clear();
        self.settle();
    }

    /// Adds its sound of frames `offset..offset + input.len()` of the tick.
    pub(super) fn process(
        &mut self,
        offset: usize,
        input: &[f32],
        left: &mut [f32],
        right: &mut [f32],
    ) {
        if self.is_asleep() {
            return;
        }
        let numbers = TICK_INDEX.get(offset..).unwrap_or(&[]);
        let fades = !self.fade.rests();
        let sides = left.iter_mut().zip(right);
        for ((input, &number), (left, right)) in input.iter().zip(numbers).zip(sides) {
            let mut heard = self.taps.map(|tap| self.line.back(tap));
            if fades {
                let share = self.fade.at(number);
                for (sample, tap) in heard.iter_mut().zip(self.next_taps) {
                    *sample += share * (self.line.back(tap) - *sample);
                }
            }
            let [middle, at_left, at_right] = heard;
            let stored = flush(*input + middle * self.feedback.at(number));
            self.line.push(stored);
            self.rest.see(stored);
            let [level, left_level, right_level] = &self.levels;
            let both = MIDDLE * middle * level.at(number);
            *left += both + at_left * left_level.at(number);
            *right += both + at_right * right_level.at(number);
        }
    }
}

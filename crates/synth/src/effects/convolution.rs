//! Convolution with an impulse response, without delay.
//!
//! In: mono frames. Out: two sides. The first 64 frames of the response are summed directly, the
//! next up to 2 048 in partitions of one tick, the rest in partitions of 1 024 frames whose work
//! is spread over sixteen ticks. Partitions lie on the ticks of the stream; nothing depends on
//! blocks. Everything of one response, and the memory to play it, is one [`Convolution`]: it is
//! built on the control side, sent down whole and comes home whole.
//! Thread: control builds and drops, render plays.
//! Source: W. G. Gardner, Efficient Convolution without Input-Output Delay, 1995.

mod head;
mod partitions;
mod spectrum;

use crate::dsp::tables::TICK_FRAMES;
use crate::error::ResponseError;

use super::number::flush;
use super::rest::Rest;
use super::space::{self, Space};
use super::unit::Run;
use head::Head;
use partitions::Partitions;

/// Longest response, frames.
pub(super) const MAX_FRAMES: usize = 1 << 19;

/// Frames of a large partition.
const LARGE: usize = 1024;

/// Ticks of a large partition.
const LARGE_TICKS: usize = LARGE / TICK_FRAMES;

/// Where the large partitions begin: two of them, the first to be heard and the second to compute.
const LARGE_START: usize = 2 * LARGE;

/// An impulse response, ready to play.
///
/// Build it where allocation is allowed, hand it to [`crate::Engine::set_response`], and drop it
/// where it came from.
#[derive(Debug)]
pub struct Convolution {
    frames: usize,
    head: Head,
    /// One tick each.
    small: Partitions,
    large: Partitions,
    /// Tick within the large partition, `0..16`.
    tick: usize,
    /// Input of the tick in progress.
    input: [f32; TICK_FRAMES],
    /// Input of the large partition in progress.
    collected: Box<[f32; LARGE]>,
    rest: Rest,
}

impl Convolution {
    /// One of the computed rooms.
    ///
    /// - `sample_rate`: Hz; held to `1_000..=768_000`
    ///
    /// # Real-time
    /// Control. Not real-time: computes and allocates for some milliseconds.
    #[must_use]
    pub fn of_space(space: Space, sample_rate: u32) -> Self {
        let [left, right] = space::response(space, sample_rate);
        Self::build(&left, &right)
    }

    /// Any response.
    ///
    /// - `left`, `right`: the response on each side, at the engine's sample rate, up to 524 288
    ///   frames; the shorter one is filled up with silence
    ///
    /// # Errors
    /// [`ResponseError`] if it is empty, too long, or holds what is no number.
    ///
    /// # Real-time
    /// Control. Not real-time: computes and allocates.
    pub fn new(left: &[f32], right: &[f32]) -> Result<Self, ResponseError> {
        let frames = left.len().max(right.len());
        if frames == 0 || frames > MAX_FRAMES {
            return Err(ResponseError::Length { frames });
        }
        let is_odd = |sample: &f32| !sample.is_finite();
        if let Some(frame) = [left, right]
            .iter()
            .find_map(|side| side.iter().position(is_odd))
        {
            return Err(ResponseError::NotANumber { frame });
        }
        Ok(Self::build(left, right))
    }

    fn build(left: &[f32], right: &[f32]) -> Self {
        let frames = left.len().max(right.len());
        let part = |from: usize, to: usize| {
            [left, right].map(|side| side.get(from..to.min(side.len())).unwrap_or(&[]))
        };
        Self {
            frames,
            head: Head::new(part(0, TICK_FRAMES)),
            small: Partitions::new(TICK_FRAMES, part(TICK_FRAMES, LARGE_START)),
            large: Partitions::new(LARGE, part(LARGE_START, frames)),
            tick: 0,
            input: [0.0; TICK_FRAMES],
            collected: Box::new([0.0; LARGE]),
            rest: Rest::new(frames + 2 * LARGE + TICK_FRAMES),
        }
    }

    /// Frames of the response.
    #[must_use]
    pub const fn frames(&self) -> usize {
        self.frames
    }

    /// Whether it has nothing to give.
    pub(super) const fn is_asleep(&self) -> bool {
        self.rest.is_asleep()
    }

    /// Something is about to be fed in.
    pub(super) const fn feed(&mut self) {
        self.rest.feed();
    }

    /// Ends a tick: its input becomes a partition, and the next tick's sound is computed.
    pub(super) fn end_tick(&mut self) {
        if self.is_asleep() {
            return;
        }
        self.rest.end_tick(true);
        self.head.end_tick();
        self.small.take(&self.input);
        self.small.accumulate(0, usize::MAX);
        self.small.finish(0);
        self.small.finish(1);
        self.small.swap();
        let at = self.tick * TICK_FRAMES;
        if let Some(place) = self.collected.get_mut(at..at + TICK_FRAMES) {
            place.copy_from_slice(&self.input);
        }
        self.input = [0.0; TICK_FRAMES];
        self.end_tick_of_large();
    }

    /// A sixteenth of the work on the last large partition.
    fn end_tick_of_large(&mut self) {
        /// Ticks in which spectra are multiplied: all but those of the three transforms.
        const STEPS: usize = LARGE_TICKS - 3;
        match self.tick {
            0..STEPS => {
                let share = self.large.partitions().div_ceil(STEPS);
                self.large.accumulate(self.tick * share, share);
            }
            STEPS => self.large.finish(0),
            n if n == STEPS + 1 => self.large.finish(1),
            _ => {
                self.large.swap();
                self.large.take(&*self.collected);
            }
        }
        self.tick = (self.tick + 1) % LARGE_TICKS;
    }

    /// Silence.
    pub(super) fn clear(&mut self) {
        self.head.clear();
        self.small.clear();
        self.large.clear();
        self.tick = 0;
        self.input = [0.0; TICK_FRAMES];
        *self.collected = [0.0; LARGE];
        self.rest.clear();
    }

    /// Adds its sound of frames of the tick.
    pub(super) fn process(&mut self, run: Run<'_>) {
        if self.is_asleep() {
            return;
        }
        let Run {
            offset,
            input,
            left,
            right,
        } = run;
        for (slot, sample) in self.input.iter_mut().skip(offset).zip(input) {
            *slot = flush(*sample);
            self.rest.see(*slot);
        }
        let fed = self.input.get(offset..offset + input.len()).unwrap_or(&[]);
        self.head.process(offset, fed, [&mut *left, &mut *right]);
        let late = self.tick * TICK_FRAMES + offset;
        for (side, out) in [left, right].into_iter().enumerate() {
            let small = self.small.ready(side).get(offset..).unwrap_or(&[]);
            let large = self.large.ready(side).get(late..).unwrap_or(&[]);
            for ((out, small), large) in out.iter_mut().zip(small).zip(large) {
                *out += *small + *large;
            }
        }
    }
}

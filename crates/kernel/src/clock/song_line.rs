//! Song line: where the song is at each frame, as one straight line with a loop.
//!
//! In: one frame whose position is known, the tempo, the loop. Out: positions, frames of wraps.
//! Owner: the transport tracker. Thread: render. Source: none; plain arithmetic.
//!
//! Everything is reckoned from the one known frame, nothing is added up block by block: so the
//! answer is the same, to the bit, however the host cuts its blocks.

use crate::time::{SampleRate, SampleTime};

/// The loop of a song.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct LoopRange {
    /// Where it begins, quarter notes.
    pub start_quarters: f64,
    /// Where it ends, quarter notes; beyond the start.
    pub end_quarters: f64,
}

impl LoopRange {
    /// How long it is, quarter notes.
    #[must_use]
    pub fn length(self) -> f64 {
        self.end_quarters - self.start_quarters
    }
}

/// The shortest loop that is followed, s: what is shorter is a tone, and would have an annotation on
/// every few frames.
const SHORTEST_LOOP_S: f64 = 0.001;

/// How much of a frame reckoning in `f64` may be off. A wrap that falls this short after a frame is
/// on it.
const FRAME_SLACK: f64 = 1e-6;

/// A song from one frame on.
#[derive(Clone, Copy, Debug)]
pub(super) struct SongLine {
    frame: SampleTime,
    /// Position at `frame`, quarter notes.
    quarters: f64,
    /// Quarter notes per frame; `0.0` while the song stands still.
    step: f64,
    /// Only a loop that will be met: the song runs, and is before its end.
    range: Option<LoopRange>,
}

impl SongLine {
    /// A song that stands still.
    pub(super) const fn still(frame: SampleTime, quarters: f64) -> Self {
        Self {
            frame,
            quarters,
            step: 0.0,
            range: None,
        }
    }

    /// A song that runs.
    pub(super) fn running(
        frame: SampleTime,
        quarters: f64,
        tempo_bpm: f64,
        rate: SampleRate,
        range: Option<LoopRange>,
    ) -> Self {
        let per_second = tempo_bpm / 60.0;
        let range = range.filter(|range| {
            range.length() >= SHORTEST_LOOP_S * per_second && quarters < range.end_quarters
        });
        Self {
            frame,
            quarters,
            step: per_second / f64::from(rate.hz()),
            range,
        }
    }

    /// The position it was laid through.
    pub(super) const fn quarters(&self) -> f64 {
        self.quarters
    }

    /// The loop ahead, if there is one.
    pub(super) const fn range(&self) -> Option<LoopRange> {
        self.range
    }

    /// The position at a frame, wraps up to this frame done.
    pub(super) fn at(&self, frame: SampleTime) -> f64 {
        self.after_wraps(frame, self.wraps_until(frame))
    }

    /// The position at a frame as if there had been this many wraps.
    pub(super) fn after_wraps(&self, frame: SampleTime, wraps: u64) -> f64 {
        let straight = self.quarters + self.frames_to(frame) * self.step;
        self.range
            .map_or(straight, |range| straight - float(wraps) * range.length())
    }

    /// The frame of a wrap, counted from 0.
    pub(super) fn wrap_frame(&self, wrap: u64) -> Option<SampleTime> {
        let range = self.range?;
        let way = range.end_quarters - self.quarters + float(wrap) * range.length();
        let frames = (way / self.step - FRAME_SLACK).ceil();
        Some(self.frame.saturating_add(SampleTime::new(whole(frames))))
    }

    /// How many wraps there are up to a frame, that frame included.
    pub(super) fn wraps_until(&self, frame: SampleTime) -> u64 {
        let Some(range) = self.range else {
            return 0;
        };
        let straight = self.quarters + self.frames_to(frame) * self.step;
        let guess = ((straight - range.end_quarters) / range.length()).floor() + 1.0;
        let guess = whole(guess).max(0).unsigned_abs();
        // Rounding can be off by one wrap either way; the frames of the wraps decide.
        let due = |wrap| self.wrap_frame(wrap).is_some_and(|at| at <= frame);
        if due(guess) {
            guess.saturating_add(1)
        } else if guess > 0 && !due(guess - 1) {
            guess - 1
        } else {
            guess
        }
    }

    fn frames_to(&self, frame: SampleTime) -> f64 {
        float_signed(frame.saturating_sub(self.frame).frames())
    }
}

/// A count as a number; exact below 2^53, which no song reaches.
const fn float(count: u64) -> f64 {
    count as f64
}

const fn float_signed(frames: i64) -> f64 {
    frames as f64
}

#[expect(
    clippy::cast_possible_truncation,
    reason = "the cast saturates, and what is not a number is 0"
)]
const fn whole(frames: f64) -> i64 {
    frames as i64
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn looped(quarters: f64, tempo: f64, start: f64, end: f64) -> SongLine {
        let rate = SampleRate::new(48_000).unwrap();
        let range = LoopRange {
            start_quarters: start,
            end_quarters: end,
        };
        SongLine::running(SampleTime::ZERO, quarters, tempo, rate, Some(range))
    }

    #[test]
    fn wraps_fall_on_the_frame_of_the_loop_end_after_a_day_too() {
        // At 120 a quarter note is 24 000 frames.
        let line = looped(0.0, 120.0, 1.0, 5.0);
        for wrap in [0_i64, 1, 2, 1_000, 43_200] {
            let frame = SampleTime::new(5 * 24_000 + wrap * 4 * 24_000);
            assert_eq!(line.wrap_frame(wrap.unsigned_abs()), Some(frame));
            assert_eq!(line.wraps_until(frame), wrap.unsigned_abs() + 1);
            let before = frame.saturating_sub(SampleTime::new(1));
            assert_eq!(line.wraps_until(before), wrap.unsigned_abs());
            assert!((line.at(frame) - 1.0).abs() < 1e-9);
        }
    }

    #[test]
    fn a_loop_end_that_is_a_frame_but_for_rounding_is_met_on_that_frame() {
        let step = 93.7 / 60.0 / 48_000.0;
        for frame in 2_000_i64..20_000 {
            let end = 0.1 + float_signed(frame) * step;
            let line = looped(0.1, 93.7, 0.0, end);
            assert_eq!(line.wrap_frame(0), Some(SampleTime::new(frame)));
        }
    }

    #[test]
    fn a_loop_that_is_behind_or_too_short_is_not_met() {
        assert_eq!(looped(5.0, 120.0, 1.0, 5.0).range(), None);
        assert_eq!(looped(0.0, 120.0, 1.0, 1.001).range(), None);
        assert_eq!(looped(0.0, 120.0, 1.0, 1.0).range(), None);
    }

    proptest! {
        #[test]
        fn counting_wraps_agrees_with_their_frames(
            quarters in -50.0..50.0, tempo in 20.0..999.0, length in 0.05..40.0, frame in 0_i64..1 << 33,
        ) {
            let line = looped(quarters, tempo, quarters + 0.01, quarters + 0.01 + length);
            let frame = SampleTime::new(frame);
            let wraps = line.wraps_until(frame);
            prop_assert!(line.wrap_frame(wraps).unwrap() > frame);
            prop_assert!(wraps == 0 || line.wrap_frame(wraps - 1).unwrap() <= frame);
        }
    }
}

//! Transport: notices what the host does to its song, and tells it as annotations.
//!
//! In: what the host says at the start of each block. Out: annotations stamped on the master clock.
//! Owner: the shell or whoever drives the port. Thread: render. Source: \[CLAP\] transport event;
//! \[VST3\] process context; \[WDK\] Clock Synchronization.
//!
//! The master clock is only read here: a song that stops or jumps is no business of its.
//!
//! A host tells a position once per block. The tracker lays a line through it, see
//! `song_line`, and holds each later position against the line:
//!
//! | off by | taken for |
//! | --- | --- |
//! | up to 2 frames | rounding: nothing happens |
//! | up to 10 ms | creep, as of a tempo ramp: the line is laid anew, silently |
//! | the length of the loop | a wrap a little earlier or later than reckoned |
//! | more, back to the loop's start | a wrap seen only now |
//! | more | a locate |
//!
//! Annotations of one frame come in the order stop, locate or wrap, signature, tempo, record, play.

use super::{
    annotation::{Annotation, AnnotationKind, TimeSignature, TransportFlags},
    song_facts::{Held, Transport, is_position},
    song_line::SongLine,
};
use crate::time::{SampleRate, SampleTime};

/// What rounding of hosts is forgiven, frames.
const KEPT_FRAMES: f64 = 2.0;
/// What is followed without being called a jump, s.
const CREEP_S: f64 = 0.010;
/// How a told position compares with the line.
#[derive(Clone, Copy, PartialEq)]
enum Finding {
    /// As expected.
    Kept,
    /// A little off.
    Crept,
    /// Still before a wrap that is reckoned for this very frame.
    NotWrapped,
    /// Somewhere else.
    Jumped(AnnotationKind),
}

/// Where annotations go.
type Emit<'a> = &'a mut dyn FnMut(Annotation);

/// Compares what the host says with what its last block let expect.
#[derive(Clone, Debug)]
pub struct TransportTracker {
    rate: SampleRate,
    held: Held,
    line: SongLine,
    /// The host has told a position.
    positioned: bool,
    /// Position in seconds where the line begins, if the host tells seconds.
    seconds: Option<f64>,
    /// Wraps of the line that were told.
    told_wraps: u64,
    /// The frame after the last block.
    end: SampleTime,
    /// Frames of the last block.
    last_frames: usize,
    /// A wrap was told in the last block.
    wrapped_lately: bool,
}

impl TransportTracker {
    /// A song of which nothing is known: it stands still at 0.
    #[must_use]
    pub fn new(rate: SampleRate) -> Self {
        Self {
            rate,
            held: Held::default(),
            line: SongLine::still(SampleTime::ZERO, 0.0),
            positioned: false,
            seconds: None,
            told_wraps: 0,
            end: SampleTime::ZERO,
            last_frames: 0,
            wrapped_lately: false,
        }
    }

    /// The same song on a master clock of another rate.
    ///
    /// - `before`, `after`: one instant, as a frame of the old clock, of the new one
    #[must_use]
    pub fn at_rate(mut self, rate: SampleRate, before: SampleTime, after: SampleTime) -> Self {
        let quarters = self.line.at(before);
        let seconds = self.seconds_at(before);
        self.rate = rate;
        self.end = after;
        self.lay(after, quarters, seconds);
        self
    }

    /// The position of the song, quarter notes.
    ///
    /// - `frame`: of the master clock; exact in the last block and beyond as long as nothing changes,
    ///   for earlier frames as if there had been no jump
    ///
    /// # Real-time
    /// Render, wait-free.
    #[must_use]
    pub fn position_at(&self, frame: SampleTime) -> f64 {
        self.line.at(frame)
    }

    /// True while the song runs.
    #[must_use]
    pub const fn is_playing(&self) -> bool {
        self.held.playing
    }

    /// Quarter notes per minute; 120 until the host tells.
    #[must_use]
    pub fn tempo_bpm(&self) -> f64 {
        self.held.tempo()
    }

    /// Takes what the host says of a block, and tells what changed, in order of time.
    ///
    /// - `start`: the first frame of the block on the master clock; not before the end of the last
    /// - `frames`: its length, `0..`
    ///
    /// For facts that agree with each other the annotations do not depend on how the host cuts its
    /// blocks. A loop shorter than 1 ms is not followed, and no wrap is told of frames the host
    /// skipped.
    ///
    /// # Real-time
    /// Render. Bounded: at most 7 annotations, and one for each 1 ms of the block.
    pub fn block(
        &mut self,
        start: SampleTime,
        frames: usize,
        facts: &Transport,
        emit: &mut dyn FnMut(Annotation),
    ) {
        if start > self.end {
            let skipped = start.saturating_sub(SampleTime::new(1));
            self.told_wraps = self.told_wraps.max(self.line.wraps_until(skipped));
        }
        let next = self.held.told(facts);
        let stopped = self.held.playing && !next.playing;
        if stopped {
            self.stop(start, emit);
        }
        self.wrapped_lately &= !stopped;
        let wrapped = self.compare(start, facts, stopped, emit);
        self.change(start, next, facts, emit);
        self.end = start.after_frames(frames);
        let wrapped_inside = self.wrap_before(self.end, emit);
        self.last_frames = frames;
        self.wrapped_lately = wrapped || wrapped_inside;
    }

    fn stop(&mut self, start: SampleTime, emit: Emit<'_>) {
        // A wrap on this very frame has not happened: the song stands at the end of its loop.
        let quarters = self.line.after_wraps(start, self.told_wraps);
        let seconds = self.seconds_at(start);
        self.held.playing = false;
        self.lay(start, quarters, seconds);
        emit(self.annotation(start, AnnotationKind::Stop));
    }

    /// Holds the told position against the line; true if a wrap was told.
    fn compare(
        &mut self,
        start: SampleTime,
        facts: &Transport,
        stopped: bool,
        emit: Emit<'_>,
    ) -> bool {
        let Some(told) = self.told_quarters(start, facts) else {
            return self.wrap_before(start.after_frames(1), emit);
        };
        let finding = if !self.positioned {
            Finding::Jumped(AnnotationKind::Locate)
        } else if self.held.playing {
            self.judge_running(start, told)
        } else {
            self.judge_still(start, told, stopped)
        };
        self.positioned = true;
        match finding {
            Finding::Kept => return self.wrap_before(start.after_frames(1), emit),
            Finding::Crept => {
                let wrapped = self.wrap_before(start.after_frames(1), emit);
                self.lay(start, told, facts.song_seconds);
                return wrapped;
            }
            Finding::NotWrapped => self.lay(start, told, facts.song_seconds),
            Finding::Jumped(kind) => {
                self.lay(start, told, facts.song_seconds);
                emit(self.annotation(start, kind));
                return kind == AnnotationKind::LoopWrap;
            }
        }
        false
    }

    fn judge_still(&self, start: SampleTime, told: f64, stopped: bool) -> Finding {
        let off = (told - self.line.at(start)).abs();
        if stopped && off <= self.creep() {
            Finding::Crept
        } else if off <= self.kept() {
            Finding::Kept
        } else {
            Finding::Jumped(AnnotationKind::Locate)
        }
    }

    fn judge_running(&self, start: SampleTime, told: f64) -> Finding {
        let expected = self.line.at(start);
        let off = told - expected;
        if off.abs() <= self.kept() {
            return Finding::Kept;
        }
        if let Some(range) = self.line.range() {
            let near = self.creep().min(range.length() / 4.0);
            if (off + range.length()).abs() <= near {
                return Finding::Jumped(AnnotationKind::LoopWrap);
            }
            let due = self.line.wraps_until(start);
            let late = (off - range.length()).abs() <= near;
            if late && due > 0 && told < range.end_quarters + near {
                // The host wraps a little later than reckoned. What was told stays told.
                return if due > self.told_wraps {
                    Finding::NotWrapped
                } else {
                    Finding::Kept
                };
            }
        }
        if off.abs() <= self.creep() {
            Finding::Crept
        } else if !self.is_back_at_loop(told, expected) {
            Finding::Jumped(AnnotationKind::Locate)
        } else if self.wrapped_lately {
            // A host that loops in whole blocks: its wrap was told where the loop ended.
            Finding::Crept
        } else {
            Finding::Jumped(AnnotationKind::LoopWrap)
        }
    }

    /// True if a song that jumped back may have come from the end of its loop.
    fn is_back_at_loop(&self, told: f64, expected: f64) -> bool {
        if !self.held.looping || told >= expected {
            return false;
        }
        let block_s = self.last_frames as f64 / f64::from(self.rate.hz());
        let block = block_s * self.held.quarters_per_second();
        let creep = self.creep();
        self.held.range.is_none_or(|range| {
            let inside = told - range.start_quarters;
            (-creep..=block + creep).contains(&inside)
        })
    }

    /// Everything that is told beside the position.
    fn change(&mut self, start: SampleTime, next: Held, facts: &Transport, emit: Emit<'_>) {
        let before = std::mem::replace(&mut self.held, next);
        let line_changed = before.playing != next.playing
            || before.tempo_bpm != next.tempo_bpm
            || before.looping != next.looping
            || before.range != next.range;
        if line_changed {
            // A position told with the change is better than one reckoned by what no longer holds.
            let reckoned = self.line.after_wraps(start, self.told_wraps);
            let seconds = facts
                .song_seconds
                .or_else(|| self.seconds_with(&before, start));
            let quarters = self.told_near(reckoned, facts);
            self.lay(start, quarters, seconds);
        }
        let recording = if next.recording {
            AnnotationKind::RecordOn
        } else {
            AnnotationKind::RecordOff
        };
        let changes = [
            (
                before.signature != next.signature,
                AnnotationKind::Signature,
            ),
            (before.tempo_bpm != next.tempo_bpm, AnnotationKind::Tempo),
            (before.recording != next.recording, recording),
            (!before.playing && next.playing, AnnotationKind::Play),
        ];
        for (changed, kind) in changes {
            if changed {
                emit(self.annotation(start, kind));
            }
        }
    }

    /// The told position if it is the reckoned one but for rounding, the reckoned one otherwise.
    fn told_near(&self, reckoned: f64, facts: &Transport) -> f64 {
        facts
            .song_quarters
            .filter(|told| (told - reckoned).abs() <= self.creep())
            .unwrap_or(reckoned)
    }

    /// Tells all wraps before a frame that were not told; true if there was one.
    fn wrap_before(&mut self, end: SampleTime, emit: Emit<'_>) -> bool {
        let mut any = false;
        while let Some(frame) = self.line.wrap_frame(self.told_wraps)
            && frame < end
        {
            self.told_wraps = self.told_wraps.saturating_add(1);
            emit(self.annotation(frame, AnnotationKind::LoopWrap));
            any = true;
        }
        any
    }

    /// Lays the line through a position.
    fn lay(&mut self, frame: SampleTime, quarters: f64, seconds: Option<f64>) {
        self.told_wraps = 0;
        self.seconds = seconds.filter(|it| is_position(*it));
        self.line = if self.held.playing {
            let range = self.held.range.filter(|_| self.held.looping);
            SongLine::running(frame, quarters, self.held.tempo(), self.rate, range)
        } else {
            SongLine::still(frame, quarters)
        };
    }

    /// The told position, quarter notes.
    fn told_quarters(&self, start: SampleTime, facts: &Transport) -> Option<f64> {
        let told = facts
            .song_quarters
            .filter(|quarters| is_position(*quarters));
        told.or_else(|| {
            let seconds = facts.song_seconds.filter(|seconds| is_position(*seconds))?;
            let per_second = self.held.quarters_per_second();
            // Without a first reading the song is taken to have had one tempo from its start.
            let quarters = self
                .seconds_at(start)
                .map_or(seconds * per_second, |expected| {
                    self.line.at(start) + (seconds - expected) * per_second
                });
            Some(quarters).filter(|quarters| is_position(*quarters))
        })
    }

    fn seconds_at(&self, frame: SampleTime) -> Option<f64> {
        self.seconds_with(&self.held, frame)
    }

    fn seconds_with(&self, held: &Held, frame: SampleTime) -> Option<f64> {
        let quarters = self.line.at(frame) - self.line.quarters();
        Some(self.seconds? + quarters / held.quarters_per_second())
    }

    fn kept(&self) -> f64 {
        KEPT_FRAMES * self.held.quarters_per_second() / f64::from(self.rate.hz())
    }

    fn creep(&self) -> f64 {
        (CREEP_S * self.held.quarters_per_second()).max(self.kept())
    }

    fn annotation(&self, frame: SampleTime, kind: AnnotationKind) -> Annotation {
        let held = &self.held;
        let flags = TransportFlags::NONE
            .with_if(held.playing, TransportFlags::PLAYING)
            .with_if(held.recording, TransportFlags::RECORDING)
            .with_if(held.looping, TransportFlags::LOOPING)
            .with_if(self.positioned, TransportFlags::POSITION)
            .with_if(held.tempo_bpm.is_some(), TransportFlags::TEMPO)
            .with_if(held.signature.is_some(), TransportFlags::SIGNATURE);
        Annotation {
            time: self.rate.sample_to_ref(frame),
            kind,
            song_quarters: self.line.after_wraps(frame, self.told_wraps),
            tempo_bpm: held.tempo(),
            signature: held.signature.unwrap_or(TimeSignature::COMMON),
            flags,
        }
    }
}

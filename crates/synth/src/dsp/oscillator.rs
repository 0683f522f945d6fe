//! The sample player: a position that walks through a wave at the note's pitch.
//!
//! Position and speed are fixed point, with 24 bits of fraction. Speed moves linearly
//! within a tick (so pitch has no zipper noise) by whole-number additions, which are exact:
//! cutting a block anywhere gives the same positions.
//! Positions run through the loop unrolled, as far behind its end as reading looks back, and are
//! taken back by whole loops there: what is read at a position never depends on how it got there.
//! Reading is done in runs of at most 256 frames of the wave, each from one window, without a
//! decision at any frame.

use super::interpolation::{Interpolation, Method, ONE, Walk};
use super::octet::Octet;
use super::recording::{Loop, MAX_TAPS, POSITIONS, Place, Recording, WINDOW_FRAMES, Window};
use super::tables::TICK_FRAMES;
use crate::level::Level;

/// Fastest reading, frames of the wave per frame of output.
const MAX_SPEED: f64 = 4096.0;

/// How waves are read, for all voices of an engine.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Reader {
    pub(crate) level: Level,
    pub(crate) interpolation: Interpolation,
}

impl Reader {
    /// The best of this machine.
    ///
    /// # Real-time
    /// Control. Not real-time: reads the environment.
    pub(crate) fn new() -> Self {
        Self {
            level: Level::chosen(),
            interpolation: Interpolation::default(),
        }
    }
}

/// Position and speed of one voice in its wave.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Playhead {
    /// Position, fixed point, frames from the start of the wave, in a loop unrolled.
    phase: u64,
    /// Speed at the next frame, fixed point, frames per frame.
    speed: u64,
    /// Change of speed per frame.
    step: i64,
    /// Speed at the end of the tick.
    target: u64,
    method: Method,
}

/// Fixed-point speed of a ratio, at least the smallest that moves at all.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    clippy::cast_precision_loss,
    reason = "clamped to 0..=4096 frames before the cast"
)]
fn fixed(speed: f64) -> u64 {
    ((speed.clamp(0.0, MAX_SPEED) * ONE as f64) as u64).max(1)
}

impl Playhead {
    /// At a frame of the wave.
    ///
    /// - `speed`: frames of the wave per frame of output
    pub(crate) fn new(speed: f64, frame: u32, reader: &Reader) -> Self {
        let speed = fixed(speed);
        Self {
            phase: u64::from(frame) * ONE,
            speed,
            step: 0,
            target: speed,
            method: Method::of(reader.interpolation, speed),
        }
    }

    /// Bends the speed so that it is `speed` at the end of the tick.
    ///
    /// - `offset`: frame of the tick from which it bends, `0..64`
    #[expect(
        clippy::cast_possible_wrap,
        reason = "speeds are below 2^37, frames below 65"
    )]
    pub(crate) fn aim(&mut self, offset: usize, speed: f64, reader: &Reader) {
        if offset == 0 {
            self.speed = self.target;
        }
        self.target = fixed(speed);
        let frames = TICK_FRAMES.saturating_sub(offset).max(1) as i64;
        self.step = (self.target as i64 - self.speed as i64) / frames;
        let fastest = self.speed.max(self.target);
        self.method = Method::of(reader.interpolation, fastest);
    }

    /// Whether the speed stays as it is.
    pub(crate) const fn is_steady(&self) -> bool {
        self.step == 0 && self.speed == self.target
    }

    /// Leaves the loop: from here on the wave plays to its end.
    pub(crate) fn leave(&mut self, wave_loop: Loop) {
        let frame = wave_loop.frame(self.phase / ONE);
        self.phase = frame * ONE + self.phase % ONE;
    }

    /// Reads frames into `out`, in 16-bit units; silence behind the end of the wave.
    ///
    /// - `wave_loop`: the loop to stay in, if any
    /// - `scratch`: memory for frames that do not lie together
    ///
    /// # Real-time
    /// Render. Bounded: at most one run for each frame.
    #[inline(always)]
    pub(crate) fn read<O: Octet>(
        &mut self,
        octet: O,
        recording: &Recording,
        wave_loop: Option<Loop>,
        scratch: &mut Window,
        out: &mut [f32],
    ) {
        let walk = self.walk();
        let after = walk.after(out.len());
        if let Some(window) = self.window(recording, wave_loop, after) {
            octet.read(self.method, window, walk, out);
            self.go(walk, after);
        } else {
            self.read_in_runs(recording, wave_loop, octet.level(), scratch, out);
        }
    }

    /// From the frame before the position on.
    #[inline(always)]
    const fn walk(&self) -> Walk {
        Walk {
            phase: self.phase % ONE,
            speed: self.speed,
            step: self.step,
        }
    }

    /// Moves on.
    #[inline(always)]
    const fn go(&mut self, walk: Walk, after: Walk) {
        self.phase = self.phase - walk.phase + after.phase;
        self.speed = after.speed;
    }

    /// The window of a whole run, where it lies in one and nothing but the wave is looked at.
    ///
    /// - `after`: the walk after the run
    #[inline(always)]
    fn window<'a>(
        &self,
        recording: &'a Recording,
        wave_loop: Option<Loop>,
        after: Walk,
    ) -> Option<&'a Window> {
        let last = after.phase / ONE;
        if last >= POSITIONS as u64 || recording.is_deep() {
            return None;
        }
        let behind = self.method.behind();
        let mut first = (self.phase / ONE).checked_sub(behind)?;
        let mut end = u64::from(recording.length());
        if let Some(wave_loop) = wave_loop {
            end = u64::from(wave_loop.end());
            // Where only the loop is seen, and it is the first time round.
            if first >= end {
                first -= u64::from(wave_loop.length());
                if first >= end {
                    return None;
                }
            }
        }
        if first + last + self.method.taps() as u64 > end {
            return None;
        }
        recording
            .frames()
            .high_from(usize::try_from(first).ok()?)
            .first_chunk()
    }

    /// Reads frames in as many runs as it takes.
    #[inline(never)]
    fn read_in_runs(
        &mut self,
        recording: &Recording,
        wave_loop: Option<Loop>,
        level: Level,
        scratch: &mut Window,
        out: &mut [f32],
    ) {
        let mut rest = out;
        while !rest.is_empty() {
            if let Some(wave_loop) = wave_loop {
                self.phase = wrapped(self.phase, wave_loop);
            }
            let walk = self.walk();
            let (run, after) = run(walk, rest.len());
            let (now, later) = rest.split_at_mut(run);
            rest = later;
            let last = ((after.phase / ONE) as usize).min(POSITIONS - 1);
            let behind = self.method.behind();
            let position = self.phase / ONE;
            let place = Place {
                position: wave_loop.map_or(position, |looped| folded(position, behind, looped)),
                behind,
                frames: last + self.method.taps(),
                wave_loop,
            };
            let window = recording.window(place, scratch);
            self.method.read(level, window, walk, now);
            if recording.is_deep() {
                self.add_depth(recording, place, walk, level, now);
            }
            self.go(walk, after);
        }
    }

    /// Adds what the lower 8 bits of the frames give, which is a 256th of the same sums.
    #[inline(never)]
    fn add_depth(
        &self,
        recording: &Recording,
        place: Place,
        walk: Walk,
        level: Level,
        out: &mut [f32],
    ) {
        let mut scratch: Window = [0; WINDOW_FRAMES];
        let mut depth = [0.0; TICK_FRAMES];
        recording.low_window(place, &mut scratch);
        let mut walk = walk;
        for row in out.chunks_mut(TICK_FRAMES) {
            let depth = depth.get_mut(..row.len()).unwrap_or(&mut []);
            self.method.read(level, &scratch, walk, depth);
            for (sample, depth) in row.iter_mut().zip(depth) {
                *sample += *depth * (1.0 / 256.0);
            }
            walk = walk.after(row.len());
        }
    }

    /// Whether a wave that is not looped has been played to its end, and reading no longer touches it.
    pub(crate) const fn is_past(&self, recording: &Recording) -> bool {
        self.phase / ONE >= recording.length() as u64 + self.method.behind()
    }
}

/// How many frames one window holds, `1..=wanted`, and the walk after them.
///
/// With a moving speed the number may be too low, never high.
#[inline]
#[expect(
    clippy::cast_possible_truncation,
    reason = "a run is never longer than a tick"
)]
fn run(walk: Walk, wanted: usize) -> (usize, Walk) {
    let after = walk.after(wanted);
    let room = POSITIONS as u64 * ONE;
    if after.phase < room {
        return (wanted, after);
    }
    // Speeds are below 2^37, so that nothing overflows.
    let fastest = walk.speed.max(after.speed).max(1);
    let frames = (room - walk.phase)
        .div_ceil(fastest)
        .clamp(1, wanted as u64) as usize;
    (frames, walk.after(frames))
}

/// Takes a position back by whole loops once reading it sees nothing but the loop.
#[inline]
fn wrapped(phase: u64, wave_loop: Loop) -> u64 {
    let first = u64::from(wave_loop.end()) + MAX_TAPS as u64;
    let length = u64::from(wave_loop.length());
    let end = (first + length) * ONE;
    if phase < end {
        return phase;
    }
    let first = first * ONE;
    first + (phase - first) % (length * ONE)
}

/// The earliest position of which reading sees what it sees at `position`: less often does a window
/// reach over the end of the loop.
#[inline]
fn folded(position: u64, behind: u64, wave_loop: Loop) -> u64 {
    let first = u64::from(wave_loop.end()) + behind;
    if position < first {
        return position;
    }
    let length = u64::from(wave_loop.length());
    let passed = position - first;
    // A division only where loops are short.
    let passed = if passed < length {
        passed
    } else {
        passed % length
    };
    first - length + passed
}

#[cfg(test)]
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_possible_wrap,
    reason = "test signals"
)]
mod tests;

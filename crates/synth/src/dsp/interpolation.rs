//! Reading a wave between its frames.
//!
//! In: a window of frames and a walk through it. Out: samples in 16-bit units. Each kind exists as a
//! plain loop here and in vector instructions beside it ([`avx2`]), with the same bits.
//!
//! Residual against a sine at .02 .1 .2 .3 .4 of the wave's rate, in dB: linear -65 -36 -23 -14 -7,
//! cubic -93 -50 -30 -18 -8, sinc see [`sinc`].

#[cfg(target_arch = "x86_64")]
mod avx2;
pub(crate) mod sinc;

use super::recording::Window;
use crate::level::Level;
use sinc::{Kernel, ROW_UNIT, Rows};

/// How a wave is read between its frames.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Interpolation {
    /// A straight line between two frames, as players of 1998 did.
    Linear,
    /// Cubic Hermite through four frames (Catmull-Rom): exact at every frame, slope continuous.
    Cubic,
    /// Windowed sinc over 16 frames, more where the wave is transposed up: its cutoff follows, so
    /// that nothing is mirrored at half the rate.
    #[default]
    Sinc,
}

/// A way of reading, settled for a tick.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Method {
    Linear,
    Cubic,
    Sinc(Kernel),
}

impl Method {
    /// The method for a speed.
    ///
    /// - `speed`: frames of the wave per frame of output, 32.32
    pub(crate) fn of(interpolation: Interpolation, speed: u64) -> Self {
        match interpolation {
            Interpolation::Linear => Self::Linear,
            Interpolation::Cubic => Self::Cubic,
            Interpolation::Sinc => Self::Sinc(Kernel::for_speed(speed)),
        }
    }

    /// Frames before a position that reading it touches.
    #[inline]
    pub(crate) const fn behind(self) -> u64 {
        match self {
            Self::Linear => 0,
            Self::Cubic => 1,
            Self::Sinc(kernel) => kernel.taps() as u64 / 2 - 1,
        }
    }

    /// Frames that reading one position takes.
    #[inline]
    pub(crate) const fn taps(self) -> usize {
        match self {
            Self::Linear => 2,
            Self::Cubic => 4,
            Self::Sinc(kernel) => kernel.taps(),
        }
    }

    /// Reads a run into `out`, in units of the window.
    ///
    /// - `walk`: positions in the window, all below 256 frames
    #[inline]
    pub(crate) fn read(self, level: Level, window: &Window, walk: Walk, out: &mut [f32]) {
        match (self, level) {
            #[cfg(target_arch = "x86_64")]
            (Self::Cubic, Level::Avx2(v3)) => avx2::cubic(v3, window, walk, out),
            #[cfg(target_arch = "x86_64")]
            (Self::Linear, Level::Avx2(v3)) => avx2::linear(v3, window, walk, out),
            #[cfg(target_arch = "x86_64")]
            (Self::Sinc(kernel), Level::Avx2(v3)) => match kernel {
                Kernel::One(rows) => avx2::sinc(v3, rows, window, walk, out),
                Kernel::Two(rows) => avx2::sinc(v3, rows, window, walk, out),
                Kernel::Four(rows) => avx2::sinc(v3, rows, window, walk, out),
                Kernel::Eight(rows) => avx2::sinc(v3, rows, window, walk, out),
            },
            _ => self.read_plainly(window, walk, out),
        }
    }

    /// The same in plain Rust: what every level has to equal.
    fn read_plainly(self, window: &Window, walk: Walk, out: &mut [f32]) {
        match self {
            Self::Linear => each(walk, out, |phase| {
                linear(taps(window, phase), fraction(phase))
            }),
            Self::Cubic => each(walk, out, |phase| {
                hermite(taps(window, phase), fraction(phase))
            }),
            Self::Sinc(Kernel::One(rows)) => each(walk, out, |phase| dot(rows, window, phase)),
            Self::Sinc(Kernel::Two(rows)) => each(walk, out, |phase| dot(rows, window, phase)),
            Self::Sinc(Kernel::Four(rows)) => each(walk, out, |phase| dot(rows, window, phase)),
            Self::Sinc(Kernel::Eight(rows)) => each(walk, out, |phase| dot(rows, window, phase)),
        }
    }
}

/// Fills a run with what is read at its positions.
fn each(mut walk: Walk, out: &mut [f32], read: impl Fn(u64) -> f32) {
    for sample in out {
        *sample = read(walk.phase);
        walk.step();
    }
}

/// Positions that move through a window at a speed that changes evenly; exact.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Walk {
    /// Position in the window, 32.32 frames, below 256 frames.
    pub(crate) phase: u64,
    /// Speed at the next frame, 32.32 frames per frame.
    pub(crate) speed: u64,
    /// Change of speed per frame.
    pub(crate) step: i64,
}

impl Walk {
    /// One frame on.
    #[inline]
    pub(crate) const fn step(&mut self) {
        self.phase = self.phase.wrapping_add(self.speed);
        self.speed = self.speed.wrapping_add_signed(self.step);
    }

    /// After some frames, at most a few thousand.
    #[inline]
    pub(crate) const fn after(self, frames: usize) -> Self {
        let frames = frames.cast_signed() as i64;
        let way = self.speed.cast_signed().wrapping_mul(frames);
        let bend = self.step.wrapping_mul(frames * (frames - 1) / 2);
        Self {
            phase: self.phase.wrapping_add_signed(way.wrapping_add(bend)),
            speed: self
                .speed
                .wrapping_add_signed(self.step.wrapping_mul(frames)),
            step: self.step,
        }
    }
}

/// Frame number of a position in a window, `0..256`.
#[inline]
#[expect(
    clippy::cast_possible_truncation,
    reason = "a byte numbers all positions"
)]
const fn whole(phase: u64) -> usize {
    ((phase >> 32) as u8) as usize
}

/// Fraction of a position, 24 bits of it, `0.0..1.0`.
#[inline]
#[expect(
    clippy::cast_precision_loss,
    clippy::cast_possible_truncation,
    reason = "24 bits are exact in f32"
)]
fn fraction(phase: u64) -> f32 {
    ((phase as u32) >> 8) as f32 * (1.0 / 16_777_216.0)
}

/// The frames at a position.
#[inline]
fn taps<const N: usize>(window: &Window, phase: u64) -> &[i16; N] {
    const { assert!(N <= super::recording::MAX_TAPS) };
    let first = whole(phase);
    match window.get(first..first + N).and_then(<[i16]>::first_chunk) {
        Some(taps) => taps,
        None => &[0; N],
    }
}

/// Value at `t` between two frames.
#[inline]
#[expect(clippy::cast_precision_loss, reason = "17 bits are exact in f32")]
fn linear([here, next]: &[i16; 2], t: f32) -> f32 {
    let (here, next) = (i32::from(*here), i32::from(*next));
    here as f32 + t * (next - here) as f32
}

/// Value at `t` between the second and the third of four frames, in their units.
///
/// The differences are taken in whole numbers, where they are exact.
///
/// - `t`: `0.0..1.0`
#[inline]
#[expect(
    clippy::cast_precision_loss,
    reason = "sums of a few 16-bit numbers are exact in f32"
)]
fn hermite(taps: &[i16; 4], t: f32) -> f32 {
    let [before, here, next, after] = taps.map(i32::from);
    // Twice the coefficients of t, t^2 and t^3.
    let slope = next - before;
    let square = 2 * before - 5 * here + 4 * next - after;
    let cubic = 3 * (here - next) + after - before;
    let curve = slope as f32 + t * (t * cubic as f32 + square as f32);
    here as f32 + 0.5 * t * curve
}

/// Frames weighted by the row of a position.
#[inline]
#[expect(clippy::cast_precision_loss, reason = "rounded to 24 bits, as meant")]
fn dot<const TAPS: usize, const ROWS: usize>(
    rows: &Rows<TAPS, ROWS>,
    window: &Window,
    phase: u64,
) -> f32 {
    let taps: &[i16; TAPS] = taps(window, phase);
    let sum: i32 = rows
        .at(phase)
        .iter()
        .zip(taps)
        .map(|(weight, frame)| i32::from(*weight) * i32::from(*frame))
        .sum();
    sum as f32 * ROW_UNIT
}

#[cfg(test)]
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "test signals"
)]
mod tests;

//! Reading a wave between its frames.
//!
//! In: a window of frames and a walk through it. Out: samples in 16-bit units. Each kind exists as a
//! plain loop here and over the vector instructions of a level ([`tile`]), with the same bits.
//!
//! Residual against a sine at .02 .1 .2 .3 .4 of the wave's rate, in dB: linear -65 -36 -23 -14 -7,
//! cubic -93 -50 -30 -18 -8, sinc see [`sinc`].

#[cfg(target_arch = "x86_64")]
pub(crate) mod avx2;
#[cfg(target_arch = "x86_64")]
pub(crate) mod avx512;
#[cfg(all(target_arch = "aarch64", target_feature = "neon"))]
pub(crate) mod neon;
pub(crate) mod sinc;
#[cfg(target_arch = "x86_64")]
pub(crate) mod sse2;
#[cfg(any(target_arch = "x86_64", target_arch = "aarch64"))]
pub(crate) mod tile;

use super::octet;
use super::recording::Window;
use crate::level::Level;
use sinc::{Kernel, ROW_UNIT, Rows};

/// Bits behind the point of positions and speeds: as many as `f32` holds, and a position in a window
/// with them is one 32-bit number.
pub(crate) const FRACTION_BITS: u32 = 24;

/// One frame in fixed point.
pub(crate) const ONE: u64 = 1 << FRACTION_BITS;

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
    /// - `speed`: frames of the wave per frame of output, fixed point
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

    /// Reads a run into `out`, in units of the window, in the instructions of a level.
    ///
    /// - `walk`: positions in the window, all below 256 frames
    pub(crate) fn read(self, level: Level, window: &Window, walk: Walk, out: &mut [f32]) {
        level.run(Read {
            method: self,
            window,
            walk,
            out,
        });
    }

    /// The same in plain Rust: what every level has to equal.
    pub(crate) fn read_plainly(self, window: &Window, walk: Walk, out: &mut [f32]) {
        match self {
            Self::Linear => each(walk, out, |place| {
                linear(taps(window, place), fraction(place))
            }),
            Self::Cubic => each(walk, out, |place| {
                hermite(taps(window, place), fraction(place))
            }),
            Self::Sinc(Kernel::One(rows)) => each(walk, out, |place| dot(rows, window, place)),
            Self::Sinc(Kernel::Two(rows)) => each(walk, out, |place| dot(rows, window, place)),
            Self::Sinc(Kernel::Four(rows)) => each(walk, out, |place| dot(rows, window, place)),
            Self::Sinc(Kernel::Eight(rows)) => each(walk, out, |place| dot(rows, window, place)),
        }
    }
}

/// A run that is read by itself.
struct Read<'a> {
    method: Method,
    window: &'a Window,
    walk: Walk,
    out: &'a mut [f32],
}

impl octet::Kernel for Read<'_> {
    #[inline(always)]
    fn run<O: octet::Octet>(self, octet: O) {
        octet.read(self.method, self.window, self.walk, self.out);
    }
}

/// Fills a run with what is read at its places.
fn each(walk: Walk, out: &mut [f32], read: impl Fn(u32) -> f32) {
    let mut steps = walk.steps();
    for sample in out {
        *sample = read(steps.next());
    }
}

/// Positions that move through a window at a speed that changes evenly; exact.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Walk {
    /// Position in the window, fixed point, below 256 frames.
    pub(crate) phase: u64,
    /// Speed at the next frame, frames per frame, fixed point.
    pub(crate) speed: u64,
    /// Change of speed per frame.
    pub(crate) step: i64,
}

impl Walk {
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

    /// The greatest speed of its first frames, at most a few thousand.
    #[cfg(target_arch = "x86_64")]
    #[inline]
    fn fastest(self, frames: usize) -> u64 {
        self.speed.max(self.after(frames).speed)
    }

    /// The same as places in the window.
    #[inline(always)]
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "a window wraps where 32 bits do"
    )]
    const fn steps(self) -> Steps {
        Steps {
            place: self.phase as u32,
            speed: self.speed as u32,
            step: self.step as u32,
        }
    }
}

/// A walk in 8 bits of frame and 24 of fraction, all that a place in a window has.
#[derive(Debug, Clone, Copy)]
struct Steps {
    place: u32,
    speed: u32,
    step: u32,
}

impl Steps {
    /// The place, and one frame on.
    #[inline(always)]
    const fn next(&mut self) -> u32 {
        let place = self.place;
        self.place = place.wrapping_add(self.speed);
        self.speed = self.speed.wrapping_add(self.step);
        place
    }
}

/// Frame number of a place in a window, `0..256`.
#[inline(always)]
const fn whole(place: u32) -> usize {
    (place >> FRACTION_BITS) as usize
}

/// Fraction of a place, `0.0..1.0`.
#[inline]
#[expect(clippy::cast_precision_loss, reason = "24 bits are exact in f32")]
fn fraction(place: u32) -> f32 {
    (place & FRACTION) as f32 * FRACTION_UNIT
}

/// The fraction of a place, by bits.
const FRACTION: u32 = (1 << FRACTION_BITS) - 1;

/// One unit of a fraction.
const FRACTION_UNIT: f32 = 1.0 / (1 << FRACTION_BITS) as f32;

/// The frames at a place.
#[inline(always)]
fn taps<const N: usize>(window: &Window, place: u32) -> &[i16; N] {
    const { assert!(N <= super::recording::MAX_TAPS) };
    let first = whole(place);
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

/// Frames weighted by the row of a place.
#[inline]
#[expect(clippy::cast_precision_loss, reason = "rounded to 24 bits, as meant")]
fn dot<const TAPS: usize, const ROWS: usize>(
    rows: &Rows<TAPS, ROWS>,
    window: &Window,
    place: u32,
) -> f32 {
    let taps: &[i16; TAPS] = taps(window, place);
    let sum: i32 = rows
        .at(place)
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

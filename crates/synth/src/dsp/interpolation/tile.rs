//! Interpolation over the vector instructions of a level, a tile of frames at a time.
//!
//! The same whole numbers and the same roundings in the same order as the plain loops, so the same
//! bits. Places are kept exactly, one to a lane, in 8 bits of frame and 24 of fraction.

use super::super::recording::Window;
use super::sinc::{Kernel, ROW_UNIT, Rows};
use super::{Method, Steps, Walk};

/// Instructions for a tile of `N` frames.
///
/// Everything that uses them is inlined by force and no closure: what is in a function of its own may
/// not use what its surroundings may.
pub(crate) trait Tile<const N: usize>: Copy {
    /// A 32-bit number of each frame.
    type Whole: Copy;
    /// An `f32` of each frame.
    type Real: Copy;

    /// The same number for each.
    fn whole(self, number: u32) -> Self::Whole;
    /// For frame n: `first + n * slope + n * (n - 1) / 2 * bend`, wrapping.
    fn line(self, first: u32, slope: u32, bend: u32) -> Self::Whole;
    /// Sums, wrapping.
    fn plus(self, a: Self::Whole, b: Self::Whole) -> Self::Whole;
    /// Fractions of places, `0.0..1.0`.
    fn fractions(self, places: Self::Whole) -> Self::Real;
    /// The first two of the four frames at each place, and the other two: 16 bits each.
    fn pairs(self, window: &Window, places: Self::Whole) -> [Self::Whole; 2];
    /// Both numbers of each pair weighted and summed.
    fn weigh(self, pairs: Self::Whole, weights: [i16; 2]) -> Self::Whole;
    /// The second number of each pair.
    fn second(self, pairs: Self::Whole) -> Self::Whole;
    /// Frames weighted by the rows of places.
    fn dots<const TAPS: usize, const ROWS: usize>(
        self,
        rows: &Rows<TAPS, ROWS>,
        window: &Window,
        places: [u32; N],
    ) -> Self::Whole;

    /// Whole numbers below 2^24, exactly; others rounded.
    fn real(self, wholes: Self::Whole) -> Self::Real;
    /// The same number for each.
    fn splat(self, number: f32) -> Self::Real;
    fn sum(self, a: Self::Real, b: Self::Real) -> Self::Real;
    fn product(self, a: Self::Real, b: Self::Real) -> Self::Real;
    fn row(self, reals: Self::Real) -> [f32; N];
}

/// Reads a run into `out`; see [`Method::read`].
#[inline(always)]
pub(crate) fn read<const N: usize>(
    tile: impl Tile<N>,
    method: Method,
    window: &Window,
    walk: Walk,
    out: &mut [f32],
) {
    match method {
        Method::Linear => each(tile, Linear(window), walk, out),
        Method::Cubic => each(tile, Cubic(window), walk, out),
        Method::Sinc(Kernel::One(rows)) => sinc(tile, rows, window, walk, out),
        Method::Sinc(Kernel::Two(rows)) => sinc(tile, rows, window, walk, out),
        Method::Sinc(Kernel::Four(rows)) => sinc(tile, rows, window, walk, out),
        Method::Sinc(Kernel::Eight(rows)) => sinc(tile, rows, window, walk, out),
    }
}

/// A way to read a tile.
trait Read {
    fn read<const N: usize, T: Tile<N>>(&self, tile: T, places: T::Whole) -> T::Real;
}

/// Reads `out`, tile after tile, the last of them in part.
#[inline(always)]
#[expect(
    clippy::cast_possible_truncation,
    reason = "a tile has at most 16 frames"
)]
fn each<const N: usize, T: Tile<N>>(tile: T, read: impl Read, walk: Walk, out: &mut [f32]) {
    let steps = walk.steps();
    let frames = N as u32;
    // How far each place moves to the same one of the next tile, and how much that grows.
    let first = (steps.speed.wrapping_mul(frames))
        .wrapping_add(steps.step.wrapping_mul(frames * (frames - 1) / 2));
    let mut stride = tile.line(first, steps.step.wrapping_mul(frames), 0);
    let growth = tile.whole(steps.step.wrapping_mul(frames * frames));
    let mut places = tile.line(steps.place, steps.speed, steps.step);
    let (rows, rest) = out.as_chunks_mut::<N>();
    for row in rows {
        *row = tile.row(read.read(tile, places));
        places = tile.plus(places, stride);
        stride = tile.plus(stride, growth);
    }
    if !rest.is_empty() {
        let row = tile.row(read.read(tile, places));
        for (slot, sample) in rest.iter_mut().zip(row) {
            *slot = sample;
        }
    }
}

/// Cubic; see [`super::hermite`].
struct Cubic<'a>(&'a Window);

impl Read for Cubic<'_> {
    #[inline(always)]
    fn read<const N: usize, T: Tile<N>>(&self, tile: T, places: T::Whole) -> T::Real {
        let t = tile.fractions(places);
        let pairs = tile.pairs(self.0, places);
        let here = tile.real(tile.second(pairs[0]));
        let slope = weigh(tile, pairs, [-1, 0, 1, 0]);
        let square = weigh(tile, pairs, [2, -5, 4, -1]);
        let cubic = weigh(tile, pairs, [-1, 3, -3, 1]);
        let curve = tile.sum(tile.product(t, cubic), square);
        let curve = tile.sum(slope, tile.product(t, curve));
        let half = tile.product(tile.splat(0.5), t);
        tile.sum(here, tile.product(half, curve))
    }
}

/// A sum of each four frames with weights.
#[inline(always)]
fn weigh<const N: usize, T: Tile<N>>(
    tile: T,
    [front, back]: [T::Whole; 2],
    [a, b, c, d]: [i16; 4],
) -> T::Real {
    let front = tile.weigh(front, [a, b]);
    tile.real(tile.plus(front, tile.weigh(back, [c, d])))
}

/// Linear; see [`super::linear`].
struct Linear<'a>(&'a Window);

impl Read for Linear<'_> {
    #[inline(always)]
    fn read<const N: usize, T: Tile<N>>(&self, tile: T, places: T::Whole) -> T::Real {
        let [front, _] = tile.pairs(self.0, places);
        let here = tile.real(tile.weigh(front, [1, 0]));
        let slope = tile.real(tile.weigh(front, [-1, 1]));
        tile.sum(here, tile.product(tile.fractions(places), slope))
    }
}

/// Windowed sinc; see [`super::dot`]. Places are wanted one by one, so they are stepped so.
#[inline(always)]
fn sinc<const N: usize, const TAPS: usize, const ROWS: usize>(
    tile: impl Tile<N>,
    rows: &Rows<TAPS, ROWS>,
    window: &Window,
    walk: Walk,
    out: &mut [f32],
) {
    let mut steps = walk.steps();
    let (tiles, rest) = out.as_chunks_mut::<N>();
    for row in tiles {
        *row = dots(tile, rows, window, &mut steps);
    }
    if !rest.is_empty() {
        let row = dots(tile, rows, window, &mut steps);
        for (slot, sample) in rest.iter_mut().zip(row) {
            *slot = sample;
        }
    }
}

/// The next tile of a walk through a windowed sinc.
#[inline(always)]
fn dots<const N: usize, const TAPS: usize, const ROWS: usize>(
    tile: impl Tile<N>,
    rows: &Rows<TAPS, ROWS>,
    window: &Window,
    steps: &mut Steps,
) -> [f32; N] {
    let mut places = [0; N];
    for place in &mut places {
        *place = steps.next();
    }
    let sums = tile.real(tile.dots(rows, window, places));
    tile.row(tile.product(sums, tile.splat(ROW_UNIT)))
}

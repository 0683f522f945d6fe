//! Interpolation in AVX2, eight frames at a time.
//!
//! The same whole numbers and the same roundings in the same order as the plain loops, so the same
//! bits. Positions are kept exactly, four to a register, ordered so that one shuffle puts the
//! fractions of eight frames in line; windows are loaded one by one, eight bytes or 32 at a time.

use core::arch::x86_64::{__m256, __m256i};

use pulp::x86::V3;
use pulp::{NullaryFnOnce, cast};

use super::super::recording::Window;
use super::sinc::{ROW_UNIT, Rows};
use super::{Walk, taps};

/// Frames in a row of results.
const LANES: usize = 8;

/// Numbers of the frames in the two registers of positions.
const ORDER: [[i64; 4]; 2] = [[0, 1, 4, 5], [2, 3, 6, 7]];

/// Positions of eight consecutive frames.
#[derive(Clone, Copy)]
struct Positions {
    at: [__m256i; 2],
    /// How far each moves to the eighth frame after it.
    stride: [__m256i; 2],
    /// How much the strides grow.
    growth: __m256i,
}

impl Positions {
    #[inline(always)]
    fn new(v3: V3, walk: Walk) -> Self {
        let growth = v3.avx._mm256_set1_epi64x(walk.step << 6);
        let speed = v3.avx._mm256_set1_epi64x(walk.speed.cast_signed());
        let step = v3.avx._mm256_set1_epi64x(walk.step);
        let phase = v3.avx._mm256_set1_epi64x(walk.phase.cast_signed());
        // Frame n lies at phase + n * speed + n * (n - 1) / 2 * step, the eighth after it
        // 8 * speed + (8 * n + 28) * step further.
        let stride = v3.avx2._mm256_add_epi64(
            v3.avx2._mm256_slli_epi64::<3>(speed),
            v3.avx2._mm256_sub_epi64(
                v3.avx2._mm256_slli_epi64::<5>(step),
                v3.avx2._mm256_slli_epi64::<2>(step),
            ),
        );
        let [a, b] = ORDER;
        Self {
            at: [
                Self::start(v3, phase, walk, a),
                Self::start(v3, phase, walk, b),
            ],
            stride: [
                v3.avx2
                    ._mm256_add_epi64(stride, eightfold(v3, walk.step, a)),
                v3.avx2
                    ._mm256_add_epi64(stride, eightfold(v3, walk.step, b)),
            ],
            growth,
        }
    }

    #[inline(always)]
    fn start(v3: V3, phase: __m256i, walk: Walk, frames: [i64; 4]) -> __m256i {
        let [a, b, c, d] = frames;
        let way = v3
            .avx
            ._mm256_set_epi64x(way(walk, d), way(walk, c), way(walk, b), way(walk, a));
        v3.avx2._mm256_add_epi64(phase, way)
    }

    #[inline(always)]
    fn advance(&mut self, v3: V3) {
        let [a, b] = self.at;
        let [da, db] = self.stride;
        self.at = [
            v3.avx2._mm256_add_epi64(a, da),
            v3.avx2._mm256_add_epi64(b, db),
        ];
        self.stride = [
            v3.avx2._mm256_add_epi64(da, self.growth),
            v3.avx2._mm256_add_epi64(db, self.growth),
        ];
    }

    /// Positions in their registers' order.
    #[inline(always)]
    fn numbers(self) -> [[u64; 4]; 2] {
        [cast(self.at[0]), cast(self.at[1])]
    }

    /// Fractions in the order of the frames, `0.0..1.0`.
    #[inline(always)]
    fn fractions(self, v3: V3) -> __m256 {
        let low = v3
            .avx
            ._mm256_shuffle_ps::<0x88>(cast(self.at[0]), cast(self.at[1]));
        let bits = v3.avx2._mm256_srli_epi32::<8>(cast(low));
        let whole = v3.avx._mm256_cvtepi32_ps(bits);
        v3.avx
            ._mm256_mul_ps(whole, v3.avx._mm256_set1_ps(1.0 / 16_777_216.0))
    }
}

/// How far a walk goes in some frames.
#[inline(always)]
const fn way(walk: Walk, frames: i64) -> i64 {
    walk.speed
        .cast_signed()
        .wrapping_mul(frames)
        .wrapping_add(walk.step.wrapping_mul(frames * (frames - 1) / 2))
}

/// Eight times some multiples of a number.
#[inline(always)]
fn eightfold(v3: V3, number: i64, [a, b, c, d]: [i64; 4]) -> __m256i {
    let eight = number.wrapping_mul(8);
    v3.avx._mm256_set_epi64x(
        eight.wrapping_mul(d),
        eight.wrapping_mul(c),
        eight.wrapping_mul(b),
        eight.wrapping_mul(a),
    )
}

/// A way to read eight frames. No closure: what is in one may not use what its surroundings may.
trait Read {
    fn read(&self, v3: V3, positions: Positions) -> __m256;
}

/// A run on its way into a function that may use AVX2.
struct Run<'a, R>(V3, R, Walk, &'a mut [f32]);

impl<R: Read> NullaryFnOnce for Run<'_, R> {
    type Output = ();

    #[inline(always)]
    fn call(self) {
        let Self(v3, read, walk, out) = self;
        each(v3, walk, out, &read);
    }
}

/// Reads `out`, eight frames after eight, the last of them in part.
#[inline(always)]
fn each(v3: V3, walk: Walk, out: &mut [f32], read: &impl Read) {
    let mut positions = Positions::new(v3, walk);
    let (rows, rest) = out.as_chunks_mut::<LANES>();
    for row in rows {
        *row = cast(read.read(v3, positions));
        positions.advance(v3);
    }
    if !rest.is_empty() {
        let row: [f32; LANES] = cast(read.read(v3, positions));
        for (slot, sample) in rest.iter_mut().zip(row) {
            *slot = sample;
        }
    }
}

/// Four frames at each of four positions. As floating point: so the second of two is loaded into the
/// upper half of a register at once.
#[inline(always)]
fn quads(v3: V3, window: &Window, [a, b, c, d]: [u64; 4]) -> __m256i {
    let low = v3.sse2._mm_set_pd(quad(window, b), quad(window, a));
    let high = v3.sse2._mm_set_pd(quad(window, d), quad(window, c));
    cast(v3.avx._mm256_set_m128d(high, low))
}

#[inline(always)]
fn quad(window: &Window, phase: u64) -> f64 {
    cast::<[i16; 4], f64>(*taps(window, phase))
}

/// Four frames at each of eight positions.
#[inline(always)]
fn all_quads(v3: V3, window: &Window, positions: Positions) -> [__m256i; 2] {
    let [a, b] = positions.numbers();
    [quads(v3, window, a), quads(v3, window, b)]
}

/// A sum of each four frames with weights, in the order of the frames.
#[inline(always)]
fn weigh(v3: V3, [a, b]: [__m256i; 2], weights: [i16; 4]) -> __m256 {
    let weights = v3.avx._mm256_set1_epi64x(cast::<[i16; 4], i64>(weights));
    let a = v3.avx2._mm256_madd_epi16(a, weights);
    let b = v3.avx2._mm256_madd_epi16(b, weights);
    v3.avx._mm256_cvtepi32_ps(v3.avx2._mm256_hadd_epi32(a, b))
}

struct Cubic<'a>(&'a Window);

impl Read for Cubic<'_> {
    #[inline(always)]
    fn read(&self, v3: V3, positions: Positions) -> __m256 {
        let avx = v3.avx;
        let t = positions.fractions(v3);
        let quads = all_quads(v3, self.0, positions);
        let here = weigh(v3, quads, [0, 1, 0, 0]);
        let slope = weigh(v3, quads, [-1, 0, 1, 0]);
        let square = weigh(v3, quads, [2, -5, 4, -1]);
        let cubic = weigh(v3, quads, [-1, 3, -3, 1]);
        let curve = avx._mm256_add_ps(avx._mm256_mul_ps(t, cubic), square);
        let curve = avx._mm256_add_ps(slope, avx._mm256_mul_ps(t, curve));
        let half = avx._mm256_mul_ps(avx._mm256_set1_ps(0.5), t);
        avx._mm256_add_ps(here, avx._mm256_mul_ps(half, curve))
    }
}

/// Cubic; see [`super::hermite`].
pub(super) fn cubic(v3: V3, window: &Window, walk: Walk, out: &mut [f32]) {
    v3.vectorize(Run(v3, Cubic(window), walk, out));
}

struct Linear<'a>(&'a Window);

impl Read for Linear<'_> {
    #[inline(always)]
    fn read(&self, v3: V3, positions: Positions) -> __m256 {
        let quads = all_quads(v3, self.0, positions);
        let here = weigh(v3, quads, [1, 0, 0, 0]);
        let slope = weigh(v3, quads, [-1, 1, 0, 0]);
        let rise = v3.avx._mm256_mul_ps(positions.fractions(v3), slope);
        v3.avx._mm256_add_ps(here, rise)
    }
}

/// Linear; see [`super::linear`].
pub(super) fn linear(v3: V3, window: &Window, walk: Walk, out: &mut [f32]) {
    v3.vectorize(Run(v3, Linear(window), walk, out));
}

struct Sinc<'a, const TAPS: usize, const ROWS: usize> {
    rows: &'a Rows<TAPS, ROWS>,
    window: &'a Window,
}

impl<const TAPS: usize, const ROWS: usize> Sinc<'_, TAPS, ROWS> {
    /// Eight partial sums at a position.
    #[inline(always)]
    fn products(&self, v3: V3, phase: u64) -> __m256i {
        let avx2 = v3.avx2;
        let taps: &[i16; TAPS] = taps(self.window, phase);
        let (weights, _) = self.rows.at(phase).as_chunks::<16>();
        let (frames, _) = taps.as_chunks::<16>();
        let mut sum = v3.avx._mm256_setzero_si256();
        for (frames, weights) in frames.iter().zip(weights) {
            let products = avx2._mm256_madd_epi16(cast(*frames), cast(*weights));
            sum = avx2._mm256_add_epi32(sum, products);
        }
        sum
    }

    /// Sums of four positions, in two halves.
    #[inline(always)]
    fn halves(&self, v3: V3, [a, b, c, d]: [u64; 4]) -> __m256i {
        let avx2 = v3.avx2;
        let front = avx2._mm256_hadd_epi32(self.products(v3, a), self.products(v3, b));
        let back = avx2._mm256_hadd_epi32(self.products(v3, c), self.products(v3, d));
        avx2._mm256_hadd_epi32(front, back)
    }
}

impl<const TAPS: usize, const ROWS: usize> Read for Sinc<'_, TAPS, ROWS> {
    #[inline(always)]
    fn read(&self, v3: V3, positions: Positions) -> __m256 {
        let [[a, b, e, f], [c, d, g, h]] = positions.numbers();
        let first = self.halves(v3, [a, b, c, d]);
        let second = self.halves(v3, [e, f, g, h]);
        let low = v3.avx2._mm256_permute2x128_si256::<0x20>(first, second);
        let high = v3.avx2._mm256_permute2x128_si256::<0x31>(first, second);
        let sums = v3.avx2._mm256_add_epi32(low, high);
        let unit = v3.avx._mm256_set1_ps(ROW_UNIT);
        v3.avx._mm256_mul_ps(v3.avx._mm256_cvtepi32_ps(sums), unit)
    }
}

/// Windowed sinc; see [`super::dot`].
pub(super) fn sinc<const TAPS: usize, const ROWS: usize>(
    v3: V3,
    rows: &Rows<TAPS, ROWS>,
    window: &Window,
    walk: Walk,
    out: &mut [f32],
) {
    v3.vectorize(Run(v3, Sinc { rows, window }, walk, out));
}

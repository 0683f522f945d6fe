//! Interpolation in NEON, which every 64-bit ARM has, four frames at a time.

use core::arch::aarch64::{float32x4_t, int16x8_t, int32x4_t, uint32x4_t};

use pulp::aarch64;
use pulp::cast;

use super::super::recording::Window;
use super::sinc::Rows;
use super::tile::Tile;
use super::{FRACTION, FRACTION_UNIT, taps};

/// Frames of a tile.
const FRAMES: usize = 4;

/// NEON.
#[derive(Clone, Copy)]
pub(crate) struct Neon(pub(crate) aarch64::Neon);

/// Four frames at each of two places.
#[inline(always)]
fn quads(window: &Window, a: u32, b: u32) -> int32x4_t {
    cast([*taps::<4>(window, a), *taps::<4>(window, b)])
}

impl Neon {
    /// Four partial sums at a place.
    #[inline(always)]
    fn products<const TAPS: usize, const ROWS: usize>(
        self,
        rows: &Rows<TAPS, ROWS>,
        window: &Window,
        place: u32,
    ) -> int32x4_t {
        let neon = self.0.neon;
        let taps: &[i16; TAPS] = taps(window, place);
        let (weights, _) = rows.at(place).as_chunks::<8>();
        let (frames, _) = taps.as_chunks::<8>();
        let mut sum = neon.vdupq_n_s32(0);
        for (frames, weights) in frames.iter().zip(weights) {
            let (frames, weights): (int16x8_t, int16x8_t) = (cast(*frames), cast(*weights));
            let low = neon.vget_low_s16(frames);
            sum = neon.vmlal_s16(sum, low, neon.vget_low_s16(weights));
            sum = neon.vmlal_high_s16(sum, frames, weights);
        }
        sum
    }
}

impl Tile<FRAMES> for Neon {
    type Whole = uint32x4_t;
    type Real = float32x4_t;

    #[inline(always)]
    fn whole(self, number: u32) -> uint32x4_t {
        self.0.neon.vdupq_n_u32(number)
    }

    #[inline(always)]
    fn line(self, first: u32, slope: u32, bend: u32) -> uint32x4_t {
        let twice = slope.wrapping_mul(2).wrapping_add(bend);
        let thrice = slope.wrapping_add(bend).wrapping_mul(3);
        cast([0, slope, twice, thrice].map(|way| first.wrapping_add(way)))
    }

    #[inline(always)]
    fn plus(self, a: uint32x4_t, b: uint32x4_t) -> uint32x4_t {
        self.0.neon.vaddq_u32(a, b)
    }

    #[inline(always)]
    fn fractions(self, places: uint32x4_t) -> float32x4_t {
        let bits = self.0.neon.vandq_u32(places, self.whole(FRACTION));
        self.product(self.real(bits), self.splat(FRACTION_UNIT))
    }

    #[inline(always)]
    fn pairs(self, window: &Window, places: uint32x4_t) -> [uint32x4_t; 2] {
        let [a, b, c, d]: [u32; FRAMES] = cast(places);
        let (front, back) = (quads(window, a, b), quads(window, c, d));
        [
            cast(self.0.neon.vuzp1q_s32(front, back)),
            cast(self.0.neon.vuzp2q_s32(front, back)),
        ]
    }

    #[inline(always)]
    fn weigh(self, pairs: uint32x4_t, weights: [i16; 2]) -> uint32x4_t {
        let (pairs, weights): (int16x8_t, int16x8_t) = (cast(pairs), cast([weights; FRAMES]));
        let low = self.0.neon.vmull_s16(
            self.0.neon.vget_low_s16(pairs),
            self.0.neon.vget_low_s16(weights),
        );
        cast(
            self.0
                .neon
                .vpaddq_s32(low, self.0.neon.vmull_high_s16(pairs, weights)),
        )
    }

    #[inline(always)]
    fn second(self, pairs: uint32x4_t) -> uint32x4_t {
        cast(self.0.neon.vshrq_n_s32::<16>(cast(pairs)))
    }

    #[inline(always)]
    fn dots<const TAPS: usize, const ROWS: usize>(
        self,
        rows: &Rows<TAPS, ROWS>,
        window: &Window,
        [a, b, c, d]: [u32; FRAMES],
    ) -> uint32x4_t {
        let neon = self.0.neon;
        let a = self.products(rows, window, a);
        let b = self.products(rows, window, b);
        let c = self.products(rows, window, c);
        let d = self.products(rows, window, d);
        cast(neon.vpaddq_s32(neon.vpaddq_s32(a, b), neon.vpaddq_s32(c, d)))
    }

    #[inline(always)]
    fn real(self, wholes: uint32x4_t) -> float32x4_t {
        self.0.neon.vcvtq_f32_s32(cast(wholes))
    }

    #[inline(always)]
    fn splat(self, number: f32) -> float32x4_t {
        self.0.neon.vdupq_n_f32(number)
    }

    #[inline(always)]
    fn sum(self, a: float32x4_t, b: float32x4_t) -> float32x4_t {
        self.0.neon.vaddq_f32(a, b)
    }

    #[inline(always)]
    fn product(self, a: float32x4_t, b: float32x4_t) -> float32x4_t {
        self.0.neon.vmulq_f32(a, b)
    }

    #[inline(always)]
    fn row(self, reals: float32x4_t) -> [f32; FRAMES] {
        cast(reals)
    }
}

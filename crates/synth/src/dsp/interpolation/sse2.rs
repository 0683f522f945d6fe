//! Interpolation in SSE2, which every x86-64 has, four frames at a time.

use core::arch::x86_64::{__m128, __m128i};

use pulp::cast;
use pulp::x86::V1;

use super::super::recording::Window;
use super::sinc::Rows;
use super::tile::Tile;
use super::{FRACTION, FRACTION_UNIT, taps};

/// Frames of a tile.
const FRAMES: usize = 4;

/// SSE2.
#[derive(Clone, Copy)]
pub(crate) struct Sse2(pub(crate) V1);

impl Sse2 {
    /// Four frames at each of two places. As floating point: so the second is loaded into the upper
    /// half of a register at once.
    #[inline(always)]
    fn quads(self, window: &Window, a: u32, b: u32) -> __m128 {
        let (a, b): (f64, f64) = (cast(*taps::<4>(window, a)), cast(*taps::<4>(window, b)));
        cast(self.0.sse2._mm_set_pd(b, a))
    }

    /// Four partial sums at a place.
    #[inline(always)]
    fn products<const TAPS: usize, const ROWS: usize>(
        self,
        rows: &Rows<TAPS, ROWS>,
        window: &Window,
        place: u32,
    ) -> __m128i {
        let sse2 = self.0.sse2;
        let taps: &[i16; TAPS] = taps(window, place);
        let (weights, _) = rows.at(place).as_chunks::<8>();
        let (frames, _) = taps.as_chunks::<8>();
        let mut sum = sse2._mm_setzero_si128();
        for (frames, weights) in frames.iter().zip(weights) {
            let products = sse2._mm_madd_epi16(cast(*frames), cast(*weights));
            sum = sse2._mm_add_epi32(sum, products);
        }
        sum
    }

    /// Sums of neighbours but one: of two registers, interleaved.
    #[inline(always)]
    fn halves(self, a: __m128i, b: __m128i) -> __m128i {
        let sse2 = self.0.sse2;
        sse2._mm_add_epi32(sse2._mm_unpacklo_epi32(a, b), sse2._mm_unpackhi_epi32(a, b))
    }
}

impl Tile<FRAMES> for Sse2 {
    type Whole = __m128i;
    type Real = __m128;

    #[inline(always)]
    fn whole(self, number: u32) -> __m128i {
        self.0.sse2._mm_set1_epi32(number.cast_signed())
    }

    #[inline(always)]
    fn line(self, first: u32, slope: u32, bend: u32) -> __m128i {
        let twice = slope.wrapping_mul(2).wrapping_add(bend);
        let thrice = slope.wrapping_add(bend).wrapping_mul(3);
        cast([0, slope, twice, thrice].map(|way| first.wrapping_add(way)))
    }

    #[inline(always)]
    fn plus(self, a: __m128i, b: __m128i) -> __m128i {
        self.0.sse2._mm_add_epi32(a, b)
    }

    #[inline(always)]
    fn fractions(self, places: __m128i) -> __m128 {
        let bits = self.0.sse2._mm_and_si128(places, self.whole(FRACTION));
        self.product(self.real(bits), self.splat(FRACTION_UNIT))
    }

    #[inline(always)]
    fn pairs(self, window: &Window, places: __m128i) -> [__m128i; 2] {
        let [a, b, c, d]: [u32; FRAMES] = cast(places);
        let (front, back) = (self.quads(window, a, b), self.quads(window, c, d));
        [
            cast(self.0.sse._mm_shuffle_ps::<0x88>(front, back)),
            cast(self.0.sse._mm_shuffle_ps::<0xDD>(front, back)),
        ]
    }

    #[inline(always)]
    fn weigh(self, pairs: __m128i, weights: [i16; 2]) -> __m128i {
        self.0
            .sse2
            ._mm_madd_epi16(pairs, self.0.sse2._mm_set1_epi32(cast(weights)))
    }

    #[inline(always)]
    fn second(self, pairs: __m128i) -> __m128i {
        self.0.sse2._mm_srai_epi32::<16>(pairs)
    }

    #[inline(always)]
    fn dots<const TAPS: usize, const ROWS: usize>(
        self,
        rows: &Rows<TAPS, ROWS>,
        window: &Window,
        [a, b, c, d]: [u32; FRAMES],
    ) -> __m128i {
        let sse2 = self.0.sse2;
        let a = self.products(rows, window, a);
        let b = self.products(rows, window, b);
        let c = self.products(rows, window, c);
        let d = self.products(rows, window, d);
        let (front, back) = (self.halves(a, b), self.halves(c, d));
        sse2._mm_add_epi32(
            sse2._mm_unpacklo_epi64(front, back),
            sse2._mm_unpackhi_epi64(front, back),
        )
    }

    #[inline(always)]
    fn real(self, wholes: __m128i) -> __m128 {
        self.0.sse2._mm_cvtepi32_ps(wholes)
    }

    #[inline(always)]
    fn splat(self, number: f32) -> __m128 {
        self.0.sse._mm_set1_ps(number)
    }

    #[inline(always)]
    fn sum(self, a: __m128, b: __m128) -> __m128 {
        self.0.sse._mm_add_ps(a, b)
    }

    #[inline(always)]
    fn product(self, a: __m128, b: __m128) -> __m128 {
        self.0.sse._mm_mul_ps(a, b)
    }

    #[inline(always)]
    fn row(self, reals: __m128) -> [f32; FRAMES] {
        cast(reals)
    }
}

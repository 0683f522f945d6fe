//! Interpolation in AVX2, eight frames at a time.

use core::arch::x86_64::{__m128i, __m256, __m256i};

use pulp::cast;
use pulp::x86::V3;

use super::super::recording::Window;
use super::sinc::Rows;
use super::tile::{self, Tile};
use super::{FRACTION, FRACTION_BITS, FRACTION_UNIT, Method, ONE, Walk, taps};

/// Frames of a tile.
pub(super) const FRAMES: usize = 8;

/// AVX2 on a walk of any speed, or, `NEAR`, on one of at most [`NEAR_SPEED`].
#[derive(Clone, Copy)]
pub(super) struct Avx2<const NEAR: bool>(pub(super) V3);

/// Fastest walk of which four places and the four frames at each lie within eight frames.
const NEAR_SPEED: u64 = ONE * 4 / 3;

/// Reads a run into `out`; see [`Method::read`]. To be called where AVX2 may be used.
#[inline(always)]
pub(crate) fn read(v3: V3, method: Method, window: &Window, walk: Walk, out: &mut [f32]) {
    let is_sinc = matches!(method, Method::Sinc(_));
    if !is_sinc && walk.fastest(out.len()) <= NEAR_SPEED {
        tile::read(Avx2::<true>(v3), method, window, walk, out);
    } else {
        tile::read(Avx2::<false>(v3), method, window, walk, out);
    }
}

impl<const NEAR: bool> Avx2<NEAR> {
    /// Four frames at each of four places. As floating point: so the second of two is loaded into
    /// the upper half of a register at once.
    #[inline(always)]
    fn quads(self, window: &Window, [a, b, c, d]: [u32; 4]) -> __m256i {
        let Self(v3) = self;
        let low = v3.sse2._mm_set_pd(quad(window, b), quad(window, a));
        let high = v3.sse2._mm_set_pd(quad(window, d), quad(window, c));
        cast(v3.avx._mm256_set_m128d(high, low))
    }

    /// Pairs at places that may lie anywhere.
    #[inline(always)]
    fn far_pairs(self, window: &Window, places: __m256i) -> [__m256i; 2] {
        let avx = self.0.avx;
        let [a, b, c, d, e, f, g, h]: [u32; FRAMES] = cast(places);
        let even = cast(self.quads(window, [a, b, e, f]));
        let odd = cast(self.quads(window, [c, d, g, h]));
        [
            cast(avx._mm256_shuffle_ps::<0x88>(even, odd)),
            cast(avx._mm256_shuffle_ps::<0xDD>(even, odd)),
        ]
    }

    /// Pairs at places that lie near to each other: eight frames are loaded for each four.
    #[inline(always)]
    fn near_pairs(self, window: &Window, places: __m256i) -> [__m256i; 2] {
        let Self(v3) = self;
        let avx2 = v3.avx2;
        let [low, high]: [__m128i; 2] = cast(places);
        let low = v3.sse2._mm_cvtsi128_si32(low).cast_unsigned();
        let high = v3.sse2._mm_cvtsi128_si32(high).cast_unsigned();
        let [low, high] = [taps::<8>(window, low), taps::<8>(window, high)];
        let frames: __m256i = cast([*low, *high]);
        // Byte n of a pair at the frame w lies at 2 * w + n.
        const SPREAD: [[u8; 16]; 2] = [[0, 0, 0, 0, 4, 4, 4, 4, 8, 8, 8, 8, 12, 12, 12, 12]; 2];
        let whole = avx2._mm256_srli_epi32::<{ FRACTION_BITS.cast_signed() }>(places);
        let near = avx2._mm256_sub_epi32(whole, avx2._mm256_shuffle_epi32::<0>(whole));
        let near = avx2._mm256_shuffle_epi8(near, cast(SPREAD));
        let near = avx2._mm256_add_epi8(near, near);
        let front = avx2._mm256_add_epi8(near, cast([[0_u8, 1, 2, 3]; FRAMES]));
        let back = avx2._mm256_add_epi8(near, cast([[4_u8, 5, 6, 7]; FRAMES]));
        [
            avx2._mm256_shuffle_epi8(frames, front),
            avx2._mm256_shuffle_epi8(frames, back),
        ]
    }

    /// Eight partial sums at a place.
    #[inline(always)]
    fn products<const TAPS: usize, const ROWS: usize>(
        self,
        rows: &Rows<TAPS, ROWS>,
        window: &Window,
        place: u32,
    ) -> __m256i {
        let avx2 = self.0.avx2;
        let taps: &[i16; TAPS] = taps(window, place);
        let (weights, _) = rows.at(place).as_chunks::<16>();
        let (frames, _) = taps.as_chunks::<16>();
        let mut sum = self.0.avx._mm256_setzero_si256();
        for (frames, weights) in frames.iter().zip(weights) {
            let products = avx2._mm256_madd_epi16(cast(*frames), cast(*weights));
            sum = avx2._mm256_add_epi32(sum, products);
        }
        sum
    }

    /// The sum of each of eight registers.
    #[inline(always)]
    pub(super) fn sums(self, [a, b, c, d, e, f, g, h]: [__m256i; FRAMES]) -> __m256i {
        let avx2 = self.0.avx2;
        let (ab, cd) = (avx2._mm256_hadd_epi32(a, b), avx2._mm256_hadd_epi32(c, d));
        let (ef, gh) = (avx2._mm256_hadd_epi32(e, f), avx2._mm256_hadd_epi32(g, h));
        let (front, back) = (
            avx2._mm256_hadd_epi32(ab, cd),
            avx2._mm256_hadd_epi32(ef, gh),
        );
        avx2._mm256_add_epi32(
            avx2._mm256_permute2x128_si256::<0x20>(front, back),
            avx2._mm256_permute2x128_si256::<0x31>(front, back),
        )
    }
}

/// Four frames at a place, 64 bits.
#[inline(always)]
fn quad(window: &Window, place: u32) -> f64 {
    cast::<[i16; 4], f64>(*taps(window, place))
}

impl<const NEAR: bool> Tile<FRAMES> for Avx2<NEAR> {
    type Whole = __m256i;
    type Real = __m256;

    #[inline(always)]
    fn whole(self, number: u32) -> __m256i {
        self.0.avx._mm256_set1_epi32(number.cast_signed())
    }

    #[inline(always)]
    fn line(self, first: u32, slope: u32, bend: u32) -> __m256i {
        let avx2 = self.0.avx2;
        let slope = avx2._mm256_mullo_epi32(self.whole(slope), cast([0, 1, 2, 3, 4, 5, 6, 7]));
        let bend = avx2._mm256_mullo_epi32(self.whole(bend), cast([0, 0, 1, 3, 6, 10, 15, 21]));
        self.plus(self.whole(first), self.plus(slope, bend))
    }

    #[inline(always)]
    fn plus(self, a: __m256i, b: __m256i) -> __m256i {
        self.0.avx2._mm256_add_epi32(a, b)
    }

    #[inline(always)]
    fn fractions(self, places: __m256i) -> __m256 {
        let bits = (self.0.avx2)._mm256_and_si256(places, self.whole(FRACTION));
        self.product(self.real(bits), self.splat(FRACTION_UNIT))
    }

    #[inline(always)]
    fn pairs(self, window: &Window, places: __m256i) -> [__m256i; 2] {
        if NEAR {
            self.near_pairs(window, places)
        } else {
            self.far_pairs(window, places)
        }
    }

    #[inline(always)]
    fn weigh(self, pairs: __m256i, weights: [i16; 2]) -> __m256i {
        let weights = self.0.avx._mm256_set1_epi32(cast(weights));
        self.0.avx2._mm256_madd_epi16(pairs, weights)
    }

    #[inline(always)]
    fn second(self, pairs: __m256i) -> __m256i {
        self.0.avx2._mm256_srai_epi32::<16>(pairs)
    }

    #[inline(always)]
    fn dots<const TAPS: usize, const ROWS: usize>(
        self,
        rows: &Rows<TAPS, ROWS>,
        window: &Window,
        [a, b, c, d, e, f, g, h]: [u32; FRAMES],
    ) -> __m256i {
        self.sums([
            self.products(rows, window, a),
            self.products(rows, window, b),
            self.products(rows, window, c),
            self.products(rows, window, d),
            self.products(rows, window, e),
            self.products(rows, window, f),
            self.products(rows, window, g),
            self.products(rows, window, h),
        ])
    }

    #[inline(always)]
    fn real(self, wholes: __m256i) -> __m256 {
        self.0.avx._mm256_cvtepi32_ps(wholes)
    }

    #[inline(always)]
    fn splat(self, number: f32) -> __m256 {
        self.0.avx._mm256_set1_ps(number)
    }

    #[inline(always)]
    fn sum(self, a: __m256, b: __m256) -> __m256 {
        self.0.avx._mm256_add_ps(a, b)
    }

    #[inline(always)]
    fn product(self, a: __m256, b: __m256) -> __m256 {
        self.0.avx._mm256_mul_ps(a, b)
    }

    #[inline(always)]
    fn row(self, reals: __m256) -> [f32; FRAMES] {
        cast(reals)
    }
}

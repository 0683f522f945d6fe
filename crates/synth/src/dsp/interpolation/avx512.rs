//! Interpolation in AVX-512, 16 frames at a time.

use core::arch::x86_64::{__m256i, __m512, __m512i};

use pulp::cast;
use pulp::x86::V4;

use super::super::recording::Window;
use super::avx2::{self, Avx2};
use super::sinc::Rows;
use super::tile::{self, Tile};
use super::{FRACTION, FRACTION_BITS, FRACTION_UNIT, Method, ONE, Walk, taps};

/// Frames of a tile.
const FRAMES: usize = 16;

/// AVX-512 on a walk of at most [`NEAR_SPEED`], or, `WIDE`, of at most [`WIDE_SPEED`].
#[derive(Clone, Copy)]
struct Avx512<const WIDE: bool>(V4);

/// Fastest walk of which 16 places and the four frames at each lie within 32 frames, one register.
const NEAR_SPEED: u64 = ONE * 28 / 15;

/// The same within 64 frames, two registers.
const WIDE_SPEED: u64 = ONE * 60 / 15;

/// Reads a run into `out`; see [`Method::read`]. To be called where AVX-512 may be used.
#[inline(always)]
pub(crate) fn read(v4: V4, method: Method, window: &Window, walk: Walk, out: &mut [f32]) {
    let is_sinc = matches!(method, Method::Sinc(_));
    let fastest = walk.fastest(out.len());
    if is_sinc || fastest <= NEAR_SPEED {
        tile::read(Avx512::<false>(v4), method, window, walk, out);
    } else if fastest <= WIDE_SPEED {
        tile::read(Avx512::<true>(v4), method, window, walk, out);
    } else {
        // As in AVX2.
        tile::read(Avx2::<false>(*v4), method, window, walk, out);
    }
}

impl<const WIDE: bool> Avx512<WIDE> {
    /// Eight partial sums at a place.
    #[inline(always)]
    fn products<const TAPS: usize, const ROWS: usize>(
        self,
        rows: &Rows<TAPS, ROWS>,
        window: &Window,
        place: u32,
    ) -> __m256i {
        let Self(v4) = self;
        let taps: &[i16; TAPS] = taps(window, place);
        let (weights, weights_16) = rows.at(place).as_chunks::<32>();
        let (frames, frames_16) = taps.as_chunks::<32>();
        let mut sum = v4.avx512f._mm512_setzero_si512();
        for (frames, weights) in frames.iter().zip(weights) {
            let products = (v4.avx512bw)._mm512_madd_epi16(cast(*frames), cast(*weights));
            sum = self.plus(sum, products);
        }
        match (frames_16.first_chunk(), weights_16.first_chunk()) {
            (Some(frames), Some(weights)) => {
                let frames: __m256i = cast::<[i16; 16], _>(*frames);
                (v4.avx2)._mm256_madd_epi16(frames, cast::<[i16; 16], _>(*weights))
            }
            _ => {
                let [low, high]: [__m256i; 2] = cast(sum);
                v4.avx2._mm256_add_epi32(low, high)
            }
        }
    }

    /// Frames at eight places weighted by their rows.
    #[inline(always)]
    fn eight<const TAPS: usize, const ROWS: usize>(
        self,
        rows: &Rows<TAPS, ROWS>,
        window: &Window,
        [a, b, c, d, e, f, g, h]: [u32; 8],
    ) -> __m256i {
        Avx2::<false>(*self.0).sums([
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
}

impl<const WIDE: bool> Tile<FRAMES> for Avx512<WIDE> {
    type Whole = __m512i;
    type Real = __m512;

    #[inline(always)]
    fn whole(self, number: u32) -> __m512i {
        self.0.avx512f._mm512_set1_epi32(number.cast_signed())
    }

    #[inline(always)]
    fn line(self, first: u32, slope: u32, bend: u32) -> __m512i {
        const NUMBERS: [u32; FRAMES] = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15];
        let avx512f = self.0.avx512f;
        let bends = NUMBERS.map(|n| n * n.saturating_sub(1) / 2);
        let slope = avx512f._mm512_mullo_epi32(self.whole(slope), cast(NUMBERS));
        let bend = avx512f._mm512_mullo_epi32(self.whole(bend), cast(bends));
        self.plus(self.whole(first), self.plus(slope, bend))
    }

    #[inline(always)]
    fn plus(self, a: __m512i, b: __m512i) -> __m512i {
        self.0.avx512f._mm512_add_epi32(a, b)
    }

    #[inline(always)]
    fn fractions(self, places: __m512i) -> __m512 {
        let bits = (self.0.avx512f)._mm512_and_si512(places, self.whole(FRACTION));
        self.product(self.real(bits), self.splat(FRACTION_UNIT))
    }

    #[inline(always)]
    fn pairs(self, window: &Window, places: __m512i) -> [__m512i; 2] {
        let Self(v4) = self;
        let first = v4.avx512f._mm512_castsi512_si128(places);
        let place = v4.sse2._mm_cvtsi128_si32(first).cast_unsigned();
        let first = v4.avx512f._mm512_broadcastd_epi32(first);
        let whole = v4.avx512f._mm512_srli_epi32::<FRACTION_BITS>(places);
        let first = v4.avx512f._mm512_srli_epi32::<FRACTION_BITS>(first);
        let near = v4.avx512f._mm512_sub_epi32(whole, first);
        let both = (v4.avx512f)._mm512_or_si512(near, v4.avx512f._mm512_slli_epi32::<16>(near));
        let front = self.plus(both, self.whole(0x0001_0000));
        let back = self.plus(both, self.whole(0x0003_0002));
        if WIDE {
            let frames: &[i16; 64] = taps(window, place);
            let [low, high]: [__m512i; 2] = cast(*frames);
            [
                (v4.avx512bw)._mm512_permutex2var_epi16(low, front, high),
                (v4.avx512bw)._mm512_permutex2var_epi16(low, back, high),
            ]
        } else {
            let frames: &[i16; 32] = taps(window, place);
            let frames = cast(*frames);
            [
                v4.avx512bw._mm512_permutexvar_epi16(front, frames),
                v4.avx512bw._mm512_permutexvar_epi16(back, frames),
            ]
        }
    }

    #[inline(always)]
    fn weigh(self, pairs: __m512i, weights: [i16; 2]) -> __m512i {
        let weights = self.0.avx512f._mm512_set1_epi32(cast(weights));
        self.0.avx512bw._mm512_madd_epi16(pairs, weights)
    }

    #[inline(always)]
    fn second(self, pairs: __m512i) -> __m512i {
        self.0.avx512f._mm512_srai_epi32::<16>(pairs)
    }

    #[inline(always)]
    fn dots<const TAPS: usize, const ROWS: usize>(
        self,
        rows: &Rows<TAPS, ROWS>,
        window: &Window,
        places: [u32; FRAMES],
    ) -> __m512i {
        let [low, high]: [[u32; avx2::FRAMES]; 2] = cast(places);
        cast([
            self.eight(rows, window, low),
            self.eight(rows, window, high),
        ])
    }

    #[inline(always)]
    fn real(self, wholes: __m512i) -> __m512 {
        self.0.avx512f._mm512_cvtepi32_ps(wholes)
    }

    #[inline(always)]
    fn splat(self, number: f32) -> __m512 {
        self.0.avx512f._mm512_set1_ps(number)
    }

    #[inline(always)]
    fn sum(self, a: __m512, b: __m512) -> __m512 {
        self.0.avx512f._mm512_add_ps(a, b)
    }

    #[inline(always)]
    fn product(self, a: __m512, b: __m512) -> __m512 {
        self.0.avx512f._mm512_mul_ps(a, b)
    }

    #[inline(always)]
    fn row(self, reals: __m512) -> [f32; FRAMES] {
        cast(reals)
    }
}

//! Eight numbers in AVX2.

use core::arch::x86_64::__m256;

use pulp::x86::V3;
use pulp::{NullaryFnOnce, cast};

use super::super::interpolation::{Method, Walk, avx2};
use super::super::recording::Window;
use super::{Kernel, LANES, Octet, Row};
use crate::level::Level;

/// AVX2.
#[derive(Clone, Copy)]
pub(super) struct Avx2(pub(super) V3);

/// A kernel on its way into a function that may use AVX2.
pub(super) struct Run<K>(pub(super) Avx2, pub(super) K);

impl<K: Kernel> NullaryFnOnce for Run<K> {
    type Output = ();

    #[inline(always)]
    fn call(self) {
        self.1.run(self.0);
    }
}

impl Octet for Avx2 {
    type Pack = __m256;

    #[inline(always)]
    fn level(self) -> Level {
        Level::Avx2(self.0)
    }

    #[inline(always)]
    fn pack(self, row: &Row) -> __m256 {
        cast(*row)
    }

    #[inline(always)]
    fn row(self, pack: __m256) -> Row {
        cast(pack)
    }

    #[inline(always)]
    fn add(self, a: __m256, b: __m256) -> __m256 {
        self.0.avx._mm256_add_ps(a, b)
    }

    #[inline(always)]
    fn sub(self, a: __m256, b: __m256) -> __m256 {
        self.0.avx._mm256_sub_ps(a, b)
    }

    #[inline(always)]
    fn mul(self, a: __m256, b: __m256) -> __m256 {
        self.0.avx._mm256_mul_ps(a, b)
    }

    #[inline(always)]
    fn div(self, a: __m256, b: __m256) -> __m256 {
        self.0.avx._mm256_div_ps(a, b)
    }

    #[inline(always)]
    fn splat(self, value: f32) -> __m256 {
        self.0.avx._mm256_set1_ps(value)
    }

    #[inline(always)]
    fn transpose(self, [a, b, c, d, e, f, g, h]: [__m256; LANES]) -> [__m256; LANES] {
        let avx = self.0.avx;
        let ab0 = avx._mm256_unpacklo_ps(a, b);
        let ab1 = avx._mm256_unpackhi_ps(a, b);
        let cd0 = avx._mm256_unpacklo_ps(c, d);
        let cd1 = avx._mm256_unpackhi_ps(c, d);
        let ef0 = avx._mm256_unpacklo_ps(e, f);
        let ef1 = avx._mm256_unpackhi_ps(e, f);
        let gh0 = avx._mm256_unpacklo_ps(g, h);
        let gh1 = avx._mm256_unpackhi_ps(g, h);
        // Columns n and n + 4 of the first four voices, then of the others.
        let front0 = avx._mm256_shuffle_ps::<0x44>(ab0, cd0);
        let front1 = avx._mm256_shuffle_ps::<0xEE>(ab0, cd0);
        let front2 = avx._mm256_shuffle_ps::<0x44>(ab1, cd1);
        let front3 = avx._mm256_shuffle_ps::<0xEE>(ab1, cd1);
        let back0 = avx._mm256_shuffle_ps::<0x44>(ef0, gh0);
        let back1 = avx._mm256_shuffle_ps::<0xEE>(ef0, gh0);
        let back2 = avx._mm256_shuffle_ps::<0x44>(ef1, gh1);
        let back3 = avx._mm256_shuffle_ps::<0xEE>(ef1, gh1);
        [
            avx._mm256_permute2f128_ps::<0x20>(front0, back0),
            avx._mm256_permute2f128_ps::<0x20>(front1, back1),
            avx._mm256_permute2f128_ps::<0x20>(front2, back2),
            avx._mm256_permute2f128_ps::<0x20>(front3, back3),
            avx._mm256_permute2f128_ps::<0x31>(front0, back0),
            avx._mm256_permute2f128_ps::<0x31>(front1, back1),
            avx._mm256_permute2f128_ps::<0x31>(front2, back2),
            avx._mm256_permute2f128_ps::<0x31>(front3, back3),
        ]
    }

    #[inline(always)]
    fn read(self, method: Method, window: &Window, walk: Walk, out: &mut [f32]) {
        avx2::read(self.0, method, window, walk, out);
    }

    #[inline(always)]
    fn sums(self, [a, b, c, d, e, f, g, h]: [__m256; LANES]) -> __m256 {
        let avx = self.0.avx;
        let front = avx._mm256_hadd_ps(avx._mm256_hadd_ps(a, b), avx._mm256_hadd_ps(c, d));
        let back = avx._mm256_hadd_ps(avx._mm256_hadd_ps(e, f), avx._mm256_hadd_ps(g, h));
        avx._mm256_add_ps(
            avx._mm256_permute2f128_ps::<0x20>(front, back),
            avx._mm256_permute2f128_ps::<0x31>(front, back),
        )
    }
}

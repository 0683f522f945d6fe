//! Eight numbers in AVX-512: one register of AVX2, of which there are twice as many. Reading is wider.

use core::arch::x86_64::__m256;

use pulp::NullaryFnOnce;
use pulp::x86::V4;

use super::super::interpolation::{Method, Walk, avx512};
use super::super::recording::Window;
use super::avx2::Avx2;
use super::{Kernel, LANES, Octet, Row};
use crate::level::Level;

/// AVX-512.
#[derive(Clone, Copy)]
pub(super) struct Avx512(pub(super) V4);

/// A kernel on its way into a function that may use AVX-512.
pub(super) struct Run<K>(pub(super) Avx512, pub(super) K);

impl<K: Kernel> NullaryFnOnce for Run<K> {
    type Output = ();

    #[inline(always)]
    fn call(self) {
        self.1.run(self.0);
    }
}

impl Avx512 {
    #[inline(always)]
    fn avx2(self) -> Avx2 {
        Avx2(*self.0)
    }
}

impl Octet for Avx512 {
    type Pack = __m256;

    #[inline(always)]
    fn level(self) -> Level {
        Level::Avx512(self.0)
    }

    #[inline(always)]
    fn pack(self, row: &Row) -> __m256 {
        self.avx2().pack(row)
    }

    #[inline(always)]
    fn row(self, pack: __m256) -> Row {
        self.avx2().row(pack)
    }

    #[inline(always)]
    fn add(self, a: __m256, b: __m256) -> __m256 {
        self.avx2().add(a, b)
    }

    #[inline(always)]
    fn sub(self, a: __m256, b: __m256) -> __m256 {
        self.avx2().sub(a, b)
    }

    #[inline(always)]
    fn mul(self, a: __m256, b: __m256) -> __m256 {
        self.avx2().mul(a, b)
    }

    #[inline(always)]
    fn div(self, a: __m256, b: __m256) -> __m256 {
        self.avx2().div(a, b)
    }

    #[inline(always)]
    fn splat(self, value: f32) -> __m256 {
        self.avx2().splat(value)
    }

    #[inline(always)]
    fn transpose(self, rows: [__m256; LANES]) -> [__m256; LANES] {
        self.avx2().transpose(rows)
    }

    #[inline(always)]
    fn read(self, method: Method, window: &Window, walk: Walk, out: &mut [f32]) {
        avx512::read(self.0, method, window, walk, out);
    }

    #[inline(always)]
    fn sums(self, rows: [__m256; LANES]) -> __m256 {
        self.avx2().sums(rows)
    }
}

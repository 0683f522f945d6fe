//! Eight numbers in SSE2, as two registers of four.

use core::arch::x86_64::__m128;

use pulp::cast;
use pulp::x86::V1;

use super::super::interpolation::{Method, Walk, sse2, tile};
use super::super::recording::Window;
use super::{LANES, Octet, Row};
use crate::level::Level;

/// SSE2.
#[derive(Clone, Copy)]
pub(super) struct Sse2(pub(super) V1);

impl Sse2 {
    /// Rows of four become columns.
    #[inline(always)]
    fn turn(self, a: __m128, b: __m128, c: __m128, d: __m128) -> [__m128; 4] {
        let sse = self.0.sse;
        let (ab, cd) = (sse._mm_unpacklo_ps(a, b), sse._mm_unpacklo_ps(c, d));
        let (ab_high, cd_high) = (sse._mm_unpackhi_ps(a, b), sse._mm_unpackhi_ps(c, d));
        [
            sse._mm_movelh_ps(ab, cd),
            sse._mm_movehl_ps(cd, ab),
            sse._mm_movelh_ps(ab_high, cd_high),
            sse._mm_movehl_ps(cd_high, ab_high),
        ]
    }

    /// Sums of rows of four: (0 + 1) + (2 + 3).
    #[inline(always)]
    fn four(self, a: __m128, b: __m128, c: __m128, d: __m128) -> __m128 {
        let sse = self.0.sse;
        let [a, b, c, d] = self.turn(a, b, c, d);
        sse._mm_add_ps(sse._mm_add_ps(a, b), sse._mm_add_ps(c, d))
    }
}

impl Octet for Sse2 {
    type Pack = [__m128; 2];

    #[inline(always)]
    fn level(self) -> Level {
        Level::Sse2(self.0)
    }

    #[inline(always)]
    fn pack(self, row: &Row) -> [__m128; 2] {
        cast(*row)
    }

    #[inline(always)]
    fn row(self, pack: [__m128; 2]) -> Row {
        cast(pack)
    }

    #[inline(always)]
    fn add(self, [a, b]: [__m128; 2], [c, d]: [__m128; 2]) -> [__m128; 2] {
        [self.0.sse._mm_add_ps(a, c), self.0.sse._mm_add_ps(b, d)]
    }

    #[inline(always)]
    fn sub(self, [a, b]: [__m128; 2], [c, d]: [__m128; 2]) -> [__m128; 2] {
        [self.0.sse._mm_sub_ps(a, c), self.0.sse._mm_sub_ps(b, d)]
    }

    #[inline(always)]
    fn mul(self, [a, b]: [__m128; 2], [c, d]: [__m128; 2]) -> [__m128; 2] {
        [self.0.sse._mm_mul_ps(a, c), self.0.sse._mm_mul_ps(b, d)]
    }

    #[inline(always)]
    fn div(self, [a, b]: [__m128; 2], [c, d]: [__m128; 2]) -> [__m128; 2] {
        [self.0.sse._mm_div_ps(a, c), self.0.sse._mm_div_ps(b, d)]
    }

    #[inline(always)]
    fn splat(self, value: f32) -> [__m128; 2] {
        [self.0.sse._mm_set1_ps(value); 2]
    }

    #[inline(always)]
    fn transpose(self, rows: [[__m128; 2]; LANES]) -> [[__m128; 2]; LANES] {
        let [
            [a, a4],
            [b, b4],
            [c, c4],
            [d, d4],
            [e, e4],
            [f, f4],
            [g, g4],
            [h, h4],
        ] = rows;
        let [a, b, c, d] = self.turn(a, b, c, d);
        let [e, f, g, h] = self.turn(e, f, g, h);
        let [a4, b4, c4, d4] = self.turn(a4, b4, c4, d4);
        let [e4, f4, g4, h4] = self.turn(e4, f4, g4, h4);
        [
            [a, e],
            [b, f],
            [c, g],
            [d, h],
            [a4, e4],
            [b4, f4],
            [c4, g4],
            [d4, h4],
        ]
    }

    #[inline(always)]
    fn read(self, method: Method, window: &Window, walk: Walk, out: &mut [f32]) {
        tile::read(sse2::Sse2(self.0), method, window, walk, out);
    }

    #[inline(always)]
    fn sums(self, rows: [[__m128; 2]; LANES]) -> [__m128; 2] {
        let [
            [a, a4],
            [b, b4],
            [c, c4],
            [d, d4],
            [e, e4],
            [f, f4],
            [g, g4],
            [h, h4],
        ] = rows;
        let sse = self.0.sse;
        [
            sse._mm_add_ps(self.four(a, b, c, d), self.four(a4, b4, c4, d4)),
            sse._mm_add_ps(self.four(e, f, g, h), self.four(e4, f4, g4, h4)),
        ]
    }
}

//! Eight numbers in NEON, as two registers of four.

use core::arch::aarch64::{float32x4_t, float64x2_t};

use pulp::{aarch64, cast};

use super::super::interpolation::{Method, Walk, neon, tile};
use super::super::recording::Window;
use super::{LANES, Octet, Row};
use crate::level::Level;

/// NEON.
#[derive(Clone, Copy)]
pub(super) struct Neon(pub(super) aarch64::Neon);

impl Neon {
    /// Rows of four become columns.
    #[inline(always)]
    fn turn(
        self,
        a: float32x4_t,
        b: float32x4_t,
        c: float32x4_t,
        d: float32x4_t,
    ) -> [float32x4_t; 4] {
        let neon = self.0.neon;
        let even: float64x2_t = cast(neon.vtrn1q_f32(a, b));
        let odd: float64x2_t = cast(neon.vtrn2q_f32(a, b));
        let even_cd: float64x2_t = cast(neon.vtrn1q_f32(c, d));
        let odd_cd: float64x2_t = cast(neon.vtrn2q_f32(c, d));
        [
            cast(neon.vzip1q_f64(even, even_cd)),
            cast(neon.vzip1q_f64(odd, odd_cd)),
            cast(neon.vzip2q_f64(even, even_cd)),
            cast(neon.vzip2q_f64(odd, odd_cd)),
        ]
    }

    /// Sums of rows of four: (0 + 1) + (2 + 3).
    #[inline(always)]
    fn four(self, a: float32x4_t, b: float32x4_t, c: float32x4_t, d: float32x4_t) -> float32x4_t {
        let neon = self.0.neon;
        let [a, b, c, d] = self.turn(a, b, c, d);
        neon.vaddq_f32(neon.vaddq_f32(a, b), neon.vaddq_f32(c, d))
    }
}

impl Octet for Neon {
    type Pack = [float32x4_t; 2];

    #[inline(always)]
    fn level(self) -> Level {
        Level::Neon(self.0)
    }

    #[inline(always)]
    fn pack(self, row: &Row) -> [float32x4_t; 2] {
        cast(*row)
    }

    #[inline(always)]
    fn row(self, pack: [float32x4_t; 2]) -> Row {
        cast(pack)
    }

    #[inline(always)]
    fn add(self, [a, b]: [float32x4_t; 2], [c, d]: [float32x4_t; 2]) -> [float32x4_t; 2] {
        [self.0.neon.vaddq_f32(a, c), self.0.neon.vaddq_f32(b, d)]
    }

    #[inline(always)]
    fn sub(self, [a, b]: [float32x4_t; 2], [c, d]: [float32x4_t; 2]) -> [float32x4_t; 2] {
        [self.0.neon.vsubq_f32(a, c), self.0.neon.vsubq_f32(b, d)]
    }

    #[inline(always)]
    fn mul(self, [a, b]: [float32x4_t; 2], [c, d]: [float32x4_t; 2]) -> [float32x4_t; 2] {
        [self.0.neon.vmulq_f32(a, c), self.0.neon.vmulq_f32(b, d)]
    }

    #[inline(always)]
    fn div(self, [a, b]: [float32x4_t; 2], [c, d]: [float32x4_t; 2]) -> [float32x4_t; 2] {
        [self.0.neon.vdivq_f32(a, c), self.0.neon.vdivq_f32(b, d)]
    }

    #[inline(always)]
    fn splat(self, value: f32) -> [float32x4_t; 2] {
        [self.0.neon.vdupq_n_f32(value); 2]
    }

    #[inline(always)]
    fn transpose(self, rows: [[float32x4_t; 2]; LANES]) -> [[float32x4_t; 2]; LANES] {
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
        tile::read(neon::Neon(self.0), method, window, walk, out);
    }

    #[inline(always)]
    fn sums(self, rows: [[float32x4_t; 2]; LANES]) -> [float32x4_t; 2] {
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
        let neon = self.0.neon;
        [
            neon.vaddq_f32(self.four(a, b, c, d), self.four(a4, b4, c4, d4)),
            neon.vaddq_f32(self.four(e, f, g, h), self.four(e4, f4, g4, h4)),
        ]
    }
}

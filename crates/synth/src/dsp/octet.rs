//! The instructions of a level: arithmetic on eight voices at once, and reading.
//!
//! A kernel is written once, over [`Octet`], and runs in the instructions of every [`Level`]. All
//! of them round each operation by itself and sum in one order, so they give the same bits.

#[cfg(target_arch = "x86_64")]
mod avx2;
#[cfg(target_arch = "x86_64")]
mod avx512;
#[cfg(all(target_arch = "aarch64", target_feature = "neon"))]
mod neon;
#[cfg(target_arch = "x86_64")]
mod sse2;

use super::interpolation::{Method, Walk};
use super::recording::Window;
use crate::level::Level;

/// Voices side by side.
pub(crate) const LANES: usize = 8;

/// One number of each voice.
pub(crate) type Row = [f32; LANES];

/// Instructions for eight numbers, and for reading.
pub(crate) trait Octet: Copy {
    /// Eight numbers in registers.
    type Pack: Copy;

    /// Their name.
    fn level(self) -> Level;

    fn pack(self, row: &Row) -> Self::Pack;
    fn row(self, pack: Self::Pack) -> Row;
    fn add(self, a: Self::Pack, b: Self::Pack) -> Self::Pack;
    fn sub(self, a: Self::Pack, b: Self::Pack) -> Self::Pack;
    fn mul(self, a: Self::Pack, b: Self::Pack) -> Self::Pack;
    fn div(self, a: Self::Pack, b: Self::Pack) -> Self::Pack;

    /// The same number eight times.
    fn splat(self, value: f32) -> Self::Pack;

    /// Rows become columns.
    fn transpose(self, rows: [Self::Pack; LANES]) -> [Self::Pack; LANES];

    /// Reads a run of a wave; see [`Method::read`].
    fn read(self, method: Method, window: &Window, walk: Walk, out: &mut [f32]);

    /// The sum of each row: ((0 + 1) + (2 + 3)) + ((4 + 5) + (6 + 7)).
    fn sums(self, rows: [Self::Pack; LANES]) -> Self::Pack;
}

/// Something to be done in the instructions of a level.
pub(crate) trait Kernel {
    fn run<O: Octet>(self, octet: O);
}

impl Level {
    /// Runs a kernel.
    #[inline]
    pub(crate) fn run(self, kernel: impl Kernel) {
        match self {
            Self::Portable => kernel.run(Plain),
            #[cfg(target_arch = "x86_64")]
            Self::Sse2(v1) => kernel.run(sse2::Sse2(v1)),
            #[cfg(target_arch = "x86_64")]
            Self::Avx2(v3) => v3.vectorize(avx2::Run(avx2::Avx2(v3), kernel)),
            #[cfg(target_arch = "x86_64")]
            Self::Avx512(v4) => v4.vectorize(avx512::Run(avx512::Avx512(v4), kernel)),
            #[cfg(all(target_arch = "aarch64", target_feature = "neon"))]
            Self::Neon(neon) => kernel.run(neon::Neon(neon)),
        }
    }
}

/// Plain Rust.
#[derive(Clone, Copy)]
struct Plain;

impl Plain {
    #[inline(always)]
    fn each(a: Row, b: Row, operation: impl Fn(f32, f32) -> f32) -> Row {
        let mut row = a;
        for (a, b) in row.iter_mut().zip(b) {
            *a = operation(*a, b);
        }
        row
    }
}

impl Octet for Plain {
    type Pack = Row;

    #[inline(always)]
    fn level(self) -> Level {
        Level::Portable
    }

    #[inline(always)]
    fn pack(self, row: &Row) -> Row {
        *row
    }

    #[inline(always)]
    fn row(self, pack: Row) -> Row {
        pack
    }

    #[inline(always)]
    fn add(self, a: Row, b: Row) -> Row {
        Self::each(a, b, |a, b| a + b)
    }

    #[inline(always)]
    fn sub(self, a: Row, b: Row) -> Row {
        Self::each(a, b, |a, b| a - b)
    }

    #[inline(always)]
    fn mul(self, a: Row, b: Row) -> Row {
        Self::each(a, b, |a, b| a * b)
    }

    #[inline(always)]
    fn div(self, a: Row, b: Row) -> Row {
        Self::each(a, b, |a, b| a / b)
    }

    #[inline(always)]
    fn splat(self, value: f32) -> Row {
        [value; LANES]
    }

    #[inline(always)]
    fn transpose(self, rows: [Row; LANES]) -> [Row; LANES] {
        let mut columns = [[0.0; LANES]; LANES];
        for (lane, row) in rows.iter().enumerate() {
            for (column, value) in columns.iter_mut().zip(row) {
                if let Some(slot) = column.get_mut(lane) {
                    *slot = *value;
                }
            }
        }
        columns
    }

    #[inline(always)]
    fn read(self, method: Method, window: &Window, walk: Walk, out: &mut [f32]) {
        method.read_plainly(window, walk, out);
    }

    #[inline(always)]
    fn sums(self, rows: [Row; LANES]) -> Row {
        rows.map(|[a, b, c, d, e, f, g, h]| ((a + b) + (c + d)) + ((e + f) + (g + h)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Every operation, as rows of bits.
    struct All<'a>(&'a [Row; LANES], &'a mut Vec<[u32; LANES]>);

    impl Kernel for All<'_> {
        fn run<O: Octet>(self, octet: O) {
            let Self(rows, out) = self;
            let packs = rows.each_ref().map(|row| octet.pack(row));
            let mut note = |pack| out.push(octet.row(pack).map(f32::to_bits));
            for pair in packs.windows(2) {
                note(octet.add(pair[0], pair[1]));
                note(octet.sub(pair[0], pair[1]));
                note(octet.mul(pair[0], pair[1]));
                note(octet.div(pair[0], pair[1]));
            }
            octet.transpose(packs).into_iter().for_each(&mut note);
            note(octet.sums(packs));
            note(octet.splat(0.1));
        }
    }

    #[test]
    fn every_level_gives_the_same_bits() {
        let rows: [Row; LANES] = core::array::from_fn(|row| {
            core::array::from_fn(|lane| libm::sinf((row * LANES + lane) as f32 * 1.7) * 3.0)
        });
        let all = Level::all().map(|level| {
            let mut out = Vec::new();
            level.run(All(&rows, &mut out));
            out
        });
        let all: Vec<_> = all.collect();
        assert!(
            all.iter()
                .all(|out| out.len() == 7 * 4 + 8 + 2 && *out == all[0])
        );
        // Row 0 becomes column 0.
        assert_eq!(all[0][28][1], rows[1][0].to_bits());
    }
}

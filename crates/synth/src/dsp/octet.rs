//! Arithmetic on eight voices at once.
//!
//! A kernel is written once, over [`Octet`], and runs in the instructions of every [`Level`]. All
//! of them round each operation by itself and sum in one order, so they give the same bits.

use crate::level::Level;

/// Voices side by side.
pub(crate) const LANES: usize = 8;

/// One number of each voice.
pub(crate) type Row = [f32; LANES];

/// Instructions for eight numbers.
pub(crate) trait Octet: Copy {
    /// Eight numbers in registers.
    type Pack: Copy;

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
            Self::Avx2(v3) => v3.vectorize(avx2::Run(avx2::Avx2(v3), kernel)),
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
    fn sums(self, rows: [Row; LANES]) -> Row {
        rows.map(|[a, b, c, d, e, f, g, h]| ((a + b) + (c + d)) + ((e + f) + (g + h)))
    }
}

#[cfg(target_arch = "x86_64")]
mod avx2 {
    //! The same in AVX2.

    use core::arch::x86_64::__m256;

    use pulp::x86::V3;
    use pulp::{NullaryFnOnce, cast};

    use super::{Kernel, LANES, Octet, Row};

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
        let all = Level::all().into_iter().map(|level| {
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

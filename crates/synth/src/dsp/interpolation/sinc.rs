//! Kernels of the windowed sinc, by how far a wave is transposed up.
//!
//! Tables that `build.rs` computes, where it says how.
//! Owner: everybody. Thread: read on render.

use super::{FRACTION_BITS, ONE};

/// One unit of a weight.
pub(crate) const ROW_UNIT: f32 = 1.0 / 16_384.0;

/// Weights by fraction of a frame.
#[derive(Debug)]
pub(crate) struct Rows<const TAPS: usize, const ROWS: usize>([[i16; TAPS]; ROWS]);

impl<const TAPS: usize, const ROWS: usize> Rows<TAPS, ROWS> {
    /// Weights at a place, of which the fraction counts.
    #[inline(always)]
    pub(crate) fn at(&self, place: u32) -> &[i16; TAPS] {
        const { assert!(ROWS.is_power_of_two() && ROWS >= 2) };
        let row = place >> (FRACTION_BITS - ROWS.trailing_zeros());
        match self.0.get(row as usize % ROWS) {
            Some(row) => row,
            None => &[0; TAPS],
        }
    }
}

/// A kernel, by its length in sixteens.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Kernel {
    /// Up to the recorded speed.
    One(&'static Rows<16, 1024>),
    /// Up to a fourth.
    Two(&'static Rows<32, 512>),
    /// Up to an octave and a fourth.
    Four(&'static Rows<64, 256>),
    /// Up to three octaves, and beyond.
    Eight(&'static Rows<128, 256>),
}

impl Kernel {
    /// The kernel for a speed.
    ///
    /// - `speed`: frames of the wave per frame of output, fixed point
    #[inline]
    pub(crate) fn for_speed(speed: u64) -> Self {
        // A hair of slack, so that a wave at its own speed is at its own speed.
        if speed <= ONE + (1 << 4) {
            return tables::PLAIN;
        }
        // By the fastest speed that each serves, ascending.
        let above = tables::UP.partition_point(|(fastest, _)| *fastest < speed);
        let found = tables::UP.get(above).or(tables::UP.last());
        found.map_or(tables::PLAIN, |(_, kernel)| *kernel)
    }

    /// Frames that it weights.
    #[inline]
    pub(crate) const fn taps(self) -> usize {
        match self {
            Self::One(_) => 16,
            Self::Two(_) => 32,
            Self::Four(_) => 64,
            Self::Eight(_) => 128,
        }
    }
}

/// What `build.rs` has computed.
mod tables {
    use super::{Kernel, Rows};

    include!(concat!(env!("OUT_DIR"), "/kernels.rs"));
}

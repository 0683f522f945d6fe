//! Spectra of real frames: their transforms, and the cells in which their bins lie.
//!
//! Eight bins make a cell, real and imaginary parts apart, so that products run over plain arrays
//! of one length. The transforms are scalar ones, which give the same bits on every processor.
//! Owner: partitions. Thread: control builds, render transforms.

use core::fmt;
use std::sync::Arc;

use realfft::num_complex::Complex32;
use realfft::{ComplexToReal, RealFftPlanner, RealToComplex};

/// Bins of a cell.
pub(super) const LANES: usize = 8;

/// Neighbouring bins of one spectrum.
#[derive(Debug, Clone, Copy)]
pub(super) struct Cell {
    real: [f32; LANES],
    imaginary: [f32; LANES],
}

impl Cell {
    /// Nothing.
    pub(super) const ZERO: Self = Self {
        real: [0.0; LANES],
        imaginary: [0.0; LANES],
    };

    /// Up to eight bins; the rest is nothing.
    pub(super) fn of(bins: &[Complex32]) -> Self {
        let mut cell = Self::ZERO;
        let parts = cell.real.iter_mut().zip(&mut cell.imaginary);
        for ((real, imaginary), bin) in parts.zip(bins) {
            *real = bin.re;
            *imaginary = bin.im;
        }
        cell
    }

    /// The bins.
    pub(super) fn bins(&self) -> impl Iterator<Item = Complex32> {
        let parts = self.real.iter().zip(&self.imaginary);
        parts.map(|(real, imaginary)| Complex32::new(*real, *imaginary))
    }

    /// The sum with the product of two cells.
    #[inline]
    pub(super) fn plus_product(&self, a: &Self, b: &Self) -> Self {
        Self {
            real: core::array::from_fn(|n| {
                self.real[n] + (a.real[n] * b.real[n] - a.imaginary[n] * b.imaginary[n])
            }),
            imaginary: core::array::from_fn(|n| {
                self.imaginary[n] + (a.real[n] * b.imaginary[n] + a.imaginary[n] * b.real[n])
            }),
        }
    }
}

/// Transforms of one length, with the memory they need.
pub(super) struct Transform {
    forward: Arc<dyn RealToComplex<f32>>,
    inverse: Arc<dyn ComplexToReal<f32>>,
    real: Vec<f32>,
    complex: Vec<Complex32>,
    scratch: Vec<Complex32>,
}

impl fmt::Debug for Transform {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Transform")
            .field("length", &self.real.len())
            .finish_non_exhaustive()
    }
}

impl Transform {
    /// - `length`: of the real frames, even
    ///
    /// # Real-time
    /// Control. Not real-time: allocates.
    pub(super) fn new(length: usize) -> Self {
        let mut planner = RealFftPlanner::new();
        let forward = planner.plan_fft_forward(length);
        let inverse = planner.plan_fft_inverse(length);
        let scratch = forward.get_scratch_len().max(inverse.get_scratch_len());
        Self {
            real: forward.make_input_vec(),
            complex: forward.make_output_vec(),
            scratch: vec![Complex32::default(); scratch],
            forward,
            inverse,
        }
    }

    /// Cells of a spectrum.
    pub(super) fn cells(&self) -> usize {
        self.complex.len().div_ceil(LANES)
    }

    /// Spectrum of frames, cell by cell; what is missing at their end is silence.
    pub(super) fn forward(
        &mut self,
        frames: impl Iterator<Item = f32>,
    ) -> impl Iterator<Item = Cell> {
        let frames = frames.chain(core::iter::repeat(0.0));
        for (slot, frame) in self.real.iter_mut().zip(frames) {
            *slot = frame;
        }
        // Lengths are those it was planned for; nothing else can fail.
        let _ =
            self.forward
                .process_with_scratch(&mut self.real, &mut self.complex, &mut self.scratch);
        self.complex.chunks(LANES).map(Cell::of)
    }

    /// Frames of a spectrum, as many times too loud as there are.
    pub(super) fn inverse(&mut self, cells: &[Cell]) -> &[f32] {
        let bins = cells.iter().flat_map(Cell::bins);
        for (slot, bin) in self.complex.iter_mut().zip(bins) {
            *slot = bin;
        }
        // The lowest and the highest bin of real frames have no imaginary part.
        for end in [0, self.complex.len().saturating_sub(1)] {
            if let Some(bin) = self.complex.get_mut(end) {
                bin.im = 0.0;
            }
        }
        let _ =
            self.inverse
                .process_with_scratch(&mut self.complex, &mut self.real, &mut self.scratch);
        &self.real
    }
}

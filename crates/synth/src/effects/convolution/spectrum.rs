//! Spectra: transforms of real frames, and products of spectra.
//!
//! Real and imaginary parts lie apart, so that a product runs over plain arrays. The transforms
//! are scalar ones, which give the same bits on every processor.
//! Owner: partitions. Thread: control builds, render transforms.

use core::fmt;
use std::sync::Arc;

use realfft::num_complex::Complex32;
use realfft::{ComplexToReal, RealFftPlanner, RealToComplex};

/// Real and imaginary parts.
#[derive(Debug, Clone)]
pub(super) struct Spectrum {
    pub(super) real: Vec<f32>,
    pub(super) imaginary: Vec<f32>,
}

impl Spectrum {
    /// Zeros.
    pub(super) fn new(bins: usize) -> Self {
        Self {
            real: vec![0.0; bins],
            imaginary: vec![0.0; bins],
        }
    }

    pub(super) fn clear(&mut self) {
        self.real.fill(0.0);
        self.imaginary.fill(0.0);
    }

    /// Adds the product of two spectra.
    pub(super) fn add_product(&mut self, a: &Self, b: &Self) {
        let sums = self.real.iter_mut().zip(&mut self.imaginary);
        let a = a.real.iter().zip(&a.imaginary);
        let b = b.real.iter().zip(&b.imaginary);
        for (((real, imaginary), (a, ai)), (b, bi)) in sums.zip(a).zip(b) {
            *real += a * b - ai * bi;
            *imaginary += a * bi + ai * b;
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

    /// Bins of a spectrum.
    pub(super) fn bins(&self) -> usize {
        self.complex.len()
    }

    /// Spectrum of frames; what is missing at their end is silence.
    pub(super) fn forward(&mut self, frames: impl Iterator<Item = f32>, spectrum: &mut Spectrum) {
        let frames = frames.chain(core::iter::repeat(0.0));
        for (slot, frame) in self.real.iter_mut().zip(frames) {
            *slot = frame;
        }
        // Lengths are those it was planned for; nothing else can fail.
        let _ =
            self.forward
                .process_with_scratch(&mut self.real, &mut self.complex, &mut self.scratch);
        let parts = spectrum.real.iter_mut().zip(&mut spectrum.imaginary);
        for ((real, imaginary), bin) in parts.zip(&self.complex) {
            *real = bin.re;
            *imaginary = bin.im;
        }
    }

    /// Frames of a spectrum, as many times too loud as there are.
    pub(super) fn inverse(&mut self, spectrum: &Spectrum) -> &[f32] {
        let parts = spectrum.real.iter().zip(&spectrum.imaginary);
        for (bin, (real, imaginary)) in self.complex.iter_mut().zip(parts) {
            *bin = Complex32::new(*real, *imaginary);
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

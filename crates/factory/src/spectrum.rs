//! Spectrum of a loop: everything that is put into it repeats without a seam.
//!
//! A loop of `len` frames holds exactly the frequencies that are whole numbers of cycles per loop,
//! its bins. Whatever is built bin by bin is therefore continuous, with all its slopes, where the
//! end meets the start. Lengths are powers of two for the fast Fourier transform.

use core::f64::consts::TAU;
use core::ops::RangeInclusive;

use crate::noise::Noise;

/// Half spectrum of a real loop, bins `0..len / 2`.
#[derive(Debug, Clone)]
pub(crate) struct Spectrum {
    len: usize,
    re: Vec<f64>,
    im: Vec<f64>,
}

impl Spectrum {
    /// Silence; `len` is a power of two.
    pub(crate) fn new(len: usize) -> Self {
        debug_assert!(len.is_power_of_two());
        Self {
            len,
            re: vec![0.0; len / 2],
            im: vec![0.0; len / 2],
        }
    }

    /// The spectrum of a loop whose length is a power of two.
    pub(crate) fn of(frames: &[f64]) -> Self {
        let len = frames.len();
        let mut re = frames.to_vec();
        let mut im = vec![0.0; len];
        transform(&mut re, &mut im);
        re.truncate(len / 2);
        im.truncate(len / 2);
        let scale = 2.0 / len as f64;
        for value in re.iter_mut().chain(im.iter_mut()) {
            *value *= scale;
        }
        Self { len, re, im }
    }

    /// Adds `amplitude * sin(2 pi (bin * n / len + turns))`; what cannot be held is left out.
    pub(crate) fn add(&mut self, bin: usize, amplitude: f64, turns: f64) {
        if bin == 0 || bin >= self.len / 2 {
            return;
        }
        let (sin, cos) = libm::sincos(TAU * turns);
        // sin(x + p) = cos(p) sin(x) + sin(p) cos(x); a sine is the negative imaginary axis.
        self.re[bin] += amplitude * sin;
        self.im[bin] -= amplitude * cos;
    }

    /// How many bins there are.
    pub(crate) fn bins(&self) -> usize {
        self.len / 2
    }

    /// Real and imaginary part of a bin.
    pub(crate) fn line(&self, bin: usize) -> (f64, f64) {
        (self.re[bin], self.im[bin])
    }

    /// Puts a line into a bin.
    pub(crate) fn set_line(&mut self, bin: usize, (re, im): (f64, f64)) {
        self.re[bin] = re;
        self.im[bin] = im;
    }

    /// Its lowest bins, up to this one.
    pub(crate) fn up_to(mut self, last: usize) -> Self {
        for bin in last + 1..self.bins() {
            self.set_line(bin, (0.0, 0.0));
        }
        self
    }

    /// Adds noise of random phase whose amplitude per bin is `level(hz)`.
    pub(crate) fn add_noise(&mut self, rate: f64, seed: u64, level: impl Fn(f64) -> f64) {
        let mut noise = Noise::new(seed);
        let hz_per_bin = rate / self.len as f64;
        for bin in 1..self.len / 2 {
            let amplitude =
                level(bin as f64 * hz_per_bin) * libm::sqrt(-libm::log(1.0 - noise.unit()));
            let turns = noise.unit();
            self.add(bin, amplitude, turns);
        }
    }

    /// Sum of the squared amplitudes of some bins.
    pub(crate) fn power(&self, bins: RangeInclusive<usize>) -> f64 {
        let powers = bins.map(|bin| self.re[bin] * self.re[bin] + self.im[bin] * self.im[bin]);
        powers.sum()
    }

    /// Gives the bins of each pair that stand equally far from `middle`, up to `reach`, the power that
    /// they have on the mean; the phases stay.
    pub(crate) fn balance(&mut self, middle: usize, reach: usize) {
        for away in 1..=reach {
            let pair = [middle - away, middle + away];
            let powers = pair.map(|bin| self.power(bin..=bin));
            let mean = 0.5 * (powers[0] + powers[1]);
            for (bin, power) in pair.into_iter().zip(powers) {
                if power > 0.0 {
                    self.scale(bin..=bin, libm::sqrt(mean / power));
                }
            }
        }
    }

    /// Multiplies some bins by a gain.
    pub(crate) fn scale(&mut self, bins: RangeInclusive<usize>, gain: f64) {
        for bin in bins {
            self.re[bin] *= gain;
            self.im[bin] *= gain;
        }
    }

    /// Multiplies each bin by `gain(hz)`.
    pub(crate) fn shape(mut self, rate: f64, gain: impl Fn(f64) -> f64) -> Self {
        let hz_per_bin = rate / self.len as f64;
        for (bin, (re, im)) in self.re.iter_mut().zip(&mut self.im).enumerate() {
            let gain = gain(bin as f64 * hz_per_bin);
            *re *= gain;
            *im *= gain;
        }
        self
    }

    /// The loop itself, `len` frames without a mean.
    pub(crate) fn into_loop(self) -> Vec<f64> {
        let mut re = self.re;
        // The forward transform of the conjugate is the inverse for a real result.
        let mut im: Vec<f64> = self.im.iter().map(|value| -value).collect();
        re[0] = 0.0;
        im[0] = 0.0;
        re.resize(self.len, 0.0);
        im.resize(self.len, 0.0);
        transform(&mut re, &mut im);
        re
    }
}

/// Phases in turns at which harmonics of these amplitudes, lowest first, do not pile up once in a period.
///
/// Each steps from the last one by the power below it, so that the harmonics pass one after the other.
/// Source: M. R. Schroeder, IEEE Transactions on Information Theory 16 (1970), synthesis of
/// low-peak-factor signals.
pub(crate) fn spread_phases(amplitudes: &[f64]) -> Vec<f64> {
    let powers: Vec<f64> = amplitudes.iter().map(|value| value * value).collect();
    let all = powers.iter().sum::<f64>().max(1e-12);
    let (mut below, mut phase) = (0.0, 0.0);
    let phases = powers.iter().map(|power| {
        phase = (phase + below) % 1.0;
        below += power / all;
        phase
    });
    phases.collect()
}

/// Forward complex transform in place, decimation in time.
fn transform(re: &mut [f64], im: &mut [f64]) {
    let len = re.len();
    let bits = len.trailing_zeros();
    for i in 0..len {
        let j = i.reverse_bits() >> (usize::BITS - bits);
        if i < j {
            re.swap(i, j);
            im.swap(i, j);
        }
    }
    let twiddles: Vec<(f64, f64)> = (0..len / 2)
        .map(|i| libm::sincos(-TAU * i as f64 / len as f64))
        .collect();
    let mut half = 1;
    while half < len {
        let stride = len / (2 * half);
        for block in (0..len).step_by(2 * half) {
            for i in 0..half {
                let (sin, cos) = twiddles[i * stride];
                let (a, b) = (block + i, block + i + half);
                let (bre, bim) = (re[b] * cos - im[b] * sin, re[b] * sin + im[b] * cos);
                (re[b], im[b]) = (re[a] - bre, im[a] - bim);
                (re[a], im[a]) = (re[a] + bre, im[a] + bim);
            }
        }
        half *= 2;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bin_becomes_its_sine() {
        let mut spectrum = Spectrum::new(64);
        spectrum.add(3, 0.5, 0.125);
        for (n, value) in spectrum.into_loop().iter().enumerate() {
            let expected = 0.5 * libm::sin(TAU * (3.0 * n as f64 / 64.0 + 0.125));
            assert!(
                (value - expected).abs() < 1e-12,
                "frame {n}: {value} for {expected}"
            );
        }
    }

    #[test]
    fn balanced_bins_have_the_power_of_their_pair() {
        let mut spectrum = Spectrum::new(64);
        spectrum.add(7, 0.8, 0.3);
        spectrum.add(8, 2.0, 0.0);
        spectrum.add(9, 0.6, 0.7);
        spectrum.balance(8, 2);
        let powers = [7, 8, 9].map(|bin| spectrum.power(bin..=bin));
        for (power, expected) in powers.into_iter().zip([0.5, 4.0, 0.5]) {
            assert!((power - expected).abs() < 1e-12, "{powers:?}");
        }
    }

    #[test]
    fn spread_harmonics_peak_lower_than_those_that_begin_together() {
        let peak = |phases: &[f64]| {
            let mut spectrum = Spectrum::new(256);
            for (turns, bin) in phases.iter().zip(1..) {
                spectrum.add(bin, 1.0, *turns);
            }
            let frames = spectrum.into_loop();
            frames
                .iter()
                .fold(0.0_f64, |peak, value| peak.max(value.abs()))
        };
        let (together, apart) = (peak(&[0.0; 24]), peak(&spread_phases(&[1.0; 24])));
        assert!(apart < 0.5 * together, "{apart} against {together}");
    }

    #[test]
    fn analysis_undoes_synthesis() {
        let mut spectrum = Spectrum::new(256);
        spectrum.add_noise(1000.0, 5, |hz| 1.0 / (1.0 + hz));
        let frames = spectrum.into_loop();
        let again = Spectrum::of(&frames).into_loop();
        for (a, b) in frames.iter().zip(&again) {
            assert!((a - b).abs() < 1e-12, "{a} became {b}");
        }
    }
}

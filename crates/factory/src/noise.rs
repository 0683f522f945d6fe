//! Seeded noise: the same sequence on every machine for the same seed.
//!
//! Source: the xorshift64* generator, G. Marsaglia and S. Vigna; the seed goes through one round
//! of splitmix64, so that neighbouring seeds give unrelated sequences.

/// A stream of random numbers.
#[derive(Debug, Clone)]
pub(crate) struct Noise {
    /// Never 0: that is the generator's fixed point.
    state: u64,
}

impl Noise {
    pub(crate) fn new(seed: u64) -> Self {
        let mut mixed = seed.wrapping_add(0x9E37_79B9_7F4A_7C15);
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        Self {
            state: (mixed ^ (mixed >> 31)) | 1,
        }
    }

    /// Uniform in `0.0..1.0`.
    pub(crate) fn unit(&mut self) -> f64 {
        self.state ^= self.state >> 12;
        self.state ^= self.state << 25;
        self.state ^= self.state >> 27;
        let bits = self.state.wrapping_mul(0x2545_F491_4F6C_DD1D) >> 11;
        bits as f64 / (1_u64 << 53) as f64
    }

    /// Uniform in `-1.0..1.0`: white noise.
    pub(crate) fn bipolar(&mut self) -> f64 {
        2.0 * self.unit() - 1.0
    }

    /// Uniform in `low..high`.
    pub(crate) fn between(&mut self, low: f64, high: f64) -> f64 {
        low + (high - low) * self.unit()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn noise_is_centred_with_the_variance_of_a_uniform_spread() {
        let mut noise = Noise::new(7);
        let values: Vec<f64> = (0..100_000).map(|_| noise.bipolar()).collect();
        let mean = values.iter().sum::<f64>() / values.len() as f64;
        let power = values.iter().map(|v| v * v).sum::<f64>() / values.len() as f64;
        assert!(mean.abs() < 0.01, "mean {mean}");
        assert!((power - 1.0 / 3.0).abs() < 0.01, "power {power}");
    }

    #[test]
    fn neighbouring_seeds_are_unrelated() {
        let (mut a, mut b) = (Noise::new(1), Noise::new(2));
        let product: f64 = (0..100_000).map(|_| a.bipolar() * b.bipolar()).sum::<f64>() / 100_000.0;
        assert!(product.abs() < 0.01, "correlation {product}");
    }
}

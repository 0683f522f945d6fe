//! The powers of two that a tick asks for: of gain, pitch and cutoff.
//!
//! Most ticks ask for what the last one did, or for another gain alone. What moves beyond that is
//! computed together, side by side. Owner: a voice. Thread: render.

use crate::dsp::units::{exp2, exp2_each};

/// Powers, and what they were computed from.
#[derive(Debug, Clone, Copy)]
pub(super) struct Powers {
    exponents: [f64; 4],
    values: [f64; 4],
}

impl Powers {
    /// Of zeros.
    pub(super) const fn new() -> Self {
        Self {
            exponents: [0.0; 4],
            values: [1.0; 4],
        }
    }

    /// Two to the power of each.
    #[inline]
    pub(super) fn of(&mut self, gain: f64, pitch: f64, cutoff: f64) -> [f64; 3] {
        let is_same = |before: f64, now: f64| before.to_bits() == now.to_bits();
        let [old_gain, old_pitch, old_cutoff, _] = self.exponents;
        if !is_same(old_pitch, pitch) || !is_same(old_cutoff, cutoff) {
            self.exponents = [gain, pitch, cutoff, 0.0];
            self.values = exp2_each(self.exponents);
        } else if !is_same(old_gain, gain) {
            self.exponents[0] = gain;
            self.values[0] = exp2(gain);
        }
        let [gain, pitch, cutoff, _] = self.values;
        [gain, pitch, cutoff]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whatever_moves_each_power_is_its_own() {
        let mut powers = Powers::new();
        for [gain, pitch, cutoff] in [
            [-3.7, 0.2, 1.9],
            [-3.8, 0.2, 1.9],
            [-3.8, 0.2, 1.9],
            [-3.8, -0.3, 1.9],
            [0.0, -0.3, -7.1],
            [0.0, 0.0, 0.0],
        ] {
            let bits = powers.of(gain, pitch, cutoff).map(f64::to_bits);
            assert_eq!(
                bits,
                [gain, pitch, cutoff].map(|power| exp2(power).to_bits())
            );
        }
    }
}

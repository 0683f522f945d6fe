//! Decay law: the decay that a set of waves leaves to the player's envelope, over the keyboard.

/// Length of a decay along the keyboard: a straight line in time cents.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct DecayLaw {
    /// Time cents at key 0.
    pub(crate) base_cents: f64,
    pub(crate) cents_per_key: f64,
}

impl DecayLaw {
    /// How far a law may be from the decay a wave was made for: a tenth of its length.
    const TOLERANCE_CENTS: f64 = 165.0;

    /// The law of one wave. Higher keys play it faster: the envelope keeps about in step.
    pub(crate) fn through(root: u8, seconds: f64) -> Self {
        let cents_per_key = -47.0;
        let base_cents = 1200.0 * libm::log2(seconds) - cents_per_key * f64::from(root);
        Self {
            base_cents,
            cents_per_key,
        }
    }

    /// The decay on a key, seconds.
    pub(crate) fn seconds(self, key: u8) -> f64 {
        libm::exp2((self.base_cents + self.cents_per_key * f64::from(key)) / 1200.0)
    }

    /// The law that serves all these waves, if one does.
    pub(crate) fn fit(decays: &[(u8, f64)]) -> Option<Self> {
        let count = decays.len() as f64;
        let points: Vec<(f64, f64)> = decays
            .iter()
            .map(|(root, seconds)| (f64::from(*root), 1200.0 * libm::log2(*seconds)))
            .collect();
        let mean_key = points.iter().map(|point| point.0).sum::<f64>() / count;
        let mean_cents = points.iter().map(|point| point.1).sum::<f64>() / count;
        let spread: f64 = points
            .iter()
            .map(|(key, _)| (key - mean_key) * (key - mean_key))
            .sum();
        let lean: f64 = points
            .iter()
            .map(|(key, cents)| (key - mean_key) * (cents - mean_cents))
            .sum();
        if spread == 0.0 {
            return None;
        }
        // Whole cents: a law that two sets share should be the same bits in both.
        let cents_per_key = (lean / spread).round();
        let base_cents = (mean_cents - cents_per_key * mean_key).round();
        let law = Self {
            base_cents,
            cents_per_key,
        };
        let fits = |(key, cents): &(f64, f64)| {
            (base_cents + cents_per_key * key - cents).abs() < Self::TOLERANCE_CENTS
        };
        points.iter().all(fits).then_some(law)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_law_serves_a_decay_that_halves_every_two_octaves() {
        let law = DecayLaw::fit(&[(36, 8.0), (60, 4.0), (84, 2.0)]);
        let expected = DecayLaw {
            base_cents: 5400.0,
            cents_per_key: -50.0,
        };
        assert_eq!(law, Some(expected));
    }

    #[test]
    fn no_law_serves_a_decay_that_bends() {
        assert_eq!(DecayLaw::fit(&[(36, 8.0), (60, 8.0), (84, 2.0)]), None);
    }
}

//! Lateness: how long after its moment a message was sent.
//!
//! In: one span for each message. Out: the middle, the 95th of a hundred, the worst. A histogram of
//! fixed size, so that a day of music takes as much memory as a minute.

/// Width of a place of the histogram, us.
const STEP_US: u64 = 10;

/// Places; what is later than 100 ms is counted in the last.
const PLACES: usize = 10_000;

/// All spans so far.
#[derive(Debug)]
pub(crate) struct Lateness {
    places: Vec<u64>,
    count: u64,
    worst_us: u64,
}

impl Lateness {
    pub(crate) fn new() -> Self {
        Self {
            places: vec![0; PLACES],
            count: 0,
            worst_us: 0,
        }
    }

    /// Counts one message.
    pub(crate) fn add(&mut self, late_us: u64) {
        let place = usize::try_from(late_us / STEP_US).unwrap_or(PLACES);
        if let Some(place) = self.places.get_mut(place.min(PLACES - 1)) {
            *place = place.saturating_add(1);
        }
        self.count = self.count.saturating_add(1);
        self.worst_us = self.worst_us.max(late_us);
    }

    /// The span that so many of a hundred messages do not exceed, us, to the next 10 us.
    ///
    /// - `percent`: `0..=100`
    pub(crate) fn percentile_us(&self, percent: u64) -> u64 {
        let wanted = self.count.saturating_mul(percent).div_ceil(100);
        let mut seen = 0_u64;
        for (place, count) in (1_u64..).zip(&self.places) {
            seen = seen.saturating_add(*count);
            if seen >= wanted && seen > 0 {
                return (place * STEP_US).min(self.worst_us);
            }
        }
        self.worst_us
    }

    /// The worst of all, us.
    pub(crate) const fn worst_us(&self) -> u64 {
        self.worst_us
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn percentiles_are_those_of_a_sorted_list() {
        let mut lateness = Lateness::new();
        assert_eq!(lateness.percentile_us(50), 0);
        let spans: Vec<u64> = (0..1_000).map(|index| index * 7_919 % 50_000).collect();
        for span in &spans {
            lateness.add(*span);
        }
        let mut sorted = spans;
        sorted.sort_unstable();
        for (percent, index) in [(50, 499), (95, 949), (100, 999)] {
            let shown = lateness.percentile_us(percent);
            let exact = sorted[index];
            assert!(
                shown.abs_diff(exact) <= STEP_US,
                "{percent}: {shown} {exact}"
            );
        }
    }

    #[test]
    fn what_is_later_than_the_histogram_is_still_the_worst() {
        let mut lateness = Lateness::new();
        lateness.add(3_000_000);
        assert_eq!(
            (lateness.worst_us(), lateness.percentile_us(50)),
            (3_000_000, 100_000)
        );
    }
}

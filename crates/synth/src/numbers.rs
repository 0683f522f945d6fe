//! Many numbers of things, in two bytes each as long as that is enough.
//!
//! Even the largest banks count few things beyond 65 536, and have numbers of them in hundreds of
//! thousands of places. Owner: a collection. Thread: control builds, render reads.

use crate::unique::roomy;

/// Numbers by index.
#[derive(Debug)]
pub(crate) enum Numbers {
    /// All of them fit.
    Narrow(Vec<u16>),
    /// One of them did not.
    Wide(Vec<u32>),
}

impl Default for Numbers {
    fn default() -> Self {
        Self::Narrow(Vec::new())
    }
}

impl Numbers {
    /// None yet, with [room](roomy).
    pub(crate) fn with_room() -> Self {
        Self::Narrow(roomy())
    }

    /// Adds one behind all others.
    pub(crate) fn push(&mut self, number: u32) {
        match self {
            Self::Narrow(numbers) => match u16::try_from(number) {
                Ok(number) => numbers.push(number),
                Err(_) => {
                    let mut wide: Vec<u32> = numbers.iter().copied().map(u32::from).collect();
                    wide.push(number);
                    *self = Self::Wide(wide);
                }
            },
            Self::Wide(numbers) => numbers.push(number),
        }
    }

    /// The number at an index.
    pub(crate) fn get(&self, index: usize) -> Option<u32> {
        match self {
            Self::Narrow(numbers) => numbers.get(index).copied().map(u32::from),
            Self::Wide(numbers) => numbers.get(index).copied(),
        }
    }

    /// Gives back what is not needed; no more are added.
    pub(crate) fn shrink(&mut self) {
        match self {
            Self::Narrow(numbers) => numbers.shrink_to_fit(),
            Self::Wide(numbers) => numbers.shrink_to_fit(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_stay_what_they_are_when_one_of_them_needs_more_room() {
        let all = [0, 7, 65_535, 65_536, 3, u32::MAX];
        for count in 0..=all.len() {
            let mut numbers = Numbers::with_room();
            for number in &all[..count] {
                numbers.push(*number);
            }
            numbers.shrink();
            let got: Vec<u32> = (0..count).filter_map(|it| numbers.get(it)).collect();
            assert_eq!(got, all[..count]);
            assert_eq!(numbers.get(count), None);
            assert_eq!(matches!(numbers, Numbers::Wide(_)), count > 3);
        }
    }
}

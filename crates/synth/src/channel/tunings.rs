//! Tunings of single keys, by bank and program: the MIDI Tuning Standard.
//!
//! In: frequencies as messages carry them. Out: cents by key. Memory is taken once: a tuning has a
//! place from the first message about it until the group is reset.
//! Owner: the engine. Thread: render. Source: \[MTS\].

/// Tunings that have a place at a time, over all groups.
const PLACES: usize = 32;

/// Name of a tuning.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct TuningName {
    /// Group of channels, 0-based.
    pub(crate) group_index: u16,
    /// `0..=127`.
    pub(crate) bank: u8,
    /// `0..=127`.
    pub(crate) program: u8,
}

/// One tuning.
#[derive(Debug, Clone)]
struct Tuning {
    name: Option<TuningName>,
    /// What is added to each key, cents.
    cents: [f64; 128],
}

/// All tunings that were set.
#[derive(Debug, Clone)]
pub(crate) struct Tunings {
    /// At most [`PLACES`], for which there is room: memory is taken when they are needed.
    places: Vec<Tuning>,
    /// Some place is taken.
    any: bool,
}

/// A frequency as a message carries it: a key, and 1/16384 of a semitone above it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Frequency(pub(crate) [u8; 3]);

impl Frequency {
    /// Cents above key 0; `None` where nothing is to be changed.
    pub(crate) fn cents(self) -> Option<f64> {
        let [semitone, high, low] = self.0;
        if [semitone, high, low] == [0x7F; 3] {
            return None;
        }
        let fraction = f64::from(u16::from(high) << 7 | u16::from(low));
        Some(100.0 * (f64::from(semitone) + fraction / 16_384.0))
    }

    /// The nearest to a pitch in cents above key 0.
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "clamped to 21 bits before the cast"
    )]
    fn nearest(cents: f64) -> Self {
        // 7F 7F 7F says that nothing changes.
        let steps = (cents / 100.0 * 16_384.0 + 0.5).clamp(0.0, 2_097_150.0) as u32;
        let seven = |shift: u32| (steps >> shift & 0x7F) as u8;
        Self([seven(14), seven(7), seven(0)])
    }
}

impl Tunings {
    /// No tuning is set.
    ///
    /// # Real-time
    /// Control. Not real-time: allocates.
    pub(crate) fn new() -> Self {
        Self {
            places: Vec::with_capacity(PLACES),
            any: false,
        }
    }

    /// Sets one key of a tuning; false if there is no place for it.
    pub(crate) fn set(&mut self, name: TuningName, key: u8, frequency: Frequency) -> bool {
        let Some(cents) = frequency.cents() else {
            return true;
        };
        let index = self
            .places
            .iter()
            .position(|tuning| tuning.name == Some(name))
            .or_else(|| self.places.iter().position(|tuning| tuning.name.is_none()))
            .unwrap_or(self.places.len());
        if index == self.places.len() && index < PLACES {
            // Within what was reserved: nothing is allocated.
            self.places.push(Tuning {
                name: None,
                cents: [0.0; 128],
            });
        }
        let Some(tuning) = self.places.get_mut(index) else {
            return false;
        };
        tuning.name = Some(name);
        self.any = true;
        if let Some(slot) = tuning.cents.get_mut(usize::from(key)) {
            *slot = cents - 100.0 * f64::from(key);
        }
        true
    }

    /// What a tuning adds to a key, cents; 0 where nothing was set.
    pub(crate) fn cents(&self, name: TuningName, key: u8) -> f64 {
        if !self.any {
            return 0.0;
        }
        self.places
            .iter()
            .find(|tuning| tuning.name == Some(name))
            .and_then(|tuning| tuning.cents.get(usize::from(key)).copied())
            .unwrap_or(0.0)
    }

    /// The frequency of a key, as a message carries it.
    pub(crate) fn frequency(&self, name: TuningName, key: u8) -> Frequency {
        Frequency::nearest(100.0 * f64::from(key) + self.cents(name, key))
    }

    /// Forgets the tunings of a group.
    pub(crate) fn clear(&mut self, group_index: u16) {
        for tuning in &mut self.places {
            if tuning
                .name
                .is_some_and(|name| name.group_index == group_index)
            {
                tuning.name = None;
                tuning.cents = [0.0; 128];
            }
        }
        self.any = self.places.iter().any(|tuning| tuning.name.is_some());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn name(program: u8) -> TuningName {
        TuningName {
            group_index: 0,
            bank: 0,
            program,
        }
    }

    #[test]
    fn the_frequencies_of_the_standard_are_read() {
        let cents = Frequency([0x45, 0x0A, 0x06]).cents().unwrap();
        let hertz = 440.0 * libm::exp2((cents - 6900.0) / 1200.0);
        assert!((hertz - 442.0).abs() < 0.01, "{hertz}");
        assert_eq!(Frequency([0x45, 0, 0]).cents(), Some(6900.0));
        assert_eq!(Frequency([0x7F, 0x7F, 0x7F]).cents(), None);
    }

    #[test]
    fn a_frequency_that_was_set_is_told_again() {
        let mut tunings = Tunings::new();
        let set = Frequency([0x45, 0x0A, 0x06]);
        assert!(tunings.set(name(3), 69, set));
        assert_eq!(tunings.frequency(name(3), 69), set);
        assert_eq!(tunings.frequency(name(3), 60), Frequency([60, 0, 0]));
        assert!(tunings.set(name(3), 69, Frequency([0x7F; 3])));
        assert_eq!(tunings.frequency(name(3), 69), set);
    }

    #[test]
    fn tunings_beyond_the_places_are_refused() {
        let mut tunings = Tunings::new();
        let sharp = Frequency([61, 0, 0]);
        for program in 0..32 {
            assert!(tunings.set(name(program), 60, sharp));
        }
        assert!(!tunings.set(name(99), 60, sharp));
        tunings.clear(0);
        assert!(tunings.set(name(99), 60, sharp));
        assert!(tunings.cents(name(0), 60).abs() < 1e-12);
    }
}

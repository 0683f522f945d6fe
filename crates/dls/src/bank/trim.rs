//! A part of a bank: some of its instruments, with the waves that these play.

use std::collections::BTreeMap;

use super::{Bank, Instrument, Patch};

impl Bank {
    /// The bank with only the instruments that are wanted, and only the waves that these play.
    ///
    /// - `wanted`: asked once for each instrument, in order
    /// - returns a bank of the same order, whose recordings share the memory of this one; texts
    ///   stay, warnings and the id of the file do not: it is another file now
    ///
    /// # Real-time
    /// Control side only. Not real-time: allocates.
    #[must_use]
    pub fn trimmed(&self, mut wanted: impl FnMut(Patch) -> bool) -> Self {
        let mut instruments: Vec<Instrument> = self
            .instruments
            .iter()
            .filter(|instrument| wanted(instrument.patch))
            .cloned()
            .collect();
        let regions = || instruments.iter().flat_map(|it| &it.regions);
        let mut places: BTreeMap<usize, usize> = regions().map(|it| (it.wave, 0)).collect();
        let mut waves = Vec::with_capacity(places.len());
        for (wave, place) in &mut places {
            *place = waves.len();
            waves.extend(self.waves.get(*wave).cloned());
        }
        for region in instruments.iter_mut().flat_map(|it| &mut it.regions) {
            region.wave = places.get(&region.wave).copied().unwrap_or_default();
        }
        let mut info = self.info.clone();
        info.about.set_id(None);
        Self {
            info,
            instruments,
            waves,
            warnings: Vec::new(),
        }
    }
}

//! A bank in parts: each is handed over as soon as it is read, and the reader forgets it.
//!
//! In: a file in memory. Out: waves and instruments in their order, to whoever takes them; a whole
//! [`Bank`] is what one gets who keeps them all. The presets of a SoundFont say what its few
//! thousand zones say many times over, so that all of them at once take far more than its tables.
//! Thread: any but render.

use std::ops::Range;

use super::{About, Bank, BankInfo, Instrument, Region, Wave};
use crate::error::{ReadError, Warning};
use crate::form;
use crate::image::Image;
use crate::options::ReadOptions;

/// Takes a bank as it is read, one part after the other.
pub trait Recipient {
    /// The next wave. Regions name it by how many came before it, parts of others included.
    fn wave(&mut self, wave: Wave);

    /// The next wave, which is a part of an earlier one without its playback data.
    ///
    /// - `whole`: number of the earlier one
    /// - `frames`: of that one; never empty
    fn part(&mut self, whole: usize, frames: Range<usize>);

    /// The next instrument, with all of its regions, some or none; whatever they play has come
    /// before.
    fn instrument(&mut self, instrument: Instrument);

    /// The next region of the last instrument; what it plays has come before.
    fn region(&mut self, region: Region);
}

/// What is said of a bank beside its parts.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Remainder {
    /// Texts about the bank.
    pub info: BankInfo,
    /// Leniencies of the reader, in file order; not part of the sound.
    pub warnings: Vec<Warning>,
}

impl Bank {
    /// Reads a bank and hands over its parts as soon as they are read.
    ///
    /// In memory at a time are one region of a SoundFont, one instrument of a DLS file, or all of
    /// them if it has aliases; waves may stay where they are, as with
    /// [`from_image`](Self::from_image).
    ///
    /// # Errors
    /// As [`read`](Self::read). What was handed over until then is of no use.
    ///
    /// # Real-time
    /// Control side only. Not real-time: allocates.
    pub fn deliver(
        image: &Image,
        options: ReadOptions,
        recipient: &mut dyn Recipient,
    ) -> Result<Remainder, ReadError> {
        form::read(image, options, recipient)
    }

    /// A whole bank, none of its lists larger than what is in it.
    pub(crate) fn gather(image: &Image, options: ReadOptions) -> Result<Self, ReadError> {
        let mut bank = Self::default();
        let remainder = Self::deliver(image, options, &mut bank)?;
        for instrument in &mut bank.instruments {
            instrument.regions.shrink_to_fit();
        }
        bank.instruments.shrink_to_fit();
        bank.waves.shrink_to_fit();
        bank.info = remainder.info;
        bank.warnings = remainder.warnings;
        Ok(bank)
    }
}

impl Recipient for Bank {
    fn wave(&mut self, wave: Wave) {
        self.waves.push(wave);
    }

    fn part(&mut self, whole: usize, frames: Range<usize>) {
        let part = self.waves.get(whole).map(|whole| Wave {
            name: whole.name.clone(),
            sample_rate: whole.sample_rate,
            frames: whole.frames.part(frames),
            sample: None,
            about: About::default(),
        });
        self.waves.extend(part);
    }

    fn instrument(&mut self, instrument: Instrument) {
        self.instruments.push(instrument);
    }

    fn region(&mut self, mut region: Region) {
        // Whoever hands it over expects it to be gone soon.
        if let Some(list) = &mut region.articulation {
            list.shrink_to_fit();
        }
        if let Some(last) = self.instruments.last_mut() {
            last.regions.push(region);
        }
    }
}

//! Which collections are resident, and which are on their way home.
//!
//! In: collections for the layers. Out: lookups, and replaced collections once no voice plays
//! them. Owner: the engine. Thread: render; nothing is allocated or freed, and a reference count
//! never reaches zero here, because every collection leaves through [`Downloads::take_retired`].

use std::sync::Arc;

use dmus_dls::bank::Patch;

use crate::collection::Collection;
use crate::error::NoRoom;

/// Collections that can be held at a time, in force or waiting to be taken back.
pub(crate) const PLACES: usize = 16;

/// Which of the stacked banks a collection serves as.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Layer {
    /// Below: what sounds where the others have nothing.
    Factory,
    /// Between: covers the factory bank patch by patch.
    User,
    /// Above: what clients have downloaded, instrument by instrument. It answers to exactly the
    /// patches it has and stands in for no other.
    Download,
}

/// The layers, uppermost first.
const LAYERS: [Layer; 3] = [Layer::Download, Layer::User, Layer::Factory];

/// Where an instrument is found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Found {
    /// Place of its collection.
    pub(crate) place: u8,
    /// Index in the collection.
    pub(crate) instrument: u32,
    /// Layer its collection serves as.
    pub(crate) layer: Layer,
}

/// All resident collections.
#[derive(Debug, Default)]
pub(crate) struct Downloads {
    places: [Option<Arc<Collection>>; PLACES],
    /// Place in force for the factory layer.
    factory: Option<u8>,
    /// Place in force for the user layer.
    user: Option<u8>,
    /// Place in force for the layer of downloads.
    download: Option<u8>,
}

impl Downloads {
    /// Puts a collection in force, or none; what was in force before is retired.
    ///
    /// # Errors
    /// [`NoRoom`] gives the collection back if every place is taken.
    pub(crate) fn put(
        &mut self,
        layer: Layer,
        collection: Option<Arc<Collection>>,
    ) -> Result<(), NoRoom<Option<Arc<Collection>>>> {
        let place = match collection {
            None => None,
            Some(collection) => {
                let free = (0_u8..)
                    .zip(self.places.iter_mut())
                    .find(|(_, place)| place.is_none());
                match free {
                    Some((index, place)) => {
                        *place = Some(collection);
                        Some(index)
                    }
                    None => return Err(NoRoom(Some(collection))),
                }
            }
        };
        match layer {
            Layer::Factory => self.factory = place,
            Layer::User => self.user = place,
            Layer::Download => self.download = place,
        }
        Ok(())
    }

    /// The place in force for a layer.
    const fn in_force(&self, layer: Layer) -> Option<u8> {
        match layer {
            Layer::Factory => self.factory,
            Layer::User => self.user,
            Layer::Download => self.download,
        }
    }

    /// Hands out a retired collection that nothing plays any more.
    ///
    /// - `voices`: how many voices play from each place
    pub(crate) fn take_retired(&mut self, voices: &[u32; PLACES]) -> Option<Arc<Collection>> {
        let in_force = LAYERS.map(|layer| self.in_force(layer));
        (0_u8..)
            .zip(self.places.iter_mut().zip(voices))
            .find(|(index, (place, voices))| {
                place.is_some() && **voices == 0 && !in_force.contains(&Some(*index))
            })
            .and_then(|(_, (place, _))| place.take())
    }

    /// The collection at a place.
    pub(crate) fn collection(&self, place: u8) -> Option<&Collection> {
        self.places.get(usize::from(place))?.as_deref()
    }

    /// The instrument that plays a patch.
    ///
    /// Exactly the patch from the downloads, then from the user's bank, then from the factory's;
    /// only then what stands in for it, of the banks, the user's first. So each layer covers what
    /// it has, and what it lacks comes from below before anything is replaced by something similar.
    ///
    /// # Source
    /// \[WDK\] a downloaded instrument answers if drum flag, bank and program match. Deviation:
    /// after an unload \[WDK\] ignores its notes; here they fall to the layer below.
    pub(crate) fn find(&self, patch: Patch) -> Option<Found> {
        let layers = || {
            LAYERS.into_iter().filter_map(|layer| {
                let place = self.in_force(layer)?;
                Some((layer, place, self.collection(place)?))
            })
        };
        let banks = || layers().filter(|(layer, ..)| *layer != Layer::Download);
        let found = |(layer, place, instrument)| Found {
            place,
            instrument,
            layer,
        };
        layers()
            .find_map(|(layer, place, collection)| Some((layer, place, collection.exact(patch)?)))
            .or_else(|| {
                banks().find_map(|(layer, place, collection)| {
                    Some((layer, place, collection.stand_in(patch)?))
                })
            })
            .map(found)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use dmus_dls::Bank;
    use dmus_dls::bank::{Dialect, Instrument};

    fn patch(drums: bool, bank_msb: u8, program: u8) -> Patch {
        Patch {
            drums,
            bank_msb,
            bank_lsb: 0,
            program,
        }
    }

    fn collection(patches: &[Patch]) -> Arc<Collection> {
        let bank = Bank {
            instruments: patches
                .iter()
                .map(|patch| Instrument {
                    patch: *patch,
                    name: String::new(),
                    regions: Vec::new(),
                    articulation: Vec::new(),
                    dialect: Dialect::Dls,
                    about: Default::default(),
                })
                .collect(),
            ..Bank::default()
        };
        Arc::new(Collection::compile(&bank).unwrap())
    }

    fn found(downloads: &Downloads, wanted: Patch) -> Option<(Layer, Patch)> {
        let found = downloads.find(wanted)?;
        let collection = downloads.collection(found.place)?;
        Some((
            found.layer,
            collection.instrument(found.instrument)?.patch(),
        ))
    }

    #[test]
    fn the_user_bank_covers_the_factory_bank_patch_by_patch() {
        let mut downloads = Downloads::default();
        let factory = [patch(false, 0, 0), patch(false, 0, 5), patch(true, 0, 0)];
        let user = [patch(false, 0, 5), patch(false, 8, 7)];
        downloads
            .put(Layer::Factory, Some(collection(&factory)))
            .unwrap();
        downloads.put(Layer::User, Some(collection(&user))).unwrap();
        for (wanted, expected) in [
            (patch(false, 0, 5), (Layer::User, patch(false, 0, 5))),
            (patch(false, 0, 0), (Layer::Factory, patch(false, 0, 0))),
            (patch(true, 0, 0), (Layer::Factory, patch(true, 0, 0))),
            // A variation nobody has: the user's capital tone before the factory's.
            (patch(false, 3, 5), (Layer::User, patch(false, 0, 5))),
            // A program only a variation has.
            (patch(false, 0, 7), (Layer::User, patch(false, 8, 7))),
            (patch(false, 3, 0), (Layer::Factory, patch(false, 0, 0))),
        ] {
            assert_eq!(found(&downloads, wanted), Some(expected), "{wanted:?}");
        }
    }

    #[test]
    fn a_downloaded_instrument_covers_its_patch_and_stands_in_for_no_other() {
        let mut downloads = Downloads::default();
        let melody = patch(false, 0, 5);
        downloads
            .put(Layer::User, Some(collection(&[melody])))
            .unwrap();
        let downloaded = [melody, patch(false, 8, 7), patch(true, 0, 0)];
        downloads
            .put(Layer::Download, Some(collection(&downloaded)))
            .unwrap();
        for (wanted, expected) in [
            (melody, Some((Layer::Download, melody))),
            (patch(false, 8, 7), Some((Layer::Download, downloaded[1]))),
            (patch(false, 3, 5), Some((Layer::User, melody))),
            (patch(false, 0, 7), None),
            (patch(true, 0, 9), None),
        ] {
            assert_eq!(found(&downloads, wanted), expected, "{wanted:?}");
        }
    }

    #[test]
    fn a_missing_kit_falls_to_its_family_then_to_the_standard_kit() {
        let mut downloads = Downloads::default();
        let kits = [patch(true, 0, 0), patch(true, 0, 24)];
        downloads
            .put(Layer::Factory, Some(collection(&kits)))
            .unwrap();
        for (program, kit) in [(25, 24), (24, 24), (40, 0), (7, 0)] {
            let expected = (Layer::Factory, patch(true, 0, kit));
            assert_eq!(found(&downloads, patch(true, 120, program)), Some(expected));
        }
    }

    #[test]
    fn an_instrument_in_the_drum_bank_is_a_kit_without_its_flag() {
        let mut downloads = Downloads::default();
        downloads
            .put(Layer::User, Some(collection(&[patch(false, 120, 0)])))
            .unwrap();
        let kit = (Layer::User, patch(true, 120, 0));
        assert_eq!(found(&downloads, patch(true, 120, 0)), Some(kit));
        assert_eq!(found(&downloads, patch(false, 0, 0)), None);
    }

    #[test]
    fn a_collection_comes_home_only_when_nothing_plays_it() {
        let mut downloads = Downloads::default();
        let first = collection(&[]);
        downloads
            .put(Layer::User, Some(Arc::clone(&first)))
            .unwrap();
        let mut voices = [0; PLACES];
        voices[0] = 3;
        assert!(downloads.take_retired(&voices).is_none());
        downloads.put(Layer::User, None).unwrap();
        assert!(downloads.take_retired(&voices).is_none());
        voices[0] = 0;
        let home = downloads.take_retired(&voices).unwrap();
        assert!(Arc::ptr_eq(&home, &first));
        assert!(downloads.take_retired(&voices).is_none());
    }

    #[test]
    fn a_download_without_room_comes_back() {
        let mut downloads = Downloads::default();
        for _ in 0..PLACES {
            downloads.put(Layer::User, Some(collection(&[]))).unwrap();
        }
        let NoRoom(back) = downloads
            .put(Layer::User, Some(collection(&[])))
            .unwrap_err();
        assert!(back.is_some());
        assert!(downloads.take_retired(&[0; PLACES]).is_some());
        downloads.put(Layer::User, back).unwrap();
    }
}

//! Which collections are resident, and which are on their way home.
//!
//! In: collections for the layers. Out: lookups, and replaced collections once no voice plays
//! them. Owner: the engine. Thread: render; nothing is allocated or freed, and a reference count
//! never reaches zero here, because every collection leaves through [`Downloads::take_retired`].

use std::sync::Arc;

use dmus_dls::bank::Patch;

use crate::collection::{Collection, StandIn};
use crate::error::NoRoom;

/// Collections that can be held at a time, in force or waiting to be taken back.
///
/// The whole stack is ten; the others are for banks that are replaced in quick succession while
/// voices of the old ones sound.
pub(crate) const PLACES: usize = 64;

/// Banks that a user can stack.
pub const USER_BANKS: u8 = 8;

/// Which of the stacked banks a collection serves as.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Layer {
    /// Above: what clients have downloaded, instrument by instrument. It answers to exactly the
    /// patches it has and stands in for no other.
    Download,
    /// Between, `0..`[`USER_BANKS`] with 0 uppermost: each covers what lies below patch by patch.
    User(u8),
    /// Below: what sounds where the others have nothing.
    Factory,
}

/// The stack, uppermost first.
const STACK: [Layer; USER_BANKS as usize + 2] = {
    let mut stack = [Layer::Factory; USER_BANKS as usize + 2];
    stack[0] = Layer::Download;
    let mut bank = 0;
    while bank < USER_BANKS {
        stack[bank as usize + 1] = Layer::User(bank);
        bank += 1;
    }
    stack
};

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
#[derive(Debug)]
pub(crate) struct Downloads {
    places: [Option<Arc<Collection>>; PLACES],
    /// Place in force for each layer, in the order of [`STACK`].
    in_force: [Option<u8>; STACK.len()],
}

impl Default for Downloads {
    fn default() -> Self {
        Self {
            places: [const { None }; PLACES],
            in_force: [None; STACK.len()],
        }
    }
}

impl Downloads {
    /// Puts a collection in force, or none; what was in force before is retired.
    ///
    /// A layer that is not there takes nothing: the collection is retired at once.
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
        let mut levels = STACK.iter().zip(&mut self.in_force);
        if let Some((_, in_force)) = levels.find(|(level, _)| **level == layer) {
            *in_force = place;
        }
        Ok(())
    }

    /// Hands out a retired collection that nothing plays any more.
    ///
    /// - `voices`: how many voices play from each place
    pub(crate) fn take_retired(&mut self, voices: &[u32; PLACES]) -> Option<Arc<Collection>> {
        let in_force = self.in_force;
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
    /// Exactly the patch, from the downloads, then from the banks of the user, then from the
    /// factory's. Only then what stands in for it, the most similar first, and of equally similar
    /// ones the uppermost bank's. So each layer covers what it has, and what it lacks comes from
    /// below before anything is replaced by something similar.
    ///
    /// # Source
    /// \[WDK\] a downloaded instrument answers if drum flag, bank and program match. Deviation:
    /// after an unload \[WDK\] ignores its notes; here they fall to the layer below.
    pub(crate) fn find(&self, patch: Patch) -> Option<Found> {
        let layers = || {
            STACK
                .into_iter()
                .zip(self.in_force)
                .filter_map(|(layer, place)| {
                    let place = place?;
                    Some((layer, place, self.collection(place)?))
                })
        };
        let banks = || layers().filter(|(layer, ..)| *layer != Layer::Download);
        let exact =
            layers().find_map(|(layer, place, bank)| Some((layer, place, bank.exact(patch)?)));
        let (layer, place, instrument) = exact.or_else(|| {
            StandIn::for_patch(patch).iter().find_map(|rule| {
                banks().find_map(|(layer, place, bank)| {
                    Some((layer, place, bank.stand_in(*rule, patch)?))
                })
            })
        })?;
        Some(Found {
            place,
            instrument,
            layer,
        })
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
        downloads
            .put(Layer::User(0), Some(collection(&user)))
            .unwrap();
        for (wanted, expected) in [
            (patch(false, 0, 5), (Layer::User(0), patch(false, 0, 5))),
            (patch(false, 0, 0), (Layer::Factory, patch(false, 0, 0))),
            (patch(true, 0, 0), (Layer::Factory, patch(true, 0, 0))),
            // A variation nobody has: the user's capital tone before the factory's.
            (patch(false, 3, 5), (Layer::User(0), patch(false, 0, 5))),
            // A program only a variation has.
            (patch(false, 0, 7), (Layer::User(0), patch(false, 8, 7))),
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
            .put(Layer::User(0), Some(collection(&[melody])))
            .unwrap();
        let downloaded = [melody, patch(false, 8, 7), patch(true, 0, 0)];
        downloads
            .put(Layer::Download, Some(collection(&downloaded)))
            .unwrap();
        for (wanted, expected) in [
            (melody, Some((Layer::Download, melody))),
            (patch(false, 8, 7), Some((Layer::Download, downloaded[1]))),
            (patch(false, 3, 5), Some((Layer::User(0), melody))),
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
            .put(Layer::User(0), Some(collection(&[patch(false, 120, 0)])))
            .unwrap();
        let kit = (Layer::User(0), patch(true, 120, 0));
        assert_eq!(found(&downloads, patch(true, 120, 0)), Some(kit));
        assert_eq!(found(&downloads, patch(false, 0, 0)), None);
    }

    #[test]
    fn of_several_banks_the_uppermost_that_has_a_patch_plays_it() {
        let mut downloads = Downloads::default();
        let lowest = USER_BANKS - 1;
        let patches = [0, 1, 2, 3].map(|program| patch(false, 0, program));
        for (layer, covered) in [
            (Layer::Factory, 4),
            (Layer::User(lowest), 3),
            (Layer::User(3), 2),
            (Layer::User(0), 1),
        ] {
            let bank = collection(&patches[..covered]);
            downloads.put(layer, Some(bank)).unwrap();
        }
        let layers = [
            Layer::User(0),
            Layer::User(3),
            Layer::User(lowest),
            Layer::Factory,
        ];
        for (patch, layer) in patches.into_iter().zip(layers) {
            assert_eq!(found(&downloads, patch), Some((layer, patch)));
        }
        downloads.put(Layer::User(3), None).unwrap();
        let below = (Layer::User(lowest), patches[1]);
        assert_eq!(found(&downloads, patches[1]), Some(below));
    }

    #[test]
    fn a_near_relative_below_goes_before_a_distant_one_above() {
        let mut downloads = Downloads::default();
        let variation = |bank_lsb| Patch {
            bank_lsb,
            ..patch(false, 121, 5)
        };
        let top = [patch(false, 8, 5), patch(true, 0, 0)];
        let middle = [patch(false, 0, 5), patch(true, 0, 24)];
        let bottom = [variation(0), patch(true, 120, 25)];
        for (layer, patches) in [
            (Layer::User(0), top),
            (Layer::User(1), middle),
            (Layer::Factory, bottom),
        ] {
            downloads.put(layer, Some(collection(&patches))).unwrap();
        }
        for (wanted, expected) in [
            // The same without its low byte, then bank 0, then any bank.
            (variation(3), (Layer::Factory, variation(0))),
            (patch(false, 16, 5), (Layer::User(1), middle[0])),
            // The same kit in another bank, its family, the standard kit.
            (patch(true, 0, 25), (Layer::Factory, bottom[1])),
            (patch(true, 0, 26), (Layer::User(1), middle[1])),
            (patch(true, 0, 40), (Layer::User(0), top[1])),
        ] {
            assert_eq!(found(&downloads, wanted), Some(expected), "{wanted:?}");
        }
        assert_eq!(found(&downloads, patch(false, 0, 6)), None);
    }

    #[test]
    fn a_bank_without_flags_has_its_kits_where_xg_has_them() {
        let mut downloads = Downloads::default();
        let unflagged = [patch(false, 0, 0), patch(false, 127, 0)];
        downloads
            .put(Layer::User(0), Some(collection(&unflagged)))
            .unwrap();
        let flagged = [patch(true, 0, 0), patch(false, 127, 1)];
        downloads
            .put(Layer::Factory, Some(collection(&flagged)))
            .unwrap();
        for (wanted, expected) in [
            (patch(true, 127, 0), (Layer::User(0), unflagged[1])),
            (patch(true, 0, 0), (Layer::Factory, flagged[0])),
            // Beside a kit with a flag bank 127 is a variation like any other.
            (patch(true, 127, 1), (Layer::Factory, flagged[0])),
            (patch(false, 127, 1), (Layer::Factory, flagged[1])),
        ] {
            assert_eq!(found(&downloads, wanted), Some(expected), "{wanted:?}");
        }
    }

    #[test]
    fn a_bank_for_a_layer_that_is_not_there_comes_home() {
        let mut downloads = Downloads::default();
        let bank = collection(&[patch(false, 0, 0)]);
        downloads
            .put(Layer::User(USER_BANKS), Some(Arc::clone(&bank)))
            .unwrap();
        assert_eq!(found(&downloads, patch(false, 0, 0)), None);
        let home = downloads.take_retired(&[0; PLACES]).unwrap();
        assert!(Arc::ptr_eq(&home, &bank));
    }

    #[test]
    fn a_collection_comes_home_only_when_nothing_plays_it() {
        let mut downloads = Downloads::default();
        let first = collection(&[]);
        downloads
            .put(Layer::User(0), Some(Arc::clone(&first)))
            .unwrap();
        let mut voices = [0; PLACES];
        voices[0] = 3;
        assert!(downloads.take_retired(&voices).is_none());
        downloads.put(Layer::User(0), None).unwrap();
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
            downloads
                .put(Layer::User(0), Some(collection(&[])))
                .unwrap();
        }
        let NoRoom(back) = downloads
            .put(Layer::User(0), Some(collection(&[])))
            .unwrap_err();
        assert!(back.is_some());
        assert!(downloads.take_retired(&[0; PLACES]).is_some());
        downloads.put(Layer::User(0), back).unwrap();
    }
}

//! Which instruments have played: what a project must carry that is to sound elsewhere.
//!
//! A channel tells its instrument with the first note after it was looked up, so that notes cost a
//! comparison. Owner: the engine. Thread: render.

use dmus_dls::bank::Patch;

use crate::downloads::Found;

use super::Engine;

/// Instruments that wait to be told of.
const PLACES: usize = 256;

/// Instruments that nobody has asked for yet, in any order.
#[derive(Debug)]
pub(super) struct Played {
    waiting: Vec<Patch>,
}

impl Played {
    /// # Real-time
    /// Control. Not real-time: allocates.
    pub(super) fn new() -> Self {
        Self {
            waiting: Vec::with_capacity(PLACES),
        }
    }

    /// False if there is no place.
    fn put(&mut self, patch: Patch) -> bool {
        let has_room = self.waiting.len() < PLACES;
        if has_room && !self.waiting.contains(&patch) {
            // Within what was reserved: nothing is allocated.
            self.waiting.push(patch);
        }
        has_room
    }
}

impl Engine {
    /// The patch of an instrument that has played a note since it was chosen.
    ///
    /// Call it until it returns nothing. An instrument may be told of more than once; one that finds
    /// no place among 256 is told of with its next note.
    ///
    /// # Real-time
    /// Render. Wait-free.
    #[must_use]
    pub fn take_played(&mut self) -> Option<Patch> {
        self.played.waiting.pop()
    }

    /// A note of a part plays this instrument.
    pub(super) fn note_played(&mut self, part: u8, found: Found) {
        let Some(channel) = self.channels.get_mut(usize::from(part)) else {
            return;
        };
        if channel.is_told {
            return;
        }
        let collection = self.downloads.collection(found.place);
        let instrument = collection.and_then(|bank| bank.instrument(found.instrument));
        channel.is_told = instrument.is_some_and(|it| self.played.put(it.patch()));
    }
}

//! Which note a host means by its number: VST3 sends expressions to a number alone.
//!
//! A table with room for twice the notes that four ports can hold. A note stays known after its
//! end, for it still sounds; its place is taken by another when there is no other. Owner: the
//! render side. Thread: render; nothing is allocated after construction.

/// Places of the table; a power of two.
const PLACES: usize = 1 << 14;
/// Places that a number may have.
const REACH: usize = 32;

/// Where a note is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Note {
    pub(super) port: u16,
    pub(super) channel: u8,
    pub(super) key: u8,
}

#[derive(Clone, Copy)]
struct Place {
    /// The host's number, `0..`; negative for an empty place.
    id: i32,
    note: Note,
    is_held: bool,
    /// When it began; wraps.
    began: u32,
}

/// The notes that a host has numbered.
pub(super) struct Held {
    places: Box<[Place]>,
    now: u32,
}

impl Held {
    /// No notes. Allocates.
    pub(super) fn new() -> Self {
        let empty = Place {
            id: -1,
            note: Note {
                port: 0,
                channel: 0,
                key: 0,
            },
            is_held: false,
            began: 0,
        };
        Self {
            places: vec![empty; PLACES].into_boxed_slice(),
            now: 0,
        }
    }

    /// A note begins; without a number it cannot be meant later.
    ///
    /// # Real-time
    /// Render. Bounded by [`REACH`].
    pub(super) fn begin(&mut self, id: i32, note: Note) {
        if id < 0 {
            return;
        }
        self.now = self.now.wrapping_add(1);
        let now = self.now;
        let mut best: Option<(usize, u64)> = None;
        for at in reach(id, note.port) {
            let Some(place) = self.places.get(at) else {
                continue;
            };
            let worth = if place.id == id && place.note.port == note.port {
                0
            } else if place.id < 0 {
                1
            } else {
                // The oldest first, those that are over before those that are held.
                let age = u64::from(u32::MAX - now.wrapping_sub(place.began));
                2 + age + if place.is_held { 1 << 33 } else { 0 }
            };
            if best.is_none_or(|(_, least)| worth < least) {
                best = Some((at, worth));
            }
        }
        if let Some(place) = best.and_then(|(at, _)| self.places.get_mut(at)) {
            *place = Place {
                id,
                note,
                is_held: true,
                began: now,
            };
        }
    }

    /// A note ends.
    ///
    /// # Real-time
    /// Render. Bounded by [`REACH`].
    pub(super) fn end(&mut self, id: i32, port: u16) {
        if let Some(at) = self.at(id, port)
            && let Some(place) = self.places.get_mut(at)
        {
            place.is_held = false;
        }
    }

    /// The note that a number means.
    ///
    /// # Real-time
    /// Render. Bounded by [`REACH`].
    pub(super) fn find(&self, id: i32, port: u16) -> Option<Note> {
        self.places.get(self.at(id, port)?).map(|place| place.note)
    }

    fn at(&self, id: i32, port: u16) -> Option<usize> {
        if id < 0 {
            return None;
        }
        reach(id, port).find(|at| {
            let place = self.places.get(*at);
            place.is_some_and(|place| place.id == id && place.note.port == port)
        })
    }

    /// Forgets every note.
    ///
    /// # Real-time
    /// Render. Bounded by the table.
    pub(super) fn clear(&mut self) {
        for place in &mut self.places {
            place.id = -1;
        }
    }
}

/// The places that a number of a port may have.
fn reach(id: i32, port: u16) -> impl Iterator<Item = usize> {
    let mixed = id
        .cast_unsigned()
        .wrapping_add(u32::from(port).wrapping_mul(0x9E37_79B1))
        .wrapping_mul(0x85EB_CA6B);
    let start = (mixed >> 8) as usize;
    (0..REACH).map(move |step| start.wrapping_add(step) % PLACES)
}

#[cfg(test)]
mod tests {
    use super::*;

    const fn note(port: u16, channel: u8, key: u8) -> Note {
        Note { port, channel, key }
    }

    #[test]
    fn every_key_of_four_ports_can_be_held_at_once() {
        for spread in [1, 7, 4_096, 65_537] {
            let mut held = Held::new();
            let all = (0..4).flat_map(|port| {
                (0..16).flat_map(move |channel| (0..128).map(move |key| note(port, channel, key)))
            });
            let numbered = || (0_i32..).map(|id| id.wrapping_mul(spread) & i32::MAX);
            for (note, id) in all.clone().zip(numbered()) {
                held.begin(id, note);
            }
            for (note, id) in all.zip(numbered()) {
                assert_eq!(held.find(id, note.port), Some(note), "spread {spread}");
            }
        }
    }

    #[test]
    fn ended_note_is_still_meant_until_its_number_is_used_again() {
        let mut held = Held::new();
        held.begin(5, note(0, 1, 60));
        held.end(5, 0);
        assert_eq!(held.find(5, 0), Some(note(0, 1, 60)));
        held.begin(5, note(0, 2, 61));
        assert_eq!(held.find(5, 0), Some(note(0, 2, 61)));
        assert_eq!(held.find(5, 1), None, "another port's number");
        held.clear();
        assert_eq!(held.find(5, 0), None);
    }

    #[test]
    fn held_notes_outlive_any_number_of_ended_ones() {
        let mut held = Held::new();
        held.begin(0, note(0, 0, 60));
        for id in 1..200_000 {
            held.begin(id, note(0, 0, 61));
            held.end(id, 0);
        }
        assert_eq!(held.find(0, 0), Some(note(0, 0, 60)));
    }

    #[test]
    fn note_without_a_number_is_not_kept() {
        let mut held = Held::new();
        held.begin(-1, note(0, 0, 60));
        assert_eq!(held.find(-1, 0), None);
    }
}

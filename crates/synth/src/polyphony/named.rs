//! Notes that a host has given numbers: how many voices each has, and which have ended.
//!
//! In: starts and ends of voices. Out: notes of which nothing sounds any more, until somebody takes
//! them. Owner: the voice pool. Thread: render. Source: \[CLAP\] events.h, `CLAP_EVENT_NOTE_END`.

use std::collections::VecDeque;

/// Ended notes that wait to be taken; the host does without those beyond them.
const WAITING: usize = 1_024;

/// Spreads numbers over the table: hosts count them up.
const SPREAD: u32 = 0x9E37_79B9;

/// A note with a number of which nothing sounds any more.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct EndedNote {
    /// Part that has played it, `0..=63`.
    pub part: u8,
    /// Key, `0..=127`.
    pub key: u8,
    /// The host's number.
    pub note_id: i32,
    /// Frame by which it has ended, frames rendered since the reset before.
    pub frame: u64,
}

/// How many voices a number has; none is a free place.
#[derive(Debug, Clone, Copy, Default)]
struct Count {
    note_id: i32,
    voices: u32,
}

/// The notes with numbers.
#[derive(Debug)]
pub(super) struct Named {
    /// Open addressing: a number is at its home or in the unbroken run of places after it.
    table: Box<[Count]>,
    ended: VecDeque<EndedNote>,
}

impl Named {
    /// Room for as many numbers as there are `slots` for voices.
    ///
    /// # Real-time
    /// Not real-time: allocates.
    pub(super) fn new(slots: usize) -> Self {
        let places = (2 * slots).next_power_of_two();
        Self {
            table: vec![Count::default(); places].into(),
            ended: VecDeque::with_capacity(WAITING),
        }
    }

    /// Forgets all of them.
    pub(super) fn clear(&mut self) {
        self.table.fill(Count::default());
        self.ended.clear();
    }

    /// The next note that has ended.
    pub(super) fn take(&mut self) -> Option<EndedNote> {
        self.ended.pop_front()
    }

    /// Whether a number has a voice.
    pub(super) fn sounds(&self, note_id: i32) -> bool {
        self.count_at(self.place_of(note_id)).voices > 0
    }

    /// One more voice of a number. Bounded by the voices, most often a step.
    pub(super) fn begin(&mut self, note_id: i32) {
        let place = self.place_of(note_id);
        if let Some(count) = self.table.get_mut(place) {
            count.note_id = note_id;
            count.voices += 1;
        }
    }

    /// One voice less of a note; the last one ends it. Bounded as above.
    pub(super) fn end(&mut self, note: EndedNote) {
        let place = self.place_of(note.note_id);
        let Some(count) = self.table.get_mut(place).filter(|count| count.voices > 0) else {
            return;
        };
        count.voices -= 1;
        if count.voices == 0 {
            self.close_gap(place);
            self.note_end(note);
        }
    }

    /// A note has ended, or never sounded.
    pub(super) fn note_end(&mut self, note: EndedNote) {
        if self.ended.len() < WAITING {
            self.ended.push_back(note);
        }
    }

    fn count_at(&self, place: usize) -> Count {
        self.table.get(place).copied().unwrap_or_default()
    }

    const fn next(&self, place: usize) -> usize {
        (place + 1) & (self.table.len() - 1)
    }

    const fn home(&self, note_id: i32) -> usize {
        (note_id.cast_unsigned().wrapping_mul(SPREAD) >> 8) as usize & (self.table.len() - 1)
    }

    /// Where a number is, or would be.
    fn place_of(&self, note_id: i32) -> usize {
        let mut place = self.home(note_id);
        // There are twice as many places as voices: the run ends.
        while self.count_at(place).voices > 0 && self.count_at(place).note_id != note_id {
            place = self.next(place);
        }
        place
    }

    /// Moves back what was put behind a place that is free now.
    fn close_gap(&mut self, mut gap: usize) {
        let mask = self.table.len() - 1;
        let mut place = self.next(gap);
        loop {
            let count = self.count_at(place);
            if count.voices == 0 {
                return;
            }
            let way = place.wrapping_sub(self.home(count.note_id)) & mask;
            if way >= place.wrapping_sub(gap) & mask {
                if let Some(free) = self.table.get_mut(gap) {
                    *free = count;
                }
                if let Some(left) = self.table.get_mut(place) {
                    *left = Count::default();
                }
                gap = place;
            }
            place = self.next(place);
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashMap;

    use super::*;

    fn note(note_id: i32) -> EndedNote {
        EndedNote {
            part: 0,
            key: 60,
            note_id,
            frame: 0,
        }
    }

    #[test]
    fn a_note_has_ended_with_its_last_voice() {
        let mut named = Named::new(4);
        named.begin(-7);
        named.begin(-7);
        named.end(note(-7));
        assert!(named.sounds(-7) && named.take().is_none());
        named.end(note(-7));
        assert!(!named.sounds(-7));
        assert_eq!(named.take(), Some(note(-7)));
        named.end(note(-7));
        assert_eq!(named.take(), None);
    }

    /// Against a table of the standard library's, with numbers that share homes.
    #[test]
    fn any_starts_and_ends_are_counted_as_a_map_counts_them() {
        let mut named = Named::new(32);
        let mut model: HashMap<i32, u32> = HashMap::new();
        let mut random = 1_u64;
        for _ in 0..200_000 {
            random = random
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(1_442_695_040_888_963_407);
            let note_id = i32::try_from(random >> 33 & 0x3F).expect("small") << 24;
            let sounding = model.values().filter(|voices| **voices > 0).count();
            if random >> 60 & 1 == 0 && sounding < 32 {
                named.begin(note_id);
                *model.entry(note_id).or_default() += 1;
            } else {
                let voices = model.entry(note_id).or_default();
                let ends = *voices == 1;
                *voices = voices.saturating_sub(1);
                named.end(note(note_id));
                assert_eq!(named.take(), ends.then(|| note(note_id)));
            }
            let sounds = model.get(&note_id).is_some_and(|voices| *voices > 0);
            assert_eq!(named.sounds(note_id), sounds);
        }
    }

    #[test]
    fn what_nobody_takes_has_an_end() {
        let mut named = Named::new(4);
        for note_id in 0..2_000 {
            named.begin(note_id);
            named.end(note(note_id));
        }
        assert_eq!(named.ended.len(), WAITING);
        named.clear();
        assert_eq!(named.take(), None);
    }
}

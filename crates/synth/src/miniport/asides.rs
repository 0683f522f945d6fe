//! What hosts say of notes and MIDI has no words for, beside the messages that carry it.
//!
//! In: asides, by the position of a record in the client's byte stream. Out: the aside of the event
//! that has come from that record, at its frame and in its order. Owner: the stream. Thread: render.
//! Source: \[CLAP\] note events and expressions; \[hdr\] dmusicks.h, ullBytePosition.
//!
//! Events are as small as MIDI, so the rest does not travel with them: it waits here. An event that
//! was lost leaves its aside behind, which makes room when there is none.

use std::collections::VecDeque;

use crate::channel::NoteTrim;
use crate::engine::{Engine, NoteAddress};
use crate::voice::NoteExpression;

/// Asides that wait at a time: one for every event of the pool.
const PLACES: usize = 16_384;

/// What a message does not say.
#[derive(Debug, Clone, Copy, PartialEq)]
#[non_exhaustive]
pub enum Aside {
    /// The note that the message strikes has this number.
    Strike(i32),
    /// The note that the message ends has this number.
    End(i32),
    /// The message stands for the end of these notes.
    Lift(NoteAddress),
    /// The message stands for an expression of these notes.
    Express(NoteAddress, NoteExpression),
    /// The message stands for a trim of one note of a part.
    Trim {
        /// `0..=15`.
        part: u8,
        /// The note's number.
        note_id: i32,
        /// In the place of what the part has.
        trim: NoteTrim,
    },
}

impl Aside {
    /// Does what the aside and its message say.
    pub(super) fn obey(self, engine: &mut Engine, group: u16, bytes: &[u8]) {
        let group_index = group.saturating_sub(1);
        match (self, bytes) {
            (Self::Strike(note_id), &[status @ 0x90..=0x9F, key, velocity]) if velocity > 0 => {
                engine.strike_note(group_index, status & 0x0F, key, velocity, note_id);
            }
            (Self::End(note_id), &[status @ 0x80..=0x8F, key, _]) => {
                engine.end_note(group_index, status & 0x0F, key, note_id);
            }
            (Self::Strike(_) | Self::End(_), _) => engine.message(group, bytes),
            (Self::Lift(address), _) => engine.lift_note(group_index, address),
            (Self::Express(address, expression), _) => {
                engine.express(group_index, address, expression);
            }
            (
                Self::Trim {
                    part,
                    note_id,
                    trim,
                },
                _,
            ) => engine.trim_note(group_index, part, note_id, trim),
        }
    }
}

/// One that waits for its event.
#[derive(Debug)]
struct Waiting {
    position: u64,
    /// Nothing once it was taken.
    aside: Option<Aside>,
}

/// Those that wait, in the order of their positions.
#[derive(Debug)]
pub(super) struct Asides {
    waiting: VecDeque<Waiting>,
    lost: u64,
}

impl Asides {
    /// # Real-time
    /// Not real-time: allocates.
    pub(super) fn new() -> Self {
        Self {
            waiting: VecDeque::with_capacity(PLACES),
            lost: 0,
        }
    }

    pub(super) fn clear(&mut self) {
        self.waiting.clear();
    }

    pub(super) const fn lost(&self) -> u64 {
        self.lost
    }

    /// Keeps an aside; the oldest goes where there is no room.
    ///
    /// - `position`: beyond that of all before
    pub(super) fn put(&mut self, position: u64, aside: Aside) {
        if self.waiting.len() >= PLACES {
            let oldest = self.waiting.pop_front();
            let is_lost = oldest.is_some_and(|oldest| oldest.aside.is_some());
            self.lost = self.lost.saturating_add(u64::from(is_lost));
        }
        self.waiting.push_back(Waiting {
            position,
            aside: Some(aside),
        });
    }

    /// Takes the aside of the record at a position, if it has one. O(log n) for n that wait, and at
    /// once where events come in the order of their records.
    pub(super) fn take(&mut self, position: u64) -> Option<Aside> {
        let first = self.waiting.front()?;
        let index = if first.position == position {
            0
        } else {
            self.waiting
                .partition_point(|waiting| waiting.position < position)
        };
        let found = self.waiting.get_mut(index)?;
        if found.position != position {
            return None;
        }
        let aside = found.aside.take();
        let is_done = |waiting: &Waiting| waiting.aside.is_none();
        while self.waiting.front().is_some_and(is_done) {
            self.waiting.pop_front();
        }
        aside
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_aside_is_taken_once_by_the_record_it_belongs_to() {
        let mut asides = Asides::new();
        for (position, note_id) in [(24, 1), (96, 2), (144, 3)] {
            asides.put(position, Aside::Strike(note_id));
        }
        assert_eq!(asides.take(72), None, "between two");
        assert_eq!(asides.take(96), Some(Aside::Strike(2)), "out of turn");
        assert_eq!(asides.take(96), None);
        assert_eq!(asides.take(24), Some(Aside::Strike(1)));
        assert_eq!(asides.take(144), Some(Aside::Strike(3)));
        assert_eq!((asides.take(144), asides.waiting.len()), (None, 0));
        assert_eq!(asides.lost(), 0);
    }

    #[test]
    fn those_of_lost_events_make_room_and_are_counted() {
        let mut asides = Asides::new();
        for index in 0..PLACES as u64 + 3 {
            asides.put(24 * index, Aside::Strike(1));
        }
        assert_eq!((asides.lost(), asides.waiting.len()), (3, PLACES));
        assert_eq!(asides.take(48), None);
        assert_eq!(asides.take(72), Some(Aside::Strike(1)));
        assert_eq!(asides.waiting.capacity(), PLACES);
    }
}

//! Queued messages: what a queue keeps of a message in place of its handle.
//!
//! In: messages. Out: the same messages. Owner: whoever holds them: a sequencer.
//! Thread: render. Source: \[WDK\] DMUS_KERNEL_EVENT.

use super::{
    EventBox, EventPool,
    slots::{NO_POSITION, NONE},
};

/// One whole message: when it is to sound, and what its handle names.
///
/// It is copied as queues move it about, but goes back to a handle once only.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Queued {
    /// 100 ns, master clock.
    pub(crate) time: i64,
    /// The position of its last event in the client's byte stream, plus one; 0 if it has none.
    pub(crate) furthest: u64,
    /// First and last event.
    pub(crate) ends: (u32, u32),
}

impl Queued {
    /// No message: what fills the places of a queue that nothing is in.
    pub(crate) const NONE: Self = Self {
        time: 0,
        furthest: 0,
        ends: (NONE, NONE),
    };

    /// Ends the handle of a chain that is one message, whose last event has this position.
    #[inline]
    pub(crate) fn new(time: i64, position: u64, message: EventBox) -> Self {
        Self {
            time,
            // All ones, which is nowhere, comes before every place.
            furthest: position.wrapping_sub(NO_POSITION),
            ends: message.into_ends(),
        }
    }
}

impl EventPool {
    /// Ends the handle of a chain of this pool that is one message, at the time of its first event.
    #[inline]
    pub(crate) fn queued(&self, message: EventBox) -> Queued {
        let time = self.at(message.head).map_or(0, |slot| slot.time.units());
        let position = self
            .at(message.tail)
            .map_or(NO_POSITION, |slot| slot.position);
        Queued::new(time, position, message)
    }

    /// Puts `more` behind a message, both being of this pool and held by no queue any longer. Same
    /// cost for any length.
    #[inline]
    pub(crate) fn append(&mut self, message: &mut Queued, more: &Queued) {
        let (head, tail) = more.ends;
        let last = std::mem::replace(&mut message.ends.1, tail);
        if let Some(slot) = self.at_mut(last) {
            slot.next = head;
        }
    }

    /// The handle of a message of this pool, which no queue holds any longer.
    #[inline]
    pub(crate) const fn unqueued(&self, message: &Queued) -> EventBox {
        EventBox {
            head: message.ends.0,
            tail: message.ends.1,
            pool: self.tag,
        }
    }
}

//! System exclusive messages by handle.
//!
//! The framework queues every event by value, so a message of any length would make every note
//! as large. Instead the bytes are copied into a fixed arena while the host's pointer is valid,
//! and the event carries a handle of sixteen bytes. The arena is a ring: the newest message takes
//! the oldest place, and a handle whose place was taken again is noticed and counted as lost.
//!
//! In: bytes from the framework's event reader. Out: the same bytes, in the same block.
//! Owner: the process, one arena for all instances. Thread: render. Source: \[MIDI1\] system
//! exclusive messages.

use atomic_refcell::AtomicRefCell;
use dmus_kernel::sync::Counter;
use nice_plug::midi::sysex::SysExMessage;

/// Longest message, bytes: what a kernel event can count.
pub const MAX_MESSAGE: usize = 65_535;

/// Bytes in one place of the arena; longer messages take several in a row.
const PLACE_BYTES: usize = 504;

/// Places; together half a mebibyte.
const PLACES: usize = 1024;

/// Longest message that can be handed to a host.
const MAX_OUTPUT: usize = 1024;

/// One place: the ticket of the message part that it holds, then the part.
#[derive(Debug)]
struct Place {
    ticket: u64,
    bytes: [u8; PLACE_BYTES],
}

/// An empty place holds no ticket: tickets begin at 1.
#[expect(
    clippy::declare_interior_mutable_const,
    reason = "only repeated to fill the array"
)]
const EMPTY: AtomicRefCell<Place> = AtomicRefCell::new(Place {
    ticket: 0,
    bytes: [0; PLACE_BYTES],
});

static ARENA: [AtomicRefCell<Place>; PLACES] = [EMPTY; PLACES];

static TICKETS: Counter = Counter::new();

/// Where a message lies in the arena.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SysExHandle {
    /// Ticket of the first part.
    first: u64,
    /// Length of the message, bytes.
    len: u16,
}

impl SysExHandle {
    /// Stores a message.
    ///
    /// Returns `None` for one that is empty, longer than [`MAX_MESSAGE`], or not a system
    /// message, and when another thread holds the next place.
    ///
    /// # Real-time
    /// Render. Bounded by the length of the message.
    #[must_use]
    pub fn store(message: &[u8]) -> Option<Self> {
        let len = u16::try_from(message.len()).ok()?;
        if *message.first()? < 0xF0 {
            return None;
        }
        let parts = message.len().div_ceil(PLACE_BYTES);
        let first = TICKETS.add(u64::try_from(parts).ok()?) + 1;
        for (ticket, part) in (first..).zip(message.chunks(PLACE_BYTES)) {
            let mut place = place_of(ticket)?.try_borrow_mut().ok()?;
            place.ticket = ticket;
            place.bytes.get_mut(..part.len())?.copy_from_slice(part);
        }
        Some(Self { first, len })
    }

    /// Copies the message to the front of `into` and returns that part of it.
    ///
    /// `None` means that the message is lost: its place was taken again, or `into` is shorter
    /// than [`MAX_MESSAGE`] and than the message.
    ///
    /// # Real-time
    /// Render. Bounded by the length of the message.
    #[must_use]
    pub fn read(self, into: &mut [u8]) -> Option<&[u8]> {
        let into = into.get_mut(..usize::from(self.len))?;
        for (ticket, part) in (self.first..).zip(into.chunks_mut(PLACE_BYTES)) {
            let place = place_of(ticket)?.try_borrow().ok()?;
            if place.ticket != ticket {
                return None;
            }
            part.copy_from_slice(place.bytes.get(..part.len())?);
        }
        Some(into)
    }
}

/// The place that a ticket takes.
fn place_of(ticket: u64) -> Option<&'static AtomicRefCell<Place>> {
    ARENA.get(usize::try_from(ticket % PLACES as u64).ok()?)
}

impl SysExMessage for SysExHandle {
    type Buffer = [u8; MAX_OUTPUT];

    fn from_buffer(buffer: &[u8]) -> Option<Self> {
        Self::store(buffer)
    }

    fn as_buffer(&self) -> (Self::Buffer, usize) {
        let mut buffer = [0; MAX_OUTPUT];
        let len = self.read(&mut buffer).map_or(0, <[u8]>::len);
        (buffer, len)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn message(len: usize) -> Vec<u8> {
        let mut bytes: Vec<u8> = (0..=126).cycle().take(len).collect();
        bytes[0] = 0xF0;
        bytes[len - 1] = 0xF7;
        bytes
    }

    // The arena is one for the process: the tests of this file run as one.
    #[test]
    fn messages_of_every_length_come_back_and_old_ones_are_noticed() {
        let mut scratch = vec![0; MAX_MESSAGE];
        for len in [
            2,
            6,
            PLACE_BYTES - 1,
            PLACE_BYTES,
            PLACE_BYTES + 1,
            5000,
            MAX_MESSAGE,
        ] {
            let bytes = message(len);
            let handle = SysExHandle::store(&bytes).expect("stored");
            assert_eq!(handle.read(&mut scratch), Some(&bytes[..]), "length {len}");
        }

        assert_eq!(SysExHandle::store(&[]), None);
        assert_eq!(SysExHandle::store(&[0x90, 60, 100]), None);
        assert_eq!(SysExHandle::store(&vec![0xF0; MAX_MESSAGE + 1]), None);

        let old = SysExHandle::store(&message(6)).expect("stored");
        for _ in 0..PLACES {
            assert!(SysExHandle::store(&message(6)).is_some());
        }
        assert_eq!(old.read(&mut scratch), None);

        let short = SysExHandle::store(&message(100)).expect("stored");
        assert_eq!(short.read(&mut [0; 50]), None);
    }
}

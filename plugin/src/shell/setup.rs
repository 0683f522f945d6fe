//! What system messages have set, on its way between the render half and the state.
//!
//! Down goes the setup of a state, up goes every message that lasts; each ring carries whole
//! messages as bytes, so that nothing has to be freed on the render side. The control half has a
//! [`Setup`] of its own that follows the stream's. Owner: each half its ends. Thread: render for
//! `SetupLine`, control for [`SetupMirror`].

use std::sync::{Arc, Mutex, PoisonError};

use dmus_kernel::ChannelGroup;
use dmus_synth::{SETUP_BYTES, Setup};
use rtrb::{Consumer, Producer, RingBuffer};

use super::render::Render;

/// Bytes before each message: its group, and its length, lower byte first.
const HEAD: usize = 3;

/// Bytes of a ring: the largest setup, with heads for its messages.
const RING_BYTES: usize = 2 * SETUP_BYTES;

/// Stands in the place of a group where everything before is forgotten.
const FORGET: u8 = 0xFF;

/// Power-on state, in MIDI's words.
const POWER_ON: [u8; 1] = [0xFF];

/// Both halves of the way.
pub(super) fn line() -> (SetupLine, SetupMirror) {
    let (down, from_state) = RingBuffer::new(RING_BYTES);
    let (to_state, up) = RingBuffer::new(RING_BYTES);
    let line = SetupLine {
        up: to_state,
        down: from_state,
        scratch: vec![0; RING_BYTES].into_boxed_slice(),
    };
    let mirror = Mirror {
        up,
        down,
        setup: Setup::new(),
    };
    (line, SetupMirror(Arc::new(Mutex::new(mirror))))
}

/// The render half.
#[derive(Debug)]
pub(super) struct SetupLine {
    up: Producer<u8>,
    down: Consumer<u8>,
    scratch: Box<[u8]>,
}

/// The control half; may be held by several.
#[derive(Debug, Clone)]
pub struct SetupMirror(Arc<Mutex<Mirror>>);

#[derive(Debug)]
struct Mirror {
    up: Consumer<u8>,
    down: Producer<u8>,
    setup: Setup,
}

impl SetupMirror {
    /// What is set now, as far as the render half has told: groups, from 1 or 0 for all, and
    /// messages.
    ///
    /// # Real-time
    /// Not real-time: takes a lock of the control side, allocates.
    #[must_use]
    pub fn messages(&self) -> Vec<(u16, Vec<u8>)> {
        let mut mirror = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        mirror.follow();
        let messages = lasting(&mirror.setup);
        messages
            .map(|(group, bytes)| (group, bytes.to_vec()))
            .collect()
    }

    /// Lays a setup into the ring and gives its length there, which is the command that brings it
    /// into force; nothing if there is no room.
    ///
    /// # Real-time
    /// Not real-time: takes a lock of the control side.
    pub(super) fn send(&self, messages: &[(u16, Vec<u8>)]) -> Option<usize> {
        let mut mirror = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let total = messages.iter().map(|(_, bytes)| HEAD + bytes.len()).sum();
        if total > mirror.down.slots() {
            return None;
        }
        let all = messages
            .iter()
            .all(|(group, bytes)| put(&mut mirror.down, byte(*group), bytes));
        all.then_some(total)
    }
}

impl Mirror {
    /// Takes what has come up.
    fn follow(&mut self) {
        let mut bytes = vec![0; self.up.slots()];
        let Ok(chunk) = self.up.read_chunk(bytes.len()) else {
            return;
        };
        copy(&mut bytes, chunk.as_slices());
        // A message may have come in part: the writer lays down head and bytes at once.
        chunk.commit_all();
        for (group, message) in split(&bytes) {
            if group == FORGET {
                self.setup.clear();
            } else {
                self.setup.take(u16::from(group), message);
            }
        }
    }
}

impl Render {
    /// Brings the setup of a state into force: from power-on state, unless it is in force already.
    /// False if it must be tried again.
    pub(super) fn obey_setup(&mut self, length: usize) -> bool {
        let Self { setup, port, .. } = self;
        if setup.up.slots() < HEAD {
            return false;
        }
        let Some(bytes) = setup.scratch.get_mut(..length) else {
            return true;
        };
        if let Ok(chunk) = setup.down.read_chunk(length) {
            copy(bytes, chunk.as_slices());
            chunk.commit_all();
        }
        let wanted = split(bytes).map(|(group, bytes)| (u16::from(group), bytes));
        if is_alike(port.stream().setup(), wanted.clone()) {
            return true;
        }
        put(&mut setup.up, FORGET, &[]);
        port.stream_mut().engine_mut().message(0, &POWER_ON);
        port.stream_mut().setup_mut().clear();
        for (group, message) in wanted {
            port.stream_mut().set_up(group, message);
            let now = port.stamp(0);
            if let Some(history) = port.history_mut() {
                history.record(now, ChannelGroup::new(group), message);
            }
        }
        self.tell_setup();
        true
    }

    /// Tells the control half of messages that last; what finds no room is told later.
    pub(super) fn tell_setup(&mut self) {
        let Self { setup, port, .. } = self;
        let up = &mut setup.up;
        port.stream_mut()
            .setup_mut()
            .tell(|group, bytes| put(up, byte(group), bytes));
    }
}

/// The messages of a setup without power-on state at its beginning, where it is anyway.
fn lasting(setup: &Setup) -> impl Iterator<Item = (u16, &[u8])> {
    setup.messages().skip_while(|(_, bytes)| *bytes == POWER_ON)
}

/// Whether a setup has these messages.
fn is_alike<'s, 'm: 's>(setup: &'s Setup, messages: impl Iterator<Item = (u16, &'m [u8])>) -> bool {
    lasting(setup).eq(messages.map(|(group, bytes)| -> (u16, &'s [u8]) { (group, bytes) }))
}

/// A group as a byte; there are five.
fn byte(group: u16) -> u8 {
    u8::try_from(group).unwrap_or(FORGET - 1)
}

/// Lays a message into a ring, whole or not at all.
fn put(ring: &mut Producer<u8>, group: u8, bytes: &[u8]) -> bool {
    let Ok(length) = u16::try_from(bytes.len()) else {
        return false;
    };
    let [low, high] = length.to_le_bytes();
    match ring.write_chunk_uninit(HEAD + bytes.len()) {
        Ok(chunk) => {
            let head = [group, low, high].into_iter();
            chunk.fill_from_iter(head.chain(bytes.iter().copied()));
            true
        }
        Err(_) => false,
    }
}

/// Puts the two parts of a ring behind one another.
fn copy(to: &mut [u8], (first, second): (&[u8], &[u8])) {
    for (place, byte) in to.iter_mut().zip(first.iter().chain(second)) {
        *place = *byte;
    }
}

/// The messages of a ring's bytes, each with the byte of its group.
fn split(bytes: &[u8]) -> impl Iterator<Item = (u8, &[u8])> + Clone {
    let mut rest = bytes;
    core::iter::from_fn(move || {
        let (&[group, low, high], tail) = rest.split_first_chunk::<HEAD>()?;
        let length = usize::from(u16::from_le_bytes([low, high]));
        let (message, tail) = tail.split_at_checked(length)?;
        rest = tail;
        Some((group, message))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn messages_come_out_of_a_ring_as_they_went_in() {
        let (_line, mirror) = line();
        let messages = vec![
            (1, vec![0xF0, 1, 2, 0xF7]),
            (0, vec![0xF0; 400]),
            (4, vec![]),
        ];
        let length = mirror.send(&messages).expect("there is room");
        assert_eq!(length, 3 * HEAD + 404);
        let large = vec![(1, vec![0; 60_000]); 3];
        assert_eq!(mirror.send(&large), None, "there is no room");
    }

    #[test]
    fn bytes_that_are_cut_short_give_the_messages_before() {
        let bytes = [1, 2, 0, 7, 8, 2, 9, 0, 1];
        let messages: Vec<_> = split(&bytes).collect();
        assert_eq!(messages, [(1, &[7, 8][..])]);
    }
}

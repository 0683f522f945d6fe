//! What the engine answers: messages that go back to whoever asked.
//!
//! The engine has no way out of its own. It keeps the last few answers until its owner takes them
//! and sends them on; who does not take them loses the newer ones, which are counted.
//! Source: \[MIDI1\] identity reply; \[MTS\] bulk dump reply.

use crate::channel::tunings::{Frequency, TuningName, Tunings};

use super::Engine;

/// Answers that wait at a time.
const PLACES: usize = 16;

/// Longest answer, bytes: a tuning of all keys.
const MOST_BYTES: usize = 409;

/// Who we are: no company, then family, member and version, lower bytes first.
///
/// # Source
/// \[MIDI1\] 7D is for what is not sold.
const IDENTITY: [u8; 15] = [
    0xF0, 0x7E, 0x10, 0x06, 0x02, 0x7D, 0x44, 0x4D, 0x01, 0x00, 0x00, 0x00, 0x00, 0x01, 0xF7,
];

/// One answer.
#[derive(Debug, Clone, Copy)]
pub struct Reply {
    group_index: u16,
    frame: u64,
    bytes: [u8; MOST_BYTES],
    length: usize,
}

impl Reply {
    const fn new(group_index: u16) -> Self {
        Self {
            group_index,
            frame: 0,
            bytes: [0; MOST_BYTES],
            length: 0,
        }
    }

    fn push(&mut self, bytes: &[u8]) {
        let end = self.length.saturating_add(bytes.len());
        if let Some(room) = self.bytes.get_mut(self.length..end) {
            room.copy_from_slice(bytes);
            self.length = end;
        }
    }

    /// The group that was asked, 0-based.
    #[must_use]
    pub const fn group_index(&self) -> u16 {
        self.group_index
    }

    /// The frame on which the question came, frames rendered since the reset before.
    #[must_use]
    pub const fn frame(&self) -> u64 {
        self.frame
    }

    /// The message, `F0` to `F7`.
    #[must_use]
    pub fn bytes(&self) -> &[u8] {
        self.bytes.get(..self.length).unwrap_or(&[])
    }
}

/// Answers that nobody has taken yet, oldest first.
#[derive(Debug)]
pub(super) struct Replies {
    waiting: Box<[Reply; PLACES]>,
    count: usize,
}

impl Replies {
    /// # Real-time
    /// Control. Not real-time: allocates.
    pub(super) fn new() -> Self {
        Self {
            waiting: Box::new([Reply::new(0); PLACES]),
            count: 0,
        }
    }

    pub(super) const fn clear(&mut self) {
        self.count = 0;
    }

    /// False if there is no place.
    fn put(&mut self, reply: &Reply) -> bool {
        let Some(place) = self.waiting.get_mut(self.count) else {
            return false;
        };
        *place = *reply;
        self.count += 1;
        true
    }

    fn take(&mut self) -> Option<Reply> {
        self.count = self.count.checked_sub(1)?;
        let [first, ..] = *self.waiting;
        self.waiting.rotate_left(1);
        Some(first)
    }
}

/// A tuning of all keys as a message.
fn dump(tunings: &Tunings, name: TuningName) -> Reply {
    let mut reply = Reply::new(name.group_index);
    reply.push(&[0xF0, 0x7E, 0x10, 0x08]);
    if name.bank == 0 {
        reply.push(&[0x01, name.program]);
    } else {
        reply.push(&[0x04, name.bank, name.program]);
    }
    reply.push(b"DMus            ");
    for key in 0..128 {
        let Frequency(bytes) = tunings.frequency(name, key);
        reply.push(&bytes);
    }
    let checksum = reply.bytes().iter().skip(1).fold(0, |sum, byte| sum ^ byte);
    reply.push(&[checksum & 0x7F, 0xF7]);
    reply
}

impl Engine {
    /// The oldest answer that waits, to be sent to whoever plays the engine.
    ///
    /// Sixteen wait at a time; what is answered beyond them is counted as lost.
    ///
    /// # Real-time
    /// Render. Wait-free; moves some 400 bytes.
    #[must_use]
    pub fn take_reply(&mut self) -> Option<Reply> {
        self.replies.take()
    }

    fn reply(&mut self, mut reply: Reply) {
        reply.frame = self.position;
        if !self.replies.put(&reply) {
            self.stats.lost_replies = self.stats.lost_replies.saturating_add(1);
        }
    }

    /// Answers who is there.
    pub(super) fn reply_identity(&mut self, group_index: u16) {
        let mut reply = Reply::new(group_index);
        reply.push(&IDENTITY);
        self.reply(reply);
    }

    /// Answers with a tuning.
    pub(super) fn reply_tuning(&mut self, name: TuningName) {
        let reply = dump(&self.tunings, name);
        self.reply(reply);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn answers_are_taken_in_their_order_and_have_an_end() {
        let mut replies = Replies::new();
        for group_index in 0..16 {
            assert!(replies.put(&Reply::new(group_index)));
        }
        assert!(!replies.put(&Reply::new(9)));
        let order: Vec<u16> = std::iter::from_fn(|| replies.take())
            .map(|reply| reply.group_index())
            .collect();
        assert_eq!(order, (0..16).collect::<Vec<u16>>());
    }

    #[test]
    fn the_longest_answer_has_room() {
        let name = TuningName {
            group_index: 0,
            bank: 1,
            program: 2,
        };
        let reply = dump(&Tunings::new(), name);
        assert_eq!(reply.bytes().len(), 409);
    }
}

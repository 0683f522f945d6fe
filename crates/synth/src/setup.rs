//! What system messages have set, kept as the messages that set it again.
//!
//! Rules, tunings, edits of parts and drums, controller destinations and effects come in system
//! exclusive messages, and no host keeps those. Here the last message to each address is kept, in
//! the order in which they came; a reset takes away what it puts back to power-on.
//!
//! In: messages that were obeyed. Out: messages that bring a synthesizer at power-on to the same
//! setup. Owner: the stream; the control side has one that follows it. Thread: any, one at a time;
//! nothing is allocated after construction.

use crate::channel::sysex::{Parsed, Request, parse};
use crate::effects::sysex::Message;

/// Messages for which there is room.
const MESSAGES: usize = 512;

/// Bytes for which there is room.
pub const SETUP_BYTES: usize = 65_536;

/// Messages that last, the oldest first.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Setup {
    entries: Vec<Entry>,
    /// Of all messages, in their order.
    bytes: Vec<u8>,
    /// The newest of them that nobody has been told of.
    untold: usize,
    lost: u64,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Entry {
    /// Group of channels, from 1; 0 for all.
    group: u16,
    start: usize,
    length: usize,
    kind: Kind,
    /// Alike for messages to one address, most often otherwise for others.
    mark: u64,
}

/// What becomes of a message when another comes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    /// Power-on state of a group, and of the effects.
    Reset,
    /// Something of a group.
    Edit,
    /// Something of the effects, which all groups share.
    Effect,
}

impl Default for Setup {
    fn default() -> Self {
        Self::new()
    }
}

impl Setup {
    /// Power-on state.
    ///
    /// # Real-time
    /// Not real-time: allocates.
    #[must_use]
    pub fn new() -> Self {
        Self {
            entries: Vec::with_capacity(MESSAGES),
            bytes: Vec::with_capacity(SETUP_BYTES),
            untold: 0,
            lost: 0,
        }
    }

    /// Keeps a message, if it sets anything that lasts, in the place of the one before to the same
    /// address; true if it does.
    ///
    /// - `group`: group of channels, from 1; 0 for all
    /// - `bytes`: a whole message
    ///
    /// # Real-time
    /// Render. Bounded by the messages and the bytes that are kept.
    pub fn take(&mut self, group: u16, bytes: &[u8]) -> bool {
        let Some(kind) = kind(bytes) else {
            return false;
        };
        let mark = mark(group, bytes);
        if kind == Kind::Reset {
            let is_undone =
                |entry: &Entry| entry.kind == Kind::Effect || group == 0 || entry.group == group;
            self.drop_entries(|entry, _| is_undone(entry));
        } else {
            self.drop_entries(|entry, old| {
                entry.mark == mark && entry.group == group && is_replaced(old, bytes)
            });
        }
        let has_room = self.entries.len() < MESSAGES
            && self.bytes.len().saturating_add(bytes.len()) <= SETUP_BYTES;
        if !has_room {
            self.lost = self.lost.saturating_add(1);
            return false;
        }
        self.entries.push(Entry {
            group,
            start: self.bytes.len(),
            length: bytes.len(),
            kind,
            mark,
        });
        self.bytes.extend_from_slice(bytes);
        self.untold = self.untold.saturating_add(1);
        true
    }

    /// The messages, with their groups.
    ///
    /// # Real-time
    /// Any. Wait-free.
    pub fn messages(&self) -> impl Iterator<Item = (u16, &[u8])> {
        self.entries.iter().map(|entry| self.message(entry))
    }

    /// The same without those that only bring power-on state: what must be said again where
    /// programs were chosen since.
    ///
    /// # Real-time
    /// Any. Wait-free.
    pub fn edits(&self) -> impl Iterator<Item = (u16, &[u8])> {
        let edits = self.entries.iter();
        let edits = edits.filter(|entry| entry.kind != Kind::Reset);
        edits.map(|entry| self.message(entry))
    }

    /// Tells the messages of which nobody was told, the oldest first, until `tell` refuses one.
    ///
    /// # Real-time
    /// Render. Bounded by the messages.
    pub fn tell(&mut self, mut tell: impl FnMut(u16, &[u8]) -> bool) {
        while let Some(first) = self.entries.len().checked_sub(self.untold)
            && let Some(entry) = self.entries.get(first)
        {
            let (group, bytes) = self.message(entry);
            if !tell(group, bytes) {
                return;
            }
            self.untold = self.untold.saturating_sub(1);
        }
    }

    /// Forgets everything.
    ///
    /// # Real-time
    /// Render. Wait-free.
    pub fn clear(&mut self) {
        self.entries.clear();
        self.bytes.clear();
        self.untold = 0;
    }

    /// Messages that found no room.
    #[must_use]
    pub const fn lost(&self) -> u64 {
        self.lost
    }

    fn message(&self, entry: &Entry) -> (u16, &[u8]) {
        let end = entry.start.saturating_add(entry.length);
        let bytes = self.bytes.get(entry.start..end);
        (entry.group, bytes.unwrap_or_default())
    }

    /// Drops messages and closes the gaps that they leave.
    fn drop_entries(&mut self, is_dropped: impl Fn(&Entry, &[u8]) -> bool) {
        let mut all = self.entries.iter();
        let Some(first) = all.position(|entry| is_dropped(entry, self.message(entry).1)) else {
            return;
        };
        let first_untold = self.entries.len().saturating_sub(self.untold);
        let end_of = |entry: &Entry| entry.start.saturating_add(entry.length);
        let before = first.checked_sub(1).and_then(|last| self.entries.get(last));
        let mut end = before.map_or(0, end_of);
        let mut kept = first;
        let mut untold = first.saturating_sub(first_untold);
        for index in first..self.entries.len() {
            let Some(entry) = self.entries.get(index).copied() else {
                break;
            };
            if is_dropped(&entry, self.message(&entry).1) {
                continue;
            }
            self.bytes
                .copy_within(entry.start..entry.start + entry.length, end);
            if let Some(place) = self.entries.get_mut(kept) {
                *place = Entry {
                    start: end,
                    ..entry
                };
            }
            kept += 1;
            end += entry.length;
            untold += usize::from(index >= first_untold);
        }
        self.entries.truncate(kept);
        self.bytes.truncate(end);
        self.untold = untold;
    }
}

/// What a message does that lasts; nothing for one that does not.
fn kind(bytes: &[u8]) -> Option<Kind> {
    if bytes == [0xFF] {
        return Some(Kind::Reset);
    }
    if Message::read(bytes).is_some() {
        return Some(Kind::Effect);
    }
    let Parsed { request, .. } = parse(bytes)?;
    match request {
        Request::Reset(_) => Some(Kind::Reset),
        Request::Identity | Request::TuningWanted { .. } | Request::Nothing => None,
        _ => Some(Kind::Edit),
    }
}

/// A number of the address that a message is to: FNV-1a of all that is no data.
fn mark(group: u16, bytes: &[u8]) -> u64 {
    let address = (0..)
        .zip(bytes)
        .filter(|(index, _)| !is_data(bytes, *index));
    let address = address.map(|(_, byte)| *byte);
    let all = group.to_le_bytes().into_iter().chain(address);
    all.fold(0xCBF2_9CE4_8422_2325, |mark, byte| {
        (mark ^ u64::from(byte)).wrapping_mul(0x0100_0000_01B3)
    })
}

/// Whether two messages are to the same address: alike but for their device and their data.
fn is_replaced(old: &[u8], new: &[u8]) -> bool {
    old.len() == new.len()
        && (0..new.len()).all(|index| old.get(index) == new.get(index) || is_data(new, index))
}

/// Whether a byte of a message is no part of what it is addressed to.
///
/// # Source
/// \[MIDI1\] universal messages; \[GM2\]; \[MTS\]; \[GS\] and \[XG\] data sets.
fn is_data(bytes: &[u8], index: usize) -> bool {
    // Device, and everything from the data up to F7.
    let behind =
        |start: usize| index == 2 || (start..bytes.len().saturating_sub(1)).contains(&index);
    // Device, and the values of pairs, or more of them.
    let values = |start: usize, size: usize, is_value: fn(usize) -> bool| {
        let is_pair = (start..bytes.len().saturating_sub(1)).contains(&index);
        index == 2 || is_pair && is_value((index - start) % size)
    };
    let second = |place| place == 1;
    match bytes {
        [0xF0, 0x41, ..] => behind(8),
        [0xF0, 0x43, ..] => behind(7),
        [0xF0, 0x7E | 0x7F, _, 0x04, 0x01..=0x04, ..] => behind(5),
        [0xF0, 0x7F, _, 0x04, 0x05, 1, 1, 1, 1, _, ..] => values(10, 2, second),
        [0xF0, _, _, 0x08, 0x01, ..] => behind(6),
        [0xF0, _, _, 0x08, 0x02, ..] => values(7, 4, |place| place != 0),
        [0xF0, _, _, 0x08, 0x04, ..] => behind(7),
        [0xF0, _, _, 0x08, 0x07, ..] => values(8, 4, |place| place != 0),
        [0xF0, _, _, 0x08, 0x08 | 0x09, ..] => behind(8),
        [0xF0, _, _, 0x09, 0x01 | 0x02, ..] => values(6, 2, second),
        [0xF0, _, _, 0x09, 0x03, ..] => values(7, 2, second),
        [0xF0, _, _, 0x0A, 0x01, ..] => values(7, 2, second),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const GS: &[u8] = &[0xF0, 0x41, 0x10, 0x42, 0x12, 0x40, 0, 0x7F, 0, 0x41, 0xF7];
    const GM: &[u8] = &[0xF0, 0x7E, 0x7F, 9, 1, 0xF7];

    /// A GS data set of one byte.
    fn gs(middle: u8, low: u8, value: u8) -> Vec<u8> {
        let sum = 0_u8.wrapping_sub(0x40 + middle).wrapping_sub(low + value) & 0x7F;
        vec![
            0xF0, 0x41, 0x10, 0x42, 0x12, 0x40, middle, low, value, sum, 0xF7,
        ]
    }

    fn kept(setup: &Setup) -> Vec<(u16, Vec<u8>)> {
        let messages = setup.messages();
        messages
            .map(|(group, bytes)| (group, bytes.to_vec()))
            .collect()
    }

    #[test]
    fn the_last_message_to_an_address_is_kept_behind_the_others() {
        let mut setup = Setup::new();
        assert!(setup.take(1, GS));
        assert!(setup.take(1, &gs(0x11, 0x32, 40)));
        assert!(setup.take(1, &gs(0x11, 0x33, 50)));
        assert!(setup.take(2, &gs(0x11, 0x32, 41)));
        assert!(setup.take(1, &gs(0x11, 0x32, 60)));
        assert_eq!(
            kept(&setup),
            [
                (1, GS.to_vec()),
                (1, gs(0x11, 0x33, 50)),
                (2, gs(0x11, 0x32, 41)),
                (1, gs(0x11, 0x32, 60)),
            ]
        );
        assert_eq!(setup.edits().count(), 3);
    }

    #[test]
    fn a_reset_undoes_what_its_group_has_set_and_all_effects() {
        let mut setup = Setup::new();
        let reverb = [0xF0, 0x7F, 0x7F, 4, 5, 1, 1, 1, 1, 1, 0, 3, 0xF7];
        setup.take(1, &gs(0x11, 0x32, 40));
        setup.take(2, &gs(0x12, 0x32, 41));
        setup.take(1, &reverb);
        setup.take(2, GM);
        assert_eq!(kept(&setup), [(1, gs(0x11, 0x32, 40)), (2, GM.to_vec())]);
        setup.take(0, &[0xFF]);
        assert_eq!(kept(&setup), [(0, vec![0xFF])]);
    }

    #[test]
    fn what_asks_or_is_unknown_is_not_kept() {
        let mut setup = Setup::new();
        for bytes in [
            &[0xF0, 0x7E, 0x7F, 6, 1, 0xF7][..],
            &[0xF0, 0x7E, 0x7F, 8, 0, 3, 0xF7],
            &[0xF0, 0x7D, 1, 2, 3, 0xF7],
            &[0x90, 60, 100],
            &[0xF8],
            &[],
        ] {
            assert!(!setup.take(1, bytes), "{bytes:x?}");
        }
        assert_eq!(setup.messages().count(), 0);
    }

    #[test]
    fn addresses_of_pairs_are_those_of_what_they_set() {
        let mut setup = Setup::new();
        let drum = |key, number, value| [0xF0, 0x7F, 0x7F, 0x0A, 1, 9, key, number, value, 0xF7];
        setup.take(1, &drum(36, 7, 50));
        setup.take(1, &drum(36, 10, 50));
        setup.take(1, &drum(38, 7, 50));
        setup.take(1, &drum(36, 7, 90));
        let expected = [drum(36, 10, 50), drum(38, 7, 50), drum(36, 7, 90)];
        let expected = expected.map(|bytes| (1, bytes.to_vec()));
        assert_eq!(kept(&setup), expected);
        let tune = |key, step| [0xF0, 0x7F, 0x7F, 8, 2, 0, 1, key, step, 3, 0, 0xF7];
        setup.take(1, &tune(60, 61));
        setup.take(1, &tune(61, 61));
        setup.take(1, &tune(60, 59));
        assert_eq!(setup.messages().count(), 5);
    }

    #[test]
    fn whoever_is_told_follows_whatever_happens_in_between() {
        let (mut setup, mut mirror) = (Setup::new(), Setup::new());
        let mut room = 0;
        for step in 0..400_u32 {
            let byte = |shift: u32| (step.wrapping_mul(2_654_435_761) >> shift & 0x1F) as u8;
            match step % 97 {
                96 => setup.take(u16::from(byte(9) % 3), GM),
                _ => setup.take(
                    u16::from(byte(20) % 3),
                    &gs(0x11, 0x30 + byte(13) % 8, byte(5)),
                ),
            };
            room += usize::from(byte(17) % 3);
            setup.tell(|group, bytes| {
                let has_room = room > 0;
                room = room.saturating_sub(1);
                has_room && mirror.take(group, bytes)
            });
        }
        room = usize::MAX;
        setup.tell(|group, bytes| room > 0 && mirror.take(group, bytes));
        assert_eq!(kept(&mirror), kept(&setup));
        assert!(setup.messages().count() > 3);
    }

    #[test]
    fn a_full_setup_counts_what_it_cannot_keep_and_keeps_what_it_has() {
        let mut setup = Setup::new();
        for group in 0..u16::try_from(MESSAGES).unwrap() {
            assert!(setup.take(group, &gs(0x11, 0x32, 40)));
        }
        assert!(!setup.take(600, &gs(0x11, 0x32, 40)));
        assert!(
            setup.take(5, &gs(0x11, 0x32, 41)),
            "in the place of another"
        );
        assert_eq!((setup.messages().count(), setup.lost()), (MESSAGES, 1));
    }
}

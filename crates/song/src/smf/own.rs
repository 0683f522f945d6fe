//! Our own sequencer-specific meta events: what a file cannot say otherwise.
//!
//! In: the data of a meta event `FF 7F`. Out: its meaning, or nothing for another maker's.
//! Source: \[SMF\] sequencer-specific meta event; the layout is ours.
//!
//! ```text
//! FF 7F len  7D 44 4D 75 73  01 early order   the next message of this track at this tick is due
//!                                             `early` x 100 ns before the tick, and is number
//!                                             `order` among all messages of its moment
//! FF 7F len  7D 44 4D 75 73  02 group         the messages of this track from here on are for this
//!                                             channel group, 0 for all; a port takes over again
//! ```
//!
//! 7D is the number for private use, then `DMus`. `early` and `order` are numbers of 7 bits a byte
//! as delta times are. Without these events each message stands on the first tick that is not
//! before its time, in the order of the tracks, and messages for all groups go to the first port:
//! a reader that passes them over is late by less than a tick.

use super::write::push_number;
use crate::builder::Place;

/// Private use, then our name.
const HEAD: [u8; 5] = [0x7d, b'D', b'M', b'u', b's'];
/// Largest number of four bytes.
const MAX_NUMBER: u32 = 0x0fff_ffff;
/// Highest channel group.
const MAX_GROUP: u8 = 4;

/// What one of our events says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Own {
    /// Where the next message lies.
    Place(Place),
    /// The group of the messages to come, 0 for all.
    Group(u16),
}

impl Own {
    /// Reads the data of a sequencer-specific event; nothing if it is not ours or damaged.
    pub(super) fn read(data: &[u8]) -> Option<Self> {
        match data.strip_prefix(&HEAD)?.split_first()? {
            (1, rest) => {
                let (early, rest) = number(rest)?;
                let (order, rest) = number(rest)?;
                rest.is_empty()
                    .then_some(Self::Place(Place { early, order }))
            }
            (2, &[group]) if group <= MAX_GROUP => Some(Self::Group(u16::from(group))),
            _ => None,
        }
    }

    /// The data of the event.
    pub(super) fn to_bytes(self) -> Vec<u8> {
        let mut bytes = HEAD.to_vec();
        match self {
            Self::Place(Place { early, order }) => {
                bytes.push(1);
                push_number(&mut bytes, early.min(MAX_NUMBER));
                push_number(&mut bytes, order.min(MAX_NUMBER));
            }
            Self::Group(group) => bytes.extend([2, u8::try_from(group).unwrap_or(0)]),
        }
        bytes
    }
}

/// A number of 7 bits a byte, at most four bytes, beside what follows it.
fn number(data: &[u8]) -> Option<(u32, &[u8])> {
    let last = data.iter().take(4).position(|byte| *byte < 0x80)?;
    let (digits, rest) = data.split_at_checked(last + 1)?;
    let value = digits
        .iter()
        .fold(0, |value, byte| (value << 7) | u32::from(byte & 0x7f));
    Some((value, rest))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_read() {
        for own in [
            Own::Place(Place::default()),
            Own::Place(Place {
                early: 128,
                order: MAX_NUMBER,
            }),
            Own::Group(0),
            Own::Group(4),
        ] {
            assert_eq!(Own::read(&own.to_bytes()), Some(own));
        }
    }

    #[test]
    fn what_is_another_makers_or_damaged_is_nothing() {
        let place = Own::Place(Place { early: 1, order: 2 }).to_bytes();
        for end in 0..place.len() {
            assert_eq!(Own::read(&place[..end]), None, "cut at {end}");
        }
        assert_eq!(Own::read(&[&place[..], &[0]].concat()), None);
        assert_eq!(Own::read(&Own::Group(5).to_bytes()), None);
        assert_eq!(Own::read(&[0x43, 0, 1]), None);
        let mut endless = HEAD.to_vec();
        endless.extend([1, 0x80, 0x80, 0x80, 0x80, 0, 0]);
        assert_eq!(Own::read(&endless), None);
    }
}

//! Lists of messages beyond the window of a wheel, each for a stretch of time.
//!
//! In: messages in any order. Out: the list in which the earliest of them is, in order of arrival.
//! Owner: a sequencer's wheel. Thread: render.
//!
//! # How it works
//!
//! The number of a window, of 36 bits, is written in six digits to the base 64. A message belongs to the
//! level of the highest digit in which its window differs from the open one, and there to the list of that
//! digit:
//!
//! ```text
//! open window 3.17.40   3.17.52 -> level 0, list 52       everything of 3.17.52 is in here
//!                       3.21.08 -> level 1, list 21       everything of 3.21.xx is in here
//!                       9.00.00 -> level 2, list  9       everything of 9.xx.xx is in here
//! ```
//!
//! The lowest level in use, and there the lowest list, holds the earliest message: one word of bits per
//! level tells which. Once its window is the open one what it holds goes to the wheel or to lower levels:
//! never to a higher one, and never from any other list. Messages of one time are always in the same
//! list, so they keep their order.

use super::heap::{Heaps, NONE};

const DIGIT_BITS: u32 = 6;
const FAN: usize = 1 << DIGIT_BITS;
/// Six digits of six bits for the 36 of a window's number.
const LEVELS: usize = 6;

/// The messages of one digit, in order of arrival; without meaning unless its bit is set.
#[derive(Clone, Copy, Debug)]
pub(super) struct List {
    pub(super) earliest: i64,
    pub(super) first: u32,
    last: u32,
}

/// What lies beyond the open window.
#[derive(Debug)]
pub(super) struct Far {
    /// [`FAN`] lists for each level, lowest first.
    lists: Box<[List]>,
    /// A bit for each list that holds messages, a word for each level.
    used: [u64; LEVELS],
    /// A bit for each level that holds messages.
    levels: u32,
}

impl Far {
    /// No list holds anything.
    pub(super) fn new() -> Self {
        let list = List {
            earliest: i64::MAX,
            first: NONE,
            last: NONE,
        };
        Self {
            lists: vec![list; LEVELS * FAN].into_boxed_slice(),
            used: [0; LEVELS],
            levels: 0,
        }
    }

    /// Puts a heap of one message in. O(1).
    ///
    /// - `windows`: the open one and that of the message, which is beyond it
    pub(super) fn push(
        &mut self,
        (open, window): (u64, u64),
        time: i64,
        single: u32,
        heaps: &mut Heaps,
    ) {
        let level = (open ^ window).checked_ilog2().unwrap_or(0) / DIGIT_BITS;
        let digit = (window >> (level * DIGIT_BITS)) % FAN as u64;
        #[expect(clippy::cast_possible_truncation, reason = "a digit is below 64")]
        let at = level as usize * FAN + digit as usize;
        let (Some(list), Some(used)) = (self.lists.get_mut(at), self.used.get_mut(level as usize))
        else {
            debug_assert!(false, "a window has six digits");
            return;
        };
        heaps.set_next(single, NONE);
        if *used & (1 << digit) == 0 {
            *used |= 1 << digit;
            self.levels |= 1 << level;
            *list = List {
                earliest: time,
                first: single,
                last: single,
            };
            return;
        }
        list.earliest = list.earliest.min(time);
        heaps.set_next(list.last, single);
        list.last = single;
    }

    /// The earliest time.
    pub(super) fn earliest(&self) -> Option<i64> {
        let (_, at) = self.lowest()?;
        Some(self.lists.get(at)?.earliest)
    }

    /// Takes out the list in which the earliest message is.
    pub(super) fn pop(&mut self) -> Option<List> {
        let (level, at) = self.lowest()?;
        let used = self.used.get_mut(level)?;
        *used &= used.wrapping_sub(1);
        if *used == 0 {
            self.levels &= self.levels.wrapping_sub(1);
        }
        self.lists.get(at).copied()
    }

    /// The lowest level in use, and its lowest list.
    fn lowest(&self) -> Option<(usize, usize)> {
        let level = self.levels.trailing_zeros() as usize;
        let digit = self.used.get(level)?.trailing_zeros() as usize;
        Some((level, level * FAN + digit))
    }
}

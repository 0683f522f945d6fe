//! The stream parser: raw MIDI bytes to whole messages.
//!
//! In: one byte at a time, in any state of disorder. Out: at most one token per byte.
//! Owner: whoever reads one raw stream. Thread: any, one at a time.
//! Source: \[MIDI1\] Running Status; System Exclusive; System Real Time; Undefined status bytes.
//!
//! ```text
//! F8..=FF  a message of its own, wherever it stands; F9 and FD are undefined and passed over
//! F0..=F7  end running status
//! 80..=EF  begin a message and set running status
//! 00..=7F  belong to the exclusive message, or to the message begun, or by running status begin
//!          the next; otherwise they are orphans
//! ```
//!
//! A System Exclusive message of any length passes byte by byte, so nothing is buffered here. One
//! that a status byte breaks off never ends: whoever collects it throws away what there is.

use super::{END_OF_EXCLUSIVE, MessageLength, SYSEX, message_length};

/// Undefined in the standard; many interfaces send it before the number of a cable.
const CABLE_SELECT: u8 = 0xF5;

/// A whole message of one to three bytes, status byte first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ShortMessage {
    bytes: [u8; 3],
    length: u8,
}

impl ShortMessage {
    /// The bytes, `1..=3` of them.
    #[must_use]
    pub fn bytes(&self) -> &[u8] {
        self.bytes
            .get(..usize::from(self.length))
            .unwrap_or(&self.bytes)
    }
}

/// What one byte of a raw stream brought to its end, or is part of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Token {
    /// A whole message that is not System Exclusive.
    Message(ShortMessage),
    /// A System Exclusive message begins: its first byte is `F0`.
    ExclusiveBegin,
    /// Its next byte, `00..=7F`.
    ExclusiveData(u8),
    /// It is whole: its last byte is `F7`.
    ExclusiveEnd,
    /// What follows comes from this cable, `00..=7F`. Only with
    /// [`StreamParser::with_cable_select`].
    Cable(u8),
}

/// What feeding one byte came to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Fed {
    /// The byte is the first of a message, whose time is therefore the byte's.
    pub begins: bool,
    /// The System Exclusive message begun before was broken off by this byte. Throw it away, then
    /// look at `token`.
    pub aborts_exclusive: bool,
    /// What there is to act on.
    pub token: Option<Token>,
}

/// What was wrong with a stream, since its parser was built.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ParserCounts {
    /// Data bytes that belong to no message.
    pub orphans: u64,
    /// System Exclusive messages broken off by a status byte.
    pub aborted: u64,
    /// Other messages broken off by a status byte.
    pub truncated: u64,
    /// Status bytes the standard does not define: `F4`, `F5`, `F9`, `FD`.
    pub undefined: u64,
    /// `F7` without a System Exclusive message before it.
    pub stray_ends: u64,
}

/// What the parser is in the middle of.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Pending {
    /// Nothing: running status may begin a message, if there is any.
    #[default]
    Nothing,
    /// A message of `need` bytes, of which `have` are there.
    Message { have: u8, need: u8 },
    /// A System Exclusive message.
    Exclusive,
    /// The number of a cable.
    Cable,
}

/// Finds the messages in a raw stream of MIDI bytes.
///
/// ```
/// use dmus_kernel::midi::{StreamParser, Token};
///
/// let mut parser = StreamParser::new();
/// let mut notes = 0;
/// for byte in [0x90, 60, 100, 0xF8, 60, 0] {
///     if let Some(Token::Message(message)) = parser.feed(byte).token {
///         notes += usize::from(message.bytes()[0] == 0x90);
///     }
/// }
/// assert_eq!(notes, 2, "the second by running status");
/// ```
///
/// # Source
/// \[MIDI1\] Running Status; System Real Time Messages.
#[derive(Clone, Debug, Default)]
pub struct StreamParser {
    pending: Pending,
    /// Status of the last channel message, until a byte in `F0..=F7`; `0` is none.
    running: u8,
    /// The message begun; bytes beyond those it has are of older ones.
    bytes: [u8; 3],
    selects_cable: bool,
    counts: ParserCounts,
}

impl StreamParser {
    /// A parser at the beginning of a stream, to which `F5` is undefined.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// A parser at the beginning of a stream, to which `F5 nn` selects a cable.
    #[must_use]
    pub fn with_cable_select() -> Self {
        Self {
            selects_cable: true,
            ..Self::default()
        }
    }

    /// Takes the next byte of the stream.
    ///
    /// # Real-time
    /// Any thread, wait-free.
    #[inline]
    pub fn feed(&mut self, byte: u8) -> Fed {
        match byte {
            0x00..=0x7F => self.data(byte),
            0x80..=0xF7 => self.status(byte),
            0xF9 | 0xFD => {
                count(&mut self.counts.undefined);
                Fed::default()
            }
            0xF8..=0xFF => Fed {
                begins: true,
                aborts_exclusive: false,
                token: Some(Token::Message(ShortMessage {
                    bytes: [byte, 0, 0],
                    length: 1,
                })),
            },
        }
    }

    fn data(&mut self, byte: u8) -> Fed {
        let (begins, have, need) = match self.pending {
            Pending::Exclusive => return Fed::of(Token::ExclusiveData(byte)),
            Pending::Cable => {
                self.pending = Pending::Nothing;
                return Fed::of(Token::Cable(byte));
            }
            Pending::Message { have, need } => (false, have, need),
            Pending::Nothing => match message_length(self.running) {
                MessageLength::Fixed(need) => {
                    self.bytes = [self.running, 0, 0];
                    (true, 1, need)
                }
                MessageLength::SysEx | MessageLength::None => {
                    count(&mut self.counts.orphans);
                    return Fed::default();
                }
            },
        };
        if let Some(place) = self.bytes.get_mut(usize::from(have)) {
            *place = byte;
        }
        let fed = self.advance(have.saturating_add(1), need);
        Fed { begins, ..fed }
    }

    /// Notes that the message begun has `have` of `need` bytes.
    fn advance(&mut self, have: u8, need: u8) -> Fed {
        if have < need {
            self.pending = Pending::Message { have, need };
            return Fed::default();
        }
        self.pending = Pending::Nothing;
        Fed::of(Token::Message(ShortMessage {
            bytes: self.bytes,
            length: need,
        }))
    }

    fn status(&mut self, status: u8) -> Fed {
        let broken = std::mem::take(&mut self.pending);
        self.running = if status < SYSEX { status } else { 0 };
        if broken == Pending::Exclusive && status == END_OF_EXCLUSIVE {
            return Fed::of(Token::ExclusiveEnd);
        }
        let aborts_exclusive = broken == Pending::Exclusive;
        match broken {
            Pending::Exclusive => count(&mut self.counts.aborted),
            Pending::Message { .. } | Pending::Cable => count(&mut self.counts.truncated),
            Pending::Nothing => {}
        }
        let fed = self.begin(status);
        Fed {
            aborts_exclusive,
            ..fed
        }
    }

    /// Begins whatever `status`, `80..=F7`, begins; nothing is pending.
    fn begin(&mut self, status: u8) -> Fed {
        let fed = match message_length(status) {
            MessageLength::SysEx => {
                self.pending = Pending::Exclusive;
                Fed::of(Token::ExclusiveBegin)
            }
            MessageLength::Fixed(need) => {
                self.bytes = [status, 0, 0];
                self.advance(1, need)
            }
            MessageLength::None => {
                if status == END_OF_EXCLUSIVE {
                    count(&mut self.counts.stray_ends);
                } else if status == CABLE_SELECT && self.selects_cable {
                    self.pending = Pending::Cable;
                } else {
                    count(&mut self.counts.undefined);
                }
                return Fed::default();
            }
        };
        Fed {
            begins: true,
            ..fed
        }
    }

    /// Forgets running status and whatever was begun, as if the stream began anew. Counts stay.
    ///
    /// # Real-time
    /// Any thread, wait-free.
    pub const fn reset(&mut self) {
        self.pending = Pending::Nothing;
        self.running = 0;
    }

    /// What was wrong with the stream so far.
    #[must_use]
    pub const fn counts(&self) -> ParserCounts {
        self.counts
    }
}

impl Fed {
    fn of(token: Token) -> Self {
        Self {
            token: Some(token),
            ..Self::default()
        }
    }
}

const fn count(events: &mut u64) {
    *events = events.wrapping_add(1);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_byte_that_breaks_off_one_message_and_is_another_tells_both() {
        let mut parser = StreamParser::new();
        parser.feed(SYSEX);
        let fed = parser.feed(0xF6);
        assert!(fed.aborts_exclusive && fed.begins);
        assert!(matches!(fed.token, Some(Token::Message(tune)) if tune.bytes() == [0xF6]));
        assert_eq!(parser.counts().aborted, 1);
    }

    #[test]
    fn the_first_byte_of_a_message_says_so() {
        let mut parser = StreamParser::new();
        let begins: Vec<bool> = [0x90, 60, 0xF8, 1, 61, 1, 0xF0, 5, 0xF7, 9]
            .map(|byte| parser.feed(byte).begins)
            .to_vec();
        let expected = [1, 0, 1, 0, 1, 0, 1, 0, 0, 0].map(|flag| flag == 1);
        assert_eq!(begins, expected);
    }

    #[test]
    fn a_reset_forgets_running_status_and_a_message_begun() {
        for begun in [&[0x90, 1, 2][..], &[0x90, 1], &[0xF0, 1]] {
            let mut parser = StreamParser::new();
            for &byte in begun {
                parser.feed(byte);
            }
            parser.reset();
            assert_eq!(parser.feed(60), Fed::default(), "after {begun:02X?}");
            assert_eq!(parser.counts().orphans, 1);
        }
    }
}

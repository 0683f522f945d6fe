//! One MIDI message as borrowed bytes, with the length table that says where it ends.
//!
//! In: bytes that begin with a status byte. Out: one whole message. No running status: an event
//! carries its own status byte.
//! Thread: any. Source: \[MIDI1\] Table 1 (channel messages), Table 3 (system messages).

mod held_keys;
mod music_format;
mod parser;

pub use held_keys::HeldKeys;
pub use music_format::{MusicFormatReader, RecordError};
pub use parser::{Fed, ParserCounts, ShortMessage, StreamParser, Token};

/// First byte of a System Exclusive message.
pub const SYSEX: u8 = 0xF0;
/// Last byte of a System Exclusive message.
pub const END_OF_EXCLUSIVE: u8 = 0xF7;

/// How long a message is, judged by its first byte.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MessageLength {
    /// This many bytes, status included, `1..=3`.
    Fixed(u8),
    /// From `F0` to the next `F7`.
    SysEx,
    /// The byte begins no message: a data byte, an undefined status, or `F7` by itself.
    None,
}

/// The length of the message that begins with `status`.
///
/// # Source
/// \[MIDI1\] Table 1, Table 3; `F4` and `F5` are undefined there.
#[must_use]
pub const fn message_length(status: u8) -> MessageLength {
    match status {
        0x80..=0xBF | 0xE0..=0xEF | 0xF2 => MessageLength::Fixed(3),
        0xC0..=0xDF | 0xF1 | 0xF3 => MessageLength::Fixed(2),
        0xF6 | 0xF8..=0xFF => MessageLength::Fixed(1),
        SYSEX => MessageLength::SysEx,
        0x00..=0x7F | 0xF4 | 0xF5 | END_OF_EXCLUSIVE => MessageLength::None,
    }
}

/// One whole, well-formed MIDI message: a status byte, then data bytes below `0x80`, and for a
/// System Exclusive message the closing `F7`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Message<'a>(&'a [u8]);

impl<'a> Message<'a> {
    /// The message that `bytes` is, if it is exactly one.
    #[must_use]
    pub fn whole(bytes: &'a [u8]) -> Option<Self> {
        match Self::split_first(bytes) {
            Some((message, [])) => Some(message),
            _ => None,
        }
    }

    /// The first message of a run of bytes, beside the bytes after it.
    ///
    /// Nothing if the run does not begin with a whole message. Real-time bytes inside a System
    /// Exclusive message belong to raw streams and are not accepted here.
    #[must_use]
    pub fn split_first(bytes: &'a [u8]) -> Option<(Self, &'a [u8])> {
        let (&status, data) = bytes.split_first()?;
        let length = match message_length(status) {
            MessageLength::Fixed(length) => usize::from(length),
            MessageLength::SysEx => {
                let end = data.iter().position(|&byte| byte >= 0x80)?;
                if data.get(end) != Some(&END_OF_EXCLUSIVE) {
                    return None;
                }
                end.saturating_add(2)
            }
            MessageLength::None => return None,
        };
        let (message, rest) = bytes.split_at_checked(length)?;
        let fixed_data = if status == SYSEX {
            &[]
        } else {
            message.get(1..)?
        };
        if fixed_data.iter().any(|&byte| byte >= 0x80) {
            return None;
        }
        Some((Self(message), rest))
    }

    /// All bytes of the message, status first.
    #[must_use]
    pub const fn bytes(self) -> &'a [u8] {
        self.0
    }

    /// True for a message that addresses one of sixteen channels, status `80..=EF`.
    #[must_use]
    pub const fn is_channel_message(self) -> bool {
        matches!(self.0, [0x80..=0xEF, ..])
    }

    /// True for a message that ends sound: a note-off, a note-on with velocity 0, the sustain
    /// pedal let go, or one of the controllers that silence a channel.
    ///
    /// Losing one would leave a note sounding, so these may use the pool's reserve.
    ///
    /// # Source
    /// \[MIDI1\] Table 1 (`8n`, `9n` with velocity 0), Table 2 (controllers 64, 120, 121, 123).
    #[must_use]
    pub const fn ends_sound(self) -> bool {
        match self.0 {
            [0x80..=0x8F, ..] | [0x90..=0x9F, _, 0] => true,
            [0xB0..=0xBF, 64, value] => *value < 64,
            [0xB0..=0xBF, 120 | 121 | 123, _] => true,
            _ => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn every_status_has_the_length_of_the_table() {
        for status in 0..=255_u8 {
            let expected = match status >> 4 {
                0x8 | 0x9 | 0xA | 0xB | 0xE => MessageLength::Fixed(3),
                0xC | 0xD => MessageLength::Fixed(2),
                0xF => match status {
                    0xF0 => MessageLength::SysEx,
                    0xF1 | 0xF3 => MessageLength::Fixed(2),
                    0xF2 => MessageLength::Fixed(3),
                    0xF4 | 0xF5 | 0xF7 => MessageLength::None,
                    _ => MessageLength::Fixed(1),
                },
                _ => MessageLength::None,
            };
            assert_eq!(message_length(status), expected, "status {status:02X}");
        }
    }

    #[test]
    fn a_message_is_whole_only_at_its_own_length() {
        for whole in [
            &[0x90, 60, 100][..],
            &[0xC0, 5],
            &[0xF8],
            &[0xF0, 1, 2, 0xF7],
            &[0xF0, 0xF7],
        ] {
            assert_eq!(Message::whole(whole).map(Message::bytes), Some(whole));
            assert_eq!(
                Message::whole(&whole[..whole.len() - 1]),
                None,
                "{whole:02X?} cut"
            );
            assert_eq!(
                Message::whole(&[whole, &[0]].concat()),
                None,
                "{whole:02X?} and more"
            );
        }
    }

    #[test]
    fn a_status_byte_in_place_of_data_is_refused() {
        assert_eq!(Message::whole(&[0x90, 0x90, 60]), None);
        assert_eq!(Message::whole(&[0xF0, 1, 0xF8, 0xF7]), None);
        assert_eq!(Message::whole(&[0xF0, 1, 0x90, 0xF7]), None);
    }

    #[test]
    fn a_run_is_split_message_by_message() {
        let run = [0xC1, 7, 0xF0, 9, 0xF7, 0x80, 60, 0];
        let (program, rest) = Message::split_first(&run).unwrap();
        let (sysex, rest) = Message::split_first(rest).unwrap();
        let (off, rest) = Message::split_first(rest).unwrap();
        assert_eq!(program.bytes(), [0xC1, 7]);
        assert_eq!(sysex.bytes(), [0xF0, 9, 0xF7]);
        assert!(off.ends_sound() && off.is_channel_message() && !sysex.is_channel_message());
        assert!(rest.is_empty());
    }

    #[test]
    fn only_messages_that_end_sound_may_use_the_reserve() {
        let ends = |bytes: [u8; 3]| Message::whole(&bytes).unwrap().ends_sound();
        for ending in [
            [0x8F, 1, 64],
            [0x93, 60, 0],
            [0xB0, 64, 63],
            [0xB0, 120, 0],
            [0xB1, 123, 0],
        ] {
            assert!(ends(ending), "{ending:02X?}");
        }
        assert!(ends([0xB5, 121, 0]));
        for other in [
            [0x90, 60, 1],
            [0xB0, 64, 64],
            [0xB0, 7, 0],
            [0xE0, 0, 0],
            [0xA0, 60, 0],
        ] {
            assert!(!ends(other), "{other:02X?}");
        }
    }

    proptest! {
        #[test]
        fn no_bytes_panic_nor_give_a_message_with_a_stray_status(
            bytes in proptest::collection::vec(any::<u8>(), 0..40),
        ) {
            if let Some((message, rest)) = Message::split_first(&bytes) {
                prop_assert_eq!([message.bytes(), rest].concat(), bytes.clone());
                let body = &message.bytes()[1..];
                let data = body.strip_suffix(&[END_OF_EXCLUSIVE]).unwrap_or(body);
                prop_assert!(data.iter().all(|&byte| byte < 0x80));
            }
        }
    }
}

//! Packets of raw MIDI bytes (events F0 and F7), joined and cut into complete messages.
//!
//! An F0 event begins a system exclusive message; F7 events go on with it until a packet ends in
//! F7. An F7 event outside of one is an escape: any bytes, to be sent as they are.
//! Source: \[SMF\] sysex and escape events; \[MIDI1\] status bytes.

use crate::error::WarningKind;

/// What a packet gave.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Found<'a> {
    /// A complete message.
    Message(&'a [u8]),
    /// `F5 nn`: the messages after it belong to this cable, counted from 1.
    Cable(u8),
    /// Something was forgiven.
    Warning(WarningKind),
}

/// Joins the packets of one track.
#[derive(Debug, Default)]
pub(super) struct Packets {
    /// The open system exclusive message from its F0 on; empty when none is open.
    open: Vec<u8>,
}

impl Packets {
    /// Whether a system exclusive message waits for its F7.
    pub(super) fn is_open(&self) -> bool {
        !self.open.is_empty()
    }

    /// An F0 event: `data` is what follows the F0.
    pub(super) fn begin(&mut self, data: &[u8], out: &mut dyn FnMut(Found<'_>)) {
        self.close(out);
        self.open.push(0xf0);
        // Some writers repeat the F0 in the data.
        let data = data.strip_prefix(&[0xf0]).unwrap_or(data);
        self.feed(data, out);
    }

    /// An F7 event: the continuation of an open message, or an escape.
    pub(super) fn feed(&mut self, data: &[u8], out: &mut dyn FnMut(Found<'_>)) {
        let mut cut = Cut::default();
        for &byte in data {
            if byte >= 0xf8 {
                out(Found::Message(&[byte]));
            } else if self.is_open() {
                self.continue_with(byte, &mut cut, out);
            } else if byte == 0xf0 {
                cut.abandon();
                self.open.push(byte);
            } else {
                cut.feed(byte, out);
            }
        }
        cut.abandon();
        if cut.stray > 0 {
            out(Found::Warning(WarningKind::StrayPacketBytes(cut.stray)));
        }
    }

    fn continue_with(&mut self, byte: u8, cut: &mut Cut, out: &mut dyn FnMut(Found<'_>)) {
        if byte < 0x80 {
            self.open.push(byte);
        } else if byte == 0xf7 {
            self.open.push(byte);
            out(Found::Message(&self.open));
            self.open.clear();
        } else {
            self.close(out);
            if byte == 0xf0 {
                self.open.push(byte);
            } else {
                cut.feed(byte, out);
            }
        }
    }

    /// Closes an open message whose F7 never came.
    pub(super) fn close(&mut self, out: &mut dyn FnMut(Found<'_>)) {
        if self.is_open() {
            self.open.push(0xf7);
            out(Found::Warning(WarningKind::UnclosedSysEx));
            out(Found::Message(&self.open));
            self.open.clear();
        }
    }
}

/// Cuts the bytes of one escape packet into short messages.
#[derive(Debug, Default)]
struct Cut {
    /// Status in force; 0 when there is none.
    status: u8,
    /// Data bytes since the last complete message.
    data: [u8; 2],
    held: usize,
    /// The status byte itself has not yet been part of a message.
    unused_status: bool,
    /// Bytes that belong to no message.
    stray: usize,
}

impl Cut {
    fn feed(&mut self, byte: u8, out: &mut dyn FnMut(Found<'_>)) {
        if byte >= 0x80 {
            self.abandon();
            if matches!(byte, 0xf4 | 0xf7) {
                self.stray += 1;
                return;
            }
            self.status = byte;
            self.unused_status = true;
        } else if self.status == 0 {
            self.stray += 1;
            return;
        } else if let Some(place) = self.data.get_mut(self.held) {
            *place = byte;
            self.held += 1;
        }
        if self.held == data_len(self.status) {
            self.emit(out);
        }
    }

    fn emit(&mut self, out: &mut dyn FnMut(Found<'_>)) {
        let message = [self.status, self.data[0], self.data[1]];
        match self.status {
            0xf5 => out(Found::Cable(self.data[0])),
            _ => out(Found::Message(
                message.get(..=self.held).unwrap_or(&message),
            )),
        }
        self.held = 0;
        self.unused_status = false;
        // Channel messages may go on with running status, system ones may not.
        if self.status >= 0xf0 {
            self.status = 0;
        }
    }

    /// Forgets a message that is not complete, and the running status.
    fn abandon(&mut self) {
        self.stray += self.held + usize::from(self.unused_status);
        self.held = 0;
        self.status = 0;
        self.unused_status = false;
    }
}

/// Data bytes after a status byte outside system exclusive and real-time messages.
const fn data_len(status: u8) -> usize {
    match status {
        0xc0..=0xdf | 0xf1 | 0xf3 | 0xf5 => 1,
        0x80..=0xef | 0xf2 => 2,
        _ => 0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Feeds F0 (`true`) and F7 (`false`) events and writes down what came out.
    fn check(packets: &[(bool, &[u8])], expected: &[&[u8]]) -> Vec<WarningKind> {
        let mut joined = Packets::default();
        let mut messages: Vec<Vec<u8>> = Vec::new();
        let mut warnings = Vec::new();
        let mut out = |found: Found<'_>| match found {
            Found::Message(message) => messages.push(message.to_vec()),
            Found::Cable(cable) => messages.push(vec![0xf5, cable]),
            Found::Warning(kind) => warnings.push(kind),
        };
        for &(begins, data) in packets {
            if begins {
                joined.begin(data, &mut out);
            } else {
                joined.feed(data, &mut out);
            }
        }
        joined.close(&mut out);
        assert_eq!(messages, expected);
        warnings
    }

    #[test]
    fn a_whole_message_passes() {
        assert!(check(&[(true, &[1, 2, 0xf7])], &[&[0xf0, 1, 2, 0xf7]]).is_empty());
    }

    #[test]
    fn continuation_packets_are_joined() {
        let packets: [(bool, &[u8]); 3] = [(true, &[1]), (false, &[2]), (false, &[3, 0xf7])];
        assert!(check(&packets, &[&[0xf0, 1, 2, 3, 0xf7]]).is_empty());
    }

    #[test]
    fn real_time_bytes_pass_through_an_open_message() {
        let packets: [(bool, &[u8]); 2] = [(true, &[1, 0xf8]), (false, &[2, 0xf7])];
        assert!(check(&packets, &[&[0xf8], &[0xf0, 1, 2, 0xf7]]).is_empty());
    }

    #[test]
    fn an_escape_holds_several_messages_with_running_status() {
        let packet = [0xf2, 1, 2, 0x90, 60, 1, 61, 2, 0xf6, 0xf5, 3];
        let expected: [&[u8]; 5] = [
            &[0xf2, 1, 2],
            &[0x90, 60, 1],
            &[0x90, 61, 2],
            &[0xf6],
            &[0xf5, 3],
        ];
        assert!(check(&[(false, &packet)], &expected).is_empty());
    }

    #[test]
    fn an_escape_may_hold_a_whole_exclusive_message() {
        let expected: [&[u8]; 2] = [&[0xf0, 5, 0xf7], &[0xc1, 7]];
        assert!(check(&[(false, &[0xf0, 5, 0xf7, 0xc1, 7])], &expected).is_empty());
    }

    #[test]
    fn a_message_without_its_end_is_closed() {
        let packets: [(bool, &[u8]); 2] = [(true, &[1]), (true, &[2, 0xf7])];
        let warnings = check(&packets, &[&[0xf0, 1, 0xf7], &[0xf0, 2, 0xf7]]);
        assert_eq!(warnings, [WarningKind::UnclosedSysEx]);
    }

    #[test]
    fn bytes_of_no_message_are_counted() {
        let warnings = check(&[(false, &[1, 2, 0xf7, 0xf4, 0x90, 60])], &[]);
        assert_eq!(warnings, [WarningKind::StrayPacketBytes(6)]);
    }

    #[test]
    fn a_repeated_start_byte_is_taken_once() {
        assert!(check(&[(true, &[0xf0, 9, 0xf7])], &[&[0xf0, 9, 0xf7]]).is_empty());
    }
}

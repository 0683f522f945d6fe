//! Note ports: which of the plug-in's an event belongs to, and what it says in MIDI.
//!
//! The framework looks at no port index, so it may only see the events of the first port. Those of
//! further ports are turned into MIDI messages and laid into the [`Inlet`], and so are copies of the
//! live messages of the first one, since the framework has no word for live.
//!
//! In: whole core events. Out: messages. Owner: the event list of one piece. Thread: render.
//! Source: \[CLAP\] events.h; \[MIDI1\] channel voice messages.

use std::ops::RangeInclusive;
use std::slice;

use atomic_refcell::AtomicRefCell;
use clap_sys::events::*;

use crate::inlet::{Inlet, LONGEST_MESSAGE};
use crate::signals::Count;

/// Controller 120, all sound off.
const ALL_SOUND_OFF: u8 = 120;
/// Controller 123, all notes off.
const ALL_NOTES_OFF: u8 = 123;

/// Sorts the events of one piece by port.
pub(super) struct NotePorts<'a> {
    inlet: &'a AtomicRefCell<Inlet>,
    /// How many there are, `1..`.
    count: u16,
    dropped: &'a Count,
}

/// What an event says, before it is known to how many channels.
#[derive(Clone, Copy)]
enum Meaning {
    /// One message on one channel, or on all sixteen.
    Channel { status: u8, data: [u8; 2] },
    /// Nothing that MIDI can express.
    Inexpressible,
}

impl<'a> NotePorts<'a> {
    /// The first `count` ports are the plug-in's; what comes through others is counted in
    /// `dropped`, with what finds no room.
    pub(super) fn new(inlet: &'a AtomicRefCell<Inlet>, count: u32, dropped: &'a Count) -> Self {
        Self {
            inlet,
            count: u16::try_from(count).unwrap_or(u16::MAX).max(1),
            dropped,
        }
    }

    /// Takes an event at `frame` of the piece to the ports it names; true if the first one, which
    /// is the framework's, is among them.
    ///
    /// # Safety
    /// `event` leads to a whole core event of the type in `header`; a SysEx event has bytes.
    ///
    /// # Real-time
    /// Render. Bounded by the ports, the channels and the length of the message.
    pub(super) unsafe fn take(
        &self,
        event: *const clap_event_header,
        header: &clap_event_header,
        frame: u32,
    ) -> bool {
        let is_live = header.flags & CLAP_EVENT_IS_LIVE != 0;
        match header.type_ {
            CLAP_EVENT_NOTE_ON | CLAP_EVENT_NOTE_OFF | CLAP_EVENT_NOTE_CHOKE => {
                // SAFETY: our caller's promise.
                let note = unsafe { event.cast::<clap_event_note>().read_unaligned() };
                let meaning = note_meaning(header.type_, note.key, note.velocity);
                if let (true, 0, Meaning::Channel { status, data }) =
                    (is_live, note.port_index, meaning)
                    && let Ok(channel @ 0..=15) = u8::try_from(note.channel)
                {
                    self.mark(frame, &[status | channel, data[0], data[1]]);
                }
                self.spread(note.port_index, note.channel, frame, is_live, meaning)
            }
            CLAP_EVENT_NOTE_EXPRESSION => {
                // SAFETY: our caller's promise.
                let event = unsafe { event.cast::<clap_event_note_expression>().read_unaligned() };
                let meaning = expression_meaning(event.expression_id, event.key, event.value);
                self.spread(event.port_index, event.channel, frame, is_live, meaning)
            }
            CLAP_EVENT_MIDI => {
                // SAFETY: our caller's promise.
                let midi = unsafe { event.cast::<clap_event_midi>().read_unaligned() };
                if is_live && midi.port_index == 0 {
                    self.mark(frame, &midi.data);
                }
                self.one(midi.port_index, || {
                    let (bytes, len) = short_message(midi.data)?;
                    self.put(frame, midi.port_index, is_live, bytes.get(..len)?)
                })
            }
            CLAP_EVENT_MIDI_SYSEX => {
                // SAFETY: our caller's promise.
                let sysex = unsafe { event.cast::<clap_event_midi_sysex>().read_unaligned() };
                self.one(sysex.port_index, || {
                    let len = usize::try_from(sysex.size).ok()?;
                    if len > LONGEST_MESSAGE {
                        return None;
                    }
                    // SAFETY: the event says that its buffer holds as many bytes during the call.
                    let bytes = unsafe { slice::from_raw_parts(sysex.buffer, len) };
                    self.put(frame, sysex.port_index, is_live, bytes)
                })
            }
            _ => true,
        }
    }

    /// An event of one port: the framework's, or one for which `store` does what is needed.
    fn one(&self, port: u16, store: impl FnOnce() -> Option<()>) -> bool {
        if port == 0 {
            return true;
        }
        if port >= self.count || store().is_none() {
            self.dropped.add();
        }
        false
    }

    /// An event that may be for every port and for every channel.
    fn spread(&self, port: i16, channel: i16, frame: u32, is_live: bool, meaning: Meaning) -> bool {
        let further = match u16::try_from(port) {
            Ok(0) => return true,
            Ok(port) if port < self.count => port..=port,
            Err(_) if port == -1 => 1..=self.count.saturating_sub(1),
            _ => {
                self.dropped.add();
                return false;
            }
        };
        let channels = match u8::try_from(channel) {
            Ok(channel @ 0..=15) => Some(channel..=channel),
            Err(_) if channel == -1 => Some(0..=15),
            _ => None,
        };
        for port in further {
            match channels.clone() {
                Some(channels) => self.send(frame, port, is_live, channels, meaning),
                None => self.dropped.add(),
            }
        }
        port == -1
    }

    fn send(
        &self,
        frame: u32,
        port: u16,
        is_live: bool,
        channels: RangeInclusive<u8>,
        meaning: Meaning,
    ) {
        let put = |bytes: &[u8]| {
            if self.put(frame, port, is_live, bytes).is_none() {
                self.dropped.add();
            }
        };
        match meaning {
            Meaning::Channel { status, data } => {
                let [first, second] = data;
                channels.for_each(|channel| put(&[status | channel, first, second]));
            }
            Meaning::Inexpressible => put(&[]),
        }
    }

    /// Tells the plug-in that a channel message of the first port is live. Without room it counts
    /// as recorded; nothing is lost.
    fn mark(&self, frame: u32, message: &[u8]) {
        if matches!(message, [0x80..=0xBF, ..]) {
            let _without_room = self.put(frame, 0, true, message);
        }
    }

    /// Lays a message into the inlet; `None` if there is no room.
    fn put(&self, frame: u32, port: u16, is_live: bool, bytes: &[u8]) -> Option<()> {
        // Free whenever the framework reads events: the plug-in holds it only while it is called.
        let mut inlet = self.inlet.try_borrow_mut().ok()?;
        inlet.push(frame, port, is_live, bytes).then_some(())
    }
}

/// A note event in MIDI.
fn note_meaning(type_: u16, key: i16, velocity: f64) -> Meaning {
    let velocity = seven_bits(velocity);
    let (status, data) = match (type_, key_of(key)) {
        (CLAP_EVENT_NOTE_ON, Some(Some(key))) => (0x90, [key, velocity.max(1)]),
        (CLAP_EVENT_NOTE_OFF, Some(Some(key))) => (0x80, [key, velocity]),
        (CLAP_EVENT_NOTE_OFF, Some(None)) => (0xB0, [ALL_NOTES_OFF, 0]),
        (CLAP_EVENT_NOTE_CHOKE, Some(Some(key))) => (0x80, [key, 127]),
        (CLAP_EVENT_NOTE_CHOKE, Some(None)) => (0xB0, [ALL_SOUND_OFF, 0]),
        _ => return Meaning::Inexpressible,
    };
    Meaning::Channel { status, data }
}

/// A note expression in MIDI: pressure is all there is.
fn expression_meaning(expression: clap_note_expression, key: i16, value: f64) -> Meaning {
    match (expression, key_of(key)) {
        (CLAP_NOTE_EXPRESSION_PRESSURE, Some(Some(key))) => Meaning::Channel {
            status: 0xA0,
            data: [key, seven_bits(value)],
        },
        _ => Meaning::Inexpressible,
    }
}

/// A key, or all of them; nothing for what is neither.
fn key_of(key: i16) -> Option<Option<u8>> {
    match u8::try_from(key) {
        Ok(key @ 0..=127) => Some(Some(key)),
        Err(_) if key == -1 => Some(None),
        _ => None,
    }
}

/// A short MIDI message with its length, data brought into seven bits; nothing if it is none.
fn short_message([status, first, second]: [u8; 3]) -> Option<([u8; 3], usize)> {
    let len = match status {
        0x80..=0xBF | 0xE0..=0xEF | 0xF2 => 3,
        0xC0..=0xDF | 0xF1 | 0xF3 => 2,
        0xF6 | 0xF8..=0xFF => 1,
        _ => return None,
    };
    Some(([status, first & 0x7F, second & 0x7F], len))
}

/// A host's `0.0..=1.0` as `0..=127`, rounded as single precision; what is no number is 0.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "clamped to 0..=127 before; the framework hands velocities on in single precision"
)]
fn seven_bits(value: f64) -> u8 {
    (value as f32 * 127.0).round().clamp(0.0, 127.0) as u8
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn short_messages_have_the_length_their_status_says() {
        let length = |status| short_message([status, 1, 2]).map(|(_, length)| length);
        assert_eq!(length(0x7F), None);
        assert_eq!(length(0x95), Some(3));
        assert_eq!(length(0xCF), Some(2));
        assert_eq!(length(0xD0), Some(2));
        assert_eq!(length(0xE3), Some(3));
        assert_eq!(length(0xF0), None);
        assert_eq!(length(0xF8), Some(1));
    }

    #[test]
    fn every_velocity_of_midi_comes_back() {
        for velocity in 0..=127_u8 {
            assert_eq!(seven_bits(f64::from(velocity) / 127.0), velocity);
        }
        assert_eq!(
            [f64::NAN, -1.0, 9.0].map(seven_bits),
            [0, 0, 127],
            "out of range"
        );
    }
}

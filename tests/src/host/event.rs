//! What a host can send, and its form in CLAP.
//!
//! Source: \[CLAP\] events.h.

use std::ops::Range;

use clack_host::events::event_types::{
    MidiEvent, MidiSysExEvent, NoteChokeEvent, NoteExpressionEvent, NoteExpressionType,
    NoteOffEvent, NoteOnEvent, ParamModEvent, ParamValueEvent,
};
use clack_host::events::io::EventBuffer;
use clack_host::events::{Match, Pckn};

use super::settings::Directory;

/// One event, without its time.
#[derive(Debug, Clone, PartialEq)]
pub enum Event {
    /// A note in CLAP's own form; velocity `0.0..=1.0`.
    NoteOn {
        /// Note port, from 0.
        port: u16,
        /// Channel, from 0.
        channel: u16,
        /// Key, `0..=127`.
        key: u16,
        /// Velocity, `0.0..=1.0`.
        velocity: f64,
        /// Note id, if the host gives one.
        id: Option<u32>,
    },
    /// The end of a note in CLAP's own form.
    NoteOff {
        /// Note port, from 0.
        port: u16,
        /// Channel, from 0.
        channel: u16,
        /// Key, `0..=127`.
        key: u16,
        /// Note id, if the host gave one.
        id: Option<u32>,
    },
    /// Silence for a note at once.
    NoteChoke {
        /// Note port, from 0.
        port: u16,
        /// Channel, from 0.
        channel: u16,
        /// Key, `0..=127`.
        key: u16,
    },
    /// An expression of notes; what is `None` is any.
    Expression {
        /// Note port, from 0.
        port: u16,
        /// Channel, from 0.
        channel: Option<u16>,
        /// Key, `0..=127`.
        key: Option<u16>,
        /// Note id.
        id: Option<u32>,
        /// Which.
        kind: NoteExpressionType,
        /// In CLAP's range for it.
        value: f64,
    },
    /// A short MIDI message; unused bytes are 0.
    Midi {
        /// Note port, from 0.
        port: u16,
        /// Status and data bytes.
        bytes: [u8; 3],
    },
    /// A system exclusive message from F0 to F7.
    SysEx {
        /// Note port, from 0.
        port: u16,
        /// The whole message.
        bytes: Vec<u8>,
    },
    /// A parameter's value, by the parameter's name, as a user would type it.
    ParamText {
        /// Name as hosts show it.
        name: String,
        /// Such as `-6 dB`.
        text: String,
    },
    /// A parameter's value, by the parameter's name, in the range that hosts see.
    Param {
        /// Name as hosts show it.
        name: String,
        /// Between the parameter's least and greatest value.
        value: f64,
    },
    /// A modulation on top of a parameter's value, by name.
    Mod {
        /// Name as hosts show it.
        name: String,
        /// Amount in the range that hosts see.
        amount: f64,
    },
    /// The same for one note alone.
    NoteMod {
        /// Note id.
        id: u32,
        /// Name as hosts show it.
        name: String,
        /// Amount in the range that hosts see.
        amount: f64,
    },
}

impl Event {
    /// A complete MIDI message of any length on a port.
    #[must_use]
    pub fn midi(port: u16, message: &[u8]) -> Self {
        match *message {
            [a] => Self::Midi {
                port,
                bytes: [a, 0, 0],
            },
            [a, b] => Self::Midi {
                port,
                bytes: [a, b, 0],
            },
            [a, b, c] if a != 0xf0 => Self::Midi {
                port,
                bytes: [a, b, c],
            },
            _ => Self::SysEx {
                port,
                bytes: message.to_vec(),
            },
        }
    }
}

/// The events of one block in CLAP's form.
///
/// System exclusive bytes lie in a buffer that is overwritten as soon as the block is done: their
/// pointer is good during the call only, and a plug-in that keeps it must be found out.
pub(super) struct Encoded {
    pub(super) events: EventBuffer,
    bytes: Vec<u8>,
}

impl Encoded {
    pub(super) fn new() -> Self {
        Self {
            events: EventBuffer::with_capacity(16_384),
            bytes: Vec::with_capacity(1 << 16),
        }
    }

    /// Replaces what is held by the events of a new block, given with their frame in the block.
    pub(super) fn fill(
        &mut self,
        events: &[(u32, &Event)],
        directory: &Directory<'_>,
    ) -> anyhow::Result<()> {
        self.events.clear();
        self.bytes.clear();
        // All bytes first: their place must not move once a pointer to it exists.
        let mut places: Vec<Range<usize>> = Vec::new();
        for (_, event) in events {
            if let Event::SysEx { bytes, .. } = event {
                let start = self.bytes.len();
                self.bytes.extend(bytes);
                places.push(start..self.bytes.len());
            }
        }
        let mut places = places.into_iter();
        for &(time, event) in events {
            match event {
                Event::SysEx { port, .. } => {
                    let place = places.next().unwrap_or_default();
                    let bytes = self.bytes.get(place).unwrap_or_default();
                    #[expect(unsafe_code, reason = "CLAP's event holds a pointer")]
                    // SAFETY: `bytes` outlives the call that reads the event: it is neither moved
                    // nor freed before the next `fill`, and the events are cleared first then.
                    let event = unsafe { MidiSysExEvent::new(time, *port, bytes) };
                    self.events.push(&event);
                }
                other => push(&mut self.events, time, other, directory)?,
            }
        }
        Ok(())
    }

    /// Overwrites the bytes that events pointed at.
    pub(super) fn spoil(&mut self) {
        self.events.clear();
        self.bytes.fill(0xa5);
    }
}

/// Adds one event that holds no pointer.
fn push(
    events: &mut EventBuffer,
    time: u32,
    event: &Event,
    directory: &Directory<'_>,
) -> anyhow::Result<()> {
    let note = |port: u16, channel: u16, key: u16, id: Option<u32>| {
        Pckn::new(port, channel, key, id.map_or(Match::All, Match::Specific))
    };
    match *event {
        Event::NoteOn {
            port,
            channel,
            key,
            velocity,
            id,
        } => {
            events.push(&NoteOnEvent::new(
                time,
                note(port, channel, key, id),
                velocity,
            ));
        }
        Event::NoteOff {
            port,
            channel,
            key,
            id,
        } => {
            events.push(&NoteOffEvent::new(time, note(port, channel, key, id), 0.0));
        }
        Event::NoteChoke { port, channel, key } => {
            events.push(&NoteChokeEvent::new(time, note(port, channel, key, None)));
        }
        Event::Expression {
            port,
            channel,
            key,
            id,
            kind,
            value,
        } => {
            let any = |wanted: Option<u16>| wanted.map_or(Match::All, Match::Specific);
            let id = id.map_or(Match::All, Match::Specific);
            let note = Pckn::new(port, any(channel), any(key), id);
            events.push(&NoteExpressionEvent::new(time, note, kind, value));
        }
        Event::Midi { port, bytes } => events.push(&MidiEvent::new(time, port, bytes)),
        Event::ParamText { ref name, ref text } => {
            let (id, value) = (directory.id(name)?, directory.value(name, text)?);
            events.push(&ParamValueEvent::new(time, id, Pckn::match_all(), value));
        }
        Event::Param { ref name, value } => {
            let id = directory.id(name)?;
            events.push(&ParamValueEvent::new(time, id, Pckn::match_all(), value));
        }
        Event::Mod { ref name, amount } => {
            let id = directory.id(name)?;
            events.push(&ParamModEvent::new(time, id, Pckn::match_all(), amount));
        }
        Event::NoteMod {
            id: note_id,
            ref name,
            amount,
        } => {
            let id = directory.id(name)?;
            let note = Pckn::new(Match::All, Match::All, Match::All, Match::Specific(note_id));
            events.push(&ParamModEvent::new(time, id, note, amount));
        }
        Event::SysEx { .. } => {}
    }
    Ok(())
}

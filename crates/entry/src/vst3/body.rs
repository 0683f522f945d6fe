//! The CLAP events that a block's are turned into, and what VST3's words mean in CLAP's.
//!
//! Thread: render; nothing is allocated. Source: \[CLAP\] events.h; \[VST3\] ivstnoteexpression.h.

use clap_sys::events::*;

use super::codes;
use super::held::Note;
use crate::made::{header, value_event};

/// An event of any kind that we send.
#[derive(Clone, Copy)]
#[repr(C)]
pub(super) union Body {
    pub(super) header: clap_event_header,
    note: clap_event_note,
    expression: clap_event_note_expression,
    param: clap_event_param_value,
    midi: clap_event_midi,
    sysex: clap_event_midi_sysex,
}

impl Body {
    /// The same with these flags.
    pub(super) fn with_flags(mut self, flags: u32) -> Self {
        self.header.flags = flags;
        self
    }

    /// What kind of event it is.
    pub(super) fn kind(&self) -> u16 {
        // SAFETY: every event begins with a header.
        unsafe { self.header }.type_
    }
}

/// A note that MIDI can name.
pub(super) fn place(port: u16, channel: i16, key: i16) -> Option<Note> {
    let channel = u8::try_from(channel).ok().filter(|it| *it < 16)?;
    let key = u8::try_from(key).ok().filter(|it| *it < 128)?;
    Some(Note { port, channel, key })
}

/// An expression of VST3 and its value in CLAP's words.
///
/// # Source
/// \[VST3\] ivstnoteexpression.h: volume 0.25 is unity, tuning 0.5 none, of 240 semitones in all.
pub(super) fn expression_of(kind: u32, value: f64) -> Option<(clap_note_expression, f64)> {
    if !value.is_finite() {
        return None;
    }
    let value = value.clamp(0.0, 1.0);
    Some(match kind {
        codes::VOLUME => (CLAP_NOTE_EXPRESSION_VOLUME, value * 4.0),
        codes::PAN => (CLAP_NOTE_EXPRESSION_PAN, value),
        codes::TUNING => (CLAP_NOTE_EXPRESSION_TUNING, (value - 0.5) * 240.0),
        codes::VIBRATO => (CLAP_NOTE_EXPRESSION_VIBRATO, value),
        codes::EXPRESSION => (CLAP_NOTE_EXPRESSION_EXPRESSION, value),
        codes::BRIGHTNESS => (CLAP_NOTE_EXPRESSION_BRIGHTNESS, value),
        _ => return None,
    })
}

/// A note begins or ends.
pub(super) fn note_event(type_: u16, note: Note, id: i32, velocity: f32) -> Body {
    let note = clap_event_note {
        header: header::<clap_event_note>(type_, 0),
        note_id: id.max(-1),
        port_index: i16::try_from(note.port).unwrap_or(0),
        channel: i16::from(note.channel),
        key: i16::from(note.key),
        velocity: f64::from(velocity).clamp(0.0, 1.0),
    };
    Body { note }
}

/// An expression of a note.
pub(super) fn expression(note: Note, id: i32, kind: clap_note_expression, value: f64) -> Body {
    let expression = clap_event_note_expression {
        header: header::<clap_event_note_expression>(CLAP_EVENT_NOTE_EXPRESSION, 0),
        expression_id: kind,
        note_id: id.max(-1),
        port_index: i16::try_from(note.port).unwrap_or(0),
        channel: i16::from(note.channel),
        key: i16::from(note.key),
        value,
    };
    Body { expression }
}

/// A short MIDI message.
pub(super) fn midi(port: u16, data: [u8; 3]) -> Body {
    let midi = clap_event_midi {
        header: header::<clap_event_midi>(CLAP_EVENT_MIDI, 0),
        port_index: port,
        data,
    };
    Body { midi }
}

/// A system exclusive message in the host's memory.
pub(super) fn sysex(port: u16, buffer: *const u8, size: u32) -> Body {
    let sysex = clap_event_midi_sysex {
        header: header::<clap_event_midi_sysex>(CLAP_EVENT_MIDI_SYSEX, 0),
        port_index: port,
        buffer,
        size,
    };
    Body { sysex }
}

/// A parameter has a value of CLAP's.
pub(super) fn param_event(id: u32, value: f64) -> Body {
    let param = value_event(id, value, 0);
    Body { param }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn expressions_have_the_same_meaning_in_both_formats() {
        let of = expression_of;
        assert_eq!(
            of(codes::VOLUME, 0.25),
            Some((CLAP_NOTE_EXPRESSION_VOLUME, 1.0))
        );
        assert_eq!(of(codes::PAN, 0.5), Some((CLAP_NOTE_EXPRESSION_PAN, 0.5)));
        assert_eq!(
            of(codes::TUNING, 0.5),
            Some((CLAP_NOTE_EXPRESSION_TUNING, 0.0))
        );
        assert_eq!(
            of(codes::TUNING, 1.0),
            Some((CLAP_NOTE_EXPRESSION_TUNING, 120.0))
        );
        assert_eq!(
            of(codes::EXPRESSION, 0.3),
            Some((CLAP_NOTE_EXPRESSION_EXPRESSION, 0.3))
        );
        assert_eq!(
            of(codes::BRIGHTNESS, 0.3),
            Some((CLAP_NOTE_EXPRESSION_BRIGHTNESS, 0.3))
        );
        assert_eq!(of(codes::PAN, f64::NAN), None);
        assert_eq!(of(99, 0.5), None);
    }

    #[test]
    fn notes_outside_of_midi_are_none() {
        assert!(place(0, 15, 127).is_some());
        for (channel, key) in [(16, 60), (-1, 60), (0, 128), (0, -1)] {
            assert_eq!(place(0, channel, key), None);
        }
    }
}

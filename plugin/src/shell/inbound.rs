//! Host events into the block's music buffer: frame offset to reference time, event to message.
//!
//! In: the framework's note events, their timing in frames from the start of the block.
//! Out: `DMUS_EVENTHEADER` records. Owner: `Shell`. Thread: render. Source: \[WDK\] Time-Stamped
//! Events; \[MIDI1\] channel voice messages.

use nice_plug::midi::{Channel, Key, NoteEvent, VoiceID};

use super::sysex::{MAX_MESSAGE, SysExHandle};
use dmus_synth::{Aside, NoteAddress, NoteExpression};

/// Controller 120, all sound off.
const ALL_SOUND_OFF: u8 = 120;
/// Controller 123, all notes off.
const ALL_NOTES_OFF: u8 = 123;
/// A message that says nothing, so that it can carry what no message says.
const ACTIVE_SENSING: u8 = 0xFE;
/// Largest value of a pitch wheel.
const WHEEL_MAX: f32 = 16_383.0;

/// One MIDI message made from one host event.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Inbound {
    /// A channel message of this many bytes; for every channel when the host named none.
    Channel {
        /// Status without a channel, then data.
        bytes: [u8; 3],
        /// Two or three.
        len: usize,
        /// `0..=15`, or all sixteen.
        channel: Option<u8>,
        /// What the message leaves out.
        aside: Option<Aside>,
    },
    /// What no message says.
    Wordless(Aside),
    /// A system message in the arena.
    System(SysExHandle),
    /// Nothing that MIDI or this instrument can express.
    Unsupported,
}

impl Inbound {
    /// Turns a host event into a message.
    ///
    /// # Real-time
    /// Render. Wait-free.
    #[must_use]
    pub fn from_event(event: &NoteEvent<SysExHandle>) -> Self {
        match *event {
            NoteEvent::NoteOn {
                voice_id,
                channel,
                key: Key::Number(key),
                velocity,
                ..
            } => Self::three(0x90, channel, key, seven_bits(velocity).max(1))
                .with(id_of(voice_id).map(Aside::Strike)),
            NoteEvent::NoteOff {
                voice_id,
                channel,
                key,
                velocity,
                ..
            } => Self::end(voice_id, channel, key, seven_bits(velocity), ALL_NOTES_OFF),
            NoteEvent::Choke {
                voice_id,
                channel,
                key,
                ..
            } => Self::end(voice_id, channel, key, 127, ALL_SOUND_OFF),
            NoteEvent::PolyPressure {
                voice_id,
                channel,
                key,
                pressure,
                ..
            } => Self::pressure(address(voice_id, channel, key), pressure),
            NoteEvent::PolyTuning {
                voice_id,
                channel,
                key,
                tuning,
                ..
            } => Self::expression(voice_id, channel, key, NoteExpression::Tuning(tuning)),
            NoteEvent::PolyVolume {
                voice_id,
                channel,
                key,
                gain,
                ..
            } => Self::expression(voice_id, channel, key, NoteExpression::Volume(gain)),
            NoteEvent::PolyPan {
                voice_id,
                channel,
                key,
                pan,
                ..
            } => Self::expression(voice_id, channel, key, NoteExpression::Pan(pan)),
            NoteEvent::PolyBrightness {
                voice_id,
                channel,
                key,
                brightness,
                ..
            } => Self::expression(
                voice_id,
                channel,
                key,
                NoteExpression::Brightness(brightness),
            ),
            NoteEvent::MidiChannelPressure {
                channel, pressure, ..
            } => Self::two(0xD0, channel, seven_bits(pressure)),
            NoteEvent::MidiPitchBend { channel, value, .. } => {
                let wheel = scaled(value, WHEEL_MAX);
                let (low, high) = split_wheel(wheel);
                Self::three(0xE0, Channel::Number(channel), low, high)
            }
            NoteEvent::MidiCC {
                channel, cc, value, ..
            } => Self::three(0xB0, Channel::Number(channel), cc, seven_bits(value)),
            NoteEvent::MidiProgramChange {
                channel, program, ..
            } => Self::two(0xC0, channel, program & 0x7F),
            NoteEvent::MidiSysEx { message, .. } => Self::System(message),
            _ => Self::Unsupported,
        }
    }

    /// The end of a note, or of all notes.
    ///
    /// - `all`: the controller that ends all notes of a channel
    fn end(voice_id: VoiceID, channel: Channel, key: Key, velocity: u8, all: u8) -> Self {
        match (id_of(voice_id), key) {
            (note_id, Key::Number(key)) => {
                Self::three(0x80, channel, key, velocity).with(note_id.map(Aside::End))
            }
            (None, Key::Wildcard) => Self::three(0xB0, channel, all, 0),
            (Some(_), Key::Wildcard) => {
                Self::Wordless(Aside::Lift(address(voice_id, channel, key)))
            }
        }
    }

    /// Pressure on a key, or on notes that are named in another way.
    fn pressure(address: NoteAddress, pressure: f32) -> Self {
        let aside = Aside::Express(address, NoteExpression::Pressure(pressure));
        let channel = address.channel.map_or(Channel::Wildcard, Channel::Number);
        match (address.key, address.note_id) {
            (Some(key), note_id) => {
                Self::three(0xA0, channel, key, seven_bits(pressure)).with(note_id.map(|_| aside))
            }
            (None, _) => Self::Wordless(aside),
        }
    }

    /// An expression for which MIDI has no words.
    fn expression(
        voice_id: VoiceID,
        channel: Channel,
        key: Key,
        expression: NoteExpression,
    ) -> Self {
        Self::Wordless(Aside::Express(address(voice_id, channel, key), expression))
    }

    /// The message with what it leaves out.
    const fn with(self, aside: Option<Aside>) -> Self {
        match self {
            Self::Channel {
                bytes,
                len,
                channel,
                ..
            } => Self::Channel {
                bytes,
                len,
                channel,
                aside,
            },
            other => other,
        }
    }

    const fn three(status: u8, channel: Channel, first: u8, second: u8) -> Self {
        let bytes = [status, first & 0x7F, second & 0x7F];
        Self::Channel {
            bytes,
            len: 3,
            channel: channel.number(),
            aside: None,
        }
    }

    const fn two(status: u8, channel: u8, data: u8) -> Self {
        Self::Channel {
            bytes: [status, data & 0x7F, 0],
            len: 2,
            channel: Some(channel & 0x0F),
            aside: None,
        }
    }

    /// Calls `put` with the bytes of each message and what they leave out; returns how many of them
    /// it refused, and whether the message itself was lost.
    ///
    /// - `scratch`: [`MAX_MESSAGE`] bytes for system messages
    ///
    /// # Real-time
    /// Render. Bounded by 16 messages, or by the length of a system message.
    pub fn put_into(
        self,
        scratch: &mut [u8],
        mut put: impl FnMut(&[u8], Shape, Option<Aside>) -> bool,
    ) -> u64 {
        debug_assert!(scratch.len() >= MAX_MESSAGE);
        match self {
            Self::Channel {
                mut bytes,
                len,
                channel,
                aside,
            } => {
                let status = bytes[0];
                let channels = channel.map_or(0..=15, |channel| channel..=channel);
                let mut refused = 0;
                for channel in channels {
                    bytes[0] = status | (channel & 0x0F);
                    let message = bytes.get(..len).unwrap_or(&bytes);
                    let refuses = !put(message, Shape::Structured, aside);
                    refused += u64::from(refuses);
                }
                refused
            }
            Self::System(handle) => {
                let message = handle.read(scratch);
                u64::from(!message.is_some_and(|bytes| put(bytes, Shape::Unstructured, None)))
            }
            Self::Wordless(aside) => {
                u64::from(!put(&[ACTIVE_SENSING], Shape::Unstructured, Some(aside)))
            }
            Self::Unsupported => 0,
        }
    }
}

/// Whether a record holds exactly one channel message.
///
/// # Source
/// \[WDK\] `DMUS_EVENT_STRUCTURED`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shape {
    /// Exactly one channel message.
    Structured,
    /// System exclusive or raw bytes.
    Unstructured,
}

/// A host's number of a note; none for any.
const fn id_of(voice_id: VoiceID) -> Option<i32> {
    match voice_id {
        VoiceID::ID(note_id) => Some(note_id),
        VoiceID::Wildcard => None,
    }
}

/// Whom a host means.
const fn address(voice_id: VoiceID, channel: Channel, key: Key) -> NoteAddress {
    NoteAddress {
        channel: channel.number(),
        key: key.number(),
        note_id: id_of(voice_id),
    }
}

/// The low and the high seven bits of fourteen.
const fn split_wheel(wheel: u16) -> (u8, u8) {
    ((wheel & 0x7F) as u8, (wheel >> 7 & 0x7F) as u8)
}

/// A host's `0.0..=1.0` as `0..=127`.
fn seven_bits(value: f32) -> u8 {
    (scaled(value, 127.0) & 0x7F) as u8
}

/// A host's `0.0..=1.0` as `0..=max`, rounded; what is no number is 0.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "clamped to 0..=16383 before"
)]
fn scaled(value: f32, max: f32) -> u16 {
    (value * max).round().clamp(0.0, max) as u16
}

#[cfg(test)]
mod tests {
    use super::*;
    use nice_plug::midi::VoiceID;

    fn messages(event: NoteEvent<SysExHandle>) -> Vec<Vec<u8>> {
        let mut scratch = vec![0; MAX_MESSAGE];
        let mut out = Vec::new();
        let refused = Inbound::from_event(&event).put_into(&mut scratch, |bytes, _, _| {
            out.push(bytes.to_vec());
            true
        });
        assert_eq!(refused, 0);
        out
    }

    /// What MIDI says comes through the framework's floating point unharmed.
    #[test]
    fn every_midi_value_survives_the_framework() {
        for value in 0..=127_u8 {
            for status in [0x80, 0xA0, 0xB0] {
                let bytes = [status | 5, 60, value];
                let event = NoteEvent::from_midi(0, &bytes).expect("a message");
                assert_eq!(messages(event), [bytes.to_vec()]);
            }
        }
        for wheel in 0..=16_383_u16 {
            let (low, high) = split_wheel(wheel);
            let bytes = [0xE3, low, high];
            let event = NoteEvent::from_midi(0, &bytes).expect("a message");
            assert_eq!(messages(event), [bytes.to_vec()]);
        }
        let program = NoteEvent::from_midi(0, &[0xC7, 99]).expect("a message");
        assert_eq!(messages(program), [vec![0xC7, 99]]);
    }

    #[test]
    fn a_quiet_note_on_is_never_a_note_off() {
        let event = NoteEvent::NoteOn {
            timing: 0,
            voice_id: VoiceID::Wildcard,
            channel: Channel::Number(0),
            key: Key::Number(60),
            velocity: 0.0,
        };
        assert_eq!(messages(event), [vec![0x90, 60, 1]]);
    }

    #[test]
    fn a_note_off_for_everything_reaches_all_sixteen_channels() {
        let event = NoteEvent::NoteOff {
            timing: 0,
            voice_id: VoiceID::Wildcard,
            channel: Channel::Wildcard,
            key: Key::Wildcard,
            velocity: 0.0,
        };
        let sent = messages(event);
        assert_eq!(sent.len(), 16);
        assert_eq!(
            (sent[0].as_slice(), sent[15].as_slice()),
            (&[0xB0, 123, 0][..], &[0xBF, 123, 0][..])
        );
    }

    #[test]
    fn values_outside_the_range_are_brought_into_it() {
        assert_eq!(
            (seven_bits(f32::NAN), seven_bits(-1.0), seven_bits(9.0)),
            (0, 0, 127)
        );
    }

    #[test]
    fn a_refused_record_is_reported() {
        let event = NoteEvent::from_midi(0, &[0xC0, 1]).expect("a message");
        let mut scratch = vec![0; MAX_MESSAGE];
        let refused = Inbound::from_event(&event).put_into(&mut scratch, |_, _, _| false);
        assert_eq!(refused, 1);
    }
}

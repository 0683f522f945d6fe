//! What the plug-in answers in a block: its events and parameter changes, as VST3 has them.
//!
//! Owner: the render side, for one call. Thread: render; nothing is allocated.

use std::ffi::c_void;
use std::ptr;

use clap_sys::events::*;
use rtrb::Producer;
use vst3::Steinberg::Vst::Event;
use vst3::Steinberg::int8;

use super::binding::{Changes, List, no_event};
use super::codes;
use super::params::Params;

/// Bytes of system messages that the plug-in can send in a block.
pub(super) const LONG_BYTES: usize = 65_536;

/// Something that the user does to a parameter in the plug-in's window.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Edit {
    Begin(u32),
    /// The value as VST3 has it.
    Set(u32, f64),
    End(u32),
}

/// Where the plug-in's answers go.
pub(super) struct Outbound<'a> {
    pub(super) events: List<'a>,
    pub(super) changes: Changes<'a>,
    pub(super) params: &'a Params,
    /// On their way to the main thread.
    pub(super) edits: &'a mut Producer<Edit>,
    /// Whether something was put there.
    pub(super) has_edits: bool,
    /// Bytes of system messages: the host reads them when the block is over. Never grows.
    pub(super) long: &'a mut Vec<u8>,
}

impl Outbound<'_> {
    /// The list to hand to the plug-in, which writes through `self`.
    pub(super) fn list(&mut self) -> clap_output_events {
        clap_output_events {
            ctx: ptr::from_mut(self).cast::<c_void>(),
            try_push: Some(try_push),
        }
    }

    /// Takes one event; false if nobody wants it.
    ///
    /// # Safety
    /// `event` leads to a whole event.
    unsafe fn push(&mut self, event: *const clap_event_header) -> bool {
        // SAFETY: our caller's promise.
        let header = unsafe { event.read_unaligned() };
        if header.space_id != CLAP_CORE_EVENT_SPACE_ID {
            return false;
        }
        let frame = i32::try_from(header.time).unwrap_or(0);
        match header.type_ {
            CLAP_EVENT_PARAM_VALUE => {
                // SAFETY: the event's type says what it is.
                let value = unsafe { event.cast::<clap_event_param_value>().read_unaligned() };
                self.value(frame, value.param_id, value.value)
            }
            CLAP_EVENT_PARAM_GESTURE_BEGIN | CLAP_EVENT_PARAM_GESTURE_END => {
                // SAFETY: as above.
                let gesture = unsafe { event.cast::<clap_event_param_gesture>().read_unaligned() };
                let id = gesture.param_id;
                self.edit(if header.type_ == CLAP_EVENT_PARAM_GESTURE_BEGIN {
                    Edit::Begin(id)
                } else {
                    Edit::End(id)
                })
            }
            CLAP_EVENT_NOTE_ON | CLAP_EVENT_NOTE_OFF | CLAP_EVENT_NOTE_CHOKE => {
                // SAFETY: as above.
                let note = unsafe { event.cast::<clap_event_note>().read_unaligned() };
                self.note(frame, &note)
            }
            CLAP_EVENT_NOTE_EXPRESSION => {
                // SAFETY: as above.
                let it = unsafe { event.cast::<clap_event_note_expression>().read_unaligned() };
                self.expression(frame, &it)
            }
            CLAP_EVENT_MIDI => {
                // SAFETY: as above.
                let midi = unsafe { event.cast::<clap_event_midi>().read_unaligned() };
                midi_event(midi.data).is_some_and(|event| self.add(frame, event))
            }
            CLAP_EVENT_MIDI_SYSEX => {
                // SAFETY: as above.
                let sysex = unsafe { event.cast::<clap_event_midi_sysex>().read_unaligned() };
                // SAFETY: the plug-in's message has as many bytes during the call.
                unsafe { self.sysex(frame, &sysex) }
            }
            _ => false,
        }
    }

    fn add(&self, frame: i32, mut event: Event) -> bool {
        event.sampleOffset = frame;
        self.events.add(event)
    }

    fn edit(&mut self, edit: Edit) -> bool {
        self.has_edits = true;
        self.edits.push(edit).is_ok()
    }

    fn value(&mut self, frame: i32, id: u32, plain: f64) -> bool {
        let Some(param) = self.params.find(id) else {
            return false;
        };
        let normalized = param.normalized(plain);
        param.show(normalized);
        let told = self.changes.add(id, frame, normalized);
        self.edit(Edit::Set(id, normalized)) || told
    }

    fn note(&self, frame: i32, note: &clap_event_note) -> bool {
        let Some((channel, key)) = addressed(note.channel, note.key) else {
            return false;
        };
        let mut event = no_event();
        if note.header.type_ == CLAP_EVENT_NOTE_ON {
            event.r#type = codes::NOTE_ON;
            event.__field0.noteOn.channel = channel;
            event.__field0.noteOn.pitch = key;
            event.__field0.noteOn.velocity = narrow(note.velocity);
            event.__field0.noteOn.noteId = note.note_id;
        } else {
            event.r#type = codes::NOTE_OFF;
            event.__field0.noteOff.channel = channel;
            event.__field0.noteOff.pitch = key;
            event.__field0.noteOff.velocity = narrow(note.velocity);
            event.__field0.noteOff.noteId = note.note_id;
        }
        self.add(frame, event)
    }

    fn expression(&self, frame: i32, it: &clap_event_note_expression) -> bool {
        let mut event = no_event();
        if it.expression_id == CLAP_NOTE_EXPRESSION_PRESSURE {
            let Some((channel, key)) = addressed(it.channel, it.key) else {
                return false;
            };
            event.r#type = codes::POLY_PRESSURE;
            event.__field0.polyPressure.channel = channel;
            event.__field0.polyPressure.pitch = key;
            event.__field0.polyPressure.pressure = narrow(it.value);
            event.__field0.polyPressure.noteId = it.note_id;
            return self.add(frame, event);
        }
        let (kind, value) = match it.expression_id {
            CLAP_NOTE_EXPRESSION_VOLUME => (codes::VOLUME, it.value / 4.0),
            CLAP_NOTE_EXPRESSION_PAN => (codes::PAN, it.value),
            CLAP_NOTE_EXPRESSION_TUNING => (codes::TUNING, it.value / 240.0 + 0.5),
            CLAP_NOTE_EXPRESSION_VIBRATO => (codes::VIBRATO, it.value),
            CLAP_NOTE_EXPRESSION_EXPRESSION => (codes::EXPRESSION, it.value),
            CLAP_NOTE_EXPRESSION_BRIGHTNESS => (codes::BRIGHTNESS, it.value),
            _ => return false,
        };
        event.r#type = codes::EXPRESSION_VALUE;
        event.__field0.noteExpressionValue.typeId = kind;
        event.__field0.noteExpressionValue.noteId = it.note_id;
        event.__field0.noteExpressionValue.value = value.clamp(0.0, 1.0);
        self.add(frame, event)
    }

    /// # Safety
    /// The message's buffer has as many bytes as it says.
    unsafe fn sysex(&mut self, frame: i32, sysex: &clap_event_midi_sysex) -> bool {
        let start = self.long.len();
        let room = self.long.capacity() - start;
        if sysex.buffer.is_null() || sysex.size as usize > room {
            return false;
        }
        // SAFETY: our caller's promise.
        let bytes = unsafe { std::slice::from_raw_parts(sysex.buffer, sysex.size as usize) };
        self.long.extend_from_slice(bytes);
        let mut event = no_event();
        event.r#type = codes::DATA;
        event.__field0.data.size = sysex.size;
        event.__field0.data.r#type = codes::SYSEX_DATA;
        event.__field0.data.bytes = self.long.as_ptr().wrapping_add(start);
        self.add(frame, event)
    }
}

/// A channel message as the event that VST3 has for it.
fn midi_event([status, first, second]: [u8; 3]) -> Option<Event> {
    let (channel, key) = (i16::from(status & 0x0F), i16::from(first & 0x7F));
    let strength = f32::from(second & 0x7F) / 127.0;
    let mut event = no_event();
    match status & 0xF0 {
        0x90 if second > 0 => {
            event.r#type = codes::NOTE_ON;
            event.__field0.noteOn.channel = channel;
            event.__field0.noteOn.pitch = key;
            event.__field0.noteOn.velocity = strength;
            event.__field0.noteOn.noteId = -1;
        }
        0x80 | 0x90 => {
            event.r#type = codes::NOTE_OFF;
            event.__field0.noteOff.channel = channel;
            event.__field0.noteOff.pitch = key;
            event.__field0.noteOff.velocity = strength;
            event.__field0.noteOff.noteId = -1;
        }
        0xA0 => {
            event.r#type = codes::POLY_PRESSURE;
            event.__field0.polyPressure.channel = channel;
            event.__field0.polyPressure.pitch = key;
            event.__field0.polyPressure.pressure = strength;
            event.__field0.polyPressure.noteId = -1;
        }
        0xB0 => controller(&mut event, first & 0x7F, status & 0x0F, [second, 0]),
        0xC0 => controller(&mut event, codes::PROGRAM_CHANGE, status & 0x0F, [first, 0]),
        0xD0 => controller(
            &mut event,
            codes::CHANNEL_PRESSURE,
            status & 0x0F,
            [first, 0],
        ),
        0xE0 => controller(
            &mut event,
            codes::PITCH_BEND,
            status & 0x0F,
            [first, second],
        ),
        _ => return None,
    }
    Some(event)
}

fn controller(event: &mut Event, number: u8, channel: u8, values: [u8; 2]) {
    // The headers' bytes have a sign on some systems and none on others.
    let byte = |value: u8| int8::from_ne_bytes([value & 0x7F]);
    let [first, second] = values.map(byte);
    event.r#type = codes::CONTROLLER_OUT;
    event.__field0.midiCCOut.controlNumber = number;
    event.__field0.midiCCOut.channel = byte(channel);
    event.__field0.midiCCOut.value = first;
    event.__field0.midiCCOut.value2 = second;
}

/// A channel and a key, if the event has both.
fn addressed(channel: i16, key: i16) -> Option<(i16, i16)> {
    ((0..16).contains(&channel) && (0..128).contains(&key)).then_some((channel, key))
}

#[expect(
    clippy::cast_possible_truncation,
    reason = "VST3 has these values in single precision"
)]
fn narrow(value: f64) -> f32 {
    value as f32
}

unsafe extern "C" fn try_push(
    list: *const clap_output_events,
    event: *const clap_event_header,
) -> bool {
    // SAFETY: only `Outbound::list` makes such a list, and the plug-in passes it back in the call.
    let outbound = unsafe { (*list).ctx.cast::<Outbound<'_>>() };
    // SAFETY: as above; nobody else has it while the plug-in writes.
    let Some(outbound) = (unsafe { outbound.as_mut() }) else {
        return false;
    };
    if event.is_null() {
        return false;
    }
    // SAFETY: the plug-in's own event, whole.
    unsafe { outbound.push(event) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn channel_messages_become_events() {
        let kind = |bytes| midi_event(bytes).map(|event| event.r#type);
        assert_eq!(kind([0x93, 60, 1]), Some(codes::NOTE_ON));
        assert_eq!(kind([0x93, 60, 0]), Some(codes::NOTE_OFF));
        assert_eq!(kind([0xA0, 60, 9]), Some(codes::POLY_PRESSURE));
        assert_eq!(kind([0xE0, 0, 64]), Some(codes::CONTROLLER_OUT));
        assert_eq!(kind([0xF8, 0, 0]), None);
        let bend = midi_event([0xE5, 1, 64]).unwrap_or_else(no_event);
        // SAFETY: made as this kind above.
        let bend = unsafe { bend.__field0.midiCCOut };
        let bend = (bend.controlNumber, bend.channel, bend.value, bend.value2);
        assert_eq!(bend, (codes::PITCH_BEND, 5, 1, 64));
    }
}

//! What a block brings, as one list of CLAP events in the order of [`Order`].
//!
//! Controllers come as parameters and become MIDI messages again, each at its frame; notes,
//! expressions and system messages come as events. All frames are brought into the block.
//!
//! Owner: the render side. Thread: render; nothing is allocated after construction.

use std::ffi::c_void;
use std::ptr;

use clap_sys::events::*;
use vst3::Steinberg::Vst::{DataEvent, Event, NoteExpressionValueEvent, NoteOnEvent};

use super::binding::{Changes, List, Queue};
use super::body::{Body, expression, expression_of, midi, note_event, param_event, place, sysex};
use super::codes;
use super::controllers::{Controller, Controllers, scaled};
use super::echoes::Echoes;
use super::held::Held;
use super::order::{Order, Turn};
use super::params::Params;
use super::programs::Programs;
use super::resets::is_reset;

/// Controllers that change at the first frame of one block when a session is opened rather than
/// music played.
const FLOOD: usize = 128;

#[derive(Clone, Copy)]
struct Entry {
    order: Order,
    body: Body,
}

/// The events of one block.
pub(super) struct Inbound {
    entries: Vec<Entry>,
    held: Held,
    /// Edits of the window that the host may send back.
    pub(super) echoes: Echoes,
    /// Frames of the block; 0 for one that only sets parameters.
    frames: u32,
    /// Events so far, for their order.
    number: u32,
    /// Events of this block that found no room.
    lost: u32,
}

// SAFETY: the pointers in events are the host's, for the length of one block.
unsafe impl Send for Inbound {}
// SAFETY: as above; a shared reference gives no access to what they lead to.
unsafe impl Sync for Inbound {}

/// What the events of a block are translated with.
#[derive(Clone, Copy)]
pub(super) struct Tables<'a> {
    pub(super) params: &'a Params,
    pub(super) controllers: &'a Controllers,
    pub(super) programs: &'a Programs,
    /// Ports for notes.
    pub(super) ports: u32,
    /// The host renders ahead of what is heard: nobody plays it now.
    pub(super) is_ahead: bool,
}

impl Inbound {
    /// Room for `capacity` events. Allocates.
    pub(super) fn new(capacity: usize) -> Self {
        Self {
            entries: Vec::with_capacity(capacity),
            held: Held::new(),
            echoes: Echoes::new(),
            frames: 0,
            number: 0,
            lost: 0,
        }
    }

    /// Forgets which notes there are and what waits.
    pub(super) fn clear(&mut self) {
        self.entries.clear();
        self.held.clear();
        self.echoes.clear();
    }

    /// Takes what a block brings.
    ///
    /// What a block without frames brings beside parameters waits for the next one; its system
    /// messages are lost, for they lie in the host's memory.
    ///
    /// # Real-time
    /// Render. Bounded by the block's changes and events; what finds no room is counted in
    /// [`lost`](Self::lost).
    pub(super) fn take(
        &mut self,
        frames: u32,
        changes: Changes<'_>,
        events: List<'_>,
        tables: Tables<'_>,
    ) {
        self.begin(frames);
        let is_flood = is_flood(changes, tables);
        for queue in changes.queues() {
            self.queue(queue, is_flood, tables);
        }
        for event in events.events() {
            self.event(&event, tables);
        }
        self.entries.sort_unstable_by_key(|entry| entry.order);
    }

    /// Begins with a block of `frames` frames.
    pub(super) fn begin(&mut self, frames: u32) {
        self.lost = 0;
        self.frames = frames;
        self.number = u32::try_from(self.entries.len()).unwrap_or(u32::MAX);
    }

    /// Events of this block that found no room.
    pub(super) fn lost(&self) -> u32 {
        self.lost
    }

    /// Sets a parameter, to a value of CLAP's, before anything else of a block without frames.
    pub(super) fn set(&mut self, id: u32, value: f64) {
        let order = Order::parameter(0, self.number);
        self.push(order, param_event(id, value));
        self.entries.sort_unstable_by_key(|entry| entry.order);
    }

    /// Forgets what the block before has brought.
    ///
    /// # Real-time
    /// Render. Bounded by what waits.
    pub(super) fn pass(&mut self) {
        if self.frames > 0 {
            self.entries.clear();
            return;
        }
        self.entries.retain_mut(|entry| {
            entry.order = entry.order.at(0);
            let kind = entry.body.kind();
            !matches!(kind, CLAP_EVENT_PARAM_VALUE | CLAP_EVENT_MIDI_SYSEX)
        });
    }

    /// The list to hand to the plug-in, which reads through `self`.
    pub(super) fn list(&self) -> clap_input_events {
        clap_input_events {
            ctx: ptr::from_ref(self).cast_mut().cast(),
            size: Some(size),
            get: Some(get),
        }
    }

    /// All values of one parameter, of whichever kind.
    fn queue(&mut self, queue: Queue<'_>, is_flood: bool, tables: Tables<'_>) {
        let id = queue.id();
        let mut turn = Turn::default();
        if let Some(controller) = tables.controllers.find(id) {
            for (frame, value) in queue.points() {
                let value = controller.value(value);
                let is_news = value != tables.controllers.value(controller);
                if is_news || !is_flood || frame > 0 {
                    self.controller(controller, self.clamped(frame), value, &mut turn, tables);
                }
            }
        } else if let Some(channel) = tables.programs.channel(id) {
            for (frame, value) in queue.points() {
                let program = scaled(value, 127);
                let is_news = program != tables.controllers.program(channel);
                if is_news || !is_flood || frame > 0 {
                    let order = Order::program(self.clamped(frame), self.number, &mut turn);
                    self.program(order, 0, channel, program, tables);
                }
            }
        } else if let Some(param) = tables.params.find(id) {
            for (frame, value) in queue.points() {
                if self.echoes.take(id, value) {
                    continue;
                }
                param.show(value);
                let order = Order::parameter(self.clamped(frame), self.number);
                self.push(order, param_event(id, param.plain(value)));
            }
        }
    }

    fn controller(
        &mut self,
        controller: Controller,
        frame: u32,
        value: u16,
        turn: &mut Turn,
        tables: Tables<'_>,
    ) {
        tables.controllers.set(controller, value);
        let order = Order::controller(frame, self.number, controller.number, value, turn);
        self.push(order, midi(controller.port, controller.message(value)));
    }

    fn program(&mut self, order: Order, port: u16, channel: u8, program: u16, tables: Tables<'_>) {
        tables.controllers.set_program(port, channel, program);
        let [data, _] = (program & 0x7F).to_le_bytes();
        self.push(order, midi(port, [0xC0 | channel & 0x0F, data, 0]));
    }

    /// One event of the host's list.
    fn event(&mut self, event: &Event, tables: Tables<'_>) {
        let Some(port) = u16::try_from(event.busIndex)
            .ok()
            .filter(|port| u32::from(*port) < tables.ports)
        else {
            return;
        };
        let frame = self.clamped(event.sampleOffset);
        let order = Order::note(frame, self.number);
        let flags = if event.flags & codes::IS_LIVE != 0 && !tables.is_ahead {
            CLAP_EVENT_IS_LIVE
        } else {
            0
        };
        let body = match event.r#type {
            codes::NOTE_ON => {
                // SAFETY: the event's type says which field holds.
                let on = unsafe { event.__field0.noteOn };
                self.note_on(order, port, &on, flags)
            }
            codes::NOTE_OFF => {
                // SAFETY: as above.
                let off = unsafe { event.__field0.noteOff };
                self.held.end(off.noteId, port);
                let note = place(port, off.channel, off.pitch);
                note.map(|note| note_event(CLAP_EVENT_NOTE_OFF, note, off.noteId, off.velocity))
            }
            codes::POLY_PRESSURE => {
                // SAFETY: as above.
                let pressure = unsafe { event.__field0.polyPressure };
                let note = place(port, pressure.channel, pressure.pitch);
                let value = f64::from(pressure.pressure).clamp(0.0, 1.0);
                note.map(|note| {
                    expression(note, pressure.noteId, CLAP_NOTE_EXPRESSION_PRESSURE, value)
                })
            }
            codes::EXPRESSION_VALUE => {
                // SAFETY: as above.
                let value = unsafe { event.__field0.noteExpressionValue };
                self.expression(port, &value)
            }
            codes::DATA => {
                // SAFETY: as above.
                let data = unsafe { event.__field0.data };
                return self.data(frame, port, flags, &data, tables);
            }
            codes::CONTROLLER_OUT => {
                // SAFETY: as above.
                let out = unsafe { event.__field0.midiCCOut };
                let bytes = [out.channel, out.value, out.value2].map(|byte| byte.to_ne_bytes()[0]);
                return self.raw_controller(frame, port, out.controlNumber, bytes, tables);
            }
            _ => None,
        };
        if let Some(body) = body {
            self.push(order, body.with_flags(flags));
        }
    }

    /// A note, with its tuning after it if it has one.
    fn note_on(&mut self, order: Order, port: u16, on: &NoteOnEvent, flags: u32) -> Option<Body> {
        let note = place(port, on.channel, on.pitch)?;
        if on.velocity <= 0.0 {
            self.held.end(on.noteId, port);
            return Some(note_event(CLAP_EVENT_NOTE_OFF, note, on.noteId, 0.0));
        }
        self.held.begin(on.noteId, note);
        let begins = note_event(CLAP_EVENT_NOTE_ON, note, on.noteId, on.velocity);
        let semitones = f64::from(on.tuning) / 100.0;
        if semitones == 0.0 || !semitones.is_finite() {
            return Some(begins);
        }
        self.push(order, begins.with_flags(flags));
        // As old as the note in the order of this frame, and pushed behind it.
        let tuned = expression(
            note,
            on.noteId,
            CLAP_NOTE_EXPRESSION_TUNING,
            semitones.clamp(-120.0, 120.0),
        );
        self.push(Order::note(order.frame(), self.number), tuned);
        None
    }

    fn expression(&self, port: u16, event: &NoteExpressionValueEvent) -> Option<Body> {
        let note = self.held.find(event.noteId, port)?;
        let (kind, value) = expression_of(event.typeId, event.value)?;
        Some(expression(note, event.noteId, kind, value))
    }

    /// A system exclusive message; it stays in the host's memory, which lives as long as the block.
    fn data(&mut self, frame: u32, port: u16, flags: u32, data: &DataEvent, tables: Tables<'_>) {
        if data.r#type != codes::SYSEX_DATA || data.bytes.is_null() || data.size == 0 {
            return;
        }
        // SAFETY: the host says that there are so many bytes.
        let bytes = unsafe { std::slice::from_raw_parts(data.bytes, data.size as usize) };
        if is_reset(bytes) {
            tables.controllers.reset_port(port);
        }
        let order = Order::system(frame, self.number);
        let body = sysex(port, data.bytes, data.size);
        self.push(order, body.with_flags(flags));
    }

    /// A controller that a host hands over as the event meant for the other direction.
    fn raw_controller(
        &mut self,
        frame: u32,
        port: u16,
        number: u8,
        [channel, first, second]: [u8; 3],
        tables: Tables<'_>,
    ) {
        let [channel, first, second] = [channel & 0x0F, first & 0x7F, second & 0x7F];
        let mut turn = Turn::default();
        let value = match number {
            codes::PROGRAM_CHANGE => {
                let order = Order::program(frame, self.number, &mut turn);
                return self.program(order, port, channel, u16::from(first), tables);
            }
            codes::KEY_PRESSURE => {
                let order = Order::note(frame, self.number);
                return self.push(order, midi(port, [0xA0 | channel, first, second]));
            }
            codes::PITCH_BEND => u16::from(second) << 7 | u16::from(first),
            0..=codes::CHANNEL_PRESSURE => u16::from(first),
            _ => return,
        };
        let controller = Controller {
            port,
            channel,
            number,
        };
        self.controller(controller, frame, value, &mut turn, tables);
    }

    fn push(&mut self, order: Order, mut body: Body) {
        if self.entries.len() == self.entries.capacity() {
            self.lost = self.lost.saturating_add(1);
            return;
        }
        body.header.time = order.frame();
        self.entries.push(Entry { order, body });
        self.number = self.number.saturating_add(1);
    }

    /// A frame of the block.
    fn clamped(&self, frame: i32) -> u32 {
        let last = self.frames.saturating_sub(1);
        u32::try_from(frame).unwrap_or(0).min(last)
    }
}

/// Whether a host sends everything it has, as some do when a session opens.
fn is_flood(changes: Changes<'_>, tables: Tables<'_>) -> bool {
    let known = changes.queues().filter(|queue| {
        let first = queue.points().next();
        tables.controllers.find(queue.id()).is_some() && first.is_some_and(|(frame, _)| frame <= 0)
    });
    known.take(FLOOD).count() == FLOOD
}

unsafe extern "C" fn size(list: *const clap_input_events) -> u32 {
    // SAFETY: only `Inbound::list` makes such a list.
    let inbound = unsafe { behind(list) };
    inbound.map_or(0, |inbound| {
        u32::try_from(inbound.visible().len()).unwrap_or(0)
    })
}

unsafe extern "C" fn get(list: *const clap_input_events, index: u32) -> *const clap_event_header {
    // SAFETY: only `Inbound::list` makes such a list.
    let inbound = unsafe { behind(list) };
    let entry = inbound.and_then(|inbound| inbound.visible().get(index as usize));
    entry.map_or(ptr::null(), |entry| ptr::from_ref(&entry.body).cast())
}

impl Inbound {
    /// The events of this block; in one without frames the parameters, which come first.
    fn visible(&self) -> &[Entry] {
        if self.frames > 0 {
            return &self.entries;
        }
        let end = self.entries.partition_point(|entry| {
            let kind = entry.body.kind();
            kind == CLAP_EVENT_PARAM_VALUE
        });
        self.entries.get(..end).unwrap_or_default()
    }
}

/// # Safety
/// `list` is null or was made by [`Inbound::list`] of an object that still lives.
unsafe fn behind<'a>(list: *const clap_input_events) -> Option<&'a Inbound> {
    // SAFETY: our caller's promise.
    let list = unsafe { list.as_ref() }?;
    // SAFETY: as above.
    unsafe { list.ctx.cast::<c_void>().cast::<Inbound>().as_ref() }
}

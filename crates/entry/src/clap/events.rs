//! Event lists between host and framework: in order, in range and whole.
//!
//! The framework subtracts event times without looking and cuts the block at transport events, so
//! an event before its predecessor, or after the end of the block, takes it out of its buffers.
//! Here every event passes with a time that never decreases and always has a frame; what is
//! malformed, or outside the piece being rendered, or for another note port than the first, is
//! replaced by an event without meaning.
//!
//! Thread: render. Nothing is allocated; an event is copied only when its time changes.

use std::cell::{Cell, UnsafeCell};
use std::ffi::c_void;
use std::ops::Range;
use std::ptr;

use clap_sys::events::*;

use super::ports::NotePorts;
use super::process::move_transport;
use crate::signals::Count;

/// Memory for one event of any core type.
const SLOT_BYTES: usize = 128;

const HEADER_BYTES: u32 = {
    assert!(size_of::<clap_event_header>() == 16);
    16
};

/// Not a core event space, so that nobody finds a meaning in the event.
const NO_SPACE: u16 = u16::MAX;

#[repr(C, align(8))]
struct Slot(UnsafeCell<[u8; SLOT_BYTES]>);

impl Slot {
    const fn new() -> Self {
        Self(UnsafeCell::new([0; SLOT_BYTES]))
    }
}

/// The host's events of one piece of a block, as the framework reads them.
pub(super) struct InEvents<'a> {
    host: Option<&'a clap_input_events>,
    /// Frames of the whole block; 0 when there is none and only parameters are flushed.
    frames: u32,
    /// The part of the block being rendered.
    piece: Range<u32>,
    dropped: &'a Count,
    /// Where notes go; nowhere when only parameters are flushed.
    ports: Option<NotePorts<'a>>,
    /// Frames per second, where the framework cuts the block at parameters: then it takes the
    /// position of a transport event for that of the start of the piece.
    moves_transport_hz: Option<f64>,
    /// Highest time so far, frames of the whole block.
    latest: Cell<u32>,
    /// The event handed out last. The framework asks again for the one it cut the block at.
    last: Cell<Option<(u32, *const clap_event_header)>>,
    /// A copied event, which the framework reads before it asks for the next.
    passing: Slot,
    /// Copied transport events. Two, because the framework keeps reading one of them through all
    /// later events until it comes to the next, and looks at that one before it lets go.
    transports: [Slot; 2],
    next_transport: Cell<bool>,
    nothing: Cell<clap_event_header>,
}

impl<'a> InEvents<'a> {
    /// The events of `piece` out of a block of `frames` frames.
    ///
    /// # Safety
    /// `host` is null or an event list that lives as long as `'a`.
    pub(super) unsafe fn new(
        host: *const clap_input_events,
        frames: u32,
        piece: Range<u32>,
        dropped: &'a Count,
        ports: Option<NotePorts<'a>>,
    ) -> Self {
        // SAFETY: our caller's promise.
        let host = unsafe { host.as_ref() };
        let nothing = clap_event_header {
            size: HEADER_BYTES,
            time: 0,
            space_id: NO_SPACE,
            type_: 0,
            flags: 0,
        };
        Self {
            host,
            frames,
            piece,
            dropped,
            ports,
            moves_transport_hz: None,
            latest: Cell::new(0),
            last: Cell::new(None),
            passing: Slot::new(),
            transports: [Slot::new(), Slot::new()],
            next_transport: Cell::new(false),
            nothing: Cell::new(nothing),
        }
    }

    /// For a framework that adds the frames of the piece before it to the position of a transport
    /// event: those are taken off before.
    pub(super) const fn with_moved_transport(mut self, sample_rate_hz: f64) -> Self {
        self.moves_transport_hz = Some(sample_rate_hz);
        self
    }

    /// The list to hand to the framework; it reads through `self`.
    pub(super) fn list(&self) -> clap_input_events {
        clap_input_events {
            ctx: ptr::from_ref(self).cast_mut().cast::<c_void>(),
            size: Some(Self::size),
            get: Some(Self::get),
        }
    }

    unsafe extern "C" fn size(list: *const clap_input_events) -> u32 {
        // SAFETY: only `list` makes such a list, and the framework passes it back in the call.
        unsafe { Self::behind(list) }.map_or(0, Self::count)
    }

    unsafe extern "C" fn get(
        list: *const clap_input_events,
        index: u32,
    ) -> *const clap_event_header {
        // SAFETY: as in `size`.
        unsafe { Self::behind(list) }.map_or(ptr::null(), |events| events.event(index))
    }

    /// # Safety
    /// `list` is null or was made by [`list`](Self::list) of an object that still lives.
    unsafe fn behind(list: *const clap_input_events) -> Option<&'a Self> {
        // SAFETY: our caller's promise.
        let list = unsafe { list.as_ref() }?;
        // SAFETY: as above.
        unsafe { list.ctx.cast::<Self>().as_ref() }
    }

    fn count(&self) -> u32 {
        let Some(host) = self.host else { return 0 };
        // SAFETY: the host's own function with its own list.
        host.size.map_or(0, |size| unsafe { size(host) })
    }

    /// Event `index`, never null. The framework asks in order, and twice for some.
    fn event(&self, index: u32) -> *const clap_event_header {
        if let Some((last, event)) = self.last.get()
            && last == index
        {
            return event;
        }
        let event = self.fetch(index);
        self.last.set(Some((index, event)));
        event
    }

    fn fetch(&self, index: u32) -> *const clap_event_header {
        let Some((host, get)) = self.host.and_then(|host| Some((host, host.get?))) else {
            return self.no_event();
        };
        // SAFETY: the host's own function with its own list.
        let event = unsafe { get(host, index) };
        if event.is_null() {
            return self.no_event();
        }
        // SAFETY: not null, and an event has at least a header.
        let header = unsafe { event.read_unaligned() };
        let last_frame = self.frames.saturating_sub(1);
        self.latest
            .set(header.time.max(self.latest.get()).min(last_frame));
        if self.frames > 0 && !self.piece.contains(&self.latest.get()) {
            return self.no_event();
        }
        let Some(bytes) = core_size(&header) else {
            return self.no_event();
        };
        // SAFETY: a core event of the type and size that `core_size` looked at.
        if header.size < bytes || !unsafe { has_body(event, &header) } {
            self.dropped.add();
            return self.no_event();
        }
        if self.frames == 0 && !is_parameter(&header) {
            self.dropped.add();
            return self.no_event();
        }
        let time = self.local_time();
        if let Some(ports) = &self.ports {
            // SAFETY: a whole core event, as checked above.
            let is_first = unsafe { ports.take(event, &header, time) };
            if !is_first {
                return self.no_event();
            }
        }
        let moves = header.type_ == CLAP_EVENT_TRANSPORT && self.moves_transport_hz.is_some();
        if time == header.time && !moves && event.cast::<u64>().is_aligned() {
            return event;
        }
        // SAFETY: at least `bytes` bytes long, as checked above.
        unsafe { self.copy(event, &header, bytes, time) }
    }

    /// The current time within the piece.
    fn local_time(&self) -> u32 {
        let last_frame = (self.piece.end.saturating_sub(1)).saturating_sub(self.piece.start);
        self.latest
            .get()
            .saturating_sub(self.piece.start)
            .min(last_frame)
    }

    /// An event without meaning, at the current time.
    fn no_event(&self) -> *const clap_event_header {
        let mut nothing = self.nothing.get();
        nothing.time = self.local_time();
        self.nothing.set(nothing);
        self.nothing.as_ptr()
    }

    /// A copy of `event` with another time.
    ///
    /// # Safety
    /// `event` leads to `bytes` bytes, of the core event in `header`.
    unsafe fn copy(
        &self,
        event: *const clap_event_header,
        header: &clap_event_header,
        bytes: u32,
        time: u32,
    ) -> *const clap_event_header {
        let original = header;
        let slot = if original.type_ == CLAP_EVENT_TRANSPORT {
            let [first, second] = &self.transports;
            if self.next_transport.replace(!self.next_transport.get()) {
                second
            } else {
                first
            }
        } else {
            &self.passing
        };
        let target = slot.0.get().cast::<u8>();
        // SAFETY: core events are smaller than a slot, and the framework no longer reads what was
        // in this one: see the fields.
        unsafe {
            event
                .cast::<u8>()
                .copy_to_nonoverlapping(target, bytes as usize)
        };
        let header = target.cast::<clap_event_header>();
        // SAFETY: slots are aligned for any event, and a header was just copied.
        unsafe { (*header).time = time };
        // SAFETY: as above.
        unsafe { (*header).size = bytes };
        if let (CLAP_EVENT_TRANSPORT, Some(sample_rate_hz)) =
            (original.type_, self.moves_transport_hz)
        {
            // SAFETY: a slot holds a whole event of its type, and nobody else reads it yet.
            let transport = unsafe { &mut *target.cast::<clap_event_transport>() };
            if transport.flags & CLAP_TRANSPORT_HAS_TEMPO != 0 {
                move_transport(transport, -f64::from(time) / sample_rate_hz);
            }
        }
        header
    }
}

/// The host's list of events to receive, for one piece of a block.
pub(super) struct OutEvents<'a> {
    host: &'a clap_output_events,
    /// First frame of the piece.
    start: u32,
}

impl<'a> OutEvents<'a> {
    /// Events pushed here go to `host`, `start` frames later; `None` if there is no list.
    ///
    /// # Safety
    /// `host` is null or an event list that lives as long as `'a`.
    pub(super) unsafe fn new(host: *const clap_output_events, start: u32) -> Option<Self> {
        // SAFETY: our caller's promise.
        let host = unsafe { host.as_ref() }?;
        Some(Self { host, start })
    }

    /// The list to hand to the framework; it writes through `self`.
    pub(super) fn list(&self) -> clap_output_events {
        clap_output_events {
            ctx: ptr::from_ref(self).cast_mut().cast::<c_void>(),
            try_push: Some(Self::try_push),
        }
    }

    unsafe extern "C" fn try_push(
        list: *const clap_output_events,
        event: *const clap_event_header,
    ) -> bool {
        // SAFETY: only `list` makes such a list, and the framework passes it back in the call.
        let Some(list) = (unsafe { list.as_ref() }) else {
            return false;
        };
        // SAFETY: as above.
        let Some(this) = (unsafe { list.ctx.cast::<Self>().as_ref() }) else {
            return false;
        };
        // SAFETY: the framework's own event, whole and aligned.
        unsafe { this.push(event) }
    }

    /// # Safety
    /// `event` is null or leads to as many bytes as its header says.
    unsafe fn push(&self, event: *const clap_event_header) -> bool {
        let Some(try_push) = self.host.try_push else {
            return false;
        };
        // SAFETY: our caller's promise.
        let Some(header) = (unsafe { event.as_ref() }) else {
            return false;
        };
        if self.start == 0 {
            // SAFETY: the host's own function with its own list.
            return unsafe { try_push(self.host, event) };
        }
        let bytes = header.size as usize;
        if bytes > SLOT_BYTES {
            return false;
        }
        let slot = Slot::new();
        let target = slot.0.get().cast::<u8>();
        // SAFETY: the event has as many bytes as it says, and the slot has room for them.
        unsafe { event.cast::<u8>().copy_to_nonoverlapping(target, bytes) };
        let moved = target.cast::<clap_event_header>();
        // SAFETY: slots are aligned for any event, and a header was just copied.
        unsafe { (*moved).time = header.time.saturating_add(self.start) };
        // SAFETY: the host's own function with its own list; it copies what it keeps.
        unsafe { try_push(self.host, moved) }
    }
}

/// The size of the struct of a core event the framework understands.
fn core_size(header: &clap_event_header) -> Option<u32> {
    if header.space_id != CLAP_CORE_EVENT_SPACE_ID {
        return None;
    }
    let bytes = match header.type_ {
        CLAP_EVENT_NOTE_ON | CLAP_EVENT_NOTE_OFF | CLAP_EVENT_NOTE_CHOKE => {
            size_of::<clap_event_note>()
        }
        CLAP_EVENT_NOTE_EXPRESSION => size_of::<clap_event_note_expression>(),
        CLAP_EVENT_PARAM_VALUE => size_of::<clap_event_param_value>(),
        CLAP_EVENT_PARAM_MOD => size_of::<clap_event_param_mod>(),
        CLAP_EVENT_TRANSPORT => size_of::<clap_event_transport>(),
        CLAP_EVENT_MIDI => size_of::<clap_event_midi>(),
        CLAP_EVENT_MIDI_SYSEX => size_of::<clap_event_midi_sysex>(),
        _ => return None,
    };
    u32::try_from(bytes).ok()
}

/// Whether a SysEx event has bytes; every other event has all it needs.
///
/// # Safety
/// `event` leads to a whole event of the type in `header`.
unsafe fn has_body(event: *const clap_event_header, header: &clap_event_header) -> bool {
    if header.type_ != CLAP_EVENT_MIDI_SYSEX {
        return true;
    }
    // SAFETY: our caller's promise.
    let sysex = unsafe { event.cast::<clap_event_midi_sysex>().read_unaligned() };
    !sysex.buffer.is_null() && sysex.size > 0
}

fn is_parameter(header: &clap_event_header) -> bool {
    matches!(header.type_, CLAP_EVENT_PARAM_VALUE | CLAP_EVENT_PARAM_MOD)
}

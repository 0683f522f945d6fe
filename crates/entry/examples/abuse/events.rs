//! Lists of events: well-formed, too short, out of order, out of range.

use std::ffi::c_void;
use std::ptr;

use clap_sys::events::*;

use crate::chance::Chance;

/// Room for the largest event, with the alignment of all.
type Slot = [u64; 12];

/// Events in memory, each in a slot of its own.
#[derive(Debug, Default)]
pub(crate) struct Events {
    slots: Vec<Slot>,
    /// Bytes that system exclusive events point to.
    long: Vec<u8>,
}

impl Events {
    /// A list for a block of `frames`.
    pub(crate) fn random(chance: &mut Chance, frames: u32, params: &[u32]) -> Self {
        let count = match chance.below(10_000) {
            0 => 100_000,
            1..20 => 2_000,
            20..2_000 => chance.below(40),
            _ => chance.below(4),
        };
        let mut events = Self {
            slots: Vec::new(),
            long: (0..300).map(|_| chance.byte()).collect(),
        };
        if let Some(first) = events.long.first_mut() {
            *first = 0xF0;
        }
        for _ in 0..count {
            let time = match chance.below(12) {
                0 => u32::MAX,
                1 => frames,
                _ => u32::try_from(chance.below(u64::from(frames.max(1)))).unwrap_or(0),
            };
            events.push(chance, time, params);
        }
        if chance.one_in(2) {
            // In order, as it should be.
            events.slots.sort_by_key(time_of);
        }
        events
    }

    /// One controller on all sixteen channels, and nothing else.
    pub(crate) fn controller(number: u8) -> Self {
        let mut events = Self::default();
        for channel in 0..16 {
            events.put(clap_event_midi {
                header: header::<clap_event_midi>(0, CLAP_EVENT_MIDI),
                port_index: 0,
                data: [0xB0 | channel, number, 0],
            });
        }
        events
    }

    /// The list as the plug-in sees it, as long as this lives and does not move.
    pub(crate) fn list(&self) -> clap_input_events {
        clap_input_events {
            ctx: ptr::from_ref(self).cast_mut().cast::<c_void>(),
            size: Some(size),
            get: Some(get),
        }
    }

    fn push(&mut self, chance: &mut Chance, time: u32, params: &[u32]) {
        let port = chance.of([0, 0, 0, 1, 3, -1, 9, i16::MIN]);
        let channel = chance.of([0, 1, 9, 15, -1, 16, i16::MAX]);
        let key = chance.of([60, 64, 0, 127, 36, -1, 128, i16::MIN]);
        match chance.below(9) {
            0..3 => self.put(clap_event_note {
                header: header::<clap_event_note>(
                    time,
                    chance.of([
                        CLAP_EVENT_NOTE_ON,
                        CLAP_EVENT_NOTE_ON,
                        CLAP_EVENT_NOTE_OFF,
                        CLAP_EVENT_NOTE_CHOKE,
                        CLAP_EVENT_NOTE_END,
                    ]),
                ),
                note_id: chance.of([-1, 0, 7, i32::MAX, i32::MIN]),
                port_index: port,
                channel,
                key,
                velocity: chance.value(),
            }),
            3..5 => self.put(clap_event_midi {
                header: header::<clap_event_midi>(time, CLAP_EVENT_MIDI),
                port_index: chance.of([0, 1, 2, 3, 4, u16::MAX]),
                data: [chance.byte(), chance.byte(), chance.byte()],
            }),
            5 => self.put(clap_event_param_value {
                header: header::<clap_event_param_value>(
                    time,
                    chance.of([CLAP_EVENT_PARAM_VALUE, CLAP_EVENT_PARAM_MOD]),
                ),
                param_id: param(chance, params),
                cookie: ptr::null_mut(),
                note_id: -1,
                port_index: port,
                channel,
                key,
                value: chance.value(),
            }),
            6 => self.put(clap_event_note_expression {
                header: header::<clap_event_note_expression>(time, CLAP_EVENT_NOTE_EXPRESSION),
                expression_id: i32::from(chance.byte()) - 8,
                note_id: chance.of([-1, 0, 7, i32::MAX]),
                port_index: port,
                channel,
                key,
                value: chance.value(),
            }),
            7 => {
                let longest = self.long.len() as u64;
                let size = u32::try_from(chance.below(longest)).unwrap_or(0);
                self.put(clap_event_midi_sysex {
                    header: header::<clap_event_midi_sysex>(time, CLAP_EVENT_MIDI_SYSEX),
                    port_index: chance.of([0, 1, 3, u16::MAX]),
                    buffer: if chance.one_in(8) {
                        ptr::null()
                    } else {
                        self.long.as_ptr()
                    },
                    size,
                });
            }
            // A header alone, of any type and of another size than it has.
            _ => self.put(clap_event_header {
                size: u32::try_from(chance.below(40)).unwrap_or(0),
                time,
                space_id: chance.of([CLAP_CORE_EVENT_SPACE_ID, 7, u16::MAX]),
                type_: u16::from(chance.byte()),
                flags: u32::from(chance.byte()),
            }),
        }
    }

    fn put<T: Copy>(&mut self, event: T) {
        const { assert!(size_of::<T>() <= size_of::<Slot>()) };
        let mut slot = Slot::default();
        // SAFETY: the slot is at least as large and as aligned as any event.
        unsafe { slot.as_mut_ptr().cast::<T>().write(event) };
        self.slots.push(slot);
    }
}

/// An id of a parameter, or of none.
pub(crate) fn param(chance: &mut Chance, params: &[u32]) -> u32 {
    let index = usize::try_from(chance.below(params.len() as u64)).unwrap_or(0);
    match params.get(index) {
        Some(id) if !chance.one_in(10) => *id,
        _ => chance.next().to_le_bytes()[0].into(),
    }
}

fn header<T>(time: u32, type_: u16) -> clap_event_header {
    clap_event_header {
        size: u32::try_from(size_of::<T>()).unwrap_or(0),
        time,
        space_id: CLAP_CORE_EVENT_SPACE_ID,
        type_,
        flags: 0,
    }
}

fn time_of(slot: &Slot) -> u32 {
    // SAFETY: every slot begins with a header.
    unsafe { (*slot.as_ptr().cast::<clap_event_header>()).time }
}

unsafe extern "C" fn size(list: *const clap_input_events) -> u32 {
    // SAFETY: made by `Events::list`.
    let events = unsafe { &*(*list).ctx.cast::<Events>() };
    u32::try_from(events.slots.len()).unwrap_or(u32::MAX)
}

unsafe extern "C" fn get(list: *const clap_input_events, index: u32) -> *const clap_event_header {
    // SAFETY: made by `Events::list`.
    let events = unsafe { &*(*list).ctx.cast::<Events>() };
    let slot = events.slots.get(index as usize);
    slot.map_or(ptr::null(), |slot| slot.as_ptr().cast())
}

/// A list for output that takes some.
pub(crate) static OUT: clap_output_events = clap_output_events {
    ctx: ptr::null_mut(),
    try_push: Some(try_push),
};

unsafe extern "C" fn try_push(
    _list: *const clap_output_events,
    event: *const clap_event_header,
) -> bool {
    // SAFETY: the plug-in passes a whole event.
    unsafe { (*event).time.is_multiple_of(2) }
}

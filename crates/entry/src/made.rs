//! Events of our own making, at the first frame of a block.
//!
//! Source: \[CLAP\] events.h. Thread: any.

use std::ptr;

use clap_sys::events::*;

/// The header of an event of type `T`.
pub(crate) fn header<T>(type_: u16, flags: u32) -> clap_event_header {
    clap_event_header {
        size: u32::try_from(size_of::<T>()).unwrap_or(0),
        time: 0,
        space_id: CLAP_CORE_EVENT_SPACE_ID,
        type_,
        flags,
    }
}

/// A parameter has a value, for all notes.
pub(crate) fn value_event(id: u32, value: f64, flags: u32) -> clap_event_param_value {
    clap_event_param_value {
        header: header::<clap_event_param_value>(CLAP_EVENT_PARAM_VALUE, flags),
        param_id: id,
        cookie: ptr::null_mut(),
        note_id: -1,
        port_index: -1,
        channel: -1,
        key: -1,
        value,
    }
}

//! `clap.note-ports`: which note ports there are.

use std::ffi::CStr;

use clap_sys::ext::note_ports::{CLAP_EXT_NOTE_PORTS, clap_note_port_info, clap_plugin_note_ports};

use super::{Extension, Fronted, pass_on};
use crate::boundary::Boundary;

// SAFETY: the name and the struct are one definition in CLAP's headers.
unsafe impl Extension for clap_plugin_note_ports {
    const ID: &'static CStr = CLAP_EXT_NOTE_PORTS;
}

impl<P: Boundary> Fronted<P> for clap_plugin_note_ports {
    const FRONT: &'static Self = &Self {
        count: Some(count::<P>),
        get: Some(get::<P>),
    };
}

pass_on!(clap_plugin_note_ports:
    fn count(is_input: bool) -> u32, 0;
    fn get(index: u32, is_input: bool, info: *mut clap_note_port_info) -> bool, false,
        if |_instance| !info.is_null();
);

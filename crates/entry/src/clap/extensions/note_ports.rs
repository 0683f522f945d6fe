//! `clap.note-ports`: which note ports there are.
//!
//! The framework has one of each direction at most. Where it has one for input, the plug-in's
//! further ones follow it, alike in everything but name and number.

use std::ffi::CStr;

use clap_sys::ext::note_ports::{
    CLAP_EXT_NOTE_PORTS, CLAP_NOTE_DIALECT_MIDI_MPE, clap_note_port_info, clap_plugin_note_ports,
};
use clap_sys::plugin::clap_plugin;

use super::{Extension, Fronted, write_name};
use crate::boundary::Boundary;
use crate::clap::instance::{Instance, with};

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

/// How many ports of a direction the framework has, and how many we make of them.
fn counts<P: Boundary>(instance: &Instance<P>, is_input: bool) -> Option<(u32, u32)> {
    let count = instance.theirs::<clap_plugin_note_ports>()?.count?;
    // SAFETY: the framework's function with its own struct.
    let theirs = unsafe { count(instance.inner(), is_input) };
    let ours = if is_input && theirs > 0 {
        P::NOTE_PORTS.max(theirs)
    } else {
        theirs
    };
    Some((theirs, ours))
}

unsafe extern "C" fn count<P: Boundary>(plugin: *const clap_plugin, is_input: bool) -> u32 {
    let call = |instance: &Instance<P>| counts(instance, is_input).map_or(0, |(_, ours)| ours);
    // SAFETY: the host passes what `create_plugin` gave it.
    unsafe { with(plugin, 0, call) }
}

unsafe extern "C" fn get<P: Boundary>(
    plugin: *const clap_plugin,
    index: u32,
    is_input: bool,
    info: *mut clap_note_port_info,
) -> bool {
    let call = |instance: &Instance<P>| describe(instance, index, is_input, info).is_some();
    // SAFETY: the host passes what `create_plugin` gave it.
    unsafe { with(plugin, false, call) }
}

/// Writes the description of a port to `info`; `None` if there is no such port or no memory.
fn describe<P: Boundary>(
    instance: &Instance<P>,
    index: u32,
    is_input: bool,
    info: *mut clap_note_port_info,
) -> Option<()> {
    let (theirs, ours) = counts(instance, is_input)?;
    if info.is_null() || index >= ours {
        return None;
    }
    let get = instance.theirs::<clap_plugin_note_ports>()?.get?;
    let model = index.min(theirs.saturating_sub(1));
    // SAFETY: the framework's function with its own struct, and the host's memory for one
    // description.
    if !unsafe { get(instance.inner(), model, is_input, info) } {
        return None;
    }
    // SAFETY: not null, and just written by the framework.
    let info = unsafe { info.as_mut() }?;
    if is_input {
        // MIDI is taken as it comes, so a zone of channels is nothing special.
        info.supported_dialects |= CLAP_NOTE_DIALECT_MIDI_MPE;
    }
    if is_input && ours > theirs {
        info.id = index;
        write_name(
            &mut info.name,
            &format!("Group {}", index.saturating_add(1)),
        );
    }
    Some(())
}

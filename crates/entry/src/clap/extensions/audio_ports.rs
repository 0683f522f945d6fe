//! `clap.audio-ports`: which audio ports there are, with the main output under its own name.

use std::ffi::CStr;

use clap_sys::ext::audio_ports::{
    CLAP_EXT_AUDIO_PORTS, clap_audio_port_info, clap_plugin_audio_ports,
};
use clap_sys::plugin::clap_plugin;

use super::{Extension, Fronted, Instance, pass_on, write_name};
use crate::boundary::Boundary;
use crate::clap::instance::with;

// SAFETY: the name and the struct are one definition in CLAP's headers.
unsafe impl Extension for clap_plugin_audio_ports {
    const ID: &'static CStr = CLAP_EXT_AUDIO_PORTS;
}

impl<P: Boundary> Fronted<P> for clap_plugin_audio_ports {
    const FRONT: &'static Self = &Self {
        count: Some(count::<P>),
        get: Some(named::<P>),
    };
}

pass_on!(clap_plugin_audio_ports:
    fn count(is_input: bool) -> u32, 0;
    fn get(index: u32, is_input: bool, info: *mut clap_audio_port_info) -> bool, false,
        if |instance| !info.is_null() && index < instance.port_count(is_input);
);

/// As the framework's, which gives the main output the name of the main input.
unsafe extern "C" fn named<P: Boundary>(
    plugin: *const clap_plugin,
    index: u32,
    is_input: bool,
    info: *mut clap_audio_port_info,
) -> bool {
    // SAFETY: the host's arguments, passed on.
    if !unsafe { get::<P>(plugin, index, is_input, info) } {
        return false;
    }
    let call = |instance: &Instance<P>| {
        let layout = instance.io_layout();
        if !is_input && index == 0 && layout.main_output_channels.is_some() {
            // SAFETY: not null and writable, for `get` has just filled it.
            let info = unsafe { &mut *info };
            write_name(&mut info.name, layout.names.main_output.unwrap_or("Output"));
        }
        true
    };
    // SAFETY: the host passes what `create_plugin` gave it.
    unsafe { with(plugin, false, call) }
}

impl<P: Boundary> Instance<P> {
    /// The number of ports in one direction.
    pub(super) fn port_count(&self, is_input: bool) -> u32 {
        let layout = self.io_layout();
        let (main, aux) = if is_input {
            (layout.main_input_channels, layout.aux_input_ports)
        } else {
            (layout.main_output_channels, layout.aux_output_ports)
        };
        u32::try_from(usize::from(main.is_some()) + aux.len()).unwrap_or(u32::MAX)
    }
}

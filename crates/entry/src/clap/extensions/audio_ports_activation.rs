//! `clap.audio-ports-activation`: outputs that a host switches off, so that nothing goes there.
//!
//! The framework has none; the plug-in is told by [`BlockFacts`](crate::BlockFacts).

use clap_sys::ext::audio_ports_activation::clap_plugin_audio_ports_activation;
use clap_sys::plugin::clap_plugin;

use super::{Instance, Own};
use crate::boundary::Boundary;
use crate::clap::instance::with;

impl<P: Boundary> Own<P> for clap_plugin_audio_ports_activation {
    const OWN: &'static Self = &Self {
        can_activate_while_processing: Some(can_while_processing),
        set_active: Some(set_active::<P>),
    };
}

/// Always: what goes nowhere is rendered all the same.
unsafe extern "C" fn can_while_processing(_plugin: *const clap_plugin) -> bool {
    true
}

/// Main thread, or the audio thread while processing; the size of samples does not matter.
unsafe extern "C" fn set_active<P: Boundary>(
    plugin: *const clap_plugin,
    is_input: bool,
    port_index: u32,
    is_active: bool,
    _sample_size: u32,
) -> bool {
    let call = |instance: &Instance<P>| {
        let is_there = port_index < instance.port_count(is_input);
        is_there && (is_input || instance.outputs_off.put(port_index, !is_active))
    };
    // SAFETY: the host passes what `create_plugin` gave it.
    unsafe { with(plugin, false, call) }
}

//! `clap.audio-ports-config`: choosing one of the plug-in's layouts while it is inactive.

use std::ffi::CStr;

use clap_sys::ext::audio_ports_config::{
    CLAP_EXT_AUDIO_PORTS_CONFIG, clap_audio_ports_config, clap_plugin_audio_ports_config,
};
use clap_sys::id::clap_id;
use clap_sys::plugin::clap_plugin;

use super::{Extension, Fronted, Instance, pass_on};
use crate::boundary::Boundary;
use crate::clap::instance::with;
use crate::signals::Phase;

// SAFETY: the name and the struct are one definition in CLAP's headers.
unsafe impl Extension for clap_plugin_audio_ports_config {
    const ID: &'static CStr = CLAP_EXT_AUDIO_PORTS_CONFIG;
}

impl<P: Boundary> Fronted<P> for clap_plugin_audio_ports_config {
    const FRONT: &'static Self = &Self {
        count: Some(count::<P>),
        get: Some(get::<P>),
        select: Some(remember::<P>),
    };
}

pass_on!(clap_plugin_audio_ports_config:
    fn count() -> u32, 0;
    fn get(index: u32, config: *mut clap_audio_ports_config) -> bool, false,
        if |_instance| !config.is_null() && is_layout::<P>(index);
    fn select(config_id: clap_id) -> bool, false,
        if |instance| is_layout::<P>(config_id) && instance.phase.get() < Phase::Active;
);

/// As the framework's, and notes the choice for the audio memory; all its ports are active.
unsafe extern "C" fn remember<P: Boundary>(plugin: *const clap_plugin, config_id: clap_id) -> bool {
    // SAFETY: the host's arguments, passed on.
    if !unsafe { select::<P>(plugin, config_id) } {
        return false;
    }
    let call = |instance: &Instance<P>| {
        instance.layout.set(config_id);
        instance.outputs_off.clear();
        true
    };
    // SAFETY: the host passes what `create_plugin` gave it.
    unsafe { with(plugin, false, call) }
}

/// The framework numbers the layouts by their place.
fn is_layout<P: Boundary>(index: u32) -> bool {
    (index as usize) < P::AUDIO_IO_LAYOUTS.len()
}

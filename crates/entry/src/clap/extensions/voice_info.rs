//! `clap.voice-info`: how many voices there are.
//!
//! The framework would have the host told of a change by the render thread, and of a number that it
//! keeps beside the plug-in's own. So the number comes from the plug-in, and the host is told on its
//! main thread.

use std::ffi::CStr;

use clap_sys::ext::voice_info::{
    CLAP_EXT_VOICE_INFO, CLAP_VOICE_INFO_SUPPORTS_OVERLAPPING_NOTES, clap_plugin_voice_info,
    clap_voice_info,
};
use clap_sys::plugin::clap_plugin;

use super::{Extension, Fronted};
use crate::boundary::Boundary;
use crate::clap::instance::{Instance, with};

// SAFETY: the name and the struct are one definition in CLAP's headers.
unsafe impl Extension for clap_plugin_voice_info {
    const ID: &'static CStr = CLAP_EXT_VOICE_INFO;
}

impl<P: Boundary> Fronted<P> for clap_plugin_voice_info {
    const FRONT: &'static Self = &Self {
        get: Some(get::<P>),
    };
}

/// The voices that may play now, and the most there can be.
unsafe extern "C" fn get<P: Boundary>(
    plugin: *const clap_plugin,
    info: *mut clap_voice_info,
) -> bool {
    let call = |instance: &Instance<P>| {
        let Some(config) = P::CLAP_POLY_MODULATION_CONFIG.filter(|_| !info.is_null()) else {
            return false;
        };
        let most = config.max_voice_capacity;
        let described = clap_voice_info {
            voice_count: instance.wishes.voices().unwrap_or(most).min(most),
            voice_capacity: most,
            flags: if config.supports_overlapping_voices {
                CLAP_VOICE_INFO_SUPPORTS_OVERLAPPING_NOTES
            } else {
                0
            },
        };
        // SAFETY: not null, and the host's memory for one description.
        unsafe { info.write(described) };
        true
    };
    // SAFETY: the host passes what `create_plugin` gave it.
    unsafe { with(plugin, false, call) }
}

//! `clap.render`: live or offline.

use std::ffi::CStr;

use clap_sys::ext::render::{
    CLAP_EXT_RENDER, CLAP_RENDER_OFFLINE, clap_plugin_render, clap_plugin_render_mode,
};
use clap_sys::plugin::clap_plugin;

use super::{Extension, Fronted, pass_on};
use crate::boundary::Boundary;
use crate::clap::instance::{Instance, with};

// SAFETY: the name and the struct are one definition in CLAP's headers.
unsafe impl Extension for clap_plugin_render {
    const ID: &'static CStr = CLAP_EXT_RENDER;
}

impl<P: Boundary> Fronted<P> for clap_plugin_render {
    const FRONT: &'static Self = &Self {
        has_hard_realtime_requirement: Some(has_hard_realtime_requirement::<P>),
        set: Some(set::<P>),
    };
}

pass_on!(clap_plugin_render:
    fn has_hard_realtime_requirement() -> bool, false;
);

/// The framework tells the plug-in of a mode with the next activation, which a host need not make:
/// blocks tell it too.
unsafe extern "C" fn set<P: Boundary>(
    plugin: *const clap_plugin,
    mode: clap_plugin_render_mode,
) -> bool {
    let call = |instance: &Instance<P>| {
        instance.render_mode.set(mode == CLAP_RENDER_OFFLINE);
        let theirs = instance.theirs::<clap_plugin_render>();
        let Some(set) = theirs.and_then(|theirs| theirs.set) else {
            return false;
        };
        // SAFETY: the framework's function with its own struct.
        unsafe { set(instance.inner(), mode) }
    };
    // SAFETY: the host passes what `create_plugin` gave it.
    unsafe { with(plugin, false, call) }
}

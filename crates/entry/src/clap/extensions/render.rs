//! `clap.render`: live or offline.

use std::ffi::CStr;

use clap_sys::ext::render::{CLAP_EXT_RENDER, clap_plugin_render, clap_plugin_render_mode};

use super::{Extension, Fronted, pass_on};
use crate::boundary::Boundary;

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
    fn set(mode: clap_plugin_render_mode) -> bool, false;
);

//! `clap.remote-controls`: pages of parameters for a hardware controller.

use std::ffi::CStr;

use clap_sys::ext::remote_controls::{
    CLAP_EXT_REMOTE_CONTROLS, clap_plugin_remote_controls, clap_remote_controls_page,
};

use super::{Extension, Fronted, pass_on};
use crate::boundary::Boundary;

// SAFETY: the name and the struct are one definition in CLAP's headers.
unsafe impl Extension for clap_plugin_remote_controls {
    const ID: &'static CStr = CLAP_EXT_REMOTE_CONTROLS;
}

impl<P: Boundary> Fronted<P> for clap_plugin_remote_controls {
    const FRONT: &'static Self = &Self {
        count: Some(count::<P>),
        get: Some(get::<P>),
    };
}

pass_on!(clap_plugin_remote_controls:
    fn count() -> u32, 0;
    fn get(page_index: u32, page: *mut clap_remote_controls_page) -> bool, false,
        if |_instance| !page.is_null();
);

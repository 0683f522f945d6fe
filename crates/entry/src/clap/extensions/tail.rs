//! `clap.tail`: how long it sounds after the last event.

use std::ffi::CStr;

use clap_sys::ext::tail::{CLAP_EXT_TAIL, clap_plugin_tail};

use super::{Extension, Fronted, pass_on};
use crate::boundary::Boundary;

// SAFETY: the name and the struct are one definition in CLAP's headers.
unsafe impl Extension for clap_plugin_tail {
    const ID: &'static CStr = CLAP_EXT_TAIL;
}

impl<P: Boundary> Fronted<P> for clap_plugin_tail {
    const FRONT: &'static Self = &Self {
        get: Some(get::<P>),
    };
}

pass_on!(clap_plugin_tail:
    fn get() -> u32, 0;
);

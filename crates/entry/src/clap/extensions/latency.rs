//! `clap.latency`: how many frames late the sound is.

use std::ffi::CStr;

use clap_sys::ext::latency::{CLAP_EXT_LATENCY, clap_plugin_latency};

use super::{Extension, Fronted, pass_on};
use crate::boundary::Boundary;

// SAFETY: the name and the struct are one definition in CLAP's headers.
unsafe impl Extension for clap_plugin_latency {
    const ID: &'static CStr = CLAP_EXT_LATENCY;
}

impl<P: Boundary> Fronted<P> for clap_plugin_latency {
    const FRONT: &'static Self = &Self {
        get: Some(get::<P>),
    };
}

pass_on!(clap_plugin_latency:
    fn get() -> u32, 0;
);

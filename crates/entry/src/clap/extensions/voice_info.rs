//! `clap.voice-info`: how many voices there are.

use std::ffi::CStr;

use clap_sys::ext::voice_info::{CLAP_EXT_VOICE_INFO, clap_plugin_voice_info, clap_voice_info};

use super::{Extension, Fronted, pass_on};
use crate::boundary::Boundary;

// SAFETY: the name and the struct are one definition in CLAP's headers.
unsafe impl Extension for clap_plugin_voice_info {
    const ID: &'static CStr = CLAP_EXT_VOICE_INFO;
}

impl<P: Boundary> Fronted<P> for clap_plugin_voice_info {
    const FRONT: &'static Self = &Self {
        get: Some(get::<P>),
    };
}

pass_on!(clap_plugin_voice_info:
    fn get(info: *mut clap_voice_info) -> bool, false, if |_instance| !info.is_null();
);

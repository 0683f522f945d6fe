//! `clap.track-info`: name and colour of the track the plug-in is on.

use std::ffi::CStr;

use clap_sys::ext::track_info::{CLAP_EXT_TRACK_INFO, clap_plugin_track_info};

use super::{Extension, Fronted, pass_on};
use crate::boundary::Boundary;

// SAFETY: the name and the struct are one definition in CLAP's headers.
unsafe impl Extension for clap_plugin_track_info {
    const ID: &'static CStr = CLAP_EXT_TRACK_INFO;
}

impl<P: Boundary> Fronted<P> for clap_plugin_track_info {
    const FRONT: &'static Self = &Self {
        changed: Some(changed::<P>),
    };
}

pass_on!(clap_plugin_track_info:
    fn changed();
);

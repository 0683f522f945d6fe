//! The host's own struct: it has every basic function, and some extensions.

use std::ffi::{CStr, c_char, c_void};
use std::ptr;
use std::sync::atomic::{AtomicBool, Ordering};

use clap_sys::ext::gui::{CLAP_EXT_GUI, clap_host_gui};
use clap_sys::ext::latency::{CLAP_EXT_LATENCY, clap_host_latency};
use clap_sys::ext::params::{CLAP_EXT_PARAMS, clap_host_params};
use clap_sys::ext::state::{CLAP_EXT_STATE, clap_host_state};
use clap_sys::host::clap_host;
use clap_sys::version::CLAP_VERSION;

/// A host, at one place in memory as long as it lives.
#[derive(Debug)]
pub(crate) struct Host {
    raw: Box<clap_host>,
    is_called: Box<AtomicBool>,
}

impl Host {
    pub(crate) fn new() -> Self {
        let is_called = Box::new(AtomicBool::new(false));
        let raw = Box::new(clap_host {
            clap_version: CLAP_VERSION,
            host_data: ptr::from_ref(&*is_called).cast_mut().cast(),
            name: c"Abuse".as_ptr(),
            vendor: c"".as_ptr(),
            url: c"".as_ptr(),
            version: c"1".as_ptr(),
            get_extension: Some(get_extension),
            request_restart: Some(ignore),
            request_process: Some(ignore),
            request_callback: Some(call),
        });
        Self { raw, is_called }
    }

    pub(crate) fn as_ptr(&self) -> *const clap_host {
        &raw const *self.raw
    }

    /// Whether a call on the main thread was asked for since the last time.
    pub(crate) fn take_call(&self) -> bool {
        // ORDER: Relaxed, a hint only.
        self.is_called.swap(false, Ordering::Relaxed)
    }
}

unsafe extern "C" fn ignore(_host: *const clap_host) {}

unsafe extern "C" fn call(host: *const clap_host) {
    // SAFETY: `host_data` is the flag of the same `Host`.
    let is_called = unsafe { &*(*host).host_data.cast::<AtomicBool>() };
    // ORDER: Relaxed, a hint only.
    is_called.store(true, Ordering::Relaxed);
}

unsafe extern "C" fn rescan(_host: *const clap_host, _flags: u32) {}
unsafe extern "C" fn clear(_host: *const clap_host, _param: u32, _flags: u32) {}
unsafe extern "C" fn resize(_host: *const clap_host, width: u32, _height: u32) -> bool {
    width.is_multiple_of(2)
}
unsafe extern "C" fn refuse(_host: *const clap_host) -> bool {
    false
}
unsafe extern "C" fn closed(_host: *const clap_host, _was_destroyed: bool) {}

unsafe extern "C" fn get_extension(_host: *const clap_host, id: *const c_char) -> *const c_void {
    static PARAMS: clap_host_params = clap_host_params {
        rescan: Some(rescan),
        clear: Some(clear),
        request_flush: Some(ignore),
    };
    static STATE: clap_host_state = clap_host_state {
        mark_dirty: Some(ignore),
    };
    static LATENCY: clap_host_latency = clap_host_latency {
        changed: Some(ignore),
    };
    static GUI: clap_host_gui = clap_host_gui {
        resize_hints_changed: Some(ignore),
        request_resize: Some(resize),
        request_show: Some(refuse),
        request_hide: Some(refuse),
        closed: Some(closed),
    };
    // SAFETY: the plug-in passes a C string.
    let id = unsafe { CStr::from_ptr(id) };
    if id == CLAP_EXT_PARAMS {
        ptr::from_ref(&PARAMS).cast()
    } else if id == CLAP_EXT_STATE {
        ptr::from_ref(&STATE).cast()
    } else if id == CLAP_EXT_LATENCY {
        ptr::from_ref(&LATENCY).cast()
    } else if id == CLAP_EXT_GUI {
        ptr::from_ref(&GUI).cast()
    } else {
        ptr::null()
    }
}

//! What our CLAP instance takes for its host: requests are noted here, and attended to on the main
//! thread by [`tend`](super::tend).
//!
//! Owner: [`Core`](super::core::Core), which outlives the instance. Thread: any; every function is
//! wait-free.

use std::cell::Cell;
use std::ffi::{CStr, c_char, c_void};
use std::ptr;
use std::sync::Arc;

#[cfg(feature = "editor")]
use clap_sys::ext::gui::{CLAP_EXT_GUI, clap_host_gui};
use clap_sys::ext::latency::{CLAP_EXT_LATENCY, clap_host_latency};
use clap_sys::ext::params::{
    CLAP_EXT_PARAMS, CLAP_PARAM_RESCAN_TEXT, CLAP_PARAM_RESCAN_VALUES, clap_host_params,
    clap_param_clear_flags, clap_param_rescan_flags,
};
use clap_sys::ext::state::{CLAP_EXT_STATE, clap_host_state};
use clap_sys::ext::thread_check::{CLAP_EXT_THREAD_CHECK, clap_host_thread_check};
use clap_sys::host::clap_host;
use clap_sys::id::clap_id;
use clap_sys::version::CLAP_VERSION;

#[cfg(feature = "editor")]
use crate::signals::SizeCell;
use crate::signals::{Flag, ThreadCell};

thread_local! {
    /// Whether this thread renders a block at the moment; it may be the main thread otherwise.
    static RENDERS: Cell<bool> = const { Cell::new(false) };
}

/// The host as the instance sees it, and what the instance has asked for.
pub(super) struct Host {
    raw: clap_host,
    /// The host's main thread.
    pub(super) main: ThreadCell,
    /// Something below waits.
    pub(super) any: Flag,
    pub(super) callback: Flag,
    pub(super) restart: Flag,
    pub(super) flush: Flag,
    pub(super) values: Flag,
    pub(super) texts: Flag,
    pub(super) latency: Flag,
    pub(super) dirty: Flag,
    /// A size that the window wants.
    #[cfg(feature = "editor")]
    pub(super) size: SizeCell,
}

// SAFETY: the pointers in the struct lead to the object itself and to constants.
unsafe impl Send for Host {}
// SAFETY: as above; nobody writes them.
unsafe impl Sync for Host {}

impl Host {
    /// A host whose main thread is the calling one.
    pub(super) fn new(name: &'static CStr) -> Arc<Self> {
        let host = Arc::new_cyclic(|host: &std::sync::Weak<Self>| Self {
            raw: clap_host {
                clap_version: CLAP_VERSION,
                host_data: host.as_ptr().cast_mut().cast(),
                name: name.as_ptr(),
                vendor: c"".as_ptr(),
                url: c"".as_ptr(),
                version: c"3".as_ptr(),
                get_extension: Some(get_extension),
                request_restart: Some(request_restart),
                request_process: Some(request_process),
                request_callback: Some(request_callback),
            },
            main: ThreadCell::default(),
            any: Flag::default(),
            callback: Flag::default(),
            restart: Flag::default(),
            flush: Flag::default(),
            values: Flag::default(),
            texts: Flag::default(),
            latency: Flag::default(),
            dirty: Flag::default(),
            #[cfg(feature = "editor")]
            size: SizeCell::default(),
        });
        host.main.take_this();
        host
    }

    /// The struct that the instance is made with.
    pub(super) fn raw(&self) -> *const clap_host {
        &raw const self.raw
    }

    /// Whether the calling thread is the main one and does not render at the moment.
    pub(super) fn is_main_thread(&self) -> bool {
        self.main.is_this() && !RENDERS.get()
    }

    /// Notes a request of any kind.
    pub(super) fn ask(&self, which: &Flag) {
        which.raise();
        self.any.raise();
    }
}

/// Runs `call` as the render side on this thread.
pub(super) fn rendering<R>(call: impl FnOnce() -> R) -> R {
    /// Restores what was before, also after a panic.
    struct Before(bool);
    impl Drop for Before {
        fn drop(&mut self) {
            RENDERS.set(self.0);
        }
    }
    let _before = Before(RENDERS.replace(true));
    call()
}

/// The object behind the struct that the instance passes.
///
/// # Safety
/// `host` is null or came from [`Host::raw`] of an object that lives.
unsafe fn of<'a>(host: *const clap_host) -> Option<&'a Host> {
    // SAFETY: our caller's promise.
    let raw = unsafe { host.as_ref() }?;
    // SAFETY: `new` stored the object's own address.
    unsafe { raw.host_data.cast::<Host>().as_ref() }
}

/// Notes a request that the instance makes with its host's struct.
///
/// # Safety
/// As [`of`].
unsafe fn note(host: *const clap_host, which: impl Fn(&Host) -> &Flag) {
    // SAFETY: our caller's promise.
    if let Some(host) = unsafe { of(host) } {
        host.ask(which(host));
    }
}

unsafe extern "C" fn get_extension(_host: *const clap_host, id: *const c_char) -> *const c_void {
    if id.is_null() {
        return ptr::null();
    }
    // SAFETY: the instance passes a C string.
    let id = unsafe { CStr::from_ptr(id) };
    if id == CLAP_EXT_PARAMS {
        ptr::from_ref(&PARAMS).cast()
    } else if id == CLAP_EXT_LATENCY {
        ptr::from_ref(&LATENCY).cast()
    } else if id == CLAP_EXT_STATE {
        ptr::from_ref(&STATE).cast()
    } else if id == CLAP_EXT_THREAD_CHECK {
        ptr::from_ref(&THREADS).cast()
    } else {
        #[cfg(feature = "editor")]
        if id == CLAP_EXT_GUI {
            return ptr::from_ref(&GUI).cast();
        }
        ptr::null()
    }
}

unsafe extern "C" fn request_restart(host: *const clap_host) {
    // SAFETY: the instance passes its host's struct.
    unsafe { note(host, |host| &host.restart) };
}

/// A VST3 host calls for blocks whenever it likes; there is no way to ask for one.
unsafe extern "C" fn request_process(_host: *const clap_host) {}

unsafe extern "C" fn request_callback(host: *const clap_host) {
    // SAFETY: the instance passes its host's struct.
    unsafe { note(host, |host| &host.callback) };
}

static PARAMS: clap_host_params = clap_host_params {
    rescan: Some(rescan),
    clear: Some(clear),
    request_flush: Some(request_flush),
};

unsafe extern "C" fn rescan(host: *const clap_host, flags: clap_param_rescan_flags) {
    if flags & CLAP_PARAM_RESCAN_VALUES != 0 {
        // SAFETY: the instance passes its host's struct.
        unsafe { note(host, |host| &host.values) };
    }
    if flags & CLAP_PARAM_RESCAN_TEXT != 0 {
        // SAFETY: as above.
        unsafe { note(host, |host| &host.texts) };
    }
}

/// There is no modulation to clear.
unsafe extern "C" fn clear(_host: *const clap_host, _id: clap_id, _flags: clap_param_clear_flags) {}

unsafe extern "C" fn request_flush(host: *const clap_host) {
    // SAFETY: the instance passes its host's struct.
    unsafe { note(host, |host| &host.flush) };
}

static LATENCY: clap_host_latency = clap_host_latency {
    changed: Some(latency_changed),
};

unsafe extern "C" fn latency_changed(host: *const clap_host) {
    // SAFETY: the instance passes its host's struct.
    unsafe { note(host, |host| &host.latency) };
}

static STATE: clap_host_state = clap_host_state {
    mark_dirty: Some(mark_dirty),
};

unsafe extern "C" fn mark_dirty(host: *const clap_host) {
    // SAFETY: the instance passes its host's struct.
    unsafe { note(host, |host| &host.dirty) };
}

static THREADS: clap_host_thread_check = clap_host_thread_check {
    is_main_thread: Some(is_main_thread),
    is_audio_thread: Some(is_audio_thread),
};

unsafe extern "C" fn is_main_thread(host: *const clap_host) -> bool {
    // SAFETY: the instance passes its host's struct.
    unsafe { of(host) }.is_some_and(Host::is_main_thread)
}

unsafe extern "C" fn is_audio_thread(_host: *const clap_host) -> bool {
    RENDERS.get()
}

#[cfg(feature = "editor")]
static GUI: clap_host_gui = clap_host_gui {
    resize_hints_changed: Some(resize_hints_changed),
    request_resize: Some(request_resize),
    request_show: Some(request_show),
    request_hide: Some(request_show),
    closed: Some(closed),
};

/// A VST3 host asks for hints whenever it needs them.
#[cfg(feature = "editor")]
unsafe extern "C" fn resize_hints_changed(_host: *const clap_host) {}

#[cfg(feature = "editor")]
unsafe extern "C" fn request_resize(host: *const clap_host, width: u32, height: u32) -> bool {
    // SAFETY: the instance passes its host's struct.
    let Some(host) = (unsafe { of(host) }) else {
        return false;
    };
    host.size.ask(width, height);
    host.any.raise();
    true
}

/// A view is shown and hidden by the host alone.
#[cfg(feature = "editor")]
unsafe extern "C" fn request_show(_host: *const clap_host) -> bool {
    false
}

/// The host removes a view whose window is gone as it removes any other.
#[cfg(feature = "editor")]
unsafe extern "C" fn closed(_host: *const clap_host, _was_destroyed: bool) {}

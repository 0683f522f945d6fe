//! The host's own struct: it has every basic function, and some extensions.
//!
//! Every second request for a call on the main thread is answered from within it, where that is the
//! main thread and no block is under way; and what the plug-in tells it there it looks into at once.

use std::ffi::{CStr, c_char, c_void};
use std::ptr;
use std::sync::atomic::{AtomicBool, AtomicPtr, AtomicU64, Ordering};
use std::thread::{self, ThreadId};

use clap_sys::ext::gui::{CLAP_EXT_GUI, clap_host_gui};
use clap_sys::ext::latency::{CLAP_EXT_LATENCY, clap_host_latency};
use clap_sys::ext::note_name::{CLAP_EXT_NOTE_NAME, clap_host_note_name, clap_plugin_note_name};
use clap_sys::ext::params::{CLAP_EXT_PARAMS, clap_host_params, clap_plugin_params};
use clap_sys::ext::state::{CLAP_EXT_STATE, clap_host_state, clap_plugin_state};
use clap_sys::host::clap_host;
use clap_sys::plugin::clap_plugin;
use clap_sys::stream::clap_ostream;
use clap_sys::version::CLAP_VERSION;

/// A host, at one place in memory as long as it lives.
#[derive(Debug)]
pub(crate) struct Host {
    raw: Box<clap_host>,
    calls: Box<Calls>,
}

/// What the plug-in asked for, and how that is answered.
#[derive(Debug)]
struct Calls {
    is_called: AtomicBool,
    requests: AtomicU64,
    /// Requests that were answered from within.
    answered: AtomicU64,
    main_thread: ThreadId,
    /// The instance; null before it is initialised and while it renders.
    at_rest: AtomicPtr<clap_plugin>,
}

impl Host {
    pub(crate) fn new() -> Self {
        let calls = Box::new(Calls {
            is_called: AtomicBool::new(false),
            requests: AtomicU64::new(0),
            answered: AtomicU64::new(0),
            main_thread: thread::current().id(),
            at_rest: AtomicPtr::default(),
        });
        let raw = Box::new(clap_host {
            clap_version: CLAP_VERSION,
            host_data: ptr::from_ref(&*calls).cast_mut().cast(),
            name: c"Abuse".as_ptr(),
            vendor: c"".as_ptr(),
            url: c"".as_ptr(),
            version: c"1".as_ptr(),
            get_extension: Some(get_extension),
            request_restart: Some(restart),
            request_process: Some(ignore),
            request_callback: Some(call),
        });
        Self { raw, calls }
    }

    pub(crate) fn as_ptr(&self) -> *const clap_host {
        &raw const *self.raw
    }

    /// Whether a call on the main thread was asked for since the last time.
    pub(crate) fn take_call(&self) -> bool {
        // ORDER: Relaxed, a hint only.
        self.calls.is_called.swap(false, Ordering::Relaxed)
    }

    /// Requests that were answered from within since the last time.
    pub(crate) fn take_answered(&self) -> u64 {
        // ORDER: Relaxed, a count only.
        self.calls.answered.swap(0, Ordering::Relaxed)
    }

    /// From now on requests may be answered from within, by calls of this instance; by none if it
    /// is null.
    pub(crate) fn answer_with(&self, plugin: *const clap_plugin) {
        // ORDER: Relaxed, set and read on the main thread.
        let at_rest = &self.calls.at_rest;
        at_rest.store(plugin.cast_mut(), Ordering::Relaxed);
    }
}

impl Calls {
    /// The calls of a host that a plug-in passes back.
    ///
    /// # Safety
    /// `host` is the struct of a [`Host`] that lives.
    unsafe fn of<'a>(host: *const clap_host) -> &'a Self {
        // SAFETY: `host_data` leads to them.
        unsafe { &*(*host).host_data.cast::<Self>() }
    }

    /// The instance with its functions, if it may be called here and now.
    fn instance(&self) -> Option<(*const clap_plugin, &clap_plugin)> {
        // ORDER: Relaxed, set and read on the main thread.
        let plugin = self.at_rest.load(Ordering::Relaxed).cast_const();
        // SAFETY: null, or an instance that lives.
        let functions = unsafe { plugin.as_ref() }?;
        (thread::current().id() == self.main_thread).then_some((plugin, functions))
    }

    /// The instance with its extension of that name.
    fn extension<T>(&self, id: &CStr) -> Option<(*const clap_plugin, &T)> {
        let (plugin, functions) = self.instance()?;
        let get = functions.get_extension?;
        // SAFETY: the plug-in's function with its own struct; the name stands for the type.
        let extension = unsafe { get(plugin, id.as_ptr()).cast::<T>().as_ref() }?;
        Some((plugin, extension))
    }
}

unsafe extern "C" fn ignore(_host: *const clap_host) {}

unsafe extern "C" fn call(host: *const clap_host) {
    // SAFETY: the plug-in passes the host that it was given.
    let calls = unsafe { Calls::of(host) };
    // ORDER: Relaxed, a count only.
    let is_answered = calls.requests.fetch_add(1, Ordering::Relaxed) % 2 == 0;
    if is_answered
        && let Some((plugin, functions)) = calls.instance()
        && let Some(on_main_thread) = functions.on_main_thread
    {
        // ORDER: Relaxed, a count only.
        calls.answered.fetch_add(1, Ordering::Relaxed);
        // SAFETY: the plug-in's function with its own struct, on the main thread.
        unsafe { on_main_thread(plugin) };
    } else {
        // ORDER: Relaxed, a hint only.
        calls.is_called.store(true, Ordering::Relaxed);
    }
}

/// Flushes at once.
unsafe extern "C" fn flush(host: *const clap_host) {
    // SAFETY: the plug-in passes the host that it was given.
    let calls = unsafe { Calls::of(host) };
    if let Some((plugin, params)) = calls.extension::<clap_plugin_params>(CLAP_EXT_PARAMS)
        && let Some(flush) = params.flush
    {
        // SAFETY: the plug-in's function with its own struct, and no lists.
        unsafe { flush(plugin, ptr::null(), ptr::null()) };
    }
}

/// Stops and starts at once.
unsafe extern "C" fn restart(host: *const clap_host) {
    // SAFETY: the plug-in passes the host that it was given.
    let calls = unsafe { Calls::of(host) };
    if let Some((plugin, functions)) = calls.instance()
        && let Some(deactivate) = functions.deactivate
        && let Some(activate) = functions.activate
    {
        // SAFETY: the plug-in's function with its own struct.
        unsafe { deactivate(plugin) };
        // SAFETY: as above.
        unsafe { activate(plugin, 48_000.0, 1, 512) };
    }
}

/// Saves at once what has changed.
unsafe extern "C" fn save(host: *const clap_host) {
    unsafe extern "C" fn write(_: *const clap_ostream, _: *const c_void, size: u64) -> i64 {
        i64::try_from(size).unwrap_or(-1)
    }
    let stream = clap_ostream {
        ctx: ptr::null_mut(),
        write: Some(write),
    };
    // SAFETY: the plug-in passes the host that it was given.
    let calls = unsafe { Calls::of(host) };
    if let Some((plugin, state)) = calls.extension::<clap_plugin_state>(CLAP_EXT_STATE)
        && let Some(save) = state.save
    {
        // SAFETY: the plug-in's function with its own struct, and a stream that takes everything.
        unsafe { save(plugin, &raw const stream) };
    }
}

/// Counts at once the names that have changed.
unsafe extern "C" fn count_names(host: *const clap_host) {
    // SAFETY: the plug-in passes the host that it was given.
    let calls = unsafe { Calls::of(host) };
    if let Some((plugin, names)) = calls.extension::<clap_plugin_note_name>(CLAP_EXT_NOTE_NAME)
        && let Some(count) = names.count
    {
        // SAFETY: the plug-in's function with its own struct.
        unsafe { count(plugin) };
    }
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
        request_flush: Some(flush),
    };
    static STATE: clap_host_state = clap_host_state {
        mark_dirty: Some(save),
    };
    static NAMES: clap_host_note_name = clap_host_note_name {
        changed: Some(count_names),
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
    } else if id == CLAP_EXT_NOTE_NAME {
        ptr::from_ref(&NAMES).cast()
    } else if id == CLAP_EXT_LATENCY {
        ptr::from_ref(&LATENCY).cast()
    } else if id == CLAP_EXT_GUI {
        ptr::from_ref(&GUI).cast()
    } else {
        ptr::null()
    }
}

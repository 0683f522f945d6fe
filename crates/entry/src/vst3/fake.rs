//! For tests: a CLAP plug-in of a few functions, which asks its host for things.

use std::cell::Cell;
use std::ffi::{CStr, c_char, c_void};
use std::ptr;

use clap_sys::ext::latency::{CLAP_EXT_LATENCY, clap_host_latency};
use clap_sys::ext::note_ports::{CLAP_EXT_NOTE_PORTS, clap_plugin_note_ports};
use clap_sys::ext::params::{
    CLAP_EXT_PARAMS, CLAP_PARAM_RESCAN_TEXT, CLAP_PARAM_RESCAN_VALUES, clap_host_params,
};
use clap_sys::ext::state::{CLAP_EXT_STATE, clap_host_state};
use clap_sys::host::clap_host;
use clap_sys::plugin::clap_plugin;
use clap_sys::process::{CLAP_PROCESS_CONTINUE, clap_process, clap_process_status};

use super::Facts;
use super::core::Core;

/// What the host looks for and this plug-in asks of it, on the main thread.
pub(super) const FACTS: &Facts = &Facts {
    class_id: *b"Fake.for.testing",
    categories: "Instrument",
    name: "Fake",
    vendor: "",
    url: "",
    email: "",
    version: "1",
    rates_hz: 1..=u32::MAX,
    program_names: &[],
    events: 16,
    create,
    lose,
    programs,
};

thread_local! {
    /// Events that were lost on this thread.
    static LOST: Cell<u32> = const { Cell::new(0) };
}

/// It says nothing of its programs.
unsafe fn programs(_plugin: *const clap_plugin) -> Vec<u8> {
    Vec::new()
}

unsafe fn lose(_plugin: *const clap_plugin, events: u32) {
    LOST.set(LOST.get() + events);
}

/// Events that were lost on this thread.
pub(super) fn lost() -> u32 {
    LOST.get()
}

/// A component in front of such a plug-in.
pub(super) fn core() -> std::sync::Arc<Core> {
    Core::new(FACTS).expect("the plug-in can be made")
}

/// Has the plug-in ask its host for everything there is to ask for.
pub(super) fn ask_for_everything(core: &Core) {
    let host = core.host.raw();
    // SAFETY: the host's own struct and functions, asked by their names.
    unsafe {
        let extension = |id: &CStr| (*host).get_extension.unwrap()(host, id.as_ptr());
        let params = extension(CLAP_EXT_PARAMS).cast::<clap_host_params>();
        (*params).rescan.unwrap()(host, CLAP_PARAM_RESCAN_VALUES | CLAP_PARAM_RESCAN_TEXT);
        (*params).request_flush.unwrap()(host);
        let state = extension(CLAP_EXT_STATE).cast::<clap_host_state>();
        (*state).mark_dirty.unwrap()(host);
        let latency = extension(CLAP_EXT_LATENCY).cast::<clap_host_latency>();
        (*latency).changed.unwrap()(host);
        (*host).request_restart.unwrap()(host);
        (*host).request_callback.unwrap()(host);
        assert!(extension(c"no.such.extension").is_null());
    }
}

unsafe fn create(_host: *const clap_host) -> *const clap_plugin {
    Box::into_raw(Box::new(clap_plugin {
        desc: ptr::null(),
        plugin_data: ptr::null_mut(),
        init: Some(yes),
        destroy: Some(destroy),
        activate: Some(activate),
        deactivate: Some(nothing),
        start_processing: Some(yes),
        stop_processing: Some(nothing),
        reset: Some(nothing),
        process: Some(process),
        get_extension: Some(extension),
        on_main_thread: Some(count),
    }))
}

/// How often the plug-in was called on the main thread.
pub(super) fn calls(core: &Core) -> usize {
    // SAFETY: the struct of this plug-in, made above.
    unsafe { (*core.plugin.raw()).plugin_data.addr() }
}

unsafe extern "C" fn count(plugin: *const clap_plugin) {
    let plugin = plugin.cast_mut();
    // SAFETY: the struct of this plug-in, made above and used on one thread.
    unsafe { (*plugin).plugin_data = (*plugin).plugin_data.wrapping_byte_add(1) };
}

unsafe extern "C" fn yes(_plugin: *const clap_plugin) -> bool {
    true
}

unsafe extern "C" fn nothing(_plugin: *const clap_plugin) {}

unsafe extern "C" fn destroy(plugin: *const clap_plugin) {
    // SAFETY: boxed above, and this is the last call.
    drop(unsafe { Box::from_raw(plugin.cast_mut()) });
}

unsafe extern "C" fn activate(_: *const clap_plugin, _: f64, _: u32, _: u32) -> bool {
    true
}

unsafe extern "C" fn process(
    _plugin: *const clap_plugin,
    _process: *const clap_process,
) -> clap_process_status {
    CLAP_PROCESS_CONTINUE
}

/// One port for notes, and nothing else.
static NOTE_PORTS: clap_plugin_note_ports = clap_plugin_note_ports {
    count: Some(note_ports),
    get: None,
};

unsafe extern "C" fn note_ports(_plugin: *const clap_plugin, is_input: bool) -> u32 {
    u32::from(is_input)
}

unsafe extern "C" fn extension(_: *const clap_plugin, id: *const c_char) -> *const c_void {
    // SAFETY: the component passes a C string.
    if unsafe { CStr::from_ptr(id) } == CLAP_EXT_NOTE_PORTS {
        return ptr::from_ref(&NOTE_PORTS).cast();
    }
    ptr::null()
}

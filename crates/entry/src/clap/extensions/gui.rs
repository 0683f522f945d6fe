//! `clap.gui`: the window, from the one thread that opened it.
//!
//! The framework ends the process when another thread asks, when the host has no window functions
//! of its own, and when a pointer is null; those calls fail here instead.

use std::ffi::{CStr, c_char};
use std::sync::PoisonError;
use std::thread;

use clap_sys::ext::gui::{CLAP_EXT_GUI, clap_gui_resize_hints, clap_plugin_gui, clap_window};
use clap_sys::plugin::clap_plugin;

use super::{Extension, Fronted, Instance, pass_on};
use crate::boundary::Boundary;
use crate::clap::instance::with;
use crate::signals::Phase;

// SAFETY: the name and the struct are one definition in CLAP's headers.
unsafe impl Extension for clap_plugin_gui {
    const ID: &'static CStr = CLAP_EXT_GUI;
}

impl<P: Boundary> Fronted<P> for clap_plugin_gui {
    const FRONT: &'static Self = &Self {
        is_api_supported: Some(is_api_supported::<P>),
        get_preferred_api: Some(get_preferred_api::<P>),
        create: Some(open::<P>),
        destroy: Some(close::<P>),
        set_scale: Some(set_scale::<P>),
        get_size: Some(get_size::<P>),
        can_resize: Some(can_resize::<P>),
        get_resize_hints: Some(get_resize_hints::<P>),
        adjust_size: Some(adjust_size::<P>),
        set_size: Some(set_size::<P>),
        set_parent: Some(set_parent::<P>),
        set_transient: Some(set_transient::<P>),
        suggest_title: Some(suggest_title::<P>),
        show: Some(show::<P>),
        hide: Some(hide::<P>),
    };
}

pass_on!(clap_plugin_gui:
    fn is_api_supported(api: *const c_char, is_floating: bool) -> bool, false,
        if |_instance| !api.is_null();
    fn get_preferred_api(api: *mut *const c_char, is_floating: *mut bool) -> bool, false;
    fn create(api: *const c_char, is_floating: bool) -> bool, false,
        if |instance| !api.is_null()
            && instance.phase.get() > Phase::New
            && instance.host.has_windows()
            && instance.is_window_thread();
    fn destroy(), if |instance| instance.is_window_thread();
    fn set_scale(scale: f64) -> bool, false,
        if |instance| scale.is_finite() && scale > 0.0 && instance.is_window_thread();
    fn get_size(width: *mut u32, height: *mut u32) -> bool, false;
    fn can_resize() -> bool, false;
    fn get_resize_hints(hints: *mut clap_gui_resize_hints) -> bool, false;
    fn adjust_size(width: *mut u32, height: *mut u32) -> bool, false,
        if |instance| !width.is_null() && !height.is_null() && instance.is_window_thread();
    fn set_size(width: u32, height: u32) -> bool, false,
        if |instance| instance.is_window_thread();
    fn set_parent(window: *const clap_window) -> bool, false,
        if |instance| has_api(window) && instance.is_window_thread();
    fn set_transient(window: *const clap_window) -> bool, false;
    fn suggest_title(title: *const c_char);
    fn show() -> bool, false, if |instance| instance.is_window_thread();
    fn hide() -> bool, false, if |instance| instance.is_window_thread();
);

/// As the framework's `create`, and notes the thread.
unsafe extern "C" fn open<P: Boundary>(
    plugin: *const clap_plugin,
    api: *const c_char,
    is_floating: bool,
) -> bool {
    // SAFETY: the host's arguments, passed on.
    let opened = unsafe { create::<P>(plugin, api, is_floating) };
    let call = |instance: &Instance<P>| {
        if opened {
            instance.set_window_thread(Some(thread::current().id()));
        }
        instance.deliver();
        opened
    };
    // SAFETY: the host passes what `create_plugin` gave it.
    unsafe { with(plugin, false, call) }
}

/// As the framework's `destroy`, and forgets the thread.
unsafe extern "C" fn close<P: Boundary>(plugin: *const clap_plugin) {
    let call = |instance: &Instance<P>| {
        if instance.is_window_thread() {
            // SAFETY: the host's argument, passed on.
            unsafe { destroy::<P>(plugin) };
            instance.set_window_thread(None);
            instance.deliver();
        }
    };
    // SAFETY: the host passes what `create_plugin` gave it.
    unsafe { with(plugin, (), call) };
}

impl<P: Boundary> Instance<P> {
    fn set_window_thread(&self, thread: Option<thread::ThreadId>) {
        *self
            .window_thread
            .lock()
            .unwrap_or_else(PoisonError::into_inner) = thread;
    }
}

/// Whether `window` says what kind of window it is.
fn has_api(window: *const clap_window) -> bool {
    // SAFETY: the host passes null or a window that lives during the call.
    unsafe { window.as_ref() }.is_some_and(|window| !window.api.is_null())
}

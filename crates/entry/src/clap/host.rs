//! The host, as far as it can be relied on.
//!
//! The framework calls the host's functions without looking whether they are there, inside its own
//! C functions, where a missing one ends the process. So they are looked for beforehand.

use std::ffi::CStr;
use std::ptr::NonNull;

use clap_sys::ext::context_menu::{
    CLAP_CONTEXT_MENU_TARGET_KIND_PARAM, CLAP_EXT_CONTEXT_MENU, CLAP_EXT_CONTEXT_MENU_COMPAT,
    clap_context_menu_target, clap_host_context_menu,
};
#[cfg(feature = "editor")]
use clap_sys::ext::gui::{CLAP_EXT_GUI, clap_host_gui};
use clap_sys::ext::latency::{CLAP_EXT_LATENCY, clap_host_latency};
use clap_sys::ext::note_name::{CLAP_EXT_NOTE_NAME, clap_host_note_name};
use clap_sys::ext::params::{CLAP_EXT_PARAMS, CLAP_PARAM_RESCAN_TEXT, clap_host_params};
use clap_sys::ext::preset_load::{CLAP_EXT_PRESET_LOAD, clap_host_preset_load};
use clap_sys::ext::state::{CLAP_EXT_STATE, clap_host_state};
use clap_sys::ext::thread_check::{CLAP_EXT_THREAD_CHECK, clap_host_thread_check};
#[cfg(feature = "editor")]
use clap_sys::ext::track_info::{CLAP_EXT_TRACK_INFO, clap_host_track_info};
use clap_sys::ext::voice_info::{CLAP_EXT_VOICE_INFO, clap_host_voice_info};
use clap_sys::host::clap_host;
use clap_sys::id::clap_id;

/// A host with all of its basic functions.
pub(super) struct Host(NonNull<clap_host>);

impl Host {
    /// Looks at a host; `None` if it is null or lacks a basic function.
    ///
    /// # Safety
    /// `host` is null, or points to a host struct that outlives this object.
    pub(super) unsafe fn new(host: *const clap_host) -> Option<Self> {
        let host = NonNull::new(host.cast_mut())?;
        // SAFETY: not null, and alive by our caller's promise.
        let offered = unsafe { host.as_ref() };
        let complete = offered.get_extension.is_some()
            && offered.request_restart.is_some()
            && offered.request_process.is_some()
            && offered.request_callback.is_some();
        complete.then_some(Self(host))
    }

    /// The host's struct, for the framework.
    pub(super) fn as_ptr(&self) -> *const clap_host {
        self.0.as_ptr()
    }

    /// Whether each extension the framework uses is absent or whole. Main thread, from `init` on.
    pub(super) fn is_consistent(&self) -> bool {
        // SAFETY: in each of these calls the name stands for the struct.
        let latency = unsafe { self.extension::<clap_host_latency>(CLAP_EXT_LATENCY) };
        // SAFETY: as above.
        let params = unsafe { self.extension::<clap_host_params>(CLAP_EXT_PARAMS) };
        // SAFETY: as above.
        let threads = unsafe { self.extension::<clap_host_thread_check>(CLAP_EXT_THREAD_CHECK) };
        // SAFETY: as above.
        let voices = unsafe { self.extension::<clap_host_voice_info>(CLAP_EXT_VOICE_INFO) };
        let consistent = latency.is_none_or(|latency| latency.changed.is_some())
            && params.is_none_or(|it| it.rescan.is_some() && it.request_flush.is_some())
            && threads.is_none_or(|threads| threads.is_main_thread.is_some())
            && voices.is_none_or(|voices| voices.changed.is_some());
        #[cfg(feature = "editor")]
        {
            // SAFETY: as above.
            let track = unsafe { self.extension::<clap_host_track_info>(CLAP_EXT_TRACK_INFO) };
            consistent && track.is_none_or(|track| track.get.is_some())
        }
        #[cfg(not(feature = "editor"))]
        consistent
    }

    /// Whether the host can show a window. Main thread, from `init` on.
    #[cfg(feature = "editor")]
    pub(super) fn has_windows(&self) -> bool {
        // SAFETY: the name stands for the struct.
        let gui = unsafe { self.extension::<clap_host_gui>(CLAP_EXT_GUI) };
        gui.is_some_and(|gui| gui.request_resize.is_some() && gui.closed.is_some())
    }

    /// Asks the host for a call on the main thread. Any thread.
    pub(super) fn request_callback(&self) {
        // SAFETY: alive by the promise made to `new`.
        if let Some(request_callback) = unsafe { self.0.as_ref() }.request_callback {
            // SAFETY: the host's own function with its own struct, allowed on any thread.
            unsafe { request_callback(self.as_ptr()) };
        }
    }

    /// Asks the host for a flush of parameters. Any thread but render, from `init` on.
    pub(super) fn request_flush(&self) {
        // SAFETY: the name stands for the struct.
        let params = unsafe { self.extension::<clap_host_params>(CLAP_EXT_PARAMS) };
        if let Some(request_flush) = params.and_then(|params| params.request_flush) {
            // SAFETY: the host's own function with its own struct.
            unsafe { request_flush(self.as_ptr()) };
        }
    }

    /// Whether the host shows a menu of its own at a parameter. Main thread, from `init` on.
    pub(super) fn has_menu(&self) -> bool {
        self.menu().is_some_and(|menu| menu.popup.is_some())
    }

    /// Shows the host's menu at a parameter; false if it does not. Main thread, from `init` on.
    ///
    /// - `place`: in the window, pixels from its upper left corner
    pub(super) fn show_menu(&self, param_id: clap_id, place: [i32; 2]) -> bool {
        let Some(menu) = self.menu() else {
            return false;
        };
        // SAFETY: the host's own function with its own struct.
        let can_popup = |can_popup: unsafe extern "C" fn(*const clap_host) -> bool| unsafe {
            can_popup(self.as_ptr())
        };
        let target = clap_context_menu_target {
            kind: CLAP_CONTEXT_MENU_TARGET_KIND_PARAM,
            id: param_id,
        };
        let [x, y] = place;
        let Some(popup) = menu.popup.filter(|_| menu.can_popup.is_none_or(can_popup)) else {
            return false;
        };
        // SAFETY: as above; the target lives during the call.
        unsafe { popup(self.as_ptr(), &raw const target, 0, x, y) }
    }

    fn menu(&self) -> Option<&clap_host_context_menu> {
        // SAFETY: the name stands for the struct, in both of its spellings.
        let menu = unsafe { self.extension(CLAP_EXT_CONTEXT_MENU) };
        // SAFETY: as above.
        menu.or_else(|| unsafe { self.extension(CLAP_EXT_CONTEXT_MENU_COMPAT) })
    }

    /// Tells the host that the state has changed. Main thread, from `init` on.
    pub(super) fn mark_dirty(&self) {
        // SAFETY: the name stands for the struct.
        let state = unsafe { self.extension::<clap_host_state>(CLAP_EXT_STATE) };
        if let Some(mark_dirty) = state.and_then(|state| state.mark_dirty) {
            // SAFETY: the host's own function with its own struct.
            unsafe { mark_dirty(self.as_ptr()) };
        }
    }

    /// Tells the host that names of keys and texts of parameters have changed. Main thread, from
    /// `init` on.
    pub(super) fn names_changed(&self) {
        // SAFETY: the name stands for the struct.
        let names = unsafe { self.extension::<clap_host_note_name>(CLAP_EXT_NOTE_NAME) };
        if let Some(changed) = names.and_then(|names| names.changed) {
            // SAFETY: the host's own function with its own struct.
            unsafe { changed(self.as_ptr()) };
        }
        // SAFETY: the name stands for the struct.
        let params = unsafe { self.extension::<clap_host_params>(CLAP_EXT_PARAMS) };
        if let Some(rescan) = params.and_then(|params| params.rescan) {
            // SAFETY: as above.
            unsafe { rescan(self.as_ptr(), CLAP_PARAM_RESCAN_TEXT) };
        }
    }

    /// Tells the host that another number of voices may play. Main thread, from `init` on.
    pub(super) fn voices_changed(&self) {
        // SAFETY: the name stands for the struct.
        let voices = unsafe { self.extension::<clap_host_voice_info>(CLAP_EXT_VOICE_INFO) };
        if let Some(changed) = voices.and_then(|voices| voices.changed) {
            // SAFETY: the host's own function with its own struct.
            unsafe { changed(self.as_ptr()) };
        }
    }

    /// What the host wants to hear of presets. Main thread, from `init` on.
    pub(super) fn preset_listener(&self) -> Option<&clap_host_preset_load> {
        // SAFETY: the name stands for the struct.
        unsafe { self.extension(CLAP_EXT_PRESET_LOAD) }
    }

    /// The host's extension `id`.
    ///
    /// # Safety
    /// `id` is the name under which CLAP passes exactly a `T`.
    unsafe fn extension<T>(&self, id: &CStr) -> Option<&T> {
        // SAFETY: alive by the promise made to `new`.
        let get_extension = unsafe { self.0.as_ref() }.get_extension?;
        // SAFETY: the host's own function with its own struct and a NUL-terminated string.
        let extension = unsafe { get_extension(self.as_ptr(), id.as_ptr()) };
        // SAFETY: null, or what the name stands for, as long as the host lives.
        unsafe { extension.cast::<T>().as_ref() }
    }
}

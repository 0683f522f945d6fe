//! An editor that panics, and a host that asks about its window from the wrong thread.

use std::error::Error;
use std::ffi::{CStr, c_char, c_void};
use std::ptr;
use std::sync::Arc;

use clap_sys::ext::gui::{CLAP_EXT_GUI, clap_host_gui, clap_plugin_gui, clap_window};
use clap_sys::host::clap_host;
use nice_plug::context::gui::GuiContext;
use nice_plug::editor::dpi::NativeSize;
use nice_plug::editor::{DummyEditorError, EditorHandle, HostMethods, SpawnedEditor};
use nice_plug::prelude::{Editor, ParentWindowHandle, ResizeHint};

use crate::host::Instance;
use crate::probe::{PLAIN, ProbeParams};

/// Opens no window. What it does depends on the level: 0.5 and it panics when it opens, 1.0 and it
/// panics when anything is asked of the open window, 1.5 and it panics when it closes.
pub(crate) struct ProbeEditor(Arc<ProbeParams>);

impl ProbeEditor {
    pub(crate) fn new(params: Arc<ProbeParams>) -> Self {
        Self(params)
    }
}

pub(crate) struct ProbeHandle(Arc<ProbeParams>);

impl Editor for ProbeEditor {
    type Handle = ProbeHandle;

    fn spawn(
        &self,
        _parent: Option<ParentWindowHandle>,
        _wait_for_parent: bool,
        _fallback_scale_factor: Option<f64>,
        _gui_context: GuiContext,
        _host: Option<HostMethods>,
    ) -> Result<SpawnedEditor<Self::Handle>, Box<dyn Error>> {
        assert!(self.0.level() != 0.5, "open on demand");
        Ok(SpawnedEditor {
            handle: ProbeHandle(Arc::clone(&self.0)),
            window: (),
        })
    }

    fn size(&self) -> NativeSize<u32> {
        assert!(self.0.level() != 1.0, "size on demand");
        NativeSize {
            width: 320,
            height: 200,
        }
    }

    fn resize_hint(&self) -> ResizeHint {
        assert!(self.0.level() != 1.0, "hint on demand");
        ResizeHint::RESIZABLE
    }
}

impl EditorHandle for ProbeHandle {
    type Window = ();
    type Error = DummyEditorError;

    fn run_until_closed(_window: ()) -> Result<(), DummyEditorError> {
        Err(DummyEditorError)
    }

    fn set_parent(&self, _: ParentWindowHandle, _: &()) -> Result<(), DummyEditorError> {
        assert!(self.0.level() != 1.0, "parent on demand");
        Ok(())
    }

    fn show(&self, _window: &()) -> Result<(), DummyEditorError> {
        assert!(self.0.level() != 1.0, "show on demand");
        Ok(())
    }

    fn hide(&self, _window: &()) -> Result<(), DummyEditorError> {
        Err(DummyEditorError)
    }

    fn set_size(&self, _size: NativeSize<u32>, _: &()) -> Result<(), DummyEditorError> {
        assert!(self.0.level() != 1.0, "set_size on demand");
        Ok(())
    }

    fn host_main_thread_callback(&self, _window: &()) {
        assert!(self.0.level() != 1.0, "callback on demand");
    }

    fn param_value_changed(&self, _id: &str, _normalized_value: f32) {}

    fn param_modulation_changed(&self, _id: &str, _modulation_offset: f32) {}
}

impl Drop for ProbeHandle {
    fn drop(&mut self) {
        assert!(self.0.level() != 1.5, "close on demand");
    }
}

unsafe extern "C" fn resize(_host: *const clap_host, _width: u32, _height: u32) -> bool {
    true
}

unsafe extern "C" fn closed(_host: *const clap_host, _was_destroyed: bool) {}

static HOST_GUI: clap_host_gui = clap_host_gui {
    resize_hints_changed: None,
    request_resize: Some(resize),
    request_show: None,
    request_hide: None,
    closed: Some(closed),
};

unsafe extern "C" fn with_gui(_host: *const clap_host, id: *const c_char) -> *const c_void {
    // SAFETY: the plug-in passes a C string.
    if unsafe { CStr::from_ptr(id) } == CLAP_EXT_GUI {
        ptr::from_ref(&HOST_GUI).cast()
    } else {
        ptr::null()
    }
}

#[cfg(all(unix, not(target_os = "macos")))]
const API: &CStr = c"x11";
#[cfg(target_os = "macos")]
const API: &CStr = c"cocoa";
#[cfg(windows)]
const API: &CStr = c"win32";

fn windowed() -> Instance<PLAIN> {
    let mut instance = Instance::<PLAIN>::created();
    instance.host.raw.get_extension = Some(with_gui);
    assert!(instance.init());
    instance
}

fn gui(instance: &Instance<PLAIN>) -> &clap_plugin_gui {
    instance.extension(CLAP_EXT_GUI).unwrap()
}

fn open(instance: &Instance<PLAIN>) -> bool {
    // SAFETY: a call CLAP knows.
    unsafe { gui(instance).create.unwrap()(instance.raw, API.as_ptr(), false) }
}

fn close(instance: &Instance<PLAIN>) {
    // SAFETY: a call CLAP knows.
    unsafe { gui(instance).destroy.unwrap()(instance.raw) }
}

fn show(instance: &Instance<PLAIN>) -> bool {
    // SAFETY: a call CLAP knows.
    unsafe { gui(instance).show.unwrap()(instance.raw) }
}

#[test]
fn window_opens_shows_and_closes() {
    let instance = windowed();
    assert!(!show(&instance));
    assert!(open(&instance) && show(&instance));
    assert!(!open(&instance));
    instance.on_main_thread();
    assert_eq!(instance.fact("windows_ended"), "0");
    close(&instance);
    close(&instance);
    assert_eq!(instance.fact("windows_ended"), "1");
    assert!(!show(&instance));
    assert!(open(&instance));
    assert_eq!(instance.fact("panics"), "0");
}

#[test]
fn host_without_windows_gets_none() {
    assert!(!open(&Instance::ready()));
    assert!(!open(&Instance::created()));
}

#[test]
fn panic_while_opening_fails_it() {
    let instance = windowed();
    instance.set(1, 0.25);
    assert!(!open(&instance));
    assert_eq!(instance.notices(), ["The window failed: open on demand."]);
    assert_eq!(instance.fact("windows_ended"), "1");
    instance.set(1, 0.0);
    assert!(open(&instance));
}

#[test]
fn panics_of_the_open_window_fail_the_calls() {
    let instance = windowed();
    assert!(open(&instance));
    instance.set(1, 0.5);
    let (mut width, mut height) = (9, 9);
    // SAFETY: calls CLAP knows.
    unsafe {
        let gui = gui(&instance);
        assert!(!gui.show.unwrap()(instance.raw));
        assert!(!gui.set_size.unwrap()(instance.raw, 10, 10));
        assert!(!gui.can_resize.unwrap()(instance.raw));
        assert!(gui.get_size.unwrap()(
            instance.raw,
            &raw mut width,
            &raw mut height
        ));
    }
    assert_eq!((width, height), (0, 0));
    instance.on_main_thread();
    assert_eq!(instance.fact("panics"), "5");
    close(&instance);
}

#[test]
fn panic_while_closing_is_survived() {
    let instance = windowed();
    assert!(open(&instance));
    instance.set(1, 0.75);
    close(&instance);
    assert_eq!(instance.fact("panics"), "1");
    assert_eq!(instance.fact("windows_ended"), "1");
    assert!(open(&instance));
}

#[test]
fn other_threads_cannot_reach_the_window() {
    let instance = windowed();
    assert!(open(&instance));
    std::thread::scope(|scope| {
        scope.spawn(|| {
            assert!(!show(&instance) && !open(&instance));
            close(&instance);
            instance.on_main_thread();
        });
    });
    assert!(show(&instance));
}

#[test]
fn null_arguments_fail_the_calls() {
    let instance = windowed();
    assert!(open(&instance));
    let hollow = clap_window {
        api: ptr::null(),
        specific: clap_sys::ext::gui::clap_window_handle {
            ptr: ptr::null_mut(),
        },
    };
    // SAFETY: calls CLAP knows, with pointers that are null or whole.
    unsafe {
        let gui = gui(&instance);
        assert!(!gui.is_api_supported.unwrap()(
            instance.raw,
            ptr::null(),
            false
        ));
        assert!(!gui.get_preferred_api.unwrap()(
            instance.raw,
            ptr::null_mut(),
            ptr::null_mut()
        ));
        assert!(!gui.create.unwrap()(instance.raw, ptr::null(), false));
        assert!(!gui.adjust_size.unwrap()(
            instance.raw,
            ptr::null_mut(),
            ptr::null_mut()
        ));
        assert!(!gui.get_size.unwrap()(
            instance.raw,
            ptr::null_mut(),
            ptr::null_mut()
        ));
        assert!(!gui.get_resize_hints.unwrap()(
            instance.raw,
            ptr::null_mut()
        ));
        assert!(!gui.set_parent.unwrap()(instance.raw, ptr::null()));
        assert!(!gui.set_parent.unwrap()(instance.raw, &raw const hollow));
        assert!(!gui.set_scale.unwrap()(instance.raw, f64::NAN));
        gui.suggest_title.unwrap()(instance.raw, ptr::null());
    }
}

#[test]
fn instance_may_go_with_its_window_open() {
    let instance = windowed();
    assert!(open(&instance));
    drop(instance);
}

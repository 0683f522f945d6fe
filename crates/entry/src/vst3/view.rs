//! The view: the plug-in's window inside a window of the host's.
//!
//! Owner: the host; the window itself is the plug-in's. Thread: main.
//! Source: \[VST3\] iplugview.h, iplugviewcontentscalesupport.h; \[CLAP\] ext/gui.h.

use std::ffi::{CStr, c_void};
use std::ptr;
use std::sync::{Arc, Mutex};

#[cfg(target_os = "macos")]
use clap_sys::ext::gui::CLAP_WINDOW_API_COCOA;
#[cfg(windows)]
use clap_sys::ext::gui::CLAP_WINDOW_API_WIN32;
#[cfg(all(unix, not(target_os = "macos")))]
use clap_sys::ext::gui::CLAP_WINDOW_API_X11;
use clap_sys::ext::gui::{clap_window, clap_window_handle};
use vst3::Steinberg::{
    FIDString, IPlugFrame, IPlugView, IPlugViewContentScaleSupport,
    IPlugViewContentScaleSupportTrait, IPlugViewTrait, ViewRect, kInvalidArgument, kResultFalse,
    kResultOk, tresult,
};
use vst3::{Class, ComRef, ComWrapper};

use super::binding::{FAILED, give, is_text, read, verdict};
use super::core::{Core, ViewPointer, lock};
use super::plugin::ask;
use super::run_loop::Timer;
use super::tend::Moment;
use crate::clap::quietly;
use crate::signals::ValueCell;

/// The one kind of window of this system: as VST3 calls it, and as CLAP does.
#[cfg(all(unix, not(target_os = "macos")))]
const KIND: (&CStr, &CStr) = (c"X11EmbedWindowID", CLAP_WINDOW_API_X11);
#[cfg(target_os = "macos")]
const KIND: (&CStr, &CStr) = (c"NSView", CLAP_WINDOW_API_COCOA);
#[cfg(windows)]
const KIND: (&CStr, &CStr) = (c"HWND", CLAP_WINDOW_API_WIN32);

struct View {
    core: Arc<Core>,
    /// Points for each point of the design; 0 when the host has not said.
    scale: ValueCell,
    timer: Mutex<Option<Timer>>,
    /// This object as the host holds it.
    pointer: Mutex<Option<Own>>,
}

/// Our own address.
struct Own(*mut IPlugView);

// SAFETY: an address that is compared and handed to the host, and never followed here.
unsafe impl Send for Own {}

impl Class for View {
    type Interfaces = (IPlugView, IPlugViewContentScaleSupport);
}

/// A view for the host to hold; null if the plug-in has no window for this system.
pub(super) fn make(core: &Arc<Core>) -> *mut IPlugView {
    let plugin = &core.plugin;
    if !ask!(plugin.gui, is_api_supported(KIND.1.as_ptr(), false), false) {
        return ptr::null_mut();
    }
    let view = ComWrapper::new(View {
        core: Arc::clone(core),
        scale: ValueCell::default(),
        timer: Mutex::new(None),
        pointer: Mutex::new(None),
    });
    let Some(held) = view.to_com_ptr::<IPlugView>() else {
        return ptr::null_mut();
    };
    let raw = held.into_raw();
    *lock(&view.pointer) = Some(Own(raw));
    raw
}

impl View {
    fn call<R>(&self, failure: R, call: impl FnOnce(&Core) -> R) -> R {
        quietly(failure, || {
            let answer = call(&self.core);
            self.core.tend(Moment::Calm);
            answer
        })
    }

    /// Whether this is the view with the window.
    fn is_attached(&self) -> bool {
        let own = lock(&self.pointer).as_ref().map(|own| own.0);
        let attached = lock(&self.core.links).view;
        own.is_some() && attached.map(|view| view.0) == own
    }

    /// Starts or ends the timer: there is one while the window is open and the host has a loop.
    fn keep_time(&self) {
        let frame = lock(&self.core.links).frame.clone();
        let wanted = frame.filter(|_| self.is_attached());
        let mut timer = lock(&self.timer);
        match wanted {
            Some(frame) if timer.is_none() => {
                *timer = Timer::new(&frame, Arc::downgrade(&self.core));
            }
            Some(_) => (),
            None => *timer = None,
        }
    }

    fn open(&self, parent: *mut c_void) -> bool {
        let core = &self.core;
        let plugin = &core.plugin;
        let Some(own) = lock(&self.pointer).as_ref().map(|own| own.0) else {
            return false;
        };
        if lock(&core.links).view.is_some() {
            return false;
        }
        core.host.main.take_this();
        let _alone = core.tending.try_borrow_mut();
        if !ask!(plugin.gui, create(KIND.1.as_ptr(), false), false) {
            return false;
        }
        let scale = self.scale.get();
        if scale > 0.0 {
            // A window that keeps its own scale is a window too.
            let _taken = ask!(plugin.gui, set_scale(scale), false);
        }
        let window = window_of(parent);
        if !ask!(plugin.gui, set_parent(&raw const window), false) {
            ask!(plugin.gui, destroy(), ());
            return false;
        }
        // Some plug-ins are shown by their parent alone.
        let _shown = ask!(plugin.gui, show(), false);
        lock(&core.links).view = Some(ViewPointer(own));
        self.keep_time();
        true
    }

    fn close(&self) -> bool {
        let was_attached = self.is_attached();
        if was_attached {
            self.core.close_window();
        }
        self.keep_time();
        was_attached
    }
}

impl Drop for View {
    fn drop(&mut self) {
        quietly((), || {
            self.close();
        });
    }
}

impl IPlugViewTrait for View {
    unsafe fn isPlatformTypeSupported(&self, kind: FIDString) -> tresult {
        // SAFETY: the host passes null or a C string.
        verdict(unsafe { is_text(kind, KIND.0) })
    }

    unsafe fn attached(&self, parent: *mut c_void, kind: FIDString) -> tresult {
        self.call(FAILED, |_| {
            // SAFETY: the host passes null or a C string.
            if parent.is_null() || !unsafe { is_text(kind, KIND.0) } {
                return kInvalidArgument;
            }
            verdict(self.open(parent))
        })
    }

    unsafe fn removed(&self) -> tresult {
        self.call(FAILED, |_| verdict(self.close()))
    }

    unsafe fn onWheel(&self, _distance: f32) -> tresult {
        kResultFalse
    }

    /// The window hears keys by itself while it has the focus; all others are the host's.
    unsafe fn onKeyDown(&self, _key: u16, _code: i16, _modifiers: i16) -> tresult {
        kResultFalse
    }

    unsafe fn onKeyUp(&self, _key: u16, _code: i16, _modifiers: i16) -> tresult {
        kResultFalse
    }

    unsafe fn getSize(&self, size: *mut ViewRect) -> tresult {
        self.call(FAILED, |core| {
            let Some((width, height)) = core.window_size() else {
                return kResultFalse;
            };
            let rect = ViewRect {
                left: 0,
                top: 0,
                right: side(width),
                bottom: side(height),
            };
            // SAFETY: the host passes null or memory for one.
            unsafe { give(size, rect) }
        })
    }

    unsafe fn onSize(&self, size: *mut ViewRect) -> tresult {
        self.call(FAILED, |core| {
            // SAFETY: the host passes null or one.
            let Some((width, height)) = unsafe { read(size) }.as_ref().and_then(sides) else {
                return kInvalidArgument;
            };
            let plugin = &core.plugin;
            // Hosts tell the size that the window has already.
            let is_known = core.window_size() == Some((width, height));
            verdict(is_known || ask!(plugin.gui, set_size(width, height), false))
        })
    }

    /// The window follows the system's own focus; that the host speaks of it is enough.
    unsafe fn onFocus(&self, _state: u8) -> tresult {
        self.call(FAILED, |_| kResultOk)
    }

    unsafe fn setFrame(&self, frame: *mut IPlugFrame) -> tresult {
        self.call(FAILED, |core| {
            // SAFETY: the host passes null or an object of its own.
            let frame = unsafe { ComRef::from_raw(frame) };
            let frame = frame.map(|frame| frame.to_com_ptr());
            // The timer belongs to the frame before.
            *lock(&self.timer) = None;
            let before = std::mem::replace(&mut lock(&core.links).frame, frame);
            drop(before);
            self.keep_time();
            kResultOk
        })
    }

    unsafe fn canResize(&self) -> tresult {
        self.call(FAILED, |core| {
            let plugin = &core.plugin;
            verdict(ask!(plugin.gui, can_resize(), false))
        })
    }

    unsafe fn checkSizeConstraint(&self, rect: *mut ViewRect) -> tresult {
        self.call(FAILED, |core| {
            // SAFETY: the host passes null or one.
            let Some(wanted) = (unsafe { read(rect) }) else {
                return kInvalidArgument;
            };
            let Some((mut width, mut height)) = sides(&wanted) else {
                return kResultFalse;
            };
            let plugin = &core.plugin;
            if !ask!(
                plugin.gui,
                adjust_size(&raw mut width, &raw mut height),
                false
            ) {
                return kResultFalse;
            }
            let possible = ViewRect {
                right: wanted.left.saturating_add(side(width)),
                bottom: wanted.top.saturating_add(side(height)),
                ..wanted
            };
            // SAFETY: as above; hosts take the answer in the same place.
            unsafe { give(rect, possible) }
        })
    }
}

impl IPlugViewContentScaleSupportTrait for View {
    unsafe fn setContentScaleFactor(&self, factor: f32) -> tresult {
        self.call(FAILED, |core| {
            if !factor.is_finite() || factor <= 0.0 {
                return kInvalidArgument;
            }
            self.scale.set(f64::from(factor));
            if self.is_attached() {
                let plugin = &core.plugin;
                let _taken = ask!(plugin.gui, set_scale(f64::from(factor)), false);
            }
            kResultOk
        })
    }
}

impl Core {
    /// Closes the window, if it is open.
    pub(super) fn close_window(&self) {
        if lock(&self.links).view.take().is_some() {
            let _alone = self.tending.try_borrow_mut();
            let plugin = &self.plugin;
            ask!(plugin.gui, destroy(), ());
        }
    }

    /// Width and height of the window.
    fn window_size(&self) -> Option<(u32, u32)> {
        let (mut width, mut height) = (0, 0);
        let plugin = &self.plugin;
        let known = ask!(plugin.gui, get_size(&raw mut width, &raw mut height), false);
        (known && width > 0 && height > 0).then_some((width, height))
    }

    /// Tells the window that it stays as large as it is.
    pub(super) fn keep_window_size(&self) {
        if let Some((width, height)) = self.window_size() {
            let plugin = &self.plugin;
            let _kept = ask!(plugin.gui, set_size(width, height), false);
        }
    }
}

/// Width and height of a rectangle that has both.
fn sides(rect: &ViewRect) -> Option<(u32, u32)> {
    let length = |from: i32, to: i32| {
        let length = u32::try_from(to.checked_sub(from)?).ok()?;
        (length > 0).then_some(length)
    };
    Some((
        length(rect.left, rect.right)?,
        length(rect.top, rect.bottom)?,
    ))
}

fn side(length: u32) -> i32 {
    i32::try_from(length).unwrap_or(i32::MAX)
}

/// A window of the host's as CLAP names it.
fn window_of(parent: *mut c_void) -> clap_window {
    #[cfg(all(unix, not(target_os = "macos")))]
    let specific = clap_window_handle {
        x11: std::ffi::c_ulong::try_from(parent.addr()).unwrap_or(0),
    };
    #[cfg(target_os = "macos")]
    let specific = clap_window_handle { cocoa: parent };
    #[cfg(windows)]
    let specific = clap_window_handle { win32: parent };
    clap_window {
        api: KIND.1.as_ptr(),
        specific,
    }
}

//! A timer on the host's main thread for as long as a view is open.
//!
//! On Linux the host's own run loop has one; elsewhere the system's loop, which the host runs on its
//! main thread. Thread: main. Source: \[VST3\] iplugview.h, `IRunLoop`.

use std::sync::Weak;

#[cfg(all(unix, not(target_os = "macos")))]
pub(super) use linux::Timer;
#[cfg(target_os = "macos")]
pub(super) use macos::Timer;
#[cfg(windows)]
pub(super) use windows::Timer;

use super::core::Core;
use super::tend::Moment;
use crate::clap::quietly;

/// Milliseconds between two looks at what waits.
const PERIOD_MS: u32 = 25;

/// What each timer does.
fn tick(core: &Weak<Core>) {
    quietly((), || {
        if let Some(core) = core.upgrade() {
            core.tend(Moment::Calm);
        }
    });
}

#[cfg(all(unix, not(target_os = "macos")))]
mod linux {
    use std::sync::Weak;

    use vst3::Steinberg::Linux::{IRunLoop, IRunLoopTrait, ITimerHandler, ITimerHandlerTrait};
    use vst3::Steinberg::{IPlugFrame, kResultOk};
    use vst3::{Class, ComPtr, ComWrapper};

    use super::{Core, PERIOD_MS, tick};

    /// What the host calls.
    struct Handler(Weak<Core>);

    impl Class for Handler {
        type Interfaces = (ITimerHandler,);
    }

    impl ITimerHandlerTrait for Handler {
        unsafe fn onTimer(&self) {
            tick(&self.0);
        }
    }

    /// A timer of the host's run loop, which ends with this object.
    pub(in crate::vst3) struct Timer {
        run_loop: ComPtr<IRunLoop>,
        handler: ComPtr<ITimerHandler>,
    }

    // SAFETY: made, used and dropped on the main thread; this is a thing to keep.
    unsafe impl Send for Timer {}

    impl Timer {
        /// A timer in the run loop of `frame`, if it has one.
        pub(in crate::vst3) fn new(frame: &ComPtr<IPlugFrame>, core: Weak<Core>) -> Option<Self> {
            let run_loop = frame.cast::<IRunLoop>()?;
            let handler = ComWrapper::new(Handler(core)).to_com_ptr::<ITimerHandler>()?;
            let period = u64::from(PERIOD_MS);
            // SAFETY: the host's object on the main thread, and a handler that outlives it there.
            let result = unsafe { run_loop.registerTimer(handler.as_ptr(), period) };
            (result == kResultOk).then_some(Self { run_loop, handler })
        }
    }

    impl Drop for Timer {
        fn drop(&mut self) {
            // SAFETY: the host's object on the main thread, with the handler it was given.
            let _result = unsafe { self.run_loop.unregisterTimer(self.handler.as_ptr()) };
        }
    }
}

#[cfg(target_os = "macos")]
mod macos {
    use std::ffi::c_void;
    use std::ptr;
    use std::sync::Weak;

    use vst3::ComPtr;
    use vst3::Steinberg::IPlugFrame;

    use super::{Core, PERIOD_MS, tick};

    /// `CFRunLoopTimerContext`: what a timer carries. Source: Core Foundation, CFRunLoop.h.
    #[repr(C)]
    struct Context {
        version: isize,
        info: *mut c_void,
        retain: *const c_void,
        release: *const c_void,
        describe: *const c_void,
    }

    type Callback = unsafe extern "C" fn(timer: *mut c_void, info: *mut c_void);

    #[link(name = "CoreFoundation", kind = "framework")]
    unsafe extern "C" {
        static kCFRunLoopCommonModes: *const c_void;
        fn CFAbsoluteTimeGetCurrent() -> f64;
        fn CFRunLoopGetMain() -> *mut c_void;
        fn CFRunLoopTimerCreate(
            allocator: *const c_void,
            first_s: f64,
            period_s: f64,
            flags: usize,
            order: isize,
            callback: Callback,
            context: *mut Context,
        ) -> *mut c_void;
        fn CFRunLoopAddTimer(run_loop: *mut c_void, timer: *mut c_void, mode: *const c_void);
        fn CFRunLoopTimerInvalidate(timer: *mut c_void);
        fn CFRelease(object: *const c_void);
    }

    /// A timer of the main run loop, which ends with this object.
    pub(in crate::vst3) struct Timer {
        timer: *mut c_void,
        /// What the timer calls with, ours until it has ended.
        core: *mut Weak<Core>,
    }

    // SAFETY: made, used and dropped on the main thread; this is a thing to keep.
    unsafe impl Send for Timer {}

    unsafe extern "C" fn fire(_timer: *mut c_void, info: *mut c_void) {
        // SAFETY: the timer carries this address, which lives until the timer has ended.
        if let Some(core) = unsafe { info.cast::<Weak<Core>>().as_ref() } {
            tick(core);
        }
    }

    impl Timer {
        /// A timer in the main run loop.
        pub(in crate::vst3) fn new(_frame: &ComPtr<IPlugFrame>, core: Weak<Core>) -> Option<Self> {
            let core = Box::into_raw(Box::new(core));
            let mut context = Context {
                version: 0,
                info: core.cast(),
                retain: ptr::null(),
                release: ptr::null(),
                describe: ptr::null(),
            };
            let period_s = f64::from(PERIOD_MS) / 1_000.0;
            // SAFETY: a call without arguments.
            let first_s = unsafe { CFAbsoluteTimeGetCurrent() } + period_s;
            let context = &raw mut context;
            // SAFETY: the context is copied during the call; what it leads to lives as long as the
            // timer.
            let timer = unsafe {
                CFRunLoopTimerCreate(ptr::null(), first_s, period_s, 0, 0, fire, context)
            };
            if timer.is_null() {
                // SAFETY: boxed above, and known to nobody else.
                drop(unsafe { Box::from_raw(core) });
                return None;
            }
            // SAFETY: a call without arguments.
            let run_loop = unsafe { CFRunLoopGetMain() };
            // SAFETY: a constant of the system's.
            let modes = unsafe { kCFRunLoopCommonModes };
            // SAFETY: the main loop, and a timer just made.
            unsafe { CFRunLoopAddTimer(run_loop, timer, modes) };
            Some(Self { timer, core })
        }
    }

    impl Drop for Timer {
        fn drop(&mut self) {
            // SAFETY: our own timer, on the thread on which it fires: it does not fire again.
            unsafe { CFRunLoopTimerInvalidate(self.timer) };
            // SAFETY: our own share of it.
            unsafe { CFRelease(self.timer) };
            // SAFETY: boxed in `new`; the timer that knew it has ended.
            drop(unsafe { Box::from_raw(self.core) });
        }
    }
}

#[cfg(windows)]
mod windows {
    use std::cell::RefCell;
    use std::collections::HashMap;
    use std::ffi::c_void;
    use std::ptr;
    use std::sync::Weak;

    use vst3::ComPtr;
    use vst3::Steinberg::IPlugFrame;

    use super::{Core, PERIOD_MS, tick};

    type Callback = unsafe extern "system" fn(*mut c_void, u32, usize, u32);

    // Source: Windows, winuser.h.
    #[link(name = "user32")]
    unsafe extern "system" {
        fn SetTimer(window: *mut c_void, id: usize, period_ms: u32, callback: Callback) -> usize;
        fn KillTimer(window: *mut c_void, id: usize) -> i32;
    }

    thread_local! {
        /// The timers of this thread, by the number that the system gave them.
        static TIMERS: RefCell<HashMap<usize, Weak<Core>>> = RefCell::default();
    }

    /// A timer of this thread's message loop, which ends with this object.
    pub(in crate::vst3) struct Timer(usize);

    unsafe extern "system" fn fire(_window: *mut c_void, _message: u32, id: usize, _time: u32) {
        let core = TIMERS.try_with(|timers| timers.try_borrow().ok()?.get(&id).cloned());
        if let Some(core) = core.ok().flatten() {
            tick(&core);
        }
    }

    impl Timer {
        /// A timer without a window, in the message loop of the calling thread.
        pub(in crate::vst3) fn new(_frame: &ComPtr<IPlugFrame>, core: Weak<Core>) -> Option<Self> {
            // SAFETY: without a window the system makes a new timer for this thread.
            let id = unsafe { SetTimer(ptr::null_mut(), 0, PERIOD_MS, fire) };
            if id == 0 {
                return None;
            }
            TIMERS.with(|timers| timers.borrow_mut().insert(id, core));
            Some(Self(id))
        }
    }

    impl Drop for Timer {
        fn drop(&mut self) {
            // SAFETY: our own timer, on the thread that it was made on.
            let _ended = unsafe { KillTimer(ptr::null_mut(), self.0) };
            let _gone = TIMERS.try_with(|timers| timers.borrow_mut().remove(&self.0));
        }
    }
}

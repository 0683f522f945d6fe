//! A timer on the host's main thread for as long as a view is open.
//!
//! Thread: main. Source: \[VST3\] iplugview.h, `IRunLoop`: the host's own loop, on Linux.

#[cfg(all(unix, not(target_os = "macos"), feature = "editor"))]
pub(super) use linux::Timer;
#[cfg(all(any(windows, target_os = "macos"), feature = "editor"))]
pub(super) use none::Timer;

/// Milliseconds between two looks at what waits.
#[cfg(all(unix, not(target_os = "macos"), feature = "editor"))]
const PERIOD_MS: u64 = 25;

#[cfg(all(unix, not(target_os = "macos"), feature = "editor"))]
mod linux {
    use std::sync::Weak;

    use vst3::Steinberg::Linux::{IRunLoop, IRunLoopTrait, ITimerHandler, ITimerHandlerTrait};
    use vst3::Steinberg::{IPlugFrame, kResultOk};
    use vst3::{Class, ComPtr, ComWrapper};

    use super::PERIOD_MS;
    use crate::clap::quietly;
    use crate::vst3::core::Core;
    use crate::vst3::tend::Moment;

    /// What the host calls.
    struct Handler(Weak<Core>);

    impl Class for Handler {
        type Interfaces = (ITimerHandler,);
    }

    impl ITimerHandlerTrait for Handler {
        unsafe fn onTimer(&self) {
            quietly((), || {
                if let Some(core) = self.0.upgrade() {
                    core.tend(Moment::Calm);
                }
            });
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
            // SAFETY: the host's object on the main thread, and a handler that outlives it there.
            let result = unsafe { run_loop.registerTimer(handler.as_ptr(), PERIOD_MS) };
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

#[cfg(all(any(windows, target_os = "macos"), feature = "editor"))]
mod none {
    use std::sync::Weak;

    use vst3::ComPtr;
    use vst3::Steinberg::IPlugFrame;

    use crate::vst3::core::Core;

    /// No timer.
    pub(in crate::vst3) struct Timer;

    impl Timer {
        pub(in crate::vst3) fn new(_frame: &ComPtr<IPlugFrame>, _core: Weak<Core>) -> Option<Self> {
            None
        }
    }
}

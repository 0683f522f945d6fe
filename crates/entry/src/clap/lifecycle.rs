//! The life of an instance: the host's order of calls, kept even if the host does not.
//!
//! The framework trusts the order; out of order it ends the process or runs the plug-in half
//! prepared. Here each call is compared with the phase: a missing step is made up for, a step too
//! many does nothing, an impossible one fails.

use std::ffi::{c_char, c_void};
use std::ptr;
use std::thread;
use std::time::Duration;

use atomic_refcell::AtomicRefMut;
use clap_sys::plugin::{clap_plugin, clap_plugin_descriptor};
use clap_sys::process::{CLAP_PROCESS_ERROR, clap_process, clap_process_status};

use super::blocks::Blocks;
use super::extensions;
use super::instance::{Instance, wait_until, with};
use super::text;
use crate::boundary::Boundary;
use crate::signals::Phase;

/// Longest block the plug-in is made to process at once, frames; longer ones come in pieces.
const MAX_BLOCK_FRAMES: u32 = 65_536;

/// How long a call on the main thread waits for a block that still runs.
const PATIENCE: Duration = Duration::from_secs(1);

impl<P: Boundary> Instance<P> {
    /// The struct the host gets, without the pointer to its instance.
    pub(super) fn vtable(descriptor: &'static clap_plugin_descriptor) -> clap_plugin {
        clap_plugin {
            desc: descriptor,
            plugin_data: ptr::null_mut(),
            init: Some(Self::init),
            destroy: Some(Self::destroy_plugin),
            activate: Some(Self::activate),
            deactivate: Some(Self::deactivate),
            start_processing: Some(Self::start_processing),
            stop_processing: Some(Self::stop_processing),
            reset: Some(Self::reset),
            process: Some(Self::process_block),
            get_extension: Some(Self::get_extension),
            on_main_thread: Some(Self::on_main_thread),
        }
    }

    unsafe extern "C" fn init(plugin: *const clap_plugin) -> bool {
        // SAFETY: the host passes what `create_plugin` gave it.
        unsafe { with(plugin, false, Self::prepare) }
    }

    unsafe extern "C" fn destroy_plugin(plugin: *const clap_plugin) {
        // SAFETY: the host passes what `create_plugin` gave it, for the last time.
        unsafe { Self::destroy(plugin) };
    }

    unsafe extern "C" fn activate(
        plugin: *const clap_plugin,
        sample_rate: f64,
        min_frames_count: u32,
        max_frames_count: u32,
    ) -> bool {
        let call = |instance: &Self| {
            let active = instance.go_active(sample_rate, min_frames_count, max_frames_count);
            instance.deliver();
            active
        };
        // SAFETY: the host passes what `create_plugin` gave it.
        unsafe { with(plugin, false, call) }
    }

    unsafe extern "C" fn deactivate(plugin: *const clap_plugin) {
        let call = |instance: &Self| {
            let _alone = instance.alone();
            instance.wind_down();
            instance.deliver();
        };
        // SAFETY: the host passes what `create_plugin` gave it.
        unsafe { with(plugin, (), call) };
    }

    unsafe extern "C" fn start_processing(plugin: *const clap_plugin) -> bool {
        let call = |instance: &Self| {
            let Ok(_alone) = instance.blocks.try_borrow_mut() else {
                return false;
            };
            match instance.phase.get() {
                Phase::New | Phase::Ready => false,
                Phase::Active => instance.start(),
                Phase::Processing => true,
            }
        };
        // SAFETY: the host passes what `create_plugin` gave it.
        unsafe { with(plugin, false, call) }
    }

    unsafe extern "C" fn stop_processing(plugin: *const clap_plugin) {
        let call = |instance: &Self| {
            if let Ok(_alone) = instance.blocks.try_borrow_mut() {
                instance.stop();
            }
        };
        // SAFETY: the host passes what `create_plugin` gave it.
        unsafe { with(plugin, (), call) };
    }

    unsafe extern "C" fn reset(plugin: *const clap_plugin) {
        let call = |instance: &Self| {
            if instance.phase.get() < Phase::Active {
                return;
            }
            let inner = instance.inner();
            // SAFETY: the framework's struct lives as long as the instance.
            if let Some(reset) = unsafe { (*inner).reset } {
                // SAFETY: the framework's function with its own struct, while active.
                unsafe { reset(inner) };
            }
            instance.announce();
        };
        // SAFETY: the host passes what `create_plugin` gave it.
        unsafe { with(plugin, (), call) };
    }

    unsafe extern "C" fn process_block(
        plugin: *const clap_plugin,
        process: *const clap_process,
    ) -> clap_process_status {
        // SAFETY: the host passes what `create_plugin` gave it, and null or a whole block.
        unsafe {
            with(plugin, CLAP_PROCESS_ERROR, |instance: &Self| {
                instance.process(process)
            })
        }
    }

    unsafe extern "C" fn get_extension(
        plugin: *const clap_plugin,
        id: *const c_char,
    ) -> *const c_void {
        let call = |instance: &Self| {
            // SAFETY: the host passes null or a C string that lives during the call.
            let id = unsafe { text(id) };
            id.map_or(ptr::null(), |id| extensions::find(instance, id))
        };
        // SAFETY: the host passes what `create_plugin` gave it.
        unsafe { with(plugin, ptr::null(), call) }
    }

    unsafe extern "C" fn on_main_thread(plugin: *const clap_plugin) {
        let call = |instance: &Self| {
            if !instance.is_window_thread() || instance.ledger.owes_callback() {
                return;
            }
            let inner = instance.inner();
            // SAFETY: the framework's struct lives as long as the instance.
            if let Some(on_main_thread) = unsafe { (*inner).on_main_thread } {
                // SAFETY: the framework's function with its own struct, on the window's thread.
                unsafe { on_main_thread(inner) };
            }
            instance.deliver();
            instance.grant();
        };
        // SAFETY: the host passes what `create_plugin` gave it.
        unsafe { with(plugin, (), call) };
    }

    /// `init`: the first call, once.
    fn prepare(&self) -> bool {
        if self.phase.get() != Phase::New {
            return true;
        }
        if !self.host.is_consistent() {
            return false;
        }
        let inner = self.inner();
        // SAFETY: the framework's struct lives as long as the instance.
        let Some(init) = (unsafe { (*inner).init }) else {
            return false;
        };
        // SAFETY: the framework's function with its own struct, for the first time.
        let ready = unsafe { init(inner) };
        if ready {
            self.wishes.set_has_menu(self.host.has_menu());
            self.phase.set(Phase::Ready);
        }
        ready
    }

    /// `activate`: sizes the audio memory, then activates the plug-in. An instance that is active
    /// already is deactivated first.
    fn go_active(&self, sample_rate: f64, min_frames: u32, max_frames: u32) -> bool {
        if self.phase.get() == Phase::New {
            return false;
        }
        let Some(mut blocks) = self.alone() else {
            return false;
        };
        self.wind_down();
        if !sample_rate.is_finite() || sample_rate <= 0.0 || max_frames == 0 {
            return false;
        }
        let max_frames = max_frames.min(MAX_BLOCK_FRAMES);
        *blocks = Blocks::new(&self.io_layout(), sample_rate, max_frames);
        let inner = self.inner();
        // SAFETY: the framework's struct lives as long as the instance.
        let Some(activate) = (unsafe { (*inner).activate }) else {
            return false;
        };
        // SAFETY: the framework's function with its own struct, while inactive; no block can run
        // because the audio memory is borrowed here.
        let active =
            unsafe { activate(inner, sample_rate, min_frames.min(max_frames), max_frames) };
        if active {
            self.phase.set(Phase::Active);
        }
        active
    }

    /// Waits until no block runs, and keeps others from starting; `None` if one does not end.
    ///
    /// Whoever moves between [`Phase::Ready`] and [`Phase::Processing`] holds this, so that a block
    /// sees no step halfway.
    pub(super) fn alone(&self) -> Option<AtomicRefMut<'_, Blocks>> {
        wait_until(PATIENCE, || self.blocks.try_borrow_mut().ok())
    }

    /// Back to [`Phase::Ready`], through every step the host left out.
    pub(super) fn wind_down(&self) {
        self.stop();
        if self.phase.get() != Phase::Active {
            return;
        }
        self.phase.set(Phase::Ready);
        let inner = self.inner();
        // SAFETY: the framework's struct lives as long as the instance.
        if let Some(deactivate) = unsafe { (*inner).deactivate } {
            // SAFETY: the framework's function with its own struct, while active.
            unsafe { deactivate(inner) };
        }
    }

    /// `start_processing`, from [`Phase::Active`].
    pub(super) fn start(&self) -> bool {
        let inner = self.inner();
        // SAFETY: the framework's struct lives as long as the instance.
        let Some(start) = (unsafe { (*inner).start_processing }) else {
            return false;
        };
        // SAFETY: the framework's function with its own struct, while active.
        let started = unsafe { start(inner) };
        if started {
            self.phase.set(Phase::Processing);
        }
        self.announce();
        started
    }

    /// `stop_processing`, if it is processing.
    fn stop(&self) {
        if self.phase.get() != Phase::Processing {
            return;
        }
        self.phase.set(Phase::Active);
        let inner = self.inner();
        // SAFETY: the framework's struct lives as long as the instance.
        if let Some(stop) = unsafe { (*inner).stop_processing } {
            // SAFETY: the framework's function with its own struct, while processing.
            unsafe { stop(inner) };
        }
        self.announce();
    }

    /// Whether the framework may be asked about its window from this thread.
    pub(super) fn is_window_thread(&self) -> bool {
        let opened = *self
            .window_thread
            .lock()
            .unwrap_or_else(std::sync::PoisonError::into_inner);
        opened.is_none_or(|opened| opened == thread::current().id())
    }
}

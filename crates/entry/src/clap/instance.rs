//! One plug-in instance as the host sees it, in front of the framework's.
//!
//! Owner: the host, from `create_plugin` to `destroy`. Thread: shared by all of the host's; what
//! changes is in [`signals`](crate::signals) or behind a lock or a checked borrow.

use std::collections::HashMap;
use std::ptr;
use std::sync::mpsc::sync_channel;
use std::sync::{Arc, Mutex};
use std::thread::ThreadId;
use std::time::{Duration, Instant};

use atomic_refcell::AtomicRefCell;
use clap_sys::host::clap_host;
use clap_sys::id::clap_id;
use clap_sys::plugin::{clap_plugin, clap_plugin_descriptor};
use nice_plug::prelude::{AudioIOLayout, ParamPtr};
use nice_plug::wrapper::clap::Wrapper;

use super::blocks::Blocks;
use super::host::Host;
use crate::boundary::Boundary;
use crate::guard::{GuardTask, Guarded, Link};
use crate::host_link::HostLink;
use crate::inlet::Inlet;
use crate::ledger::{Ledger, Place};
use crate::presets::NoteName;
use crate::signals::{Bits, Index, PhaseCell, RenderMode, Slot};

/// How long a question for programs waits for another background task to end.
#[cfg(feature = "vst3")]
const PROGRAMS_PATIENCE: Duration = Duration::from_secs(2);

/// How long a destroyed instance waits for a background task that still runs.
const FAREWELL: Duration = Duration::from_secs(30);

/// The instance: its own vtable for the host, and the framework's instance it answers with.
pub(super) struct Instance<P: Boundary> {
    /// What the host holds; `plugin_data` points back to this object.
    plugin: clap_plugin,
    pub(super) host: Host,
    wrapper: Arc<Wrapper<Guarded<P>>>,
    pub(super) ledger: Arc<Ledger>,
    /// What goes to the guarded plug-in past the framework.
    pub(super) inlet: Arc<AtomicRefCell<Inlet>>,
    pub(super) phase: PhaseCell,
    /// Whether somebody listens.
    pub(super) render_mode: RenderMode,
    /// Which of the plug-in's layouts is selected.
    pub(super) layout: Index,
    /// Output ports that the host has switched off, by bits.
    pub(super) outputs_off: Bits,
    /// Audio memory of the active phase. Borrowed by whoever runs the framework's render side.
    pub(super) blocks: AtomicRefCell<Blocks>,
    /// The thread that opened the window: the framework ends the process when another one asks.
    pub(super) window_thread: Mutex<Option<ThreadId>>,
    /// Parameters by the number the framework gave them.
    pub(super) params: HashMap<clap_id, ParamPtr>,
    /// The parameter that is to go back to where it begins.
    pub(super) to_be_reset: Slot,
    /// What the plug-in asks of the host.
    pub(super) wishes: HostLink,
    /// Names of keys, as they were when the host counted them.
    pub(super) note_names: Mutex<Vec<NoteName>>,
}

impl<P: Boundary> Instance<P> {
    /// Makes an instance and hands it to the host; null when host or plug-in cannot.
    ///
    /// # Safety
    /// `host` is null, or points to a host struct that outlives the instance.
    pub(super) unsafe fn create(
        descriptor: &'static clap_plugin_descriptor,
        host: *const clap_host,
    ) -> *const clap_plugin {
        // SAFETY: our caller's promise.
        let Some(host) = (unsafe { Host::new(host) }) else {
            return ptr::null();
        };
        // SAFETY: the host struct is alive; the wrapper is dropped in `destroy`, before the host
        // struct goes.
        let wrapper = unsafe { Wrapper::<Guarded<P>>::new(host.as_ptr()) };
        let Some(Link {
            ledger,
            inlet,
            host: wishes,
        }) = link_of(&wrapper)
        else {
            return ptr::null();
        };
        if ledger.stillborn.is_raised() {
            ledger.contain(Place::Destruction, || release(wrapper));
            return ptr::null();
        }
        let params = wrapper
            .param_ptr_to_hash
            .iter()
            .map(|(param, hash)| (*hash, *param))
            .collect();
        let instance = Box::into_raw(Box::new(Self {
            plugin: Self::vtable(descriptor),
            host,
            wrapper,
            ledger,
            inlet,
            phase: PhaseCell::new(),
            render_mode: RenderMode::default(),
            layout: Index::default(),
            outputs_off: Bits::default(),
            blocks: AtomicRefCell::new(Blocks::empty()),
            window_thread: Mutex::new(None),
            params,
            to_be_reset: Slot::default(),
            wishes,
            note_names: Mutex::default(),
        }));
        // SAFETY: freshly boxed and known to nobody else.
        unsafe { (*instance).plugin.plugin_data = instance.cast() };
        // SAFETY: as above.
        let this = unsafe { &*instance };
        // SAFETY: our caller's promise; `destroy` detaches.
        unsafe { this.wishes.attach(this.host.as_ptr()) };
        let wrapper = Arc::downgrade(&this.wrapper);
        this.wishes
            .set_scribe(move || Some(wrapper.upgrade()?.get_state_object()));
        // SAFETY: as above; only a field's address is taken.
        unsafe { &raw const (*instance).plugin }
    }

    /// Ends the instance.
    ///
    /// # Safety
    /// `plugin` came from [`create`](Self::create), and the host never uses it again.
    pub(super) unsafe fn destroy(plugin: *const clap_plugin) {
        // SAFETY: our caller's promise.
        let Some(instance) = (unsafe { Self::find(plugin) }) else {
            return;
        };
        let Some(alone) = instance.alone() else {
            // A block that a careless host still runs would use freed memory: rather leak it.
            return;
        };
        instance.wishes.detach();
        instance
            .ledger
            .contain(Place::Destruction, || instance.wind_down());
        drop(alone);
        // SAFETY: found above.
        let instance = unsafe { (*plugin).plugin_data };
        // SAFETY: boxed in `create`; by our caller's promise this is the last use.
        let instance = unsafe { Box::from_raw(instance.cast::<Self>()) };
        let Self {
            wrapper, ledger, ..
        } = *instance;
        // The framework's worker dies of a task whose instance is gone.
        let idle = || ledger.background.is_idle().then_some(());
        let _idle = wait_until(FAREWELL, idle);
        ledger.contain(Place::Destruction, || release(wrapper));
    }

    /// The instance behind the pointer a host passes.
    ///
    /// # Safety
    /// `plugin` is null, or came from [`create`](Self::create) and outlives `'a`.
    unsafe fn find<'a>(plugin: *const clap_plugin) -> Option<&'a Self> {
        // SAFETY: null is answered with `None`; else our caller's promise.
        let plugin = unsafe { plugin.as_ref() }?;
        // SAFETY: `create` stored the address of the instance, which lives as long as `plugin`.
        unsafe { plugin.plugin_data.cast::<Self>().as_ref() }
    }

    /// The framework's plug-in struct.
    pub(super) fn inner(&self) -> *const clap_plugin {
        self.wrapper.clap_plugin.as_ptr()
    }

    /// The framework's instance, for what it offers to Rust.
    pub(super) fn wrapper(&self) -> &Wrapper<Guarded<P>> {
        &self.wrapper
    }

    /// The selected layout.
    pub(super) fn io_layout(&self) -> AudioIOLayout {
        let layout = usize::try_from(self.layout.get()).ok();
        layout
            .and_then(|index| P::AUDIO_IO_LAYOUTS.get(index))
            .copied()
            .unwrap_or_default()
    }

    /// Asks the host for a call on the main thread if notices wait. Any thread.
    pub(super) fn announce(&self) {
        if self.ledger.is_pending() {
            self.host.request_callback();
        }
    }

    /// Tells the plug-in the notices that wait. Main thread, not real-time.
    ///
    /// If a task is running at the moment they wait for the next call.
    pub(super) fn deliver(&self) {
        if self.ledger.is_pending() {
            self.run_task(Duration::ZERO, GuardTask::deliver());
        }
    }

    /// Loads a state that the plug-in wants, as the host's own would be. Main thread, not real-time.
    pub(super) fn load_wanted(&self) {
        if let Some(mut state) = self.wishes.take_state() {
            let before = self.ledger.state_faults();
            let loaded = self.wrapper.set_state_inner(&mut state);
            if loaded && self.ledger.state_faults() == before {
                self.wishes.state_changed();
            }
            self.deliver();
        }
    }

    /// Loads a state that the plug-in wants, and tells the host what it wants it to know. Main
    /// thread, from no call that the plug-in waits in, not real-time.
    pub(super) fn grant(&self) {
        self.load_wanted();
        if self.wishes.take_dirty() {
            self.host.mark_dirty();
        }
        if self.wishes.take_names() {
            self.host.names_changed();
        }
        if let Some((param, place)) = self.wishes.take_menu() {
            self.show_menu(param, place);
        }
        if self.wishes.take_voices_changed() {
            self.host.voices_changed();
        }
    }

    /// Asks the plug-in for the programs in force; empty where it does not say.
    #[cfg(feature = "vst3")]
    pub(super) fn programs(&self) -> Vec<u8> {
        let (reply, answer) = sync_channel(1);
        let task = self.ledger.contain(Place::Report, || P::programs(reply));
        if let Some(task) = task.flatten() {
            self.run_task(PROGRAMS_PATIENCE, GuardTask::plugin(task));
        }
        answer.try_recv().unwrap_or_default()
    }

    /// Runs a task on this thread; false if another task did not end within `patience`.
    pub(super) fn run_task(&self, patience: Duration, task: GuardTask<P::BackgroundTask>) -> bool {
        let Some(executor) = self.wrapper.task_executor.try_lock_for(patience) else {
            return false;
        };
        executor(task);
        true
    }
}

/// Runs `call` on the instance behind `plugin`; `failure` when there is none or `call` panics.
///
/// # Safety
/// `plugin` is null, or came from `create_plugin` of this plug-in type and is not destroyed yet.
pub(super) unsafe fn with<P: Boundary, R>(
    plugin: *const clap_plugin,
    failure: R,
    call: impl FnOnce(&Instance<P>) -> R,
) -> R {
    // SAFETY: our caller's promise.
    let Some(instance) = (unsafe { Instance::<P>::find(plugin) }) else {
        return failure;
    };
    let result = instance.ledger.contain(Place::HostCall, || call(instance));
    if instance.ledger.take_owed_callback() {
        instance.host.request_callback();
    }
    result.unwrap_or(failure)
}

/// Tries every millisecond, for at most `patience`.
pub(super) fn wait_until<T>(
    patience: Duration,
    mut attempt: impl FnMut() -> Option<T>,
) -> Option<T> {
    let start = Instant::now();
    loop {
        let value = attempt();
        if value.is_some() || start.elapsed() > patience {
            return value;
        }
        std::thread::sleep(Duration::from_millis(1));
    }
}

/// Asks the guarded plug-in for what it shares with its instance.
fn link_of<P: Boundary>(wrapper: &Wrapper<Guarded<P>>) -> Option<Link> {
    let (reply, link) = sync_channel(1);
    (wrapper.task_executor.lock())(GuardTask::link(reply));
    link.try_recv().ok()
}

/// Drops the framework's instance on this thread.
///
/// A background task that runs holds the instance too. If its share were the last one, the worker
/// thread would drop the plug-in and then wait for itself, while the host unloads the library; so
/// the host waits for the task. One that does not end in time is leaked with its instance.
fn release<T>(mut shared: Arc<T>) {
    let start = Instant::now();
    loop {
        match Arc::try_unwrap(shared) {
            Ok(last) => return drop(last),
            Err(again) if start.elapsed() > FAREWELL => return std::mem::forget(again),
            Err(again) => shared = again,
        }
        std::thread::sleep(Duration::from_millis(1));
    }
}

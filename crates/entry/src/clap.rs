//! The CLAP door: entry, factory and descriptor of one plug-in type.
//!
//! In: a host that scans or loads the library. Out: the descriptor, and instances of
//! [`Instance`](instance::Instance). Thread: any; nothing here reads a file, opens a device or
//! uses the network.

mod blocks;
mod command;
mod events;
mod extensions;
mod host;
mod host_audio;
mod instance;
mod lifecycle;
mod ports;
mod preset_discovery;
mod process;
mod report;
mod reset;

use std::any::TypeId;
use std::collections::HashMap;
use std::ffi::{CStr, c_char, c_void};
use std::marker::PhantomData;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::ptr;
use std::sync::{LazyLock, Mutex, PoisonError};

use clap_sys::factory::plugin_factory::{CLAP_PLUGIN_FACTORY_ID, clap_plugin_factory};
use clap_sys::factory::preset_discovery::{
    CLAP_PRESET_DISCOVERY_FACTORY_ID, CLAP_PRESET_DISCOVERY_FACTORY_ID_COMPAT,
};
use clap_sys::host::clap_host;
use clap_sys::plugin::{clap_plugin, clap_plugin_descriptor};
use clap_sys::version::CLAP_VERSION;
use nice_plug::wrapper::clap::PluginDescriptor;
use nice_plug::wrapper::setup_logger;

pub use clap_sys::entry::clap_plugin_entry;

use crate::boundary::Boundary;
use crate::guard::Guarded;
use crate::ledger::discard;
use instance::Instance;
use preset_discovery::Discovery;

/// The CLAP entry of plug-in type `P`; [`export_clap!`](crate::export_clap) makes it visible.
#[derive(Debug)]
pub struct Entry<P>(PhantomData<P>);

impl<P: Boundary> Entry<P> {
    /// The C struct a host looks for under the name `clap_entry`.
    pub const ENTRY: clap_plugin_entry = clap_plugin_entry {
        clap_version: CLAP_VERSION,
        init: Some(Self::init),
        deinit: Some(Self::deinit),
        get_factory: Some(Self::get_factory),
    };

    const FACTORY: &'static clap_plugin_factory = &clap_plugin_factory {
        get_plugin_count: Some(Self::get_plugin_count),
        get_plugin_descriptor: Some(Self::get_plugin_descriptor),
        create_plugin: Some(Self::create_plugin),
    };

    unsafe extern "C" fn init(_plugin_path: *const c_char) -> bool {
        Self::enter()
    }

    /// What is done when a host has loaded the library.
    pub(crate) fn enter() -> bool {
        quietly(false, || {
            setup_logger::<Guarded<P>>();
            true
        })
    }

    /// Makes an instance; null when host or plug-in cannot.
    ///
    /// # Safety
    /// `host` is null, or points to a host struct that outlives the instance.
    #[cfg(feature = "vst3")]
    pub(crate) unsafe fn create(host: *const clap_host) -> *const clap_plugin {
        quietly(ptr::null(), || {
            // SAFETY: our caller's promise.
            unsafe { Instance::<P>::create(descriptor::<P>().clap_plugin_descriptor(), host) }
        })
    }

    /// Counts events that never reached an instance.
    ///
    /// # Safety
    /// `plugin` came from [`create`](Self::create) and is not destroyed yet.
    ///
    /// # Real-time
    /// Any thread. Bounded by `events`.
    #[cfg(feature = "vst3")]
    pub(crate) unsafe fn lose(plugin: *const clap_plugin, events: u32) {
        let count = |instance: &Instance<P>| {
            for _ in 0..events {
                instance.ledger.dropped.add();
            }
        };
        // SAFETY: our caller's promise.
        unsafe { instance::with(plugin, (), count) };
    }

    /// The programs in force on the channels of the first note port; empty where the plug-in does
    /// not say. Main thread.
    ///
    /// # Safety
    /// As [`lose`](Self::lose).
    #[cfg(feature = "vst3")]
    pub(crate) unsafe fn programs(plugin: *const clap_plugin) -> Vec<u8> {
        // SAFETY: our caller's promise.
        unsafe { instance::with(plugin, Vec::new(), Instance::<P>::programs) }
    }

    unsafe extern "C" fn deinit() {}

    unsafe extern "C" fn get_factory(factory_id: *const c_char) -> *const c_void {
        // SAFETY: the host passes null or a C string that lives during the call.
        let wanted = unsafe { text(factory_id) };
        let is = |id: &CStr| wanted == Some(id);
        if is(CLAP_PLUGIN_FACTORY_ID) {
            ptr::from_ref(Self::FACTORY).cast()
        } else if is(CLAP_PRESET_DISCOVERY_FACTORY_ID)
            || is(CLAP_PRESET_DISCOVERY_FACTORY_ID_COMPAT)
        {
            ptr::from_ref(Discovery::<P>::FACTORY).cast()
        } else {
            ptr::null()
        }
    }

    unsafe extern "C" fn get_plugin_count(_factory: *const clap_plugin_factory) -> u32 {
        1
    }

    unsafe extern "C" fn get_plugin_descriptor(
        _factory: *const clap_plugin_factory,
        index: u32,
    ) -> *const clap_plugin_descriptor {
        if index != 0 {
            return ptr::null();
        }
        quietly(ptr::null(), || {
            ptr::from_ref(descriptor::<P>().clap_plugin_descriptor())
        })
    }

    unsafe extern "C" fn create_plugin(
        _factory: *const clap_plugin_factory,
        host: *const clap_host,
        plugin_id: *const c_char,
    ) -> *const clap_plugin {
        quietly(ptr::null(), || {
            // SAFETY: the host passes null or a C string that lives during the call.
            let wanted = unsafe { text(plugin_id) };
            let descriptor = descriptor::<P>();
            if wanted != Some(descriptor.clap_id()) {
                return ptr::null();
            }
            // SAFETY: the host keeps a host struct it passes alive until it destroys the plug-in.
            unsafe { Instance::<P>::create(descriptor.clap_plugin_descriptor(), host) }
        })
    }
}

/// Runs `call` where there is no instance to tell about a panic.
pub(crate) fn quietly<R>(failure: R, call: impl FnOnce() -> R) -> R {
    catch_unwind(AssertUnwindSafe(call)).unwrap_or_else(|payload| {
        discard(payload);
        failure
    })
}

/// A C string from the host, if there is one.
///
/// # Safety
/// `pointer` is null, or a NUL-terminated string that outlives `'a`.
unsafe fn text<'a>(pointer: *const c_char) -> Option<&'a CStr> {
    if pointer.is_null() {
        return None;
    }
    // SAFETY: not null; the rest is our caller's promise.
    Some(unsafe { CStr::from_ptr(pointer) })
}

/// The descriptor of `P`, made once and kept as long as the library is loaded.
fn descriptor<P: Boundary>() -> &'static PluginDescriptor {
    static KNOWN: LazyLock<Mutex<HashMap<TypeId, &'static PluginDescriptor>>> =
        LazyLock::new(Mutex::default);
    let mut known = KNOWN.lock().unwrap_or_else(PoisonError::into_inner);
    known
        .entry(TypeId::of::<P>())
        .or_insert_with(|| Box::leak(Box::new(PluginDescriptor::for_plugin::<Guarded<P>>())))
}

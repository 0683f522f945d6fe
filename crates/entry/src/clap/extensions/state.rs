//! `clap.state`: saving and loading, through streams that cannot lie about what they did.
//!
//! The framework believes the number of bytes a stream says it moved, and reports success when the
//! plug-in's own part of the state panicked. Both are put right here.

use std::ffi::{CStr, c_void};
use std::ptr;

use clap_sys::ext::state::{CLAP_EXT_STATE, clap_plugin_state};
use clap_sys::plugin::clap_plugin;
use clap_sys::stream::{clap_istream, clap_ostream};

use super::{Extension, Fronted, Instance, pass_on};
use crate::boundary::Boundary;
use crate::clap::instance::with;

// SAFETY: the name and the struct are one definition in CLAP's headers.
unsafe impl Extension for clap_plugin_state {
    const ID: &'static CStr = CLAP_EXT_STATE;
}

impl<P: Boundary> Fronted<P> for clap_plugin_state {
    const FRONT: &'static Self = &Self {
        save: Some(save_checked::<P>),
        load: Some(load_checked::<P>),
    };
}

pass_on!(clap_plugin_state:
    fn save(stream: *const clap_ostream) -> bool, false;
    fn load(stream: *const clap_istream) -> bool, false;
);

/// `save`, with a stream that is held to what it says.
///
/// # Safety
/// As the function of CLAP.
pub(super) unsafe extern "C" fn save_checked<P: Boundary>(
    plugin: *const clap_plugin,
    stream: *const clap_ostream,
) -> bool {
    // SAFETY: the host passes null or a stream that lives during the call.
    let Some(host) = (unsafe { stream.as_ref() }) else {
        return false;
    };
    let checked = clap_ostream {
        ctx: ptr::from_ref(host).cast_mut().cast::<c_void>(),
        write: Some(write),
    };
    let call = |instance: &Instance<P>| {
        // SAFETY: the host's plug-in and our own stream.
        instance.judged(|| unsafe { save::<P>(plugin, &raw const checked) })
    };
    // SAFETY: the host passes what `create_plugin` gave it.
    unsafe { with(plugin, false, call) }
}

/// `load`, with a stream that is held to what it says.
///
/// # Safety
/// As the function of CLAP.
pub(super) unsafe extern "C" fn load_checked<P: Boundary>(
    plugin: *const clap_plugin,
    stream: *const clap_istream,
) -> bool {
    // SAFETY: the host passes null or a stream that lives during the call.
    let Some(host) = (unsafe { stream.as_ref() }) else {
        return false;
    };
    let checked = clap_istream {
        ctx: ptr::from_ref(host).cast_mut().cast::<c_void>(),
        read: Some(read),
    };
    let call = |instance: &Instance<P>| {
        // SAFETY: the host's plug-in and our own stream.
        instance.judged(|| unsafe { load::<P>(plugin, &raw const checked) })
    };
    // SAFETY: the host passes what `create_plugin` gave it.
    unsafe { with(plugin, false, call) }
}

impl<P: Boundary> Instance<P> {
    /// The result of `work` on the state, false if the plug-in panicked in it.
    fn judged(&self, work: impl FnOnce() -> bool) -> bool {
        let before = self.ledger.state_faults();
        let done = work() && self.ledger.state_faults() == before;
        self.deliver();
        done
    }
}

unsafe extern "C" fn write(stream: *const clap_ostream, buffer: *const c_void, size: u64) -> i64 {
    // SAFETY: only `save_checked` makes such a stream.
    let Some(stream) = (unsafe { stream.as_ref() }) else {
        return -1;
    };
    let host = stream.ctx.cast::<clap_ostream>();
    // SAFETY: the host's stream lives during the call to `save_checked`.
    let Some(write) = (unsafe { (*host).write }) else {
        return -1;
    };
    // SAFETY: the host's own function with its own stream, and the framework's buffer.
    within(unsafe { write(host, buffer, size) }, size)
}

unsafe extern "C" fn read(stream: *const clap_istream, buffer: *mut c_void, size: u64) -> i64 {
    // SAFETY: only `load_checked` makes such a stream.
    let Some(stream) = (unsafe { stream.as_ref() }) else {
        return -1;
    };
    let host = stream.ctx.cast::<clap_istream>();
    // SAFETY: the host's stream lives during the call to `load_checked`.
    let Some(read) = (unsafe { (*host).read }) else {
        return -1;
    };
    // SAFETY: the host's own function with its own stream, and the framework's buffer.
    within(unsafe { read(host, buffer, size) }, size)
}

/// An error in place of a number of bytes that cannot be.
fn within(moved: i64, size: u64) -> i64 {
    match u64::try_from(moved) {
        Ok(bytes) if bytes <= size => moved,
        _ => -1,
    }
}

//! The VST3 door: one component over our own CLAP instance, which it plays as a host would.
//!
//! In: a VST3 host. Out: [`Core`](core::Core), the plug-in's CLAP instance driven through its
//! public C interface, and the objects that speak VST3 in front of it. The framework's own VST3
//! export is not used: there is one way through the framework, and it is CLAP's.
//!
//! - [`factory`]: what a scan sees; makes components
//! - [`component`], [`processor`], [`controller`], [`units`], [`view`]: the interfaces, each of
//!   which catches its panics and has what waits for the main thread done
//! - [`inbound`], [`outbound`], [`audio`], [`transport`]: one block, there and back
//! - [`host`]: what the CLAP instance may ask of its host; [`tend`]: how that reaches the VST3 host
//!
//! It knows no music beyond the bytes of MIDI. Thread: each file says which.
//! Source: \[VST3\] interfaces; \[CLAP\] headers.

mod audio;
mod binding;
mod body;
mod codes;
mod component;
mod controller;
mod controllers;
mod core;
mod echoes;
mod factory;
#[cfg(test)]
#[expect(
    clippy::multiple_unsafe_ops_per_block,
    reason = "a test may call the host in a row"
)]
mod fake;
mod held;
mod host;
mod inbound;
mod order;
mod outbound;
mod params;
mod plugin;
mod processor;
mod programs;
mod resets;
#[cfg(feature = "editor")]
mod run_loop;
mod stream;
mod tend;
mod text;
mod transport;
mod units;
#[cfg(feature = "editor")]
mod view;

use std::ffi::c_void;
use std::ops::RangeInclusive;
use std::ptr;

use clap_sys::host::clap_host;
use clap_sys::plugin::clap_plugin;

use crate::boundary::Boundary;
use crate::clap::{Entry, quietly};

/// What VST3 wants to know about a plug-in beside what CLAP is told.
pub trait Vst3: Boundary {
    /// The class, in the order in which it is written; on Windows the first eight bytes are
    /// turned as that system's GUIDs are, so that projects move between systems.
    const CLASS_ID: [u8; 16];

    /// Categories with bars between them, for example `"Instrument|Synth"`, at most 127 bytes.
    const CATEGORIES: &'static str;

    /// Parameters, by the framework's ids, whose texts name the programs of the channels of the
    /// first note port, in order; none for a plug-in whose programs have no names.
    ///
    /// Value `n` of such a parameter, `1..=128`, is named as program `n - 1`, after a number and
    /// a space if the text begins so.
    const PROGRAM_NAMES: &'static [&'static str] = &[];

    /// Sample rates it can be activated at, Hz. CLAP asks with the activation; here a host is told
    /// before, and does not expect a refusal later.
    const SAMPLE_RATES_HZ: RangeInclusive<u32> = 1..=u32::MAX;
}

/// What the objects of the VST3 door know about the plug-in type.
#[derive(Debug)]
struct Facts {
    class_id: [u8; 16],
    categories: &'static str,
    name: &'static str,
    vendor: &'static str,
    url: &'static str,
    email: &'static str,
    version: &'static str,
    program_names: &'static [&'static str],
    rates_hz: RangeInclusive<u32>,
    /// Events of one block.
    events: usize,
    /// Makes a CLAP instance for a host; null if it cannot.
    create: unsafe fn(*const clap_host) -> *const clap_plugin,
    /// Counts events that an instance never saw.
    lose: unsafe fn(*const clap_plugin, u32),
    /// The programs in force on the channels of the first note port.
    programs: unsafe fn(*const clap_plugin) -> Vec<u8>,
}

impl Facts {
    /// Whether the plug-in takes a sample rate, Hz, by the nearest whole one.
    fn can_play_at(&self, rate_hz: f64) -> bool {
        let (slowest, fastest) = (*self.rates_hz.start(), *self.rates_hz.end());
        (f64::from(slowest)..=f64::from(fastest)).contains(&rate_hz.round())
    }
}

/// Where the facts of `P` are kept.
struct Known<P>(std::marker::PhantomData<P>);

impl<P: Vst3> Known<P> {
    const FACTS: &'static Facts = &Facts {
        class_id: class_id(P::CLASS_ID),
        categories: P::CATEGORIES,
        name: P::NAME,
        vendor: P::VENDOR,
        url: P::URL,
        email: P::EMAIL,
        version: P::VERSION,
        rates_hz: P::SAMPLE_RATES_HZ,
        program_names: P::PROGRAM_NAMES,
        events: P::INPUT_EVENT_CAPACITY,
        create: Entry::<P>::create,
        lose: Entry::<P>::lose,
        programs: Entry::<P>::programs,
    };
}

/// A class as this system's hosts compare it.
const fn class_id(written: [u8; 16]) -> [u8; 16] {
    if !cfg!(windows) {
        return written;
    }
    let [a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p] = written;
    [d, c, b, a, f, e, h, g, i, j, k, l, m, n, o, p]
}

/// What `GetPluginFactory` answers for `P`; null if even that fails. Any thread.
#[must_use]
pub fn vst3_factory<P: Vst3>() -> *mut c_void {
    quietly(ptr::null_mut(), || factory::make(Known::<P>::FACTS))
}

/// What the functions that a host calls after loading the library answer for `P`.
#[must_use]
pub fn vst3_enter<P: Vst3>() -> bool {
    Entry::<P>::enter()
}

/// Exports the VST3 factory of one plug-in type that implements [`Vst3`].
///
/// The crate it is used in may forbid unsafe code: the unsafe attributes belong to this macro.
#[macro_export]
macro_rules! export_vst3 {
    ($plugin:ty) => {
        /// What a VST3 host looks up in this library.
        #[unsafe(no_mangle)]
        pub extern "system" fn GetPluginFactory() -> *mut ::core::ffi::c_void {
            $crate::vst3_factory::<$plugin>()
        }

        /// Called by a VST3 host that has loaded this library.
        #[cfg(all(unix, not(target_os = "macos")))]
        #[unsafe(no_mangle)]
        pub extern "C" fn ModuleEntry(_library: *mut ::core::ffi::c_void) -> bool {
            $crate::vst3_enter::<$plugin>()
        }

        /// Called by a VST3 host that is about to unload this library.
        #[cfg(all(unix, not(target_os = "macos")))]
        #[unsafe(no_mangle)]
        pub extern "C" fn ModuleExit() -> bool {
            true
        }

        /// Called by a VST3 host that has loaded this library.
        #[cfg(target_os = "macos")]
        #[unsafe(no_mangle)]
        pub extern "C" fn bundleEntry(_bundle: *mut ::core::ffi::c_void) -> bool {
            $crate::vst3_enter::<$plugin>()
        }

        /// Called by a VST3 host that is about to unload this library.
        #[cfg(target_os = "macos")]
        #[unsafe(no_mangle)]
        pub extern "C" fn bundleExit() -> bool {
            true
        }

        /// Called by a VST3 host that has loaded this library.
        #[cfg(windows)]
        #[unsafe(no_mangle)]
        pub extern "system" fn InitDll() -> bool {
            $crate::vst3_enter::<$plugin>()
        }

        /// Called by a VST3 host that is about to unload this library.
        #[cfg(windows)]
        #[unsafe(no_mangle)]
        pub extern "system" fn ExitDll() -> bool {
            true
        }
    };
}

#[cfg(test)]
mod tests {
    use super::class_id;

    #[test]
    fn class_is_written_as_the_system_compares_it() {
        let expected = if cfg!(windows) {
            *b"suMDnItsrument01"
        } else {
            *b"DMusInstrument01"
        };
        assert_eq!(class_id(*b"DMusInstrument01"), expected);
    }
}

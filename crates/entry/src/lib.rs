//! The host boundary: what stands between a plug-in host and the framework.
//!
//! A host is foreign code behind a C interface. It may call in the wrong order, hand over null
//! pointers or refuse an output, and a Rust panic that reaches it ends the user's session. The
//! framework answers the well-behaved host; this crate answers the others. It is generic over any
//! framework plug-in and knows no music.
//!
//! Three doors, each for one danger:
//!
//! - [`Guarded<P>`](Guarded) wraps the plug-in *type*. Rust aborts the process when a panic leaves
//!   an `extern "C"` function, and all of the framework's are; so a panic has to be caught before
//!   it reaches them, around each call into the plug-in. A faulted plug-in is silent until the
//!   next successful activation, and what happened is told to its control side as a notice.
//! - [`export_clap!`] exports `clap_entry`, our own instance in front of the framework's. It keeps
//!   the host's call order, completes missing or unusable audio buffers, puts events in order and
//!   in range, and refuses with a value what cannot be answered. It also hears what the framework
//!   has no words for, further note ports and the host's steady time, and brings it to the plug-in
//!   as [`BlockFacts`].
//!
//! - `export_vst3!` (feature `vst3`) exports the VST3 factory: a component of our own that plays our
//!   CLAP instance as a host would. The framework's own VST3 export is not used, so that there is
//!   one way through it; what VST3 lacks is made up for in one place: programs by name, controllers
//!   in their order and with true values, expressions of any number of notes, four groups.
//!
//! The plug-in implements [`Boundary`] and writes `dmus_entry::export_clap!(MyPlugin);`, and for the
//! other format `Vst3` and `dmus_entry::export_vst3!(MyPlugin);`.
//!
//! **Out of reach.** A parameter's value-changed callback and the conversions of a SysEx message
//! type are called by the framework from inside its own C functions. Nothing here can catch a
//! panic in them; a plug-in behind this boundary must not panic there.
//!
//! **With the framework's allocation guard** (`assert_process_allocs`, debug assertions on) a
//! panic in `process` aborts, because unwinding allocates. Release code has no such guard.

#![deny(unsafe_op_in_unsafe_fn)]
#![expect(unsafe_code, reason = "the host boundary is a C interface")]

mod boundary;
mod clap;
mod facts;
mod guard;
mod host_link;
mod inlet;
mod ledger;
mod made;
mod marks;
mod presets;
#[cfg(feature = "editor")]
mod rehearsal;
mod signals;
#[cfg(feature = "vst3")]
mod vst3;

pub use boundary::{Boundary, WindowEnd};
pub use clap::{Entry, clap_plugin_entry};
pub use facts::{BlockFacts, PortEvent, PortEvents};
pub use guard::{GuardTask, Guarded};
pub use host_link::HostLink;
pub use marks::{Automation, Mapping, ParamMark};
pub use presets::{
    NoteName, Preset, PresetChoice, PresetFileType, PresetLocation, PresetPlace, PresetSource,
};
#[cfg(feature = "vst3")]
pub use vst3::{Vst3, vst3_enter, vst3_factory};

#[cfg(feature = "editor")]
pub use guard::editor::{GuardedEditor, GuardedHandle, GuardedWindow, HandleError};
#[cfg(feature = "editor")]
pub use rehearsal::{Gestures, Rehearsal};

/// Exports `clap_entry` for one plug-in type that implements [`Boundary`].
///
/// The crate it is used in may forbid unsafe code: the one unsafe attribute belongs to this macro.
#[macro_export]
macro_rules! export_clap {
    ($plugin:ty) => {
        /// What a CLAP host looks up in this library.
        #[unsafe(no_mangle)]
        #[used]
        pub static clap_entry: $crate::clap_plugin_entry = $crate::Entry::<$plugin>::ENTRY;
    };
}

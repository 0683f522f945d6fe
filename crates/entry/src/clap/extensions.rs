//! The extensions a host may ask for: each in front of the framework's of the same name.
//!
//! An extension of the framework may not reach the host itself: its functions expect the
//! framework's plug-in struct. So every one is met by a struct of ours with the same functions,
//! which check their arguments and pass them on; some are ours alone, since the framework has none.
//! What is not listed here does not exist.

mod audio_ports;
mod audio_ports_activation;
mod audio_ports_config;
mod context_menu;
#[cfg(feature = "editor")]
mod gui;
mod latency;
mod note_name;
mod note_ports;
mod param_indication;
pub(super) mod params;
mod preset_load;
mod remote_controls;
mod render;
mod state;
mod state_context;
mod tail;
#[cfg(feature = "editor")]
mod track_info;
mod voice_info;

use std::ffi::{CStr, c_char, c_void};
use std::ptr;

use clap_sys::ext::audio_ports::clap_plugin_audio_ports;
use clap_sys::ext::audio_ports_activation::{
    CLAP_EXT_AUDIO_PORTS_ACTIVATION, CLAP_EXT_AUDIO_PORTS_ACTIVATION_COMPAT,
    clap_plugin_audio_ports_activation,
};
use clap_sys::ext::audio_ports_config::clap_plugin_audio_ports_config;
use clap_sys::ext::context_menu::{
    CLAP_EXT_CONTEXT_MENU, CLAP_EXT_CONTEXT_MENU_COMPAT, clap_plugin_context_menu,
};
#[cfg(feature = "editor")]
use clap_sys::ext::gui::clap_plugin_gui;
use clap_sys::ext::latency::clap_plugin_latency;
use clap_sys::ext::note_name::{CLAP_EXT_NOTE_NAME, clap_plugin_note_name};
use clap_sys::ext::note_ports::clap_plugin_note_ports;
use clap_sys::ext::param_indication::{
    CLAP_EXT_PARAM_INDICATION, CLAP_EXT_PARAM_INDICATION_COMPAT, clap_plugin_param_indication,
};
use clap_sys::ext::params::clap_plugin_params;
use clap_sys::ext::preset_load::{
    CLAP_EXT_PRESET_LOAD, CLAP_EXT_PRESET_LOAD_COMPAT, clap_plugin_preset_load,
};
use clap_sys::ext::remote_controls::clap_plugin_remote_controls;
use clap_sys::ext::render::clap_plugin_render;
use clap_sys::ext::state::clap_plugin_state;
use clap_sys::ext::state_context::{CLAP_EXT_STATE_CONTEXT, clap_plugin_state_context};
use clap_sys::ext::tail::clap_plugin_tail;
#[cfg(feature = "editor")]
use clap_sys::ext::track_info::clap_plugin_track_info;
use clap_sys::ext::voice_info::clap_plugin_voice_info;

use super::command::PluginCommand;
use super::instance::Instance;
use super::report::PluginReport;
use crate::boundary::Boundary;

/// A struct of functions that CLAP gives a name to.
///
/// # Safety
/// `ID` is the name under which CLAP passes exactly this struct.
pub(super) unsafe trait Extension: Sized + 'static {
    /// The name a host asks with.
    const ID: &'static CStr;
}

/// A struct of ours in front of the framework's, for plug-in type `P`.
pub(super) trait Fronted<P: Boundary>: Extension {
    /// What the host gets.
    const FRONT: &'static Self;
}

/// A struct of ours that the framework has no counterpart of, for plug-in type `P`.
pub(super) trait Own<P: Boundary>: Sized + 'static {
    /// What the host gets.
    const OWN: &'static Self;
}

impl<P: Boundary> Instance<P> {
    /// The framework's extension of type `E`, if this plug-in has it.
    pub(super) fn theirs<E: Extension>(&self) -> Option<&E> {
        let inner = self.inner();
        // SAFETY: the framework's struct lives as long as the instance.
        let get_extension = unsafe { (*inner).get_extension }?;
        // SAFETY: the framework's function with its own struct and a NUL-terminated string.
        let extension = unsafe { get_extension(inner, E::ID.as_ptr()) };
        // SAFETY: the name stands for this type; the struct is a field of the framework's instance.
        unsafe { extension.cast::<E>().as_ref() }
    }

    /// Our extension of type `E`, if the framework has one to put it in front of.
    fn front<E: Fronted<P>>(&self) -> *const c_void {
        self.theirs::<E>()
            .map_or(ptr::null(), |_| ptr::from_ref(E::FRONT).cast())
    }
}

/// Our struct for the extension named `id`; null if there is none.
pub(super) fn find<P: Boundary>(instance: &Instance<P>, id: &CStr) -> *const c_void {
    if id == P::COMMAND_ID {
        return ptr::from_ref(const { &PluginCommand::of::<P>() }).cast();
    }
    if id == P::REPORT_ID {
        return ptr::from_ref(const { &PluginReport::of::<P>() }).cast();
    }
    if [
        CLAP_EXT_AUDIO_PORTS_ACTIVATION,
        CLAP_EXT_AUDIO_PORTS_ACTIVATION_COMPAT,
    ]
    .contains(&id)
    {
        return ptr::from_ref(<clap_plugin_audio_ports_activation as Own<P>>::OWN).cast();
    }
    if id == CLAP_EXT_NOTE_NAME {
        return ptr::from_ref(<clap_plugin_note_name as Own<P>>::OWN).cast();
    }
    if [CLAP_EXT_PARAM_INDICATION, CLAP_EXT_PARAM_INDICATION_COMPAT].contains(&id) {
        return ptr::from_ref(<clap_plugin_param_indication as Own<P>>::OWN).cast();
    }
    if [CLAP_EXT_CONTEXT_MENU, CLAP_EXT_CONTEXT_MENU_COMPAT].contains(&id) {
        return ptr::from_ref(<clap_plugin_context_menu as Own<P>>::OWN).cast();
    }
    if id == CLAP_EXT_STATE_CONTEXT {
        // Saving in a context is saving.
        return match instance.theirs::<clap_plugin_state>() {
            Some(_) => ptr::from_ref(<clap_plugin_state_context as Own<P>>::OWN).cast(),
            None => ptr::null(),
        };
    }
    if [CLAP_EXT_PRESET_LOAD, CLAP_EXT_PRESET_LOAD_COMPAT].contains(&id) && P::presets().is_some() {
        return ptr::from_ref(<clap_plugin_preset_load as Own<P>>::OWN).cast();
    }
    macro_rules! fronts {
        ($($extension:ty),+ $(,)?) => {
            $(if id == <$extension>::ID {
                return instance.front::<$extension>();
            })+
        };
    }
    fronts!(
        clap_plugin_audio_ports,
        clap_plugin_audio_ports_config,
        clap_plugin_latency,
        clap_plugin_note_ports,
        clap_plugin_params,
        clap_plugin_remote_controls,
        clap_plugin_render,
        clap_plugin_state,
        clap_plugin_tail,
        clap_plugin_voice_info,
    );
    #[cfg(feature = "editor")]
    fronts!(clap_plugin_gui, clap_plugin_track_info);
    ptr::null()
}

/// Defines functions of ours that pass their arguments to the framework's of the same name.
///
/// `fn name(argument: Type) -> Result, failure, if |instance| condition;` where result and failure,
/// and the condition, may be left out. The failure value is the answer when there is no such
/// plug-in or function, when the condition does not hold, and when something panics on the way.
macro_rules! pass_on {
    ($extension:ty: $(fn $name:ident($($argument:ident: $kind:ty),*)
        $(-> $result:ty, $failure:expr)? $(, if |$instance:ident| $condition:expr)?;)+) => {
        $(unsafe extern "C" fn $name<P: $crate::boundary::Boundary>(
            plugin: *const ::clap_sys::plugin::clap_plugin
            $(, $argument: $kind)*
        ) $(-> $result)? {
            let call = |instance: &$crate::clap::instance::Instance<P>| {
                let allowed = true $(&& {
                    let $instance = instance;
                    $condition
                })?;
                let theirs = allowed.then(|| instance.theirs::<$extension>()).flatten();
                let Some($name) = theirs.and_then(|theirs| theirs.$name) else {
                    return $($failure)?;
                };
                // SAFETY: the framework's function with its own struct; the arguments are the
                // host's, whose duty they are beyond what the condition checked.
                unsafe { $name(instance.inner() $(, $argument)*) }
            };
            // SAFETY: the host passes what `create_plugin` gave it.
            unsafe { $crate::clap::instance::with(plugin, ($($failure)?), call) }
        })+
    };
}
use pass_on;

/// Writes a name into a fixed C array, cut at a character if it is too long.
fn write_name<const N: usize>(array: &mut [c_char; N], name: &str) {
    let capacity = u32::try_from(N).unwrap_or(u32::MAX);
    // SAFETY: the array has as many bytes.
    unsafe { super::report::copy_text(name, array.as_mut_ptr(), capacity) };
}

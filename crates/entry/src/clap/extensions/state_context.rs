//! `clap.state-context`: saving for a preset, a copy or a project is the same here.
//!
//! What is saved names no device and nothing of this machine but a bank's path, which is looked
//! for elsewhere when it is not there. So one form serves all three.

use clap_sys::ext::state_context::{
    CLAP_STATE_CONTEXT_FOR_DUPLICATE, CLAP_STATE_CONTEXT_FOR_PRESET,
    CLAP_STATE_CONTEXT_FOR_PROJECT, clap_plugin_state_context, clap_plugin_state_context_type,
};
use clap_sys::plugin::clap_plugin;
use clap_sys::stream::{clap_istream, clap_ostream};

use super::Own;
use super::state::{load_checked, save_checked};
use crate::boundary::Boundary;

impl<P: Boundary> Own<P> for clap_plugin_state_context {
    const OWN: &'static Self = &Self {
        save: Some(save::<P>),
        load: Some(load::<P>),
    };
}

/// Whether CLAP knows such a context.
fn is_known(context: clap_plugin_state_context_type) -> bool {
    matches!(
        context,
        CLAP_STATE_CONTEXT_FOR_PRESET
            | CLAP_STATE_CONTEXT_FOR_DUPLICATE
            | CLAP_STATE_CONTEXT_FOR_PROJECT
    )
}

unsafe extern "C" fn save<P: Boundary>(
    plugin: *const clap_plugin,
    stream: *const clap_ostream,
    context: clap_plugin_state_context_type,
) -> bool {
    // SAFETY: the host passes what it would pass to the function without a context.
    is_known(context) && unsafe { save_checked::<P>(plugin, stream) }
}

unsafe extern "C" fn load<P: Boundary>(
    plugin: *const clap_plugin,
    stream: *const clap_istream,
    context: clap_plugin_state_context_type,
) -> bool {
    // SAFETY: the host passes what it would pass to the function without a context.
    is_known(context) && unsafe { load_checked::<P>(plugin, stream) }
}

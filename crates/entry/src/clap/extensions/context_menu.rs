//! `clap.context-menu`: what can be done with a parameter beside moving it.
//!
//! A host that shows a menu at a parameter asks us for our entries; in our window a right click asks
//! the host for that menu, from its main thread.

use std::ffi::CStr;
use std::ptr;

use clap_sys::ext::context_menu::{
    CLAP_CONTEXT_MENU_ITEM_ENTRY, CLAP_CONTEXT_MENU_TARGET_KIND_PARAM, clap_context_menu_builder,
    clap_context_menu_entry, clap_context_menu_target, clap_plugin_context_menu,
};
use clap_sys::id::clap_id;
use clap_sys::plugin::clap_plugin;
use nice_plug::prelude::ParamPtr;

use super::Own;
use crate::boundary::Boundary;
use crate::clap::instance::{Instance, with};

/// Our entries: number and label.
const RESET: (clap_id, &CStr) = (0, c"Reset to default");
const TYPE: (clap_id, &CStr) = (1, c"Enter value\u{2026}");

impl<P: Boundary> Own<P> for clap_plugin_context_menu {
    const OWN: &'static Self = &Self {
        populate: Some(populate::<P>),
        perform: Some(perform::<P>),
    };
}

unsafe extern "C" fn populate<P: Boundary>(
    plugin: *const clap_plugin,
    target: *const clap_context_menu_target,
    builder: *const clap_context_menu_builder,
) -> bool {
    let call = |instance: &Instance<P>| {
        // SAFETY: the host passes null or a target that lives during the call.
        if unsafe { param(instance, target) }.is_none() {
            return false;
        }
        // SAFETY: the host passes null or a builder that lives during the call.
        let add_item = unsafe { builder.as_ref() }.and_then(|builder| builder.add_item);
        let Some(add_item) = add_item else {
            return false;
        };
        let entries = [
            (RESET, true),
            // Typed into our window.
            (TYPE, instance.has_open_window()),
        ];
        entries.into_iter().all(|((action_id, label), is_enabled)| {
            let entry = clap_context_menu_entry {
                label: label.as_ptr(),
                is_enabled,
                action_id,
            };
            let entry = ptr::from_ref(&entry).cast();
            // SAFETY: the host's own function with its own struct, and what it copies.
            unsafe { add_item(builder, CLAP_CONTEXT_MENU_ITEM_ENTRY, entry) }
        })
    };
    // SAFETY: the host passes what `create_plugin` gave it.
    unsafe { with(plugin, false, call) }
}

unsafe extern "C" fn perform<P: Boundary>(
    plugin: *const clap_plugin,
    target: *const clap_context_menu_target,
    action_id: clap_id,
) -> bool {
    let call = |instance: &Instance<P>| {
        // SAFETY: the host passes null or a target that lives during the call.
        let Some((id, param)) = (unsafe { param(instance, target) }) else {
            return false;
        };
        if action_id == RESET.0 {
            return instance.reset_param(id);
        }
        let is_typed = action_id == TYPE.0 && instance.has_open_window();
        if is_typed {
            instance.wishes.type_value(param);
        }
        is_typed
    };
    // SAFETY: the host passes what `create_plugin` gave it.
    unsafe { with(plugin, false, call) }
}

/// The parameter that is meant.
///
/// # Safety
/// `target` is null or leads to a target.
unsafe fn param<P: Boundary>(
    instance: &Instance<P>,
    target: *const clap_context_menu_target,
) -> Option<(clap_id, ParamPtr)> {
    // SAFETY: our caller's promise.
    let target = unsafe { target.as_ref() }?;
    let id = (target.kind == CLAP_CONTEXT_MENU_TARGET_KIND_PARAM).then_some(target.id)?;
    Some((id, *instance.params.get(&id)?))
}

impl<P: Boundary> Instance<P> {
    /// Shows the host's menu at a parameter.
    pub(in crate::clap) fn show_menu(&self, param: ParamPtr, place: [i32; 2]) {
        if let Some(id) = self.wrapper().param_ptr_to_hash.get(&param) {
            self.host.show_menu(*id, place);
        }
    }

    /// Whether our window is open.
    fn has_open_window(&self) -> bool {
        let opened = self.window_thread.lock();
        opened
            .unwrap_or_else(std::sync::PoisonError::into_inner)
            .is_some()
    }
}

//! `clap.params`: the parameters, with the plug-in's own text functions called under guard.
//!
//! A parameter may carry functions of the plug-in that turn values into text and back. The
//! framework calls them inside its own C functions, where a panic ends the host; so they are
//! called from here.

use std::ffi::{CStr, c_char};

use clap_sys::events::{clap_input_events, clap_output_events};
use clap_sys::ext::params::{CLAP_EXT_PARAMS, clap_param_info, clap_plugin_params};
use clap_sys::id::clap_id;
use clap_sys::plugin::clap_plugin;
use nice_plug::prelude::ParamPtr;

use super::{Extension, Fronted, Instance, pass_on};
use crate::boundary::Boundary;
use crate::clap::instance::with;
use crate::clap::report::copy_text;
use crate::clap::text;
use crate::ledger::Place;

// SAFETY: the name and the struct are one definition in CLAP's headers.
unsafe impl Extension for clap_plugin_params {
    const ID: &'static CStr = CLAP_EXT_PARAMS;
}

impl<P: Boundary> Fronted<P> for clap_plugin_params {
    const FRONT: &'static Self = &Self {
        count: Some(count::<P>),
        get_info: Some(get_info::<P>),
        get_value: Some(get_value::<P>),
        value_to_text: Some(value_to_text::<P>),
        text_to_value: Some(text_to_value::<P>),
        flush: Some(flush::<P>),
    };
}

pass_on!(clap_plugin_params:
    fn count() -> u32, 0;
    fn get_info(index: u32, info: *mut clap_param_info) -> bool, false,
        if |instance| !info.is_null() && (index as usize) < instance.params.len();
    fn get_value(id: clap_id, value: *mut f64) -> bool, false, if |_instance| !value.is_null();
);

unsafe extern "C" fn value_to_text<P: Boundary>(
    plugin: *const clap_plugin,
    id: clap_id,
    value: f64,
    display: *mut c_char,
    capacity: u32,
) -> bool {
    let call = |instance: &Instance<P>| {
        let Some(param) = instance.params.get(&id).filter(|_| !display.is_null()) else {
            return false;
        };
        let normalized = narrow(value / steps(*param).unwrap_or(1.0));
        // SAFETY: the parameter lives as long as the instance.
        let shown = || unsafe { param.normalized_value_to_string(normalized, true) };
        let Some(shown) = instance.ledger.contain(Place::ParameterText, shown) else {
            instance.deliver();
            return false;
        };
        // SAFETY: the host passes memory for `capacity` bytes.
        unsafe { copy_text(&shown, display, capacity) };
        true
    };
    // SAFETY: the host passes what `create_plugin` gave it.
    unsafe { with(plugin, false, call) }
}

unsafe extern "C" fn text_to_value<P: Boundary>(
    plugin: *const clap_plugin,
    id: clap_id,
    display: *const c_char,
    value: *mut f64,
) -> bool {
    let call = |instance: &Instance<P>| {
        // SAFETY: the host passes null or a C string that lives during the call.
        let typed = unsafe { text(display) }.and_then(|display| display.to_str().ok());
        let (Some(param), Some(typed)) = (instance.params.get(&id), typed) else {
            return false;
        };
        // SAFETY: the parameter lives as long as the instance.
        let parsed = || unsafe { param.string_to_normalized_value(typed) };
        let parsed = instance.ledger.contain(Place::ParameterText, parsed);
        instance.deliver();
        let Some(normalized) = parsed.flatten().filter(|_| !value.is_null()) else {
            return false;
        };
        // The framework's 32 bits do not hold every step exactly; the host's 64 shall.
        let normalized = f64::from(normalized);
        let found = steps(*param).map_or(normalized, |steps| (normalized * steps).round());
        // SAFETY: not null, and the host passes memory for one value.
        unsafe { value.write(found) };
        true
    };
    // SAFETY: the host passes what `create_plugin` gave it.
    unsafe { with(plugin, false, call) }
}

unsafe extern "C" fn flush<P: Boundary>(
    plugin: *const clap_plugin,
    in_events: *const clap_input_events,
    out_events: *const clap_output_events,
) {
    let call = |instance: &Instance<P>| {
        // A block that runs at the same time, against the rules, keeps the borrow; both would
        // use the framework's one event queue.
        let Ok(_alone) = instance.blocks.try_borrow_mut() else {
            instance.ledger.refused.add();
            return;
        };
        // SAFETY: the host's lists live during the call, and nobody else is in the render side.
        unsafe { instance.obey_reset(out_events) };
        // SAFETY: as above.
        unsafe { instance.flush_events(in_events, out_events) };
    };
    // SAFETY: the host passes what `create_plugin` gave it.
    unsafe { with(plugin, (), call) };
}

/// How many steps a stepped parameter has, which its values for the host count; the values of the
/// others run from 0 to 1.
pub(in crate::clap) fn steps(param: ParamPtr) -> Option<f64> {
    // SAFETY: the parameter lives as long as the instance whose map it came from.
    let steps = unsafe { param.step_count() }?;
    u32::try_from(steps).ok().map(f64::from)
}

#[expect(
    clippy::cast_possible_truncation,
    reason = "the framework's values are 32 bits wide"
)]
fn narrow(value: f64) -> f32 {
    value as f32
}

//! `clap.param-indication`: what the host wants shown at a parameter.

use std::ffi::c_char;

use clap_sys::color::clap_color;
use clap_sys::ext::param_indication::{
    CLAP_PARAM_INDICATION_AUTOMATION_OVERRIDING, CLAP_PARAM_INDICATION_AUTOMATION_PLAYING,
    CLAP_PARAM_INDICATION_AUTOMATION_PRESENT, CLAP_PARAM_INDICATION_AUTOMATION_RECORDING,
    clap_plugin_param_indication,
};
use clap_sys::id::clap_id;
use clap_sys::plugin::clap_plugin;

use super::Own;
use crate::boundary::Boundary;
use crate::clap::instance::{Instance, with};
use crate::clap::text;
use crate::marks::{Automation, Mapping};

/// Longest text that is kept of what a host says, bytes.
const LONGEST_TEXT: usize = 1_024;

impl<P: Boundary> Own<P> for clap_plugin_param_indication {
    const OWN: &'static Self = &Self {
        set_mapping: Some(set_mapping::<P>),
        set_automation: Some(set_automation::<P>),
    };
}

unsafe extern "C" fn set_mapping<P: Boundary>(
    plugin: *const clap_plugin,
    param_id: clap_id,
    has_mapping: bool,
    color: *const clap_color,
    label: *const c_char,
    description: *const c_char,
) {
    let call = |instance: &Instance<P>| {
        let mapping = has_mapping.then(|| Mapping {
            // SAFETY: the host passes null or a colour that lives during the call.
            color: unsafe { shown(color) },
            // SAFETY: the host passes null or a C string that lives during the call.
            label: unsafe { words(label) },
            // SAFETY: as above.
            description: unsafe { words(description) },
        });
        if let Some(param) = instance.params.get(&param_id) {
            instance
                .wishes
                .change_mark(*param, |mark| mark.mapping = mapping);
        }
    };
    // SAFETY: the host passes what `create_plugin` gave it.
    unsafe { with(plugin, (), call) };
}

unsafe extern "C" fn set_automation<P: Boundary>(
    plugin: *const clap_plugin,
    param_id: clap_id,
    automation_state: u32,
    color: *const clap_color,
) {
    let call = |instance: &Instance<P>| {
        let automation = match automation_state {
            CLAP_PARAM_INDICATION_AUTOMATION_PRESENT => Automation::Present,
            CLAP_PARAM_INDICATION_AUTOMATION_PLAYING => Automation::Playing,
            CLAP_PARAM_INDICATION_AUTOMATION_RECORDING => Automation::Recording,
            CLAP_PARAM_INDICATION_AUTOMATION_OVERRIDING => Automation::Overriding,
            _ => Automation::None,
        };
        // SAFETY: the host passes null or a colour that lives during the call.
        let color = unsafe { shown(color) }.filter(|_| automation != Automation::None);
        if let Some(param) = instance.params.get(&param_id) {
            instance.wishes.change_mark(*param, |mark| {
                mark.automation = automation;
                mark.automation_color = color;
            });
        }
    };
    // SAFETY: the host passes what `create_plugin` gave it.
    unsafe { with(plugin, (), call) };
}

/// A colour without its transparency; nothing for null.
///
/// # Safety
/// `color` is null or leads to a colour.
unsafe fn shown(color: *const clap_color) -> Option<[u8; 3]> {
    // SAFETY: our caller's promise.
    let color = unsafe { color.as_ref() }?;
    Some([color.red, color.green, color.blue])
}

/// What a host says, cut at a character if it is too long; empty for null and for what is no text.
///
/// # Safety
/// `words` is null or a C string.
unsafe fn words(words: *const c_char) -> String {
    // SAFETY: our caller's promise.
    let words = unsafe { text(words) }.and_then(|words| words.to_str().ok());
    let words = words.unwrap_or_default();
    let (kept, _) = words.split_at(words.floor_char_boundary(LONGEST_TEXT));
    kept.to_owned()
}

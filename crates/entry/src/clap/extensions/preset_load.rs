//! `clap.preset-load`: the host's choice in its browser, played.
//!
//! The host is told what came of it, in its own words: the pointers it passed are handed back.

use std::ffi::{CString, c_char};
use std::sync::mpsc::sync_channel;
use std::time::Duration;

use clap_sys::ext::preset_load::clap_plugin_preset_load;
use clap_sys::factory::preset_discovery::clap_preset_discovery_location_kind;
use clap_sys::plugin::clap_plugin;

use super::Own;
use crate::boundary::Boundary;
use crate::clap::instance::{Instance, with};
use crate::clap::preset_discovery::place_of;
use crate::clap::text;
use crate::guard::GuardTask;
use crate::ledger::Place;
use crate::presets::PresetChoice;

/// How long a choice waits for another background task to end.
const PATIENCE: Duration = Duration::from_secs(10);

impl<P: Boundary> Own<P> for clap_plugin_preset_load {
    const OWN: &'static Self = &Self {
        from_location: Some(from_location::<P>),
    };
}

unsafe extern "C" fn from_location<P: Boundary>(
    plugin: *const clap_plugin,
    kind: clap_preset_discovery_location_kind,
    location: *const c_char,
    load_key: *const c_char,
) -> bool {
    let call = |instance: &Instance<P>| {
        // SAFETY: the host passes null or a C string that lives during the call.
        let place = unsafe { place_of(kind, location) };
        // SAFETY: as above.
        let key = unsafe { text(load_key) };
        let loaded = match place {
            Some(place) => instance.load_preset(PresetChoice {
                place,
                load_key: key.map_or_else(String::new, |key| key.to_string_lossy().into_owned()),
            }),
            None => Err("there is no such place for presets".to_owned()),
        };
        let is_loaded = loaded.is_ok();
        let Some(listener) = instance.host.preset_listener() else {
            return is_loaded;
        };
        let host = instance.host.as_ptr();
        match loaded {
            Ok(()) => {
                if let Some(loaded) = listener.loaded {
                    // SAFETY: the host's own function, struct and strings.
                    unsafe { loaded(host, kind, location, load_key) };
                }
            }
            Err(wrong) => {
                let wrong = CString::new(wrong.replace('\0', " ")).unwrap_or_default();
                if let Some(on_error) = listener.on_error {
                    // SAFETY: as above, and a string of ours that lives during the call.
                    unsafe { on_error(host, kind, location, load_key, 0, wrong.as_ptr()) };
                }
            }
        }
        is_loaded
    };
    // SAFETY: the host passes what `create_plugin` gave it.
    unsafe { with(plugin, false, call) }
}

impl<P: Boundary> Instance<P> {
    /// Has the plug-in play a preset, on this thread.
    fn load_preset(&self, choice: PresetChoice) -> Result<(), String> {
        let (reply, answer) = sync_channel(1);
        let task = self
            .ledger
            .contain(Place::Task, || P::load_preset(choice, reply));
        if let Some(task) = task.flatten() {
            self.run_task(PATIENCE, GuardTask::plugin(task));
        }
        self.load_wanted();
        self.deliver();
        let answer = answer.try_recv();
        answer.unwrap_or_else(|_| Err("the plug-in does not answer".to_owned()))
    }
}

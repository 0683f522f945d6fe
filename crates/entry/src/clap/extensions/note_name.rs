//! `clap.note-name`: what single keys are called, as the plug-in tells when the host counts them.

use std::sync::PoisonError;
use std::sync::mpsc::sync_channel;
use std::time::Duration;

use clap_sys::ext::note_name::{clap_note_name, clap_plugin_note_name};
use clap_sys::plugin::clap_plugin;

use super::{Own, write_name};
use crate::boundary::Boundary;
use crate::clap::instance::{Instance, with};
use crate::guard::GuardTask;
use crate::ledger::Place;

/// How long the count waits for another background task to end.
const PATIENCE: Duration = Duration::from_secs(2);

impl<P: Boundary> Own<P> for clap_plugin_note_name {
    const OWN: &'static Self = &Self {
        count: Some(count::<P>),
        get: Some(get::<P>),
    };
}

unsafe extern "C" fn count<P: Boundary>(plugin: *const clap_plugin) -> u32 {
    // SAFETY: the host passes what `create_plugin` gave it.
    unsafe { with(plugin, 0, Instance::<P>::count_note_names) }
}

impl<P: Boundary> Instance<P> {
    /// Asks the plug-in for its names, and keeps them until the host asks again.
    fn count_note_names(&self) -> u32 {
        let (reply, answer) = sync_channel(1);
        let task = self.ledger.contain(Place::Report, || P::note_names(reply));
        if let Some(task) = task.flatten() {
            self.run_task(PATIENCE, GuardTask::plugin(task));
        }
        let names = answer.try_recv().unwrap_or_default();
        let count = u32::try_from(names.len()).unwrap_or(u32::MAX);
        *self
            .note_names
            .lock()
            .unwrap_or_else(PoisonError::into_inner) = names;
        count
    }
}

unsafe extern "C" fn get<P: Boundary>(
    plugin: *const clap_plugin,
    index: u32,
    note_name: *mut clap_note_name,
) -> bool {
    let call = |instance: &Instance<P>| {
        let names = instance
            .note_names
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        // SAFETY: the host passes null or memory for one name.
        let target = unsafe { note_name.as_mut() };
        let (Some(name), Some(target)) = (names.get(index as usize), target) else {
            return false;
        };
        write_name(&mut target.name, &name.name);
        target.port = name.port;
        target.channel = name.channel;
        target.key = name.key;
        true
    };
    // SAFETY: the host passes what `create_plugin` gave it.
    unsafe { with(plugin, false, call) }
}

//! What a plug-in asks of its host, from any thread but render.
//!
//! In: wishes of the plug-in's control side, which may be made under its locks, and a ring when it
//! holds none. Out: calls of the host on its main thread, as soon as it comes round; the whole
//! state, to be read by the plug-in itself and loaded there as a project's is. Owner: shared by the
//! plug-in and the instance in front of it; after the instance has gone a wish has no effect.
//! Source: \[CLAP\] ext/state.h, ext/params.h, ext/note-name.h.

use std::fmt;
use std::ptr::NonNull;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, RwLock};

use clap_sys::host::clap_host;
use nice_plug::prelude::PluginState;

use nice_plug::prelude::ParamPtr;

use crate::marks::{Marks, ParamMark};
use crate::signals::{Flag, Index};

/// A plug-in's way to its host; without a host it does nothing.
#[derive(Clone, Debug, Default)]
pub struct HostLink(Arc<Wishes>);

/// What waits for the host's main thread.
#[derive(Debug, Default)]
struct Wishes {
    dirty: Flag,
    names: Flag,
    /// Voices that may play at a time; 0 before the plug-in has said.
    voices: Index,
    voices_changed: Flag,
    /// What the host wants shown at parameters.
    marks: Mutex<Marks>,
    /// The host has a menu of its own for parameters.
    has_menu: Flag,
    /// The parameter at which that menu is wanted, and where.
    menu: Mutex<Option<(ParamPtr, [i32; 2])>>,
    /// The parameter whose value is to be typed.
    typed: Mutex<Option<ParamPtr>>,
    /// A state that is to be loaded; the newest one, older ones are over.
    state: Mutex<Option<PluginState>>,
    /// Who knows the whole state.
    scribe: RwLock<Option<Scribe>>,
    /// The host has not been asked for a call since the last wish.
    unheard: Flag,
    /// Held while the host is called, so that it cannot go meanwhile.
    host: RwLock<Option<Bell>>,
}

/// Writes down the state as it is now; nothing when the instance is going.
struct Scribe(Box<dyn Fn() -> Option<PluginState> + Send + Sync>);

impl fmt::Debug for Scribe {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Scribe")
    }
}

/// A host that can be asked for a call on its main thread.
#[derive(Debug)]
struct Bell(NonNull<clap_host>);

// SAFETY: the pointer is used for `request_callback` alone, which CLAP allows on any thread.
unsafe impl Send for Bell {}
// SAFETY: as above.
unsafe impl Sync for Bell {}

impl HostLink {
    /// What the plug-in saves is another thing now, by its own doing: the project has changed.
    ///
    /// Not for changes of parameters, nor for a state that the host has loaded.
    ///
    /// The host hears of it after [`ring`](Self::ring).
    ///
    /// # Real-time
    /// Any thread. Wait-free.
    pub fn state_changed(&self) {
        self.0.dirty.raise();
        self.0.unheard.raise();
    }

    /// Names of keys, or texts of parameters, are other ones now.
    ///
    /// The host hears of it after [`ring`](Self::ring).
    ///
    /// # Real-time
    /// Any thread. Wait-free.
    pub fn names_changed(&self) {
        self.0.names.raise();
        self.0.unheard.raise();
    }

    /// So many voices may play at a time, `1..`.
    ///
    /// If others were said before, the host hears of it after [`ring`](Self::ring).
    ///
    /// # Real-time
    /// One thread at a time, render among them. Wait-free.
    pub fn set_voices(&self, voices: u32) {
        let before = self.0.voices.get();
        if before != voices {
            self.0.voices.set(voices);
            if before != 0 {
                self.0.voices_changed.raise();
                self.0.unheard.raise();
            }
        }
    }

    /// What the host wants shown at a parameter; nothing most of the time.
    ///
    /// # Real-time
    /// Not real-time: a lock, allocates.
    #[must_use]
    pub fn mark(&self, param: ParamPtr) -> Option<ParamMark> {
        lock(&self.0.marks).of(param).cloned()
    }

    /// Whether the host has a menu of its own for parameters.
    #[must_use]
    pub fn has_menu(&self) -> bool {
        self.0.has_menu.is_raised()
    }

    /// Wants the host's menu at a parameter.
    ///
    /// - `place`: in the window, pixels from its upper left corner
    ///
    /// The host hears of it after [`ring`](Self::ring).
    ///
    /// # Real-time
    /// Not real-time: a lock.
    pub fn want_menu(&self, param: ParamPtr, place: [i32; 2]) {
        *lock(&self.0.menu) = Some((param, place));
        self.0.unheard.raise();
    }

    /// The parameter whose value the musician wants to type, chosen in a menu of the host's; nothing
    /// from then on.
    ///
    /// # Real-time
    /// Not real-time: a lock.
    #[must_use]
    pub fn take_typed(&self) -> Option<ParamPtr> {
        lock(&self.0.typed).take()
    }

    /// What a project would save now, parameters and fields; nothing without a host.
    ///
    /// The plug-in's fields are asked as they are when a host saves: nothing that they lock may be
    /// held here.
    ///
    /// # Real-time
    /// Not real-time: allocates, locks.
    #[must_use]
    pub fn state(&self) -> Option<PluginState> {
        let scribe = self.0.scribe.read().unwrap_or_else(PoisonError::into_inner);
        scribe.as_ref().and_then(|Scribe(write)| write())
    }

    /// Has a state loaded on the host's main thread, as a project's is: through the plug-in's
    /// `filter_state`, into the parameters and the fields, and the host reads all values anew. The
    /// project counts as changed then.
    ///
    /// Of two that wait the newer is loaded. It is carried out after [`ring`](Self::ring). False if
    /// there is no instance of ours that could.
    ///
    /// # Real-time
    /// Not real-time: a lock, and an older state that waited is freed.
    #[must_use]
    pub fn load_state(&self, state: PluginState) -> bool {
        let scribe = self.0.scribe.read().unwrap_or_else(PoisonError::into_inner);
        if scribe.is_none() {
            return false;
        }
        let older = self.wanted_state().replace(state);
        drop(older);
        self.0.unheard.raise();
        true
    }

    fn wanted_state(&self) -> MutexGuard<'_, Option<PluginState>> {
        lock(&self.0.state)
    }

    /// Asks the host for a call on its main thread, if there has been a wish since the last time.
    ///
    /// A host may make that call at once, from inside this one: nothing that the plug-in's tasks
    /// lock may be held here.
    ///
    /// # Real-time
    /// Not real-time: a lock, a call of the host.
    pub fn ring(&self) {
        if self.0.unheard.take() {
            self.call();
        }
    }

    /// From now on wishes go to `host`.
    ///
    /// # Safety
    /// The host lives until [`detach`](Self::detach).
    pub(crate) unsafe fn attach(&self, host: *const clap_host) {
        let bell = NonNull::new(host.cast_mut()).map(Bell);
        *self.0.host.write().unwrap_or_else(PoisonError::into_inner) = bell;
    }

    /// From now on the state is what `write` says.
    pub(crate) fn set_scribe(
        &self,
        write: impl Fn() -> Option<PluginState> + Send + Sync + 'static,
    ) {
        let mut scribe = self
            .0
            .scribe
            .write()
            .unwrap_or_else(PoisonError::into_inner);
        *scribe = Some(Scribe(Box::new(write)));
    }

    /// No wish is carried out any more. Waits for a call of the host that is under way.
    pub(crate) fn detach(&self) {
        *self.0.host.write().unwrap_or_else(PoisonError::into_inner) = None;
        *self
            .0
            .scribe
            .write()
            .unwrap_or_else(PoisonError::into_inner) = None;
        drop(self.take_state());
    }

    /// The state that is to be loaded, if one waits; it does not from then on.
    pub(crate) fn take_state(&self) -> Option<PluginState> {
        self.wanted_state().take()
    }

    /// Whether the host is to be told of a changed state; false from then on.
    pub(crate) fn take_dirty(&self) -> bool {
        self.0.dirty.take()
    }

    /// Whether the host is to be told of changed names; false from then on.
    pub(crate) fn take_names(&self) -> bool {
        self.0.names.take()
    }

    /// Changes what is shown at a parameter.
    pub(crate) fn change_mark(&self, param: ParamPtr, change: impl FnOnce(&mut ParamMark)) {
        lock(&self.0.marks).change(param, change);
    }

    /// Whether the host has a menu of its own for parameters.
    pub(crate) fn set_has_menu(&self, has_menu: bool) {
        if has_menu {
            self.0.has_menu.raise();
        }
    }

    /// The parameter at which the host's menu is wanted, and where; nothing from then on.
    pub(crate) fn take_menu(&self) -> Option<(ParamPtr, [i32; 2])> {
        lock(&self.0.menu).take()
    }

    /// The value of a parameter is to be typed in the window.
    pub(crate) fn type_value(&self, param: ParamPtr) {
        *lock(&self.0.typed) = Some(param);
    }

    /// Voices that may play at a time, if the plug-in has said.
    pub(crate) fn voices(&self) -> Option<u32> {
        Some(self.0.voices.get()).filter(|voices| *voices > 0)
    }

    /// Whether the host is to be told of another number of voices; false from then on.
    pub(crate) fn take_voices_changed(&self) -> bool {
        self.0.voices_changed.take()
    }

    /// Asks for a call on the main thread.
    fn call(&self) {
        let host = self.0.host.read().unwrap_or_else(PoisonError::into_inner);
        let Some(Bell(host)) = &*host else { return };
        // SAFETY: alive until `detach`, which waits for this lock.
        if let Some(request_callback) = unsafe { host.as_ref() }.request_callback {
            // SAFETY: the host's own function with its own struct, allowed on any thread.
            unsafe { request_callback(host.as_ptr()) };
        }
    }
}

/// Locks; a panic of a former holder does not matter, for the values are always whole.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_wish_without_a_host_waits_for_one() {
        let link = HostLink::default();
        link.state_changed();
        link.ring();
        assert!(!link.take_names());
        assert!(link.take_dirty() && !link.take_dirty());
    }

    fn state(version: &str) -> PluginState {
        PluginState {
            version: version.to_owned(),
            params: std::collections::BTreeMap::new(),
            fields: std::collections::BTreeMap::new(),
        }
    }

    #[test]
    fn of_two_states_that_wait_the_newer_is_loaded_once() {
        let link = HostLink::default();
        assert!(!link.load_state(state("too early")));
        link.set_scribe(|| None);
        assert!(link.load_state(state("older")) && link.load_state(state("newer")));
        let taken = link.take_state().map(|state| state.version);
        assert_eq!(taken.as_deref(), Some("newer"));
        assert!(link.take_state().is_none());
    }

    #[test]
    fn the_state_is_told_as_long_as_there_is_an_instance() {
        let link = HostLink::default();
        assert!(link.state().is_none());
        link.set_scribe(|| Some(state("now")));
        assert_eq!(link.state().map(|it| it.version).as_deref(), Some("now"));
        link.detach();
        assert!(link.state().is_none());
    }
}

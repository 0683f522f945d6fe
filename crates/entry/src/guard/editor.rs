//! The plug-in's editor, with its panics caught, and what it does when a window is closed.
//!
//! Thread: main. What the window library itself runs, on its own thread or from the system's event
//! loop, does not pass here; a panic of its thread comes out where the window is closed.

use std::error::Error;
use std::fmt::{Debug, Display, Formatter};
use std::mem::ManuallyDrop;
use std::ops::Deref;
use std::ptr;
use std::sync::Arc;

use nice_plug::context::gui::GuiContext;
use nice_plug::editor::dpi::NativeSize;
use nice_plug::editor::{EditorHandle, HostMethods, SpawnedEditor};
use nice_plug::prelude::{
    Editor, Modifiers, ParentWindowHandle, ResizeHint, TrackInfo, VirtualKeyCode,
};

use crate::boundary::WindowEnd;
use crate::ledger::{Ledger, Place};

/// An editor whose panics stay inside.
pub struct GuardedEditor<E> {
    inner: E,
    end: WindowEnd,
    ledger: Arc<Ledger>,
}

impl<E> GuardedEditor<E> {
    /// - `end`: called for each window, once it is closed or failed to open
    pub(super) fn new(inner: E, end: WindowEnd, ledger: Arc<Ledger>) -> Self {
        Self { inner, end, ledger }
    }
}

impl<E> Debug for GuardedEditor<E> {
    fn fmt(&self, f: &mut Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("GuardedEditor").finish_non_exhaustive()
    }
}

impl<E: Editor> Editor for GuardedEditor<E> {
    type Handle = GuardedHandle<E::Handle>;

    fn spawn(
        &self,
        parent: Option<ParentWindowHandle>,
        wait_for_parent: bool,
        fallback_scale_factor: Option<f64>,
        gui_context: GuiContext,
        host: Option<HostMethods>,
    ) -> Result<SpawnedEditor<Self::Handle>, Box<dyn Error>> {
        // Made first: a thread may have begun although no window comes of it.
        let end = End {
            call: Arc::clone(&self.end),
            ledger: Arc::clone(&self.ledger),
        };
        let spawned = self.ledger.contain(Place::Window, || {
            self.inner.spawn(
                parent,
                wait_for_parent,
                fallback_scale_factor,
                gui_context,
                host,
            )
        });
        let SpawnedEditor { handle, window } =
            spawned.ok_or(HandleError::<DidNotOpen>::Panicked)??;
        let handle = GuardedHandle {
            inner: Contained::new(handle, &self.ledger),
        };
        let window = Contained::new(window, &self.ledger);
        let window = GuardedWindow { window, end };
        Ok(SpawnedEditor { handle, window })
    }

    fn size(&self) -> NativeSize<u32> {
        let nothing = NativeSize {
            width: 0,
            height: 0,
        };
        self.ledger
            .contain(Place::Window, || self.inner.size())
            .unwrap_or(nothing)
    }

    fn resize_hint(&self) -> ResizeHint {
        self.ledger
            .contain(Place::Window, || self.inner.resize_hint())
            .unwrap_or_default()
    }

    fn track_info_updated(&self, info: TrackInfo) {
        let _counted = self
            .ledger
            .contain(Place::Window, || self.inner.track_info_updated(info));
    }

    unsafe fn assume_standalone_in_process(&self) {
        // SAFETY: our caller promises what the inner editor asks for.
        let call = || unsafe { self.inner.assume_standalone_in_process() };
        let _counted = self.ledger.contain(Place::Window, call);
    }
}

/// An open window; dropping it closes it, then calls the plug-in's [`WindowEnd`].
pub struct GuardedWindow<W> {
    // Closed first: fields are dropped in their order.
    window: Contained<W>,
    end: End,
}

/// What the host lets go of, its panic caught if it ends with one: a window whose thread has panicked
/// does.
struct Contained<T> {
    inner: ManuallyDrop<T>,
    ledger: Arc<Ledger>,
}

impl<T> Contained<T> {
    fn new(inner: T, ledger: &Arc<Ledger>) -> Self {
        Self {
            inner: ManuallyDrop::new(inner),
            ledger: Arc::clone(ledger),
        }
    }

    /// Hands it on to one who drops it.
    fn into_inner(self) -> T {
        let mut this = ManuallyDrop::new(self);
        // SAFETY: `this` is never dropped, so the ledger read here has no other owner any more.
        drop(unsafe { ptr::read(&raw const this.ledger) });
        // SAFETY: taken once, here, as `this` is never dropped.
        unsafe { ManuallyDrop::take(&mut this.inner) }
    }
}

impl<T> Deref for Contained<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.inner
    }
}

impl<T> Drop for Contained<T> {
    fn drop(&mut self) {
        let inner = &mut self.inner;
        // SAFETY: dropped once, here, and never used again: this object is going away.
        let drop_inner = || unsafe { ManuallyDrop::drop(inner) };
        let _counted = self.ledger.contain(Place::Window, drop_inner);
    }
}

impl<W> Debug for GuardedWindow<W> {
    fn fmt(&self, f: &mut Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("GuardedWindow").finish_non_exhaustive()
    }
}

/// Calls the plug-in when it is dropped.
struct End {
    call: WindowEnd,
    ledger: Arc<Ledger>,
}

impl Drop for End {
    fn drop(&mut self) {
        let _counted = self.ledger.contain(Place::Window, || (self.call)());
    }
}

/// The handle of an open window, with its panics caught.
pub struct GuardedHandle<H: EditorHandle> {
    inner: Contained<H>,
}

impl<H: EditorHandle> GuardedHandle<H> {
    fn attempt<R>(
        &self,
        call: impl FnOnce() -> Result<R, H::Error>,
    ) -> Result<R, HandleError<H::Error>> {
        match self.inner.ledger.contain(Place::Window, call) {
            Some(result) => result.map_err(HandleError::Editor),
            None => Err(HandleError::Panicked),
        }
    }
}

impl<H: EditorHandle> Debug for GuardedHandle<H> {
    fn fmt(&self, f: &mut Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("GuardedHandle").finish_non_exhaustive()
    }
}

impl<H: EditorHandle> EditorHandle for GuardedHandle<H> {
    type Window = GuardedWindow<H::Window>;
    type Error = HandleError<H::Error>;

    fn run_until_closed(open: Self::Window) -> Result<(), Self::Error> {
        // The window is closed when its loop is over; the end is dropped after it.
        let GuardedWindow { window, end: _end } = open;
        H::run_until_closed(window.into_inner()).map_err(HandleError::Editor)
    }

    fn set_parent(
        &self,
        parent: ParentWindowHandle,
        open: &Self::Window,
    ) -> Result<(), Self::Error> {
        self.attempt(|| self.inner.set_parent(parent, &open.window))
    }

    fn show(&self, open: &Self::Window) -> Result<(), Self::Error> {
        self.attempt(|| self.inner.show(&open.window))
    }

    fn hide(&self, open: &Self::Window) -> Result<(), Self::Error> {
        self.attempt(|| self.inner.hide(&open.window))
    }

    fn set_size(&self, new_size: NativeSize<u32>, open: &Self::Window) -> Result<(), Self::Error> {
        self.attempt(|| self.inner.set_size(new_size, &open.window))
    }

    fn host_main_thread_callback(&self, open: &Self::Window) {
        let _counted = self.inner.ledger.contain(Place::Window, || {
            self.inner.host_main_thread_callback(&open.window)
        });
    }

    fn adjust_size(
        &self,
        new_size: NativeSize<u32>,
        open: &Self::Window,
    ) -> Option<NativeSize<u32>> {
        self.inner.ledger.contain(Place::Window, || {
            self.inner.adjust_size(new_size, &open.window)
        })?
    }

    fn set_fallback_scale_factor(
        &self,
        scale_factor: f64,
        open: &Self::Window,
    ) -> Result<(), Self::Error> {
        self.attempt(|| {
            self.inner
                .set_fallback_scale_factor(scale_factor, &open.window)
        })
    }

    fn on_virtual_key_from_host(
        &self,
        key_code: VirtualKeyCode,
        is_down: bool,
        modifiers: Modifiers,
    ) -> bool {
        let call = || {
            self.inner
                .on_virtual_key_from_host(key_code, is_down, modifiers)
        };
        self.inner
            .ledger
            .contain(Place::Window, call)
            .unwrap_or(false)
    }

    fn state_changed(&self) {
        let _counted = self
            .inner
            .ledger
            .contain(Place::Window, || self.inner.state_changed());
    }

    fn param_value_changed(&self, id: &str, normalized_value: f32) {
        let call = || self.inner.param_value_changed(id, normalized_value);
        let _counted = self.inner.ledger.contain(Place::Window, call);
    }

    fn param_modulation_changed(&self, id: &str, modulation_offset: f32) {
        let call = || self.inner.param_modulation_changed(id, modulation_offset);
        let _counted = self.inner.ledger.contain(Place::Window, call);
    }
}

/// Why a call to the window failed.
#[derive(Debug)]
#[non_exhaustive]
pub enum HandleError<E> {
    /// The editor's own error.
    Editor(E),
    /// The editor panicked; the panic is counted and told as a notice.
    Panicked,
}

impl<E: Error> Display for HandleError<E> {
    fn fmt(&self, f: &mut Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Editor(error) => Display::fmt(error, f),
            Self::Panicked => f.write_str("the window failed inside the plug-in"),
        }
    }
}

impl<E: Error> Error for HandleError<E> {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        match self {
            Self::Editor(error) => error.source(),
            Self::Panicked => None,
        }
    }
}

/// Stands where an editor has no error of its own type.
type DidNotOpen = std::fmt::Error;

#[cfg(test)]
mod tests {
    use std::sync::Mutex;

    use super::*;

    /// What happened, in its order.
    type Story = Arc<Mutex<Vec<&'static str>>>;

    /// Tells the event, and panics then if it `fails`.
    fn telling(story: &Story, event: &'static str, fails: bool) -> WindowEnd {
        let story = Arc::clone(story);
        Arc::new(move || {
            story.lock().unwrap().push(event);
            assert!(!fails, "{event} on demand");
        })
    }

    struct Pane(WindowEnd);

    impl Drop for Pane {
        fn drop(&mut self) {
            (self.0)();
        }
    }

    fn opened<W>(window: W, call: WindowEnd, ledger: &Arc<Ledger>) -> GuardedWindow<W> {
        let window = Contained::new(window, ledger);
        let ledger = Arc::clone(ledger);
        let end = End { call, ledger };
        GuardedWindow { window, end }
    }

    #[test]
    fn a_window_ends_once_after_it_is_closed() {
        for fails in [[false, false], [false, true], [true, false], [true, true]] {
            let (story, ledger) = (Story::default(), Arc::default());
            let pane = Pane(telling(&story, "closed", fails[0]));
            let open = opened(pane, telling(&story, "end", fails[1]), &ledger);
            drop(open);
            assert_eq!(*story.lock().unwrap(), ["closed", "end"]);
            let panics = fails.iter().filter(|fails| **fails).count();
            assert_eq!(ledger.panics(), panics as u64);
        }
    }

    #[test]
    fn a_window_that_ran_by_itself_ends_too() {
        let (story, ledger) = (Story::default(), Arc::default());
        let open = opened((), telling(&story, "end", false), &ledger);
        assert!(GuardedHandle::<()>::run_until_closed(open).is_err());
        assert_eq!(*story.lock().unwrap(), ["end"]);
        assert_eq!(Arc::strong_count(&ledger), 1);
    }
}

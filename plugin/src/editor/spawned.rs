//! The open window, whose thread is over when the window is.
//!
//! On Linux the window library draws on a thread of its own. When a window is closed it asks that
//! thread to end, then for an answer, and waits for it only where there is one; a thread that is
//! already leaving its loop gives none. It then takes down the system's graphics while the host goes
//! on, which may be to end: both at once is a fault. So the close waits until the system has no such
//! thread any more.

use core::time::Duration;
use std::error::Error;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::Instant;

use nice_plug::context::gui::GuiContext;
use nice_plug::editor::dpi::NativeSize;
use nice_plug::editor::{
    Editor, EditorHandle, HostMethods, Modifiers, ParentWindowHandle, ResizeHint, SpawnedEditor,
    VirtualKeyCode,
};
use nice_plug::prelude::TrackInfo;
use nice_plug_egui::{EguiEditor, baseview};

use super::Window;

/// How often is looked, and for how long at most: a host is not held up by a display that hangs.
const LOOK_EVERY: Duration = Duration::from_millis(1);
const PATIENCE: Duration = Duration::from_secs(5);

/// What the thread that draws is called by the system while it lives, if there is one.
#[derive(Debug, Clone, Default)]
pub(super) struct DrawingThread(Arc<Mutex<Option<PathBuf>>>);

impl DrawingThread {
    /// Called by the thread that draws. Elsewhere than on Linux it is the host's own, and has no such
    /// name.
    pub(super) fn begin(&self) {
        let name = std::fs::read_link("/proc/thread-self").ok();
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) =
            name.map(|name| PathBuf::from("/proc").join(name));
    }

    /// Waits until it is over.
    fn end(&self) {
        let name = self.0.lock().unwrap_or_else(PoisonError::into_inner).take();
        let Some(name) = name else { return };
        let begun = Instant::now();
        while name.exists() && begun.elapsed() < PATIENCE {
            thread::sleep(LOOK_EVERY);
        }
    }
}

/// The editor that the framework is told.
#[expect(missing_debug_implementations, reason = "holds the framework's editor")]
pub struct DmusEditor {
    editor: EguiEditor<Window>,
    thread: DrawingThread,
}

impl DmusEditor {
    /// - `thread`: the one of which the editor's window tells
    pub(super) fn new(editor: EguiEditor<Window>, thread: DrawingThread) -> Self {
        Self { editor, thread }
    }
}

/// The framework's handle of an open window.
type Handle = <EguiEditor<Window> as Editor>::Handle;

/// An open window; dropping it closes it.
#[expect(missing_debug_implementations, reason = "holds the library's window")]
pub struct OpenWindow {
    // Closed first, then waited for: fields are dropped in their order.
    window: baseview::Window,
    end: End,
}

/// Waits for the thread when it is dropped.
struct End(DrawingThread);

impl Drop for End {
    fn drop(&mut self) {
        self.0.end();
    }
}

/// The framework's handle of an [`OpenWindow`].
#[expect(missing_debug_implementations, reason = "holds the framework's handle")]
pub struct OpenEditor(Handle);

impl Editor for DmusEditor {
    type Handle = OpenEditor;

    fn spawn(
        &self,
        parent: Option<ParentWindowHandle>,
        wait_for_parent: bool,
        fallback_scale_factor: Option<f64>,
        gui_context: GuiContext,
        host: Option<HostMethods>,
    ) -> Result<SpawnedEditor<OpenEditor>, Box<dyn Error>> {
        let end = End(self.thread.clone());
        let SpawnedEditor { handle, window } = self.editor.spawn(
            parent,
            wait_for_parent,
            fallback_scale_factor,
            gui_context,
            host,
        )?;
        Ok(SpawnedEditor {
            handle: OpenEditor(handle),
            window: OpenWindow { window, end },
        })
    }

    fn size(&self) -> NativeSize<u32> {
        self.editor.size()
    }

    fn resize_hint(&self) -> ResizeHint {
        self.editor.resize_hint()
    }

    fn track_info_updated(&self, info: TrackInfo) {
        self.editor.track_info_updated(info);
    }
}

impl EditorHandle for OpenEditor {
    type Window = OpenWindow;
    type Error = <Handle as EditorHandle>::Error;

    fn run_until_closed(open: OpenWindow) -> Result<(), Self::Error> {
        let OpenWindow { window, end } = open;
        let ended = Handle::run_until_closed(window);
        drop(end);
        ended
    }

    fn set_parent(&self, parent: ParentWindowHandle, open: &OpenWindow) -> Result<(), Self::Error> {
        self.0.set_parent(parent, &open.window)
    }

    fn show(&self, open: &OpenWindow) -> Result<(), Self::Error> {
        self.0.show(&open.window)
    }

    fn hide(&self, open: &OpenWindow) -> Result<(), Self::Error> {
        self.0.hide(&open.window)
    }

    fn set_size(&self, size: NativeSize<u32>, open: &OpenWindow) -> Result<(), Self::Error> {
        self.0.set_size(size, &open.window)
    }

    fn host_main_thread_callback(&self, open: &OpenWindow) {
        self.0.host_main_thread_callback(&open.window);
    }

    fn adjust_size(&self, size: NativeSize<u32>, open: &OpenWindow) -> Option<NativeSize<u32>> {
        self.0.adjust_size(size, &open.window)
    }

    fn set_fallback_scale_factor(&self, factor: f64, open: &OpenWindow) -> Result<(), Self::Error> {
        self.0.set_fallback_scale_factor(factor, &open.window)
    }

    fn on_virtual_key_from_host(
        &self,
        key: VirtualKeyCode,
        is_down: bool,
        modifiers: Modifiers,
    ) -> bool {
        self.0.on_virtual_key_from_host(key, is_down, modifiers)
    }

    fn state_changed(&self) {
        self.0.state_changed();
    }

    fn param_value_changed(&self, id: &str, value: f32) {
        self.0.param_value_changed(id, value);
    }

    fn param_modulation_changed(&self, id: &str, offset: f32) {
        self.0.param_modulation_changed(id, offset);
    }
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use std::sync::mpsc;

    use super::*;

    #[test]
    fn an_end_waits_for_the_thread_that_began() {
        let thread = DrawingThread::default();
        let (tell, begun) = mpsc::channel();
        let (over, ended) = mpsc::channel();
        let drawing = thread.clone();
        let takes = Duration::from_millis(50);
        thread::spawn(move || {
            drawing.begin();
            tell.send(()).ok();
            thread::sleep(takes);
            over.send(()).ok();
        });
        assert!(begun.recv().is_ok());
        drop(End(thread.clone()));
        assert!(ended.try_recv().is_ok(), "the thread is over");

        // It is waited for once, and none is no reason to wait.
        let again = Instant::now();
        drop(End(thread));
        assert!(again.elapsed() < PATIENCE);
    }
}

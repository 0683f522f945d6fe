//! The plug-in's window inside a window of the host's, on X11.
//!
//! Source: \[CLAP\] ext/gui.h.

use anyhow::{Context, Result};
use clack_extensions::gui::{
    GuiApiType, GuiConfiguration, GuiSize, HostGuiImpl, PluginGui, Window,
};
use clack_host::prelude::HostError;

use super::Plugin;
use super::handlers::Shared;

impl Plugin {
    /// Opens the plug-in's window in one of the host's; gives its width and height.
    ///
    /// - `parent`: stays open until [`close_window`](Self::close_window)
    ///
    /// # Errors
    /// The plug-in has no window, or refuses.
    pub fn open_window(&mut self, parent: u32) -> Result<(u32, u32)> {
        let handle = self.instance.plugin_handle();
        let gui = handle.get_extension::<PluginGui>();
        let gui = gui.context("the plug-in has no window")?;
        let embedded = GuiConfiguration {
            api_type: GuiApiType::X11,
            is_floating: false,
        };
        gui.create(&handle, embedded).context("creating it")?;
        let size = gui.get_size(&handle).context("asking for its size")?;
        let parent = Window::from_x11_handle(parent.into());
        #[expect(unsafe_code, reason = "a window is known by its number alone")]
        // SAFETY: the caller keeps the parent open.
        unsafe { gui.set_parent(&handle, parent) }.context("putting it into its parent")?;
        gui.show(&handle).context("showing it")?;
        Ok((size.width, size.height))
    }

    /// Closes the plug-in's window.
    pub fn close_window(&mut self) {
        let handle = self.instance.plugin_handle();
        if let Some(gui) = handle.get_extension::<PluginGui>() {
            gui.destroy(&handle);
        }
    }
}

/// The host's window stays as large as it is.
impl HostGuiImpl for Shared {
    fn resize_hints_changed(&self) {}

    fn request_resize(&self, _new_size: GuiSize) -> Result<(), HostError> {
        Err(HostError::Message("the window is as large as it is"))
    }

    fn request_show(&self) -> Result<(), HostError> {
        Ok(())
    }

    fn request_hide(&self) -> Result<(), HostError> {
        Ok(())
    }

    fn closed(&self, _was_destroyed: bool) {}
}

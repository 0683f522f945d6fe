//! What the window library leaves undone on X11: keys for the host, and files that are dropped.
//!
//! In: events of the library's window, on a connection of our own. Out: keys and the focus to the host,
//! paths to the window. The library's own connection is not reached through its interface.
//!
//! Thread: the window's. Source: \[X11\].

mod drops;
mod keys;

use std::path::PathBuf;

use egui::Context;
use nice_plug_egui::baseview::WindowContext;
use raw_window_handle::{HasWindowHandle, RawWindowHandle};
use x11rb::connection::Connection;
use x11rb::errors::ReplyOrIdError;
use x11rb::protocol::xproto::Window;
use x11rb::rust_connection::RustConnection;

use drops::Drops;
use keys::Keys;

/// Events that one frame hears at most.
const EVENTS: usize = 256;

/// A second connection to the server that shows the window.
pub(super) struct Link {
    connection: RustConnection,
    keys: Keys,
    drops: Drops,
}

impl Link {
    /// Listens beside the window library; nothing without a server to speak to.
    pub(super) fn new(window: &WindowContext) -> Option<Self> {
        let window = match window.window_handle().ok()?.as_raw() {
            RawWindowHandle::Xlib(handle) => Window::try_from(handle.window).ok()?,
            RawWindowHandle::Xcb(handle) => handle.window.get(),
            _ => return None,
        };
        let (connection, _screen) = x11rb::connect(None).ok()?;
        Some(Self {
            keys: Keys::new(&connection, window).ok()?,
            drops: Drops::new(&connection, window).ok()?,
            connection,
        })
    }

    /// Does what came since the last frame; gives the files that were dropped.
    pub(super) fn turn(&mut self, ctx: &Context) -> Vec<PathBuf> {
        // A server that has gone away takes the window along.
        self.listen(ctx).unwrap_or_default()
    }

    fn listen(&mut self, ctx: &Context) -> Result<Vec<PathBuf>, ReplyOrIdError> {
        self.keys.look(ctx);
        let mut dropped = Vec::new();
        for _ in 0..EVENTS {
            let Some(event) = self.connection.poll_for_event()? else {
                break;
            };
            self.keys.hear(&self.connection, &event)?;
            dropped.extend(self.drops.hear(&self.connection, &event)?);
        }
        self.keys.settle(&self.connection)?;
        self.connection.flush()?;
        Ok(dropped)
    }
}

//! Keys and the focus on X11, handed on to the host's window.
//!
//! The window library takes the focus with every click and drops the keys that nobody wants; the
//! server sends keys to the window under the pointer as well, whatever it holds. So a second
//! connection hears the same keys and sends those that no field takes to the nearest window around
//! ours that listens for keys, which gets the focus back too.
//!
//! Thread: the window's. Source: \[X11\] keyboard events, SendEvent, SetInputFocus.

use egui::Context;
use nice_plug_egui::baseview::WindowContext;
use raw_window_handle::{HasWindowHandle, RawWindowHandle};
use x11rb::CURRENT_TIME;
use x11rb::connection::Connection;
use x11rb::errors::ReplyError;
use x11rb::protocol::Event;
use x11rb::protocol::xproto::{
    ChangeWindowAttributesAux, ConnectionExt as _, EventMask, InputFocus, KeyPressEvent, Window,
};
use x11rb::rust_connection::RustConnection;

/// Windows around ours that are asked at most.
const DEPTH: usize = 32;

/// Events that one frame hands on at most.
const EVENTS: usize = 256;

/// Bit of an event's code: a client has sent it, no keyboard.
const SENT: u8 = 0x80;

/// Hands keys and the focus on to the host.
pub(in crate::editor) struct Relay {
    connection: RustConnection,
    window: Window,
    /// Keys whose stroke was handed on; so will be their end.
    held: Vec<u8>,
    /// A text field had the focus at the last frame.
    is_typing: bool,
    /// A click or a text field has taken the focus.
    has_taken: bool,
}

impl Relay {
    /// Listens to the keys of a window; nothing without a server to speak to.
    pub(in crate::editor) fn new(window: &WindowContext) -> Option<Self> {
        let window = match window.window_handle().ok()?.as_raw() {
            RawWindowHandle::Xlib(handle) => Window::try_from(handle.window).ok()?,
            RawWindowHandle::Xcb(handle) => handle.window.get(),
            _ => return None,
        };
        let (connection, _screen) = x11rb::connect(None).ok()?;
        let keys = ChangeWindowAttributesAux::new()
            .event_mask(EventMask::KEY_PRESS | EventMask::KEY_RELEASE);
        let asked = connection.change_window_attributes(window, &keys).ok()?;
        asked.check().ok()?;
        Some(Self {
            connection,
            window,
            held: Vec::new(),
            is_typing: false,
            has_taken: false,
        })
    }

    /// Hands on what came since the last frame.
    pub(in crate::editor) fn turn(&mut self, ctx: &Context) {
        let (pressed, is_down) =
            ctx.input(|input| (input.pointer.any_pressed(), input.pointer.any_down()));
        let was_typing = std::mem::replace(&mut self.is_typing, ctx.text_edit_focused());
        self.has_taken |= pressed;
        // A host that has gone away is no error of ours.
        let _gone = self.hand_keys_on(super::is_typing(ctx));
        if self.is_typing && !was_typing {
            self.has_taken = true;
            let _gone = self.focus(self.window);
        }
        if self.has_taken && !self.is_typing && !is_down {
            self.has_taken = false;
            let _gone = self.give_focus_back();
        }
    }

    fn hand_keys_on(&mut self, is_typing: bool) -> Result<(), ReplyError> {
        for _ in 0..EVENTS {
            match self.connection.poll_for_event()? {
                Some(Event::KeyPress(key)) if !is_typing && is_of_keyboard(&key) => {
                    self.held.retain(|held| *held != key.detail);
                    self.held.push(key.detail);
                    self.send(key, EventMask::KEY_PRESS)?;
                }
                Some(Event::KeyRelease(key)) if self.held.contains(&key.detail) => {
                    self.held.retain(|held| *held != key.detail);
                    self.send(key, EventMask::KEY_RELEASE)?;
                }
                Some(_) => (),
                None => break,
            }
        }
        self.connection.flush()?;
        Ok(())
    }

    fn send(&self, key: KeyPressEvent, mask: EventMask) -> Result<(), ReplyError> {
        if let Some(listener) = self.listener()? {
            let key = KeyPressEvent {
                event: listener,
                child: x11rb::NONE,
                ..key
            };
            self.connection.send_event(false, listener, mask, key)?;
        }
        Ok(())
    }

    /// Gives the focus to the host, if it is here.
    ///
    /// The window library takes itself for focused as well when the focus is around the window and the
    /// pointer within it, so the server is asked.
    fn give_focus_back(&self) -> Result<(), ReplyError> {
        let focused = self.connection.get_input_focus()?.reply()?.focus;
        if focused == self.window
            && let Some(listener) = self.listener()?
        {
            self.focus(listener)?;
        }
        Ok(())
    }

    fn focus(&self, window: Window) -> Result<(), ReplyError> {
        self.connection
            .set_input_focus(InputFocus::PARENT, window, CURRENT_TIME)?
            .check()
    }

    /// The nearest window around ours where somebody listens for keys; none if ours stands alone.
    fn listener(&self) -> Result<Option<Window>, ReplyError> {
        let mut window = self.window;
        for _ in 0..DEPTH {
            let tree = self.connection.query_tree(window)?.reply()?;
            if tree.parent == tree.root || tree.parent == x11rb::NONE {
                return Ok(None);
            }
            window = tree.parent;
            let attributes = self.connection.get_window_attributes(window)?.reply()?;
            if attributes.all_event_masks.contains(EventMask::KEY_PRESS) {
                return Ok(Some(window));
            }
        }
        Ok(None)
    }
}

/// Whether a keyboard made the event. What a host has sent us it would not want back.
const fn is_of_keyboard(key: &KeyPressEvent) -> bool {
    key.response_type & SENT == 0
}

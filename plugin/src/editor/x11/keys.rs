//! Keys and the focus, handed on to the host's window.
//!
//! The window library takes the focus with every click and drops the keys that nobody wants; the
//! server sends keys to the window under the pointer as well, whatever it holds. So we hear the same
//! keys and send those that no field takes to the nearest window around ours that listens for keys,
//! which gets the focus back too.
//!
//! Source: \[X11\] keyboard events, SendEvent, SetInputFocus.

use egui::Context;
use x11rb::CURRENT_TIME;
use x11rb::errors::ReplyError;
use x11rb::protocol::Event;
use x11rb::protocol::xproto::{
    ChangeWindowAttributesAux, ConnectionExt as _, EventMask, InputFocus, KeyPressEvent, Window,
};
use x11rb::rust_connection::RustConnection;

use crate::editor::typing;

/// Windows around ours that are asked at most.
const DEPTH: usize = 32;

/// Bit of an event's code: a client has sent it, no keyboard.
const SENT: u8 = 0x80;

/// Who has the keys of a window.
pub(super) struct Keys {
    window: Window,
    /// Keys whose stroke was handed on; so will be their end.
    held: Vec<u8>,
    /// The keys of this frame are a text field's.
    are_taken: bool,
    /// A text field has the focus within the window.
    is_typing: bool,
    /// It had not, the frame before.
    begins: bool,
    /// A button of the pointer is down.
    is_down: bool,
    /// A click or a text field has taken the focus.
    has_taken: bool,
}

impl Keys {
    /// Listens to the keys of a window.
    pub(super) fn new(connection: &RustConnection, window: Window) -> Result<Self, ReplyError> {
        let keys = ChangeWindowAttributesAux::new()
            .event_mask(EventMask::KEY_PRESS | EventMask::KEY_RELEASE);
        connection
            .change_window_attributes(window, &keys)?
            .check()?;
        Ok(Self {
            window,
            held: Vec::new(),
            are_taken: false,
            is_typing: false,
            begins: false,
            is_down: false,
            has_taken: false,
        })
    }

    /// Looks at the window as it is at the beginning of a frame.
    pub(super) fn look(&mut self, ctx: &Context) {
        let was_typing = std::mem::replace(&mut self.is_typing, ctx.text_edit_focused());
        self.begins = self.is_typing && !was_typing;
        self.are_taken = typing::is_typing(ctx);
        let pressed = ctx.input(|input| input.pointer.any_pressed());
        self.has_taken |= pressed || self.begins;
        self.is_down = ctx.input(|input| input.pointer.any_down());
    }

    /// Hands a key on, if it is the host's.
    pub(super) fn hear(
        &mut self,
        connection: &RustConnection,
        event: &Event,
    ) -> Result<(), ReplyError> {
        match event {
            Event::KeyPress(key) if !self.are_taken && is_of_keyboard(key) => {
                self.held.retain(|held| *held != key.detail);
                self.held.push(key.detail);
                self.send(connection, *key, EventMask::KEY_PRESS)
            }
            Event::KeyRelease(key) if self.held.contains(&key.detail) => {
                self.held.retain(|held| *held != key.detail);
                self.send(connection, *key, EventMask::KEY_RELEASE)
            }
            _ => Ok(()),
        }
    }

    /// Takes the focus for a text field, or gives it back.
    pub(super) fn settle(&mut self, connection: &RustConnection) -> Result<(), ReplyError> {
        if self.begins {
            focus(connection, self.window)?;
        }
        if self.has_taken && !self.is_typing && !self.is_down {
            self.has_taken = false;
            self.give_focus_back(connection)?;
        }
        Ok(())
    }

    fn send(
        &self,
        connection: &RustConnection,
        key: KeyPressEvent,
        mask: EventMask,
    ) -> Result<(), ReplyError> {
        if let Some(listener) = self.listener(connection)? {
            let key = KeyPressEvent {
                event: listener,
                child: x11rb::NONE,
                ..key
            };
            connection.send_event(false, listener, mask, key)?;
        }
        Ok(())
    }

    /// Gives the focus to the host, if it is here.
    ///
    /// The window library takes itself for focused as well when the focus is around the window and the
    /// pointer within it, so the server is asked.
    fn give_focus_back(&self, connection: &RustConnection) -> Result<(), ReplyError> {
        let focused = connection.get_input_focus()?.reply()?.focus;
        if focused == self.window
            && let Some(listener) = self.listener(connection)?
        {
            focus(connection, listener)?;
        }
        Ok(())
    }

    /// The nearest window around ours where somebody listens for keys; none if ours stands alone.
    fn listener(&self, connection: &RustConnection) -> Result<Option<Window>, ReplyError> {
        let mut window = self.window;
        for _ in 0..DEPTH {
            let tree = connection.query_tree(window)?.reply()?;
            if tree.parent == tree.root || tree.parent == x11rb::NONE {
                return Ok(None);
            }
            window = tree.parent;
            let attributes = connection.get_window_attributes(window)?.reply()?;
            if attributes.all_event_masks.contains(EventMask::KEY_PRESS) {
                return Ok(Some(window));
            }
        }
        Ok(None)
    }
}

fn focus(connection: &RustConnection, window: Window) -> Result<(), ReplyError> {
    connection
        .set_input_focus(InputFocus::PARENT, window, CURRENT_TIME)?
        .check()
}

/// Whether a keyboard made the event. What a host has sent us it would not want back.
const fn is_of_keyboard(key: &KeyPressEvent) -> bool {
    key.response_type & SENT == 0
}

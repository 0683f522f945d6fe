//! A file manager: it drags files over a window and lets them go.
//!
//! Source: \[XDND\], version 5.

use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use x11rb::connection::Connection;
use x11rb::protocol::Event;
use x11rb::protocol::xproto::{
    AtomEnum, ClientMessageEvent, ConnectionExt as _, EventMask, PropMode, SELECTION_NOTIFY_EVENT,
    SelectionNotifyEvent, SelectionRequestEvent, Window,
};
use x11rb::wrapper::ConnectionExt as _;
use x11rb::{CURRENT_TIME, NONE};

use super::Screen;

/// Longest that an answer may take.
const PATIENCE: Duration = Duration::from_secs(5);

x11rb::atom_manager! {
    /// The protocol's words.
    Words:
    /// Their numbers, once the server has answered.
    WordsCookie {
        XdndProxy,
        XdndEnter,
        XdndPosition,
        XdndStatus,
        XdndLeave,
        XdndDrop,
        XdndFinished,
        XdndSelection,
        XdndActionCopy,
        Uris: b"text/uri-list",
        Text: b"text/plain",
    }
}

/// One drag, from a window of its own.
struct Drag<'a> {
    screen: &'a Screen,
    words: Words,
    source: Window,
    target: Window,
    /// Who takes the target's part.
    heard_by: Window,
}

impl Screen {
    /// Drops a list of addresses, or a text, on the window within one of the host's; false if that
    /// does not want it.
    ///
    /// - `holder`: the host's window that holds it
    ///
    /// # Errors
    /// The window does not answer as the protocol has it.
    pub fn drop_on(&self, holder: Window, list: &str, is_files: bool) -> Result<bool> {
        let connection = &self.connection;
        let words = Words::new(connection)?.reply()?;
        let inside = connection.query_tree(holder)?.reply()?.children;
        let target = *inside.first().context("a window in the holder")?;
        let source = self.window(None, (1, 1), false)?;
        let proxied = connection
            .get_property(false, target, words.XdndProxy, AtomEnum::WINDOW, 0, 1)?
            .reply()?;
        let named = proxied.value32().and_then(|mut windows| windows.next());
        let drag = Drag {
            screen: self,
            words,
            source,
            target,
            heard_by: named.unwrap_or(target),
        };
        drag.run(list, is_files)
    }
}

impl Drag<'_> {
    fn run(&self, list: &str, is_files: bool) -> Result<bool> {
        let words = self.words;
        let connection = &self.screen.connection;
        let kind = if is_files { words.Uris } else { words.Text };
        connection
            .set_selection_owner(self.source, words.XdndSelection, CURRENT_TIME)?
            .check()?;
        self.send(words.XdndEnter, [self.source, 5 << 24, kind, NONE, NONE])?;
        let place = (200 << 16) | 200;
        let copy = words.XdndActionCopy;
        self.send(
            words.XdndPosition,
            [self.source, 0, place, CURRENT_TIME, copy],
        )?;
        let [_, answer, ..] = self.answer(words.XdndStatus, kind, list)?;
        if answer & 1 == 0 {
            self.send(words.XdndLeave, [self.source, 0, 0, 0, 0])?;
            return Ok(false);
        }
        self.send(words.XdndDrop, [self.source, 0, CURRENT_TIME, 0, 0])?;
        let [_, taken, ..] = self.answer(words.XdndFinished, kind, list)?;
        Ok(taken & 1 == 1)
    }

    fn send(&self, word: u32, data: [u32; 5]) -> Result<()> {
        let message = ClientMessageEvent::new(32, self.target, word, data);
        let connection = &self.screen.connection;
        let sent = connection.send_event(false, self.heard_by, EventMask::NO_EVENT, message)?;
        Ok(sent.check()?)
    }

    /// Waits for a word of the target, and hands out the list if it is asked for.
    fn answer(&self, word: u32, kind: u32, list: &str) -> Result<[u32; 5]> {
        let start = Instant::now();
        while start.elapsed() < PATIENCE {
            match self.screen.connection.poll_for_event()? {
                Some(Event::ClientMessage(message)) if message.type_ == word => {
                    return Ok(message.data.as_data32());
                }
                Some(Event::SelectionRequest(request)) => self.hand_out(&request, kind, list)?,
                Some(_) => (),
                None => thread::sleep(Duration::from_millis(5)),
            }
        }
        bail!("the window does not answer");
    }

    fn hand_out(&self, request: &SelectionRequestEvent, kind: u32, list: &str) -> Result<()> {
        let connection = &self.screen.connection;
        let (to, property) = (request.requestor, request.property);
        connection.change_property8(PropMode::REPLACE, to, property, kind, list.as_bytes())?;
        let notice = SelectionNotifyEvent {
            response_type: SELECTION_NOTIFY_EVENT,
            sequence: 0,
            time: request.time,
            requestor: to,
            selection: request.selection,
            target: request.target,
            property,
        };
        let sent = connection.send_event(false, to, EventMask::NO_EVENT, notice)?;
        Ok(sent.check()?)
    }
}

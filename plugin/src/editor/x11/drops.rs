//! Files that are dropped on the window.
//!
//! The window library hears of them, and its binding forgets them (egui-baseview,
//! `EguiWindow::on_event`). The protocol lets a window name another that takes its part: ours, which is
//! never shown.
//!
//! Source: \[XDND\], version 5.

use std::path::PathBuf;

use x11rb::connection::Connection;
use x11rb::errors::ReplyOrIdError;
use x11rb::protocol::Event;
use x11rb::protocol::xproto::{
    Atom, AtomEnum, ClientMessageEvent, ConnectionExt as _, CreateWindowAux, EventMask, PropMode,
    SelectionNotifyEvent, Timestamp, Window, WindowClass,
};
use x11rb::rust_connection::RustConnection;
use x11rb::wrapper::ConnectionExt as _;
use x11rb::{COPY_DEPTH_FROM_PARENT, COPY_FROM_PARENT, CURRENT_TIME, NONE};

/// The version we speak.
const VERSION: u32 = 5;

/// Most of a list that is read, in words of four bytes.
const LONGEST: u32 = 1 << 18;

x11rb::atom_manager! {
    /// The protocol's words.
    Words:
    /// Their numbers, once the server has answered.
    WordsCookie {
        XdndAware,
        XdndProxy,
        XdndEnter,
        XdndPosition,
        XdndStatus,
        XdndLeave,
        XdndDrop,
        XdndFinished,
        XdndSelection,
        XdndTypeList,
        XdndActionCopy,
        Uris: b"text/uri-list",
        Dropped: b"DMUS_DROPPED",
    }
}

/// What hangs over the window.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Dragged {
    source: Window,
    /// It can be had as a list of files.
    has_files: bool,
}

/// Takes what is dropped.
pub(super) struct Drops {
    words: Words,
    /// The window that is dropped on.
    window: Window,
    /// The one that takes its part.
    proxy: Window,
    dragged: Option<Dragged>,
}

impl Drops {
    /// Takes a window's part.
    pub(super) fn new(connection: &RustConnection, window: Window) -> Result<Self, ReplyOrIdError> {
        let words = Words::new(connection)?.reply()?;
        let root = connection.query_tree(window)?.reply()?.root;
        let proxy = connection.generate_id()?;
        let made = connection.create_window(
            COPY_DEPTH_FROM_PARENT,
            proxy,
            root,
            -1,
            -1,
            1,
            1,
            0,
            WindowClass::INPUT_ONLY,
            COPY_FROM_PARENT,
            &CreateWindowAux::new().override_redirect(1),
        )?;
        made.check()?;
        for named in [proxy, window] {
            let replace = PropMode::REPLACE;
            let (aware, proxied) = (words.XdndAware, words.XdndProxy);
            connection.change_property32(replace, named, aware, AtomEnum::ATOM, &[VERSION])?;
            connection.change_property32(replace, named, proxied, AtomEnum::WINDOW, &[proxy])?;
        }
        Ok(Self {
            words,
            window,
            proxy,
            dragged: None,
        })
    }

    /// Goes on with a drop; gives its files at its end.
    pub(super) fn hear(
        &mut self,
        connection: &RustConnection,
        event: &Event,
    ) -> Result<Vec<PathBuf>, ReplyOrIdError> {
        match event {
            Event::ClientMessage(message) if message.window == self.window => {
                self.message(connection, message)?;
            }
            Event::SelectionNotify(answer) if answer.requestor == self.proxy => {
                return self.take(connection, answer);
            }
            _ => (),
        }
        Ok(Vec::new())
    }

    fn message(
        &mut self,
        connection: &RustConnection,
        message: &ClientMessageEvent,
    ) -> Result<(), ReplyOrIdError> {
        let words = self.words;
        let [source, second, third, fourth, fifth] = message.data.as_data32();
        if message.type_ == words.XdndEnter {
            let has_files = if second & 1 == 0 {
                [third, fourth, fifth].contains(&words.Uris)
            } else {
                self.offers_files(connection, source)?
            };
            self.dragged = Some(Dragged { source, has_files });
        } else if message.type_ == words.XdndPosition {
            let takes = self.dragged.is_some_and(|dragged| dragged.has_files);
            let action = if takes { words.XdndActionCopy } else { NONE };
            let status = [self.window, u32::from(takes), 0, 0, action];
            self.answer(connection, source, words.XdndStatus, status)?;
        } else if message.type_ == words.XdndLeave {
            self.dragged = None;
        } else if message.type_ == words.XdndDrop {
            match self.dragged {
                Some(dragged) if dragged.has_files => self.ask(connection, third)?,
                _ => self.finish(connection, source, false)?,
            }
        }
        Ok(())
    }

    /// Whether a source that has many kinds of data has a list of files among them.
    fn offers_files(
        &self,
        connection: &RustConnection,
        source: Window,
    ) -> Result<bool, ReplyOrIdError> {
        let list = self.words.XdndTypeList;
        let kinds = connection.get_property(false, source, list, AtomEnum::ATOM, 0, LONGEST)?;
        let kinds = kinds.reply()?;
        let uris = self.words.Uris;
        Ok(kinds
            .value32()
            .is_some_and(|mut kinds| kinds.any(|kind| kind == uris)))
    }

    /// Asks the source for the list.
    fn ask(&self, connection: &RustConnection, time: Timestamp) -> Result<(), ReplyOrIdError> {
        let words = self.words;
        let time = if time == 0 { CURRENT_TIME } else { time };
        let (selection, kind, to) = (words.XdndSelection, words.Uris, words.Dropped);
        connection.convert_selection(self.proxy, selection, kind, to, time)?;
        Ok(())
    }

    /// Takes the list that has come.
    fn take(
        &mut self,
        connection: &RustConnection,
        answer: &SelectionNotifyEvent,
    ) -> Result<Vec<PathBuf>, ReplyOrIdError> {
        let Some(dragged) = self.dragged.take() else {
            return Ok(Vec::new());
        };
        let mut files = Vec::new();
        if answer.property != NONE {
            let kind = Atom::from(AtomEnum::ANY);
            let list =
                connection.get_property(true, self.proxy, answer.property, kind, 0, LONGEST)?;
            files = files_of(&list.reply()?.value);
        }
        self.finish(connection, dragged.source, !files.is_empty())?;
        Ok(files)
    }

    /// Tells the source that it is over.
    fn finish(
        &mut self,
        connection: &RustConnection,
        source: Window,
        is_taken: bool,
    ) -> Result<(), ReplyOrIdError> {
        self.dragged = None;
        let words = self.words;
        let action = if is_taken { words.XdndActionCopy } else { NONE };
        let data = [self.window, u32::from(is_taken), action, 0, 0];
        self.answer(connection, source, words.XdndFinished, data)
    }

    fn answer(
        &self,
        connection: &RustConnection,
        source: Window,
        word: Atom,
        data: [u32; 5],
    ) -> Result<(), ReplyOrIdError> {
        let message = ClientMessageEvent::new(32, source, word, data);
        connection.send_event(false, source, EventMask::NO_EVENT, message)?;
        Ok(())
    }
}

/// The files of this machine in a list of addresses, one a line.
fn files_of(list: &[u8]) -> Vec<PathBuf> {
    let lines = list.split(|byte| matches!(byte, b'\r' | b'\n' | 0));
    lines.filter_map(file_of).collect()
}

/// `file:///a%20b`, `file://machine/a%20b` or `file:/a%20b` as a path.
fn file_of(address: &[u8]) -> Option<PathBuf> {
    let rest = address.strip_prefix(b"file:")?;
    let path = match rest.strip_prefix(b"//") {
        Some(named) => named.get(named.iter().position(|byte| *byte == b'/')?..)?,
        None => rest,
    };
    let mut bytes = Vec::with_capacity(path.len());
    let mut left = path.iter().copied();
    while let Some(byte) = left.next() {
        if byte == b'%' {
            let mut digit = || char::from(left.next()?).to_digit(16);
            bytes.push(u8::try_from(16 * digit()? + digit()?).ok()?);
        } else {
            bytes.push(byte);
        }
    }
    let path = PathBuf::from(String::from_utf8(bytes).ok()?);
    path.is_absolute().then_some(path)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_are_read_from_a_list_of_addresses() {
        let list =
            b"# a comment\r\nfile:///a/b%20c.dls\r\nfile://host/d.sf2\r\nfile:/e%C3%A9.sf3\0";
        let expected = ["/a/b c.dls", "/d.sf2", "/e\u{e9}.sf3"].map(PathBuf::from);
        assert_eq!(files_of(list), expected);
    }

    #[test]
    fn what_is_no_file_of_this_machine_is_left_out() {
        for address in [
            "http://a/b.dls",
            "file:b.dls",
            "file://host",
            "file:///a%2",
            "file:///a%zz",
        ] {
            assert_eq!(file_of(address.as_bytes()), None, "{address}");
        }
    }
}

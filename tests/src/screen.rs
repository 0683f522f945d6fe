//! A display with a person before it: windows of a host, keys, clicks, and who hears them.
//!
//! Keys and clicks come by the server's own test extension, so that it sends them where it would
//! send those of a keyboard and a mouse. Source: \[X11\] keyboard events, input focus.

mod drag;

use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, Result};
use x11rb::connection::Connection;
use x11rb::protocol::Event;
use x11rb::protocol::xproto::{
    BUTTON_PRESS_EVENT, BUTTON_RELEASE_EVENT, ConnectionExt as _, CreateWindowAux, EventMask,
    InputFocus, KEY_PRESS_EVENT, KEY_RELEASE_EVENT, MOTION_NOTIFY_EVENT, Window, WindowClass,
};
use x11rb::protocol::xtest::ConnectionExt as _;
use x11rb::rust_connection::RustConnection;
use x11rb::{COPY_DEPTH_FROM_PARENT, COPY_FROM_PARENT, CURRENT_TIME, NONE};

/// After so long nothing more is heard: a window without a graphics card draws slowly.
const SILENCE: Duration = Duration::from_millis(1_000);

/// The left button.
const LEFT: u8 = 1;

/// The symbols of keys that are no letters.
pub const SPACE: u32 = 0x20;
/// Enter.
pub const ENTER: u32 = 0xFF0D;
/// Escape.
pub const ESCAPE: u32 = 0xFF1B;
/// The left one of two.
const SHIFT: u32 = 0xFFE1;

/// A display, and a host's connection to it.
#[derive(Debug)]
pub struct Screen {
    connection: RustConnection,
    root: Window,
    /// Symbols of the keys from the first code on.
    symbols: Vec<u32>,
    symbols_per_key: usize,
    first_code: u8,
}

impl Screen {
    /// The display that the environment names.
    ///
    /// # Errors
    /// There is none, or it cannot be played upon.
    pub fn open() -> Result<Self> {
        let (connection, number) = x11rb::connect(None).context("a display: DISPLAY names it")?;
        let setup = connection.setup();
        let root = setup.roots.get(number).context("a screen")?.root;
        let (first_code, last_code) = (setup.min_keycode, setup.max_keycode);
        let codes = last_code - first_code + 1;
        let map = connection
            .get_keyboard_mapping(first_code, codes)?
            .reply()?;
        connection
            .xtest_get_version(2, 2)?
            .reply()
            .context("its test extension")?;
        Ok(Self {
            root,
            symbols: map.keysyms,
            symbols_per_key: map.keysyms_per_keycode.into(),
            first_code,
            connection,
        })
    }

    /// A window of the host's at the upper left corner of another, or of the screen.
    ///
    /// - `hears_keys`: as the host's main window does; one that only holds a plug-in does not
    ///
    /// # Errors
    /// What the server says.
    pub fn window(
        &self,
        parent: Option<Window>,
        size: (u16, u16),
        hears_keys: bool,
    ) -> Result<Window> {
        let window = self.connection.generate_id()?;
        let events = if hears_keys {
            EventMask::KEY_PRESS
        } else {
            EventMask::NO_EVENT
        };
        let made = self.connection.create_window(
            COPY_DEPTH_FROM_PARENT,
            window,
            parent.unwrap_or(self.root),
            0,
            0,
            size.0,
            size.1,
            0,
            WindowClass::INPUT_OUTPUT,
            COPY_FROM_PARENT,
            &CreateWindowAux::new().event_mask(events),
        )?;
        made.check()?;
        self.connection.map_window(window)?.check()?;
        Ok(window)
    }

    /// Gives a window the focus.
    ///
    /// # Errors
    /// What the server says.
    pub fn focus(&self, window: Window) -> Result<()> {
        let given = self
            .connection
            .set_input_focus(InputFocus::PARENT, window, CURRENT_TIME)?;
        Ok(given.check()?)
    }

    /// Waits until a window has the focus, or has it no more; false after some seconds.
    ///
    /// # Errors
    /// What the server says.
    pub fn focus_is(&self, window: Window, is_wanted: bool) -> Result<bool> {
        let start = Instant::now();
        while start.elapsed() < Duration::from_secs(5) {
            let focused = self.connection.get_input_focus()?.reply()?.focus;
            if (focused == window) == is_wanted {
                return Ok(true);
            }
            thread::sleep(Duration::from_millis(10));
        }
        Ok(false)
    }

    /// Moves the pointer to a place on the screen.
    ///
    /// # Errors
    /// What the server says.
    pub fn point(&self, x: i16, y: i16) -> Result<()> {
        self.fake(MOTION_NOTIFY_EVENT, 0, (x, y))
    }

    /// Clicks at a place on the screen.
    ///
    /// # Errors
    /// What the server says.
    pub fn click(&self, x: i16, y: i16) -> Result<()> {
        self.point(x, y)?;
        self.rest();
        for event in [BUTTON_PRESS_EVENT, BUTTON_RELEASE_EVENT] {
            self.fake(event, LEFT, (0, 0))?;
            self.rest();
        }
        Ok(())
    }

    /// Strikes a key.
    ///
    /// # Errors
    /// No key has the symbol.
    pub fn strike(&self, symbol: u32) -> Result<()> {
        let (code, is_shifted) = self.key(symbol)?;
        let (shift, _) = self.key(SHIFT)?;
        let down = [(KEY_PRESS_EVENT, shift), (KEY_PRESS_EVENT, code)];
        let up = [(KEY_RELEASE_EVENT, code), (KEY_RELEASE_EVENT, shift)];
        for (event, code) in down.into_iter().chain(up) {
            if code != shift || is_shifted {
                self.fake(event, code, (0, 0))?;
            }
        }
        Ok(())
    }

    /// Types a text of ASCII.
    ///
    /// # Errors
    /// No key has one of its letters.
    pub fn type_text(&self, text: &str) -> Result<()> {
        text.bytes()
            .try_for_each(|letter| self.strike(letter.into()))
    }

    /// The symbols of the keys that windows of the host have heard, once nothing more comes.
    ///
    /// # Errors
    /// What the server says.
    pub fn heard(&self) -> Result<Vec<u32>> {
        let mut heard = Vec::new();
        let mut last = Instant::now();
        while last.elapsed() < SILENCE {
            match self.connection.poll_for_event()? {
                Some(Event::KeyPress(key)) => {
                    last = Instant::now();
                    let index = usize::from(key.detail.saturating_sub(self.first_code));
                    let symbol = self.symbols.get(index * self.symbols_per_key);
                    heard.push(symbol.copied().unwrap_or(NONE));
                }
                Some(_) => (),
                None => thread::sleep(Duration::from_millis(5)),
            }
        }
        Ok(heard)
    }

    /// Time for a window to draw what has happened.
    pub fn rest(&self) {
        thread::sleep(Duration::from_millis(150));
    }

    /// Code of the key with a symbol, and whether it wants shift.
    fn key(&self, symbol: u32) -> Result<(u8, bool)> {
        let keys = self.symbols.chunks(self.symbols_per_key.max(1));
        let found = (self.first_code..).zip(keys).find_map(|(code, symbols)| {
            let place = symbols.iter().take(2).position(|own| *own == symbol)?;
            Some((code, place == 1))
        });
        found.with_context(|| format!("a key with the symbol {symbol:#x}"))
    }

    fn fake(&self, event: u8, detail: u8, (x, y): (i16, i16)) -> Result<()> {
        let sent =
            self.connection
                .xtest_fake_input(event, detail, CURRENT_TIME, self.root, x, y, 0)?;
        Ok(sent.check()?)
    }
}

//! A bar on the terminal while the song is rendered; nothing when nobody watches.

use std::io::{IsTerminal, Write, stderr};

/// Letters of the bar.
const WIDTH: u64 = 40;

/// How far a known amount of work is.
#[derive(Debug)]
pub(super) struct Progress {
    total: u64,
    shown: Option<u64>,
    terminal: bool,
}

impl Progress {
    pub(super) fn new(total: u64) -> Self {
        Self {
            total: total.max(1),
            shown: None,
            terminal: stderr().is_terminal(),
        }
    }

    /// Draws the bar when it has changed.
    pub(super) fn show(&mut self, done: u64) {
        let percent = done.min(self.total).saturating_mul(100) / self.total;
        if !self.terminal || self.shown == Some(percent) {
            return;
        }
        self.shown = Some(percent);
        let filled = percent * WIDTH / 100;
        let bar: String = (0..WIDTH)
            .map(|at| if at < filled { '#' } else { '.' })
            .collect();
        // A terminal that is gone is no reason to stop.
        let _ = write!(stderr(), "\r[{bar}] {percent:3} %");
    }

    /// Takes the bar away.
    pub(super) fn finish(&self) {
        if self.terminal {
            let blank = " ".repeat(usize::try_from(WIDTH).unwrap_or(0) + 10);
            let _ = write!(stderr(), "\r{blank}\r");
        }
    }
}

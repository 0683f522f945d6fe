//! What the browser shows: presets that were found, programs of the banks that play.
//!
//! In: presets that were read outside of the lock. Out: the shelf, for the window and for commands.
//! Owner: the control side. Thread: any but render.

use std::sync::Arc;

use super::Control;
use crate::presets::programs;
use crate::presets::shelf::Shelf;

impl Control {
    /// What the browser shows; empty until it is looked at for the first time.
    #[must_use]
    pub fn shelf(&self) -> Arc<Shelf> {
        Arc::clone(&self.shelf)
    }

    /// Other presets for the browser; the programs of the banks are put to them here.
    pub fn put_shelf(&mut self, shelf: Shelf) {
        self.shelf = Arc::new(shelf);
        self.renew_shelf();
    }

    /// Other banks play: their programs, if anybody looks at the browser.
    pub(super) fn renew_shelf(&mut self) {
        if !self.shelf.is_empty() {
            let banks = self.user.playing().chain(&self.built_in);
            self.shelf = Arc::new(self.shelf.with_programs(programs::entries(banks)));
        }
    }
}

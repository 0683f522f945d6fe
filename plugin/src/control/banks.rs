//! The user's banks: restored from a state, changed by the musician.
//!
//! In: banks that were loaded outside of the lock, or could not be. Out: the stack, what the state
//! names, commands for the layers that play otherwise. Owner: the control side. Thread: any but
//! render.

use std::sync::Arc;

use dmus_library::{BankReference, LoadedBank, OpenError, Opened, Progress};
use dmus_synth::Layer;

use super::Control;
use super::stack::{Entry, Layers, Stack, changed};
use crate::banks;
use crate::notice::Severity;
use crate::state::BankStack;

/// Banks that a state asks for.
#[derive(Debug, Clone)]
pub struct Wanted {
    loads: u64,
    /// Uppermost first.
    pub banks: Vec<BankReference>,
    /// They are the default and are not saved.
    is_passing: bool,
}

/// A bank that the musician has chosen, loaded.
#[derive(Debug, Clone)]
pub struct Chosen {
    /// The bank.
    pub bank: Arc<LoadedBank>,
    /// The path as it was given.
    pub path: String,
}

impl Chosen {
    fn entry(self) -> Entry {
        Entry::chosen(self.bank, self.path.as_ref())
    }
}

/// What the musician does with the stack of banks; counted from the uppermost.
#[derive(Debug, Clone)]
pub enum BankChange {
    /// In the place of the uppermost, or the first.
    Open(Chosen),
    /// On top.
    Add(Chosen),
    /// In the place of this one.
    Relocate(usize, Chosen),
    /// This one goes.
    Remove(usize),
    /// One goes to the place of another.
    Shift {
        /// From here.
        from: usize,
        /// To here.
        to: usize,
    },
    /// All go.
    Clear,
}

impl Control {
    /// Which banks the saved state asks for, uppermost first, when it has not been acted upon.
    ///
    /// Returns the number of state loads so far with them.
    ///
    /// - `default`: path of the bank that plays when the state names none; it never enters the
    ///   state
    pub fn banks_to_restore(&mut self, default: Option<String>) -> Option<Wanted> {
        let loads = self.saved_bank.loads();
        if self.restored == Some(loads) {
            return None;
        }
        let banks = self.saved_bank.get().banks;
        if !banks.is_empty() {
            return Some(Wanted {
                loads,
                banks,
                is_passing: false,
            });
        }
        Some(Wanted {
            loads,
            banks: default.into_iter().map(BankReference::at).collect(),
            is_passing: true,
        })
    }

    /// Plays the banks that [`banks_to_restore`](Self::banks_to_restore) named, as far as they are to
    /// be had; a missing one stays named in the state.
    ///
    /// Returns false when another state has been loaded meanwhile.
    pub fn restore_banks(
        &mut self,
        wanted: Wanted,
        opened: Vec<Result<Opened, OpenError>>,
    ) -> bool {
        if self.saved_bank.loads() != wanted.loads {
            return false;
        }
        self.restored = Some(wanted.loads);
        self.played.clear();
        let mut entries = Vec::new();
        for (reference, opened) in wanted.banks.into_iter().zip(opened) {
            let notice = match &opened {
                Ok(opened) => banks::found(&reference, opened),
                Err(error) => Some(banks::missing(&reference, error)),
            };
            if let Some(notice) = notice {
                self.notify(notice);
            }
            let entry = Entry::restored(reference, opened);
            entries.push(if wanted.is_passing {
                entry.passing()
            } else {
                entry
            });
        }
        let saved = self.edit(|stack| stack.restore(entries));
        // A state that is loaded meanwhile is newer than what was found.
        self.saved_bank.put_unless_loaded(saved, wanted.loads);
        true
    }

    /// Changes the banks as the musician asks, and names them in the state; false if the place that
    /// he means is not there.
    pub fn change_banks(&mut self, change: BankChange) -> bool {
        let mut is_done = true;
        let saved = self.edit(|stack| {
            is_done = match change {
                BankChange::Open(chosen) => {
                    stack.open(chosen.entry());
                    true
                }
                BankChange::Add(chosen) => stack.add(chosen.entry()),
                BankChange::Relocate(index, chosen) => stack.relocate(index, chosen.entry()),
                BankChange::Remove(index) => stack.remove(index),
                BankChange::Shift { from, to } => stack.shift(from, to),
                BankChange::Clear => {
                    stack.clear();
                    true
                }
            };
        });
        if is_done {
            // A state that was loaded since is newer, and takes over soon.
            let loads = self.restored.unwrap_or_else(|| self.saved_bank.loads());
            self.saved_bank.put_unless_loaded(saved, loads);
            self.notices
                .retain(|notice| notice.severity == Severity::Fault);
            self.host.state_changed();
        }
        is_done
    }

    /// Changes the stack and sends down what plays otherwise; returns what the state is to name.
    fn edit(&mut self, change: impl FnOnce(&mut Stack)) -> BankStack {
        let before: Layers = self.user.collections();
        change(&mut self.user);
        let after = self.user.collections();
        self.rename_programs();
        self.renew_shelf();
        for layer in changed(&before, &after) {
            self.send_bank(Layer::User(layer));
        }
        self.user.saved()
    }

    /// A load is under way, or none any more.
    pub fn set_loading(&mut self, loading: Option<Progress>) {
        self.loading = loading;
    }

    /// Has the load end that is under way, if there is one.
    pub fn cancel_load(&self) {
        if let Some(loading) = &self.loading {
            loading.cancel();
        }
    }
}

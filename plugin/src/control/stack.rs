//! The banks of the user, one over the other: what the project names, and what plays of it.
//!
//! In: banks that were loaded, or could not be. Out: the layers for the render side, references for
//! the state, rows for the window. Owner: the control side. Thread: any but render.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use dmus_dls::bank::Patch;
use dmus_library::{BankCopy, BankReference, Found, Library, LoadedBank, OpenError, Opened};
use dmus_synth::{Collection, USER_BANKS};

use super::copies::CopyJob;
use crate::notice::{Notice, Severity};
use crate::state::BankStack;
use crate::view::BankView;

/// One bank of the user.
#[derive(Debug, Clone)]
pub(crate) struct Entry {
    /// As the state names it.
    reference: BankReference,
    /// The bank and where it lies; nothing while it is missing.
    loaded: Option<(Arc<LoadedBank>, PathBuf)>,
    /// Why it is missing.
    problem: Option<String>,
    /// It came from a variable and is never saved.
    is_passing: bool,
    /// What plays is the copy in the project.
    is_carried: bool,
    /// What the last copy was asked to hold, made or not.
    tried: BTreeSet<Patch>,
}

impl Entry {
    /// A bank that the musician has chosen.
    pub(crate) fn chosen(bank: Arc<LoadedBank>, path: &Path) -> Self {
        Self {
            reference: Library::process().reference(&bank, path),
            loaded: Some((bank, path.to_owned())),
            problem: None,
            is_passing: false,
            is_carried: false,
            tried: BTreeSet::new(),
        }
    }

    /// A bank that a state names, as far as it is to be had.
    ///
    /// What was found for certain is named as it is now from here on, anything else as it was.
    pub(crate) fn restored(reference: BankReference, opened: Result<Opened, OpenError>) -> Self {
        let copy = reference.copy.clone();
        let tried = copy.as_ref().map(|copy| copy.patches().clone());
        // Whoever has named it by a variable means that of each machine.
        let by_variable = reference.path.contains(['$', '%']);
        let path = by_variable.then(|| reference.path.clone());
        let mut entry = match opened {
            Ok(opened) if opened.found.is_certain() => {
                let mut entry = Self::chosen(opened.bank, &opened.path);
                if opened.found == Found::InPlace
                    && let Some(path) = path
                {
                    entry.reference.path = path;
                }
                entry
            }
            Ok(opened) => Self {
                reference,
                is_carried: opened.found == Found::Carried,
                ..Self::chosen(opened.bank, &opened.path)
            },
            Err(error) => Self {
                reference,
                loaded: None,
                problem: Some(error.to_string()),
                is_passing: false,
                is_carried: false,
                tried: BTreeSet::new(),
            },
        };
        entry.reference.copy = copy;
        entry.tried = tried.unwrap_or_default();
        entry
    }

    /// The copy of this bank, to be made of its file.
    ///
    /// - `index`: its place in the stack
    fn copy_job(&self, index: usize, patches: BTreeSet<Patch>) -> Result<CopyJob, Notice> {
        let title = self.reference.label().to_owned();
        if let Some(reason) = self.refusal() {
            return Err(Notice {
                severity: Severity::Warning,
                text: format!("bank {title} was not embedded: {reason}"),
                hint: "the project goes on naming it",
            });
        }
        let (bank, path) = self.loaded.as_ref().ok_or_else(no_such_place)?;
        let file = (path.clone(), bank.hash);
        Ok(CopyJob::new(index, title, file, patches))
    }

    /// Why there can be no new copy.
    fn refusal(&self) -> Option<String> {
        match &self.loaded {
            _ if self.is_passing => Some("the project does not name it".to_owned()),
            None => Some("it is missing".to_owned()),
            Some(_) if self.is_carried => Some("its file is missing".to_owned()),
            Some((bank, _)) if self.reference.hash != Some(bank.hash) => {
                Some("it is not the bank that the project names".to_owned())
            }
            Some((bank, _)) => bank.may_embed().err().map(|reason| reason.to_string()),
        }
    }

    /// The same bank, named by a variable.
    pub(crate) fn passing(self) -> Self {
        Self {
            is_passing: true,
            ..self
        }
    }
}

/// All of them, uppermost first.
#[derive(Debug, Default)]
pub(crate) struct Stack {
    entries: Vec<Entry>,
    /// What plays; at most [`USER_BANKS`].
    layers: Vec<Option<Arc<LoadedBank>>>,
}

impl Stack {
    /// Takes over what a state names.
    ///
    /// If nothing of it is to be had, what played before goes on, as when the musician opens a bank
    /// that cannot be read.
    pub(crate) fn restore(&mut self, entries: Vec<Entry>) {
        let is_lost = !entries.is_empty() && entries.iter().all(|entry| entry.loaded.is_none());
        self.entries = entries;
        if !is_lost {
            self.settle();
        }
    }

    /// Puts a bank in the place of the uppermost.
    pub(crate) fn open(&mut self, entry: Entry) {
        match self.entries.first_mut() {
            Some(first) => *first = entry,
            None => self.entries.push(entry),
        }
        self.settle();
    }

    /// Puts a bank on top; false if there is no room.
    pub(crate) fn add(&mut self, entry: Entry) -> bool {
        let has_room = self.entries.len() < usize::from(USER_BANKS);
        if has_room {
            self.entries.insert(0, entry);
            self.settle();
        }
        has_room
    }

    /// Takes a bank out; false if it is not there.
    pub(crate) fn remove(&mut self, index: usize) -> bool {
        let is_there = index < self.entries.len();
        if is_there {
            self.entries.remove(index);
            self.settle();
        }
        is_there
    }

    /// Puts a bank elsewhere in the stack; false if it, or that place, is not there.
    pub(crate) fn shift(&mut self, from: usize, to: usize) -> bool {
        let is_there = from.max(to) < self.entries.len();
        if is_there {
            let entry = self.entries.remove(from);
            self.entries.insert(to, entry);
            self.settle();
        }
        is_there
    }

    /// Puts a bank in the place of another; false if that is not there.
    pub(crate) fn relocate(&mut self, index: usize, entry: Entry) -> bool {
        let Some(place) = self.entries.get_mut(index) else {
            return false;
        };
        *place = entry;
        self.settle();
        true
    }

    /// The copy of a bank, to be made of its file.
    pub(crate) fn copy_job(
        &self,
        index: usize,
        patches: BTreeSet<Patch>,
    ) -> Result<CopyJob, Notice> {
        let entry = self.entries.get(index).ok_or_else(no_such_place)?;
        entry.copy_job(index, patches)
    }

    /// Whether any bank travels in the project.
    pub(crate) fn has_copies(&self) -> bool {
        self.entries.iter().any(|it| it.reference.copy.is_some())
    }

    /// Copies that lack something of what is in use; they keep what they have beside it.
    pub(crate) fn stale_copies(&self, in_use: &BTreeSet<Patch>) -> Vec<CopyJob> {
        let entries = self.entries.iter().enumerate();
        let stale = entries.filter_map(|(index, entry)| {
            let copy = entry.reference.copy.as_ref()?;
            if in_use.is_subset(&entry.tried) {
                return None;
            }
            let patches = copy.patches().union(in_use).copied().collect();
            entry.copy_job(index, patches).ok()
        });
        stale.collect()
    }

    /// Takes what came of a job; false if the bank has gone meanwhile.
    pub(crate) fn put_copy(&mut self, job: &CopyJob, copy: Option<BankCopy>) -> bool {
        let entry = self.entries.get_mut(job.index());
        let Some(entry) = entry.filter(|it| it.reference.hash == Some(job.hash())) else {
            return false;
        };
        entry.tried.clone_from(job.patches());
        if copy.is_some() {
            entry.reference.copy = copy;
        }
        true
    }

    /// A bank is only named from now on; false if it is not there.
    pub(crate) fn drop_copy(&mut self, index: usize) -> bool {
        let entry = self.entries.get_mut(index);
        entry.is_some_and(|entry| {
            entry.tried.clear();
            entry.reference.copy = None;
            true
        })
    }

    /// Takes all banks out.
    pub(crate) fn clear(&mut self) {
        self.entries.clear();
        self.settle();
    }

    fn settle(&mut self) {
        let banks = self.entries.iter();
        self.layers = banks
            .map(|entry| entry.loaded.as_ref().map(|(bank, _)| Arc::clone(bank)))
            .collect();
    }

    /// What the state is to name.
    pub(crate) fn saved(&self) -> BankStack {
        let entries = self.entries.iter().filter(|entry| !entry.is_passing);
        BankStack::of(entries.map(|entry| entry.reference.clone()).collect())
    }

    /// What plays in each layer, uppermost first.
    pub(crate) fn collections(&self) -> Layers {
        let of = |index: usize| {
            let bank = self.layers.get(index)?.as_ref()?;
            Some(Arc::clone(&bank.collection))
        };
        core::array::from_fn(of)
    }

    /// The banks that play, uppermost first.
    pub(crate) fn playing(&self) -> impl Iterator<Item = &Arc<LoadedBank>> {
        self.layers.iter().flatten()
    }

    /// Banks that the state names and that are not to be had.
    pub(crate) fn missing(&self) -> usize {
        let entries = self.entries.iter();
        entries.filter(|entry| entry.loaded.is_none()).count()
    }

    /// What the window shows of each.
    pub(crate) fn views(&self) -> Vec<BankView> {
        let view = |entry: &Entry| match &entry.loaded {
            Some((bank, path)) => BankView {
                title: bank.title.clone(),
                origin: if entry.is_carried {
                    "embedded in the project".to_owned()
                } else {
                    path.to_string_lossy().into_owned()
                },
                warnings: bank.warnings,
                problem: None,
                copy_bytes: entry.reference.copy.as_ref().map(BankCopy::size),
                refusal: entry.refusal(),
            },
            None => BankView {
                title: entry.reference.label().to_owned(),
                origin: entry.reference.path.clone(),
                warnings: 0,
                problem: entry.problem.clone(),
                copy_bytes: entry.reference.copy.as_ref().map(BankCopy::size),
                refusal: entry.refusal(),
            },
        };
        self.entries.iter().map(view).collect()
    }
}

/// What is said of a place that is not there.
fn no_such_place() -> Notice {
    Notice {
        severity: Severity::Warning,
        text: "the stack of banks has no such place".to_owned(),
        hint: "it has room for eight, counted from 0 at the top",
    }
}

/// What plays in each layer of the user, uppermost first.
pub(crate) type Layers = [Option<Arc<Collection>>; USER_BANKS as usize];

/// The layers in which two differ.
pub(crate) fn changed(before: &Layers, after: &Layers) -> impl Iterator<Item = u8> {
    let is_same = |pair: (&Option<Arc<Collection>>, &Option<Arc<Collection>>)| match pair {
        (Some(one), Some(other)) => Arc::ptr_eq(one, other),
        (None, None) => true,
        _ => false,
    };
    let differs: Vec<bool> = before.iter().zip(after).map(|it| !is_same(it)).collect();
    (0..USER_BANKS)
        .zip(differs)
        .filter_map(|(layer, differs)| differs.then_some(layer))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A missing bank of that name.
    fn missing(name: &str) -> Entry {
        let reference = BankReference {
            name: name.to_owned(),
            ..BankReference::at(format!("{name}.dls"))
        };
        let error = OpenError::NotFound {
            skipped: Vec::new(),
        };
        Entry::restored(reference, Err(error))
    }

    /// A bank that plays, of that name.
    fn playing(name: &str) -> Entry {
        let bank = crate::banks::built_in().expect("compiled in");
        Entry {
            loaded: Some((bank, name.into())),
            problem: None,
            ..missing(name)
        }
    }

    fn names(stack: &Stack) -> Vec<String> {
        let banks = stack.saved().banks;
        banks.into_iter().map(|bank| bank.name).collect()
    }

    fn layers(stack: &Stack) -> Vec<bool> {
        stack.collections().iter().map(Option::is_some).collect()
    }

    #[test]
    fn banks_are_opened_added_moved_relocated_and_removed() {
        let mut stack = Stack::default();
        stack.open(playing("a"));
        stack.open(playing("b"));
        assert_eq!(names(&stack), ["b"], "opened in place of the uppermost");
        assert!(stack.add(playing("c")) && stack.add(playing("d")));
        assert_eq!(names(&stack), ["d", "c", "b"]);
        assert!(stack.shift(0, 2) && !stack.shift(0, 3));
        assert_eq!(names(&stack), ["c", "b", "d"]);
        assert!(stack.relocate(1, playing("e")) && !stack.relocate(3, playing("f")));
        assert!(stack.remove(0) && !stack.remove(2));
        assert_eq!(names(&stack), ["e", "d"]);
        assert_eq!(layers(&stack)[..3], [true, true, false]);
        stack.clear();
        assert_eq!(names(&stack), [""; 0]);
    }

    #[test]
    fn no_more_banks_than_there_are_layers() {
        let mut stack = Stack::default();
        for _ in 0..USER_BANKS {
            assert!(stack.add(playing("a")));
        }
        assert!(!stack.add(playing("b")));
    }

    #[test]
    fn a_missing_bank_stays_named_and_leaves_its_layer_empty() {
        let mut stack = Stack::default();
        stack.restore(vec![playing("a"), missing("b"), playing("c")]);
        assert_eq!(names(&stack), ["a", "b", "c"]);
        assert_eq!(layers(&stack)[..4], [true, false, true, false]);
        assert_eq!(stack.missing(), 1);
        assert!(stack.views()[1].problem.is_some());
    }

    #[test]
    fn a_state_of_which_nothing_is_to_be_had_leaves_playing_what_played() {
        let mut stack = Stack::default();
        stack.restore(vec![playing("a")]);
        stack.restore(vec![missing("b")]);
        assert_eq!(
            (names(&stack), layers(&stack)[0]),
            (vec!["b".to_owned()], true)
        );
        stack.restore(Vec::new());
        assert!(!layers(&stack)[0], "a state that names none means none");
    }

    #[test]
    fn a_bank_that_a_project_finds_through_a_variable_stays_named_so() {
        let opened = |found| Opened {
            bank: crate::banks::built_in().expect("compiled in"),
            path: "/home/me/a.dls".into(),
            found,
            skipped: Vec::new(),
        };
        let path = |found, path: &str| {
            let entry = Entry::restored(BankReference::at(path), Ok(opened(found)));
            entry.reference.path
        };
        assert_eq!(path(Found::InPlace, "$HOME/a.dls"), "$HOME/a.dls");
        assert_ne!(path(Found::Moved, "$HOME/a.dls"), "$HOME/a.dls");
        assert_eq!(path(Found::Carried, "$HOME/a.dls"), "$HOME/a.dls");
    }

    #[test]
    fn a_bank_named_by_a_variable_is_not_saved() {
        let mut stack = Stack::default();
        stack.restore(vec![playing("a").passing()]);
        assert_eq!((names(&stack), layers(&stack)[0]), (Vec::new(), true));
    }

    #[test]
    fn only_layers_that_differ_are_sent() {
        let mut stack = Stack::default();
        stack.restore(vec![playing("a"), missing("b"), playing("c")]);
        let before = stack.collections();
        stack.remove(1);
        let after = stack.collections();
        let changed: Vec<u8> = changed(&before, &after).collect();
        assert_eq!(changed, [1, 2]);
    }
}

//! Copies of the user's banks in the project: what they must hold, and when they do not.
//!
//! In: which instruments have played, which programs are in force. Out: work to be done outside of
//! the lock, and what came of it into the stack. Owner: the control side. Thread: any but render.

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::sync::Arc;

use dmus_dls::bank::Patch;
use dmus_library::{BankCopy, BankHash, CopyError};
use dmus_synth::{Engine, EngineConfig, Layer, USER_BANKS};

use super::Control;
use crate::notice::{Notice, Severity};

/// A copy that is to be made.
#[derive(Debug, Clone)]
pub struct CopyJob {
    index: usize,
    title: String,
    path: PathBuf,
    hash: BankHash,
    patches: BTreeSet<Patch>,
}

impl CopyJob {
    /// For the bank at a place of the stack.
    pub(super) fn new(
        index: usize,
        title: String,
        (path, hash): (PathBuf, BankHash),
        patches: BTreeSet<Patch>,
    ) -> Self {
        Self {
            index,
            title,
            path,
            hash,
            patches,
        }
    }

    /// Makes it.
    ///
    /// # Errors
    /// A notice that says why there is none.
    ///
    /// # Real-time
    /// Not real-time: reads the bank's file.
    pub fn make(&self) -> Result<BankCopy, Notice> {
        BankCopy::of_file(&self.path, self.hash, self.patches.clone())
            .map_err(|error| not_embedded(&self.title, &error))
    }

    pub(super) const fn index(&self) -> usize {
        self.index
    }

    pub(super) const fn hash(&self) -> BankHash {
        self.hash
    }

    pub(super) const fn patches(&self) -> &BTreeSet<Patch> {
        &self.patches
    }
}

/// What is said of a copy that could not be made.
fn not_embedded(title: &str, error: &CopyError) -> Notice {
    Notice {
        severity: Severity::Warning,
        text: format!("bank {title} was not embedded: {error}"),
        hint: "the project goes on naming it; it must be there where the project is opened",
    }
}

impl Control {
    /// The copy that the musician asks for, made anew of what is in use now.
    ///
    /// # Errors
    /// A notice: the bank must not be copied, or is not there.
    pub fn embed(&mut self, index: usize) -> Result<CopyJob, Notice> {
        self.collect();
        self.user.copy_job(index, self.in_use())
    }

    /// The copies that lack something which is in use.
    pub fn stale_copies(&mut self) -> Vec<CopyJob> {
        if !self.user.has_copies() {
            return Vec::new();
        }
        self.collect();
        self.user.stale_copies(&self.in_use())
    }

    /// Takes what came of a job into the project; false if the bank has gone meanwhile.
    pub fn put_copy(&mut self, job: &CopyJob, copy: Option<BankCopy>) -> bool {
        let is_done = self.user.put_copy(job, copy);
        self.save_copies();
        is_done
    }

    /// The bank is only named from now on; false if there is none at that place.
    pub fn drop_copy(&mut self, index: usize) -> bool {
        let is_done = self.user.drop_copy(index);
        self.save_copies();
        if is_done {
            self.host.state_changed();
        }
        is_done
    }

    /// A copy was asked for and made: the project is another one.
    pub fn note_embedded(&self) {
        self.host.state_changed();
    }

    fn save_copies(&self) {
        // A state that was loaded since is newer, and takes over soon.
        let loads = self.restored.unwrap_or_else(|| self.saved_bank.loads());
        self.saved_bank.put_unless_loaded(self.user.saved(), loads);
    }

    /// Everything that has played since the state was acted upon, and what is in force on the parts.
    fn in_use(&self) -> BTreeSet<Patch> {
        let loads = self.saved_parts.loads();
        let told = self
            .telemetry()
            .filter(|now| now.frames > 0 && now.programs_of_load == loads);
        let mut patches = self.played.clone();
        match told {
            Some(now) => {
                let parts = now.parts.iter().filter(|part| !part.silent);
                patches.extend(parts.map(|part| part.program.patch(part.drums)));
            }
            None => patches.extend(self.rehearse()),
        }
        patches
    }

    /// What would answer on the parts, told by an engine that plays nothing.
    fn rehearse(&self) -> BTreeSet<Patch> {
        let config = EngineConfig {
            sample_rate: 48_000,
            voices: 1,
            channel_groups: 1,
        };
        let Ok(mut engine) = Engine::new(config) else {
            return BTreeSet::new();
        };
        let users = (0..USER_BANKS).map(Layer::User);
        let factory = self.built_in.as_ref();
        let factory = factory.map(|bank| Arc::clone(&bank.collection));
        let layers = users
            .zip(self.user.collections())
            .chain([(Layer::Factory, factory)]);
        for (layer, collection) in layers {
            // There is room for all layers at once.
            let _put = engine.download(layer, collection);
        }
        let programs = self.saved_parts.get().all();
        let parts = (0_u8..16).zip(programs);
        let answers = parts.filter_map(|(channel, it)| {
            engine.choose_program(0, channel, (it.bank_msb, it.bank_lsb, it.program));
            engine.part(0, channel)?.patch
        });
        answers.collect()
    }
}

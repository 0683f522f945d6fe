//! The search for a bank that a project named.
//!
//! In: a [`BankReference`]. Out: the bank, where it is, how sure that is, and what was looked at
//! in vain. Owner: none. Thread: any but render.
//!
//! ```text
//! 1. the path, if what lies there is the bank
//! 2. the same place relative to the project, the user's banks, the user's home
//! 3. where the index has seen the content
//! 4. a file of the same length and content in the folders that are searched
//! 5. the copy in the project, of the programs that it uses
//! 6. the path, though its content is another now                       -> uncertain
//! 7. a file of the same name and title in the folders that are searched -> uncertain
//! ```

mod walk;

use std::collections::HashSet;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::error::{LoadError, OpenError, Skipped};
use crate::library::Library;
use crate::loaded::LoadedBank;
use crate::progress::{Phase, Progress};
use crate::reading::Stamp;
use crate::reference::BankReference;
use crate::variables;
use walk::Walk;

/// Files skipped that are told of; there may be thousands.
const MAX_SKIPPED: usize = 32;

/// Where a bank was found, and how sure it is that it is the one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Found {
    /// Where it was.
    InPlace,
    /// Elsewhere, the same content.
    Moved,
    /// Nowhere; what the project carries of it plays.
    Carried,
    /// Where it was, but with another content. Uncertain.
    Changed,
    /// Elsewhere, by name and title only. Uncertain.
    Similar,
}

impl Found {
    /// The content is what the project named, as far as it named one.
    #[must_use]
    pub const fn is_certain(self) -> bool {
        matches!(self, Self::InPlace | Self::Moved)
    }
}

/// A bank that was found.
#[derive(Debug, Clone)]
pub struct Opened {
    /// The bank.
    pub bank: Arc<LoadedBank>,
    /// Where it is now.
    pub path: PathBuf,
    /// What happened to it.
    pub found: Found,
    /// Files that might have been it, and why they are not; a few of them.
    pub skipped: Vec<Skipped>,
}

/// Looks for a bank in the order above.
pub(crate) fn open(
    library: &Library,
    reference: &BankReference,
    project: Option<&Path>,
    progress: &Progress,
) -> Result<Opened, OpenError> {
    let mut search = Search {
        library,
        reference,
        progress,
        skipped: Vec::new(),
        seen: HashSet::new(),
    };
    let found = search
        .all(project)
        .map_err(|Cancelled| OpenError::Cancelled)?;
    let skipped = search.skipped;
    match found {
        Some((bank, path, found)) => Ok(Opened {
            bank,
            path,
            found,
            skipped,
        }),
        None => Err(OpenError::NotFound { skipped }),
    }
}

/// Somebody wants it to end.
struct Cancelled;

type Hit = (Arc<LoadedBank>, PathBuf, Found);

struct Search<'a> {
    library: &'a Library,
    reference: &'a BankReference,
    progress: &'a Progress,
    skipped: Vec<Skipped>,
    /// Files looked at already.
    seen: HashSet<PathBuf>,
}

impl Search<'_> {
    fn all(&mut self, project: Option<&Path>) -> Result<Option<Hit>, Cancelled> {
        let place = self.place();
        let mut changed = None;
        if !place.as_os_str().is_empty()
            && let Some(bank) = self.try_load(&place)?
        {
            if self.is_the_one(&bank) {
                return Ok(Some((bank, place, Found::InPlace)));
            }
            self.skip(&place, "its content is another now".to_owned());
            changed = Some((bank, place.clone(), Found::Changed));
        }
        for candidate in self.elsewhere(project) {
            if let Some(bank) = self.try_match(&candidate)? {
                return Ok(Some((bank, candidate, Found::Moved)));
            }
        }
        if let Some(hit) = self.scan()? {
            return Ok(Some(hit));
        }
        if let Some(copy) = &self.reference.copy {
            match self.library.load_copy(copy, self.reference) {
                Ok(bank) => return Ok(Some((bank, place, Found::Carried))),
                Err(error) => self.skip(&place, error.to_string()),
            }
        }
        match changed {
            Some(hit) => Ok(Some(hit)),
            None => self.by_name(),
        }
    }

    /// The path of the reference on this machine: a file of that very name, or what its variables
    /// say; as it is where one of them is not set.
    fn place(&self) -> PathBuf {
        let path = &self.reference.path;
        if Path::new(path).exists() {
            return PathBuf::from(path);
        }
        let put_in = variables::put_in(path, |name| std::env::var(name).ok());
        put_in.map_or_else(|| PathBuf::from(path), |path| PathBuf::from(path.as_ref()))
    }

    /// Places that need no search.
    fn elsewhere(&self, project: Option<&Path>) -> Vec<PathBuf> {
        let places = self.library.places();
        let reference = self.reference;
        let relative = reference.relative.as_ref();
        let relative = relative.and_then(|relative| relative.resolve(places, project));
        let beside = [project, places.banks.as_deref()];
        let beside = beside
            .into_iter()
            .flatten()
            .filter(|_| !reference.file_name().is_empty())
            .map(|folder| folder.join(reference.file_name()));
        let indexed = reference
            .hash
            .map(|hash| self.library.index().paths_of(hash));
        relative
            .into_iter()
            .chain(beside)
            .chain(indexed.into_iter().flatten())
            .collect()
    }

    /// A file of the same length and content in the folders that are searched.
    fn scan(&mut self) -> Result<Option<Hit>, Cancelled> {
        // Without a length nothing tells the files apart but their names.
        if self.reference.size == 0 {
            return Ok(None);
        }
        self.progress.begin(Phase::Searching, 0);
        for candidate in Walk::new(self.library.places()) {
            if self.progress.is_cancelled() {
                return Err(Cancelled);
            }
            if let Some(bank) = self.try_match(&candidate)? {
                return Ok(Some((bank, candidate, Found::Moved)));
            }
        }
        Ok(None)
    }

    /// A file of the same name with the same title.
    fn by_name(&mut self) -> Result<Option<Hit>, Cancelled> {
        let name = self.reference.file_name().to_lowercase();
        if name.is_empty() {
            return Ok(None);
        }
        self.progress.begin(Phase::Searching, 0);
        for candidate in Walk::new(self.library.places()) {
            if self.progress.is_cancelled() {
                return Err(Cancelled);
            }
            let is_namesake = candidate
                .file_name()
                .is_some_and(|it| it.to_string_lossy().to_lowercase() == name);
            if !is_namesake {
                continue;
            }
            if let Some(bank) = self.try_load(&candidate)? {
                let title = &self.reference.name;
                if title.is_empty() || *title == bank.title {
                    return Ok(Some((bank, candidate, Found::Similar)));
                }
                self.skip(&candidate, format!("its title is {}", bank.title));
            }
        }
        Ok(None)
    }

    /// The bank at a path, if it may be the one by length and index, and is by its content.
    fn try_match(&mut self, path: &Path) -> Result<Option<Arc<LoadedBank>>, Cancelled> {
        let Ok(stamp) = Stamp::of(path) else {
            return Ok(None);
        };
        let reference = self.reference;
        if reference.size != 0 && reference.size != stamp.size {
            return Ok(None);
        }
        if let (Some(wanted), Ok(path)) = (reference.hash, path.canonicalize()) {
            let known = self.library.index().hash_of(&path, stamp);
            if known.is_some_and(|known| known != wanted) {
                return Ok(None);
            }
        }
        if !self.seen.insert(path.to_owned()) {
            return Ok(None);
        }
        let bank = self.try_load(path)?;
        Ok(bank.filter(|bank| self.is_the_one(bank)))
    }

    /// The bank at a path, or a note of why there is none.
    fn try_load(&mut self, path: &Path) -> Result<Option<Arc<LoadedBank>>, Cancelled> {
        if self.progress.is_cancelled() {
            return Err(Cancelled);
        }
        match self.library.load(path, self.progress) {
            Ok(bank) => Ok(Some(bank)),
            Err(LoadError::Cancelled) => Err(Cancelled),
            Err(error) => {
                self.skip(path, error.to_string());
                Ok(None)
            }
        }
    }

    /// Whether a bank is what the reference names, as far as it says.
    fn is_the_one(&self, bank: &LoadedBank) -> bool {
        let reference = self.reference;
        match reference.hash {
            Some(hash) => hash == bank.hash,
            None => {
                (reference.size == 0 || reference.size == bank.size)
                    && (reference.name.is_empty() || reference.name == bank.title)
            }
        }
    }

    fn skip(&mut self, path: &Path, reason: String) {
        if self.skipped.len() < MAX_SKIPPED {
            self.skipped.push(Skipped {
                path: path.to_owned(),
                reason,
            });
        }
    }
}

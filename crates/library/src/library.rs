//! The library: what is in memory, what is known of files, who is reading what.
//!
//! Owner: the process, or a test. Thread: any but render.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError, Weak};
use std::time::{SystemTime, UNIX_EPOCH};

use dmus_dls::Image;
use dmus_synth::Collection;

use crate::error::{LoadError, OpenError};
use crate::flights::{Boarding, Flights};
use crate::hash::BankHash;
use crate::index::{Entry, Index};
use crate::loaded::LoadedBank;
use crate::places::Places;
use crate::progress::{Phase, Progress};
use crate::reading::{self, Stamp};
use crate::reference::BankReference;
use crate::search::{self, Opened};

/// All banks that somebody in the process plays, and where banks lie.
#[derive(Debug, Default)]
pub struct Library {
    places: Places,
    /// Read from disk when it is needed first.
    index: OnceLock<Mutex<Index>>,
    resident: Mutex<HashMap<BankHash, Resident>>,
    files: Flights<(PathBuf, Stamp)>,
    contents: Flights<BankHash>,
}

/// A bank that is in memory as long as others hold it.
#[derive(Debug)]
struct Resident {
    bank: Weak<LoadedBank>,
    collection: Weak<Collection>,
    size: u64,
}

impl Resident {
    fn of(bank: &Arc<LoadedBank>) -> Self {
        Self {
            bank: Arc::downgrade(bank),
            collection: Arc::downgrade(&bank.collection),
            size: bank.size,
        }
    }

    fn is_in_memory(&self) -> bool {
        self.collection.strong_count() > 0
    }
}

impl Library {
    /// A library of its own.
    #[must_use]
    pub fn new(places: Places) -> Self {
        Self {
            places,
            ..Self::default()
        }
    }

    /// The library of this process, which all its instances share.
    #[must_use]
    pub fn process() -> &'static Self {
        static LIBRARY: OnceLock<Library> = OnceLock::new();
        LIBRARY.get_or_init(|| Self::new(Places::of_process()))
    }

    /// Where banks are looked for.
    #[must_use]
    pub const fn places(&self) -> &Places {
        &self.places
    }

    /// The bank in a file: the one that is in memory already if its content is, or a new one.
    ///
    /// Of several who ask at once for one file, one reads it and the others wait.
    ///
    /// # Errors
    /// [`LoadError`], which says what is wrong with the file.
    ///
    /// # Real-time
    /// Not real-time: reads, waits, allocates.
    pub fn load(&self, path: &Path, progress: &Progress) -> Result<Arc<LoadedBank>, LoadError> {
        // Several paths to one file, and relative ones, are the same to the index.
        let path = path.canonicalize().map_err(LoadError::File)?;
        progress.turn_to(&path);
        loop {
            let stamp = Stamp::of(&path)?;
            let known = self.index().hash_of(&path, stamp);
            if let Some(bank) = known.and_then(|hash| self.resident(hash)) {
                progress.begin(Phase::Done, bank.size);
                return Ok(bank);
            }
            match self.files.board((path.clone(), stamp), progress) {
                Boarding::Lead(_ticket) => return self.read(&path, progress),
                Boarding::Landed => {}
                Boarding::Cancelled => return Err(LoadError::Cancelled),
            }
        }
    }

    /// The bank that a project named, wherever it is now; see [`Opened`] for what happened.
    ///
    /// - `project`: folder of the project, if it is known
    ///
    /// # Errors
    /// [`OpenError`]: no file is the bank, or it was told to end.
    ///
    /// # Real-time
    /// Not real-time: reads, searches folders, waits, allocates.
    pub fn open(
        &self,
        reference: &BankReference,
        project: Option<&Path>,
        progress: &Progress,
    ) -> Result<Opened, OpenError> {
        search::open(self, reference, project, progress)
    }

    /// Names a bank that was loaded from `path`, as projects save it.
    #[must_use]
    pub fn reference(&self, bank: &LoadedBank, path: &Path) -> BankReference {
        BankReference::new(bank, path, &self.places, None)
    }

    /// Reads a file that nobody else reads.
    fn read(&self, path: &Path, progress: &Progress) -> Result<Arc<LoadedBank>, LoadError> {
        let (image, hash, stamp) =
            reading::read(path, |stamp| self.index().hash_of(path, stamp), progress)?;
        let bank = loop {
            if let Some(bank) = self.resident(hash) {
                break bank;
            }
            // The same content under another path may be on its way.
            match self.contents.board(hash, progress) {
                Boarding::Lead(_ticket) => {
                    progress.begin(Phase::Compiling, stamp.size);
                    let bank = Arc::new(LoadedBank::of_image(&image, hash, path)?);
                    self.keep(&bank);
                    break bank;
                }
                Boarding::Landed => {}
                Boarding::Cancelled => return Err(LoadError::Cancelled),
            }
        };
        self.remember(path, stamp, &bank);
        progress.begin(Phase::Done, stamp.size);
        Ok(bank)
    }

    /// A bank that is no file: the one that is in memory already if its content is, or a new one.
    ///
    /// - `name`: for a bank without a title
    pub(crate) fn load_image(
        &self,
        image: &Image,
        name: &Path,
    ) -> Result<Arc<LoadedBank>, LoadError> {
        let hash = BankHash::of(image.bytes());
        if let Some(bank) = self.resident(hash) {
            return Ok(bank);
        }
        let bank = Arc::new(LoadedBank::of_image(image, hash, name)?);
        self.keep(&bank);
        Ok(bank)
    }

    /// How many banks are in memory, and the length of their files together, bytes.
    ///
    /// Those count as well that nobody holds any more but an engine, whose voices still sound.
    #[must_use]
    pub fn in_memory(&self) -> (usize, u64) {
        let mut resident = self.lock_resident();
        resident.retain(|_, bank| bank.is_in_memory());
        let bytes = resident.values().map(|bank| bank.size).sum();
        (resident.len(), bytes)
    }

    /// A bank that somebody holds.
    fn resident(&self, hash: BankHash) -> Option<Arc<LoadedBank>> {
        self.lock_resident().get(&hash)?.bank.upgrade()
    }

    /// Makes a bank known to all who ask for it from now on, as long as somebody holds it.
    fn keep(&self, bank: &Arc<LoadedBank>) {
        let mut resident = self.lock_resident();
        resident.retain(|_, bank| bank.is_in_memory());
        resident.insert(bank.hash, Resident::of(bank));
    }

    /// Notes what a file holds, here and on disk.
    fn remember(&self, path: &Path, stamp: Stamp, bank: &LoadedBank) {
        let Some(text) = path.to_str() else { return };
        let now = SystemTime::now().duration_since(UNIX_EPOCH);
        let mut index = self.index();
        index.put(Entry {
            path: text.to_owned(),
            size: stamp.size,
            modified: stamp.modified,
            hash: bank.hash,
            title: bank.title.clone(),
            seen: now.map_or(0, |now| now.as_secs()),
        });
        if let Some(folder) = &self.places.data {
            // Without the file the next process reads more and finds less; nothing else.
            let _unwritten = index.write(folder);
        }
    }

    /// What is known of files.
    pub(crate) fn index(&self) -> MutexGuard<'_, Index> {
        let index = self.index.get_or_init(|| {
            let folder = self.places.data.as_deref();
            Mutex::new(folder.map(Index::read).unwrap_or_default())
        });
        index.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn lock_resident(&self) -> MutexGuard<'_, HashMap<BankHash, Resident>> {
        self.resident.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

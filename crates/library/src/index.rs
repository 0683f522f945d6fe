//! The index: which content lay where when it was last seen.
//!
//! In: what loads have found out. Out: a file in the user's data folder, and answers that spare a
//! look at the disk or a whole hash. Nothing depends on it: what is missing, damaged or of another
//! version counts as empty and fills again. Owner: the library. Thread: any but render.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::{self, Read as _};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use serde::{Deserialize, Serialize};

use crate::hash::BankHash;
use crate::reading::Stamp;
use crate::replacement::replace_file;

/// Name of the file in the data folder.
pub(crate) const FILE_NAME: &str = "banks.json";

/// Version of the file; another one is not read.
const VERSION: u32 = 1;

/// Longest file that is read, bytes; far beyond what is ever written.
const MAX_BYTES: u64 = 64 << 20;

/// Files remembered; the one seen longest ago makes room.
const MAX_ENTRIES: usize = 10_000;

/// What is known of a file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Entry {
    /// Where it is.
    pub(crate) path: String,
    /// Length, bytes.
    pub(crate) size: u64,
    /// When it was changed, ns since 1970.
    pub(crate) modified: u64,
    /// Names the content.
    pub(crate) hash: BankHash,
    /// Title of the bank.
    pub(crate) title: String,
    /// When this was found out, s since 1970.
    pub(crate) seen: u64,
}

/// The whole file.
#[derive(Debug, Serialize, Deserialize)]
struct Saved {
    version: u32,
    banks: Vec<Entry>,
}

/// What is known of all files.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Index {
    entries: BTreeMap<String, Entry>,
}

impl Index {
    /// What a folder's file says; empty if it says nothing that can be understood.
    pub(crate) fn read(folder: &Path) -> Self {
        let mut text = String::new();
        let read = File::open(folder.join(FILE_NAME))
            .and_then(|file| file.take(MAX_BYTES).read_to_string(&mut text));
        let saved: Option<Saved> = read.ok().and_then(|_| serde_json::from_str(&text).ok());
        let banks = saved.filter(|saved| saved.version == VERSION);
        let mut index = Self::default();
        for entry in banks.into_iter().flat_map(|saved| saved.banks) {
            index.put(entry);
        }
        index
    }

    /// Notes what is known of a file, in place of what was.
    pub(crate) fn put(&mut self, entry: Entry) {
        self.entries.insert(entry.path.clone(), entry);
        if self.entries.len() > MAX_ENTRIES {
            let oldest = self.entries.values().min_by_key(|entry| entry.seen);
            if let Some(path) = oldest.map(|entry| entry.path.clone()) {
                self.entries.remove(&path);
            }
        }
    }

    /// What a file holds, if it is as it was when that was found out.
    pub(crate) fn hash_of(&self, path: &Path, stamp: Stamp) -> Option<BankHash> {
        let entry = self.entries.get(path.to_str()?)?;
        let is_same = entry.size == stamp.size
            && entry.modified == stamp.modified
            // A file system without times tells nothing.
            && stamp.modified != 0;
        is_same.then_some(entry.hash)
    }

    /// Where a content was seen, last seen first.
    pub(crate) fn paths_of(&self, hash: BankHash) -> Vec<PathBuf> {
        let mut found: Vec<&Entry> = self
            .entries
            .values()
            .filter(|entry| entry.hash == hash)
            .collect();
        found.sort_by_key(|entry| std::cmp::Reverse(entry.seen));
        found
            .iter()
            .map(|entry| entry.path.as_str().into())
            .collect()
    }

    /// Writes the file, with what others have written into it meanwhile: of two entries about one
    /// file the later holds.
    ///
    /// It is replaced in one step. Two processes at once may lose each other's newest entry, which
    /// the next load finds out again; nobody ever sees half a file.
    ///
    /// # Errors
    /// What the system says.
    pub(crate) fn write(&mut self, folder: &Path) -> io::Result<()> {
        // Inside a process one after the other: what is read here is written below.
        static ONE_AT_A_TIME: Mutex<()> = Mutex::new(());
        let _turn = ONE_AT_A_TIME.lock().unwrap_or_else(PoisonError::into_inner);
        fs::create_dir_all(folder)?;
        for (path, entry) in Self::read(folder).entries {
            match self.entries.get(&path) {
                Some(own) if own.seen >= entry.seen => {}
                _ => self.put(entry),
            }
        }
        let saved = Saved {
            version: VERSION,
            banks: self.entries.values().cloned().collect(),
        };
        replace_file(&folder.join(FILE_NAME), &serde_json::to_vec_pretty(&saved)?)
    }
}

#[cfg(test)]
mod tests;

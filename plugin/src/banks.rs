//! Banks from disk and from inside, ready to be handed down.
//!
//! Thread: task, or the host's main thread in `activate`. Nothing here is real-time: files are
//! read and memory is taken.

use std::fs::{self, File};
use std::io::Read;
use std::path::Path;
use std::sync::{Arc, OnceLock};

use dmus_dls::Bank;
use dmus_synth::Collection;

use crate::notice::{Notice, Severity};

/// The bank that is always there, computed by `crates/factory`.
static BUILT_IN: &[u8] = include_bytes!("../../presets/dmus-gm.dls");

/// Longest file that is read, bytes: what a RIFF file can count.
const MAX_FILE_BYTES: u64 = u32::MAX as u64;

/// A bank in memory, compiled, with what a person wants to know about it.
#[derive(Debug, Clone)]
pub struct LoadedBank {
    /// Title, or the file's name when it has none.
    pub title: String,
    /// Path as it was given; empty for the built-in bank.
    pub path: String,
    /// Length of the file, bytes.
    pub size: u64,
    /// Leniencies of the reader.
    pub warnings: usize,
    /// What the engine plays.
    pub collection: Arc<Collection>,
}

/// The bank that is always there, once for the process.
///
/// # Errors
/// A notice when the bank that was compiled in cannot be read, which a test excludes.
pub fn built_in() -> Result<LoadedBank, Notice> {
    static LOADED: OnceLock<Result<LoadedBank, Notice>> = OnceLock::new();
    LOADED
        .get_or_init(|| compile(BUILT_IN, String::new(), "built-in bank"))
        .clone()
}

/// Reads and compiles the bank at `path`.
///
/// # Errors
/// A notice that says which file, what was wrong and where.
pub fn load(path: &str) -> Result<LoadedBank, Notice> {
    let bytes = read(Path::new(path)).map_err(|reason| Notice {
        severity: Severity::Warning,
        text: format!("cannot read bank {path}: {reason}"),
        hint: "the bank before it goes on playing; open the file again where it is now",
    })?;
    let file_name = Path::new(path)
        .file_name()
        .map_or(path.into(), |name| name.to_string_lossy());
    compile(&bytes, path.to_owned(), &file_name)
}

/// The bytes of a regular file of legal length.
fn read(path: &Path) -> Result<Vec<u8>, String> {
    let kind = fs::metadata(path).map_err(|error| error.to_string())?;
    if !kind.is_file() {
        return Err("not a file".to_owned());
    }
    if kind.len() > MAX_FILE_BYTES {
        return Err(format!(
            "{} bytes, at most {MAX_FILE_BYTES} allowed",
            kind.len()
        ));
    }
    let mut bytes = Vec::new();
    let file = File::open(path).map_err(|error| error.to_string())?;
    file.take(MAX_FILE_BYTES)
        .read_to_end(&mut bytes)
        .map_err(|error| error.to_string())?;
    Ok(bytes)
}

/// Bytes to something that plays.
fn compile(bytes: &[u8], path: String, file_name: &str) -> Result<LoadedBank, Notice> {
    let unreadable = |reason: String| Notice {
        severity: Severity::Warning,
        text: format!("{file_name} is not a bank that can be played: {reason}"),
        hint: "the bank before it goes on playing; DLS Level 1 and 2 files are understood",
    };
    let bank = Bank::read(bytes).map_err(|error| unreadable(error.to_string()))?;
    let collection = Collection::compile(&bank).map_err(|error| unreadable(error.to_string()))?;
    let title = if bank.info.name.trim().is_empty() {
        file_name
    } else {
        bank.info.name.trim()
    };
    Ok(LoadedBank {
        title: title.to_owned(),
        path,
        size: bytes.len() as u64,
        warnings: bank.warnings.len(),
        collection: Arc::new(collection),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_built_in_bank_is_read_without_a_warning_and_once_for_all() {
        let first = built_in().expect("the bank that was compiled in");
        assert_eq!(first.warnings, 0);
        let second = built_in().expect("the bank that was compiled in");
        assert!(Arc::ptr_eq(&first.collection, &second.collection));
    }

    #[test]
    fn a_missing_file_is_named_in_the_notice() {
        let notice = load("no/such/bank.dls").expect_err("there is no such file");
        assert!(notice.text.contains("no/such/bank.dls"), "{notice}");
    }

    #[test]
    fn a_folder_is_no_bank() {
        let notice = load(env!("CARGO_MANIFEST_DIR")).expect_err("a folder");
        assert!(notice.text.ends_with("not a file"), "{notice}");
    }
}

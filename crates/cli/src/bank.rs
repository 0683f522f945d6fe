//! Banks from disk and from inside.

use std::fmt;
use std::fs;
use std::path::{Path, PathBuf};

use dmus_dls::Bank;

/// The bank that is always there.
static BUILT_IN: &[u8] = include_bytes!("../../../presets/dmus-gm.dls");

/// What went wrong with a file.
#[derive(Debug)]
pub(crate) struct FileError {
    /// The file.
    pub(crate) path: PathBuf,
    /// What was tried, and why it failed.
    pub(crate) reason: String,
}

impl FileError {
    /// An error about a file.
    pub(crate) fn new(path: &Path, reason: impl fmt::Display) -> Self {
        Self {
            path: path.to_owned(),
            reason: reason.to_string(),
        }
    }
}

impl fmt::Display for FileError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.path.display(), self.reason)
    }
}

impl std::error::Error for FileError {}

/// Reads the bank at `path`.
///
/// # Errors
/// [`FileError`] when the file cannot be read or is no bank.
pub(crate) fn read(path: &Path) -> Result<Bank, FileError> {
    let bytes = fs::read(path).map_err(|error| FileError::new(path, error))?;
    Bank::read(&bytes).map_err(|error| FileError::new(path, error))
}

/// The bank that is compiled in.
///
/// # Errors
/// [`FileError`] when it cannot be read, which a test excludes.
pub(crate) fn built_in() -> Result<Bank, FileError> {
    Bank::read(BUILT_IN).map_err(|error| FileError::new(Path::new("built-in bank"), error))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_built_in_bank_is_read_without_a_warning() {
        assert_eq!(built_in().expect("compiled in").warnings, []);
    }

    #[test]
    fn a_missing_file_is_named() {
        let error = read(Path::new("no/such.dls")).expect_err("there is none");
        assert!(error.to_string().starts_with("no/such.dls: "), "{error}");
    }
}

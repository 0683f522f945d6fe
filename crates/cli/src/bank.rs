//! Banks from disk and from inside.

use std::fmt;
use std::fs::File;
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};

use dmus_dls::{Bank, Image, ReadOptions};

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

/// Reads the bank at `path`; its recordings stay in the one copy of the file.
///
/// # Errors
/// [`FileError`] when the file cannot be read or is no bank.
pub(crate) fn read(path: &Path) -> Result<Bank, FileError> {
    read_with(path, ReadOptions::default())
}

/// As [`read`], with a say in what files leave open.
///
/// # Errors
/// As [`read`].
pub(crate) fn read_with(path: &Path, options: ReadOptions) -> Result<Bank, FileError> {
    let fail = |error: &dyn fmt::Display| FileError::new(path, error);
    let file = File::open(path).map_err(|error| fail(&error))?;
    let length = file.metadata().map_err(|error| fail(&error))?.len();
    let length = usize::try_from(length).unwrap_or(usize::MAX);
    let image = Image::read_file(&file, length, &mut |_| ControlFlow::Continue(()))
        .map_err(|error| fail(&error))?
        .unwrap_or_default();
    Bank::from_image_with(&image, options).map_err(|error| fail(&error))
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

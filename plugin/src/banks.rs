//! The built-in bank, and what a musician is told about banks from disk.
//!
//! Thread: task, worker, or the host's main thread. Nothing here is real-time: memory is taken.

use std::path::Path;
use std::sync::{Arc, OnceLock};

use dmus_dls::Image;
use dmus_library::{BankHash, BankReference, Found, LoadError, LoadedBank, OpenError, Opened};

use crate::notice::{Notice, Severity};

/// The bank that is always there, computed by `crates/factory`.
static BUILT_IN: &[u8] = include_bytes!("../../presets/dmus-gm.dls");

/// The bank that is always there, once for the process.
///
/// # Errors
/// A notice when the bank that was compiled in cannot be read, which a test excludes.
pub fn built_in() -> Result<Arc<LoadedBank>, Notice> {
    static LOADED: OnceLock<Result<Arc<LoadedBank>, Notice>> = OnceLock::new();
    LOADED
        .get_or_init(|| {
            let image = Image::from_bytes(BUILT_IN);
            let name = Path::new("built-in bank");
            LoadedBank::of_image(&image, BankHash::of(BUILT_IN), name)
                .map(Arc::new)
                .map_err(|error| Notice {
                    severity: Severity::Fault,
                    text: format!("the built-in bank is {error}"),
                    hint: "install DMus again",
                })
        })
        .clone()
}

/// What is said about a file that the musician wanted to hear.
#[must_use]
pub fn unreadable(path: &str, error: &LoadError) -> Notice {
    Notice {
        severity: Severity::Warning,
        text: format!("cannot read bank {path}: {error}"),
        hint: "the banks before it go on playing; DLS and SoundFont files are understood",
    }
}

/// What is said about a bank of a project that is nowhere to be had.
#[must_use]
pub fn missing(reference: &BankReference, error: &OpenError) -> Notice {
    Notice {
        severity: Severity::Warning,
        text: match error {
            OpenError::Cancelled => format!("bank {} was not loaded: cancelled", reference.label()),
            error => format!("bank {} is missing: {error}", reference.path),
        },
        hint: "other banks play instead, the project goes on naming it; relocate it to hear it",
    }
}

/// What is said about a bank of a project that is not what it was or not where it was.
#[must_use]
pub fn found(reference: &BankReference, opened: &Opened) -> Option<Notice> {
    let (label, place) = (reference.label(), opened.path.display());
    let (severity, text, hint) = match opened.found {
        Found::InPlace => return None,
        Found::Moved => (
            Severity::Information,
            format!("bank {label} was moved and found again: {place}"),
            "save the project to remember it",
        ),
        Found::Carried => (
            Severity::Information,
            format!("bank {label} is missing; what the project carries of it plays"),
            "the project goes on naming it; relocate it to hear all of it",
        ),
        Found::Changed => (
            Severity::Warning,
            format!("bank {label} is another one now: {place}"),
            "it plays as it is; relocate it if there is an older copy",
        ),
        _ => (
            Severity::Warning,
            format!("bank {label} may be this one, which has its name: {place}"),
            "it plays, and the project goes on naming the old one; relocate it to be sure",
        ),
    };
    Some(Notice {
        severity,
        text,
        hint,
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
        assert!(Arc::ptr_eq(&first, &second));
    }

    #[test]
    fn a_file_that_cannot_be_read_is_named_in_the_notice() {
        let notice = unreadable("no/such/bank.dls", &LoadError::NotAFile);
        assert!(notice.text.contains("no/such/bank.dls"), "{notice}");
        assert!(notice.text.ends_with("not a file"), "{notice}");
    }
}

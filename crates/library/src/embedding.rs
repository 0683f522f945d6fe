//! Which banks may not be copied into a project.
//!
//! In: a file's name, a bank's copyright text. Out: a verdict with its reason. Thread: any.
//! The banks that come with Windows and macOS are Roland's: they are read where they are.

use std::fmt;

/// The banks of operating systems, by file name.
const SYSTEM_BANKS: [&str; 2] = ["gm.dls", "gs_instruments.dls"];

/// Who lets nobody copy their banks, as copyright texts name them.
const OWNERS: [&str; 1] = ["roland"];

/// Why a bank must stay where it is.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum MustNotEmbed {
    /// It has the name of a bank that belongs to an operating system.
    SystemBank(String),
    /// Its copyright text names an owner who does not allow copies.
    Copyright(String),
}

impl fmt::Display for MustNotEmbed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::SystemBank(name) => write!(f, "{name} belongs to the operating system"),
            Self::Copyright(text) => write!(f, "its copyright allows no copy: {text}"),
        }
    }
}

impl std::error::Error for MustNotEmbed {}

/// Whether a bank may be copied.
pub(crate) fn check(file_name: &str, copyright: &str) -> Result<(), MustNotEmbed> {
    let name = file_name.to_lowercase();
    if SYSTEM_BANKS.contains(&name.as_str()) {
        return Err(MustNotEmbed::SystemBank(file_name.to_owned()));
    }
    let text = copyright.to_lowercase();
    if OWNERS.iter().any(|owner| text.contains(owner)) {
        return Err(MustNotEmbed::Copyright(copyright.trim().to_owned()));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_banks_of_operating_systems_stay_where_they_are_under_their_name_and_any_other() {
        for name in ["gm.dls", "GM.DLS", "gs_instruments.dls"] {
            assert_eq!(
                check(name, ""),
                Err(MustNotEmbed::SystemBank(name.to_owned()))
            );
        }
        let text = "Copyright (c) 1996 Roland Corporation U.S.";
        assert_eq!(
            check("renamed.dls", text),
            Err(MustNotEmbed::Copyright(text.to_owned()))
        );
        assert_eq!(check("mine.sf2", "(c) me, 2026"), Ok(()));
    }
}

//! All bank files in the folders that are searched, one after the other.
//!
//! In: [`Places`]. Out: paths, in the order of the places, inside a folder by name. Bounded in depth
//! and number, so that a link that leads back to its own folder ends as well. Thread: any but
//! render.

use std::fs;
use std::path::PathBuf;

use crate::places::Places;

/// Folders inside folders that are entered.
const MAX_DEPTH: usize = 8;

/// Files and folders that are looked at.
const MAX_ENTRIES: usize = 100_000;

/// How names of bank files end.
const EXTENSIONS: [&str; 5] = ["dls", "sf2", "sf3", "rmi", "sf2pack"];

/// What is still to be looked at.
#[derive(Debug)]
pub(super) struct Walk {
    /// Paths with their depth, next one last.
    ahead: Vec<(PathBuf, usize)>,
    left: usize,
}

impl Walk {
    pub(super) fn new(places: &Places) -> Self {
        let roots = places.folders.iter().chain(&places.files);
        let ahead = roots.rev().map(|root| (root.clone(), 0)).collect();
        Self {
            ahead,
            left: MAX_ENTRIES,
        }
    }
}

impl Iterator for Walk {
    type Item = PathBuf;

    fn next(&mut self) -> Option<PathBuf> {
        while let Some((path, depth)) = self.ahead.pop() {
            self.left = self.left.checked_sub(1)?;
            // What cannot be looked at is passed over: it is not the bank.
            let Ok(about) = fs::metadata(&path) else {
                continue;
            };
            if about.is_file() {
                if is_bank(&path) {
                    return Some(path);
                }
            } else if about.is_dir() && depth < MAX_DEPTH {
                let Ok(entries) = fs::read_dir(&path) else {
                    continue;
                };
                let entries = entries.take(self.left).filter_map(Result::ok);
                let mut inside: Vec<PathBuf> = entries.map(|entry| entry.path()).collect();
                inside.sort_unstable_by(|one, other| other.cmp(one));
                self.ahead
                    .extend(inside.into_iter().map(|path| (path, depth + 1)));
            }
        }
        None
    }
}

fn is_bank(path: &std::path::Path) -> bool {
    path.extension()
        .and_then(|extension| extension.to_str())
        .is_some_and(|extension| {
            EXTENSIONS
                .iter()
                .any(|it| it.eq_ignore_ascii_case(extension))
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn banks_come_folder_by_folder_and_by_name_whatever_case_they_end_in() {
        let root = tempfile::tempdir().unwrap();
        let at = |path: &str| root.path().join(path);
        fs::create_dir_all(at("first/inside")).unwrap();
        fs::create_dir_all(at("second")).unwrap();
        for file in [
            "first/b.SF2",
            "first/a.dls",
            "first/notes.txt",
            "first/inside/c.sf3",
            "second/a.dls",
            "single.dls",
        ] {
            fs::write(at(file), "").unwrap();
        }
        let places = Places {
            folders: vec![at("first"), at("none"), at("second")],
            files: vec![at("single.dls"), at("gone.dls")],
            ..Places::default()
        };
        let found: Vec<PathBuf> = Walk::new(&places).collect();
        let expected = [
            "first/a.dls",
            "first/b.SF2",
            "first/inside/c.sf3",
            "second/a.dls",
            "single.dls",
        ];
        assert_eq!(found, expected.map(at));
    }

    #[cfg(unix)]
    #[test]
    fn a_link_that_leads_back_ends() {
        let root = tempfile::tempdir().unwrap();
        fs::write(root.path().join("a.dls"), "").unwrap();
        std::os::unix::fs::symlink(root.path(), root.path().join("back")).unwrap();
        let places = Places {
            folders: vec![root.path().to_owned()],
            ..Places::default()
        };
        assert_eq!(Walk::new(&places).count(), MAX_DEPTH);
    }
}

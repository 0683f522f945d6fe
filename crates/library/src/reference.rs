//! How a project names a bank, so that it is found again after it was moved or renamed.
//!
//! In: a loaded bank and its path, or the saved form. Out: the saved form. Thread: any.

use std::path::{Component, Path, PathBuf};

use serde::{Deserialize, Deserializer, Serialize};

use crate::copy::BankCopy;
use crate::hash::BankHash;
use crate::loaded::LoadedBank;
use crate::places::Places;

/// A bank as a project names it.
///
/// Every field may be missing: a reference of an older program has a path at most.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct BankReference {
    /// Names the content; what is no hash counts as none.
    #[serde(
        deserialize_with = "hash_or_none",
        skip_serializing_if = "Option::is_none"
    )]
    pub hash: Option<BankHash>,
    /// The bank's own title, for a person who has to find it again.
    pub name: String,
    /// Length of the file, bytes; 0 is unknown.
    pub size: u64,
    /// Where the file was, absolute or as the user gave it.
    pub path: String,
    /// Where it was beside something that another machine has too.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub relative: Option<Relative>,
    /// The programs that the project uses of it, if they travel in the project.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub copy: Option<BankCopy>,
}

/// A path from a folder that each machine has in its own place.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Relative {
    /// From where.
    pub to: Base,
    /// The way from there, its parts separated by `/`.
    pub path: String,
}

/// A folder that each machine has in its own place.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Base {
    /// That of the project file, where a host tells it.
    Project,
    /// The user's banks.
    Banks,
    /// The user's home.
    Home,
}

impl BankReference {
    /// Names a bank that was loaded from `path`.
    ///
    /// - `project`: folder of the project, if it is known
    #[must_use]
    pub fn new(bank: &LoadedBank, path: &Path, places: &Places, project: Option<&Path>) -> Self {
        // Without a working directory a path stays as it was given.
        let path = std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
        Self {
            hash: Some(bank.hash),
            name: bank.title.clone(),
            size: bank.size,
            relative: Relative::new(&path, places, project),
            path: path.to_string_lossy().into_owned(),
            copy: None,
        }
    }

    /// Names the file at `path`, not yet read.
    #[must_use]
    pub fn at(path: impl Into<String>) -> Self {
        Self {
            path: path.into(),
            ..Self::default()
        }
    }

    /// What a person calls the bank.
    #[must_use]
    pub fn label(&self) -> &str {
        if self.name.is_empty() {
            &self.path
        } else {
            &self.name
        }
    }

    /// The last part of the path, of whichever system it is.
    #[must_use]
    pub fn file_name(&self) -> &str {
        self.path.rsplit(['/', '\\']).next().unwrap_or_default()
    }
}

impl Relative {
    /// The nearest of the folders that hold `path`, if one does.
    fn new(path: &Path, places: &Places, project: Option<&Path>) -> Option<Self> {
        [Base::Project, Base::Banks, Base::Home]
            .into_iter()
            .find_map(|to| {
                let rest = path.strip_prefix(folder(to, places, project)?).ok()?;
                let parts = rest.components().map(|part| part.as_os_str().to_str());
                let parts = parts.collect::<Option<Vec<_>>>()?;
                Some(Self {
                    to,
                    path: parts.join("/"),
                })
            })
    }

    /// Where that is on this machine; nothing where the folder is unknown or the way leads out of
    /// it.
    #[must_use]
    pub fn resolve(&self, places: &Places, project: Option<&Path>) -> Option<PathBuf> {
        let way: PathBuf = self.path.split('/').collect();
        let stays = way
            .components()
            .all(|part| matches!(part, Component::Normal(_)));
        stays.then(|| folder(self.to, places, project).map(|folder| folder.join(way)))?
    }
}

fn folder<'a>(base: Base, places: &'a Places, project: Option<&'a Path>) -> Option<&'a Path> {
    match base {
        Base::Project => project,
        Base::Banks => places.banks.as_deref(),
        Base::Home => places.home.as_deref(),
    }
}

/// A state stays readable whatever stands where its hash should be.
fn hash_or_none<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<BankHash>, D::Error> {
    let text = Option::<String>::deserialize(deserializer)?;
    Ok(text.and_then(|text| text.parse().ok()))
}

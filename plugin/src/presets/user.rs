//! What is the user's own: his presets, one file each, and the list of his favourites.
//!
//! In: the folder of the user's data. Out: entries, and files that are replaced in one step; a file
//! that cannot be understood stays where it is and is told of. Thread: any but render.

use std::collections::BTreeSet;
use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};

use dmus_entry::{PresetChoice, PresetPlace};
use dmus_library::{Library, replace_file};
use serde::{Deserialize, Serialize};

use super::file::{EXTENSION, PresetFile};
use super::shelf::{About, Chosen, Entry, Kind};

/// The folder of presets in the folder of the user's data.
const FOLDER: &str = "presets";

/// The file of favourites in the folder of the user's data.
const FAVOURITES: &str = "favourites.json";

/// Where a list of favourites goes that cannot be understood.
const DAMAGED: &str = "favourites-damaged.json";

/// Version of the list of favourites.
const VERSION: u32 = 1;

/// Presets that are read of one folder at most.
const MAX_FILES: usize = 10_000;

/// Category of what lies in no folder of its own.
const UNFILED: &str = "User";

/// The places of a user's own things.
#[derive(Debug, Clone)]
pub struct UserData(PathBuf);

/// The whole file of favourites.
#[derive(Debug, Serialize, Deserialize)]
struct Favourites {
    version: u32,
    favourites: BTreeSet<String>,
}

impl UserData {
    /// A folder, which need not be there yet.
    #[must_use]
    pub const fn new(folder: PathBuf) -> Self {
        Self(folder)
    }

    /// Those of this process.
    ///
    /// # Errors
    /// The system names no folder for a user's data.
    pub fn of_process() -> Result<Self, String> {
        let data = Library::process().places().data.clone();
        data.map(Self::new)
            .ok_or_else(|| "this system names no folder for a user's data".to_owned())
    }

    /// Where presets are.
    #[must_use]
    pub fn presets(&self) -> PathBuf {
        self.0.join(FOLDER)
    }

    /// All presets, and a sentence for each file that is none.
    ///
    /// A folder in the folder is a category; what lies deeper is not looked at.
    ///
    /// # Real-time
    /// Not real-time: reads files.
    #[must_use]
    pub fn entries(&self) -> (Vec<Entry>, Vec<String>) {
        let (mut paths, folders) = inside(&self.presets());
        for folder in folders {
            paths.extend(inside(&folder).0);
        }
        let (mut entries, mut wrong) = (Vec::new(), Vec::new());
        for path in paths.into_iter().take(MAX_FILES) {
            match PresetFile::read(&path) {
                Ok(file) => entries.push(entry(path, file)),
                Err(reason) => wrong.push(reason),
            }
        }
        (entries, wrong)
    }

    /// Writes a preset under its name.
    ///
    /// - `replace`: a preset of that name may be there, and goes
    ///
    /// # Errors
    /// A sentence: the name cannot be one, a preset of that name is there, or what the system says.
    ///
    /// # Real-time
    /// Not real-time: writes a file.
    pub fn save(&self, file: &PresetFile, replace: bool) -> Result<PathBuf, String> {
        let name = file_name(&file.name)?;
        let folder = self.presets();
        let path = folder.join(format!("{name}.{EXTENSION}"));
        if path.exists() && !replace {
            return Err(format!("there is a preset '{}' already", file.name));
        }
        let text = file.text()?;
        fs::create_dir_all(&folder)
            .and_then(|()| replace_file(&path, text.as_bytes()))
            .map_err(|error| format!("{}: {error}", path.display()))?;
        Ok(path)
    }

    /// Ids of what the user likes, and a sentence if the list could not be understood: then it is
    /// put aside under another name and begins anew.
    ///
    /// # Real-time
    /// Not real-time: reads a file.
    #[must_use]
    pub fn favourites(&self) -> (BTreeSet<String>, Option<String>) {
        let path = self.0.join(FAVOURITES);
        let Ok(bytes) = fs::read(&path) else {
            return (BTreeSet::new(), None);
        };
        match serde_json::from_slice::<Favourites>(&bytes) {
            Ok(known) if known.version == VERSION => (known.favourites, None),
            _ => {
                let aside = self.0.join(DAMAGED);
                let moved = fs::rename(&path, &aside);
                let what = match moved {
                    Ok(()) => format!("it is {} now", aside.display()),
                    Err(error) => error.to_string(),
                };
                let path = path.display();
                let told = format!("the list of favourites {path} could not be understood; {what}");
                (BTreeSet::new(), Some(told))
            }
        }
    }

    /// Notes that the user likes something, or not any more.
    ///
    /// # Errors
    /// What the system says, with the path.
    ///
    /// # Real-time
    /// Not real-time: reads and writes a file.
    pub fn like(&self, id: &str, is_favourite: bool) -> Result<(), String> {
        let (mut favourites, _) = self.favourites();
        if is_favourite {
            favourites.insert(id.to_owned());
        } else {
            favourites.remove(id);
        }
        let path = self.0.join(FAVOURITES);
        let known = Favourites {
            version: VERSION,
            favourites,
        };
        let bytes = serde_json::to_vec_pretty(&known).map_err(|error| error.to_string())?;
        fs::create_dir_all(&self.0)
            .and_then(|()| replace_file(&path, &bytes))
            .map_err(|error| format!("{}: {error}", path.display()))
    }
}

/// The preset of a file, in the category of its folder.
pub(super) fn entry(path: PathBuf, file: PresetFile) -> Entry {
    let words = |word: Option<&OsStr>| {
        let word = word.map(OsStr::to_string_lossy);
        word.unwrap_or_default().into_owned()
    };
    let stem = words(path.file_stem());
    let category = match words(path.parent().and_then(Path::file_name)) {
        folder if folder == FOLDER => UNFILED.to_owned(),
        folder => folder,
    };
    let key = format!("{category}/{stem}");
    let about = About {
        name: if file.name.trim().is_empty() {
            stem
        } else {
            file.name
        },
        category,
        creator: file.creator,
        description: file.description,
        tags: file.tags,
    };
    let choice = PresetChoice {
        place: PresetPlace::Path(path),
        load_key: String::new(),
    };
    Entry::new(Kind::User, &key, about, Chosen::Preset(choice))
}

/// Preset files in a folder, and folders in it, each in alphabetical order.
fn inside(folder: &Path) -> (Vec<PathBuf>, Vec<PathBuf>) {
    let (mut files, mut folders) = (Vec::new(), Vec::new());
    for found in fs::read_dir(folder).into_iter().flatten().flatten() {
        let path = found.path();
        if path.is_dir() {
            folders.push(path);
        } else if is_preset(&path) {
            files.push(path);
        }
    }
    files.sort();
    folders.sort();
    (files, folders)
}

/// Whether a path is that of a preset file, by its name.
#[must_use]
pub fn is_preset(path: &Path) -> bool {
    let extension = path.extension();
    extension.is_some_and(|extension| extension.eq_ignore_ascii_case(EXTENSION))
}

/// The name of the file for a preset's name, without its end.
fn file_name(name: &str) -> Result<String, String> {
    let name = name.trim();
    let is_strange = |c: char| c.is_control() || r#"/\:*?"<>|"#.contains(c);
    if name.is_empty() || name.len() > 120 || name.starts_with('.') || name.ends_with('.') {
        return Err(format!(
            "'{name}' cannot be the name of a preset: 1 to 120 letters can, without a dot around them"
        ));
    }
    if let Some(strange) = name.chars().find(|c| is_strange(*c)) {
        return Err(format!(
            "'{name}' cannot be the name of a preset: no file may have '{}' in its name",
            strange.escape_default()
        ));
    }
    Ok(name.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A folder of its own, gone at the end.
    struct Own(PathBuf);

    impl Own {
        fn new(test: &str) -> Self {
            let name = format!("dmus-{test}-{}", std::process::id());
            Self(std::env::temp_dir().join(name))
        }

        fn data(&self) -> UserData {
            UserData::new(self.0.clone())
        }
    }

    impl Drop for Own {
        fn drop(&mut self) {
            let _gone = fs::remove_dir_all(&self.0);
        }
    }

    fn named(name: &str) -> PresetFile {
        PresetFile {
            format: 1,
            name: name.to_owned(),
            tags: vec!["soft".to_owned()],
            ..PresetFile::default()
        }
    }

    #[test]
    fn a_saved_preset_is_found_again_and_replaced_only_when_that_is_meant() {
        let own = Own::new("saved");
        let data = own.data();
        assert_eq!(data.entries(), (Vec::new(), Vec::new()), "no folder yet");
        data.save(&named("Evening"), false).expect("saved");
        let refused = data.save(&named("Evening"), false).expect_err("there");
        assert!(refused.contains("Evening"), "{refused}");
        let mut other = named("Evening");
        other.description = "calmer".to_owned();
        data.save(&other, true).expect("replaced");
        let (entries, wrong) = data.entries();
        assert_eq!((entries.len(), wrong.len()), (1, 0));
        assert_eq!(entries[0].id, "user/User/Evening");
        assert_eq!(entries[0].description, "calmer");
    }

    #[test]
    fn a_folder_is_a_category_and_a_damaged_file_is_told_of() {
        let own = Own::new("category");
        let folder = own.data().presets().join("Pads");
        fs::create_dir_all(&folder).expect("a folder");
        let text = named("").text().expect("a text");
        fs::write(folder.join("Warm.dmuspreset"), text).expect("a file");
        fs::write(folder.join("Torn.DMUSPRESET"), "{ \"format\"").expect("a file");
        fs::write(folder.join("notes.txt"), "no preset").expect("a file");
        let (entries, wrong) = own.data().entries();
        assert_eq!(entries.len(), 1);
        assert_eq!(
            (entries[0].name.as_str(), entries[0].category.as_str()),
            ("Warm", "Pads")
        );
        assert_eq!(wrong.len(), 1);
        assert!(wrong[0].contains("Torn"), "{}", wrong[0]);
    }

    #[test]
    fn names_that_no_file_may_have_are_refused() {
        let own = Own::new("names");
        for name in [
            "", "  ", "a/b", r"..\x", ".hidden", "a:b", "tab\tbed", "end.",
        ] {
            assert!(own.data().save(&named(name), true).is_err(), "{name}");
        }
        assert!(!own.0.exists());
    }

    #[test]
    fn favourites_are_kept_and_a_damaged_list_is_put_aside() {
        let own = Own::new("favourites");
        let data = own.data();
        data.like("factory/a", true).expect("kept");
        data.like("user/b", true).expect("kept");
        data.like("factory/a", false).expect("kept");
        let only = BTreeSet::from(["user/b".to_owned()]);
        assert_eq!(data.favourites(), (only, None));

        fs::write(own.0.join(FAVOURITES), "{ torn").expect("a file");
        let (none, told) = data.favourites();
        assert!(none.is_empty() && told.is_some_and(|told| told.contains(DAMAGED)));
        assert!(own.0.join(DAMAGED).exists());
        data.like("user/c", true).expect("kept");
        let only = BTreeSet::from(["user/c".to_owned()]);
        assert_eq!(data.favourites(), (only, None));
    }
}

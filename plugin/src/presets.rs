//! Presets: those of the factory, those of the user, programs of banks; one model for all browsers.
//!
//! In: files, what a host's browser or ours has chosen. Out: what a browser shows; a state for the
//! host's main thread, which takes it as a project's; a program on a part. Thread: a browser's own,
//! tasks. Nothing here is real-time. The file is described in `docs/presets.md`.

pub mod factory;
pub mod file;
pub mod programs;
pub mod shelf;
pub mod user;

use std::collections::BTreeSet;
use std::path::PathBuf;

use dmus_entry::{Preset, PresetChoice, PresetFileType, PresetLocation, PresetPlace, PresetSource};
use dmus_library::Library;

use crate::control::SharedControl;
use crate::notice::{Notice, Severity};
use file::PresetFile;
use shelf::{Chosen, Entry, Shelf};
use user::{UserData, is_preset};

/// Everything that a host's browser can be told of.
#[derive(Debug)]
pub struct Presets;

impl PresetSource for Presets {
    fn file_types(&self) -> &'static [PresetFileType] {
        &[
            PresetFileType {
                name: "DMus preset",
                description: "Parameters, programs and banks of the instrument",
                extension: file::EXTENSION,
            },
            PresetFileType {
                name: "DLS bank",
                description: "Downloadable Sounds, Level 1 and 2",
                extension: "dls",
            },
            PresetFileType {
                name: "SoundFont 2 bank",
                description: "SoundFont 2.01 and 2.04",
                extension: "sf2",
            },
            PresetFileType {
                name: "SoundFont 3 bank",
                description: "SoundFont 2 with compressed samples",
                extension: "sf3",
            },
        ]
    }

    fn locations(&self) -> Vec<PresetLocation> {
        let built_in = PresetLocation {
            name: "DMus".to_owned(),
            place: PresetPlace::Internal,
            is_factory: true,
        };
        let own = UserData::of_process().ok().map(|data| data.presets());
        let banks = Library::process().places().folders.iter();
        let folders = own.into_iter().chain(banks.cloned());
        let folders = folders
            .filter(|folder| folder.is_dir())
            .map(|folder| PresetLocation {
                name: folder.to_string_lossy().into_owned(),
                place: PresetPlace::Path(folder),
                is_factory: false,
            });
        std::iter::once(built_in).chain(folders).collect()
    }

    fn presets(&self, place: &PresetPlace) -> Result<Vec<Preset>, String> {
        match place {
            PresetPlace::Path(path) if is_preset(path) => {
                let file = PresetFile::read(path)?;
                Ok(vec![told(&user::entry(path.clone(), file))])
            }
            PresetPlace::Path(_) => programs::presets(place),
            PresetPlace::Internal => {
                let mut presets: Vec<Preset> = factory::entries().iter().map(told).collect();
                presets.extend(programs::presets(place)?);
                Ok(presets)
            }
        }
    }
}

/// A preset as a host's browser shows it.
fn told(entry: &Entry) -> Preset {
    let load_key = match &entry.chosen {
        Chosen::Preset(choice) => choice.load_key.clone(),
        Chosen::Program(_) => String::new(),
    };
    let words = ["instrument".to_owned(), entry.category.clone()];
    Preset {
        name: entry.name.clone(),
        load_key,
        creator: entry.creator.clone(),
        description: entry.description.clone(),
        features: words
            .into_iter()
            .chain(entry.tags.iter().cloned())
            .collect(),
        extra: Vec::new(),
    }
}

/// Plays what a browser has chosen.
///
/// # Errors
/// A sentence about what cannot be read or is not there; then all is as it was.
///
/// # Real-time
/// Not real-time: reads files.
pub fn load(choice: &PresetChoice, control: &SharedControl) -> Result<(), String> {
    match &choice.place {
        PresetPlace::Path(path) if is_preset(path) => put(&PresetFile::read(path)?, control),
        PresetPlace::Internal if factory::is_key(&choice.load_key) => {
            let file = factory::find(&choice.load_key)
                .ok_or_else(|| format!("there is no preset '{}'", choice.load_key))?;
            put(file, control)
        }
        _ => programs::load(choice, control),
    }
}

/// Has the state of a preset loaded on the host's main thread.
fn put(file: &PresetFile, control: &SharedControl) -> Result<(), String> {
    let (state, odd) = file.state();
    let mut control = control.lock();
    if !control.host().load_state(state) {
        return Err("there is no host here that could load a preset".to_owned());
    }
    if let Some(first) = odd.first() {
        let (name, count) = (&file.name, odd.len());
        control.notify(Notice {
            severity: Severity::Information,
            text: format!("{count} entries of the preset {name} have no place here: {first}"),
            hint: "the others hold",
        });
    }
    Ok(())
}

/// Plays an entry of the shelf.
///
/// - `part`: plays a melodic program, from 0
///
/// # Errors
/// As [`load`]; also when the shelf has no such entry.
///
/// # Real-time
/// Not real-time: reads files.
pub fn play(id: &str, part: usize, control: &SharedControl) -> Result<(), String> {
    let shelf = control.lock().shelf();
    let entry = shelf
        .entry(id)
        .ok_or_else(|| format!("there is no preset '{id}'; 'preset list' shows what there is"))?;
    match &entry.chosen {
        Chosen::Preset(choice) => load(choice, control),
        Chosen::Program(patch) => {
            programs::choose(*patch, part, control);
            Ok(())
        }
    }
}

/// Looks through the user's presets and favourites, and fills the shelf.
///
/// # Real-time
/// Not real-time: reads files.
pub fn refresh(control: &SharedControl) {
    let mut entries = factory::entries();
    let (mut favourites, mut wrong) = (BTreeSet::new(), Vec::new());
    // Without a folder for data there is nothing of the user's own.
    if let Ok(data) = UserData::of_process() {
        let (own, unread) = data.entries();
        entries.extend(own);
        wrong.extend(unread);
        let (liked, told) = data.favourites();
        favourites = liked;
        wrong.extend(told);
    }
    let mut control = control.lock();
    control.put_shelf(Shelf::new(entries, favourites));
    for text in wrong {
        control.notify(Notice {
            severity: Severity::Warning,
            text,
            hint: "the other presets are there",
        });
    }
}

/// Notes that the user likes an entry, or not any more.
///
/// # Errors
/// A sentence about what could not be written.
///
/// # Real-time
/// Not real-time: reads and writes files.
pub fn like(id: &str, is_favourite: bool, control: &SharedControl) -> Result<(), String> {
    UserData::of_process()?.like(id, is_favourite)?;
    refresh(control);
    Ok(())
}

/// What a new preset is to say about itself.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct NewPreset {
    /// Its name, and that of its file.
    pub name: String,
    /// What it is, in a sentence.
    pub description: String,
    /// Words it is filed under.
    pub tags: Vec<String>,
    /// A preset of that name may be there, and goes.
    pub replace: bool,
}

/// Saves the instrument as it is as a preset of the user's.
///
/// # Errors
/// A sentence: there is no host, the name cannot be one or is taken, or what the system says.
///
/// # Real-time
/// Not real-time: writes a file.
pub fn save(new: NewPreset, control: &SharedControl) -> Result<PathBuf, String> {
    // The control side is free again when the state asks for what it holds.
    let host = control.lock().host();
    let state = host
        .state()
        .ok_or("the instrument is in no host that could save it")?;
    let file = PresetFile {
        name: new.name.trim().to_owned(),
        description: new.description,
        tags: new.tags,
        ..PresetFile::of_state(&state)
    };
    let path = UserData::of_process()?.save(&file, new.replace)?;
    refresh(control);
    Ok(path)
}

/// Words between commas, without what is empty or there twice.
#[must_use]
pub fn tags(text: &str) -> Vec<String> {
    let mut tags = Vec::new();
    for tag in text.split(',').map(str::trim) {
        if !tag.is_empty() && !tags.iter().any(|known| known == tag) {
            tags.push(tag.to_owned());
        }
    }
    tags
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_built_in_are_presets_of_the_factory_and_programs() {
        let presets = Presets.presets(&PresetPlace::Internal);
        let presets = presets.expect("compiled in");
        let factory = presets.iter().filter(|it| factory::is_key(&it.load_key));
        assert_eq!(factory.count(), factory::entries().len());
        let mut keys: Vec<_> = presets.iter().map(|it| &it.load_key).collect();
        keys.sort();
        keys.dedup();
        assert_eq!(keys.len(), presets.len());
    }

    #[test]
    fn tags_stand_between_commas() {
        assert_eq!(
            tags(" soft, pad,,soft , two words"),
            ["soft", "pad", "two words"]
        );
        assert_eq!(tags("  "), [] as [String; 0]);
    }
}

//! Presets as a plug-in tells of them, for a host that lists them in its browser.
//!
//! In: what the plug-in says. Out: the same to the host, through CLAP's preset discovery, and the
//! host's choice back. Thread: a browser's own; nothing here needs an instance of the plug-in.
//! Source: \[CLAP\] factory/preset-discovery.h, ext/preset-load.h.

use std::path::{Path, PathBuf};

/// A kind of file that holds presets.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PresetFileType {
    /// Name for people, for example "SoundFont 2".
    pub name: &'static str,
    /// What it is, in a sentence.
    pub description: &'static str,
    /// How such files' names end, without the dot.
    pub extension: &'static str,
}

/// Where presets are.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum PresetPlace {
    /// Inside the plug-in itself.
    Internal,
    /// A folder with files of the known types, or one such file.
    Path(PathBuf),
}

impl PresetPlace {
    /// The path, if it is one.
    #[must_use]
    pub fn path(&self) -> Option<&Path> {
        match self {
            Self::Internal => None,
            Self::Path(path) => Some(path),
        }
    }
}

/// A place that a browser is to look into.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PresetLocation {
    /// Name for people.
    pub name: String,
    /// Where it is.
    pub place: PresetPlace,
    /// What lies there came with the plug-in; otherwise it is the user's.
    pub is_factory: bool,
}

/// One preset.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Preset {
    /// Name for people.
    pub name: String,
    /// Tells it from the others of the same place; nothing else reads it.
    pub load_key: String,
    /// Who made it.
    pub creator: String,
    /// What it is, in a sentence.
    pub description: String,
    /// CLAP features and free words that a browser files it under.
    pub features: Vec<String>,
    /// Further facts: key and value.
    pub extra: Vec<(String, String)>,
}

/// A preset that the host wants to hear.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PresetChoice {
    /// Where it is.
    pub place: PresetPlace,
    /// As [`Preset::load_key`] said; empty for the first one.
    pub load_key: String,
}

/// What a plug-in tells about its presets.
///
/// # Real-time
/// None of it is real-time: files are read.
pub trait PresetSource: Sync {
    /// Kinds of files that can be read.
    fn file_types(&self) -> &'static [PresetFileType];

    /// Where presets are looked for. Quick: opens no file.
    fn locations(&self) -> Vec<PresetLocation>;

    /// The presets of one place.
    ///
    /// - `place`: a file, or what is inside the plug-in
    ///
    /// # Errors
    /// A sentence about what cannot be read.
    fn presets(&self, place: &PresetPlace) -> Result<Vec<Preset>, String>;
}

/// The name of one key, as a host's piano roll shows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NoteName {
    /// Name for people.
    pub name: String,
    /// Note port, `0..`.
    pub port: i16,
    /// Channel, `0..=15`.
    pub channel: i16,
    /// Key, `0..=127`.
    pub key: i16,
}

//! The presets that come with the instrument: files of `presets/factory`, compiled in.
//!
//! In: nothing. Out: presets by category and name. Thread: any but render.

use std::sync::LazyLock;

use dmus_entry::{PresetChoice, PresetPlace};

use super::file::PresetFile;
use super::shelf::{About, Chosen, Entry, Kind};

/// How the load key of a preset of the factory begins.
const KEY: &str = "factory/";

/// Category and text of each file, and the one list of them.
macro_rules! factory {
    ($($category:literal: $($name:literal)*;)*) => {
        const TEXTS: &[(&str, &str, &str)] = &[
            $($((
                $category,
                $name,
                include_str!(concat!(
                    "../../../presets/factory/", $category, "/", $name, ".dmuspreset"
                )),
            ),)*)*
        ];
    };
}

factory! {
    "Keys":
        "Practice Piano"
        "Concert Grand"
        "Bright Piano Pop"
        "Chorus E-Piano"
        "Church Organ"
        "Rotating Organ"
        "Harpsichord Chamber"
        "Music Box Dream";
    "Strings and Winds":
        "Nylon Guitar"
        "String Orchestra"
        "Solo Flute"
        "Brass Section"
        "Cathedral Choir";
    "Electronic":
        "Warm Pad"
        "Echo Lead"
        "Deep Synth Bass"
        "Flanged Clavinet";
    "Bands":
        "Pop Band"
        "Jazz Trio"
        "Rock Band"
        "Folk Group"
        "Big Band"
        "Symphony Orchestra"
        "String Quartet";
    "Splits and Layers":
        "Bass and Piano"
        "Strings and Flute"
        "Bass, Keys and Lead"
        "Organ with Pedals"
        "Piano over Strings"
        "Wide Saws"
        "Bell Pad";
    "Retro":
        "1998"
        "16-Bit Console"
        "Chiptune"
        "Pocket Phone"
        "Tape Lo-Fi";
    "Drums":
        "Drums Only"
        "Big Room Kit"
        "Tight Electronic Kit";
    "Rooms":
        "Dry for Your Own Effects"
        "Large Hall"
        "Small Room"
        "Studio Plate"
        "Ping-Pong Echo"
        "Light on the Processor";
}

/// Category and preset, in the order of the list.
static PRESETS: LazyLock<Vec<(&'static str, PresetFile)>> = LazyLock::new(|| {
    let read = |(category, _, text): &(&'static str, &str, &str)| {
        PresetFile::parse(text).ok().map(|file| (*category, file))
    };
    TEXTS.iter().filter_map(read).collect()
});

/// The presets as a browser shows them.
pub(super) fn entries() -> Vec<Entry> {
    let entry = |(category, file): &(&str, PresetFile)| {
        let key = format!("{category}/{}", file.name);
        let about = About {
            name: file.name.clone(),
            category: (*category).to_owned(),
            creator: file.creator.clone(),
            description: file.description.clone(),
            tags: file.tags.clone(),
        };
        let choice = PresetChoice {
            place: PresetPlace::Internal,
            load_key: format!("{KEY}{key}"),
        };
        Entry::new(Kind::Factory, &key, about, Chosen::Preset(choice))
    };
    PRESETS.iter().map(entry).collect()
}

/// Whether a load key names a preset of the factory, there or not.
pub(super) fn is_key(load_key: &str) -> bool {
    load_key.starts_with(KEY)
}

/// The preset that a load key names.
pub(super) fn find(load_key: &str) -> Option<&'static PresetFile> {
    let (category, name) = load_key.strip_prefix(KEY)?.split_once('/')?;
    let mut presets = PRESETS.iter();
    let found = presets.find(|(of, file)| *of == category && file.name == name);
    found.map(|(_, file)| file)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;
    use std::fs;
    use std::path::Path;

    #[test]
    fn every_file_in_the_folder_is_compiled_in_and_every_one_is_a_preset_of_its_name() {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../presets/factory");
        let mut found = BTreeSet::new();
        for category in fs::read_dir(folder).expect("the folder") {
            let category = category.expect("a folder").path();
            for file in fs::read_dir(&category).expect("a category") {
                let path = file.expect("a file").path();
                let words = [&category, &path].map(|it| it.file_stem().expect("a name"));
                found.insert(words.map(|it| it.to_string_lossy().into_owned()));
            }
        }
        let known = TEXTS.iter().map(|(category, name, _)| [*category, *name]);
        let known: BTreeSet<_> = known.map(|it| it.map(str::to_owned)).collect();
        assert_eq!(found, known);
        assert_eq!(PRESETS.len(), TEXTS.len());
        for ((category, name, _), (of, file)) in TEXTS.iter().zip(PRESETS.iter()) {
            assert_eq!((category, *name), (of, file.name.as_str()));
        }
    }

    #[test]
    fn every_one_says_only_what_the_instrument_has_and_something_about_itself() {
        assert!(PRESETS.len() >= 24, "{} presets", PRESETS.len());
        for (_, file) in PRESETS.iter() {
            let name = &file.name;
            assert_eq!(file.state().1, [] as [String; 0], "{name}");
            assert!(
                file.description.ends_with('.') && !file.creator.is_empty(),
                "{name}"
            );
            assert!(!file.tags.is_empty(), "{name}");
            assert!(!file.params.is_empty() || !file.fields.is_empty(), "{name}");
            let again = PresetFile::of_state(&file.state().0);
            assert_eq!(
                again.params, file.params,
                "{name}: what is at its default is not said"
            );
        }
    }

    #[test]
    fn a_key_leads_to_its_preset_and_no_other() {
        for entry in entries() {
            let Chosen::Preset(choice) = &entry.chosen else {
                panic!("{} is no preset", entry.id);
            };
            assert!(is_key(&choice.load_key));
            assert_eq!(find(&choice.load_key).map(|it| &it.name), Some(&entry.name));
        }
        assert_eq!(find("factory/Nowhere/Nothing"), None);
        assert!(!is_key("melodic 0 0 0"));
    }
}

//! Programs of banks as presets, for a browser: one for each program of each bank.
//!
//! In: a bank file, or the built-in bank. Out: what a browser shows; on a choice, the bank in the
//! stack and the program on a part. Thread: a browser's own, tasks. Nothing here is real-time.
//! Source: \[GM2\] for the families of programs.

use std::collections::BTreeMap;
use std::fmt;
use std::path::Path;
use std::str::FromStr;
use std::sync::Arc;

use dmus_dls::bank::{GM_FAMILIES, Patch};
use dmus_entry::{Preset, PresetChoice, PresetPlace};
use dmus_library::{Library, LoadedBank, Progress};

use super::shelf::{About, Chosen, Entry, Kind};
use crate::banks;
use crate::control::SharedControl;
use crate::state::PartProgram;
use crate::tasks::{self, Task};

/// The part that plays a melodic preset of a host's browser: channel 1.
const MELODIC_PART: usize = 0;

/// The part that plays a drum kit: channel 10, where \[GM1\] has drums.
const DRUM_PART: usize = 9;

/// The bank of a place.
fn bank_at(place: &PresetPlace) -> Result<Arc<LoadedBank>, String> {
    match place.path() {
        None => banks::built_in().map_err(|notice| notice.to_string()),
        Some(path) => Library::process()
            .load(path, &Progress::new())
            .map_err(|error| banks::unreadable(&path.to_string_lossy(), &error).to_string()),
    }
}

/// The programs of the bank of a place, as a host's browser shows them.
pub(super) fn presets(place: &PresetPlace) -> Result<Vec<Preset>, String> {
    let bank = bank_at(place)?;
    let instruments = bank.collection.instruments();
    Ok(instruments
        .map(|(patch, name)| preset(&bank.title, patch, name))
        .collect())
}

/// One program as a host's browser shows it.
fn preset(bank: &str, patch: Patch, name: &str) -> Preset {
    let about = about(bank, patch, name);
    let kind = if patch.drums { "drum-kit" } else { "sampler" };
    Preset {
        name: about.name,
        load_key: Key(patch).to_string(),
        creator: String::new(),
        description: about.description,
        features: vec!["instrument".to_owned(), kind.to_owned(), about.category],
        extra: vec![("bank".to_owned(), bank.to_owned())],
    }
}

/// The programs that play, as our own browser shows them: each patch once, that of the upper bank.
///
/// - `banks`: uppermost first
pub(crate) fn entries<'a>(banks: impl Iterator<Item = &'a Arc<LoadedBank>>) -> Vec<Entry> {
    let mut by_patch = BTreeMap::new();
    for bank in banks {
        for (patch, name) in bank.collection.instruments() {
            by_patch
                .entry(patch)
                .or_insert_with(|| about(&bank.title, patch, name));
        }
    }
    let entry = |(patch, about): (Patch, About)| {
        Entry::new(
            Kind::Program,
            &Key(patch).to_string(),
            about,
            Chosen::Program(patch),
        )
    };
    by_patch.into_iter().map(entry).collect()
}

/// What there is to say about a program.
fn about(bank: &str, patch: Patch, name: &str) -> About {
    let number = u32::from(patch.program) + 1;
    let family = if patch.drums {
        "Drums"
    } else {
        let family = GM_FAMILIES.get(usize::from(patch.program / 8));
        family.copied().unwrap_or_default()
    };
    About {
        name: match name.trim() {
            "" => format!("{family} {number:03}"),
            name => name.to_owned(),
        },
        category: family.to_owned(),
        description: format!(
            "{bank}, program {number} of bank {}:{}",
            patch.bank_msb, patch.bank_lsb
        ),
        ..About::default()
    }
}

/// A patch as a load key: `melodic MSB LSB PROGRAM` or `drums MSB LSB PROGRAM`, from 0.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Key(Patch);

impl fmt::Display for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Patch {
            drums,
            bank_msb,
            bank_lsb,
            program,
        } = self.0;
        let kind = if drums { "drums" } else { "melodic" };
        write!(f, "{kind} {bank_msb} {bank_lsb} {program}")
    }
}

impl FromStr for Key {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let wrong = || {
            format!("'{text}' names no program: 'melodic' or 'drums' and three numbers 0 to 127 do")
        };
        let mut words = text.split_whitespace();
        let drums = match words.next() {
            Some("drums") => true,
            Some("melodic") => false,
            _ => return Err(wrong()),
        };
        let mut number = || {
            let number: u8 = words.next()?.parse().ok()?;
            (number < 128).then_some(number)
        };
        let numbers = (number(), number(), number());
        match numbers {
            (Some(bank_msb), Some(bank_lsb), Some(program)) if words.next().is_none() => {
                Ok(Self(Patch {
                    drums,
                    bank_msb,
                    bank_lsb,
                    program,
                }))
            }
            _ => Err(wrong()),
        }
    }
}

/// Plays a preset: its bank in the place of the uppermost, the built-in one alone; its program on
/// channel 1, a drum kit on channel 10.
///
/// # Errors
/// A sentence about what cannot be read or is not there; then all is as it was.
///
/// # Real-time
/// Not real-time: reads files.
pub(super) fn load(choice: &PresetChoice, control: &SharedControl) -> Result<(), String> {
    let bank = bank_at(&choice.place)?;
    let patch = if choice.load_key.is_empty() {
        let first = bank.collection.instruments().next();
        first
            .map(|(patch, _)| patch)
            .ok_or_else(|| format!("{} has no program", bank.title))?
    } else {
        let Key(patch) = choice.load_key.parse()?;
        if bank.collection.name(patch).is_none() {
            return Err(format!("{} has no program {}", bank.title, Key(patch)));
        }
        patch
    };
    let path = choice.place.path().map(Path::to_string_lossy);
    let open = Task::OpenBank(path.unwrap_or_default().into_owned());
    tasks::change_banks(open, control).map_err(|notice| notice.to_string())?;
    choose(patch, MELODIC_PART, control);
    Ok(())
}

/// Plays a program of the banks as they are.
///
/// - `part`: of a melodic program; a drum kit plays on channel 10
pub(super) fn choose(patch: Patch, part: usize, control: &SharedControl) {
    let part = if patch.drums { DRUM_PART } else { part };
    control.lock().choose_program(part, PartProgram::of(patch));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_load_key_comes_back_as_the_patch_it_was_made_of() {
        for (drums, bank_msb, bank_lsb, program) in
            [(false, 0, 0, 0), (true, 120, 0, 56), (false, 127, 127, 127)]
        {
            let key = Key(Patch {
                drums,
                bank_msb,
                bank_lsb,
                program,
            });
            assert_eq!(key.to_string().parse(), Ok(key));
        }
    }

    #[test]
    fn a_key_that_names_no_program_is_refused_with_what_would() {
        for text in [
            "",
            "piano",
            "melodic 0 0",
            "melodic 0 0 128",
            "drums 0 0 0 0",
            "drums -1 0 0",
        ] {
            let refused = text.parse::<Key>().expect_err("no program");
            assert!(refused.contains("three numbers"), "{refused}");
        }
    }

    #[test]
    fn the_built_in_bank_is_128_presets_and_a_kit_each_with_its_family() {
        let presets = presets(&PresetPlace::Internal).expect("compiled in");
        assert!(presets.len() > 128);
        let mut keys: Vec<_> = presets.iter().map(|it| &it.load_key).collect();
        keys.sort();
        keys.dedup();
        assert_eq!(keys.len(), presets.len());
        let violin = presets.iter().find(|it| it.load_key == "melodic 0 0 40");
        let violin = violin.expect("program 41");
        assert!(violin.features.contains(&"Strings".to_owned()));
        let kit = presets.iter().find(|it| it.load_key == "drums 0 0 0");
        assert!(
            kit.expect("a kit")
                .features
                .contains(&"drum-kit".to_owned())
        );
    }

    #[test]
    fn a_file_that_is_no_bank_has_no_presets_but_a_reason() {
        let place = PresetPlace::Path("no/such/bank.dls".into());
        let reason = presets(&place).expect_err("no file");
        assert!(reason.contains("no/such/bank.dls"), "{reason}");
    }

    #[test]
    fn of_two_banks_with_the_same_patch_the_upper_one_is_listed() {
        let bank = banks::built_in().expect("compiled in");
        let all = entries([&bank].into_iter());
        assert_eq!(entries([&bank, &bank].into_iter()), all);
        let piano = all.first().expect("a program");
        assert_eq!(piano.id, "program/melodic 0 0 0");
        assert_eq!(piano.category, "Piano");
    }
}

//! The demo songs with this bank and with another, side by side.

use std::fs;
use std::path::Path;
use std::sync::Arc;

use anyhow::{Context, Result, anyhow};
use dmus_dls::Bank;
use dmus_dls::bank::GM_FAMILIES;
use dmus_song::Song;
use dmus_synth::Collection;

use crate::songs::{self, Family, Figures, compiled, perform};
use crate::stage::Heard;

/// The song that has a program of every family.
const OF_FAMILIES: &str = "families";

/// By how much a family has to stand apart to be called louder, dB.
const LOUDER_DB: f64 = 3.0;

/// By how much it has to stand apart to be called brighter, octaves.
const BRIGHTER_OCTAVES: f64 = 0.5;

/// One thing heard with both banks.
#[derive(Debug, Clone, PartialEq)]
pub struct Pair {
    /// The song's file, or a family's name.
    pub name: String,
    /// With our bank.
    pub ours: Figures,
    /// With the other.
    pub theirs: Figures,
}

impl Pair {
    /// Our loudness above theirs, LU.
    #[must_use]
    pub fn louder_lu(&self) -> f64 {
        self.ours.integrated_lufs - self.theirs.integrated_lufs
    }

    /// Our middle of the power above theirs, octaves.
    #[must_use]
    pub fn brighter_octaves(&self) -> f64 {
        (self.ours.centroid_hz / self.theirs.centroid_hz).log2()
    }

    /// How this stands apart where all of it is `usual_lu` louder, in words; empty where it does not.
    #[must_use]
    pub fn words(&self, usual_lu: f64) -> String {
        let louder = self.louder_lu() - usual_lu;
        let brighter = self.brighter_octaves();
        let loud = match louder {
            _ if louder > LOUDER_DB => "louder",
            _ if louder < -LOUDER_DB => "softer",
            _ => "",
        };
        let bright = match brighter {
            _ if brighter > BRIGHTER_OCTAVES => "brighter",
            _ if brighter < -BRIGHTER_OCTAVES => "duller",
            _ => "",
        };
        let words = [loud, bright].into_iter().filter(|word| !word.is_empty());
        words.collect::<Vec<_>>().join(", ")
    }
}

/// All songs, the families of one of them, and the sound of the songs for the picture.
#[derive(Debug)]
pub struct Beside {
    /// One for each song, in the order of their names.
    pub songs: Vec<Pair>,
    /// One for each family, the kit last.
    pub families: Vec<Pair>,
    /// Name and sound, ours and theirs in turn.
    pub sounds: Vec<(String, Vec<f32>)>,
}

impl Beside {
    /// How much louder our families are on the whole: the median, LU.
    #[must_use]
    pub fn usual_lu(&self) -> f64 {
        let mut all: Vec<f64> = self.families.iter().map(Pair::louder_lu).collect();
        all.sort_by(f64::total_cmp);
        all.get(all.len() / 2).copied().unwrap_or(0.0)
    }
}

/// Plays every song of a folder with both banks.
///
/// # Errors
/// A folder or song that cannot be read, a bank that does not compile.
pub fn measure(bank: &Bank, other: &Bank, folder: &Path) -> Result<Beside> {
    let banks = [compiled(bank)?, compiled(other)?];
    let mut beside = Beside {
        songs: Vec::new(),
        families: Vec::new(),
        sounds: Vec::new(),
    };
    for (name, song) in read(folder)? {
        let [ours, theirs] = both(&song, &banks, |_| true)?;
        beside.songs.push(pair(&name, &ours, &theirs)?);
        for (heard, whose) in [(ours, "ours"), (theirs, "TimGM6mb")] {
            beside
                .sounds
                .push((format!("{name}, {whose}"), heard.mono()));
        }
        if name == OF_FAMILIES {
            beside.families = families(&song, &banks)?;
        }
    }
    Ok(beside)
}

/// Each family alone.
fn families(song: &Song, banks: &[Arc<Collection>; 2]) -> Result<Vec<Pair>> {
    let melodic = GM_FAMILIES.into_iter().zip(0..);
    let all = melodic
        .map(|(name, number)| (name, Family::Melodic(number)))
        .chain([("Kit", Family::Kit)]);
    all.map(|(name, family)| {
        let [ours, theirs] = both(song, banks, |playing| playing == family)?;
        pair(name, &ours, &theirs)
    })
    .collect()
}

fn both(
    song: &Song,
    banks: &[Arc<Collection>; 2],
    plays: impl Fn(Family) -> bool,
) -> Result<[Heard; 2]> {
    let [ours, theirs] = banks;
    Ok([perform(song, ours, &plays)?, perform(song, theirs, &plays)?])
}

fn pair(name: &str, ours: &Heard, theirs: &Heard) -> Result<Pair> {
    Ok(Pair {
        name: name.to_owned(),
        ours: songs::measure(ours)?,
        theirs: songs::measure(theirs)?,
    })
}

/// Names and songs of a folder, by name.
fn read(folder: &Path) -> Result<Vec<(String, Song)>> {
    let reading = || format!("reading {}", folder.display());
    let mut files = fs::read_dir(folder)
        .with_context(reading)?
        .map(|entry| Ok(entry?.path()))
        .collect::<Result<Vec<_>>>()
        .with_context(reading)?;
    files.retain(|file| file.extension().is_some_and(|end| end == "song"));
    files.sort();
    let songs = files.iter().map(|file| {
        let text = fs::read_to_string(file).with_context(|| file.display().to_string())?;
        let song =
            Song::read_text(&text).map_err(|error| anyhow!("{}: {error}", file.display()))?;
        let name = file.file_stem().unwrap_or_default().to_string_lossy();
        Ok((name.into_owned(), song))
    });
    songs.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn figures(integrated_lufs: f64, centroid_hz: f64) -> Figures {
        Figures {
            integrated_lufs,
            loudest_lufs: integrated_lufs,
            range_lu: 0.0,
            true_peak_db: -6.0,
            octaves_db: [-10.0; 9],
            centroid_hz,
        }
    }

    #[test]
    fn what_stands_apart_is_said_in_words() {
        let pair = Pair {
            name: "Bells".to_owned(),
            ours: figures(-20.0, 1000.0),
            theirs: figures(-25.0, 2000.0),
        };
        assert_eq!(pair.words(0.0), "louder, duller");
        assert_eq!(pair.words(5.0), "duller");
        let alike = Pair {
            ours: pair.theirs.clone(),
            ..pair
        };
        assert_eq!(alike.words(0.0), "");
    }
}

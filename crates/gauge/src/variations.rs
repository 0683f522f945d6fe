//! The variations of melodic programs: where they are found, and that they are heard as such.

use anyhow::Result;
use dmus_dls::Bank;
use dmus_dls::bank::Patch;

use crate::declared;
use crate::programs::{KEYS, short_term_lufs};
use crate::spectrum::{decibels, power};
use crate::stage::{Heard, Note, Part, Stage};

/// Upper byte of the bank in which General MIDI 2 has its melodic variations.
const GM2_MELODIC: u8 = 121;

/// Programs from here on are drums and noises, each as loud as it is in nature.
const FIRST_FREE: u8 = 112;

/// What is measured of a variation.
#[derive(Debug, Clone, PartialEq)]
pub struct Variation {
    /// Its program, from 0.
    pub program: u8,
    /// Lower byte of General MIDI 2's bank 121.
    pub gm2: u8,
    /// Upper byte of GS's bank, where GS has it.
    pub gs: Option<u8>,
    /// Its name in the bank.
    pub name: String,
    /// Loudest three seconds of a note of velocity 100 in the middle of the program's range, LUFS.
    pub loudness_lufs: f64,
    /// Level of the key from 24 to 96 that is the quietest by its loudest twentieth of a second, dB.
    pub quietest_db: f64,
    /// What it changes of the program's capital tone, dB of that.
    pub changes_db: f64,
}

impl Variation {
    /// What is not kept, in words.
    #[must_use]
    pub fn broken(&self) -> Vec<&'static str> {
        let off = self.loudness_lufs - declared::loudness_lufs(self.program);
        let promises = [
            (self.quietest_db > -60.0, "silent"),
            (off.abs() <= 1.5 || self.program >= FIRST_FREE, "loudness"),
            (self.changes_db > -20.0, "the capital tone"),
        ];
        let broken = promises.iter().filter(|(kept, _)| !kept);
        broken.map(|(_, what)| *what).collect()
    }
}

/// Measures all variations of a bank.
///
/// # Errors
/// A bank that does not compile.
pub fn measure(bank: &Bank) -> Result<Vec<Variation>> {
    let mut stage = Stage::new(bank)?;
    let melodic = || bank.instruments.iter().filter(|i| !i.patch.drums);
    let variations = melodic().filter(|i| i.patch.bank_msb == GM2_MELODIC);
    variations
        .map(|instrument| {
            let patch = instrument.patch;
            let gs = melodic().find(|other| {
                let theirs = other.patch;
                theirs.program == patch.program
                    && ![0, GM2_MELODIC].contains(&theirs.bank_msb)
                    && other.name == instrument.name
            });
            let part = Part::Patch(patch);
            let key = declared::middle_key(patch.program);
            let heard = stage.play(&Note::new(part, key, 3.0));
            let capital = stage.play(&Note::new(Part::Program(patch.program), key, 3.0));
            let sides = |heard: &Heard| [heard.left.as_slice(), &heard.right].concat();
            let (own, capital) = (sides(&heard), sides(&capital));
            let changed: Vec<f32> = own.iter().zip(&capital).map(|(a, b)| a - b).collect();
            Ok(Variation {
                program: patch.program,
                gm2: patch.bank_lsb,
                gs: gs.map(|other| other.patch.bank_msb),
                name: instrument.name.clone(),
                loudness_lufs: short_term_lufs(&heard)?,
                quietest_db: quietest_db(&mut stage, patch),
                changes_db: decibels(power(&changed) / power(&capital).max(1e-12)),
            })
        })
        .collect()
}

fn quietest_db(stage: &mut Stage, patch: Patch) -> f64 {
    let levels = KEYS.step_by(6).map(|key| {
        let heard = stage.play(&Note::new(Part::Patch(patch), key, 1.5)).mono();
        heard.chunks(2400).map(power).fold(0.0, f64::max)
    });
    decibels(levels.fold(f64::INFINITY, f64::min))
}

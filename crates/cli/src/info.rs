//! `dmus info`: what is in a bank, for a person or for a program.
//!
//! In: a bank file, and how deep to look. Out: text, or the JSON of docs/info.md.
//! Thread: the main one.

mod connection;
mod instrument;
mod json;
mod overview;
mod wave;
mod words;

use std::fmt;
use std::io::{self, BufWriter, Write as _};
use std::path::{Path, PathBuf};

use clap::Args;
use dmus_dls::Bank;
use dmus_dls::bank::{Dialect, Instrument};

use crate::bank::{self, FileError};
use crate::patch::PatchName;

/// Arguments of the verb.
#[derive(Debug, Args)]
pub(crate) struct Info {
    /// Bank file; the built-in bank when none is named.
    bank: Option<PathBuf>,
    #[command(flatten)]
    depth: Depth,
    /// Everything, as JSON.
    #[arg(long)]
    json: bool,
}

/// How much of a bank is told.
#[derive(Debug, Clone, Default, Args)]
pub(crate) struct Depth {
    /// Only this instrument, with everything in it; may be repeated.
    #[arg(long, value_name = "[drums:][MSB:LSB:]PROGRAM")]
    patch: Vec<PatchName>,
    /// Regions: keys, velocities, waves, tuning, gain, loops.
    #[arg(long)]
    regions: bool,
    /// Articulations, where they differ from what is implied.
    #[arg(long)]
    articulation: bool,
    /// The list of waves.
    #[arg(long)]
    waves: bool,
    /// All of that.
    #[arg(long)]
    all: bool,
}

impl Depth {
    fn holds(&self, instrument: &Instrument) -> bool {
        let patch = PatchName(instrument.patch);
        self.patch.is_empty() || self.patch.contains(&patch)
    }

    /// Whether a part is told: asked for by itself, or with everything.
    const fn tells(&self, part: bool) -> bool {
        part || self.all || !self.patch.is_empty()
    }
}

impl Info {
    /// Does the verb.
    pub(crate) fn run(&self) -> Result<(), FileError> {
        let bank = self
            .bank
            .as_deref()
            .map_or_else(bank::built_in, bank::read)?;
        let place = self.bank.as_deref().unwrap_or(Path::new("built-in bank"));
        let fail = |error: io::Error| FileError::new(place, error);
        for patch in &self.depth.patch {
            let mut instruments = bank.instruments.iter();
            if !instruments.any(|instrument| instrument.patch == patch.0) {
                let reason = format!("there is no instrument at {patch}");
                return Err(FileError::new(place, reason));
            }
        }
        let mut out = BufWriter::new(io::stdout().lock());
        let written = if self.json {
            let file = self.bank.as_deref();
            json::write(&mut out, file, &bank, &self.depth)
        } else {
            let mut text = String::new();
            // Writing into a string cannot fail.
            let _never = describe(&mut text, &bank, &self.depth);
            out.write_all(text.as_bytes())
        };
        match written.and_then(|()| out.flush()) {
            // Whoever read has seen enough.
            Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
            written => written.map_err(fail),
        }
    }
}

/// The bank in words.
fn describe(text: &mut String, bank: &Bank, depth: &Depth) -> fmt::Result {
    if depth.patch.is_empty() {
        overview::head(text, bank)?;
    }
    let chosen: Vec<&Instrument> = bank
        .instruments
        .iter()
        .filter(|instrument| depth.holds(instrument))
        .collect();
    let deep = depth.tells(depth.regions) || depth.tells(depth.articulation);
    if deep {
        for (index, instrument) in chosen.into_iter().enumerate() {
            if index > 0 {
                text.push('\n');
            }
            instrument::describe(text, bank, instrument, depth)?;
        }
    } else {
        overview::table(text, &chosen)?;
    }
    if depth.waves || depth.all {
        wave::list(text, bank)?;
    }
    overview::warnings(text, bank)
}

/// A dialect's name for a person.
const fn dialect(dialect: Dialect) -> &'static str {
    match dialect {
        Dialect::Dls => "DLS",
        Dialect::SoundFont => "SoundFont",
    }
}

#[cfg(test)]
mod tests;

//! `dmus convert`: any bank that can be read, as a DLS file.
//!
//! In: a bank file. Out: a DLS Level 2 file that is whole or not there, and a word about what other
//! programs will not find in it. Thread: the main one.

use std::borrow::Cow;
use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use clap::{Args, ValueEnum};
use dmus_dls::bank::{Connection, Curve, Destination, Dialect, Source};
use dmus_dls::{Attenuation, Bank, ReadOptions, write};

use crate::bank::{self, FileError};
use crate::patch::PatchName;
use crate::progress;
use crate::say::say;

/// Arguments of the verb.
#[derive(Debug, Args)]
pub(crate) struct Convert {
    /// Bank to read.
    input: PathBuf,
    /// DLS file to write.
    output: PathBuf,
    /// Only these programs, and only the waves that they play.
    #[arg(
        long,
        value_name = "[drums:][MSB:LSB:]PROGRAM,..",
        value_delimiter = ','
    )]
    programs: Vec<PatchName>,
    /// What the initial attenuation of a SoundFont means.
    #[arg(long, value_enum, default_value_t = Meaning::Hardware)]
    attenuation: Meaning,
}

/// [`Attenuation`] on the command line.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Meaning {
    /// 0.4 of what stands in the file, as the hardware plays it that banks were made on.
    #[value(alias = "emu")]
    Hardware,
    /// What stands in the file.
    Literal,
}

impl Convert {
    /// Does the verb.
    pub(crate) fn run(&self) -> Result<(), FileError> {
        if same_file(&self.input, &self.output) {
            let reason = "is the bank that is read, and is not written over";
            return Err(FileError::new(&self.output, reason));
        }
        let options = ReadOptions {
            attenuation: match self.attenuation {
                Meaning::Hardware => Attenuation::Hardware,
                Meaning::Literal => Attenuation::Literal,
            },
        };
        let whole = bank::read_with(&self.input, options)?;
        let bank =
            chosen(&whole, &self.programs).map_err(|reason| FileError::new(&self.input, reason))?;
        if bank.instruments.is_empty() {
            return Err(FileError::new(
                &self.input,
                "there is no instrument to write",
            ));
        }
        save(&bank, &self.output).map_err(|error| FileError::new(&self.output, error))?;

        say(format_args!(
            "{}: {} instruments, {} waves, {} bytes",
            self.output.display(),
            bank.instruments.len(),
            bank.waves.len(),
            write::length(&bank)
        ));
        for line in only_here(&bank) {
            say(format_args!("only DMus finds again: {line}"));
        }
        if !whole.warnings.is_empty() {
            let count = whole.warnings.len();
            say(format_args!(
                "{count} warnings while reading, which `dmus info` shows"
            ));
        }
        Ok(())
    }
}

/// Whether two paths lead to one file.
fn same_file(first: &Path, second: &Path) -> bool {
    let [first, second] = [first, second].map(fs::canonicalize);
    matches!((first, second), (Ok(first), Ok(second)) if first == second)
}

/// The programs that are asked for, all when none is.
fn chosen<'a>(bank: &'a Bank, programs: &[PatchName]) -> Result<Cow<'a, Bank>, String> {
    if programs.is_empty() {
        return Ok(Cow::Borrowed(bank));
    }
    for program in programs {
        let mut instruments = bank.instruments.iter();
        if !instruments.any(|instrument| instrument.patch == program.0) {
            return Err(format!("there is no instrument at {program}"));
        }
    }
    let wanted = |patch| programs.contains(&PatchName(patch));
    Ok(Cow::Owned(bank.trimmed(wanted)))
}

/// Writes beside the place first, so that nothing half written is ever found there.
fn save(bank: &Bank, output: &Path) -> io::Result<()> {
    let mut name = output.file_name().unwrap_or_default().to_owned();
    name.push(format!(".{}.part", std::process::id()));
    let part = output.with_file_name(name);
    let written = write_to(bank, &part).and_then(|()| fs::rename(&part, output));
    if written.is_err() {
        // What is not there need not be removed.
        let _gone = fs::remove_file(&part);
    }
    written
}

fn write_to(bank: &Bank, path: &Path) -> io::Result<()> {
    let file = File::create(path)?;
    let bar = progress::bar(write::length(bank), "{bar:40} {bytes} of {total_bytes}");
    let mut out = bar.wrap_write(&file);
    write::to_writer(bank, &mut out)?;
    out.flush()?;
    bar.finish_and_clear();
    file.sync_all()
}

/// What stands in the file in words of our own, which other programs skip.
fn only_here(bank: &Bank) -> Vec<String> {
    let regions = || bank.instruments.iter().flat_map(|it| &it.regions);
    let lists = bank
        .instruments
        .iter()
        .map(|it| it.articulation.as_slice())
        .chain(regions().filter_map(|it| it.articulation.as_deref()));
    let connections = lists.flatten().filter(|it| is_beyond(it)).count();
    let dialect = |it: &&_| matches!(it, Dialect::SoundFont);
    let dialects: Vec<Dialect> = bank.instruments.iter().map(|it| it.dialect).collect();
    let facts = [
        (
            dialects.iter().filter(dialect).count(),
            "instruments that play by SoundFont's rules",
        ),
        (connections, "connections that DLS has no words for"),
        (
            regions().filter(|it| it.fixed_key.is_some()).count(),
            "regions that sound as another key",
        ),
        (
            regions().filter(|it| it.fixed_velocity.is_some()).count(),
            "regions that sound as another velocity",
        ),
        (
            bank.waves
                .iter()
                .filter(|it| it.frames.low().is_some())
                .count(),
            "waves of 24 bit (others get 16)",
        ),
    ];
    facts
        .into_iter()
        .filter(|(count, _)| *count > 0)
        .map(|(count, what)| format!("{count} {what}"))
        .collect()
}

/// Whether a connection cannot be said in plain DLS.
fn is_beyond(connection: &Connection) -> bool {
    let linked = |source| matches!(source, Source::Link(_));
    linked(connection.source)
        || linked(connection.control)
        || matches!(
            connection.destination,
            Destination::Link(_) | Destination::SampleStart
        )
        || connection.output_curve == Curve::Absolute
}

#[cfg(test)]
mod tests;

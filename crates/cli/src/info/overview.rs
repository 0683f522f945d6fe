//! The bank at a glance: its texts, how much is in it, a row for each instrument, the warnings.

use std::fmt::{self, Write};

use dmus_dls::Bank;
use dmus_dls::bank::{About, Instrument, TEXTS};

use super::dialect;
use super::wave::length_s;
use super::words::{count, grouped, keys};
use crate::patch::PatchName;

/// Texts, and the sum of everything.
pub(super) fn head(text: &mut String, bank: &Bank) -> fmt::Result {
    let info = &bank.info;
    for (word, value) in [
        ("title", &info.name),
        ("engineer", &info.engineer),
        ("copyright", &info.copyright),
        ("comment", &info.comment),
        ("software", &info.software),
    ] {
        if !value.is_empty() {
            told(text, word, value)?;
        }
    }
    if let Some([a, b, c, d]) = info.version {
        writeln!(text, "{:<10} {a}.{b}.{c}.{d}", "version")?;
    }
    about(text, 0, &info.about)?;
    let regions = bank.instruments.iter().map(|it| it.regions.len()).sum();
    let seconds: f64 = bank.waves.iter().map(length_s).sum();
    let frames: usize = bank.waves.iter().map(|wave| wave.frames.len()).sum();
    writeln!(
        text,
        "{}, {}, {}: {} frames, {seconds:.1} s of sound\n",
        count(bank.instruments.len(), "instrument"),
        count(regions, "region"),
        count(bank.waves.len(), "wave"),
        grouped(frames as u64),
    )
}

/// What a part says about itself beside its name.
pub(super) fn about(text: &mut String, indent: usize, about: &About) -> fmt::Result {
    for (chunk, value) in about.texts() {
        let known = TEXTS.iter().find(|(name, _)| name == chunk);
        let word = known.map_or_else(|| chunk.to_string(), |(_, word)| (*word).to_owned());
        write!(text, "{:indent$}", "")?;
        told(text, &word, value)?;
    }
    match about.id() {
        Some(id) => writeln!(text, "{:indent$}{:<10} {id}", "", "id"),
        None => Ok(()),
    }
}

/// A text behind its word, further lines below each other.
fn told(text: &mut String, word: &str, value: &str) -> fmt::Result {
    let value = value.replace("\r\n", "\n").replace('\r', "\n");
    let value = value.trim_end().replace('\n', "\n           ");
    writeln!(text, "{word:<10} {value}")
}

/// A row for each instrument, in the order of their patches.
pub(super) fn table(text: &mut String, instruments: &[&Instrument]) -> fmt::Result {
    let mut rows: Vec<&Instrument> = instruments.to_vec();
    rows.sort_by_key(|instrument| instrument.patch);
    writeln!(
        text,
        "{:<16} {:<20} {:<9} {:>7}  keys",
        "patch", "name", "dialect", "regions"
    )?;
    for instrument in rows {
        writeln!(
            text,
            "{:<16} {:<20} {:<9} {:>7}  {}",
            PatchName(instrument.patch),
            instrument.name,
            dialect(instrument.dialect),
            instrument.regions.len(),
            span(instrument)
        )?;
    }
    Ok(())
}

/// From the lowest key to the highest that sounds.
fn span(instrument: &Instrument) -> String {
    let low = instrument.regions.iter().map(|it| *it.keys.start()).min();
    let high = instrument.regions.iter().map(|it| *it.keys.end()).max();
    keys(low.unwrap_or(0), high.unwrap_or(0))
}

/// What the reader forgave, at its place.
pub(super) fn warnings(text: &mut String, bank: &Bank) -> fmt::Result {
    if bank.warnings.is_empty() {
        return Ok(());
    }
    writeln!(text, "\n{}", count(bank.warnings.len(), "warning"))?;
    for warning in &bank.warnings {
        writeln!(text, "  {warning}")?;
    }
    Ok(())
}

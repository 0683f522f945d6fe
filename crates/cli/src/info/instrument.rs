//! One instrument in words: its regions, and its connections where they differ from the implied.

use std::fmt::{self, Write};

use dmus_dls::Bank;
use dmus_dls::bank::{Connection, Dialect, Instrument, Region};
use dmus_dls::defaults;

use super::connection;
use super::overview::about;
use super::wave::playback;
use super::words::{count, key, keys};
use super::{Depth, dialect};
use crate::patch::PatchName;

/// An instrument as deep as asked for.
pub(super) fn describe(
    text: &mut String,
    bank: &Bank,
    instrument: &Instrument,
    depth: &Depth,
) -> fmt::Result {
    writeln!(
        text,
        "{} {} ({}, {})",
        PatchName(instrument.patch),
        instrument.name,
        dialect(instrument.dialect),
        count(instrument.regions.len(), "region")
    )?;
    about(text, 4, &instrument.about)?;
    let articulations = depth.tells(depth.articulation);
    if articulations {
        connections(text, 4, instrument.dialect, &instrument.articulation)?;
    }
    for region in &instrument.regions {
        describe_region(text, bank, region)?;
        about(text, 8, &region.about)?;
        if articulations && let Some(own) = &region.articulation {
            if own.is_empty() {
                writeln!(text, "        nothing of the instrument's")?;
            }
            connections(text, 8, instrument.dialect, own)?;
        }
    }
    Ok(())
}

/// One region: what it answers to, what it plays, whom it silences.
fn describe_region(text: &mut String, bank: &Bank, region: &Region) -> fmt::Result {
    write!(
        text,
        "    {:<24}",
        keys(*region.keys.start(), *region.keys.end())
    )?;
    let (low, high) = (region.velocities.start(), region.velocities.end());
    if (*low, *high) != (0, 127) {
        write!(text, " velocities {low}-{high}")?;
    }
    if let Some(wave) = bank.waves.get(region.wave) {
        let sample = region.sample.or(wave.sample).unwrap_or_default();
        let name = &wave.name;
        write!(
            text,
            " wave {} \"{name}\", {}",
            region.wave,
            playback(&sample)
        )?;
    }
    for note in notes(region) {
        write!(text, ", {note}")?;
    }
    writeln!(text)
}

/// What is not so with most regions.
fn notes(region: &Region) -> Vec<String> {
    let mut notes = Vec::new();
    if region.key_group != 0 {
        notes.push(format!("key group {}", region.key_group));
    }
    if region.self_non_exclusive {
        notes.push("overlaps itself".to_owned());
    }
    if let Some(fixed) = region.fixed_key {
        notes.push(format!("sounds as key {}", key(fixed)));
    }
    if let Some(fixed) = region.fixed_velocity {
        notes.push(format!("sounds as velocity {fixed}"));
    }
    if let Some(layer) = region.layer.filter(|layer| *layer != 0) {
        notes.push(format!("layer {layer}"));
    }
    let link = region.link;
    if link.phase_group != 0 {
        let role = if link.phase_master {
            "leads"
        } else {
            "follows in"
        };
        notes.push(format!("{role} phase group {}", link.phase_group));
    }
    if link.multi_channel {
        notes.push(format!("speakers {:#b}", link.channels));
    }
    notes
}

/// Those connections that are not implied, a line each.
fn connections(
    text: &mut String,
    indent: usize,
    dialect: Dialect,
    list: &[Connection],
) -> fmt::Result {
    let implied = defaults::of(dialect);
    for connection in list.iter().filter(|it| !implied.contains(it)) {
        writeln!(text, "{:indent$}{}", "", connection::words(connection))?;
    }
    Ok(())
}

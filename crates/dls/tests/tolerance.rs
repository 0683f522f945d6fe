//! Defects of files met in the wild: what comes of them, and the warning that says so.

#![expect(clippy::unwrap_used, reason = "tests may unwrap")]

use dmus_dls::bank::Region;
use dmus_dls::{Bank, Defect};

#[path = "tolerance/beyond.rs"]
mod beyond;
#[path = "bytes/file.rs"]
mod file;
#[path = "tolerance/sound.rs"]
mod sound;
#[path = "tolerance/structure.rs"]
mod structure;

use file::{collection, instrument, region, wave};

/// Where the first region's chunks are found.
const REGION: &str = "RIFF(DLS )/lins/ins [0]/lrgn/rgn2[0]";

/// Reads a file with exactly one defect, at a path.
#[track_caller]
fn read(bytes: &[u8], path: &str, defect: Defect) -> Bank {
    let bank = Bank::read(bytes).unwrap();
    let found: Vec<(&str, Defect)> = bank
        .warnings
        .iter()
        .map(|warning| (warning.path.as_str(), warning.defect))
        .collect();
    assert_eq!(found, [(path, defect)]);
    bank
}

/// The region of a file whose only defect is in a chunk of its only region.
#[track_caller]
fn read_region(more: Vec<u8>, chunk: &str, defect: Defect) -> Region {
    let file = collection(&[instrument(&[region(&[more])], &[])], &[wave(&[])]);
    read(&file, &format!("{REGION}/{chunk}"), defect).instruments[0].regions[0].clone()
}

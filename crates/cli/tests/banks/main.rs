//! Real banks, in ours and in other programs.
//!
//! In: `DMUS_BANKS`, the folder into which `cargo xtask banks` puts them, and `DMUS_NODE`, that of
//! the peers. Without them, or without one of the files, a test says what is absent and is done.

#![expect(clippy::unwrap_used, reason = "tests may unwrap")]
#![expect(clippy::print_stdout, reason = "what is absent is said")]

mod known;
mod peers;
mod sound;

use std::env;
use std::path::{Path, PathBuf};

use dmus_dls::{Bank, write};
use known::Known;

/// A file of the folder of banks; nothing, and said so, where it is absent.
fn bank_file(name: &str) -> Option<PathBuf> {
    let file = env::var_os("DMUS_BANKS").map(|folder| Path::new(&folder).join(name));
    let found = file.filter(|file| file.is_file());
    if found.is_none() {
        println!("absent: {name} (`cargo xtask banks` fetches it)");
    }
    found
}

/// Reads a file into the one copy of it that is played.
fn read(file: &Path) -> Bank {
    let bytes = std::fs::read(file).unwrap();
    Bank::read(&bytes).unwrap()
}

/// What a bank has to come to: its counts, its warnings, a sound for every program, and the same
/// sound from its own conversion.
#[track_caller]
fn whole(known: &Known) {
    let Some(file) = bank_file(known.file) else {
        return;
    };
    let bank = read(&file);
    let regions: usize = bank.instruments.iter().map(|it| it.regions.len()).sum();
    assert_eq!(
        (bank.instruments.len(), regions, bank.waves.len()),
        known.counts,
        "instruments, regions and waves of {}",
        known.file
    );
    known.assert_explains(&bank.warnings);
    sound::assert_compiles_part_by_part(&file, &bank);
    let direct = sound::programs(&bank);
    sound::assert_audible(known, &direct);
    for name in known.beyond {
        sound::assert_heard_at_its_pitch(&bank, name);
    }

    let converted = Bank::read(&write::to_dls(&bank)).unwrap();
    assert_eq!(converted.warnings, []);
    assert!(
        converted.instruments == bank.instruments,
        "instruments came back changed"
    );
    drop(bank);
    let worst = sound::worst_difference_db(&direct, &sound::programs(&converted));
    println!(
        "{}: {} programs, difference {worst:.1} dB",
        known.file,
        direct.len()
    );
    assert!(worst < -80.0, "{worst} dB");
}

#[test]
fn timgm6mb_loads_sounds_and_survives_conversion() {
    whole(&known::TIMGM6MB);
}

#[test]
fn sf_gmbank_loads_sounds_and_survives_conversion() {
    whole(&known::SF_GMBANK);
}

#[test]
fn fluid_r3_loads_sounds_and_survives_conversion() {
    whole(&known::FLUID_R3);
}

#[test]
fn opl3_loads_sounds_and_survives_conversion() {
    whole(&known::OPL3);
}

#[test]
fn musescore_general_loads_sounds_and_survives_conversion() {
    whole(&known::MUSESCORE);
}

//! No allocation in `process`: whole songs through the build whose framework aborts on one.
//!
//! The songs are played by a child process, so that an abort is a failed test here.

#![expect(clippy::unwrap_used, reason = "tests may unwrap")]

use std::fs;
use std::process::Command;

use dmus_host_tests::bundle;
use dmus_host_tests::fixture::{self, Folder};

/// Plays a song through the checked build.
fn check(song: Option<&[u8]>, bank: Option<&[u8]>, block: &str) {
    let folder = Folder::new().unwrap();
    let mut command = Command::new(env!("CARGO_BIN_EXE_demo"));
    command.arg("--plugin").arg(bundle::checked_clap().unwrap());
    command
        .arg("-o")
        .arg(folder.path().join("out.wav"))
        .args(["--block", block]);
    if let Some(song) = song {
        command
            .arg("--song")
            .arg(folder.write("song.mid", song).unwrap());
    }
    if let Some(bank) = bank {
        command
            .arg("--bank")
            .arg(folder.write("bank.dls", bank).unwrap());
    }
    let output = command.output().unwrap();
    let (page, errors) = (
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr),
    );
    assert!(
        output.status.success(),
        "{}\n{page}\n{errors}",
        output.status
    );
    assert!(page.contains("losses     none"), "{page}");
    assert!(fs::metadata(folder.path().join("out.wav")).unwrap().len() > 1_000_000);
}

#[test]
fn the_built_in_song_allocates_nothing() {
    check(None, None, "512");
}

#[test]
fn sixteen_parts_allocate_nothing() {
    check(Some(&dmus_song::sixteen_parts().to_smf()), None, "256");
}

#[test]
fn an_opened_bank_allocates_nothing() {
    check(None, Some(&fixture::bank()), "64");
}

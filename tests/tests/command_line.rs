//! The command line renders the samples that the plug-in plays.

#![expect(clippy::unwrap_used, reason = "tests may unwrap")]

use std::path::Path;
use std::process::Command;

use dmus_host_tests::bundle;
use dmus_host_tests::fixture::{self, Folder};

/// Runs a program to its end, which must be a success.
fn run(command: &mut Command) {
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
}

/// Samples of a file as bits, left and right in turn.
fn bits(path: &Path) -> Vec<u32> {
    let samples = hound::WavReader::open(path).unwrap().into_samples::<f32>();
    samples.map(|sample| sample.unwrap().to_bits()).collect()
}

/// Plays `song` through both and compares every sample up to the end of the shorter take: they
/// part only in how long they let the last note ring.
fn check(song: &dmus_song::Song, bank: Option<&[u8]>, rate_hz: u32) {
    let folder = Folder::new().unwrap();
    let midi = folder.write("song.mid", &song.to_smf()).unwrap();
    let bank = bank.map(|bytes| folder.write("bank.dls", bytes).unwrap());
    let rate = rate_hz.to_string();
    let (plugin_wav, command_wav) = (
        folder.path().join("plugin.wav"),
        folder.path().join("command.wav"),
    );

    let mut plugin = Command::new(env!("CARGO_BIN_EXE_demo"));
    plugin.arg("--plugin").arg(bundle::clap().unwrap());
    plugin.arg("--song").arg(&midi).arg("-o").arg(&plugin_wav);
    plugin.args(["--rate", &rate, "--block", "333"]);
    let mut command = Command::new(bundle::command_line().unwrap());
    command
        .arg("render")
        .arg(&midi)
        .arg("-o")
        .arg(&command_wav)
        .args(["--rate", &rate]);
    if let Some(bank) = &bank {
        plugin.arg("--bank").arg(bank);
        command.arg("--bank").arg(bank);
    }
    run(&mut plugin);
    run(&mut command);

    let (plugin, command) = (bits(&plugin_wav), bits(&command_wav));
    let shorter = plugin.len().min(command.len());
    let song_samples = usize::try_from(song.length().frame(rate_hz)).unwrap() * 2;
    assert!(
        shorter >= song_samples,
        "{shorter} of {song_samples} samples"
    );
    let different = plugin
        .iter()
        .zip(&command)
        .position(|(plugin, command)| plugin != command);
    assert_eq!(different, None, "sample {different:?} of {shorter}");
    assert!(plugin.iter().any(|sample| *sample != 0));
}

#[test]
fn the_built_in_song_is_the_same_on_the_command_line() {
    check(&dmus_song::demo(), None, 48_000);
}

#[test]
fn a_song_through_another_bank_is_the_same_on_the_command_line() {
    check(&dmus_song::demo(), Some(&fixture::bank()), 44_100);
}

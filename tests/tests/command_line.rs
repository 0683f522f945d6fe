//! The command line renders the samples that the plug-in plays.

#![expect(clippy::unwrap_used, reason = "tests may unwrap")]

use std::path::Path;
use std::process::Command;

use dmus_host_tests::bundle;
use dmus_host_tests::fixture::{self, Folder};
use dmus_host_tests::host::Bundle;
use dmus_host_tests::player::{Partition, play};
use dmus_host_tests::timeline::Timeline;

/// Frames per second of what is hashed.
const RATE: u32 = 44_100;

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

/// Plays a song through the bundle in blocks of any sizes; the hash of its first frames.
///
/// - `param`: name and text of a parameter set before
fn plugin_hash(song: &dmus_song::Song, param: Option<(&str, &str)>, frames: usize) -> String {
    let mut plugin = Bundle::load(&bundle::clap().unwrap())
        .unwrap()
        .instance()
        .unwrap();
    if let Some((name, text)) = param {
        plugin.flush_text(name, text).unwrap();
    }
    plugin.run(RATE, 777).unwrap();
    let timeline = Timeline::of_song(song, RATE);
    let partition = Partition::Random { seed: 5, most: 777 };
    let take = play(&mut plugin, &timeline, frames as u64, partition).unwrap();
    let mut hasher = blake3::Hasher::new();
    for (left, right) in take.left.iter().zip(&take.right) {
        hasher.update(&left.to_le_bytes());
        hasher.update(&right.to_le_bytes());
    }
    hasher.finalize().to_hex().to_string()
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

#[test]
fn the_hash_of_the_plug_in_is_that_of_the_command_line() {
    let song = dmus_song::demo();
    let folder = Folder::new().unwrap();
    let midi = folder.write("song.mid", &song.to_smf()).unwrap();
    let wav = folder.path().join("out.wav");
    // Options of the command line, and the parameter that asks for the same.
    let pairs = [
        ("", None),
        (
            "--interpolation linear",
            Some(("Master Interpolation", "Linear")),
        ),
        ("--dry", Some(("Master Dry", "On"))),
    ];
    let mut hashes = Vec::new();
    for (options, param) in pairs {
        let render = |more: &[&str]| {
            let mut command = Command::new(bundle::command_line().unwrap());
            command.arg("render").arg(&midi).args(more);
            command.args(options.split_whitespace());
            command.args(["--rate", &RATE.to_string()]);
            command
        };
        run(render(&[]).arg("-o").arg(&wav));
        let frames = hound::WavReader::open(&wav).unwrap().duration();
        let hash = plugin_hash(&song, param, frames as usize);
        run(render(&["--verify-hash", &hash]).arg("-o").arg(&wav));
        hashes.push(hash);
    }
    hashes.sort();
    hashes.dedup();
    assert_eq!(hashes.len(), 3, "each sounds otherwise");
}

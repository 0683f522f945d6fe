//! The demonstration program: its files, its page and its exit codes.

#![expect(clippy::unwrap_used, reason = "tests may unwrap")]

use std::fs;
use std::path::Path;
use std::process::{Command, Output};

use dmus_host_tests::bundle;
use dmus_host_tests::fixture::{self, Folder};

/// A song of two bars.
const SHORT: &str =
    "title Two Bars\npart a channel 1\nsection x\na | c4/4 e4 g4 c5 | [c4 e4 g4]/1 |\nplay x\n";

fn demo(folder: &Folder, more: &[&str]) -> Output {
    let song = folder.write("short.song", SHORT.as_bytes()).unwrap();
    Command::new(env!("CARGO_BIN_EXE_demo"))
        .arg("--plugin")
        .arg(bundle::clap().unwrap())
        .arg("-o")
        .arg(folder.path().join("out.wav"))
        .arg("--song")
        .arg(song)
        .args(more)
        .output()
        .unwrap()
}

fn path(folder: &Folder, name: &str) -> String {
    folder.path().join(name).to_string_lossy().into_owned()
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

#[test]
fn a_song_becomes_a_sound_a_picture_and_a_page() {
    let folder = Folder::new().unwrap();
    let output = demo(
        &folder,
        &["--picture", &path(&folder, "out.png"), "--rate", "44100"],
    );
    let page = text(&output.stdout);
    assert_eq!(
        output.status.code(),
        Some(0),
        "{page}{}",
        text(&output.stderr)
    );
    for fact in [
        "Two Bars, 4.0 s",
        "levels",
        "times real time at 44100 Hz",
        "voices",
        "losses     none",
        ": whole",
    ] {
        assert!(page.contains(fact), "no `{fact}` in\n{page}");
    }
    assert!(page.lines().count() < 24, "more than one screen:\n{page}");
    let wav = hound::WavReader::open(folder.path().join("out.wav")).unwrap();
    assert_eq!((wav.spec().channels, wav.spec().sample_rate), (2, 44_100));
    assert!(wav.duration() > 44_100 * 3);
    let png = fs::read(folder.path().join("out.png")).unwrap();
    assert!(png.starts_with(b"\x89PNG") && png.len() > 10_000);
}

#[test]
fn the_same_song_gives_the_same_bytes() {
    let folder = Folder::new().unwrap();
    demo(&folder, &["--block", "64"]);
    let first = fs::read(folder.path().join("out.wav")).unwrap();
    demo(&folder, &["--block", "1000"]);
    assert!(
        first == fs::read(folder.path().join("out.wav")).unwrap(),
        "the files differ"
    );
}

#[test]
fn a_bank_is_played_and_named() {
    let folder = Folder::new().unwrap();
    let bank = folder.write("known.dls", &fixture::bank()).unwrap();
    let output = demo(&folder, &["--bank", &bank.to_string_lossy()]);
    assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
    assert!(text(&output.stdout).contains("Known Sounds, 0 warnings"));
}

#[track_caller]
fn check_refusal(output: &Output, code: i32, part: &str) {
    let errors = text(&output.stderr);
    assert_eq!(output.status.code(), Some(code), "{errors}");
    assert!(errors.contains(part), "no `{part}` in\n{errors}");
}

#[test]
fn a_bank_that_cannot_be_read_is_exit_code_two_with_the_reason() {
    let folder = Folder::new().unwrap();
    let gone = path(&folder, "gone.dls");
    check_refusal(&demo(&folder, &["--bank", &gone]), 2, "gone.dls");
    let broken = folder.write("broken.dls", b"RIFF????DLS ").unwrap();
    check_refusal(
        &demo(&folder, &["--bank", &broken.to_string_lossy()]),
        2,
        "broken.dls",
    );
    assert!(
        Path::new(&path(&folder, "out.wav")).exists(),
        "the built-in bank plays on"
    );
}

#[test]
fn a_request_that_makes_no_sense_is_exit_code_two_with_the_reason() {
    let folder = Folder::new().unwrap();
    check_refusal(&demo(&folder, &["--rate", "7"]), 2, "8000..=768000");
    check_refusal(&demo(&folder, &["--loud"]), 2, "--loud");
    check_refusal(
        &demo(&folder, &["--picture", "/no/such/folder/a.png"]),
        2,
        "/no/such/folder",
    );
    let noise = folder.write("noise.mid", b"noise").unwrap();
    check_refusal(
        &demo(&folder, &["--song", &noise.to_string_lossy()]),
        2,
        "not a Standard MIDI File",
    );
    let wrong = folder
        .write("wrong.song", b"part a channel 1\nsection x\na | h4/1 |")
        .unwrap();
    check_refusal(
        &demo(&folder, &["--song", &wrong.to_string_lossy()]),
        2,
        "line 3, column 5",
    );
}

#[test]
fn a_file_that_is_no_plug_in_is_refused() {
    let folder = Folder::new().unwrap();
    let other = folder.write("other.clap", b"text").unwrap();
    let output = Command::new(env!("CARGO_BIN_EXE_demo"))
        .args(["-o", &path(&folder, "out.wav"), "--plugin"])
        .arg(other)
        .output()
        .unwrap();
    check_refusal(&output, 2, "not a CLAP plug-in");
}

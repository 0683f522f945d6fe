//! `dmus render --capture`: the file it writes, rendered again, gives the same WAV file.

#![expect(clippy::unwrap_used, reason = "tests may unwrap")]

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use dmus_song::Song;

/// Renders a file and captures it, both beside it.
fn render(song: &Path) -> (PathBuf, PathBuf) {
    let (wav, midi) = (song.with_extension("wav"), song.with_extension("out.mid"));
    let output = Command::new(env!("CARGO_BIN_EXE_dmus"))
        .arg("render")
        .arg(song)
        .args(["--rate", "8000", "-o"])
        .arg(&wav)
        .arg("--capture")
        .arg(&midi)
        .output()
        .unwrap();
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{}\n{errors}", output.status);
    (wav, midi)
}

#[test]
fn a_captured_file_renders_to_the_same_samples() {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("capture");
    fs::create_dir_all(&folder).unwrap();
    let song = folder.join("song.mid");
    fs::write(&song, dmus_song::demo().to_smf()).unwrap();
    let (first, captured) = render(&song);
    let (second, again) = render(&captured);
    assert!(fs::read(first).unwrap() == fs::read(second).unwrap());
    let captured = Song::read_smf(&fs::read(captured).unwrap()).unwrap();
    assert_eq!(captured.title(), "First Sound");
    assert_eq!(
        captured.track_names()[1..3],
        ["Group 1 System", "Group 1 Channel 1"]
    );
    let again = Song::read_smf(&fs::read(again).unwrap()).unwrap();
    assert_eq!(again.messages(), captured.messages());
}

//! The VST3 bundle in JUCE's host, by way of two Python packages.

#![expect(clippy::unwrap_used, reason = "tests may unwrap")]

use std::process::Command;

use dmus_host_tests::bundle;

/// Runs a script of `python/` on the bundle, which must end well.
fn check(script: &str) {
    let output = Command::new(bundle::python().unwrap())
        .arg(format!("{}/python/{script}", env!("CARGO_MANIFEST_DIR")))
        .arg(bundle::vst3().unwrap())
        .output()
        .unwrap();
    let (text, errors) = (
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr),
    );
    assert!(output.status.success(), "{text}\n{errors}");
}

#[test]
fn a_note_sounds_at_its_pitch_in_a_foreign_host() {
    check("dawdreamer_play.py");
}

#[test]
fn a_note_is_on_its_frame_at_any_block_size_and_a_state_comes_back_in_another() {
    check("pedalboard_play.py");
}

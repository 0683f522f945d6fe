//! The VST3 bundle in JUCE's host, by way of DawDreamer: a note at its pitch.

use std::process::Command;

use dmus_host_tests::bundle;

#[test]
fn a_note_sounds_at_its_pitch_in_a_foreign_host() {
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/python/dawdreamer_play.py");
    let output = Command::new(bundle::python().unwrap())
        .arg(script)
        .arg(bundle::vst3().unwrap())
        .output()
        .unwrap();
    let (text, errors) = (
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr),
    );
    println!("{text}");
    assert!(output.status.success(), "{text}\n{errors}");
}

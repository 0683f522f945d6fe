//! No allocation in `process`: whole songs through the build whose framework aborts on one.
//!
//! The songs are played by a child process, so that an abort is a failed test here; what needs a
//! host's hands is played in this process, which an abort ends with a failure as well.

#![expect(clippy::unwrap_used, reason = "tests may unwrap")]

use std::fs;
use std::process::Command;

use dmus_host_tests::audio;
use dmus_host_tests::bundle;
use dmus_host_tests::fixture::{self, Folder};
use dmus_host_tests::host::Bundle;
use dmus_host_tests::player::{Partition, Player};
use dmus_host_tests::timeline::Timeline;

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

#[test]
fn the_checked_build_holds_the_guard() {
    let holds = |path: &std::path::Path| {
        let bytes = fs::read(path).unwrap();
        let name = b"nice_assert_no_alloc";
        bytes.windows(name.len()).any(|window| window == name)
    };
    assert!(
        holds(&bundle::checked_clap().unwrap()),
        "built without assert-process-allocs"
    );
}

#[test]
fn automation_bank_changes_and_resets_allocate_nothing() {
    let folder = Folder::new().unwrap();
    let bank = folder.write("known.dls", &fixture::bank()).unwrap();
    let mut script = String::from("0f sysex F0 7E 7F 09 01 F7");
    for index in 0..200 {
        let (frame, step) = (index * 301, index % 12);
        script.push_str(&format!("; {frame}f param Part 01 Volume = -{step} dB"));
        script.push_str(&format!("; {frame}f param Part 02 Pan = {}", step * 8));
        script.push_str(&format!(
            "; {frame}f param Master Volume = -{} dB",
            step / 2
        ));
        script.push_str(&format!(
            "; {frame}f param Part 01 Program = {}",
            index % 129
        ));
        script.push_str(&format!("; {frame}f ch2 program {}", index % 128));
        script.push_str(&format!(
            "; {frame}f on {} 100; {frame}f ch2 note 60 0.7",
            40 + step
        ));
        script.push_str(&format!(
            "; {frame}f ch10 on {} 90; {frame}f cc 64 {}",
            35 + step,
            step * 10
        ));
    }
    let timeline = Timeline::of_script(&script, 48_000).unwrap();
    let mut plugin = Bundle::load(&bundle::checked_clap().unwrap())
        .unwrap()
        .instance()
        .unwrap();
    plugin.run(48_000, 512).unwrap();
    let mut player = Player::new(
        &mut plugin,
        &timeline,
        Partition::Random { seed: 5, most: 512 },
    )
    .unwrap();
    for round in 0..6 {
        player.render(10_000).unwrap();
        let plugin = player.plugin();
        match round {
            0 | 3 => plugin.load_state(&fixture::state_naming(&bank)).unwrap(),
            1 => plugin.reset().unwrap(),
            2 => {
                plugin.stop().unwrap();
                plugin.start().unwrap();
            }
            _ => plugin
                .load_state(&fixture::state_of(
                    r#"{"version":"0.1.0","params":{},"fields":{}}"#,
                ))
                .unwrap(),
        }
    }
    assert!(audio::is_finite(&player.finish().left));
    assert_eq!(plugin.report().unwrap().number("panics"), Some(0));
}

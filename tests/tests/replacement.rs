//! Two hundred banks in a row under a dense song, through the build whose framework aborts on an
//! allocation.
//!
//! A program of its own: what is measured is the memory of the whole process.
#![expect(clippy::unwrap_used, reason = "tests may unwrap")]

use std::fmt::Write as _;
use std::path::PathBuf;
use std::process::Command;
use std::time::{Duration, Instant};
use std::{env, fs};

use dmus_host_tests::audio;
use dmus_host_tests::bundle;
use dmus_host_tests::fixture::{self, Folder};
use dmus_host_tests::host::{Bundle, Plugin};
use dmus_host_tests::player::{Partition, Player, Take};
use dmus_host_tests::timeline::Timeline;

const RATE: u32 = 48_000;
const REPLACEMENTS: u64 = 200;
/// Frames between two of them.
const BETWEEN: u64 = 2_400;
/// Frames that make each bank 8 MB long.
const BALLAST: usize = 4_000_000;

/// Sixteen parts but the drums, a note each every 50 ms, held over two replacements.
fn dense() -> Timeline {
    let mut script = String::new();
    for channel in (1..=16).filter(|channel| *channel != 10) {
        // Programs that both banks have; one rings long.
        let _ = write!(script, "0f ch{channel} program {}; ", channel % 8);
    }
    for step in 0..REPLACEMENTS {
        for channel in (1..=16).filter(|channel| *channel != 10) {
            let frame = step * BETWEEN + channel * 97;
            let key = 40 + (step * 7 + channel * 5) % 40;
            let end = frame + 2 * BETWEEN - 100;
            let _ = write!(
                script,
                "{frame}f ch{channel} on {key} 70; {end}f ch{channel} off {key}; "
            );
        }
    }
    Timeline::of_script(script.trim_end_matches("; "), RATE).unwrap()
}

/// Tells the C library to give every large piece back to the system when it is freed. It is read when a
/// process starts, and means nothing elsewhere.
const GIVE_BACK: (&str, &str) = ("MALLOC_MMAP_THRESHOLD_", "1048576");

/// Memory of this process that is in use, bytes; 0 where nobody says.
fn resident() -> u64 {
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find(|line| line.starts_with("VmRSS:"));
    let kib = line.and_then(|line| line.split_whitespace().nth(1)?.parse::<u64>().ok());
    kib.unwrap_or(0) * 1024
}

/// Plays the song and does something before each part of it.
fn song(
    plugin: &mut Plugin,
    timeline: &Timeline,
    mut between: impl FnMut(&mut Plugin, u64),
) -> Take {
    let mut player = Player::new(plugin, timeline, Partition::Fixed(256)).unwrap();
    for step in 0..REPLACEMENTS {
        between(player.plugin(), step);
        player.render(BETWEEN).unwrap();
    }
    player.render(4 * BETWEEN).unwrap();
    player.finish()
}

/// Plays on until all voices have ended and of all banks one is left.
fn one_is_left(plugin: &mut Plugin) {
    let start = Instant::now();
    while plugin.report().unwrap().number("library_banks") != Some(1) {
        assert!(start.elapsed() < Duration::from_secs(20), "they stay");
        let (mut left, mut right) = ([0.0; 256], [0.0; 256]);
        plugin.process(&[], &mut left, &mut right).unwrap();
    }
}

#[test]
fn two_hundred_banks_come_and_go_under_a_dense_song_unheard() {
    let (name, value) = GIVE_BACK;
    if env::var_os(name).is_none() {
        let mut again = Command::new(env::current_exe().unwrap());
        let again = again.args([
            "--exact",
            "two_hundred_banks_come_and_go_under_a_dense_song_unheard",
        ]);
        assert!(again.env(name, value).status().unwrap().success());
        return;
    }
    let folder = Folder::new().unwrap();
    // The same sounds in different files: whatever differs is the replacement's doing.
    let banks: Vec<PathBuf> = (0..3)
        .map(|number| {
            let bytes = fixture::bank_of(&format!("Bank {number}"), BALLAST + number);
            folder.write(&format!("{number}.dls"), &bytes).unwrap()
        })
        .collect();
    let open = |plugin: &mut Plugin, number: u64| {
        let path = &banks[usize::try_from(number % 3).unwrap()];
        let line = format!("bank open {}", path.display());
        let answer = plugin.command(&line).unwrap();
        assert!(answer.starts_with("ok"), "{answer}");
    };
    let timeline = dense();
    let bundle = Bundle::load(&bundle::checked_clap().unwrap()).unwrap();
    let fresh = || {
        let mut plugin = bundle.instance().unwrap();
        plugin.run(RATE, 512).unwrap();
        plugin
    };
    let mut still = fresh();
    open(&mut still, 0);
    let expected = song(&mut still, &timeline, |_, _| {});
    drop(still);

    let mut plugin = fresh();
    open(&mut plugin, 0);
    let found = song(&mut plugin, &timeline, |plugin, step| {
        open(plugin, step + 1)
    });
    let peak = audio::peak(&expected.left);
    assert!(peak > 0.05, "{peak}");
    let pairs = expected.left.iter().zip(&found.left);
    let off = pairs.fold(0.0_f32, |most, (one, other)| most.max((one - other).abs()));
    // -70 dB of full scale.
    assert!(off < 3.16e-4, "{off}");

    let report = plugin.report().unwrap();
    assert_eq!(report.losses(), []);
    assert_eq!(
        report.number("events_in"),
        report.number("events_delivered")
    );
    assert_eq!(report.number("events_late"), Some(0));
    assert_eq!(report.number("panics"), Some(0));
    assert_eq!(report.number("pool_free"), report.number("pool_capacity"));

    let length = fs::metadata(&banks[0]).unwrap().len() + 16;
    one_is_left(&mut plugin);
    let bytes = plugin.report().unwrap().number("library_bytes").unwrap();
    assert!(bytes < length, "{bytes} bytes of banks");

    // What was freed has gone back, but for the sound that is kept and for what the C library makes of
    // small pieces: eight banks of two hundred.
    let before = resident();
    let again = song(&mut plugin, &timeline, open);
    one_is_left(&mut plugin);
    let kept = (again.left.len() * 16) as u64 + 8 * length;
    let grown = resident().saturating_sub(before);
    assert!(grown < kept, "{grown} bytes more");
}

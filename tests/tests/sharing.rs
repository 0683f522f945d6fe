//! One bank in sixteen instances lies in memory once.
//!
//! A program of its own: what is measured is the memory of the whole process.
#![cfg(target_os = "linux")]
#![expect(clippy::unwrap_used, reason = "tests may unwrap")]

use std::fs;
use std::time::{Duration, Instant};

use dmus_host_tests::bundle;
use dmus_host_tests::fixture::{self, Folder};
use dmus_host_tests::host::{Bundle, Plugin};

const RATE: u32 = 48_000;

/// Memory of this process that is in use, bytes.
fn resident() -> u64 {
    let status = fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find(|line| line.starts_with("VmRSS:"));
    let kib: u64 = line
        .unwrap()
        .split_whitespace()
        .nth(1)
        .unwrap()
        .parse()
        .unwrap();
    kib * 1024
}

fn play(plugin: &mut Plugin) {
    let (mut left, mut right) = ([0.0; 512], [0.0; 512]);
    plugin.process(&[], &mut left, &mut right).unwrap();
}

fn wait_for_bank(plugin: &mut Plugin) {
    let start = Instant::now();
    while plugin.report().unwrap().text("bank") != Some("Shared") {
        assert!(
            start.elapsed() < Duration::from_secs(20),
            "nothing happened"
        );
        play(plugin);
        std::thread::sleep(Duration::from_millis(1));
    }
}

#[test]
fn sixteen_instances_of_one_bank_take_its_memory_once_and_give_it_back() {
    let folder = Folder::new().unwrap();
    let bytes = fixture::bank_of("Shared", 70_000_000);
    let length = bytes.len() as u64;
    // Longer than what the C library keeps for itself when it is freed.
    assert!(length > 140_000_000);
    let bank = folder.write("shared.dls", &bytes).unwrap();
    drop(bytes);
    // The same content under another name is the same bank.
    let twin = folder.path().join("twin.dls");
    fs::copy(&bank, &twin).unwrap();
    let bundle = Bundle::load(&bundle::clap().unwrap()).unwrap();
    let mut instances: Vec<Plugin> = (0..16).map(|_| bundle.instance().unwrap()).collect();
    for plugin in &mut instances {
        plugin.run(RATE, 512).unwrap();
        for _ in 0..20 {
            play(plugin);
        }
    }
    let before = resident();
    for (index, plugin) in instances.iter_mut().enumerate() {
        let path = if index % 2 == 0 { &bank } else { &twin };
        plugin.load_state(&fixture::state_naming(path)).unwrap();
    }
    for plugin in &mut instances {
        wait_for_bank(plugin);
    }
    let grown = resident().saturating_sub(before);
    assert!(
        grown > length / 2 && grown < length + length / 2,
        "{grown} bytes for a file of {length}"
    );

    for plugin in &mut instances {
        assert_eq!(plugin.command("bank none").unwrap(), "ok");
    }
    let start = Instant::now();
    while resident() > before + length / 4 {
        let kept = resident().saturating_sub(before);
        assert!(
            start.elapsed() < Duration::from_secs(10),
            "{kept} bytes are kept"
        );
        for plugin in &mut instances {
            play(plugin);
            plugin.report().unwrap();
        }
    }
}

//! The plug-in's one worker thread: there while an instance is active, gone with the last one.
#![cfg(target_os = "linux")]
#![expect(clippy::unwrap_used, reason = "tests may unwrap")]

use std::fs;
use std::thread;
use std::time::{Duration, Instant};

use dmus_host_tests::bundle;
use dmus_host_tests::fixture::{self, Folder};
use dmus_host_tests::host::{Bundle, Plugin};

const RATE: u32 = 48_000;

/// Worker threads of this process.
fn workers() -> usize {
    let threads = fs::read_dir("/proc/self/task").unwrap();
    let names =
        threads.filter_map(|thread| fs::read_to_string(thread.ok()?.path().join("comm")).ok());
    names.filter(|name| name.trim() == "dmus-worker").count()
}

/// Waits until so many workers are there: a thread takes its name, and leaves, by itself.
fn expect_workers(count: usize, why: &str) {
    let start = Instant::now();
    while workers() != count {
        let waited = start.elapsed();
        assert!(
            waited < Duration::from_secs(2),
            "{} workers: {why}",
            workers()
        );
        thread::sleep(Duration::from_millis(1));
    }
}

fn bank_name(plugin: &mut Plugin) -> String {
    let report = plugin.report().unwrap();
    report.text("bank").unwrap_or_default().to_owned()
}

/// Waits for a bank of that name without processing anything.
fn wait_for_bank(plugin: &mut Plugin, name: &str) {
    let start = Instant::now();
    while bank_name(plugin) != name {
        assert!(
            start.elapsed() < Duration::from_secs(10),
            "nothing happened"
        );
        thread::sleep(Duration::from_millis(1));
    }
}

// One test: the threads counted are those of the whole process.
#[test]
fn one_worker_serves_all_instances_and_goes_with_the_last() {
    let folder = Folder::new().unwrap();
    let bank = folder.write("known.dls", &fixture::bank()).unwrap();
    let state = fixture::state_naming(&bank);
    let library = Bundle::load(&bundle::clap().unwrap()).unwrap();

    let mut first = library.instance().unwrap();
    first.load_state(&state).unwrap();
    assert_eq!(workers(), 0, "an instance at rest needs none");
    first.run(RATE, 512).unwrap();
    assert_eq!(
        bank_name(&mut first),
        "Known Sounds",
        "acted upon in activation"
    );
    expect_workers(1, "an instance is active");

    let mut others: Vec<Plugin> = (0..5).map(|_| library.instance().unwrap()).collect();
    for other in &mut others {
        other.run(RATE, 64).unwrap();
        other.load_state(&state).unwrap();
    }
    expect_workers(1, "an instance is active");
    for other in &mut others {
        wait_for_bank(other, "Known Sounds");
    }
    drop(first);
    drop(others);
    expect_workers(0, "the last instance has gone");

    // Instances that go while their states are being acted upon, on several threads.
    let threads: Vec<_> = (0..4)
        .map(|_| {
            let (path, state) = (bundle::clap().unwrap(), state.clone());
            thread::spawn(move || {
                let library = Bundle::load(&path).unwrap();
                for round in 0..25 {
                    let mut plugin = library.instance().unwrap();
                    plugin.run(RATE, 64).unwrap();
                    for _ in 0..=round % 4 {
                        plugin.load_state(&state).unwrap();
                    }
                    if round % 5 == 0 {
                        plugin.deactivate().unwrap();
                    }
                }
            })
        })
        .collect();
    for thread in threads {
        thread.join().unwrap();
    }
    expect_workers(0, "all instances have gone");

    let mut again = library.instance().unwrap();
    again.run(RATE, 512).unwrap();
    again.load_state(&state).unwrap();
    wait_for_bank(&mut again, "Known Sounds");
    expect_workers(1, "an instance is active");
    assert_eq!(again.report().unwrap().number("panics"), Some(0));
}

//! A host's scan: quick, and without touching files, devices or the network.

#![expect(clippy::unwrap_used, reason = "tests may unwrap")]

use std::path::Path;
use std::process::{Command, Output};

use dmus_host_tests::bundle;

/// Longest scan, milliseconds, from loading the library to its descriptors.
const MOST_MS: f64 = 20.0;

fn scan_ms(output: &Output) -> f64 {
    let text = String::from_utf8_lossy(&output.stdout);
    let times = text
        .lines()
        .filter_map(|line| line.strip_prefix("scan_ms "));
    times
        .map(|time| time.parse::<f64>().unwrap())
        .fold(f64::INFINITY, f64::min)
}

#[test]
fn a_scan_takes_less_than_twenty_milliseconds() {
    // The best of five processes: the first one may still read the file from disk.
    let best = (0..5)
        .map(|_| {
            let scan = Command::new(env!("CARGO_BIN_EXE_scan"))
                .arg(bundle::clap().unwrap())
                .output();
            let scan = scan.unwrap();
            assert!(
                scan.status.success(),
                "{}",
                String::from_utf8_lossy(&scan.stderr)
            );
            scan_ms(&scan)
        })
        .fold(f64::INFINITY, f64::min);
    println!("scan: {best:.3} ms");
    assert!(best < MOST_MS, "{best} ms");
}

/// System calls of a traced scan after the plug-in's own library has been opened.
fn calls_after_loading(trace: &str, library: &Path) -> Vec<String> {
    let name = library.file_name().unwrap().to_string_lossy().into_owned();
    let mut lines = trace
        .lines()
        .skip_while(|line| !(line.contains("open") && line.contains(&name)));
    lines.next();
    lines.map(str::to_owned).collect()
}

/// Whether a traced line is the dynamic loader's own work on a library the plug-in links.
///
/// A status of an open file names none; opening one that is no library would be seen.
fn is_the_loader(line: &str) -> bool {
    let known = [".so", "ld.so.cache", "AT_EMPTY_PATH", "+++ exited"];
    known.iter().any(|part| line.contains(part))
}

#[test]
fn a_scan_touches_no_file_no_device_and_no_network() {
    if Command::new("strace").arg("-V").output().is_err() {
        println!("not checked here: strace is not available");
        return;
    }
    let library = bundle::clap().unwrap();
    let output = Command::new("strace")
        .args([
            "-f",
            "-e",
            "trace=%file,%network,ioctl",
            "-o",
            "/dev/stdout",
        ])
        .arg(env!("CARGO_BIN_EXE_scan"))
        .arg(&library)
        .output()
        .unwrap();
    let text = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success(), "{text}");
    assert!(text.contains("org.dmus.instrument"), "{text}");
    let calls = calls_after_loading(&text, &library);
    let foreign: Vec<_> = calls
        .iter()
        .filter(|line| !is_the_loader(line))
        // The program's own output, traced or not.
        .filter(|line| !line.starts_with("plugin ") && !line.starts_with("scan_ms "))
        .collect();
    assert!(foreign.is_empty(), "{foreign:#?}");
}

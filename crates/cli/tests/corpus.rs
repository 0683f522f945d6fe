//! The corpus of the fuzz targets, replayed: every seed keeps every promise, each within a second.

#![expect(clippy::expect_used, reason = "tests may expect")]
#![expect(clippy::print_stdout, reason = "a failing test names its seed")]
#![expect(unreachable_pub, reason = "the checks are another package's too")]

use std::fs;
use std::path::Path;
use std::time::{Duration, Instant};

#[path = "../../../fuzz/src/bank.rs"]
mod bank;
#[path = "../../../fuzz/src/song.rs"]
mod song;

/// Longest replay of one seed. Such a build is slower than the fuzzer's, and the machine shared.
const LONGEST: Duration = Duration::from_secs(10);

/// Hands every seed of a target to a check; says how many there were.
fn replay(target: &str, mut check: impl FnMut(&[u8])) -> usize {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../../fuzz/corpus")
        .join(target);
    let mut seeds = 0;
    for seed in fs::read_dir(&folder).expect("the corpus is committed") {
        let path = seed.expect("a seed").path();
        let bytes = fs::read(&path).expect("a file");
        println!("{}", path.display());
        let start = Instant::now();
        check(&bytes);
        assert!(
            start.elapsed() < LONGEST,
            "{} takes too long",
            path.display()
        );
        seeds += 1;
    }
    seeds
}

#[test]
fn every_bank_of_the_corpus_keeps_the_promises_of_a_bank() {
    let mut read = 0;
    let seeds: usize = ["dls", "sf2", "sf3"]
        .into_iter()
        .map(|target| {
            replay(target, |bytes| {
                if let Ok(bank) = bank::read(bytes) {
                    bank::check(&bank);
                    read += 1;
                }
            })
        })
        .sum();
    assert!(seeds >= 11 && read >= 9, "{read} of {seeds}");
}

#[test]
fn every_song_of_the_corpus_keeps_the_promises_of_a_song() {
    let mut read = 0;
    let seeds = replay("smf", |bytes| {
        if let Ok(song) = song::read(bytes) {
            song::check(&song);
            read += 1;
        }
    });
    assert!(seeds >= 4 && read >= 4, "{read} of {seeds}");
}

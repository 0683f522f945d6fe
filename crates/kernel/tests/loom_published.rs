//! Every interleaving and reordering of a writer and a reader of published words.
//!
//! The model must pass, and fail with any one ordering weakened: see `tests/mutants.txt`.
#![cfg(dmus_loom)]
#![expect(clippy::unwrap_used, reason = "tests may unwrap")]

use dmus_kernel::sync::published;
use loom::thread;

/// Two readings in a row are each whole, and the second is not older than the first.
fn check(publications: u64) {
    let (mut writer, reader) = published([0, 0]);
    let writing = thread::spawn(move || {
        for value in 1..=publications {
            writer.publish([value, value]);
        }
    });
    let mut last = 0;
    for _ in 0..2 {
        if let Some([first, second]) = reader.read() {
            assert_eq!(first, second, "torn");
            assert!(first >= last, "stepped back");
            last = first;
        }
    }
    writing.join().unwrap();
    assert_eq!(reader.read(), Some([publications; 2]));
}

#[test]
fn readings_are_whole_and_never_step_back_over_one_publication() {
    loom::model(|| check(1));
}

#[test]
fn readings_are_whole_and_never_step_back_over_two_publications() {
    let mut model = loom::model::Builder::new();
    model.preemption_bound = Some(3);
    model.check(|| check(2));
}

//! Every interleaving and reordering of a writer that overwrites a cyclic ring and one that reads it.
//!
//! The model must pass, and fail with any one ordering weakened: see `tests/mutants.txt`.
#![cfg(dmus_loom)]
#![expect(clippy::unwrap_used, reason = "tests may unwrap")]

use dmus_kernel::sync::cyclic;
use loom::thread;

/// What word `index` holds: never what an empty slot does.
const fn value(index: u64) -> u64 {
    index + 100
}

/// `appends` times `count` words go through a ring of `capacity`, while two readings in a row take
/// what is newest: each is whole, and neither index steps back.
fn check(capacity: usize, appends: u64, count: u64) {
    let (mut writer, reader) = cyclic(capacity);
    let writing = thread::spawn(move || {
        for _ in 0..appends {
            let first = writer.written();
            let words = (0..usize::try_from(count).unwrap())
                .map(|offset| value(first + u64::try_from(offset).unwrap()));
            writer.append(words);
        }
    });
    let mut last = (0, 0);
    for _ in 0..2 {
        let written = reader.written();
        let from = written.saturating_sub(u64::try_from(capacity).unwrap());
        let mut words = [0; 2];
        let words = &mut words[..usize::try_from(written - from).unwrap()];
        if reader.read(from, words).is_ok() {
            for (index, word) in (from..).zip(words) {
                assert_eq!(*word, value(index), "word {index} is torn or stale");
            }
        }
        let now = (written, reader.oldest());
        assert!(last.0 <= now.0 && last.1 <= now.1, "stepped back");
        last = now;
    }
    writing.join().unwrap();
    assert_eq!(reader.written(), appends * count);
}

#[test]
fn readings_are_whole_or_refused_while_single_words_are_overwritten() {
    loom::model(|| check(1, 2, 1));
}

#[test]
fn readings_are_whole_or_refused_while_pairs_are_overwritten() {
    let mut model = loom::model::Builder::new();
    model.preemption_bound = Some(3);
    model.check(|| check(2, 2, 2));
}

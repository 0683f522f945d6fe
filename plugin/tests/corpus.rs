//! The saved states of the fuzz corpus, replayed: every seed keeps every promise.

#![expect(clippy::expect_used, reason = "tests may expect")]
#![expect(unreachable_pub, reason = "the checks are another package's too")]

use std::fs;
use std::path::Path;

#[path = "../../fuzz/src/state.rs"]
mod state;

#[test]
fn every_state_of_the_corpus_is_read_and_saved_again() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../fuzz/corpus/state");
    let mut read = 0;
    for seed in fs::read_dir(folder).expect("the corpus is committed") {
        let bytes = fs::read(seed.expect("a seed").path()).expect("a file");
        if let Some(fields) = state::read(&bytes) {
            state::check(&fields);
            read += 1;
        }
    }
    assert!(read >= 3, "{read} states were read");
}

//! Any bytes as a saved state.
#![no_main]

use dmus_fuzz::{counted, state};

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    if let Some(fields) = counted(bytes.len(), || state::read(bytes)) {
        state::check(&fields);
    }
});

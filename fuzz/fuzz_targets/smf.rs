//! Any bytes as a Standard MIDI File.
#![no_main]

use dmus_fuzz::{counted, song};

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    if let Ok(song) = counted(bytes.len(), || song::read(bytes)) {
        song::check(&song);
    }
});

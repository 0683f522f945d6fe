//! Any bytes as a bank, from seeds of the kind `dls`.
#![no_main]

use dmus_fuzz::{bank, counted};

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    if let Ok(bank) = counted(bytes.len(), || bank::read(bytes)) {
        bank::check(&bank);
    }
});

//! What any bytes have to leave whole: one check for each kind of file that people hand us.
//!
//! In: bytes. Out: nothing; a check that fails panics. The checks are shared with tests that replay
//! the corpus, so they know no fuzzer; the count of memory is here, since it needs the process.
#![forbid(unsafe_code)]

pub mod bank;
pub mod song;
pub mod state;

use peak_alloc::PeakAlloc;

#[global_allocator]
static MEMORY: PeakAlloc = PeakAlloc;

/// Bytes that a reading may take for each byte of its file.
const FACTOR: usize = 20;

/// Bytes beside that: tables and the warnings that are kept, with their paths.
const FIXED: usize = 256 * 1024;

/// Runs a check's reading half and asserts that it took no more memory than it may.
///
/// - `bytes`: length of the file
/// - `read`: the reading; what it gives is counted while it lives
pub fn counted<T>(bytes: usize, read: impl FnOnce() -> T) -> T {
    let before = MEMORY.current_usage();
    MEMORY.reset_peak_usage();
    let value = read();
    let taken = MEMORY.peak_usage().saturating_sub(before);
    assert!(
        taken <= FACTOR * bytes + FIXED,
        "{taken} bytes were taken for a file of {bytes}"
    );
    value
}

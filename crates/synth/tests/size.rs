//! A collection takes little beside its frames, however many regions play them.
//!
//! One test in a binary of its own, since the count is of the whole process. The bank is as large
//! as the largest that musicians commonly load.

use dmus_synth::Collection;
use peak_alloc::PeakAlloc;

#[path = "engine/large.rs"]
mod large;

#[global_allocator]
static MEMORY: PeakAlloc = PeakAlloc;

/// Bytes that a collection may take beside the frames of its waves.
const ALLOWED: usize = 8 << 20;

#[test]
fn a_large_bank_compiles_into_eight_megabytes_beside_its_frames() {
    let bank = large::bank();
    let before = MEMORY.current_usage();
    MEMORY.reset_peak_usage();
    let collection = Collection::compile(&bank).unwrap();
    let taken = MEMORY.current_usage().saturating_sub(before);
    let peak = MEMORY.peak_usage().saturating_sub(before);
    println!("{taken} bytes, {peak} while compiling");
    assert!(taken < ALLOWED, "{taken} bytes");
    assert!(peak < 3 * ALLOWED, "{peak} bytes while compiling");

    // What it plays is the bank's memory: dropping the bank frees none of the frames.
    let frames: usize = bank.waves.iter().map(|wave| 2 * wave.frames.len()).sum();
    let with_both = MEMORY.current_usage();
    drop(bank);
    let freed = with_both.saturating_sub(MEMORY.current_usage());
    println!("{frames} bytes of frames, {freed} freed with the bank");
    let held = MEMORY.current_usage();
    drop(collection);
    let freed_last = held.saturating_sub(MEMORY.current_usage());
    assert!(freed_last >= frames, "{freed_last} bytes of {frames}");
}

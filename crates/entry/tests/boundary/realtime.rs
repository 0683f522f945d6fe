//! What the boundary adds to a block allocates and frees nothing.
//!
//! The allocator ends the process at the first call inside `assert_no_alloc`.

use std::ptr;

use assert_no_alloc::assert_no_alloc;
use clap_sys::process::{CLAP_PROCESS_ERROR, clap_process, clap_process_status};

use crate::host::{Block, Events, Instance};
use crate::probe::{KEY_PANIC, MULTI};

const FRAMES: u32 = 64;

/// Processes under guard.
fn guarded(instance: &Instance<MULTI>, process: &clap_process) -> clap_process_status {
    assert_no_alloc(|| instance.process_raw(process))
}

/// Processes `block` with `events` under guard.
fn process(instance: &Instance<MULTI>, block: &mut Block, events: &Events) -> clap_process_status {
    let list = events.list();
    let mut process = block.process();
    process.in_events = &raw const list;
    guarded(instance, &process)
}

#[test]
fn whole_and_broken_blocks_allocate_nothing() {
    let instance = Instance::<MULTI>::playing(FRAMES);
    let events = Events::new()
        .note_on(9, 60)
        .add(Events::transport(20, 1))
        .add(Events::transport(3, 2))
        .note_on(1, 61)
        .note_on(5_000, 62);
    let mut whole = Block::new(&[2, 2], FRAMES);
    let mut pieces = Block::new(&[2, 2], 5 * FRAMES);
    let mut wide = Block::new(&[2, 2], FRAMES);
    wide.outputs[0].has32 = false;
    wide.outputs[0].has64 = true;
    wide.outputs[1].pointers32[0] = ptr::null_mut();
    let mut none = Block::new(&[], FRAMES);
    for block in [&mut whole, &mut pieces, &mut wide, &mut none] {
        assert_ne!(process(&instance, block, &events), CLAP_PROCESS_ERROR);
    }
    let mut process = whole.process();
    process.frames_count = 0;
    assert_ne!(guarded(&instance, &process), CLAP_PROCESS_ERROR);
}

#[test]
fn refused_blocks_allocate_nothing() {
    let instance = Instance::<MULTI>::ready();
    let mut block = Block::new(&[2, 2], FRAMES);
    assert_eq!(
        process(&instance, &mut block, &Events::new()),
        CLAP_PROCESS_ERROR
    );
}

#[test]
fn silent_blocks_after_a_panic_allocate_nothing() {
    let instance = Instance::<MULTI>::playing(FRAMES);
    let mut block = Block::new(&[2, 2], FRAMES);
    instance.process(&mut block, &Events::new().note_on(0, KEY_PANIC));
    assert_ne!(
        process(&instance, &mut block, &Events::new().note_on(0, 60)),
        CLAP_PROCESS_ERROR
    );
}

#[test]
fn starts_stops_and_resets_allocate_nothing() {
    let instance = Instance::<MULTI>::playing(FRAMES);
    assert_no_alloc(|| {
        instance.reset();
        instance.stop();
        assert!(instance.start());
    });
}

//! Calls in the wrong order, with wrong arguments, too many and too few.

use std::ptr;

use clap_sys::process::{CLAP_PROCESS_CONTINUE, CLAP_PROCESS_ERROR};

use crate::host::{Block, Events, Instance, all};
use crate::probe::PLAIN;

const FRAMES: u32 = 16;

/// Processes with a note, and demands an error and silence.
fn refused(instance: &Instance<PLAIN>) {
    let mut block = Block::new(&[2], FRAMES);
    block.outputs[0].pointers32[1] = ptr::null_mut();
    block.outputs[0].has64 = true;
    let status = instance.process(&mut block, &Events::new().note_on(0, 60));
    assert_eq!(status, CLAP_PROCESS_ERROR);
    assert!(all(block.out(0, 0), 0.0));
    assert!(block.out64(0, 1).iter().all(|sample| *sample == 0.0));
    assert_eq!(block.raw_outputs[0].constant_mask, 0b11);
}

/// Processes with a note, and demands its sound.
fn sounds(instance: &Instance<PLAIN>) {
    let mut block = Block::new(&[2], FRAMES);
    let status = instance.process(&mut block, &Events::new().note_on(0, 60));
    assert_ne!(status, CLAP_PROCESS_ERROR);
    assert!(all(block.out(0, 0), 0.5));
}

#[test]
fn process_before_init_is_silent() {
    refused(&Instance::created());
}

#[test]
fn process_before_activate_is_silent() {
    let instance = Instance::ready();
    refused(&instance);
    assert_eq!(instance.fact("calls"), "0");
    assert_eq!(instance.fact("blocks_refused"), "1");
}

#[test]
fn process_after_deactivate_is_silent() {
    let instance = Instance::playing(FRAMES);
    instance.stop();
    instance.deactivate();
    refused(&instance);
}

#[test]
fn process_without_start_sounds() {
    let instance = Instance::ready();
    assert!(instance.activate(48_000.0, 1, FRAMES));
    sounds(&instance);
    assert_eq!(instance.fact("resets"), "1");
}

#[test]
fn process_after_stop_starts_again() {
    let instance = Instance::playing(FRAMES);
    instance.stop();
    instance.stop();
    sounds(&instance);
}

#[test]
fn null_block_is_an_error() {
    let instance = Instance::<PLAIN>::playing(FRAMES);
    assert_eq!(instance.process_raw(ptr::null()), CLAP_PROCESS_ERROR);
}

#[test]
fn activate_before_init_fails() {
    assert!(!Instance::<PLAIN>::created().activate(48_000.0, 1, FRAMES));
}

#[test]
fn init_twice_succeeds() {
    assert!(Instance::<PLAIN>::ready().init());
}

#[test]
fn second_activate_replaces_the_first() {
    let instance = Instance::playing(FRAMES);
    assert!(instance.activate(44_100.0, 1, 4));
    assert_eq!(instance.fact("activations"), "2");
    sounds(&instance);
    assert_eq!(instance.fact("longest"), "4");
}

#[test]
fn activate_refuses_impossible_sizes_and_rates() {
    let instance = Instance::<PLAIN>::ready();
    for rate in [0.0, -48_000.0, f64::NAN, f64::INFINITY] {
        assert!(!instance.activate(rate, 1, FRAMES));
    }
    assert!(!instance.activate(48_000.0, 0, 0));
    assert_eq!(instance.fact("activations"), "0");
    assert!(instance.activate(48_000.0, FRAMES + 1, FRAMES));
}

#[test]
fn activate_says_no_when_the_plug_in_does() {
    let instance = Instance::ready();
    assert!(!instance.activate(2_000_000.0, 1, FRAMES));
    assert!(!instance.start());
    refused(&instance);
}

#[test]
fn largest_announcement_is_cut_to_pieces_the_memory_holds() {
    let instance = Instance::playing(u32::MAX);
    sounds(&instance);
    let mut block = Block::new(&[2], 70_000);
    instance.process(&mut block, &Events::new());
    assert!(all(block.out(0, 0), 0.5));
    assert_eq!(instance.fact("longest"), "65536");
}

#[test]
fn deactivate_while_inactive_does_nothing() {
    let instance = Instance::ready();
    instance.deactivate();
    instance.stop();
    instance.reset();
    assert_eq!(instance.fact("resets"), "0");
    assert!(instance.activate(48_000.0, 1, FRAMES));
    sounds(&instance);
}

#[test]
fn start_before_activate_fails() {
    assert!(!Instance::<PLAIN>::created().start());
    assert!(!Instance::<PLAIN>::ready().start());
}

#[test]
fn start_twice_resets_once() {
    let instance = Instance::<PLAIN>::playing(FRAMES);
    assert!(instance.start());
    assert_eq!(instance.fact("resets"), "1");
}

#[test]
fn reset_while_active_releases_the_notes() {
    let instance = Instance::playing(FRAMES);
    sounds(&instance);
    instance.reset();
    let mut block = Block::new(&[2], FRAMES);
    instance.process(&mut block, &Events::new());
    assert!(all(block.out(0, 0), 0.0));
}

#[test]
fn destroy_in_any_phase_is_survived() {
    drop(Instance::<PLAIN>::created());
    drop(Instance::<PLAIN>::ready());
    let active = Instance::<PLAIN>::ready();
    assert!(active.activate(48_000.0, 1, FRAMES));
    drop(active);
    let playing = Instance::playing(FRAMES);
    sounds(&playing);
    drop(playing);
}

#[test]
fn deactivate_while_processing_stops_first() {
    let instance = Instance::playing(FRAMES);
    instance.deactivate();
    refused(&instance);
    assert!(instance.activate(48_000.0, 1, FRAMES));
    sounds(&instance);
}

#[test]
fn block_without_frames_sets_parameters() {
    let instance = Instance::<PLAIN>::playing(FRAMES);
    let level = instance.param_id(1);
    let mut block = Block::new(&[2], 0);
    let events = Events::new().param(0, level, 0.5).note_on(0, 60);
    assert_eq!(instance.process(&mut block, &events), CLAP_PROCESS_CONTINUE);
    assert_eq!(instance.fact("level"), "1");
    assert_eq!(instance.fact("calls"), "0");
    assert_eq!(instance.fact("events_dropped"), "1");
}

#[test]
fn block_longer_than_announced_is_rendered_in_pieces() {
    let instance = Instance::<PLAIN>::playing(10);
    let mut block = Block::new(&[2], 35);
    instance.process(&mut block, &Events::new().note_on(23, 60));
    let (before, after) = block.out(0, 1).split_at(23);
    assert!(all(before, 0.0) && all(after, 0.5));
    assert_eq!(instance.fact("calls"), "4");
    assert_eq!(instance.fact("longest"), "10");
    assert_eq!(instance.fact("notes"), "[3]");
}

#[test]
fn calls_without_a_plug_in_are_survived() {
    let instance = Instance::<PLAIN>::playing(FRAMES);
    // SAFETY: alive, and copied to have its data taken away.
    let mut hollow = unsafe { *instance.raw };
    hollow.plugin_data = ptr::null_mut();
    for plugin in [ptr::null(), &raw const hollow] {
        // SAFETY: null, or a plug-in without data: both are refused.
        unsafe {
            assert!(!hollow.init.unwrap()(plugin));
            assert!(!hollow.activate.unwrap()(plugin, 48_000.0, 1, FRAMES));
            hollow.deactivate.unwrap()(plugin);
            assert!(!hollow.start_processing.unwrap()(plugin));
            hollow.stop_processing.unwrap()(plugin);
            hollow.reset.unwrap()(plugin);
            let mut block = Block::new(&[2], FRAMES);
            let process = block.process();
            assert_eq!(
                hollow.process.unwrap()(plugin, &raw const process),
                CLAP_PROCESS_ERROR
            );
            assert!(hollow.get_extension.unwrap()(plugin, c"clap.params".as_ptr()).is_null());
            hollow.on_main_thread.unwrap()(plugin);
            hollow.destroy.unwrap()(plugin);
        }
    }
}

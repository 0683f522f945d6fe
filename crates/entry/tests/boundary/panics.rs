//! Panics of the plug-in, one call after the other: none reaches the host.

use clap_sys::process::CLAP_PROCESS_ERROR;

use crate::host::{Block, Events, Instance, all};
use crate::probe::*;

const FRAMES: u32 = 32;

fn block<const KIND: u8>(instance: &Instance<KIND>, events: &Events) -> Block {
    let mut block = Block::new(&[2, 2], FRAMES);
    assert_ne!(instance.process(&mut block, events), CLAP_PROCESS_ERROR);
    block
}

fn is_silent(block: &Block) -> bool {
    (0..2).all(|port| (0..2).all(|channel| all(block.out(port, channel), 0.0)))
}

/// Waits for something that happens on another thread.
fn eventually(mut happened: impl FnMut() -> bool) {
    let start = std::time::Instant::now();
    while !happened() {
        assert!(
            start.elapsed() < std::time::Duration::from_secs(10),
            "it never happened"
        );
        std::thread::sleep(std::time::Duration::from_millis(1));
    }
}

#[test]
fn panic_in_a_block_makes_it_silent() {
    let instance = Instance::<MULTI>::playing(FRAMES);
    assert!(is_silent(&block(
        &instance,
        &Events::new().note_on(0, KEY_PANIC)
    )));
    assert_eq!(instance.fact("panics"), "1");
}

#[test]
fn panic_after_the_outputs_are_written_makes_them_silent() {
    let instance = Instance::<MULTI>::playing(FRAMES);
    assert!(is_silent(&block(
        &instance,
        &Events::new().note_on(0, KEY_PANIC_LATE)
    )));
}

#[test]
fn after_a_panic_the_plug_in_is_not_called() {
    let instance = Instance::<MULTI>::playing(FRAMES);
    block(&instance, &Events::new().note_on(0, KEY_PANIC));
    for _ in 0..3 {
        assert!(is_silent(&block(&instance, &Events::new().note_on(0, 60))));
    }
    instance.reset();
    instance.stop();
    assert!(instance.start());
    assert!(is_silent(&block(&instance, &Events::new().note_on(0, 60))));
    assert_eq!(instance.fact("calls"), "1");
    assert_eq!(instance.fact("panics"), "1");
}

#[test]
fn next_activation_ends_the_silence() {
    let instance = Instance::<MULTI>::playing(FRAMES);
    block(&instance, &Events::new().note_on(0, KEY_PANIC));
    instance.stop();
    instance.deactivate();
    assert!(instance.activate(48_000.0, 1, FRAMES));
    assert!(instance.start());
    assert!(all(
        block(&instance, &Events::new().note_on(0, 60)).out(0, 0),
        0.5
    ));
}

#[test]
fn failed_activation_does_not_end_the_silence() {
    let instance = Instance::<MULTI>::playing(FRAMES);
    block(&instance, &Events::new().note_on(0, KEY_PANIC));
    assert!(!instance.activate(2_000_000.0, 1, FRAMES));
    let mut block = Block::new(&[2, 2], FRAMES);
    assert_eq!(
        instance.process(&mut block, &Events::new()),
        CLAP_PROCESS_ERROR
    );
    assert!(is_silent(&block));
}

#[test]
fn one_instance_does_not_silence_another() {
    let (broken, whole) = (
        Instance::<MULTI>::playing(FRAMES),
        Instance::<MULTI>::playing(FRAMES),
    );
    block(&broken, &Events::new().note_on(0, KEY_PANIC));
    assert!(all(
        block(&whole, &Events::new().note_on(0, 60)).out(0, 0),
        0.5
    ));
    assert_eq!(whole.fact("panics"), "0");
}

#[test]
fn panic_in_a_block_is_told_on_the_main_thread() {
    let instance = Instance::<PLAIN>::playing(FRAMES);
    std::thread::scope(|scope| {
        scope.spawn(|| drop(block(&instance, &Events::new().note_on(0, KEY_PANIC_LATE))));
    });
    assert_eq!(instance.host.callbacks(), 1);
    instance.on_main_thread();
    let told =
        "Rendering a block failed: late 1; the plug-in is silent until the host restarts it.";
    assert_eq!(instance.notices(), [told]);
    std::thread::scope(|scope| {
        scope.spawn(|| drop(block(&instance, &Events::new())));
    });
    assert_eq!(instance.host.callbacks(), 1);
}

#[test]
fn panic_in_activate_fails_it() {
    let instance = Instance::<PLAIN>::ready();
    instance.set_fault(IN_ACTIVATE);
    assert!(!instance.activate(48_000.0, 1, FRAMES));
    assert!(!instance.start());
    assert_eq!(instance.fact("panics"), "1");
    assert_eq!(instance.notices().len(), 1);
    instance.set_fault(0);
    assert!(instance.activate(48_000.0, 1, FRAMES));
    assert!(all(
        block(&instance, &Events::new().note_on(0, 60)).out(0, 0),
        0.5
    ));
}

#[test]
fn panic_in_reset_silences_the_plug_in() {
    let instance = Instance::<PLAIN>::playing(FRAMES);
    instance.set_fault(IN_RESET);
    instance.reset();
    assert_eq!(instance.host.callbacks(), 1);
    assert!(is_silent(&block(&instance, &Events::new().note_on(0, 60))));
    assert_eq!(instance.fact("calls"), "0");
    assert_eq!(instance.fact("panics"), "1");
}

#[test]
fn panics_in_stop_and_deactivate_are_survived() {
    let instance = Instance::<PLAIN>::playing(FRAMES);
    instance.set_fault(IN_STOP);
    instance.stop();
    instance.set_fault(IN_DEACTIVATE);
    instance.deactivate();
    assert_eq!(instance.fact("panics"), "2");
    instance.set_fault(0);
    assert!(instance.activate(48_000.0, 1, FRAMES));
    assert!(all(
        block(&instance, &Events::new().note_on(0, 60)).out(0, 0),
        0.5
    ));
}

#[test]
fn panic_in_drop_is_survived() {
    let instance = Instance::<PLAIN>::playing(FRAMES);
    instance.set_fault(IN_DROP);
    drop(instance);
}

#[test]
fn panics_in_parameter_texts_fail_the_call() {
    let instance = Instance::<PLAIN>::ready();
    let (params, fault) = (instance.params(), instance.param_id(0));
    let (mut text, mut value) = ([0_u8; 32], 0.0);
    // SAFETY: calls CLAP knows, with as much room as they are told.
    unsafe {
        let target = text.as_mut_ptr().cast();
        let to_text = params.value_to_text.unwrap();
        assert!(!to_text(
            instance.raw,
            fault,
            f64::from(IN_TEXT),
            target,
            32
        ));
        let to_value = params.text_to_value.unwrap();
        assert!(!to_value(
            instance.raw,
            fault,
            c"panic".as_ptr(),
            &raw mut value
        ));
    }
    assert_eq!(instance.fact("panics"), "2");
    assert_eq!(
        instance.notices()[0],
        "Showing a parameter's value failed: no text for this."
    );
}

#[test]
fn panic_in_a_task_on_the_main_thread_is_survived() {
    let instance = Instance::<PLAIN>::playing(FRAMES);
    block(&instance, &Events::new().note_on(0, KEY_TASK_PANIC));
    instance.on_main_thread();
    assert_eq!(instance.fact("panics"), "1");
    assert_eq!(
        instance.notices(),
        ["A background task failed: task on demand."]
    );
    assert!(all(
        block(&instance, &Events::new().note_on(0, 60)).out(0, 0),
        0.5
    ));
}

#[test]
fn panic_in_a_task_in_the_background_leaves_the_worker_alive() {
    let instance = Instance::<PLAIN>::playing(FRAMES);
    block(&instance, &Events::new().note_on(0, KEY_BACKGROUND_PANIC));
    eventually(|| instance.fact("panics") == "1");
    block(&instance, &Events::new().note_on(0, KEY_WORK));
    eventually(|| instance.fact("works") == "1");
    assert_eq!(
        instance.notices(),
        ["A background task failed: task on demand."]
    );
}

#[test]
fn notice_the_plug_in_cannot_take_is_in_the_report() {
    let instance = Instance::<PLAIN>::playing(FRAMES);
    instance.set_fault(IN_NOTICE);
    block(&instance, &Events::new().note_on(0, KEY_TASK_PANIC));
    instance.on_main_thread();
    assert_eq!(
        instance.notices(),
        ["A background task failed: task on demand."]
    );
    assert_eq!(instance.fact("panics"), "2");
}

#[test]
fn report_of_a_plug_in_that_panics_in_it_has_the_boundarys_lines() {
    let instance = Instance::<PLAIN>::ready();
    instance.set_fault(IN_REPORT);
    assert_eq!(
        instance.report(),
        "panics 1\nblocks_refused 0\nevents_dropped 0\n"
    );
}

#[test]
fn many_panics_are_all_counted() {
    let instance = Instance::<PLAIN>::ready();
    instance.set_fault(IN_ACTIVATE);
    for _ in 0..30 {
        assert!(!instance.activate(48_000.0, 1, FRAMES));
    }
    assert_eq!(instance.fact("panics"), "30");
}

//! Setting up, activating, processing, and every step in the wrong order.

use std::ptr;

use assert_no_alloc::assert_no_alloc;
use vst3::Steinberg::Vst::*;
use vst3::Steinberg::*;

use crate::rig::{Block, FRAMES, Rig, on};

#[test]
fn nothing_is_active_before_it_is_set_up() {
    let rig = Rig::new();
    assert_ne!(unsafe { rig.component.setActive(1) }, kResultOk);
    let mut block = Block::new(&[2, 2, 2]);
    assert_ne!(rig.block(&mut block), kResultOk);
    assert!(
        block
            .samples
            .iter()
            .flatten()
            .flatten()
            .all(|sample| *sample == 0.0)
    );
    assert_eq!(rig.set_up(0), kResultOk);
    assert_eq!(unsafe { rig.component.setActive(1) }, kResultOk);
    assert_eq!(rig.log.lock().unwrap().activations, 1);
}

#[test]
fn setup_that_cannot_be_is_refused() {
    let rig = Rig::new();
    let good = ProcessSetup {
        processMode: 0,
        symbolicSampleSize: 0,
        maxSamplesPerBlock: FRAMES,
        sampleRate: 48_000.0,
    };
    for setup in [
        ProcessSetup {
            symbolicSampleSize: 1,
            ..good
        },
        ProcessSetup {
            maxSamplesPerBlock: 0,
            ..good
        },
        ProcessSetup {
            maxSamplesPerBlock: -5,
            ..good
        },
        ProcessSetup {
            sampleRate: f64::NAN,
            ..good
        },
        ProcessSetup {
            sampleRate: 999.4,
            ..good
        },
        ProcessSetup {
            sampleRate: 3_000_000.6,
            ..good
        },
        ProcessSetup {
            sampleRate: 0.0,
            ..good
        },
    ] {
        let mut setup = setup;
        assert_ne!(
            unsafe { rig.processor.setupProcessing(&raw mut setup) },
            kResultOk
        );
    }
    assert_ne!(
        unsafe { rig.processor.setupProcessing(ptr::null_mut()) },
        kResultOk
    );
}

#[test]
fn plug_in_that_cannot_activate_is_not_active() {
    let rig = Rig::new();
    let mut setup = ProcessSetup {
        processMode: 0,
        symbolicSampleSize: 0,
        maxSamplesPerBlock: FRAMES,
        sampleRate: 2_000_000.0,
    };
    unsafe { rig.processor.setupProcessing(&raw mut setup) };
    assert_ne!(unsafe { rig.component.setActive(1) }, kResultOk);
    assert_ne!(rig.block(&mut Block::new(&[2, 2, 2])), kResultOk);
}

#[test]
fn steps_left_out_or_made_twice_do_no_harm() {
    let rig = Rig::active();
    rig.play(&[], &[on(0, 0, 0, 60, 1)]);
    assert_eq!(rig.heard().len(), 1, "a block without setProcessing");
    for state in [1, 1, 0, 0, 1] {
        assert_eq!(unsafe { rig.processor.setProcessing(state) }, kResultOk);
    }
    for state in [1, 0, 0, 1] {
        assert_eq!(unsafe { rig.component.setActive(state) }, kResultOk);
    }
    rig.play(&[], &[on(0, 0, 0, 61, 1)]);
    assert_eq!(rig.heard(), ["0 on 0/61 id 1 0.50"]);
    unsafe { rig.component.terminate() };
    assert_ne!(rig.block(&mut Block::new(&[2, 2, 2])), kResultOk);
}

#[test]
fn processing_begun_again_resets() {
    let rig = Rig::playing();
    let before = rig.log.lock().unwrap().resets;
    unsafe { rig.processor.setProcessing(1) };
    assert!(rig.log.lock().unwrap().resets > before);
}

#[test]
fn offline_is_told_with_the_activation() {
    let rig = Rig::new();
    for (mode, is_offline) in [(2, true), (1, false), (0, false)] {
        rig.set_up(mode);
        unsafe { rig.component.setActive(1) };
        assert_eq!(
            rig.log.lock().unwrap().is_offline,
            is_offline,
            "mode {mode}"
        );
        unsafe { rig.component.setActive(0) };
    }
}

#[test]
fn offline_is_told_with_the_block_that_begins_it() {
    let rig = Rig::playing();
    for (mode, is_offline) in [(2, true), (0, false), (1, false)] {
        let mut block = Block::new(&[2, 2, 2]);
        let mut data = block.data();
        data.processMode = mode;
        let result = assert_no_alloc(|| unsafe { rig.processor.process(&raw mut data) });
        assert_eq!(result, kResultOk);
        if mode != 1 {
            let told = rig.log.lock().unwrap().blocks_offline;
            assert_eq!(told, Some(is_offline), "mode {mode}");
        }
    }
    unsafe {
        rig.controller
            .setParamNormalized(rig.titled("Level").id, 0.5)
    };
    let told = rig.told.borrow().clone();
    assert!(!told.contains(&"restart 8".to_owned()), "{told:?}");
}

#[test]
fn latency_is_known_once_active_and_nobody_is_disturbed() {
    let rig = Rig::active();
    assert_eq!(
        unsafe { rig.processor.getLatencySamples() },
        FRAMES as u32 / 2
    );
    assert!(
        rig.told
            .borrow()
            .iter()
            .all(|line| !line.starts_with("restart"))
    );
    assert_eq!(unsafe { rig.processor.getTailSamples() }, kInfiniteTail);
}

#[test]
fn what_was_played_before_an_activation_is_over() {
    let rig = Rig::playing();
    let volume = rig.assigned(0, 0, 7);
    let mut flush = Block::new(&[]);
    flush.frames = 0;
    flush.changes.add(volume, &[(0, 0.0)]);
    rig.block(&mut flush);
    unsafe { rig.component.setActive(0) };
    unsafe { rig.component.setActive(1) };
    rig.play(&[], &[]);
    assert!(rig.heard().is_empty());
}

#[test]
fn instances_live_beside_each_other_and_end_in_any_order() {
    let mut rigs: Vec<Rig> = (0..8).map(|_| Rig::playing()).collect();
    for (key, rig) in rigs.iter().enumerate() {
        rig.play(&[], &[on(0, 0, 0, 40 + key as i16, 1)]);
    }
    for (key, rig) in rigs.iter().enumerate() {
        assert_eq!(rig.heard(), [format!("0 on 0/{} id 1 0.50", 40 + key)]);
    }
    rigs.swap(0, 5);
    rigs.truncate(3);
    drop(rigs);
}

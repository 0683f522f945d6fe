//! Audio buses: what is told of them, and memory of every kind.

use std::ptr;

use vst3::Steinberg::Vst::*;
use vst3::Steinberg::*;

use crate::recorder::KEY_LOUD;
use crate::rig::{Block, FRAMES, Rig, on, wide};

/// A component whose sound is loud, with all outputs on.
fn loud() -> Rig {
    let rig = Rig::new();
    for bus in 0..3 {
        assert_eq!(
            unsafe { rig.component.activateBus(0, 1, bus, 1) },
            kResultOk
        );
    }
    rig.set_up(0);
    unsafe { rig.component.setActive(1) };
    unsafe { rig.processor.setProcessing(1) };
    rig.play(&[], &[on(0, 0, 0, i16::from(KEY_LOUD), 1)]);
    rig
}

/// Whether all samples of a bus are `level`.
fn is(block: &Block, bus: usize, level: f32) -> bool {
    block.samples[bus]
        .iter()
        .flatten()
        .all(|sample| *sample == level)
}

#[test]
fn outputs_are_main_buses_with_their_names() {
    let rig = Rig::new();
    assert_eq!(unsafe { rig.component.getBusCount(0, 0) }, 0);
    assert_eq!(unsafe { rig.component.getBusCount(0, 1) }, 3);
    for (index, name) in ["Mix", "First", "Second"].iter().enumerate() {
        let index = index as i32;
        let mut info = unsafe { std::mem::zeroed::<BusInfo>() };
        let result = unsafe { rig.component.getBusInfo(0, 1, index, &raw mut info) };
        assert_eq!((result, info.channelCount, info.busType), (kResultOk, 2, 0));
        assert_eq!(wide(&info.name), *name);
        assert_eq!(
            info.flags,
            u32::from(index == 0),
            "only the first is active"
        );
        let mut speakers = 0;
        unsafe { rig.processor.getBusArrangement(1, index, &raw mut speakers) };
        assert_eq!(speakers, 3);
    }
    let mut info = unsafe { std::mem::zeroed::<BusInfo>() };
    assert_ne!(
        unsafe { rig.component.getBusInfo(0, 1, 3, &raw mut info) },
        kResultOk
    );
}

#[test]
fn arrangements_of_the_layout_are_taken_and_others_refused() {
    let rig = Rig::new();
    let mut outputs = [3_u64, 3, 3];
    let set = |outputs: &mut [u64]| unsafe {
        let count = outputs.len() as i32;
        rig.processor
            .setBusArrangements(ptr::null_mut(), 0, outputs.as_mut_ptr(), count)
    };
    assert_eq!(set(&mut outputs), kResultOk);
    assert_eq!(set(&mut outputs[..1]), kResultOk, "the first alone");
    assert_ne!(set(&mut [3, 3, 3, 3]), kResultOk);
    outputs[1] = 1 << 19;
    assert_ne!(set(&mut outputs), kResultOk);
    let none = ptr::null_mut();
    assert_ne!(
        unsafe { rig.processor.setBusArrangements(none, 0, none, 3) },
        kResultOk
    );
}

#[test]
fn every_active_output_is_written() {
    let rig = loud();
    let block = rig.play(&[], &[]);
    assert!(is(&block, 0, 0.5) && is(&block, 1, 0.25) && is(&block, 2, 0.25));
    assert!(block.buses.iter().all(|bus| bus.silenceFlags == 0));
}

#[test]
fn output_that_is_off_is_not_written_and_told_silent() {
    let rig = loud();
    assert_eq!(unsafe { rig.component.activateBus(0, 1, 1, 0) }, kResultOk);
    let block = rig.play(&[], &[]);
    assert!(is(&block, 0, 0.5) && is(&block, 1, 9.0) && is(&block, 2, 0.25));
    assert_eq!(block.buses[1].silenceFlags, 3);
}

#[test]
fn silence_is_told() {
    let rig = Rig::playing();
    let block = rig.play(&[], &[]);
    assert!(is(&block, 0, 0.0));
    assert_eq!(block.buses[0].silenceFlags, 3);
}

#[test]
fn null_channels_buses_and_arrays_are_borne() {
    let rig = loud();
    let mut block = Block::new(&[2, 2, 2]);
    block.pointers[0][1] = ptr::null_mut();
    block.buses[1].__field0.channelBuffers32 = ptr::null_mut();
    assert_eq!(rig.block(&mut block), kResultOk);
    assert!(block.samples[0][0].iter().all(|sample| *sample == 0.5));
    assert!(is(&block, 2, 0.25));
    let mut none = Block::new(&[2, 2, 2]);
    let mut data = none.data();
    data.outputs = ptr::null_mut();
    assert_eq!(unsafe { rig.processor.process(&raw mut data) }, kResultOk);
    assert_ne!(unsafe { rig.processor.process(ptr::null_mut()) }, kResultOk);
}

#[test]
fn too_few_and_too_many_outputs_are_borne() {
    let rig = loud();
    let mut few = Block::new(&[2]);
    assert_eq!(rig.block(&mut few), kResultOk);
    assert!(is(&few, 0, 0.5));
    let mut mono = Block::new(&[1, 2, 2]);
    assert_eq!(rig.block(&mut mono), kResultOk);
    assert!(is(&mono, 0, 0.5) && is(&mono, 2, 0.25));
    let mut many = Block::new(&[2, 2, 2, 2, 6]);
    assert_eq!(rig.block(&mut many), kResultOk);
    assert!(is(&many, 1, 0.25) && is(&many, 3, 0.0) && is(&many, 4, 0.0));
    assert_eq!(many.buses[4].silenceFlags, 63);
}

#[test]
fn two_channels_in_the_same_memory_are_borne() {
    let rig = loud();
    let mut block = Block::new(&[2, 2, 2]);
    block.pointers[0][1] = block.pointers[0][0];
    assert_eq!(rig.block(&mut block), kResultOk);
    assert!(block.samples[0][0].iter().all(|sample| *sample == 0.5));
}

#[test]
fn block_without_frames_is_a_block() {
    let rig = loud();
    let mut block = Block::new(&[2, 2, 2]);
    for frames in [0, -1] {
        block.frames = frames;
        assert_eq!(rig.block(&mut block), kResultOk);
    }
    assert!(is(&block, 0, 9.0));
}

#[test]
fn block_longer_than_announced_is_played_whole() {
    let rig = Rig::new();
    let mut setup = ProcessSetup {
        processMode: 0,
        symbolicSampleSize: 0,
        maxSamplesPerBlock: FRAMES / 4,
        sampleRate: 48_000.0,
    };
    assert_eq!(
        unsafe { rig.processor.setupProcessing(&raw mut setup) },
        kResultOk
    );
    unsafe { rig.component.setActive(1) };
    let block = rig.play(
        &[],
        &[on(0, 0, 0, i16::from(KEY_LOUD), 1), on(0, 50, 0, 60, 2)],
    );
    assert!(is(&block, 0, 0.5));
    assert_eq!(rig.heard()[1], "50 on 0/60 id 2 0.50");
}

#[test]
fn samples_of_64_bits_are_refused_and_still_borne() {
    let rig = loud();
    assert_ne!(unsafe { rig.processor.canProcessSampleSize(1) }, kResultOk);
    assert_eq!(unsafe { rig.processor.canProcessSampleSize(0) }, kResultOk);
    let mut samples = vec![9.0_f64; FRAMES as usize];
    let mut pointers = [samples.as_mut_ptr(), ptr::null_mut()];
    let mut block = Block::new(&[2]);
    block.buses[0].__field0.channelBuffers64 = pointers.as_mut_ptr();
    let mut data = block.data();
    data.symbolicSampleSize = 1;
    assert_eq!(unsafe { rig.processor.process(&raw mut data) }, kResultOk);
    assert!(samples.iter().all(|sample| *sample == 0.5));
}

//! Audio ports that are missing, null, too small, too large or in the other sample size.

use std::ptr;

use clap_sys::ext::audio_ports_activation::{
    CLAP_EXT_AUDIO_PORTS_ACTIVATION, clap_plugin_audio_ports_activation,
};
use clap_sys::process::CLAP_PROCESS_ERROR;

use crate::host::{Block, Events, GARBAGE, Instance, all};
use crate::probe::{EFFECT, MULTI, PLAIN};

const FRAMES: u32 = 32;

/// Plays a note into `block` and returns the plug-in, which must have processed it.
fn play<const KIND: u8>(block: &mut Block) -> Instance<KIND> {
    let instance = Instance::<KIND>::playing(FRAMES);
    let status = instance.process(block, &Events::new().note_on(0, 60));
    assert_ne!(status, CLAP_PROCESS_ERROR);
    assert_eq!(instance.fact("calls"), "1");
    assert_eq!(instance.fact("notes"), "[0]");
    instance
}

#[test]
fn whole_outputs_carry_the_sound() {
    let mut block = Block::new(&[2, 2], FRAMES);
    play::<MULTI>(&mut block);
    assert!(all(block.out(0, 0), 0.5) && all(block.out(0, 1), 0.5));
    assert!(all(block.out(1, 0), 0.25) && all(block.out(1, 1), 0.25));
}

#[test]
fn memory_the_plug_in_only_adds_to_starts_at_zero() {
    let instance = Instance::<PLAIN>::playing(FRAMES);
    let mut block = Block::new(&[2], FRAMES);
    instance.process(&mut block, &Events::new());
    assert!(all(block.out(0, 0), 0.0) && all(block.out(0, 1), 0.0));
}

#[test]
fn note_survives_a_null_output_array() {
    let instance = Instance::<PLAIN>::playing(FRAMES);
    let mut block = Block::new(&[2], FRAMES);
    let list = Events::new().note_on(0, 60);
    let list = list.list();
    let mut process = block.process();
    process.audio_outputs = ptr::null_mut();
    process.in_events = &raw const list;
    assert_ne!(instance.process_raw(&raw const process), CLAP_PROCESS_ERROR);
    assert!(all(block.out(0, 0), GARBAGE));
    instance.process(&mut block, &Events::new());
    assert!(all(block.out(0, 0), 0.5));
}

#[test]
fn note_survives_no_outputs() {
    let instance = play::<MULTI>(&mut Block::new(&[], FRAMES));
    let mut block = Block::new(&[2, 2], FRAMES);
    instance.process(&mut block, &Events::new());
    assert!(all(block.out(0, 0), 0.5));
}

#[test]
fn missing_second_port_does_not_mute_the_first() {
    let mut block = Block::new(&[2], FRAMES);
    play::<MULTI>(&mut block);
    assert!(all(block.out(0, 0), 0.5));
}

#[test]
fn null_data_of_the_second_port_does_not_mute_the_first() {
    let mut block = Block::new(&[2, 2], FRAMES);
    block.outputs[1].has32 = false;
    play::<MULTI>(&mut block);
    assert!(all(block.out(0, 0), 0.5));
    assert!(all(block.out(1, 0), GARBAGE));
}

#[test]
fn null_data_of_the_main_port_does_not_mute_the_second() {
    let mut block = Block::new(&[2, 2], FRAMES);
    block.outputs[0].has32 = false;
    play::<MULTI>(&mut block);
    assert!(all(block.out(1, 1), 0.25));
}

#[test]
fn null_channel_does_not_mute_its_neighbour() {
    let mut block = Block::new(&[2, 2], FRAMES);
    block.outputs[0].pointers32[0] = ptr::null_mut();
    block.outputs[1].pointers32[1] = ptr::null_mut();
    play::<MULTI>(&mut block);
    assert!(all(block.out(0, 0), GARBAGE) && all(block.out(0, 1), 0.5));
    assert!(all(block.out(1, 0), 0.25) && all(block.out(1, 1), GARBAGE));
}

#[test]
fn misaligned_channel_is_left_alone() {
    let mut block = Block::new(&[2], FRAMES);
    block.outputs[0].pointers32[0] = block.outputs[0].pointers32[0].wrapping_byte_add(1);
    play::<PLAIN>(&mut block);
    assert!(all(block.out(0, 0), GARBAGE) && all(block.out(0, 1), 0.5));
}

#[test]
fn too_few_channels_still_sound() {
    let mut block = Block::new(&[1, 1], FRAMES);
    play::<MULTI>(&mut block);
    assert!(all(block.out(0, 0), 0.5) && all(block.out(1, 0), 0.25));
}

#[test]
fn surplus_channels_and_ports_are_silent() {
    let mut block = Block::new(&[3, 1], FRAMES);
    play::<PLAIN>(&mut block);
    assert!(all(block.out(0, 1), 0.5));
    assert!(all(block.out(0, 2), 0.0) && all(block.out(1, 0), 0.0));
}

#[test]
fn ports_of_64_bits_are_written() {
    let mut block = Block::new(&[2, 2], FRAMES);
    for port in &mut block.outputs {
        port.has32 = false;
        port.has64 = true;
    }
    block.outputs[1].pointers64[0] = ptr::null_mut();
    play::<MULTI>(&mut block);
    assert!(
        block
            .out64(0, 0)
            .iter()
            .chain(block.out64(0, 1))
            .all(|sample| *sample == 0.5)
    );
    assert!(
        block
            .out64(1, 0)
            .iter()
            .all(|sample| *sample == f64::from(GARBAGE))
    );
    assert!(block.out64(1, 1).iter().all(|sample| *sample == 0.25));
}

#[test]
fn first_of_two_ports_keeps_memory_given_twice() {
    let mut block = Block::new(&[2, 2], FRAMES);
    let shared = block.outputs[0].pointers32[0];
    block.outputs[1].pointers32 = vec![shared; 2];
    play::<MULTI>(&mut block);
    assert!(all(block.out(0, 0), 0.5) && all(block.out(0, 1), 0.5));
    assert!(all(block.out(1, 0), GARBAGE));
}

#[test]
fn first_of_two_channels_keeps_memory_that_overlaps() {
    let mut block = Block::new(&[2], FRAMES);
    let first = block.outputs[0].pointers32[0];
    block.outputs[0].pointers32[1] = first.wrapping_add(4);
    play::<PLAIN>(&mut block);
    assert!(all(block.out(0, 0), 0.5));
}

#[test]
fn sound_is_not_marked_as_constant() {
    let mut block = Block::new(&[2, 2], FRAMES);
    play::<MULTI>(&mut block);
    assert!(block.raw_outputs.iter().all(|port| port.constant_mask == 0));
}

#[test]
fn inputs_reach_the_plug_in() {
    let mut block = Block::new(&[2], FRAMES).with_inputs(&[2, 1]);
    Instance::<EFFECT>::playing(FRAMES).process(&mut block, &Events::new());
    assert!(all(block.out(0, 0), 0.25) && all(block.out(0, 1), 0.25));
}

#[test]
fn missing_inputs_are_silence() {
    let mut block = Block::new(&[2], FRAMES).with_inputs(&[2]);
    block.inputs[0].pointers32[1] = ptr::null_mut();
    Instance::<EFFECT>::playing(FRAMES).process(&mut block, &Events::new());
    assert!(all(block.out(0, 0), 0.125) && all(block.out(0, 1), 0.0));
}

#[test]
fn null_input_array_is_silence() {
    let instance = Instance::<EFFECT>::playing(FRAMES);
    let mut block = Block::new(&[2], FRAMES).with_inputs(&[2, 1]);
    let mut process = block.process();
    process.audio_inputs = ptr::null();
    assert_ne!(instance.process_raw(&raw const process), CLAP_PROCESS_ERROR);
    assert!(all(block.out(0, 0), 0.0));
}

#[test]
fn inputs_of_64_bits_are_converted() {
    let mut block = Block::new(&[2], FRAMES).with_inputs(&[2, 1]);
    for port in &mut block.inputs {
        port.has32 = false;
        port.has64 = true;
    }
    Instance::<EFFECT>::playing(FRAMES).process(&mut block, &Events::new());
    assert!(all(block.out(0, 0), 0.25));
}

#[test]
fn input_and_output_may_share_their_memory() {
    let mut block = Block::new(&[2], FRAMES).with_inputs(&[2, 1]);
    block.outputs[0].samples32.iter_mut().for_each(|channel| {
        channel[..FRAMES as usize].fill(0.5);
    });
    block.inputs[0]
        .pointers32
        .clone_from(&block.outputs[0].pointers32);
    Instance::<EFFECT>::playing(FRAMES).process(&mut block, &Events::new());
    assert!(all(block.out(0, 0), 0.625) && all(block.out(0, 1), 0.625));
}

#[test]
fn plug_in_is_told_which_outputs_the_host_takes() {
    let told = |block: &mut Block| play::<MULTI>(block).fact("outputs");
    assert_eq!(told(&mut Block::new(&[2, 2], FRAMES)), "11");
    assert_eq!(told(&mut Block::new(&[2], FRAMES)), "1");
    assert_eq!(told(&mut Block::new(&[], FRAMES)), "0");
    let mut block = Block::new(&[2, 2], FRAMES);
    block.outputs[0].has32 = false;
    assert_eq!(told(&mut block), "10");
    block.outputs[0].has64 = true;
    block.outputs[1].pointers32[0] = ptr::null_mut();
    assert_eq!(told(&mut block), "11", "one side is enough");
}

#[test]
fn outputs_are_switched_off_while_it_plays() {
    let instance = Instance::<MULTI>::playing(FRAMES);
    let activation: &clap_plugin_audio_ports_activation =
        instance.extension(CLAP_EXT_AUDIO_PORTS_ACTIVATION).unwrap();
    let switch = |is_input, port, is_on| {
        // SAFETY: a call CLAP knows.
        unsafe { activation.set_active.unwrap()(instance.raw, is_input, port, is_on, 32) }
    };
    // SAFETY: as above.
    assert!(unsafe { activation.can_activate_while_processing.unwrap()(instance.raw) });
    let mut block = Block::new(&[2, 2], FRAMES);
    for (port, is_on, told) in [(1, false, "1"), (0, false, "0"), (1, true, "10")] {
        assert!(switch(false, port, is_on));
        instance.process(&mut block, &Events::new());
        assert_eq!(instance.fact("outputs"), told);
    }
    assert!(!switch(false, 2, false) && !switch(true, 0, false));
    assert!(!switch(false, u32::MAX, true));
}

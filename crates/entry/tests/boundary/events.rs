//! Event lists that are null, unsorted, out of range or malformed.

use std::ptr;

use clap_sys::events::*;
use clap_sys::process::CLAP_PROCESS_ERROR;

use crate::host::{Block, Events, Instance, Received, all, header};
use crate::probe::{ACCURATE, PLAIN};

const FRAMES: u32 = 64;

/// Processes `events` in one block and returns the plug-in.
fn play<const KIND: u8>(events: &Events) -> Instance<KIND> {
    let instance = Instance::<KIND>::playing(FRAMES);
    let mut block = Block::new(&[2], FRAMES);
    assert_ne!(instance.process(&mut block, events), CLAP_PROCESS_ERROR);
    block.out(0, 0);
    instance
}

fn sysex(buffer: *const u8, size: u32) -> clap_event_midi_sysex {
    clap_event_midi_sysex {
        header: header::<clap_event_midi_sysex>(0, CLAP_EVENT_MIDI_SYSEX),
        port_index: 0,
        buffer,
        size,
    }
}

#[test]
fn events_in_order_keep_their_frames() {
    let events = Events::new()
        .note_on(0, 60)
        .note_on(5, 61)
        .note_on(5, 62)
        .note_on(63, 63);
    assert_eq!(play::<PLAIN>(&events).fact("notes"), "[0, 5, 5, 63]");
}

#[test]
fn lists_may_be_null() {
    let instance = Instance::<PLAIN>::playing(FRAMES);
    let mut block = Block::new(&[2], FRAMES);
    let process = block.process();
    assert_ne!(instance.process_raw(&raw const process), CLAP_PROCESS_ERROR);
}

#[test]
fn lists_may_lack_their_functions() {
    let instance = Instance::<PLAIN>::playing(FRAMES);
    let mut block = Block::new(&[2], FRAMES);
    let input = clap_input_events {
        ctx: ptr::null_mut(),
        size: None,
        get: None,
    };
    let output = clap_output_events {
        ctx: ptr::null_mut(),
        try_push: None,
    };
    let events = Events::new().note_on(0, 60);
    let without_get = clap_input_events {
        get: None,
        ..events.list()
    };
    for list in [input, without_get] {
        let mut process = block.process();
        process.in_events = &raw const list;
        process.out_events = &raw const output;
        assert_ne!(instance.process_raw(&raw const process), CLAP_PROCESS_ERROR);
    }
    // The plug-in wants to send an event that the host has no function for.
    let list = events.list();
    let mut process = block.process();
    process.in_events = &raw const list;
    process.out_events = &raw const output;
    assert_ne!(instance.process_raw(&raw const process), CLAP_PROCESS_ERROR);
    assert_eq!(instance.fact("notes"), "[0]");
}

#[test]
fn null_events_are_passed_over() {
    let mut events = Events::new().note_on(3, 60);
    events.0.insert(0, None);
    events.0.push(None);
    assert_eq!(play::<PLAIN>(&events).fact("notes"), "[3]");
}

#[test]
fn event_before_its_predecessor_comes_with_it() {
    let events = Events::new().note_on(9, 60).note_on(4, 61).note_on(12, 62);
    assert_eq!(play::<PLAIN>(&events).fact("notes"), "[9, 9, 12]");
}

#[test]
fn event_after_the_end_comes_at_the_last_frame() {
    let events = Events::new().note_on(FRAMES, 60).note_on(u32::MAX, 61);
    assert_eq!(play::<PLAIN>(&events).fact("notes"), "[63, 63]");
}

#[test]
fn transport_events_cut_the_block_at_their_frame() {
    let events = Events::new().add(Events::transport(16, 8)).note_on(20, 60);
    let instance = play::<PLAIN>(&events);
    assert_eq!(instance.fact("calls"), "2");
    assert_eq!(instance.fact("notes"), "[4]");
    assert_eq!(instance.fact("beats"), "8");
}

#[test]
fn position_of_a_transport_event_is_that_of_its_own_frame() {
    let instance = Instance::<ACCURATE>::playing(48_000);
    let mut block = Block::new(&[2], 48_000);
    let events = Events::new().add(Events::transport(12_000, 8));
    instance.process(&mut block, &events);
    assert_eq!(instance.fact("calls"), "2");
    assert_eq!(instance.fact("beats"), "8");
}

#[test]
fn transport_event_after_the_end_stays_in_the_block() {
    let events = Events::new()
        .add(Events::transport(1_000_000, 8))
        .note_on(20, 60);
    let instance = play::<PLAIN>(&events);
    assert_eq!(instance.fact("beats"), "8");
    // Both at the last frame, which the transport event made a block of its own.
    assert_eq!(instance.fact("notes"), "[0]");
}

#[test]
fn transport_events_before_each_other_stay_in_the_block() {
    let events = Events::new()
        .add(Events::transport(40, 1))
        .add(Events::transport(8, 2))
        .note_on(2, 60)
        .add(Events::transport(50, 3));
    let instance = play::<PLAIN>(&events);
    assert_eq!(instance.fact("calls"), "3");
    assert_eq!(instance.fact("notes"), "[0]");
    assert_eq!(instance.fact("beats"), "3");
}

#[test]
fn each_part_of_a_cut_block_has_its_own_transport() {
    let instance = Instance::<PLAIN>::playing(FRAMES);
    let mut block = Block::new(&[2], FRAMES);
    // The first is moved to frame 63 and the second comes right after it: two copies at once.
    let events = Events::new()
        .note_on(63, 60)
        .add(Events::transport(10, 5))
        .add(Events::transport(11, 6));
    instance.process(&mut block, &events);
    assert_eq!(instance.fact("beats"), "6");
}

#[test]
fn events_moved_after_a_moved_transport_leave_it_whole() {
    let events = Events::new()
        .note_on(63, 60)
        .add(Events::transport(10, 5))
        .note_on(1, 61)
        .note_on(2, 62)
        .note_on(3, 63);
    let instance = play::<PLAIN>(&events);
    assert_eq!(instance.fact("beats"), "5");
    // The transport event made the last frame a block of its own.
    assert_eq!(instance.fact("notes"), "[0, 0, 0, 0]");
}

#[test]
fn note_at_the_frame_of_a_cut_sounds_from_it() {
    let instance = Instance::<PLAIN>::playing(FRAMES);
    let mut block = Block::new(&[2], FRAMES);
    let events = Events::new()
        .note_on(16, 60)
        .add(Events::transport(16, 8))
        .note_on(16, 61);
    instance.process(&mut block, &events);
    assert_eq!(instance.fact("notes"), "[0, 0]");
    assert!(all(&block.out(0, 0)[..16], 0.0) && all(&block.out(0, 0)[16..], 0.5));
}

#[test]
fn note_at_the_frame_of_an_automation_cut_sounds_from_it() {
    let instance = Instance::<ACCURATE>::playing(FRAMES);
    let level = instance.param_id(1);
    let mut block = Block::new(&[2], FRAMES);
    let events = Events::new()
        .note_on(40, 60)
        .param(40, level, 0.5)
        .note_on(63, 61);
    instance.process(&mut block, &events);
    assert_eq!(instance.fact("notes"), "[0, 23]");
    assert!(all(&block.out(0, 0)[..40], 0.0) && all(&block.out(0, 0)[40..], 0.5));
}

#[test]
fn more_notes_at_the_frame_of_a_cut_than_can_wait_all_sound() {
    let instance = Instance::<PLAIN>::playing(FRAMES);
    let mut block = Block::new(&[2], FRAMES);
    let mut events = Events::new();
    for _ in 0..2_000 {
        events = events.note_on(16, 60);
    }
    instance.process(&mut block, &events.add(Events::transport(16, 8)));
    assert_eq!(instance.fact("played"), "2000");
    assert!(all(&block.out(0, 0)[..15], 0.0) && all(&block.out(0, 0)[16..], 0.5));
}

#[test]
fn automation_keeps_its_frame_in_a_plug_in_that_asks_for_it() {
    let instance = Instance::<ACCURATE>::playing(FRAMES);
    let level = instance.param_id(1);
    let mut block = Block::new(&[2], FRAMES);
    let events = Events::new()
        .param(0, level, 0.25)
        .param(32, level, 0.5)
        .param(30, level, 0.75);
    instance.process(&mut block, &events);
    assert_eq!(instance.fact("levels"), "[0.5, 1.5]");
}

#[test]
fn sysex_without_bytes_is_dropped() {
    let bytes = [0xF0, 0x7E, 0xF7];
    let events = Events::new()
        .add(sysex(ptr::null(), 3))
        .add(sysex(bytes.as_ptr(), 0))
        .add(sysex(bytes.as_ptr(), 3));
    let instance = play::<PLAIN>(&events);
    assert_eq!(instance.fact("sysex"), "1");
    assert_eq!(instance.fact("events_dropped"), "2");
}

#[test]
fn events_shorter_than_their_type_are_dropped() {
    let mut short = header::<clap_event_note>(0, CLAP_EVENT_NOTE_ON);
    short.size -= 1;
    let instance = play::<PLAIN>(&Events::new().add(short).note_on(1, 60));
    assert_eq!(instance.fact("notes"), "[1]");
    assert_eq!(instance.fact("events_dropped"), "1");
}

#[test]
fn events_of_other_spaces_and_types_mean_nothing() {
    let mut foreign = header::<clap_event_note>(0, CLAP_EVENT_NOTE_ON);
    foreign.space_id = 12;
    let unknown = header::<clap_event_note>(0, 999);
    let events = Events::new().add(foreign).add(unknown).note_on(1, 60);
    assert_eq!(play::<PLAIN>(&events).fact("notes"), "[1]");
}

#[test]
fn transport_shorter_than_its_type_is_none() {
    let instance = Instance::<PLAIN>::playing(FRAMES);
    let mut block = Block::new(&[2], FRAMES);
    let mut transport = Events::transport(0, 4);
    let mut beats = |transport: &clap_event_transport| {
        let mut process = block.process();
        process.transport = transport;
        instance.process_raw(&raw const process);
        instance.fact("beats")
    };
    assert_eq!(beats(&transport), "4");
    transport.header.size -= 1;
    assert_eq!(beats(&transport), "-1");
}

#[test]
fn transport_runs_on_through_the_pieces_of_a_block() {
    let instance = Instance::<PLAIN>::playing(24_000);
    let mut block = Block::new(&[2], 48_000);
    let transport = Events::transport(0, 4);
    let mut process = block.process();
    process.transport = &raw const transport;
    instance.process_raw(&raw const process);
    // Half a second at two beats a second.
    assert_eq!(instance.fact("beats"), "5");
}

#[test]
fn sent_events_count_from_the_start_of_the_block() {
    let instance = Instance::<PLAIN>::playing(10);
    let mut block = Block::new(&[2], 30);
    let events = Events::new().note_on(4, 60).note_on(27, 61);
    let list = events.list();
    let received = Received::default();
    let output = received.list();
    let mut process = block.process();
    process.in_events = &raw const list;
    process.out_events = &raw const output;
    instance.process_raw(&raw const process);
    assert_eq!(
        received.all(),
        [(CLAP_EVENT_NOTE_ON, 4), (CLAP_EVENT_NOTE_ON, 27)]
    );
}

#[test]
fn flush_accepts_everything_a_block_does() {
    let instance = Instance::<PLAIN>::ready();
    let flush = instance.params().flush.unwrap();
    let mut events = Events::new()
        .note_on(9, 60)
        .param(4_000, instance.param_id(1), 0.5);
    events.0.push(None);
    let events = events
        .add(sysex(ptr::null(), 9))
        .add(Events::transport(7, 1));
    let list = events.list();
    let received = Received::default();
    let output = received.list();
    // SAFETY: calls CLAP knows, with lists that are null or whole.
    unsafe {
        flush(instance.raw, ptr::null(), ptr::null());
        flush(instance.raw, &raw const list, &raw const output);
        flush(ptr::null(), &raw const list, &raw const output);
    }
    assert_eq!(instance.fact("level"), "1");
}

#[test]
fn sound_of_an_event_starts_at_its_frame() {
    let instance = Instance::<PLAIN>::playing(FRAMES);
    let mut block = Block::new(&[2], FRAMES);
    instance.process(&mut block, &Events::new().note_on(17, 60));
    assert!(all(&block.out(0, 0)[..17], 0.0) && all(&block.out(0, 0)[17..], 0.5));
}

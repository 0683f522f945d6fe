//! Note ports beyond the framework's one, the live flag, the host's steady time.

use std::ffi::CStr;

use assert_no_alloc::assert_no_alloc;
use clap_sys::events::*;
use clap_sys::ext::note_ports::{
    CLAP_EXT_NOTE_PORTS, CLAP_NOTE_DIALECT_CLAP, CLAP_NOTE_DIALECT_MIDI,
    CLAP_NOTE_DIALECT_MIDI_MPE, clap_note_port_info, clap_plugin_note_ports,
};
use clap_sys::ext::render::{
    CLAP_EXT_RENDER, CLAP_RENDER_OFFLINE, CLAP_RENDER_REALTIME, clap_plugin_render,
};

use crate::host::{Block, Events, Instance, all, header};
use crate::probe::{EFFECT, KEY_PANIC, PLAIN, PORTS};

const FRAMES: u32 = 64;

fn note(time: u32, type_: u16, port: i16, channel: i16, key: i16) -> clap_event_note {
    clap_event_note {
        header: header::<clap_event_note>(time, type_),
        note_id: -1,
        port_index: port,
        channel,
        key,
        velocity: 1.0,
    }
}

fn note_on(time: u32, port: i16, key: i16) -> clap_event_note {
    note(time, CLAP_EVENT_NOTE_ON, port, 0, key)
}

fn midi(time: u32, port: u16, data: [u8; 3]) -> clap_event_midi {
    clap_event_midi {
        header: header::<clap_event_midi>(time, CLAP_EVENT_MIDI),
        port_index: port,
        data,
    }
}

fn sysex(time: u32, port: u16, bytes: &[u8]) -> clap_event_midi_sysex {
    clap_event_midi_sysex {
        header: header::<clap_event_midi_sysex>(time, CLAP_EVENT_MIDI_SYSEX),
        port_index: port,
        buffer: bytes.as_ptr(),
        size: bytes.len() as u32,
    }
}

fn pressure(
    time: u32,
    port: i16,
    expression_id: clap_note_expression,
) -> clap_event_note_expression {
    clap_event_note_expression {
        header: header::<clap_event_note_expression>(time, CLAP_EVENT_NOTE_EXPRESSION),
        expression_id,
        note_id: -1,
        port_index: port,
        channel: 3,
        key: 60,
        value: 0.5,
    }
}

/// Processes `events` in one block and returns the plug-in.
fn play(events: &Events) -> Instance<PORTS> {
    let instance = Instance::<PORTS>::playing(FRAMES);
    let mut block = Block::new(&[2], FRAMES);
    instance.process(&mut block, events);
    instance
}

/// Names and dialects of the ports of one direction.
fn listed<const KIND: u8>(is_input: bool) -> Vec<(u32, String, u32, u32)> {
    let instance = Instance::<KIND>::ready();
    let ports: &clap_plugin_note_ports = instance.extension(CLAP_EXT_NOTE_PORTS).unwrap();
    // SAFETY: a call CLAP knows.
    let count = unsafe { ports.count.unwrap()(instance.raw, is_input) };
    // SAFETY: a struct of numbers and characters.
    let mut info: clap_note_port_info = unsafe { std::mem::zeroed() };
    let get = ports.get.unwrap();
    // SAFETY: a call CLAP knows; null is refused.
    assert!(!unsafe { get(instance.raw, 0, is_input, std::ptr::null_mut()) });
    // SAFETY: a call CLAP knows.
    assert!(!unsafe { get(instance.raw, count, is_input, &raw mut info) });
    (0..count)
        .map(|index| {
            // SAFETY: a call CLAP knows.
            assert!(unsafe { get(instance.raw, index, is_input, &raw mut info) });
            // SAFETY: the plug-in wrote a C string.
            let name = unsafe { CStr::from_ptr(info.name.as_ptr()) };
            let name = name.to_str().unwrap().to_owned();
            (
                info.id,
                name,
                info.supported_dialects,
                info.preferred_dialect,
            )
        })
        .collect()
}

#[test]
fn note_ports_are_listed_by_group() {
    let dialects = CLAP_NOTE_DIALECT_CLAP | CLAP_NOTE_DIALECT_MIDI | CLAP_NOTE_DIALECT_MIDI_MPE;
    let expected: Vec<_> = (0..4)
        .map(|index| {
            let name = format!("Group {}", index + 1);
            (index, name, dialects, CLAP_NOTE_DIALECT_CLAP)
        })
        .collect();
    assert_eq!(listed::<PORTS>(true), expected);
    assert_eq!(listed::<PORTS>(false).len(), 1);
}

#[test]
fn a_single_note_port_is_the_frameworks_own() {
    let ports = listed::<PLAIN>(true);
    assert_eq!(ports.len(), 1);
    assert_eq!(ports[0].1, "Note Input");
    assert_eq!(listed::<EFFECT>(true).len(), 1);
}

#[test]
fn each_port_is_heard_by_itself() {
    let events = Events::new()
        .add(note_on(3, 0, 60))
        .add(note_on(4, 1, 61))
        .add(midi(5, 2, [0x95, 62, 100]))
        .add(midi(6, 0, [0x90, 63, 100]))
        .add(note(7, CLAP_EVENT_NOTE_OFF, 3, 9, 64));
    let instance = play(&events);
    assert_eq!(instance.fact("notes"), "[3, 6]");
    assert_eq!(
        instance.fact("ports"),
        "4:1:[90, 3d, 7f] 5:2:[95, 3e, 64] 7:3:[89, 40, 7f] "
    );
    assert_eq!(instance.fact("events_dropped"), "0");
}

#[test]
fn a_live_event_is_known_from_a_recorded_one() {
    let mut live = midi(1, 1, [0xC3, 9, 0]);
    live.header.flags = CLAP_EVENT_IS_LIVE;
    let instance = play(&Events::new().add(live).add(midi(1, 1, [0xD3, 8, 0])));
    assert_eq!(instance.fact("ports"), "1:1!:[c3, 09] 1:1:[d3, 08] ");
}

#[test]
fn a_live_event_of_the_first_port_is_marked_and_comes_once() {
    let mut key = note_on(2, 0, 60);
    key.header.flags = CLAP_EVENT_IS_LIVE;
    let mut pedal = midi(3, 0, [0xB1, 64, 127]);
    pedal.header.flags = CLAP_EVENT_IS_LIVE;
    let mut bend = midi(3, 0, [0xE1, 0, 64]);
    bend.header.flags = CLAP_EVENT_IS_LIVE;
    let events = Events::new()
        .add(note_on(1, 0, 59))
        .add(key)
        .add(pedal)
        .add(bend);
    let instance = play(&events);
    assert_eq!(instance.fact("notes"), "[1, 2]");
    assert_eq!(
        instance.fact("ports"),
        "2:0!:[90, 3c, 7f] 3:0!:[b1, 40, 7f] "
    );
}

#[test]
fn an_event_for_all_ports_reaches_each_once() {
    let instance = play(&Events::new().add(note_on(8, -1, 60)));
    assert_eq!(instance.fact("notes"), "[8]");
    assert_eq!(
        instance.fact("ports"),
        "8:1:[90, 3c, 7f] 8:2:[90, 3c, 7f] 8:3:[90, 3c, 7f] "
    );
}

#[test]
fn an_event_for_a_port_there_is_not_is_counted() {
    let bytes = [0xF0, 0xF7];
    let events = Events::new()
        .add(note_on(0, 4, 60))
        .add(note_on(0, -2, 60))
        .add(midi(0, 4, [0x90, 60, 1]))
        .add(midi(0, u16::MAX, [0x90, 60, 1]))
        .add(sysex(0, 9, &bytes))
        .add(note_on(1, 0, 60));
    let instance = play(&events);
    assert_eq!(instance.fact("notes"), "[1]");
    assert_eq!(instance.fact("ported"), "0");
    assert_eq!(instance.fact("events_dropped"), "5");

    let single = Instance::<PLAIN>::playing(FRAMES);
    let mut block = Block::new(&[2], FRAMES);
    single.process(&mut block, &Events::new().add(note_on(0, 1, 60)));
    assert_eq!(single.fact("notes"), "[]");
    assert_eq!(single.fact("events_dropped"), "1");
}

#[test]
fn an_event_dropped_from_a_long_block_is_counted_once() {
    let instance = Instance::<PORTS>::playing(10);
    let mut block = Block::new(&[2], FRAMES);
    let bytes = [0xF0, 0xF7];
    let mut none = sysex(20, 0, &bytes);
    none.size = 0;
    instance.process(&mut block, &Events::new().add(none).add(note_on(30, 7, 60)));
    assert_eq!(instance.fact("events_dropped"), "2");
}

#[test]
fn wildcards_become_the_messages_midi_has_for_them() {
    let events = Events::new()
        .add(note(0, CLAP_EVENT_NOTE_OFF, 1, -1, -1))
        .add(note(1, CLAP_EVENT_NOTE_CHOKE, 1, 5, -1))
        .add(note(2, CLAP_EVENT_NOTE_CHOKE, 1, 5, 60));
    let instance = play(&events);
    let ports = instance.fact("ports");
    assert!(
        ports.starts_with("0:1:[b0, 7b, 00] 0:1:[b1, 7b, 00] "),
        "{ports}"
    );
    assert!(
        ports.ends_with("0:1:[bf, 7b, 00] 1:1:[b5, 78, 00] 2:1:[85, 3c, 7f] "),
        "{ports}"
    );
    assert_eq!(instance.fact("ported"), "18");
}

#[test]
fn what_midi_cannot_say_comes_as_nothing() {
    let events = Events::new()
        .add(pressure(0, 1, CLAP_NOTE_EXPRESSION_PRESSURE))
        .add(pressure(1, 1, CLAP_NOTE_EXPRESSION_TUNING))
        .add(note(2, CLAP_EVENT_NOTE_ON, 2, 0, -1));
    let instance = play(&events);
    assert_eq!(instance.fact("ports"), "0:1:[a3, 3c, 40] 1:1:[] 2:2:[] ");
    assert_eq!(instance.fact("events_dropped"), "0");
}

#[test]
fn malformed_messages_are_counted() {
    let events = Events::new()
        .add(midi(0, 1, [0x12, 0, 0]))
        .add(midi(0, 1, [0xF0, 1, 2]))
        .add(note(0, CLAP_EVENT_NOTE_ON, 1, 16, 60))
        .add(note(0, CLAP_EVENT_NOTE_ON, 1, -2, 60))
        .add(midi(9, 1, [0x90, 0xFF, 0xFF]));
    let instance = play(&events);
    assert_eq!(instance.fact("ports"), "9:1:[90, 7f, 7f] ");
    assert_eq!(instance.fact("events_dropped"), "4");
}

#[test]
fn the_longest_system_message_comes_whole_and_a_longer_one_not_at_all() {
    let mut bytes = vec![1_u8; 65_535];
    bytes[0] = 0xF0;
    bytes[65_534] = 0xF7;
    let longer = vec![1_u8; 65_536];
    let events = Events::new()
        .add(sysex(0, 1, &bytes))
        .add(sysex(1, 2, &longer))
        .add(sysex(2, 3, &bytes[..1]));
    let instance = play(&events);
    assert_eq!(instance.fact("ported"), "2");
    let sum = 0xF0 + 0xF7 + 65_533 + 0xF0;
    assert_eq!(instance.fact("port_bytes"), format!("65536 {sum}"));
    assert_eq!(instance.fact("events_dropped"), "1");
}

#[test]
fn more_messages_than_there_is_room_for_are_counted_and_the_next_block_has_room_again() {
    let mut events = Events::new();
    for _ in 0..1_100 {
        events = events.add(midi(0, 1, [0xB0, 7, 1]));
    }
    let instance = play(&events);
    assert_eq!(instance.fact("ported"), "1024");
    assert_eq!(instance.fact("events_dropped"), "76");
    let mut block = Block::new(&[2], FRAMES);
    instance.process(&mut block, &Events::new().add(midi(0, 1, [0xB0, 7, 1])));
    assert_eq!(instance.fact("ported"), "1025");
}

/// Events on every port, with automation and transport that cut the block, unsorted here and
/// there; returns what further ports were given when the host's block has `frames` frames.
fn partitioned(frames: u32, max_frames: u32) -> String {
    const TOTAL: u32 = 420;
    let instance = Instance::<PORTS>::playing(max_frames);
    let level = instance.param_id(1);
    let mut start = 0;
    while start < TOTAL {
        let length = frames.min(TOTAL - start);
        let mut block = Block::new(&[2], length);
        let mut events = Events::new();
        for at in start..start + length {
            let time = at - start;
            if at % 7 == 3 {
                events = events.add(midi(time, 1 + (at % 3) as u16, [0x90, (at % 128) as u8, 1]));
            }
            if at % 5 == 0 {
                events = events.param(time, level, f64::from(at % 10) / 10.0);
            }
            if at % 21 == 10 {
                events = events.add(note_on(time, -1, (at % 100) as i16));
            }
            if at % 60 == 59 {
                events = events.add(Events::transport(time, i64::from(at)));
            }
            if at % 35 == 17 {
                events = events.add(midi(time, 3, [0x80, (at % 128) as u8, 2]));
            }
        }
        instance.process(&mut block, &events);
        start += length;
    }
    assert_eq!(instance.fact("events_dropped"), "0");
    instance.fact("ports")
}

#[test]
fn the_cut_of_the_blocks_changes_nothing() {
    let whole = partitioned(420, 420);
    assert!(whole.matches(':').count() > 200);
    for (frames, max_frames) in [(1, 1), (7, 64), (64, 64), (420, 11), (100, 30), (419, 512)] {
        assert_eq!(
            partitioned(frames, max_frames),
            whole,
            "{frames}, {max_frames}"
        );
    }
}

#[test]
fn a_message_at_the_frame_of_a_cut_comes_after_it() {
    let instance = Instance::<PORTS>::playing(FRAMES);
    let level = instance.param_id(1);
    let events = Events::new()
        .add(midi(40, 1, [0x90, 60, 1]))
        .param(40, level, 0.5)
        .add(midi(40, 1, [0x90, 61, 1]));
    let mut block = Block::new(&[2], FRAMES);
    instance.process(&mut block, &events);
    assert_eq!(instance.fact("calls"), "2");
    assert_eq!(
        instance.fact("ports"),
        "40:1:[90, 3c, 01] 40:1:[90, 3d, 01] "
    );
}

#[test]
fn steady_time_counts_on_through_pieces_and_cuts() {
    let instance = Instance::<PORTS>::playing(40);
    let level = instance.param_id(1);
    let events = Events::new().param(10, level, 0.5).param(50, level, 0.25);
    let list = events.list();
    for steady_time in [1_000, -1, 5, i64::MAX] {
        let mut block = Block::new(&[2], FRAMES);
        let mut process = block.process();
        process.in_events = &raw const list;
        process.steady_time = steady_time;
        instance.process_raw(&raw const process);
    }
    let most = i64::MAX;
    assert_eq!(
        instance.fact("steady"),
        format!(
            "[1000, 1010, 1040, 1050, -1, -1, -1, -1, 5, 15, 45, 55, {most}, {most}, {most}, {most}]"
        )
    );
}

#[test]
fn each_block_is_told_whether_somebody_listens_once_the_host_has_said() {
    let instance = Instance::<PORTS>::playing(FRAMES);
    let render: &clap_plugin_render = instance.extension(CLAP_EXT_RENDER).unwrap();
    let told = |instance: &Instance<PORTS>| {
        instance.process(&mut Block::new(&[2], FRAMES), &Events::new());
        instance.fact("offline")
    };
    assert_eq!(told(&instance), "None");
    for (mode, expected) in [
        (CLAP_RENDER_OFFLINE, "Some(true)"),
        (CLAP_RENDER_REALTIME, "Some(false)"),
    ] {
        // SAFETY: a call CLAP knows.
        assert!(unsafe { render.set.unwrap()(instance.raw, mode) });
        assert_eq!(told(&instance), expected);
    }
}

#[test]
fn a_panic_over_a_port_event_is_silence() {
    let instance = Instance::<PORTS>::playing(FRAMES);
    let mut block = Block::new(&[2], FRAMES);
    let events = Events::new()
        .add(note_on(0, 0, 60))
        .add(note_on(0, 1, i16::from(KEY_PANIC)));
    instance.process(&mut block, &events);
    assert!(all(block.out(0, 0), 0.0));
    assert_eq!(instance.fact("panics"), "1");
    assert!(instance.activate(48_000.0, 1, FRAMES) && instance.start());
    instance.process(&mut block, &Events::new().add(note_on(0, 1, 60)));
    assert_eq!(instance.fact("ported"), "2");
}

#[test]
fn ports_allocate_nothing() {
    let instance = Instance::<PORTS>::playing(FRAMES);
    let mut long = vec![1_u8; 65_535];
    long[0] = 0xF0;
    let mut events = Events::new();
    for time in 0..2_000 {
        events = events.add(midi(time / 40, (time % 5) as u16, [0xB0, 7, 1]));
    }
    for port in 1..4 {
        events = events
            .add(sysex(63, port, &long))
            .add(sysex(63, port, &long));
    }
    let list = events.list();
    let mut block = Block::new(&[2], FRAMES);
    let mut process = block.process();
    process.in_events = &raw const list;
    for _ in 0..3 {
        assert_no_alloc(|| instance.process_raw(&raw const process));
    }
    assert!(instance.fact("ported").parse::<u64>().unwrap() > 3_000);
}

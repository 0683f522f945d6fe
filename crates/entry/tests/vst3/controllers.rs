//! MIDI controllers as parameters: their values, their frames, and which belong together.

use vst3::Steinberg::Vst::ParameterInfo_::ParameterFlags_ as flags;
use vst3::Steinberg::Vst::*;
use vst3::Steinberg::*;

use crate::rig::{Block, Rig, event, on, wide};

/// A controller's value as a host has it.
fn seven(value: u8) -> f64 {
    f64::from(value) / 127.0
}

#[test]
fn ids_are_those_of_earlier_versions() {
    let rig = Rig::new();
    let start = (1_u32 << 31) - 2_080;
    assert_eq!(rig.assigned(0, 0, 0), start);
    assert_eq!(rig.assigned(0, 15, 129), (1 << 31) - 1);
    assert_eq!(rig.assigned(1, 0, 7), start - 2_080 + 7);
    let mapping = rig.cast::<IMidiMapping>();
    let mut id = 0;
    for (bus, channel, number) in [(4, 0, 7), (0, 16, 7), (-1, 0, 7), (0, 0, 131), (0, 0, -1)] {
        let result =
            unsafe { mapping.getMidiControllerAssignment(bus, channel, number, &raw mut id) };
        assert_ne!(result, kResultOk, "{bus} {channel} {number}");
    }
}

#[test]
fn controllers_are_hidden_parameters_of_which_each_has_its_own_id() {
    let rig = Rig::new();
    let count = unsafe { rig.controller.getParameterCount() };
    let infos: Vec<_> = (0..count).map(|index| rig.info(index).unwrap()).collect();
    let hidden = infos
        .iter()
        .filter(|info| info.flags & flags::kIsHidden != 0);
    assert_eq!(hidden.clone().count(), 4 * 16 * 130);
    assert!(
        hidden
            .clone()
            .all(|info| info.flags & flags::kCanAutomate == 0)
    );
    assert!(
        hidden
            .clone()
            .all(|info| wide(&info.title).starts_with("MIDI CC "))
    );
    let mut titles: Vec<String> = infos.iter().map(|info| wide(&info.title)).collect();
    titles.sort_unstable();
    titles.dedup();
    assert_eq!(titles.len(), count as usize);
    let mut ids: Vec<u32> = infos.iter().map(|info| info.id).collect();
    ids.sort_unstable();
    ids.dedup();
    assert_eq!(ids.len(), count as usize);
    assert!(rig.info(count).is_none() && rig.info(-1).is_none());
}

#[test]
fn controllers_tell_where_midi_begins_and_what_was_sent_last() {
    let rig = Rig::playing();
    let value = |number| rig.value(rig.assigned(0, 2, number));
    assert_eq!(value(7), seven(100));
    assert_eq!(value(10), seven(64));
    assert_eq!(value(11), 1.0);
    assert_eq!(value(64), 0.0);
    assert_eq!(value(129), 8_192.0 / 16_383.0);
    rig.play(
        &[(rig.assigned(0, 2, 7), &[(0, seven(3)), (9, seven(80))])],
        &[],
    );
    assert_eq!(value(7), seven(80));
    assert_eq!(
        rig.value(rig.assigned(0, 3, 7)),
        seven(100),
        "another channel"
    );
    assert_eq!(
        rig.value(rig.assigned(1, 2, 7)),
        seven(100),
        "another group"
    );
}

#[test]
fn all_values_of_a_block_arrive_at_their_frames() {
    let rig = Rig::playing();
    let bend = rig.assigned(0, 1, 129);
    let pressure = rig.assigned(0, 1, 128);
    let volume = rig.assigned(2, 1, 7);
    rig.play(
        &[
            (bend, &[(0, 0.0), (10, 0.5), (63, 1.0), (99, 0.25)]),
            (pressure, &[(5, 1.0)]),
            (volume, &[(6, seven(9))]),
        ],
        &[],
    );
    assert_eq!(
        rig.heard(),
        [
            "0 bend 1 0",
            "5 pressure 1 127",
            "10 bend 1 8192",
            "63 bend 1 16383",
            "63 bend 1 4096",
            "6 port 2 [b1, 07, 09]",
        ]
    );
}

#[test]
fn controllers_of_a_frame_come_before_its_notes() {
    let rig = Rig::playing();
    let volume = rig.assigned(0, 0, 7);
    rig.play(&[(volume, &[(4, seven(1))])], &[on(0, 4, 0, 60, 1)]);
    assert_eq!(rig.heard(), ["4 cc 0 7 1", "4 on 0/60 id 1 0.50"]);
}

#[test]
fn registered_parameters_in_queues_come_out_as_they_were() {
    let rig = Rig::playing();
    let queue = |number| rig.assigned(0, 0, number);
    // Bend range 12, then fine tuning 32, then closed: as a song has it on one tick.
    rig.play(
        &[
            (queue(6), &[(3, seven(12)), (3, seven(32))]),
            (queue(38), &[(3, seven(0)), (3, seven(5))]),
            (queue(100), &[(3, seven(0)), (3, seven(1)), (3, seven(127))]),
            (queue(101), &[(3, seven(0)), (3, seven(0)), (3, seven(127))]),
        ],
        &[],
    );
    let expected = [
        (101, 0),
        (100, 0),
        (6, 12),
        (38, 0),
        (101, 0),
        (100, 1),
        (6, 32),
        (38, 5),
        (101, 127),
        (100, 127),
    ];
    let expected = expected.map(|(number, value)| format!("3 cc 0 {number} {value}"));
    assert_eq!(rig.heard(), expected);
}

#[test]
fn flood_of_what_is_in_force_already_is_dropped() {
    let rig = Rig::playing();
    let (volume, hold) = (rig.assigned(0, 0, 7), rig.assigned(0, 0, 64));
    rig.play(&[(volume, &[(0, seven(33))])], &[]);
    rig.heard();
    // A host that sends all it has when a session opens, one of them changed.
    let mut block = Block::new(&[2, 2, 2]);
    for channel in 0..16 {
        for number in 0..130 {
            let id = rig.assigned(0, channel, number);
            let value = if id == hold { 1.0 } else { rig.value(id) };
            block.changes.add(id, &[(0, value)]);
        }
    }
    assert_eq!(rig.block(&mut block), kResultOk);
    assert_eq!(
        rig.heard(),
        ["0 cc 0 64 127"].map(|line| line.replacen('0', "64", 1))
    );
}

#[test]
fn few_values_in_force_already_are_sent_again() {
    let rig = Rig::playing();
    let volume = rig.assigned(0, 0, 7);
    rig.play(&[(volume, &[(0, seven(100))])], &[]);
    assert_eq!(rig.heard(), ["0 cc 0 7 100"]);
}

#[test]
fn resets_reset_what_is_told() {
    let rig = Rig::playing();
    let (volume, hold) = (rig.assigned(0, 0, 7), rig.assigned(0, 0, 64));
    rig.play(&[(volume, &[(0, 0.0)]), (hold, &[(0, 1.0)])], &[]);
    let all_off = rig.assigned(0, 0, 121);
    rig.play(&[(all_off, &[(0, 0.0)])], &[]);
    assert_eq!((rig.value(volume), rig.value(hold)), (0.0, 0.0));
    let reset = [0xF0_u8, 0x7E, 0x7F, 0x09, 0x01, 0xF7];
    let mut data = event(0, 0, 2);
    data.__field0.data = DataEvent {
        size: 6,
        r#type: 0,
        bytes: reset.as_ptr(),
    };
    rig.play(&[], &[data]);
    assert_eq!(rig.value(volume), seven(100));
}

#[test]
fn values_of_a_block_without_frames_wait_for_the_next() {
    let rig = Rig::playing();
    let volume = rig.assigned(0, 0, 7);
    let mut flush = Block::new(&[]);
    flush.frames = 0;
    flush.changes.add(volume, &[(0, seven(9))]);
    assert_eq!(rig.block(&mut flush), kResultOk);
    assert!(rig.heard().is_empty());
    rig.play(&[(volume, &[(0, seven(10))])], &[]);
    assert_eq!(rig.heard(), ["0 cc 0 7 9", "0 cc 0 7 10"]);
}

#[test]
fn controllers_have_texts_both_ways() {
    let rig = Rig::new();
    let bend = rig.assigned(0, 0, 129);
    let mut text = [0; 128];
    let mut value = 0.0;
    unsafe {
        let result = rig
            .controller
            .getParamStringByValue(bend, 0.5, &raw mut text);
        assert_eq!(result, kResultOk);
        assert_eq!(wide(&text), "8192");
        let place = &raw mut value;
        let result = rig
            .controller
            .getParamValueByString(bend, text.as_mut_ptr(), place);
        assert_eq!((result, value), (kResultOk, 8_192.0 / 16_383.0));
    }
}

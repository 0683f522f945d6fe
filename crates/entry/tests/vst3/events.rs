//! Notes, expressions and system messages in, and every kind of event out.

use vst3::Steinberg::Vst::*;
use vst3::Steinberg::*;

use crate::recorder::{KEY_ANSWER, KEY_PANIC};
use crate::rig::{Block, FRAMES, Rig, event, expression, off, on, wide};

#[test]
fn there_are_four_groups_in_and_one_output() {
    let rig = Rig::new();
    unsafe {
        assert_eq!(rig.component.getBusCount(1, 0), 4);
        assert_eq!(rig.component.getBusCount(1, 1), 1);
        for index in 0..4 {
            let mut info = std::mem::zeroed::<BusInfo>();
            assert_eq!(
                rig.component.getBusInfo(1, 0, index, &raw mut info),
                kResultOk
            );
            assert_eq!(info.channelCount, 16);
            assert_eq!(wide(&info.name), format!("Group {}", index + 1));
            assert_eq!(rig.component.activateBus(1, 0, index, 1), kResultOk);
        }
        assert_ne!(rig.component.activateBus(1, 0, 4, 1), kResultOk);
    }
}

#[test]
fn notes_keep_their_frame_channel_and_number() {
    let rig = Rig::playing();
    rig.play(&[], &[on(0, 5, 3, 60, 77), off(0, 40, 3, 60, 77)]);
    rig.play(&[], &[on(0, 1, 15, 127, -1)]);
    assert_eq!(
        rig.heard(),
        [
            "5 on 3/60 id 77 0.50",
            "40 off 3/60 id 77 0.25",
            "65 on 15/127 0.50"
        ]
    );
}

#[test]
fn frames_outside_of_the_block_are_brought_into_it() {
    let rig = Rig::playing();
    rig.play(&[], &[on(0, -7, 0, 60, 1), on(0, FRAMES + 9, 0, 61, 2)]);
    assert_eq!(rig.heard(), ["0 on 0/60 id 1 0.50", "63 on 0/61 id 2 0.50"]);
}

#[test]
fn further_groups_have_channels_of_their_own() {
    let rig = Rig::playing();
    rig.play(
        &[],
        &[on(1, 3, 2, 60, 1), on(3, 4, 15, 61, 2), on(4, 5, 0, 62, 3)],
    );
    assert_eq!(
        rig.heard(),
        ["3 port 1 [92, 3c, 40]", "4 port 3 [9f, 3d, 40]"],
        "there is no fifth group"
    );
}

#[test]
fn silent_note_on_ends_the_note() {
    let rig = Rig::playing();
    let mut silent = on(0, 9, 0, 60, 1);
    silent.__field0.noteOn.velocity = 0.0;
    rig.play(&[], &[on(0, 0, 0, 60, 1), silent]);
    assert_eq!(rig.heard(), ["0 on 0/60 id 1 0.50", "9 off 0/60 id 1 0.00"]);
}

#[test]
fn tuning_of_a_note_follows_it() {
    let rig = Rig::playing();
    let mut tuned = on(0, 9, 0, 60, 1);
    tuned.__field0.noteOn.tuning = 50.0;
    rig.play(&[], &[tuned]);
    assert_eq!(
        rig.heard(),
        ["9 on 0/60 id 1 0.50", "9 tuning 0/60 id 1 0.50"]
    );
}

#[test]
fn expressions_reach_the_note_that_is_meant_the_right_way_round() {
    let rig = Rig::playing();
    rig.play(&[], &[on(0, 0, 1, 60, 500), on(0, 0, 2, 60, 501)]);
    rig.heard();
    let sent = [(0, 0.25), (1, 1.0), (2, 0.55), (4, 0.7), (5, 0.2)];
    let events = sent.map(|(kind, value)| expression(0, 3, kind, 501, value));
    rig.play(&[], &events);
    assert_eq!(
        rig.heard(),
        [
            "67 volume 2/60 id 501 1.00",
            "67 pan 2/60 id 501 1.00",
            "67 tuning 2/60 id 501 12.00",
            "67 expression 2/60 id 501 0.70",
            "67 brightness 2/60 id 501 0.20",
        ]
    );
}

#[test]
fn any_number_of_held_notes_can_be_expressed() {
    let rig = Rig::playing();
    let notes: Vec<Event> = (0..16)
        .flat_map(|channel| (10..128).map(move |key| (channel, key)))
        .map(|(channel, key)| {
            on(
                0,
                0,
                channel,
                key,
                i32::from(channel) * 1_000 + i32::from(key),
            )
        })
        .collect();
    rig.play(&[], &notes);
    assert_eq!(rig.heard().len(), notes.len());
    rig.play(
        &[],
        &[
            expression(0, 0, 1, 10, 0.5),
            expression(0, 0, 1, 15_127, 0.5),
        ],
    );
    assert_eq!(
        rig.heard(),
        ["64 pan 0/10 id 10 0.00", "64 pan 15/127 id 15127 0.00"]
    );
    rig.play(&[], &[expression(0, 0, 1, 99_999, 0.5)]);
    assert!(rig.heard().is_empty(), "nobody began that note");
}

#[test]
fn pressure_of_a_key_arrives() {
    let rig = Rig::playing();
    let pressure = |bus| {
        let mut event = event(bus, 2, 3);
        event.__field0.polyPressure = PolyPressureEvent {
            channel: 4,
            pitch: 60,
            pressure: 1.0,
            noteId: -1,
        };
        event
    };
    rig.play(&[], &[pressure(0), pressure(2)]);
    assert_eq!(
        rig.heard(),
        ["2 pressure 4/60 1.00", "2 port 2 [a4, 3c, 7f]"]
    );
}

#[test]
fn system_messages_arrive_whole_and_before_what_they_reset() {
    let rig = Rig::playing();
    let reset = [0xF0_u8, 0x7E, 0x7F, 0x09, 0x01, 0xF7];
    let data = |bus, size| {
        let mut event = event(bus, 7, 2);
        event.__field0.data = DataEvent {
            size,
            r#type: 0,
            bytes: reset.as_ptr(),
        };
        event
    };
    rig.play(
        &[],
        &[on(0, 7, 0, 60, 1), data(0, 6), data(3, 6), data(0, 0)],
    );
    assert_eq!(
        rig.heard(),
        ["7 sysex 6", "7 on 0/60 id 1 0.50", "7 port 3 [f0, 7e, 7f]"]
    );
}

#[test]
fn answers_become_events_of_every_kind() {
    let rig = Rig::playing();
    let block = rig.play(&[], &[on(0, 11, 0, i16::from(KEY_ANSWER), 1)]);
    let events = block.out_events.0.borrow();
    let kinds: Vec<u16> = events.iter().map(|event| event.r#type).collect();
    assert_eq!(kinds, [0, 1, u16::MAX, u16::MAX, u16::MAX, 2]);
    assert!(events.iter().all(|event| event.sampleOffset == 11));
    unsafe {
        let on = events[0].__field0.noteOn;
        assert_eq!((on.channel, on.pitch, on.noteId), (4, 60, 9));
        assert_eq!(events[1].__field0.noteOff.velocity, 0.25);
        let controller = events[2].__field0.midiCCOut;
        assert_eq!((controller.controlNumber, controller.value), (7, 127));
        let bend = events[3].__field0.midiCCOut;
        assert_eq!(
            (bend.controlNumber, bend.value, bend.value2),
            (129, 127, 127)
        );
        let program = events[4].__field0.midiCCOut;
        assert_eq!((program.controlNumber, program.value), (130, 12));
        let data = events[5].__field0.data;
        let bytes = std::slice::from_raw_parts(data.bytes, data.size as usize);
        assert_eq!(bytes, [0xF0, 0x7D, 0xF7]);
    }
}

#[test]
fn panic_of_the_plug_in_is_silence() {
    let rig = Rig::playing();
    rig.play(&[], &[on(0, 0, 0, i16::from(KEY_PANIC), 1)]);
    let block = rig.play(&[], &[on(0, 0, 0, 3, 1)]);
    assert!(
        block.samples[0]
            .iter()
            .flatten()
            .all(|sample| *sample == 0.0)
    );
    unsafe { rig.component.setActive(0) };
}

#[test]
fn host_s_song_and_steady_count_are_told() {
    let rig = Rig::playing();
    let mut block = Block::new(&[2, 2, 2]);
    let mut context = unsafe { std::mem::zeroed::<ProcessContext>() };
    context.state = 1 << 1 | 1 << 9 | 1 << 10 | 1 << 17;
    context.tempo = 120.0;
    context.projectTimeMusic = 8.5;
    context.continousTimeSamples = 1_000_000;
    block.context = Some(context);
    assert_eq!(rig.block(&mut block), kResultOk);
    rig.play(&[], &[]);
    let log = rig.log.lock().unwrap();
    assert_eq!(
        log.steady,
        [Some(1_000_000), Some(1_000_064)],
        "counted on without a context"
    );
    drop(log);
    assert_eq!(rig.block(&mut block), kResultOk);
    assert_eq!(rig.log.lock().unwrap().beats, 8.5);
}

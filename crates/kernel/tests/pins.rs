//! Pins of one port: several instruments, devices heard through service groups, what goes through.
#![expect(clippy::unwrap_used, clippy::panic, reason = "tests may unwrap")]

#[path = "fake/recorder.rs"]
#[expect(dead_code, reason = "other tests use the rest")]
mod recorder;
#[path = "fake/studio.rs"]
#[expect(dead_code, reason = "other tests use the rest")]
mod studio;

use std::sync::Arc;

use assert_no_alloc::{AllocDisabler, assert_no_alloc};
use atomic_refcell::AtomicRefCell;
use dmus_kernel::{
    ChannelGroup, MusicBuffer, Mxf, Port, PortConfig, ReferenceTime, RenderCx, SampleRate,
    StreamState::{self, Acquire, Pause, Run, Stop},
    error::{ConnectError, StateReason},
    history::history,
    miniport::StreamKind,
    mxf::{Joint, Output},
    pool::EventBox,
    port::PinId,
    service::{Delay, Membership, ServiceSink},
};
use studio::{Grouping, Studio, blocks, come_home, heard, refused, studio};

#[global_allocator]
static GUARD: AllocDisabler = AllocDisabler;

const KEYBOARD: PinId = PinId::Capture(0);
const SECOND: PinId = PinId::Render(1);

fn config() -> PortConfig {
    PortConfig {
        channel_groups: 4,
        ..PortConfig::new(SampleRate::new(48_000).unwrap())
    }
}

fn buffer(port: &Port<Studio>, music: &[(u16, usize, &[u8])]) -> MusicBuffer {
    let mut buffer = MusicBuffer::with_capacity(65_536);
    let start = port.stamp(0);
    buffer.clear(start);
    for (group, offset, bytes) in music {
        let delta = port.stamp(*offset).saturating_sub(start);
        buffer
            .push(ChannelGroup::new(*group), delta, false, bytes)
            .unwrap();
    }
    buffer
}

#[test]
fn two_pins_play_different_programs_on_the_same_channel() {
    let (mut port, _) = studio(config(), &[], Grouping::Nobody);
    assert_eq!(port.open(StreamKind::Render).unwrap(), SECOND);
    assert_no_alloc(|| port.set_state(Run)).unwrap();
    let first = buffer(&port, &[(1, 3, &[0xC0, 1])]);
    let second = buffer(&port, &[(1, 3, &[0xC0, 2])]);
    assert_no_alloc(|| port.submit(&first));
    assert_no_alloc(|| port.submit_to(SECOND, &second)).unwrap();
    blocks(&mut port, &[64]);
    assert_eq!(heard(&mut port, PinId::MAIN), [(3, 1, vec![0xC0, 1])]);
    assert_eq!(heard(&mut port, SECOND), [(3, 1, vec![0xC0, 2])]);
    come_home(port);
}

#[test]
fn pins_that_give_audio_are_added_up_for_any_block_length() {
    let play = |lengths: &[usize]| {
        let (mut port, _) = studio(config(), &[], Grouping::Nobody);
        port.open(StreamKind::Render).unwrap();
        assert_no_alloc(|| port.set_state(Run)).unwrap();
        let music = buffer(&port, &[(1, 700, &[0x90, 60, 100])]);
        assert_no_alloc(|| port.submit_to(SECOND, &music)).unwrap();
        let mut out = Vec::new();
        for &frames in lengths {
            let (mut left, mut right) = (vec![9.0; frames], vec![9.0; frames]);
            assert_no_alloc(|| port.render(&mut left, &mut right));
            out.extend(
                left.into_iter()
                    .zip(right)
                    .map(|(l, r)| (l.to_bits(), r.to_bits())),
            );
        }
        come_home(port);
        out
    };
    let whole = play(&[1_000]);
    // Both tapes give frame number plus one on the left.
    assert_eq!(f32::from_bits(whole[10].0).to_bits(), 22.0_f32.to_bits());
    assert_eq!(play(&[256, 1, 443, 300]), whole);
    assert_eq!(play(&[1; 1_000]), whole);
}

#[test]
fn a_wave_pin_is_the_other_half_of_an_instrument() {
    let (mut port, _) = studio(config(), &[8], Grouping::Own);
    // The first pin's wave half is opened with it.
    assert_eq!(
        refused(port.open(StreamKind::WaveSink)),
        "no render pin is a synthesizer without a wave pin"
    );
    come_home(port);
}

#[test]
fn pins_are_opened_in_stop_only_and_closed_from_any_state() {
    for state in [Stop, Acquire, Pause, Run] {
        let (mut port, mut cables) = studio(config(), &[8], Grouping::Own);
        port.open(StreamKind::Render).unwrap();
        assert_no_alloc(|| port.set_state(state)).unwrap();
        if state != Stop {
            let opened = refused(port.open(StreamKind::Render));
            assert_eq!(opened, format!("port is in {state}, STOP is needed"));
            let music = buffer(&port, &[(1, 500, &[0x90, 60, 100])]);
            assert_no_alloc(|| port.submit_to(SECOND, &music)).unwrap();
        }
        cables[0].says(&[0x90, 60], ReferenceTime::ZERO);
        blocks(&mut port, &[64]);
        port.close(SECOND).unwrap();
        port.close(KEYBOARD).unwrap();
        assert!(port.is_whole(), "closed in {state}");
        assert!(port.miniport().is_free(0), "its stream is still there");
        assert_eq!(
            refused(port.close(KEYBOARD)),
            "no such pin, or not the last of its kind"
        );
        come_home(port);
    }
}

#[test]
fn a_port_with_pins_may_be_dropped_in_any_state() {
    for state in [Stop, Acquire, Pause, Run] {
        let (mut port, mut cables) = studio(config(), &[8], Grouping::PerStream);
        port.open(StreamKind::Render).unwrap();
        port.set_thru(KEYBOARD, Some(SECOND)).unwrap();
        assert_no_alloc(|| port.set_state(state)).unwrap();
        cables[0].says(&[0xF0, 1, 2, 3, 4, 5, 6], ReferenceTime::ZERO);
        blocks(&mut port, &[64]);
        drop(port);
    }
}

#[test]
fn sizes_do_not_change_while_further_pins_are_open() {
    let (mut port, _) = studio(config(), &[8], Grouping::Own);
    assert_eq!(refused(port.configure(config())), "further pins are open");
    port.close(KEYBOARD).unwrap();
    port.configure(config()).unwrap();
    come_home(port);
}

#[test]
fn a_thousand_notifications_are_one_service_and_every_byte_arrives() {
    for grouping in [Grouping::Own, Grouping::OwnRegistered, Grouping::PerStream] {
        let (mut port, mut cables) = studio(config(), &[8_192], grouping);
        let mut records = port.take_records(KEYBOARD).unwrap();
        assert_no_alloc(|| port.set_state(Run)).unwrap();
        blocks(&mut port, &[64]);
        let services = |port: &mut Port<Studio>| {
            port.with_stream(KEYBOARD, |stream| stream.ear().services)
                .unwrap()
        };
        let before = services(&mut port);
        for number in 0..1_000_u16 {
            let key = u8::try_from(number % 128).unwrap();
            cables[0].says(&[0x90, key, 1], port.stamp(0));
        }
        blocks(&mut port, &[64]);
        assert_eq!(services(&mut port), before + 1, "{grouping:?}");
        let mut scratch = Vec::new();
        let mut heard = 0_u16;
        while let Some(record) = records.next(&mut scratch) {
            let key = u8::try_from(heard % 128).unwrap();
            assert_eq!(record.bytes, [0x90, key, 1]);
            heard += 1;
        }
        assert_eq!(heard, 1_000);
        come_home(port);
    }
}

#[test]
fn without_any_group_a_notification_is_nothing() {
    let (mut port, mut cables) = studio(config(), &[64], Grouping::Nobody);
    let mut records = port.take_records(KEYBOARD).unwrap();
    assert_no_alloc(|| port.set_state(Run)).unwrap();
    cables[0].says(&[0x90, 60, 1], ReferenceTime::ZERO);
    blocks(&mut port, &[64]);
    assert!(records.next(&mut Vec::new()).is_none());
    come_home(port);
}

#[test]
fn two_devices_are_kept_apart() {
    let (mut port, mut cables) = studio(config(), &[64, 64], Grouping::PerStream);
    let mut first = port.take_records(PinId::Capture(0)).unwrap();
    let mut second = port.take_records(PinId::Capture(1)).unwrap();
    assert_no_alloc(|| port.set_state(Run)).unwrap();
    // Running status of one is nothing to the other.
    cables[0].says(&[0x90, 60, 1], ReferenceTime::ZERO);
    cables[1].says(&[61, 1], ReferenceTime::ZERO);
    cables[0].says(&[62, 1], ReferenceTime::ZERO);
    blocks(&mut port, &[64]);
    let mut scratch = Vec::new();
    assert_eq!(first.next(&mut scratch).unwrap().bytes, [0x90, 60, 1]);
    assert_eq!(first.next(&mut scratch).unwrap().bytes, [0x90, 62, 1]);
    assert!(second.next(&mut scratch).is_none());
    let stats = port.capture_stats(PinId::Capture(1)).unwrap();
    assert_eq!(stats.sink.parser.orphans, 2);
    come_home(port);
}

#[test]
fn what_is_captured_goes_through_to_a_render_pin_and_is_captured_once() {
    let (mut port, mut cables) = studio(config(), &[64], Grouping::Own);
    let mut records = port.take_records(KEYBOARD).unwrap();
    port.set_thru(KEYBOARD, Some(PinId::MAIN)).unwrap();
    assert_no_alloc(|| port.set_state(Run)).unwrap();
    blocks(&mut port, &[100]);
    cables[0].says(&[0x90, 60, 1], port.stamp(20));
    blocks(&mut port, &[64, 64]);
    assert_eq!(heard(&mut port, PinId::MAIN), [(120, 1, vec![0x90, 60, 1])]);
    let mut scratch = Vec::new();
    assert!(records.next(&mut scratch).is_some());
    assert!(records.next(&mut scratch).is_none(), "it came round again");
    port.set_thru(KEYBOARD, None).unwrap();
    cables[0].says(&[0x80, 60, 1], port.stamp(0));
    blocks(&mut port, &[64]);
    assert_eq!(heard(&mut port, PinId::MAIN).len(), 1);
    come_home(port);
}

#[test]
fn nothing_goes_through_in_stop() {
    let (mut port, mut cables) = studio(config(), &[64], Grouping::Own);
    port.set_thru(KEYBOARD, Some(PinId::MAIN)).unwrap();
    cables[0].says(&[0x90, 60, 1], ReferenceTime::ZERO);
    blocks(&mut port, &[64]);
    assert!(port.is_whole());
    assert_eq!(port.stats().submitted, 0);
    assert_eq!(
        refused(port.set_thru(KEYBOARD, Some(PinId::Render(7)))),
        "no such pin, or not the last of its kind"
    );
    come_home(port);
}

/// Notes the time of each service, and asks for the next.
struct Clockwork {
    at: Vec<i64>,
}

impl ServiceSink for Clockwork {
    fn request_service(&mut self, cx: &mut RenderCx<'_>) -> Membership {
        self.at.push(cx.now.frames());
        Membership::Stays
    }
}

#[test]
fn delayed_service_falls_on_its_frame_inside_a_block() {
    for lengths in [&[480_usize][..], &[1; 480], &[7, 333, 140]] {
        let (mut port, _) = studio(config(), &[], Grouping::Nobody);
        let group = port.services_mut().new_group().unwrap();
        let clockwork = Arc::new(AtomicRefCell::new(Clockwork {
            at: Vec::with_capacity(16),
        }));
        port.services_mut()
            .add_member(&group, clockwork.clone())
            .unwrap();
        assert_no_alloc(|| port.set_state(Run)).unwrap();
        blocks(&mut port, &[1]);
        clockwork.borrow_mut().at.clear();
        group.support_delayed_service();
        group
            .request_delayed_service(Delay::At(port.stamp(99)))
            .unwrap();
        let (mut left, mut right) = (vec![0.0; 480], vec![0.0; 480]);
        assert_no_alloc(|| {
            for &frames in lengths {
                port.render(&mut left[..frames], &mut right[..frames]);
            }
        });
        assert_eq!(clockwork.borrow().at, [100], "blocks of {lengths:?}");
        come_home(port);
    }
}

/// Passes on what comes, and counts it.
struct Relay {
    output: Output,
    passed: u32,
}

impl Mxf for Relay {
    fn put_message(&mut self, chain: EventBox, cx: &mut RenderCx<'_>) {
        self.passed += 1;
        self.output.put_message(chain, cx);
    }

    fn set_state(&mut self, _: StreamState, _: &mut RenderCx<'_>) -> Result<(), StateReason> {
        Ok(())
    }

    fn connect_output(&mut self, sink: Joint) -> Result<(), ConnectError> {
        self.output.connect(sink)
    }

    fn disconnect_output(&mut self, sink: Option<&Joint>) -> Result<(), ConnectError> {
        self.output.disconnect(sink).map(drop)
    }
}

#[test]
fn a_filter_is_put_between_a_device_and_its_sink_while_the_port_runs() {
    let (mut port, mut cables) = studio(config(), &[64], Grouping::Own);
    let mut records = port.take_records(KEYBOARD).unwrap();
    assert_no_alloc(|| port.set_state(Run)).unwrap();
    let mut graph = port.take_graph_control().unwrap();
    let [stream, sink, _] = *port.filters(KEYBOARD) else {
        panic!("a capture pin has three filters");
    };
    assert_eq!(graph.output(stream), Ok(Some(sink)));
    let output = Output::new();
    let relay = Arc::new(AtomicRefCell::new(Relay { output, passed: 0 }));
    let between = graph.add(relay.clone()).unwrap();
    graph.disconnect(stream, Some(sink)).unwrap();
    graph.connect(stream, between).unwrap();
    graph.connect(between, sink).unwrap();
    cables[0].says(&[0x90, 60, 1], ReferenceTime::ZERO);
    blocks(&mut port, &[64]);
    graph.collect().unwrap();
    assert_eq!(relay.borrow().passed, 1);
    assert!(records.next(&mut Vec::new()).is_some());

    graph.disconnect(between, None).unwrap();
    cables[0].says(&[0x90, 61, 1], ReferenceTime::ZERO);
    blocks(&mut port, &[64]);
    assert_eq!(relay.borrow().passed, 2);
    assert!(records.next(&mut Vec::new()).is_none(), "recycled instead");
    come_home(port);
}

#[test]
fn everything_delivered_is_written_down_at_its_frame() {
    let (mut port, _) = studio(config(), &[], Grouping::Nobody);
    let (writer, reader) = history(0, 4);
    assert!(port.set_history(Some(writer)).is_none());
    assert_no_alloc(|| port.set_state(Run)).unwrap();
    let long: Vec<u8> = [0xF0]
        .into_iter()
        .chain((0..10_000_u16).map(|byte| (byte % 128) as u8))
        .chain([0xF7])
        .collect();
    let music = buffer(
        &port,
        &[
            (2, 70, &[0x90, 60, 100]),
            (0, 5, &[0xB0, 7, 1]),
            (1, 70, &long),
        ],
    );
    assert_no_alloc(|| port.submit(&music));
    assert_eq!(
        reader.take(None).unwrap().events().count(),
        0,
        "not yet due"
    );
    blocks(&mut port, &[64, 64]);
    let take = reader.take(None).unwrap();
    let written: Vec<_> = take
        .events()
        .map(|event| {
            let short = (event.bytes != long).then(|| event.bytes.to_vec());
            (event.time, event.group.number(), short)
        })
        .collect();
    let rate = SampleRate::new(48_000).unwrap();
    let at = |frame| rate.sample_to_ref(dmus_kernel::SampleTime::new(frame));
    assert_eq!(
        written,
        [
            (at(5), 0, Some(vec![0xB0, 7, 1])),
            (at(70), 2, Some(vec![0x90, 60, 100])),
            (at(70), 1, None),
        ]
    );
    come_home(port);
}

#[test]
fn groups_that_vanish_take_their_messages_with_them() {
    let (mut port, _) = studio(config(), &[], Grouping::Nobody);
    assert_no_alloc(|| port.set_state(Run)).unwrap();
    let music = buffer(
        &port,
        &[
            (4, 10, &[0x90, 1, 1]),
            (1, 10, &[0x90, 2, 1]),
            (0, 10, &[0x90, 3, 1]),
        ],
    );
    assert_no_alloc(|| port.submit(&music));
    assert_eq!(port.set_channel_groups(2), 2);
    let late = buffer(&port, &[(3, 20, &[0x90, 4, 1])]);
    assert_no_alloc(|| port.submit(&late));
    blocks(&mut port, &[64]);
    let played = heard(&mut port, PinId::MAIN);
    assert_eq!(
        played,
        [(10, 1, vec![0x90, 2, 1]), (10, 0, vec![0x90, 3, 1])]
    );
    assert_eq!(port.stats().lost.groups, 2);
    let groups = port.with_stream(PinId::MAIN, |stream| stream.synth().groups);
    assert_eq!(groups, Some(2), "the synthesizer was told");
    assert_eq!(
        port.set_channel_groups(9),
        4,
        "no more than it was built with"
    );
    assert_eq!(port.set_channel_groups(0), 1, "at least one");
    come_home(port);
}

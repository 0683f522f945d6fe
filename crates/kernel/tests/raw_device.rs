//! Devices that speak bytes, and clients that do: the older doors lead to the same room.
#![expect(clippy::unwrap_used, reason = "tests may unwrap")]

#[path = "fake/recorder.rs"]
#[expect(dead_code, reason = "other tests use the rest")]
mod recorder;

use std::{
    collections::VecDeque,
    convert::Infallible,
    sync::{Arc, Mutex},
};

use assert_no_alloc::{AllocDisabler, assert_no_alloc, permit_alloc};
use dmus_kernel::{
    ChannelGroup, MusicBuffer, Port, PortConfig, ReferenceTime, SampleRate, SchedulePrefetch,
    StreamState,
    error::{PortError, StateReason},
    miniport::{Adapter, DeviceError, Either, FromRaw, RawMiniport, RawStream, StreamKind},
    port::{PinId, RawDoor},
    service::Notifier,
};
use proptest::prelude::*;
use recorder::{Heard, Recorder, finish, render, running, small};

#[global_allocator]
static GUARD: AllocDisabler = AllocDisabler;

/// What a device is told and tells, shared with the test.
#[derive(Debug, Default)]
struct Line {
    /// What the device has received.
    out: Vec<u8>,
    /// What it will give when it is read.
    input: VecDeque<u8>,
    /// How much it takes in each call to come; then everything.
    takes: VecDeque<Result<usize, DeviceError>>,
    states: Vec<StreamState>,
    refuses: Option<StreamState>,
    notifier: Option<Notifier>,
}

#[derive(Clone, Debug)]
struct Device(Arc<Mutex<Line>>);

impl Default for Device {
    /// With memory for everything that a test may play.
    fn default() -> Self {
        let line = Line {
            out: Vec::with_capacity(1 << 12),
            ..Line::default()
        };
        Self(Arc::new(Mutex::new(line)))
    }
}

impl Device {
    /// Bytes arrive: they are stored, then the port is notified.
    fn says(&self, bytes: &[u8]) {
        let mut line = self.0.lock().unwrap();
        line.input.extend(bytes);
        line.notifier.as_ref().unwrap().notify(None);
    }
}

impl RawMiniport for Device {
    type Stream = End;
    type Error = Infallible;

    fn init(&mut self, notifier: &Notifier) -> Result<(), Infallible> {
        self.0.lock().unwrap().notifier = Some(notifier.clone());
        Ok(())
    }

    fn new_stream(&mut self, _pin: u16, capture: bool) -> Result<End, Infallible> {
        let line = self.0.clone();
        Ok(End { line, capture })
    }
}

#[derive(Debug)]
struct End {
    line: Arc<Mutex<Line>>,
    capture: bool,
}

impl RawStream for End {
    fn read(&mut self, bytes: &mut [u8]) -> Result<usize, DeviceError> {
        if !self.capture {
            return Err(DeviceError::WrongDirection);
        }
        let mut line = self.line.lock().unwrap();
        let read = line.input.len().min(bytes.len());
        for (to, from) in bytes.iter_mut().zip(line.input.drain(..read)) {
            *to = from;
        }
        Ok(read)
    }

    fn write(&mut self, bytes: &[u8]) -> Result<usize, DeviceError> {
        if self.capture {
            return Err(DeviceError::WrongDirection);
        }
        let mut line = self.line.lock().unwrap();
        let takes = line.takes.pop_front().unwrap_or(Ok(usize::MAX))?;
        let written = takes.min(bytes.len());
        line.out.extend_from_slice(&bytes[..written]);
        Ok(written)
    }

    fn set_state(&mut self, state: StreamState) -> Result<(), StateReason> {
        let mut line = self.line.lock().unwrap();
        if line.refuses == Some(state) {
            return Err(StateReason::Gone);
        }
        permit_alloc(|| line.states.push(state));
        Ok(())
    }
}

fn rate() -> SampleRate {
    SampleRate::new(48_000).unwrap()
}

/// A port in RUN around a raw device, with its capture pin.
fn device_port(device: &Device) -> (Port<FromRaw<Device>>, PinId) {
    let mut port = Port::new(FromRaw::new(device.clone()), PortConfig::new(rate())).unwrap();
    let capture = port.open(StreamKind::Capture).unwrap();
    assert_no_alloc(|| port.set_state(StreamState::Run)).unwrap();
    (port, capture)
}

fn play(port: &mut Port<FromRaw<Device>>, messages: &[&[u8]]) {
    let mut buffer = MusicBuffer::with_capacity(4_096);
    buffer.clear(port.stamp(0));
    for bytes in messages {
        buffer
            .push(ChannelGroup::FIRST, ReferenceTime::ZERO, false, bytes)
            .unwrap();
    }
    assert_no_alloc(|| port.submit(&buffer));
}

fn block(port: &mut Port<FromRaw<Device>>) {
    let (mut left, mut right) = ([1.0; 64], [1.0; 64]);
    assert_no_alloc(|| port.render(&mut left, &mut right));
    assert!(left.iter().all(|&sample| sample == 0.0), "a device is mute");
}

fn come_home(mut port: Port<FromRaw<Device>>) {
    assert_no_alloc(|| port.set_state(StreamState::Stop)).unwrap();
    assert!(port.is_whole(), "{:?}", port.stats());
}

#[test]
fn what_is_played_reaches_the_device_in_order() {
    let device = Device::default();
    let (mut port, _) = device_port(&device);
    play(
        &mut port,
        &[&[0x90, 60, 100], &[0xC1, 5], &[0xF0, 1, 2, 0xF7]],
    );
    block(&mut port);
    let out = device.0.lock().unwrap().out.clone();
    assert_eq!(out, [0x90, 60, 100, 0xC1, 5, 0xF0, 1, 2, 0xF7]);
    come_home(port);
}

#[test]
fn a_device_that_takes_a_part_gets_the_rest_before_anything_else() {
    let device = Device::default();
    let (mut port, _) = device_port(&device);
    device.0.lock().unwrap().takes = [Ok(1), Ok(0), Ok(1), Ok(0)].into();
    play(&mut port, &[&[0x90, 60, 100], &[0x80, 60, 0]]);
    block(&mut port);
    assert_eq!(device.0.lock().unwrap().out, [0x90]);
    play(&mut port, &[&[0xC0, 1]]);
    block(&mut port);
    assert_eq!(device.0.lock().unwrap().out, [0x90, 60]);
    block(&mut port);
    let out = device.0.lock().unwrap().out.clone();
    assert_eq!(out, [0x90, 60, 100, 0x80, 60, 0, 0xC0, 1]);
    come_home(port);
}

#[test]
fn a_device_that_fails_loses_that_event_and_gets_the_next() {
    let device = Device::default();
    let (mut port, _) = device_port(&device);
    device.0.lock().unwrap().takes = [Ok(1), Err(DeviceError::Broken)].into();
    play(&mut port, &[&[0x90, 60, 100], &[0xC0, 1]]);
    block(&mut port);
    assert_eq!(device.0.lock().unwrap().out, [0x90, 0xC0, 1]);
    assert_eq!(port.stream().lost(), 1);
    come_home(port);
}

#[test]
fn a_device_that_is_busy_for_ever_counts_as_broken() {
    let device = Device::default();
    let (mut port, _) = device_port(&device);
    device.0.lock().unwrap().takes = vec![Ok(0); 101].into();
    play(&mut port, &[&[0x90, 60, 100], &[0xC0, 1]]);
    for _ in 0..100 {
        block(&mut port);
    }
    assert_eq!(port.stream().lost(), 0, "only slow so far");
    block(&mut port);
    assert_eq!(device.0.lock().unwrap().out, [0xC0, 1]);
    assert_eq!(port.stream().lost(), 1);
    come_home(port);
}

#[test]
fn what_the_device_says_is_captured_as_whole_messages() {
    let device = Device::default();
    let (mut port, capture) = device_port(&device);
    let mut records = port.take_records(capture).unwrap();
    let said = [
        0x90, 60, 100, 61, 0xF8, 100, 0xF0, 1, 2, 3, 4, 5, 6, 7, 8, 0xF7,
    ];
    device.says(&said);
    block(&mut port);
    let mut scratch = Vec::new();
    let mut heard = Vec::new();
    while let Some(record) = records.next(&mut scratch) {
        heard.push(record.bytes.to_vec());
    }
    let exclusive = vec![0xF0, 1, 2, 3, 4, 5, 6, 7, 8, 0xF7];
    assert_eq!(
        heard,
        [
            vec![0x90, 60, 100],
            vec![0xF8],
            vec![0x90, 61, 100],
            exclusive
        ]
    );
    come_home(port);
}

#[test]
fn a_flood_that_was_notified_once_arrives_whole() {
    let device = Device::default();
    let (mut port, capture) = device_port(&device);
    let mut records = port.take_records(capture).unwrap();
    let flood: Vec<u8> = (0..10_000_u16)
        .flat_map(|it| [0xC0, (it % 128) as u8])
        .collect();
    device.says(&flood);
    for _ in 0..3 {
        block(&mut port);
    }
    let mut scratch = Vec::new();
    let mut heard = Vec::new();
    while let Some(record) = records.next(&mut scratch) {
        heard.extend_from_slice(record.bytes);
    }
    assert_eq!(heard.len(), flood.len());
    assert!(heard == flood);
    come_home(port);
}

#[test]
fn below_pause_what_the_device_says_is_thrown_away() {
    let device = Device::default();
    let (mut port, capture) = device_port(&device);
    let mut records = port.take_records(capture).unwrap();
    assert_no_alloc(|| port.set_state(StreamState::Acquire)).unwrap();
    device.says(&[0x90, 60, 100]);
    block(&mut port);
    assert!(device.0.lock().unwrap().input.is_empty());
    assert_no_alloc(|| port.set_state(StreamState::Pause)).unwrap();
    device.says(&[0xC0, 9]);
    block(&mut port);
    let mut scratch = Vec::new();
    assert_eq!(records.next(&mut scratch).unwrap().bytes, [0xC0, 9]);
    assert!(records.next(&mut scratch).is_none());
    come_home(port);
}

#[test]
fn a_pin_that_refuses_takes_the_others_back_to_where_they_were() {
    let device = Device::default();
    let (mut port, _) = device_port(&device);
    assert_no_alloc(|| port.set_state(StreamState::Stop)).unwrap();
    {
        let mut line = device.0.lock().unwrap();
        line.refuses = Some(StreamState::Pause);
        line.states.clear();
    }
    let error = assert_no_alloc(|| port.set_state(StreamState::Run)).unwrap_err();
    assert_eq!(
        (error.from, error.to, error.reason),
        (StreamState::Acquire, StreamState::Pause, StateReason::Gone)
    );
    assert_eq!(port.state(), StreamState::Acquire);
    device.0.lock().unwrap().refuses = None;
    assert_no_alloc(|| port.set_state(StreamState::Run)).unwrap();
    come_home(port);
}

/// Offers what it is told to offer.
struct Offer {
    dmus: bool,
    raw: bool,
}

impl Adapter for Offer {
    type Dmus = Recorder;
    type Raw = Device;

    fn query_dmus(&mut self) -> Option<Recorder> {
        let prefetch = SchedulePrefetch::AT_TIME;
        self.dmus.then_some(Recorder { prefetch })
    }

    fn query_raw(&mut self) -> Option<Device> {
        self.raw.then(Device::default)
    }
}

type AnyPort = Port<Either<Recorder, FromRaw<Device>>>;

#[test]
fn a_port_asks_for_the_newer_interface_first_then_for_the_older() {
    for (dmus, raw, is_newer) in [
        (true, true, true),
        (true, false, true),
        (false, true, false),
    ] {
        let port = AnyPort::bind(&mut Offer { dmus, raw }, small_mono()).unwrap();
        let found = matches!(port.miniport(), Either::Dmus(_));
        assert_eq!(found, is_newer, "offered {dmus} {raw}");
    }
}

#[test]
fn a_device_without_a_required_interface_is_refused() {
    let mut offer = Offer {
        dmus: false,
        raw: false,
    };
    let error = AnyPort::bind(&mut offer, small_mono()).err();
    assert!(matches!(error, Some(PortError::NoInterface)));
}

fn small_mono() -> PortConfig {
    PortConfig {
        channel_groups: 1,
        ..small()
    }
}

/// One record of the older pin's format.
fn raw_record(delta_ms: u32, bytes: &[u8]) -> Vec<u8> {
    let mut record = delta_ms.to_le_bytes().to_vec();
    record.extend(u32::try_from(bytes.len()).unwrap().to_le_bytes());
    record.extend(bytes);
    record.resize(record.len().next_multiple_of(4), 0);
    record
}

/// What the recorder hears, without the number of the chain.
fn heard(port: &Port<Recorder>) -> Vec<(i64, Vec<u8>)> {
    let tape = port.stream().heard();
    tape.into_iter()
        .map(|Heard { frame, bytes, .. }| (frame, bytes))
        .collect()
}

#[test]
fn packets_are_served_strictly_one_after_another() {
    let config = PortConfig {
        sample_rate: SampleRate::new(1_000).unwrap(),
        ..small()
    };
    let mut port = running(config, SchedulePrefetch::AT_TIME);
    let mut door = RawDoor::new(ChannelGroup::FIRST);
    let ms = |ms: i64| ReferenceTime::new(ms * 10_000);
    let first = [(0, 1), (1, 2), (7, 3)].map(|(delta, p)| raw_record(delta, &[0xC0, p]));
    let second = [(5, 4), (15, 5)].map(|(delta, p)| raw_record(delta, &[0xC0, p]));
    door.submit(&mut port, ms(123), &first.concat());
    door.submit(&mut port, ms(120), &second.concat());
    render(&mut port, 200);
    let frames: Vec<i64> = heard(&port).iter().map(|(frame, _)| *frame).collect();
    assert_eq!(frames, [123, 124, 131, 131, 140]);
    finish(port);
}

#[test]
fn a_record_that_claims_more_than_there_is_ends_its_packet_only() {
    let mut port = running(small(), SchedulePrefetch::AT_TIME);
    let mut door = RawDoor::new(ChannelGroup::FIRST);
    let mut packet = raw_record(0, &[0xC0, 1]);
    packet.extend([0, 0, 0, 0, 9, 0, 0, 0, 0xC0, 2]);
    door.submit(&mut port, ReferenceTime::ZERO, &packet);
    door.submit(&mut port, ReferenceTime::ZERO, &raw_record(0, &[0xC0, 3]));
    render(&mut port, 10);
    assert_eq!(door.malformed(), 1);
    let bytes: Vec<_> = heard(&port).into_iter().map(|(_, bytes)| bytes).collect();
    assert_eq!(bytes, [[0xC0, 1], [0xC0, 3]]);
    finish(port);
}

#[test]
fn a_message_begun_in_one_packet_ends_in_another_and_a_reset_forgets_it() {
    let mut port = running(small(), SchedulePrefetch::AT_TIME);
    let mut door = RawDoor::new(ChannelGroup::FIRST);
    let start = ReferenceTime::ZERO;
    door.submit(
        &mut port,
        start,
        &raw_record(0, &[0xF0, 1, 2, 3, 4, 5, 6, 7, 8]),
    );
    door.submit(&mut port, start, &raw_record(0, &[9, 0xF7, 0x90, 60]));
    door.submit(&mut port, start, &raw_record(0, &[100, 61, 0]));
    door.submit(
        &mut port,
        start,
        &raw_record(0, &[0xF0, 1, 2, 3, 4, 5, 6, 7, 8]),
    );
    door.reset(&mut port);
    door.submit(&mut port, start, &raw_record(0, &[62, 0xC0, 7]));
    render(&mut port, 10);
    let bytes: Vec<_> = heard(&port).into_iter().map(|(_, bytes)| bytes).collect();
    let exclusive = vec![0xF0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 0xF7];
    assert_eq!(
        bytes,
        [
            exclusive,
            vec![0x90, 60, 100],
            vec![0x90, 61, 0],
            vec![0xC0, 7]
        ]
    );
    finish(port);
}

/// A channel message by its status and data.
fn any_message() -> impl Strategy<Value = Vec<u8>> {
    (0x80_u8..0xF0, 0_u8..128, 0_u8..128).prop_map(|(status, first, second)| match status {
        0xC0..=0xDF => vec![status, first],
        _ => vec![status, first, second],
    })
}

proptest! {
    /// The same music through both doors is delivered alike, to the frame.
    #[test]
    fn both_doors_lead_to_the_same_room(
        music in proptest::collection::vec((0_u32..5, any_message()), 1..40),
        running_status in any::<bool>(),
    ) {
        let mut by_events = running(small(), SchedulePrefetch::AT_TIME);
        let mut buffer = MusicBuffer::with_capacity(4_096);
        let start = by_events.stamp(1);
        buffer.clear(start);
        let mut at = 0;
        for (delta, bytes) in &music {
            at += i64::from(*delta) * 10_000;
            buffer.push(ChannelGroup::FIRST, ReferenceTime::new(at), true, bytes).unwrap();
        }
        by_events.submit(&buffer);
        render(&mut by_events, 20_000);

        let mut by_bytes = running(small(), SchedulePrefetch::AT_TIME);
        let mut door = RawDoor::new(ChannelGroup::FIRST);
        let mut status = None;
        let packet = music.iter().flat_map(|(delta, bytes)| {
            let repeats = status.replace(bytes[0]) == Some(bytes[0]);
            raw_record(*delta, &bytes[usize::from(running_status && repeats)..])
        });
        door.submit(&mut by_bytes, start, &packet.collect::<Vec<_>>());
        let (left, right) = render(&mut by_bytes, 20_000);

        prop_assert_eq!(heard(&by_bytes), heard(&by_events));
        prop_assert_eq!(by_bytes.stats(), by_events.stats());
        prop_assert_eq!((left.len(), right.len()), (20_000, 20_000));
        finish(by_events);
        finish(by_bytes);
    }
}

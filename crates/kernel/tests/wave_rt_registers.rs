//! What a WaveRT stream tells of itself: registers, latency, notification events.
#![expect(clippy::unwrap_used, reason = "tests may unwrap")]

use assert_no_alloc::{AllocDisabler, assert_no_alloc};
use dmus_kernel::{
    SampleRate, SampleTime, StreamState,
    wave_rt::{
        AudioBuffer, Capture, Direction, HwLatency, MiniportWaveRt, NotificationCount,
        NotificationEvent, PortWaveRtStream, Register, RegisterWidth, Render, WaveFormat,
        WaveRtConfig, WaveRtError, WaveRtStream,
    },
};

#[global_allocator]
static ALLOCATOR: AllocDisabler = AllocDisabler;

const NOW: SampleTime = SampleTime::ZERO;

fn rate() -> SampleRate {
    SampleRate::new(48_000).unwrap()
}

fn stream_of<D: Direction>(config: WaveRtConfig) -> WaveRtStream<D> {
    MiniportWaveRt::new(config)
        .new_stream(PortWaveRtStream::new(16), WaveFormat::stereo(rate()))
        .unwrap()
}

fn stream<D: Direction>() -> WaveRtStream<D> {
    stream_of(WaveRtConfig::default())
}

/// Block of `count` frames that count on from `from`, and their negatives.
fn block(from: u16, count: u16) -> (Vec<f32>, Vec<f32>) {
    let left: Vec<f32> = (from..from + count).map(f32::from).collect();
    let right = left.iter().map(|sample| -sample).collect();
    (left, right)
}

fn put(buffer: &mut AudioBuffer<Capture>, from: u16, count: u16) {
    let (left, right) = block(from, count);
    assert_no_alloc(|| buffer.device.process(NOW, &left, &right));
}

#[test]
fn registers_are_mapped_once_in_the_life_of_a_pin() {
    let mut stream = stream::<Capture>();
    assert_eq!(
        stream.position_register().err(),
        Some(WaveRtError::NotReady)
    );
    assert_eq!(stream.clock_register().err(), Some(WaveRtError::NotReady));
    assert_eq!(stream.packet_register().err(), Some(WaveRtError::NotReady));
    let two = NotificationCount::Two;
    let buffer = stream.allocate_buffer_with_notification(two, 160).unwrap();
    assert!(stream.position_register().is_ok() && stream.clock_register().is_ok());
    assert!(stream.packet_register().is_ok());
    stream.free_audio_buffer(buffer.device, 160).unwrap();
    let _again = stream.allocate_buffer_with_notification(two, 160).unwrap();
    let again = |register| Some(WaveRtError::AlreadyMapped(register));
    assert_eq!(stream.position_register().err(), again(Register::Position));
    assert_eq!(stream.clock_register().err(), again(Register::Clock));
    assert_eq!(stream.packet_register().err(), again(Register::Packet));
}

#[test]
fn a_register_the_device_lacks_is_not_supported() {
    let mut stream = stream_of::<Capture>(WaveRtConfig {
        position_register: None,
        clock_register: None,
        notification: false,
        ..WaveRtConfig::default()
    });
    let _buffer = stream.allocate_audio_buffer(8).unwrap();
    let lacking = Some(WaveRtError::NotSupported);
    assert_eq!(stream.position_register().err(), lacking);
    assert_eq!(stream.clock_register().err(), lacking);
    assert_eq!(stream.packet_register().err(), lacking);
    assert!(!stream.supports_notification());
    let event = NotificationEvent::new();
    assert_eq!(stream.register_notification_event(&event).err(), lacking);
}

#[test]
fn the_position_register_tells_bytes_and_the_clock_ticks_in_every_state() {
    let config = WaveRtConfig {
        block: 64,
        position_register: Some(RegisterWidth::Bits32),
        ..WaveRtConfig::default()
    };
    let mut stream = stream_of::<Capture>(config);
    let mut buffer = stream.allocate_audio_buffer(100 * 8).unwrap();
    let mut position = stream.position_register().unwrap();
    let mut clock = stream.clock_register().unwrap();
    assert_eq!((position.accuracy(), clock.accuracy()), (512, 64));
    assert_eq!(
        (position.frequency(), clock.frequency()),
        (None, Some((48_000, 1)))
    );
    let widths = (RegisterWidth::Bits32, RegisterWidth::Bits64);
    assert_eq!((position.width(), clock.width()), widths);
    put(&mut buffer, 0, 40);
    assert_eq!(
        (position.read(), clock.read()),
        (0, 40),
        "in STOP the clock alone runs"
    );
    assert_no_alloc(|| buffer.device.set_state(StreamState::Run));
    put(&mut buffer, 0, 130);
    assert_eq!((position.read(), clock.read()), (30 * 8, 170));
    assert_no_alloc(|| buffer.device.set_state(StreamState::Stop));
    assert_eq!((position.read(), clock.read()), (0, 170));
    stream.free_audio_buffer(buffer.device, 800).unwrap();
    let mut larger = stream.allocate_audio_buffer(1_000 * 8).unwrap();
    assert_no_alloc(|| larger.device.set_state(StreamState::Run));
    put(&mut larger, 0, 130);
    assert_eq!(
        (position.read(), clock.read()),
        (130 * 8, 300),
        "for the life of the pin"
    );
}

#[test]
fn the_latency_is_told_once_there_is_a_buffer() {
    let latency = HwLatency {
        fifo_size: 512,
        chipset_delay: 1,
        codec_delay: 2,
    };
    let config = WaveRtConfig {
        latency,
        ..WaveRtConfig::default()
    };
    let mut stream = stream_of::<Render>(config);
    assert_eq!(stream.hw_latency(), Err(WaveRtError::NotReady));
    let _buffer = stream.allocate_audio_buffer(8).unwrap();
    assert_eq!(stream.hw_latency(), Ok(latency));
}

#[test]
fn an_event_is_registered_once_and_unregistered_once() {
    let (mut stream, event) = (stream::<Capture>(), NotificationEvent::new());
    assert_eq!(
        stream.register_notification_event(&event),
        Err(WaveRtError::NotReady)
    );
    let buffer = stream.allocate_buffer_with_notification(NotificationCount::One, 80);
    let buffer = buffer.unwrap();
    stream.register_notification_event(&event).unwrap();
    let same = stream.register_notification_event(&event.clone());
    assert_eq!(same, Err(WaveRtError::AlreadyRegistered));
    stream.unregister_notification_event(&event).unwrap();
    let gone = stream.unregister_notification_event(&event);
    assert_eq!(gone, Err(WaveRtError::NotFound));
    stream.register_notification_event(&event).unwrap();
    stream.free_audio_buffer(buffer.device, 80).unwrap();
    let freed = stream.unregister_notification_event(&event);
    assert_eq!(
        freed,
        Err(WaveRtError::NotFound),
        "freeing the buffer unregisters all"
    );
}

#[test]
fn every_registered_event_is_set_at_the_middle_and_at_the_end() {
    let mut stream = stream::<Capture>();
    let mut buffer = stream
        .allocate_buffer_with_notification(NotificationCount::Two, 20 * 8)
        .unwrap();
    let events = [(); 3].map(|()| NotificationEvent::new());
    for event in &events {
        stream.register_notification_event(event).unwrap();
    }
    let taken = || events.each_ref().map(NotificationEvent::take);
    assert_no_alloc(|| buffer.device.set_state(StreamState::Run));
    put(&mut buffer, 0, 9);
    assert_eq!(taken(), [false; 3]);
    put(&mut buffer, 9, 3);
    assert_eq!(
        taken(),
        [true; 3],
        "the point lay in the middle of the block"
    );
    put(&mut buffer, 12, 8);
    assert_eq!(taken(), [true; 3], "and here at its end");
    assert_no_alloc(|| buffer.device.set_state(StreamState::Pause));
    put(&mut buffer, 0, 500);
    assert_eq!(taken(), [false; 3], "nothing moves in PAUSE");
    assert_no_alloc(|| buffer.device.set_state(StreamState::Run));
    stream.unregister_notification_event(&events[1]).unwrap();
    put(&mut buffer, 0, 65);
    assert_eq!(taken(), [true, false, true]);
    assert_eq!(
        events.each_ref().map(NotificationEvent::points),
        [8, 2, 8],
        "each point counts"
    );
}

#[test]
fn a_buffer_with_one_notification_is_told_at_its_end_only() {
    let mut stream = stream::<Capture>();
    let mut buffer = stream
        .allocate_buffer_with_notification(NotificationCount::One, 20 * 8)
        .unwrap();
    let event = NotificationEvent::new();
    stream.register_notification_event(&event).unwrap();
    assert_no_alloc(|| buffer.device.set_state(StreamState::Run));
    put(&mut buffer, 0, 19);
    assert!(!event.take());
    put(&mut buffer, 0, 1);
    assert!(event.take());
}

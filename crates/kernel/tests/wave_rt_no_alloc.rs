//! Nothing on the render thread allocates or frees once a WaveRT buffer is there.
//!
//! A breach aborts this binary. The guard is part of builds with debug assertions only.
#![cfg(debug_assertions)]
#![expect(clippy::unwrap_used, reason = "tests may unwrap")]

use assert_no_alloc::{AllocDisabler, assert_no_alloc};
use dmus_kernel::{
    SampleRate, SampleTime, StreamState,
    wave_rt::{
        AudioBuffer, Capture, Direction, MiniportWaveRt, NotificationCount, NotificationEvent,
        PortWaveRtStream, Render, WaveFormat, WaveRtConfig, WaveRtError, WaveRtStream, recorder,
    },
};

#[global_allocator]
static ALLOCATOR: AllocDisabler = AllocDisabler;

fn rate() -> SampleRate {
    SampleRate::new(48_000).unwrap()
}

fn packets<D: Direction>(frames: u64) -> (WaveRtStream<D>, AudioBuffer<D>) {
    let mut stream = MiniportWaveRt::new(WaveRtConfig::default())
        .new_stream(PortWaveRtStream::new(64), WaveFormat::stereo(rate()))
        .unwrap();
    let two = NotificationCount::Two;
    let buffer = stream.allocate_buffer_with_notification(two, frames * 8);
    let buffer = buffer.unwrap();
    (stream, buffer)
}

#[test]
fn no_call_of_the_render_thread_allocates_or_frees() {
    let (mut capturing, captured) = packets::<Capture>(64);
    let (mut playing, played) = packets::<Render>(64);
    let events = [(); 8].map(|()| NotificationEvent::new());
    for event in &events {
        capturing.register_notification_event(event).unwrap();
        playing.register_notification_event(event).unwrap();
    }
    let (mut device, mut output) = (captured.device, played.device);
    let (mut left, mut right) = ([0.5; 1_000], [0.5; 1_000]);
    let mut step = |state| {
        assert_no_alloc(|| {
            device.set_state(state);
            output.set_state(state);
            for length in [0, 1, 31, 64, 1_000] {
                let (left, right) = (&mut left[..length], &mut right[..length]);
                device.process(SampleTime::ZERO, left, right);
                output.process(SampleTime::ZERO, left, right);
            }
        });
    };
    for state in [
        StreamState::Run,
        StreamState::Pause,
        StreamState::Stop,
        StreamState::Run,
    ] {
        step(state);
    }
    for event in events {
        capturing.unregister_notification_event(&event).unwrap();
        playing.unregister_notification_event(&event).unwrap();
    }
    // The last reference to each event but the device's is gone: they go home to be freed.
    step(StreamState::Run);
    let unknown = capturing.unregister_notification_event(&NotificationEvent::new());
    assert_eq!(unknown, Err(WaveRtError::NotFound));
}

#[test]
fn recording_a_block_allocates_nothing() {
    let (mut writer, mut reader) = recorder(rate(), 1_000).unwrap();
    assert_no_alloc(|| {
        writer.set_state(StreamState::Run);
        for length in [1, 64, 512, 1_024] {
            writer.write(&[0.5; 1_024][..length], &[0.5; 1_024][..length]);
        }
        let last = reader.latest(256);
        let (mut left, mut right) = ([0.0; 256], [0.0; 256]);
        reader.read(last.start, &mut left, &mut right).unwrap();
    });
    assert_eq!(reader.frames_written(), 1_601);
}

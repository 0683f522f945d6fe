//! WaveRT ends on threads of their own: nothing torn, nothing lost, nothing out of place.
#![expect(clippy::unwrap_used, reason = "tests may unwrap")]

use assert_no_alloc::{AllocDisabler, assert_no_alloc};
use std::thread;

use dmus_kernel::{
    SampleRate, SampleTime, StreamState,
    sync::Counter,
    wave_rt::{
        AudioBuffer, Capture, Direction, FrameMiss, MiniportWaveRt, NotificationCount,
        NotificationEvent, PortWaveRtStream, Render, WaveFormat, WaveRtConfig, WaveRtStream,
        WritePacket, recorder,
    },
};

#[global_allocator]
static ALLOCATOR: AllocDisabler = AllocDisabler;

/// Frames numbered exactly by 24-bit floats.
const FRAMES: u64 = 1 << 22;

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

/// The sample that a frame has on its left; on its right it has the opposite.
fn sample(frame: u64) -> f32 {
    f32::from(u16::try_from(frame >> 8).unwrap()) * 256.0
        + f32::from(u8::try_from(frame & 0xFF).unwrap())
}

#[test]
fn frames_read_beside_the_writer_are_whole_and_in_their_place() {
    let (mut writer, mut reader) = recorder(rate(), 1_021).unwrap();
    let done = Counter::new();
    thread::scope(|scope| {
        scope.spawn(|| {
            assert_no_alloc(|| writer.set_state(StreamState::Run));
            let (mut left, mut right) = ([0.0; 300], [0.0; 300]);
            let mut frame = 0;
            // Block sizes from 1 to 293, no power of two among the larger.
            for length in (1..294).cycle() {
                for (at, (left, right)) in left.iter_mut().zip(&mut right).enumerate() {
                    *left = sample(frame + u64::try_from(at).unwrap());
                    *right = -*left;
                }
                assert_no_alloc(|| writer.write(&left[..length], &right[..length]));
                frame += u64::try_from(length).unwrap();
                if frame + 300 > FRAMES {
                    break;
                }
            }
            done.add(1);
        });
        let (mut left, mut right) = ([0.0; 200], [0.0; 200]);
        let (mut whole, mut last) = (0, 0);
        while done.get() == 0 || whole == 0 {
            let frames = reader.latest(200);
            assert!(frames.end >= last, "positions never step back");
            last = frames.end;
            let count = usize::try_from(frames.end - frames.start).unwrap();
            let (left, right) = (&mut left[..count], &mut right[..count]);
            match reader.read(frames.start, left, right) {
                Ok(()) => {
                    for (frame, (left, right)) in frames.zip(left.iter().zip(right.iter())) {
                        assert_eq!((*left, *right), (sample(frame), -sample(frame)));
                    }
                    whole += 1;
                }
                Err(miss) => assert!(matches!(miss, FrameMiss::Overwritten { .. })),
            }
        }
    });
}

#[test]
fn positions_and_packet_counts_read_beside_the_device_belong_together() {
    let (mut stream, buffer) = packets::<Capture>(202);
    let mut register = stream.packet_register().unwrap();
    let mut clock = stream.clock_register().unwrap();
    let (mut device, mut client) = (buffer.device, buffer.client);
    let done = Counter::new();
    thread::scope(|scope| {
        scope.spawn(|| {
            assert_no_alloc(|| device.set_state(StreamState::Run));
            let mut now = SampleTime::ZERO;
            let silence = [0.0; 97];
            for length in (1..97).cycle().take(1_000_000) {
                let block = &silence[..length];
                assert_no_alloc(|| device.process(now, block, block));
                now = now.after_frames(length);
            }
            done.add(1);
        });
        let mut ticks = 0;
        let mut completed = 0;
        let mut seen = 0_u64;
        while done.get() == 0 || seen == 0 {
            let reading = register.read();
            // In RUN from frame 0 on, packet n is complete at frame 101 n exactly.
            let at = rate().sample_to_ref(SampleTime::new(
                i64::try_from(reading.completed * 101).unwrap(),
            ));
            assert_eq!(reading.at, at);
            assert!(reading.is_whole() && reading.completed >= completed);
            completed = reading.completed;
            let tick = clock.read();
            assert!(tick >= ticks);
            ticks = tick;
            let position = client.position();
            assert!(position.write < 202 && position.play == position.write);
            if let Ok(packet) = client.get_read_packet() {
                let first = i64::try_from(packet.first_frame).unwrap();
                assert_eq!(packet.time, rate().sample_to_ref(SampleTime::new(first)));
                assert_eq!(packet.first_frame, u64::from(packet.number) * 101);
                seen += 1;
            }
        }
    });
}

#[test]
fn a_client_that_is_told_by_events_feeds_a_device_without_a_gap() {
    let (mut stream, buffer) = packets::<Render>(128);
    let event = NotificationEvent::new();
    stream.register_notification_event(&event).unwrap();
    let (mut device, mut client) = (buffer.device, buffer.client);
    let mut hand_over = |number: u32| {
        let first = u64::from(number) * 64;
        let left: Vec<_> = (first..first + 64).map(sample).collect();
        let right: Vec<_> = left.iter().map(|sample| -sample).collect();
        let packet = WritePacket {
            number,
            ..WritePacket::default()
        };
        client.set_write_packet(packet, &left, &right)
    };
    hand_over(0).unwrap();
    hand_over(1).unwrap();
    let (up, down) = rtrb::RingBuffer::new(1);
    let (mut up, mut down): (rtrb::Producer<()>, rtrb::Consumer<()>) = (up, down);
    thread::scope(|scope| {
        scope.spawn(move || {
            assert_no_alloc(|| device.set_state(StreamState::Run));
            let (mut left, mut right) = ([0.0; 32], [0.0; 32]);
            for block in 0..20_000_u64 {
                // A block a time: a packet is asked for before the one after it is needed.
                while block > 0 && block.is_multiple_of(2) && down.pop().is_err() {
                    thread::yield_now();
                }
                assert_no_alloc(|| device.process(SampleTime::ZERO, &mut left, &mut right));
                for (frame, (left, right)) in (block * 32..).zip(left.iter().zip(&right)) {
                    assert_eq!((*left, *right), (sample(frame), -sample(frame)));
                }
            }
        });
        for number in 2..10_001 {
            while !event.take() {
                thread::yield_now();
            }
            hand_over(number).unwrap();
            up.push(()).unwrap();
        }
    });
    assert_eq!((event.points(), client.glitches().underruns), (10_000, 0));
}

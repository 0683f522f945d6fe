//! However frames are cut into blocks, the same is heard, read, counted and told.
#![expect(clippy::unwrap_used, reason = "tests may unwrap")]

use assert_no_alloc::{AllocDisabler, assert_no_alloc};
use dmus_kernel::{
    ReferenceTime, SampleRate, SampleTime, StreamState,
    wave_rt::{
        AudioBuffer, Capture, Direction, Glitches, MiniportWaveRt, NotificationCount,
        NotificationEvent, PacketReading, PortWaveRtStream, Position, Render, WaveFormat,
        WaveRtConfig, WaveRtStream,
    },
};
use proptest::prelude::*;

#[global_allocator]
static ALLOCATOR: AllocDisabler = AllocDisabler;

fn packets<D: Direction>(packet: u64, two: bool) -> (WaveRtStream<D>, AudioBuffer<D>) {
    let rate = SampleRate::new(44_100).unwrap();
    let mut stream = MiniportWaveRt::new(WaveRtConfig::default())
        .new_stream(PortWaveRtStream::new(16), WaveFormat::stereo(rate))
        .unwrap();
    let count = if two {
        NotificationCount::Two
    } else {
        NotificationCount::One
    };
    let bytes = packet * u64::from(count.get()) * 8;
    let buffer = stream.allocate_buffer_with_notification(count, bytes);
    let buffer = buffer.unwrap();
    (stream, buffer)
}

/// `total` frames cut into blocks of the sizes given, again and again.
fn cut(total: usize, sizes: &[usize]) -> Vec<usize> {
    let mut left = total;
    let mut blocks = Vec::new();
    for size in sizes.iter().cycle() {
        let size = (*size).min(left);
        blocks.push(size);
        left -= size;
        if left == 0 {
            return blocks;
        }
    }
    blocks
}

/// All that anybody can know of a capture stream.
#[derive(Debug, PartialEq)]
struct Captured {
    position: Position,
    written: u64,
    oldest: u64,
    content: Vec<f32>,
    points: u64,
    packet: PacketReading,
    starts: Vec<(u32, ReferenceTime)>,
}

fn capture(packet: u64, two: bool, blocks: &[usize]) -> Captured {
    let (mut stream, mut buffer) = packets::<Capture>(packet, two);
    let event = NotificationEvent::new();
    stream.register_notification_event(&event).unwrap();
    let mut register = stream.packet_register().unwrap();
    assert_no_alloc(|| buffer.device.set_state(StreamState::Run));
    let mut next = 0_u16;
    let mut now = SampleTime::new(77);
    for length in blocks {
        let end = next + u16::try_from(*length).unwrap();
        let block: Vec<f32> = (next..end).map(f32::from).collect();
        assert_no_alloc(|| buffer.device.process(now, &block, &block));
        (next, now) = (end, now.after_frames(*length));
    }
    let mut client = buffer.client;
    let starts = std::iter::from_fn(|| client.get_read_packet().ok())
        .map(|packet| (packet.number, packet.time))
        .collect();
    let position = client.position();
    let frames = client.frames();
    let range = frames.latest(u64::MAX);
    let length = usize::try_from(range.end - range.start).unwrap();
    let (mut content, mut right) = (vec![0.0; length], vec![0.0; length]);
    frames.read(range.start, &mut content, &mut right).unwrap();
    Captured {
        position,
        written: range.end,
        oldest: range.start,
        content,
        points: event.points(),
        packet: register.read(),
        starts,
    }
}

/// All that anybody can know of a render stream fed `fed` frames before frame `late`, and as many
/// when it is there.
fn play(packet: u64, (fed, late): (usize, usize), sizes: &[usize]) -> (Vec<f32>, Glitches, u64) {
    let (mut stream, mut buffer) = packets::<Render>(packet, true);
    let event = NotificationEvent::new();
    stream.register_notification_event(&event).unwrap();
    let mut heard = Vec::new();
    let mut next = 1_u16;
    assert_no_alloc(|| buffer.device.set_state(StreamState::Run));
    for part in [late, 500] {
        let end = next + u16::try_from(fed).unwrap();
        let samples: Vec<f32> = (next..end).map(f32::from).collect();
        let taken = buffer.client.write(&samples, &samples).unwrap();
        next += u16::try_from(taken).unwrap();
        for length in cut(part, sizes) {
            let (mut left, mut right) = (vec![0.0; length], vec![0.0; length]);
            assert_no_alloc(|| {
                buffer
                    .device
                    .process(SampleTime::ZERO, &mut left, &mut right)
            });
            assert_eq!(left, right);
            heard.extend(left);
        }
    }
    (heard, buffer.client.glitches(), event.points())
}

fn any_sizes() -> impl Strategy<Value = Vec<usize>> {
    prop::collection::vec(1_usize..300, 1..12)
}

proptest! {
    #[test]
    fn what_is_captured_does_not_depend_on_the_blocks(
        packet in 1_u64..200,
        two: bool,
        total in 1_usize..3_000,
        sizes in any_sizes(),
    ) {
        let whole = capture(packet, two, &[total]);
        prop_assert_eq!(&capture(packet, two, &cut(total, &sizes)), &whole);
        prop_assert_eq!(whole.points, total as u64 / packet);
        prop_assert_eq!(whole.content.last().copied(), u16::try_from(total - 1).ok().map(f32::from));
        let size = packet * (1 + u64::from(two));
        prop_assert_eq!(whole.written - whole.oldest, size.min(total as u64));
    }

    #[test]
    fn what_is_played_and_missed_does_not_depend_on_the_blocks(
        packet in 1_u64..200,
        fed in 0_usize..400,
        late in 1_usize..400,
        sizes in any_sizes(),
    ) {
        let whole = play(packet, (fed, late), &[usize::MAX]);
        prop_assert_eq!(play(packet, (fed, late), &sizes), whole);
    }
}

//! Buffers of a WaveRT stream: their sizes, states and positions, what they hold.
#![expect(clippy::unwrap_used, reason = "tests may unwrap")]

use assert_no_alloc::{AllocDisabler, assert_no_alloc};
use dmus_kernel::{
    SampleRate, SampleTime, StreamState,
    wave_rt::{
        AudioBuffer, CacheType, Capture, Direction, FrameMiss, MiniportWaveRt, NotificationCount,
        PAGE_BYTES, Parameter, PortWaveRtStream, Position, Render, WaveFormat, WaveRtConfig,
        WaveRtError, WaveRtStream, recorder, recorder_in, two_minutes,
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

/// A capture stream in RUN with a buffer of `frames` frames.
fn capture(frames: u64) -> (WaveRtStream<Capture>, AudioBuffer<Capture>) {
    let mut stream = stream::<Capture>();
    let mut buffer = stream.allocate_audio_buffer(frames * 8).unwrap();
    assert_no_alloc(|| buffer.device.set_state(StreamState::Run));
    (stream, buffer)
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
fn a_buffer_is_at_least_as_large_as_asked_for_and_of_whole_frames() {
    for (asked, actual) in [(1, 8), (8, 8), (9, 16), (4_097, 4_104)] {
        let mut stream = stream::<Capture>();
        let buffer = stream.allocate_audio_buffer(asked).unwrap();
        let description = buffer.description;
        assert_eq!(description.actual_size, actual);
        assert_eq!(description.offset_from_first_page, 0);
        assert!(!description.call_memory_barrier);
    }
}

#[test]
fn packets_are_of_whole_frames_and_the_buffer_of_whole_packets() {
    let mut stream = stream::<Capture>();
    let buffer = stream.allocate_buffer_with_notification(NotificationCount::Two, 18);
    // Nine bytes a packet are two frames.
    assert_eq!(buffer.unwrap().description.actual_size, 32);
}

#[test]
fn a_buffer_of_nothing_or_of_parts_is_refused() {
    let mut stream = stream::<Render>();
    let refused = |bytes| Some(WaveRtError::from(Parameter::BufferSize(bytes)));
    assert_eq!(stream.allocate_audio_buffer(0).err(), refused(0));
    for bytes in [0, 17] {
        let buffer = stream.allocate_buffer_with_notification(NotificationCount::Two, bytes);
        assert_eq!(buffer.err(), refused(bytes));
    }
    let odd = stream.allocate_buffer_with_notification(NotificationCount::One, 17);
    assert_eq!(odd.unwrap().description.actual_size, 24);
}

#[test]
fn a_second_buffer_is_refused_and_the_pages_of_a_freed_one_are_used_again() {
    let mut stream = stream::<Capture>();
    let all = 16 * PAGE_BYTES;
    let first = stream.allocate_audio_buffer(all).unwrap();
    assert_eq!(
        stream.allocate_audio_buffer(8).err(),
        Some(WaveRtError::BufferExists)
    );
    stream.free_audio_buffer(first.device, all).unwrap();
    let more = stream.allocate_audio_buffer(all + 1).err();
    let asked = all + 8;
    assert_eq!(
        more,
        Some(WaveRtError::InsufficientPages { asked, free: all })
    );
    assert!(
        stream.allocate_audio_buffer(all).is_ok(),
        "nothing was lost on the way"
    );
}

#[test]
fn a_device_that_needs_contiguous_pages_says_so_and_is_given_them() {
    let config = WaveRtConfig {
        scatter_gather: false,
        cache: CacheType::WriteCombined,
        ..WaveRtConfig::default()
    };
    let description = MiniportWaveRt::new(config).device_description();
    assert!(!description.scatter_gather && description.master && description.dma64_bit_addresses);
    let mut stream = stream_of::<Render>(config);
    let buffer = stream.allocate_audio_buffer(3 * PAGE_BYTES).unwrap();
    assert!(buffer.description.actual_size <= u64::from(description.maximum_length));
    assert!(buffer.description.call_memory_barrier);
    assert!(
        stream
            .free_audio_buffer(buffer.device, 3 * PAGE_BYTES)
            .is_ok()
    );
    assert!(stream.allocate_audio_buffer(17 * PAGE_BYTES).is_err());
}

#[test]
fn a_buffer_is_freed_by_its_own_stream_in_stop_with_its_own_size_only() {
    let (mut stream, mut buffer) = capture(10);
    let (mut other, _others) = capture(10);
    let refused = stream.free_audio_buffer(buffer.device, 80).unwrap_err();
    let running = WaveRtError::InvalidDeviceState(StreamState::Run);
    assert_eq!(refused.reason, running);
    buffer.device = refused.device;
    assert_no_alloc(|| buffer.device.set_state(StreamState::Stop));
    let refused = stream.free_audio_buffer(buffer.device, 79).unwrap_err();
    assert_eq!(refused.reason, Parameter::Buffer.into());
    let refused = other.free_audio_buffer(refused.device, 80).unwrap_err();
    assert_eq!(refused.reason, Parameter::Buffer.into());
    assert!(stream.free_audio_buffer(refused.device, 80).is_ok());
}

#[test]
fn only_stereo_floats_are_supported_and_the_format_stays_while_there_is_a_buffer() {
    let good = WaveFormat::stereo(rate());
    assert_eq!(good.block_align(), 8);
    let bad = [
        WaveFormat {
            channels: 1,
            ..good
        },
        WaveFormat {
            bits_per_sample: 16,
            ..good
        },
        WaveFormat {
            float: false,
            ..good
        },
    ];
    let miniport = MiniportWaveRt::default();
    let refused = Some(WaveRtError::from(Parameter::Format));
    let mut stream = stream::<Capture>();
    for format in bad {
        let made = miniport.new_stream::<Capture>(PortWaveRtStream::new(1), format);
        assert_eq!(made.err(), refused);
        assert_eq!(stream.set_format(format).err(), refused);
    }
    let faster = WaveFormat::stereo(SampleRate::new(96_000).unwrap());
    stream.set_format(faster).unwrap();
    assert_eq!(stream.format(), faster);
    let mut buffer = stream.allocate_audio_buffer(8).unwrap();
    assert_no_alloc(|| buffer.device.set_state(StreamState::Run));
    assert_eq!(stream.set_format(good).err(), refused);
}

#[test]
fn the_position_moves_in_run_only_and_stop_takes_it_to_zero() {
    let (_stream, mut buffer) = capture(100);
    put(&mut buffer, 0, 30);
    for frozen in [StreamState::Pause, StreamState::Acquire] {
        assert_no_alloc(|| buffer.device.set_state(frozen));
        put(&mut buffer, 0, 7);
        assert_eq!(
            buffer.client.position(),
            Position {
                play: 30,
                write: 30
            }
        );
        assert_eq!(buffer.client.position().bytes(), (240, 240));
    }
    assert_no_alloc(|| buffer.device.set_state(StreamState::Run));
    put(&mut buffer, 30, 5);
    assert_eq!(
        buffer.client.frames().frames_written(),
        35,
        "it goes on where it was"
    );
    assert_no_alloc(|| buffer.device.set_state(StreamState::Stop));
    assert_eq!(buffer.client.position(), Position::default());
    let frames = buffer.client.frames();
    assert_eq!(
        (frames.latest(9), frames.oldest(), frames.state()),
        (0..0, 0, StreamState::Stop)
    );
    assert_no_alloc(|| buffer.device.set_state(StreamState::Run));
    put(&mut buffer, 500, 1);
    let (mut left, mut right) = ([0.0], [0.0]);
    buffer
        .client
        .frames()
        .read(0, &mut left, &mut right)
        .unwrap();
    assert_eq!(
        (left, right),
        ([500.0], [-500.0]),
        "frame 0 of the next run"
    );
}

#[test]
fn what_was_recorded_before_stop_cannot_be_read_after_it() {
    let (_stream, mut buffer) = capture(100);
    put(&mut buffer, 0, 30);
    assert_no_alloc(|| buffer.device.set_state(StreamState::Stop));
    let read = buffer
        .client
        .frames()
        .read(0, &mut [0.0; 10], &mut [0.0; 10]);
    assert_eq!(read, Err(FrameMiss::NotYet { written: 0 }));
}

#[test]
fn a_position_wraps_to_zero_exactly_at_the_end_whatever_the_size() {
    for size in [1_u16, 7, 100, 513] {
        let (_stream, mut buffer) = capture(u64::from(size));
        put(&mut buffer, 0, size - 1);
        assert_eq!(buffer.client.position().write, u64::from(size - 1));
        put(&mut buffer, size - 1, 1);
        assert_eq!(buffer.client.position().write, 0, "never equal to the size");
        assert_eq!(buffer.client.frames().latest(u64::MAX), 0..u64::from(size));
    }
}

#[test]
fn of_a_block_larger_than_the_buffer_the_last_frames_remain() {
    let (_stream, mut buffer) = capture(7);
    put(&mut buffer, 0, 23);
    let frames = buffer.client.frames();
    assert_eq!((frames.latest(100), frames.capacity()), (16..23, 7));
    let (mut left, mut right) = ([0.0; 7], [0.0; 7]);
    frames.read(16, &mut left, &mut right).unwrap();
    let (expected, negative) = block(16, 7);
    assert_eq!((&left[..], &right[..]), (&expected[..], &negative[..]));
    let missed = frames.read(15, &mut left, &mut right);
    assert_eq!(missed, Err(FrameMiss::Overwritten { oldest: 16 }));
    let early = frames.read(17, &mut left, &mut right);
    assert_eq!(early, Err(FrameMiss::NotYet { written: 23 }));
    let lengths = frames.read(17, &mut left[..3], &mut right);
    assert_eq!(lengths, Err(FrameMiss::Lengths { left: 3, right: 7 }));
    assert_eq!(buffer.client.position().write, 23 % 7);
}

#[test]
fn sides_of_unequal_length_make_a_block_of_the_shorter() {
    let (_stream, mut buffer) = capture(10);
    assert_no_alloc(|| buffer.device.process(NOW, &[1.0; 5], &[2.0; 3]));
    assert_eq!(buffer.client.frames().frames_written(), 3);
}

#[test]
fn a_recorder_holds_the_last_frames_and_stands_still_out_of_run() {
    let (mut writer, mut reader) = recorder(rate(), 100).unwrap();
    let (left, right) = block(0, 130);
    assert_no_alloc(|| writer.write(&left, &right));
    assert_eq!(reader.frames_written(), 0, "made in STOP");
    assert_no_alloc(|| writer.set_state(StreamState::Run));
    assert_no_alloc(|| writer.write(&left, &right));
    assert_eq!((reader.oldest(), reader.latest(40)), (30, 90..130));
    assert_eq!(writer.stream().clock_register().unwrap().read(), 260);
    let (mut l, mut r) = ([0.0; 100], [0.0; 100]);
    reader.clone().read(30, &mut l, &mut r).unwrap();
    assert_eq!((&l[..], &r[..]), (&left[30..], &right[30..]));
    drop(writer);
    let (mut writer, mut again) = recorder_in(reader.into_memory(), rate(), 100).unwrap();
    assert_eq!((again.frames_written(), again.oldest()), (0, 0));
    writer.set_state(StreamState::Run);
    assert_no_alloc(|| writer.write(&left[..5], &right[..5]));
    assert!(again.clone().read(0, &mut l[..6], &mut r[..6]).is_err());
    again.read(0, &mut l[..5], &mut r[..5]).unwrap();
    assert_eq!((&l[..5], &r[..5]), (&left[..5], &right[..5]));
    assert!(recorder(rate(), 0).is_err() && recorder(rate(), u64::MAX).is_err());
    assert_eq!(two_minutes(rate()), 5_760_000);
}

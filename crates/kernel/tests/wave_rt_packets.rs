//! Packets and underruns: what a client may write when, and what the device plays all the same.
#![expect(clippy::unwrap_used, reason = "tests may unwrap")]

use assert_no_alloc::{AllocDisabler, assert_no_alloc};
use dmus_kernel::{
    ReferenceTime, SampleRate, SampleTime, StreamState,
    wave_rt::{
        AudioBuffer, Capture, Direction, Glitches, HwLatency, MiniportWaveRt, NotificationCount,
        NotificationEvent, PacketFlags, Parameter, PortWaveRtStream, Position, Render, WaveFormat,
        WaveRtConfig, WaveRtError, WaveRtStream, WritePacket,
    },
};

#[global_allocator]
static ALLOCATOR: AllocDisabler = AllocDisabler;

/// One frame is a hundred units.
const HZ: u32 = 100_000;
const PACKET: u16 = 10;

fn stream<D: Direction>(latency: HwLatency) -> WaveRtStream<D> {
    let config = WaveRtConfig {
        latency,
        ..WaveRtConfig::default()
    };
    let format = WaveFormat::stereo(SampleRate::new(HZ).unwrap());
    MiniportWaveRt::new(config)
        .new_stream(PortWaveRtStream::new(4), format)
        .unwrap()
}

/// A stream with two packets of ten frames.
fn packets<D: Direction>() -> (WaveRtStream<D>, AudioBuffer<D>) {
    let mut stream = stream(HwLatency::default());
    let bytes = 2 * u64::from(PACKET) * 8;
    let buffer = stream.allocate_buffer_with_notification(NotificationCount::Two, bytes);
    let buffer = buffer.unwrap();
    (stream, buffer)
}

fn packet(number: u32) -> WritePacket {
    WritePacket {
        number,
        ..WritePacket::default()
    }
}

fn last(number: u32, eos_length: u32) -> WritePacket {
    WritePacket {
        number,
        flags: PacketFlags::END_OF_STREAM,
        eos_length,
    }
}

/// What a test asks of a render stream.
trait Player {
    /// Hands over packet `number`, every sample of which is its number plus one.
    fn hand_over(&mut self, number: u16) -> Result<(), WaveRtError>;
    /// What is heard in the next `count` frames.
    fn play(&mut self, count: usize) -> Vec<f32>;
}

impl Player for AudioBuffer<Render> {
    fn hand_over(&mut self, number: u16) -> Result<(), WaveRtError> {
        let samples = [f32::from(number) + 1.0; PACKET as usize];
        self.client
            .set_write_packet(packet(number.into()), &samples, &samples)
    }

    fn play(&mut self, count: usize) -> Vec<f32> {
        let (mut left, mut right) = (vec![9.9; count], vec![9.9; count]);
        assert_no_alloc(|| self.device.process(SampleTime::ZERO, &mut left, &mut right));
        assert_eq!(left, right);
        left
    }
}

#[test]
fn packets_are_played_in_turn_at_any_block_size() {
    let (_stream, mut buffer) = packets::<Render>();
    buffer.hand_over(0).unwrap();
    assert_no_alloc(|| buffer.device.set_state(StreamState::Run));
    let mut heard = Vec::new();
    for number in 1..20 {
        buffer.hand_over(number).unwrap();
        heard.extend(buffer.play(7));
        heard.extend(buffer.play(3));
    }
    let expected = (0..190_u8).map(|frame| f32::from(frame / 10) + 1.0);
    assert_eq!(heard, expected.collect::<Vec<_>>());
    assert_eq!(buffer.client.glitches(), Glitches::default());
    assert_eq!(buffer.client.packet_count(), Ok(19));
}

#[test]
fn a_packet_in_transfer_is_late_and_one_too_many_is_an_overrun() {
    let (_stream, mut buffer) = packets::<Render>();
    buffer.hand_over(0).unwrap();
    buffer.hand_over(1).unwrap();
    let early = WaveRtError::DataOverrun { number: 2, last: 1 };
    assert_eq!(buffer.hand_over(2), Err(early));
    let again = WaveRtError::DataLate { number: 1, next: 2 };
    assert_eq!(
        buffer.hand_over(1),
        Err(again),
        "what was handed over stays"
    );
    assert_no_alloc(|| buffer.device.set_state(StreamState::Run));
    buffer.play(9);
    assert_eq!(
        buffer.hand_over(2),
        Err(early),
        "packet 0 is in transfer still"
    );
    buffer.play(1);
    let late = |number| Err(WaveRtError::DataLate { number, next: 2 });
    assert_eq!(buffer.hand_over(0), late(0));
    assert_eq!(buffer.hand_over(1), late(1));
    buffer.hand_over(2).unwrap();
    assert_eq!(buffer.client.glitches(), Glitches::default());
}

#[test]
fn a_packet_half_played_is_in_transfer_in_pause_too() {
    let (_stream, mut buffer) = packets::<Render>();
    assert_no_alloc(|| buffer.device.set_state(StreamState::Run));
    buffer.play(5);
    assert_no_alloc(|| buffer.device.set_state(StreamState::Pause));
    let late = WaveRtError::DataLate { number: 0, next: 1 };
    assert_eq!(buffer.hand_over(0), Err(late));
    assert!(buffer.hand_over(1).is_ok());
}

#[test]
fn the_count_and_the_events_keep_pace_when_nothing_is_written() {
    let (mut stream, mut buffer) = packets::<Render>();
    let event = NotificationEvent::new();
    stream.register_notification_event(&event).unwrap();
    assert_no_alloc(|| buffer.device.set_state(StreamState::Run));
    assert_eq!(buffer.play(50), [0.0; 50]);
    assert_eq!(buffer.play(7), [0.0; 7], "one underrun over both blocks");
    assert_eq!(buffer.client.packet_count(), Ok(5));
    assert_eq!((event.points(), event.take()), (5, true));
    let glitches = buffer.client.glitches();
    assert_eq!((glitches.underruns, glitches.starved_frames), (1, 57));
    // Packet 5 is in progress: 6 is the one to write.
    buffer.hand_over(6).unwrap();
    let heard = buffer.play(14);
    assert_eq!(
        (&heard[..3], &heard[3..13], heard[13]),
        (&[0.0; 3][..], &[7.0; 10][..], 0.0)
    );
    let glitches = buffer.client.glitches();
    assert_eq!((glitches.underruns, glitches.starved_frames), (2, 58));
    assert_eq!(
        glitches.skipped_frames, 60,
        "packets 0 to 5 were never written"
    );
}

#[test]
fn frames_written_late_begin_where_the_device_is() {
    let mut stream = stream::<Render>(HwLatency::default());
    let mut buffer = stream.allocate_audio_buffer(7 * 8).unwrap();
    assert_no_alloc(|| buffer.device.set_state(StreamState::Run));
    buffer.play(100);
    assert_eq!(
        buffer.client.write(&[1.0; 9], &[1.0; 9]),
        Ok(7),
        "as many as fit"
    );
    assert_eq!(buffer.client.write(&[2.0; 9], &[2.0; 9]), Ok(0));
    assert_eq!(buffer.play(5), [1.0; 5]);
    assert_eq!(buffer.client.write(&[2.0; 9], &[2.0; 4]), Ok(4));
    assert_eq!(buffer.play(8), [1.0, 1.0, 2.0, 2.0, 2.0, 2.0, 0.0, 0.0]);
    let glitches = Glitches {
        underruns: 2,
        starved_frames: 102,
        same_write_position: 0,
        skipped_frames: 100,
    };
    assert_eq!(buffer.client.glitches(), glitches);
    assert_eq!(buffer.client.packet_count(), Err(WaveRtError::NotSupported));
    let none = buffer.client.presentation_position().err();
    assert_eq!(none, Some(WaveRtError::NotSupported));
    let none = buffer.client.set_write_packet(packet(0), &[], &[]);
    assert_eq!(none, Err(WaveRtError::NotSupported));
}

#[test]
fn after_the_end_of_the_stream_nothing_is_taken_and_silence_is_no_underrun() {
    let (_stream, mut buffer) = packets::<Render>();
    buffer.hand_over(0).unwrap();
    assert_no_alloc(|| buffer.device.set_state(StreamState::Run));
    let end = buffer
        .client
        .set_write_packet(last(1, 4), &[5.0; 4], &[5.0; 4]);
    assert_eq!(end, Ok(()));
    let ended = WaveRtError::InvalidDeviceState(StreamState::Run);
    assert_eq!(buffer.play(10), [1.0; 10]);
    assert_eq!(buffer.hand_over(2), Err(ended));
    assert_eq!(buffer.client.write(&[1.0], &[1.0]), Err(ended));
    let heard = buffer.play(40);
    assert_eq!((&heard[..4], &heard[4..]), (&[5.0; 4][..], &[0.0; 36][..]));
    assert_eq!(buffer.client.packet_count(), Ok(5), "the pace is kept");
    assert_eq!(buffer.client.glitches(), Glitches::default());
    assert_no_alloc(|| buffer.device.set_state(StreamState::Stop));
    buffer.hand_over(0).unwrap();
    assert_no_alloc(|| buffer.device.set_state(StreamState::Run));
    assert_eq!(buffer.play(10), [1.0; 10], "STOP begins anew");
    buffer.play(11);
    assert_eq!(
        buffer.client.glitches().underruns,
        1,
        "and so do the underruns"
    );
}

#[test]
fn flags_and_lengths_that_make_no_sense_are_refused() {
    let (_stream, mut buffer) = packets::<Render>();
    let mut give = |packet: WritePacket, left: usize, right: usize| {
        let (left, right) = (vec![0.0; left], vec![0.0; right]);
        buffer.client.set_write_packet(packet, &left, &right)
    };
    let unknown = WritePacket {
        flags: PacketFlags::from_bits(0x201),
        ..packet(0)
    };
    assert_eq!(
        give(unknown, 10, 10),
        Err(Parameter::PacketFlags(0x201).into())
    );
    let length = |frames| Err(Parameter::PacketLength(frames).into());
    assert_eq!(give(packet(0), 9, 10), length(9));
    assert_eq!(give(packet(0), 10, 11), length(11));
    assert_eq!(give(last(0, 11), 11, 11), length(11));
    assert_eq!(give(last(0, 3), 10, 10), length(10));
    assert_eq!(
        give(last(0, 0), 0, 0),
        Ok(()),
        "a stream may end with nothing"
    );
}

#[test]
fn the_same_write_position_twice_is_counted_as_a_glitch() {
    let (_stream, mut buffer) = packets::<Render>();
    assert_eq!(buffer.client.set_write_position(15), Ok(Some(15)));
    assert_eq!(buffer.client.set_write_position(5), Ok(Some(10)));
    assert_eq!(buffer.client.set_write_position(5), Ok(None));
    let behind = Err(Parameter::Offset(20).into());
    assert_eq!(buffer.client.set_write_position(20), behind);
    assert_eq!(buffer.client.glitches().same_write_position, 1);
}

#[test]
fn stop_makes_all_of_a_render_stream_zero_and_drops_what_was_queued() {
    let (_stream, mut buffer) = packets::<Render>();
    buffer.hand_over(0).unwrap();
    buffer.hand_over(1).unwrap();
    assert_no_alloc(|| buffer.device.set_state(StreamState::Run));
    buffer.play(13);
    assert_no_alloc(|| buffer.device.set_state(StreamState::Stop));
    assert_eq!(buffer.client.packet_count(), Ok(0));
    assert_eq!(buffer.client.position(), Position::default());
    assert_eq!(buffer.play(3), [0.0; 3]);
    assert_no_alloc(|| buffer.device.set_state(StreamState::Run));
    assert_eq!(buffer.play(3), [0.0; 3], "packet 1 of the last run is gone");
}

#[test]
fn what_is_audible_is_what_was_transferred_less_the_latency() {
    // A FIFO of 4 frames, and delays of 3.5 frames behind it.
    let latency = HwLatency {
        fifo_size: 32,
        chipset_delay: 50,
        codec_delay: 300,
    };
    let mut stream = stream::<Render>(latency);
    let buffer = stream.allocate_buffer_with_notification(NotificationCount::Two, 160);
    let mut buffer = buffer.unwrap();
    assert_no_alloc(|| buffer.device.set_state(StreamState::Run));
    let (mut left, mut right) = ([0.0; 7], [0.0; 5]);
    assert_no_alloc(|| {
        buffer
            .device
            .process(SampleTime::new(1_000), &mut left, &mut right)
    });
    let presented = buffer.client.presentation_position().unwrap();
    assert_eq!(presented.frames, 0, "nothing has come through yet");
    let (mut left, mut right) = ([0.0; 20], [0.0; 20]);
    assert_no_alloc(|| {
        buffer
            .device
            .process(SampleTime::new(1_005), &mut left, &mut right)
    });
    let presented = buffer.client.presentation_position().unwrap();
    assert_eq!(
        (presented.frames, presented.time),
        (17, ReferenceTime::new(102_500))
    );
    assert_eq!(buffer.client.position(), Position { play: 1, write: 5 });
}

#[test]
fn the_packet_register_tells_when_the_last_packet_was_complete() {
    let (mut stream, mut buffer) = packets::<Capture>();
    let mut register = stream.packet_register().unwrap();
    assert_no_alloc(|| buffer.device.set_state(StreamState::Run));
    assert_no_alloc(|| {
        buffer
            .device
            .process(SampleTime::new(500), &[0.0; 25], &[0.0; 25])
    });
    let reading = register.read();
    assert_eq!(
        (reading.completed, reading.at),
        (2, ReferenceTime::new(52_000))
    );
    assert!(reading.is_whole());
}

#[test]
fn captured_packets_come_in_order_with_the_time_of_their_first_frame() {
    let (_stream, mut buffer) = packets::<Capture>();
    let none = buffer.client.get_read_packet();
    assert_eq!(
        none,
        Err(WaveRtError::InvalidDeviceState(StreamState::Stop))
    );
    assert_no_alloc(|| buffer.device.set_state(StreamState::Pause));
    assert_eq!(buffer.client.get_read_packet(), Err(WaveRtError::NotReady));
    assert_no_alloc(|| buffer.device.set_state(StreamState::Run));
    assert_no_alloc(|| {
        buffer
            .device
            .process(SampleTime::new(100), &[1.0; 6], &[1.0; 6])
    });
    assert_eq!(buffer.client.get_read_packet(), Err(WaveRtError::NotReady));
    assert_no_alloc(|| {
        buffer
            .device
            .process(SampleTime::new(300), &[2.0; 14], &[2.0; 14])
    });
    let first = buffer.client.get_read_packet().unwrap();
    assert_eq!((first.number, first.flags, first.more), (0, 0, true));
    assert_eq!(first.time, ReferenceTime::new(10_000));
    let second = buffer.client.get_read_packet().unwrap();
    assert_eq!(
        (second.number, second.more, second.first_frame),
        (1, false, 10)
    );
    assert_eq!(
        second.time,
        ReferenceTime::new(30_400),
        "four frames into the second block"
    );
    assert_eq!(buffer.client.get_read_packet(), Err(WaveRtError::NotReady));
    let (mut left, mut right) = ([0.0; 10], [0.0; 10]);
    let frames = buffer.client.frames();
    frames
        .read(first.first_frame, &mut left, &mut right)
        .unwrap();
    assert_eq!(
        left.to_vec(),
        [1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 2.0, 2.0, 2.0, 2.0]
    );
}

#[test]
fn a_slow_reader_loses_the_oldest_packets_and_numbering_goes_on() {
    let (_stream, mut buffer) = packets::<Capture>();
    assert_no_alloc(|| buffer.device.set_state(StreamState::Run));
    assert_no_alloc(|| {
        buffer
            .device
            .process(SampleTime::ZERO, &[0.0; 55], &[0.0; 55])
    });
    let packet = buffer.client.get_read_packet().unwrap();
    assert_eq!(
        (packet.number, packet.more),
        (4, false),
        "3 is half overwritten"
    );
    assert_eq!(packet.time, ReferenceTime::new(4_000));
    assert_eq!(buffer.client.dropped(), 4);
    assert_no_alloc(|| {
        buffer
            .device
            .process(SampleTime::new(55), &[0.0; 5], &[0.0; 5])
    });
    let packet = buffer.client.get_read_packet().unwrap();
    assert_eq!((packet.number, buffer.client.dropped()), (5, 4));
    assert_no_alloc(|| buffer.device.set_state(StreamState::Stop));
    assert_no_alloc(|| buffer.device.set_state(StreamState::Run));
    assert_no_alloc(|| {
        buffer
            .device
            .process(SampleTime::new(60), &[0.0; 20], &[0.0; 20])
    });
    let packet = buffer.client.get_read_packet().unwrap();
    assert_eq!(packet.number, 0, "a new run counts from 0");
}

#[test]
fn capture_without_notifications_has_no_packets() {
    let mut stream = stream::<Capture>(HwLatency::default());
    let mut buffer = stream.allocate_audio_buffer(80).unwrap();
    assert_eq!(
        buffer.client.get_read_packet(),
        Err(WaveRtError::NotSupported)
    );
}

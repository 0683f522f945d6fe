//! A million messages from a device's thread through every system of a port, and none is lost.
#![expect(clippy::unwrap_used, reason = "tests may unwrap")]

use std::convert::Infallible;

use assert_no_alloc::{AllocDisabler, assert_no_alloc};
use dmus_kernel::{
    ChannelGroup, EventBox, Miniport, Mxf, NewStream, Port, PortConfig, RenderCx, SampleRate,
    SampleTime, Stream, StreamRequest, StreamState, SynthCaps, SynthSink,
    clock::SampleClock,
    error::{ConnectError, StateReason},
    history::history,
    interrupt::{InterruptDrain, interrupt_fifo},
    miniport::{CapsFlags, EffectFlags, Init, MasterSync, StreamKind},
    mxf::{Joint, Output},
    port::PinId,
    service::ServiceGroup,
};

#[global_allocator]
static GUARD: AllocDisabler = AllocDisabler;

const MESSAGES: u32 = 1_000_000;

/// The message of this number: its lower 21 bits lie in the data bytes and the channel.
fn message(number: u32) -> [u8; 3] {
    let [low, middle, ..] = number.to_le_bytes();
    let channel = u8::try_from(number >> 14 & 15).unwrap();
    [0xE0 | channel, low & 127, (middle << 1 | low >> 7) & 127]
}

/// Plays nothing, and notices if a message is missing, twice or out of order.
#[derive(Debug)]
struct Checker {
    clock: SampleClock,
    heard: u32,
}

#[derive(Debug)]
struct Ear {
    drain: InterruptDrain,
    output: Output,
    group: ServiceGroup,
}

#[derive(Debug)]
enum End {
    Checker(Checker),
    Ear(Ear),
}

struct Device {
    drain: Option<InterruptDrain>,
    group: Option<ServiceGroup>,
}

impl Miniport for Device {
    type Stream = End;
    type Error = Infallible;

    fn caps(&self) -> SynthCaps {
        SynthCaps {
            flags: CapsFlags::SOFTWARE_SYNTH,
            memory_size: None,
            max_channel_groups: 1,
            max_voices: None,
            max_audio_channels: Some(2),
            effects: EffectFlags::NONE,
            description: "checker",
        }
    }

    fn init(&mut self, init: &mut Init<'_>) -> Result<Option<ServiceGroup>, Infallible> {
        self.group = init.services.new_group().ok();
        Ok(self.group.clone())
    }

    fn new_stream(&mut self, request: StreamRequest) -> Result<NewStream<End>, Infallible> {
        Ok(NewStream::at_time(match request.kind {
            StreamKind::Capture => End::Ear(Ear {
                drain: self.drain.take().unwrap(),
                output: Output::new(),
                group: self.group.clone().unwrap(),
            }),
            _ => End::Checker(Checker {
                clock: SampleClock::new(request.sample_rate),
                heard: 0,
            }),
        }))
    }
}

impl Mxf for End {
    fn put_message(&mut self, chain: EventBox, cx: &mut RenderCx<'_>) {
        match self {
            Self::Checker(checker) => cx.allocator.consume(chain, |event| {
                assert_eq!(event.bytes(), message(checker.heard));
                checker.heard += 1;
            }),
            Self::Ear(_) => cx.allocator.put_message(chain),
        }
    }

    fn service(&mut self, cx: &mut RenderCx<'_>) {
        let Self::Ear(ear) = self else { return };
        if let Some(chain) = ear.drain.drain(ChannelGroup::FIRST, cx) {
            ear.output.put_message(chain, cx);
        }
        if !ear.drain.is_empty() {
            // The pool had no room for all of it, and the device may wait for room itself.
            ear.group.request_service();
        }
    }

    fn set_state(&mut self, _: StreamState, _: &mut RenderCx<'_>) -> Result<(), StateReason> {
        Ok(())
    }

    fn connect_output(&mut self, sink: Joint) -> Result<(), ConnectError> {
        match self {
            Self::Ear(ear) => ear.output.connect(sink),
            Self::Checker(_) => Err(ConnectError::NoOutput),
        }
    }
}

impl Stream for End {
    fn synth_sink(&mut self) -> Option<&mut dyn SynthSink> {
        match self {
            Self::Checker(checker) => Some(checker),
            Self::Ear(_) => None,
        }
    }
}

impl SynthSink for Checker {
    fn render(&mut self, left: &mut [f32], right: &mut [f32], _position: SampleTime) {
        left.fill(0.0);
        right.fill(0.0);
    }

    fn sync_to_master(&mut self, sync: MasterSync) {
        self.clock.sync(sync);
    }

    fn sample_to_ref(&self, frame: SampleTime) -> dmus_kernel::ReferenceTime {
        self.clock.sample_to_ref(frame)
    }

    fn ref_to_sample(&self, time: dmus_kernel::ReferenceTime) -> SampleTime {
        self.clock.ref_to_sample(time)
    }
}

fn device(drain: InterruptDrain) -> Device {
    Device {
        drain: Some(drain),
        group: None,
    }
}

/// Device thread → capture → sequencer → synthesizer → history, and the client's records beside.
#[test]
fn a_million_messages_pass_through_every_system_and_none_is_lost() {
    let (mut fifo, drain) = interrupt_fifo(8_192);
    let config = PortConfig::new(SampleRate::new(48_000).unwrap());
    let mut port = Port::new(device(drain), config).unwrap();
    let keyboard = port.open(StreamKind::Capture).unwrap();
    port.set_thru(keyboard, Some(PinId::MAIN)).unwrap();
    let mut records = port.take_records(keyboard).unwrap();
    let notifier = port.notifier();
    let (writer, reader) = history(4 << 20, 1);
    port.set_history(Some(writer));
    port.set_state(StreamState::Run).unwrap();

    let mut clock = port.latency_clock();
    let device = std::thread::spawn(move || {
        let mut waits = 0_u64;
        for number in 0..MESSAGES {
            let bytes = message(number);
            while fifo.room() < bytes.len() {
                waits += 1;
                std::thread::yield_now();
            }
            assert_eq!(fifo.write(&bytes, clock.now()), bytes.len());
            notifier.notify(None);
        }
        assert_eq!(fifo.lost(), 0);
        waits
    });

    let (mut left, mut right) = ([0.0; 64], [0.0; 64]);
    let mut scratch = Vec::with_capacity(64);
    let mut packed = 0;
    let mut blocks_left = 1_000;
    while packed < MESSAGES || port.stats().delivered < u64::from(MESSAGES) {
        assert_no_alloc(|| port.render(&mut left, &mut right));
        if device.is_finished() {
            // Everything is in the FIFO by now: a few blocks more must do.
            blocks_left -= 1;
            let (stats, captured) = (port.stats(), port.capture_stats(keyboard));
            assert!(blocks_left > 0, "{packed} packed, {stats:?}, {captured:?}");
        }
        while let Some(record) = records.next(&mut scratch) {
            assert_eq!(record.bytes, message(packed));
            packed += 1;
        }
    }
    let waits = device.join().unwrap();

    port.set_state(StreamState::Stop).unwrap();
    let stats = port.stats();
    assert!(port.is_whole());
    assert_eq!((stats.delivered, stats.lost.total()), (1_000_000, 0));
    let captured = port.capture_stats(keyboard).unwrap();
    assert_eq!(
        (captured.packed, captured.lost, captured.sink.lost),
        (1_000_000, 0, 0)
    );
    let take = reader.take(None).unwrap();
    assert_eq!(take.events().count(), 1_000_000);
    let last = take.events().last().unwrap();
    assert_eq!(last.bytes, message(MESSAGES - 1));
    println!("the device waited {waits} times for room");
}

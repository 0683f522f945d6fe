//! A device behind a port: opened, notified through its service group, lost, brought down.
#![expect(clippy::unwrap_used, clippy::panic, reason = "tests may")]

#[path = "fake/uart.rs"]
#[expect(dead_code, reason = "other tests use the rest")]
mod uart;

use std::thread;

use assert_no_alloc::{AllocDisabler, assert_no_alloc};
use dmus_kernel::{
    ChannelGroup, MusicBuffer, Port, PortConfig, ReferenceTime, SampleRate,
    StreamState::{self, Acquire, Pause, Run, Stop},
    error::{PortError, StateReason},
    miniport::StreamKind,
    port::{PackedReader, PinId},
};
use uart::{Answer, Interrupt, Uart, UartError, WireRef};

#[global_allocator]
static GUARD: AllocDisabler = AllocDisabler;

const KEYBOARD: PinId = PinId::Capture(0);
const LONG: &[u8] = &[0xF0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 0xF7];
/// Frames of a millisecond, after which a busy device is asked again.
const RETRY_FRAMES: usize = 48;

/// A device on its own port, both pins open, in STOP.
struct Rack {
    port: Port<Uart>,
    wire: WireRef,
    interrupt: Interrupt,
    records: PackedReader,
}

impl Rack {
    fn new(fifo_bytes: usize) -> Self {
        let (uart, interrupt) = Uart::new(fifo_bytes);
        let wire = uart.wire();
        let config = PortConfig::new(SampleRate::new(48_000).unwrap());
        let mut port = Port::new(uart, config).unwrap();
        assert_eq!(port.open(StreamKind::Capture).unwrap(), KEYBOARD);
        let records = port.take_records(KEYBOARD).unwrap();
        Self {
            port,
            wire,
            interrupt,
            records,
        }
    }

    fn running(fifo_bytes: usize) -> Self {
        let mut rack = Self::new(fifo_bytes);
        rack.port.set_state(Run).unwrap();
        // The first block serves what the opening has asked for.
        rack.block(1);
        rack
    }

    fn play(&mut self, messages: &[&[u8]]) {
        let mut buffer = MusicBuffer::with_capacity(4_096);
        buffer.clear(self.port.stamp(0));
        for bytes in messages {
            let now = ReferenceTime::ZERO;
            buffer.push(ChannelGroup::FIRST, now, false, bytes).unwrap();
        }
        assert_eq!(self.port.submit(&buffer).lost, 0);
    }

    fn block(&mut self, frames: usize) {
        let (mut left, mut right) = (vec![9.0; frames], vec![9.0; frames]);
        let port = &mut self.port;
        assert_no_alloc(|| port.render(&mut left, &mut right));
        let is_silent = left.iter().chain(&right).all(|s| s.to_bits() == 0);
        assert!(is_silent, "a device gives no audio");
    }

    fn sent(&self) -> Vec<u8> {
        self.wire.borrow().sent.clone()
    }

    fn heard(&mut self) -> Vec<Vec<u8>> {
        let mut scratch = Vec::new();
        std::iter::from_fn(|| Some(self.records.next(&mut scratch)?.bytes.to_vec())).collect()
    }

    fn lost_bytes(&mut self) -> u64 {
        let drain = |stream: &mut uart::UartStream| stream.capture().drain().lost();
        self.port.with_stream(KEYBOARD, drain).unwrap()
    }

    fn io_errors(&self) -> u64 {
        self.port.stream().render().io_errors
    }

    fn finish(mut self) {
        self.port.set_state(Stop).unwrap();
        let stats = self.port.stats();
        assert!(self.port.is_whole(), "{stats:?}");
        assert_eq!(stats.submitted, stats.delivered + stats.lost.total());
    }
}

#[test]
fn one_port_plays_to_a_device_and_listens_to_it() {
    let mut rack = Rack::running(64);
    rack.play(&[&[0x90, 60, 100], LONG]);
    rack.interrupt.raise(&[0x80, 61, 0], rack.port.stamp(0));
    rack.block(16);
    assert_eq!(rack.sent(), [&[0x90, 60, 100], LONG].concat());
    assert_eq!(rack.heard(), [[0x80, 61, 0]]);
    rack.finish();
}

#[test]
fn what_one_end_of_a_device_hears_the_other_may_play() {
    let mut rack = Rack::new(64);
    rack.port.set_thru(KEYBOARD, Some(PinId::MAIN)).unwrap();
    rack.port.set_state(Run).unwrap();
    rack.interrupt.raise(&[0x90, 60, 1], rack.port.stamp(0));
    rack.block(16);
    assert_eq!(rack.sent(), [0x90, 60, 1]);
    assert_eq!(rack.heard(), [[0x90, 60, 1]], "once, not round and round");
    rack.finish();
}

#[test]
fn a_callback_on_another_thread_is_answered_in_the_next_block() {
    let mut rack = Rack::running(64);
    let stamp = rack.port.stamp(0);
    let mut interrupt = rack.interrupt;
    let interrupt = thread::spawn(move || {
        interrupt.raise(&[0x90, 60], stamp);
        interrupt.raise(&[100], stamp);
        interrupt
    });
    rack.interrupt = interrupt.join().unwrap();
    assert_eq!(rack.heard(), [[0; 0]; 0], "not before a block");
    rack.block(16);
    assert_eq!(rack.heard(), [[0x90, 60, 100]]);
    rack.finish();
}

#[test]
fn a_partial_write_is_taken_up_again_in_the_block_its_timer_is_due_in() {
    let mut rack = Rack::running(64);
    let answers = [Answer::Room(4), Answer::Room(3)];
    rack.wire.borrow_mut().script.extend(answers);
    rack.play(&[LONG, &[0x90, 60, 100]]);
    rack.block(RETRY_FRAMES - 1);
    rack.block(1);
    assert_eq!(rack.wire.borrow().writes, [6], "the timer is not due");
    rack.block(RETRY_FRAMES);
    assert_eq!(rack.wire.borrow().writes, [6, 3]);
    rack.block(1);
    assert_eq!(rack.sent(), [LONG, &[0x90, 60, 100]].concat());
    rack.finish();
}

#[test]
fn a_device_unplugged_in_run_loses_what_is_played_and_runs_no_more() {
    let mut rack = Rack::running(64);
    rack.play(&[LONG]);
    rack.block(16);
    rack.wire.borrow_mut().is_plugged = false;
    rack.play(&[&[0x90, 60, 100], &[0x80, 60, 0]]);
    rack.block(16);
    assert_eq!((rack.sent(), rack.io_errors()), (LONG.to_vec(), 2));
    assert!(rack.port.is_whole(), "the driver keeps nothing");
    rack.port.set_state(Pause).unwrap();
    let error = rack.port.set_state(Run).unwrap_err();
    assert_eq!(error.reason, StateReason::Gone);
    assert_eq!(rack.port.state(), Pause);
    rack.finish();
}

#[test]
fn run_before_the_device_is_ready_fails_and_leaves_the_state_before() {
    let mut rack = Rack::new(64);
    rack.wire.borrow_mut().is_initialised = false;
    let error = rack.port.set_state(Run).unwrap_err();
    assert_eq!(
        (error.from, error.to, error.reason),
        (Pause, Run, StateReason::NotReady)
    );
    assert_eq!(rack.port.state(), Pause);
    // What is played meanwhile waits.
    rack.play(&[&[0x90, 60, 100]]);
    rack.block(16);
    assert_eq!(rack.sent(), [0; 0]);
    rack.wire.borrow_mut().is_initialised = true;
    rack.port.set_state(Run).unwrap();
    rack.block(16);
    assert_eq!(rack.sent(), [0x90, 60, 100]);
    rack.finish();
}

#[test]
fn two_devices_are_two_ports_and_notify_their_own() {
    let (mut first, mut second) = (Rack::running(64), Rack::running(64));
    first.interrupt.raise(&[0x90, 60, 1], first.port.stamp(0));
    second.interrupt.raise(&[61, 1, 0xC5], second.port.stamp(0));
    second.interrupt.raise(&[7], second.port.stamp(0));
    second.play(&[&[0xC0, 2]]);
    first.block(16);
    second.block(16);
    assert_eq!(first.heard(), [[0x90, 60, 1]]);
    assert_eq!(second.heard(), [[0xC5, 7]], "running status is its own");
    assert_eq!((first.sent(), second.sent()), (vec![], vec![0xC0, 2]));
    first.finish();
    second.finish();
}

#[test]
fn a_callback_in_stop_is_forgotten_and_not_heard_in_run() {
    for state in [Stop, Acquire] {
        let mut rack = Rack::new(64);
        rack.port.set_state(state).unwrap();
        rack.interrupt.raise(&[0x90, 60, 1], rack.port.stamp(0));
        rack.block(16);
        rack.interrupt.raise(&[0x90, 61, 1], rack.port.stamp(0));
        rack.port.set_state(Run).unwrap();
        rack.interrupt.raise(&[0x90, 62, 1], rack.port.stamp(0));
        rack.block(16);
        assert_eq!(rack.heard(), [[0x90, 62, 1]], "from {state}");
        rack.finish();
    }
}

#[test]
fn callbacks_go_on_while_the_port_goes_up_and_down_and_after_it_is_gone() {
    let mut rack = Rack::new(64);
    let mut clock = rack.port.latency_clock();
    let mut interrupt = rack.interrupt;
    let device = thread::spawn(move || {
        let mut stored = 0;
        for number in 0..20_000 {
            stored += interrupt.raise(&[0x90, 60, 1], clock.now());
            if number % 32 == 0 {
                thread::yield_now();
            }
        }
        (interrupt, stored)
    });
    let mut heard = 0;
    let states: [StreamState; 4] = [Run, Pause, Acquire, Stop];
    for state in states.into_iter().cycle().take(400) {
        let port = &mut rack.port;
        assert_no_alloc(|| port.set_state(state)).unwrap();
        assert!(state != Stop || rack.port.is_whole());
        let (mut left, mut right) = ([0.0; 16], [0.0; 16]);
        let port = &mut rack.port;
        assert_no_alloc(|| port.render(&mut left, &mut right));
        let mut scratch = Vec::new();
        while let Some(record) = rack.records.next(&mut scratch) {
            assert_eq!(record.bytes, [0x90, 60, 1], "a message in pieces");
            heard += 1;
        }
    }
    drop(rack.port);
    let (mut interrupt, stored) = device.join().unwrap();
    assert!(heard * 3 <= stored, "{heard} messages of {stored} bytes");
    // The port is gone, its device is not.
    interrupt.raise(&[0x90, 60, 1], ReferenceTime::ZERO);
}

#[test]
fn a_callback_without_bytes_is_not_served() {
    let mut rack = Rack::running(64);
    assert_eq!(rack.interrupt.raise(&[], rack.port.stamp(0)), 0);
    rack.block(16);
    assert_eq!(rack.heard(), [[0; 0]; 0]);
    let counts = rack.port.capture_stats(KEYBOARD).unwrap();
    assert_eq!((counts.sink.messages, counts.packed), (0, 0));
    rack.finish();
}

#[test]
fn an_interrupt_storm_keeps_the_oldest_and_counts_the_rest() {
    let mut rack = Rack::running(2);
    for number in 0..1_000_u16 {
        let key = u8::try_from(number % 128).unwrap();
        rack.interrupt.raise(&[0x90, key, 1], rack.port.stamp(0));
    }
    rack.block(16);
    assert_eq!(rack.heard(), [[0x90, 0, 1], [0x90, 1, 1]]);
    assert_eq!(
        (rack.interrupt.fifo.lost(), rack.lost_bytes()),
        (2_994, 2_994)
    );
    // After the storm all is as before.
    rack.interrupt.raise(&[0x90, 5, 1], rack.port.stamp(0));
    rack.block(16);
    assert_eq!(rack.heard(), [[0x90, 5, 1]]);
    rack.finish();
}

#[test]
fn a_closed_pin_lets_go_of_its_stream_and_may_be_opened_again() {
    let mut rack = Rack::running(64);
    let in_use = rack.port.open(StreamKind::Capture).unwrap_err();
    assert_eq!(in_use.to_string(), "port is in RUN, STOP is needed");
    rack.port.set_state(Stop).unwrap();
    let in_use = rack.port.open(StreamKind::Capture).unwrap_err();
    assert!(matches!(in_use, PortError::Stream(UartError::InUse)));
    rack.port.close(KEYBOARD).unwrap();
    assert_eq!(rack.port.open(StreamKind::Capture).unwrap(), KEYBOARD);
    rack.records = rack.port.take_records(KEYBOARD).unwrap();
    rack.port.set_state(Run).unwrap();
    rack.interrupt.raise(&[0x90, 60, 1], rack.port.stamp(0));
    rack.block(16);
    assert_eq!(rack.heard(), [[0x90, 60, 1]]);
    rack.finish();
}

#[test]
fn a_device_has_no_wave_pin() {
    let mut rack = Rack::new(64);
    let refused = rack.port.open(StreamKind::WaveSink).unwrap_err();
    assert_eq!(
        refused.to_string(),
        "no render pin is a synthesizer without a wave pin"
    );
    rack.finish();
}

#[test]
fn a_closed_pin_lets_go_of_its_stream_though_the_client_has_the_graph() {
    let mut rack = Rack::new(64);
    let mut graph = rack.port.take_graph_control().unwrap();
    let [stream, sink, _] = *rack.port.filters(KEYBOARD) else {
        panic!("a capture pin has three filters");
    };
    rack.port.close(KEYBOARD).unwrap();
    assert_eq!(rack.port.open(StreamKind::Capture).unwrap(), KEYBOARD);
    rack.records = rack.port.take_records(KEYBOARD).unwrap();
    graph.disconnect(stream, Some(sink)).unwrap();
    rack.port.set_state(Run).unwrap();
    assert!(graph.collect().is_err(), "there is no such filter any more");
    rack.interrupt.raise(&[0x90, 60, 1], rack.port.stamp(0));
    rack.block(16);
    assert_eq!(rack.heard(), [[0x90, 60, 1]]);
    rack.finish();
}

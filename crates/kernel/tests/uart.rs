//! A device with both kinds of stream: playing to it, listening to it, losing it.
#![expect(clippy::unwrap_used, clippy::panic, reason = "tests may")]

#[path = "fake/uart.rs"]
mod uart;

use std::{sync::Arc, thread};

use assert_no_alloc::assert_no_alloc;
use atomic_refcell::AtomicRefCell;
use dmus_kernel::{
    Allocator, EventBox, Miniport, Mxf, ReferenceTime, RenderCx, SampleRate, SampleTime, Stream,
    StreamRequest, StreamState,
    error::{ConnectError, StateReason},
    midi::ParserCounts,
    miniport::StreamKind,
    mxf::Joint,
    pool::{Claim, PoolConfig},
    port::{CaptureSink, PackedReader, packer},
};
use uart::{Answer, Interrupt, PATIENCE, RETRY, Uart, UartError, UartStream, WireRef};

#[cfg(debug_assertions)]
#[global_allocator]
static ALLOCATOR: assert_no_alloc::AllocDisabler = assert_no_alloc::AllocDisabler;

const RATE: u32 = 48_000;
/// Frames of the retry time.
const RETRY_FRAMES: i64 = 48;
const LONG: &[u8] = &[0xF0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 0xF7];

fn request(kind: StreamKind) -> StreamRequest {
    let mut request = StreamRequest::render(SampleRate::new(RATE).unwrap(), 1, 4_096);
    request.kind = kind;
    request
}

/// One stream of a device, with a pool and a clock.
struct Bench {
    allocator: Allocator,
    stream: UartStream,
    now: i64,
}

impl Bench {
    fn open(uart: &mut Uart, kind: StreamKind) -> Self {
        let stream = uart.new_stream(request(kind)).unwrap().stream;
        let allocator = Allocator::new(PoolConfig::default()).unwrap();
        Self {
            allocator,
            stream,
            now: 1_000,
        }
    }

    fn render<R>(&mut self, act: impl FnOnce(&mut UartStream, &mut RenderCx<'_>) -> R) -> R {
        let rate = SampleRate::new(RATE).unwrap();
        let now = SampleTime::new(self.now);
        let mut cx = RenderCx::new(&mut self.allocator, rate, now, now);
        assert_no_alloc(|| act(&mut self.stream, &mut cx))
    }

    /// Steps to a state, one at a time; `from` is the state in force.
    fn go(&mut self, from: StreamState, to: StreamState) -> Result<(), StateReason> {
        let steps = std::iter::successors(from.step_towards(to), |state| state.step_towards(to));
        self.render(|stream, cx| {
            for state in steps {
                assert_no_alloc(|| stream.set_state(state, cx))?;
            }
            Ok(())
        })
    }

    fn run(mut self) -> Self {
        self.go(StreamState::Stop, StreamState::Run).unwrap();
        // The timer that the step to RUN armed is due at once.
        self.service();
        self
    }

    fn service(&mut self) {
        self.render(|stream, cx| assert_no_alloc(|| stream.service(cx)));
    }

    fn play(&mut self, messages: &[&[u8]]) {
        self.render(|stream, cx| {
            let mut chain: Option<EventBox> = None;
            for bytes in messages {
                let mut event = cx.allocator.get_message(Claim::Ordinary).unwrap();
                cx.allocator.write(&mut event, bytes).unwrap();
                chain = Some(match chain {
                    Some(chain) => cx.allocator.join(chain, event),
                    None => event,
                });
            }
            assert_no_alloc(|| stream.put_message(chain.unwrap(), cx));
        });
    }

    fn finish(mut self) {
        self.go(StreamState::Run, StreamState::Stop).unwrap();
        assert!(self.allocator.pool().is_whole());
    }
}

fn script(wire: &WireRef, answers: &[Answer]) {
    wire.borrow_mut().script.extend(answers);
}

fn sent(wire: &WireRef) -> Vec<u8> {
    wire.borrow().sent.clone()
}

#[test]
fn a_device_that_takes_everything_is_sent_everything_at_once() {
    let (mut uart, _) = Uart::new(16);
    let mut bench = Bench::open(&mut uart, StreamKind::Render).run();
    bench.play(&[&[0x90, 60, 100], LONG, &[0xF8]]);
    assert_eq!(
        sent(&uart.wire()),
        [&[0x90, 60, 100], LONG, &[0xF8]].concat()
    );
    assert!(bench.stream.render().is_idle() && bench.allocator.pool().is_whole());
    bench.finish();
}

#[test]
fn a_partial_write_goes_on_where_it_stopped_when_the_timer_is_due() {
    let (mut uart, _) = Uart::new(16);
    let wire = uart.wire();
    let mut bench = Bench::open(&mut uart, StreamKind::Render).run();
    script(&wire, &[Answer::Room(4), Answer::Room(3)]);
    bench.play(&[LONG, &[0x90, 60, 100]]);
    assert_eq!(
        wire.borrow().writes,
        [6],
        "the group of three begun is finished"
    );
    bench.now += RETRY_FRAMES - 1;
    bench.service();
    assert_eq!(wire.borrow().writes, [6], "the timer is not due");
    bench.now += 1;
    bench.service();
    assert_eq!(wire.borrow().writes, [6, 3]);
    bench.now += RETRY_FRAMES;
    bench.service();
    assert_eq!(sent(&wire), [LONG, &[0x90, 60, 100]].concat());
    assert_eq!(
        SampleRate::new(RATE)
            .unwrap()
            .sample_to_ref(SampleTime::new(RETRY_FRAMES)),
        RETRY
    );
    bench.finish();
}

#[test]
fn while_the_timer_is_armed_new_events_only_wait_their_turn() {
    let (mut uart, _) = Uart::new(16);
    let wire = uart.wire();
    let mut bench = Bench::open(&mut uart, StreamKind::Render).run();
    script(&wire, &[Answer::Room(0)]);
    bench.play(&[&[0x90, 1, 1]]);
    bench.play(&[&[0x90, 2, 2]]);
    bench.play(&[&[0x90, 3, 3]]);
    assert_eq!(sent(&wire), []);
    bench.now += RETRY_FRAMES;
    bench.service();
    assert_eq!(sent(&wire), [0x90, 1, 1, 0x90, 2, 2, 0x90, 3, 3]);
    bench.finish();
}

#[test]
fn a_write_that_fails_drops_its_event_and_the_next_is_sent() {
    let (mut uart, _) = Uart::new(16);
    let wire = uart.wire();
    let mut bench = Bench::open(&mut uart, StreamKind::Render).run();
    script(&wire, &[Answer::Room(3), Answer::Broken]);
    bench.play(&[LONG, &[0x90, 60, 100]]);
    bench.now += RETRY_FRAMES;
    bench.service();
    assert_eq!(sent(&wire), [&LONG[..3], &[0x90, 60, 100]].concat());
    assert_eq!(bench.stream.render().io_errors, 1);
    bench.finish();
}

#[test]
fn a_device_that_is_busy_a_hundred_times_is_broken_and_is_given_another_hundred() {
    let (mut uart, _) = Uart::new(16);
    let wire = uart.wire();
    let mut bench = Bench::open(&mut uart, StreamKind::Render).run();
    script(&wire, &vec![Answer::Room(0); 2 * PATIENCE as usize - 1]);
    bench.play(&[&[0x90, 1, 1], &[0x90, 2, 2]]);
    for _ in 0..PATIENCE - 2 {
        bench.now += RETRY_FRAMES;
        bench.service();
    }
    assert_eq!(bench.stream.render().io_errors, 0, "99 writes of nothing");
    for _ in 0..PATIENCE {
        bench.now += RETRY_FRAMES;
        bench.service();
    }
    assert_eq!(bench.stream.render().io_errors, 1);
    assert_eq!(sent(&wire), [0x90, 2, 2], "the count began anew");
    bench.finish();
}

#[test]
fn events_are_held_in_pause_and_flow_with_the_first_service_in_run() {
    let (mut uart, _) = Uart::new(16);
    let wire = uart.wire();
    let mut bench = Bench::open(&mut uart, StreamKind::Render);
    bench.go(StreamState::Stop, StreamState::Pause).unwrap();
    bench.play(&[&[0x90, 1, 1]]);
    bench.service();
    assert_eq!(sent(&wire), []);
    bench.go(StreamState::Pause, StreamState::Run).unwrap();
    bench.service();
    assert_eq!(sent(&wire), [0x90, 1, 1]);
    bench.finish();
}

#[test]
fn stop_forgets_the_queue_and_how_far_it_was_sent() {
    let (mut uart, _) = Uart::new(16);
    let wire = uart.wire();
    let mut bench = Bench::open(&mut uart, StreamKind::Render).run();
    script(&wire, &[Answer::Room(3)]);
    bench.play(&[LONG, LONG]);
    bench.go(StreamState::Run, StreamState::Stop).unwrap();
    assert!(bench.stream.render().is_idle() && bench.allocator.pool().is_whole());
    bench.play(&[&[0x90, 1, 1]]);
    assert!(bench.allocator.pool().is_whole(), "discarded in STOP");
    let mut bench = bench.run();
    bench.play(&[&[0x80, 9, 9]]);
    assert_eq!(sent(&wire), [&LONG[..3], &[0x80, 9, 9]].concat());
    bench.finish();
}

#[test]
fn a_package_is_sent_in_order_and_an_empty_event_is_recycled() {
    let (mut uart, _) = Uart::new(16);
    let mut bench = Bench::open(&mut uart, StreamKind::Render).run();
    bench.play(&[&[]]);
    bench.render(|stream, cx| {
        let event = |bytes: &[u8], cx: &mut RenderCx<'_>| {
            let mut event = cx.allocator.get_message(Claim::Ordinary).unwrap();
            cx.allocator.write(&mut event, bytes).unwrap();
            event
        };
        let (first, inner, last) = (event(&[1], cx), event(&[2], cx), event(&[3], cx));
        let mut shell = event(&[], cx);
        cx.allocator.set_package(&mut shell, inner).unwrap();
        let chain = cx.allocator.join(first, shell);
        let chain = cx.allocator.join(chain, last);
        assert_no_alloc(|| stream.put_message(chain, cx));
    });
    assert_eq!(sent(&uart.wire()), [1, 2, 3]);
    bench.finish();
}

#[test]
fn a_device_that_is_not_ready_refuses_to_run_and_stays_in_pause() {
    for kind in [StreamKind::Render, StreamKind::Capture] {
        let (mut uart, _) = Uart::new(16);
        uart.wire().borrow_mut().is_initialised = false;
        let mut bench = Bench::open(&mut uart, kind);
        let refused = bench.go(StreamState::Stop, StreamState::Run);
        assert_eq!(refused, Err(StateReason::NotReady));
        uart.wire().borrow_mut().is_initialised = true;
        bench.go(StreamState::Pause, StreamState::Run).unwrap();
        bench.finish();
    }
}

#[test]
fn a_device_unplugged_in_run_loses_what_is_played_and_comes_home_whole() {
    let (mut uart, _) = Uart::new(16);
    let wire = uart.wire();
    let mut bench = Bench::open(&mut uart, StreamKind::Render).run();
    script(&wire, &[Answer::Room(3)]);
    bench.play(&[LONG, &[0x90, 1, 1]]);
    wire.borrow_mut().is_plugged = false;
    bench.now += RETRY_FRAMES;
    bench.service();
    bench.play(&[&[0x80, 1, 1]]);
    assert_eq!(
        (sent(&wire), bench.stream.render().io_errors),
        (LONG[..3].to_vec(), 3)
    );
    assert!(bench.allocator.pool().is_whole());
    bench.go(StreamState::Run, StreamState::Pause).unwrap();
    assert_eq!(
        bench.go(StreamState::Pause, StreamState::Run),
        Err(StateReason::Gone)
    );
    bench.finish();
}

#[test]
fn a_device_has_one_stream_of_each_kind_and_no_other() {
    let (mut uart, _) = Uart::new(16);
    assert_eq!(uart.caps().max_channel_groups, 1);
    for kind in [StreamKind::Render, StreamKind::Capture] {
        let open = uart.new_stream(request(kind)).unwrap();
        assert_eq!(
            uart.new_stream(request(kind)).unwrap_err(),
            UartError::InUse
        );
        drop(open);
        let mut again = uart.new_stream(request(kind)).unwrap();
        assert_eq!(again.schedule_prefetch.units(), 0);
        assert!(again.stream.synth_sink().is_none() && again.stream.synth_node().is_none());
    }
    let wave = uart.new_stream(request(StreamKind::WaveSink));
    assert_eq!(wave.unwrap_err(), UartError::NoSuchKind);
}

/// A capture stream joined to a sink and a packer, all in RUN.
fn listening(uart: &mut Uart) -> (Bench, Arc<AtomicRefCell<CaptureSink>>, PackedReader) {
    let mut bench = Bench::open(uart, StreamKind::Capture);
    let (mut packer, reader) = packer(1 << 20);
    let mut sink = CaptureSink::new();
    bench.render(|_, cx| {
        assert_no_alloc(|| packer.set_state(StreamState::Run, cx)).unwrap();
        assert_no_alloc(|| sink.set_state(StreamState::Run, cx)).unwrap();
    });
    sink.connect_output(Arc::new(AtomicRefCell::new(packer)))
        .unwrap();
    let sink = Arc::new(AtomicRefCell::new(sink));
    bench
        .stream
        .connect_output(Arc::clone(&sink) as Joint)
        .unwrap();
    (bench.run(), sink, reader)
}

fn heard(reader: &mut PackedReader) -> Vec<(i64, u16, Vec<u8>)> {
    let mut scratch = Vec::new();
    let mut heard = Vec::new();
    while let Some(record) = reader.next(&mut scratch) {
        heard.push((
            record.time.units(),
            record.group.number(),
            record.bytes.to_vec(),
        ));
    }
    heard
}

fn at(units: i64) -> ReferenceTime {
    ReferenceTime::new(units)
}

#[test]
fn a_capture_stream_hands_on_what_the_callback_stored_with_its_time_in_group_one() {
    let (mut uart, mut interrupt) = Uart::new(64);
    let (mut bench, _sink, mut reader) = listening(&mut uart);
    interrupt.raise(&[0x90, 60], at(5));
    interrupt.raise(&[100], at(6));
    assert_eq!(uart.signal().take(), 1);
    bench.service();
    assert_eq!(heard(&mut reader), [(5, 1, vec![0x90, 60, 100])]);
    bench.finish();
}

#[test]
fn a_thousand_callbacks_are_one_service_and_every_byte_arrives() {
    let (mut uart, mut interrupt) = Uart::new(4_000);
    let (mut bench, _sink, mut reader) = listening(&mut uart);
    for number in 0..1_000 {
        interrupt.raise(&[0x90, 60, 1], at(number));
    }
    assert_eq!((uart.signal().take(), uart.signal().take()), (1, 0));
    bench.service();
    assert_eq!(heard(&mut reader).len(), 1_000);
    bench.finish();
}

#[test]
fn a_callback_without_bytes_asks_for_no_service() {
    let (mut uart, mut interrupt) = Uart::new(64);
    let (mut bench, _sink, mut reader) = listening(&mut uart);
    assert_eq!(interrupt.raise(&[], at(5)), 0);
    assert_eq!(uart.signal().take(), 0);
    bench.service();
    assert_eq!(heard(&mut reader), []);
    bench.finish();
}

#[test]
fn what_arrives_below_pause_is_thrown_away_and_what_arrives_in_pause_is_not() {
    let (mut uart, mut interrupt) = Uart::new(64);
    let (mut bench, _sink, mut reader) = listening(&mut uart);
    bench.go(StreamState::Run, StreamState::Stop).unwrap();
    interrupt.raise(&[0x90, 1, 1], at(1));
    bench.go(StreamState::Stop, StreamState::Acquire).unwrap();
    interrupt.raise(&[0x90, 2, 2], at(2));
    bench.service();
    interrupt.raise(&[0x90, 3, 3], at(3));
    bench.go(StreamState::Acquire, StreamState::Pause).unwrap();
    interrupt.raise(&[0x90, 4, 4], at(4));
    bench.service();
    bench.go(StreamState::Pause, StreamState::Run).unwrap();
    interrupt.raise(&[0x90, 5, 5], at(5));
    bench.service();
    let keys: Vec<u8> = heard(&mut reader)
        .iter()
        .map(|(_, _, bytes)| bytes[1])
        .collect();
    assert_eq!(keys, [4, 5]);
    bench.finish();
}

#[test]
fn stop_empties_the_fifo() {
    let (mut uart, mut interrupt) = Uart::new(2);
    let (mut bench, _sink, mut reader) = listening(&mut uart);
    interrupt.raise(&[0x90, 1, 1], at(1));
    bench.go(StreamState::Run, StreamState::Stop).unwrap();
    assert!(bench.stream.capture().drain().is_empty());
    let mut bench = bench.run();
    interrupt.raise(&[0x90, 2, 2], at(2));
    bench.service();
    assert_eq!(heard(&mut reader), [(2, 1, vec![0x90, 2, 2])]);
    bench.finish();
}

#[test]
fn an_interrupt_storm_drops_the_newest_and_counts_it() {
    let (mut uart, mut interrupt) = Uart::new(1);
    let (mut bench, _sink, mut reader) = listening(&mut uart);
    for number in 0..1_000 {
        interrupt.raise(&[0x90, 60, 1], at(number));
    }
    bench.service();
    assert_eq!(heard(&mut reader), [(0, 1, vec![0x90, 60, 1])]);
    let lost = (interrupt.fifo.lost(), bench.stream.capture().drain().lost());
    assert_eq!(lost, (2_997, 2_997));
    bench.finish();
}

#[test]
fn a_capture_stream_connects_once_and_a_render_stream_never() {
    let (mut uart, _) = Uart::new(16);
    let sink: Joint = Arc::new(AtomicRefCell::new(CaptureSink::new()));
    let other: Joint = Arc::new(AtomicRefCell::new(CaptureSink::new()));
    let mut bench = Bench::open(&mut uart, StreamKind::Capture);
    let stream = &mut bench.stream;
    stream.connect_output(Arc::clone(&sink)).unwrap();
    assert_eq!(
        stream.connect_output(Arc::clone(&other)),
        Err(ConnectError::Connected)
    );
    assert_eq!(
        stream.disconnect_output(Some(&other)),
        Err(ConnectError::NotThisSink)
    );
    stream.disconnect_output(Some(&sink)).unwrap();
    stream.disconnect_output(None).unwrap();
    let mut bench = Bench::open(&mut uart, StreamKind::Render);
    assert_eq!(
        bench.stream.connect_output(sink),
        Err(ConnectError::NoOutput)
    );
    assert_eq!(
        bench.stream.disconnect_output(None),
        Err(ConnectError::NoOutput)
    );
}

#[test]
fn a_capture_stream_without_an_output_recycles_what_it_hears() {
    let (mut uart, mut interrupt) = Uart::new(64);
    let mut bench = Bench::open(&mut uart, StreamKind::Capture).run();
    interrupt.raise(&[0x90, 60, 100], at(5));
    bench.service();
    bench.play(&[&[0x90, 60, 100]]);
    assert!(bench.allocator.pool().is_whole());
    assert!(bench.stream.capture().drain().is_empty());
    bench.finish();
}

#[test]
fn a_capture_device_unplugged_in_run_is_silent_and_does_not_run_again() {
    let (mut uart, mut interrupt) = Uart::new(64);
    let (mut bench, sink, mut reader) = listening(&mut uart);
    interrupt.raise(&[0x90, 60], at(5));
    bench.service();
    uart.wire().borrow_mut().is_plugged = false;
    bench.service();
    assert_eq!(heard(&mut reader), []);
    bench.go(StreamState::Run, StreamState::Pause).unwrap();
    assert_eq!(
        bench.go(StreamState::Pause, StreamState::Run),
        Err(StateReason::Gone)
    );
    assert_eq!(sink.borrow().counts().lost, 0);
    bench.finish();
}

#[test]
fn two_devices_keep_their_running_status_to_themselves() {
    let (mut first, mut second) = (Uart::new(64), Uart::new(64));
    let (mut one, _one_sink, mut one_reader) = listening(&mut first.0);
    let (mut two, _two_sink, mut two_reader) = listening(&mut second.0);
    first.1.raise(&[0x90, 60, 1], at(1));
    second.1.raise(&[0xC5, 7], at(2));
    first.1.raise(&[61, 1], at(3));
    second.1.raise(&[8], at(4));
    one.service();
    two.service();
    let expected = [(1, 1, vec![0x90, 60, 1]), (3, 1, vec![0x90, 61, 1])];
    assert_eq!(heard(&mut one_reader), expected);
    assert_eq!(
        heard(&mut two_reader),
        [(2, 1, vec![0xC5, 7]), (4, 1, vec![0xC5, 8])]
    );
    one.finish();
    two.finish();
}

/// The callback goes on while the stream goes up and down: nothing may break, all comes home.
#[test]
fn callbacks_during_every_change_of_state_do_no_harm() {
    let (mut uart, interrupt) = Uart::new(64);
    let (mut bench, sink, mut reader) = listening(&mut uart);
    let device = thread::spawn(move || storm(interrupt));
    let mut records = 0;
    while !device.is_finished() {
        bench.service();
        records += heard(&mut reader).len();
        bench.go(StreamState::Run, StreamState::Stop).unwrap();
        bench.render(|_, cx| {
            sink.borrow_mut().set_state(StreamState::Stop, cx).unwrap();
            sink.borrow_mut().set_state(StreamState::Run, cx).unwrap();
        });
        assert!(bench.allocator.pool().is_whole());
        bench = bench.run();
        thread::yield_now();
    }
    let stored = device.join().unwrap();
    assert!(records * 3 <= stored, "{records} records of {stored} bytes");
    bench.finish();
}

fn storm(mut interrupt: Interrupt) -> usize {
    (0..20_000)
        .map(|number| {
            if number % 32 == 0 {
                thread::yield_now();
            }
            interrupt.raise(&[0x90, 60, 1], at(number))
        })
        .sum()
}

/// Three callbacks on three threads, one service routine: each device's notes arrive whole, in order
/// and with their own stamps, whatever the others do.
#[test]
fn three_devices_on_three_threads_lose_nothing_and_mix_nothing() {
    const NOTES: i64 = 5_000;
    let mut devices = Vec::new();
    for channel in 0..3_u8 {
        let (mut uart, mut interrupt) = Uart::new(256);
        let (bench, sink, reader) = listening(&mut uart);
        let device = thread::spawn(move || {
            for number in 0..NOTES {
                let key = u8::try_from(number % 128).unwrap();
                // Status only now and then; each byte on its own.
                let status = (number % 100 == 0).then_some(0x90 | channel);
                for byte in status.into_iter().chain([key, channel]) {
                    while interrupt.fifo.room() == 0 {
                        thread::yield_now();
                    }
                    assert_eq!(interrupt.raise(&[byte], at(number)), 1);
                }
            }
        });
        devices.push((channel, uart, bench, sink, reader, device, 0));
    }
    while devices.iter().any(|(.., next)| *next < NOTES) {
        for (channel, uart, bench, _, reader, _, next) in &mut devices {
            if uart.signal().take() == 0 {
                thread::yield_now();
            }
            bench.service();
            for record in heard(reader) {
                let key = u8::try_from(*next % 128).unwrap();
                assert_eq!(record, (*next, 1, vec![0x90 | *channel, key, *channel]));
                *next += 1;
            }
        }
    }
    for (_, _, bench, sink, _, device, _) in devices {
        device.join().unwrap();
        assert_eq!(
            (
                bench.stream.capture().drain().lost(),
                sink.borrow().counts().lost
            ),
            (0, 0)
        );
        assert_eq!(sink.borrow().counts().parser, ParserCounts::default());
        bench.finish();
    }
}

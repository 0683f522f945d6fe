//! A port with everything attached, driven by random steps.
//!
//! Two instruments and two keyboards, what is played going through, a filter that holds events
//! between a keyboard and its sink, history and properties. Whatever the render side may do is done
//! under a guard against allocation.

use std::{sync::Arc, thread, thread::JoinHandle};

use assert_no_alloc::assert_no_alloc;
use atomic_refcell::AtomicRefCell;
use dmus_kernel::{
    ChannelGroup, EventBox, MusicBuffer, Mxf, Port, PortConfig, ReferenceTime, RenderCx,
    SampleRate, SampleTime,
    StreamState::{self, Pause, Run, Stop},
    clock::LatencyClock,
    error::{ConnectError, StateReason},
    graph::{FilterId, GraphControl},
    history::history,
    miniport::StreamKind,
    mxf::{Joint, Output},
    port::{PackedReader, PinId, RawDoor},
    property::{PropertyControl, properties},
};
use proptest::prelude::*;

use super::{
    property_pin,
    recorder::Heard,
    studio::{Cable, Grouping, Studio, studio},
};

/// The two instruments.
pub(crate) const SYNTHS: [PinId; 2] = [PinId::MAIN, PinId::Render(1)];
/// The two keyboards.
pub(crate) const KEYBOARDS: [PinId; 2] = [PinId::Capture(0), PinId::Capture(1)];
const PINS: [PinId; 4] = [SYNTHS[0], SYNTHS[1], KEYBOARDS[0], KEYBOARDS[1]];
/// Longest block.
const BLOCK: usize = 700;

/// How small everything is, and who else is there.
#[derive(Clone, Debug)]
pub(crate) struct Setup {
    pub(crate) config: PortConfig,
    /// Bytes of each keyboard's FIFO.
    pub(crate) fifos: [usize; 2],
    /// Three threads of devices play all the time.
    pub(crate) is_stormy: bool,
    /// The client has the graph; otherwise pins are closed and opened.
    pub(crate) edits_graph: bool,
}

/// 48 kHz, four groups.
pub(crate) fn ample() -> PortConfig {
    PortConfig {
        channel_groups: 4,
        events: 4_096,
        long_buffers: 64,
        buffer_size: 64,
        sequencer: 4_096,
        ..PortConfig::new(SampleRate::new(48_000).unwrap())
    }
}

fn any_config() -> impl Strategy<Value = PortConfig> {
    (
        prop_oneof![Just(44_100), Just(48_000), Just(8_000)],
        prop_oneof![Just(1_u32), Just(7), Just(64), Just(1_024)],
        prop_oneof![Just(0_u32), Just(2), Just(16)],
        prop_oneof![Just(9_u16), Just(64)],
        prop_oneof![Just(1_u32), Just(16), Just(1_024)],
    )
        .prop_map(
            |(rate, events, long_buffers, buffer_size, sequencer)| PortConfig {
                sample_rate: SampleRate::new(rate).unwrap(),
                events,
                long_buffers,
                buffer_size,
                sequencer,
                ..ample()
            },
        )
}

pub(crate) fn any_setup() -> impl Strategy<Value = Setup> {
    let fifo = prop_oneof![Just(1_usize), Just(64)];
    let flags = (prop::bool::weighted(0.2), any::<bool>());
    (any_config(), [fifo.clone(), fifo], flags).prop_map(
        |(config, fifos, (is_stormy, edits_graph))| Setup {
            config,
            fifos,
            is_stormy,
            edits_graph,
        },
    )
}

/// One record for the event door.
#[derive(Clone, Debug)]
pub(crate) struct Packed {
    pub(crate) group: u16,
    /// After the next frame, 100 ns.
    pub(crate) delta: i64,
    pub(crate) is_structured: bool,
    pub(crate) bytes: Vec<u8>,
}

#[derive(Clone, Debug)]
pub(crate) enum Step {
    Submit(usize, Vec<Packed>),
    /// Records that are none.
    Garbage(usize, i64, Vec<u8>),
    /// Records of the raw door, cut short by some bytes.
    Packet(Vec<(u32, Vec<u8>)>, usize),
    Device(usize, Vec<u8>),
    Notify,
    Render(usize),
    Go(StreamState),
    Refuse(usize, Option<StreamState>),
    /// A stream holds what it is given until STOP.
    Keep(usize, bool),
    Thru(usize, Option<usize>),
    /// The filter is put behind a keyboard, or taken out.
    Edit(usize),
    /// A keyboard's stream feeds nothing, or its sink again.
    Cut(usize),
    Groups(u16),
    Property(u32, i32),
    Reset,
    /// Everything is closed, given other sizes, opened again.
    Rebuild(PortConfig),
}

fn any_byte() -> impl Strategy<Value = u8> {
    prop_oneof![
        5 => 0_u8..0x80,
        2 => 0x80_u8..0xF0,
        1 => 0xF0_u8..=0xFF,
        1 => Just(0xF7_u8),
    ]
}

fn any_bytes(most: usize) -> impl Strategy<Value = Vec<u8>> {
    prop::collection::vec(any_byte(), 0..most)
}

fn channel_message() -> impl Strategy<Value = Vec<u8>> {
    (0x80_u8..0xF0, 0_u8..128, 0_u8..128).prop_map(|(status, first, second)| match status {
        0xC0..=0xDF => vec![status, first],
        _ => vec![status, first, second],
    })
}

fn exclusive() -> impl Strategy<Value = Vec<u8>> {
    prop::collection::vec(0_u8..128, 0..150).prop_map(|data| {
        let ends = |edge| std::iter::once(edge);
        ends(0xF0).chain(data).chain(ends(0xF7)).collect()
    })
}

fn any_packed() -> impl Strategy<Value = Packed> {
    let delta = prop_oneof![
        8 => 0_i64..200_000,
        1 => -200_000_i64..0,
        1 => any::<i64>(),
    ];
    let bytes = prop_oneof![
        6 => channel_message().prop_map(|bytes| (true, bytes)),
        2 => exclusive().prop_map(|bytes| (false, bytes)),
        1 => Just((false, vec![0xF8])),
        2 => (any::<bool>(), any_bytes(12)),
    ];
    (0_u16..6, delta, bytes).prop_map(|(group, delta, (is_structured, bytes))| Packed {
        group,
        delta,
        is_structured,
        bytes,
    })
}

pub(crate) fn any_state() -> impl Strategy<Value = StreamState> {
    prop_oneof![
        2 => Just(Stop),
        1 => Just(StreamState::Acquire),
        2 => Just(Pause),
        6 => Just(Run),
    ]
}

pub(crate) fn any_step() -> impl Strategy<Value = Step> {
    let two = 0_usize..2;
    let packed = prop::collection::vec(any_packed(), 0..24);
    let raw = prop::collection::vec((0_u32..6, any_bytes(40)), 0..6);
    let thru = prop::option::of(two.clone());
    let refusal = prop::option::weighted(0.4, any_state());
    prop_oneof![
        8 => (two.clone(), packed).prop_map(|(pin, records)| Step::Submit(pin, records)),
        1 => (two.clone(), any::<i64>(), prop::collection::vec(any::<u8>(), 0..80))
            .prop_map(|(pin, start, bytes)| Step::Garbage(pin, start, bytes)),
        3 => (raw, 0_usize..6).prop_map(|(records, cut)| Step::Packet(records, cut)),
        5 => (two.clone(), any_bytes(40)).prop_map(|(cable, bytes)| Step::Device(cable, bytes)),
        1 => Just(Step::Notify),
        10 => (0..BLOCK).prop_map(Step::Render),
        5 => any_state().prop_map(Step::Go),
        2 => (0_usize..4, refusal).prop_map(|(pin, state)| Step::Refuse(pin, state)),
        1 => (two.clone(), any::<bool>()).prop_map(|(pin, keeps)| Step::Keep(pin, keeps)),
        2 => (two.clone(), thru).prop_map(|(from, to)| Step::Thru(from, to)),
        2 => two.clone().prop_map(Step::Edit),
        1 => two.prop_map(Step::Cut),
        1 => (0_u16..6).prop_map(Step::Groups),
        1 => (0_u32..6, -3_000_i32..3_000).prop_map(|(groups, gain)| Step::Property(groups, gain)),
        1 => Just(Step::Reset),
        1 => any_config().prop_map(Step::Rebuild),
    ]
}

pub(crate) fn any_steps() -> impl Strategy<Value = Vec<Step>> {
    prop::collection::vec(any_step(), 1..60).prop_map(|mut steps| {
        // Most runs should run.
        steps.insert(0, Step::Go(Run));
        steps
    })
}

/// Holds each chain until the next comes, or until STOP.
#[derive(Debug)]
struct Hoard {
    state: StreamState,
    held: Option<EventBox>,
    output: Output,
}

impl Mxf for Hoard {
    fn put_message(&mut self, chain: EventBox, cx: &mut RenderCx<'_>) {
        if self.state == Stop {
            return cx.allocator.put_message(chain);
        }
        if let Some(before) = self.held.replace(chain) {
            self.output.put_message(before, cx);
        }
    }

    fn set_state(&mut self, state: StreamState, cx: &mut RenderCx<'_>) -> Result<(), StateReason> {
        assert_eq!(self.state.step_towards(state), Some(state), "a step apart");
        self.state = state;
        if let Some(held) = self.held.take_if(|_| state == Stop) {
            cx.allocator.put_message(held);
        }
        Ok(())
    }

    fn connect_output(&mut self, sink: Joint) -> Result<(), ConnectError> {
        self.output.connect(sink)
    }

    fn disconnect_output(&mut self, sink: Option<&Joint>) -> Result<(), ConnectError> {
        self.output.disconnect(sink).map(drop)
    }
}

/// Where the clocks stood before a step.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Before {
    pub(crate) now: SampleTime,
    pub(crate) time: ReferenceTime,
    pub(crate) position: SampleTime,
    pub(crate) state: StreamState,
}

/// What one instrument was given, as far as the test knows.
#[derive(Clone, Debug, Default)]
pub(crate) struct Ledger {
    /// Messages its pin has said to have been given.
    pub(crate) given: u64,
    /// Whole messages heard.
    pub(crate) heard: u64,
    /// Of these, those whose time had passed.
    pub(crate) late: u64,
    /// The last message came at this master frame.
    pub(crate) last: Option<i64>,
    /// Heard in the last step.
    pub(crate) fresh: Vec<Heard>,
    pub(crate) ever_kept: bool,
    /// The last state its stream entered.
    pub(crate) state: StreamState,
}

pub(crate) struct World {
    pub(crate) port: Port<Studio>,
    pub(crate) synths: [Ledger; 2],
    /// Something may have gone through to an instrument.
    pub(crate) ever_thru: bool,
    /// Messages captured in the last step, by keyboard, and the number of all.
    pub(crate) records: [Vec<Vec<u8>>; 2],
    pub(crate) recorded: [u64; 2],
    /// The last change of state was not refused.
    pub(crate) went: bool,
    pub(crate) latency: LatencyClock,
    pub(crate) last_latency: ReferenceTime,
    readers: [Option<PackedReader>; 2],
    graph: Option<GraphControl>,
    /// The filter behind each keyboard.
    hoards: [Option<FilterId>; 2],
    cut: [bool; 2],
    cables: Vec<Cable>,
    storm: Vec<JoinHandle<()>>,
    door: RawDoor,
    properties: PropertyControl,
    buffer: MusicBuffer,
    block: [Vec<f32>; 2],
}

impl World {
    pub(crate) fn new(setup: &Setup) -> Self {
        let (mut port, mut cables) = studio(setup.config, &setup.fifos, Grouping::OwnRegistered);
        port.open(StreamKind::Render).unwrap();
        let (history, _) = history(0, 4);
        assert!(port.set_history(Some(history)).is_none());
        let (properties, node) = properties(property_pin::config());
        assert!(port.set_properties(Some(node)).is_none());
        let graph = setup
            .edits_graph
            .then(|| port.take_graph_control().unwrap());
        let mut storm = Vec::new();
        if setup.is_stormy {
            let clock = port.latency_clock();
            storm.extend(cables.drain(..).map(|cable| play(cable, clock.clone())));
            storm.push(watch(&port));
        }
        let readers = KEYBOARDS.map(|pin| port.take_records(pin));
        let latency = port.latency_clock();
        Self {
            port,
            synths: Default::default(),
            ever_thru: false,
            records: Default::default(),
            recorded: [0; 2],
            went: true,
            latency,
            last_latency: ReferenceTime::MIN,
            readers,
            graph,
            hoards: [None; 2],
            cut: [false; 2],
            cables,
            storm,
            door: RawDoor::new(ChannelGroup::FIRST),
            properties,
            buffer: MusicBuffer::with_capacity(1 << 16),
            block: [vec![9.0; BLOCK], vec![9.0; BLOCK]],
        }
    }

    pub(crate) fn before(&self) -> Before {
        Before {
            now: self.port.now(),
            time: self.port.master_clock().now(),
            position: self.port.position(),
            state: self.port.state(),
        }
    }

    /// Takes one step, then looks at what came of it.
    pub(crate) fn act(&mut self, step: &Step) {
        match step {
            Step::Submit(pin, records) => self.submit(*pin, records),
            Step::Garbage(pin, start, bytes) => {
                self.buffer.load(ReferenceTime::new(*start), bytes).unwrap();
                self.send(*pin);
            }
            Step::Packet(records, cut) => self.packet(records, *cut),
            Step::Device(cable, bytes) => {
                let stamp = self.port.stamp(0);
                if let Some(cable) = self.cables.get_mut(*cable) {
                    assert_no_alloc(|| cable.says(bytes, stamp));
                }
            }
            Step::Notify => {
                let notifier = self.port.notifier();
                assert_no_alloc(|| notifier.notify(None));
            }
            Step::Render(frames) => self.render(*frames),
            Step::Go(state) => self.go(*state),
            Step::Refuse(pin, state) => {
                self.port
                    .with_stream(PINS[*pin], |stream| stream.refuse(*state));
            }
            Step::Keep(pin, keeps) => {
                self.synths[*pin].ever_kept |= keeps;
                self.port
                    .with_stream(SYNTHS[*pin], |stream| stream.synth().tape.keeps = *keeps);
            }
            Step::Thru(from, to) => {
                self.ever_thru |= to.is_some();
                let (from, to) = (KEYBOARDS[*from], to.map(|to| SYNTHS[to]));
                let port = &mut self.port;
                assert_no_alloc(|| port.set_thru(from, to)).unwrap();
            }
            Step::Edit(keyboard) => self.edit(*keyboard),
            Step::Cut(keyboard) => self.cut(*keyboard),
            Step::Groups(groups) => {
                let port = &mut self.port;
                assert_no_alloc(|| port.set_channel_groups(*groups));
            }
            Step::Property(groups, gain) => {
                // Most values are refused, and so is all while the ring is full.
                let _set = self.properties.set_channel_groups(*groups);
                let _set = self.properties.set_volume(*gain);
            }
            Step::Reset => {
                let port = &mut self.port;
                let _refused = assert_no_alloc(|| port.reset());
            }
            Step::Rebuild(config) => self.rebuild(*config),
        }
        self.listen();
    }

    /// Packs records and hands them to a pin.
    pub(crate) fn submit(&mut self, pin: usize, records: &[Packed]) {
        self.buffer.clear(self.port.stamp(0));
        for record in records {
            let (group, delta) = (
                ChannelGroup::new(record.group),
                ReferenceTime::new(record.delta),
            );
            self.buffer
                .push(group, delta, record.is_structured, &record.bytes)
                .unwrap();
        }
        self.send(pin);
    }

    fn send(&mut self, pin: usize) {
        let Self { port, buffer, .. } = self;
        let submitted = assert_no_alloc(|| port.submit_to(SYNTHS[pin], buffer)).unwrap();
        self.synths[pin].given += submitted.accepted + submitted.lost;
    }

    fn packet(&mut self, records: &[(u32, Vec<u8>)], cut: usize) {
        let mut packet = Vec::new();
        for (delta_ms, bytes) in records {
            packet.extend(delta_ms.to_le_bytes());
            packet.extend(u32::try_from(bytes.len()).unwrap().to_le_bytes());
            packet.extend(bytes);
            packet.resize(packet.len().next_multiple_of(4), 0);
        }
        packet.truncate(packet.len().saturating_sub(cut));
        let start = self.port.stamp(0);
        let Self { port, door, .. } = self;
        let submitted = assert_no_alloc(|| door.submit(port, start, &packet));
        self.synths[0].given += submitted.accepted + submitted.lost;
    }

    pub(crate) fn render(&mut self, frames: usize) {
        let Self { port, block, .. } = self;
        let [left, right] = block;
        assert_no_alloc(|| port.render(&mut left[..frames], &mut right[..frames]));
    }

    /// The first frames of the last block, as bits.
    pub(crate) fn frames(&self, frames: usize) -> impl Iterator<Item = (u32, u32)> {
        let [left, right] = &self.block;
        let pairs = left.iter().zip(right).take(frames);
        pairs.map(|(left, right)| (left.to_bits(), right.to_bits()))
    }

    fn go(&mut self, state: StreamState) {
        let port = &mut self.port;
        let gone = assert_no_alloc(|| port.set_state(state));
        self.went = gone.is_ok();
        match gone {
            Ok(()) => assert_eq!(self.port.state(), state),
            Err(error) => assert_eq!(error.from.step_towards(error.to), Some(error.to)),
        }
    }

    fn edit(&mut self, keyboard: usize) {
        let Some(graph) = &mut self.graph else { return };
        let [stream, sink, _] = *self.port.filters(KEYBOARDS[keyboard]) else {
            panic!("a capture pin has three filters");
        };
        let feeds = (!self.cut[keyboard]).then_some(sink);
        let hoard = &mut self.hoards[keyboard];
        let edited = match *hoard {
            Some(filter) => graph
                .disconnect(filter, Some(sink))
                .and_then(|()| graph.disconnect(stream, None))
                .and_then(|()| graph.remove(filter))
                .map(|()| *hoard = None),
            None => graph
                .add(Arc::new(AtomicRefCell::new(Hoard {
                    state: Stop,
                    held: None,
                    output: Output::new(),
                })))
                .and_then(|filter| {
                    *hoard = Some(filter);
                    graph.disconnect(stream, feeds)?;
                    graph.connect(stream, filter)?;
                    graph.connect(filter, sink)
                }),
        };
        edited.unwrap();
        if hoard.is_none() {
            graph.connect(stream, sink).unwrap();
        }
        self.cut[keyboard] = false;
        self.take_effect();
    }

    fn cut(&mut self, keyboard: usize) {
        let Some(graph) = &mut self.graph else { return };
        if self.hoards[keyboard].is_some() {
            return;
        }
        let [stream, sink, _] = *self.port.filters(KEYBOARDS[keyboard]) else {
            panic!("a capture pin has three filters");
        };
        let edited = if self.cut[keyboard] {
            graph.connect(stream, sink)
        } else {
            graph.disconnect(stream, Some(sink))
        };
        edited.unwrap();
        self.cut[keyboard] = !self.cut[keyboard];
        self.take_effect();
    }

    /// An empty block lets edits take effect, whose replies are then taken in.
    fn take_effect(&mut self) {
        self.render(0);
        if let Some(graph) = &mut self.graph {
            graph.collect().unwrap();
        }
    }

    fn rebuild(&mut self, config: PortConfig) {
        if self.graph.is_some() {
            assert!(self.port.configure(config).is_err(), "pins are open");
            return;
        }
        // A stream that refuses STOP itself takes what it keeps along.
        for pin in PINS {
            self.port.with_stream(pin, |stream| stream.refuse(None));
        }
        for pin in [KEYBOARDS[1], KEYBOARDS[0], SYNTHS[1]] {
            self.port.close(pin).unwrap();
        }
        self.listen();
        self.port.set_state(Stop).unwrap();
        // What the door has begun lies in the pool that goes.
        self.door.reset(&mut self.port);
        assert!(self.port.is_whole(), "closed, and not whole");
        self.port.configure(config).unwrap();
        self.port.open(StreamKind::Render).unwrap();
        for (reader, pin) in self.readers.iter_mut().zip(KEYBOARDS) {
            assert_eq!(self.port.open(StreamKind::Capture).unwrap(), pin);
            *reader = self.port.take_records(pin);
        }
        self.synths[1] = Ledger::default();
        self.synths[0].state = Stop;
        self.recorded = [0; 2];
    }

    /// Takes what was heard and captured since the last step.
    fn listen(&mut self) {
        let rate = self.port.config().sample_rate;
        for (pin, ledger) in SYNTHS.into_iter().zip(&mut self.synths) {
            let taken = self.port.with_stream(pin, |stream| {
                let tape = &mut stream.synth().tape;
                let heard = tape.heard();
                tape.notes.clear();
                tape.bytes.clear();
                (heard, tape.states.drain(..).collect::<Vec<_>>())
            });
            let Some((fresh, states)) = taken else {
                continue;
            };
            for state in states {
                let step = ledger.state.step_towards(state);
                assert_eq!(step, Some(state), "{pin:?} skipped a state");
                ledger.state = state;
            }
            for heard in fresh.iter().filter(|heard| !heard.is_incomplete) {
                ledger.heard += 1;
                let due = rate.first_sample_at(ReferenceTime::new(heard.stamp));
                ledger.late += u64::from(due.frames() < heard.now);
            }
            ledger.fresh = fresh;
        }
        let mut scratch = Vec::new();
        for ((reader, fresh), count) in self
            .readers
            .iter_mut()
            .zip(&mut self.records)
            .zip(&mut self.recorded)
        {
            fresh.clear();
            while let Some(record) = reader.as_mut().and_then(|reader| reader.next(&mut scratch)) {
                fresh.push(record.bytes.to_vec());
                *count += 1;
            }
        }
    }

    /// What the raw door has begun goes home.
    pub(crate) fn close_door(&mut self) {
        self.door.reset(&mut self.port);
    }

    /// Waits for the threads, and lets every stream do as it is told again.
    pub(crate) fn calm(&mut self) {
        for thread in self.storm.drain(..) {
            thread.join().unwrap();
        }
        for pin in PINS {
            self.port.with_stream(pin, |stream| stream.refuse(None));
        }
    }
}

/// A keyboard plays on its own thread, faster than it is listened to.
fn play(mut cable: Cable, mut clock: LatencyClock) -> JoinHandle<()> {
    thread::spawn(move || {
        for number in 0..400_u16 {
            let key = u8::try_from(number % 128).unwrap();
            cable.says(&[0x90, key, 1, 0xF8, key, 0], clock.now());
            cable.says(&[0xF0, 1, 2, 3], clock.now());
            if number % 8 == 0 {
                thread::yield_now();
            }
        }
    })
}

/// A thread that notifies for nothing, and sees only counts that add up.
fn watch(port: &Port<Studio>) -> JoinHandle<()> {
    let (notifier, mut counts) = (port.notifier(), port.stats_reader());
    thread::spawn(move || {
        for _ in 0..400 {
            notifier.notify(None);
            let counts = counts.read();
            let fates = counts.delivered + counts.held + counts.lost.total();
            assert_eq!(counts.submitted, fates, "torn: {counts:?}");
            thread::yield_now();
        }
    })
}

//! A port that holds a given number of messages while as many come in as go out.
//!
//! Owner: the benchmark. Thread: its own.

use std::{convert::Infallible, hint::black_box};

use dmus_kernel::{
    ChannelGroup, EventBox, Miniport, MusicBuffer, Mxf, NewStream, Port, PortConfig, ReferenceTime,
    RenderCx, SampleRate, SampleTime, Stream, StreamRequest, StreamState, SynthCaps, SynthSink,
    clock::SampleClock,
    error::StateReason,
    miniport::{CapsFlags, EffectFlags, MasterSync},
    music::record_bytes,
};

use crate::queues::Times;

/// Hands out null streams.
#[derive(Debug)]
pub(crate) struct Nothing;

/// Reads every message and plays nothing.
#[derive(Debug)]
pub(crate) struct Null {
    clock: SampleClock,
    sum: u64,
}

impl Miniport for Nothing {
    type Stream = Null;
    type Error = Infallible;

    fn caps(&self) -> SynthCaps {
        SynthCaps {
            flags: CapsFlags::SOFTWARE_SYNTH,
            memory_size: None,
            max_channel_groups: 1,
            max_voices: None,
            max_audio_channels: Some(2),
            effects: EffectFlags::NONE,
            description: "null",
        }
    }

    fn new_stream(&mut self, request: StreamRequest) -> Result<NewStream<Null>, Infallible> {
        let clock = SampleClock::new(request.sample_rate);
        Ok(NewStream::at_time(Null { clock, sum: 0 }))
    }
}

impl Mxf for Null {
    fn put_message(&mut self, chain: EventBox, cx: &mut RenderCx<'_>) {
        let sum = &mut self.sum;
        cx.allocator.consume(chain, |event| {
            if let [status, ..] = event.bytes() {
                *sum = sum.wrapping_add(u64::from(*status));
            }
        });
    }

    fn set_state(&mut self, _: StreamState, _: &mut RenderCx<'_>) -> Result<(), StateReason> {
        Ok(())
    }
}

impl SynthSink for Null {
    fn render(&mut self, left: &mut [f32], right: &mut [f32], _: SampleTime) {
        black_box((left, right));
    }

    fn sync_to_master(&mut self, sync: MasterSync) {
        self.clock.sync(sync);
    }

    fn sample_to_ref(&self, frame: SampleTime) -> ReferenceTime {
        self.clock.sample_to_ref(frame)
    }

    fn ref_to_sample(&self, time: ReferenceTime) -> SampleTime {
        self.clock.ref_to_sample(time)
    }
}

impl Stream for Null {}

/// A port in RUN with room for everything a benchmark holds.
fn running() -> Port<Nothing> {
    let rate = SampleRate::new(48_000).unwrap();
    let sizes = PortConfig {
        events: 1 << 16,
        sequencer: 1 << 16,
        ..PortConfig::new(rate)
    };
    let mut port = Port::new(Nothing, sizes).unwrap();
    port.set_state(StreamState::Run).unwrap();
    port
}

/// Frames of a block: a millisecond, so that every offset below is a whole number of 100 ns.
const BLOCK: usize = 48;
/// Messages that come and go in each block, where they are many; those held are a multiple of it.
pub(crate) const BATCH: usize = 16;

/// Blocks before the times at which messages come in repeat.
const BLOCKS: usize = 4_096;

/// How the messages of a block lie in it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Spread {
    /// One message, on a frame of its own.
    Alone,
    /// Many on one frame.
    Chord,
    /// Many, each on a frame of its own.
    Run,
}

impl Spread {
    const fn batch(self) -> usize {
        match self {
            Self::Alone => 1,
            Self::Chord | Self::Run => BATCH,
        }
    }

    /// The frame of a message in its block.
    const fn frame(self, number: usize) -> usize {
        match self {
            Self::Alone | Self::Chord => 6,
            Self::Run => number * BLOCK / BATCH,
        }
    }
}

/// A port in RUN with a buffer of messages for a block some way ahead.
#[derive(Debug)]
pub(crate) struct Flow {
    port: Port<Nothing>,
    records: MusicBuffer,
    buffer: MusicBuffer,
    /// How far ahead of the block at hand messages come in.
    ahead: Box<[ReferenceTime]>,
    turn: usize,
    left: [f32; BLOCK],
    right: [f32; BLOCK],
}

impl Flow {
    /// A flow that holds `held` messages before each block, on the whole if their times are random,
    /// as many of which go out in it as have come in.
    pub(crate) fn new(held: usize, spread: Spread, times: Times) -> Self {
        let port = running();
        let rate = port.config().sample_rate;
        let batch = spread.batch();
        let bytes = batch * record_bytes(3);
        let mut records = MusicBuffer::with_capacity(bytes);
        for number in 0..batch {
            let delta = SampleTime::ZERO.after_frames(spread.frame(number));
            let delta = rate.sample_to_ref(delta);
            records
                .push(ChannelGroup::FIRST, delta, true, &[0x90, 60, 100])
                .unwrap();
        }
        let blocks = held / batch - 1;
        let mut state = 1_u64;
        let ahead = (0..BLOCKS).map(|_| {
            let blocks = match times {
                Times::Ascending => blocks,
                // Twice as far at most, so as many are held on the whole.
                Times::Random => {
                    state = state.wrapping_mul(6_364_136_223_846_793_005);
                    state = state.wrapping_add(1_442_695_040_888_963_407);
                    usize::try_from(state >> 33).unwrap() % (2 * blocks + 1)
                }
            };
            rate.sample_to_ref(SampleTime::ZERO.after_frames(blocks * BLOCK))
        });
        let ahead = ahead.collect();
        let mut flow = Self {
            port,
            records,
            buffer: MusicBuffer::with_capacity(bytes),
            ahead,
            turn: 0,
            left: [0.0; BLOCK],
            right: [0.0; BLOCK],
        };
        // Until as many go out as come in; then once more, so that every list has been used.
        for _ in 0..=4 * blocks {
            flow.block();
        }
        flow
    }

    /// One block: a batch of messages in, and as many out.
    pub(crate) fn block(&mut self) {
        self.turn = (self.turn + 1) % BLOCKS;
        let start = self.port.stamp(0).saturating_add(self.ahead[self.turn]);
        self.buffer.load(start, self.records.records()).unwrap();
        let submitted = self.port.submit(black_box(&self.buffer));
        debug_assert_eq!(submitted.lost, 0);
        self.port.render(&mut self.left, &mut self.right);
    }

    /// A flow that holds `held` messages for ever.
    pub(crate) fn resting(held: usize) -> Self {
        let mut flow = Self::new(1, Spread::Alone, Times::Ascending);
        let far = ReferenceTime::new(i64::MAX / 2);
        for _ in 0..held {
            flow.buffer.load(far, flow.records.records()).unwrap();
            flow.port.submit(&flow.buffer);
        }
        flow
    }

    /// The same block without messages: the client fills its buffer all the same, and then empties it.
    pub(crate) fn empty_block(&mut self) {
        self.turn = (self.turn + 1) % BLOCKS;
        let start = self.port.stamp(0).saturating_add(self.ahead[self.turn]);
        self.buffer.load(start, self.records.records()).unwrap();
        self.buffer.clear(start);
        self.port.submit(black_box(&self.buffer));
        self.port.render(&mut self.left, &mut self.right);
    }

    /// Messages held between two blocks.
    pub(crate) fn held(&self) -> u64 {
        self.port.stats().held
    }

    /// Messages delivered so far.
    pub(crate) fn delivered(&self) -> u64 {
        self.port.stats().delivered
    }
}

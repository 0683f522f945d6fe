//! A miniport whose stream writes down everything it is told.
//!
//! All its memory is there from the start, so it may play on the render side. What is submitted and
//! rendered here is watched: a test program whose global allocator is `AllocDisabler` aborts if the
//! port allocates or frees.

use std::convert::Infallible;

use assert_no_alloc::assert_no_alloc;
use dmus_kernel::{
    ChannelGroup, EventBox, Miniport, MusicBuffer, Mxf, NewStream, Port, PortConfig, ReferenceTime,
    RenderCx, SampleRate, SampleTime, SchedulePrefetch, Stream, StreamRequest, StreamState,
    SynthCaps, SynthSink,
    clock::SampleClock,
    error::StateReason,
    miniport::{CapsFlags, EffectFlags, MasterSync},
    music::record_bytes,
    port::Submitted,
};

/// Hands out recording streams.
#[derive(Debug)]
pub(crate) struct Recorder {
    pub(crate) prefetch: SchedulePrefetch,
}

impl Miniport for Recorder {
    type Stream = Tape;
    type Error = Infallible;

    fn caps(&self) -> SynthCaps {
        SynthCaps {
            flags: CapsFlags::SOFTWARE_SYNTH,
            memory_size: None,
            max_channel_groups: 4,
            max_voices: None,
            max_audio_channels: Some(2),
            effects: EffectFlags::NONE,
            description: "recorder",
        }
    }

    fn new_stream(&mut self, request: StreamRequest) -> Result<NewStream<Tape>, Infallible> {
        let stream = Tape {
            clock: SampleClock::new(request.sample_rate),
            lead: ReferenceTime::ZERO,
            refuses: None,
            keeps: false,
            kept: None,
            notes: Vec::with_capacity(1 << 16),
            bytes: Vec::with_capacity(1 << 18),
            chains: 0,
            tone: 0.0,
            slices: Vec::with_capacity(1 << 16),
            states: Vec::with_capacity(1 << 14),
            syncs: Vec::with_capacity(1 << 16),
            services: 0,
        };
        Ok(NewStream {
            stream,
            schedule_prefetch: self.prefetch,
            service_group: None,
        })
    }
}

/// One event as the stream heard it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Heard {
    /// Stream frame at which it came.
    pub(crate) frame: i64,
    /// Master frame at which it came.
    pub(crate) now: i64,
    /// Its stamp, 100 ns.
    pub(crate) stamp: i64,
    pub(crate) group: u16,
    pub(crate) is_incomplete: bool,
    /// Number of the chain it came in.
    pub(crate) chain: u32,
    pub(crate) bytes: Vec<u8>,
}

/// The stream.
#[derive(Debug)]
pub(crate) struct Tape {
    clock: SampleClock,
    /// How much longer than its frames a device behind it would take.
    pub(crate) lead: ReferenceTime,
    /// A state it will not enter.
    pub(crate) refuses: Option<StreamState>,
    /// Holds its events until STOP, as a stream with a queue of its own does.
    pub(crate) keeps: bool,
    kept: Option<EventBox>,
    /// Each event with the number of its bytes.
    pub(crate) notes: Vec<(Heard, usize)>,
    /// The bytes of all, one after another.
    pub(crate) bytes: Vec<u8>,
    chains: u32,
    tone: f32,
    /// Position and frames of each slice.
    pub(crate) slices: Vec<(i64, usize)>,
    pub(crate) states: Vec<StreamState>,
    pub(crate) syncs: Vec<MasterSync>,
    pub(crate) services: u32,
}

impl Tape {
    /// Everything heard so far, in order.
    pub(crate) fn heard(&self) -> Vec<Heard> {
        let mut rest = self.bytes.as_slice();
        let with_bytes = |(heard, length): &(Heard, usize)| {
            let (bytes, after) = rest.split_at(*length);
            rest = after;
            Heard {
                bytes: bytes.to_vec(),
                ..heard.clone()
            }
        };
        self.notes.iter().map(with_bytes).collect()
    }
}

impl Mxf for Tape {
    fn put_message(&mut self, chain: EventBox, cx: &mut RenderCx<'_>) {
        assert_eq!(
            cx.time(),
            self.clock.sample_to_ref(cx.position()),
            "the two clocks disagree"
        );
        if self.keeps {
            self.kept = Some(match self.kept.take() {
                Some(kept) => cx.allocator.join(kept, chain),
                None => chain,
            });
            return;
        }
        let (frame, now, number) = (cx.position().frames(), cx.now.frames(), self.chains);
        let Self {
            notes, bytes, tone, ..
        } = self;
        cx.allocator.consume(chain, |event| {
            let note = Heard {
                frame,
                now,
                stamp: event.time.units(),
                group: event.group.number(),
                is_incomplete: event.flags.is_incomplete(),
                chain: number,
                bytes: Vec::new(),
            };
            notes.push((note, event.bytes().len()));
            bytes.extend_from_slice(event.bytes());
            *tone = event
                .bytes()
                .iter()
                .fold(*tone, |tone, &byte| tone / 2.0 + f32::from(byte));
        });
        self.chains += 1;
    }

    fn service(&mut self, _cx: &mut RenderCx<'_>) {
        self.services += 1;
    }

    fn set_state(&mut self, state: StreamState, cx: &mut RenderCx<'_>) -> Result<(), StateReason> {
        if self.refuses == Some(state) {
            return Err(StateReason::NotReady);
        }
        if state == StreamState::Stop {
            if let Some(kept) = self.kept.take() {
                cx.allocator.put_message(kept);
            }
            self.tone = 0.0;
        }
        self.states.push(state);
        Ok(())
    }
}

impl Stream for Tape {
    fn synth_sink(&mut self) -> Option<&mut dyn SynthSink> {
        Some(self)
    }
}

impl SynthSink for Tape {
    fn render(&mut self, left: &mut [f32], right: &mut [f32], position: SampleTime) {
        assert_eq!(left.len(), right.len());
        self.slices.push((position.frames(), left.len()));
        for (frame, sample) in (position.frames()..).zip(left) {
            *sample = f32::from(u8::try_from(frame.rem_euclid(251)).unwrap()) + 1.0;
        }
        right.fill(self.tone);
    }

    fn sync_to_master(&mut self, sync: MasterSync) {
        self.clock.sync(sync);
        self.syncs.push(sync);
    }

    fn sample_to_ref(&self, frame: SampleTime) -> ReferenceTime {
        self.clock.sample_to_ref(frame).saturating_add(self.lead)
    }

    fn ref_to_sample(&self, time: ReferenceTime) -> SampleTime {
        self.clock.ref_to_sample(time)
    }
}

/// 44.1 kHz, four groups, and small enough a pool to be filled.
pub(crate) fn small() -> PortConfig {
    PortConfig {
        channel_groups: 4,
        events: 1_024,
        long_buffers: 8,
        buffer_size: 64,
        sequencer: 1_024,
        ..PortConfig::new(SampleRate::new(44_100).unwrap())
    }
}

/// A port in RUN whose stream wants its events `prefetch` ahead.
pub(crate) fn running(config: PortConfig, prefetch: SchedulePrefetch) -> Port<Recorder> {
    let mut port = Port::new(Recorder { prefetch }, config).unwrap();
    port.set_state(StreamState::Run).unwrap();
    port
}

/// Submits messages, each at a frame counted from the next to be rendered.
pub(crate) fn submit(port: &mut Port<Recorder>, music: &[(usize, &[u8])]) -> Submitted {
    let capacity = music
        .iter()
        .map(|(_, bytes)| record_bytes(bytes.len()))
        .sum();
    let mut buffer = MusicBuffer::with_capacity(capacity);
    let start = port.stamp(0);
    buffer.clear(start);
    for (offset, bytes) in music {
        let delta = port.stamp(*offset).saturating_sub(start);
        let is_structured = matches!(bytes, [0x80..=0xEF, ..]);
        buffer
            .push(ChannelGroup::FIRST, delta, is_structured, bytes)
            .unwrap();
    }
    assert_no_alloc(|| port.submit(&buffer))
}

/// Renders a block into memory that was not silent.
pub(crate) fn render(port: &mut Port<Recorder>, frames: usize) -> (Vec<f32>, Vec<f32>) {
    let (mut left, mut right) = (vec![9.0; frames], vec![9.0; frames]);
    assert_no_alloc(|| port.render(&mut left, &mut right));
    (left, right)
}

/// Stops the port and checks that everything came home and was accounted for.
pub(crate) fn finish(mut port: Port<Recorder>) {
    port.stream_mut().refuses = None;
    port.set_state(StreamState::Stop).unwrap();
    let stats = port.stats();
    assert!(port.is_whole(), "the pool is not whole in STOP: {stats:?}");
    assert_eq!((stats.held, stats.foreign_chains), (0, 0));
    assert_eq!(
        stats.submitted,
        stats.delivered + stats.lost.total(),
        "a fifth fate: {stats:?}"
    );
}

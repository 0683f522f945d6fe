//! The engine as a miniport: kernel events in, frames out for the wave sink.
//!
//! The only file that knows the kernel's graph. A message that the pool cut into pieces is put
//! together again here. Owner: the port. Thread: control for [`SynthMiniport`], render for
//! [`SynthStream`]. Source: \[WDK\] `IMiniportDMus`, `IMXF`, `ISynthSinkDMus`.

use dmus_kernel::clock::SampleClock;
use dmus_kernel::error::StateReason;
use dmus_kernel::event::KernelEvent;
use dmus_kernel::miniport::{
    MasterSync, Miniport, NewStream, SchedulePrefetch, StreamRequest, SynthCaps, SynthSink,
};
use dmus_kernel::mxf::{Mxf, RenderCx};
use dmus_kernel::pool::EventBox;
use dmus_kernel::state::StreamState;
use dmus_kernel::time::{ReferenceTime, SampleTime};

use crate::engine::{Engine, EngineConfig, MAX_CHANNEL_GROUPS, MAX_VOICES};
use crate::error::ConfigError;

/// Longest message that is put together, bytes; none that means anything to us is longer.
const MESSAGE_BYTES: usize = 4096;

/// Creates synthesizer streams.
#[derive(Debug, Clone, Copy)]
pub struct SynthMiniport {
    voices: u16,
}

impl SynthMiniport {
    /// A miniport whose streams have a number of voices, `1..=4096`.
    #[must_use]
    pub const fn new(voices: u16) -> Self {
        Self { voices }
    }
}

impl Miniport for SynthMiniport {
    type Stream = SynthStream;
    type Error = ConfigError;

    fn caps(&self) -> SynthCaps {
        SynthCaps {
            max_channel_groups: MAX_CHANNEL_GROUPS,
            max_voices: Some(u32::from(MAX_VOICES)),
            max_audio_channels: Some(2),
        }
    }

    fn new_stream(
        &mut self,
        request: StreamRequest,
    ) -> Result<NewStream<Self::Stream>, Self::Error> {
        let engine = Engine::new(EngineConfig {
            sample_rate: request.sample_rate.hz(),
            voices: self.voices,
            channel_groups: request.channel_groups,
        })?;
        // One for each group, and one for messages to all of them.
        let unfinished = (0..=request.channel_groups)
            .map(|_| Unfinished::new())
            .collect();
        Ok(NewStream {
            stream: SynthStream {
                engine,
                clock: SampleClock::new(request.sample_rate),
                unfinished,
            },
            schedule_prefetch: SchedulePrefetch::AT_TIME,
        })
    }
}

/// A message of which not all pieces have arrived.
#[derive(Debug)]
struct Unfinished {
    bytes: Vec<u8>,
    /// It has outgrown its buffer, and its remaining pieces are only counted off.
    overflown: bool,
}

impl Unfinished {
    fn new() -> Self {
        Self {
            bytes: Vec::with_capacity(MESSAGE_BYTES),
            overflown: false,
        }
    }

    /// Whether a message has begun.
    const fn has_begun(&self) -> bool {
        !self.bytes.is_empty()
    }

    fn append(&mut self, piece: &[u8]) {
        let room = self.bytes.capacity().saturating_sub(self.bytes.len());
        if piece.len() <= room {
            self.bytes.extend_from_slice(piece);
        } else {
            self.overflown = true;
        }
    }

    fn clear(&mut self) {
        self.bytes.clear();
        self.overflown = false;
    }
}

/// One synthesizer in the graph.
#[derive(Debug)]
pub struct SynthStream {
    engine: Engine,
    clock: SampleClock,
    /// By channel group, the first for all groups.
    unfinished: Vec<Unfinished>,
}

impl SynthStream {
    /// The engine.
    #[must_use]
    pub const fn engine(&self) -> &Engine {
        &self.engine
    }

    /// The engine, for downloads, trims and statistics.
    pub const fn engine_mut(&mut self) -> &mut Engine {
        &mut self.engine
    }

    /// Takes one event: a whole message, or a piece of one.
    fn take(engine: &mut Engine, unfinished: &mut [Unfinished], event: &KernelEvent<'_>) {
        let group = event.group.number();
        let bytes = event.bytes();
        let Some(held) = unfinished.get_mut(usize::from(group)) else {
            // A group we do not have; the engine counts it.
            engine.message(group, bytes);
            return;
        };
        let begins = matches!(bytes.first(), Some(status) if *status >= 0x80 && *status != 0xF7);
        if begins && !event.flags.is_incomplete() {
            // Whole. A channel or real-time message may come between two pieces.
            if bytes.first() == Some(&0xF0) && held.has_begun() {
                Self::give_up(engine, group, held);
            }
            engine.message(group, bytes);
            return;
        }
        if begins && held.has_begun() {
            Self::give_up(engine, group, held);
        }
        if !begins && !held.has_begun() {
            // The rest of something whose beginning was lost; the engine counts it.
            engine.message(group, bytes);
            return;
        }
        held.append(bytes);
        if !event.flags.is_incomplete() {
            if held.overflown {
                Self::give_up(engine, group, held);
            } else {
                engine.message(group, &held.bytes);
                held.clear();
            }
        }
    }

    /// A message that will never be whole: counted as unknown, not obeyed.
    fn give_up(engine: &mut Engine, group: u16, held: &mut Unfinished) {
        engine.message(group, &[]);
        held.clear();
    }
}

impl Mxf for SynthStream {
    fn put_message(&mut self, chain: EventBox, cx: &mut RenderCx<'_>) {
        let Self {
            engine, unfinished, ..
        } = self;
        cx.allocator
            .consume(chain, |event| Self::take(engine, unfinished, event));
    }

    /// # Errors
    /// None: a synthesizer is always ready.
    fn set_state(&mut self, state: StreamState, _cx: &mut RenderCx<'_>) -> Result<(), StateReason> {
        if state == StreamState::Stop {
            self.engine.reset();
            for unfinished in &mut self.unfinished {
                unfinished.clear();
            }
        }
        Ok(())
    }
}

impl SynthSink for SynthStream {
    fn render(&mut self, left: &mut [f32], right: &mut [f32], _position: SampleTime) {
        // The engine counts the frames itself: both begin at zero in STOP and move together.
        self.engine.render(left, right);
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

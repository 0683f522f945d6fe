//! The engine as a miniport: kernel events in, frames out for the wave sink.
//!
//! The only file that knows the kernel's graph. A message that the pool cut into pieces is put
//! together again here. Owner: the port. Thread: control for [`SynthMiniport`], render for
//! [`SynthStream`]. Source: \[WDK\] `IMiniportDMus`, `IMXF`, `ISynthSinkDMus`;
//! KSPROPSETID_Synth.

mod apart;
mod asides;

use dmus_kernel::clock::SampleClock;
use dmus_kernel::error::StateReason;
use dmus_kernel::event::KernelEvent;
use dmus_kernel::miniport::{
    CapsFlags, EffectFlags, MasterSync, Miniport, NewStream, Stream, StreamRequest, SynthCaps,
    SynthNode, SynthReading, SynthSink, VoicePriority,
};
use dmus_kernel::mxf::{Mxf, RenderCx};
use dmus_kernel::pool::EventBox;
use dmus_kernel::state::StreamState;
use dmus_kernel::time::{ReferenceTime, SampleTime};

use crate::engine::{Engine, EngineConfig, MAX_CHANNEL_GROUPS, MAX_VOICES};
use crate::error::ConfigError;
use crate::setup::Setup;
use apart::Apart;
use asides::Asides;

pub use apart::Output;
pub use asides::Aside;

/// Longest message that is put together, bytes; none that means anything to us is longer.
const MESSAGE_BYTES: usize = 4096;

/// Creates synthesizer streams.
#[derive(Debug, Clone, Copy)]
pub struct SynthMiniport {
    voices: u16,
    has_effects: bool,
    /// Longest block whose parts and returns can leave on outputs of their own, frames.
    apart_frames: usize,
}

impl SynthMiniport {
    /// A miniport whose streams have a number of voices, `1..=4096`.
    #[must_use]
    pub const fn new(voices: u16) -> Self {
        Self {
            voices,
            has_effects: false,
            apart_frames: 0,
        }
    }

    /// The same, whose streams have reverb, chorus and delay.
    #[must_use]
    pub const fn with_effects(self) -> Self {
        Self {
            has_effects: true,
            ..self
        }
    }

    /// The same, whose streams can give parts and returns apart.
    ///
    /// - `frames`: of the longest block, `0..`; 152 bytes of memory each
    #[must_use]
    pub const fn with_outputs(self, frames: usize) -> Self {
        Self {
            apart_frames: frames,
            ..self
        }
    }
}

impl Miniport for SynthMiniport {
    type Stream = SynthStream;
    type Error = ConfigError;

    fn caps(&self) -> SynthCaps {
        SynthCaps {
            flags: CapsFlags::SOFTWARE_SYNTH
                .with(CapsFlags::DLS)
                .with(CapsFlags::DLS2),
            memory_size: None,
            max_channel_groups: MAX_CHANNEL_GROUPS,
            max_voices: Some(u32::from(MAX_VOICES)),
            max_audio_channels: Some(2),
            effects: if self.has_effects {
                // Reverb, chorus, delay.
                EffectFlags::from_bits(7)
            } else {
                EffectFlags::NONE
            },
            description: "DMus synthesizer",
        }
    }

    fn new_stream(
        &mut self,
        request: StreamRequest,
    ) -> Result<NewStream<Self::Stream>, Self::Error> {
        let config = EngineConfig {
            sample_rate: request.sample_rate.hz(),
            voices: self.voices,
            channel_groups: request.channel_groups,
        };
        let engine = if self.has_effects {
            Engine::with_effects(config)?
        } else {
            Engine::new(config)?
        };
        // One for each group, and one for messages to all of them.
        let unfinished = (0..=request.channel_groups)
            .map(|_| Unfinished::new())
            .collect();
        Ok(NewStream::at_time(SynthStream {
            engine,
            clock: SampleClock::new(request.sample_rate),
            unfinished,
            asides: Asides::new(),
            apart: Apart::new(self.apart_frames),
            setup: Setup::new(),
        }))
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
    /// Of events that are still to come.
    asides: Asides,
    apart: Apart,
    setup: Setup,
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

    /// What system messages have set since the stream was built; STOP leaves it as it is, though
    /// the engine forgets it.
    #[must_use]
    pub const fn setup(&self) -> &Setup {
        &self.setup
    }

    /// The same, for whoever is to be told of it.
    pub const fn setup_mut(&mut self) -> &mut Setup {
        &mut self.setup
    }

    /// Obeys a system message of the client's own, and keeps what it sets.
    ///
    /// # Real-time
    /// Render. Bounded by the length of the message and by what is kept.
    pub fn set_up(&mut self, group: u16, bytes: &[u8]) {
        self.engine.message(group, bytes);
        self.setup.take(group, bytes);
    }

    /// Sets up again what the engine has forgotten.
    ///
    /// - `edits_only`: what resets bring is in force, or programs were chosen since
    ///
    /// # Real-time
    /// Render. Bounded by what is kept.
    pub fn set_up_again(&mut self, edits_only: bool) {
        let Self { engine, setup, .. } = self;
        if edits_only {
            setup
                .edits()
                .for_each(|(group, bytes)| engine.message(group, bytes));
        } else {
            setup
                .messages()
                .for_each(|(group, bytes)| engine.message(group, bytes));
        }
    }

    /// Begins a block of the outputs.
    ///
    /// - `parts`: what [`Engine::set_output`] has routed leaves the mix
    /// - `returns`: what the effects give leaves the mix
    ///
    /// # Real-time
    /// Render. Wait-free.
    pub const fn begin_outputs(&mut self, parts: bool, returns: bool) {
        self.apart.begin(parts, returns);
    }

    /// Both sides of an output since the block began; empty while it is in the mix. Frames beyond
    /// what there is room for were left in the mix.
    ///
    /// # Real-time
    /// Render. Wait-free.
    #[must_use]
    pub fn output(&self, output: Output) -> [&[f32]; 2] {
        self.apart.frames(output)
    }

    /// Keeps what a message does not say until its event comes.
    ///
    /// - `position`: of the message's record in the client's byte stream, beyond that of all before
    ///   since STOP; the record addresses one group
    ///
    /// # Real-time
    /// Render. Wait-free.
    pub fn put_aside(&mut self, position: u64, aside: Aside) {
        self.asides.put(position, aside);
    }

    /// Asides that found no room, or whose events never came, since the stream was built.
    #[must_use]
    pub const fn lost_asides(&self) -> u64 {
        self.asides.lost()
    }

    /// Takes one event with what waits for it, if anything does.
    fn take_whole(&mut self, event: &KernelEvent<'_>) {
        let position = event.byte_position;
        if let Some(aside) = position.and_then(|position| self.asides.take(position)) {
            aside.obey(&mut self.engine, event.group.number(), event.bytes());
        } else {
            let mut player = Player {
                engine: &mut self.engine,
                setup: &mut self.setup,
            };
            Self::take(&mut player, &mut self.unfinished, event);
        }
    }

    /// Takes one event: a whole message, or a piece of one.
    fn take(player: &mut Player<'_>, unfinished: &mut [Unfinished], event: &KernelEvent<'_>) {
        let group = event.group.number();
        let bytes = event.bytes();
        let Some(held) = unfinished.get_mut(usize::from(group)) else {
            // A group we do not have; the engine counts it.
            player.message(group, bytes);
            return;
        };
        let begins = matches!(bytes.first(), Some(status) if *status >= 0x80 && *status != 0xF7);
        if begins && !event.flags.is_incomplete() {
            // Whole. A channel or real-time message may come between two pieces.
            if bytes.first() == Some(&0xF0) && held.has_begun() {
                Self::give_up(player, group, held);
            }
            player.message(group, bytes);
            return;
        }
        if begins && held.has_begun() {
            Self::give_up(player, group, held);
        }
        if !begins && !held.has_begun() {
            // The rest of something whose beginning was lost; the engine counts it.
            player.message(group, bytes);
            return;
        }
        held.append(bytes);
        if !event.flags.is_incomplete() {
            if held.overflown {
                Self::give_up(player, group, held);
            } else {
                player.message(group, &held.bytes);
                held.clear();
            }
        }
    }

    /// A message that will never be whole: counted as unknown, not obeyed.
    fn give_up(player: &mut Player<'_>, group: u16, held: &mut Unfinished) {
        player.message(group, &[]);
        held.clear();
    }
}

/// Who obeys messages, and who keeps what they set.
struct Player<'a> {
    engine: &'a mut Engine,
    setup: &'a mut Setup,
}

impl Player<'_> {
    fn message(&mut self, group: u16, bytes: &[u8]) {
        self.engine.message(group, bytes);
        if matches!(bytes.first(), Some(0xF0 | 0xFF)) {
            self.setup.take(group, bytes);
        }
    }
}

impl Mxf for SynthStream {
    fn put_message(&mut self, chain: EventBox, cx: &mut RenderCx<'_>) {
        cx.allocator.consume(chain, |event| self.take_whole(event));
    }

    /// # Errors
    /// None: a synthesizer is always ready.
    fn set_state(&mut self, state: StreamState, _cx: &mut RenderCx<'_>) -> Result<(), StateReason> {
        if state == StreamState::Stop {
            self.engine.reset();
            for unfinished in &mut self.unfinished {
                unfinished.clear();
            }
            self.asides.clear();
        }
        Ok(())
    }
}

impl Stream for SynthStream {
    fn synth_sink(&mut self) -> Option<&mut dyn SynthSink> {
        Some(self)
    }

    fn synth_node(&mut self) -> Option<&mut dyn SynthNode> {
        Some(self)
    }
}

impl SynthNode for SynthStream {
    fn set_channel_groups(&mut self, groups: u16) {
        self.engine.set_channel_groups(groups);
        // The first place is for messages to all groups.
        let kept = usize::from(self.engine.channel_groups()).saturating_add(1);
        for unfinished in self.unfinished.iter_mut().skip(kept) {
            unfinished.clear();
        }
    }

    fn set_voice_priority(&mut self, group: u16, channel: u8, priority: VoicePriority) {
        self.engine.set_voice_priority(group, channel, priority);
    }

    fn set_gain(&mut self, hundredths_db: i32) {
        self.engine.set_gain(hundredths_db);
    }

    fn reading(&mut self) -> SynthReading {
        self.engine.reading()
    }
}

impl SynthSink for SynthStream {
    fn render(&mut self, left: &mut [f32], right: &mut [f32], _position: SampleTime) {
        // The engine counts the frames itself: both begin at zero in STOP and move together.
        self.apart.render(&mut self.engine, left, right);
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::channel::sysex::Mode;
    use dmus_kernel::event::{ChannelGroup, EventFlags, Payload};
    use dmus_kernel::time::SampleRate;

    /// A reset to the rules of GS.
    const RESET: [u8; 11] = [
        0xF0, 0x41, 0x10, 0x42, 0x12, 0x40, 0x00, 0x7F, 0x00, 0x41, 0xF7,
    ];

    /// Takes a piece of a message to the second group.
    fn take(stream: &mut SynthStream, flags: EventFlags, bytes: &[u8]) {
        let event = KernelEvent {
            time: ReferenceTime::ZERO,
            group: ChannelGroup::from_index(1),
            flags,
            byte_position: None,
            payload: Payload::Buffer(bytes),
        };
        let mut player = Player {
            engine: &mut stream.engine,
            setup: &mut stream.setup,
        };
        SynthStream::take(&mut player, &mut stream.unfinished, &event);
    }

    fn second_group(between: impl Fn(&mut SynthStream)) -> (Option<Mode>, u64) {
        let rate = SampleRate::new(44_100).unwrap();
        let request = StreamRequest::render(rate, 2, 64);
        let mut stream = SynthMiniport::new(1).new_stream(request).unwrap().stream;
        let (first, rest) = RESET.split_at(6);
        take(&mut stream, EventFlags::INCOMPLETE, first);
        between(&mut stream);
        take(&mut stream, EventFlags::COMPLETE, rest);
        let mode = stream.engine.part(1, 0).map(|part| part.mode);
        (mode, stream.engine.stats().unknown)
    }

    #[test]
    fn streams_have_effects_only_if_they_were_asked_for() {
        let rate = SampleRate::new(44_100).unwrap();
        for (mut miniport, bits) in [
            (SynthMiniport::new(1), 0),
            (SynthMiniport::new(1).with_effects(), 7),
        ] {
            assert_eq!(miniport.caps().effects.bits(), bits);
            let request = StreamRequest::render(rate, 1, 64);
            let stream = miniport.new_stream(request).unwrap().stream;
            assert_eq!(stream.engine.effects().is_some(), bits == 7);
        }
    }

    #[test]
    fn a_message_begun_before_its_group_vanished_is_not_obeyed_after() {
        assert_eq!(second_group(|_| {}), (Some(Mode::Gs), 0));
        let vanished = second_group(|stream| {
            stream.set_channel_groups(1);
            stream.set_channel_groups(2);
        });
        assert_eq!(vanished, (Some(Mode::Dls), 1));
    }
}

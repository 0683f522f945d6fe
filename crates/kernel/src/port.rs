//! The port: owns one miniport with its stream, the clock, and every change of state.
//!
//! In: packed records, the host's blocks. Out: frames, counts, clocks.
//! Owner: whoever renders. Thread: built on the control side, then render.
//! Source: \[WDK\] DMus Port Driver; `IPortDMus`.

mod inlet;
mod render_pin;
mod sequencer;
mod stats;
mod unpacker;
mod wave_sink;

use std::fmt;

pub use stats::{Losses, PortStats, StatsReader, Submitted};

use crate::{
    allocator::Allocator,
    clock::{LatencyClock, LatencyWriter, MasterClock},
    error::{ConfigError, PortError, StateError},
    miniport::{Miniport, StreamRequest, SynthCaps},
    music::MusicBuffer,
    pool::{EventBox, PoolConfig},
    state::StreamState,
    time::{ReferenceTime, SampleRate, SampleTime},
};
use render_pin::RenderPin;
use stats::StatsWriter;
use wave_sink::Block;

/// The sizes of a port. All of its memory follows from them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PortConfig {
    /// Frames per second.
    pub sample_rate: SampleRate,
    /// Groups of sixteen channels, `1..=`[`SynthCaps::max_channel_groups`].
    pub channel_groups: u16,
    /// Events of the pool, `1..=2^24`; one eighth is for messages that end sound.
    pub events: u32,
    /// Long buffers of the pool, `0..=2^16`.
    pub long_buffers: u32,
    /// Bytes of each long buffer, `9..`; longer messages come in pieces.
    pub buffer_size: u16,
    /// Messages the sequencer holds, `1..=2^24`; one eighth is for messages that end sound. With
    /// as many as there are events it is never the first to be full.
    pub sequencer: u32,
}

impl PortConfig {
    /// The house's sizes: one group, 16 384 events, 256 buffers of 4 096 bytes.
    #[must_use]
    pub fn new(sample_rate: SampleRate) -> Self {
        let PoolConfig {
            events,
            long_buffers,
            buffer_size,
        } = PoolConfig::default();
        let sequencer = events;
        Self {
            sample_rate,
            channel_groups: 1,
            events,
            long_buffers,
            buffer_size,
            sequencer,
        }
    }

    const fn pool(&self) -> PoolConfig {
        let Self {
            events,
            long_buffers,
            buffer_size,
            ..
        } = *self;
        PoolConfig {
            events,
            long_buffers,
            buffer_size,
        }
    }

    const fn check(&self, caps: SynthCaps) -> Result<(), ConfigError> {
        if self.sequencer == 0 || self.sequencer > PoolConfig::MAX_EVENTS {
            let limit = PoolConfig::MAX_EVENTS;
            return Err(ConfigError::Sequencer {
                asked: self.sequencer,
                limit,
            });
        }
        if self.channel_groups == 0 || self.channel_groups > caps.max_channel_groups {
            let limit = caps.max_channel_groups;
            return Err(ConfigError::ChannelGroups {
                asked: self.channel_groups,
                limit,
            });
        }
        Ok(())
    }
}

/// A miniport with one render pin, wired and ready.
///
/// May move to the render thread, but is never shared:
///
/// ```compile_fail,E0277
/// fn shared<T: Sync>() {}
/// fn port<M: dmus_kernel::Miniport + Sync>() where M::Stream: Sync {
///     shared::<dmus_kernel::Port<M>>();
/// }
/// ```
pub struct Port<M: Miniport> {
    miniport: M,
    config: PortConfig,
    clock: MasterClock,
    pin: RenderPin<M::Stream>,
    latency: LatencyWriter,
    stats: StatsWriter,
}

impl<M: Miniport> Port<M> {
    /// Opens the miniport's render stream and allocates everything the port will ever use. The
    /// port is in STOP.
    ///
    /// # Errors
    /// [`PortError::Config`] for a size out of range, [`PortError::Stream`] if the miniport gives
    /// no stream.
    ///
    /// # Real-time
    /// Not real-time: control side, allocates.
    ///
    /// # Source
    /// \[WDK\] `IPort::Init`, `IMiniportDMus::NewStream`.
    pub fn new(mut miniport: M, config: PortConfig) -> Result<Self, PortError<M::Error>> {
        let pin = open_pin(&mut miniport, &config)?;
        let clock = MasterClock::new(config.sample_rate);
        let latency = LatencyWriter::new(clock.now());
        let stats = StatsWriter::new(pin.stats());
        Ok(Self {
            miniport,
            config,
            clock,
            pin,
            latency,
            stats,
        })
    }

    /// Replaces stream, pool and sequencer by new ones of other sizes or rate. Counts and the
    /// master clock go on; the port stays in STOP.
    ///
    /// # Errors
    /// [`PortError::NotStopped`] outside STOP; otherwise as [`Port::new`]. The port is unchanged.
    ///
    /// # Real-time
    /// Not real-time: control side, allocates and frees.
    pub fn configure(&mut self, config: PortConfig) -> Result<(), PortError<M::Error>> {
        if self.state() != StreamState::Stop {
            return Err(PortError::NotStopped(self.state()));
        }
        let pin = open_pin(&mut self.miniport, &config)?;
        self.pin = pin.succeeding(&self.pin);
        self.clock = self.clock.at_rate(config.sample_rate);
        self.config = config;
        self.publish();
        Ok(())
    }

    /// Moves the stream to `state`, one step at a time in order, missing steps included.
    ///
    /// # Errors
    /// [`StateError`] at the first step the stream refuses; the state before that step is in
    /// force. Try again, or go down.
    ///
    /// # Real-time
    /// Render. Bounded: on the way to STOP by the events held. Allocates and frees nothing.
    ///
    /// # Source
    /// \[WDK\] `IMXF::SetState`. Deviation: a jump is accepted and its missing steps are taken.
    pub fn set_state(&mut self, state: StreamState) -> Result<(), StateError> {
        let result = self.pin.set_state(state, self.clock.position());
        self.publish();
        result
    }

    /// The state in force.
    #[must_use]
    pub const fn state(&self) -> StreamState {
        self.pin.state()
    }

    /// Takes the effects of STOP without freeing anything, then the former state again: nothing is
    /// held, no voice sounds, the stream begins anew. The master clock goes on.
    ///
    /// # Errors
    /// As [`Port::set_state`].
    ///
    /// # Real-time
    /// Render. Bounded: by the events held. Allocates and frees nothing.
    pub fn reset(&mut self) -> Result<(), StateError> {
        let result = self.pin.reset(self.clock.position());
        self.publish();
        result
    }

    /// Follows the host's steady count of frames, if it has one; called before the events of a
    /// block are stamped. See [`MasterClock::follow`].
    ///
    /// # Real-time
    /// Render, wait-free.
    pub fn follow(&mut self, steady: SampleTime) {
        self.clock.follow(steady);
    }

    /// The frame of the master clock the next block begins with.
    #[must_use]
    pub const fn now(&self) -> SampleTime {
        self.clock.position()
    }

    /// The master clock.
    #[must_use]
    pub const fn master_clock(&self) -> &MasterClock {
        &self.clock
    }

    /// The stamp of a frame of the next block, `0..` from its start.
    ///
    /// # Real-time
    /// Render, wait-free.
    #[must_use]
    pub fn stamp(&self, offset_frames: usize) -> ReferenceTime {
        self.clock
            .rate()
            .sample_to_ref(self.now().after_frames(offset_frames))
    }

    /// Unpacks records and holds their messages for their time; in STOP all are recycled.
    ///
    /// # Real-time
    /// Render. Bounded: O(n log q) for n bytes and q messages held.
    pub fn submit(&mut self, buffer: &MusicBuffer) -> Submitted {
        self.pin.submit(buffer, self.clock.position())
    }

    /// Holds the messages of a chain of this port's [`allocator`](Self::allocator_mut) for their
    /// time; in STOP all are recycled.
    ///
    /// A package is one message at its own time; an incomplete event and those after it, up to the
    /// one that is complete, are one message at the time of the first. What a package holds is the
    /// stream's to judge: only its shell is looked at here.
    ///
    /// # Real-time
    /// Render. Bounded: O(n log q) for n events and q messages held.
    pub fn put_message(&mut self, chain: EventBox) -> Submitted {
        self.pin.put_message(chain, self.clock.position())
    }

    /// The allocator of the render pin.
    pub const fn allocator_mut(&mut self) -> &mut Allocator {
        self.pin.allocator_mut()
    }

    /// Overwrites a block, and moves the master clock on by its frames.
    ///
    /// In RUN each message due is delivered exactly on its frame; messages of one frame come as one
    /// chain. In any other state the block is silent and the stream stands still.
    ///
    /// - `left`, `right`: `0..` frames; of unequal lengths the shorter counts, and what the longer
    ///   has beyond it is silenced
    ///
    /// # Real-time
    /// Render. Bounded: by the frames, the messages due, and the stream.
    pub fn render(&mut self, left: &mut [f32], right: &mut [f32]) {
        let block = Block::new(left, right);
        let frames = block.frames();
        self.pin.render(block, self.clock.position());
        self.clock.advance(frames);
        self.publish();
    }

    /// Publishes counts and latency for other threads.
    fn publish(&mut self) {
        // Outside RUN the stream's own reckoning stands still, and the master clock passes it.
        let until = self.pin.rendered_until().max(self.clock.now());
        self.latency.publish(until);
        self.stats.publish(self.pin.stats());
    }

    /// The next frame the stream will render; zero after STOP.
    #[must_use]
    pub const fn position(&self) -> SampleTime {
        self.pin.position()
    }

    /// The stream.
    #[must_use]
    pub const fn stream(&self) -> &M::Stream {
        self.pin.stream()
    }

    /// The stream, to be spoken to past its events.
    pub const fn stream_mut(&mut self) -> &mut M::Stream {
        self.pin.stream_mut()
    }

    /// The miniport.
    #[must_use]
    pub const fn miniport(&self) -> &M {
        &self.miniport
    }

    /// The sizes in force.
    #[must_use]
    pub const fn config(&self) -> &PortConfig {
        &self.config
    }

    /// All counts at this moment.
    #[must_use]
    pub fn stats(&self) -> PortStats {
        self.pin.stats()
    }

    /// True if every event and buffer is in the pool; always so in STOP, unless the caller or a
    /// defective stream keeps one.
    #[must_use]
    pub fn is_whole(&self) -> bool {
        self.stats().pool.is_whole()
    }

    /// The counts for another thread, as of the end of each block.
    #[must_use]
    pub fn stats_reader(&self) -> StatsReader {
        self.stats.reader(self.stats())
    }

    /// The latency clock for another thread.
    #[must_use]
    pub fn latency_clock(&self) -> LatencyClock {
        self.latency.clock()
    }
}

fn open_pin<M: Miniport>(
    miniport: &mut M,
    config: &PortConfig,
) -> Result<RenderPin<M::Stream>, PortError<M::Error>> {
    config.check(miniport.caps())?;
    let allocator = Allocator::new(config.pool())?;
    let request = StreamRequest::render(
        config.sample_rate,
        config.channel_groups,
        config.buffer_size,
    );
    let opened = miniport.new_stream(request).map_err(PortError::Stream)?;
    Ok(RenderPin::new(opened, config, allocator))
}

impl<M: Miniport> fmt::Debug for Port<M> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Port")
            .field("config", &self.config)
            .field("state", &self.state())
            .field("now", &self.now())
            .field("position", &self.position())
            .field("stats", &self.stats())
            .finish_non_exhaustive()
    }
}

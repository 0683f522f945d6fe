//! One render pin: a stream with everything that is its own.
//!
//! In: packed records, chains of events. Out: frames. Owner: the port. Thread: render.
//! Source: \[WDK\] Synthesizer Miniport Driver Overview: per open pin one sequencer, one allocator,
//! one stream, one virtual synthesizer.

use crate::{
    allocator::Allocator,
    error::StateError,
    miniport::{NewStream, SynthSink},
    music::MusicBuffer,
    mxf::{Mxf, RenderCx},
    pool::EventBox,
    port::{
        PortConfig,
        inlet::Inlet,
        sequencer::Sequencer,
        stats::{Loss, PortStats, Submitted, Tally},
        unpacker,
        wave_sink::{Block, WaveSink},
    },
    state::StreamState,
    time::{ReferenceTime, SampleRate, SampleTime},
};

/// A stream, its allocator, sequencer, wave sink and counts.
#[derive(Debug)]
pub(super) struct RenderPin<S: Mxf + SynthSink> {
    stream: S,
    state: StreamState,
    allocator: Allocator,
    sequencer: Sequencer,
    sink: WaveSink,
    rate: SampleRate,
    channel_groups: u16,
    tally: Tally,
}

impl<S: Mxf + SynthSink> RenderPin<S> {
    /// A pin in STOP around a new stream, with all the memory it will ever use.
    pub(super) fn new(opened: NewStream<S>, config: &PortConfig, allocator: Allocator) -> Self {
        let NewStream {
            stream,
            schedule_prefetch,
        } = opened;
        let rate = config.sample_rate;
        Self {
            stream,
            state: StreamState::Stop,
            allocator,
            sequencer: Sequencer::new(config.sequencer, schedule_prefetch, rate),
            sink: WaveSink::new(rate),
            rate,
            channel_groups: config.channel_groups,
            tally: Tally::default(),
        }
    }

    /// The same pin with the counts of the one it replaces, which is in STOP.
    pub(super) const fn succeeding(mut self, former: &Self) -> Self {
        self.tally = former.tally;
        self
    }

    pub(super) const fn state(&self) -> StreamState {
        self.state
    }

    pub(super) const fn stream(&self) -> &S {
        &self.stream
    }

    pub(super) const fn stream_mut(&mut self) -> &mut S {
        &mut self.stream
    }

    pub(super) const fn allocator_mut(&mut self) -> &mut Allocator {
        &mut self.allocator
    }

    pub(super) const fn position(&self) -> SampleTime {
        self.sink.position()
    }

    pub(super) fn stats(&self) -> PortStats {
        let Tally {
            submitted,
            delivered,
            late,
            lost,
        } = self.tally;
        PortStats {
            submitted,
            delivered,
            late,
            held: u64::from(self.sequencer.held()),
            lost,
            pool: self.allocator.pool(),
            foreign_chains: self.allocator.foreign_chains(),
        }
    }

    /// The master time of the next frame to be rendered, as the stream sees it.
    pub(super) fn rendered_until(&self) -> ReferenceTime {
        self.stream.sample_to_ref(self.sink.position())
    }

    /// Takes every step on the way to `target`, in order; ends at the first that fails.
    pub(super) fn set_state(
        &mut self,
        target: StreamState,
        now: SampleTime,
    ) -> Result<(), StateError> {
        while let Some(next) = self.state.step_towards(target) {
            let position = self.sink.position();
            let mut cx = RenderCx::new(&mut self.allocator, self.rate, now, position);
            let step = self.stream.set_state(next, &mut cx);
            step.map_err(|reason| StateError {
                from: self.state,
                to: next,
                reason,
            })?;
            self.state = next;
            match next {
                StreamState::Run => self.sink.start(),
                StreamState::Stop => {
                    let held = self.sequencer.flush(&mut cx);
                    self.tally.lose(Loss::Stopped, held);
                    self.sink.rewind();
                }
                StreamState::Acquire | StreamState::Pause => {}
            }
        }
        Ok(())
    }

    /// The effects of STOP, then the former state again.
    pub(super) fn reset(&mut self, now: SampleTime) -> Result<(), StateError> {
        let former = self.state;
        self.set_state(StreamState::Stop, now)?;
        self.set_state(former, now)
    }

    pub(super) fn submit(&mut self, buffer: &MusicBuffer, now: SampleTime) -> Submitted {
        self.with_inlet(now, |inlet, cx| unpacker::unpack(buffer, inlet, cx))
    }

    pub(super) fn put_message(&mut self, chain: EventBox, now: SampleTime) -> Submitted {
        self.with_inlet(now, |inlet, cx| inlet.accept_chain(chain, cx))
    }

    fn with_inlet(
        &mut self,
        now: SampleTime,
        feed: impl FnOnce(&mut Inlet<'_>, &mut RenderCx<'_>),
    ) -> Submitted {
        let before = self.tally;
        let position = self.sink.position();
        let mut cx = RenderCx::new(&mut self.allocator, self.rate, now, position);
        let mut inlet = Inlet {
            sequencer: &mut self.sequencer,
            tally: &mut self.tally,
            channel_groups: self.channel_groups,
            is_open: self.state != StreamState::Stop,
        };
        feed(&mut inlet, &mut cx);
        self.tally.since(&before)
    }

    /// Fills `block`, whose first frame is `now` on the master clock; with silence outside RUN.
    pub(super) fn render(&mut self, block: Block<'_>, now: SampleTime) {
        if self.state != StreamState::Stop {
            let position = self.sink.position();
            let mut cx = RenderCx::new(&mut self.allocator, self.rate, now, position);
            self.stream.service(&mut cx);
        }
        if self.state != StreamState::Run {
            return block.silence();
        }
        let Self {
            stream,
            sequencer,
            sink,
            allocator,
            tally,
            ..
        } = self;
        let delivered = sink.render(block, now, sequencer, stream, allocator);
        tally.delivered = tally.delivered.wrapping_add(delivered.messages);
        tally.late = tally.late.wrapping_add(delivered.late);
    }
}

impl<S: Mxf + SynthSink> Drop for RenderPin<S> {
    /// Brings every event home, whatever the state. A stream that refuses to stop has its own
    /// events dropped with it, and the pool with them.
    fn drop(&mut self) {
        let now = SampleTime::ZERO;
        let _stopped = self.set_state(StreamState::Stop, now);
        let mut cx = RenderCx::new(&mut self.allocator, self.rate, now, self.sink.position());
        self.sequencer.flush(&mut cx);
    }
}

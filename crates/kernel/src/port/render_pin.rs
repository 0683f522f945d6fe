//! One render pin: a stream with everything that is its own.
//!
//! In: packed records, chains of events. Out: events to the stream at their time, frames if the
//! stream makes any. Owner: the port, whose allocator all pins share. Thread: render.
//! Source: \[WDK\] Synthesizer Miniport Driver Overview: per open pin one sequencer, one stream,
//! one virtual synthesizer.

use crate::{
    allocator::Allocator,
    error::StateError,
    history::HistoryWriter,
    miniport::{NewStream, Stream},
    music::MusicBuffer,
    mxf::RenderCx,
    pool::EventBox,
    port::{
        PortConfig,
        delivery::Delivery,
        inlet::Inlet,
        sequencer::Sequencer,
        stats::{Loss, PinStats, Submitted, Tally},
        unpacker,
        wave_sink::{Block, WaveSink},
    },
    position::{PositionNotify, PositionReader, PositionWriter},
    state::StreamState,
    time::{ReferenceTime, SampleRate, SampleTime},
};

/// A stream, its sequencer, wave sink and counts.
#[derive(Debug)]
pub(super) struct RenderPin<S> {
    stream: S,
    state: StreamState,
    sequencer: Sequencer,
    sink: WaveSink,
    rate: SampleRate,
    /// Groups the stream was opened with.
    groups_opened: u16,
    /// Groups that are addressed now, `1..=groups_opened`.
    channel_groups: u16,
    /// Messages to groups above may still be held.
    has_shrunk: bool,
    tally: Tally,
    position: PositionWriter,
    consumed: PositionReader,
}

impl<S: Stream> RenderPin<S> {
    /// A pin in STOP around a new stream, with all the memory it will ever use.
    pub(super) fn new(opened: NewStream<S>, config: &PortConfig) -> Self {
        let NewStream {
            stream,
            schedule_prefetch,
            ..
        } = opened;
        let rate = config.sample_rate;
        let (position, consumed) = PositionWriter::new();
        Self {
            stream,
            state: StreamState::Stop,
            sequencer: Sequencer::new(config.sequencer, schedule_prefetch, rate),
            sink: WaveSink::new(rate),
            rate,
            groups_opened: config.channel_groups,
            channel_groups: config.channel_groups,
            has_shrunk: false,
            tally: Tally::default(),
            position,
            consumed,
        }
    }

    /// The same pin with the counts of the one it replaces, which is in STOP.
    pub(super) fn succeeding(mut self, former: &Self) -> Self {
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

    pub(super) const fn position(&self) -> SampleTime {
        self.sink.position()
    }

    pub(super) fn byte_position(&self) -> PositionReader {
        self.consumed.clone()
    }

    pub(super) const fn stream_bytes(&self) -> u64 {
        self.sequencer.stream_bytes()
    }

    pub(super) const fn channel_groups(&self) -> u16 {
        self.channel_groups
    }

    pub(super) fn stats(&self) -> PinStats {
        let Tally {
            submitted,
            delivered,
            late,
            lost,
        } = self.tally;
        PinStats {
            submitted,
            delivered,
            late,
            held: u64::from(self.sequencer.held()),
            lost,
        }
    }

    /// The master time of the next frame to be rendered, as the stream sees it.
    pub(super) const fn rendered_until(&self) -> ReferenceTime {
        self.sink.rendered_until()
    }

    /// Gives the stream a wave pin, if it is a synthesizer that lacks one.
    pub(super) fn open_wave(&mut self) -> bool {
        let opens = !self.sink.is_open() && self.stream.synth_sink().is_some();
        if opens {
            self.sink.open();
        }
        opens
    }

    /// Answers to groups `1..=groups` from now on, at most those it was opened with.
    ///
    /// Messages held for a group that vanishes are recycled when their time comes.
    pub(super) fn set_channel_groups(&mut self, groups: u16) -> u16 {
        let granted = groups.clamp(1, self.groups_opened);
        self.has_shrunk |= granted < self.channel_groups;
        self.channel_groups = granted;
        if let Some(node) = self.stream.synth_node() {
            node.set_channel_groups(granted);
        }
        granted
    }

    /// Takes every step on the way to `target`, in order; ends at the first that fails.
    pub(super) fn set_state(
        &mut self,
        target: StreamState,
        now: SampleTime,
        allocator: &mut Allocator,
    ) -> Result<(), StateError> {
        while let Some(next) = self.state.step_towards(target) {
            let mut cx = RenderCx::new(allocator, self.rate, now, self.sink.position());
            let step = self.stream.set_state(next, &mut cx);
            step.map_err(|reason| StateError {
                from: self.state,
                to: next,
                reason,
            })?;
            self.state = next;
            match next {
                StreamState::Run => self.sink.start(),
                StreamState::Stop => self.flush(&mut cx),
                StreamState::Acquire | StreamState::Pause => {}
            }
        }
        Ok(())
    }

    /// The effects of STOP on what the pin itself holds.
    fn flush(&mut self, cx: &mut RenderCx<'_>) {
        let held = self.sequencer.flush(cx);
        self.tally.lose(Loss::Stopped, held);
        self.has_shrunk = false;
        self.sink.rewind();
        self.position.reset();
    }

    /// Brings everything home whatever the stream says; the pin is of no use afterwards.
    pub(super) fn close(&mut self, now: SampleTime, allocator: &mut Allocator) {
        let mut cx = RenderCx::new(allocator, self.rate, now, self.sink.position());
        while let Some(next) = self.state.step_towards(StreamState::Stop) {
            // A stream that refuses a step may still take the next, and give back what it holds.
            let _told = self.stream.set_state(next, &mut cx);
            self.state = next;
        }
        self.flush(&mut cx);
    }

    pub(super) fn submit(
        &mut self,
        buffer: &MusicBuffer,
        now: SampleTime,
        allocator: &mut Allocator,
    ) -> Submitted {
        self.with_inlet(now, allocator, |inlet, cx| {
            unpacker::unpack(buffer, inlet, cx);
        })
    }

    pub(super) fn put_message(
        &mut self,
        chain: EventBox,
        now: SampleTime,
        allocator: &mut Allocator,
    ) -> Submitted {
        self.with_inlet(now, allocator, |inlet, cx| inlet.accept_chain(chain, cx))
    }

    pub(super) fn with_inlet(
        &mut self,
        now: SampleTime,
        allocator: &mut Allocator,
        feed: impl FnOnce(&mut Inlet<'_>, &mut RenderCx<'_>),
    ) -> Submitted {
        let before = self.tally;
        let mut cx = RenderCx::new(allocator, self.rate, now, self.sink.position());
        let mut inlet = Inlet {
            sequencer: &mut self.sequencer,
            tally: &mut self.tally,
            channel_groups: self.channel_groups,
            is_open: self.state != StreamState::Stop,
        };
        feed(&mut inlet, &mut cx);
        self.tally.since(&before)
    }

    /// Has what is due wait, from the frame at `now` on, or wait no longer.
    pub(super) fn hold(&mut self, holds: bool, now: SampleTime) {
        let now = self.rate.sample_to_ref(now);
        match (holds, self.sequencer.is_holding()) {
            (true, false) => self.sequencer.hold(now),
            (false, true) => self.sequencer.release(now),
            _ => {}
        }
    }

    /// Lets the stream look after itself, once a block.
    pub(super) fn service(&mut self, now: SampleTime, allocator: &mut Allocator) {
        if self.state != StreamState::Stop {
            let mut cx = RenderCx::new(allocator, self.rate, now, self.sink.position());
            self.stream.service(&mut cx);
        }
    }

    /// Delivers what is due in `block`, whose first frame is `now` on the master clock, and fills
    /// it; with silence outside RUN, or without a wave pin.
    pub(super) fn render(
        &mut self,
        block: Block<'_>,
        now: SampleTime,
        allocator: &mut Allocator,
        history: Option<&mut HistoryWriter>,
    ) {
        if self.state != StreamState::Run {
            return block.silence();
        }
        let mut delivery = Delivery {
            stream: &mut self.stream,
            is_watched: self.has_shrunk || history.is_some(),
            history,
            shrunk_to: self.has_shrunk.then_some(self.channel_groups),
            vanished: 0,
            vanished_late: 0,
            rate: self.rate,
        };
        let delivered = self
            .sink
            .render(block, now, &mut self.sequencer, &mut delivery, allocator);
        let (vanished, vanished_late) = (delivery.vanished, delivery.vanished_late);
        let tally = &mut self.tally;
        let messages = delivered.messages.saturating_sub(vanished);
        tally.delivered = tally.delivered.wrapping_add(messages);
        let late = delivered.late.saturating_sub(vanished_late);
        tally.late = tally.late.wrapping_add(late);
        tally.lose(Loss::Groups, vanished);
        if self.sequencer.held() == 0 {
            self.has_shrunk = false;
        }
        self.position.position_notify(delivered.position());
    }
}

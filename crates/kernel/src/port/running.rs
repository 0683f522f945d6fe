//! What a port does while it is in use: states, blocks, the event door.
//!
//! Owner: the port. Thread: render.

use crate::{
    allocator::Allocator,
    clock::{Annotation, Transport, TransportTracker},
    error::StateError,
    history::HistoryWriter,
    miniport::{Miniport, Stream},
    music::MusicBuffer,
    mxf::RenderCx,
    pool::{EventBox, GrowthRefused, PoolExtension},
    port::{MIX_FRAMES, PinId, Port, Submitted, render_pin::RenderPin, wave_sink::Block},
    property::BlockAccount,
    service::{Served, ServiceTable},
    state::StreamState,
    time::{ReferenceTime, SampleTime},
};

impl<M: Miniport> Port<M> {
    /// Moves every pin to `state`, one step at a time in order, missing steps included.
    ///
    /// # Errors
    /// [`StateError`] at the first step a stream refuses. Its pin keeps the state before that
    /// step; pins that had moved are brought back to it. Try again, or go down.
    ///
    /// # Real-time
    /// Render. Bounded: on the way to STOP by the events held. Allocates and frees nothing.
    ///
    /// # Source
    /// \[WDK\] `IMXF::SetState`. Deviation: a jump is accepted and its missing steps are taken.
    pub fn set_state(&mut self, state: StreamState) -> Result<(), StateError> {
        self.apply_edits();
        self.obey_properties();
        let was_running = self.state() == StreamState::Run;
        let result = self.walk_to(state);
        if self.state() == StreamState::Run
            && !was_running
            && let Some(properties) = &mut self.properties
        {
            properties.enter_run();
        }
        self.publish();
        result
    }

    fn walk_to(&mut self, state: StreamState) -> Result<(), StateError> {
        // Pins opened since then, or left behind by a refusal, first catch up.
        for pin in 0..self.pins() {
            self.set_pin_state(pin, self.state())?;
        }
        while let Some(next) = self.state().step_towards(state) {
            self.step(next)?;
        }
        Ok(())
    }

    /// One step of all pins, the first pin last: what it is in is the state of the port.
    fn step(&mut self, next: StreamState) -> Result<(), StateError> {
        let former = self.state();
        for pin in (0..self.pins()).rev() {
            if let Err(error) = self.set_pin_state(pin, next) {
                for moved in pin..self.pins() {
                    // The way back leads to a state the stream has just been in.
                    let _back = self.set_pin_state(moved, former);
                }
                return Err(error);
            }
        }
        let position = self.main.position();
        let (rate, now) = (self.config.sample_rate, self.clock.position());
        let mut cx = RenderCx::new(&mut self.allocator, rate, now, position);
        // A filter between two pins has no say in the state of the port.
        let _refused = self.wiring.graph.set_state(next, &mut cx);
        Ok(())
    }

    /// All pins there are: the first, further render pins, capture pins.
    fn pins(&self) -> usize {
        1 + self.others.len() + self.captures.len()
    }

    fn set_pin_state(&mut self, pin: usize, state: StreamState) -> Result<(), StateError> {
        let now = self.clock.position();
        if let Some(pin) = self.render_pin_at(pin) {
            let (pin, allocator) = pin;
            return pin.set_state(state, now, allocator);
        }
        let rate = self.config.sample_rate;
        let mut cx = RenderCx::new(&mut self.allocator, rate, now, SampleTime::ZERO);
        let capture = self.captures.get(pin.saturating_sub(1 + self.others.len()));
        capture.map_or(Ok(()), |capture| capture.set_state(state, &mut cx))
    }

    /// A render pin by its number, beside the allocator that all share.
    fn render_pin_at(
        &mut self,
        number: usize,
    ) -> Option<(&mut RenderPin<M::Stream>, &mut Allocator)> {
        let pin = match number.checked_sub(1) {
            None => Some(&mut self.main),
            Some(index) => self.others.get_mut(index),
        };
        Some((pin?, &mut self.allocator))
    }

    pub(super) fn render_pin_mut(
        &mut self,
        pin: PinId,
    ) -> Option<(&mut RenderPin<M::Stream>, &mut Allocator)> {
        match pin {
            PinId::Render(number) => self.render_pin_at(usize::from(number)),
            PinId::Capture(_) => None,
        }
    }

    /// Takes the effects of STOP without freeing anything, then the former state again: nothing is
    /// held, no voice sounds, the streams begin anew. The master clock goes on.
    ///
    /// # Errors
    /// As [`Port::set_state`].
    ///
    /// # Real-time
    /// Render. Bounded: by the events held. Allocates and frees nothing.
    pub fn reset(&mut self) -> Result<(), StateError> {
        let former = self.state();
        self.set_state(StreamState::Stop)?;
        self.set_state(former)
    }

    /// Follows the host's steady count of frames, if it has one; called before the events of a
    /// block are stamped. See [`MasterClock::follow`](crate::clock::MasterClock::follow).
    ///
    /// # Real-time
    /// Render, wait-free.
    pub fn follow(&mut self, steady: SampleTime) {
        self.clock.follow(steady);
    }

    /// Unpacks records and holds their messages for their time; in STOP all are recycled.
    ///
    /// # Real-time
    /// Render. Bounded by the bytes; see [`Port::put_message`] for each message.
    pub fn submit(&mut self, buffer: &MusicBuffer) -> Submitted {
        self.main
            .submit(buffer, self.clock.position(), &mut self.allocator)
    }

    /// As [`Port::submit`], for another render pin; all is lost if there is no such pin.
    ///
    /// # Real-time
    /// As [`Port::submit`].
    pub fn submit_to(&mut self, pin: PinId, buffer: &MusicBuffer) -> Option<Submitted> {
        let now = self.clock.position();
        let (pin, allocator) = self.render_pin_mut(pin)?;
        Some(pin.submit(buffer, now, allocator))
    }

    /// Holds the messages of a chain of this port's [`allocator`](Self::allocator_mut) for their
    /// time; in STOP all are recycled.
    ///
    /// A package is one message at its own time; an incomplete event and those after it, up to the
    /// one that is complete, are one message at the time of the first. What a package holds is the
    /// stream's to judge: only its shell is looked at here.
    ///
    /// # Real-time
    /// Render. Bounded by the events of the chain.
    pub fn put_message(&mut self, chain: EventBox) -> Submitted {
        self.main
            .put_message(chain, self.clock.position(), &mut self.allocator)
    }

    /// Has messages wait from the next block on though they are due, because what is to play them
    /// is not there yet; or lets them play.
    ///
    /// Nothing else waits: voices sound on, the clocks go on. What was stamped before the next block
    /// and is not held for its time is played all the same. The pool and the sequencer hold what
    /// waits, and what finds no room is lost and counted as ever, so whoever holds watches
    /// [`stats`](Self::stats).
    ///
    /// When it plays again, order is as always; the last second of what waited keeps its rhythm at
    /// twice the pace until it has caught up, what is older plays at once. All of that is counted
    /// as [`late`](crate::PortStats::late). Holds over STOP and
    /// [`reset`](Self::reset), which recycle what waits.
    ///
    /// # Real-time
    /// Render, wait-free.
    ///
    /// # Source
    /// \[WDK\] KSPROPSETID_Synth_Dls: downloads are not time-stamped; what is played before its
    /// instrument has come would be lost.
    pub fn hold(&mut self, holds: bool) {
        let now = self.clock.position();
        self.main.hold(holds, now);
        for pin in &mut self.others {
            pin.hold(holds, now);
        }
    }

    /// Overwrites a block, and moves the master clock on by its frames.
    ///
    /// In RUN each message due is delivered exactly on its frame; messages of one frame come as one
    /// chain. Pins that give audio are added up in their order. In any other state the block is
    /// silent and the streams stand still.
    ///
    /// - `left`, `right`: `0..` frames; of unequal lengths the shorter counts, and what the longer
    ///   has beyond it is silenced
    ///
    /// # Real-time
    /// Render. Bounded: by the frames, the messages due, the requests pending, and the streams.
    pub fn render(&mut self, left: &mut [f32], right: &mut [f32]) {
        self.apply_edits();
        self.serve(ServiceTable::serve);
        self.service_streams();
        self.obey_properties();
        let start = self.clock.now();
        let mut block = Block::new(left, right);
        while block.frames() > 0 {
            let frames = self.frames_to_deadline(block.frames());
            self.render_part(block.take_slice(frames));
            self.clock.advance(frames);
            if block.frames() > 0 {
                self.serve(ServiceTable::serve_due);
            }
        }
        self.account(start);
        self.publish();
    }

    /// Edits of the graph take effect.
    fn apply_edits(&mut self) {
        let position = self.main.position();
        let (rate, now) = (self.config.sample_rate, self.clock.position());
        let mut cx = RenderCx::new(&mut self.allocator, rate, now, position);
        self.wiring.graph.apply(&mut cx);
    }

    /// Serves what is pending or has fallen due, and plays what was captured and goes through.
    fn serve(&mut self, how: fn(&mut ServiceTable, &mut RenderCx<'_>) -> Served) {
        let position = self.main.position();
        let (rate, now) = (self.config.sample_rate, self.clock.position());
        let mut cx = RenderCx::new(&mut self.allocator, rate, now, position);
        how(&mut self.services.table, &mut cx);
        for index in 0..self.captures.len() {
            self.pass_through(index);
        }
    }

    /// What a capture pin has for a render pin becomes a submission there.
    fn pass_through(&mut self, capture: usize) {
        let Some((target, chain)) = self.captures.get(capture).and_then(|capture| {
            let target = capture.thru()?;
            let chain = capture.take_thru()?;
            Some((target, chain))
        }) else {
            return;
        };
        let now = self.clock.position();
        match self.render_pin_mut(target) {
            Some((pin, allocator)) => {
                pin.put_message(chain, now, allocator);
            }
            None => self.allocator.put_message(chain),
        }
    }

    /// Every render stream looks after itself once a block.
    fn service_streams(&mut self) {
        let now = self.clock.position();
        self.main.service(now, &mut self.allocator);
        for pin in &mut self.others {
            pin.service(now, &mut self.allocator);
        }
    }

    fn obey_properties(&mut self) {
        let Some(properties) = &mut self.properties else {
            return;
        };
        properties.serve(self.main.stream_mut().synth_node());
        let groups = properties.channel_groups();
        if groups != self.main.channel_groups() {
            self.main.set_channel_groups(groups);
        }
    }

    /// Tells the properties what a block that began at `start` came to.
    fn account(&mut self, start: ReferenceTime) {
        let Some(properties) = &mut self.properties else {
            return;
        };
        let is_running = self.main.state() == StreamState::Run;
        let node = self.main.stream_mut().synth_node();
        let reading = node.filter(|_| is_running).map(|node| node.reading());
        let end = self.clock.now();
        let ahead = self.main.rendered_until().saturating_sub(end);
        properties.account(&BlockAccount {
            start,
            end,
            output_latency: ahead.max(ReferenceTime::ZERO),
            busy_ns: self.busy_ns.take(),
            reading,
        });
    }

    /// Notes what the last block has cost, for the statistics of the next.
    ///
    /// # Real-time
    /// Render, wait-free.
    pub const fn note_busy(&mut self, busy_ns: u64) {
        self.busy_ns = Some(busy_ns);
    }

    /// Takes what the host says of its song at the start of the next block, and writes what has
    /// changed into the history. The master clock does not care.
    ///
    /// - `frames`: of the block, `0..`
    /// - `tell`: gets each change, in order of time
    ///
    /// # Real-time
    /// Render. Bounded as [`TransportTracker::block`].
    pub fn follow_song(
        &mut self,
        song: &Transport,
        frames: usize,
        mut tell: impl FnMut(&Annotation),
    ) {
        let history = &mut self.history;
        self.song
            .block(self.clock.position(), frames, song, &mut |annotation| {
                if let Some(history) = history {
                    history.annotate(&annotation);
                }
                tell(&annotation);
            });
    }

    /// Where the host's song stands.
    #[must_use]
    pub const fn song(&self) -> &TransportTracker {
        &self.song
    }

    /// Frames up to the next delayed service, `1..=left`.
    fn frames_to_deadline(&self, left: usize) -> usize {
        let Some(deadline) = self.services.table.next_deadline() else {
            return left;
        };
        let frame = self.config.sample_rate.first_sample_at(deadline);
        let ahead = frame.saturating_sub(self.clock.position()).frames().max(1);
        usize::try_from(ahead).unwrap_or(left).min(left)
    }

    /// Renders part of a block with all pins, which no service interrupts.
    fn render_part(&mut self, part: Block<'_>) {
        let now = self.clock.position();
        let Self {
            main,
            others,
            allocator,
            history,
            mix,
            ..
        } = self;
        if others.is_empty() {
            return main.render(part, now, allocator, history.as_mut());
        }
        let (mut part, mut now) = (part, now);
        while part.frames() > 0 {
            let mut slice = part.take_slice(part.frames().min(MIX_FRAMES));
            let frames = slice.frames();
            main.render(slice.reborrow(), now, allocator, history.as_mut());
            for pin in &mut *others {
                let [left, right] = mix;
                let (Some(left), Some(right)) = (left.get_mut(..frames), right.get_mut(..frames))
                else {
                    continue;
                };
                pin.render(Block::new(left, right), now, allocator, history.as_mut());
                slice.add(left, right);
            }
            now = now.after_frames(frames);
        }
    }

    /// Publishes counts and clocks for other threads.
    pub(super) fn publish(&mut self) {
        // Outside RUN the stream's own reckoning stands still, and the master clock passes it.
        let until = self.main.rendered_until().max(self.clock.now());
        self.latency.publish(until);
        let stats = self.stats();
        self.stats.publish(stats);
    }

    /// Writes every message delivered from now on into `history`, and hands back the one before.
    ///
    /// # Real-time
    /// Render, wait-free.
    pub const fn set_history(&mut self, history: Option<HistoryWriter>) -> Option<HistoryWriter> {
        std::mem::replace(&mut self.history, history)
    }

    /// The history that is being written, for what the client itself has to add.
    pub const fn history_mut(&mut self) -> Option<&mut HistoryWriter> {
        self.history.as_mut()
    }

    /// Adds events and long buffers to the pool, built on the control side. What a full pool has
    /// lost stays lost; the sequencer holds as many messages as before.
    ///
    /// # Errors
    /// [`GrowthRefused`] with the extension, if it does not fit this pool; send it home.
    ///
    /// # Real-time
    /// Render, in any state. Bounded: the same for any size; allocates and frees nothing.
    pub fn grow(&mut self, extension: PoolExtension) -> Result<(), GrowthRefused> {
        self.allocator.grow(extension)
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
}

//! What the device ends of both directions have in common: state, record, notifications.
//!
//! In: the end of each block. Out: a published record, events that are set.
//! Owner: a device end; the stream while there is no buffer. Thread: render.
//! Source: \[WDK\] `IMiniportWaveRTStream::SetState`, `IMiniportWaveRTStream::GetPosition`.

use std::sync::Arc;

use crate::{
    state::StreamState,
    sync::{Writer, published},
    time::SampleTime,
    wave_rt::{
        event::EventTable,
        status::{Status, StatusReader, WORDS},
    },
};

/// The device's side of one pin, from its first buffer to its last.
#[derive(Debug)]
pub struct DevicePin {
    /// The same as the stream's: tells whose pin this is.
    pub(super) owner: Arc<()>,
    pub(super) status: Status,
    pub(super) events: EventTable,
    published: Writer<WORDS>,
}

impl DevicePin {
    pub(super) fn new(owner: Arc<()>, events: EventTable) -> Self {
        let status = Status::default();
        let (published, _) = published(status.words());
        Self {
            owner,
            status,
            events,
            published,
        }
    }

    pub(super) fn reader(&self) -> StatusReader {
        StatusReader::new(self.published.reader())
    }

    /// Begins a life with a buffer of `size` frames in packets of `packet`, or with none of both.
    pub(super) fn set_buffer(&mut self, size: u64, packet: u64) {
        self.status.size = size;
        self.status.packet = packet;
        self.restart(0);
        self.publish();
    }

    /// Passes the steps to `target` in order; `stopped` is called on arrival in STOP and tells the
    /// index in the ring at which the next run begins.
    pub(super) fn set_state(&mut self, target: StreamState, mut stopped: impl FnMut() -> u64) {
        // Three steps at most.
        while let Some(next) = self.status.state.step_towards(target) {
            self.status.state = next;
            if next == StreamState::Stop {
                self.restart(stopped());
            }
        }
        self.publish();
    }

    fn restart(&mut self, base: u64) {
        let status = &mut self.status;
        status.run = status.run.wrapping_add(1);
        status.base = base;
        status.frames = 0;
        status.starts = [0; 3];
        status.completed_at = 0;
    }

    pub(super) fn runs(&self) -> bool {
        self.status.state == StreamState::Run
    }

    /// Ends a block of `count` frames that began at master frame `now`: moves the position in RUN,
    /// the clock always. Frames come first, then the record that tells of them, then the events.
    pub(super) fn end_block(&mut self, count: u64, now: SampleTime) {
        self.events.update();
        let points = if self.runs() {
            self.status.advance(count, now.frames())
        } else {
            0
        };
        self.status.clock = self.status.clock.wrapping_add(count);
        let length = i64::try_from(count).unwrap_or(i64::MAX);
        self.status.now = now.frames().saturating_add(length);
        self.publish();
        self.events.set(points);
    }

    fn publish(&mut self) {
        self.published.publish(self.status.words());
    }
}

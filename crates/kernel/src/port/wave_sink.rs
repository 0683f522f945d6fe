//! The wave sink: pulls a block out of a stream slice by slice, events between the slices.
//!
//! In: due messages, a block to fill. Out: frames. Owner: a render pin. Thread: render.
//! Source: \[WDK\] A Wave Sink for Kernel-Mode Software Synthesizers; MIDI to Wave.
//!
//! ```text
//! at each frame on which messages are due: hand them to the stream
//! render up to the next such frame, or to the end of the block
//! ```

use crate::{
    allocator::Allocator,
    miniport::{MasterSync, SynthSink},
    mxf::{Mxf, RenderCx},
    port::sequencer::{Delivered, Sequencer},
    time::{SampleRate, SampleTime},
};

/// A block to be filled: two channels of the same length.
#[derive(Debug)]
pub(super) struct Block<'a> {
    left: &'a mut [f32],
    right: &'a mut [f32],
}

impl<'a> Block<'a> {
    /// The block both channels have room for; what the longer one has beyond it is silenced.
    pub(super) fn new(left: &'a mut [f32], right: &'a mut [f32]) -> Self {
        let frames = left.len().min(right.len());
        Self {
            left: cut(left, frames),
            right: cut(right, frames),
        }
    }

    pub(super) const fn frames(&self) -> usize {
        self.left.len()
    }

    pub(super) fn silence(self) {
        self.left.fill(0.0);
        self.right.fill(0.0);
    }

    /// Cuts the first `frames` off the block.
    fn take_slice(&mut self, frames: usize) -> Self {
        let slice = |channel: &mut &'a mut [f32]| {
            let whole = std::mem::take(channel);
            let (slice, rest) = whole.split_at_mut_checked(frames).unwrap_or_default();
            *channel = rest;
            slice
        };
        Self {
            left: slice(&mut self.left),
            right: slice(&mut self.right),
        }
    }
}

/// The first `frames` of a channel; the others are silenced.
fn cut(channel: &mut [f32], frames: usize) -> &mut [f32] {
    let (kept, rest) = channel.split_at_mut_checked(frames).unwrap_or_default();
    rest.fill(0.0);
    kept
}

/// Where a stream stands, and the loop that moves it.
#[derive(Debug)]
pub(super) struct WaveSink {
    rate: SampleRate,
    /// The next frame to be rendered; stands still outside RUN.
    position: SampleTime,
    /// True until the first block after entering RUN.
    is_starting: bool,
}

impl WaveSink {
    pub(super) const fn new(rate: SampleRate) -> Self {
        Self {
            rate,
            position: SampleTime::ZERO,
            is_starting: true,
        }
    }

    pub(super) const fn position(&self) -> SampleTime {
        self.position
    }

    /// RUN is entered: the next block maps the stream to the master clock afresh.
    pub(super) const fn start(&mut self) {
        self.is_starting = true;
    }

    /// STOP is entered: the stream will begin anew.
    pub(super) const fn rewind(&mut self) {
        self.position = SampleTime::ZERO;
    }

    /// Fills `block`, whose first frame is `now` on the master clock.
    ///
    /// Slices follow each other without a gap and add up to the block. Nothing is delivered on the
    /// frame after the last, which belongs to the next block; an empty block delivers nothing.
    pub(super) fn render<S: Mxf + SynthSink>(
        &mut self,
        mut block: Block<'_>,
        now: SampleTime,
        sequencer: &mut Sequencer,
        stream: &mut S,
        allocator: &mut Allocator,
    ) -> Delivered {
        let mut total = Delivered::default();
        if block.frames() > 0 {
            let master = self.rate.sample_to_ref(now);
            let start = std::mem::take(&mut self.is_starting);
            stream.sync_to_master(MasterSync {
                position: self.position,
                master,
                start,
            });
        }
        let mut now = now;
        while block.frames() > 0 {
            let mut cx = RenderCx::new(allocator, self.rate, now, self.position);
            let delivered = sequencer.advance(stream, &mut cx);
            total.messages += delivered.messages;
            total.late += delivered.late;
            let slice = block.take_slice(slice_frames(sequencer.next_due(), now, block.frames()));
            let frames = slice.frames();
            stream.render(slice.left, slice.right, self.position);
            self.position = self.position.after_frames(frames);
            now = now.after_frames(frames);
        }
        total
    }
}

/// Frames from `now` to the next due frame, at least one, at most those `left`.
fn slice_frames(next_due: Option<SampleTime>, now: SampleTime, left: usize) -> usize {
    let Some(due) = next_due else { return left };
    debug_assert!(
        due > now,
        "a message due at {due:?} is still held at {now:?}"
    );
    let ahead = due.saturating_sub(now).frames().max(1);
    usize::try_from(ahead).unwrap_or(left).min(left)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slice_ends_at_the_next_due_frame_or_with_the_block() {
        let now = SampleTime::new(100);
        assert_eq!(slice_frames(None, now, 64), 64);
        assert_eq!(slice_frames(Some(SampleTime::new(101)), now, 64), 1);
        assert_eq!(slice_frames(Some(SampleTime::new(163)), now, 64), 63);
        assert_eq!(slice_frames(Some(SampleTime::new(i64::MAX)), now, 64), 64);
    }

    #[test]
    fn the_longer_channel_is_silenced_beyond_the_block() {
        let (mut left, mut right) = ([1.0; 5], [1.0; 3]);
        assert_eq!(Block::new(&mut left, &mut right).frames(), 3);
        assert_eq!(
            left.map(f32::to_bits),
            [1.0, 1.0, 1.0, 0.0, 0.0].map(f32::to_bits)
        );
        assert_eq!(right.map(f32::to_bits), [1.0; 3].map(f32::to_bits));
    }
}
